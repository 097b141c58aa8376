//! Nights, weekends, closures and clock changes; and deadlines that leave everybody their time.

use super::{agent, office, office_hours, rung};
use crate::story::{Story, World};
use crate::tests::simulation::settle;
use crate::tests::{Scripted, check_in, check_with, role};
use crate::{
    BotId, Calendar, Clock, Conversation, ConversationId, Deadlines, Input, Offer, Policy, Priority, Reactivation,
    Reason, Rung, Sla, Span, Stage, Target, Time,
};

fn business(span: Span) -> Deadlines {
    let sla = Sla {
        span,
        clock: Clock::Business,
    };
    Deadlines {
        low: sla,
        medium: sla,
        high: sla,
    }
}

#[test]
fn nobody_at_night_is_offered_at_opening() {
    check_in(
        office_hours(),
        office("Europe/Berlin", 0..5, &[]),
        "start 2026-03-02 22:00
         agent ana:
         agent bo: offline
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait until 11h
               -> task 1 for nobody due 19h medium: a human please
               -> say: We follow up within 8h.
         2h    customer: hello?
         11h   wake
               -> offer ana until 12h
         11h1m ana accepts
               -> assign ana
               -> control human 2
        ",
    );
}

#[test]
fn a_closure_of_three_weeks_is_waited_out() {
    let days: Vec<String> = (3..=21).map(|day| format!("2026-08-{day:02}")).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let calendar = office("Europe/Berlin", 0..5, &days);
    check_in(
        Policy {
            calendar: calendar.clone(),
            ..office_hours()
        },
        calendar,
        "start 2026-07-31 18:30
         agent ana:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait until 23d14h30m
               -> task 1 for nobody due 23d22h30m medium: a human please
               -> say: We follow up within 8h.
         10d   customer: this is urgent
               -> raise high-value high
         23d14h30m wake
               -> offer ana until 23d15h30m
         23d15h30m wake
               -> lapse ana
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         23d16h6m wake
               -> warn response-due at 23d16h30m
         23d16h30m wake
               -> breach response-due
               -> task 1 overdue
         23d17h30m wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
               -> alarm: nobody acted before the bot came back
         24d   wake
        ",
    );
}

#[test]
fn an_urgent_case_a_minute_before_the_weekend_leaves_each_level_its_time() {
    let level = |to, minutes| Rung {
        within: business(Span::minutes(minutes)),
        ..rung(to, 0)
    };
    let ladder = vec![
        level(Target::Role(role("sales")), 5),
        level(Target::Role(role("manager")), 20),
    ];
    check_in(
        Policy {
            ladder,
            ..office_hours()
        },
        office("Europe/Berlin", 0..5, &[]),
        "start 2026-03-06 17:59
         agent ana: roles sales
         agent max: roles manager
         0     customer: this is urgent
               -> open high-value high tags human-handover
               -> control waiting 1
               -> offer ana until 2d15h5m
               -> task 1 for ana due 2d17h high: this is urgent
               -> say: We follow up within 2h.
         2d15h5m wake
               -> lapse ana
               -> escalate to rung 2
               -> offer max until 2d15h25m
         2d15h25m wake
               -> lapse max
               -> assign everyone by ladder
               -> alarm: nobody on the ladder accepted it
         2d15h30m wake
        ",
    );
}

/// A world with this team, and a chat of which somebody has asked for a handover.
fn opened_with(policy: Policy, team: &str, at: Time) -> (Scripted, Conversation) {
    let mut world = Scripted::new(policy, Calendar::always());
    let team = Story::parse(team).expect("a team");
    team.agents.iter().for_each(|agent| world.meet(agent));
    let id = ConversationId::new("c").expect("a good name");
    let bot = BotId::new("bot").expect("a good name");
    let mut chat = Conversation::new(id, bot, "web".to_owned(), at);
    let asks = Input::Requested {
        by: "boss".to_owned(),
        reason: Reason::new(Reason::SENTIMENT).expect("a good name"),
        note: None,
        priority: Priority::Medium,
    };
    settle(&mut world, &mut chat, asks, at);
    (world, chat)
}

#[test]
fn a_search_that_finds_everything_as_it_was_changes_nothing() {
    let opened = Time(1_750_000_000_000);
    let team = "agent ana: away\nagent bo: offline";
    let (mut world, mut chat) = opened_with(Policy::default(), team, opened);
    let before = chat.clone();
    let effects = settle(&mut world, &mut chat, Input::Available, opened + Span::hours(1));
    assert_eq!((effects, &chat), (vec![], &before), "a long queue costs no writes");
    let since = before.handover.map(|handover| handover.passed_over[0].at);
    assert_eq!(since, Some(opened), "since when, and not when it was last looked at");
}

#[test]
fn level_two_does_not_fire_right_after_level_one_that_was_noticed_late() {
    let ladder = vec![
        rung(Target::Role(role("support")), 5),
        rung(Target::Role(role("manager")), 10),
        rung(Target::Everyone, 5),
    ];
    let policy = Policy {
        ladder,
        ..Policy::default()
    };
    let opened = Time(1_750_000_000_000);
    let team = "agent ana: roles support\nagent max: roles manager\nagent eve:";
    let (mut world, mut chat) = opened_with(policy, team, opened);
    // The daemon was down for longer than the offer, the window of the bot's return and the rest of the ladder.
    let up_again = opened + Span::hours(20);
    while chat.timers.due(up_again).is_some() {
        settle(&mut world, &mut chat, Input::Woke, up_again);
    }
    let handover = chat.handover.expect("it is open");
    let missed: Vec<&str> = handover.missed.iter().map(|miss| miss.agent.as_str()).collect();
    assert_eq!(missed, ["ana"], "nobody else had a chance yet");
    let offer = Stage::Offered(Offer {
        agents: vec![agent("max")],
        until: up_again + Span::minutes(10),
    });
    assert_eq!(
        handover.stage, offer,
        "from now on, and not from when it should have been made"
    );
}

#[test]
fn hours_are_those_of_the_clock_on_the_wall_in_the_nights_in_which_it_changes() {
    let nights = [
        ("Europe/Berlin", "2026-03-28", "12h", "12h15m", "13h36m", "14h"),
        ("America/New_York", "2026-03-07", "12h", "12h15m", "13h36m", "14h"),
        ("Europe/Berlin", "2026-10-24", "14h", "14h15m", "15h36m", "16h"),
        ("America/New_York", "2026-10-31", "14h", "14h15m", "15h36m", "16h"),
    ];
    for (zone, day, opens, lapses, warns, due) in nights {
        let calendar = office(zone, 0..7, &[]);
        let policy = Policy {
            calendar: calendar.clone(),
            ladder: vec![rung(Target::Everyone, 15)],
            response: business(Span::hours(2)),
            resolution: Some(Deadlines::all(Span::hours(24))),
            reactivation: Reactivation {
                unanswered: None,
                quiet: None,
            },
            ..Policy::default()
        };
        let story = format!(
            "start {day} 20:00
             agent ana:
             0     customer: a human please
                   -> open explicit-request medium tags human-handover
                   -> control waiting 1
                   -> wait until {opens}
                   -> task 1 for nobody due {due} medium: a human please
                   -> say: We follow up within 2h.
             {opens} wake
                   -> offer ana until {lapses}
             {lapses} wake
                   -> lapse ana
                   -> assign everyone by ladder
                   -> alarm: nobody on the ladder accepted it
             {warns} wake
                   -> warn response-due at {due}
             {due} wake
                   -> breach response-due
                   -> task 1 overdue
             19h12m wake
                   -> warn resolution-due at 1d
             1d    wake
                   -> breach resolution-due
            "
        );
        check_in(policy, calendar, &story);
    }
}

#[test]
fn who_was_asked_just_before_the_bot_comes_back_has_not_missed_it() {
    check_in(
        Policy {
            calendar: office("Europe/Berlin", 0..7, &[]),
            ..Policy::default()
        },
        office("Europe/Berlin", 0..7, &[]),
        "start 2026-03-03 01:02
         agent ana:
         agent bo:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> wait until 7h58m
               -> task 1 for nobody due 1d medium: a human please
               -> say: We follow up within 1d.
         7h58m wake
               -> offer ana until 8h13m
         8h    wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
         8h13m wake
               -> lapse ana
               -> offer bo until 8h28m
         8h15m wake
        ",
    );
}

#[test]
fn a_long_offer_ends_with_the_window_and_a_short_one_by_itself() {
    let ladder = vec![
        rung(Target::Candidates, 1),
        rung(Target::Role(role("manager")), 600),
        rung(Target::Everyone, 60),
    ];
    check_with(
        Policy {
            ladder,
            role: Some(role("support")),
            reactivation: Reactivation {
                unanswered: Some(Deadlines::all(Span::minutes(10))),
                quiet: None,
            },
            ..Policy::default()
        },
        "agent ana: roles support
         agent max: roles manager
         agent eve:
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 1m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         1m    wake
               -> lapse ana
               -> escalate to rung 2
               -> offer max until 10h1m
         10m   wake
               -> missed
               -> task 1 missed
               -> control bot 2
               -> bot back
               -> say returning: I am back.
         16m   wake
               -> lapse max
               -> escalate to rung 3
               -> offer eve until 1h16m
         20m   wake
        ",
    );
}

#[test]
fn a_conversation_in_which_the_human_chats_neither_escalates_nor_comes_back_to_the_bot() {
    let window = Some(Deadlines::all(Span::hours(1)));
    let policy = |unanswered, quiet| Policy {
        ladder: vec![rung(Target::Candidates, 5), rung(Target::Role(role("manager")), 5)],
        reactivation: Reactivation { unanswered, quiet },
        ..Policy::default()
    };
    let story = "agent ana:
         agent max: roles manager
         0     customer: a human please
               -> open explicit-request medium tags human-handover
               -> control waiting 1
               -> offer ana until 5m
               -> task 1 for ana due 1d medium: a human please
               -> say: We follow up within 1d.
         4m    agent ana: Hello, ana here.
               -> assign ana
               -> control human 2
         50m   agent ana: I have asked the workshop.
         1h30m customer: this is urgent, I am angry
               -> raise high-value high
         1h45m agent ana: They are on it.
         2h30m customer: a human please
               -> raise explicit-request high
         2h40m agent ana: I am one.
         3h35m agent ana: It is done.
         3h40m bot (epoch 2): Hello!
               -> refuse bot, it saw epoch 2
         4h34m wake
         4h35m wake
               -> control bot 3
               -> bot back
               -> say returning: I am back.
        ";
    check_with(policy(window, None), story);
    check_with(policy(None, window), story);
}
