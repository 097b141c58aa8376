//! Time is an argument: milliseconds since the epoch, so that it can be stored and replayed.

use std::fmt;
use std::ops::{Add, Sub};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

/// A length of time in milliseconds; never negative in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

/// Which clock a span is counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Clock {
    /// Every hour counts.
    #[default]
    Wall,
    /// Only the business's open hours count.
    Business,
}

impl Span {
    /// `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }

    /// `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }

    /// `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }

    /// Reads `90s`, `5m`, `8h`, `2d`, or several joined: `1d12h`; `0` needs no unit.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self(0));
        }
        let (mut total, mut digits) = (0_i64, String::new());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let unit_ms = match c {
                'd' => 86_400_000,
                'h' => 3_600_000,
                'm' if chars.next_if_eq(&'s').is_some() => 1,
                'm' => 60_000,
                's' => 1_000,
                _ => return None,
            };
            let n: i64 = digits.parse().ok()?;
            digits.clear();
            total = total.checked_add(n.checked_mul(unit_ms)?)?;
        }
        (digits.is_empty() && !text.is_empty()).then_some(Self(total))
    }
}

/// As [`Span::parse`] reads it: `1d 2h` is written `1d2h`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0");
        }
        let mut rest = self.0;
        for (unit_ms, mark) in [
            (86_400_000, "d"),
            (3_600_000, "h"),
            (60_000, "m"),
            (1_000, "s"),
            (1, "ms"),
        ] {
            if rest / unit_ms != 0 {
                write!(f, "{}{mark}", rest / unit_ms)?;
                rest %= unit_ms;
            }
        }
        Ok(())
    }
}

/// Stops at the ends of time instead of wrapping.
impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// How long since `earlier`; stops at the ends of time instead of wrapping.
impl Sub for Time {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for (text, ms) in [
            ("0", 0),
            ("90s", 90_000),
            ("8h", 28_800_000),
            ("1d12h", 129_600_000),
            ("5ms", 5),
        ] {
            assert_eq!(Span::parse(text), Some(Span(ms)));
        }
        assert_eq!(Span(90_000).to_string(), "1m30s");
        assert_eq!(Span(86_400_000 + 7_200_000).to_string(), "1d2h");
        for text in ["", "8", "h", "8 h", "-1h", "99999999999999999999h", "1x"] {
            assert_eq!(Span::parse(text), None, "{text:?}");
        }
    }
}
