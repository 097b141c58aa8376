//! What a plugin may use, each limit with its name, unit and the reason for its default.
//!
//! Fuel is the limit that decides, because it is the same number on a laptop and in production; the
//! deadline is only a backstop for what fuel does not see, such as a slow machine or copies by the host.

/// The Wasm stack of every call, in bytes; one number for all plugins, since it is the engine's.
///
/// Half of what a Rust thread has by default, so that the host's own frames below it always fit in 2 MiB.
pub const STACK_BYTES: usize = 512 * 1024;

/// The most that a budget may give as `memory_bytes`: room for tables of phrases in many languages.
pub const MAX_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// The most that a budget may give as `table_elements`.
pub const MAX_TABLE_ELEMENTS: usize = 20_000;

/// The most that a budget may give as `component_bytes`: an interpreter with its library.
pub const MAX_COMPONENT_BYTES: usize = 32 * 1024 * 1024;

/// What one plugin may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of the component, at most [`MAX_COMPONENT_BYTES`]: it is compiled as a whole, which takes time and memory in
    /// proportion. A Rust guest has some hundred KB, one in JavaScript 12 MB, in Python 18 MB.
    pub component_bytes: usize,
    /// Wasm instructions, roughly, of one call. A built-in detector takes some ten thousand on a short
    /// message; 50 million are 50 to 100 ms.
    pub fuel: u64,
    /// Milliseconds of one call, on the wall clock.
    pub deadline_ms: u32,
    /// Bytes of all linear memories together, at most [`MAX_MEMORY_BYTES`]. A Rust guest starts with little more than 1 MiB.
    pub memory_bytes: usize,
    /// Elements of all tables together, at most [`MAX_TABLE_ELEMENTS`]. A Rust guest has one per
    /// function that is called by pointer; an interpreter has thousands.
    pub table_elements: usize,
    /// Bytes that one answer, or the arguments of one host call, may occupy in the host.
    pub output_bytes: usize,
    /// Lines of one call that reach the log: the last ones; those before are counted and dropped.
    pub log_lines: u32,
    /// Bytes of one call that reach the log: the end of it; a line that is longer is cut.
    pub log_bytes: usize,
    /// Calls into the host of one call: of `conversation`, of `log`, and of WASI.
    pub host_calls: u32,
    /// As `fuel`, for `describe` and `configure`, which may build tables that every later call finds ready.
    pub configure_fuel: u64,
    /// As `deadline_ms`, for `describe` and `configure`.
    pub configure_deadline_ms: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            component_bytes: 16 * 1024 * 1024,
            fuel: 50_000_000,
            deadline_ms: 250,
            memory_bytes: 32 * 1024 * 1024,
            table_elements: MAX_TABLE_ELEMENTS,
            output_bytes: 128 * 1024,
            log_lines: 50,
            log_bytes: 16 * 1024,
            host_calls: 1_000,
            configure_fuel: 5_000_000_000,
            configure_deadline_ms: 10_000,
        }
    }
}
