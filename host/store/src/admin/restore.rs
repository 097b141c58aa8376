//! Makes a store of a backup, whole or not at all.
//!
//! The rows go into a folder beside the target, `<target>.restoring`, which takes the target's place by a rename only
//! when the last line of the backup has agreed with all before it. A restore that was killed leaves that folder; the
//! next one clears it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use sha2::{Digest, Sha256};

use super::backup::{BackupSummary, End, FORMAT, Header, Trailer, hex};
use super::row::Row;
use crate::error::{CommitError, OpenError};
use crate::sled::{Change, Options, SledStore};
use crate::step::Committed;

/// Rows per commit: enough that syncs do not matter, few enough that a batch stays small.
pub(super) const BATCH_ROWS: usize = 1_000;

/// Payload bytes per commit.
pub(super) const BATCH_BYTES: usize = 1 << 20;

/// Why nothing was restored. The target is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The target holds something.
    #[error("the folder {folder} is not empty; restore into a new one")]
    NotEmpty {
        /// The target.
        folder: PathBuf,
    },
    /// The backup could not be read.
    #[error("the backup cannot be read")]
    Read(#[source] io::Error),
    /// The first line does not say that this is a backup.
    #[error("this is no backup of baton: {0}; its first line must be a JSON object with `baton-backup`")]
    NotABackup(String),
    /// The backup was written by a newer program.
    #[error(
        "the backup has format {found}, this program knows formats up to {known}; install the newer version of baton"
    )]
    NewerFormat {
        /// The format found.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// A line is not a row.
    #[error("line {line} of the backup is damaged: {fault}; use another backup")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        fault: String,
    },
    /// The backup ends before its last line.
    #[error("the backup ends after {rows} rows without its last line: it is truncated; use another backup")]
    Truncated {
        /// Rows before the end.
        rows: u64,
    },
    /// The last line does not agree with those before it.
    #[error(
        "the backup has {found_rows} rows with SHA-256 {found}, its last line says {rows} with {expected}: it was changed; use another backup"
    )]
    Changed {
        /// Rows that the last line counts.
        rows: u64,
        /// Rows that are there.
        found_rows: u64,
        /// The digest of the last line.
        expected: String,
        /// The digest of the lines before it.
        found: String,
    },
    /// A row could not be written.
    #[error("a row of the backup cannot be written")]
    Commit(#[from] CommitError),
    /// The new store could not be opened or closed.
    #[error("the new store cannot be made")]
    Open(#[from] OpenError),
    /// The new store could not be put in its place.
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

/// Restores a backup into a folder that is empty or not there yet.
pub fn restore(backup: &mut dyn Read, folder: &Path, options: Options) -> Result<BackupSummary, RestoreError> {
    let at = |action, path: &Path| {
        let path = path.to_owned();
        move |source| RestoreError::Place { action, path, source }
    };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(RestoreError::NotEmpty {
            folder: folder.to_owned(),
        });
    }
    let partial = beside(folder);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(at("clear", &partial))?;
    }
    let filled = fill(backup, &partial, options);
    if filled.is_err() && partial.exists() {
        fs::remove_dir_all(&partial).map_err(at("clear", &partial))?;
    }
    let summary = filled?;
    fs::rename(&partial, folder).map_err(at("move the restored store to", folder))?;
    let parent = folder
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(parent)
        .and_then(|parent| parent.sync_all())
        .map_err(at("sync", parent))?;
    Ok(summary)
}

fn beside(folder: &Path) -> PathBuf {
    let mut name = folder
        .file_name()
        .map_or_else(|| OsString::from("store"), OsString::from);
    name.push(".restoring");
    folder.with_file_name(name)
}

fn fill(backup: &mut dyn Read, folder: &Path, options: Options) -> Result<BackupSummary, RestoreError> {
    let mut lines = Lines {
        input: BufReader::new(backup),
        hash: Sha256::new(),
        number: 0,
    };
    let header = header(&mut lines)?;
    let store = SledStore::open(folder, options)?;
    let (mut rows, mut batch, mut batch_bytes) = (0, Vec::new(), 0);
    let end = loop {
        let hash_before = lines.hash.clone();
        let Some(line) = lines.next()? else {
            return Err(RestoreError::Truncated { rows });
        };
        if let Ok(Trailer { end_of_backup }) = serde_json::from_str(&line) {
            break check_end(end_of_backup, rows, &hex(hash_before))?;
        }
        let row: Row = serde_json::from_str(&line).map_err(|error| lines.fault(error.to_string()))?;
        rows += 1;
        batch_bytes += row.payload().map_or(0, |(_, payload)| payload.len());
        batch.push(row);
        if batch.len() >= BATCH_ROWS || batch_bytes >= BATCH_BYTES {
            commit(&store, std::mem::take(&mut batch), None)?;
            batch_bytes = 0;
        }
    };
    let Header { steps, last_event, .. } = header;
    commit(&store, batch, Some(Numbers { steps, last_event }))?;
    store.close()?;
    Ok(BackupSummary {
        rows: end.rows,
        sha256: end.sha256,
    })
}

fn header(lines: &mut Lines<'_>) -> Result<Header, RestoreError> {
    let first = lines
        .next()?
        .ok_or_else(|| RestoreError::NotABackup("it is empty".to_owned()))?;
    let not_a_backup = |error: serde_json::Error| RestoreError::NotABackup(error.to_string());
    let value: serde_json::Value = serde_json::from_str(&first).map_err(not_a_backup)?;
    let format = value
        .get("baton-backup")
        .and_then(serde_json::Value::as_u64)
        .and_then(|found| u32::try_from(found).ok());
    if let Some(found) = format.filter(|found| *found > FORMAT) {
        return Err(RestoreError::NewerFormat { found, known: FORMAT });
    }
    serde_json::from_value(value).map_err(not_a_backup)
}

fn check_end(end: End, found_rows: u64, found: &str) -> Result<End, RestoreError> {
    if end.rows == found_rows && end.sha256 == found {
        return Ok(end);
    }
    let End { rows, sha256: expected } = end;
    Err(RestoreError::Changed {
        rows,
        found_rows,
        expected,
        found: found.to_owned(),
    })
}

/// The numbers that a new store goes on from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) steps: u64,
    pub(super) last_event: u64,
}

/// Commits rows, and with the last of them the numbers that go on from where the old store was.
pub(super) fn commit(store: &SledStore, rows: Vec<Row>, goes_on: Option<Numbers>) -> Result<(), CommitError> {
    let change: Change = Box::new(move |plan| {
        plan.draft(|draft| {
            rows.into_iter().try_for_each(|row| row.write(draft))?;
            if let Some(Numbers { steps, last_event }) = goes_on {
                draft.counts.steps = steps;
                draft.counts.last_event = draft.counts.last_event.max(last_event);
            }
            Ok(Committed {
                revision: 0,
                first_event: None,
            })
        })
    });
    let (send, receive) = mpsc::channel();
    store.submit_change(BATCH_BYTES, change, Box::new(move |result| drop(send.send(result))));
    receive.recv().unwrap_or(Err(CommitError::Failed)).map(drop)
}

struct Lines<'a> {
    input: BufReader<&'a mut dyn Read>,
    hash: Sha256,
    number: u64,
}

impl Lines<'_> {
    /// The next whole line; a last one without its end is none.
    fn next(&mut self) -> Result<Option<String>, RestoreError> {
        let mut line = String::new();
        self.input.read_line(&mut line).map_err(RestoreError::Read)?;
        self.number += 1;
        self.hash.update(line.as_bytes());
        Ok(line.ends_with('\n').then_some(line))
    }

    fn fault(&self, fault: String) -> RestoreError {
        RestoreError::Line {
            line: self.number,
            fault,
        }
    }
}
