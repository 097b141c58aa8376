//! Calls of plugins, kept and made again: a recording, its replay, a benchmark.
//!
//! All three are one thing, a [`Call`](crate::record::Call) with its whole input: production writes it down, a laptop makes
//! it again in the same sandbox and compares the answer byte for byte, and a benchmark makes it again many times. A
//! sandbox has no clock and no chance of its own, so another answer is another component, settings or budget.

mod recorder;
pub use recorder::{RECORDING_BYTES, RecordError, Recorder};

mod reading;
pub use reading::{ReadCallsError, read};

mod verdict;
pub use verdict::{Said, Verdict};

mod bench;
pub use bench::{Bench, Contest, Figures, Measured, Spread};
