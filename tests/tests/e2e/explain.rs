//! A handover explained: each decision with what was asked and answered, and executed again from its record.

use baton_tests::{Daemon, baton};
use serde_json::{Value, json};

use crate::chat::hvac_visitor;
use crate::{PROGRAM, config};

fn decisions(daemon: &Daemon) -> Vec<Value> {
    let explained = daemon.get("/v1/handovers/chat-1~h1/explain").ok();
    explained["decisions"].as_array().expect("a list").clone()
}

fn list(value: &Value) -> Vec<String> {
    let items = value.as_array().expect("a list").iter();
    items.map(|item| item.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn every_decision_is_explained_and_is_the_same_when_it_is_executed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let usual = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &data, Some(&usual));
    daemon
        .put("/v1/agents/tom/presence", &json!({ "presence": "offline" }))
        .ok();
    hvac_visitor(&daemon, "chat-1", "web");
    daemon
        .post("/v1/tasks/chat-1~t1/accept", &json!({ "agent": "ana" }))
        .ok();
    daemon
        .say("chat-1", "m5", "agent", "Your code is E4.", json!({ "agent": "ana" }))
        .ok();
    daemon
        .post(
            "/v1/tasks/chat-1~t1/complete",
            &json!({ "agent": "ana", "outcome": "converted" }),
        )
        .ok();
    daemon.kill();

    let daemon = Daemon::start(PROGRAM, &data, Some(&usual));
    let told = decisions(&daemon);
    let what: Vec<_> = told.iter().map(|d| d["what"].as_str().expect("a text")).collect();
    assert_eq!(what, ["said", "accepted", "completed"]);
    for decision in &told {
        assert_eq!(decision["same"], true, "{decision}");
    }
    let opening = &told[0];
    assert_eq!(opening["text"], "I want to talk to a human");
    assert_eq!(opening["signals"][0]["reason"], "explicit-request");
    let who = &opening["asked"][0];
    assert_eq!(who["ranked"][0]["agent"], "ana", "{who}");
    assert_eq!(who["ranked"][0]["why"], "holds 0 of 1000");
    assert_eq!(
        (&who["passed_over"][0]["agent"], &who["passed_over"][0]["why"]),
        (&json!("tom"), &json!("offline"))
    );
    assert_eq!(opening["asked"][1]["question"], "words");
    let cli = baton(PROGRAM)
        .args([
            "handover",
            "explain",
            "chat-1~h1",
            "--url",
            &daemon.url,
            "--token",
            daemon.token(),
        ])
        .output()
        .expect("the program runs");
    let printed = String::from_utf8_lossy(&cli.stdout);
    for part in [
        "who? ana (holds 0 of 1000)",
        "not: tom (offline)",
        "-> handover.offered",
        "ana accepted",
        "again under hvac@0.1.0#1: the same",
    ] {
        assert!(
            printed.contains(part),
            "{part:?} is missing in\n{printed}\n{}",
            String::from_utf8_lossy(&cli.stderr)
        );
    }
    daemon.stop();

    // Under another promise the opening would have gone otherwise, and it says so.
    let changed = config(folder.path(), None, "response = \"1h\"");
    let daemon = Daemon::start(PROGRAM, &data, Some(&changed));
    let told = decisions(&daemon);
    let differs = list(&told[0]["differs"]);
    assert_eq!(told[0]["same"], false);
    assert!(
        differs[0].contains("the configuration has changed since"),
        "{differs:?}"
    );
    assert!(
        differs.iter().any(|why| why == "the template writes other words"),
        "{differs:?}"
    );
    assert!(
        differs.iter().any(|why| why == "other rows or events come of it"),
        "{differs:?}"
    );
}
