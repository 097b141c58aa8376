//! What a database must offer, and nothing more: get a row, scan rows in key order, apply a batch as a whole.
//!
//! The meaning of the store lies in `read.rs` and `plan.rs` over these traits, once for all databases; so the stores
//! for tests and for production differ in rows and durability alone.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use crate::error::ReadError;
use crate::step::Step;
use crate::store::{Ack, RowIter};

/// The changes of a batch: a new value, or `None` for a row that goes away.
pub(crate) type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Receives the rows of a scan until it breaks.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadError> + 'a;

/// Which end of a range a scan begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// Reads single rows.
pub(crate) trait Get {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError>;
}

/// Reads rows as of one moment.
pub(crate) trait Rows: Get {
    fn scan(&self, range: Range<Vec<u8>>, order: Order, visit: &mut Visit<'_>) -> Result<(), ReadError>;
}

/// A database with its committer; `read.rs` makes a store of it.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Lets `read` see the rows between two batches, and returns its answer once all that it saw is durable.
    fn view<T>(&self, read: impl FnOnce(&dyn Rows) -> Result<T, ReadError>) -> Result<T, ReadError>;

    /// Queues a step for the committer.
    fn submit(&self, step: Step, done: Ack);

    /// All rows between two batches with their payloads put together, while batches go on.
    fn all_rows(&self) -> Result<RowIter<'_>, ReadError>;
}

impl Get for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.get(key).cloned())
    }
}

impl Rows for BTreeMap<Vec<u8>, Vec<u8>> {
    fn scan(&self, range: Range<Vec<u8>>, order: Order, visit: &mut Visit<'_>) -> Result<(), ReadError> {
        if range.start >= range.end {
            return Ok(());
        }
        let mut rows = self.range(range);
        while let Some((key, value)) = match order {
            Order::Ascending => rows.next(),
            Order::Descending => rows.next_back(),
        } {
            if visit(key, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}
