//! Other rules beside those in force: a shadow of which nothing comes, a canary for some, and what is made of either.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use baton_tests::{Daemon, eventually, guests};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

const HUMAN: &str = "I want to talk to a human";
const TRIAL: &str = "/v1/packs/trial";

fn trial(daemon: &Daemon) -> Value {
    daemon.get(TRIAL).ok()
}

/// The diff, once the shadow has judged so many messages.
fn diff(daemon: &Daemon, messages: u64) -> Value {
    eventually("the shadow has judged what was said", || {
        let diff = trial(daemon)["diff"].clone();
        (diff["messages"] == messages).then_some(diff)
    })
}

fn say(daemon: &Daemon, conversation: &str, id: &str, text: &str) -> Value {
    daemon.say(conversation, id, "customer", text, json!({})).ok()
}

fn rules_of(daemon: &Daemon, conversation: &str) -> String {
    let handover = daemon.get(&format!("/v1/handovers/{conversation}~h1")).ok();
    handover["rules"].as_str().expect("a text").to_owned()
}

fn shadow(daemon: &Daemon, pack: &str) {
    let wanted = json!({ "pack": pack, "mode": "shadow", "cpu_percent": 100 });
    daemon.put(TRIAL, &wanted).ok();
}

fn canary(daemon: &Daemon, pack: &str, percent: u8) -> Value {
    let wanted = json!({ "pack": pack, "mode": "canary", "percent": percent });
    daemon.put(TRIAL, &wanted).ok()
}

/// Builds a pack and installs it beside a data folder.
fn install(folder: &Path, data: &Path, manifest: &str, component: &[u8]) {
    let source = folder.join("source");
    std::fs::create_dir_all(&source).expect("a folder of the test's own");
    std::fs::write(source.join("pack.toml"), manifest).expect("a folder of the test's own");
    if !component.is_empty() {
        std::fs::write(source.join("hostile.wasm"), component).expect("a folder of the test's own");
    }
    let archive = folder.join("mine-0.1.0.baton");
    let (source, archive, data) = (
        source.display().to_string(),
        archive.display().to_string(),
        data.display().to_string(),
    );
    for arguments in [
        vec!["pack", "build", &source, "--out", &archive],
        vec!["pack", "install", &archive, "--data", &data],
    ] {
        let done = Command::new(PROGRAM).args(&arguments).output().expect("it runs");
        assert!(
            done.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

#[test]
fn a_shadow_of_the_same_rules_differs_in_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    assert_eq!(daemon.get(TRIAL).status, 404, "nothing is tried yet");
    shadow(&daemon, "hvac");
    let said = [
        "What are your opening hours?",
        "That did not answer my question",
        "You still do not understand what I want",
        "I smell gas in the kitchen",
        HUMAN,
        "my heating shows the error code E4 and I am furious",
    ];
    for chat in 0..6 {
        for (n, text) in said.iter().enumerate().skip(chat) {
            say(&daemon, &format!("c{chat}"), &format!("m{n}"), text);
        }
    }
    let diff = eventually("it has heard all handovers", || {
        let diff = trial(&daemon)["diff"].clone();
        (diff["happened"] == 6).then_some(diff)
    });
    assert_eq!((&diff["would_have"], &diff["same"]), (&json!(6), &json!(6)), "{diff:#}");
    assert_eq!((&diff["drift"], &diff["skipped"]), (&json!(0.0), &json!(0)), "{diff:#}");
}

#[test]
fn a_shadow_tells_what_it_would_do_otherwise_and_does_none_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let manifest = "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\n\
                    [template]\ncomponent = \"standard\"\n\
                    [[detector]]\nid = \"asked\"\ncomponent = \"phrases\"\nreason = \"explicit-request\"\n\
                    settings = { builtin = \"explicit-request\" }\n\
                    [[detector]]\nid = \"cold\"\ncomponent = \"phrases\"\nreason = \"pilot-light\"\n\
                    settings = { examples = [\"the pilot light is out\"] }\n\
                    [handover]\nrole = \"technician\"\n";
    install(folder.path(), &data, manifest, b"");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    shadow(&daemon, "mine");
    let pilot = "The pilot light has gone out";
    let kept = say(&daemon, "gained", "m1", pilot);
    assert_eq!(kept["control"]["holder"], "bot", "a shadow hands nothing over");
    say(&daemon, "to-another", "m1", HUMAN);
    say(&daemon, "lost", "m1", "I smell gas in the kitchen");
    let quiet = say(&daemon, "quiet", "m1", "What are your opening hours?");
    assert_eq!(quiet["handover"], Value::Null);
    let diff = diff(&daemon, 4);
    assert_eq!(
        diff["differences"],
        json!({ "gained": 1, "lost": 1, "to-another": 1 }),
        "{diff:#}"
    );
    let examples = diff["examples"].as_array().expect("a list");
    let of = |how: &str| {
        examples
            .iter()
            .find(|one| one["how"] == how)
            .expect("an example")
            .clone()
    };
    assert_eq!(of("gained")["conversation"], "gained");
    assert!(of("gained")["evidence"].to_string().contains("pilot light"), "{diff:#}");
    assert_eq!(of("lost")["becomes"], Value::Null);
    // Without a strategy the host ranks by load, and both are free.
    let other = of("to-another");
    assert_eq!((&other["was"], &other["becomes"]), (&json!("tom"), &json!("ana")));

    // The rules in force come to it later: then it was not gained, but would have been at another message.
    say(&daemon, "gained", "m2", HUMAN);
    let moved = eventually("the later handover is heard", || {
        let diff = trial(&daemon)["diff"].clone();
        (diff["happened"] == 3).then_some(diff)
    });
    assert_eq!(
        moved["differences"],
        json!({ "lost": 1, "moved": 1, "to-another": 1 }),
        "{moved:#}"
    );

    let refused = daemon.post("/v1/packs/promote", &json!({ "max_drift_percent": 5.0, "at_least": 1 }));
    assert_eq!(
        (refused.status, &refused.body["type"]),
        (409, &json!("/problems/trial-not-ready"))
    );
    let refused = daemon.post("/v1/packs/promote", &json!({ "max_drift_percent": 100.0 }));
    assert_eq!(refused.status, 409, "three handovers are not twenty");

    // The counts outlive the daemon, the customers' words do not.
    std::thread::sleep(std::time::Duration::from_secs(6));
    daemon.kill();
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let again = trial(&daemon)["diff"].clone();
    assert_eq!(again["differences"], moved["differences"], "{again:#}");
    assert_eq!(again["examples"], json!([]));

    let promoted = daemon
        .post(
            "/v1/packs/promote",
            &json!({ "max_drift_percent": 100.0, "at_least": 3 }),
        )
        .ok();
    assert_eq!(promoted["items"][0]["pack"], "mine@0.1.0", "{promoted:#}");
    assert_eq!(promoted["in_force"], 2);
    assert_eq!(daemon.get(TRIAL).status, 404, "what is in force is not tried any more");
    let now = say(&daemon, "after", "m1", pilot);
    assert_eq!(now["control"]["holder"], "waiting", "{now}");
}

#[test]
fn a_canary_rules_over_its_share_and_every_conversation_stays_on_its_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let began = canary(&daemon, "default", 50);
    assert_eq!((&began["mode"], &began["percent"]), (&json!("canary"), &json!(50)));
    let chats: Vec<String> = (0..24).map(|n| format!("chat-{n}")).collect();
    for chat in &chats {
        say(&daemon, chat, "m1", "Hello there");
    }
    daemon.kill();
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let judged_by = |daemon: &Daemon, chat: &str, message: usize| {
        let log = daemon.get(&format!("/v1/conversations/{chat}/messages")).ok();
        log["items"][message]["rules"].as_str().expect("rules").to_owned()
    };
    for chat in &chats {
        say(&daemon, chat, "m2", HUMAN);
        let (first, second) = (judged_by(&daemon, chat, 0), judged_by(&daemon, chat, 1));
        assert_eq!(first, second, "{chat} has changed sides");
        assert_eq!(rules_of(&daemon, chat), second);
    }
    let of = |rules: &str| chats.iter().filter(|chat| rules_of(&daemon, chat) == rules).count();
    let (canaries, others) = (of("default@0.1.0#2"), of("hvac@0.1.0#1"));
    assert_eq!(canaries + others, 24);
    assert!((4..=20).contains(&canaries), "{canaries} of 24 at 50 %");
    let sides = trial(&daemon)["sides"].clone();
    assert_eq!(
        (&sides["canary"]["handovers"], &sides["others"]["handovers"]),
        (&json!(canaries), &json!(others)),
        "{sides:#}"
    );
    assert_eq!(sides["canary"]["conversations"], json!(canaries));

    // It is over: what it opened keeps its rules, who comes next follows those in force.
    assert_eq!(daemon.delete(TRIAL).status, 204);
    let kept = chats.iter().find(|chat| rules_of(&daemon, chat) == "default@0.1.0#2");
    let kept = kept.expect("the canary had some");
    daemon
        .post(&format!("/v1/tasks/{kept}~t1/note"), &json!({ "text": "still ours" }))
        .ok();
    let explained = daemon.get(&format!("/v1/handovers/{kept}~h1/explain")).ok();
    let noted = explained["decisions"]
        .as_array()
        .and_then(|all| all.last())
        .expect("the note");
    assert_eq!(
        (&noted["rules"], &noted["same"]),
        (&json!("default@0.1.0#2"), &json!(true)),
        "{noted}"
    );
    let next: BTreeSet<String> = (0..8)
        .map(|n| {
            let chat = format!("next-{n}");
            say(&daemon, &chat, "m1", HUMAN);
            rules_of(&daemon, &chat)
        })
        .collect();
    assert_eq!(next, BTreeSet::from(["hvac@0.1.0#1".to_owned()]));

    let promoted = daemon.post("/v1/packs/promote", &json!({}));
    assert_eq!(promoted.status, 404, "nothing is tried");
    canary(&daemon, "default", 1);
    let promoted = daemon.post("/v1/packs/promote", &json!({})).ok();
    assert_eq!(
        (&promoted["in_force"], &promoted["items"][0]["rules"]),
        (&json!(3), &json!("default@0.1.0#3"))
    );
    say(&daemon, "all", "m1", HUMAN);
    assert_eq!(rules_of(&daemon, "all"), "default@0.1.0#3");
    let audit = daemon.get("/v1/audit").ok();
    let acts: Vec<&str> = audit["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["action"].as_str())
        .collect();
    for act in ["pack.canary", "pack.withdraw", "pack.promote"] {
        assert!(acts.contains(&act), "{act} is not written down: {acts:?}");
    }
}

#[test]
fn a_canary_whose_plugins_fail_ends_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let manifest = "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\n\
                    [template]\ncomponent = \"standard\"\n\
                    [[detector]]\nid = \"bad\"\ncomponent = \"hostile.wasm\"\nreason = \"sentiment\"\n\
                    settings = { detect = \"trap\" }\n";
    install(folder.path(), &data, manifest, guests::hostile());
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    canary(&daemon, "mine", 100);
    for n in 0..4 {
        let answer = say(&daemon, &format!("c{n}"), "m1", HUMAN);
        assert_eq!(
            answer["control"]["holder"], "waiting",
            "a human is promised all the same"
        );
    }
    eventually("it is over", || (daemon.get(TRIAL).status == 404).then_some(()));
    say(&daemon, "after", "m1", HUMAN);
    assert_eq!(rules_of(&daemon, "after"), "hvac@0.1.0#1");
    let audit = daemon.get("/v1/audit?action=pack.withdraw").ok();
    let by = audit["items"][0]["by"].as_str().expect("a text");
    assert!(by.contains("`bad` keeps failing"), "{by}");
}

#[test]
fn what_cannot_be_tried_is_refused_and_nothing_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    for (body, place) in [
        (json!({}), "/pack"),
        (json!({ "pack": "hvac" }), "/mode"),
        (json!({ "pack": "hvac", "mode": "canary" }), "/percent"),
        (json!({ "pack": "hvac", "mode": "canary", "percent": 0 }), "/percent"),
        (
            json!({ "pack": "hvac", "mode": "canary", "percent": 5, "bots": ["a b"] }),
            "/bots/0",
        ),
        (json!({ "pack": "hvac", "mode": "shadow", "percent": 5 }), "/percent"),
        (
            json!({ "pack": "hvac", "mode": "shadow", "cpu_percent": 101 }),
            "/cpu_percent",
        ),
    ] {
        let refused = daemon.put(TRIAL, &body);
        assert_eq!(refused.status, 422, "{body}: {}", refused.body);
        let places: Vec<_> = refused.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| &one["pointer"])
            .collect();
        assert!(places.contains(&&json!(place)), "{body}: {}", refused.body);
    }
    let refused = daemon.put(TRIAL, &json!({ "pack": "hvca", "mode": "shadow" }));
    assert_eq!(
        (refused.status, &refused.body["type"]),
        (422, &json!("/problems/pack-refused"))
    );
    assert_eq!(daemon.get(TRIAL).status, 404);
    assert_eq!(daemon.delete(TRIAL).status, 404);
}
