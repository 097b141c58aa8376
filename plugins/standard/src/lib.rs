//! Template `standard`: texts by reason, priority, hours and locale.
//!
//! A text can only be honest: the one time it can name is what the host computed, and a fact that may be missing
//! cannot be printed unguarded. Both are proven when a pack is configured, by rendering every text once with all facts
//! and once with none, so that no customer is the first to see a broken one.

mod bounds;
mod defaults;
mod facts;
mod settings;
mod texts;
mod wording;

use baton_plugin_sdk::{Circumstances, Conversation, Draft, Fault, Handover, Template, register};

use bounds::{one_line, shortened};
use facts::Facts;
pub use settings::{Hours, Settings, Text, Urgency};
use texts::Texts;

/// The longest message to a customer, in bytes.
const LONGEST_MESSAGE_BYTES: usize = 1_500;
/// The longest title, in bytes.
const LONGEST_TITLE_BYTES: usize = 160;
/// The longest description, in bytes.
const LONGEST_DESCRIPTION_BYTES: usize = 6_000;

/// Writes from texts that a pack may replace.
#[derive(Debug)]
pub struct Standard {
    texts: Texts,
}

impl Template for Standard {
    const NAME: &'static str = "standard";
    const SUMMARY: &'static str = "Writes from texts by reason, priority, opening hours and locale.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        Ok(Self {
            texts: Texts::new(settings)?,
        })
    }

    fn compose(
        &self,
        handover: &Handover,
        circumstances: &Circumstances,
        conversation: &dyn Conversation,
    ) -> Result<Draft, String> {
        let mut facts = Facts::of(handover, circumstances, conversation, &self.texts);
        let (name, language) = self.texts.message_for(handover, circumstances, &facts.locale);
        facts.speak(language, circumstances.promise.as_ref());
        let message = self.texts.render(&name, &facts)?;
        facts.speak(self.texts.language(), circumstances.promise.as_ref());
        let title = self.texts.render(texts::TITLE, &facts)?;
        let description = self.texts.render(texts::DESCRIPTION, &facts)?;
        Ok(Draft {
            message: shortened(message.trim(), LONGEST_MESSAGE_BYTES),
            title: shortened(&one_line(&title), LONGEST_TITLE_BYTES),
            description: shortened(description.trim(), LONGEST_DESCRIPTION_BYTES),
        })
    }

    fn returning(
        &self,
        handover: &Handover,
        circumstances: &Circumstances,
        conversation: &dyn Conversation,
    ) -> Result<Option<String>, String> {
        if !self.texts.returns_with_words() {
            return Ok(None);
        }
        let mut facts = Facts::of(handover, circumstances, conversation, &self.texts);
        facts.speak(self.texts.language(), circumstances.promise.as_ref());
        let message = self.texts.render(texts::RETURNING, &facts)?;
        let message = shortened(message.trim(), LONGEST_MESSAGE_BYTES);
        Ok((!message.is_empty()).then_some(message))
    }
}

register!(Template, Standard);

#[cfg(test)]
mod tests;
