//! Stories of the detector: which order, how much back, and whether that is more than a bot may grant.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

const FIRES: f32 = 0.75;

fn judge(settings: &str, text: &str, conversation: &TestConversation) -> Option<Signal> {
    let detector: Orders = testing::detector(settings).expect("the settings fit");
    let signals = detector.detect(&Message::customer(text), conversation).expect("judged");
    signals.into_iter().find(|signal| signal.confidence >= FIRES)
}

fn facts(text: &str, conversation: &TestConversation) -> Vec<(String, String)> {
    judge("{}", text, conversation).map_or_else(Vec::new, |signal| signal.fields)
}

fn is_above(settings: &str, text: &str) -> bool {
    judge(settings, text, &TestConversation::default()).is_some()
}

#[test]
fn order_numbers_and_refund_sums_are_facts() {
    let calm = TestConversation::default();
    for (text, fields) in [
        (
            "I want a refund of $49.90 for order 100234",
            &[("order_number", "100234"), ("refund_amount", "$49.90")][..],
        ),
        ("Where is my order #88412?", &[("order_number", "88412")]),
        ("please give me my 30 euros back", &[("refund_amount", "30 euros")]),
        ("you charged me twice, $80 each", &[("refund_amount", "$80")]),
        ("I paid $900 and want $50 back", &[("refund_amount", "$50")]),
        (
            "Quero um reembolso de R$ 1.200 do pedido 554433",
            &[("order_number", "554433"), ("refund_amount", "R$ 1.200")],
        ),
        ("Do you have it in blue for $30?", &[]),
        ("what is your refund policy for orders above $500?", &[]),
        ("what is your return policy for orders above $500?", &[]),
        ("I got my refund of $20, thanks", &[]),
        ("I don't want a refund, just the $40 shirt", &[]),
        ("Qual é o prazo para reembolso de R$ 50?", &[]),
    ] {
        let found = facts(text, &calm);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, fields, "{text}");
    }
}

#[test]
fn a_refund_above_the_limit_is_told_and_one_below_is_not() {
    let limit = r#"{"limit": 200}"#;
    for (text, above) in [
        ("I want a refund of $450", true),
        ("refund of 200 dollars please", false),
        ("refund me $200.01 now", true),
        ("I want my money back, it cost $1,299", true),
        ("I want my money back, it cost $19", false),
        ("Quero o reembolso de R$ 2.500", true),
        ("Quero o reembolso de R$ 1.500", false),
        ("I bought it for $900 and love it", false),
        ("refund policy for $900 items?", false),
        ("I want a refund", false),
    ] {
        assert_eq!(is_above(limit, text), above, "{text}");
    }
    let signal = judge(limit, "I want a refund of $450", &TestConversation::default()).expect("found");
    assert_eq!(signal.tags, ["above-limit"]);
    assert_eq!(
        signal.note.as_deref(),
        Some("a refund of $450 is above the limit of 200 USD")
    );
    assert!(is_above(
        r#"{"limit": 200, "limit_in": {"BRL": 900}}"#,
        "Quero o reembolso de R$ 1.500"
    ));
}

#[test]
fn the_wish_may_stand_before_the_sum_and_the_platform_may_know_it() {
    let wished = TestConversation::default()
        .said(Message::customer("I'd like a refund please"))
        .said(Message::bot("How much was it?"));
    assert!(judge(r#"{"limit": 200}"#, "$450", &wished).is_some());
    assert!(judge(r#"{"limit": 200}"#, "I don't want a refund of $450", &wished).is_none());
    let chat = TestConversation::default().said(Message::bot("How much was it?"));
    assert!(judge(r#"{"limit": 200}"#, "$450", &chat).is_none());
    let total = r#"{"limit": 200, "total_field": "order_total"}"#;
    for (value, above) in [
        ("$450.00", true),
        ("450", true),
        ("R$ 450,00", false),
        ("80", false),
        ("unknown", false),
    ] {
        let known = TestConversation::default().field("order_total", value);
        assert_eq!(judge(total, "I want a refund", &known).is_some(), above, "{value}");
        assert!(judge(total, "where is my parcel", &known).is_none(), "{value}");
    }
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"limit": 0}"#, "/limit"),
        (r#"{"limit": 5, "limit_in": {"XXX": 1}}"#, "/limit_in/XXX"),
        (r#"{"limit": 5, "limit_in": {"EUR": -1}}"#, "/limit_in/EUR"),
        (r#"{"limit_in": {"EUR": 1}}"#, "/limit_in"),
        (r#"{"order_numbers": ["A####", "order"]}"#, "/order_numbers/1"),
        (r#"{"total_field": " "}"#, "/total_field"),
        (r#"{"sum": 1}"#, "/sum"),
    ] {
        let fault = testing::detector::<Orders>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let detector: Orders = testing::detector(r##"{"order_numbers": ["A?+#"], "total_field": "t"}"##).expect("fits");
    let calm = TestConversation::default().field("t", "🙂");
    for text in [
        "9".repeat(32_768),
        "refund $9 ".repeat(3_200),
        "order # ".repeat(4_000),
        "R$".into(),
        "０".into(),
    ] {
        detector.detect(&Message::customer(text), &calm).expect("judged");
    }
    assert_eq!(
        detector.detect(&Message::bot("a refund of $450?"), &calm),
        Ok(Vec::new())
    );
    proptest!(|(text in "((refund|order|R\\$|\\$|#|[0-9]{1,9}|é|🙂|back|want)[ ,.!’-]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
