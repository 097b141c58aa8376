//! What came of the handovers of a period: pure figures over rows that were read through the [`baton_store::Store`] trait.
//!
//! Where a figure comes from is decided once: who was handed over when, why and with which outcome is in the handover's
//! row, what was to be done in its tasks' rows; what a row forgets or never had (offers beyond the bounded timeline,
//! refused bot messages, conversations that were never handed over) is in the events. Nothing is counted twice in a
//! counter of its own, so a report can be made of any past period, and cannot disagree with what the API shows.
//! `FIGURES.md` beside this file defines every figure; a test recomputes each from the events alone.
//!
//! Nothing here knows HTTP, plugins or a clock.

mod limits;

mod period;
pub use period::{EmptyPeriod, Moment, Period};

mod case;
pub use case::{Begun, Case, Offers};

mod gather;
pub use gather::{GatherError, Gathered, gather};

mod figures;
pub use figures::{Durations, Figures};

mod group;
pub use group::{GroupBy, Report, Row, TimeStep, report};

mod csv;
pub use csv::csv;

mod chart;

mod page;
pub use page::{page, review_page};

mod review;
pub use review::{Example, HumanAnswer, OpenQuestion, Review, Suggestion, SuggestionKind, review};

/// The definition of every figure, as Markdown for people.
pub const FIGURES: &str = include_str!("FIGURES.md");

/// A time as RFC 3339 in UTC; stops at the ends of the calendar.
fn rfc3339(at: baton_core::Time) -> String {
    let end = if at.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(end).to_string()
}

#[cfg(test)]
mod tests;
