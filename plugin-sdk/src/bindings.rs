//! The generated bindings of the three worlds, and the only file that converts between them and our own types.
//!
//! One made-up world holds the exports of all three, because the generated macros would clash if each world were
//! generated alone: all of them export `lifecycle`. `register!` exports a plugin's own interfaces and attaches the
//! description of its real world, which the build script encodes. Each conversion takes its record apart field by
//! field: a field that the WIT gains does not compile until this file has thought about it.

use crate::{
    BotState, Candidate, Choice, Circumstances, Contact, Conversation, Draft, Fault, Handover, Message, Priority,
    Promise, Ranking, Signal, Span, Speaker,
};

wit_bindgen::generate!({
    inline: "
        package baton:sdk;
        world any {
            include baton:rules/detector@0.1.0;
            include baton:rules/strategy@0.1.0;
            include baton:rules/template@0.1.0;
        }
    ",
    path: "../wit/baton-rules-0.1.0",
    generate_all,
    pub_export_macro: true,
});

pub use exports::baton::rules::{
    assignment as wit_assignment, composition as wit_composition, detection as wit_detection, lifecycle,
};

#[cfg(target_family = "wasm")]
pub(crate) use baton::rules::log;
pub(crate) use baton::rules::types as wit;

/// The host's conversation, lent for one call.
pub(crate) struct Lent<'a>(pub(crate) &'a wit::Conversation);

impl Conversation for Lent<'_> {
    fn id(&self) -> String {
        self.0.id()
    }

    fn channel(&self) -> String {
        self.0.channel()
    }

    fn bot(&self) -> String {
        self.0.bot()
    }

    fn locale(&self) -> String {
        self.0.locale()
    }

    fn contact(&self) -> Contact {
        self.0.contact().into()
    }

    fn field(&self, name: &str) -> Option<String> {
        self.0.field(name)
    }

    fn fields(&self) -> Vec<(String, String)> {
        self.0.fields()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        self.0.history(n).into_iter().map(Message::from).collect()
    }

    fn bot_state(&self) -> Option<BotState> {
        self.0.bot_state().map(BotState::from)
    }

    fn failed_answers(&self) -> u32 {
        self.0.failed_answers()
    }

    fn length(&self) -> u32 {
        self.0.length()
    }

    fn tags(&self) -> Vec<String> {
        self.0.tags()
    }
}

impl From<wit::Speaker> for Speaker {
    fn from(speaker: wit::Speaker) -> Self {
        match speaker {
            wit::Speaker::Customer => Self::Customer,
            wit::Speaker::Bot => Self::Bot,
            wit::Speaker::Agent => Self::Agent,
        }
    }
}

impl From<wit::Priority> for Priority {
    fn from(priority: wit::Priority) -> Self {
        match priority {
            wit::Priority::Low => Self::Low,
            wit::Priority::Medium => Self::Medium,
            wit::Priority::High => Self::High,
        }
    }
}

impl From<Priority> for wit::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Medium => Self::Medium,
            Priority::High => Self::High,
        }
    }
}

impl From<wit::Message> for Message {
    fn from(wit::Message { id, speaker, text, at }: wit::Message) -> Self {
        Self {
            id,
            speaker: speaker.into(),
            text,
            at_ms: at,
        }
    }
}

impl From<wit::BotState> for BotState {
    fn from(
        wit::BotState {
            confidence,
            intent,
            answered,
        }: wit::BotState,
    ) -> Self {
        Self {
            confidence,
            intent,
            answered,
        }
    }
}

impl From<wit::Contact> for Contact {
    fn from(
        wit::Contact {
            name,
            phone,
            email,
            locale,
            time_zone,
            vip,
        }: wit::Contact,
    ) -> Self {
        Self {
            name,
            phone,
            email,
            locale,
            time_zone,
            vip,
        }
    }
}

impl From<wit::Handover> for Handover {
    fn from(handover: wit::Handover) -> Self {
        let wit::Handover {
            id,
            reason,
            priority,
            tags,
            topic,
            request,
            evidence,
            note,
            opened_at,
            role,
            skills,
        } = handover;
        Self {
            id,
            reason,
            priority: priority.into(),
            tags,
            topic,
            request,
            evidence,
            note,
            opened_at_ms: opened_at,
            role,
            skills,
        }
    }
}

impl From<Fault> for wit::Fault {
    fn from(Fault { pointer, message }: Fault) -> Self {
        Self { pointer, message }
    }
}

impl From<Span> for wit::Span {
    fn from(Span { start, end, rule }: Span) -> Self {
        Self { start, end, rule }
    }
}

impl From<Signal> for wit_detection::Signal {
    fn from(
        Signal {
            reason,
            confidence,
            evidence,
            tags,
            priority,
            fields,
            note,
        }: Signal,
    ) -> Self {
        Self {
            reason,
            confidence,
            evidence: evidence.into_iter().map(wit::Span::from).collect(),
            tags,
            priority: priority.map(wit::Priority::from),
            fields,
            note,
        }
    }
}

impl From<wit_assignment::Candidate> for Candidate {
    fn from(candidate: wit_assignment::Candidate) -> Self {
        let wit_assignment::Candidate {
            id,
            roles,
            skills,
            languages,
            open,
            capacity,
            last_offered_at,
            missed,
            owner,
        } = candidate;
        Self {
            id,
            roles,
            skills,
            languages,
            open,
            capacity,
            last_offered_at_ms: last_offered_at,
            missed,
            owner,
        }
    }
}

impl From<Choice> for wit_assignment::Choice {
    fn from(Choice { candidate, why }: Choice) -> Self {
        Self { candidate, why }
    }
}

impl From<Ranking> for wit_assignment::Ranking {
    fn from(Ranking { ranked, passed_over }: Ranking) -> Self {
        Self {
            ranked: ranked.into_iter().map(Into::into).collect(),
            passed_over: passed_over.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<wit_composition::Promise> for Promise {
    fn from(promise: wit_composition::Promise) -> Self {
        let wit_composition::Promise {
            within_minutes,
            business_time,
            due_at,
            due_local,
        } = promise;
        Self {
            within_minutes,
            business_time,
            due_at_ms: due_at,
            due_local,
        }
    }
}

impl From<wit_composition::Circumstances> for Circumstances {
    fn from(circumstances: wit_composition::Circumstances) -> Self {
        let wit_composition::Circumstances {
            business,
            promise,
            open,
            opens_local,
            alternate_contact,
            emergency_line,
            assignee,
        } = circumstances;
        Self {
            business,
            promise: promise.map(Promise::from),
            open,
            opens_local,
            alternate_contact,
            emergency_line,
            assignee,
        }
    }
}

impl From<Draft> for wit_composition::Draft {
    fn from(
        Draft {
            message,
            title,
            description,
        }: Draft,
    ) -> Self {
        Self {
            message,
            title,
            description,
        }
    }
}
