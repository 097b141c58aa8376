//! A conversation of a test's own, for whoever calls a plugin without a daemon around it.

use baton_core::{BotState, Contact, Message, Time};
use baton_plugin::ConversationView;

/// A chat on the web, of which a plugin can only ask the history.
pub struct Chat(pub Box<dyn Fn(u32) -> Vec<Message> + Send + Sync>);

impl Chat {
    /// One that has just begun.
    pub fn begun() -> Self {
        Self(Box::new(|_| Vec::new()))
    }
}

impl ConversationView for Chat {
    fn id(&self) -> String {
        "chat-1".into()
    }

    fn channel(&self) -> String {
        "web".into()
    }

    fn bot(&self) -> String {
        "hvac".into()
    }

    fn locale(&self) -> String {
        "en-US".into()
    }

    fn contact(&self) -> Contact {
        Contact::default()
    }

    fn field(&self, _: &str) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        (self.0)(n)
    }

    fn bot_state(&self) -> Option<BotState> {
        None
    }

    fn failed_answers(&self) -> u32 {
        0
    }

    fn length(&self) -> u32 {
        1
    }

    fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    fn now(&self) -> Time {
        Time(1_767_225_600_000)
    }
}
