//! A restart in the middle of every timer: each promise is kept once, by whoever runs when it is due.

use std::time::Duration;

use baton_tests::{Daemon, eventually};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

/// Windows of seconds, so that each kind of timer is due while a test watches.
const SECONDS: &str = r#"
response = "4s"
resolution = "5s"
fallback = "role:technician"
reactivation = { unanswered = "6s" }
[[business.default.handover.ladder]]
to = "candidates"
within = "1s"
tries = 2
"#;

fn kinds(daemon: &Daemon) -> Vec<String> {
    let timeline = daemon.get("/v1/handovers/c~h1").ok()["timeline"].clone();
    let entries = timeline.as_array().cloned().unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| entry["event"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn a_kill_between_any_two_timers_loses_none_and_doubles_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, SECONDS);
    let data = folder.path().join("data");
    let mut daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    // Killed again and again while an offer lapses, deadlines warn and pass, and the bot comes back.
    let mut kills = 0;
    let done = loop {
        kills += 1;
        assert!(kills < 60, "the bot is not back after {kills} restarts");
        std::thread::sleep(Duration::from_millis(700));
        daemon.kill();
        daemon = Daemon::start(PROGRAM, &data, Some(&config));
        let seen = kinds(&daemon);
        if seen.iter().any(|kind| kind == "handover.reactivated") {
            break seen;
        }
    };
    let count = |kind: &str| done.iter().filter(|seen| *seen == kind).count();
    for (kind, times) in [
        ("handover.opened", 1),
        ("handover.offered", 2),
        ("handover.lapsed", 2),
        ("deadline.warning", 2),
        ("deadline.breached", 2),
        ("handover.missed", 1),
        ("handover.reactivated", 1),
    ] {
        assert_eq!(count(kind), times, "{kind} in {done:?}");
    }
    let chat = daemon.get("/v1/conversations/c").ok();
    assert_eq!(chat["control"], json!({ "holder": "bot", "epoch": 2 }));
    let task = daemon.get("/v1/tasks/c~t1").ok();
    assert_eq!(task["state"]["kind"], "missed", "{task}");
}

#[test]
fn a_follow_up_that_was_due_while_the_daemon_was_down_is_told_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "follow_up = \"1s\"");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    let agent = daemon.get("/v1/tasks/c~t1").ok()["assignee"]["id"].clone();
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": agent })).ok();
    daemon
        .post(
            "/v1/tasks/c~t1/complete",
            &json!({ "agent": agent, "outcome": "scheduled" }),
        )
        .ok();
    daemon.kill();
    std::thread::sleep(Duration::from_millis(1_100));
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let overdue = || daemon.get("/v1/tasks/c~t2").ok()["overdue"].clone();
    eventually("the follow-up is overdue", || {
        (overdue() == Value::Bool(true)).then_some(())
    });
}
