//! Stories of the detector: who says what, and whether it is a hit at the usual threshold.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use baton_plugin_sdk::{Message, Priority, TestConversation, testing};
use proptest::prelude::*;

use super::*;

const THRESHOLD: f32 = 0.75;
const BUILTIN: &str = r#"{"builtin": "explicit-request"}"#;
const MISSION: &str = r#"{"examples": [
    "I want to talk to a human", "Can I speak to a manager?", "Put me through to support",
    "I need someone to call me", "Can a person help me with this?"
]}"#;
const TOPIC: &str = r#"{"examples": ["code on HVAC", "HVAC error code"], "not": ["HVAC building code"]}"#;

/// The detector of these settings, made once: five languages take a while without optimisation.
fn made(settings: &str) -> Arc<Phrases> {
    static MADE: LazyLock<Mutex<BTreeMap<String, Arc<Phrases>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let phrases = || Arc::new(testing::detector(settings).expect("the settings fit"));
    Arc::clone(made.entry(settings.to_owned()).or_insert_with(phrases))
}

fn judge(settings: &str, message: &Message) -> Option<Signal> {
    made(settings)
        .detect(message, &TestConversation::default())
        .expect("judged")
        .pop()
}

#[track_caller]
fn check(settings: &str, stories: &[(&str, bool)]) {
    for &(text, found) in stories {
        let signal = judge(settings, &Message::customer(text)).unwrap_or_default();
        assert_eq!(signal.confidence >= THRESHOLD, found, "{text}: {signal:?}");
    }
}

#[test]
fn the_general_set_finds_requests_for_a_human() {
    check(
        BUILTIN,
        &[
            ("I want to talk to a human", true),
            ("Can I speak to a manager?", true),
            ("Put me through to support", true),
            ("I need someone to call me", true),
            ("Can a person help me with this?", true),
            ("human support", true),
            ("I want to talk to someone", true),
            ("speak to a manager", true),
            ("AGENT!!!", true),
            ("could you transfer me over to one of your representatives", true),
            ("I'd rather deal with an actual person", true),
            ("is there somebody I could speak with about this", true),
            ("enough of this bot", true),
            ("thanks, but I would rather talk to a person", true),
            ("I have got to talk with somebody", true),
            ("please call me back on my mobile", true),
            ("i wnat to tlk to a represenative", true),
            ("I don't want to talk to a bot, I want a human", true),
            ("How come I cannot speak with a person?", true),
        ],
    );
}

#[test]
fn an_indirect_request_is_a_request() {
    check(
        BUILTIN,
        &[
            ("is there anyone I can actually talk to", true),
            ("pls have sb ring me", true),
            ("I'd rather not keep typing at a machine", true),
            ("could one of your nurses give me a bell this afternoon", true),
            ("who's in charge over there, and how do I reach them?", true),
            (
                "nothing against bots, but I'd feel better with a person who has a pulse",
                true,
            ),
            ("is there no way around this bot", true),
            ("Tell Angela I need her", true),
            ("is Mr. Okafor around today?", true),
            ("can we talk about this over the phone instead", true),
            ("patch me through", true),
            ("Everyone's favourite: are you a person with a pulse?", false),
            ("my manager needs the invoice", false),
            ("is Anna on the guest list", false),
            ("may somebody else collect the parcel", false),
        ],
    );
}

#[test]
fn a_request_needs_no_word_for_a_human() {
    check(
        BUILTIN,
        &[
            ("Is Maureen around today? My papers are with her", true),
            ("who's on duty tonight", true),
            ("bump this up to tier 2", true),
            ("could the mechanic give me a ring", true),
            ("whom do I phone", true),
            ("what's the extension for returns", true),
            ("Ist der Herr Wolf morgen im Büro?", true),
            ("dígale a Marta que me llame", true),
            ("j'aimerais mieux en discuter de vive voix", true),
            ("não tem outra pessoa pra me atender?", true),
            ("Is breakfast in today's price", false),
            ("does the manager role have access to billing", false),
            ("is the pool staffed at night", false),
            ("will the driver ring the bell", false),
            ("muss jemand daheim sein wenn das Paket kommt", false),
            ("puede otra persona recoger el paquete", false),
            ("qui est la directrice de l'école", false),
            ("quanto custa ligar para Portugal", false),
        ],
    );
}

#[test]
fn who_likes_the_bot_or_sends_something_asks_for_nobody() {
    check(
        BUILTIN,
        &[
            ("fine by me, I'd sooner write than speak to anybody", false),
            ("glad I need not wait for an operator", false),
            ("prefiero escribir que llamar", false),
            (
                "please forward it to the supervisor there, his address is tom@example.com",
                false,
            ),
            ("please email the receipt to my accountant", false),
            ("I'd like to move it over to you guys", false),
            ("do I need someone at home for the delivery", false),
            ("don't go bothering anyone", false),
            ("I'd rather talk to somebody than type", true),
            ("can you send this to somebody who can decide", true),
        ],
    );
}

#[test]
fn words_written_together_or_apart_are_still_words() {
    check(
        BUILTIN,
        &[
            ("talktohuman", true),
            ("ineedaperson", true),
            ("SPEAKTOANAGENT!!", true),
            ("talk to a h u m a n", true),
            ("cafe\u{301} closed, spe\u{301}ak to a hu\u{300}man", true),
            ("ｔａｌｋ ｔｏ ａ ｈｕｍａｎ", true),
            ("together", false),
            ("passport", false),
        ],
    );
}

#[test]
fn a_request_is_heard_in_the_language_it_is_made_in() {
    check(
        BUILTIN,
        &[
            ("quiero que me atienda alguien de verdad", true),
            ("no hace falta que me llame nadie", false),
            ("¿es usted un robot?", false),
            ("ich würde das gern mit einer Kollegin am Telefon besprechen", true),
            ("ich moechte jemanden sprechen", true),
            ("mit einem Berater habe ich gestern gesprochen", false),
            ("l'agent ne m'aide pas, passez-moi quelqu'un d'autre", true),
            ("inutile de me passer un conseiller", false),
            ("dá para alguém da equipe me ligar?", true),
            ("o gerente já me atendeu, obrigado", false),
            ("representante", true),
        ],
    );
}

#[test]
fn what_only_sounds_like_a_request_is_left_alone() {
    check(
        BUILTIN,
        &[
            ("no need to talk to a human", false),
            ("I don't want to talk to a human", false),
            ("please don't transfer me to an agent", false),
            ("I already spoke to a manager", false),
            ("I talked to your support team yesterday", false),
            ("I am a real estate agent", false),
            ("I need a real estate agent", false),
            ("are you a human?", false),
            ("Am I talking to a real person?", false),
            ("human error", false),
            ("please call me Sam", false),
            ("I want to add a person to my account", false),
            ("what does your service cost", false),
            ("the manager of my building has the keys", false),
            ("Hi there. I'm looking for a code on HVAC.", false),
            ("Thank you, that helped!", false),
        ],
    );
}

#[test]
fn five_examples_are_enough_to_know_a_paraphrase() {
    check(
        MISSION,
        &[
            ("I want to talk to a human", true),
            ("can i please speak with some person", true),
            ("let me speak to your supervisor", true),
            ("put me thruogh to support", true),
            ("I would like someone to phone me", true),
            ("I do not need to talk to a human", false),
            ("are you human", false),
            ("I already talked to a human", false),
            ("I want to talk about my order", false),
        ],
    );
}

#[test]
fn a_topic_is_known_by_its_words_in_any_order() {
    check(
        TOPIC,
        &[
            ("Hi there. I'm looking for a code on HVAC.", true),
            ("my hvac shows an error code", true),
            ("what is the promo code", false),
            ("Do you service HVAC units? I also have a coupon", false),
            ("which HVAC building code applies", false),
        ],
    );
}

#[test]
fn a_reason_of_ones_own_is_known_by_what_its_examples_share() {
    let settings = r#"{"examples": [
        "my parcel has not arrived", "where is my parcel", "the parcel is late", "parcel still not delivered",
        "tracking says the parcel is lost", "I have been waiting for my parcel"
    ]}"#;
    check(
        settings,
        &[
            ("where are my parcels??", true),
            ("the shipment hasn't arrived", true),
            ("my parcle is still late", true),
            ("is the parcel lost", true),
            ("I have been waiting for the bus", false),
            ("how late are you open", false),
            ("tracking my running pace", false),
        ],
    );
}

#[test]
fn an_example_that_is_no_request_is_not_lowered_like_one() {
    let settings = r#"{"examples": ["I am a real estate agent", "we are a real estate agency"]}"#;
    check(settings, &[("hi, I'm a real estate agent", true)]);
}

#[test]
fn evidence_quotes_the_passage_and_names_the_example() {
    let text = "Ünïcode 🙂! Really, I want to talk to a human, ok?";
    let signal = judge(MISSION, &Message::customer(text)).expect("sounds like it");
    assert_eq!(&text[signal.evidence[0].range()], "talk to a human");
    assert_eq!(signal.evidence[0].rule, "I want to talk to a human");
}

#[test]
fn the_note_says_what_lowered_it() {
    let signal = judge(BUILTIN, &Message::customer("no need to talk to a human")).expect("a faint signal");
    assert!(signal.note.expect("always told").ends_with("lowered as negated"));
}

#[test]
fn only_the_named_speakers_are_judged() {
    assert_eq!(judge(BUILTIN, &Message::bot("I want to talk to a human")), None);
    let both = r#"{"builtin": "explicit-request", "speakers": ["bot", "customer"]}"#;
    assert!(judge(both, &Message::bot("I want to talk to a human")).is_some());
    assert_eq!(judge(both, &Message::agent("I want to talk to a human")), None);
}

#[test]
fn a_priority_word_makes_a_hit_urgent() {
    let settings = r#"{"builtin": "explicit-request", "priority_words": ["asap", "right away"]}"#;
    let urgent = judge(settings, &Message::customer("get me a human ASAP")).expect("is a request");
    assert_eq!(urgent.priority, Some(Priority::High));
    assert_eq!(judge(settings, &Message::customer("asap")), None);
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        ("{}", "/examples"),
        (r#"{"examples": []}"#, "/examples"),
        (r#"{"examples": ["call me", "I am to the"]}"#, "/examples/1"),
        (r#"{"examples": ["call me", "…"]}"#, "/examples/1"),
        (r#"{"examples": ["call me"], "not": ["it is"]}"#, "/not/0"),
        (r#"{"builtin": "everything"}"#, "/builtin"),
        (r#"{"example": ["call me"]}"#, "/example"),
        (r#"{"builtin": "explicit-request", "speakers": []}"#, "/speakers"),
        (
            r#"{"builtin": "explicit-request", "priority_words": ["!"]}"#,
            "/priority_words/0",
        ),
    ] {
        assert_eq!(
            testing::detector::<Phrases>(settings).expect_err(settings).pointer,
            place,
            "{settings}"
        );
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    for text in [
        " ",
        "?",
        "🙂",
        "אני רוצה",
        "e\u{301}\u{301}\u{301}",
        "\u{202e}human",
        "a\0b",
    ] {
        assert!(
            judge(BUILTIN, &Message::customer(text)).is_none_or(|signal| signal.confidence < 0.9),
            "{text}"
        );
    }
    for long in [
        "a".repeat(32_768),
        "human ".repeat(5_000),
        "talk to talk to ".repeat(2_000),
        "not ".repeat(8_000),
    ] {
        for settings in [BUILTIN, MISSION] {
            let _ = judge(settings, &Message::customer(long.as_str()));
        }
    }
}

#[test]
fn a_sure_request_stays_one_among_other_sentences() {
    let requests = [
        "I want to talk to a human",
        "please call me back",
        "put me through to support",
    ];
    let other = "(The parcel is late|I paid on Monday|My dog ate the manual|It is blue|No|ok|Thanks)";
    proptest!(|(before in other, after in other, which in 0..requests.len(), end in "[.!?]")| {
        let text = format!("{before}{end} {}. {after}{end}", requests[which]);
        let signal = judge(BUILTIN, &Message::customer(text.as_str())).unwrap_or_default();
        prop_assert!(signal.confidence >= THRESHOLD, "{text}: {signal:?}");
    });
}

#[test]
fn spans_lie_on_character_boundaries() {
    let detectors = [BUILTIN, MISSION].map(made);
    let text = "((talk|humn|not|é|🙂|\u{301}|call|me|שלום)[ ,.!’']{0,2}){1,30}|\\PC{1,60}";
    proptest!(|(text in text)| {
        for phrases in &detectors {
            for signal in phrases.detect(&Message::customer(text.as_str()), &TestConversation::default()).expect("judged") {
                for span in &signal.evidence {
                    prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
                }
                prop_assert!((0.0..=1.0).contains(&signal.confidence));
            }
        }
    });
}

#[test]
fn words_that_were_learnt_count_beside_the_built_in_rules_only_and_can_be_switched_off() {
    let text = "can one of the team sit with me live, not these auto answers";
    let learnt = |settings: &str| {
        let signal = judge(settings, &Message::customer(text)).unwrap_or_default();
        signal.evidence.iter().any(|span| span.rule == LEARNT)
    };
    assert!(learnt(BUILTIN));
    assert!(!learnt(r#"{"builtin": "explicit-request", "learnt": false}"#));
    assert!(!learnt(MISSION), "of a business's own phrases nothing was learnt");
    let bots = r#"{"builtin": "explicit-request", "speakers": ["bot"]}"#;
    let said = judge(bots, &Message::bot(text)).unwrap_or_default();
    assert!(!said.evidence.iter().any(|span| span.rule == LEARNT));
}
