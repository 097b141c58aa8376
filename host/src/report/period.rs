//! Which period: ends that are moments, local dates or spans before now, as people type them.

use baton_core::{Calendar, Span, Time};

/// An end of a period as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// `2026-03-02T17:30:00Z`
    At(Time),
    /// `2026-03-02`: a day of the business's zone; as the beginning its first moment, as the end its last.
    Day(jiff::civil::Date),
    /// `7d`: so long before now.
    Ago(Span),
}

impl Moment {
    /// Seven days before now.
    pub const LAST_WEEK: Self = Self::Ago(Span::hours(7 * 24));
    /// Now.
    pub const NOW: Self = Self::Ago(Span(0));

    /// Reads RFC 3339, a date, or a span; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let span = Span::parse(text).map(Self::Ago);
        let moment = || {
            text.parse::<jiff::Timestamp>()
                .ok()
                .map(|at| Self::At(Time(at.as_millisecond())))
        };
        // jiff would take a date with a time of day for a date.
        let day = || (text.len() == 10).then(|| text.parse().ok().map(Self::Day)).flatten();
        span.or_else(moment).or_else(day)
    }

    fn resolve(&self, calendar: &Calendar, now: Time, end: bool) -> Time {
        match self {
            Self::At(at) => *at,
            Self::Ago(span) => Time(now.0.saturating_sub(span.0)),
            Self::Day(day) => {
                let day = if end { day.tomorrow().unwrap_or(*day) } else { *day };
                calendar.moment(&format!("{day} 00:00")).unwrap_or(now)
            }
        }
    }
}

/// From one moment to another, without the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub since: Time,
    /// The moment after its last.
    pub until: Time,
}

/// A period that ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period begins at {since} and ends at {until}; choose an earlier `since` or a later `until`", since = super::rfc3339(.0.since), until = super::rfc3339(.0.until))]
pub struct EmptyPeriod(pub Period);

impl Period {
    /// The period between two ends, its days those of the calendar's zone.
    ///
    /// # Errors
    ///
    /// When there is no moment in it.
    pub fn new(since: &Moment, until: &Moment, calendar: &Calendar, now: Time) -> Result<Self, EmptyPeriod> {
        let period = Self {
            since: since.resolve(calendar, now, false),
            until: until.resolve(calendar, now, true),
        };
        if period.since < period.until {
            Ok(period)
        } else {
            Err(EmptyPeriod(period))
        }
    }

    /// Whether a moment lies in it.
    pub fn holds(&self, at: Time) -> bool {
        self.since <= at && at < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_spans_dates_or_moments() {
        let berlin = Calendar::new("Europe/Berlin", &[], &[]).expect("a zone");
        let now = berlin.moment("2026-03-30 12:00").expect("a moment");
        let local = |since: &str, until: &str| {
            let end = |text: &str| Moment::parse(text).expect("an end");
            let period = Period::new(&end(since), &end(until), &berlin, now).expect("a period");
            format!("{} {}", berlin.local(period.since), berlin.local(period.until))
        };
        assert_eq!(
            local("7d", "0"),
            "2026-03-23 11:00 2026-03-30 12:00",
            "spans are of the wall clock"
        );
        assert_eq!(
            local("2026-03-29", "2026-03-29"),
            "2026-03-29 00:00 2026-03-30 00:00",
            "a day of 23 hours"
        );
        assert_eq!(local("2026-03-01T12:00:00Z", "1d"), "2026-03-01 13:00 2026-03-29 12:00");
        for text in ["", "yesterday", "7", "2026-13-01", "2026-03-01 12:00", "-7d"] {
            assert_eq!(Moment::parse(text), None, "{text:?}");
        }
        let error = Period::new(&Moment::NOW, &Moment::LAST_WEEK, &berlin, now).expect_err("it is empty");
        assert!(
            error
                .to_string()
                .contains("begins at 2026-03-30T10:00:00Z and ends at 2026-03-23T10:00:00Z"),
            "{error}"
        );
    }
}
