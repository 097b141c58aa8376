//! Anything in any order: named invariants after every step, and an end for everything in flight.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Scripted, signals};
use crate::story::{AgentLine, World};
use crate::{
    AgentId, Assignee, BotId, Calendar, Completion, Contact, Conversation, ConversationId, Deadlines, Effect, Event,
    Holder, Input, Message, MessageId, Outcome, OwnerRule, Policy, Presence, Priority, Reactivation, Reason, ReplyKind,
    Rung, Span, Speaker, Spread, Stage, Step, Target, TaskState, Time, TimerKind,
};

const TEXTS: [&str; 6] = [
    "a human please",
    "this is urgent",
    "no idea",
    "that did not help",
    "what about the code on HVAC then?",
    "ok",
];
const AGENTS: [&str; 4] = ["ana", "bo", "cy", "stranger"];

/// One random act: what, by or to whom, after how many minutes.
type Act = (u8, u8, u16);

#[derive(Default)]
struct Seen {
    final_messages: BTreeMap<String, String>,
    epoch: u64,
    handovers: BTreeSet<u32>,
    ended: BTreeSet<u32>,
}

fn policies() -> impl Strategy<Value = Policy> {
    let rung = (0..3_u8, any::<bool>(), 1..3_u32).prop_map(|(to, all, tries)| Rung {
        to: match to {
            0 => Target::Candidates,
            1 => Target::Agent(name("ana")),
            _ => Target::Everyone,
        },
        spread: if all { Spread::All } else { Spread::One },
        within: Deadlines::all(Span::minutes(10)),
        tries,
    });
    let ladder = prop::collection::vec(rung, 1..4);
    (ladder, 1..3_u32, 0..4_u8, 0..3_u8, prop::option::of(1..4_u32)).prop_map(
        |(ladder, climbs, windows, owner, turn_budget)| Policy {
            ladder,
            climbs,
            turn_budget,
            fallback: Assignee::Agent(name("boss")),
            resolution: (windows == 3).then(|| Deadlines::all(Span::hours(5))),
            owner: [OwnerRule::IfAvailable, OwnerRule::Always, OwnerRule::Never][usize::from(owner)],
            reactivation: Reactivation {
                unanswered: (windows != 0).then(|| Deadlines::all(Span::hours(2))),
                quiet: (windows > 1).then(|| Deadlines::all(Span::hours(1))),
            },
            ..Policy::default()
        },
    )
}

fn name(text: &str) -> AgentId {
    AgentId::new(text).expect("a good name")
}

fn input(act: Act, conversation: &Conversation, number: usize, now: Time) -> Option<Input> {
    let (what, who, _) = act;
    let agent = name(AGENTS[usize::from(who) % AGENTS.len()]);
    let task = u32::from(who % 3) + conversation.tasks.saturating_sub(1);
    let by = "boss".to_owned();
    let said = |speaker, epoch| {
        let text = TEXTS[usize::from(who) % TEXTS.len()].to_owned();
        let id = MessageId::new(&format!("m{number}")).expect("a good name");
        let spoken_by = (speaker == Speaker::Agent).then(|| agent.clone());
        let message = Message {
            id,
            speaker,
            text,
            at: now,
            agent: spoken_by,
            epoch,
            bot_state: None,
        };
        let signals = signals(&message);
        let contact = Contact {
            owner: (who == 7).then(|| name("bo")),
            ..Contact::default()
        };
        Input::Said {
            message,
            signals,
            contact: Some(contact),
            fields: BTreeMap::new(),
        }
    };
    Some(match what {
        0..=2 => said(Speaker::Customer, None),
        3 => said(Speaker::Bot, Some(conversation.control.epoch)),
        4 => said(Speaker::Bot, Some(conversation.control.epoch.saturating_sub(1))),
        5 => said(Speaker::Agent, None),
        6..=7 => Input::Accepted { task, agent },
        8 => Input::Declined {
            task,
            agent,
            reason: None,
        },
        9..=10 => Input::Completed(Completion {
            task,
            by: (who % 2 == 0).then_some(agent),
            outcome: Outcome::ALL[usize::from(who) % Outcome::ALL.len()],
            needed: None,
            note: None,
            status: None,
            follow_up: None,
        }),
        11 => Input::Assigned {
            task,
            to: Assignee::Agent(agent),
            by,
            note: None,
        },
        12 if who == 0 => Input::Released { by },
        12 if who == 1 => Input::Closed { by },
        12 => Input::Requested {
            by,
            reason: Reason::known(Reason::SENTIMENT),
            note: None,
            priority: Priority::High,
        },
        13 => Input::Noted {
            task,
            by,
            text: "a note".to_owned(),
        },
        14 => Input::Available,
        15 => Input::GivenBack {
            task,
            agent,
            reason: None,
        },
        16 if who < 3 => Input::Left { agent },
        _ => return None,
    })
}

/// Runs one input to its end; a refusal leaves the conversation as it was.
pub(super) fn settle(world: &mut Scripted, conversation: &mut Conversation, input: Input, now: Time) -> Vec<Effect> {
    let mut next = conversation.clone();
    let mut input = input;
    for _ in 0..100 {
        match next.step(&world.policy, input, now) {
            Step::Ask(question) => input = Input::Answer(world.answer(&next, &question, now)),
            Step::Refused(_) => return Vec::new(),
            Step::Done(effects) => {
                *conversation = next;
                return effects;
            }
        }
    }
    panic!("a step asks for ever");
}

fn check_invariants(c: &Conversation, effects: &[Effect], seen: &mut Seen) {
    let events: Vec<&Event> = effects
        .iter()
        .filter_map(|e| if let Effect::Emit(event) = e { Some(event) } else { None })
        .collect();
    let changes = events
        .iter()
        .filter(|e| matches!(e, Event::ControlChanged { .. }))
        .count() as u64;
    assert_eq!(
        c.control.epoch,
        seen.epoch + changes,
        "epochs only grow, by one for each change of control"
    );
    seen.epoch = c.control.epoch;

    for effect in effects {
        match effect {
            Effect::Say(reply) if reply.kind == ReplyKind::Final => {
                let told = seen.final_messages.insert(reply.id.clone(), reply.text.clone());
                assert_eq!(told, None, "a final message is said once for each handover");
            }
            Effect::HandoverEnded(handover) => {
                assert!(seen.ended.insert(handover.id.number), "a handover ends once");
                assert!(
                    handover.ending.is_some() && handover.ended_at.is_some(),
                    "what has ended says how and when"
                );
            }
            Effect::TaskEnded(task) => assert!(!task.state.is_open(), "what leaves is over"),
            Effect::Say(_) | Effect::Emit(_) => {}
        }
    }
    seen.handovers.extend(c.handover.as_ref().map(|h| h.id.number));
    for number in 1..=c.handovers {
        let open = c.handover.as_ref().is_some_and(|h| h.id.number == number);
        assert_ne!(
            open,
            seen.ended.contains(&number),
            "every handover is either open or has ended"
        );
    }

    let promised = |kind| c.timers.get(kind).is_some();
    let Some(handover) = &c.handover else {
        assert!(
            [Holder::Bot, Holder::Closed].contains(&c.control.holder),
            "nobody waits for a human without a handover"
        );
        let others = c
            .timers
            .iter()
            .filter(|(kind, _)| *kind != TimerKind::FollowUpDue)
            .count();
        assert_eq!(others, 0, "no timer without its promise");
        assert!(
            c.open_tasks.values().all(|t| t.follow_up),
            "an open task has an open handover, or follows one up"
        );
        return;
    };
    let task = c
        .open_tasks
        .get(&handover.task)
        .expect("an open handover has an open task");
    assert_eq!(task.tags, handover.tags, "the task carries the handover's tags");
    assert!(
        matches!(task.state, TaskState::Open | TaskState::Missed),
        "its task is to do"
    );
    assert!(
        match handover.stage {
            Stage::Offered(_) => promised(TimerKind::OfferLapse),
            Stage::Assigned(_) => true,
            Stage::Waiting | Stage::Accepted(_) => !promised(TimerKind::OfferLapse),
        },
        "an offer has a deadline, what was given by hand may have one, and nothing else has"
    );
    assert!(
        handover.pause.is_none() || !promised(TimerKind::ResolutionDue),
        "a clock that stands still is not due"
    );
    assert!(
        !promised(TimerKind::Candidate) || handover.stage == Stage::Waiting,
        "only who waits looks for a candidate"
    );
    assert!(
        !(promised(TimerKind::ResponseDue) && handover.answered()),
        "the first human act stops the response clock"
    );
    assert!(handover.final_message.is_some() || !seen.final_messages.contains_key(&format!("{}~final", handover.id)));
    if let Stage::Offered(offer) = &handover.stage {
        let distinct: BTreeSet<_> = offer.agents.iter().collect();
        assert!(
            !offer.agents.is_empty() && distinct.len() == offer.agents.len(),
            "an offer is made to somebody, once"
        );
        assert_eq!(
            c.timers.get(TimerKind::OfferLapse),
            Some(offer.until),
            "the promise and the offer agree"
        );
    }
    let accepted = matches!(handover.stage, Stage::Accepted(_));
    assert!(
        !(accepted && c.control.holder == Holder::Waiting),
        "who accepted has the conversation"
    );
    assert_ne!(
        c.control.holder,
        Holder::Closed,
        "a closed conversation has no open handover"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_in_any_order_keeps_the_promises(
        policy in policies(),
        acts in prop::collection::vec((0..20_u8, 0..8_u8, 0..90_u16), 1..60),
    ) {
        let mut world = Scripted::new(policy, Calendar::always());
        for id in ["ana", "bo", "cy"] {
            let presence = Presence::Online;
            world.meet(&AgentLine { id: name(id), roles: vec![], skills: vec![], languages: vec![], rotas: vec![], capacity: 5, presence });
        }
        let id = ConversationId::new("c").expect("a good name");
        let bot = BotId::new("bot").expect("a good name");
        let mut now = Time(1_750_000_000_000);
        let mut conversation = Conversation::new(id, bot, "web".to_owned(), now);
        let mut seen = Seen::default();
        for (number, act) in acts.into_iter().enumerate() {
            now = now + Span::minutes(i64::from(act.2));
            while conversation.timers.due(now).is_some() {
                let effects = settle(&mut world, &mut conversation, Input::Woke, now);
                check_invariants(&conversation, &effects, &mut seen);
            }
            let stale = settle(&mut world, &mut conversation, Input::Woke, now);
            prop_assert!(stale.is_empty(), "a wake-up that finds no live promise does nothing");
            match input(act, &conversation, number, now) {
                Some(input) => {
                    let effects = settle(&mut world, &mut conversation, input, now);
                    check_invariants(&conversation, &effects, &mut seen);
                }
                None => {
                    let presence = if act.1 % 2 == 0 { Presence::Online } else { Presence::Offline };
                    world.presence(&name(AGENTS[usize::from(act.1) % 3]), presence);
                }
            }
        }
        // Nobody acts any more: every promise is kept within a bounded number of wake-ups, and the bot is back where it may be.
        for _ in 0..200 {
            let Some(next) = conversation.timers.next() else { break };
            now = now.max(next);
            let effects = settle(&mut world, &mut conversation, Input::Woke, now);
            check_invariants(&conversation, &effects, &mut seen);
        }
        prop_assert!(conversation.timers.next().is_none(), "everything in flight ends");
        if let Some(handover) = &conversation.handover {
            let owned = handover.stage == Stage::Waiting || conversation.open_tasks[&handover.task].assignee.is_some();
            prop_assert!(owned, "a handover that is open has somebody, or waits for somebody to come");
        }
    }
}
