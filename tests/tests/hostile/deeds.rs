//! What a plugin can do wrong in a call, in `configure` and in `describe`.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;

#[test]
fn a_deed_in_detect_is_contained_and_named() {
    let table = [
        ("loop", "used up its fuel of 50000000"),
        ("memory", "bytes of memory, at most 33554432 are allowed"),
        ("deep", "used up its stack of 524288 bytes"),
        ("panic", "panicked: tests/guests/hostile/src/lib.rs:"),
        ("panic", "the sky falls"),
        ("exit", "called wasi:cli/exit.exit, which plugins may not use"),
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
        let error = load(&PLUGINS, guests::hostile(), &settings).err().expect(deed);
        let said = format!("{error}");
        assert!(said.starts_with(r#"component "hostile.wasm" "#), "{deed}: {said}");
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
        let said = load(&PLUGINS, &describing(deed), "{}").err().expect(deed).to_string();
        assert!(said.contains(expected), "{deed}: {said}");
        others_still_work();
    }
}

/// The guest with another word for what `describe` does.
fn describing(deed: &str) -> Vec<u8> {
    let (from, to) = ("hostile-describe:well", format!("hostile-describe:{deed:4}"));
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
    assert!(fault.to_string().contains("passed its deadline of 50 ms"), "{fault}");
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
    assert_eq!(
        (called.log[0].line.as_str(), called.log[49].line.as_str()),
        ("line 150", "line 199"),
        "the last ones"
    );
    let called = detect(&hostile("long"), "m-1").expect("a long line is no fault");
    assert_eq!((called.log.len(), called.log[0].line.len()), (1, 16 * 1024));
    let fault = detect(&hostile("flood"), "m-1").expect_err("it never ends by itself");
    assert_eq!((fault.log.len(), fault.log_dropped), (50, 950));
}

#[test]
fn a_call_sees_nothing_of_the_one_before() {
    let detector = hostile("well");
    for _ in 0..3 {
        assert_eq!(note(&detect(&detector, "m-1").expect("it answers")), "call 0");
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
    assert_eq!(note(&detect(&hostile("history"), "m-1").expect("it answers")), "50");
}

#[test]
fn a_handle_kept_by_configure_is_refused() {
    let error = load(&PLUGINS, guests::hostile(), r#"{"configure":"print"}"#).err();
    let said = error.expect("it is refused").to_string();
    assert!(
        said.contains("configure left a handle open") && said.contains("write to the log"),
        "{said}"
    );
    others_still_work();
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
fn calls_beyond_the_places_are_told_so_and_the_plugin_is_not_blamed() {
    let plugins = Plugins::new(PluginOptions {
        calls: 1,
        ..PluginOptions::default()
    })
    .expect("the engine starts");
    let detector = load(&plugins, guests::hostile(), r#"{"detect":"history"}"#).expect("it is loaded");
    let (detector, second) = (Arc::new(detector), Arc::new(Mutex::new(None)));
    let (inner, answer) = (Arc::clone(&detector), Arc::clone(&second));
    // While the guest reads the history, the plugin is called once more.
    let view: Arc<dyn ConversationView> = Arc::new(Chat(Box::new(move |_| {
        *answer.lock().expect("nobody panicked") = Some(detect(&inner, "m-2"));
        Vec::new()
    })));
    detector
        .detect(&view, &message("m-1"))
        .expect("the first call has the place");
    let second = second.lock().expect("nobody panicked").take().expect("it was called");
    let fault = second.expect_err("there is no other place");
    assert!(
        fault.to_string().ends_with("found all 1 places for calls taken"),
        "{fault}"
    );
    assert!(detect(&detector, "m-3").is_ok(), "the place is free again");
}
