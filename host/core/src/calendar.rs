//! Business hours: when people are there, and when a span of their time has passed.
//!
//! Weekly intervals in local time, several a day, holidays, daylight saving. Local times are turned
//! into moments day by day, so a day of 23 or 25 hours counts as long as it is. Every walk is bounded:
//! a calendar that is shut for [`HORIZON_DAYS`] on end falls back to the wall clock, so that a deadline
//! always exists.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{Date, Time as LocalTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::{Clock, Span, Time};

/// Longer than any closed spell of a business that still answers its customers.
const HORIZON_DAYS: usize = 3 * 366;

/// A span of open hours on one day of the week, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// 0 is Monday, 6 is Sunday.
    pub weekday: u8,
    /// Minutes after midnight: 0 to 1439.
    pub from_minute: u16,
    /// Minutes after midnight, after `from_minute`: up to 1440, which is midnight.
    pub to_minute: u16,
}

/// Why there is no calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// The zone is not in the IANA database.
    UnknownZone(String),
    /// An interval ends before it begins, or leaves the day; its place in the list.
    BadInterval(usize),
    /// Two intervals of a day overlap; the place of the later one in the list.
    Overlap(usize),
    /// A date that is not `YYYY-MM-DD`; its place in the list.
    BadHoliday(usize, String),
    /// Intervals were given, but every one of a whole year's days is a holiday.
    NeverOpen,
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone(zone) => write!(
                f,
                "unknown time zone {zone:?}; use an IANA name such as \"Europe/Berlin\""
            ),
            Self::BadInterval(_) => f.write_str("the interval ends before it begins, or leaves its day"),
            Self::Overlap(_) => f.write_str("the interval overlaps with another one of the same day"),
            Self::BadHoliday(_, text) => {
                write!(f, "{text:?} is not a date; write it as \"2026-12-25\"")
            }
            Self::NeverOpen => f.write_str("the calendar has no open hour within a year"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// When a business, or one of its people, is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    /// Sorted; empty means always open.
    weekly: Vec<Interval>,
    holidays: BTreeSet<Date>,
}

impl Calendar {
    /// Open at every hour; local times are UTC.
    pub fn always() -> Self {
        Self {
            zone: TimeZone::UTC,
            weekly: Vec::new(),
            holidays: BTreeSet::new(),
        }
    }

    /// Checks and keeps the hours. No intervals mean: open at every hour but on holidays.
    ///
    /// # Errors
    ///
    /// [`CalendarError`], which names the offending entry.
    pub fn new(zone: &str, weekly: &[Interval], holidays: &[&str]) -> Result<Self, CalendarError> {
        let zone = TimeZone::get(zone).map_err(|_| CalendarError::UnknownZone(zone.to_owned()))?;
        for (place, i) in weekly.iter().enumerate() {
            if i.weekday > 6 || i.from_minute >= i.to_minute || i.to_minute > 1440 {
                return Err(CalendarError::BadInterval(place));
            }
            let clash =
                |o: &&Interval| o.weekday == i.weekday && o.from_minute < i.to_minute && i.from_minute < o.to_minute;
            if weekly.iter().take(place).find(clash).is_some() {
                return Err(CalendarError::Overlap(place));
            }
        }
        let mut days = BTreeSet::new();
        for (place, text) in holidays.iter().enumerate() {
            let day: Date = text
                .parse()
                .map_err(|_| CalendarError::BadHoliday(place, (*text).to_owned()))?;
            days.insert(day);
        }
        let mut weekly = weekly.to_vec();
        weekly.sort_unstable();
        let calendar = Self {
            zone,
            weekly,
            holidays: days,
        };
        if calendar.never_opens() {
            return Err(CalendarError::NeverOpen);
        }
        Ok(calendar)
    }

    /// Whether someone is there at `at`.
    pub fn is_open(&self, at: Time) -> bool {
        self.days_from(at)
            .next()
            .is_some_and(|day| self.hours_of(day).any(|(from, to)| from <= at && at < to))
    }

    /// The first open moment at or after `at`; `None` when there is none for years.
    pub fn next_open(&self, at: Time) -> Option<Time> {
        self.open_from(at).next().map(|(from, _)| from)
    }

    /// The moment at which `span` has passed since `from`, counted on `clock`.
    ///
    /// A span that starts outside hours starts at opening.
    pub fn due(&self, from: Time, span: Span, clock: Clock) -> Time {
        match clock {
            Clock::Wall => from + span,
            Clock::Business => {
                let mut left = span.0;
                for (start, end) in self.open_from(from) {
                    let length = (end - start).0;
                    if left <= length {
                        return start + Span(left);
                    }
                    left -= length;
                }
                from + span
            }
        }
    }

    /// How much open time lies between two moments.
    pub fn open_between(&self, from: Time, to: Time) -> Span {
        let until = |end: Time| end.min(to);
        let spans = self.open_from(from).take_while(|(start, _)| *start < to);
        Span(spans.map(|(start, end)| (until(end) - start).0).sum())
    }

    /// The moment on the wall clock of this calendar's zone: `2026-03-02 17:30`.
    pub fn local(&self, at: Time) -> String {
        self.zoned(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A local date and time of day as a moment; `None` when it is not `2026-03-02 17:30`.
    pub fn moment(&self, local: &str) -> Option<Time> {
        let at: jiff::civil::DateTime = local.parse().ok()?;
        Some(Time(at.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond()))
    }

    fn zoned(&self, at: Time) -> jiff::Zoned {
        let furthest = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_millisecond(at.0)
            .unwrap_or(furthest)
            .to_zoned(self.zone.clone())
    }

    /// Stretches of open time from `at` on, the one that holds `at` cut to begin there.
    fn open_from(&self, at: Time) -> impl Iterator<Item = (Time, Time)> {
        self.days_from(at)
            .flat_map(|day| self.hours_of(day))
            .filter(move |(_, to)| *to > at)
            .map(move |(from, to)| (from.max(at), to))
    }

    fn days_from(&self, at: Time) -> impl Iterator<Item = Date> {
        let first = self.zoned(at).date();
        std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(HORIZON_DAYS)
    }

    /// The open hours of one local day as moments, in order.
    fn hours_of(&self, day: Date) -> impl Iterator<Item = (Time, Time)> {
        let weekday = weekday_number(day.weekday());
        let shut = self.holidays.contains(&day);
        let all_day = (!shut && self.weekly.is_empty()).then_some((0, 1440));
        let listed = self.weekly.iter().filter(move |i| !shut && i.weekday == weekday);
        all_day
            .into_iter()
            .chain(listed.map(|i| (i.from_minute, i.to_minute)))
            .filter_map(move |(from, to)| Some((self.minute_of(day, from)?, self.minute_of(day, to)?)))
            .filter(|(from, to)| from < to)
    }

    fn minute_of(&self, day: Date, minute: u16) -> Option<Time> {
        let (day, minute) = if minute == 1440 {
            (day.checked_add(1.day()).ok()?, 0)
        } else {
            (day, minute)
        };
        let hour = i8::try_from(minute / 60).ok()?;
        let local = LocalTime::new(hour, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let zoned = day.to_datetime(local).to_zoned(self.zone.clone()).ok()?;
        Some(Time(zoned.timestamp().as_millisecond()))
    }

    /// Holidays are dated, so only a calendar whose holidays cover a year of its weekdays never opens.
    fn never_opens(&self) -> bool {
        let Some(first) = self.holidays.first() else {
            return false;
        };
        let year = std::iter::successors(Some(*first), |day| day.tomorrow().ok()).take(366);
        let mut open_days = year.filter(|day| {
            let weekday = weekday_number(day.weekday());
            let listed = self.weekly.is_empty() || self.weekly.iter().any(|i| i.weekday == weekday);
            listed && !self.holidays.contains(day)
        });
        open_days.next().is_none()
    }
}

fn weekday_number(weekday: Weekday) -> u8 {
    u8::try_from(weekday.to_monday_zero_offset()).expect("0 to 6")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(zone: &str, holidays: &[&str]) -> Calendar {
        let weekly: Vec<_> = (0..5)
            .flat_map(|weekday| {
                [(540, 720), (780, 1080)].map(|(from_minute, to_minute)| Interval {
                    weekday,
                    from_minute,
                    to_minute,
                })
            })
            .collect();
        Calendar::new(zone, &weekly, holidays).expect("a sound calendar")
    }

    /// Office hours are Monday to Friday, 9 to 12 and 13 to 18.
    #[track_caller]
    fn check(calendar: &Calendar, from: &str, span: &str, due: &str) {
        let from = calendar.moment(from).expect("a date and time");
        let span = Span::parse(span).expect("a span");
        assert_eq!(calendar.local(calendar.due(from, span, Clock::Business)), due);
    }

    #[test]
    fn business_time_stops_at_lunch_at_night_and_on_weekends() {
        let berlin = office("Europe/Berlin", &["2026-04-06"]);
        check(&berlin, "2026-03-02 11:30", "1h", "2026-03-02 13:30");
        check(&berlin, "2026-03-02 17:30", "1h", "2026-03-03 09:30");
        check(&berlin, "2026-03-06 17:59", "2h", "2026-03-09 10:59");
        check(&berlin, "2026-03-07 03:00", "2h", "2026-03-09 11:00");
        check(&berlin, "2026-04-03 17:00", "2h", "2026-04-07 10:00");
    }

    #[test]
    fn a_deadline_that_starts_outside_hours_starts_at_opening() {
        let berlin = office("Europe/Berlin", &[]);
        let night = berlin.moment("2026-03-02 22:00").expect("a moment");
        assert!(!berlin.is_open(night));
        assert_eq!(
            berlin.next_open(night).map(|t| berlin.local(t)),
            Some("2026-03-03 09:00".into())
        );
        check(&berlin, "2026-03-02 22:00", "0", "2026-03-03 09:00");
    }

    #[test]
    fn a_night_of_23_hours_counts_23_hours() {
        let always = Calendar::new("Europe/Berlin", &[], &[]).expect("a zone");
        let (eve, noon) = (always.moment("2026-03-28 12:00"), always.moment("2026-03-29 12:00"));
        let (eve, noon) = (eve.expect("a moment"), noon.expect("a moment"));
        assert_eq!(always.open_between(eve, noon), Span::hours(23));
        check(&always, "2026-03-28 12:00", "1d", "2026-03-29 13:00");
        let new_york = Calendar::new("America/New_York", &[], &[]).expect("a zone");
        check(&new_york, "2026-10-31 12:00", "1d", "2026-11-01 11:00");
    }

    #[test]
    fn a_closure_of_three_weeks_is_waited_out() {
        let closed: Vec<String> = (3..=23).map(|d| format!("2026-08-{d:02}")).collect();
        let closed: Vec<&str> = closed.iter().map(String::as_str).collect();
        check(
            &office("Europe/Berlin", &closed),
            "2026-07-31 17:30",
            "1h",
            "2026-08-24 09:30",
        );
    }

    #[test]
    fn a_calendar_that_cannot_be_meant_is_refused() {
        let day = |from_minute, to_minute| Interval {
            weekday: 0,
            from_minute,
            to_minute,
        };
        let error =
            |zone, weekly: &[Interval], holidays: &[&str]| Calendar::new(zone, weekly, holidays).expect_err("refused");
        assert_eq!(
            error("Mars/Base", &[], &[]),
            CalendarError::UnknownZone("Mars/Base".into())
        );
        assert_eq!(error("UTC", &[day(600, 500)], &[]), CalendarError::BadInterval(0));
        assert_eq!(
            error("UTC", &[day(0, 600), day(540, 700)], &[]),
            CalendarError::Overlap(1)
        );
        assert_eq!(
            error("UTC", &[], &["25.12.2026"]),
            CalendarError::BadHoliday(0, "25.12.2026".into())
        );
    }
}
