//! Who looks on while plugins are called, and what a call's input is to them.
//!
//! An input is taken down only where somebody keeps it: for a recording, or because the call failed. Otherwise a call
//! costs what it costs.

use std::fmt;
use std::sync::Arc;

use baton_core::{BotState, Contact, Draft, Message, Time};
use baton_plugin::{ConversationView, Fault, Found, Ranking};

use crate::observe::PluginLogs;
use crate::record::{Asked, Call, Failed, Outcome, Seen};

/// Keeps calls; on the thread that made them, so it must be quick.
pub type Keep = dyn Fn(&Call) + Send + Sync;

/// Messages before the one that is judged; what `wit/` lets a plugin read.
const HISTORY: u32 = 50;
/// Bytes of their texts that are taken down, the newest: a record must fit into a row of the store.
const HISTORY_BYTES: usize = 256 * 1024;

/// Who looks on.
#[derive(Clone, Default)]
pub struct Onlookers {
    /// Where plugins' lines go.
    pub logs: Option<Arc<PluginLogs>>,
    /// Who keeps every call with its input.
    pub calls: Option<Arc<Keep>>,
}

impl fmt::Debug for Onlookers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onlookers")
            .field("logs", &self.logs.is_some())
            .field("calls", &self.calls.is_some())
            .finish()
    }
}

/// Who looks on at the plugins of one business.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) business: String,
    pub(super) onlookers: Onlookers,
}

/// What a plugin is about to be asked.
pub(super) struct Question<'a> {
    pub(super) view: &'a Arc<dyn ConversationView>,
    /// Made only where somebody keeps it.
    pub(super) asked: &'a dyn Fn() -> Asked,
}

impl Question<'_> {
    /// The whole input.
    pub(super) fn taken(&self) -> (Seen, Asked) {
        let view = self.view;
        let contact = Contact {
            owner: None,
            status: None,
            ..view.contact()
        };
        let mut history = view.history(HISTORY);
        let mut bytes: usize = history.iter().map(|message| message.text.len()).sum();
        let cut = history.iter().take_while(|message| {
            let over = bytes > HISTORY_BYTES;
            bytes -= message.text.len();
            over
        });
        history.drain(..cut.count());
        let seen = Seen {
            conversation: view.id(),
            channel: view.channel(),
            bot: view.bot(),
            locale: view.locale(),
            contact,
            fields: view.fields(),
            history,
            bot_state: view.bot_state(),
            failed_answers: view.failed_answers(),
            length: view.length(),
            tags: view.tags(),
            now: view.now(),
        };
        (seen, (self.asked)())
    }
}

/// Shows a conversation as it was seen once.
impl ConversationView for Seen {
    fn id(&self) -> String {
        self.conversation.clone()
    }

    fn channel(&self) -> String {
        self.channel.clone()
    }

    fn bot(&self) -> String {
        self.bot.clone()
    }

    fn locale(&self) -> String {
        self.locale.clone()
    }

    fn contact(&self) -> Contact {
        self.contact.clone()
    }

    fn field(&self, name: &str) -> Option<String> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    fn fields(&self) -> Vec<(String, String)> {
        self.fields.clone()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        let n = usize::try_from(n.min(HISTORY)).unwrap_or(0);
        self.history[self.history.len().saturating_sub(n)..].to_vec()
    }

    fn bot_state(&self) -> Option<BotState> {
        self.bot_state.clone()
    }

    fn failed_answers(&self) -> u32 {
        self.failed_answers
    }

    fn length(&self) -> u32 {
        self.length
    }

    fn tags(&self) -> Vec<String> {
        self.tags.clone()
    }

    fn now(&self) -> Time {
        self.now
    }
}

impl From<&Fault> for Failed {
    fn from(fault: &Fault) -> Self {
        Self {
            kind: fault.kind.as_str().to_owned(),
            message: fault.to_string(),
            log: fault.log.clone(),
            log_dropped: fault.log_dropped,
        }
    }
}

impl From<Vec<Found>> for Outcome {
    fn from(found: Vec<Found>) -> Self {
        Self::Found(found)
    }
}

impl From<Ranking> for Outcome {
    fn from(ranking: Ranking) -> Self {
        Self::Ranked(ranking)
    }
}

impl From<Draft> for Outcome {
    fn from(draft: Draft) -> Self {
        Self::Drafted(draft)
    }
}

impl From<Option<String>> for Outcome {
    fn from(words: Option<String>) -> Self {
        Self::Returned(words)
    }
}
