//! The command line against a running daemon, and the demo as a newcomer sees it.

use std::path::PathBuf;

use baton_tests::{Daemon, baton};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

#[test]
fn the_demo_plays_itself_and_ends() {
    let out = baton(PROGRAM)
        .args(["demo", "--exit"])
        .output()
        .expect("it runs and ends");
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{told}\n{}", String::from_utf8_lossy(&out.stderr));
    for part in ["curl", "baton task list", "HVAC"] {
        assert!(told.contains(part), "the tour names {part:?}:\n{told}");
    }
}

#[test]
fn a_task_is_worked_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    let run = |args: &[&str]| {
        let mut command = baton(PROGRAM);
        command
            .args(args)
            .env("BATON_URL", &daemon.url)
            .env("BATON_TOKEN", daemon.token());
        let out = command.output().expect("it runs and ends");
        (
            out.status.code(),
            String::from_utf8_lossy(&out.stdout).into_owned(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    let (code, listed, errors) = run(&["task", "list", "--json"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(listed.contains("c~t1"), "{listed}");
    let agent = daemon.get("/v1/tasks/c~t1").ok()["assignee"]["id"]
        .as_str()
        .expect("somebody")
        .to_owned();
    let stranger = if agent == "tom" { "ana" } else { "tom" };
    let (code, _, errors) = run(&["task", "accept", "c~t1", "--agent", stranger]);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains(&agent), "it says who has it: {errors}");
    assert_eq!(run(&["task", "accept", "c~t1", "--agent", &agent]).0, Some(0));
    assert_eq!(
        run(&["task", "complete", "c~t1", "closed", "--agent", &agent]).0,
        Some(0)
    );
    let done: Value = serde_json::from_str(&run(&["handover", "show", "c~h1", "--json"]).1).expect("JSON");
    assert_eq!(done["ending"]["outcome"], "closed", "{done}");
    let (code, _, errors) = run(&["task", "show", "nothing~t9"]);
    assert_eq!(code, Some(1), "{errors}");
    let out = baton(PROGRAM)
        .args(["task", "list", "--url", "http://127.0.0.1:9"])
        .env("BATON_TOKEN", "x")
        .output()
        .expect("it ends");
    assert_eq!(
        out.status.code(),
        Some(3),
        "a daemon that cannot be reached has a code of its own"
    );
    assert_eq!(
        baton(PROGRAM).arg("fly").output().expect("it ends").status.code(),
        Some(2)
    );
}

/// The packs for a trade.
const TRADES: [&str; 5] = [
    "home-services",
    "healthcare",
    "professional-services",
    "ecommerce",
    "saas-sales",
];

#[test]
fn the_packs_of_a_trade_say_something_else_when_their_business_is_closed() {
    for pack in TRADES {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../plugins/packs")
            .join(pack);
        let stories = std::fs::read_dir(folder.join("closed")).expect("stories with hours");
        let stories: Vec<_> = stories.map(|entry| entry.expect("an entry").path()).collect();
        assert!(!stories.is_empty(), "{pack}");
        let out = baton(PROGRAM)
            .args(["simulate", "--config"])
            .arg(folder.join("business.toml"))
            .args(stories)
            .output()
            .expect("it runs and ends");
        assert!(out.status.success(), "{pack}: {}", String::from_utf8_lossy(&out.stdout));
    }
}

#[test]
fn the_stories_of_the_built_in_packs_pass() {
    for pack in ["default", "hvac"].into_iter().chain(TRADES) {
        let out = baton(PROGRAM)
            .args(["pack", "test", pack])
            .output()
            .expect("it runs and ends");
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(out.status.success(), "{pack}: {told}");
        assert!(told.contains(".story"), "{pack} has stories: {told}");
    }
}

#[test]
fn a_backup_restores_to_the_same_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon
        .say("c", "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    let before = daemon.get("/v1/handovers/c~h1").ok();
    let token = daemon.token().to_owned();
    daemon.stop();
    let store = |args: &[&str]| {
        let out = baton(PROGRAM)
            .arg("store")
            .args(args)
            .output()
            .expect("it runs and ends");
        assert!(
            out.status.success(),
            "{args:?}: {}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    };
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    store(&["verify", "--data", &path("data")]);
    store(&["backup", "--data", &path("data"), &path("backup.jsonl")]);
    store(&["restore", "--data", &path("again"), &path("backup.jsonl")]);
    store(&["verify", "--data", &path("again")]);
    let daemon = Daemon::start(PROGRAM, &folder.path().join("again"), Some(&config)).with_token(&token);
    assert_eq!(daemon.get("/v1/handovers/c~h1").ok(), before);
}
