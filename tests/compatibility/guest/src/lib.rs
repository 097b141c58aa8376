//! One small plugin of each kind, which asks for all that its version gives and tells it back.
//!
//! On the bare interface and not on the SDK: the SDK of today would make components of today. Which one is built is a feature.

#![allow(missing_docs, unsafe_code, reason = "generated from documented interfaces")]

#[cfg(feature = "detector")]
wit_bindgen::generate!({ path: "../0.1.0/wit", world: "detector", generate_all });
#[cfg(feature = "strategy")]
wit_bindgen::generate!({ path: "../0.1.0/wit", world: "strategy", generate_all });
#[cfg(feature = "template")]
wit_bindgen::generate!({ path: "../0.1.0/wit", world: "template", generate_all });
#[cfg(feature = "next")]
wit_bindgen::generate!({ path: "../next/wit", world: "detector", generate_all });

use std::sync::Mutex;

use baton::rules::log::{Level, write};
use baton::rules::types::{Conversation, Description, Fault, Kind};
use exports::baton::rules::lifecycle;

static SETTINGS: Mutex<String> = Mutex::new(String::new());

struct Plugin;

impl lifecycle::Guest for Plugin {
    fn describe() -> Description {
        Description {
            name: NAME.into(),
            version: "1.0.0".into(),
            kind: KIND,
            summary: "Tells back what it was told.".into(),
            settings_schema: r#"{"type":"object"}"#.into(),
        }
    }

    fn configure(settings: String) -> Result<(), Fault> {
        if settings.contains("wrong") {
            let (pointer, message) = ("/wrong".into(), "is wrong".into());
            return Err(Fault { pointer, message });
        }
        *SETTINGS.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = settings;
        Ok(())
    }
}

/// All that a conversation says, in one line.
fn told(conversation: &Conversation) -> String {
    write(Level::Info, "asked");
    let contact = conversation.contact();
    let state = conversation.bot_state();
    let history: Vec<_> = conversation
        .history(2)
        .into_iter()
        .map(|m| format!("{}/{:?}/{}/{}", m.id, m.speaker, m.text, m.at))
        .collect();
    format!(
        "{} {} {} {} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?} {} {} {:?} {}",
        conversation.id(),
        conversation.channel(),
        conversation.bot(),
        conversation.locale(),
        contact.name,
        contact.phone,
        contact.email,
        contact.locale,
        contact.time_zone,
        contact.vip,
        conversation.field("model"),
        conversation.fields(),
        history,
        state.map(|s| (s.confidence.map(f32::to_bits), s.intent, s.answered)),
        conversation.failed_answers(),
        conversation.length(),
        conversation.tags(),
        SETTINGS.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
    )
}

#[cfg(any(feature = "detector", feature = "next"))]
const KIND: Kind = Kind::Detector;
#[cfg(feature = "strategy")]
const KIND: Kind = Kind::Strategy;
#[cfg(feature = "template")]
const KIND: Kind = Kind::Template;

#[cfg(feature = "next")]
const NAME: &str = "next-detector";
#[cfg(feature = "detector")]
const NAME: &str = "old-detector";
#[cfg(feature = "strategy")]
const NAME: &str = "old-strategy";
#[cfg(feature = "template")]
const NAME: &str = "old-template";

#[cfg(any(feature = "detector", feature = "next"))]
const _: () = {
    use baton::rules::types::{Message, Priority, Span};
    use exports::baton::rules::detection::{Guest, Signal};

    impl Guest for Plugin {
        fn detect(message: Message, conversation: &Conversation) -> Result<Vec<Signal>, String> {
            if message.text == "refuse" {
                return Err("refused".into());
            }
            let mut note = told(conversation);
            if cfg!(feature = "next") {
                note = format!("{note} {}", asked(conversation));
            }
            let (start, end) = (0, u32::try_from(message.text.len()).unwrap_or(0));
            Ok(vec![Signal {
                reason: Some("old".into()),
                confidence: 0.75,
                evidence: vec![Span { start, end, rule: "whole".into() }],
                tags: vec!["kept".into()],
                priority: Some(Priority::High),
                fields: vec![("at".into(), message.at.to_string())],
                note: Some(note),
            }])
        }
    }

    #[cfg(feature = "next")]
    fn asked(conversation: &Conversation) -> u32 {
        conversation.asked()
    }
    #[cfg(not(feature = "next"))]
    fn asked(_: &Conversation) -> u32 {
        0
    }
};

#[cfg(feature = "strategy")]
const _: () = {
    use baton::rules::types::Handover;
    use exports::baton::rules::assignment::{Candidate, Choice, Guest, Ranking};

    impl Guest for Plugin {
        fn rank(
            handover: Handover,
            candidates: Vec<Candidate>,
            conversation: &Conversation,
        ) -> Result<Ranking, String> {
            let choice = |c: &Candidate| Choice {
                candidate: c.id.clone(),
                why: format!(
                    "{:?} {:?} {:?} {}/{} {:?} {} {}, {} {:?} {}",
                    c.roles,
                    c.skills,
                    c.languages,
                    c.open,
                    c.capacity,
                    c.last_offered_at,
                    c.missed,
                    c.owner,
                    handover.reason,
                    handover.priority,
                    told(conversation)
                ),
            };
            let (passed, ranked): (Vec<_>, Vec<_>) = candidates.iter().rev().partition(|c| c.missed);
            Ok(Ranking {
                ranked: ranked.into_iter().map(choice).collect(),
                passed_over: passed.into_iter().map(choice).collect(),
            })
        }
    }
};

#[cfg(feature = "template")]
const _: () = {
    use baton::rules::types::Handover;
    use exports::baton::rules::composition::{Circumstances, Draft, Guest};

    impl Guest for Plugin {
        fn compose(
            handover: Handover,
            circumstances: Circumstances,
            conversation: &Conversation,
        ) -> Result<Draft, String> {
            let Circumstances { business, promise, open, opens_local, alternate_contact, emergency_line, assignee } =
                circumstances;
            let promise = promise.map(|p| (p.within_minutes, p.business_time, p.due_at, p.due_local));
            Ok(Draft {
                message: format!(
                    "{business} {promise:?} {open} {opens_local:?} {alternate_contact:?} {emergency_line:?} {assignee:?}"
                ),
                title: handover.request,
                description: told(conversation),
            })
        }

        fn returning(
            handover: Handover,
            _circumstances: Circumstances,
            _conversation: &Conversation,
        ) -> Result<Option<String>, String> {
            Ok(handover.topic)
        }
    }
};

export!(Plugin);
