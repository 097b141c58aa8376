//! What goes into a plugin and comes out of it, in the host's own words.
//!
//! The forms of the interface stay inside of this crate, so a new version of the interface changes a
//! conversion and nothing else.

use std::fmt;
use std::time::Duration;

use baton_core::{AgentId, Evidence, Priority, Promise, Reason, RoleId, Time};

/// The three kinds of plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Finds signals.
    Detector,
    /// Chooses among candidates.
    Strategy,
    /// Writes drafts.
    Template,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Detector, Self::Strategy, Self::Template];

    /// As a pack writes it: `detector`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Strategy => "strategy",
            Self::Template => "template",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a component says of itself, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// The component's own version.
    pub version: String,
    /// What it is.
    pub kind: Kind,
    /// One sentence.
    pub summary: String,
    /// JSON Schema of its settings; a JSON object.
    pub settings_schema: String,
}

/// Something that a component wants from the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// With its version: `wasi:cli/environment@0.2.6`.
    pub name: String,
    /// Whether a plugin may have it.
    pub allowed: bool,
}

/// An answer, and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Called<T> {
    /// The answer, checked.
    pub value: T,
    /// Wasm instructions, roughly.
    pub fuel: u64,
    /// On the wall clock, from the fresh instance to the checked answer.
    pub took: Duration,
    /// What the plugin wrote for the operator.
    pub log: Vec<LogLine>,
    /// Lines that were over the bound and are lost.
    pub log_dropped: u32,
}

/// A line for the operator's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The text; may hold a customer's words only where `level` is [`LogLevel::Debug`].
    pub line: String,
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// For whoever writes the rules.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

/// What a detector found. The host adds the rule that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Overrides the reason that the pack gives.
    pub reason: Option<Reason>,
    /// 0 to 1.
    pub confidence: f32,
    /// Passages of the message, each quoted.
    pub evidence: Vec<Evidence>,
    /// Besides the pack's.
    pub tags: Vec<String>,
    /// At least this.
    pub priority: Option<Priority>,
    /// Facts found in the text, by name.
    pub fields: Vec<(String, String)>,
    /// One line for people.
    pub note: Option<String>,
}

/// A person who may take a handover now: present, in working hours, below capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// The roles they have.
    pub roles: Vec<RoleId>,
    /// What they are good at.
    pub skills: Vec<String>,
    /// BCP 47 tags.
    pub languages: Vec<String>,
    /// Open handovers they hold.
    pub open: u32,
    /// Open handovers they may hold; at least 1.
    pub capacity: u32,
    /// When a handover was last offered to them.
    pub last_offered_at: Option<Time>,
    /// Whether they let this same handover lapse, or declined it.
    pub missed: bool,
    /// Whether the contact is theirs.
    pub owner: bool,
}

/// The answer of a strategy. Nobody is in it twice; everybody in it was a candidate; some may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// Best first.
    pub ranked: Vec<Choice>,
    /// Those who should not get it.
    pub passed_over: Vec<Choice>,
}

/// A candidate and the reason for the place they got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Who.
    pub agent: AgentId,
    /// One line for people: `holds 1 of 5`.
    pub why: String,
}

/// The business's side of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// Its name, as customers know it.
    pub business: String,
    /// Absent when the business promises nothing.
    pub promise: Option<Promised>,
    /// Whether it is open now.
    pub open: bool,
    /// When it opens next, in its time zone, while it is closed: `2026-03-02 08:00`.
    pub opens_local: Option<String>,
    /// Another way to reach it.
    pub alternate_contact: Option<String>,
    /// For what cannot wait.
    pub emergency_line: Option<String>,
    /// The name of the person it is offered to, where it is one person.
    pub assignee: Option<String>,
}

/// What may be promised to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// As the core computed it.
    pub promise: Promise,
    /// When it is due, in the business's time zone: `2026-03-02 17:30`.
    pub due_local: String,
}
