//! What a template is, and the words it answers with.
//!
//! A template never computes a time: what may be promised arrives as a [`Promise`], so that no text can promise what
//! the business does not.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Conversation, Fault, Handover};

/// A plugin that writes the customer's message and the task.
///
/// Make it known with [`register!`](crate::register).
pub trait Template: Sized + 'static {
    /// Lower-case words joined by hyphens: `standard`.
    const NAME: &'static str;
    /// What it writes, in one sentence.
    const SUMMARY: &'static str;
    /// What a pack may set. Its JSON Schema is derived, doc comments included.
    type Settings: DeserializeOwned + JsonSchema;

    /// Makes the template; runs once, before the host takes its snapshot.
    ///
    /// # Errors
    ///
    /// A [`Fault`] for settings that fit the schema but make no sense, pointing at the place.
    fn new(settings: Self::Settings) -> Result<Self, Fault>;

    /// Writes what the customer reads and what the assignee reads when a handover opens.
    ///
    /// # Errors
    ///
    /// A line for the operator. The host then uses its own plain text.
    fn compose(
        &self,
        handover: &Handover,
        circumstances: &Circumstances,
        conversation: &dyn Conversation,
    ) -> Result<Draft, String>;

    /// Writes what the customer reads when the bot takes the conversation back; `None`: it comes back silently.
    ///
    /// # Errors
    ///
    /// A line for the operator. The bot then comes back silently.
    fn returning(
        &self,
        handover: &Handover,
        circumstances: &Circumstances,
        conversation: &dyn Conversation,
    ) -> Result<Option<String>, String>;
}

/// What may be promised to the customer, computed by the host from the SLA and the business calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The span of the SLA in minutes: 1440 for "within 24 hours".
    pub within_minutes: u32,
    /// Whether the span counts business time only.
    pub business_time: bool,
    /// The moment at which it is due, in milliseconds since 1970-01-01T00:00:00Z.
    pub due_at_ms: i64,
    /// The same in the business's time zone: `2026-03-02 17:30`.
    pub due_local: String,
}

/// The business's side of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// The business's name.
    pub business: String,
    /// Absent when the business promises nothing.
    pub promise: Option<Promise>,
    /// Whether the business is open now.
    pub open: bool,
    /// When it opens next, in its time zone, while it is closed: `2026-03-02 08:00`.
    pub opens_local: Option<String>,
    /// Another way to reach the business.
    pub alternate_contact: Option<String>,
    /// For what cannot wait.
    pub emergency_line: Option<String>,
    /// The person it is offered to, where it is one person.
    pub assignee: Option<String>,
}

impl Default for Circumstances {
    /// An open business that promises nothing.
    fn default() -> Self {
        Self {
            business: String::new(),
            promise: None,
            open: true,
            opens_local: None,
            alternate_contact: None,
            emergency_line: None,
            assignee: None,
        }
    }
}

/// The words of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The one final message to the customer. Empty: none is sent.
    pub message: String,
    /// The task's title, one line.
    pub title: String,
    /// The task's description: everything needed to act without reading the chat.
    pub description: String,
}
