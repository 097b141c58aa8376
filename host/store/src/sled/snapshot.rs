//! All rows as of one moment, read while commits go on; sled itself has no such thing.
//!
//! A snapshot reads page after page in key order. Before a batch changes a row that the reader has not reached, the
//! committer puts the row's old value aside for it. What is put aside grows with the writes during the read and not
//! with the database, and is bounded: a reader that is too slow gets an error instead of the daemon's memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec;

use super::shared::{Shared, database};
use crate::error::ReadError;
use crate::keys;
use crate::limits::SNAPSHOT_MAX_BYTES;
use crate::rows::Get;
use crate::value;

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

    fn forget(&mut self, key: &[u8]) {
        if let Some(old) = self.old.remove(key) {
            self.old_bytes -= key.len() + old.map_or(0, |value| value.len());
        }
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
            let start = held.read_to.clone().map_or(Bound::Unbounded, Bound::Excluded);
            let mut keys = BTreeSet::new();
            for key in db
                .range((start, Bound::Excluded(keys::first_chunk())))
                .keys()
                .take(PAGE_ROWS)
            {
                keys.insert(key.map_err(database)?.to_vec());
            }
            self.done = keys.len() < PAGE_ROWS;
            // Rows that were there at the beginning and are gone by now lie between the others, or behind the last.
            let page_end = match keys.last() {
                Some(last) if !self.done => last.clone(),
                Some(_) | None => keys::first_chunk(),
            };
            let put_aside: Vec<_> = held
                .old
                .range(..=page_end.clone())
                .map(|(key, _)| key.clone())
                .collect();
            keys.extend(put_aside.iter().filter(|key| **key < keys::first_chunk()).cloned());
            let then = Then { db, held: &held };
            let mut page = Vec::with_capacity(keys.len());
            for key in keys {
                if let Some(value) = then.get(&key)? {
                    let payload = value::open(&then, &key, &value)?;
                    page.push((key, payload));
                }
            }
            held.read_to = Some(page_end);
            put_aside.iter().for_each(|key| held.forget(key));
            Ok(page)
        })
    }
}

/// Rows as they were when the snapshot began. Right for rows that were not passed yet; the further rows of long
/// payloads, which have the last keys of all, never are.
struct Then<'a> {
    db: &'a ::sled::Db,
    held: &'a Held,
}

impl Get for Then<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        match self.held.old.get(key) {
            Some(old) => Ok(old.clone()),
            None => Ok(self.db.get(key).map_err(database)?.map(|value| value.to_vec())),
        }
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
