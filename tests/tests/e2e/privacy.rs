//! Who did what is written down.

use baton_tests::{Daemon, baton};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let out = baton(PROGRAM).args(args).output().expect("it runs and ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

#[test]
fn every_act_is_written_down_with_who_and_what_it_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    daemon
        .say(
            "c",
            "m1",
            "customer",
            "I want to talk to a human about Zanzibar",
            json!({}),
        )
        .ok();
    daemon
        .post(
            "/v1/tasks/c~t1/assign",
            &json!({ "to": { "kind": "agent", "id": "ana" } }),
        )
        .ok();
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": "ana" })).ok();
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": "ana" })).ok();
    assert_eq!(
        daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": "tom" })).status,
        409
    );
    let note = json!({ "text": "Zanzibar it is" });
    daemon.post("/v1/tasks/c~t1/note", &note).ok();
    daemon
        .post(
            "/v1/tasks/c~t1/complete",
            &json!({ "outcome": "converted", "agent": "ana" }),
        )
        .ok();
    daemon
        .put("/v1/agents/tom/presence", &json!({ "presence": "away" }))
        .ok();
    daemon.put("/v1/agents/tom", &json!({ "name": "Thomas" })).ok();
    let made = daemon
        .post("/v1/tokens", &json!({ "name": "desk", "scope": "operator" }))
        .ok();
    let token = made["id"].as_str().expect("an id").to_owned();
    let desk = made["text"].as_str().expect("a text");
    assert_eq!(daemon.get_as(desk, "/v1/audit").status, 403, "it is for admins");
    daemon
        .put_as(desk, "/v1/agents/tom/presence", &json!({ "presence": "online" }))
        .ok();
    daemon
        .say("d", "m1", "agent", "Hello, Ana here", json!({ "agent": "ana" }))
        .ok();

    let audit = daemon.get("/v1/audit").ok();
    let told: Vec<String> = audit["items"]
        .as_array()
        .expect("a list")
        .iter()
        .rev()
        .map(|entry| format!("{} {} {}", entry["by"], entry["action"], entry["subject"]).replace('"', ""))
        .collect();
    let expected = [
        "admin:first task.assign c~t1".to_owned(),
        "admin:first task.accept c~t1".to_owned(),
        "admin:first task.note c~t1".to_owned(),
        "admin:first task.complete c~t1".to_owned(),
        "admin:first agent.presence tom".to_owned(),
        "admin:first agent.put tom".to_owned(),
        format!("admin:first token.create {token}"),
        "operator:desk agent.presence tom".to_owned(),
        "ana conversation.take-over d".to_owned(),
    ];
    assert_eq!(told, expected);
    assert!(!audit.to_string().contains("Zanzibar"), "it tells states, not words");
    let of = |action: &str| {
        let entries = daemon.get(&format!("/v1/audit?action={action}")).ok();
        entries["items"][0].clone()
    };
    let accepted = of("task.accept");
    assert_eq!(
        (
            &accepted["before"]["handover"]["stage"],
            &accepted["after"]["handover"]["stage"]
        ),
        (&json!("assigned to ana"), &json!("accepted by ana"))
    );
    let put = of("agent.put");
    assert_eq!(
        (&put["before"]["name"], &put["after"]["name"]),
        (&json!("Tom Baker"), &json!("Thomas"))
    );
    assert_eq!(of("token.create")["before"], Value::Null);

    // Page after page gives the same, and it outlives a kill.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = daemon.get(&format!("/v1/audit?limit=2{cursor}")).ok();
        paged.extend(page["items"].as_array().expect("a list").clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(Value::Array(paged), audit["items"]);
    let at = accepted["at"].as_str().expect("a time");
    let since = daemon.get(&format!("/v1/audit?since={at}&by=admin:first")).ok();
    assert_eq!(since["items"].as_array().map(Vec::len), Some(6));
    let file = folder.path().join("audit.jsonl");
    let exported = run(&[
        "audit",
        "export",
        &file.display().to_string(),
        "--url",
        &daemon.url,
        "--token",
        daemon.token(),
    ]);
    assert_eq!(exported.0, Some(0), "{}", exported.2);
    assert_eq!(std::fs::read_to_string(&file).expect("written").lines().count(), 9);
    let listed = run(&[
        "audit",
        "list",
        "--by",
        "ana",
        "--url",
        &daemon.url,
        "--token",
        daemon.token(),
    ]);
    assert!(
        listed.1.contains("ana\tconversation.take-over\td\t") && listed.1.contains("holder none -> human"),
        "{}",
        listed.1
    );
}
