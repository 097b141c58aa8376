//! Human acts and the bot's return: decisions 8 and 9.

use super::rung;
use crate::tests::{check, check_with, role};
use crate::{Deadlines, Policy, Reactivation, Span, Target};

// 8. Human acts.

#[test]
fn an_agent_who_writes_has_taken_it() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    agent bo: Hello, bo here.
               -> assign bo
               -> withdraw ana
               -> control human 2
         2m    ana accepts
               -> refused already-accepted: bo has accepted it
        ",
    );
}

#[test]
fn an_agent_who_writes_while_the_bot_holds_it_takes_over() {
    check(
        "agent ana:
         0     customer: what are your opening hours on Sunday?
         1m    agent ana: I take this one.
               -> open takeover medium tags human-handover
               -> assign ana
               -> control human 1
               -> task 1 for ana due 1d1m medium: what are your opening hours on Sunday?
         2m    bot: We open at nine.
               -> refuse bot, it saw epoch 1
         3m    ana completes converted: sold a filter
               -> task 1 done converted
               -> complete converted by ana
               -> control bot 2
        ",
    );
}

// 9. Reactivation.

#[test]
fn after_the_window_the_bot_is_back_and_the_ladder_goes_up() {
    let ladder = vec![
        rung(Target::Candidates, 24 * 60),
        rung(Target::Role(role("manager")), 60),
    ];
    check_with(
        Policy {
            ladder,
            role: Some(role("technician")),
            ..Policy::default()
        },
        "agent tom: roles technician
         agent max: roles manager
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer tom until 1d
               -> task 1 for tom due 1d medium: a human please
               -> say: We follow up within 1d.
         8h    wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> lapse tom
               -> escalate to rung 2
               -> offer max until 9h
         8h5m  bot: Can I help meanwhile?
         8h6m  max accepts
               -> assign max
               -> control human 3
        ",
    );
}

#[test]
fn each_human_act_moves_the_window() {
    check(
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         5m    ana accepts
               -> assign ana
               -> control human 2
         5h    agent ana: I looked it up.
         13h   wake
               -> control bot 3
               -> bot back
               -> say returning: I am back.
        ",
    );
}

#[test]
fn a_window_may_begin_only_after_the_last_human_act() {
    let quiet = Some(Deadlines::all(Span::hours(1)));
    check_with(
        Policy {
            reactivation: Reactivation {
                unanswered: None,
                quiet,
            },
            ..Policy::default()
        },
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         5m    ana accepts
               -> assign ana
               -> control human 2
         1h5m  wake
               -> control bot 3
               -> bot back
               -> say returning: I am back.
         2h    customer: hello? a human please
               -> task 1 dropped
               -> end: superseded by 2
               -> open explicit-request medium tags human-handover
               -> control waiting 4
               -> offer ana until 2h15m
               -> task 2 for ana due 1d2h medium: a human please
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn a_new_cause_after_the_bots_return_is_a_handover_of_its_own() {
    check_with(
        Policy {
            ladder: vec![rung(Target::Candidates, 24 * 60)],
            ..Policy::default()
        },
        "agent ana:
         agent bo:
         0     customer: the heater is dead, a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 1d
               -> task 1 for ana due 1d medium: the heater is dead, a human please
               -> say: We follow up within 1d.
         8h    wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         9h    customer: a human please
               -> task 1 dropped
               -> end: superseded by 2
               -> open explicit-request medium tags human-handover
               -> control waiting 3
               -> offer bo until 1d9h
               -> task 2 for bo due 1d9h medium: the heater is dead, a human please
               -> say: We follow up within 1d.
        ",
    );
}
