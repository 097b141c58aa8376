//! One message by itself, before the rules: no step, no people, no clock.

use std::sync::Arc;

use baton_core::{BotId, BotState, Conversation, ConversationId, Message, MessageId, Signal, Speaker, Time};
use baton_plugin::ConversationView;

use super::Stage;
use crate::rules::{History, View};

/// A message by itself, for the rules to judge.
pub(crate) struct Heard<'a> {
    pub(crate) speaker: Speaker,
    pub(crate) text: &'a str,
    /// What was said before it, oldest first.
    pub(crate) before: &'a [(Speaker, String)],
    /// The contact's locale: a BCP 47 tag.
    pub(crate) locale: Option<&'a str>,
    pub(crate) bot_state: Option<&'a BotState>,
}

impl Stage {
    /// What the rules find in one message.
    pub(crate) fn judge(&self, heard: Heard<'_>) -> Vec<Signal> {
        let Heard {
            speaker,
            text,
            before,
            locale,
            bot_state,
        } = heard;
        let number = before.len() + 1;
        let said = (1..number)
            .zip(before)
            .map(|(n, (speaker, text))| message(n, *speaker, text));
        let log: Vec<Message> = said.collect();
        let id = ConversationId::new("heard").expect("a good id");
        let bot = BotId::new("bot").expect("a good id");
        let locale = locale.unwrap_or(&self.business.locale).to_owned();
        let message = Message {
            bot_state: bot_state.cloned(),
            ..message(number, speaker, text)
        };
        let view: Arc<dyn ConversationView> = Arc::new(View {
            conversation: Arc::new(Conversation::new(id, bot, "web".to_owned(), message.at)),
            locale,
            bot_state: message.bot_state.clone(),
            length: number as u64,
            now: message.at,
            history: History::new(move |_, n| log[log.len().saturating_sub(n)..].to_vec()),
        });
        let generation = &self.generation;
        generation.judge(&view, &message, message.at, &self.metrics, &mut Vec::new())
    }
}

fn message(number: usize, speaker: Speaker, text: &str) -> Message {
    Message {
        id: MessageId::new(&format!("m{number}")).expect("a good id"),
        speaker,
        text: text.to_owned(),
        at: Time(0),
        agent: None,
        epoch: None,
        bot_state: None,
    }
}
