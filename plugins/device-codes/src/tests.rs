//! Stories of the detector: codes that people read off a plate or a display, and what only looks like one.

use baton_plugin_sdk::{TestConversation, testing};
use proptest::prelude::*;

use super::*;

fn fields_after(bot: Option<&str>, settings: &str, text: &str) -> Vec<(String, String)> {
    let detector: DeviceCodes = testing::detector(settings).expect("the settings fit");
    let mut conversation = TestConversation::default();
    if let Some(bot) = bot {
        conversation = conversation.said(Message::bot(bot));
    }
    let signals = detector
        .detect(&Message::customer(text), &conversation)
        .expect("judged");
    let sure = signals.into_iter().filter(|signal| signal.confidence >= SURE);
    sure.flat_map(|signal| signal.fields).collect()
}

#[track_caller]
fn check(stories: &[(&str, &[(&str, &str)])]) {
    for (text, fields) in stories {
        let found = fields_after(None, "{}", text);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, *fields, "{text}");
    }
}

#[test]
fn error_codes_are_facts_where_somebody_speaks_of_one() {
    check(&[
        ("The boiler shows F29", &[("error_code", "F29")]),
        ("my washer is flashing E4 again", &[("error_code", "E4")]),
        ("error code U4-01 on the display", &[("error_code", "U4-01")]),
        ("Vaillant says F.28, what now?", &[("error_code", "F.28")]),
        ("the furnace gives me error 33", &[("error_code", "33")]),
        ("Carrier furnace, code 13", &[("error_code", "13")]),
        ("it alternates, first error E1 then E5", &[("error_code", "E1, E5")]),
        ("La caldera muestra E9", &[("error_code", "E9")]),
        ("la pantalla marca el código A01", &[("error_code", "A01")]),
        ("E4", &[]),
    ]);
}

#[test]
fn model_numbers_are_facts_by_their_shape_or_their_name() {
    check(&[
        ("It is a 24ACC636A003", &[("model", "24ACC636A003")]),
        ("model GSX140361 from 2014", &[("model", "GSX140361")]),
        ("the model number is X200", &[("model", "X200")]),
        ("RTG-84DVLN on the plate", &[("model", "RTG-84DVLN")]),
        ("we have a Trane XR16", &[]),
        ("we have a Trane 4TTR6036", &[("model", "4TTR6036")]),
        ("modelo 831, una caldera", &[("model", "831")]),
        (
            "My Carrier 59SC5A100 shows error 31",
            &[("model", "59SC5A100"), ("error_code", "31")],
        ),
    ]);
}

#[test]
fn what_only_looks_like_a_code_is_left_alone() {
    check(&[
        ("call me on 555-0100 or +1 555 010 0199, no error", &[]),
        ("it shows $129.99 on the invoice", &[]),
        ("the display broke on 2026-03-02 at 10am", &[]),
        ("error in my address: flat B12, 44B Baker Street", &[]),
        ("I live in SW1A 1AA, the boiler shows nothing", &[]),
        ("postcode M4B1B3, thermostat is off", &[]),
        ("my zip code 33101 shows no technicians", &[]),
        ("promo code E50 gives an error", &[]),
        ("it needs R-410A or R22, says the panel", &[]),
        ("a 16x25x1 filter for a 3kw heater", &[]),
        ("order A1234567 shows an error", &[]),
        ("flight BA2490 lands, message me", &[]),
        ("the reading is 72°F", &[]),
        ("thermostat with 5g and 24/7 support", &[]),
        ("apartment 4B, unit 12C, thermostat", &[]),
        ("write to bob4@home99.example, error in form W2", &[]),
        ("the page https://example.com/a1b2c3d4 shows an error", &[]),
        ("error on 12mar2024", &[]),
    ]);
}

#[test]
fn the_bots_question_makes_a_short_answer_sure() {
    let model = Some("Can you tell me which model it is?");
    let code = Some("Which code does the display show?");
    let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(fields_after(model, "{}", "X200"), one("model", "X200"));
    assert_eq!(fields_after(model, "{}", "it's an XR16-048"), one("model", "XR16-048"));
    assert_eq!(fields_after(code, "{}", "E4"), one("error_code", "E4"));
    assert_eq!(fields_after(Some("When may we come?"), "{}", "X200"), []);
    assert_eq!(fields_after(model, "{}", "555-0100"), []);
}

#[test]
fn the_pack_adds_the_shapes_of_its_makers_and_words_for_other_things() {
    let settings = r#"{"models": ["XR##"], "errors": ["LC-##"], "not": ["Van"]}"#;
    let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(fields_after(None, settings, "we have an xr16"), one("model", "XR16"));
    assert_eq!(fields_after(None, settings, "LC-07!"), one("error_code", "LC-07"));
    assert_eq!(fields_after(None, settings, "van E4 shows up late"), []);
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"models": ["XR##", "ecoTEC"]}"#, "/models/1"),
        (r#"{"errors": ["E #"]}"#, "/errors/0"),
        (r#"{"not": ["job", "van 3"]}"#, "/not/1"),
        (r#"{"not": [""]}"#, "/not/0"),
        (r#"{"model": []}"#, "/model"),
        (r#"{"errors": 4}"#, "/errors"),
    ] {
        let fault = testing::detector::<DeviceCodes>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let detector: DeviceCodes = testing::detector(r##"{"models": ["@+#+"]}"##).expect("fits");
    let calm = TestConversation::default();
    for text in [
        "9".repeat(32_768),
        "E4 ".repeat(10_000),
        "é9".into(),
        "E４".into(),
        "٤٥".into(),
        "-.-4".into(),
    ] {
        detector.detect(&Message::customer(text), &calm).expect("judged");
    }
    assert_eq!(detector.detect(&Message::bot("error E4"), &calm), Ok(Vec::new()));
    proptest!(|(text in "((error|model|E4|24ACC6|[0-9]{1,9}|é|🙂|\\$|K1A|-)[ ,.!’-]{0,2}){1,30}|\\PC{1,60}")| {
        for signal in detector.detect(&Message::customer(text.as_str()), &calm).expect("judged") {
            for span in &signal.evidence {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}
