//! The rows that the host adds to those of the core: the log, events, presence, decisions, switched-off endpoints.
//!
//! An event row holds what happened and where; what a subscriber sees is made from it at delivery, so its form can
//! change without rewriting what waits.

use baton_core::{
    Answer, BotId, Control, ConversationId, Event, Handover, Input, Message, Presence, Reply, ReplyKind, Signal, Task,
    Time,
};

use super::form::{Stored, forms};
use super::{Kind, Row};
use crate::engine::Logged;

/// An event as it is stored; its business and sequence are in its key.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// When.
    pub at: Time,
    /// In which conversation; `None` for what concerns the business as a whole.
    pub place: Option<Place>,
    /// What.
    pub what: What,
}

/// The conversation that an event belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which one.
    pub conversation: ConversationId,
    /// The bot that speaks in it.
    pub bot: BotId,
    /// Where it speaks.
    pub channel: String,
    /// The number of the handover that it is about.
    pub handover: Option<u32>,
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Something happened to a conversation.
    Happened(Event),
    /// The platform must show this to the customer.
    Reply(Reply),
    /// `plugin.tripped`: a plugin keeps failing and is not called for a while.
    PluginTripped {
        /// Its rule's id in the pack.
        plugin: String,
        /// The generation.
        rules: String,
        /// The last failure.
        why: String,
    },
    /// `plugin.recovered`: it is called again.
    PluginRecovered {
        /// Its rule's id in the pack.
        plugin: String,
        /// The generation.
        rules: String,
    },
    /// `pack.activated`: other rules are in force.
    PackActivated {
        /// The generation.
        rules: String,
        /// The one before.
        previous: Option<String>,
    },
    /// `webhook.disabled`: an endpoint answered 410 and gets nothing more.
    WebhookDisabled {
        /// Which one.
        endpoint: String,
        /// What it answered.
        why: String,
    },
    /// `conversation.opened`: a conversation began; reports count conversations by it.
    ConversationOpened,
    /// `task.digest`: the daily list of what is overdue is due, and there is something on it.
    OverdueDigest {
        /// The day on the business's clock: `2026-03-02`.
        day: String,
        /// How many open tasks are past their due time.
        overdue: u64,
    },
}

impl What {
    /// The type that subscribers see: `handover.opened`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Happened(event) => event.name(),
            Self::Reply(Reply {
                kind: ReplyKind::Final, ..
            }) => "message.final",
            Self::Reply(Reply {
                kind: ReplyKind::Returning,
                ..
            }) => "message.returning",
            Self::PluginTripped { .. } => "plugin.tripped",
            Self::PluginRecovered { .. } => "plugin.recovered",
            Self::PackActivated { .. } => "pack.activated",
            Self::WebhookDisabled { .. } => "webhook.disabled",
            Self::ConversationOpened => "conversation.opened",
            Self::OverdueDigest { .. } => "task.digest",
        }
    }
}

/// An agent's presence as they last set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceRow {
    /// What they set.
    pub presence: Presence,
    /// When they set it.
    pub since: Time,
    /// Until when it holds; `None`: until they set another.
    pub until: Option<Time>,
}

/// One step of a conversation, with what is needed to execute it again on the state before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The time that the core was given.
    pub now: Time,
    /// The generation: [`baton_core::Policy::rules`].
    pub rules: String,
    /// The digest of the policy: that of the generation, and what the business made of it.
    pub policy: String,
    /// The bot that spoke, which a message may change.
    pub bot: BotId,
    /// Where it spoke.
    pub channel: String,
    /// What happened.
    pub input: Input,
    /// The answers to what the core asked, in order.
    pub answers: Vec<Answer>,
    /// The digest of the rows and events that came of it.
    pub result: String,
}

/// A webhook endpoint that answered 410. It stays off while its URL is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointOff {
    /// The URL that answered.
    pub url: String,
    /// When.
    pub at: Time,
    /// What it answered.
    pub why: String,
}

forms! {
    struct EventRow as EventRowForm { at: Time, place: Option<Place>, what: What }

    struct Place as PlaceForm {
        conversation: ConversationId,
        bot: BotId,
        channel: String,
        handover: Option<u32>,
    }

    enum What as WhatForm {
        Happened(event: Event),
        Reply(reply: Reply),
        PluginTripped { plugin: String, rules: String, why: String },
        PluginRecovered { plugin: String, rules: String },
        PackActivated { rules: String, previous: Option<String> },
        WebhookDisabled { endpoint: String, why: String },
        ConversationOpened,
        OverdueDigest { day: String, overdue: u64 },
    }

    enum Presence as PresenceForm { Online, Away, Offline }

    struct PresenceRow as PresenceRowForm { presence: Presence, since: Time, until: Option<Time> }

    struct Decision as DecisionForm {
        now: Time,
        rules: String,
        policy: String,
        bot: BotId,
        channel: String,
        input: Input,
        answers: Vec<Answer>,
        result: String,
    }

    struct EndpointOff as EndpointOffForm { url: String, at: Time, why: String }

    struct Logged as LoggedForm {
        number: u64,
        message: Message,
        received_at: Time,
        signals: Vec<Signal>,
        refused: bool,
        control: Control,
        rules: String,
        replies: Vec<Reply>,
        handover: Option<u32>,
    }
}

macro_rules! kinds {
    ($($row:ident: $kind:ident),* $(,)?) => {$(
        impl Row for $row {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

kinds! {
    Handover: Handover,
    Task: Task,
    Logged: Message,
    EventRow: Event,
    PresenceRow: Presence,
    Decision: Decision,
    EndpointOff: EndpointOff,
}
