//! What people may not do, and what they do by hand.

use super::{check, check_with};
use crate::{Deadlines, Policy, Rung, Span, Spread, Target};

#[test]
fn an_offer_to_all_goes_to_the_first_and_the_others_are_told() {
    let within = Deadlines::all(Span::minutes(10));
    let everyone = Rung {
        to: Target::Everyone,
        spread: Spread::All,
        within,
        tries: 1,
    };
    check_with(
        Policy {
            ladder: vec![everyone],
            ..Policy::default()
        },
        "agent ana:
         agent bo:
         agent cy:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana, bo, cy until 10m
               -> task 1 for everyone due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    cy declines
               -> decline cy
         2m    bo accepts
               -> assign bo
               -> withdraw ana
               -> control human 2
         3m    ana accepts
               -> refused already-accepted: bo has accepted it
         4m    bo accepts
        ",
    );
}

#[test]
fn what_makes_no_sense_now_is_refused_and_changes_nothing() {
    check(
        "agent ana:
         agent bo:
         0     ana accepts
               -> refused task-not-open: task 0 is not open
         1m    boss releases
               -> refused bot-holds-control: the bot holds the conversation already
         2m    customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 17m
               -> task 1 for ana due 1d2m medium: a human please
               -> say: We follow up within 1d.
         3m    bo accepts
               -> refused not-offered: it is with ana now
         4m    bo declines
               -> refused not-offered: it is with ana now
         5m    bo completes closed
               -> refused not-yours: it is with ana
         6m    ana accepts
               -> assign ana
               -> control human 2
         7m    ana declines
               -> refused already-accepted: ana has accepted it
         8m    bo completes closed
               -> refused not-yours: it is with ana
         9m    ana completes closed
               -> task 1 done closed
               -> complete closed by ana
               -> control bot 3
         10m   ana completes task 1 closed
               -> refused task-not-open: task 1 is not open
         11m   boss closes
               -> control closed 4
         12m   boss closes
               -> refused conversation-closed: the conversation is closed already
        ",
    );
}

#[test]
fn an_assignment_by_hand_is_never_overwritten() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    boss assigns bo: knows the house
               -> withdraw ana
               -> assign bo by boss
         16m   wake
               -> alarm: bo has not accepted what was given to them
         3h    wake
         4h    boss notes: called bo
               -> note on task 1 by boss
         8h    wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> alarm: nobody acted before the bot came back
         9h    wake
         10h   bo accepts
               -> assign bo
               -> control human 3
        ",
    );
}

#[test]
fn whom_it_was_given_by_hand_may_decline() {
    check(
        "agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    boss assigns bo
               -> withdraw ana
               -> assign bo by boss
         2m    bo declines: on leave
               -> decline bo
               -> offer ana until 17m
        ",
    );
}

#[test]
fn released_and_closed_end_the_handover() {
    check(
        "agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 15m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    boss releases
               -> task 1 dropped
               -> end: released by boss
               -> control bot 2
         2m    bot: Which model is it?
         3m    customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 3
               -> offer ana until 18m
               -> task 2 for ana due 1d3m medium: a human please
               -> say: We follow up within 1d.
         4m    boss closes
               -> task 2 dropped
               -> end: closed by boss
               -> control closed 4
         5m    bot: Bye.
               -> refuse bot, it saw epoch 4
         6m    customer: one more question about the heater
               -> control bot 5
        ",
    );
}

#[test]
fn a_handover_can_be_asked_for_outright() {
    check(
        "agent ana:
         0     customer: can you do forty units by May?
         1m    bot-7 requests high-value high: wants forty units
               -> open high-value high tags human-handover
               -> control waiting 1
               -> offer ana until 6m
               -> task 1 for ana due 2h1m high: can you do forty units by May?
               -> say: We follow up within 2h.
         2m    bot-7 requests high-value: forty-two
               -> raise high-value high
        ",
    );
}
