//! What goes wrong among people: too late, twice, by a stranger, to nobody. Refused with a word, and never lost.

use super::{agent, rung};
use crate::tests::{check, check_with, role};
use crate::{Assignee, Policy, RotaId, Rung, Spread, Target};

#[test]
fn accepting_after_the_lapse_is_refused_while_somebody_else_has_it_and_welcome_when_nobody_has() {
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
         15m   ana accepts
               -> refused not-offered: it is with bo now
         16m   ana declines
               -> refused not-offered: it is with bo now
         30m   wake
               -> lapse bo
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         31m   ana accepts
               -> assign ana
               -> control human 2
        ",
    );
}

#[test]
fn of_two_who_accept_at_once_one_has_it_and_the_other_is_told() {
    let all = Rung {
        spread: Spread::All,
        ..rung(Target::Everyone, 10)
    };
    check_with(
        Policy {
            ladder: vec![all],
            ..Policy::default()
        },
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana, bo until 10m
               -> task 1 for everyone due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    bo accepts
               -> assign bo
               -> withdraw ana
               -> control human 2
         1m    ana accepts
               -> refused already-accepted: bo has accepted it
         1m    ana declines
               -> refused already-accepted: bo has accepted it
         2m    ana completes closed
               -> refused not-yours: it is with bo
        ",
    );
}

#[test]
fn completing_twice_is_refused_and_makes_no_second_follow_up() {
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
         2m    ana completes scheduled due 1h: calls back
               -> task 1 done scheduled
               -> task 2 for ana due 1h2m medium: Continue: a human please
               -> complete scheduled by ana
               -> control bot 3
         2m    ana completes task 1 scheduled due 1h: calls back
               -> refused task-not-open: task 1 is not open
         3m    bo completes task 1 closed
               -> refused task-not-open: task 1 is not open
         4m    bo completes task 2 closed
               -> refused not-yours: it is with ana
         1h    ana completes task 2 converted
               -> task 2 done converted
         1h    ana completes task 2 converted
               -> refused task-not-open: task 2 is not open
        ",
    );
}

#[test]
fn nobody_declines_what_was_not_offered_to_them() {
    check_with(
        Policy {
            ladder: vec![rung(Target::Agent(agent("ana")), 5)],
            ..Policy::default()
        },
        "agent ana: offline
         0     stranger declines
               -> refused task-not-open: task 0 is not open
         1m    customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait
               -> task 1 for nobody due 1d1m medium: a human please
               -> say: We follow up within 1d.
         2m    stranger declines
               -> refused not-offered: it is with nobody now
         3m    ana online
               -> offer ana until 8m
         4m    stranger declines: no time
               -> refused not-offered: it is with ana now
         8m    wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         9m    stranger declines
               -> refused not-offered: it is with everyone now
         10m   boss assigns bo
               -> assign bo by boss
         11m   stranger declines
               -> refused not-offered: it is with bo now
         12m   bo accepts
               -> assign bo
               -> control human 2
         13m   stranger declines
               -> refused already-accepted: bo has accepted it
         14m   bo completes closed
               -> task 1 done closed
               -> complete closed by bo
               -> control bot 3
         15m   stranger declines
               -> refused task-not-open: task 0 is not open
        ",
    );
}

#[test]
fn a_ladder_that_leads_to_nobody_ends_at_the_fallback_at_once() {
    let night = RotaId::new("night").expect("a good name");
    let nobody = [
        Target::Role(role("ghosts")),
        Target::Agent(agent("gone")),
        Target::OnCall(night),
    ];
    for to in nobody {
        check_with(
            Policy {
                ladder: vec![rung(to, 5), rung(Target::Role(role("void")), 5)],
                climbs: 3,
                fallback: Assignee::Agent(agent("boss")),
                ..Policy::default()
            },
            "agent ana: roles support
             0     customer: a human please
                   -> open explicit-request medium tags human-handover
                   -> control waiting 1
                   -> assign boss by ladder
                   -> alarm: the ladder leads to nobody
                   -> task 1 for boss due 1d medium: a human please
                   -> say: We follow up within 1d.
             1m    boss accepts
                   -> assign boss
                   -> control human 2
            ",
        );
    }
}

#[test]
fn a_next_rung_without_anybody_does_not_hold_it_back() {
    check_with(
        Policy {
            ladder: vec![rung(Target::Candidates, 5), rung(Target::Role(role("ghosts")), 5)],
            fallback: Assignee::Role(role("support")),
            ..Policy::default()
        },
        "agent ana: roles support
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 5m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         5m    wake
               -> lapse ana
               -> escalate to rung 2
               -> assign role:support by ladder
               -> alarm: nobody on the ladder accepted it
         6m    ana accepts
               -> assign ana
               -> control human 2
        ",
    );
}

#[test]
fn a_rung_whose_people_are_away_is_waited_for() {
    check_with(
        Policy {
            ladder: vec![
                rung(Target::Role(role("ghosts")), 5),
                rung(Target::Role(role("manager")), 5),
            ],
            fallback: Assignee::Agent(agent("boss")),
            ..Policy::default()
        },
        "agent ana: roles support
         agent max: roles manager; away
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait
               -> task 1 for nobody due 1d medium: a human please
               -> say: We follow up within 1d.
         1h    max online
               -> escalate to rung 2
               -> offer max until 1h5m
        ",
    );
}

#[test]
fn a_business_without_people_waits_for_its_first() {
    check(
        "0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait
               -> task 1 for nobody due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana accepts
               -> assign ana
               -> control human 2
        ",
    );
}

#[test]
fn who_missed_it_is_passed_over_and_it_says_when() {
    let conversation = check_with(
        Policy {
            ladder: vec![Rung {
                tries: 4,
                ..rung(Target::Everyone, 15)
            }],
            ..Policy::default()
        },
        "start 2026-03-02 10:27
         agent ana:
         agent bo:
         agent cy:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         15m   wake
               -> lapse ana
               -> offer bo until 30m
         16m   bo declines: at the dentist
               -> decline bo
               -> offer cy until 31m
         17m   cy accepts
               -> assign cy
               -> control human 2
         18m   cy gives back
               -> give back cy
               -> control waiting 3
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
        ",
    );
    let handover = conversation.handover.expect("it is open");
    let told = handover
        .passed_over
        .iter()
        .map(|over| format!("{}: {}", over.agent, over.why));
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        [
            "ana: missed this one at 10:42",
            "bo: declined this one at 10:43",
            "cy: gave back this one at 10:45"
        ]
    );
}

#[test]
fn a_transfer_to_a_colleague_takes_the_note_along() {
    let conversation = check(
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
         2m    agent ana: Bo knows this better.
         3m    ana assigns bo: has the X200, wants a refund
               -> withdraw ana
               -> assign bo by ana
         3m    ana assigns bo
               -> assign bo by ana
         4m    ana completes closed
               -> refused not-yours: it is with bo
         5m    bo accepts
               -> assign bo
         6m    boss assigns bo: yours it is
               -> assign bo by boss
         7m    ana accepts
               -> refused already-accepted: bo has accepted it
         40m   wake
        ",
    );
    let notes = conversation.open_tasks[&1].notes.iter();
    let notes: Vec<String> = notes.map(|note| format!("{}: {}", note.by, note.text)).collect();
    assert_eq!(notes, ["ana: has the X200, wants a refund", "boss: yours it is"]);
}

#[test]
fn what_was_given_back_and_found_nobody_is_told_when_the_bot_comes_back() {
    check(
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana accepts
               -> assign ana
               -> control human 2
         2m    ana offline
         3m    ana gives back: my shift ends
               -> give back ana
               -> control waiting 3
               -> wait
         8h1m  wake
               -> control bot 4
               -> bot back
               -> say returning: I am back.
               -> alarm: nobody acted before the bot came back
         9h    ana online
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
        ",
    );
}
