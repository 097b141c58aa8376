//! What a detector found.

use crate::{Reason, RoleId};

/// How soon a human is needed. High for urgent or high-value matters, else medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// When there is time.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Urgent, or of high value.
    High,
}

/// A finding of one rule of the pack about one message, with what the rule wants done about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The rule's id in the pack.
    pub detector: String,
    /// Why a human is needed.
    pub reason: Reason,
    /// 0 to 1.
    pub confidence: f32,
    /// From this confidence on the signal counts by itself: 0 to 1.
    pub threshold: f32,
    /// Whether the rule may open a handover; otherwise it only leaves its tags and topic.
    pub hands_over: bool,
    /// What the handover gets at least.
    pub priority: Priority,
    /// Put on the conversation and its handover.
    pub tags: Vec<String>,
    /// What the conversation is about: `HVAC code request`.
    pub topic: Option<String>,
    /// The role that should get it.
    pub role: Option<RoleId>,
    /// Skills that whoever gets it should have.
    pub skills: Vec<String>,
    /// Where in the message.
    pub evidence: Vec<Evidence>,
    /// Facts found in the text, by name.
    pub fields: Vec<(String, String)>,
    /// One line for people: what raised and what lowered the confidence.
    pub note: Option<String>,
}

impl Signal {
    /// Whether the signal counts by itself.
    pub fn fires(&self) -> bool {
        self.confidence >= self.threshold
    }
}

/// A passage of a message, and what matched there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// First byte of the passage in the message's text.
    pub start: u32,
    /// The byte after its last one.
    pub end: u32,
    /// The plugin's rule, example or word that matched.
    pub rule: String,
    /// The passage itself.
    pub quote: String,
}
