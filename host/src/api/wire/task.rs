//! Tasks, and what people do with them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Priority, rfc3339};

/// What came of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// Resolved.
    Closed,
    /// To be continued: makes a follow-up task.
    Scheduled,
    /// Goes up the ladder: the handover stays open.
    NeedsEscalation,
    /// A booking or a sale.
    Converted,
    /// The customer could not be reached.
    NoAnswer,
}

/// Who has a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Assignee {
    /// One person.
    Agent(String),
    /// Whoever of a role takes it.
    Role(String),
    /// Whoever takes it.
    Everyone,
}

/// What a human must do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Task {
    #[schema(example = "chat-17~t1")]
    pub(crate) id: String,
    pub(crate) conversation: String,
    /// The handover that made it.
    #[schema(example = "chat-17~h1")]
    pub(crate) handover: String,
    #[schema(example = "Follow up: HVAC code request - requested human")]
    pub(crate) title: String,
    /// Everything needed to act without reading the chat.
    pub(crate) description: String,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    /// `null` while it waits for somebody to appear.
    #[schema(required)]
    pub(crate) assignee: Option<Assignee>,
    #[schema(format = DateTime)]
    pub(crate) due_at: String,
    /// Whether the due time has passed and that was told.
    pub(crate) overdue: bool,
    pub(crate) state: TaskState,
    /// Oldest first.
    pub(crate) notes: Vec<Note>,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// Whether it follows up an outcome `scheduled`.
    pub(crate) follow_up: bool,
}

/// Where a task stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum TaskState {
    /// To do.
    Open,
    /// To do, and nobody acted before the bot came back.
    Missed,
    /// Done.
    Done {
        outcome: Outcome,
        #[schema(format = DateTime)]
        at: String,
        by: Option<String>,
    },
    /// Nothing is left to do.
    Dropped {
        why: String,
        #[schema(format = DateTime)]
        at: String,
    },
}

/// Something that was written down about a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Note {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) text: String,
}

/// An agent accepts a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "agent": "ana" }))]
pub(crate) struct Accept {
    /// Who; an agent's own token may leave it out.
    #[schema(max_length = 64)]
    pub(crate) agent: Option<String>,
}

/// An agent declines an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "agent": "ana", "reason": "on another call" }))]
pub(crate) struct Decline {
    /// Who; an agent's own token may leave it out.
    #[schema(max_length = 64)]
    pub(crate) agent: Option<String>,
    #[schema(max_length = 4096)]
    pub(crate) reason: Option<String>,
}

/// An agent puts a task back into the queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "agent": "ana", "reason": "needs a gas licence" }))]
pub(crate) struct GiveBack {
    /// Who; an agent's own token may leave it out.
    #[schema(max_length = 64)]
    pub(crate) agent: Option<String>,
    #[schema(max_length = 4096)]
    pub(crate) reason: Option<String>,
}

/// An agent completes a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "outcome": "scheduled", "needed": true, "note": "visit on Friday", "follow_up": { "due_at": "2026-03-06T14:00:00Z" } }))]
pub(crate) struct Complete {
    #[schema(required, nullable = false)]
    pub(crate) outcome: Option<Outcome>,
    /// Who; an agent's own token may leave it out, an operator may name nobody.
    #[schema(max_length = 64)]
    pub(crate) agent: Option<String>,
    /// Whether the handover was needed at all.
    pub(crate) needed: Option<bool>,
    #[schema(max_length = 4096)]
    pub(crate) note: Option<String>,
    /// The contact's new status; the outcome's name where it is not given.
    #[schema(max_length = 64)]
    pub(crate) status: Option<String>,
    /// What is to be done next; only with the outcome `scheduled`, which makes a follow-up also without it.
    pub(crate) follow_up: Option<FollowUp>,
}

/// A task that continues an outcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowUp {
    /// One line; made from the first task's where it is not given.
    #[schema(max_length = 200)]
    pub(crate) title: Option<String>,
    /// In the future; by the business's settings where it is not given.
    #[schema(format = DateTime)]
    pub(crate) due_at: Option<String>,
}

/// A person gives a task to somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": { "kind": "role", "id": "technician" }, "note": "knows the model" }))]
pub(crate) struct Assign {
    #[schema(required, nullable = false)]
    pub(crate) to: Option<Assignee>,
    #[schema(max_length = 4096)]
    pub(crate) note: Option<String>,
}

/// Something to write down about a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "called, left a message" }))]
pub(crate) struct NewNote {
    #[schema(required, nullable = false, max_length = 4096)]
    pub(crate) text: Option<String>,
}

impl From<baton_core::Task> for Task {
    fn from(task: baton_core::Task) -> Self {
        let baton_core::Task {
            id,
            handover,
            title,
            description,
            priority,
            tags,
            assignee,
            due_at,
            overdue,
            state,
            notes,
            created_at,
            follow_up,
        } = task;
        Self {
            conversation: id.conversation.to_string(),
            id: id.to_string(),
            handover: handover.to_string(),
            title,
            description,
            priority: priority.into(),
            tags: tags.into_iter().collect(),
            assignee: assignee.map(Into::into),
            due_at: rfc3339(due_at),
            overdue,
            state: state.into(),
            notes: notes.into_iter().map(Into::into).collect(),
            created_at: rfc3339(created_at),
            follow_up,
        }
    }
}

impl From<baton_core::TaskState> for TaskState {
    fn from(state: baton_core::TaskState) -> Self {
        match state {
            baton_core::TaskState::Open => Self::Open,
            baton_core::TaskState::Missed => Self::Missed,
            baton_core::TaskState::Done { outcome, at, by } => Self::Done {
                outcome: outcome.into(),
                at: rfc3339(at),
                by: by.map(|by| by.to_string()),
            },
            baton_core::TaskState::Dropped { why, at } => Self::Dropped { why, at: rfc3339(at) },
        }
    }
}

impl From<baton_core::Note> for Note {
    fn from(note: baton_core::Note) -> Self {
        let baton_core::Note { at, by, text } = note;
        Self {
            at: rfc3339(at),
            by,
            text,
        }
    }
}

impl From<baton_core::Assignee> for Assignee {
    fn from(assignee: baton_core::Assignee) -> Self {
        match assignee {
            baton_core::Assignee::Agent(agent) => Self::Agent(agent.to_string()),
            baton_core::Assignee::Role(role) => Self::Role(role.to_string()),
            baton_core::Assignee::Everyone => Self::Everyone,
        }
    }
}

impl From<baton_core::Outcome> for Outcome {
    fn from(outcome: baton_core::Outcome) -> Self {
        match outcome {
            baton_core::Outcome::Closed => Self::Closed,
            baton_core::Outcome::Scheduled => Self::Scheduled,
            baton_core::Outcome::NeedsEscalation => Self::NeedsEscalation,
            baton_core::Outcome::Converted => Self::Converted,
            baton_core::Outcome::NoAnswer => Self::NoAnswer,
        }
    }
}

impl From<Outcome> for baton_core::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Closed => Self::Closed,
            Outcome::Scheduled => Self::Scheduled,
            Outcome::NeedsEscalation => Self::NeedsEscalation,
            Outcome::Converted => Self::Converted,
            Outcome::NoAnswer => Self::NoAnswer,
        }
    }
}
