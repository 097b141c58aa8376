//! What happened beside what would have: by day, by hour, and each difference with its evidence.

use std::collections::BTreeMap;

use baton_core::{Calendar, Time};
use serde::Serialize;

use super::replay::Replayed;
use crate::simulate::Stage;
use crate::stretch::{Difference, Stretch};

/// Hours of a week.
const WEEK: usize = 7 * 24;
const HOUR_MS: i64 = 3_600_000;

/// What a backtest found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// Conversations that were replayed.
    pub conversations: u64,
    /// Messages that were judged again.
    pub messages: u64,
    /// Handovers that rules opened.
    pub happened: u64,
    /// Handovers that the rules under test would have opened.
    pub again: u64,
    /// Handovers of both, for the same reason at the same message.
    pub same: u64,
    /// Of those that happened and were marked as not needed: how many there were, and how many there would be.
    pub not_needed: (u64, u64),
    /// Chats that people had to take over by themselves: how many there were, and how many the rules would have found.
    pub taken_over: (u64, u64),
    /// By local day.
    pub days: Vec<Day>,
    /// Hours of the week in which more would be opened than people who are there can hold, the worst first.
    pub too_much: Vec<Hour>,
    /// Everything that differs, in the order of the record.
    pub differences: Vec<Difference>,
}

/// Handovers of one local day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// `2026-03-02`
    pub day: String,
    /// That happened.
    pub happened: u64,
    /// That would have.
    pub again: u64,
}

/// An hour of the week, on the business's clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hour {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// Handovers to be expected in it.
    pub expected: f64,
    /// Handovers that whoever is there may hold at once.
    pub capacity: u32,
}

pub(super) fn compare(stage: &Stage, replayed: Vec<Replayed>) -> Backtest {
    let calendar = stage.calendar();
    let mut found = Backtest {
        conversations: replayed.len() as u64,
        messages: replayed.iter().map(|one| one.judged).sum(),
        happened: 0,
        again: 0,
        same: 0,
        not_needed: (0, 0),
        taken_over: (0, 0),
        days: Vec::new(),
        too_much: Vec::new(),
        differences: Vec::new(),
    };
    let mut days: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut hours = [0_u64; WEEK];
    let (mut first, mut last) = (Time(i64::MAX), Time(i64::MIN));
    for stretch in replayed.into_iter().flat_map(|one| one.stretches) {
        let Stretch { happened, again, .. } = &stretch;
        if let Some(passed) = happened {
            (first, last) = (first.min(passed.at), last.max(passed.at));
        }
        let by_rules = happened.as_ref().filter(|passed| !passed.by_people);
        if let Some(passed) = by_rules {
            found.happened += 1;
            days.entry(day(calendar, passed.at)).or_default().0 += 1;
        }
        if let Some(passed) = again {
            (first, last) = (first.min(passed.at), last.max(passed.at));
            found.again += 1;
            days.entry(day(calendar, passed.at)).or_default().1 += 1;
            hours[hour_of_week(calendar, passed.at)] += 1;
        }
        if by_rules.is_some_and(|passed| passed.needed == Some(false)) {
            found.not_needed.0 += 1;
            found.not_needed.1 += u64::from(again.is_some());
        }
        if happened.as_ref().is_some_and(|passed| passed.by_people) {
            found.taken_over.0 += 1;
            found.taken_over.1 += u64::from(again.is_some());
        }
        match stretch.difference() {
            Some(difference) => found.differences.push(difference),
            None => found.same += u64::from(again.is_some()),
        }
    }
    let row = |(day, (happened, again))| Day { day, happened, again };
    found.days = days.into_iter().map(row).collect();
    found.too_much = too_much(stage, &hours, first, last);
    found
}

fn day(calendar: &Calendar, at: Time) -> String {
    let local = calendar.local(at);
    local.split(' ').next().unwrap_or(&local).to_owned()
}

/// The hour of the week on the calendar's clock, from Monday's first.
fn hour_of_week(calendar: &Calendar, at: Time) -> usize {
    let local = calendar.local(at);
    let parsed = local
        .parse::<jiff::civil::DateTime>()
        .expect("the calendar writes dates and times");
    let weekday = usize::try_from(parsed.weekday().to_monday_zero_offset()).expect("0 to 6");
    weekday * 24 + usize::try_from(parsed.hour()).expect("0 to 23")
}

/// The hours in which more is to be expected than whoever is there may hold. A business that lists nobody has no hours.
fn too_much(stage: &Stage, hours: &[u64; WEEK], first: Time, last: Time) -> Vec<Hour> {
    let people: Vec<(&Calendar, u32)> = stage.people().collect();
    if people.is_empty() || first > last {
        return Vec::new();
    }
    // At least one week: a shorter record says nothing of how often an hour comes again.
    let weeks = ((last - first).0 as f64 / (WEEK as i64 * HOUR_MS) as f64).max(1.0);
    // A week of the record shows who is there in each of its hours.
    let mut capacity = [0_u32; WEEK];
    for n in 0..WEEK as i64 {
        let at = Time(first.0 + n * HOUR_MS);
        let there = people.iter().filter(|(calendar, _)| calendar.is_open(at));
        capacity[hour_of_week(stage.calendar(), at)] = there.map(|(_, capacity)| capacity).sum();
    }
    let mut hours: Vec<Hour> = (0..WEEK)
        .map(|n| Hour {
            weekday: u8::try_from(n / 24).expect("0 to 6"),
            hour: u8::try_from(n % 24).expect("0 to 23"),
            expected: hours[n] as f64 / weeks,
            capacity: capacity[n],
        })
        .filter(|hour| hour.expected > f64::from(hour.capacity))
        .collect();
    hours.sort_by(|a, b| (b.expected - f64::from(b.capacity)).total_cmp(&(a.expected - f64::from(a.capacity))));
    hours
}
