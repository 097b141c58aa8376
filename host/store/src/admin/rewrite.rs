//! Writes a whole store anew, row by row, and lets the caller change or leave out rows on the way.
//!
//! It exists for erasing. The database keeps old versions of a row in its files until its own collection comes by, so
//! changing a row does not take its words off the disk; a new database holds only what was written into it. The new one
//! takes the old one's place by one exchange of two folders, so a crash leaves the old store or the new one; the old files
//! are then removed, or by the next open, with the copy that a recovery may have left. What the file system or the disk keeps of removed
//! files is not in our hands.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::restore::{BATCH_BYTES, BATCH_ROWS, Numbers, commit};
use super::row::Row;
use crate::error::{CommitError, OpenError, ReadError};
use crate::sled::{Options, SledStore};
use crate::store::Store;

/// Why the store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError<E> {
    /// The store could not be opened or closed, the old one or the new one.
    #[error("the store cannot be opened or closed")]
    Open(#[from] OpenError),
    /// A row could not be read.
    #[error("the store cannot be read")]
    Read(#[from] ReadError),
    /// A row could not be written.
    #[error("the new store cannot be written")]
    Commit(#[from] CommitError),
    /// The caller gave up.
    #[error("a row cannot be changed")]
    Edit(#[source] E),
    /// Files could not be handled.
    #[error("cannot {action} {path}")]
    Place {
        /// What was tried.
        action: &'static str,
        /// On which folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

/// Calls `visit` with every row that a backup would hold, in the order of their keys: conversations, messages,
/// handovers, tasks, timers, events, deliveries, dead letters, facts.
///
/// # Errors
///
/// When a row cannot be read, or the visitor gives up.
pub fn visit<E: From<ReadError>>(store: &dyn Store, mut visit: impl FnMut(Row) -> Result<(), E>) -> Result<(), E> {
    for row in store.snapshot()? {
        let (key, payload) = row?;
        if let Some(row) = Row::from_stored(&key, payload)? {
            visit(row)?;
        }
    }
    Ok(())
}

/// Rewrites the store in a folder that no daemon holds. `edit` gets every row in the order of [`visit`], and gives back
/// what is to stand in its place, which keeps its key; `None` leaves it out. `last` is written at the end.
///
/// # Errors
///
/// When anything fails; then the store is as it was.
pub fn rewrite<E>(
    folder: &Path,
    options: &Options,
    mut edit: impl FnMut(Row) -> Result<Option<Row>, E>,
    last: Vec<Row>,
) -> Result<(), RewriteError<E>> {
    let at = |action, path: &Path| {
        let path = path.to_owned();
        move |source| RewriteError::Place { action, path, source }
    };
    let old = SledStore::open(folder, options.clone())?;
    let beside = folder.join("rewriting");
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(at("clear", &beside))?;
    }
    let filled = fill(&old, &beside, options, &mut edit, last);
    old.close()?;
    drop(old);
    if let Err(error) = filled {
        // What was written so far is nothing that anybody reads.
        drop(fs::remove_dir_all(&beside));
        return Err(error);
    }
    let lock_path = folder.join("LOCK");
    let lock = OpenOptions::new()
        .write(true)
        .open(&lock_path)
        .map_err(at("open", &lock_path))?;
    // Between the two a daemon may have been started; then it keeps its store.
    lock.try_lock()
        .map_err(|error| at("lock", &lock_path)(io::Error::other(error.to_string())))?;
    let (new, database) = (beside.join("sled"), folder.join("sled"));
    renameat_with(CWD, &new, CWD, &database, RenameFlags::EXCHANGE)
        .map_err(|error| at("exchange the new database with", &database)(error.into()))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(at("sync", folder))?;
    for gone in [
        beside,
        folder.join("before-recovery"),
        folder.join("before-recovery.partial"),
    ] {
        match fs::remove_dir_all(&gone) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at("remove", &gone)(error)),
            Ok(()) | Err(_) => {}
        }
    }
    drop(lock);
    Ok(())
}

fn fill<E>(
    old: &SledStore,
    folder: &Path,
    options: &Options,
    edit: &mut impl FnMut(Row) -> Result<Option<Row>, E>,
    last: Vec<Row>,
) -> Result<(), RewriteError<E>> {
    let counts = old.counts()?;
    let new = SledStore::open(folder, options.clone())?;
    let (mut batch, mut batch_bytes) = (Vec::new(), 0);
    for row in old.snapshot()? {
        let (key, payload) = row?;
        let Some(row) = Row::from_stored(&key, payload)? else {
            continue;
        };
        let Some(row) = edit(row).map_err(RewriteError::Edit)? else {
            continue;
        };
        batch_bytes += row.payload().map_or(0, |(_, payload)| payload.len());
        batch.push(row);
        if batch.len() >= BATCH_ROWS || batch_bytes >= BATCH_BYTES {
            commit(&new, std::mem::take(&mut batch), None)?;
            batch_bytes = 0;
        }
    }
    batch.extend(last);
    // One more than was acknowledged: the folder's canary must not see the new store as one that lost something.
    let numbers = Numbers {
        steps: counts.steps + 1,
        last_event: counts.last_event,
    };
    commit(&new, batch, Some(numbers))?;
    new.close()?;
    Ok(())
}
