//! What every store must do, told as stories that run against each of them, and what only a store on disk can show.
//!
//! One test binary, because linking it costs more than running it. After each story the store is verified: whatever a
//! story did, entries of lists, ids, chunks and counts must agree.

#[path = "conformance/admin.rs"]
mod admin;
#[path = "conformance/disk.rs"]
mod disk;
#[path = "conformance/due.rs"]
mod due;
#[path = "conformance/random.rs"]
mod random;
#[path = "conformance/stories.rs"]
mod stories;
#[path = "conformance/support.rs"]
mod support;
