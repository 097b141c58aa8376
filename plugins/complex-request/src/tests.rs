//! Stories of the detector: what a bot must not settle by itself, and what it may.

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
fn conditions_of_those_who_must_agree_are_found() {
    check(
        "{}",
        &[
            ("the trustees will only sign if there is a way out after year one", true),
            (
                "we'd come to you, provided the response time is written into the agreement",
                true,
            ),
            ("our insurers won't accept it unless your fitters are vetted", true),
            ("I agree with the terms, what now?", false),
            ("I'd only buy it if you have it in green", false),
        ],
    );
}

#[test]
fn a_pack_adds_phrases_of_its_trade() {
    check(
        r#"{"words": ["planning permission"]}"#,
        &[("who applies for planning permission?", true)],
    );
    for (settings, place) in [
        (r#"{"words": ["a lease", "-"]}"#, "/words/1"),
        (r#"{"words": ["of the"]}"#, "/words/0"),
        (r#"{"phrases": []}"#, "/phrases"),
    ] {
        assert_eq!(
            testing::detector::<ComplexRequest>(settings)
                .expect_err(settings)
                .pointer,
            place
        );
    }
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

#[test]
fn parts_of_a_case_add_up_and_one_alone_does_not() {
    check(
        "{}",
        &[
            ("my landlord says the tap drips", false),
            ("my landlord and the insurer each want half of the bill on paper", true),
            ("it is past the deadline", false),
            (
                "I am past the deadline because I was in hospital, is there any way you'd still take it?",
                true,
            ),
        ],
    );
    let detector: ComplexRequest = testing::detector("{}").expect("fits");
    let signal = judge(&detector, "my landlord and the insurer each want half of the bill");
    assert!(signal.evidence.len() > 1, "{signal:?}");
    assert!(signal.note.is_some_and(|note| note.contains("; ")));
}

#[test]
fn the_plainest_cases_are_known_in_other_languages() {
    check(
        "{}",
        &[
            ("Unser Anwalt muss den Vertrag erst prüfen", true),
            ("Können Sie bei mir eine Ausnahme machen?", true),
            ("Wann kommt meine Bestellung?", false),
            ("Quisiera un presupuesto a medida para la reforma", true),
            ("Nuestro abogado quiere revisar el contrato antes de firmar", true),
            ("¿Cuánto tarda el envío?", false),
            ("Je voudrais un devis sur mesure pour notre salon", true),
            ("Peut-on négocier les conditions du contrat ?", true),
            ("Quels sont vos horaires ?", false),
            ("Gostaria de um orçamento personalizado para a obra", true),
            ("Vocês podem abrir uma exceção para mim?", true),
            ("Onde fica a loja?", false),
        ],
    );
}

/// Sentences about something else.
const CHAT: &str = "( (Thanks for the answer so far|It rains here and the bus is late|The blue one came on Monday[.] I like it|Hello \u{1F642}|My dog is called Rex)[.!]){0,30} ";

#[test]
fn other_sentences_do_not_hide_a_sure_case() {
    let detector: ComplexRequest = testing::detector("{}").expect("fits");
    proptest!(|(before in CHAT, after in CHAT)| {
        let text = format!("{before}Our lawyers want to negotiate the liability clause of the contract.{after}");
        prop_assert!(judge(&detector, &text).confidence >= 0.75);
    });
}
