//! The conversation as a rule sees it: asked for piece by piece, in the sandbox and in a test alike.
//!
//! A trait rather than a record, because in the sandbox every answer is copied out of the host: a rule that reads
//! nothing pays nothing.

use crate::{BotState, Contact, Message};

/// One conversation, lent for the time of one call.
///
/// In the sandbox each function is a call to the host and costs part of the budget, so keep an answer that you need
/// twice. In a test use a [`TestConversation`].
pub trait Conversation {
    /// The id that the chat platform chose.
    fn id(&self) -> String;

    /// Where the bot speaks: web chat, SMS, messenger.
    fn channel(&self) -> String;

    /// The bot's name.
    fn bot(&self) -> String;

    /// The contact's locale, else the business's: a BCP 47 tag.
    fn locale(&self) -> String;

    /// The customer.
    fn contact(&self) -> Contact;

    /// One fact that the bot collected.
    fn field(&self, name: &str) -> Option<String>;

    /// All of them, sorted by name.
    fn fields(&self) -> Vec<(String, String)>;

    /// The last `n` messages before the one that is judged, oldest first; at most 50.
    fn history(&self, n: u32) -> Vec<Message>;

    /// What the bot said about the message that is judged; of the last bot message where none is judged.
    fn bot_state(&self) -> Option<BotState>;

    /// Bot messages since the bot last took control that failed to answer.
    fn failed_answers(&self) -> u32;

    /// Messages so far, the one that is judged included.
    fn length(&self) -> u32;

    /// Tags that rules have put on the conversation, sorted.
    fn tags(&self) -> Vec<String>;
}

/// A conversation that a test makes up.
///
/// ```
/// use baton_plugin_sdk::{Conversation, Message, TestConversation};
///
/// let conversation = TestConversation::default()
///     .said(Message::customer("My heater is out"))
///     .said(Message::bot("I do not know that model."))
///     .field("model", "X200")
///     .failed_answers(1);
/// assert_eq!(conversation.history(1)[0].text, "I do not know that model.");
/// assert_eq!(conversation.length(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct TestConversation {
    channel: String,
    locale: String,
    contact: Contact,
    fields: Vec<(String, String)>,
    history: Vec<Message>,
    bot_state: Option<BotState>,
    failed_answers: u32,
    tags: Vec<String>,
}

impl Default for TestConversation {
    /// An English conversation on the channel `web` in which nothing was said.
    fn default() -> Self {
        Self {
            channel: "web".into(),
            locale: "en".into(),
            contact: Contact::default(),
            fields: Vec::new(),
            history: Vec::new(),
            bot_state: None,
            failed_answers: 0,
            tags: Vec::new(),
        }
    }
}

impl TestConversation {
    /// Adds a message behind those said so far, before the one that is judged.
    #[must_use]
    pub fn said(mut self, message: Message) -> Self {
        self.history.push(message);
        self
    }

    /// Sets the channel.
    #[must_use]
    pub fn channel(mut self, channel: &str) -> Self {
        self.channel = channel.into();
        self
    }

    /// Sets the locale.
    #[must_use]
    pub fn locale(mut self, locale: &str) -> Self {
        self.locale = locale.into();
        self
    }

    /// Sets the customer.
    #[must_use]
    pub fn contact(mut self, contact: Contact) -> Self {
        self.contact = contact;
        self
    }

    /// Adds a fact that the bot collected.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.into(), value.into()));
        self.fields.sort();
        self
    }

    /// Sets what the bot said about its message.
    #[must_use]
    pub fn bot_state(mut self, state: BotState) -> Self {
        self.bot_state = Some(state);
        self
    }

    /// Sets how often the bot failed to answer.
    #[must_use]
    pub fn failed_answers(mut self, count: u32) -> Self {
        self.failed_answers = count;
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.into());
        self.tags.sort();
        self.tags.dedup();
        self
    }
}

impl Conversation for TestConversation {
    fn id(&self) -> String {
        "conversation-1".into()
    }

    fn channel(&self) -> String {
        self.channel.clone()
    }

    fn bot(&self) -> String {
        "bot-1".into()
    }

    fn locale(&self) -> String {
        self.locale.clone()
    }

    fn contact(&self) -> Contact {
        self.contact.clone()
    }

    fn field(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    fn fields(&self) -> Vec<(String, String)> {
        self.fields.clone()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        let n = n.min(50) as usize;
        self.history[self.history.len().saturating_sub(n)..].to_vec()
    }

    fn bot_state(&self) -> Option<BotState> {
        self.bot_state.clone()
    }

    fn failed_answers(&self) -> u32 {
        self.failed_answers
    }

    fn length(&self) -> u32 {
        u32::try_from(self.history.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn tags(&self) -> Vec<String> {
        self.tags.clone()
    }
}
