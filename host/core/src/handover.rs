//! One passing of one conversation from the bot to a human, from its cause to its outcome.

use std::collections::BTreeSet;

use crate::{AgentId, Assignee, Event, Evidence, HandoverId, MessageId, Priority, Reason, RoleId, Span, Time};

/// One passing of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// Which one.
    pub id: HandoverId,
    /// The generation that opened it and keeps its ladder and texts.
    pub rules: String,
    /// Why.
    pub reason: Reason,
    /// What set it off.
    pub cause: Cause,
    /// How soon.
    pub priority: Priority,
    /// For reports and automation.
    pub tags: BTreeSet<String>,
    /// What it is about, as far as a rule knows.
    pub topic: Option<String>,
    /// The customer's main request in one line.
    pub request: String,
    /// The passages that caused it, and the message that holds them.
    pub evidence: Vec<Evidence>,
    /// The message that set it off.
    pub message: Option<MessageId>,
    /// What whoever asked for it outright wrote.
    pub note: Option<String>,
    /// The role that should get it.
    pub role: Option<RoleId>,
    /// Skills that whoever gets it should have.
    pub skills: Vec<String>,
    /// The handover of the same conversation whose place it takes.
    pub previous: Option<HandoverId>,
    /// When it opened.
    pub opened_at: Time,
    /// Where it stands.
    pub stage: Stage,
    /// The rung of the ladder that it stands on, from 0.
    pub rung: u32,
    /// Offers made on this rung.
    pub tries: u32,
    /// Times the ladder was climbed to its end.
    pub climbs: u32,
    /// Who was offered it in vain.
    pub missed: Vec<Miss>,
    /// Who could have it, best first, and why in this order: the last answer of the strategies.
    pub ranked: Vec<Ranked>,
    /// Who was not offered it, and why; the last answer for each agent.
    pub passed_over: Vec<PassedOver>,
    /// What the final message may promise.
    pub promise: Promise,
    /// The one message that told the customer.
    pub final_message: Option<FinalMessage>,
    /// Its task.
    pub task: u32,
    /// When the first human acted.
    pub first_act_at: Option<Time>,
    /// When the last human acted.
    pub last_act_at: Option<Time>,
    /// When the outcome is due; as if the clock went on, while it is paused.
    pub resolution_due: Option<Time>,
    /// That the time to the outcome stands still.
    pub pause: Option<Pause>,
    /// When the bot took the conversation back.
    pub reactivated_at: Option<Time>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// What happened to it, oldest first; bounded by [`Handover::TIMELINE`].
    pub timeline: Vec<Entry>,
}

impl Handover {
    /// Entries of a timeline: a ladder of every agent of a large team, and room for notes. Later entries
    /// push out the oldest but the first.
    pub const TIMELINE: usize = 64;

    /// Whether a human has acted on it.
    pub fn answered(&self) -> bool {
        self.first_act_at.is_some()
    }

    /// Who counts it among their open handovers.
    pub fn holders(&self) -> &[AgentId] {
        match &self.stage {
            _ if self.ending.is_some() => &[],
            Stage::Waiting => &[],
            Stage::Offered(offer) => &offer.agents,
            Stage::Assigned(Assignee::Agent(agent)) | Stage::Accepted(agent) => std::slice::from_ref(agent),
            Stage::Assigned(Assignee::Role(_) | Assignee::Everyone) => &[],
        }
    }
}

/// What set a handover off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A signal reached its threshold.
    Signal,
    /// The bot failed to answer this many times.
    FailedAnswers(u32),
    /// The bot used up its turns.
    TurnBudget,
    /// Somebody asked for it outright: who.
    Request(String),
    /// An agent spoke while the bot held the conversation.
    Takeover(AgentId),
}

/// Where an open handover stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Nobody is available; it is offered the moment somebody is.
    Waiting,
    /// An offer stands.
    Offered(Offer),
    /// Given to somebody by hand, by the owner rule, or at the ladder's end; not yet accepted.
    Assigned(Assignee),
    /// A human has it.
    Accepted(AgentId),
}

/// An offer to one agent, or to several of whom the first to accept has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// At least one, best first.
    pub agents: Vec<AgentId>,
    /// When it lapses.
    pub until: Time,
}

/// An offer made in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Whose.
    pub agent: AgentId,
    /// When.
    pub at: Time,
    /// How.
    pub how: MissKind,
}

/// How an offer came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissKind {
    /// Its time ran out.
    Lapsed,
    /// Declined, with a reason where one was given.
    Declined(Option<String>),
    /// Accepted and given back to the queue, with a reason where one was given.
    GivenBack(Option<String>),
}

/// An agent whom a strategy would have take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Who.
    pub agent: AgentId,
    /// `holds 1 of 5`.
    pub why: String,
}

/// Time that stands still while the business waits for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: Time,
    /// What was left until the outcome is due, on the clock of its deadline.
    pub left: Span,
}

/// A candidate who was not offered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Who.
    pub agent: AgentId,
    /// `at capacity 5 of 5`.
    pub why: String,
    /// Since when, as far as was asked.
    pub at: Time,
}

/// What the final message may promise, from the SLA and the business calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// The span of the SLA.
    pub within: Span,
    /// Whether the span counts business time only.
    pub business_time: bool,
    /// When it is due.
    pub due_at: Time,
}

/// The one message that told the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalMessage {
    /// The same on every delivery.
    pub id: String,
    /// What it said.
    pub text: String,
}

/// How a handover ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A human completed it.
    Completed {
        /// With this outcome.
        outcome: Outcome,
        /// Who did.
        by: Option<AgentId>,
        /// Whether it was needed at all, where they said.
        needed: Option<bool>,
        /// What they wrote.
        note: Option<String>,
    },
    /// Given back to the bot, by whom.
    Released(String),
    /// The conversation was closed, by whom.
    Closed(String),
    /// A later handover of the same conversation took its place.
    Superseded(HandoverId),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Resolved.
    Closed,
    /// To be continued at a set time.
    Scheduled,
    /// Goes up the ladder: the handover stays open.
    NeedsEscalation,
    /// A booking or a sale.
    Converted,
    /// The customer could not be reached.
    NoAnswer,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Closed,
        Self::Scheduled,
        Self::NeedsEscalation,
        Self::Converted,
        Self::NoAnswer,
    ];

    /// As API and CLI write it: `needs-escalation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Scheduled => "scheduled",
            Self::NeedsEscalation => "needs-escalation",
            Self::Converted => "converted",
            Self::NoAnswer => "no-answer",
        }
    }
}

/// Something that happened to a handover.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
}
