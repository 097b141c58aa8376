//! Stories of the detector: what is worth a human at once, and what is not.

use baton_plugin_sdk::{Contact, Priority, TestConversation, testing};
use proptest::prelude::*;

use super::*;

fn judge(settings: &str, text: &str, conversation: &TestConversation) -> Vec<Signal> {
    let detector: HighValue = testing::detector(settings).expect("the settings fit");
    detector.detect(&Message::customer(text), conversation).expect("judged")
}

/// A tag that the signal must have, or none when nothing is to be found.
#[track_caller]
fn check(settings: &str, stories: &[(&str, Option<&str>)]) {
    for &(text, tag) in stories {
        let signals = judge(settings, text, &TestConversation::default());
        let strong = signals.iter().find(|signal| signal.confidence >= 0.75);
        assert_eq!(strong.map(|signal| signal.tags[0].as_str()), tag, "{text}: {signals:?}");
        if let Some(signal) = strong {
            assert_eq!(signal.priority, Some(Priority::High), "{text}");
        }
    }
}

#[test]
fn large_sales_are_found() {
    let sale = Some("sales-opportunity");
    check(
        "{}",
        &[
            ("we are interested in your enterprise plan", sale),
            ("I'd like to place a bulk order", sale),
            ("our budget is $25,000 a year", sale),
            ("pricing for 250 users please", sale),
            ("we run clinics across several locations", sale),
            ("can I get a demo for my team, schedule a demo with our company", sale),
            ("I paid $40 for a filter", None),
            ("I paid $9,000 last year", None),
            ("a table for 4 people", None),
            ("what is your best price", None),
        ],
    );
}

#[test]
fn a_small_asker_is_no_large_sale_unless_something_large_is_counted() {
    let sale = Some("sales-opportunity");
    check(
        "{}",
        &[
            ("Tell me about the enterprise plan.", sale),
            ("Tell me about the enterprise plan. There are just three of us.", None),
            ("Is wholesale possible? I'm a sole trader and only curious", None),
            ("There are only two of us, but we need 400 licences for clients", sale),
        ],
    );
}

#[test]
fn emergencies_and_dangers_are_urgent() {
    let urgent = Some("urgent");
    check(
        "{}",
        &[
            ("This is urgent", urgent),
            ("I need an emergency repair", urgent),
            ("there is a gas leak in my kitchen", urgent),
            ("I smell gas", urgent),
            ("the carbon monoxide alarm", urgent),
            ("our basement is flooded", urgent),
            ("this is not urgent", None),
            ("is this urgent?", None),
            ("the smoke detector chirps every minute", None),
            ("the smoke detector is screaming", urgent),
            ("no rush, whenever you can", None),
            ("how do I change my emergency contact", None),
            ("where is the next gas station", None),
            ("do you sell fire extinguishers", None),
        ],
    );
    check(r#"{"emergencies": false}"#, &[("This is urgent", None)]);
}

#[test]
fn without_emergencies_what_was_learnt_only_lowers() {
    let calm = TestConversation::default();
    let text = "the ceiling is coming down on my gran and I can smell burning";
    assert!(!judge("{}", text, &calm).is_empty());
    assert!(judge(r#"{"emergencies": false}"#, text, &calm).is_empty());
}

#[test]
fn the_business_says_what_is_large() {
    let sale = Some("sales-opportunity");
    check(
        r#"{"amount_at_least": 30, "seats_at_least": 3}"#,
        &[("a budget of $40", sale), ("a table for 4 people, how much?", sale)],
    );
    check(r#"{"words": ["rooftop unit"]}"#, &[("we need two rooftop units", sale)]);
    let found = judge("{}", "our budget is $25,000 a year", &TestConversation::default());
    assert_eq!(found[0].fields, [("amount".to_owned(), "$25,000".to_owned())]);
}

#[test]
fn what_is_much_depends_on_the_currency() {
    let sale = Some("sales-opportunity");
    let in_yen = r#"{"amount_at_least_in": {"JPY": 100}}"#;
    check(
        "{}",
        &[
            ("our budget is 6,000 euros", sale),
            ("our budget is 6,000 yen", None),
            ("our budget is 6,000 kronor", None),
            ("our budget is ¥800,000", sale),
            ("our budget is Rs. 8 lakh", sale),
        ],
    );
    check(
        in_yen,
        &[("our budget is 6,000 yen", sale), ("our budget is $600", None)],
    );
}

#[test]
fn a_sum_that_was_paid_is_no_sale_and_one_to_spend_is() {
    let sale = Some("sales-opportunity");
    check(
        "{}",
        &[
            ("I paid $12,000 for it", None),
            ("you charged me 9,000 euros", None),
            ("please transfer 8k dollars to my sister", None),
            ("we can spend $12,000 on it", sale),
            ("the board has approved 300k", sale),
            ("I have 900,000 pounds to invest", sale),
        ],
    );
}

#[test]
fn parts_of_a_case_add_up_whatever_their_order() {
    let sale = Some("sales-opportunity");
    check(
        "{}",
        &[
            ("We have 14 restaurants. Hello!", None),
            ("We have 14 restaurants. What would it cost?", sale),
            ("What would it cost? We have 14 restaurants.", sale),
            ("What would it cost?", None),
            ("My mother is 91 and it is minus 8 outside", None),
            (
                "The heating is dead, my mother is 91 and it is minus 8 outside",
                Some("urgent"),
            ),
        ],
    );
}

#[test]
fn the_plainest_cases_are_known_in_other_languages() {
    let (sale, urgent) = (Some("sales-opportunity"), Some("urgent"));
    check(
        "{}",
        &[
            ("Wir brauchen Lizenzen für 300 Mitarbeiter, was kostet das?", sale),
            ("Bei uns im Keller riecht es stark nach Gas", urgent),
            ("Wie lange dauert die Lieferung nach Wien?", None),
            ("Necesitamos un presupuesto para 40 apartamentos", sale),
            ("Hay un escape de gas en la cocina", urgent),
            ("¿Cuándo llega mi pedido?", None),
            ("Nous avons 25 magasins et cherchons un devis pour tous", sale),
            ("Mon père ne respire plus", urgent),
            ("Où est ma commande ?", None),
            ("Queremos um orçamento para 60 quartos de hotel", sale),
            ("Meu vizinho desmaiou e está inconsciente", urgent),
            ("Qual é o horário da loja?", None),
        ],
    );
}

/// Sentences about something else.
const CHAT: &str = "( (Thanks for the answer so far|It rains here and the bus is late|The blue one came on Monday[.] I like it|Hello \u{1F642}|My dog is called Rex)[.!]){0,30} ";

#[test]
fn other_sentences_do_not_hide_a_sure_case() {
    let detector: HighValue = testing::detector("{}").expect("fits");
    proptest!(ProptestConfig::with_cases(64), |(before in CHAT, after in CHAT)| {
        for case in ["There is a smell of gas.", "We need a quote for 400 licences."] {
            let text = format!("{before}{case}{after}");
            let signals = detector.detect(&Message::customer(text.as_str()), &TestConversation::default()).expect("judged");
            prop_assert!(signals.iter().any(|signal| signal.confidence >= 0.75), "{text}");
        }
    });
}

#[test]
fn an_important_contact_counts_alone_and_strengthens_the_rest() {
    let vip = TestConversation::default().contact(Contact {
        vip: true,
        ..Contact::default()
    });
    let alone = &judge("{}", "hello", &vip)[0];
    assert!((alone.confidence - 0.5).abs() < 0.01, "{alone:?}");
    let plain = judge("{}", "something about enterprise", &TestConversation::default())[0].confidence;
    assert!(judge("{}", "something about enterprise", &vip)[0].confidence > plain);
    assert!(judge(r#"{"vip_confidence": 0}"#, "hello", &vip).is_empty());
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"amount_at_least": 0}"#, "/amount_at_least"),
        (r#"{"seats_at_least": 0}"#, "/seats_at_least"),
        (r#"{"seats_at_least": -4}"#, "/seats_at_least"),
        (r#"{"vip_confidence": 2}"#, "/vip_confidence"),
        (r#"{"words": [" "]}"#, "/words/0"),
        (r#"{"words": ["rooftop", "what is the"]}"#, "/words/1"),
        (r#"{"amount_at_least_in": {"EUR": 0}}"#, "/amount_at_least_in/EUR"),
        (
            r#"{"amount_at_least_in": {"euro/s": 9}}"#,
            "/amount_at_least_in/euro~1s",
        ),
        (r#"{"amount": 3}"#, "/amount"),
    ] {
        assert_eq!(
            testing::detector::<HighValue>(settings).expect_err(settings).pointer,
            place
        );
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let calm = TestConversation::default();
    let odd = [
        " ".to_owned(),
        "x".repeat(32_768),
        "9".repeat(32_768),
        "e\u{301}".repeat(9_000),
        "🙂".into(),
        "عاجل".into(),
    ];
    for text in odd {
        assert!(judge("{}", &text, &calm).is_empty(), "{}", &text[..1]);
    }
    assert!(!judge("{}", &"$9000 urgent ".repeat(2_500), &calm).is_empty());
    let detector: HighValue = testing::detector("{}").expect("fits");
    proptest!(|(text in "((urgent|\\$|€|[0-9]{1,9}|é|🙂|\u{301}|k|seats|bulk order)[ ,.!’'-]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
