//! A store without a disk, for tests and simulation: the same plan and the same reads over a map.
//!
//! It is as durable as the process, acknowledges before `commit` returns, and is deterministic. What holds for it and
//! for the store on disk is shown by `tests/conformance.rs`, which runs each story against both.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::error::ReadError;
use crate::keys;
use crate::plan::Plan;
use crate::read;
use crate::rows::{Backend, Rows};
use crate::step::Step;
use crate::store::{Ack, RowIter};
use crate::value;

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    pub(crate) rows: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }
}

impl Backend for MemoryStore {
    fn view<T>(&self, read: impl FnOnce(&dyn Rows) -> Result<T, ReadError>) -> Result<T, ReadError> {
        read(&*self.rows.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn submit(&self, step: Step, done: Ack) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        let planned = read::counts(&*rows).map_err(Into::into).and_then(|counts| {
            let mut plan = Plan::new(&*rows, counts.unwrap_or_default());
            plan.add(step).map(|committed| (committed, plan.finish().0))
        });
        let result = planned.map(|(committed, writes)| {
            for (key, value) in writes {
                match value {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
            committed
        });
        drop(rows);
        done(result);
    }

    fn all_rows(&self) -> Result<RowIter<'_>, ReadError> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner).clone();
        let keys: Vec<_> = rows.range(..keys::first_chunk()).map(|(key, _)| key.clone()).collect();
        Ok(Box::new(keys.into_iter().map(move |key| {
            let payload = value::open(&rows, &key, &rows[&key])?;
            Ok((key, payload))
        })))
    }
}
