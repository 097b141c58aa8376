//! Hostile components: each is contained, named in the error, and the next plugin works right after.
//!
//! One real guest does most of it, by its settings; components that no toolchain would make are written as text.

mod deeds;
mod loading;
mod texts;

use std::sync::{Arc, LazyLock};

use baton_core::{BotState, Contact, Message, MessageId, Speaker, Time};
use baton_plugin::{
    Budget, Called, ConversationView, Detector, Fault, Found, LoadError, PluginOptions, Plugins, Source,
};
use baton_tests::guests;

static PLUGINS: LazyLock<Plugins> =
    LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));

/// A conversation with more history than may be asked for.
struct Chat {
    /// What happens while a plugin reads the history.
    meanwhile: Option<Box<dyn Fn() + Send + Sync>>,
}

impl ConversationView for Chat {
    fn id(&self) -> String {
        "chat-1".into()
    }

    fn channel(&self) -> String {
        "web".into()
    }

    fn bot(&self) -> String {
        "hvac".into()
    }

    fn locale(&self) -> String {
        "en-US".into()
    }

    fn contact(&self) -> Contact {
        Contact::default()
    }

    fn field(&self, _: &str) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn history(&self, n: u32) -> Vec<Message> {
        self.meanwhile.as_ref().inspect(|happen| happen());
        (0..n).map(|_| message("before")).collect()
    }

    fn bot_state(&self) -> Option<BotState> {
        None
    }

    fn failed_answers(&self) -> u32 {
        0
    }

    fn length(&self) -> u32 {
        1
    }

    fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    fn now(&self) -> Time {
        Time(1_767_225_600_000)
    }
}

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
    let view: Arc<dyn ConversationView> = Arc::new(Chat { meanwhile: None });
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
