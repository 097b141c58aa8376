//! What goes into a store: the step and its parts. Everything in a step is committed together or not at all.
//!
//! A step names rows and carries payloads; it never reads. Whatever it must be sure of it states as a guard (the
//! revision, the timer that was, the delivery that is due), and the commit refuses it when a guard does not hold.

use crate::store::ConversationKey;

/// Everything that one step changes: all of it or nothing.
#[derive(Debug, Default)]
pub struct Step {
    /// The change of one conversation.
    pub conversation: Option<ConversationChange>,
    /// Events to append; their sequence numbers are given at the commit.
    pub events: Vec<NewEvent>,
    /// What happened to deliveries.
    pub deliveries: Vec<DeliveryChange>,
    /// Facts to put, replace or remove.
    pub facts: Vec<FactChange>,
}

/// The guard and the rows of one conversation.
#[derive(Debug)]
pub struct ConversationChange {
    /// Which conversation.
    pub key: ConversationKey,
    /// The revision it was loaded with; 0: it must not exist yet. The commit gives it the next one.
    pub expected_revision: u64,
    /// The new head, in place of the old one.
    pub head: Vec<u8>,
    /// Messages to append. Number and id must both be new to the conversation.
    pub messages: Vec<NewMessage>,
    /// Handovers to put or replace.
    pub handovers: Vec<HandoverRow>,
    /// Tasks to put or replace.
    pub tasks: Vec<TaskRow>,
    /// Timers to set, move or clear.
    pub timers: Vec<TimerChange>,
}

/// A message to append.
#[derive(Debug)]
pub struct NewMessage {
    /// Its position in the conversation.
    pub number: u64,
    /// The id that the platform chose, unique in the conversation.
    pub id: String,
    /// What the store does not open.
    pub payload: Vec<u8>,
}

/// A handover to put or replace.
#[derive(Debug)]
pub struct HandoverRow {
    /// Its number in the conversation.
    pub number: u32,
    /// When it was opened: its place in lists.
    pub opened_at_ms: i64,
    /// Whether it is in the list of open ones.
    pub open: bool,
    /// What the store does not open.
    pub payload: Vec<u8>,
}

/// A task to put or replace.
#[derive(Debug)]
pub struct TaskRow {
    /// Its number in the conversation.
    pub number: u32,
    /// When it was created: its place in lists.
    pub created_at_ms: i64,
    /// Whether it is in the list of open ones.
    pub open: bool,
    /// What the store does not open.
    pub payload: Vec<u8>,
}

/// A timer of a conversation that is set (`becomes` alone), moved (both) or cleared (`was` alone).
#[derive(Debug)]
pub struct TimerChange {
    /// The timer's kind: at most one of each kind and time in a conversation.
    pub kind: u8,
    /// When it was due; that row must be there, or the step is refused as gone.
    pub was: Option<i64>,
    /// When it is due now.
    pub becomes: Option<i64>,
}

/// An event to append.
#[derive(Debug)]
pub struct NewEvent {
    /// The business it belongs to.
    pub business: String,
    /// What the store does not open.
    pub payload: Vec<u8>,
    /// The endpoints that it must be delivered to.
    pub endpoints: Vec<String>,
    /// When these deliveries are due.
    pub deliver_at_ms: i64,
}

/// What happened to a delivery. A row that is not there refuses the step as gone.
#[derive(Debug)]
pub enum DeliveryChange {
    /// It arrived: forget it.
    Delivered(DeliveryId),
    /// It failed and is due again.
    Retry {
        /// Which one.
        id: DeliveryId,
        /// When it is due again.
        at_ms: i64,
        /// How many attempts were made.
        attempt: u32,
        /// Why the last one failed.
        note: String,
    },
    /// It is given up and kept as a dead letter.
    Dead {
        /// Which one.
        id: DeliveryId,
        /// When it was given up.
        at_ms: i64,
        /// How many attempts were made.
        attempt: u32,
        /// Why the last one failed.
        note: String,
    },
    /// A dead letter becomes a delivery again, with no attempt made.
    Again {
        /// The business of the event.
        business: String,
        /// The event.
        event: u64,
        /// The endpoint.
        endpoint: String,
        /// When it is due.
        at_ms: i64,
    },
}

/// Which delivery: an event, an endpoint, and the time for which it is due now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryId {
    /// The business of the event.
    pub business: String,
    /// The event's sequence.
    pub event: u64,
    /// The endpoint.
    pub endpoint: String,
    /// When it is due.
    pub at_ms: i64,
}

/// A fact to put, replace, or (with no payload) remove; removing what is not there is no error.
#[derive(Debug)]
pub struct FactChange {
    /// Which table.
    pub table: FactTable,
    /// The key, free text that begins with its business.
    pub key: String,
    /// The new payload, or `None` to remove the fact.
    pub payload: Option<Vec<u8>>,
}

/// The tables of facts: small things that belong to no conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum FactTable {
    /// Agents and their presence.
    Agents = 1,
    /// Hashed bearer tokens.
    Tokens = 2,
    /// Answers given under an `Idempotency-Key`.
    Answers = 3,
    /// Settings that the daemon keeps for a business.
    Settings = 4,
    /// Contacts with their owner and status.
    Contacts = 5,
    /// Installed rule packs and generations.
    Packs = 6,
    /// Webhook endpoints.
    Endpoints = 7,
    /// What is needed to execute a step again.
    Decisions = 8,
    /// Who did what; rows are only added.
    Audit = 9,
    /// Calls that plugins failed.
    Quarantine = 10,
}

impl FactTable {
    /// Every table.
    pub const ALL: [FactTable; 10] = [
        FactTable::Agents,
        FactTable::Tokens,
        FactTable::Answers,
        FactTable::Settings,
        FactTable::Contacts,
        FactTable::Packs,
        FactTable::Endpoints,
        FactTable::Decisions,
        FactTable::Audit,
        FactTable::Quarantine,
    ];
}

/// What a commit gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The conversation's revision now; 0 if the step changed none.
    pub revision: u64,
    /// The sequence of the step's first event; the others follow it without a gap.
    pub first_event: Option<u64>,
}
