//! Stories of the detector: what a salesperson would write down, and what is no fact of a deal.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

fn judge(settings: &str, text: &str) -> Option<Signal> {
    let detector: Deals = testing::detector(settings).expect("the settings fit");
    let signals = detector.detect(&Message::customer(text), &TestConversation::default());
    signals.expect("judged").pop()
}

#[track_caller]
fn check(stories: &[(&str, &[(&str, &str)])]) {
    for (text, fields) in stories {
        let signal = judge(r#"{"vendors": ["HubSpot", "zendesk"]}"#, text);
        let found = signal.map_or_else(Vec::new, |signal| signal.fields);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, *fields, "{text}");
    }
}

#[test]
fn the_facts_of_a_deal_are_written_down() {
    check(&[
        (
            "We need 250 seats by Q3",
            &[("seats", "250 seats"), ("timeline", "by Q3")],
        ),
        (
            "Our budget is $40,000 a year for 120 users",
            &[("seats", "120 users"), ("budget", "$40,000")],
        ),
        ("we have 80k to spend", &[("budget", "80k")]),
        ("we're switching from Intercom", &[("current_vendor", "Intercom")]),
        ("we currently use hubspot", &[("current_vendor", "hubspot")]),
        (
            "replacing Zendesk next quarter",
            &[("timeline", "next quarter"), ("current_vendor", "Zendesk")],
        ),
        (
            "a team of ninety, up to 15k euros",
            &[("seats", "ninety"), ("budget", "15k euros")],
        ),
        ("go live by the end of March", &[("timeline", "by the end of March")]),
        ("we want to roll out within 6 weeks", &[("timeline", "within 6 weeks")]),
        (
            "Wir brauchen Lizenzen für 300 Mitarbeiter bis Ende März",
            &[("seats", "300 Mitarbeiter"), ("timeline", "bis Ende März")],
        ),
        ("Unser Budget liegt bei 50.000 € im Jahr", &[("budget", "50.000 €")]),
        (
            "Wir wollen von Salesforce weg, also umsteigen von Salesforce",
            &[("current_vendor", "Salesforce")],
        ),
    ]);
}

#[test]
fn other_numbers_and_names_are_no_facts() {
    check(&[
        ("you charged me $12,000 by mistake", &[]),
        ("we serve 5,000 customers", &[]),
        ("I paid 300 euros last month", &[]),
        ("our company made $3m in revenue", &[]),
        ("the export fails for order 4711", &[]),
        ("I switched from the blue theme to the dark one", &[]),
        ("it broke last month", &[]),
        ("30 users cannot log in", &[]),
        ("call me at 555-0100", &[]),
        ("Wir haben 3.000 Kunden", &[]),
        ("Ich habe 300 € bezahlt", &[]),
        ("may I ask something", &[]),
        ("hello", &[]),
    ]);
}

#[test]
fn a_deal_is_large_by_its_seats_or_its_budget() {
    let large = r#"{"seats_at_least": 200, "budget_at_least": 30000, "large_only": true}"#;
    for (text, found) in [
        ("we need 250 seats", true),
        ("we need 199 seats", false),
        ("our budget is $30,000", true),
        ("our budget is $29,000", false),
        ("our budget is 31,000 yen", false),
        ("a budget of 40k", true),
        ("switching from Intercom by Q3", false),
        ("you charged us $90,000", false),
    ] {
        assert_eq!(judge(large, text).is_some(), found, "{text}");
    }
    let signal = judge("{}", "we need 250 seats").expect("found");
    assert_eq!(signal.priority, Some(Priority::High));
    assert_eq!(signal.tags, ["large-deal"]);
    assert_eq!(judge("{}", "we need 20 seats").expect("found").priority, None);
    let yen = r#"{"budget_at_least_in": {"JPY": 1000}, "large_only": true}"#;
    assert!(judge(yen, "our budget is 31,000 yen").is_some());
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"seats_at_least": 0}"#, "/seats_at_least"),
        (r#"{"budget_at_least": -1}"#, "/budget_at_least"),
        (r#"{"budget_at_least_in": {"EU": 1}}"#, "/budget_at_least_in/EU"),
        (r#"{"vendors": ["Acme", "Acme Corp"]}"#, "/vendors/1"),
        (r#"{"vendors": [""]}"#, "/vendors/0"),
        (r#"{"large": true}"#, "/large"),
    ] {
        let fault = testing::detector::<Deals>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let detector: Deals = testing::detector("{}").expect("fits");
    let calm = TestConversation::default();
    for text in [
        "9 seats ".repeat(4_000),
        "switching from ".repeat(2_000),
        "from".into(),
        "🙂".into(),
        "用户 300".into(),
    ] {
        detector.detect(&Message::customer(text), &calm).expect("judged");
    }
    assert_eq!(
        detector.detect(&Message::bot("250 seats by Q3?"), &calm),
        Ok(Vec::new())
    );
    proptest!(|(text in "((seats|by|Q3|budget|we use|Acme|\\$|[0-9]{1,9}|é|🙂|０|from)[ ,.!’-]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
