//! Lines for the operator's log.
//!
//! In the sandbox they go to the host, which bounds them per call. In a native test they are kept per thread, so that
//! a test reads exactly its own.

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever writes the rule. The only level that may carry a customer's words.
    Debug,
    /// For the record.
    Info,
    /// Something is odd and was coped with.
    Warn,
    /// Something failed.
    Error,
}

/// Writes a line that may carry a customer's words.
pub fn debug(line: impl AsRef<str>) {
    write(Level::Debug, line.as_ref());
}

/// Writes a line for the record, without a customer's words.
pub fn info(line: impl AsRef<str>) {
    write(Level::Info, line.as_ref());
}

/// Writes a warning, without a customer's words.
pub fn warn(line: impl AsRef<str>) {
    write(Level::Warn, line.as_ref());
}

/// Writes an error, without a customer's words.
pub fn error(line: impl AsRef<str>) {
    write(Level::Error, line.as_ref());
}

#[cfg(target_family = "wasm")]
fn write(level: Level, line: &str) {
    use crate::bindings::log;
    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::write(level, line);
}

#[cfg(not(target_family = "wasm"))]
thread_local! {
    static LINES: std::cell::RefCell<Vec<(Level, String)>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(not(target_family = "wasm"))]
fn write(level: Level, line: &str) {
    LINES.with_borrow_mut(|lines| lines.push((level, line.to_owned())));
}

/// Takes the lines that this thread wrote since the last call. Only outside the sandbox.
#[cfg(not(target_family = "wasm"))]
pub fn taken() -> Vec<(Level, String)> {
    LINES.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_reads_the_lines_that_were_written() {
        info("loaded 3 words");
        debug("saw: hello");
        assert_eq!(
            taken(),
            [
                (Level::Info, "loaded 3 words".into()),
                (Level::Debug, "saw: hello".into())
            ]
        );
        assert_eq!(taken(), []);
    }
}
