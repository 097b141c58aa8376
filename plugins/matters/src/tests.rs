//! Stories of the detector: which matter, who is on the other side, what runs out; and what is only spoken of.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

const FIRES: f32 = 0.75;

fn judge(settings: &str, text: &str) -> Option<Signal> {
    let detector: Matters = testing::detector(settings).expect("the settings fit");
    let signals = detector.detect(&Message::customer(text), &TestConversation::default());
    signals
        .expect("judged")
        .into_iter()
        .find(|signal| signal.confidence >= FIRES)
}

fn field(signal: &Signal) -> &str {
    signal.fields.first().map_or("", |(_, value)| value.as_str())
}

#[track_caller]
fn check(find: &str, stories: &[(&str, Option<&str>)]) {
    let settings = format!(r#"{{"find": "{find}"}}"#);
    for (text, value) in stories {
        let signal = judge(&settings, text);
        assert_eq!(signal.as_ref().map(field), *value, "{text}: {signal:?}");
    }
}

#[test]
fn the_matter_is_known_by_what_people_call_it() {
    check(
        "matter",
        &[
            ("I want to file for divorce", Some("family")),
            ("question about custody of my kids", Some("family")),
            ("I was fired last week without notice", Some("employment")),
            ("my employer owes me unpaid wages", Some("employment")),
            ("my landlord wants to evict me", Some("property")),
            ("we are buying a house in May", Some("property")),
            ("I got a letter from the IRS about an audit", Some("tax")),
            ("my visa runs out", Some("immigration")),
            ("my brother was arrested last night", Some("criminal")),
            ("I'd like to write a will", Some("estate")),
            ("need help with my will", Some("estate")),
            ("I was injured in a car accident", Some("injury")),
            ("we want to register a trademark", Some("business")),
            ("Je veux divorcer", Some("family")),
            ("J'ai été licencié hier", Some("employment")),
            ("Mon propriétaire veut m'expulser", Some("property")),
            ("J'ai un contrôle fiscal", Some("tax")),
            ("Une question de succession", Some("estate")),
            ("can I pay by Visa card?", None),
            ("is the price plus tax?", None),
            ("what are your opening hours", None),
            ("I will call you tomorrow", None),
            ("Quels sont vos horaires ?", None),
        ],
    );
    let only = r#"{"find": "matter", "only": "family"}"#;
    assert!(judge(only, "I want a divorce").is_some());
    assert!(judge(only, "I was fired").is_none());
}

#[test]
fn the_opponent_goes_into_the_check() {
    check(
        "conflict",
        &[
            ("I want to sue Acme Roofing Ltd.", Some("Acme Roofing Ltd")),
            ("a claim against Robert Miller", Some("Robert Miller")),
            ("my landlord Peter Quinn ignores me", Some("Peter Quinn")),
            ("the other side is called Blue Harbour LLC", Some("Blue Harbour LLC")),
            ("Un litige avec Jean Dupont", Some("Jean Dupont")),
            ("contre la société Durand", Some("Durand")),
            ("is there a conflict of interest?", Some("")),
            ("do you already act for my husband?", Some("")),
            ("Avez-vous déjà représenté mon mari ?", Some("")),
            ("I am against it", None),
            ("my landlord ignores me", None),
            ("what do you charge per hour", None),
            ("no conflict here, we agree", None),
        ],
    );
    let known = r#"{"find": "conflict", "parties": ["Acme Roofing", "Dana Reed"]}"#;
    let signal = judge(known, "they hired acme roofing for it").expect("found");
    assert_eq!(signal.priority, Some(Priority::High));
    assert_eq!(signal.tags, ["known-party"]);
    assert!(judge(known, "they hired acme plumbing for it").is_none());
}

#[test]
fn what_runs_out_is_urgent() {
    for (text, found) in [
        ("my court date is next Tuesday", true),
        ("I have a hearing on March 14", true),
        ("I was served with a summons", true),
        ("I have 14 days to appeal", true),
        ("we must respond by Friday", true),
        ("the eviction is in three days", true),
        ("I missed the filing deadline", true),
        ("J'ai une audience le 14 mars", true),
        ("Il me reste 10 jours pour répondre", true),
        ("what is the usual deadline for an appeal?", false),
        ("I had a hearing last year", false),
        ("there is no deadline", false),
        ("the tennis court is next to us", false),
        ("when are you open on Friday", false),
        ("Quel est le délai habituel ?", false),
    ] {
        let signal = judge(r#"{"find": "deadline"}"#, text);
        assert_eq!(signal.is_some(), found, "{text}: {signal:?}");
        if let Some(signal) = signal {
            assert_eq!(signal.priority, Some(Priority::High), "{text}");
            assert!(!field(&signal).is_empty(), "{text}");
        }
    }
    let signal = judge(r#"{"find": "deadline"}"#, "I have 14 days to appeal").expect("found");
    assert_eq!(field(&signal), "14 days to appeal");
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        ("{}", ""),
        (r#"{"find": "all"}"#, "/find"),
        (r#"{"find": "deadline", "only": "tax"}"#, "/only"),
        (r#"{"find": "matter", "only": "space"}"#, "/only"),
        (r#"{"find": "matter", "parties": ["Acme"]}"#, "/parties"),
        (r#"{"find": "conflict", "parties": ["Acme", "…"]}"#, "/parties/1"),
        (r#"{"find": "matter", "party": 1}"#, "/party"),
    ] {
        let fault = testing::detector::<Matters>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
    }
}

#[test]
fn every_kind_of_the_lexicons_is_a_matter() {
    for file in [
        include_str!("../lexicon/matter.en.txt"),
        include_str!("../lexicon/matter.fr.txt"),
    ] {
        for line in file.lines().filter(|line| line.starts_with("0.")) {
            let rule = line.split([' ', ':']).nth(1).expect("a name");
            assert!(Matter::ALL.iter().any(|matter| matter.name() == kind(rule)), "{line}");
        }
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let calm = TestConversation::default();
    for find in ["matter", "conflict", "deadline"] {
        let settings = format!(r#"{{"find": "{find}"}}"#);
        let detector: Matters = testing::detector(&settings).expect("fits");
        for text in [
            "against ".repeat(4_000),
            "A ".repeat(9_000),
            "against".into(),
            "🙂".into(),
            "離婚".into(),
        ] {
            detector.detect(&Message::customer(text), &calm).expect("judged");
        }
        assert_eq!(
            detector.detect(&Message::bot("against Acme by Friday"), &calm),
            Ok(Vec::new())
        );
        proptest!(ProptestConfig::with_cases(64), |(text in "((against|court|Friday|divorce|Acme|É|é|🙂|\u{301}|14 days to)[ ,.!’-]{0,2}){1,30}|\\PC{1,60}")| {
            for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
                for span in &signal.evidence {
                    prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
                }
            }
        });
    }
}
