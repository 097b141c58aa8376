//! The four scopes. A scope is what a *kind of caller* needs, not a list of rights: four words fit in a
//! head, and the API documents for each route which of them it takes.

use std::fmt;
use std::str::FromStr;

/// What the holder of a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A chat platform or bot: messages, asking for a handover, reading conversations.
    Bot,
    /// One person of the business: tasks, conversations, their own presence.
    Agent,
    /// All of one business but its tokens.
    Operator,
    /// Everything, tokens included; the only scope that may hold for every business.
    Admin,
}

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scope {0:?}; there are bot, agent, operator and admin")]
pub struct ParseScopeError(String);

impl Scope {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 4] = [Self::Bot, Self::Agent, Self::Operator, Self::Admin];

    /// As API, CLI and configuration write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| ParseScopeError(text.to_owned()))
    }
}
