//! One step after the other for each conversation, many conversations at once.
//!
//! The engine is the only place where the core, the rules, the store and the directory meet: it loads a
//! conversation, lets the rules judge, the core decide, the rules answer what the core asks, and commits
//! the step before anybody hears of it. Only `api/`, `cli/` and the timers call it.

use std::collections::BTreeMap;

use baton_core::{
    AgentId, Assignee, BotId, BotState, BusinessId, Completion, Contact, Control, Conversation, ConversationId, Handover, Message,
    MessageId, Priority, Reason, Refusal, Reply, Signal, Speaker, Task, TaskId, Time,
};

/// A message as it came through the door, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The platform's id; seen before means the first answer is given again.
    pub id: MessageId,
    /// Who said it.
    pub speaker: Speaker,
    /// 1 to 32,768 bytes.
    pub text: String,
    /// When, by the platform; now where it does not say.
    pub at: Option<Time>,
    /// Where.
    pub channel: String,
    /// Which bot's conversation it is.
    pub bot: BotId,
    /// Which person, where an agent said it.
    pub agent: Option<AgentId>,
    /// What the platform knows of the contact.
    pub contact: Option<Contact>,
    /// What the bot collected.
    pub fields: BTreeMap<String, String>,
    /// What the bot says of its message.
    pub bot_state: Option<BotState>,
    /// The epoch that the bot saw.
    pub epoch: Option<u64>,
}

/// The answer to a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Who may speak now.
    pub control: Control,
    /// What the detectors found.
    pub signals: Vec<Signal>,
    /// The handover that is open, or that this message opened.
    pub handover: Option<Handover>,
    /// What Baton says to the customer because of it.
    pub replies: Vec<Reply>,
    /// Whether the message was seen before; then all of this is the first answer.
    pub duplicate: bool,
}

/// What a person, or a bot outright, does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// `POST /v1/conversations/{id}/handover`
    Request { /** Why. */ reason: Reason, /** In their words. */ note: Option<String>, /** At least. */ priority: Priority },
    /// `POST /v1/conversations/{id}/release`
    Release,
    /// `POST /v1/conversations/{id}/close`
    Close,
    /// `POST /v1/tasks/{id}/accept`
    Accept { /** Task number. */ task: u32, /** Who. */ agent: AgentId },
    /// `POST /v1/tasks/{id}/decline`
    Decline { /** Task number. */ task: u32, /** Who. */ agent: AgentId, /** Why. */ reason: Option<String> },
    /// `POST /v1/tasks/{id}/complete`
    Complete(Completion),
    /// `POST /v1/tasks/{id}/assign`
    Assign { /** Task number. */ task: u32, /** To whom. */ to: Assignee, /** In their words. */ note: Option<String> },
    /// `POST /v1/tasks/{id}/note`
    Note { /** Task number. */ task: u32, /** What. */ text: String },
}

/// A message of the log, with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Position in the conversation, from 1.
    pub number: u64,
    /// What was said.
    pub message: Message,
    /// When Baton received it.
    pub received_at: Time,
    /// What the detectors found.
    pub signals: Vec<Signal>,
    /// Refused for a stale epoch: kept, never delivered.
    pub refused: bool,
    /// Who could speak after it.
    pub control: Control,
    /// The generation that judged it.
    pub rules: String,
    /// What Baton said because of it.
    pub replies: Vec<Reply>,
    /// The handover that was open after it.
    pub handover: Option<u32>,
}

/// Why the engine did not do it. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request makes no sense now: 409.
    #[error("{0}")]
    Refused(Refusal),
    /// 404.
    #[error("no {what} {id:?}")]
    NotFound { /** `conversation`, `task`, ... */ what: &'static str, /** Its id. */ id: String },
    /// A name in the request that the business does not have: 422, with the JSON Pointer of the field.
    #[error("unknown {what} {id:?}; {known}")]
    Unknown { /** `agent`, `bot`, `role`. */ what: &'static str, /** As given. */ id: String, /** Those there are. */ known: String, /** `/agent`. */ pointer: &'static str },
    /// Too much is waiting: 429 with `Retry-After`.
    #[error("{what} is full: {waiting} wait, at most {most} may")]
    Busy { /** Which queue. */ what: &'static str, /** How many. */ waiting: usize, /** The bound. */ most: usize },
    /// The disk is nearly full: 503; reading goes on.
    #[error("the disk under the data folder has {free_bytes} bytes left, and {reserve_bytes} are held in reserve")]
    DiskFull { /** Left. */ free_bytes: u64, /** Held back. */ reserve_bytes: u64 },
    /// The daemon is stopping: 503.
    #[error("the daemon is stopping")]
    Stopping,
    /// A stored value that cannot be read: 500, and logged.
    #[error("the stored {what} cannot be read")]
    Stored { /** What. */ what: String, /** Why. */ #[source] source: Box<dyn std::error::Error + Send + Sync> },
}
