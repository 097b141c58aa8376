//! Names of things. Each is a checked string, so that past the door nobody holds an unchecked one,
//! and a handover's or task's id tells which conversation it belongs to: no index is needed to find it.

use std::fmt;

/// Why a string cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError {
    /// What was to be named: `conversation`.
    pub what: &'static str,
    /// What is wrong with it, and what is allowed.
    pub message: String,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {} id: {}", self.what, self.message)
    }
}

impl std::error::Error for IdError {}

/// Letters, digits and the marks that platforms use in their ids. `~` is ours: it joins the parts of a handover's id.
fn check(what: &'static str, text: &str, longest: usize) -> Result<(), IdError> {
    let fail = |message: String| Err(IdError { what, message });
    if text.is_empty() {
        return fail("it is empty".into());
    }
    if text.len() > longest {
        return fail(format!("it has {} bytes, at most {longest} are allowed", text.len()));
    }
    let odd = text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !"-_.:@+=".contains(*c));
    match odd {
        Some(c) => fail(format!("{c:?} is not allowed; use letters, digits and - _ . : @ + =")),
        None => Ok(()),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $longest:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            ///
            /// When it is empty, too long, or holds a character that is not allowed.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check($what, text, $longest)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
    )*};
}

ids! {
    /// A tenant; `default` where there is only one. At most 64 bytes.
    BusinessId, "business", 64;
    /// One chat of a contact on a channel, as the platform calls it. At most 128 bytes.
    ConversationId, "conversation", 128;
    /// A message, as the platform calls it. At most 128 bytes.
    MessageId, "message", 128;
    /// The AI agent that speaks. At most 64 bytes.
    BotId, "bot", 64;
    /// A person of the business. At most 64 bytes.
    AgentId, "agent", 64;
    /// A group of agents with a task in it. At most 64 bytes.
    RoleId, "role", 64;
    /// Agents who are on call in turn. At most 64 bytes.
    RotaId, "rota", 64;
    /// Why a human is needed: one of the five, or a pack's own. At most 64 bytes.
    Reason, "reason", 64;
}

impl Reason {
    /// The customer asks for a human.
    pub const EXPLICIT_REQUEST: &'static str = "explicit-request";
    /// The bot does not know.
    pub const INFORMATION_GAP: &'static str = "information-gap";
    /// The tone turns.
    pub const SENTIMENT: &'static str = "sentiment";
    /// A big or urgent matter.
    pub const HIGH_VALUE: &'static str = "high-value";
    /// A contract, a custom quote, an exception.
    pub const COMPLEX_REQUEST: &'static str = "complex-request";
    /// The bot used up its turns.
    pub const TURN_BUDGET: &'static str = "turn-budget";
    /// An agent spoke in a conversation that the bot held.
    pub const TAKEOVER: &'static str = "takeover";

    /// One of the constants above.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.into())
    }
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $mark:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The conversation it belongs to.
            pub conversation: ConversationId,
            /// Counts from 1 within the conversation.
            pub number: u32,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{}~", $mark, "{}"), self.conversation, self.number)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let fail = || IdError {
                    what: $what,
                    message: format!(concat!("{:?} does not look like CONVERSATION~", $mark, "1"), text),
                };
                let (conversation, number) = text.rsplit_once(concat!("~", $mark)).ok_or_else(fail)?;
                let number = number.parse().map_err(|_| fail())?;
                Ok(Self { conversation: ConversationId::new(conversation)?, number })
            }
        }
    )*};
}

parts! {
    /// One handover of a conversation: `chat-17~h1`.
    HandoverId, "handover", "h";
    /// One task of a conversation: `chat-17~t1`.
    TaskId, "task", "t";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handover_id_names_its_conversation() {
        let id: HandoverId = "chat:17~h2".parse().expect("well formed");
        assert_eq!((id.conversation.as_str(), id.number), ("chat:17", 2));
        assert_eq!(id.to_string(), "chat:17~h2");
    }

    #[test]
    fn an_odd_id_is_refused_with_what_is_allowed() {
        for (text, expected) in [
            ("", "not a conversation id: it is empty"),
            (
                "a b",
                "not a conversation id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
            ),
            (
                "a~h1",
                "not a conversation id: '~' is not allowed; use letters, digits and - _ . : @ + =",
            ),
        ] {
            assert_eq!(
                ConversationId::new(text).map_err(|e| e.to_string()),
                Err(expected.to_owned())
            );
        }
        assert!("chat~h".parse::<HandoverId>().is_err());
        assert!("chat~t1".parse::<HandoverId>().is_err());
    }
}
