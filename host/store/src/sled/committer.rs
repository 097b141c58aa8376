//! The one thread that writes. It gathers the steps that wait, applies them as one batch, syncs, and then answers all.
//!
//! The order is the promise: batch applied, sled's buffers written (`flush`), the `db` file synced on our own
//! descriptor, the canary noted, and only then the acknowledgements, refusals among them, because a refusal may
//! speak of a step of the same group. Whatever goes wrong on this way ends the store: a failed sync is never tried
//! again, since the kernel may have dropped the pages it could not write and would then report success.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::Options;
use super::shared::{Shared, SledRows, database};
use crate::error::{CommitError, ReadError};
use crate::limits::GROUP_MAX_BYTES;
use crate::plan::Plan;
use crate::step::Committed;
use crate::store::{Ack, Counts};

/// How much later than the commits the canary may reach the disk; see `folder.rs` for what it proves.
const CANARY_EVERY: Duration = Duration::from_secs(1);

/// Adds rows to the batch, or refuses.
pub(crate) type Change = Box<dyn FnOnce(&mut Plan<'_>) -> Result<Committed, CommitError> + Send>;

pub(super) enum Work {
    Change {
        bytes: usize,
        change: Change,
        done: Pending,
    },
    Stop,
}

/// An acknowledgement that is given in any case: when it is dropped unanswered, the store has ended.
pub(super) struct Pending {
    ack: Option<Ack>,
    under_way: bool,
    shared: Arc<Shared>,
}

impl Pending {
    pub(super) fn new(ack: Ack, shared: Arc<Shared>) -> Pending {
        Pending {
            ack: Some(ack),
            under_way: false,
            shared,
        }
    }

    pub(super) fn answer(mut self, result: Result<Committed, CommitError>) {
        if let Some(ack) = self.ack.take() {
            ack(result);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(ack) = self.ack.take() {
            let unknown = self.under_way || self.shared.has_failed();
            ack(Err(if unknown {
                CommitError::Failed
            } else {
                CommitError::Closed
            }));
        }
    }
}

/// The disk as the committer needs it; tests put one in its place that fails.
pub(super) trait Disk: Send {
    /// Bytes that are free.
    fn free_bytes(&mut self) -> io::Result<u64>;
    /// Puts on the disk all that was written to the database.
    fn sync(&mut self) -> io::Result<()>;
    /// Notes how far the acknowledged commits reach.
    fn note(&mut self, counts: &Counts) -> io::Result<()>;
    /// Puts the last note on the disk.
    fn sync_note(&mut self) -> io::Result<()>;
}

pub(super) struct Committer {
    shared: Arc<Shared>,
    work: Receiver<Work>,
    disk: Box<dyn Disk>,
    counts: Counts,
    note_synced_at: Instant,
    note_is_dirty: bool,
    reserve_bytes: u64,
    group_max: usize,
    on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

/// Steps for one batch, and whether they are the last.
struct Group {
    changes: Vec<(Change, Pending)>,
    last: bool,
}

impl Committer {
    pub(super) fn new(
        shared: Arc<Shared>,
        work: Receiver<Work>,
        disk: Box<dyn Disk>,
        counts: Counts,
        options: &Options,
    ) -> Committer {
        let Options {
            reserve_bytes,
            group_max,
            on_fatal,
            ..
        } = options.clone();
        let group_max = group_max.max(1);
        let note_synced_at = Instant::now();
        let note_is_dirty = false;
        Committer {
            shared,
            work,
            disk,
            counts,
            note_synced_at,
            note_is_dirty,
            reserve_bytes,
            group_max,
            on_fatal,
        }
    }

    /// Commits until told to stop. On a fault it calls the hook, which normally does not return.
    pub(super) fn run(mut self) {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.commit_all()));
        let fault = match outcome {
            Ok(Ok(())) => return self.shared.end(false),
            Ok(Err(fault)) => fault,
            Err(panic) => format!("the database panicked: {}", panic_text(&*panic)),
        };
        (self.on_fatal)(&fault);
        self.shared.end(true);
    }

    fn commit_all(&mut self) -> Result<(), String> {
        loop {
            let group = self.gather()?;
            let last = group.last;
            self.commit(group.changes)?;
            if last || self.note_synced_at.elapsed() >= CANARY_EVERY {
                self.sync_note()?;
            }
            if last {
                return Ok(());
            }
        }
    }

    /// Waits for one step and takes what waits behind it.
    fn gather(&mut self) -> Result<Group, String> {
        let mut group = Group {
            changes: Vec::new(),
            last: false,
        };
        let mut group_bytes = 0;
        let mut next = self.first()?;
        loop {
            match next {
                Work::Stop => {
                    group.last = true;
                    return Ok(group);
                }
                Work::Change {
                    bytes,
                    change,
                    mut done,
                } => {
                    done.under_way = true;
                    group_bytes += bytes;
                    group.changes.push((change, done));
                }
            }
            if group.changes.len() >= self.group_max || group_bytes >= GROUP_MAX_BYTES {
                return Ok(group);
            }
            next = match self.work.try_recv() {
                Ok(work) => work,
                Err(TryRecvError::Empty) => return Ok(group),
                Err(TryRecvError::Disconnected) => Work::Stop,
            };
        }
    }

    fn first(&mut self) -> Result<Work, String> {
        loop {
            match self.work.recv_timeout(CANARY_EVERY) {
                Ok(work) => return Ok(work),
                Err(RecvTimeoutError::Timeout) => self.sync_note()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(Work::Stop),
            }
        }
    }

    fn commit(&mut self, changes: Vec<(Change, Pending)>) -> Result<(), String> {
        if changes.is_empty() {
            return Ok(());
        }
        let free_bytes = self
            .disk
            .free_bytes()
            .map_err(|error| format!("cannot ask for free space: {error}"))?;
        if free_bytes < self.reserve_bytes {
            let reserve_bytes = self.reserve_bytes;
            let refuse = |(_, done): (Change, Pending)| {
                done.answer(Err(CommitError::Full {
                    free_bytes,
                    reserve_bytes,
                }))
            };
            changes.into_iter().for_each(refuse);
            return Ok(());
        }
        let mut answers = Vec::with_capacity(changes.len());
        let planned = self.shared.with(|_, db| {
            let rows = SledRows::settled(db);
            let mut plan = Plan::new(&rows, self.counts);
            for (change, done) in changes {
                answers.push((done, change(&mut plan)));
            }
            Ok(plan.finish())
        });
        let (writes, counts) = planned.map_err(unreadable)?;
        for (_, answer) in &mut answers {
            if let Err(CommitError::Read(error @ ReadError::Database(_))) = answer {
                return Err(unreadable(std::mem::replace(error, ReadError::Closed)));
            }
        }
        if answers.iter().any(|(_, answer)| answer.is_ok()) {
            let batch = self.shared.apply(writes).map_err(unreadable)?;
            self.shared
                .with(|_, db| db.flush().map_err(database))
                .map_err(unreadable)?;
            self.disk
                .sync()
                .map_err(|error| format!("the sync of the database failed: {error}"))?;
            self.counts = counts;
            self.shared.synced(batch);
            self.disk
                .note(&counts)
                .map_err(|error| format!("cannot write the canary: {error}"))?;
            self.note_is_dirty = true;
        }
        for (done, answer) in answers {
            done.answer(answer);
        }
        Ok(())
    }

    fn sync_note(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.note_is_dirty) {
            self.disk
                .sync_note()
                .map_err(|error| format!("the sync of the canary failed: {error}"))?;
            self.note_synced_at = Instant::now();
        }
        Ok(())
    }
}

fn unreadable(error: ReadError) -> String {
    match std::error::Error::source(&error) {
        Some(source) => format!("the database failed: {source}"),
        None => format!("the database failed: {error}"),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
