//! People over HTTP: who comes and goes, when they are there, and that what one of them drops somebody picks up.

use baton_tests::{Daemon, Reply, eventually};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

fn ask(daemon: &Daemon, conversation: &str) {
    let said = "I want to talk to a human";
    daemon.say(conversation, "m1", "customer", said, json!({})).ok();
}

fn task(daemon: &Daemon, id: &str) -> Value {
    daemon.get(&format!("/v1/tasks/{id}")).ok()
}

fn stage(daemon: &Daemon, handover: &str) -> Value {
    daemon.get(&format!("/v1/handovers/{handover}")).ok()["stage"].clone()
}

fn problem(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["type"].as_str().unwrap_or_default())
}

#[test]
fn what_is_given_back_is_offered_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    ask(&daemon, "c");
    let first = task(&daemon, "c~t1")["assignee"]["id"].clone();
    let other = if first == "tom" { "ana" } else { "tom" };
    let give_back = |who: &Value| {
        let body = json!({ "agent": who, "reason": "needs a gas licence" });
        daemon.post("/v1/tasks/c~t1/give-back", &body)
    };
    let early = give_back(&first);
    assert_eq!(problem(&early), (409, "/problems/not-yours"), "nobody has it yet");
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": first })).ok();
    let stranger = give_back(&json!(other));
    assert_eq!(problem(&stranger), (409, "/problems/not-yours"), "{}", stranger.body);
    assert_eq!(problem(&give_back(&json!("nobody"))), (422, "/problems/unknown-name"));

    let acted = give_back(&first).ok();
    assert_eq!(acted["conversation"]["control"]["holder"], "waiting", "{acted}");
    let stage = stage(&daemon, "c~h1");
    assert_eq!((&stage["kind"], &stage["agents"]), (&json!("offered"), &json!([other])));
    let handover = daemon.get("/v1/handovers/c~h1").ok();
    assert_eq!(
        (&handover["missed"][0]["agent"], &handover["missed"][0]["how"]),
        (&first, &json!("given-back")),
        "{handover}"
    );
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": other })).ok();
    assert_eq!(problem(&give_back(&first)), (409, "/problems/not-yours"));
    let audit = daemon.get("/v1/audit?action=task.give-back").ok();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(1), "{audit}");
    assert_eq!(audit["items"][0]["subject"], "c~t1");
}

#[test]
fn tasks_that_are_due_soon_are_not_those_that_are_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "response = \"1h\"\nfollow_up = \"1s\"");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    ask(&daemon, "soon");
    ask(&daemon, "late");
    let who = task(&daemon, "late~t1")["assignee"]["id"].clone();
    daemon.post("/v1/tasks/late~t1/accept", &json!({ "agent": who })).ok();
    let done = json!({ "agent": who, "outcome": "scheduled" });
    daemon.post("/v1/tasks/late~t1/complete", &done).ok();
    let listed = |query: &str| {
        let page = daemon.get(&format!("/v1/tasks?{query}")).ok();
        let ids = page["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|task| task["id"].clone());
        ids.collect::<Vec<_>>()
    };
    eventually("the follow-up is late", || {
        (listed("overdue=true") == ["late~t2"]).then_some(())
    });
    assert_eq!(listed("due_within=2h"), ["soon~t1"]);
    assert!(listed("due_within=30m").is_empty());
    let wrong = daemon.get("/v1/tasks?due_within=soon");
    assert_eq!(problem(&wrong), (422, "/problems/invalid-request"));
    assert_eq!(wrong.body["errors"][0]["parameter"], "due_within");
}
