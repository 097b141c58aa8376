//! One story, or a few, for each numbered decision of the design.

mod opening;

mod offers;

mod people;
mod queue;

mod outcomes;

mod clocks;

mod astray;

use std::ops::Range;

use crate::{AgentId, Calendar, Clock, Deadlines, Interval, Policy, Reactivation, Rung, Sla, Span, Spread, Target};

fn agent(name: &str) -> AgentId {
    AgentId::new(name).expect("a good name")
}

fn rung(to: Target, minutes: i64) -> Rung {
    Rung {
        to,
        spread: Spread::One,
        within: Deadlines::all(Span::minutes(minutes)),
        tries: 1,
    }
}

/// From nine to six on some days of the week, 0 being Monday.
fn office(zone: &str, weekdays: Range<u8>, holidays: &[&str]) -> Calendar {
    let interval = |weekday| Interval {
        weekday,
        from_minute: 540,
        to_minute: 1080,
    };
    let weekly: Vec<Interval> = weekdays.map(interval).collect();
    Calendar::new(zone, &weekly, holidays).expect("a sound calendar")
}

/// A policy that counts everything in office hours.
fn office_hours() -> Policy {
    let business = |hours| Sla {
        span: Span::hours(hours),
        clock: Clock::Business,
    };
    Policy {
        calendar: office("Europe/Berlin", 0..5, &[]),
        response: Deadlines {
            low: business(8),
            medium: business(8),
            high: business(2),
        },
        reactivation: Reactivation {
            unanswered: Some(Deadlines {
                low: business(8),
                medium: business(8),
                high: business(3),
            }),
            quiet: None,
        },
        ladder: vec![Rung {
            to: Target::Everyone,
            spread: Spread::All,
            within: Deadlines {
                low: business(1),
                medium: business(1),
                high: business(1),
            },
            tries: 1,
        }],
        ..Policy::default()
    }
}
