//! A detector that does what its settings tell it to, all of it bad.
//!
//! One component for all of it, since building one takes long: `{"detect":"loop"}` misbehaves in `detect`,
//! `{"configure":"loop"}` in `configure`. For `describe`, which has no settings, the test overwrites a word in
//! the component's data. The bare interface is used, because the SDK would not let a plugin be this bad.

#[allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::allow_attributes_without_reason,
    clippy::same_length_and_capacity,
    reason = "generated from documented interfaces"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit/baton-rules-0.1.0",
        world: "detector",
        generate_all,
    });
    // A native library cannot have symbols of such names; linkers refuse it.
    #[cfg(target_family = "wasm")]
    const _: () = {
        use super::Hostile;
        export!(Hostile);
    };
}

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bindings::baton::rules::log::{Level, write};
use bindings::baton::rules::types::{Conversation, Description, Fault, Kind, Message, Span};
use bindings::exports::baton::rules::{detection, lifecycle};

/// What `describe` does; the test overwrites the word behind the colon.
static DESCRIBE: &str = "hostile-describe:well";
static DETECT: Mutex<String> = Mutex::new(String::new());
static CALLS: AtomicU32 = AtomicU32::new(0);

struct Hostile;

impl lifecycle::Guest for Hostile {
    fn describe() -> Description {
        let kind = match black_box(DESCRIBE).rsplit(':').next() {
            Some("kind") => Kind::Template,
            Some(deed) => {
                misbehave(deed);
                Kind::Detector
            }
            None => Kind::Detector,
        };
        Description {
            name: "hostile".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            kind,
            summary: "Does what it must not.".into(),
            settings_schema: "{}".into(),
        }
    }

    fn configure(settings: String) -> Result<(), Fault> {
        let parts: Vec<&str> = settings.split('"').collect();
        match parts.as_slice() {
            [_, "detect", _, deed, _] => {
                *DETECT.lock().unwrap_or_else(PoisonError::into_inner) = (*deed).to_owned();
            }
            [_, "configure", _, "refuse", _] => {
                return Err(Fault {
                    pointer: "/configure".into(),
                    message: "no such deed".into(),
                });
            }
            [_, "configure", _, "print", _] => eprintln_here("configured"),
            [_, "configure", _, deed, _] => misbehave(deed),
            _ => {}
        }
        Ok(())
    }
}

impl detection::Guest for Hostile {
    fn detect(message: Message, conversation: &Conversation) -> Result<Vec<detection::Signal>, String> {
        let deed = DETECT.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let calls = CALLS.fetch_add(1, Ordering::Relaxed);
        let mut signal = signal(format!("call {calls}"));
        match deed.as_str() {
            "refuse" => return Err("not in the mood".into()),
            "nan" => signal.confidence = f32::NAN,
            "sure" => signal.confidence = 1.5,
            "span" => signal.evidence[0].end = 1_000,
            "cut" => {
                signal.evidence[0] = Span {
                    start: 0,
                    end: 1,
                    rule: "half a character".into(),
                }
            }
            "string" => signal.note = Some("x".repeat(8 * 1024 * 1024)),
            "list" => return Ok((0..5_000).map(|_| self::signal(String::new())).collect()),
            "hosts" => loop {
                black_box(conversation.length());
            },
            "history" => signal.note = Some(format!("{}", conversation.history(u32::MAX).len())),
            "look" => signal.note = Some(look(&message)),
            // Sound until a customer asks for a human.
            "trap" => {
                write(Level::Info, &format!("{} bytes to look at", message.text.len()));
                if message.text.contains("human") {
                    misbehave("panic");
                }
            }
            deed => misbehave(deed),
        }
        Ok(vec![signal])
    }
}

fn signal(note: String) -> detection::Signal {
    detection::Signal {
        reason: None,
        confidence: 0.5,
        evidence: vec![Span {
            start: 0,
            end: 2,
            rule: "any".into(),
        }],
        tags: vec![],
        priority: None,
        fields: vec![],
        note: Some(note),
    }
}

/// The deeds that need nothing of the message.
fn misbehave(deed: &str) {
    match deed {
        "loop" => loop {
            black_box(());
        },
        "memory" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1_u8; 1024 * 1024]));
            }
        }
        "deep" => {
            black_box(deeper(1));
        }
        "panic" => panic!("the sky falls"),
        "exit" => std::process::exit(0),
        "sleep" => std::thread::sleep(std::time::Duration::from_secs(3_600)),
        "lines" => (0..200).for_each(|n| write(Level::Info, &format!("line {n}"))),
        "long" => write(Level::Info, &"é".repeat(40_000)),
        "flood" => loop {
            write(Level::Info, "again");
        },
        "print" => loop {
            eprintln_here("again and again");
        },
        _ => {}
    }
}

/// What a plugin can find out about the world around it.
fn look(message: &Message) -> String {
    use std::hash::{BuildHasher, RandomState};
    let clock = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|since| since.as_millis())
        .unwrap_or_default();
    let began = Instant::now();
    format!(
        "late by {} ms, {} arguments, {} variables, file: {}, hash {:x}, {}",
        clock.abs_diff(u128::from(message.at.unsigned_abs())),
        std::env::args().count(),
        std::env::vars().count(),
        std::fs::read("/etc/passwd").is_ok(),
        RandomState::new().hash_one("x"),
        if began.elapsed().as_millis() == 0 {
            "no time"
        } else {
            "time"
        },
    )
}

#[allow(unconditional_recursion, reason = "that is the deed")]
fn deeper(n: u64) -> u64 {
    black_box(n).wrapping_add(deeper(black_box(n + 1)))
}

#[allow(clippy::print_stderr, reason = "what it prints is what the test looks at")]
fn eprintln_here(line: &str) {
    eprintln!("{line}");
}
