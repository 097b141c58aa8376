//! Detector `complex-request`: what a bot must not settle by itself.
//!
//! Contracts, custom quotes, compliance, negotiation and exceptions bind the business, so the rules look for the act
//! (review, negotiate, waive) together with its object; the object alone is everyday talk.

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Lexicon, LexiconBuilder, Reading};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a custom phrase of a pack is worth.
const WORDS_WEIGHT: f32 = 0.85;

/// Settings of the detector `complex-request`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words or phrases of the trade that mean a complex request too, such as `planning permission`.
    pub words: Vec<String>,
}

/// Finds complex requests.
#[derive(Debug)]
pub struct ComplexRequest {
    lexicons: ByLanguage<Lexicon>,
}

impl Detector for ComplexRequest {
    const NAME: &'static str = "complex-request";
    const SUMMARY: &'static str = "Finds requests for contracts, custom quotes, compliance, negotiation or exceptions.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        let mut english = LexiconBuilder::default()
            .read(include_str!("../lexicon/en.txt"))
            .map_err(|error| Fault::new(format!("built-in English: {error}")))?;
        for (index, word) in settings.words.iter().enumerate() {
            if Reading::of(word).words().is_empty() {
                return Err(Fault::at(format!("/words/{index}"), "has no word in it"));
            }
            english = english.phrase(word, WORDS_WEIGHT, word);
        }
        Ok(Self {
            lexicons: ByLanguage::new(english.build(true)),
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let verdict = self.lexicons.pick(&reading, || conversation.locale()).judge(&reading);
        let Some(note) = verdict.note() else {
            return Ok(Vec::new());
        };
        let signal = Signal::new(verdict.confidence()).note(note);
        Ok(vec![
            verdict
                .hits()
                .iter()
                .take(5)
                .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
        ])
    }
}

register!(Detector, ComplexRequest);

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::{TestConversation, testing};
    use proptest::prelude::*;

    use super::*;

    fn judge(detector: &ComplexRequest, text: &str) -> Signal {
        let signals = detector
            .detect(&Message::customer(text), &TestConversation::default())
            .expect("judged");
        signals.into_iter().next().unwrap_or_default()
    }

    #[track_caller]
    fn check(settings: &str, stories: &[(&str, bool)]) {
        let detector: ComplexRequest = testing::detector(settings).expect("the settings fit");
        for &(text, found) in stories {
            let signal = judge(&detector, text);
            assert_eq!(signal.confidence >= 0.75, found, "{text}: {signal:?}");
        }
    }

    #[test]
    fn what_binds_the_business_is_found() {
        check(
            "{}",
            &[
                ("I'd like a custom quote", true),
                ("could you prepare a bespoke proposal for our lobby", true),
                ("we need to negotiate the terms of the contract", true),
                ("our legal team has to review your data processing agreement", true),
                ("I need a compliance review before we go on", true),
                ("are you HIPAA compliant", true),
                ("can you waive the cancellation fee", true),
                ("could you make an exception for me", true),
                ("can you match the competitor's price", true),
            ],
        );
    }

    #[test]
    fn everyday_talk_is_not() {
        check(
            "{}",
            &[
                ("what is the price of a filter", false),
                ("where is my order", false),
                ("I don't need a custom quote", false),
                ("that is my favourite movie quote", false),
                ("my phone is broken", false),
                ("do you work with a contractor", false),
                ("thanks, that works", false),
            ],
        );
    }

    #[test]
    fn a_pack_adds_phrases_of_its_trade() {
        check(
            r#"{"words": ["planning permission"]}"#,
            &[("who applies for planning permission?", true)],
        );
        let fault = testing::detector::<ComplexRequest>(r#"{"words": ["a", "-"]}"#).expect_err("no word");
        assert_eq!(fault.pointer, "/words/1");
    }

    #[test]
    fn the_bot_is_not_judged() {
        let detector: ComplexRequest = testing::detector("{}").expect("fits");
        let said = Message::bot("I can prepare a custom quote");
        assert!(
            detector
                .detect(&said, &TestConversation::default())
                .expect("judged")
                .is_empty()
        );
    }

    #[test]
    fn odd_texts_are_answered_calmly() {
        let detector: ComplexRequest = testing::detector("{}").expect("fits");
        for text in [
            " ".to_owned(),
            "x".repeat(32_768),
            "e\u{301}".repeat(9_000),
            "🙂".into(),
            "عقد".into(),
        ] {
            assert!(judge(&detector, &text).evidence.is_empty());
        }
        assert!(judge(&detector, &"custom quote ".repeat(2_500)).confidence > 0.75);
        proptest!(|(text in "((custom|quote|não|é|🙂|\u{301}|review|contract)[ ,.!’']{0,2}){1,30}|\\PC{1,60}")| {
            for span in judge(&detector, &text).evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        });
    }
}
