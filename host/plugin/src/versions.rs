//! Two versions of the interface in one host, shown with one that was never released.
//!
//! `tests/compatibility/next` is 0.1.0 with one more function of `conversation`, under the number 0.2.0, so that not even the
//! names of the old one's interfaces are there for its components. Here is all that a host needs for it: a number and that
//! function.

use std::sync::{Arc, LazyLock};

use baton_core::{Message, MessageId, Speaker, Time};

use crate::sandbox::link_question;
use crate::wit::{RELEASED, Version};
use crate::{Budget, Called, ConversationView, Detector, Found, LoadError, PluginOptions, Plugins, Source};

#[allow(unreachable_pub, reason = "public where it lives")]
#[path = "../../../tests/src/chat.rs"]
mod chat;

const OLD: &[u8] = include_bytes!("../../../tests/compatibility/0.1.0/detector.wasm");
const NEXT: &[u8] = include_bytes!("../../../tests/compatibility/next/detector.wasm");

/// A host of today.
static TODAY: LazyLock<Plugins> = LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));

/// A host that runs the next version, too.
static TOMORROW: LazyLock<Plugins> = LazyLock::new(|| {
    static VERSIONS: [Version; 2] = [
        Version {
            number: semver::Version::new(0, 1, 0),
            added: |_| Ok(()),
        },
        Version {
            number: semver::Version::new(0, 2, 0),
            added: |types| link_question(types, "asked", |view| view.length() + 41),
        },
    ];
    Plugins::with_versions(PluginOptions::default(), &VERSIONS).expect("the engine starts")
});

/// A host whose one version grew by the same function, as 0.1.1.
static GROWN: LazyLock<Plugins> = LazyLock::new(|| {
    static VERSIONS: [Version; 1] = [Version {
        number: semver::Version::new(0, 1, 1),
        added: |types| link_question(types, "asked", |view| view.length() + 41),
    }];
    Plugins::with_versions(PluginOptions::default(), &VERSIONS).expect("the engine starts")
});

fn load(plugins: &Plugins, wasm: &[u8]) -> Result<Detector, LoadError> {
    plugins.detector(&Source {
        id: "rule",
        name: "mine.wasm",
        wasm,
        settings_json: r#"{"set":1}"#,
        budget: Budget {
            deadline_ms: 60_000,
            configure_deadline_ms: 60_000,
            ..Budget::default()
        },
    })
}

fn refused(plugins: &Plugins, wasm: &[u8]) -> String {
    load(plugins, wasm).err().expect("it is refused").to_string()
}

fn detect(detector: &Detector) -> Called<Vec<Found>> {
    let message = Message {
        id: MessageId::new("m-1").expect("well formed"),
        speaker: Speaker::Customer,
        text: "Hello".into(),
        at: Time(1_767_225_600_000),
        agent: None,
        epoch: None,
        bot_state: None,
    };
    let view: Arc<dyn ConversationView> = Arc::new(chat::Chat::begun());
    detector.detect(&view, &message).expect("it answers")
}

fn note(called: &Called<Vec<Found>>) -> &str {
    called.value[0].note.as_deref().expect("the guest writes one")
}

/// The same component for another version of `baton:rules`; all numbers have the same length, so names are all that changes.
fn renumbered(wasm: &[u8], from: &str, to: &str) -> Vec<u8> {
    const PACKAGE: &[u8] = b"baton:rules/";
    let (from, to) = (format!("@{from}").into_bytes(), format!("@{to}").into_bytes());
    let (mut wasm, mut names) = (wasm.to_vec(), 0);
    for at in 0..wasm.len() {
        if !wasm[at..].starts_with(PACKAGE) {
            continue;
        }
        let interface = wasm[at + PACKAGE.len()..].iter();
        let number = at + PACKAGE.len() + interface.take_while(|byte| byte.is_ascii_lowercase()).count();
        if wasm[number..].starts_with(&from) {
            wasm[number..number + to.len()].copy_from_slice(&to);
            names += 1;
        }
    }
    assert!(names >= 4, "it names its version");
    wasm
}

#[test]
fn an_old_component_and_one_for_the_next_version_run_in_one_host() {
    let (old, next) = (
        load(&TOMORROW, OLD).expect("it runs"),
        load(&TOMORROW, NEXT).expect("it runs"),
    );
    assert_eq!(
        (old.description().name.as_str(), next.description().name.as_str()),
        ("old-detector", "next-detector")
    );
    let (old, next) = (detect(&old), detect(&next));
    assert!(note(&old).starts_with("chat-1 web hvac en-US"), "{}", note(&old));
    assert_eq!(
        note(&next),
        format!("{} 42", note(&old)),
        "it hears the same, and what was added"
    );
    assert_eq!(old.log, next.log);
    let today = detect(&load(&TODAY, OLD).expect("it runs"));
    assert_eq!(
        (note(&today), today.fuel),
        (note(&old), old.fuel),
        "a host of today runs it no other way"
    );
}

#[test]
fn a_version_that_grew_runs_what_was_built_before_and_after() {
    let old = load(&GROWN, OLD).expect("it runs");
    let later = load(&GROWN, &renumbered(NEXT, "0.2.0", "0.1.1")).expect("it runs");
    assert_eq!(note(&detect(&later)), format!("{} 42", note(&detect(&old))));
}

#[test]
fn a_component_for_a_version_that_is_not_there_hears_which_are() {
    assert_eq!(
        refused(&TODAY, NEXT),
        "component \"mine.wasm\" was built for baton:rules@0.2.0, this host runs 0.1.0; \
         take a newer baton, or build the component with the SDK of this one"
    );
    for (number, expected) in [
        (
            "0.9.0",
            "was built for baton:rules@0.9.0, this host runs 0.1.0 and 0.2.0; take a newer baton, or",
        ),
        (
            "1.0.0",
            "was built for baton:rules@1.0.0, this host runs 0.1.0 and 0.2.0; take a newer baton, or",
        ),
        (
            "0.0.9",
            "was built for baton:rules@0.0.9, this host runs 0.1.0 and 0.2.0; build the component again with",
        ),
    ] {
        let said = refused(&TOMORROW, &renumbered(OLD, "0.1.0", number));
        assert!(said.contains(expected), "{said}");
    }
}

/// Within a version the last number says what was added, so a component may ask for less than its number allows.
#[test]
fn a_later_component_of_the_same_version_runs_unless_it_uses_what_was_added() {
    let unneeding = load(&TODAY, &renumbered(OLD, "0.1.0", "0.1.7")).expect("it runs");
    assert!(note(&detect(&unneeding)).starts_with("chat-1 "));
    let said = refused(&TODAY, &renumbered(NEXT, "0.2.0", "0.1.7"));
    assert!(
        said.contains("was built for baton:rules@0.1.7, this host runs 0.1.0; take a newer baton"),
        "{said}"
    );
}

#[test]
fn what_is_released_is_in_order_and_no_two_versions_answer_for_one_number() {
    assert!(RELEASED.is_sorted_by(|a, b| a.number < b.number && !b.covers(&a.number)));
}
