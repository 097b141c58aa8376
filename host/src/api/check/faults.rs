//! Collects faults, and checks single values: a value that fails leaves a fault at its pointer.

use std::ops::RangeInclusive;
use std::str::FromStr;

use baton_core::{IdError, Time};

use crate::api::limits;
use crate::api::problem::{Fault, Problem};

/// The faults of one request, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub(crate) fn at(&mut self, pointer: &str, detail: impl Into<String>) {
        self.0.push(Fault {
            pointer: Some(pointer.to_owned()),
            parameter: None,
            detail: detail.into(),
        });
    }

    /// Adds one outside of the body.
    pub(crate) fn parameter(&mut self, name: &str, detail: impl Into<String>) {
        self.0.push(Fault {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.into(),
        });
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The value, if there was no fault at all.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) => Err(Problem::invalid(self.0)),
            None if self.0.is_empty() => Err(Problem::new(
                super::super::Kind::Internal,
                "a check failed without a fault",
            )),
            None => Err(Problem::invalid(self.0)),
        }
    }

    /// What must be there. A value of the wrong type was told already, so it is not told as missing too.
    pub(crate) fn required<T>(&mut self, pointer: &str, value: Option<T>) -> Option<T> {
        let told = self.0.iter().any(|fault| fault.pointer.as_deref() == Some(pointer));
        if value.is_none() && !told {
            self.at(pointer, "is required");
        }
        value
    }

    /// An id, where there is one.
    pub(crate) fn id<T: FromStr<Err = IdError>>(&mut self, pointer: &str, text: Option<String>) -> Option<T> {
        match text?.parse() {
            Ok(id) => Some(id),
            Err(error) => {
                let error: IdError = error;
                self.at(pointer, error.to_string());
                None
            }
        }
    }

    /// A text of a bounded length, where there is one.
    pub(crate) fn text(
        &mut self,
        pointer: &str,
        text: Option<String>,
        bytes: &RangeInclusive<usize>,
    ) -> Option<String> {
        let text = text?;
        if bytes.contains(&text.len()) {
            return Some(text);
        }
        self.at(
            pointer,
            format!(
                "has {} bytes, {} to {} are allowed",
                text.len(),
                bytes.start(),
                bytes.end()
            ),
        );
        None
    }

    /// A text without line breaks or other control characters, where there is one.
    pub(crate) fn line(
        &mut self,
        pointer: &str,
        text: Option<String>,
        bytes: &RangeInclusive<usize>,
    ) -> Option<String> {
        let text = self.text(pointer, text, bytes)?;
        if !text.contains(char::is_control) {
            return Some(text);
        }
        self.at(pointer, "must be one line without control characters");
        None
    }

    /// A time that has been, where there is one.
    pub(crate) fn past(&mut self, pointer: &str, text: Option<String>, now: Time) -> Option<Time> {
        let at = self.time(pointer, text)?;
        if at.0 < limits::EARLIEST_MS {
            self.at(pointer, "is before the year 2000; is the clock set?");
            return None;
        }
        if at.0 > now.0.saturating_add(limits::AHEAD_MS) {
            self.at(
                pointer,
                format!("is more than 1 day ahead of {}", crate::api::wire::rfc3339(now)),
            );
            return None;
        }
        Some(at)
    }

    /// A time to come, where there is one.
    pub(crate) fn future(&mut self, pointer: &str, text: Option<String>, now: Time) -> Option<Time> {
        let at = self.time(pointer, text)?;
        if at <= now {
            self.at(pointer, format!("is not after {}", crate::api::wire::rfc3339(now)));
            return None;
        }
        if at.0 > now.0.saturating_add(limits::PLANNED_MS) {
            self.at(pointer, "is more than 10 years ahead");
            return None;
        }
        Some(at)
    }

    /// A time of RFC 3339.
    pub(crate) fn time(&mut self, pointer: &str, text: Option<String>) -> Option<Time> {
        let text = text?;
        match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => Some(Time(timestamp.as_millisecond())),
            Err(_) => {
                self.at(pointer, "is not a time of RFC 3339, such as 2026-03-02T17:30:00Z");
                None
            }
        }
    }
}

/// A JSON Pointer to a member: `/fields/a~1b`.
pub(crate) fn member(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
