//! What the core asks; a plugin answers, or the host's fallback when the plugin failed.

use crate::{AgentId, Handover, RoleId, RotaId};

/// What the core asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Who is available, best first?
    Assign(AssignQuestion),
    /// Which words open the handover?
    Draft(DraftQuestion),
    /// With which words does the bot come back?
    Returning(DraftQuestion),
}

/// Who is available, best first?
#[derive(Debug, Clone, PartialEq)]
pub struct AssignQuestion {
    /// For what.
    pub handover: Handover,
    /// Among whom.
    pub scope: Scope,
    /// Whether several of them will be asked at once.
    pub all: bool,
}

/// Among whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One agent.
    Agent(AgentId),
    /// The agents of a role.
    Role(RoleId),
    /// Whoever of a rota is on call now; their hours and presence do not count.
    OnCall(RotaId),
    /// All agents of the business.
    Everyone,
}

/// Which words?
#[derive(Debug, Clone, PartialEq)]
pub struct DraftQuestion {
    /// For what. Its promise is what the words may promise.
    pub handover: Handover,
    /// Who it was offered to, where that is one agent.
    pub assignee: Option<AgentId>,
}

/// The words and facts that a template makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The final message to the customer; empty: none is sent.
    pub message: String,
    /// The task's title, one line.
    pub title: String,
    /// The task's description.
    pub description: String,
}
