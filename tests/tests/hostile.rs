//! Hostile components: each is contained, named in the error, and the next plugin works right after.
//!
//! One real guest does most of it, by its settings; components that no toolchain would make are written as text.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use baton_core::{BotState, Contact, Message, MessageId, Speaker, Time};
use baton_plugin::{
    Budget, Called, ConversationView, Detector, Fault, Found, LoadError, PluginOptions, Plugins,
    Source,
};
use baton_tests::guests;

static PLUGINS: LazyLock<Plugins> =
    LazyLock::new(|| Plugins::new(PluginOptions::default()).expect("the engine starts"));

/// A conversation with more history than may be asked for.
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
    let view: Arc<dyn ConversationView> = Arc::new(Chat);
    detector.detect(&view, &message(id))
}

fn hostile(deed: &str) -> Detector {
    load(
        &PLUGINS,
        guests::hostile(),
        &format!(r#"{{"detect":"{deed}"}}"#),
    )
    .expect("it is loaded")
}

fn note(called: &Called<Vec<Found>>) -> &str {
    called.value[0]
        .note
        .as_deref()
        .expect("the guest writes one")
}

/// Another plugin works right after, in the same engine.
fn others_still_work() {
    static GOOD: LazyLock<Detector> = LazyLock::new(|| hostile("well"));
    let called = detect(&GOOD, "m-1").expect("a good plugin answers");
    assert_eq!((called.value.len(), called.value[0].confidence), (1, 0.5));
}

#[test]
fn a_deed_in_detect_is_contained_and_named() {
    let table = [
        ("loop", "used up its fuel of 50000000"),
        ("memory", "bytes of memory, at most 33554432 are allowed"),
        ("deep", "used up its stack of 524288 bytes"),
        ("panic", "panicked: tests/guests/hostile/src/lib.rs:"),
        ("panic", "the sky falls"),
        (
            "exit",
            "called wasi:cli/exit.exit, which plugins may not use",
        ),
        (
            "sleep",
            "called wasi:clocks/monotonic-clock.subscribe-duration, which plugins may not use",
        ),
        ("string", "handed over more than 131072 bytes at once"),
        ("list", "handed over more than 131072 bytes at once"),
        ("flood", "called into the host more than 1000 times"),
        ("print", "called into the host more than 1000 times"),
        ("hosts", "called into the host more than 1000 times"),
        ("nan", "gave an invalid answer: a confidence of NaN"),
        ("sure", "gave an invalid answer: a confidence of 1.5"),
        (
            "span",
            "gave an invalid answer: a span from 0 to 1000 in a text of 29 bytes",
        ),
        (
            "cut",
            "gave an invalid answer: a span from 0 to 1 in a text of 29 bytes",
        ),
        ("refuse", "refused: not in the mood"),
    ];
    for (deed, expected) in table {
        let fault = detect(&hostile(deed), "m-1").expect_err(deed);
        let said = fault.to_string();
        assert!(
            said.starts_with("hostile 0.1.0 (rule-1) failed in detect: "),
            "{deed}: {said}"
        );
        assert!(said.contains(expected), "{deed}: {said}");
        others_still_work();
    }
}

#[test]
fn a_deed_in_configure_is_contained_and_named() {
    let table = [
        ("loop", "used up its fuel of 200000000"),
        ("memory", "bytes of memory, at most 33554432 are allowed"),
        ("deep", "used up its stack of 524288 bytes"),
        ("panic", "the sky falls"),
        ("exit", "called wasi:cli/exit.exit"),
        (
            "refuse",
            r#"component "hostile.wasm" does not accept its settings at "/configure": no such deed"#,
        ),
    ];
    for (deed, expected) in table {
        let settings = format!(r#"{{"configure":"{deed}"}}"#);
        let error = load(&PLUGINS, guests::hostile(), &settings)
            .err()
            .expect(deed);
        let said = format!("{error}");
        assert!(
            said.starts_with(r#"component "hostile.wasm" "#),
            "{deed}: {said}"
        );
        assert!(said.contains(expected), "{deed}: {said}");
        others_still_work();
    }
}

#[test]
fn a_deed_in_describe_is_contained_and_named() {
    let table = [
        ("loop", "used up its fuel of"),
        ("deep", "used up its stack of 524288 bytes"),
        ("exit", "called wasi:cli/exit.exit"),
        (
            "kind",
            "it says that it is a template, and exports the functions of a detector",
        ),
    ];
    for (deed, expected) in table {
        let said = load(&PLUGINS, &describing(deed), "{}")
            .err()
            .expect(deed)
            .to_string();
        assert!(said.contains(expected), "{deed}: {said}");
        others_still_work();
    }
}

/// The guest with another word for what `describe` does.
fn describing(deed: &str) -> Vec<u8> {
    let (from, to) = (
        "hostile-describe:well",
        format!("hostile-describe:{deed:4}"),
    );
    let mut wasm = guests::hostile().to_vec();
    let at = wasm
        .windows(from.len())
        .position(|bytes| bytes == from.as_bytes())
        .expect("the word is in its data");
    wasm[at..at + to.len()].copy_from_slice(to.as_bytes());
    wasm
}

#[test]
fn a_slow_call_ends_at_its_deadline_even_with_fuel_left() {
    let wasm = guests::hostile();
    let budget = Budget {
        fuel: u64::MAX,
        deadline_ms: 50,
        ..Budget::default()
    };
    let source = Source {
        id: "rule-1",
        name: "hostile.wasm",
        wasm,
        settings_json: r#"{"detect":"loop"}"#,
        budget,
    };
    let detector = PLUGINS.detector(&source).expect("it is loaded");
    let began = Instant::now();
    let fault = detect(&detector, "m-1").expect_err("it never ends by itself");
    assert!(
        fault.to_string().contains("passed its deadline of 50 ms"),
        "{fault}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        began.elapsed()
    );
    others_still_work();
}

#[test]
fn the_log_of_a_call_is_bounded_in_lines_and_bytes() {
    let called = detect(&hostile("lines"), "m-1").expect("too many lines are no fault");
    assert_eq!((called.log.len(), called.log_dropped), (50, 150));
    assert_eq!(called.log[0].line, "line 0");
    let called = detect(&hostile("long"), "m-1").expect("a long line is no fault");
    assert_eq!((called.log.len(), called.log[0].line.len()), (1, 16 * 1024));
    let fault = detect(&hostile("flood"), "m-1").expect_err("it never ends by itself");
    assert_eq!((fault.log.len(), fault.log_dropped), (50, 950));
}

#[test]
fn a_call_sees_nothing_of_the_one_before() {
    let detector = hostile("well");
    for _ in 0..3 {
        assert_eq!(
            note(&detect(&detector, "m-1").expect("it answers")),
            "call 0"
        );
    }
}

#[test]
fn a_plugin_sees_the_time_of_the_message_and_nothing_of_the_machine() {
    let detector = hostile("look");
    let called = detect(&detector, "m-1").expect("it answers");
    assert!(
        note(&called).starts_with("late by 0 ms, 0 arguments, 0 variables, file: false, hash ")
            && note(&called).ends_with(", no time"),
        "{}",
        note(&called)
    );
}

#[test]
fn the_same_message_gets_the_same_answer_for_the_same_fuel() {
    let detector = hostile("look");
    let [first, again] = [(); 2].map(|()| detect(&detector, "m-1").expect("it answers"));
    assert_eq!((&first.value, first.fuel), (&again.value, again.fuel));
}

#[test]
fn history_gives_at_most_fifty_messages() {
    assert_eq!(
        note(&detect(&hostile("history"), "m-1").expect("it answers")),
        "50"
    );
}

#[test]
fn a_panic_is_heard_even_when_configure_had_printed() {
    // A handle that the guest took while it was configured must not be needed later.
    let detector =
        load(&PLUGINS, guests::hostile(), r#"{"configure":"print"}"#).expect("it is loaded");
    assert!(detect(&detector, "m-1").is_ok());
}

#[test]
fn many_threads_may_call_one_plugin() {
    let detector = hostile("well");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..100 {
                    let called = detect(&detector, &format!("m-{n}")).expect("it answers");
                    assert_eq!(note(&called), "call 0");
                }
            });
        }
    });
}

#[test]
fn what_is_no_plugin_is_refused_before_it_runs() {
    let wasm = guests::hostile();
    let text = |text: &str| wat::parse_str(text).expect("it is well formed");
    let exporting = |interfaces: &[&str]| {
        let mut component = String::from("(component (instance $i)");
        for interface in interfaces {
            write!(
                component,
                r#"(export "baton:rules/{interface}" (instance $i))"#
            )
            .expect("a string takes it");
        }
        text(&format!("{component})"))
    };
    let table: [(&str, Vec<u8>, &str); 12] = [
        (
            "text",
            b"#!/bin/sh".to_vec(),
            r##"is not WebAssembly: it begins with "#!/bin/sh""##,
        ),
        ("nothing", vec![], "is not WebAssembly"),
        (
            "half",
            wasm[..wasm.len() / 2].to_vec(),
            "is truncated or damaged: ",
        ),
        (
            "header",
            wasm[..8].to_vec(),
            "is no plugin: it exports nothing, and not baton:rules/lifecycle",
        ),
        (
            "module",
            text("(module)"),
            "is a core module, not a component; build it for wasm32-wasip2",
        ),
        (
            "large",
            [wasm, &vec![0; 16 * 1024 * 1024]].concat(),
            "at most 16777216 are allowed",
        ),
        (
            "sockets",
            text(r#"(component (import "wasi:sockets/tcp@0.2.3" (instance)))"#),
            "imports wasi:sockets/tcp@0.2.3, which plugins may not have",
        ),
        (
            "stranger",
            text(r#"(component (import "evil" (func)))"#),
            "imports evil, which plugins may not have",
        ),
        (
            "template",
            exporting(&["lifecycle@0.1.0", "composition@0.1.0"]),
            "is a template, a detector is wanted",
        ),
        (
            "newer",
            exporting(&["lifecycle@0.2.0", "detection@0.2.0"]),
            "was built for baton:rules@0.2.0; this host has 0.1.x",
        ),
        (
            "half a world",
            exporting(&["lifecycle@0.1.0"]),
            "and not baton:rules/detection",
        ),
        (
            "hollow",
            exporting(&["lifecycle@0.1.0", "detection@0.1.0"]),
            "does not fit the interface: ",
        ),
    ];
    for (name, wasm, expected) in table {
        let said = load(&PLUGINS, &wasm, "{}").err().expect(name).to_string();
        assert!(said.contains(expected), "{name}: {said}");
        others_still_work();
    }
}

#[test]
fn tables_that_grow_or_are_large_are_refused() {
    let with = |body: &str| {
        wat::parse_str(format!(
            r#"(component
                (core module $m {body})
                (core instance (instantiate $m))
                (instance $i)
                (export "baton:rules/lifecycle@0.1.0" (instance $i))
                (export "baton:rules/detection@0.1.0" (instance $i)))"#
        ))
        .expect("it is well formed")
    };
    let growing =
        with("(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1000000))))");
    let said = load(&PLUGINS, &growing, "{}")
        .err()
        .expect("it is refused")
        .to_string();
    assert!(
        said.contains("cannot be snapshotted: unsupported `table.grow` instruction"),
        "{said}"
    );
    others_still_work();
}

/// Every table and memory that a component begins with counts, too.
#[test]
fn memory_and_tables_count_from_the_start() {
    let load = |budget: Budget| {
        let source = Source {
            id: "rule-1",
            name: "hostile.wasm",
            wasm: guests::hostile(),
            settings_json: "{}",
            budget,
        };
        PLUGINS
            .detector(&source)
            .err()
            .expect("it is refused")
            .to_string()
    };
    let said = load(Budget {
        memory_bytes: 100_000,
        ..Budget::default()
    });
    assert!(
        said.contains("bytes of memory, at most 100000 are allowed"),
        "{said}"
    );
    let said = load(Budget {
        table_elements: 3,
        ..Budget::default()
    });
    assert!(
        said.contains("table elements, at most 3 are allowed"),
        "{said}"
    );
    others_still_work();
}

#[test]
fn a_bad_cache_file_is_built_again_and_a_good_one_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = |cache_key| {
        let cache_dir = Some(folder.path().to_path_buf());
        Plugins::new(PluginOptions {
            cache_dir,
            cache_key,
            ..PluginOptions::default()
        })
        .expect("the engine starts")
    };
    let works = |plugins: &Plugins| {
        let detector = load(plugins, guests::hostile(), "{}").expect("it is loaded");
        assert_eq!(
            note(&detect(&detector, "m-1").expect("it answers")),
            "call 0"
        );
        assert_eq!(detector.description().name, "hostile");
    };
    works(&plugins([1; 32]));
    let file = only_file(folder.path());
    let good = fs::read(&file).expect("it is there");
    let written = || {
        fs::metadata(&file)
            .and_then(|metadata| metadata.modified())
            .expect("it is there")
    };

    let before = written();
    works(&plugins([1; 32]));
    assert_eq!(written(), before, "a good file is used, not written again");

    let mut forged = good.clone();
    let middle = forged.len() / 2;
    forged[middle] ^= 1;
    for (name, bad) in [
        ("forged", forged),
        ("truncated", good[..good.len() / 2].to_vec()),
        ("empty", vec![]),
    ] {
        fs::write(&file, &bad).expect("it is written");
        works(&plugins([1; 32]));
        assert_ne!(
            fs::read(&file).expect("it is there"),
            bad,
            "{name}: it was replaced"
        );
        assert_eq!(only_file(folder.path()), file, "{name}");
    }

    works(&plugins([2; 32]));
    assert_ne!(
        fs::read(&file).expect("it is there"),
        good,
        "one of another key was replaced"
    );
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let files: Vec<_> = fs::read_dir(folder).expect("it is there").collect();
    assert_eq!(files.len(), 1);
    files[0].as_ref().expect("it can be read").path()
}
