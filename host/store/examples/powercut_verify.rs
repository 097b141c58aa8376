//! Reads the writer's lines on standard input and exits with 0 only if the folder holds each of those steps, whole.
//!
//! For every acknowledged step: its message, its event, and a conversation at least that far. For every conversation,
//! however far it is: the head of its revision and the one timer of its last step. Then the whole store is verified.

#![allow(clippy::print_stdout, reason = "the verdict is its purpose")]

#[path = "powercut/workload.rs"]
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use baton_store::admin::verify;
use baton_store::{Options, SledStore, Store};
use workload::Act;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).expect("usage: powercut_verify FOLDER < LINES");
    let lines: Vec<String> = std::io::stdin()
        .lines()
        .collect::<Result<_, _>>()
        .expect("the lines are text");
    match check(&folder, &lines) {
        Ok(steps) => {
            println!("sound: {} acknowledged, {steps} in the store", lines.len());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn check(folder: &str, lines: &[String]) -> Result<u64, String> {
    let text = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let store = SledStore::open(folder, Options::default()).map_err(|error| text(&error))?;
    let mut conversations = BTreeMap::new();
    for line in lines.iter().filter(|line| *line != "R") {
        let (act, event) = Act::parse(line).ok_or_else(|| format!("no line of the writer: {line:?}"))?;
        check_step(&store, act, event)?;
        conversations.insert(act.key(), act);
    }
    let timers = store.due_timers(i64::MAX, usize::MAX).map_err(|error| text(&error))?;
    let timers: BTreeSet<_> = timers.into_iter().map(|timer| (timer.key, timer.at_ms)).collect();
    for (key, act) in &conversations {
        let loaded = store
            .load(key)
            .map_err(|error| text(&error))?
            .expect("checked with its first step");
        let last = act.of_revision(loaded.revision);
        ensure(loaded.head == last.head(), || {
            format!("{key} has another head than revision {}", loaded.revision)
        })?;
        let own: Vec<_> = timers
            .iter()
            .filter(|(owner, _)| owner == key)
            .map(|(_, at_ms)| *at_ms)
            .collect();
        ensure(own == [last.timer_ms()], || {
            format!("{key} has the timers {own:?}, not {}", last.timer_ms())
        })?;
    }
    store.close().map_err(|error| text(&error))?;
    drop(store);
    let report = verify(folder.as_ref(), Options::default()).map_err(|error| text(&error))?;
    ensure(report.is_sound(), || {
        format!("{} damages, the first: {}", report.damage_count, report.damages[0])
    })?;
    Ok(report.counts.steps)
}

fn check_step(store: &SledStore, act: Act, event: u64) -> Result<(), String> {
    let key = act.key();
    let loaded = store.load(&key).map_err(|error| error.to_string())?;
    let revision = loaded.map_or(0, |loaded| loaded.revision);
    ensure(revision >= act.revision(), || {
        format!("{key} is at {revision}, {} was acknowledged", act.revision())
    })?;
    let message = store
        .message(&key, &act.message_id())
        .map_err(|error| error.to_string())?;
    let message = message.ok_or_else(|| format!("{key} lost message {}", act.revision()))?;
    ensure(
        message.number == act.revision() && message.payload == act.message(),
        || format!("{message:?} is torn"),
    )?;
    let stored = store.event("acme", event).map_err(|error| error.to_string())?;
    let stored = stored.ok_or_else(|| format!("event {event} is lost"))?;
    ensure(stored.payload == act.event(), || {
        format!("event {event} is of another step")
    })
}

fn ensure(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault()) }
}
