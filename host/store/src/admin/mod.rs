//! What an operator does to a whole store: verify it, back it up, restore it, rewrite it.
//!
//! A backup is a logical export, one JSON line per row with readable keys, so that it outlives the database and its
//! format. It holds only what was committed by steps; lists and counts are made again when it is restored.

mod backup;
mod restore;
mod rewrite;
mod row;
mod verify;

pub use backup::{BackupError, BackupSummary, Decoder, Kind, backup};
pub use restore::{RestoreError, restore};
pub use rewrite::{RewriteError, rewrite, visit};
pub use row::{Payload, Row};
pub use verify::{Damage, Report, verify, verify_memory};
