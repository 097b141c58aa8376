//! Reports of a running daemon: over HTTP, from the command line, as table, JSON, CSV and page.

use baton_tests::{Daemon, baton};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

/// A daemon on which a few chats were handed over: one done and sold, one not needed, one waiting; and one that the bot kept.
fn busy(folder: &std::path::Path) -> Daemon {
    let config = config(folder, None, "");
    let daemon = Daemon::start(PROGRAM, &folder.join("data"), Some(&config));
    for (chat, ending) in [
        ("sold", Some(("converted", true))),
        ("vain", Some(("closed", false))),
        ("waits", None),
    ] {
        daemon
            .say(chat, "m1", "customer", "I want to talk to a human", json!({}))
            .ok();
        let Some((outcome, needed)) = ending else { continue };
        let task = format!("/v1/tasks/{chat}~t1");
        let agent = daemon.get(&task).ok()["assignee"]["id"]
            .as_str()
            .expect("somebody")
            .to_owned();
        daemon.post(&format!("{task}/accept"), &json!({ "agent": agent })).ok();
        let stale = daemon.say(chat, "m2", "bot", "Anything else?", json!({ "epoch": 0 }));
        assert_eq!(stale.status, 409, "{}", stale.body);
        let done = json!({ "agent": agent, "outcome": outcome, "needed": needed });
        daemon.post(&format!("{task}/complete"), &done).ok();
    }
    daemon.say("kept", "m1", "customer", "Hello", json!({})).ok();
    daemon
}

#[test]
fn a_report_tells_what_came_of_the_handovers() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = busy(folder.path());
    let report = daemon.get("/v1/reports/handovers?since=1h&group_by=reason").ok();
    let total = &report["total"];
    for (figure, expected) in [
        ("/conversations", json!(4)),
        ("/conversations_handed_over", json!(3)),
        ("/handover_rate", json!(0.75)),
        ("/handovers", json!(3)),
        ("/open", json!(1)),
        ("/first_response/count", json!(2)),
        ("/sla_compliance", json!(1.0)),
        ("/conversion_rate", json!(0.5)),
        ("/outcomes/converted", json!(1)),
        ("/tasks", json!(3)),
        ("/tasks_completed", json!(2)),
        ("/offers/made", json!(3)),
        ("/offers/accepted", json!(2)),
        ("/bot_refused", json!(2)),
        ("/false_rate", json!(0.5)),
    ] {
        assert_eq!(total.pointer(figure), Some(&expected), "{figure}: {total}");
    }
    assert_eq!(report["groups"][0]["name"], "explicit-request", "{report}");
    assert_eq!(report["groups"][0]["figures"]["handovers"], 3, "{report}");
    let later = daemon.get("/v1/reports/handovers?since=2h&until=1h").ok();
    assert_eq!(later["total"]["handovers"], 0, "{later}");
}

#[test]
fn a_report_that_cannot_be_meant_is_refused_with_what_would_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), None);
    for (path, parameter, said) in [
        ("handovers?since=yesterday", "since", "a span before now (7d, 12h)"),
        (
            "handovers?group_by=colour",
            "group_by",
            "is none of business, bot, channel",
        ),
        ("handovers?format=pdf", "format", "is none of json, csv, html"),
        ("review?format=csv", "format", "is none of json, html"),
        (
            "handovers?since=1h&until=2h",
            "since",
            "choose an earlier `since` or a later `until`",
        ),
        ("review?group_by=day", "query", "unknown field"),
    ] {
        let answer = daemon.get(&format!("/v1/reports/{path}"));
        assert_eq!(answer.status, 422, "{path}: {}", answer.body);
        let fault = &answer.body["errors"][0];
        let told = fault["detail"].as_str().unwrap_or_default();
        assert!(told.contains(said), "{path}: {}", answer.body);
        if parameter != "query" {
            assert_eq!(fault["parameter"], parameter, "{}", answer.body);
        }
    }
}

#[test]
fn the_command_writes_a_report_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = busy(folder.path());
    let run = |args: &[&str]| {
        let mut command = baton(PROGRAM);
        command
            .arg("report")
            .args(args)
            .env("BATON_URL", &daemon.url)
            .env("BATON_TOKEN", daemon.token());
        let out = command.output().expect("it runs and ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    let (code, table, errors) = run(&["--since", "1h"]);
    assert_eq!(code, Some(0), "{errors}");
    for part in [
        "handover rate      75 % (3 of 4)",
        "converted          50 % (1 of 2)",
        "explicit-request\t3\t75 %",
    ] {
        assert!(table.contains(part), "{part}:\n{table}");
    }
    let report: Value = serde_json::from_str(&run(&["--since", "1h", "--json"]).1).expect("JSON");
    assert_eq!(report["total"]["handovers"], 3);
    let (_, csv, _) = run(&["--since", "1h", "--group-by", "channel", "--format", "csv"]);
    assert!(csv.starts_with("channel,") && csv.contains("\nweb,"), "{csv}");
    let (_, page, _) = run(&["--since", "1h", "--format", "html"]);
    assert!(
        page.starts_with("<!doctype html>") && page.contains("class=\"mark\"") && page.ends_with("</html>\n"),
        "{page}"
    );
    let (code, _, errors) = run(&["--since", "soon"]);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("since: is neither a span before now"), "{errors}");
    let (code, _, errors) = run(&["review", "--format", "csv"]);
    assert_eq!(code, Some(2), "{errors}");
}

#[test]
fn a_review_finds_the_question_and_its_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    for (chat, question) in [
        ("a", "Does the warranty cover the compressor?"),
        ("b", "is the compressor covered by warranty"),
    ] {
        daemon.say(chat, "m1", "customer", question, json!({})).ok();
        let gave_up = json!({ "epoch": 0, "bot_state": { "answered": false } });
        daemon
            .say(chat, "m2", "bot", "I am afraid that is beyond me.", gave_up)
            .ok();
        daemon
            .say(chat, "m3", "agent", "Yes, for five years.", json!({ "agent": "ana" }))
            .ok();
    }
    let review = daemon.get("/v1/reports/review?since=1h").ok();
    assert_eq!(
        (&review["gaps"], &review["questions"][0]["count"]),
        (&json!(2), &json!(2)),
        "{review}"
    );
    assert_eq!(
        review["questions"][0]["answers"][0]["text"], "Yes, for five years.",
        "{review}"
    );
    let kinds: Vec<&str> = review["suggestions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["kind"].as_str())
        .collect();
    assert!(kinds.contains(&"add-faq"), "{review}");
    let out = baton(PROGRAM)
        .args(["report", "review", "--since", "1h"])
        .env("BATON_URL", &daemon.url)
        .env("BATON_TOKEN", daemon.token())
        .output()
        .expect("it runs and ends");
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(told.contains("compressor") && told.contains("add-faq"), "{told}");
}
