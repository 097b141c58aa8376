//! Messages: the main job's request and answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Contact, Control, HandoverSummary, rfc3339};

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Speaker {
    /// The contact of the business.
    Customer,
    /// The AI agent.
    Bot,
    /// A person of the business.
    Agent,
}

/// How soon a human is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Priority {
    /// When there is time.
    Low,
    /// The usual.
    Medium,
    /// Urgent, or of high value.
    High,
}

/// One utterance, to be judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "m-17", "speaker": "customer", "text": "I want to talk to a human", "at": "2026-03-02T17:30:00Z", "channel": "web", "bot": "hvac",
    "contact": { "name": "Ann Lee", "phone": "+1 555 0100" }, "fields": { "model": "XR-14" }
}))]
pub(crate) struct NewMessage {
    /// The platform's id. One that was seen before is answered with the first answer.
    #[schema(required, nullable = false, max_length = 128, pattern = "^[A-Za-z0-9_.:@+=-]+$")]
    pub(crate) id: Option<String>,
    #[schema(required, nullable = false)]
    pub(crate) speaker: Option<Speaker>,
    /// 1 to 32,768 bytes of UTF-8.
    #[schema(required, nullable = false, min_length = 1, max_length = 32768)]
    pub(crate) text: Option<String>,
    /// When it was said; now where it is not given. Not before 2000, at most one day ahead.
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
    /// Where: `web`, `sms`, ...
    #[schema(required, nullable = false, max_length = 64, pattern = "^[A-Za-z0-9_.:@+=-]+$")]
    pub(crate) channel: Option<String>,
    /// The bot whose conversation it is.
    #[schema(required, nullable = false, max_length = 64, pattern = "^[A-Za-z0-9_.:@+=-]+$")]
    pub(crate) bot: Option<String>,
    /// The person who said it; there exactly when `speaker` is `agent`. An agent's own token may leave it out.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_.:@+=-]+$")]
    pub(crate) agent: Option<String>,
    /// What the platform knows of the contact; what is absent stays as it was.
    pub(crate) contact: Option<Contact>,
    /// Facts that the bot collected: at most 64, names up to 64 bytes, values up to 2,048.
    #[schema(example = json!({ "model": "XR-14" }))]
    pub(crate) fields: Option<BTreeMap<String, String>>,
    /// What the bot says of its own message; only when `speaker` is `bot`.
    pub(crate) bot_state: Option<BotState>,
    /// The epoch of control that the bot saw; only when `speaker` is `bot`. If control has moved, the answer is 409 `/problems/stale-control`.
    #[schema(example = 0)]
    pub(crate) epoch: Option<u64>,
}

/// What a bot says of its own message.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BotState {
    /// How sure it was of its answer: 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) confidence: Option<f32>,
    /// Its own name for what the customer wants.
    #[schema(max_length = 128)]
    pub(crate) intent: Option<String>,
    /// `false` when it gave up on the question.
    pub(crate) answered: Option<bool>,
}

/// The answer to a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judged {
    /// The conversation's id.
    pub(crate) conversation: String,
    /// Who may speak now.
    pub(crate) control: Control,
    /// What the detectors found.
    pub(crate) signals: Vec<Signal>,
    /// The handover that is open, or that this message opened.
    #[schema(required)]
    pub(crate) handover: Option<HandoverSummary>,
    /// What the platform must show to the customer because of it.
    pub(crate) replies: Vec<Reply>,
    /// Whether the id was seen before; then all of this is the first answer.
    pub(crate) duplicate: bool,
}

/// What a detector found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Signal {
    /// The rule's id in the pack.
    pub(crate) detector: String,
    /// Why a human is needed: `explicit-request`, `information-gap`, `sentiment`, `high-value`, `complex-request`, or a pack's own.
    pub(crate) reason: String,
    /// 0 to 1.
    pub(crate) confidence: f32,
    /// From this confidence on it counts by itself: 0 to 1.
    pub(crate) threshold: f32,
    /// Whether the rule may open a handover; otherwise it only leaves tags and topic.
    pub(crate) hands_over: bool,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    /// What the conversation is about: `HVAC code request`.
    pub(crate) topic: Option<String>,
    /// The role that should get it.
    pub(crate) role: Option<String>,
    /// Skills that whoever gets it should have.
    pub(crate) skills: Vec<String>,
    pub(crate) evidence: Vec<Evidence>,
    /// Facts found in the text.
    pub(crate) fields: BTreeMap<String, String>,
    /// What raised and what lowered the confidence.
    pub(crate) note: Option<String>,
}

/// A passage of a message, and what matched there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Evidence {
    /// First byte in the message's text.
    pub(crate) start: u32,
    /// The byte after the last one.
    pub(crate) end: u32,
    /// The rule, example or word that matched.
    pub(crate) rule: String,
    /// The passage itself.
    pub(crate) quote: String,
}

/// A message of Baton to the customer, sent exactly once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reply {
    /// The same on every delivery.
    #[schema(example = "chat-17~h1~final")]
    pub(crate) id: String,
    pub(crate) kind: ReplyKind,
    #[schema(example = "Thanks. Someone from our team will reach out within 24 hours.")]
    pub(crate) text: String,
}

/// What a reply is for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReplyKind {
    /// The one message of a handover.
    Final,
    /// The bot is back.
    Returning,
}

/// A message of the log, with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Logged {
    /// Position in the conversation, from 1.
    pub(crate) number: u64,
    /// The platform's id.
    pub(crate) id: String,
    pub(crate) speaker: Speaker,
    pub(crate) text: String,
    /// When it was said.
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// When Baton received it.
    #[schema(format = DateTime)]
    pub(crate) received_at: String,
    /// Who said it, where an agent did.
    pub(crate) agent: Option<String>,
    /// The epoch that the bot saw.
    pub(crate) epoch: Option<u64>,
    pub(crate) bot_state: Option<BotState>,
    /// Came with a stale epoch: kept, but never to be shown to the customer.
    pub(crate) refused: bool,
    /// Who could speak after it.
    pub(crate) control: Control,
    /// What the detectors found.
    pub(crate) signals: Vec<Signal>,
    /// What Baton said because of it.
    pub(crate) replies: Vec<Reply>,
    /// The handover that was open after it.
    pub(crate) handover: Option<String>,
    /// The generation of rules that judged it.
    pub(crate) rules: String,
}

impl Judged {
    pub(crate) fn new(conversation: String, judged: crate::engine::Judged) -> Self {
        let crate::engine::Judged {
            control,
            signals,
            handover,
            replies,
            duplicate,
        } = judged;
        Self {
            conversation,
            control: control.into(),
            signals: signals.into_iter().map(Into::into).collect(),
            handover: handover.map(|handover| HandoverSummary::from(&handover)),
            replies: replies.into_iter().map(Into::into).collect(),
            duplicate,
        }
    }
}

impl Logged {
    pub(crate) fn new(conversation: &baton_core::ConversationId, logged: crate::engine::Logged) -> Self {
        let crate::engine::Logged {
            number,
            message,
            received_at,
            signals,
            refused,
            control,
            rules,
            replies,
            handover,
        } = logged;
        let baton_core::Message {
            id,
            speaker,
            text,
            at,
            agent,
            epoch,
            bot_state,
        } = message;
        let handover = handover.map(|number| baton_core::HandoverId {
            conversation: conversation.clone(),
            number,
        });
        Self {
            number,
            id: id.to_string(),
            speaker: speaker.into(),
            text,
            at: rfc3339(at),
            received_at: rfc3339(received_at),
            agent: agent.map(|agent| agent.to_string()),
            epoch,
            bot_state: bot_state.map(Into::into),
            refused,
            control: control.into(),
            signals: signals.into_iter().map(Into::into).collect(),
            replies: replies.into_iter().map(Into::into).collect(),
            handover: handover.map(|id| id.to_string()),
            rules,
        }
    }
}

impl From<baton_core::Speaker> for Speaker {
    fn from(speaker: baton_core::Speaker) -> Self {
        match speaker {
            baton_core::Speaker::Customer => Self::Customer,
            baton_core::Speaker::Bot => Self::Bot,
            baton_core::Speaker::Agent => Self::Agent,
        }
    }
}

impl From<Speaker> for baton_core::Speaker {
    fn from(speaker: Speaker) -> Self {
        match speaker {
            Speaker::Customer => Self::Customer,
            Speaker::Bot => Self::Bot,
            Speaker::Agent => Self::Agent,
        }
    }
}

impl From<baton_core::Priority> for Priority {
    fn from(priority: baton_core::Priority) -> Self {
        match priority {
            baton_core::Priority::Low => Self::Low,
            baton_core::Priority::Medium => Self::Medium,
            baton_core::Priority::High => Self::High,
        }
    }
}

impl From<Priority> for baton_core::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Medium => Self::Medium,
            Priority::High => Self::High,
        }
    }
}

impl From<baton_core::BotState> for BotState {
    fn from(state: baton_core::BotState) -> Self {
        let baton_core::BotState {
            confidence,
            intent,
            answered,
        } = state;
        Self {
            confidence,
            intent,
            answered,
        }
    }
}

impl From<baton_core::Signal> for Signal {
    fn from(signal: baton_core::Signal) -> Self {
        let baton_core::Signal {
            detector,
            reason,
            confidence,
            threshold,
            hands_over,
            priority,
            tags,
            topic,
            role,
            skills,
            evidence,
            fields,
            note,
        } = signal;
        Self {
            detector,
            reason: reason.to_string(),
            confidence,
            threshold,
            hands_over,
            priority: priority.into(),
            tags,
            topic,
            role: role.map(|role| role.to_string()),
            skills,
            evidence: evidence.into_iter().map(Into::into).collect(),
            fields: fields.into_iter().collect(),
            note,
        }
    }
}

impl From<baton_core::Evidence> for Evidence {
    fn from(evidence: baton_core::Evidence) -> Self {
        let baton_core::Evidence {
            start,
            end,
            rule,
            quote,
        } = evidence;
        Self {
            start,
            end,
            rule,
            quote,
        }
    }
}

impl From<baton_core::Reply> for Reply {
    fn from(reply: baton_core::Reply) -> Self {
        let baton_core::Reply { id, kind, text } = reply;
        let kind = match kind {
            baton_core::ReplyKind::Final => ReplyKind::Final,
            baton_core::ReplyKind::Returning => ReplyKind::Returning,
        };
        Self { id, kind, text }
    }
}
