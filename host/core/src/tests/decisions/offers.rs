//! Assignment, offers and escalation: decisions 6 and 7.

use super::{agent, office, office_hours, rung};
use crate::tests::{check, check_in, check_with, role};
use crate::{Assignee, OwnerRule, Policy, Target};

// 6. Assignment.

#[test]
fn an_owned_contact_goes_to_the_owner_if_they_are_there() {
    let story = |presence: &str, offered: &str| {
        format!(
            "agent ana:
             agent bo: {presence}
             contact name=Dana; owner=bo
             0 customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer {offered} until 15m
               -> task 1 for {offered} due 1d medium: a human please
               -> say: We follow up within 1d.
            "
        )
    };
    check(&story("online", "bo"));
    check(&story("offline", "ana"));
    check_with(
        Policy {
            owner: OwnerRule::Always,
            ..Policy::default()
        },
        &story("offline", "bo"),
    );
    check_with(
        Policy {
            owner: OwnerRule::Never,
            ..Policy::default()
        },
        &story("online", "ana"),
    );
}

#[test]
fn an_owner_who_is_not_of_the_business_any_more_is_not_waited_for() {
    check_with(
        Policy {
            owner: OwnerRule::Always,
            ..Policy::default()
        },
        "agent ana:
         contact name=Dana; owner=gone
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn an_owned_contact_goes_to_the_owner_at_opening_if_nobody_was_asked_before() {
    check_in(
        office_hours(),
        office("Europe/Berlin", 0..5, &[]),
        "start 2026-03-02 22:00
         agent ana:
         agent bo:
         contact name=Dana; owner=bo
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait until 11h
               -> task 1 for nobody due 19h medium: a human please
               -> say: We follow up within 8h.
         11h   wake
               -> offer bo until 12h
         11h5m bo declines
               -> decline bo
               -> offer ana until 12h5m
        ",
    );
}

// 7. Offers and escalation.

#[test]
fn a_lapsed_offer_goes_to_the_next_agent() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         15m   wake
               -> lapse ana
               -> offer bo until 30m
         20m   bo accepts
               -> assign bo
               -> control human 2
        ",
    );
}

#[test]
fn each_rung_has_its_own_deadline_and_the_fallback_stands_at_the_end() {
    let ladder = vec![
        rung(Target::Role(role("sales")), 5),
        rung(Target::Role(role("manager")), 20),
        rung(Target::Everyone, 60),
    ];
    check_with(
        Policy {
            ladder,
            fallback: Assignee::Agent(agent("boss")),
            ..Policy::default()
        },
        "agent ana: roles sales
         agent max: roles manager
         agent boss: offline
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
               -> escalate to rung 3
               -> assign boss by ladder
               -> alarm: nobody on the ladder accepted it
         2h    wake
        ",
    );
}

#[test]
fn a_ladder_may_be_climbed_twice() {
    check_with(
        Policy {
            ladder: vec![rung(Target::Everyone, 5)],
            climbs: 2,
            ..Policy::default()
        },
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 5m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         5m    wake
               -> lapse ana
               -> escalate to rung 1
               -> offer ana until 10m
         10m   wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         1h    wake
        ",
    );
}

#[test]
fn who_declined_is_not_asked_again_while_anyone_else_is_left() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana declines: on a roof
               -> decline ana
               -> offer bo until 16m
         2m    bo declines
               -> decline bo
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
        ",
    );
}

#[test]
fn nobody_there_means_waiting_until_somebody_comes() {
    check(
        "agent ana: offline
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait
               -> task 1 for nobody due 1d medium: a human please
               -> say: We follow up within 1d.
         30m   ana online
               -> offer ana until 45m
         31m   ana accepts
               -> assign ana
               -> control human 2
        ",
    );
}
