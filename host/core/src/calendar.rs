//! Business hours: when people are there, and when a span of their time has passed.
//!
//! Weekly intervals in local time, several a day, holidays, daylight saving. Local times are turned
//! into moments day by day, so a day of 23 or 25 hours counts as long as it is. Every walk is bounded:
//! a calendar that is shut for [`HORIZON_DAYS`] on end falls back to the wall clock from there on, so that a
//! deadline always exists.
//!
//! A local time is the first moment at which the clock reads it or later. So an interval is one stretch on
//! every day, as a shift is, and no two of them ever overlap: an end that falls into the hour that is skipped
//! lies where the clocks go forward, and one in the hour that happens twice lies in the first of the two.
//! Nobody goes home at three to come back at two.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time as LocalTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::{Clock, Span, Time};

/// Longer than any closed spell of a business that still answers its customers.
const HORIZON_DAYS: usize = 3 * 366;

/// No deadline lies further away; it bounds the walk where an hour a week is to add up to years.
const FURTHEST_DAYS: usize = 100 * 366;

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
    /// Every day of a whole year on which it would be open is a holiday.
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
        // A clock that goes back over midnight shows the day before again while the next one's hours have begun.
        let days = self.days_from(at).take(2);
        let mut hours = days.flat_map(|day| self.hours_of(day));
        hours.any(|(from, to)| from <= at && at < to)
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
                let (mut left, mut passed) = (span, from);
                for (start, end) in self.open_from(from) {
                    let length = end - start;
                    if left <= length {
                        return start + left;
                    }
                    (left, passed) = (Span(left.0 - length.0), end);
                }
                passed + left
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

    /// Stretches of open time from `at` on, in order, the one that holds `at` cut to begin there.
    fn open_from(&self, at: Time) -> impl Iterator<Item = (Time, Time)> {
        let mut shut_days = 0;
        let near = move |day: &Date| {
            shut_days = if self.is_shut(*day) { shut_days + 1 } else { 0 };
            shut_days <= HORIZON_DAYS
        };
        self.days_from(at)
            .take_while(near)
            .flat_map(|day| self.hours_of(day))
            .filter(move |(_, to)| *to > at)
            .map(move |(from, to)| (from.max(at), to))
    }

    fn days_from(&self, at: Time) -> impl Iterator<Item = Date> {
        let first = self.zoned(at).date();
        std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(FURTHEST_DAYS)
    }

    fn is_shut(&self, day: Date) -> bool {
        let weekday = weekday_number(day.weekday());
        let listed = self.weekly.is_empty() || self.weekly.iter().any(|i| i.weekday == weekday);
        !listed || self.holidays.contains(&day)
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

    /// The first moment at which the clock reads this minute of a day or later.
    fn minute_of(&self, day: Date, minute: u16) -> Option<Time> {
        let (day, minute) = if minute == 1440 {
            (day.tomorrow().ok()?, 0)
        } else {
            (day, minute)
        };
        let hour = i8::try_from(minute / 60).ok()?;
        let local = day.to_datetime(LocalTime::new(hour, i8::try_from(minute % 60).ok()?, 0, 0).ok()?);
        let first = match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(local).ok()?
            }
            AmbiguousOffset::Gap { after, .. } => {
                let before_it = after.to_timestamp(local).ok()?;
                self.zone.following(before_it).next()?.timestamp()
            }
        };
        Some(Time(first.as_millisecond()))
    }

    /// Holidays are dated, so only a calendar whose holidays cover a year of its weekdays never opens.
    fn never_opens(&self) -> bool {
        let days_from = |first: &Date| std::iter::successors(Some(*first), |day| day.tomorrow().ok());
        self.holidays
            .iter()
            .any(|first| days_from(first).take(366).all(|day| self.is_shut(day)))
    }
}

fn weekday_number(weekday: Weekday) -> u8 {
    u8::try_from(weekday.to_monday_zero_offset()).expect("0 to 6")
}

#[cfg(test)]
mod reference;

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

    /// Open on one night only, from and to these minutes; tells how long.
    fn night(zone: &str, day: &str, hours: &[(u16, u16)]) -> (Calendar, Span) {
        let date: Date = day.parse().expect("a date");
        let weekday = weekday_number(date.weekday());
        let weekly = hours.iter().map(|&(from_minute, to_minute)| Interval {
            weekday,
            from_minute,
            to_minute,
        });
        let calendar = Calendar::new(zone, &weekly.collect::<Vec<_>>(), &[]).expect("a sound calendar");
        let noon = calendar.moment(&format!("{day} 12:00")).expect("a moment");
        let open = calendar.open_between(Time(noon.0 - Span::hours(18).0), noon);
        (calendar, open)
    }

    #[test]
    fn an_end_in_the_skipped_hour_lies_where_the_clocks_go_forward() {
        let open = |hours: &[(u16, u16)]| night("Europe/Berlin", "2026-03-29", hours).1;
        assert_eq!(open(&[(60, 150)]), Span::hours(1), "1:00 to 2:30, and there is no 2:00");
        assert_eq!(open(&[(150, 240)]), Span::hours(1), "2:30 to 4:00");
        assert_eq!(
            open(&[(60, 165), (195, 240)]),
            Span::minutes(60 + 45),
            "no hour counts twice"
        );
        assert_eq!(open(&[(135, 165)]), Span(0), "it was skipped");
    }

    #[test]
    fn an_end_in_the_hour_that_happens_twice_lies_in_the_first_of_them() {
        let (berlin, open) = night("Europe/Berlin", "2026-10-25", &[(150, 240)]);
        assert_eq!(open, Span::minutes(150), "2:30 to 4:00, with an hour more in between");
        let begins = berlin.moment("2026-10-25 02:30").expect("the first one");
        assert!(
            (0..150).all(|minute| berlin.is_open(begins + Span::minutes(minute))),
            "one stretch"
        );
        let open = |hours: &[(u16, u16)]| night("America/New_York", "2026-11-01", hours).1;
        assert_eq!(open(&[(0, 90)]), Span::minutes(90), "0:00 to the first 1:30");
        assert_eq!(
            open(&[(0, 120)]),
            Span::hours(3),
            "0:00 to 2:00, which comes after both"
        );
    }

    #[test]
    fn a_clock_that_goes_back_over_midnight_shuts_nobody_out() {
        let always = Calendar::new("America/St_Johns", &[], &[]).expect("a zone");
        let evening = always.moment("2010-11-06 22:00").expect("a moment");
        let night = (0..240).map(|minute| evening + Span::minutes(minute));
        let shut: Vec<String> = night
            .filter(|at| !always.is_open(*at))
            .map(|at| always.local(at))
            .collect();
        assert_eq!(shut, Vec::<String>::new());
    }

    #[test]
    fn an_hour_a_week_adds_up_over_the_years() {
        let (rare, _) = night("Europe/Berlin", "2026-03-02", &[(600, 660)]);
        check(&rare, "2026-03-02 09:00", "200h", "2029-12-24 11:00");
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
        let mondays: Vec<String> = (0..53).map(|week| monday_after(week).to_string()).collect();
        let mut mondays: Vec<&str> = mondays.iter().map(String::as_str).collect();
        assert_eq!(error("UTC", &[day(0, 600)], &mondays), CalendarError::NeverOpen);
        mondays.push("2024-12-30");
        assert_eq!(
            error("UTC", &[day(0, 600)], &mondays),
            CalendarError::NeverOpen,
            "an earlier holiday opens nothing"
        );
    }

    fn monday_after(week: i32) -> Date {
        let first: Date = "2026-01-05".parse().expect("a date");
        first.checked_add(jiff::Span::new().weeks(week)).expect("a date")
    }
}
