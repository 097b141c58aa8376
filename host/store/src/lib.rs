//! Durable state of Baton: one atomic, synced commit per step.
//!
//! `store.rs` is the contract with `step.rs`, `keys.rs` the order of rows, `value.rs` their checksums. `plan.rs` turns a step into rows
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
mod step;
mod store;
mod value;

pub use error::{Cause, CommitError, InvalidName, OpenError, ReadError};
pub use memory::MemoryStore;
pub use sled::{Options, SledStore};
pub use step::{
    Committed, ConversationChange, DeliveryChange, DeliveryId, FactChange, FactTable, HandoverRow, NewEvent,
    NewMessage, Step, TaskRow, TimerChange,
};
pub use store::{
    Ack, ConversationKey, Counts, Cursor, DeadLetter, Delivery, DeliveryQueue, Fact, InvalidCursor, Loaded, Page,
    RowIter, Store, StoredEvent, StoredHandover, StoredMessage, StoredTask, TimerRow, commit_and_wait,
};
