//! The records that every kind of plugin sees, as plain Rust.
//!
//! They mirror the WIT field for field, with `Default` wherever a test would otherwise have to spell out what it does
//! not care about. Nothing here knows Wasm: a rule is written and tested against these types alone.

use std::ops::Range;

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Speaker {
    /// The contact of the business.
    #[default]
    Customer,
    /// The AI agent.
    Bot,
    /// A person of the business.
    Agent,
}

/// How soon a human is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// It can wait.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Urgent, or of high value.
    High,
}

/// One utterance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The id that the chat platform chose.
    pub id: String,
    /// Who said it.
    pub speaker: Speaker,
    /// What was said: at most 32,768 bytes.
    pub text: String,
    /// When it was said, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
}

impl Message {
    /// A message of the customer.
    pub fn customer(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A message of the bot.
    pub fn bot(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            speaker: Speaker::Bot,
            ..Self::default()
        }
    }

    /// A message of a person of the business.
    pub fn agent(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            speaker: Speaker::Agent,
            ..Self::default()
        }
    }
}

/// What the bot itself said about its message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BotState {
    /// How sure the bot was of its answer, 0 to 1.
    pub confidence: Option<f32>,
    /// The bot's own name for what the customer wants.
    pub intent: Option<String>,
    /// `Some(false)` when the bot gave up on the question.
    pub answered: Option<bool>,
}

/// The customer, as far as the platform and the bot know them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// How the contact is called.
    pub name: Option<String>,
    /// A telephone number as the platform writes it.
    pub phone: Option<String>,
    /// An email address.
    pub email: Option<String>,
    /// A BCP 47 tag, such as `en-US`.
    pub locale: Option<String>,
    /// An IANA name, such as `America/New_York`.
    pub time_zone: Option<String>,
    /// Whether the business marked the contact as important.
    pub vip: bool,
}

/// A part of a message's text: bytes `start` up to, not including, `end`, both on character boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Which rule, example or word of the plugin matched here.
    pub rule: String,
}

impl Span {
    /// The bytes of `range`, matched by `rule`.
    pub fn new(range: Range<usize>, rule: impl Into<String>) -> Self {
        let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Self {
            start: offset(range.start),
            end: offset(range.end),
            rule: rule.into(),
        }
    }

    /// The bytes as a range into the text.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a strategy or a template is told of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handover {
    /// The host's id of it.
    pub id: String,
    /// `explicit-request`, `information-gap`, `sentiment`, `high-value`, `complex-request`, or a pack's own.
    pub reason: String,
    /// How soon a human is needed.
    pub priority: Priority,
    /// Sorted, without duplicates.
    pub tags: Vec<String>,
    /// What the conversation is about, where a rule of the pack knows it: `HVAC code request`.
    pub topic: Option<String>,
    /// The customer's main request in one line, in their words.
    pub request: String,
    /// The passages that caused it, quoted.
    pub evidence: Vec<String>,
    /// A note by whoever asked for it outright.
    pub note: Option<String>,
    /// When it was opened, in milliseconds since 1970-01-01T00:00:00Z.
    pub opened_at_ms: i64,
    /// The role that a pack's rule wants for it.
    pub role: Option<String>,
    /// Skills that a pack's rule wants for it.
    pub skills: Vec<String>,
}
