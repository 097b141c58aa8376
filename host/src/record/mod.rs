//! How rows are written: one leading byte that names the form, then postcard.
//!
//! The core has no serde and the store never opens a payload, so this is the one place that knows the bytes. Rules for
//! whoever changes it, because postcard writes no names, only fields in order and variants by position:
//!
//! - a variant may be appended to an enum, never inserted, moved or removed; event types are variants too;
//! - any other change of a form that a kind of row contains makes a new form: its number in [`Kind::form`] goes up,
//!   the old form stays as a type of its own, and reading converts it;
//! - a row of a newer form than this program's is an error that says so, never a guess.
//!
//! Checksums and the cutting of long payloads are the store's. The same forms written as JSON are the readable half of
//! an export.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

mod form;

mod core_forms;

mod head;
pub use head::{Head, write_conversation};

mod calls;
pub use calls::{Asked, Call, Failed, Outcome, Seen};

mod rows;
pub use rows::{Decision, EndpointOff, EventRow, Place, PresenceRow, What};

/// The kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A conversation's head: everything but its open handover and tasks, which are rows of their own.
    Conversation,
    /// A handover.
    Handover,
    /// A task.
    Task,
    /// A message of the log.
    Message,
    /// An event.
    Event,
    /// An agent's presence.
    Presence,
    /// A decision, with what is needed to execute it again.
    Decision,
    /// A webhook endpoint that was switched off.
    EndpointOff,
    /// A plugin's call.
    Call,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Conversation,
        Self::Handover,
        Self::Task,
        Self::Message,
        Self::Event,
        Self::Presence,
        Self::Decision,
        Self::EndpointOff,
        Self::Call,
    ];

    /// As errors write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Handover => "handover",
            Self::Task => "task",
            Self::Message => "message",
            Self::Event => "event",
            Self::Presence => "presence",
            Self::Decision => "decision",
            Self::EndpointOff => "switched-off endpoint",
            Self::Call => "call",
        }
    }

    /// The form that this program writes, from 1.
    pub fn form(self) -> u8 {
        match self {
            Self::Conversation | Self::Task | Self::Message | Self::Presence | Self::EndpointOff | Self::Call => 1,
            Self::Handover | Self::Event | Self::Decision => 2,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a stored row cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing is there, not even the form's number.
    #[error("the stored {kind} is empty")]
    Empty {
        /// What was read.
        kind: Kind,
    },
    /// A later version of Baton wrote it.
    #[error(
        "the stored {kind} has form {found}, and this version of baton reads forms up to {newest}; start the version that wrote it"
    )]
    Newer {
        /// What was read.
        kind: Kind,
        /// The form's number.
        found: u8,
        /// The newest one that is known here.
        newest: u8,
    },
    /// A version before the first release wrote it; no form of those is kept.
    #[error(
        "the stored {kind} has form {found} of a version before 0.1.0, and this one reads form {oldest}; begin with a new data folder"
    )]
    Older {
        /// What was read.
        kind: Kind,
        /// The form's number.
        found: u8,
        /// The oldest one that is known here.
        oldest: u8,
    },
    /// The bytes are not of this form.
    #[error("the stored {kind} of {bytes} bytes does not follow its form")]
    Malformed {
        /// What was read.
        kind: Kind,
        /// How long it is.
        bytes: usize,
        /// What the decoder says.
        #[source]
        source: postcard::Error,
    },
    /// The row goes on after its end.
    #[error("the stored {kind} has {extra_bytes} bytes after its end")]
    Trailing {
        /// What was read.
        kind: Kind,
        /// How many.
        extra_bytes: usize,
    },
    /// An id in it is none.
    #[error("the stored {kind} holds a bad id")]
    BadId {
        /// What was read.
        kind: Kind,
        /// Which, and why.
        #[source]
        source: baton_core::IdError,
    },
    /// A row that a conversation's head names was not given, or one that it does not name was.
    #[error("the stored conversation names {what}, and {given} came with it")]
    Parts {
        /// What the head names: `handover 2`.
        what: String,
        /// What was given.
        given: String,
    },
}

/// A type with rows of its own.
pub trait Row: form::Stored {
    /// Which kind.
    const KIND: Kind;
}

/// Writes a row. A conversation is written by [`write_conversation`].
pub fn write<R: Row>(row: &R) -> Vec<u8> {
    encode(R::KIND, &row.to_form())
}

/// Reads a row; a conversation's is a [`Head`].
///
/// # Errors
///
/// When the bytes are of a newer form or of none.
pub fn read<R: Row>(bytes: &[u8]) -> Result<R, ReadError> {
    let form = decode(R::KIND, bytes)?;
    R::from_form(form).map_err(|source| ReadError::BadId { kind: R::KIND, source })
}

/// A row as readable JSON, for an export; `None` where it cannot be read.
pub fn to_json(kind: Kind, bytes: &[u8]) -> Option<serde_json::Value> {
    fn json<R: Row>(bytes: &[u8]) -> Option<serde_json::Value> {
        let form: R::Form = decode(R::KIND, bytes).ok()?;
        serde_json::to_value(form).ok()
    }
    match kind {
        Kind::Conversation => json::<Head>(bytes),
        Kind::Handover => json::<baton_core::Handover>(bytes),
        Kind::Task => json::<baton_core::Task>(bytes),
        Kind::Message => json::<crate::engine::Logged>(bytes),
        Kind::Event => json::<EventRow>(bytes),
        Kind::Presence => json::<PresenceRow>(bytes),
        Kind::Decision => json::<Decision>(bytes),
        Kind::EndpointOff => json::<EndpointOff>(bytes),
        Kind::Call => json::<Call>(bytes),
    }
}

/// A name for bytes, in 32 hexadecimal digits: half of their SHA-256, which is more than chance or a mistake can meet.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encode(kind: Kind, form: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(form, vec![kind.form()])
        .expect("forms hold no type that postcard cannot write, and memory grows")
}

fn decode<F: DeserializeOwned>(kind: Kind, bytes: &[u8]) -> Result<F, ReadError> {
    let (&found, rest) = bytes.split_first().ok_or(ReadError::Empty { kind })?;
    let newest = kind.form();
    if found == 0 || found > newest {
        return Err(ReadError::Newer { kind, found, newest });
    }
    if found < newest {
        let oldest = newest;
        return Err(ReadError::Older { kind, found, oldest });
    }
    match postcard::take_from_bytes(rest) {
        Ok((form, [])) => Ok(form),
        Ok((_, extra)) => Err(ReadError::Trailing {
            kind,
            extra_bytes: extra.len(),
        }),
        Err(source) => Err(ReadError::Malformed {
            kind,
            bytes: bytes.len(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests;
