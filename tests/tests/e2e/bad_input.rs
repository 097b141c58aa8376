//! What is wrong is named, with its place and its remedy, and nothing is half done.

use std::path::Path;
use std::time::Duration;

use baton_tests::{Daemon, baton};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

#[test]
fn a_request_that_is_wrong_names_every_fault_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    let good = json!({ "id": "m1", "speaker": "customer", "text": "hello", "channel": "web", "bot": "bot" });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let long = "a".repeat(40_000);
    for (what, body, status, pointer) in [
        ("an unknown field", with("colour", json!("red")), 422, "/colour"),
        ("a text that is too long", with("text", json!(long)), 422, "/text"),
        ("an empty text", with("text", json!("")), 422, "/text"),
        ("an absurd time", with("at", json!("1850-01-01T00:00:00Z")), 422, "/at"),
        ("an unknown speaker", with("speaker", json!("parrot")), 422, "/speaker"),
        (
            "an agent nobody knows",
            {
                let mut b = with("agent", json!("zoe"));
                b["speaker"] = json!("agent");
                b
            },
            422,
            "/agent",
        ),
        ("an epoch from a customer", with("epoch", json!(3)), 422, "/epoch"),
    ] {
        let reply = daemon.post("/v1/conversations/c/messages", &body);
        assert_eq!(reply.status, status, "{what}: {}", reply.body);
        let pointers: Vec<&str> = reply.body["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .filter_map(|e| e["pointer"].as_str())
            .collect();
        assert!(pointers.contains(&pointer), "{what}: {}", reply.body);
        assert!(
            reply.body["type"].as_str().is_some_and(|t| t.contains("/problems/")),
            "{what}: {}",
            reply.body
        );
    }
    let http = baton_tests::http(Duration::from_secs(30));
    let url = format!("{}/v1/conversations/c/messages", daemon.url);
    let raw = |body: Vec<u8>| {
        let sent = http
            .post(&url)
            .bearer_auth(daemon.token())
            .header("content-type", "application/json")
            .body(body)
            .send();
        let answer = sent.expect("it answers");
        (answer.status().as_u16(), answer.text().expect("a text"))
    };
    let (status, body) = raw(b"{\"id\": \"m1\",\n  oops}".to_vec());
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("line 2"), "the place is named: {body}");
    let (status, body) = raw(b"{\"id\": \"\xff\xfe\"}".to_vec());
    assert!(status == 400 || status == 422, "{status} {body}");
    assert_eq!(
        daemon.get("/v1/conversations/c").status,
        404,
        "none of these left anything behind"
    );
    assert_eq!(
        daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": "tom" })).status,
        404
    );
    // A replayed id with another text is still the first message.
    daemon.post("/v1/conversations/c/messages", &good).ok();
    let replayed = daemon
        .post(
            "/v1/conversations/c/messages",
            &with("text", json!("I want to talk to a human")),
        )
        .ok();
    assert_eq!(
        (&replayed["duplicate"], &replayed["handover"]),
        (&json!(true), &Value::Null)
    );
}

fn fails(data: &Path, config: Option<&Path>) -> (Option<i32>, String) {
    let mut command = baton(PROGRAM);
    command
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", "127.0.0.1:0"]);
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    let out = command.output().expect("it runs and ends");
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn a_folder_in_use_and_one_of_a_newer_format_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let (code, message) = fails(&data, Some(&config));
    assert_ne!(code, Some(0));
    assert!(
        message.contains("in use by process") && message.contains(&daemon.pid().to_string()),
        "{message}"
    );
    daemon.stop();
    let format = data.join("FORMAT");
    let known = std::fs::read_to_string(&format).expect("the store says its format");
    std::fs::write(&format, "baton-store 99\n").expect("a folder of the test's own");
    let (code, message) = fails(&data, Some(&config));
    assert_ne!(code, Some(0));
    assert!(message.contains("format 99"), "{message}");
    std::fs::write(&format, known).expect("a folder of the test's own");
    Daemon::start(PROGRAM, &data, Some(&config)).stop();
}

#[test]
fn a_pack_that_cannot_run_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("mine");
    std::fs::create_dir(&pack).expect("a folder of the test's own");
    let manifest = |component: &str, settings: &str| {
        format!(
            "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\n\n[[detector]]\nid = \"one\"\n\
             component = \"{component}\"\nreason = \"explicit-request\"\nthreshold = 0.75\nsettings = {{ {settings} }}\n"
        )
    };
    let config = folder.path().join("baton.toml");
    std::fs::write(&config, "[business.default]\npack = \"./mine\"\n").expect("a folder of the test's own");
    let data = folder.path().join("data");
    std::fs::write(pack.join("cut.wasm"), &b"\0asm\x0d\0\x01\0\x07"[..]).expect("a folder of the test's own");
    for (component, settings, line, said) in [
        ("phrases", "examples = []", "pack.toml:11:", "give example phrases"),
        ("phrases", "exampels = [\"a human\"]", "pack.toml:11:", "exampels"),
        ("missing.wasm", "", "pack.toml:8:", "missing.wasm"),
        ("cut.wasm", "", "pack.toml:8:", "cut.wasm"),
        ("least-loaded", "", "pack.toml:8:", "strategy"),
    ] {
        std::fs::write(pack.join("pack.toml"), manifest(component, settings)).expect("a folder of the test's own");
        let (code, message) = fails(&data, Some(&config));
        assert_ne!(code, Some(0), "{component} {settings}");
        assert!(
            message.contains(line) && message.contains(said),
            "{component} {settings}: {message}"
        );
    }
}

#[test]
fn a_disk_that_is_nearly_full_refuses_writes_and_goes_on_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon.say("c", "m1", "customer", "hello there", json!({})).ok();
    daemon.stop();
    // A reserve that no disk has: as if the last byte above it were gone.
    let text = std::fs::read_to_string(&config).expect("it was just written");
    std::fs::write(&config, format!("[store]\nreserve_bytes = {}\n{text}", 1_u64 << 60))
        .expect("a folder of the test's own");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let refused = daemon.say("c", "m2", "customer", "are you there?", json!({}));
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(
        refused.body["detail"].as_str().is_some_and(|d| d.contains("bytes")),
        "{}",
        refused.body
    );
    let log = daemon.get("/v1/conversations/c/messages").ok();
    assert_eq!(
        log["items"].as_array().map(Vec::len),
        Some(1),
        "nothing of the refused message was kept"
    );
}
