//! What can happen to a conversation.

use std::collections::BTreeMap;

use crate::{AgentId, Assignee, Contact, Draft, Message, Outcome, PassedOver, Priority, Ranked, Reason, Signal, Time};

/// What can happen to a conversation. Texts, ids and times were checked at the door.
#[allow(
    clippy::large_enum_variant,
    reason = "one input lives at a time, and is taken apart at once"
)]
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A message, judged.
    Said {
        /// What was said.
        message: Message,
        /// What the detectors found, in the order of the pack's rules.
        signals: Vec<Signal>,
        /// What the platform knows of the contact.
        contact: Option<Contact>,
        /// What the bot collected.
        fields: BTreeMap<String, String>,
    },
    /// A bot or a person asks for a handover outright.
    Requested {
        /// Who.
        by: String,
        /// Why.
        reason: Reason,
        /// In their words.
        note: Option<String>,
        /// At least this.
        priority: Priority,
    },
    /// An agent accepts a task.
    Accepted {
        /// Its number.
        task: u32,
        /// Who.
        agent: AgentId,
    },
    /// An agent declines an offer.
    Declined {
        /// Its task's number.
        task: u32,
        /// Who.
        agent: AgentId,
        /// Why, where they said.
        reason: Option<String>,
    },
    /// An agent completes a task.
    Completed(Completion),
    /// A person gives a task to somebody.
    Assigned {
        /// Its number.
        task: u32,
        /// To whom.
        to: Assignee,
        /// Who did.
        by: String,
        /// In their words.
        note: Option<String>,
    },
    /// An agent puts a task that they accepted back into the queue.
    GivenBack {
        /// Its number.
        task: u32,
        /// Who.
        agent: AgentId,
        /// Why, where they said.
        reason: Option<String>,
    },
    /// An agent is no longer of the business: what they have goes to others.
    Left {
        /// Who.
        agent: AgentId,
    },
    /// A person writes something down about a task.
    Noted {
        /// Its number.
        task: u32,
        /// Who.
        by: String,
        /// What.
        text: String,
    },
    /// The conversation goes back to the bot.
    Released {
        /// Who gives it back.
        by: String,
    },
    /// The conversation is closed.
    Closed {
        /// Who closes it.
        by: String,
    },
    /// Somebody may have become available.
    Available,
    /// A timer may be due. Handles the first one that is; wake again while [`crate::Timers::due`] names another.
    Woke,
    /// The answer to the question that the last step asked.
    Answer(Answer),
}

/// An agent completes a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The task's number.
    pub task: u32,
    /// Who; `None` for an operator who is no agent.
    pub by: Option<AgentId>,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether the handover was needed at all.
    pub needed: Option<bool>,
    /// In their words.
    pub note: Option<String>,
    /// The contact's new status; the outcome's name where it is not given.
    pub status: Option<String>,
    /// What is to be done next; an outcome `scheduled` makes one even if it is not given.
    pub follow_up: Option<FollowUp>,
}

/// A task that continues an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowUp {
    /// One line; made from the first task's where it is not given.
    pub title: Option<String>,
    /// When it is due; by the policy where it is not given.
    pub due_at: Option<Time>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To [`crate::Question::Assign`].
    Candidates(Candidates),
    /// To [`crate::Question::Draft`].
    Draft(Draft),
    /// To [`crate::Question::Returning`]: `None` lets the bot come back silently.
    Returning(Option<String>),
}

/// Who is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Available agents, best first, as the strategy ranked them.
    pub ranked: Vec<Ranked>,
    /// Agents of the scope who are not among them, and why.
    pub passed_over: Vec<PassedOver>,
    /// When the next of them is expected to be available, where that is known.
    pub next_at: Option<Time>,
}
