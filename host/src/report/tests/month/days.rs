//! Single days of the same business: owners on holiday, a queue at opening.

use baton_core::*;

use super::{Order, TEAM, TeamAct, begin};
use crate::report::tests::world::{Act, World};

fn agent(name: &str) -> AgentId {
    AgentId::new(name).expect("well formed")
}

/// A customer of somebody asks for a human. Tells to whom it was offered, and why to nobody else.
fn ask(world: &mut World, chat: u64, owner: Option<&str>, urgent: bool) -> (Vec<String>, Vec<String>) {
    let reason = Some(Reason::EXPLICIT_REQUEST);
    let Input::Said {
        message,
        signals,
        fields,
        ..
    } = world.said(Speaker::Customer, None, None, reason, urgent)
    else {
        panic!("it is a message")
    };
    let contact = Contact {
        owner: owner.map(agent),
        ..Contact::default()
    };
    let contact = Some(contact);
    world.step(
        chat,
        Input::Said {
            message,
            signals,
            contact,
            fields,
        },
    );
    let handover = world.chats[&chat].0.handover.as_ref().expect("it was handed over");
    let offered = handover.holders().iter().map(ToString::to_string).collect();
    let passed = handover.passed_over.iter();
    let passed = passed.map(|over| format!("{}: {}", over.agent, over.why)).collect();
    (offered, passed)
}

fn at(world: &mut World, local: &str) {
    world.now = world.policy.calendar.moment(local).expect("a moment");
}

#[test]
fn a_customer_of_somebody_on_holiday_goes_to_the_stand_in_or_else_to_the_ladder() {
    let mut world = begin(1, TEAM, Order::RoundRobin);
    at(&mut world, "2026-03-06 10:00");
    assert_eq!(ask(&mut world, 1, Some("ana"), false).0, ["ana"], "before her holiday");
    at(&mut world, "2026-03-10 10:00");
    let (offered, passed) = ask(&mut world, 2, Some("ana"), false);
    assert_eq!(offered, ["bo"], "who stands in");
    assert_eq!(passed, ["ana: out of office until 2026-03-14 00:00, bo stands in"]);
    at(&mut world, "2026-03-17 10:00");
    let (offered, passed) = ask(&mut world, 3, Some("hal"), false);
    assert_ne!(offered, ["hal"], "nobody stands in for him");
    assert_eq!(offered.len(), 1, "the ladder's first");
    let why = "hal: out of office until 2026-03-30 00:00".to_owned();
    assert!(passed.contains(&why), "{passed:?}");
}

#[test]
fn those_who_waited_over_night_are_offered_at_opening_the_most_urgent_first_then_the_oldest() {
    const ALONE: &str = "[business.acme]
[business.acme.hours]
mon = [\"09:00-18:00\"]
[[business.acme.agent]]
id = \"ana\"
capacity = 1
";
    let mut world = begin(1, ALONE, Order::LeastLoaded);
    for (chat, local, urgent) in [
        (1, "2026-03-02 08:00", false),
        (2, "2026-03-02 08:10", false),
        (3, "2026-03-02 08:20", true),
    ] {
        at(&mut world, local);
        let (offered, passed) = ask(&mut world, chat, None, urgent);
        assert!(offered.is_empty(), "nobody is there: {offered:?}");
        assert_eq!(passed, ["ana: outside hours until 2026-03-02 09:00"]);
    }
    at(&mut world, "2026-03-02 09:00");
    let mut order = Vec::new();
    for _ in 0..3 {
        world.act(0, Act::Team(TeamAct::OfferWaiting));
        let offered = world.chats.iter().find_map(|(number, (chat, _))| {
            let handover = chat.handover.as_ref()?;
            (handover.holders() == [agent("ana")]).then_some((*number, handover.task))
        });
        let (chat, task) = offered.expect("ana is free");
        order.push(chat);
        let done = Completion {
            task,
            by: Some(agent("ana")),
            outcome: Outcome::Closed,
            needed: None,
            note: None,
            status: None,
            follow_up: None,
        };
        world.step(chat, Input::Completed(done));
    }
    assert_eq!(order, [3, 1, 2]);
}
