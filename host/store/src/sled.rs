//! The store on disk: sled 0.34.7, with guards for each fault that was seen in it.
//!
//! On Linux sled's `flush` ends in `sync_file_range`, which is no barrier: of 30 simulated power cuts 29 lost
//! acknowledged commits. So the committer (`committer.rs`) syncs sled's `db` file itself after each flush, on a
//! descriptor of its own, before it acknowledges. sled's recovery may cut its log without an error, so a folder that was
//! not stopped cleanly is copied first, and a canary beside the database says how far it must reach (`folder.rs`).
//! sled's periodic flusher is off: it would sync in the middle of a group, and its collection of old segments runs
//! with every rewritten page anyway. sled's readers write too (a traversal splits and merges nodes), which is why
//! closing takes the database away from readers before it leaves the clean-stop mark.

mod committer;
mod folder;
mod shared;
mod snapshot;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

pub(crate) use self::committer::Change;
use self::committer::{Committer, Pending, Work};
use self::folder::Folder;
use self::shared::{Shared, SledRows};
use crate::error::{CommitError, OpenError, ReadError};
use crate::plan;
use crate::read;
use crate::rows::{Backend, Rows};
use crate::step::Step;
use crate::store::{Ack, Counts, RowIter};

/// How a store is opened. The defaults suit a daemon with a disk of its own.
#[derive(Clone)]
pub struct Options {
    /// What sled may keep of the database in memory; without it sled takes a gigabyte.
    pub cache_bytes: u64,
    /// Below this much free space on the disk every step is refused, so that a full disk meets a refusal and not a
    /// failed write. A second of commits at full speed writes about 100 MB.
    pub reserve_bytes: u64,
    /// Steps that may wait for the committer; one more is refused as busy.
    pub queue: usize,
    /// Steps that are synced together at most. More of them cost memory and latency and bring no more throughput.
    pub group_max: usize,
    /// Whether a database that was not stopped cleanly is copied before its recovery.
    pub copy_before_recovery: bool,
    /// Called with the reason when the store cannot go on. The default logs it and ends the process with status 70:
    /// after a failed sync nobody knows what is on the disk, and trying again would only hide it.
    pub on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            cache_bytes: 256 << 20,
            reserve_bytes: 64 << 20,
            queue: 4_096,
            group_max: 256,
            copy_before_recovery: true,
            on_fatal: Arc::new(|reason| {
                tracing::error!(reason, "the store cannot go on; the process ends, start it again");
                std::process::exit(70);
            }),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options {
            cache_bytes,
            reserve_bytes,
            queue,
            group_max,
            copy_before_recovery,
            on_fatal: _,
        } = self;
        f.debug_struct("Options")
            .field("cache_bytes", cache_bytes)
            .field("reserve_bytes", reserve_bytes)
            .field("queue", queue)
            .field("group_max", group_max)
            .field("copy_before_recovery", copy_before_recovery)
            .finish_non_exhaustive()
    }
}

/// A store in a folder of its own, locked against other processes while it is open. Dropping it closes it.
pub struct SledStore {
    shared: Arc<Shared>,
    work: SyncSender<Work>,
    queue: usize,
    committer: Mutex<Option<JoinHandle<()>>>,
    closed: AtomicBool,
    folder: Folder,
}

impl SledStore {
    /// Opens the store in a folder, or makes one there. After an error the folder is not locked, and a copy that was
    /// made before a recovery is still beside the database.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<SledStore, OpenError> {
        let folder = Folder::take(path.as_ref())?;
        folder.check_format()?;
        folder.prepare(options.copy_before_recovery)?;
        let db = open_database(&folder, options.cache_bytes)?;
        let counts = folder.check_canary(read_counts(&folder, &db)?)?;
        folder.settle()?;

        let shared = Arc::new(Shared::new(db));
        let (work, queue) = sync_channel(options.queue);
        let disk = folder.disk(&counts)?;
        let committer = Committer::new(shared.clone(), queue, Box::new(disk), counts, &options);
        let committer = std::thread::Builder::new()
            .name("store-committer".to_owned())
            .spawn(move || committer.run())
            .map_err(|source| folder.io("start the committer thread of", source))?;
        let committer = Mutex::new(Some(committer));
        Ok(SledStore {
            shared,
            work,
            queue: options.queue,
            committer,
            closed: AtomicBool::new(false),
            folder,
        })
    }

    /// Commits what is queued, refuses what comes later, and leaves the mark of a clean stop. Waits for readers.
    ///
    /// After an error, or after a fault of the store, the mark is missing and the next open recovers.
    pub fn close(&self) -> Result<(), OpenError> {
        let Some(committer) = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        self.closed.store(true, Ordering::Release);
        // A committer that failed is gone, and so is its end of the queue.
        let _ = self.work.send(Work::Stop);
        let stopped_well = committer.join().is_ok() && !self.shared.has_failed();
        self.shared.close();
        if stopped_well { self.folder.mark_clean() } else { Ok(()) }
    }

    /// Queues any change of rows; for restoring, where a row keeps the numbers it had.
    pub(crate) fn submit_change(&self, bytes: usize, change: Change, done: Ack) {
        let done = Pending::new(done, self.shared.clone());
        if self.closed.load(Ordering::Acquire) {
            return done.answer(Err(CommitError::Closed));
        }
        match self.work.try_send(Work::Change { bytes, change, done }) {
            Ok(()) | Err(TrySendError::Disconnected(_)) | Err(TrySendError::Full(Work::Stop)) => {}
            Err(TrySendError::Full(Work::Change { done, .. })) => {
                done.answer(Err(CommitError::Busy { queue: self.queue }));
            }
        }
    }
}

impl Backend for SledStore {
    fn view<T>(&self, read: impl FnOnce(&dyn Rows) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.shared.view(read)
    }

    fn submit(&self, step: Step, done: Ack) {
        let bytes = plan::payload_bytes(&step);
        self.submit_change(bytes, Box::new(move |plan| plan.add(step)), done);
    }

    fn all_rows(&self) -> Result<RowIter<'_>, ReadError> {
        Ok(Box::new(snapshot::Snapshot::begin(&self.shared)?))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the store was not closed cleanly"
            );
        }
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore")
            .field("folder", &self.folder.path())
            .finish_non_exhaustive()
    }
}

/// sled meets some damage with a panic; an open must answer it with an error like any other.
fn open_database(folder: &Folder, cache_bytes: u64) -> Result<::sled::Db, OpenError> {
    let database = |source: crate::Cause| OpenError::Database {
        folder: folder.path().to_owned(),
        source,
    };
    let config = ::sled::Config::new()
        .path(folder.database())
        .cache_capacity(cache_bytes)
        .use_compression(false)
        .flush_every_ms(None);
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(error)) => Err(database(Box::new(error))),
        Err(_) => Err(database("it panicked on what it found in its files".into())),
    }
}

fn read_counts(folder: &Folder, db: &::sled::Db) -> Result<Counts, OpenError> {
    let read = |source| OpenError::Read {
        folder: folder.path().to_owned(),
        source,
    };
    let counts = read::counts(&SledRows::settled(db)).map_err(read)?;
    if counts.is_none() && !db.is_empty() {
        return Err(folder.not_a_store("its database has rows but no counts".to_owned()));
    }
    Ok(counts.unwrap_or_default())
}

#[cfg(test)]
mod tests;
