//! Who did what is written down, and what is known of a contact can be shown and erased.

use std::path::Path;

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

/// Whether any file below a folder holds a word.
fn is_on_disk(folder: &Path, word: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.into_iter().any(|entry| match entry.path() {
        path if path.is_dir() => is_on_disk(&path, word),
        path => {
            let bytes = std::fs::read(path).expect("a file");
            bytes.windows(word.len()).any(|part| part == word.as_bytes())
        }
    })
}

#[test]
fn erasing_a_contact_leaves_no_word_on_the_disk_and_every_count() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody listens there, so deliveries wait in the outbox.
    let config = config(folder.path(), Some("http://127.0.0.1:9/"), "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let maria = json!({ "contact": { "name": "Maria Lopez", "email": "maria@zanzibar.example", "phone": "+1 555 0100" }, "fields": { "city": "Zanzibar" } });
    let other = json!({ "contact": { "name": "Otto", "email": "otto@example.com" } });
    daemon
        .say("c", "m1", "customer", "I want to talk to a human about Zanzibar", maria)
        .ok();
    daemon
        .say("k", "m1", "customer", "I want to talk to a human about Timbuktu", other)
        .ok();
    daemon
        .post("/v1/tasks/c~t1/note", &json!({ "text": "Zanzibar again" }))
        .ok();
    daemon.stop();

    let path = data.display().to_string();
    let store = |args: &[&str]| run(&[&["store"], args, &["--data", &path]].concat());
    let erase = ["erase-contact", "--email", "Maria@Zanzibar.example"];
    let (code, _, error) = store(&erase);
    assert!(
        code == Some(1) && error.contains("something to do about c") && error.contains("--also-open"),
        "{error}"
    );
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon
        .post(
            "/v1/tasks/c~t1/assign",
            &json!({ "to": { "kind": "agent", "id": "ana" } }),
        )
        .ok();
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": "ana" })).ok();
    let done = json!({ "outcome": "closed", "agent": "ana", "note": "sold Zanzibar" });
    daemon.post("/v1/tasks/c~t1/complete", &done).ok();
    let held = store(&["export-contact", "-", "--phone", "15550100"]);
    assert!(held.0 == Some(1) && held.2.contains("stop the daemon"), "{}", held.2);
    daemon.stop();

    let (code, exported, error) = store(&["export-contact", "-", "--phone", "1-555-0100"]);
    assert_eq!(code, Some(0), "{error}");
    let kinds: std::collections::BTreeSet<String> = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["what"].to_string())
        .collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    assert!(exported.contains("Zanzibar") && exported.contains("Maria Lopez") && !exported.contains("Timbuktu"));
    assert_eq!(
        store(&["export-contact", "-", "--email", "nobody@example.com"]).0,
        Some(1)
    );

    let (code, told, error) = store(&erase);
    assert!(
        code == Some(0) && told.contains("would erase 1 conversations: c."),
        "{told}{error}"
    );
    assert!(is_on_disk(&data, "Zanzibar") && is_on_disk(&data, "Maria Lopez"));
    let counts = |told: &str| {
        let mut report: Value = serde_json::from_str(told).expect("JSON");
        let counts = report["counts"].as_object_mut().expect("counts");
        assert!(counts.remove("steps").is_some() && counts.remove("deliveries").is_some());
        (report["sound"].clone(), report["counts"].clone())
    };
    let before = counts(&store(&["verify", "--json"]).1);
    let (code, told, error) = store(&[&erase[..], &["--yes"]].concat());
    assert!(
        code == Some(0) && told.contains("erased in 1 conversations: 1 messages, 1 handovers, 1 tasks"),
        "{told}{error}"
    );
    for word in ["Zanzibar", "zanzibar", "Maria", "555 0100"] {
        assert!(!is_on_disk(&data, word), "{word} is still there");
    }
    assert!(is_on_disk(&data, "Timbuktu"), "others keep theirs");
    assert_eq!(counts(&store(&["verify", "--json"]).1), before);
    let backup = folder.path().join("backup.jsonl");
    assert_eq!(store(&["backup", &backup.display().to_string()]).0, Some(0));
    let backup = std::fs::read_to_string(backup).expect("written");
    assert!(backup.contains("Timbuktu") && !backup.contains("Zanzibar"));

    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let handover = daemon.get("/v1/handovers/c~h1").ok();
    assert_eq!(
        (&handover["reason"], &handover["ending"]["outcome"]),
        (&json!("explicit-request"), &json!("closed"))
    );
    let message = daemon.get("/v1/conversations/c/messages").ok()["items"][0].clone();
    assert_eq!(message["text"], "[erased]", "{message}");
    let acts = daemon.get("/v1/audit?by=data%20folder").ok();
    let acts: Vec<&Value> = acts["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| &entry["action"])
        .collect();
    assert_eq!(acts, ["contact.erase", "contact.export"]);
    // They may come back, as somebody new.
    daemon.say("c", "m2", "customer", "Hello again", json!({})).ok();
}
