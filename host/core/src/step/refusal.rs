//! Why an input makes no sense now. A refusal is no fault, and changes nothing.

use std::fmt;

use crate::{AgentId, Control, Holder};

/// Why an input makes no sense now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The bot speaks although control has moved. The message is kept as refused.
    StaleControl {
        /// Who holds the conversation now.
        control: Control,
        /// The epoch that the bot saw, where it said.
        saw: Option<u64>,
    },
    /// No such task is open.
    TaskNotOpen(u32),
    /// It was offered to others.
    NotOffered {
        /// To whom: `ana, bo`, `role:sales`.
        to: String,
    },
    /// Somebody was faster.
    AlreadyAccepted {
        /// Who.
        by: AgentId,
    },
    /// Somebody else has it.
    NotYours {
        /// Who.
        whose: String,
    },
    /// No handover is open.
    NoHandover,
    /// The bot holds the conversation already.
    BotHolds,
    /// It is closed already.
    AlreadyClosed,
    /// More notes than a task may have.
    TooManyNotes {
        /// As many as it may have.
        most: usize,
    },
    /// Due before it is made.
    DueInThePast,
    /// An answer that nobody asked for, or none where one was asked for: a fault of the caller.
    OutOfTurn,
}

impl Refusal {
    /// A stable name, for the API's problem types.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StaleControl { .. } => "stale-control",
            Self::TaskNotOpen(_) => "task-not-open",
            Self::NotOffered { .. } => "not-offered",
            Self::AlreadyAccepted { .. } => "already-accepted",
            Self::NotYours { .. } => "not-yours",
            Self::NoHandover => "no-open-handover",
            Self::BotHolds => "bot-holds-control",
            Self::AlreadyClosed => "conversation-closed",
            Self::TooManyNotes { .. } => "too-many-notes",
            Self::DueInThePast => "due-in-the-past",
            Self::OutOfTurn => "out-of-turn",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaleControl { control, saw } => {
                let holder = match control.holder {
                    Holder::Bot => "the bot holds the conversation",
                    Holder::Waiting => "a human was promised",
                    Holder::Human => "a human holds the conversation",
                    Holder::Closed => "the conversation is closed",
                };
                write!(f, "{holder}, at epoch {}", control.epoch)?;
                match saw {
                    Some(saw) => write!(f, "; the bot saw epoch {saw}"),
                    None => f.write_str("; the bot did not say which epoch it saw"),
                }
            }
            Self::TaskNotOpen(number) => write!(f, "task {number} is not open"),
            Self::NotOffered { to } => write!(f, "it is with {to} now"),
            Self::AlreadyAccepted { by } => write!(f, "{by} has accepted it"),
            Self::NotYours { whose } => write!(f, "it is with {whose}"),
            Self::NoHandover => f.write_str("no handover is open"),
            Self::BotHolds => f.write_str("the bot holds the conversation already"),
            Self::AlreadyClosed => f.write_str("the conversation is closed already"),
            Self::TooManyNotes { most } => {
                write!(f, "the task has {most} notes already, the most it may have")
            }
            Self::DueInThePast => f.write_str("a follow-up cannot be due in the past"),
            Self::OutOfTurn => f.write_str("an answer and a question did not meet"),
        }
    }
}

impl std::error::Error for Refusal {}
