//! Bounds of the host, each with the reason for its size and what happens when it is reached. Those of the API
//! stand in `api/limits.rs`, those of the store in its crate.

/// Requests that may be under way in the engine; a further one is answered 429. At 4,000 messages a second this is
/// half a second of work, which is as long as a chat platform should be kept waiting.
pub const MOST_IN_FLIGHT: usize = 2_048;

/// Timers that are fired at the same time; further ones wait for their turn. Enough to keep the committer's groups full.
pub const MOST_TIMERS_IN_FLIGHT: usize = 256;

/// Rows that one request for a filtered list looks at; the page then ends early and its cursor goes on.
pub const MOST_ROWS_LOOKED_AT: usize = 2_000;

/// Steps that one wake-up of a conversation may take: every kind of timer several times over.
pub const MOST_STEPS_PER_WAKE: usize = 64;
