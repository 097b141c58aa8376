//! What the writer commits and the verifier expects: everything follows from who writes and the how-many-eth time.
//!
//! A step is what a chat gives the store: a message, the conversation's head, a timer that moves, an event with a
//! delivery, and the delivery before it done; about 1.5 KB. Each writer has a few conversations and goes round.

#![allow(dead_code, reason = "each program that includes this uses a part of it")]

use baton_store::{
    ConversationChange, ConversationKey, DeliveryChange, DeliveryId, NewEvent, NewMessage, Step, TimerChange,
};

/// Writers that commit at the same time.
pub(crate) const WRITERS: u64 = 16;

const CONVERSATIONS: u64 = 8;

/// One step of a writer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act {
    pub(crate) writer: u64,
    pub(crate) turn: u64,
}

impl Act {
    pub(crate) fn key(self) -> ConversationKey {
        let conversation = format!("w{}-c{}", self.writer, self.turn % CONVERSATIONS);
        ConversationKey::new("acme", conversation).expect("a short name")
    }

    /// The conversation's revision once the step is committed.
    pub(crate) fn revision(self) -> u64 {
        self.turn / CONVERSATIONS + 1
    }

    /// The step before in the same conversation that made it this revision.
    pub(crate) fn of_revision(self, revision: u64) -> Act {
        Act {
            turn: self.turn % CONVERSATIONS + (revision - 1) * CONVERSATIONS,
            ..self
        }
    }

    pub(crate) fn message_id(self) -> String {
        format!("m-{}-{}", self.writer, self.turn)
    }

    pub(crate) fn timer_ms(self) -> i64 {
        1_700_000_000_000 + (self.turn * 37 + self.writer) as i64
    }

    pub(crate) fn payload(self, what: &str, bytes: usize) -> Vec<u8> {
        format!("{what} {} {};", self.writer, self.turn)
            .into_bytes()
            .into_iter()
            .cycle()
            .take(bytes)
            .collect()
    }

    pub(crate) fn head(self) -> Vec<u8> {
        self.payload("head", 600)
    }

    pub(crate) fn message(self) -> Vec<u8> {
        self.payload("message", 500)
    }

    pub(crate) fn event(self) -> Vec<u8> {
        self.payload("event", 300)
    }

    pub(crate) fn delivery_of(self, event: u64) -> DeliveryId {
        DeliveryId {
            business: "acme".into(),
            event,
            endpoint: "crm".into(),
            at_ms: self.timer_ms(),
        }
    }

    pub(crate) fn step(self, last_event: Option<u64>) -> Step {
        let before = (self.revision() > 1).then(|| self.of_revision(self.revision() - 1).timer_ms());
        let change = ConversationChange {
            key: self.key(),
            expected_revision: self.revision() - 1,
            head: self.head(),
            messages: vec![NewMessage {
                number: self.revision(),
                id: self.message_id(),
                payload: self.message(),
            }],
            handovers: Vec::new(),
            tasks: Vec::new(),
            timers: vec![TimerChange {
                kind: 1,
                was: before,
                becomes: Some(self.timer_ms()),
            }],
        };
        let event = NewEvent {
            business: "acme".into(),
            payload: self.event(),
            endpoints: vec!["crm".into()],
            deliver_at_ms: self.timer_ms(),
        };
        let done = last_event.map(|event| {
            let before = Act {
                turn: self.turn - 1,
                ..self
            };
            DeliveryChange::Delivered(before.delivery_of(event))
        });
        Step {
            conversation: Some(change),
            events: vec![event],
            deliveries: done.into_iter().collect(),
            facts: vec![],
        }
    }

    pub(crate) fn line(self, event: u64) -> String {
        format!("{} {} {event}", self.writer, self.turn)
    }

    pub(crate) fn parse(line: &str) -> Option<(Act, u64)> {
        let mut numbers = line.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some((
            Act {
                writer: next()?,
                turn: next()?,
            },
            next()?,
        ))
    }
}
