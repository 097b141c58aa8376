//! How people read a key, in errors and reports: every part of it, in words.

use std::fmt;

use super::{Key, Place};

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Key::Counts => write!(f, "the counts"),
            Key::Conversation(place) => write!(f, "{place}"),
            Key::Message { place, number } => write!(f, "message {number} of {place}"),
            Key::MessageId { place, id } => write!(f, "message id {id:?} of {place}"),
            Key::Handover { place, number } => write!(f, "handover {number} of {place}"),
            Key::HandoverIndex {
                open_only,
                opened_at_ms,
                place,
                number,
            } => {
                let list = if open_only { "open handovers" } else { "handovers" };
                write!(
                    f,
                    "entry {number} of {place}, opened at {opened_at_ms} ms, in the list of {list}"
                )
            }
            Key::Task { place, number } => write!(f, "task {number} of {place}"),
            Key::TaskIndex {
                open_only,
                created_at_ms,
                place,
                number,
            } => {
                let list = if open_only { "open tasks" } else { "tasks" };
                write!(
                    f,
                    "entry {number} of {place}, created at {created_at_ms} ms, in the list of {list}"
                )
            }
            Key::Timer { at_ms, place, kind } => {
                write!(f, "timer of kind {kind} at {at_ms} ms of {place}")
            }
            Key::Event { business, sequence } => {
                write!(f, "event {sequence} of business {business}")
            }
            Key::Delivery {
                at_ms,
                event,
                business,
                endpoint,
            } => {
                write!(
                    f,
                    "delivery of event {event} of business {business} to {endpoint}, due at {at_ms} ms"
                )
            }
            Key::DeadLetter {
                business,
                event,
                endpoint,
            } => {
                write!(f, "dead letter of event {event} of business {business} to {endpoint}")
            }
            Key::Fact { table, key } => write!(f, "fact {key:?} in {table:?}"),
            Key::Chunk { owner, index } => write!(f, "part {index} of {}", readable(owner)),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conversation {}/{}", self.business, self.conversation)
    }
}

/// The readable form of raw key bytes.
pub(crate) fn readable(bytes: &[u8]) -> String {
    match Key::parse(bytes) {
        Some(key) => key.to_string(),
        None => format!("the unknown key {}", bytes.escape_ascii()),
    }
}
