//! What a human must do.

use std::collections::BTreeSet;
use std::fmt;

use crate::{AgentId, HandoverId, Outcome, Priority, RoleId, TaskId, Time};

/// What a human must do.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Which one.
    pub id: TaskId,
    /// The handover that made it.
    pub handover: HandoverId,
    /// One line.
    pub title: String,
    /// Everything needed to act without reading the chat.
    pub description: String,
    /// How soon.
    pub priority: Priority,
    /// For reports and automation.
    pub tags: BTreeSet<String>,
    /// Who has it; `None` while it waits for somebody to appear.
    pub assignee: Option<Assignee>,
    /// When it is due.
    pub due_at: Time,
    /// Whether its being overdue was told.
    pub overdue: bool,
    /// Where it stands.
    pub state: TaskState,
    /// What was written down meanwhile, oldest first.
    pub notes: Vec<Note>,
    /// When it was made.
    pub created_at: Time,
    /// Whether it follows up an outcome `scheduled`.
    pub follow_up: bool,
}

/// Who has a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// One person.
    Agent(AgentId),
    /// Whoever of a role takes it.
    Role(RoleId),
    /// Whoever takes it.
    Everyone,
}

/// `ana`, `role:technician`, or `everyone`.
impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(agent) => write!(f, "{agent}"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::Everyone => f.write_str("everyone"),
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// To do.
    Open,
    /// To do, and nobody acted before the bot came back.
    Missed,
    /// Done.
    Done {
        /// With this outcome.
        outcome: Outcome,
        /// When.
        at: Time,
        /// By whom.
        by: Option<AgentId>,
    },
    /// Nothing is left to do: its conversation was closed or given back, or a later task took its place.
    Dropped {
        /// Why.
        why: String,
        /// When.
        at: Time,
    },
}

impl TaskState {
    /// Whether something is left to do.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Open | Self::Missed => true,
            Self::Done { .. } | Self::Dropped { .. } => false,
        }
    }
}

/// Something that was written down about a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Time,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}
