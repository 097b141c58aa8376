//! What a plugin costs: one call on a fresh instance, and loading it with and without the cache.
//!
//! `cargo bench -p baton-plugin`. The guest answers at once, so the figures are the host's share: store, instance,
//! arguments, answer, and taking it all down again.

#[allow(unreachable_pub, reason = "public where it lives")]
#[path = "../../../tests/src/guests.rs"]
mod guests;

#[allow(dead_code, unreachable_pub, reason = "public where it lives")]
#[path = "../../../tests/src/chat.rs"]
mod chat;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use baton_core::{Message, MessageId, Speaker, Time};
use baton_plugin::{Budget, ConversationView, Detector, PluginOptions, Plugins, Source};

use chat::Chat;

fn main() {
    // `cargo test --benches` runs this, too; it is there to be compiled then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let view = view();
    for bytes in [30, 1_000, 30_000] {
        let (detector, message) = (load(&PLUGINS, "{}"), message(bytes));
        measure(&format!("one call, message of {bytes} bytes"), 5_000, || {
            detector.detect(&view, &message).expect("it answers");
        });
    }
    let (reader, short) = (load(&PLUGINS, r#"{"detect":"history"}"#), message(100));
    measure("one call that reads 50 messages", 5_000, || {
        reader.detect(&view, &short).expect("it answers");
    });
    let five: Vec<Detector> = (0..5)
        .map(|n| load(&PLUGINS, &format!(r#"{{"detect":"{n}"}}"#)))
        .collect();
    measure("five detectors, one after the other", 2_000, || {
        for detector in &five {
            detector.detect(&view, &short).expect("it answers");
        }
    });
    measure("loading, compiled anew", 5, || drop(load(&PLUGINS, "{}")));
    let folder = tempfile::tempdir().expect("a folder");
    let cache_dir = Some(folder.path().to_path_buf());
    let cached = Plugins::new(PluginOptions {
        cache_dir,
        ..PluginOptions::default()
    })
    .expect("the engine starts");
    measure("loading, from the cache", 50, || drop(load(&cached, "{}")));
}

/// Prints the median and the 99th percentile of some runs, after a tenth of them to warm up.
#[allow(clippy::print_stdout, reason = "a benchmark reports to whoever runs it")]
fn measure(what: &str, runs: usize, mut run: impl FnMut()) {
    (0..runs.div_ceil(10)).for_each(|_| run());
    let mut took: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    took.sort();
    let at = |percent: usize| took[(runs * percent / 100).min(runs - 1)];
    println!("{what:40} median {:>10.1?}   p99 {:>10.1?}", at(50), at(99));
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
    Arc::new(Chat(Box::new(|n| (0..n).map(|_| message(100)).collect())))
}
