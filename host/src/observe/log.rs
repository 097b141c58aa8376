//! The log: readable lines on a terminal, one JSON object a line everywhere else, always on standard error.
//!
//! Standard output belongs to the commands' answers. The filter is `tracing`'s own language, so that one part can be
//! made louder alone (`info,baton_store=debug`); a filter that cannot be read ends the start instead of being ignored,
//! for a log that is missing is noticed only when it is needed.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is none.
    #[error(
        "the log filter {filter:?} cannot be read; write a level (error, warn, info, debug, trace), alone or by part: info,baton_store=debug"
    )]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// The process has a log already.
    #[error("the log was set up twice")]
    Twice(#[from] TryInitError),
}

/// Sets up the log of this process, once.
///
/// # Errors
///
/// When the filter cannot be read, or there is a log already; nothing has changed then.
pub fn init(filter: &str, format: LogFormat) -> Result<(), LogError> {
    let filter = parse(filter)?;
    let is_terminal = std::io::stderr().is_terminal();
    let base = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match shape(format, is_terminal) {
        LogFormat::Json => base.json().flatten_event(true).finish().try_init()?,
        LogFormat::Auto | LogFormat::Pretty => {
            let colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            base.with_ansi(colour).finish().try_init()?;
        }
    }
    Ok(())
}

/// Decides what `Auto` means here.
fn shape(format: LogFormat, is_terminal: bool) -> LogFormat {
    match (format, is_terminal) {
        (LogFormat::Auto, true) => LogFormat::Pretty,
        (LogFormat::Auto, false) => LogFormat::Json,
        (LogFormat::Pretty | LogFormat::Json, _) => format,
    }
}

fn parse(filter: &str) -> Result<EnvFilter, LogError> {
    let read = EnvFilter::builder().parse(filter);
    read.map_err(|source| LogError::Filter {
        filter: filter.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_or_refused_with_what_to_write() {
        for good in ["info", "warn,baton_store=debug", "off"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        let error = parse("info,baton=loud").expect_err("loud is no level").to_string();
        assert!(
            error.starts_with("the log filter \"info,baton=loud\" cannot be read; write a level"),
            "{error}"
        );
    }

    #[test]
    fn only_a_terminal_gets_the_pretty_form_by_itself() {
        assert_eq!(shape(LogFormat::Auto, true), LogFormat::Pretty);
        assert_eq!(shape(LogFormat::Auto, false), LogFormat::Json);
        assert_eq!(shape(LogFormat::Json, true), LogFormat::Json);
        assert_eq!(shape(LogFormat::Pretty, false), LogFormat::Pretty);
    }
}
