//! Durable state of Baton: one atomic, synced commit per step.
//!
//! `store.rs` is the contract, `keys.rs` the order of rows, `value.rs` their checksums. `plan.rs` turns a step into rows
//! and `read.rs` turns rows into answers, once for all databases. [`SledStore`] adds a committer thread and the guards
//! around sled, [`MemoryStore`] is for tests. [`admin`] verifies, backs up and restores. The crate knows nothing of what
//! a conversation means, no clock, and no runtime.

pub mod admin;
mod error;
mod keys;
pub mod limits;
mod memory;
mod plan;
mod read;
mod record;
mod rows;
mod sled;
mod store;
mod value;

pub use error::{Cause, CommitError, InvalidName, OpenError, ReadError};
pub use memory::MemoryStore;
pub use sled::{Options, SledStore};
pub use store::{
    Ack, Committed, ConversationChange, ConversationKey, Counts, Cursor, DeadLetter, Delivery,
    DeliveryChange, DeliveryId, Fact, FactChange, FactTable, HandoverRow, InvalidCursor, Loaded,
    NewEvent, NewMessage, Page, RowIter, Step, Store, StoredEvent, StoredHandover, StoredMessage,
    StoredTask, TaskRow, TimerChange, TimerRow,
};
