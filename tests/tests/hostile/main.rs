//! Hostile components: each is contained, named in the error, and the next plugin works right after.
//!
//! One real guest does most of it, by its settings; components that no toolchain would make are written as text.

mod deeds;
mod loading;
mod texts;

use std::sync::{Arc, LazyLock};

use baton_core::{Message, MessageId, Speaker, Time};
use baton_plugin::{
    Budget, Called, ConversationView, Detector, Fault, Found, LoadError, PluginOptions, Plugins, Source,
};
use baton_tests::{Chat, guests};

static PLUGINS: LazyLock<Plugins> =
    LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));

fn message(id: &str) -> Message {
    Message {
        id: MessageId::new(id).expect("well formed"),
        speaker: Speaker::Customer,
        text: "é: I want to talk to a human".into(),
        at: Time(1_767_225_600_000),
        agent: None,
        epoch: None,
        bot_state: None,
    }
}

/// A conversation with more history than may be asked for.
fn chat() -> Chat {
    Chat(Box::new(|n| (0..n).map(|_| message("before")).collect()))
}

fn load(plugins: &Plugins, wasm: &[u8], settings_json: &str) -> Result<Detector, LoadError> {
    // Generous where the machine is slow, so that the limit that is meant is the one that is met.
    let budget = Budget {
        deadline_ms: 60_000,
        configure_deadline_ms: 60_000,
        configure_fuel: 200_000_000,
        ..Budget::default()
    };
    plugins.detector(&Source {
        id: "rule-1",
        name: "hostile.wasm",
        wasm,
        settings_json,
        budget,
    })
}

fn detect(detector: &Detector, id: &str) -> Result<Called<Vec<Found>>, Box<Fault>> {
    let view: Arc<dyn ConversationView> = Arc::new(chat());
    detector.detect(&view, &message(id))
}

fn hostile(deed: &str) -> Detector {
    load(&PLUGINS, guests::hostile(), &format!(r#"{{"detect":"{deed}"}}"#)).expect("it is loaded")
}

fn note(called: &Called<Vec<Found>>) -> &str {
    called.value[0].note.as_deref().expect("the guest writes one")
}

/// Another plugin works right after, in the same engine.
fn others_still_work() {
    static GOOD: LazyLock<Detector> = LazyLock::new(|| hostile("well"));
    let called = detect(&GOOD, "m-1").expect("a good plugin answers");
    assert_eq!((called.value.len(), called.value[0].confidence), (1, 0.5));
}
