//! All rows as of one moment, read while commits go on; sled itself has no such thing.
//!
//! A snapshot reads page after page in key order. Before a batch changes a row that the reader has not reached, the
//! committer puts the row's old value aside for it. What is put aside grows with the writes during the read and not
//! with the database, and is bounded: a reader that is too slow gets an error instead of the daemon's memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec;

use super::shared::{Shared, database};
use crate::error::ReadError;
use crate::limits::SNAPSHOT_MAX_BYTES;

/// Rows per page: readers hold the state still for a page, and the committer waits for them.
const PAGE_ROWS: usize = 512;

type Row = (Vec<u8>, Vec<u8>);

/// Old values for one reader.
#[derive(Default)]
pub(super) struct Held {
    /// All keys up to this one were read.
    read_to: Option<Vec<u8>>,
    /// `None`: there was no such row.
    old: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    old_bytes: usize,
}

impl Held {
    /// Puts aside what these keys hold now.
    pub(super) fn keep<'k>(
        &mut self,
        db: &::sled::Db,
        keys: impl Iterator<Item = &'k Vec<u8>>,
    ) -> Result<(), ReadError> {
        if self.old_bytes > SNAPSHOT_MAX_BYTES {
            return Ok(());
        }
        for key in keys.filter(|key| self.read_to.as_ref() < Some(key)) {
            if self.old.contains_key(key) {
                continue;
            }
            let old = db.get(key).map_err(database)?.map(|value| value.to_vec());
            self.old_bytes += key.len() + old.as_ref().map_or(0, Vec::len);
            self.old.insert(key.clone(), old);
        }
        Ok(())
    }
}

pub(super) struct Snapshot<'a> {
    shared: &'a Shared,
    held: Arc<Mutex<Held>>,
    page: vec::IntoIter<Row>,
    done: bool,
}

impl<'a> Snapshot<'a> {
    /// Begins between two batches, at rows that are all on the disk.
    pub(super) fn begin(shared: &'a Shared) -> Result<Snapshot<'a>, ReadError> {
        let held = Arc::new(Mutex::new(Held::default()));
        let batch = shared.with_mut(|state| {
            state.snapshots.push(Arc::downgrade(&held));
            Ok(state.batch)
        })?;
        shared.wait_for(batch)?;
        Ok(Snapshot {
            shared,
            held,
            page: Vec::new().into_iter(),
            done: false,
        })
    }

    fn next_page(&mut self) -> Result<Vec<Row>, ReadError> {
        self.shared.with(|_, db| {
            let mut held = lock(&self.held);
            if held.old_bytes > SNAPSHOT_MAX_BYTES {
                return Err(ReadError::SnapshotTooOld {
                    bytes: held.old_bytes,
                    limit_bytes: SNAPSHOT_MAX_BYTES,
                });
            }
            let start = held
                .read_to
                .clone()
                .map_or(Bound::Unbounded, Bound::Excluded);
            let mut rows = BTreeMap::new();
            for row in db
                .range::<Vec<u8>, _>((start, Bound::Unbounded))
                .take(PAGE_ROWS)
            {
                let (key, value) = row.map_err(database)?;
                rows.insert(key.to_vec(), value.to_vec());
            }
            self.done = rows.len() < PAGE_ROWS;
            // What was put aside beyond this page belongs to a later one, and on the last page there is none.
            let later = match rows.last_key_value() {
                Some((last, _)) if !self.done => held.old.split_off(&[&last[..], &[0]].concat()),
                Some(_) | None => BTreeMap::new(),
            };
            held.read_to = rows.last_key_value().map(|(last, _)| last.clone());
            for (key, old) in std::mem::replace(&mut held.old, later) {
                held.old_bytes -= key.len() + old.as_ref().map_or(0, Vec::len);
                match old {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
            Ok(rows.into_iter().collect())
        })
    }
}

impl Iterator for Snapshot<'_> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.page.next() {
                return Some(Ok(row));
            }
            if self.done {
                return None;
            }
            match self.next_page() {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
