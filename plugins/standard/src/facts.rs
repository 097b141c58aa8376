//! What a text can name. A fact that is not known is `none`, which a text can ask for but not print.

use baton_plugin_sdk::{Circumstances, Conversation, Handover, Promise, Speaker};
use serde::Serialize;

use crate::bounds::{one_line, shortened};
use crate::settings::Urgency;
use crate::texts::Texts;
use crate::wording;

/// How many of the last messages a description quotes.
const MESSAGES: u32 = 6;
/// More fields than these do not fit a task that people read.
const FIELDS: usize = 30;
/// The longest quoted text, in bytes.
const QUOTE_BYTES: usize = 240;

/// Everything that a text can name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Facts {
    pub(crate) business: String,
    pub(crate) channel: String,
    pub(crate) bot: String,
    pub(crate) locale: String,
    pub(crate) reason: String,
    pub(crate) label: String,
    pub(crate) priority: &'static str,
    pub(crate) tags: Vec<String>,
    pub(crate) topic: Option<String>,
    pub(crate) request: String,
    pub(crate) evidence: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) skills: Vec<String>,
    pub(crate) contact: ContactFacts,
    pub(crate) fields: Vec<FieldFacts>,
    pub(crate) messages: Vec<MessageFacts>,
    pub(crate) open: bool,
    pub(crate) opens_at: Option<String>,
    pub(crate) alternate_contact: Option<String>,
    pub(crate) emergency_line: Option<String>,
    pub(crate) assignee: Option<String>,
    pub(crate) promise: Option<PromiseFacts>,
    /// The promise in words, or that it will be as soon as possible.
    pub(crate) when: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContactFacts {
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    vip: bool,
    /// What is known of name, phone and email on one line.
    line: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct FieldFacts {
    name: String,
    value: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct MessageFacts {
    speaker: &'static str,
    text: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct PromiseFacts {
    minutes: u32,
    business_time: bool,
    due: String,
}

impl Facts {
    pub(crate) fn of(
        handover: &Handover,
        circumstances: &Circumstances,
        conversation: &dyn Conversation,
        texts: &Texts,
    ) -> Self {
        let quote = |text: &str| shortened(&one_line(text), QUOTE_BYTES);
        let fields = conversation.fields().into_iter().take(FIELDS);
        let history = conversation.history(MESSAGES);
        Self {
            business: circumstances.business.clone(),
            channel: conversation.channel(),
            bot: conversation.bot(),
            locale: conversation.locale(),
            reason: handover.reason.clone(),
            label: texts.label(&handover.reason),
            priority: Urgency::of(handover.priority).word(),
            tags: handover.tags.clone(),
            topic: handover.topic.clone(),
            request: quote(&handover.request),
            evidence: handover.evidence.iter().take(5).map(|passage| quote(passage)).collect(),
            note: handover.note.as_deref().map(quote),
            role: handover.role.clone(),
            skills: handover.skills.clone(),
            contact: ContactFacts::of(conversation),
            fields: fields
                .map(|(name, value)| FieldFacts {
                    name,
                    value: quote(&value),
                })
                .collect(),
            messages: history
                .iter()
                .map(|message| MessageFacts {
                    speaker: speaker(message.speaker),
                    text: quote(&message.text),
                })
                .collect(),
            open: circumstances.open,
            opens_at: circumstances.opens_local.clone(),
            alternate_contact: circumstances.alternate_contact.clone(),
            emergency_line: circumstances.emergency_line.clone(),
            assignee: circumstances.assignee.clone(),
            promise: circumstances.promise.as_ref().map(|promise| PromiseFacts {
                minutes: promise.within_minutes,
                business_time: promise.business_time,
                due: promise.due_local.clone(),
            }),
            when: String::new(),
        }
    }

    /// Words the promise in the language of the text that comes next.
    pub(crate) fn speak(&mut self, language: &str, promise: Option<&Promise>) {
        self.when = wording::when(promise, language);
    }
}

impl ContactFacts {
    fn of(conversation: &dyn Conversation) -> Self {
        let contact = conversation.contact();
        let known = [&contact.name, &contact.phone, &contact.email].into_iter().flatten();
        let line = known.map(String::as_str).collect::<Vec<_>>().join(", ");
        Self {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            vip: contact.vip,
            line: (!line.is_empty()).then_some(line),
        }
    }
}

fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Customer => "customer",
        Speaker::Bot => "bot",
        Speaker::Agent => "agent",
    }
}
