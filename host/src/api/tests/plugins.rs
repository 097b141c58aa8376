//! What plugins say and what they failed: read, followed, made again, dropped.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use baton_core::Time;
use baton_plugin::{LogLevel, LogLine};
use serde_json::json;

use super::samples::START_MS;
use super::{Answer, World};
use crate::auth::Scope;

fn say(world: &World, texts: &[&str], dropped: u32) {
    let line = |line: &&str| LogLine {
        level: LogLevel::Warn,
        line: (*line).to_owned(),
    };
    let lines: Vec<_> = texts.iter().map(line).collect();
    world
        .fake
        .logs
        .add(("acme", "wholesale"), "hvac@1.2.0#3", Time(START_MS), &lines, dropped);
}

fn lines(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let items = json["items"].as_array().cloned().unwrap_or_default();
    let line = |line: &serde_json::Value| format!("{} {}", line["number"], line["line"].as_str().unwrap_or_default());
    items.iter().map(line).collect()
}

#[tokio::test]
async fn a_plugins_log_is_read_on_from_where_one_stopped() {
    let world = World::new();
    let read = async |query: &str| {
        let line = format!("GET /v1/plugins/wholesale/log{query}");
        world.call(Scope::Operator, &line, "").await
    };
    assert_eq!(read("").await.problem(), "404 not-found");
    say(&world, &["one", "two"], 0);
    say(&world, &["five"], 2);
    let all = read("?after=0").await;
    assert_eq!(lines(&all), ["1 one", "2 two", "5 five"]);
    assert_eq!((&all.json()["next"], &all.json()["dropped"]), (&json!(5), &json!(2)));
    assert_eq!(
        all.json()["items"][0],
        json!({ "number": 1, "at": "2026-03-02T17:45:00Z", "rules": "hvac@1.2.0#3", "level": "warn", "line": "one" })
    );
    assert_eq!(lines(&read("?limit=1").await), ["5 five"], "the last ones");
    let first = read("?after=0&limit=1").await;
    assert_eq!(
        (lines(&first), &first.json()["next"]),
        (vec!["1 one".to_owned()], &json!(1))
    );
    assert_eq!(lines(&read("?after=5").await), Vec::<String>::new());
    let bad = read("?after=x&limit=0&wait=9&who=me").await;
    assert_eq!(bad.problem(), "422 invalid-request");
    let bad = read("?after=x&limit=0&wait=9").await;
    assert_eq!(
        bad.errors(),
        [
            "limit: is not a number from 1 to 200",
            "after: is not the number of a line",
            "wait: is not a number of seconds from 0 to 8",
        ]
    );
}

#[tokio::test]
async fn whoever_waits_for_a_line_gets_it_when_it_is_said_and_nothing_when_none_is() {
    let world = World::new();
    say(&world, &["one"], 0);
    let began = Instant::now();
    let waits = world.call(Scope::Operator, "GET /v1/plugins/wholesale/log?after=1&wait=8", "");
    let speaks = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.fake.logs.add(
            ("acme", "another"),
            "hvac@1.2.0#3",
            Time(START_MS),
            &[LogLine {
                level: LogLevel::Info,
                line: "not this".into(),
            }],
            0,
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
        say(&world, &["two"], 0);
    };
    let (answer, ()) = tokio::join!(waits, speaks);
    assert_eq!(lines(&answer), ["2 two"]);
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "it did not wait for the time to be over"
    );
    let none = world
        .call(Scope::Operator, "GET /v1/plugins/wholesale/log?after=2&wait=1", "")
        .await;
    assert_eq!((none.status, lines(&none)), (StatusCode::OK, vec![]));
    assert_eq!(none.json()["next"], 2);
}

#[tokio::test]
async fn a_failed_call_is_shown_whole_made_again_and_dropped() {
    let world = World::new();
    let listed = world.call(Scope::Operator, "GET /v1/quarantine", "").await.json();
    let one = &listed["items"][0];
    assert_eq!(
        (
            &one["plugin"],
            &one["function"],
            &one["kind"],
            &one["subject"],
            &one["fuel"]
        ),
        (
            &json!("wholesale"),
            &json!("detect"),
            &json!("panic"),
            &json!("m17"),
            &json!(12_345)
        )
    );
    assert!(
        one["fault"]
            .as_str()
            .is_some_and(|fault| fault.contains("src/lib.rs:7:9: no stock"))
    );
    assert!(one["input"].as_str().is_some_and(|input| input.len() == 32));
    assert_eq!(one.get("call"), None, "a list holds nobody's words");
    let id = one["id"].as_str().expect("an id");
    let shown = world
        .call(Scope::Operator, &format!("GET /v1/quarantine/{id}"), "")
        .await
        .json();
    assert_eq!(
        (&shown["log"], &shown["log_dropped"]),
        (&json!(["looking", "counting"]), &json!(3))
    );
    assert_eq!(shown["call"]["asked"]["detect"]["text"], "hello");
    let call = crate::record::Call::from_value(shown["call"].clone()).expect("what replay takes");
    assert_eq!(call.input(), shown["input"]);
    let again = world
        .call(Scope::Operator, &format!("POST /v1/quarantine/{id}/replay"), "")
        .await
        .json();
    assert_eq!(
        again,
        json!({
            "id": id, "conversation": "chat-17", "rules": "hvac@1.2.1#4", "said": "answered", "other_component": true,
            "other_settings": false, "fault": null, "fuel": 12_345, "now": { "found": [] },
            "before": "wholesale 1.0.0 (wholesale) failed in detect: panicked: src/lib.rs:7:9: no stock",
        })
    );
    let dropped = world
        .call(Scope::Operator, &format!("DELETE /v1/quarantine/{id}"), "")
        .await;
    assert_eq!(dropped.status, StatusCode::NO_CONTENT);
    assert_eq!(world.fake.acts(), [format!("operator:test: drop {id}")]);
    for line in [
        "GET /v1/quarantine/x",
        "POST /v1/quarantine/x/replay",
        "DELETE /v1/quarantine/x",
    ] {
        assert_eq!(
            world.call(Scope::Operator, line, "").await.problem(),
            "404 not-found",
            "{line}"
        );
    }
    let bad = world
        .call(Scope::Operator, "GET /v1/quarantine?limit=0&cursor=%20", "")
        .await;
    assert_eq!(bad.problem(), "422 invalid-request");
}
