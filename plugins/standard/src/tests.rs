//! Stories of the template: which words a handover gets, and which settings are refused.

use baton_plugin_sdk::{Contact, Message, Priority, Promise, TestConversation, testing};

use super::*;

fn promise(within_minutes: u32) -> Option<Promise> {
    Some(Promise {
        within_minutes,
        business_time: false,
        due_at_ms: 0,
        due_local: "2026-03-02 17:30".into(),
    })
}

fn hvac() -> (Handover, Circumstances, TestConversation) {
    let handover = Handover {
        reason: "explicit-request".into(),
        tags: vec!["HVAC-code".into(), "human-handover".into()],
        topic: Some("HVAC code request".into()),
        request: "I'm looking for a code\non HVAC.".into(),
        evidence: vec!["I want to talk to a human".into()],
        ..Handover::default()
    };
    let circumstances = Circumstances {
        business: "Cool Air".into(),
        promise: promise(1440),
        ..Circumstances::default()
    };
    let contact = Contact {
        name: Some("Ann Lee".into()),
        phone: Some("+1 555 0100".into()),
        ..Contact::default()
    };
    let conversation = TestConversation::default()
        .contact(contact)
        .field("model", "X200")
        .said(Message::customer("Hi there. I'm looking for a code on HVAC."))
        .said(Message::bot("Can you tell me which model?"));
    (handover, circumstances, conversation)
}

fn message(settings: &str, change: impl FnOnce(&mut Handover, &mut Circumstances), locale: &str) -> String {
    let (mut handover, mut circumstances, conversation) = hvac();
    change(&mut handover, &mut circumstances);
    let standard: Standard = testing::template(settings).expect("the settings fit");
    standard
        .compose(&handover, &circumstances, &conversation.locale(locale))
        .expect("composed")
        .message
}

#[test]
fn the_walkthrough_gets_its_title_message_and_task() {
    let (handover, circumstances, conversation) = hvac();
    let standard: Standard = testing::template("{}").expect("fits");
    let draft = standard
        .compose(&handover, &circumstances, &conversation)
        .expect("composed");
    assert_eq!(draft.title, "Follow up: HVAC code request — requested human");
    assert_eq!(
        draft.message,
        "Thanks — one of our team members will follow up within 24 hours to assist you further."
    );
    assert_eq!(
        draft.description,
        "Customer's main request: I'm looking for a code on HVAC.\n\
         Topic: HVAC code request\n\
         Contact: Ann Lee, +1 555 0100\n\
         Collected by the bot: model: X200\n\
         Tags: HVAC-code, human-handover\n\
         Reason: requested human — \"I want to talk to a human\"\n\
         Last messages:\n\
         - customer: Hi there. I'm looking for a code on HVAC.\n\
         - bot: Can you tell me which model?\n\
         Please contact within 24 hours (by 2026-03-02 17:30) and log outcome."
    );
}

#[test]
fn a_task_of_which_little_is_known_says_only_that() {
    let standard: Standard = testing::template("{}").expect("fits");
    let handover = Handover {
        reason: "warranty-case".into(),
        request: "my unit broke".into(),
        ..Handover::default()
    };
    let draft = standard
        .compose(&handover, &Circumstances::default(), &TestConversation::default())
        .expect("composed");
    assert_eq!(draft.title, "Follow up: my unit broke — warranty case");
    assert_eq!(
        draft.description,
        "Customer's main request: my unit broke\nContact: not known yet\nReason: warranty case\n\
         Please contact as soon as we can and log outcome."
    );
}

#[test]
fn the_built_in_messages_fit_the_moment() {
    let open = "{}";
    for (words, change) in [
        (
            "We’ve flagged this as urgent. Expect a callback or message within 2 hours.",
            (|handover, circumstances| {
                handover.priority = Priority::High;
                circumstances.promise = promise(120);
            }) as fn(&mut Handover, &mut Circumstances),
        ),
        (
            "We’re currently closed. A team member will reach out during business hours.",
            |_, circumstances| circumstances.open = false,
        ),
        (
            "We’re currently closed. A team member will reach out during business hours. \
             If this is urgent, please call our emergency line: 555-0199.",
            |_, circumstances| {
                circumstances.open = false;
                circumstances.emergency_line = Some("555-0199".into());
            },
        ),
        (
            "We couldn’t find the exact details right now. \
             We’ve assigned this to a specialist who will help within 24 hours.",
            |handover, _| handover.reason = "information-gap".into(),
        ),
        (
            "Thanks — one of our team members will follow up as soon as we can to assist you further.",
            |_, circumstances| circumstances.promise = None,
        ),
    ] {
        assert_eq!(message(open, change, "en-US"), words);
    }
}

#[test]
fn the_customer_reads_their_language_where_it_is_spoken() {
    for (locale, beginning) in [
        (
            "de-AT",
            "Vielen Dank – jemand aus unserem Team meldet sich innerhalb von 24 Stunden",
        ),
        ("es", "Gracias."),
        ("fr-CA", "Merci."),
        ("pt_BR", "Obrigado."),
        ("ja", "Thanks —"),
    ] {
        let message = message("{}", |_, _| {}, locale);
        assert!(message.starts_with(beginning), "{locale}: {message}");
    }
}

#[test]
fn the_most_specific_text_of_the_pack_wins() {
    let settings = r#"{"texts": [
        {"message": "any"},
        {"reason": "sentiment", "message": "upset"},
        {"priority": "high", "message": "urgent"},
        {"hours": "closed", "message": "closed"},
        {"hours": "closed", "priority": "high", "message": "closed and urgent"},
        {"locale": "de", "message": "deutsch {{ when }}"},
        {"locale": "de-AT", "message": "österreichisch"}
    ]}"#;
    let upset = |handover: &mut Handover| handover.reason = "sentiment".into();
    let urgent = |handover: &mut Handover| handover.priority = Priority::High;
    assert_eq!(message(settings, |_, _| {}, "en"), "any");
    assert_eq!(message(settings, |handover, _| upset(handover), "en"), "upset");
    let both = |handover: &mut Handover, _: &mut Circumstances| {
        upset(handover);
        urgent(handover);
    };
    assert_eq!(message(settings, both, "en"), "urgent");
    assert_eq!(
        message(settings, |_, circumstances| circumstances.open = false, "en"),
        "closed"
    );
    let worst = |handover: &mut Handover, circumstances: &mut Circumstances| {
        both(handover, circumstances);
        circumstances.open = false;
    };
    assert_eq!(message(settings, worst, "en"), "closed and urgent");
    assert_eq!(message(settings, worst, "de-CH"), "deutsch innerhalb von 24 Stunden");
    assert_eq!(message(settings, |_, _| {}, "de-AT"), "österreichisch");
}

#[test]
fn the_bot_comes_back_silently_unless_told_what_to_say() {
    let (handover, circumstances, conversation) = hvac();
    for (settings, words) in [
        ("{}", None),
        (r#"{"returning": "  "}"#, None),
        (
            r#"{"returning": "{% if contact.name %}{{ contact.name }}, {% endif %}I am back."}"#,
            Some("Ann Lee, I am back."),
        ),
    ] {
        let standard: Standard = testing::template(settings).expect("fits");
        let told = standard
            .returning(&handover, &circumstances, &conversation)
            .expect("composed");
        assert_eq!(told.as_deref(), words);
    }
}

#[test]
fn a_text_that_could_fail_is_refused_with_its_place_and_line() {
    for (settings, place, says) in [
        (
            r#"{"texts": [{"message": "ok"}, {"message": "one\n{% if %}"}]}"#,
            "/texts/1/message",
            "line 2",
        ),
        (
            r#"{"texts": [{"message": "{{ promise.until }}"}]}"#,
            "/texts/0/message",
            "undefined",
        ),
        (
            r#"{"texts": [{"message": "call {{ emergency_line }}"}]}"#,
            "/texts/0/message",
            "may be missing",
        ),
        (
            r#"{"texts": [{"message": "hi {{ nam }}"}]}"#,
            "/texts/0/message",
            "names `nam`",
        ),
        (
            r#"{"texts": [{"message": "{% if reason == 'x' %}{{ oops }}{% endif %}"}]}"#,
            "/texts/0/message",
            "names `oops`",
        ),
        (
            r#"{"texts": [{"message": "x", "hours": "late"}]}"#,
            "/texts/0/hours",
            "unknown variant",
        ),
        (r#"{"texts": [{"mesage": "x"}]}"#, "/texts/0/mesage", "unknown field"),
        (r#"{"title": "{{ label"}"#, "/title", "line 1"),
        (r#"{"description": "{{ x }}"}"#, "/description", "names `x`"),
        (r#"{"returning": "{{ assignee }}"}"#, "/returning", "may be missing"),
        (r#"{"language": "tlh"}"#, "/language", "one of en"),
    ] {
        let fault = testing::template::<Standard>(settings).expect_err(settings);
        assert_eq!(fault.pointer, place, "{fault}");
        assert!(fault.message.contains(says), "{fault}");
    }
}

#[test]
fn what_people_wrote_is_never_a_template_and_never_too_long() {
    let standard: Standard = testing::template("{}").expect("fits");
    let long = format!("{{{{ 7 * 7 }}}} {}", "é🙂\n".repeat(10_000));
    let handover = Handover {
        reason: "sentiment".into(),
        request: long.clone(),
        evidence: vec![long.clone(); 50],
        note: Some(long.clone()),
        ..Handover::default()
    };
    let mut conversation = TestConversation::default();
    for index in 0..60 {
        conversation = conversation
            .said(Message::customer(long.as_str()))
            .field(&format!("field-{index}"), &long);
    }
    let draft = standard
        .compose(&handover, &Circumstances::default(), &conversation)
        .expect("composed");
    assert!(
        draft.title.starts_with("Follow up: {{ 7 * 7 }} é🙂 é🙂"),
        "{}",
        draft.title
    );
    assert!(!draft.title.contains('\n') && draft.title.len() <= LONGEST_TITLE_BYTES);
    assert!(draft.description.len() <= LONGEST_DESCRIPTION_BYTES);
}
