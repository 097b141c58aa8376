//! Stories of the detector: who sounds upset and who does not.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

fn judge(text: &str, conversation: &TestConversation) -> Signal {
    let detector: Sentiment = testing::detector("{}").expect("fits");
    detector
        .detect(&Message::customer(text), conversation)
        .expect("judged")
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[track_caller]
fn check(stories: &[(&str, bool)]) {
    for &(text, found) in stories {
        let signal = judge(text, &TestConversation::default());
        assert_eq!(signal.confidence >= 0.75, found, "{text}: {signal:?}");
    }
}

#[test]
fn an_upset_tone_is_heard() {
    check(&[
        ("This is ridiculous, your service is terrible", true),
        ("what the f*** is wrong with you", true),
        ("this is sh!t", true),
        ("I am so fed up with this", true),
        ("you are useless", true),
        ("I will never order from you again", true),
        ("You'll hear from my lawyer", true),
        ("I'm furious", true),
        ("you just lost a customer", true),
        ("THIS IS UNACCEPTABLE!!!", true),
        ("how many times do I have to explain this", true),
        ("stop wasting my time", true),
        ("my patience has run out", true),
        ("I would rather walk than fly with you again", true),
        (
            "Three engineers, three excuses. Name me one reason to stay a customer of you people.",
            true,
        ),
        ("Oh brilliant, another form", true),
        ("You should be ashamed of yourselves", true),
        ("so much for your guarantee", true),
        ("I've stopped expecting an answer from you", true),
        ("you took the money fast enough", true),
        ("oh that was quick. complaint withdrawn", false),
    ]);
}

#[test]
fn words_in_disguise_and_faces_are_heard() {
    check(&[
        ("what a load of sh1t", true),
        ("you b!tch", true),
        ("where is my #@$%! parcel", true),
        ("where is my parcel 😡", true),
        ("my parcel is here 😀", false),
        ("#winning 100% & more", false),
        ("it costs $$$", false),
    ]);
}

#[test]
fn a_stressed_word_strengthens_what_stands_beside_it() {
    let calm = TestConversation::default();
    let plain = judge("seriously? cancelled at the gate", &calm);
    let stressed = judge("seriously? cancelled at the gate AGAIN", &calm);
    assert!(stressed.confidence > plain.confidence, "{plain:?} {stressed:?}");
    assert!(stressed.note.expect("told").contains("a word in capitals"));
    assert!(judge("my IBAN is at the bank", &calm).note.is_none());
}

#[test]
fn the_language_is_that_of_the_message() {
    check(&[
        ("das ist eine Frechheit", true),
        ("estoy harta de ustedes", true),
        ("c'est une honte", true),
        ("que atendimento péssimo", true),
        ("arnaque !", true),
        ("verdammt gute Kopfhörer", false),
        ("la entrega llegó rota, quiero un cambio", false),
        ("je ne suis pas fâché du tout", false),
        ("perdi o meu cartão", false),
    ]);
}

#[test]
fn calm_trouble_and_praise_are_not_upset() {
    check(&[
        ("My heater stopped working this morning", false),
        ("the app shows an error when I log in", false),
        ("I'd like to return a damaged item", false),
        ("Not bad at all, thank you", false),
        ("THANK YOU SO MUCH!!!", false),
        ("can you help me with my order", false),
        ("I made an appointment", false),
        ("you should reply to the mail", false),
        ("that's awesome, I love it!!!", false),
        ("how do I report a scam", false),
        ("what day is trash pickup", false),
        ("I need sick leave information", false),
        ("could you cancel my appointment please", false),
        ("DO YOU SERVICE THE AREA AROUND MY TOWN", false),
        ("I hate to bother you, what is my balance?", false),
        ("my neighbour is furious about the noise, can the unit be moved?", false),
        ("I can't believe how easy that was", false),
        ("sorry, I am terrible with names", false),
        ("how many more nights can I add?", false),
    ]);
}

#[test]
fn a_mild_complaint_counts_in_full_once_it_is_not_the_first() {
    let text = "you lost my form";
    let first = judge(text, &TestConversation::default());
    assert!((0.5..0.75).contains(&first.confidence), "{first:?}");
    let history = TestConversation::default()
        .said(Message::customer("this is unacceptable"))
        .said(Message::bot("I am sorry to hear that."));
    let later = judge(text, &history);
    assert!(later.confidence >= 0.75, "{later:?}");
    assert!(later.note.expect("told").ends_with("raised by 1 upset messages before"));
}

#[test]
fn only_the_customer_is_judged() {
    let detector: Sentiment = testing::detector("{}").expect("fits");
    let said = [Message::bot("This is terrible"), Message::agent("This is terrible")];
    for message in said {
        assert!(
            detector
                .detect(&message, &TestConversation::default())
                .expect("judged")
                .is_empty()
        );
    }
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"words": ["ugh", "!"]}"#, "/words/1"),
        (r#"{"caps": true}"#, "/caps"),
    ] {
        assert_eq!(
            testing::detector::<Sentiment>(settings).expect_err(settings).pointer,
            place
        );
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let calm = TestConversation::default();
    for text in [
        " ".to_owned(),
        "x".repeat(32_768),
        "e\u{301}".repeat(9_000),
        "🙂".into(),
        "خدمة سيئة".into(),
    ] {
        assert!(judge(&text, &calm).confidence < 0.5, "{}", &text[..1]);
    }
    assert!(judge(&"terrible ".repeat(3_600), &calm).confidence > 0.7);
}

#[test]
fn evidence_quotes_the_text() {
    let (calm, detector) = (
        TestConversation::default(),
        testing::detector::<Sentiment>("{}").expect("fits"),
    );
    proptest!(|(text in "((terrible|sh!t|not|é|🙂|😡|#@%|\u{301}|YOU|honte|!!!)[ ,.!’'*]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}

#[test]
fn a_sentence_beside_it_changes_nothing_sure() {
    let (calm, detector) = (
        TestConversation::default(),
        testing::detector::<Sentiment>("{}").expect("fits"),
    );
    let sure = ["I am fed up with you.", "You will hear from my lawyer."];
    proptest!(|(index in 0..sure.len(), words in "((blue|kettle|Tuesday|garden|seven|chair)[ ,]{1,2}){1,12}", before in any::<bool>())| {
        let text = if before { format!("{words}. {}", sure[index]) } else { format!("{} {words}.", sure[index]) };
        let signals = detector.detect(&Message::customer(text.as_str()), &calm).expect("judged");
        prop_assert!(signals.iter().any(|signal| signal.confidence >= 0.75), "{text}");
    });
}
