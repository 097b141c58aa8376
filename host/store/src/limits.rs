//! Every bound of the store in one place, with the reason for its size.
//!
//! sled moves a tree node out of its log into a file of its own, which it never syncs, when the node passes a quarter
//! of a segment (128 KiB). A leaf holds at most 16 rows, and 19 for the moment between a merge and the next split, so
//! a row of [`ROW_MAX_BYTES`] with the longest key keeps a leaf under 90 KiB. Everything longer is cut into rows.
//! What passes a limit is refused with [`CommitError::Invalid`](crate::CommitError::Invalid), and nothing is written.

/// The longest name of a business, in bytes.
pub const BUSINESS_MAX_BYTES: usize = 64;

/// The longest id of a conversation, in bytes: the longest platform ids seen are WhatsApp's, with about 80.
pub const CONVERSATION_MAX_BYTES: usize = 128;

/// The longest platform id of a message, in bytes.
pub const MESSAGE_ID_MAX_BYTES: usize = 256;

/// The longest name of an endpoint, in bytes: an agent's id of 64 behind a word that says how they are reached.
pub const ENDPOINT_MAX_BYTES: usize = 80;

/// The longest key of a fact, in bytes: a business, a method, a path and an `Idempotency-Key` fit.
pub const FACT_KEY_MAX_BYTES: usize = 512;

/// The longest note of a delivery, in bytes.
pub const NOTE_MAX_BYTES: usize = 1_000;

/// The longest payload of a row, in bytes. Longer than any message a channel carries, shorter than a commit group.
pub const PAYLOAD_MAX_BYTES: usize = 1 << 20;

/// The payload bytes that one row of the database holds; a longer payload goes on in further rows.
pub const ROW_MAX_BYTES: usize = 4_000;

/// All payloads of one step together, in bytes.
pub const STEP_MAX_BYTES: usize = 4 << 20;

/// A commit group takes no further step once it has this many payload bytes: sled keeps a whole batch in memory.
pub const GROUP_MAX_BYTES: usize = 4 << 20;

/// What a snapshot may hold back for its reader, in bytes, before it gives up rather than eat the daemon's memory.
pub const SNAPSHOT_MAX_BYTES: usize = 256 << 20;
