//! One story, or a few, for each numbered decision of the design.

use super::{check, check_with, role};
use crate::{
    AfterCompletion, AgentId, Assignee, Calendar, Clock, Deadlines, Interval, Mode, OwnerRule, Policy, Reactivation,
    Rung, Sla, Span, Spread, Target,
};

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

// 1. Detection.

#[test]
fn a_request_for_a_human_is_handed_over() {
    check(
        "agent ana:
         0     customer: Hi there. I'm looking for a code on HVAC.
         10s   bot: Which model is it?
         20s   customer: I want to talk to a human
               -> open explicit-request medium tags HVAC-code human-handover
               -> control waiting 1
               -> offer ana until 15m20s
               -> task 1 for ana due 1d20s medium: HVAC code request
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn a_weak_signal_alone_hands_nothing_over() {
    check("0 customer: maybe a person knows more about this");
}

#[test]
fn two_failed_answers_make_a_handover() {
    check(
        "agent ana:
         0     customer: how do I reset the error on my unit?
         1s    bot: no idea
         2s    customer: and how do I open it then?
         3s    bot: no idea
               -> open information-gap medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m3s
               -> task 1 for ana due 1d3s medium: how do I reset the error on my unit?
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn an_answer_that_failed_counts_once_whoever_says_so() {
    check(
        "0   customer: how do I reset the error on my unit?
         1s  bot: no idea
         2s  customer: that did not help at all
        ",
    );
}

#[test]
fn a_bot_that_says_it_gave_up_is_believed() {
    check(
        "agent ana:
         0     customer: where is my order number seven?
         1s    bot (answered no): Let me see.
         2s    bot (answered no): One moment.
               -> open information-gap medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m2s
               -> task 1 for ana due 1d2s medium: where is my order number seven?
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn a_bot_has_so_many_turns_and_no_more() {
    check_with(
        Policy {
            turn_budget: Some(2),
            ..Policy::default()
        },
        "agent ana:
         0     customer: tell me about the weather in spring
         1s    bot: It is mild.
         2s    bot: And green.
               -> open turn-budget medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m2s
               -> task 1 for ana due 1d2s medium: tell me about the weather in spring
               -> say: We follow up within 1d.
        ",
    );
}

#[test]
fn a_bot_on_suggest_only_gets_suggestions() {
    check_with(
        Policy {
            mode: Mode::Suggest,
            ..Policy::default()
        },
        "agent ana:
         0     customer: a human please
               -> suggest explicit-request medium
         1s    bot: Which model is it?
        ",
    );
}

#[test]
fn a_bot_that_is_off_is_left_alone() {
    check_with(
        Policy {
            mode: Mode::Off,
            ..Policy::default()
        },
        "0 customer: a human please",
    );
}

// 2. One handover at a time.

#[test]
fn later_signals_raise_the_open_handover_and_start_no_second_one() {
    check(
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    customer: this is urgent, I am angry
               -> raise high-value high
         2m    customer: a human please
               -> raise explicit-request high
        ",
    );
}

// 3. Fencing.

#[test]
fn the_bot_cannot_talk_over_the_human() {
    check(
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1s    bot (epoch 0): Which model is it?
               -> refuse bot, it saw epoch 0
         2s    ana accepts
               -> assign ana
               -> control human 2
         3s    bot (epoch 1): Are you there?
               -> refuse bot, it saw epoch 1
         4s    ana completes closed
               -> task 1 done closed
               -> complete closed by ana
               -> control bot 3
         5s    bot (epoch 2): Which model is it?
               -> refuse bot, it saw epoch 2
         6s    bot (epoch 3): What else can I do?
        ",
    );
}

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
               -> superseded by 2
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
               -> superseded by 2
               -> open explicit-request medium tags human-handover
               -> control waiting 3
               -> offer bo until 1d9h
               -> task 2 for bo due 1d9h medium: the heater is dead, a human please
               -> say: We follow up within 1d.
        ",
    );
}

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

fn office_hours() -> Policy {
    let weekly: Vec<_> = (0..5)
        .map(|weekday| Interval {
            weekday,
            from_minute: 540,
            to_minute: 1080,
        })
        .collect();
    let business = |hours| Sla {
        span: Span::hours(hours),
        clock: Clock::Business,
    };
    Policy {
        calendar: Calendar::new("Europe/Berlin", &weekly, &[]).expect("a sound calendar"),
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
