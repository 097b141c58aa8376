//! Other rules on a live daemon: put in force between two messages, taken back, and never half of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use baton_tests::{Daemon, eventually, guests};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

const HUMAN: &str = "I want to talk to a human";

fn in_force(daemon: &Daemon) -> u64 {
    let generations = daemon.get("/v1/packs/generations").ok();
    generations["in_force"].as_u64().expect("a number")
}

fn activate(daemon: &Daemon, pack: &str) -> Value {
    daemon.post("/v1/packs/activate", &json!({ "pack": pack })).ok()
}

fn roll_back(daemon: &Daemon, body: Value) -> Value {
    daemon.post("/v1/packs/rollback", &body).ok()
}

/// The rules that the handover of a fresh conversation was opened under.
fn opened_under(daemon: &Daemon, conversation: &str) -> String {
    daemon.say(conversation, "m1", "customer", HUMAN, json!({})).ok();
    rules_of(daemon, conversation)
}

fn rules_of(daemon: &Daemon, conversation: &str) -> String {
    let handover = daemon.get(&format!("/v1/handovers/{conversation}~h1")).ok();
    handover["rules"].as_str().expect("a text").to_owned()
}

#[test]
fn rules_are_put_in_force_and_taken_back_and_open_handovers_keep_theirs() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    assert_eq!(opened_under(&daemon, "a"), "hvac@0.1.0#1");

    let told = activate(&daemon, "default");
    assert_eq!(
        (&told["in_force"], &told["items"][0]["rules"]),
        (&json!(2), &json!("default@0.1.0#2"))
    );
    assert_eq!(opened_under(&daemon, "b"), "default@0.1.0#2");
    // The first one keeps its texts and ladder: executed again it is the same under the rules that opened it.
    daemon
        .post("/v1/tasks/a~t1/note", &json!({ "text": "still ours" }))
        .ok();
    let explained = daemon.get("/v1/handovers/a~h1/explain").ok();
    let noted = explained["decisions"]
        .as_array()
        .expect("a list")
        .last()
        .expect("the note")
        .clone();
    assert_eq!(
        (&noted["rules"], &noted["same"]),
        (&json!("hvac@0.1.0#1"), &json!(true)),
        "{noted}"
    );

    for (body, status, kind) in [
        (json!({ "pack": "hvca" }), 422, "pack-refused"),
        (json!({ "pack": "hvac@9.9.9" }), 422, "pack-refused"),
        (json!({ "pack": "../hvac" }), 422, "pack-refused"),
        (json!({ "pack": "/etc" }), 422, "pack-refused"),
        (json!({}), 422, "invalid-request"),
    ] {
        let refused = daemon.post("/v1/packs/activate", &body);
        assert_eq!(refused.status, status, "{}", refused.body);
        assert!(
            refused.body["type"].as_str().expect("a type").ends_with(kind),
            "{}",
            refused.body
        );
        assert_eq!(in_force(&daemon), 2, "nothing has changed");
    }
    daemon.kill();

    // What was activated holds across a crash, and so do the rules of handovers that are open.
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    assert_eq!(in_force(&daemon), 2);
    let explained = daemon.get("/v1/handovers/a~h1/explain").ok();
    assert_eq!(explained["decisions"][0]["same"], true, "{explained}");

    assert_eq!(roll_back(&daemon, json!({}))["in_force"], 1);
    assert_eq!(opened_under(&daemon, "c"), "hvac@0.1.0#1");
    assert_eq!(roll_back(&daemon, json!({ "to": 2 }))["in_force"], 2);
    let unknown = daemon.post("/v1/packs/rollback", &json!({ "to": 7 }));
    assert_eq!(
        (unknown.status, &unknown.body["errors"][0]["pointer"]),
        (422, &json!("/to"))
    );
    let audit = daemon.get("/v1/audit?action=pack.roll-back").ok();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn swaps_under_load_lose_no_message_and_mix_no_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    let (done, sent) = (AtomicBool::new(false), AtomicU32::new(0));
    let judged = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (daemon, done, sent) = (&daemon, &done, &sent);
                scope.spawn(move || {
                    let mut judged = Vec::new();
                    while !done.load(Ordering::SeqCst) {
                        let n = sent.fetch_add(1, Ordering::SeqCst);
                        let conversation = format!("c{client}-{n}");
                        let answer = daemon.say(&conversation, "m1", "customer", HUMAN, json!({}));
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        judged.push(conversation);
                    }
                    judged
                })
            })
            .collect();
        for swap in 0..10 {
            activate(&daemon, if swap % 2 == 0 { "default" } else { "hvac" });
            roll_back(&daemon, json!({}));
        }
        done.store(true, Ordering::SeqCst);
        clients
            .into_iter()
            .flat_map(|client| client.join().expect("no request failed"))
            .collect::<Vec<_>>()
    });
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for conversation in &judged {
        let rules = rules_of(&daemon, conversation);
        let log = daemon.get(&format!("/v1/conversations/{conversation}/messages")).ok();
        assert_eq!(
            log["items"][0]["rules"],
            json!(rules),
            "judged and opened by the same generation"
        );
        *seen.entry(rules).or_default() += 1;
    }
    assert!(seen.len() > 1, "no swap was hit by a message: {seen:?}");
    eprintln!("{} messages over 20 swaps, by generation: {seen:?}", judged.len());
}

#[test]
fn a_kill_during_an_activation_leaves_the_old_rules_or_the_new_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let kills = std::env::var("BATON_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(20_u64);
    let mut daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let mut moved = 0;
    for kill in 0..kills {
        let before = in_force(&daemon);
        let (url, token) = (daemon.url.clone(), daemon.token().to_owned());
        let pack = if kill % 2 == 0 { "default" } else { "hvac" };
        let asked = std::thread::spawn(move || {
            let client = baton_tests::http(Duration::from_secs(5));
            let request = client.post(format!("{url}/v1/packs/activate")).bearer_auth(token);
            let answer = request.json(&json!({ "pack": pack })).send();
            answer.is_ok_and(|answer| answer.status().is_success())
        });
        std::thread::sleep(Duration::from_millis(kill * 97 % 180));
        daemon.kill();
        let acknowledged = asked.join().expect("a client does not panic");
        daemon = Daemon::start(PROGRAM, &data, Some(&config));
        let after = in_force(&daemon);
        assert!(after >= before, "generation {after} after {before}");
        assert!(!acknowledged || after > before, "an acknowledged activation is lost");
        moved += u32::from(after > before);
        let rules = opened_under(&daemon, &format!("c{kill}"));
        assert!(
            rules.ends_with(&format!("#{after}")),
            "{rules} is not generation {after}"
        );
    }
    eprintln!("{kills} kills during an activation, {moved} of them after it was kept");
}

#[test]
fn a_watched_folder_is_in_force_when_it_is_sound_and_leaves_the_old_rules_when_it_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("mine");
    std::fs::create_dir(&pack).expect("a folder of the test's own");
    let write = |more: &str| {
        let text = format!(
            "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\n\
             [template]\ncomponent = \"standard\"\n{more}"
        );
        std::fs::write(pack.join("pack.toml"), text).expect("a folder of the test's own");
    };
    write("");
    let config = config(folder.path(), None, "");
    let watched = pack.display().to_string();
    let data = folder.path().join("data");
    let daemon = Daemon::start_asked(PROGRAM, &data, Some(&config), &["--watch", &watched]);
    eventually("the folder is in force", || (in_force(&daemon) == 2).then_some(()));
    assert_eq!(opened_under(&daemon, "a"), "mine@0.1.0#2");
    write("[handover]\nresponse = \"soon\"\n");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(in_force(&daemon), 2, "what is wrong changes nothing");
    write("[handover]\nresponse = \"1h\"\n");
    eventually("the mended folder is in force", || {
        (in_force(&daemon) == 3).then_some(())
    });
    assert_eq!(opened_under(&daemon, "b"), "mine@0.1.0#3");
}

#[test]
fn rules_that_fail_in_their_first_minutes_go_back_by_themselves() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("mine");
    std::fs::create_dir(&pack).expect("a folder of the test's own");
    std::fs::write(pack.join("hostile.wasm"), guests::hostile()).expect("a folder of the test's own");
    let write = |deed: &str| {
        let text = format!(
            "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\n\
             [template]\ncomponent = \"standard\"\n\
             [[detector]]\nid = \"bad\"\ncomponent = \"hostile.wasm\"\nreason = \"sentiment\"\n\
             settings = {{ detect = \"{deed}\" }}\n"
        );
        std::fs::write(pack.join("pack.toml"), text).expect("a folder of the test's own");
    };
    // What cannot run at all is not even put in force.
    write("panic");
    let config = config(folder.path(), None, "");
    let watched = pack.display().to_string();
    let daemon = Daemon::start_asked(
        PROGRAM,
        &folder.path().join("data"),
        Some(&config),
        &["--watch", &watched],
    );
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(in_force(&daemon), 1, "it fails when it is tried");
    write("trap");
    eventually("it is in force", || (in_force(&daemon) == 2).then_some(()));
    for n in 0..4 {
        let answer = daemon.say(&format!("c{n}"), "m1", "customer", HUMAN, json!({})).ok();
        assert_eq!(
            answer["control"]["holder"], "waiting",
            "a human is promised all the same: {answer}"
        );
    }
    eventually("it is rolled back", || (in_force(&daemon) == 1).then_some(()));
    let audit = daemon.get("/v1/audit?action=pack.roll-back").ok();
    let by = audit["items"][0]["by"].as_str().expect("a text");
    assert!(by.contains("`bad` keeps failing"), "{by}");
    assert_eq!(opened_under(&daemon, "after"), "hvac@0.1.0#1");
}
