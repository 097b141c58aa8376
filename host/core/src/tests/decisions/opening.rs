//! Detection, one handover at a time, fencing: decisions 1 to 3.

use crate::tests::{check, check_with};
use crate::{Mode, Policy};

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
