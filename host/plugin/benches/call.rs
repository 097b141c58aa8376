//! What a plugin costs: one call on a fresh instance, and loading it with and without the cache.
//!
//! `cargo bench -p baton-plugin`. The guest answers at once, so the figures are the host's share: store, instance,
//! arguments, answer, and taking it all down again.

#[path = "../../../tests/src/guests.rs"]
mod guests;

use std::sync::{Arc, LazyLock};

use baton_core::{BotState, Contact, Message, MessageId, Speaker, Time};
use baton_plugin::{Budget, ConversationView, Detector, PluginOptions, Plugins, Source};
use divan::Bencher;

fn main() {
    divan::main();
}

static PLUGINS: LazyLock<Plugins> =
    LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));

fn load(plugins: &Plugins, settings_json: &str) -> Detector {
    let wasm = guests::hostile();
    let source = Source {
        id: "bench",
        name: "hostile",
        wasm,
        settings_json,
        budget: Budget::default(),
    };
    plugins.detector(&source).expect("it is loaded")
}

/// One call of one detector, for messages of some lengths in bytes.
#[divan::bench(args = [30, 1_000, 30_000], threads = [1, 2])]
fn one_call(bencher: Bencher<'_, '_>, bytes: usize) {
    let detector = load(&PLUGINS, "{}");
    let (view, message) = (view(), message(bytes));
    bencher.bench(|| detector.detect(&view, &message));
}

/// One call that reads the last 50 messages.
#[divan::bench]
fn one_call_that_reads_history(bencher: Bencher<'_, '_>) {
    let detector = load(&PLUGINS, r#"{"detect":"history"}"#);
    let (view, message) = (view(), message(100));
    bencher.bench(|| detector.detect(&view, &message));
}

/// What judging a message costs: five detectors, one after the other.
#[divan::bench]
fn five_detectors(bencher: Bencher<'_, '_>) {
    let detectors: Vec<Detector> = (0..5)
        .map(|n| load(&PLUGINS, &format!(r#"{{"detect":"{n}"}}"#)))
        .collect();
    let (view, message) = (view(), message(100));
    bencher.bench(|| {
        detectors
            .iter()
            .map(|detector| detector.detect(&view, &message))
            .filter(Result::is_ok)
            .count()
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn load_without_cache(bencher: Bencher<'_, '_>) {
    bencher.bench(|| load(&PLUGINS, "{}"));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn load_with_cache(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a folder");
    let cache_dir = Some(folder.path().to_path_buf());
    let plugins = Plugins::new(PluginOptions {
        cache_dir,
        ..PluginOptions::default()
    })
    .expect("the engine starts");
    load(&plugins, "{}");
    bencher.bench(|| load(&plugins, "{}"));
}

fn message(bytes: usize) -> Message {
    Message {
        id: MessageId::new("m-1").expect("well formed"),
        speaker: Speaker::Customer,
        text: "I want to talk to a human. ".repeat(bytes / 27 + 1),
        at: Time(1_767_225_600_000),
        agent: None,
        epoch: None,
        bot_state: None,
    }
}

fn view() -> Arc<dyn ConversationView> {
    Arc::new(Chat)
}

struct Chat;

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
        (0..n).map(|_| message(100)).collect()
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
