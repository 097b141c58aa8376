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
    ]);
}

#[test]
fn a_mild_complaint_counts_in_full_once_it_is_not_the_first() {
    let text = "still waiting";
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
    let detector: Sentiment = testing::detector("{}").expect("fits");
    proptest!(|(text in "((terrible|sh!t|not|é|🙂|\u{301}|YOU|!!!)[ ,.!’'*]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
