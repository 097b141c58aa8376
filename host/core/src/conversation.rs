//! One chat of a contact, and who may speak in it.
//!
//! The conversation is the unit of everything: one step changes one conversation, and is committed
//! whole. It holds its open handover and open tasks; what has ended leaves it as an effect.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::Fields;
use crate::{BotId, Contact, ConversationId, Handover, Pending, Task, Time, Timers};

/// Who may speak to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The AI agent.
    Bot,
    /// Nobody: a human was promised, none has acted.
    Waiting,
    /// A person.
    Human,
    /// Nobody: it is over. A further message of the customer gives it back to the bot.
    Closed,
}

/// Who holds the conversation, and the count of all changes of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Who may speak.
    pub holder: Holder,
    /// Grows by one with each change of `holder`; a bot that saw another one is refused.
    pub epoch: u64,
}

/// One chat of a contact on a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// As the platform calls it.
    pub id: ConversationId,
    /// The bot that speaks in it.
    pub bot: BotId,
    /// Where it speaks: `web`, `sms`, ...
    pub channel: String,
    /// Who may speak.
    pub control: Control,
    /// The customer.
    pub contact: Contact,
    /// Facts that the bot or a detector collected.
    pub fields: Fields,
    /// What rules have put on it.
    pub tags: BTreeSet<String>,
    /// What it is about, as far as a rule knows.
    pub topic: Option<String>,
    /// The sentence that carries the customer's need in this stretch of the bot's control.
    pub request: Option<String>,
    /// Messages in its log, refused ones included.
    pub length: u64,
    /// The bot's messages since it last took control.
    pub bot_turns: u32,
    /// How many of them failed to answer.
    pub failed_answers: u32,
    /// Whether the last of them is among those.
    pub last_answer_failed: bool,
    /// Bot messages that came with a stale epoch.
    pub refused: u32,
    /// Handovers in its life.
    pub handovers: u32,
    /// Tasks in its life.
    pub tasks: u32,
    /// The one that is open.
    pub handover: Option<Handover>,
    /// Those that are open, by number: the handover's, and follow-ups.
    pub open_tasks: BTreeMap<u32, Task>,
    /// Promises to look again.
    pub timers: Timers,
    /// When it began.
    pub opened_at: Time,
    /// When it last changed.
    pub changed_at: Time,
    /// A question that waits for its answer. Never there between two steps, so whoever stores a conversation leaves
    /// it out, and whoever loads one puts `None`.
    pub pending: Option<Box<Pending>>,
}

impl Conversation {
    /// A new one, held by the bot.
    pub fn new(id: ConversationId, bot: BotId, channel: String, now: Time) -> Self {
        Self {
            id,
            bot,
            channel,
            control: Control {
                holder: Holder::Bot,
                epoch: 0,
            },
            contact: Contact::default(),
            fields: Fields::new(),
            tags: BTreeSet::new(),
            topic: None,
            request: None,
            length: 0,
            bot_turns: 0,
            failed_answers: 0,
            last_answer_failed: false,
            refused: 0,
            handovers: 0,
            tasks: 0,
            handover: None,
            open_tasks: BTreeMap::new(),
            timers: Timers::default(),
            opened_at: now,
            changed_at: now,
            pending: None,
        }
    }
}
