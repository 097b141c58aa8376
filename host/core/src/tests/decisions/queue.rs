//! Back into the queue, on call, and what holds for one reason only.

use std::collections::BTreeMap;

use super::rung;
use crate::tests::{check, check_with, role};
use crate::{
    Calendar, Clock, Deadlines, Interval, Policy, Reactivation, Reason, RotaId, Rung, Sla, Span, Spread, Target,
};

#[test]
fn who_has_it_may_give_it_back_to_the_queue() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana accepts
               -> assign ana
               -> control human 2
         2m    bo gives back: not mine
               -> refused not-yours: it is with ana
         3m    ana gives back: my shift ends
               -> give back ana
               -> control waiting 3
               -> offer bo until 18m
         4m    ana accepts
               -> refused not-offered: it is with bo now
         5m    bo accepts
               -> assign bo
               -> control human 4
        ",
    );
}

#[test]
fn to_give_back_what_was_only_offered_is_to_decline_it() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana gives back: not mine
               -> decline ana
               -> offer bo until 16m
        ",
    );
}

#[test]
fn who_leaves_the_business_leaves_nothing_behind() {
    check(
        "agent ana:
         agent bo:
         agent cy:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana leaves
               -> withdraw ana
               -> offer bo until 16m
         2m    bo accepts
               -> assign bo
               -> control human 2
         3m    agent bo: Hello!
         4m    bo leaves
               -> give back bo
               -> control waiting 3
               -> offer cy until 19m
         5m    boss assigns bo
               -> withdraw cy
               -> assign bo by boss
         6m    bo leaves
               -> withdraw bo
               -> offer cy until 21m
         7m    cy accepts
               -> assign cy
               -> control human 4
         8m    cy completes scheduled due 2h: calls again
               -> task 1 done scheduled
               -> task 2 for cy due 2h8m medium: Continue: a human please
               -> complete scheduled by cy
               -> control bot 5
         9m    cy leaves
               -> assign everyone by cy left
         10m   dan leaves
        ",
    );
}

#[test]
fn a_rung_may_ask_whoever_is_on_call() {
    let ladder = vec![
        rung(Target::Candidates, 5),
        rung(Target::OnCall(RotaId::new("night").expect("a good name")), 20),
    ];
    check_with(
        Policy {
            ladder,
            role: Some(role("support")),
            ..Policy::default()
        },
        "agent ana: roles support
         agent max: rota night
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 5m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         5m    wake
               -> lapse ana
               -> escalate to rung 2
               -> offer max until 25m
         25m   wake
               -> lapse max
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
        ",
    );
}

#[test]
fn a_reason_may_have_deadlines_and_a_ladder_of_its_own() {
    let urgent = Policy {
        ladder: vec![Rung {
            to: Target::Everyone,
            spread: Spread::All,
            within: Deadlines::all(Span::minutes(3)),
            tries: 1,
        }],
        response: Deadlines::all(Span::minutes(10)),
        reactivation: Reactivation {
            unanswered: Some(Deadlines::all(Span::minutes(30))),
            quiet: None,
        },
        tags: ["human-handover", "page-somebody"].map(str::to_owned).into(),
        ..Policy::default()
    };
    check_with(
        Policy {
            reasons: BTreeMap::from([(Reason::HIGH_VALUE.to_owned(), urgent)]),
            ..Policy::default()
        },
        "agent ana:
         agent bo:
         0     customer: this is urgent
               -> open high-value high tags human-handover page-somebody
               -> control waiting 1
               -> offer ana, bo until 3m
               -> task 1 for everyone due 10m high: this is urgent
               -> say: We follow up within 10m.
         3m    wake
               -> lapse ana, bo
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         8m    wake
               -> warn response-due at 10m
         10m   wake
               -> breach response-due
               -> task 1 overdue
         30m   wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> alarm: nobody acted before the bot came back
        ",
    );
}

#[test]
fn the_time_to_the_outcome_stands_still_while_the_customer_is_waited_for() {
    check_with(
        Policy {
            resolution: Some(Deadlines::all(Span::hours(5))),
            ..Policy::default()
        },
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         15m   wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         1h    agent ana: Which model is it?
               -> assign ana
               -> control human 2
               -> pause resolution-due
         2h    agent ana: Are you still there?
         6h    customer: the X200
               -> resume resolution-due until 10h
         9h    wake
               -> warn resolution-due at 10h
         10h   wake
               -> breach resolution-due
               -> task 1 overdue
               -> control bot 3
               -> bot back
               -> say returning: I am back.
        ",
    );
}

#[test]
fn a_pause_is_counted_on_the_clock_of_its_deadline() {
    let weekly: Vec<_> = (0..5)
        .map(|weekday| Interval {
            weekday,
            from_minute: 540,
            to_minute: 1080,
        })
        .collect();
    let resolution = Sla {
        span: Span::hours(4),
        clock: Clock::Business,
    };
    check_with(
        Policy {
            resolution: Some(Deadlines {
                low: resolution,
                medium: resolution,
                high: resolution,
            }),
            calendar: Calendar::new("Europe/Berlin", &weekly, &[]).expect("a sound calendar"),
            ..Policy::default()
        },
        "start 2026-03-06 15:00
         agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         15m   wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         1h    agent ana: Which model is it?
               -> assign ana
               -> control human 2
               -> pause resolution-due
         9h    wake
               -> control bot 3
               -> bot back
               -> say returning: I am back.
         1d    customer: the X200
               -> resume resolution-due until 2d21h
         2d18h wake
         2d20h12m wake
               -> warn resolution-due at 2d21h
         2d21h wake
               -> breach resolution-due
               -> task 1 overdue
        ",
    );
}
