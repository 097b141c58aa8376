//! Rules in JavaScript and Python: built by the toolchains of those languages, run in the same sandbox as all others.
//!
//! The toolchains are large and need a network, so a test without them says so and is skipped. Where `BATON_GUEST_TOOLS`
//! names their folder, as `.ci/run` does, they must be there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use baton_core::{Message, MessageId, Speaker, Time};
use baton_plugin::{
    Budget, ConversationView, Detector, LoadError, MAX_COMPONENT_BYTES, PluginOptions, Plugins, Source,
};
use baton_tests::guests::target_folder;
use baton_tests::{Chat, baton};

use crate::PROGRAM;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// A program of a toolchain, by its path in the folder of all of them.
fn tool(path: &str) -> Option<PathBuf> {
    let asked = std::env::var_os("BATON_GUEST_TOOLS").map(PathBuf::from);
    let must = asked.is_some();
    let tool = asked.unwrap_or_else(|| target_folder().join("tools")).join(path);
    if tool.exists() {
        return Some(tool);
    }
    assert!(
        !must,
        "{} is not there, and BATON_GUEST_TOOLS says it is",
        tool.display()
    );
    eprintln!(
        "SKIPPED: no {}; plugins/examples/README.md says how to install it",
        tool.display()
    );
    None
}

/// A copy of an example, with its component built by a command that runs in it.
fn built(example: &str, mut command: Command) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let source = root().join("plugins/examples").join(example);
    for entry in std::fs::read_dir(&source).expect("the example is there").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("it is copied");
        }
    }
    std::fs::create_dir(copy.path().join("stories")).expect("it is new");
    let story = Path::new("stories/waiting.story");
    std::fs::copy(source.join(story), copy.path().join(story)).expect("it is copied");
    let out = command.current_dir(copy.path()).output().expect("the toolchain runs");
    assert!(
        out.status.success() && copy.path().join("waiting.wasm").exists(),
        "{}\n{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    copy
}

fn tell_stories(folder: &Path, config: Option<&Path>) -> (bool, String) {
    let mut baton = baton(PROGRAM);
    baton.args(["pack", "test", "./"]).current_dir(folder);
    if let Some(config) = config {
        baton.arg("--config").arg(config);
    }
    let out = baton.output().expect("it runs and ends");
    let told = [out.stdout, out.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .join("\n");
    (
        out.status.success(),
        told.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

fn load(wasm: &[u8], budget: Budget) -> Result<Detector, LoadError> {
    static PLUGINS: LazyLock<Plugins> =
        LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));
    PLUGINS.detector(&Source {
        id: "waiting",
        name: "waiting.wasm",
        wasm,
        settings_json: "{}",
        budget,
    })
}

/// What a component takes, on standard error: its size, and fuel and time of a message that it finds something in.
fn measure(language: &str, wasm: &[u8]) {
    let budget = Budget {
        component_bytes: MAX_COMPONENT_BYTES,
        // A busy machine without optimisation is no reason to fail here; fuel is the same on all.
        deadline_ms: 60_000,
        configure_deadline_ms: 60_000,
        ..Budget::default()
    };
    let began = Instant::now();
    let detector = load(wasm, budget).expect("it is loaded");
    let loaded = began.elapsed();
    let view: Arc<dyn ConversationView> = Arc::new(Chat::begun());
    let message = Message {
        id: MessageId::new("m-1").expect("well formed"),
        speaker: Speaker::Customer,
        text: "Früher ging das! I am STILL WAITING for it.".into(),
        at: Time(1_767_225_600_000),
        agent: None,
        epoch: None,
        bot_state: None,
    };
    let mut calls: Vec<(Duration, u64)> = (0..100)
        .map(|_| {
            let called = detector.detect(&view, &message).expect("it answers");
            assert_eq!(called.value.len(), 1);
            assert_eq!(called.value[0].evidence[0].quote, "STILL WAITING");
            (called.took, called.fuel)
        })
        .collect();
    assert!(
        calls.iter().all(|(_, fuel)| *fuel == calls[0].1),
        "the same message takes the same fuel"
    );
    assert!(
        calls[0].1 < Budget::default().fuel / 10,
        "{language} takes {} fuel",
        calls[0].1
    );
    calls.sort();
    eprintln!(
        "{language}: {} bytes, loaded in {loaded:.1?}, a call takes {:.1?} (p99 {:.1?}) and {} fuel",
        wasm.len(),
        calls[50].0,
        calls[98].0,
        calls[0].1
    );
}

#[test]
fn a_detector_in_javascript_runs_in_the_usual_budget() {
    let Some(cli) = tool("javascript/node_modules/@bytecodealliance/componentize-js/src/cli.js") else {
        return;
    };
    let mut command = Command::new("node");
    command
        .arg(cli)
        .args(["waiting.js", "--wit"])
        .arg(root().join("wit/baton-rules-0.1.0"));
    command.args([
        "--world-name",
        "detector",
        "--disable",
        "stdio",
        "random",
        "clocks",
        "http",
        "fetch-event",
    ]);
    command.args(["--out", "waiting.wasm"]);
    let pack = built("javascript", command);
    let (passed, told) = tell_stories(pack.path(), None);
    assert!(passed, "{told}");
    measure(
        "javascript",
        &std::fs::read(pack.path().join("waiting.wasm")).expect("it was built"),
    );
}

#[test]
fn a_detector_in_python_runs_where_the_operator_lets_components_be_large() {
    let Some(componentize) = tool("python/bin/componentize-py") else {
        return;
    };
    let mut command = Command::new(componentize);
    command.arg("-d").arg(root().join("wit/baton-rules-0.1.0"));
    command.args([
        "-w",
        "detector",
        "componentize",
        "--stub-wasi",
        "waiting",
        "-o",
        "waiting.wasm",
    ]);
    let pack = built("python", command);
    let wasm = std::fs::read(pack.path().join("waiting.wasm")).expect("it was built");
    let refused = load(&wasm, Budget::default())
        .err()
        .expect("it is too large")
        .to_string();
    assert!(refused.contains("at most 16777216 are allowed"), "{refused}");
    assert!(
        refused.contains("raise `component_bytes` in [plugins.budget]"),
        "{refused}"
    );
    let config = pack.path().join("baton.toml");
    std::fs::write(&config, "[plugins.budget]\ncomponent_bytes = 33554432\n").expect("a folder of the test's own");
    let (passed, told) = tell_stories(pack.path(), Some(&config));
    assert!(passed, "{told}");
    measure(
        "python",
        &std::fs::read(pack.path().join("waiting.wasm")).expect("it was built"),
    );
}
