//! A conversation, its contact, and who may speak in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HandoverSummary, Task, rfc3339};

/// Who may speak, and the count of all changes of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Control {
    pub(crate) holder: Holder,
    /// Grows by one with each change of `holder`. A bot sends it with its messages.
    pub(crate) epoch: u64,
}

/// Who may speak to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holder {
    /// The AI agent.
    Bot,
    /// Nobody: a human was promised, none has acted.
    Waiting,
    /// A person.
    Human,
    /// Nobody: it is over.
    Closed,
}

/// The customer, as far as the platform and the bot know them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    #[schema(max_length = 200)]
    pub(crate) name: Option<String>,
    #[schema(max_length = 64)]
    pub(crate) phone: Option<String>,
    #[schema(max_length = 254, format = Email)]
    pub(crate) email: Option<String>,
    /// A BCP 47 tag.
    #[schema(max_length = 64, example = "en-US")]
    pub(crate) locale: Option<String>,
    /// An IANA name.
    #[schema(max_length = 64, example = "America/New_York")]
    pub(crate) time_zone: Option<String>,
    /// The agent whose customer this is.
    #[schema(max_length = 64)]
    pub(crate) owner: Option<String>,
    /// Whether the business marked them as very important.
    pub(crate) vip: Option<bool>,
    /// Where they stand with the business; completing a task sets it.
    #[schema(max_length = 64)]
    pub(crate) status: Option<String>,
}

/// One chat of a contact on a channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Conversation {
    /// As the platform calls it.
    pub(crate) id: String,
    /// The bot that speaks in it.
    pub(crate) bot: String,
    /// Where it speaks.
    pub(crate) channel: String,
    pub(crate) control: Control,
    pub(crate) contact: Contact,
    /// Facts that the bot or a detector collected.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) tags: Vec<String>,
    /// What it is about, as far as a rule knows.
    pub(crate) topic: Option<String>,
    /// The customer's main request, in their words.
    pub(crate) request: Option<String>,
    /// Messages in its log, refused ones included.
    pub(crate) messages: u64,
    /// The bot's messages since it last took control.
    pub(crate) bot_turns: u32,
    /// How many of them failed to answer.
    pub(crate) failed_answers: u32,
    /// Whether the last of them is among those.
    pub(crate) last_answer_failed: bool,
    /// Bot messages that came with a stale epoch.
    pub(crate) refused: u32,
    /// Handovers in its life.
    pub(crate) handovers: u32,
    /// Tasks in its life.
    pub(crate) tasks: u32,
    /// The one that is open.
    pub(crate) handover: Option<HandoverSummary>,
    /// Those that are open.
    pub(crate) open_tasks: Vec<Task>,
    /// When Baton looks again, and why.
    pub(crate) timers: BTreeMap<String, String>,
    #[schema(format = DateTime)]
    pub(crate) opened_at: String,
    #[schema(format = DateTime)]
    pub(crate) changed_at: String,
}

impl From<baton_core::Conversation> for Conversation {
    /// By field, not by destructuring: a part of the core's conversation is private to it.
    fn from(conversation: baton_core::Conversation) -> Self {
        let timers = conversation
            .timers
            .iter()
            .map(|(kind, at)| (kind.as_str().to_owned(), rfc3339(at)));
        Self {
            timers: timers.collect(),
            id: conversation.id.to_string(),
            bot: conversation.bot.to_string(),
            channel: conversation.channel,
            control: conversation.control.into(),
            contact: conversation.contact.into(),
            fields: conversation.fields,
            tags: conversation.tags.into_iter().collect(),
            topic: conversation.topic,
            request: conversation.request,
            messages: conversation.length,
            bot_turns: conversation.bot_turns,
            failed_answers: conversation.failed_answers,
            last_answer_failed: conversation.last_answer_failed,
            refused: conversation.refused,
            handovers: conversation.handovers,
            tasks: conversation.tasks,
            handover: conversation.handover.as_ref().map(Into::into),
            open_tasks: conversation.open_tasks.into_values().map(Into::into).collect(),
            opened_at: rfc3339(conversation.opened_at),
            changed_at: rfc3339(conversation.changed_at),
        }
    }
}

impl From<baton_core::Control> for Control {
    fn from(control: baton_core::Control) -> Self {
        let baton_core::Control { holder, epoch } = control;
        Self {
            holder: holder.into(),
            epoch,
        }
    }
}

impl From<baton_core::Holder> for Holder {
    fn from(holder: baton_core::Holder) -> Self {
        match holder {
            baton_core::Holder::Bot => Self::Bot,
            baton_core::Holder::Waiting => Self::Waiting,
            baton_core::Holder::Human => Self::Human,
            baton_core::Holder::Closed => Self::Closed,
        }
    }
}

impl From<baton_core::Contact> for Contact {
    fn from(contact: baton_core::Contact) -> Self {
        let baton_core::Contact {
            name,
            phone,
            email,
            locale,
            time_zone,
            owner,
            vip,
            status,
        } = contact;
        let owner = owner.map(|owner| owner.to_string());
        Self {
            name,
            phone,
            email,
            locale,
            time_zone,
            owner,
            vip: Some(vip),
            status,
        }
    }
}
