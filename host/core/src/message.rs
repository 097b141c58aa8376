//! What is said, and by whom.

use std::collections::BTreeMap;

use crate::{AgentId, MessageId, Time};

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Speaker {
    /// The contact of the business.
    Customer,
    /// The AI agent.
    Bot,
    /// A person of the business.
    Agent,
}

/// One utterance. Its text stays outside of the core's state; the host keeps the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The id that the platform chose.
    pub id: MessageId,
    /// Who said it.
    pub speaker: Speaker,
    /// What was said.
    pub text: String,
    /// When it was said.
    pub at: Time,
    /// Which person, where `speaker` is [`Speaker::Agent`].
    pub agent: Option<AgentId>,
    /// The epoch that a bot saw when it wrote this.
    pub epoch: Option<u64>,
    /// What the bot said of its own message.
    pub bot_state: Option<BotState>,
}

/// What a bot says of its own message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BotState {
    /// 0 to 1.
    pub confidence: Option<f32>,
    /// The bot's own name for what the customer wants.
    pub intent: Option<String>,
    /// `false` when it gave up on the question.
    pub answered: Option<bool>,
}

/// The customer, as far as the platform and the bot know them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// As the customer gave it.
    pub name: Option<String>,
    /// As the customer gave it.
    pub phone: Option<String>,
    /// As the customer gave it.
    pub email: Option<String>,
    /// A BCP 47 tag.
    pub locale: Option<String>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// The agent whose customer this is.
    pub owner: Option<AgentId>,
    /// Whether the business marked them as very important.
    pub vip: bool,
    /// Where they stand with the business; completing a handover sets it.
    pub status: Option<String>,
}

impl Contact {
    /// Takes over what `newer` knows; what it does not know stays.
    pub fn learn(&mut self, newer: Contact) {
        let Contact {
            name,
            phone,
            email,
            locale,
            time_zone,
            owner,
            vip,
            status,
        } = newer;
        let text = [
            (&mut self.name, name),
            (&mut self.phone, phone),
            (&mut self.email, email),
            (&mut self.locale, locale),
            (&mut self.time_zone, time_zone),
            (&mut self.status, status),
        ];
        for (known, new) in text {
            if new.is_some() {
                *known = new;
            }
        }
        if owner.is_some() {
            self.owner = owner;
        }
        self.vip |= vip;
    }
}

/// Facts that the bot collected, by name.
pub(crate) type Fields = BTreeMap<String, String>;
