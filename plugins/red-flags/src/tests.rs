//! Stories of the detector: what cannot wait, and what is denied, over, or only spoken of.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

/// The threshold of the packs.
const FIRES: f32 = 0.75;

fn judge(settings: &str, text: &str) -> Option<Signal> {
    let detector: RedFlags = testing::detector(settings).expect("the settings fit");
    let signals = detector.detect(&Message::customer(text), &TestConversation::default());
    signals
        .expect("judged")
        .into_iter()
        .find(|signal| signal.confidence >= FIRES)
}

/// The kind of the sign that the field must name, or none when nothing is to be found.
#[track_caller]
fn check(stories: &[(&str, Option<&str>)]) {
    for &(text, kind) in stories {
        let signal = judge("{}", text);
        let told = signal
            .as_ref()
            .and_then(|signal| signal.fields.first())
            .map(|(_, value)| value.as_str());
        let wanted = kind.map(|kind| NAMES.iter().find(|(known, _)| *known == kind).expect("a kind").1);
        match (told, wanted) {
            (Some(told), Some(wanted)) => assert!(told.contains(wanted), "{text}: {told}"),
            (told, wanted) => assert_eq!(told, wanted, "{text}: {signal:?}"),
        }
        if let Some(signal) = signal {
            assert_eq!(signal.priority, Some(Priority::High), "{text}");
            assert_eq!(signal.tags, ["urgent"], "{text}");
        }
    }
}

#[test]
fn signs_that_cannot_wait_are_found() {
    check(&[
        ("I have chest pain since this morning", Some("heart")),
        ("there is a heavy pressure on my chest", Some("heart")),
        ("pain going down my left arm", Some("heart")),
        ("my husband's face is drooping on one side", Some("stroke")),
        ("her speech is slurred", Some("stroke")),
        ("my left arm went numb", Some("stroke")),
        ("I think my mother is having a stroke", Some("stroke")),
        ("I can't breathe properly", Some("breath")),
        ("he has difficulty breathing", Some("breath")),
        ("short of breath when I lie down", Some("breath")),
        ("her lips are turning blue", Some("breath")),
        ("my throat is closing up after the nuts", Some("allergy")),
        ("anaphylactic shock, we have no epipen", Some("allergy")),
        ("the wound is bleeding heavily", Some("blood")),
        ("the nosebleed? it won't stop bleeding", Some("blood")),
        ("I'm coughing up blood", Some("blood")),
        ("she is unconscious", Some("out")),
        ("he had a seizure just now and isn't waking up", Some("out")),
        ("I don't want to live anymore", Some("self")),
        ("I want to kill myself", Some("self")),
        ("thinking about suicide", Some("self")),
        ("my son swallowed a button battery", Some("poison")),
        ("I took too many pills", Some("poison")),
        ("my kid ate my blood pressure pills", Some("poison")),
        ("my newborn has a fever", Some("infant")),
        ("our 7 week old has a temperature of 38.6", Some("infant")),
        ("baby 5 months old, fever since last night", Some("infant")),
        ("I'm 30 weeks pregnant and bleeding", Some("birth")),
    ]);
}

#[test]
fn what_is_denied_over_or_only_spoken_of_is_left_alone() {
    check(&[
        ("no chest pain, just a cough", None),
        ("I don't have any chest pain or fever", None),
        ("she has no fever and no trouble breathing", None),
        ("I had a heart attack in 2019 and need a check-up", None),
        ("my father had a stroke three years ago", None),
        ("history of seizures, needs a refill", None),
        ("do you treat chest pain?", None),
        ("is treatment of chest pain covered by my insurance?", None),
        ("what are the signs of a stroke?", None),
        ("stroke awareness day at the clinic", None),
        ("information about suicide prevention training", None),
        ("the fever is gone since yesterday, can we come for the vaccine", None),
        ("my 8 year old has a mild temperature", None),
        ("I would like to book a blood test", None),
        ("what does a consultation cost?", None),
        ("my knee hurts when I run", None),
        ("the traffic is killing me, I'll be late", None),
        ("can I breastfeed after the visit", None),
        ("Please move my appointment to Monday", None),
    ]);
}

#[test]
fn german_signs_are_found_and_german_denials_heard() {
    check(&[
        ("Ich habe starke Schmerzen in der Brust", Some("heart")),
        ("Mein Mann hat Brustschmerzen", Some("heart")),
        ("Ihr Mundwinkel hängt und sie lallt", Some("stroke")),
        ("Ich bekomme kaum Luft", Some("breath")),
        ("Meine Zunge ist geschwollen", Some("allergy")),
        ("Die Blutung hört nicht auf", Some("blood")),
        ("Er ist bewusstlos", Some("out")),
        ("Ich will nicht mehr leben", Some("self")),
        ("Unser Sohn hat eine Knopfzelle verschluckt", Some("poison")),
        ("Mein Baby, 3 Monate alt, hat 39 Fieber", Some("infant")),
        ("Ich habe keine Brustschmerzen, nur Husten", None),
        ("Ich hatte vor drei Jahren einen Schlaganfall", None),
        ("Ich möchte einen Termin für die Blutabnahme", None),
        ("Was kostet die Zahnreinigung?", None),
    ]);
}

#[test]
fn the_practice_sets_the_age_and_adds_words() {
    assert!(judge("{}", "my 20 month old has a fever").is_none());
    assert!(judge(r#"{"infant_months": 24}"#, "my 20 month old has a fever").is_some());
    assert!(judge(r#"{"infant_months": 1}"#, "our 7 week old is hot").is_none());
    assert!(judge("{}", "the insulin pump is alarming").is_none());
    let own = judge(
        r#"{"words": ["insulin pump is alarming"]}"#,
        "the insulin pump is alarming",
    );
    assert_eq!(own.expect("found").fields[0].1, "a phrase of the practice");
}

#[test]
fn several_signs_are_named_together() {
    let signal = judge("{}", "He has chest pain and can't breathe").expect("found");
    assert_eq!(
        signal.fields,
        [("red_flag".to_owned(), "chest pain; trouble breathing".to_owned())]
    );
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"infant_months": 0}"#, "/infant_months"),
        (r#"{"infant_months": 37}"#, "/infant_months"),
        (r#"{"words": ["pump", " "]}"#, "/words/1"),
        (r#"{"words": ["what is the"]}"#, "/words/0"),
        (r#"{"off": ["heart"]}"#, "/off"),
    ] {
        let fault = testing::detector::<RedFlags>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
    }
}

/// Words of advice, of comfort, and of judging: none of them may be in a text of the pack.
const ADVICE: [&str; 34] = [
    "take ",
    "dose",
    "dosage",
    " mg",
    "tablet",
    "ibuprofen",
    "paracetamol",
    "aspirin",
    "drink",
    "rest ",
    "sleep",
    "avoid",
    "diagnos",
    "treatment",
    "you have a",
    "probably",
    "likely",
    "normal",
    "harmless",
    "nothing to worry",
    "don't worry",
    "no need",
    "will be fine",
    "should",
    "recommend",
    "nehmen sie",
    "trinken",
    "dosis",
    "vermeiden",
    "wahrscheinlich",
    "harmlos",
    "keine sorge",
    "sollten",
    "empfehlen",
];

#[test]
fn the_texts_of_the_pack_give_no_advice_and_promise_no_time_of_their_own() {
    let pack: toml::Table = include_str!("../../packs/healthcare/pack.toml").parse().expect("TOML");
    let settings = &pack["template"]["settings"];
    let texts = settings["texts"].as_array().expect("texts");
    let returning = settings["returning"].as_str().expect("a text");
    for text in texts
        .iter()
        .map(|text| text["message"].as_str().expect("a text"))
        .chain([returning])
    {
        let lower = text.to_lowercase();
        for word in ADVICE {
            assert!(!lower.contains(word), "{word:?} in {text:?}");
        }
        let numbers = text.replace("911", "").replace("112", "");
        assert!(
            !numbers.contains(|letter: char| letter.is_ascii_digit()),
            "{text:?} names a time"
        );
    }
    for text in texts
        .iter()
        .filter(|text| text.get("reason").and_then(toml::Value::as_str) == Some("urgent-symptoms"))
    {
        let message = text["message"].as_str().expect("a text");
        assert!(
            message.contains("911") || message.contains("112"),
            "{message:?} names no emergency number"
        );
        let closed = text["hours"].as_str() == Some("closed");
        assert_ne!(message.contains("{{ when }}"), closed, "{message:?}");
    }
}

#[test]
fn every_kind_of_the_lexicons_has_a_name() {
    for file in [include_str!("../lexicon/en.txt"), include_str!("../lexicon/de.txt")] {
        for line in file.lines().filter(|line| line.starts_with("0.")) {
            let rule = line.split([' ', ':']).nth(1).expect("a name");
            assert!(NAMES.iter().any(|(known, _)| *known == kind(rule)), "{line}");
        }
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let detector: RedFlags = testing::detector("{}").expect("fits");
    let calm = TestConversation::default();
    for text in [
        " ".to_owned(),
        "9 months ".repeat(3_600),
        "chest pain ".repeat(2_900),
        "🙂".into(),
        "胸痛".into(),
    ] {
        detector.detect(&Message::customer(text), &calm).expect("judged");
    }
    assert_eq!(detector.detect(&Message::bot("chest pain?"), &calm), Ok(Vec::new()));
    proptest!(|(text in "((chest|pain|no|2|months|old|baby|fever|é|🙂|\u{301}|０)[ ,.!’-]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
