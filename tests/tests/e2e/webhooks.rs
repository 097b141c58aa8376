//! Webhooks as the platform gets them, verified by the library of the standard's authors.

use std::process::Command;

use baton_tests::{Daemon, Platform, eventually, python};
use serde_json::json;

use crate::{PROGRAM, SECRET, config};

#[test]
fn the_official_library_accepts_what_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(python) = python(folder.path(), &["standardwebhooks==1.0.1"]) else {
        eprintln!(
            "SKIPPED: python3 with venv and pip is not there, so no webhook was verified by the official library"
        );
        return;
    };
    let platform = Platform::start();
    let config = config(folder.path(), Some(&platform.url()), "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    let received = eventually("a final message", || {
        let all = platform.received();
        all.iter().find(|r| r.json()["type"] == "message.final").cloned()
    });
    let verify = "import sys, json; from standardwebhooks.webhooks import Webhook\n\
                  given = json.load(sys.stdin)\n\
                  Webhook(given['secret']).verify(given['body'], given['headers'])\n\
                  try:\n    Webhook(given['secret']).verify(given['body'] + ' ', given['headers'])\n\
                  except Exception: sys.exit(0)\n\
                  sys.exit('a changed body was accepted')";
    let headers: serde_json::Map<_, _> = received.headers.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
    let given = json!({ "secret": SECRET, "body": received.body, "headers": headers });
    let path = folder.path().join("given.json");
    std::fs::write(&path, given.to_string()).expect("a folder of the test's own");
    let input = std::fs::File::open(&path).expect("it was just written");
    let verified = Command::new(python)
        .args(["-c", verify])
        .stdin(input)
        .output()
        .expect("python runs");
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
}

#[test]
fn a_platform_that_fails_is_tried_again_with_the_same_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let platform = Platform::start();
    platform.answer(503);
    let config = config(folder.path(), Some(&platform.url()), "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(platform.received().is_empty());
    // What must leave outlives the process.
    daemon.kill();
    platform.answer(200);
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let last = eventually("the final message", || platform.events("message.final").pop());
    assert_eq!(last["data"]["reply"]["id"], "c~h1~final");
    eventually("an empty outbox", || {
        let metrics = daemon.get("/metrics").body;
        metrics
            .as_str()
            .is_some_and(|text| text.contains("baton_outbox_deliveries 0"))
            .then_some(())
    });
    let ids: Vec<String> = platform
        .received()
        .iter()
        .map(|r| r.header("webhook-id").to_owned())
        .collect();
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "each event was accepted once: {ids:?}");
}
