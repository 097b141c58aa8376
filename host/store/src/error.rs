//! What can go wrong, one type per operation: open, read, commit; the admin operations have theirs beside them.
//!
//! A refusal (conflict, gone, busy, full, invalid) changes nothing and may be tried again after a look at the state.
//! The database's own errors are boxed, so that no caller learns which database it is.

use std::path::PathBuf;

use crate::ConversationKey;

/// An error of the database underneath, without its type.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A name that cannot be part of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The name has no byte.
    #[error("the {what} is empty; give it a name")]
    Empty {
        /// Which name.
        what: &'static str,
    },
    /// The name has more bytes than its limit.
    #[error("the {what} has {bytes} bytes, at most {limit_bytes} are allowed; shorten it")]
    TooLong {
        /// Which name.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit_bytes: usize,
    },
    /// The name contains the byte that separates the parts of a key.
    #[error("the {what} contains a NUL character; remove it")]
    Nul {
        /// Which name.
        what: &'static str,
    },
}

/// Why a store could not be opened. Nothing was changed that a later open would miss.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file of the folder could not be read, written or synced.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// Another process has the folder.
    #[error("the data folder {folder} is in use by process {pid}; stop it, or choose another folder")]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The process that wrote its number into the lock file, or `unknown`.
        pid: String,
    },
    /// The folder was written by a newer program.
    #[error(
        "{folder} has store format {found}, this program knows formats up to {known}; install the newer version of baton"
    )]
    NewerFormat {
        /// The folder.
        folder: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The folder holds something else, or its `FORMAT` file was lost.
    #[error("{folder} is no data folder of baton: {fault}; choose another folder, or restore a backup")]
    NotAStore {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// The copy that precedes a recovery does not fit on the disk.
    #[error(
        "the store was not stopped cleanly and the copy made before its recovery needs {needed_bytes} bytes, {free_bytes} are free beside {folder}; free some space, or open it once with copy_before_recovery off"
    )]
    NoRoomForCopy {
        /// The folder.
        folder: PathBuf,
        /// Bytes of the copy.
        needed_bytes: u64,
        /// Bytes that are free.
        free_bytes: u64,
    },
    /// The database has less than was acknowledged: its recovery lost commits.
    #[error(
        "the database in {folder} ends at step {found}, but step {acknowledged} was acknowledged: commits were lost. restore the newest backup, or put {copy} back as the folder `sled` and ask for help, or delete the file CANARY to accept the loss"
    )]
    Lost {
        /// The folder.
        folder: PathBuf,
        /// The last step in the database.
        found: u64,
        /// The last step that was acknowledged.
        acknowledged: u64,
        /// The copy from before the recovery.
        copy: PathBuf,
    },
    /// The database refused to open.
    #[error("the database in {folder} cannot be opened; restore a backup if this persists")]
    Database {
        /// The folder.
        folder: PathBuf,
        /// The database's answer.
        #[source]
        source: Cause,
    },
    /// A row that is needed at start could not be read.
    #[error("the store in {folder} cannot be read")]
    Read {
        /// The folder.
        folder: PathBuf,
        /// Which row, and why.
        #[source]
        source: ReadError,
    },
}

/// Why a read has no answer. Reading changes nothing, so it can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The value does not match its checksum, or is not what its key says.
    #[error("the value of {key} is damaged: {fault}; run `baton store verify`, then restore a backup")]
    Damaged {
        /// The key in readable form.
        key: String,
        /// What is wrong.
        fault: String,
    },
    /// The value was written by a newer program.
    #[error(
        "the value of {key} has format {found}, this program knows formats up to {known}; install the newer version of baton"
    )]
    NewerFormat {
        /// The key in readable form.
        key: String,
        /// The format found.
        found: u8,
        /// The newest format known here.
        known: u8,
    },
    /// No such row can exist.
    #[error(transparent)]
    Invalid(#[from] InvalidName),
    /// The store was closed, or stopped after a fault.
    #[error("the store is closed; open it again")]
    Closed,
    /// A snapshot fell too far behind the writers.
    #[error(
        "{bytes} bytes changed while the snapshot was read, at most {limit_bytes} are held back; read it faster, or at a quieter time"
    )]
    SnapshotTooOld {
        /// Bytes held back.
        bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// The database could not read.
    #[error("the database cannot be read; check the disk")]
    Database(#[source] Cause),
}

/// Why a step was not committed. Except after [`CommitError::Failed`], nothing of it is in the store.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The queue of the committer is full.
    #[error("{queue} steps are waiting for the disk already; try again in a moment")]
    Busy {
        /// The length of the queue.
        queue: usize,
    },
    /// The conversation has moved since it was loaded.
    #[error("{key} is at revision {found}, the step expected {expected}; load it again")]
    Conflict {
        /// The conversation.
        key: ConversationKey,
        /// The revision that the step was made for; 0: none.
        expected: u64,
        /// The revision in the store; 0: none.
        found: u64,
    },
    /// A timer, delivery or dead letter that the step takes away is not there: somebody handled it before.
    #[error("{what} is gone: it was handled before; drop this step")]
    Gone {
        /// The row in readable form.
        what: String,
    },
    /// The disk has less free space than the reserve. Reading goes on; writing does when space is free again.
    #[error(
        "{free_bytes} bytes are free on the disk of the data folder, less than the reserve of {reserve_bytes}; free some space"
    )]
    Full {
        /// Bytes that are free.
        free_bytes: u64,
        /// The reserve.
        reserve_bytes: u64,
    },
    /// The step breaks a rule of the store; committing it again gives the same answer.
    #[error("the step is not valid: {0}")]
    Invalid(String),
    /// A row that the step must read is damaged.
    #[error("the step needs a row that cannot be read")]
    Read(#[from] ReadError),
    /// The store was closed before the step's turn.
    #[error("the store is closed; nothing of the step was kept")]
    Closed,
    /// The store stopped after a fault while the step was under way: whether it was kept is known after the next open.
    #[error("the store stopped after a fault; open it again to see whether the step was kept")]
    Failed,
}

impl From<InvalidName> for CommitError {
    fn from(name: InvalidName) -> CommitError {
        CommitError::Invalid(name.to_string())
    }
}
