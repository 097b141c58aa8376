//! The calendar against a slow one: every minute of some weeks, asked what the clock on the wall reads.
//!
//! The reference shares nothing with the calendar but the table of hours. It walks through the minutes in UTC, turns each
//! into local time, and looks it up. Where the clock goes back it keeps its furthest reading, which is what "the first
//! moment at which the clock reads it or later" means, seen from the other side.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Calendar, Interval};
use crate::{Clock, Span, Time};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1440;

/// Zones by what is odd about them.
const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",   // until 2019 the clocks changed at midnight
    "America/St_Johns",    // until 2011 they did at a minute past midnight
    "Australia/Lord_Howe", // by half an hour
    "Africa/Casablanca",   // twice a year more, around Ramadan
    "Asia/Kathmandu",      // a quarter of an hour off
    "Pacific/Apia",        // skipped the 30th of December 2011
    "Asia/Gaza",           // at midnight, and on other days each year
    "America/Havana",      // at midnight in spring, at one in autumn
    "Antarctica/Troll",    // by two hours
];

/// Every minute from a moment on, and whether it is open.
struct Reference {
    from: Time,
    open: Vec<bool>,
}

impl Reference {
    fn walk(zone: &TimeZone, weekly: &[Interval], holidays: &BTreeSet<Date>, from: Time, minutes: usize) -> Self {
        let reads = |minute: i64| {
            let at = Timestamp::from_millisecond(from.0 + minute * MINUTE_MS).expect("a moment of our time");
            zone.to_datetime(at)
        };
        // The clock may have just gone back before the walk begins.
        let mut furthest = (-DAY_MINUTES / 4..0).map(reads).max().expect("some hours");
        let open = (0..i64::try_from(minutes).expect("some weeks")).map(|minute| {
            furthest = furthest.max(reads(minute));
            is_listed(weekly, holidays, furthest)
        });
        let open = open.collect();
        Self { from, open }
    }

    fn at(&self, minute: usize) -> Time {
        Time(self.from.0 + i64::try_from(minute).expect("some weeks") * MINUTE_MS)
    }

    fn next_open(&self, minute: usize) -> Option<usize> {
        (minute..self.open.len()).find(|minute| self.open[*minute])
    }

    fn open_between(&self, from: usize, to: usize) -> usize {
        (from..to).filter(|minute| self.open[*minute]).count()
    }

    /// The first minute before which so many open ones have passed since it opened.
    fn due(&self, from: usize, minutes: usize) -> Option<usize> {
        let mut left = minutes;
        for at in self.next_open(from)?..self.open.len() {
            if left == 0 {
                return Some(at);
            }
            left -= usize::from(self.open[at]);
        }
        None
    }
}

fn is_listed(weekly: &[Interval], holidays: &BTreeSet<Date>, reading: DateTime) -> bool {
    let weekday = reading.date().weekday().to_monday_zero_offset();
    let minute = i32::from(reading.hour()) * 60 + i32::from(reading.minute());
    let holds = |interval: &Interval| {
        i32::from(interval.weekday) == i32::from(weekday)
            && (i32::from(interval.from_minute)..i32::from(interval.to_minute)).contains(&minute)
    };
    !holidays.contains(&reading.date()) && (weekly.is_empty() || weekly.iter().any(holds))
}

/// A zone, a moment to begin at, and a minute after it at which its clocks change, where they do.
#[derive(Debug, Clone, Copy)]
struct Place {
    zone: &'static str,
    from: Time,
    change: i64,
}

fn places() -> impl Strategy<Value = Place> {
    // 1995 to 2030: every change lies on a whole minute.
    let around = (9_131..21_915_i64).prop_map(|day| day * DAY_MINUTES * MINUTE_MS);
    let earlier = 3..6 * DAY_MINUTES;
    (prop::sample::select(ZONES.to_vec()), around, earlier).prop_map(|(zone, around, change)| {
        let found = TimeZone::get(zone).expect("a zone");
        let around = Timestamp::from_millisecond(around).expect("a moment of our time");
        let at = found
            .following(around)
            .next()
            .map_or(around, |change| change.timestamp());
        let from = Time((at.as_millisecond().div_euclid(MINUTE_MS) - change) * MINUTE_MS);
        Place { zone, from, change }
    })
}

/// Marks between intervals, most of them where the clocks change.
fn marks(place: Place) -> impl Strategy<Value = BTreeSet<u16>> {
    let zone = TimeZone::get(place.zone).expect("a zone");
    let at = Timestamp::from_millisecond(place.from.0 + place.change * MINUTE_MS).expect("a moment of our time");
    let local = zone.to_datetime(at);
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let near = (-8..=8_i64).prop_map(move |quarter| {
        let minute = minute + quarter * 15;
        u16::try_from(minute.rem_euclid(DAY_MINUTES + 1)).expect("a minute of a day")
    });
    prop::collection::btree_set(prop_oneof![3 => near, 1 => 0..=1440_u16], 0..7)
}

/// Up to six intervals a day, some of which touch.
fn weeks(place: Place) -> impl Strategy<Value = Vec<Interval>> {
    prop::collection::vec((marks(place), any::<bool>()), 7).prop_map(|days| {
        let of_day = |(weekday, (marks, touching)): (usize, (BTreeSet<u16>, bool))| {
            let marks: Vec<u16> = marks.into_iter().collect();
            let pairs: Vec<(u16, u16)> = if touching {
                marks.windows(2).map(|pair| (pair[0], pair[1])).collect()
            } else {
                marks.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
            };
            pairs.into_iter().map(move |(from_minute, to_minute)| Interval {
                weekday: u8::try_from(weekday).expect("0 to 6"),
                from_minute,
                to_minute,
            })
        };
        days.into_iter().enumerate().flat_map(of_day).collect()
    })
}

fn check(reference: &Reference, calendar: &Calendar, minute: usize, span: usize) {
    let at = reference.at(minute);
    let told = calendar.local(at);
    assert_eq!(
        calendar.is_open(at),
        reference.open[minute],
        "whether it is open at {told}"
    );
    if let Some(opens) = reference.next_open(minute) {
        let next = calendar.next_open(at);
        assert_eq!(next, Some(reference.at(opens)), "when it opens after {told}");
    }
    let to = (minute + span).min(reference.open.len());
    let open = Span::minutes(i64::try_from(reference.open_between(minute, to)).expect("some weeks"));
    let until = calendar.local(reference.at(to));
    assert_eq!(
        calendar.open_between(at, reference.at(to)),
        open,
        "open from {told} to {until}"
    );
    if let Some(due) = reference.due(minute, span / 4) {
        let span = Span::minutes(i64::try_from(span / 4).expect("some weeks"));
        let due = calendar.local(reference.at(due));
        assert_eq!(
            calendar.local(calendar.due(at, span, Clock::Business)),
            due,
            "{span} from {told}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_calendar_says_what_a_clock_on_the_wall_would(
        (place, weekly) in places().prop_flat_map(|place| (Just(place), weeks(place))),
        days in prop_oneof![4 => Just(8_i64), 1 => Just(40)],
        days_off in prop::collection::btree_set(0..40_i64, 0..12),
        asked in prop::collection::vec((any::<bool>(), any::<u16>(), any::<u16>()), 40),
    ) {
        let Place { zone, from, change } = place;
        let found = TimeZone::get(zone).expect("a zone");
        let day = |after: i64| {
            let at = Timestamp::from_millisecond(from.0 + after * DAY_MINUTES * MINUTE_MS).expect("a moment of our time");
            found.to_datetime(at).date()
        };
        let holidays: BTreeSet<Date> = days_off.into_iter().map(day).collect();
        let listed: Vec<String> = holidays.iter().map(ToString::to_string).collect();
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let calendar = Calendar::new(zone, &weekly, &listed).expect("a sound calendar");
        let minutes = usize::try_from(days * DAY_MINUTES).expect("some weeks");
        let reference = Reference::walk(&found, &weekly, &holidays, from, minutes);
        let change = usize::try_from(change).expect("it lies ahead");
        for (beside_the_change, minute, span) in asked {
            let (minute, span) = (usize::from(minute), usize::from(span));
            let minute = if beside_the_change { (change + minute % 360).saturating_sub(180) } else { minute % minutes };
            let span = if beside_the_change { span % 480 } else { span };
            check(&reference, &calendar, minute, span);
        }
    }
}
