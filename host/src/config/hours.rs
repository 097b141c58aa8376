//! Working hours as people write them, in `baton.toml` and over the API: the same words make the same calendar.
//!
//! What was written is kept beside the calendar that it makes, so that it can be shown again, and so that the hours of
//! one person can be laid over those of the business: days off add up, the rest is the nearer one's.

use baton_core::{Calendar, CalendarError, Interval};

use super::source::nearest;
use super::text::{Date, Hours, Parsed};

/// The days of a week, as their keys are written.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When a business, or one of its people, is there, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkingHours {
    /// What is open in a week, day by day; `None` where nobody says.
    pub weekly: Option<Vec<Interval>>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// Days off: `2026-12-25`.
    pub holidays: Vec<String>,
}

/// What is wrong with hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursFault {
    /// Where, from whatever holds them: `/hours/mon/0`, `/time_zone`, `/holidays/3`.
    pub pointer: String,
    /// What, and what to write instead.
    pub message: String,
}

impl WorkingHours {
    /// Reads the intervals of each day from Monday on, a zone, and days off.
    ///
    /// # Errors
    ///
    /// Every word that cannot be read; else what makes no calendar.
    pub fn read(
        week: Option<&[Vec<String>; 7]>,
        time_zone: Option<String>,
        holidays: Vec<String>,
    ) -> Result<Self, Vec<HoursFault>> {
        let mut faults = Vec::new();
        let mut weekly = Vec::new();
        for ((day, texts), weekday) in DAYS.iter().zip(week.into_iter().flatten()).zip(0..) {
            for (n, text) in texts.iter().enumerate() {
                match Hours::parse(text) {
                    Ok(hours) => weekly.push(hours.on(weekday)),
                    Err(message) => faults.push(HoursFault::new(format!("/hours/{day}/{n}"), message)),
                }
            }
        }
        for (n, text) in holidays.iter().enumerate() {
            if let Err(message) = Date::parse(text) {
                faults.push(HoursFault::new(format!("/holidays/{n}"), message));
            }
        }
        let hours = Self {
            weekly: week.map(|_| weekly),
            time_zone,
            holidays,
        };
        if faults.is_empty() {
            faults.extend(hours.calendar_in(&Self::default()).err());
        }
        if faults.is_empty() { Ok(hours) } else { Err(faults) }
    }

    /// The intervals of each day from Monday on, as [`WorkingHours::read`] reads them; `None` where nobody says.
    pub fn week(&self) -> Option<[Vec<String>; 7]> {
        let weekly = self.weekly.as_ref()?;
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let written = |i: &Interval| format!("{}-{}", clock(i.from_minute), clock(i.to_minute));
        Some(std::array::from_fn(|day| {
            let of_day = weekly.iter().filter(|interval| usize::from(interval.weekday) == day);
            of_day.map(written).collect()
        }))
    }

    /// The calendar of these hours.
    ///
    /// # Errors
    ///
    /// What makes no calendar, at the entry that is to blame.
    pub fn calendar(&self) -> Result<Calendar, HoursFault> {
        let Self {
            weekly,
            time_zone,
            holidays,
        } = self;
        if weekly.as_ref().is_some_and(Vec::is_empty) {
            let message =
                "no open hour in the week; give at least one interval, or leave `hours` out to be always open";
            return Err(HoursFault::new("/hours".to_owned(), message));
        }
        let weekly = weekly.as_deref().unwrap_or_default();
        let zone = time_zone.as_deref().unwrap_or("UTC");
        let dates: Vec<&str> = holidays.iter().map(String::as_str).collect();
        Calendar::new(zone, weekly, &dates).map_err(|error| {
            let place = |n: usize| {
                let day = weekly[n].weekday;
                let before = weekly[..n].iter().filter(|other| other.weekday == day).count();
                format!("/hours/{}/{before}", DAYS[usize::from(day)])
            };
            match &error {
                CalendarError::UnknownZone(_) => HoursFault::new("/time_zone".to_owned(), unknown_zone(zone, &error)),
                CalendarError::BadInterval(n) | CalendarError::Overlap(n) => {
                    HoursFault::new(place(*n), error.to_string())
                }
                CalendarError::BadHoliday(n, _) => HoursFault::new(format!("/holidays/{n}"), error.to_string()),
                CalendarError::NeverOpen => HoursFault::new("/holidays".to_owned(), error.to_string()),
            }
        })
    }

    /// The calendar of somebody with these hours in a business with those: their days off besides its, and its week
    /// and zone where they have none of their own.
    ///
    /// # Errors
    ///
    /// As [`WorkingHours::calendar`]; also for a zone without hours, which would mean nothing.
    pub fn calendar_in(&self, business: &Self) -> Result<Calendar, HoursFault> {
        if self.weekly.is_none() && self.time_zone.is_some() {
            let message =
                "a time zone without `hours` means nothing; give the agent hours of their own, or leave it out";
            return Err(HoursFault::new("/time_zone".to_owned(), message));
        }
        // Theirs first, so that a fault points at their own entry.
        let days_off = self.holidays.iter().chain(&business.holidays);
        let all = Self {
            weekly: self.weekly.clone().or_else(|| business.weekly.clone()),
            time_zone: self.time_zone.clone().or_else(|| business.time_zone.clone()),
            holidays: days_off.cloned().collect(),
        };
        all.calendar()
    }
}

impl HoursFault {
    fn new(pointer: String, message: impl Into<String>) -> Self {
        Self {
            pointer,
            message: message.into(),
        }
    }
}

fn unknown_zone(zone: &str, error: &CalendarError) -> String {
    let names: Vec<_> = jiff::tz::db().available().collect();
    match nearest(zone, names.iter().map(jiff::tz::TimeZoneName::as_str)) {
        Some(name) => format!("unknown time zone {zone:?}; did you mean `{name}`?"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_shown_as_they_are_written() {
        let week = ["09:00-12:00 13:00-18:00", "", "00:00-24:00", "", "", "", ""]
            .map(|day| day.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let read = WorkingHours::read(Some(&week), Some("Europe/Berlin".to_owned()), Vec::new()).expect("sound");
        assert_eq!(read.week(), Some(week));
        assert_eq!(WorkingHours::default().week(), None);
    }
}
