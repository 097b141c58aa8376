//! What readers and the committer share: the database, the batch that is written but not yet synced, and how far the
//! syncs have come.
//!
//! A lock keeps readers out while a batch is applied, so every read sees whole batches (sled applies a batch row by
//! row). It is free again while the batch is synced; a read that meets a row of that batch gets its answer when the
//! sync is done. So readers wait only for what they asked about, and nothing that is not durable leaves the store.

use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, RwLock, Weak};

use super::snapshot::Held;
use crate::error::ReadError;
use crate::rows::{Get, Order, Rows, Visit, Writes};

pub(crate) struct Shared {
    state: RwLock<State>,
    synced: AtomicU64,
    ended: AtomicBool,
    failed: AtomicBool,
    waiting: Mutex<()>,
    progress: Condvar,
}

pub(super) struct State {
    /// `None` once closed.
    pub(super) db: Option<::sled::Db>,
    /// The number of the last batch applied, and its rows.
    pub(super) batch: u64,
    written: Writes,
    pub(super) snapshots: Vec<Weak<Mutex<Held>>>,
}

impl Shared {
    pub(super) fn new(db: ::sled::Db) -> Shared {
        let state = State {
            db: Some(db),
            batch: 0,
            written: Writes::new(),
            snapshots: Vec::new(),
        };
        Shared {
            state: RwLock::new(state),
            synced: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            waiting: Mutex::new(()),
            progress: Condvar::new(),
        }
    }

    /// Reads between two batches; the answer comes when all rows it met are synced.
    pub(super) fn view<T>(&self, read: impl FnOnce(&dyn Rows) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let (answer, batch) = self.with(|state, db| {
            let unsynced = (self.synced.load(Ordering::Acquire) < state.batch).then_some(&state.written);
            let rows = SledRows {
                db,
                unsynced,
                met_unsynced: Cell::new(false),
            };
            let answer = read(&rows)?;
            Ok((answer, if rows.met_unsynced.get() { state.batch } else { 0 }))
        })?;
        self.wait_for(batch)?;
        Ok(answer)
    }

    /// Runs `work` with the state held still.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&State, &::sled::Db) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        // A poisoned state is one that the committer left half-way, so nobody may look at it.
        let state = self.state.read().map_err(|_| ReadError::Closed)?;
        let db = state.db.as_ref().ok_or(ReadError::Closed)?;
        work(&state, db)
    }

    /// Runs `work` with the state to itself.
    pub(super) fn with_mut<T>(&self, work: impl FnOnce(&mut State) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let mut state = self.state.write().map_err(|_| ReadError::Closed)?;
        work(&mut state)
    }

    /// Applies a batch as a whole; it becomes visible to reads that wait until [`Shared::synced`] names it.
    pub(super) fn apply(&self, writes: Writes) -> Result<u64, ReadError> {
        let mut batch = ::sled::Batch::default();
        for (key, value) in &writes {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        self.with_mut(|state| {
            let State {
                db,
                batch: number,
                written,
                snapshots,
            } = state;
            let db = db.as_ref().ok_or(ReadError::Closed)?;
            snapshots.retain(|snapshot| snapshot.strong_count() > 0);
            for snapshot in snapshots.iter().filter_map(Weak::upgrade) {
                snapshot
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .keep(db, writes.keys())?;
            }
            *number += 1;
            *written = writes;
            db.apply_batch(batch).map_err(database)?;
            Ok(*number)
        })
    }

    /// Says that a batch and all before it are on the disk.
    pub(super) fn synced(&self, batch: u64) {
        self.synced.store(batch, Ordering::Release);
        self.wake();
    }

    /// Waits until a batch is on the disk.
    pub(super) fn wait_for(&self, batch: u64) -> Result<(), ReadError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while self.synced.load(Ordering::Acquire) < batch {
            if self.ended.load(Ordering::Acquire) {
                return Err(ReadError::Closed);
            }
            waiting = self.progress.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// No batch will be synced any more.
    pub(super) fn end(&self, failed: bool) {
        self.failed.fetch_or(failed, Ordering::AcqRel);
        self.ended.store(true, Ordering::Release);
        self.wake();
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Takes the database away from readers and drops it, which makes sled write what its readers have moved.
    pub(super) fn close(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).db = None;
    }

    fn wake(&self) {
        drop(self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.progress.notify_all();
    }
}

/// sled's rows, noticing when one of them is not synced yet.
pub(super) struct SledRows<'a> {
    db: &'a ::sled::Db,
    unsynced: Option<&'a Writes>,
    met_unsynced: Cell<bool>,
}

impl<'a> SledRows<'a> {
    /// Rows for somebody who needs no sync: the committer, or an open that has written nothing yet.
    pub(super) fn settled(db: &'a ::sled::Db) -> SledRows<'a> {
        SledRows {
            db,
            unsynced: None,
            met_unsynced: Cell::new(false),
        }
    }
}

impl Get for SledRows<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        if self.unsynced.is_some_and(|written| written.contains_key(key)) {
            self.met_unsynced.set(true);
        }
        Ok(self.db.get(key).map_err(database)?.map(|value| value.to_vec()))
    }
}

impl Rows for SledRows<'_> {
    fn scan(&self, range: Range<Vec<u8>>, order: Order, visit: &mut Visit<'_>) -> Result<(), ReadError> {
        if range.start >= range.end {
            return Ok(());
        }
        if self
            .unsynced
            .is_some_and(|written| written.range(range.clone()).next().is_some())
        {
            self.met_unsynced.set(true);
        }
        let mut rows = self.db.range(range);
        while let Some(row) = match order {
            Order::Ascending => rows.next(),
            Order::Descending => rows.next_back(),
        } {
            let (key, value) = row.map_err(database)?;
            if visit(&key, &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

pub(super) fn database(error: ::sled::Error) -> ReadError {
    ReadError::Database(Box::new(error))
}
