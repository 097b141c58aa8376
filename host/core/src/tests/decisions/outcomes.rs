//! Outcomes and clocks: decisions 10 and 11.

use super::{office_hours, rung};
use crate::tests::{check, check_with, role};
use crate::{AfterCompletion, Deadlines, Policy, Reactivation, Span, Target};

// 10. Outcomes.

#[test]
fn completing_gives_the_conversation_back_or_closes_it() {
    let story = |holder: &str| {
        format!(
            "agent ana:
             0    customer: a human please
                  -> open explicit-request medium tags human-handover
                  -> control waiting 1
                  -> offer ana until 15m
                  -> task 1 for ana due 1d medium: a human please
                  -> say: We follow up within 1d.
             1m   ana accepts
                  -> assign ana
                  -> control human 2
             2m   ana completes no-answer not-needed: left a voicemail
                  -> task 1 done no-answer
                  -> complete no-answer by ana
                  -> control {holder} 3
            "
        )
    };
    check(&story("bot"));
    check_with(
        Policy {
            after_completion: AfterCompletion::Close,
            ..Policy::default()
        },
        &story("closed"),
    );
}

#[test]
fn scheduled_makes_a_follow_up_task() {
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
         2m    ana completes scheduled due 2d: visit on Friday
               -> task 1 done scheduled
               -> task 2 for ana due 2d2m medium: Continue: a human please
               -> complete scheduled by ana
               -> control bot 3
         2d2m  wake
               -> task 2 overdue
         3d    wake
         3d1h  ana completes task 2 converted
               -> task 2 done converted
        ",
    );
}

#[test]
fn needs_escalation_goes_up_the_ladder() {
    let ladder = vec![
        rung(Target::Role(role("support")), 5),
        rung(Target::Role(role("manager")), 20),
    ];
    check_with(
        Policy {
            ladder,
            ..Policy::default()
        },
        "agent ana: roles support
         agent max: roles manager
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 5m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    ana accepts
               -> assign ana
               -> control human 2
         2m    ana completes needs-escalation: wants a refund
               -> control waiting 3
               -> escalate to rung 2
               -> offer max until 22m
         3m    max accepts
               -> assign max
               -> control human 4
         4m    max completes closed
               -> task 1 done closed
               -> complete closed by max
               -> control bot 5
        ",
    );
}

// 11. Clocks.

#[test]
fn an_urgent_case_on_friday_evening_is_due_on_monday_morning() {
    check_with(
        office_hours(),
        "start 2026-03-06 17:59
         agent ana:
         0     customer: this is urgent
               -> open high-value high tags human-handover
               -> control waiting 1
               -> offer ana until 2d16h
               -> task 1 for ana due 2d17h high: this is urgent
               -> say: We follow up within 2h.
         2d4h  wake
         2d16h wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         2d16h36m wake
               -> warn response-due at 2d17h
         2d17h wake
               -> breach response-due
               -> task 1 overdue
         2d18h wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> alarm: nobody acted before the bot came back
         3d    wake
        ",
    );
}

#[test]
fn deadlines_warn_and_are_breached_once() {
    check_with(
        Policy {
            resolution: Some(Deadlines::all(Span::hours(30))),
            reactivation: Reactivation {
                unanswered: None,
                quiet: None,
            },
            ladder: vec![rung(Target::Everyone, 6000)],
            ..Policy::default()
        },
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 4d4h
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         19h12m wake
               -> warn response-due at 1d
         1d    wake
               -> warn resolution-due at 1d6h
               -> breach response-due
               -> task 1 overdue
         1d5h  ana accepts
               -> assign ana
               -> control human 2
         1d6h  wake
               -> breach resolution-due
         1d7h  wake
        ",
    );
}
