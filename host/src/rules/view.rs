//! What a plugin may ask of the conversation, answered from the state before the step and from the log.

use std::sync::{Arc, Mutex, PoisonError};

use baton_core::{BotState, Contact, Conversation, Message, Time};
use baton_plugin::ConversationView;

/// Reads the last messages of a conversation, oldest first: how many, before which position.
type Read = dyn Fn(u64, usize) -> Vec<Message> + Send + Sync;

/// The messages before the one that is judged, read when a plugin first asks and kept for the others.
pub struct History {
    read: Box<Read>,
    kept: Mutex<Kept>,
}

/// The answer to the widest question so far.
#[derive(Default)]
struct Kept {
    asked: usize,
    messages: Vec<Message>,
}

impl History {
    /// A history that is read by `read`: how many messages, before which position; oldest first.
    pub fn new(read: impl Fn(u64, usize) -> Vec<Message> + Send + Sync + 'static) -> Self {
        Self {
            read: Box::new(read),
            kept: Mutex::default(),
        }
    }

    fn last(&self, before: u64, n: usize) -> Vec<Message> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if n > kept.asked {
            *kept = Kept {
                asked: n,
                messages: (self.read)(before, n),
            };
        }
        kept.messages[kept.messages.len().saturating_sub(n)..].to_vec()
    }
}

/// Messages a plugin may read back; what `wit/` promises.
const MOST_HISTORY: u32 = 50;

/// One conversation at one message, as its plugins see it.
pub struct View {
    /// As it was before the message, with the contact and fields that came along with it.
    pub conversation: Arc<Conversation>,
    /// The contact's locale, else the business's.
    pub locale: String,
    /// What the bot says of the message that is judged.
    pub bot_state: Option<BotState>,
    /// Messages so far, the one that is judged included.
    pub length: u64,
    /// The time of the call.
    pub now: Time,
    /// The log.
    pub history: History,
}

impl ConversationView for View {
    fn id(&self) -> String {
        self.conversation.id.to_string()
    }

    fn channel(&self) -> String {
        self.conversation.channel.clone()
    }

    fn bot(&self) -> String {
        self.conversation.bot.to_string()
    }

    fn locale(&self) -> String {
        self.locale.clone()
    }

    fn contact(&self) -> Contact {
        self.conversation.contact.clone()
    }

    fn field(&self, name: &str) -> Option<String> {
        self.conversation.fields.get(name).cloned()
    }

    fn fields(&self) -> Vec<(String, String)> {
        self.conversation
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        let n = n.min(MOST_HISTORY);
        if n == 0 || self.length <= 1 {
            return Vec::new();
        }
        self.history.last(self.length, usize::try_from(n).unwrap_or(0))
    }

    fn bot_state(&self) -> Option<BotState> {
        self.bot_state.clone()
    }

    fn failed_answers(&self) -> u32 {
        self.conversation.failed_answers
    }

    fn length(&self) -> u32 {
        u32::try_from(self.length).unwrap_or(u32::MAX)
    }

    fn tags(&self) -> Vec<String> {
        self.conversation.tags.iter().cloned().collect()
    }

    fn now(&self) -> Time {
        self.now
    }
}
