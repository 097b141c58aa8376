//! A record made with some rules, judged again with the same ones and with others.

use std::sync::Arc;

use baton_core::{Cause, Control, ConversationId, Holder, Message, MessageId, Reason, Speaker, Time};
use baton_plugin::{PluginOptions, Plugins};

use super::*;
use crate::config::Budget;
use crate::engine::Logged;
use crate::pack::{Pack, PackRef};
use crate::stretch::How;

fn stage(pack: &str) -> Stage {
    let pack = Pack::load(&pack.parse::<PackRef>().expect("a built-in pack")).expect("it is sound");
    let plugins = Plugins::new(PluginOptions::default()).expect("it runs here");
    Stage::new(&plugins, &Arc::new(pack), None, Budget::default()).expect("it is sound")
}

/// A chat in which the customer says these things, and was handed over at the message of this position for this reason.
fn chat(id: &str, texts: &[&str], passed: Option<(usize, &str, Cause, Option<bool>)>) -> Recorded {
    let start = Time(1_772_452_800_000);
    let messages = texts.iter().zip(1_u64..).map(|(text, number)| {
        let handed = passed.as_ref().is_some_and(|(at, ..)| number >= *at as u64);
        Logged {
            number,
            message: Message {
                id: MessageId::new(&format!("m{number}")).expect("well formed"),
                speaker: Speaker::Customer,
                text: (*text).to_owned(),
                at: start,
                agent: None,
                epoch: None,
                bot_state: None,
            },
            received_at: Time(start.0 + 60_000 * number as i64),
            signals: vec![],
            refused: false,
            control: Control {
                holder: if handed { Holder::Waiting } else { Holder::Bot },
                epoch: u64::from(handed),
            },
            rules: "then@1.0.0#1".into(),
            replies: vec![],
            handover: handed.then_some(1),
        }
    });
    let handovers = passed.iter().map(|(at, reason, cause, needed)| {
        let mut handover = crate::api::tests::samples::handover();
        handover.reason = Reason::new(reason).expect("well formed");
        handover.cause = cause.clone();
        handover.opened_at = start;
        handover.message = MessageId::new(&format!("m{at}")).ok();
        handover.ending = needed.map(|needed| baton_core::Ending::Completed {
            outcome: baton_core::Outcome::Closed,
            by: None,
            needed: Some(needed),
            note: None,
        });
        (1, handover)
    });
    Recorded {
        id: ConversationId::new(id).expect("well formed"),
        bot: baton_core::BotId::new("bot").expect("well formed"),
        channel: "web".into(),
        contact: baton_core::Contact::default(),
        messages: messages.collect(),
        handovers: handovers.collect(),
    }
}

#[test]
fn each_difference_is_told_with_its_evidence() {
    let hello = "What are your opening hours?";
    let asks = "I want to talk to a human";
    let ana = baton_core::AgentId::new("ana").expect("well formed");
    let recorded = [
        chat(
            "same",
            &[hello, asks, "hello?"],
            Some((2, "explicit-request", Cause::Signal, Some(true))),
        ),
        chat("quiet", &[hello, "Thanks!"], None),
        chat("gained", &[hello, asks], None),
        chat(
            "lost",
            &[hello, "Thanks!"],
            Some((1, "sentiment", Cause::Signal, Some(false))),
        ),
        chat(
            "moved",
            &[asks, hello],
            Some((2, "explicit-request", Cause::Signal, None)),
        ),
        chat("changed", &[asks], Some((1, "sentiment", Cause::Signal, None))),
        chat(
            "missed",
            &[asks, hello],
            Some((2, "takeover", Cause::Takeover(ana), None)),
        ),
    ];
    let found = backtest(&stage("default"), &recorded, &|_| {}).expect("any bot is taken");
    let told: Vec<_> = found
        .differences
        .iter()
        .map(|d| (d.conversation.as_str(), d.how, d.people))
        .collect();
    assert_eq!(
        told,
        [
            ("gained", How::Gained, None),
            ("lost", How::Lost, Some("not needed")),
            ("moved", How::Moved, None),
            ("changed", How::Changed, None),
            ("missed", How::Gained, Some("taken over by a person")),
        ]
    );
    assert_eq!((found.happened, found.again, found.same), (4, 5, 1));
    assert_eq!((found.not_needed, found.taken_over), ((1, 0), (1, 1)));
    assert!(
        found.differences[0].evidence[0].contains("talk to a human"),
        "{:?}",
        found.differences[0]
    );
    assert_eq!(
        found
            .days
            .iter()
            .map(|day| (day.happened, day.again))
            .collect::<Vec<_>>(),
        [(4, 5)]
    );
    let again = backtest(&stage("default"), &recorded, &|_| {}).expect("any bot is taken");
    assert_eq!(
        again, found,
        "the same record gives the same answer, whichever thread is faster"
    );
}
