//! Commits per second, timers that are due, and opening with a million conversations.
//!
//! `cargo bench -p baton-store` runs all; `-- commits`, `-- timers` and `-- open` one of them. A client commits its next
//! step when the last one is acknowledged; one thread plays all of them. What the disk got is what the kernel says the
//! process caused to be written. Opening is measured in a process of its own, for its memory.

#![allow(clippy::print_stdout, reason = "the figures are its purpose")]

#[path = "../examples/powercut/workload.rs"]
mod workload;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use baton_store::{ConversationChange, ConversationKey, NewMessage, Options, SledStore, Step, Store, TimerChange};
use workload::Act;

const RUN: Duration = Duration::from_secs(5);
const MILLION: u64 = 1_000_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let folder = tempfile::Builder::new()
        .prefix("baton-bench-")
        .tempdir_in(target())
        .expect("a temporary folder");
    let million = folder.path().join("million");
    match args.first().map(String::as_str) {
        Some("commits") => commits(folder.path()),
        Some("timers" | "open") => {
            fill(&million);
            open_and_report(&million);
        }
        Some("open-only") => open_only(Path::new(&args[1])),
        Some(_) | None => {
            commits(folder.path());
            fill(&million);
            open_and_report(&million);
        }
    }
}

/// On the disk of the build, since a temporary folder may be memory.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("the program has a path");
    program.parent().expect("it lies in a folder").to_owned()
}

fn commits(folder: &Path) {
    for clients in [1, 16, 256] {
        let path = folder.join(format!("clients-{clients}"));
        let store = SledStore::open(&path, Options::default()).expect("a new store");
        let (send, acks) = channel::<(u64, u64, Instant)>();
        let submit = |writer: u64, turn: u64, last_event: Option<u64>| {
            let (send, begun) = (send.clone(), Instant::now());
            let done = move |result: Result<baton_store::Committed, baton_store::CommitError>| {
                let event = result.expect("the step is valid").first_event.expect("it has an event");
                let _ = send.send((writer, event, begun));
            };
            store.commit(Act { writer, turn }.step(last_event), Box::new(done));
        };
        let (begin, written_before) = (Instant::now(), written_bytes());
        let mut turns = vec![0_u64; clients];
        (0..clients as u64).for_each(|writer| submit(writer, 0, None));
        let mut latencies_us = Vec::new();
        while begin.elapsed() < RUN {
            let (writer, event, begun) = acks.recv().expect("clients are under way");
            latencies_us.push(begun.elapsed().as_micros());
            turns[writer as usize] += 1;
            submit(writer, turns[writer as usize], Some(event));
        }
        let seconds = begin.elapsed().as_secs_f64();
        let count = latencies_us.len();
        let written = written_bytes() - written_before;
        latencies_us.sort_unstable();
        let at = |share: f64| latencies_us[((count - 1) as f64 * share) as usize] as f64 / 1_000.0;
        println!(
            "{clients:>3} clients: {:>6.0} commits/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes to the disk per commit, folder {} MB",
            count as f64 / seconds,
            at(0.5),
            at(0.99),
            written / count as u64,
            folder_bytes(&path) >> 20
        );
        store.close().expect("it closes");
    }
}

/// A million conversations with a head, a message and a timer each.
fn fill(path: &Path) {
    let begin = Instant::now();
    let store = SledStore::open(
        path,
        Options {
            queue: 2_000,
            ..Options::default()
        },
    )
    .expect("a new store");
    let (send, acks) = channel();
    for n in 0..MILLION {
        if n >= 2_000 {
            acks.recv().expect("commits are under way");
        }
        let key = ConversationKey::new(
            "acme",
            format!("conversation-{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        );
        let change = ConversationChange {
            key: key.expect("a short name"),
            expected_revision: 0,
            head: vec![b'h'; 300],
            messages: vec![NewMessage {
                number: 1,
                id: format!("m-{n}"),
                payload: vec![b'm'; 200],
            }],
            handovers: Vec::new(),
            tasks: Vec::new(),
            timers: vec![TimerChange {
                kind: 1,
                was: None,
                becomes: Some((n * 7919 % MILLION) as i64),
            }],
        };
        let send = send.clone();
        let done = move |result: Result<baton_store::Committed, baton_store::CommitError>| {
            let _ = send.send(result.expect("the step is valid").revision);
        };
        store.commit(
            Step {
                conversation: Some(change),
                ..Step::default()
            },
            Box::new(done),
        );
    }
    drop(send);
    acks.iter().for_each(drop);
    store.close().expect("it closes");
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "filled 1,000,000 conversations in {seconds:.0} s, folder {} MB",
        folder_bytes(path) >> 20
    );
}

fn open_and_report(path: &Path) {
    for what in ["after filling", "again"] {
        println!("open {what}:");
        let program = std::env::current_exe().expect("the program has a path");
        let status = std::process::Command::new(program)
            .arg("open-only")
            .arg(path)
            .status()
            .expect("it starts");
        assert!(status.success(), "the open failed: {status}");
    }
}

fn open_only(path: &Path) {
    let begin = Instant::now();
    let store = SledStore::open(path, Options::default()).expect("it opens");
    println!(
        "  open: {:.2} s, {} MB resident",
        begin.elapsed().as_secs_f64(),
        resident_bytes() >> 20
    );
    let begin = Instant::now();
    let mut open_handovers = 0;
    store.open_handovers(&mut |_| open_handovers += 1).expect("readable");
    let next = store.next_timer_ms().expect("readable");
    println!(
        "  open handovers {open_handovers}, next timer {next:?}: {:.2} ms",
        begin.elapsed().as_secs_f64() * 1e3
    );
    for (now_ms, limit) in [
        (1_000, 1_000),
        (1_000, 1_000),
        (i64::MAX, 100),
        (i64::MAX, MILLION as usize),
    ] {
        let begin = Instant::now();
        let found = store.due_timers(now_ms, limit).expect("readable").len();
        println!(
            "  due timers, limit {limit}: {found} in {:.2} ms",
            begin.elapsed().as_secs_f64() * 1e3
        );
    }
    let begin = Instant::now();
    let keys = (0..20_000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let keys = keys.map(|n| ConversationKey::new("acme", format!("conversation-{n:016x}")).expect("a short name"));
    let found = keys.filter(|key| store.load(key).expect("readable").is_some()).count();
    let micros = begin.elapsed().as_secs_f64() * 1e6 / found as f64;
    println!(
        "  load of a random conversation: {micros:.1} us ({found} loaded), {} MB resident",
        resident_bytes() >> 20
    );
    let begin = Instant::now();
    store.close().expect("it closes");
    println!("  close: {:.2} s", begin.elapsed().as_secs_f64());
}

fn written_bytes() -> u64 {
    number_in("/proc/self/io", "write_bytes:")
}

fn resident_bytes() -> u64 {
    number_in("/proc/self/status", "VmRSS:") << 10
}

fn number_in(file: &str, label: &str) -> u64 {
    let text = fs::read_to_string(file).expect("Linux has it");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(label))
        .expect("Linux has the line");
    line.split_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .expect("the line has a number")
}

fn folder_bytes(path: &Path) -> u64 {
    let entries = fs::read_dir(path)
        .expect("readable")
        .map(|entry| entry.expect("readable").path());
    entries
        .map(|path| {
            if path.is_dir() {
                folder_bytes(&path)
            } else {
                fs::metadata(path).expect("readable").len()
            }
        })
        .sum()
}
