//! What a plugin may ask of the conversation, answered only when it asks.
//!
//! A trait, so that the host can answer from its store, a test from a few fields, and a backtest from a log;
//! a call that reads nothing costs nothing.

use baton_core::{BotState, Contact, Message, Time};

/// One conversation as a plugin sees it.
///
/// The answers must not change during a call, and must be the same when the call is executed again:
/// everything a plugin knows comes from here and from its arguments.
pub trait ConversationView: Send + Sync {
    /// As the platform calls it.
    fn id(&self) -> String;
    /// Where it takes place: `web`, `sms`, ...
    fn channel(&self) -> String;
    /// The bot that speaks in it.
    fn bot(&self) -> String;
    /// The contact's locale, else the business's: a BCP 47 tag.
    fn locale(&self) -> String;
    /// The customer. Owner and status stay in the host.
    fn contact(&self) -> Contact;
    /// One fact that the bot collected.
    fn field(&self, name: &str) -> Option<String>;
    /// All of them, sorted by name.
    fn fields(&self) -> Vec<(String, String)>;
    /// The last `n` messages before the one that is judged, oldest first. `n` is at most 50.
    fn history(&self, n: u32) -> Vec<Message>;
    /// What the bot said about the message that is judged; of the last bot message where none is judged.
    fn bot_state(&self) -> Option<BotState>;
    /// Bot messages since the bot last took control that failed to answer.
    fn failed_answers(&self) -> u32;
    /// Messages so far, the one that is judged included.
    fn length(&self) -> u32;
    /// Tags that rules have put on the conversation, sorted.
    fn tags(&self) -> Vec<String>;
    /// The moment of the step: what a plugin's clock shows where no message is judged.
    fn now(&self) -> Time;
}
