//! A plugin's cost, its calls recorded and made again, its faults set aside, its log followed: with the real program.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use baton_tests::{Daemon, baton, eventually, guests};
use serde_json::{Value, json};

use crate::chat::hvac_visitor;
use crate::{PROGRAM, config};

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let out = baton(PROGRAM).args(args).output().expect("it runs and ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

fn json_of(args: &[&str]) -> (Option<i32>, Value) {
    let (code, out, err) = run(&[args, &["--json"]].concat());
    (
        code,
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}")),
    )
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A pack with a detector that panics when a customer asks for a human, and with the usual rules around it.
fn pack_with_a_trap(folder: &Path, name: &str, deed: &str) {
    let pack = folder.join(name);
    fs::create_dir(&pack).expect("a folder of the test's own");
    fs::write(pack.join("hostile.wasm"), guests::hostile()).expect("a folder of the test's own");
    let manifest = format!(
        "[pack]\nname = {name:?}\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\ndescription = \"d\"\n\
         \n[[detector]]\nid = \"trapped\"\ncomponent = \"hostile.wasm\"\nreason = \"sentiment\"\nthreshold = 0.75\n\
         settings = {{ detect = {deed:?} }}\n\
         \n[[detector]]\nid = \"asked\"\ncomponent = \"phrases\"\nreason = \"explicit-request\"\nthreshold = 0.75\n\
         settings = {{ builtin = \"explicit-request\" }}\n\
         \n[[strategy]]\nid = \"who\"\ncomponent = \"least-loaded\"\n\n[[template]]\nid = \"words\"\ncomponent = \"standard\"\n"
    );
    fs::write(pack.join("pack.toml"), manifest).expect("a folder of the test's own");
}

#[test]
fn a_pack_is_measured_against_its_budget_and_an_older_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, told) = json_of(&["pack", "bench", "default", "--samples", "40", "--against", "hvac"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        (&told["pack"], &told["against"], &told["debug_build"]),
        (
            &json!("default@0.1.0"),
            &json!("hvac@0.1.0"),
            &json!(cfg!(debug_assertions))
        )
    );
    let measured = list(&told["measured"]);
    let of = |plugin: &str, on: &str| {
        let found = measured.iter().find(|one| one["plugin"] == plugin && one["on"] == on);
        found.unwrap_or_else(|| panic!("{plugin} {on} in {told}"))
    };
    let asked = of("human-requested", "detect customer");
    for what in ["time_us", "fuel"] {
        let spread = ["min", "p50", "p90", "p99", "max"].map(|at| asked["new"][what][at].as_f64().expect("a number"));
        assert!(spread[0] > 0.0 && spread.is_sorted(), "{spread:?}");
    }
    assert!(asked["new"]["answers"].as_u64() >= Some(40), "{asked}");
    let share = asked["of_budget"]["fuel"]["max"].as_f64().expect("a number");
    let most = told["budget"]["fuel"].as_f64().expect("a number");
    assert_eq!(share, asked["new"]["fuel"]["max"].as_f64().expect("a number") / most);
    for (kind, on) in [("rank", "rank"), ("compose", "compose")] {
        assert!(measured.iter().any(|one| one["on"] == on), "no {kind} in {told}");
    }

    // Against itself nothing differs in fuel, to the last instruction.
    let messages = folder.path().join("messages.jsonl");
    fs::write(
        &messages,
        "{\"text\":\"where is my boiler\"}\n\n{\"text\":\"I do not know\",\"speaker\":\"bot\"}\n",
    )
    .expect("a folder of the test's own");
    let messages = messages.to_str().expect("a path");
    let same = [
        "pack",
        "bench",
        "hvac",
        "--against",
        "hvac",
        "--samples",
        "20",
        "--messages",
        messages,
    ];
    let (code, told) = json_of(&same);
    assert_eq!(code, Some(0), "{told}");
    for one in list(&told["measured"]) {
        assert_eq!(one["difference"]["fuel"], 0.0, "{one}");
        if one["on"] == "detect customer" {
            assert_eq!(one["calls"], 1, "the file's only, each different one: {one}");
        }
    }
    let (code, out, err) = run(&["pack", "bench", "hvac", "--samples", "5", "--messages", messages]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("# PLUGIN\tON\tINPUTS\tMIN\tP50\tP90\tP99\tMAX\tP99/BUDGET"),
        "{out}"
    );
    assert_eq!(err.contains("of a debug build"), cfg!(debug_assertions), "{err}");
}

#[test]
fn what_cannot_be_measured_is_told_with_its_place_and_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("messages.jsonl");
    let path = file.to_str().expect("a path");
    for (text, expected) in [
        (
            "{\"text\":\"hi\"}\n{\"words\":\"hi\"}\n",
            "messages.jsonl:2: missing field `text`",
        ),
        (
            "{\"text\":\"hi\",\"speaker\":\"agent\"}\n",
            "messages.jsonl:1: speaker \"agent\" is judged by no rule",
        ),
        ("\n", "messages.jsonl:1: there is no message"),
    ] {
        fs::write(&file, text).expect("a folder of the test's own");
        let (code, _, err) = run(&["pack", "bench", "hvac", "--messages", path]);
        assert!(code == Some(2) && err.contains(expected), "{code:?} {err}");
        assert!(err.contains("each line is {\"text\":\"...\"}"), "{err}");
    }
    pack_with_a_trap(folder.path(), "bare", "well");
    let pack = folder.path().join("bare");
    let (code, _, err) = run(&["pack", "bench", pack.to_str().expect("a path")]);
    assert!(
        code == Some(2) && err.contains("bare@0.1.0 has no stories"),
        "{code:?} {err}"
    );
    assert!(err.contains("--messages"), "{err}");
    let (code, _, err) = run(&["pack", "replay", path]);
    assert!(
        code == Some(2) && err.contains("holds no call; record some"),
        "{code:?} {err}"
    );
}

#[test]
fn recorded_calls_give_the_same_at_home_and_another_pack_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.jsonl");
    let path = file.to_str().expect("a path");
    let usual = config(folder.path(), None, "");
    let daemon = Daemon::start_asked(PROGRAM, &folder.path().join("data"), Some(&usual), &["--record", path]);
    hvac_visitor(&daemon, "chat-1", "web");
    daemon.kill();
    let mode = fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds customers' words");
    let lines = fs::read_to_string(&file).expect("text");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&first["business"], &first["rules"]),
        (&json!("default"), &json!("hvac@0.1.0#1"))
    );
    assert_eq!(first["component"].as_str().map(str::len), Some(64), "a SHA-256");

    let (code, made) = json_of(&["pack", "replay", path]);
    assert_eq!(code, Some(0), "{made}");
    assert_eq!(list(&made).len(), lines.lines().count());
    let functions: std::collections::BTreeSet<_> = list(&made).iter().map(|one| one["function"].to_string()).collect();
    assert!(functions.contains("\"detect\"") && functions.contains("\"rank\"") && functions.contains("\"compose\""));
    for one in list(&made) {
        assert_eq!(one["said"], "same", "{one}");
        assert_eq!(
            one["before"]["fuel"], one["now"]["fuel"],
            "to the last instruction: {one}"
        );
    }
    let (code, out, err) = run(&["pack", "replay", path, "--pack", "default"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(
        out.contains("these rules have no such plugin") || out.contains("DIFF"),
        "{out}"
    );
    assert!(err.contains("calls give the same") && err.contains("(-)"), "{err}");
    fs::write(&file, lines.replace("hvac@0.1.0#1", "gone@1.0.0#1")).expect("a folder of the test's own");
    let (code, _, err) = run(&["pack", "replay", path]);
    assert!(
        code == Some(2) && err.contains("gone@1.0.0#1, which is not here"),
        "{code:?} {err}"
    );
    assert!(err.contains("--pack"), "{err}");
}

#[test]
fn a_fault_is_set_aside_made_again_corrected_and_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    pack_with_a_trap(folder.path(), "mine", "trap");
    pack_with_a_trap(folder.path(), "fixed", "well");
    let (config, data) = (folder.path().join("baton.toml"), folder.path().join("data"));
    fs::write(&config, "[business.default]\npack = \"./mine\"\n").expect("a folder of the test's own");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    daemon.say("c1", "m1", "customer", "hello there", json!({})).ok();
    // The same words in another conversation are another input; the same once more is the same cause.
    for chat in ["c1", "c2"] {
        let judged = daemon
            .say(
                chat,
                "m2",
                "customer",
                "I want to talk to a human about Zanzibar",
                json!({}),
            )
            .ok();
        assert_eq!(judged["control"]["holder"], "waiting", "the others judge it: {judged}");
    }
    let aside = || list(&daemon.get("/v1/quarantine").ok()["items"]).to_vec();
    eventually("both calls are set aside", || (aside().len() == 2).then_some(()));
    let newest = aside()[0].clone();
    assert_eq!(
        (
            &newest["plugin"],
            &newest["kind"],
            &newest["conversation"],
            &newest["function"]
        ),
        (&json!("trapped"), &json!("panic"), &json!("c2"), &json!("detect"))
    );
    let fault = newest["fault"].as_str().expect("words");
    assert!(
        fault.contains("src/lib.rs:") && fault.contains("the sky falls"),
        "with file and line: {fault}"
    );
    let id = newest["id"].as_str().expect("an id").to_owned();
    let connection = ["--url", &daemon.url, "--token", daemon.token()];
    let cli = |args: &[&str]| run(&[args, &connection].concat());

    let (code, out, err) = cli(&["plugin", "quarantine", "show", &id]);
    assert_eq!(code, Some(0), "{err}");
    for part in [
        "the sky falls",
        "40 bytes to look at",
        "I want to talk to a human about Zanzibar",
        "fuel",
        "input",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let (code, out, err) = cli(&["plugin", "quarantine", "replay", &id]);
    assert!(
        code == Some(1) && out.contains("FAIL") && out.contains("the sky falls"),
        "{code:?} {out}{err}"
    );
    let again = daemon.post(&format!("/v1/quarantine/{id}/replay"), &json!({})).ok();
    assert_eq!(
        (&again["said"], &again["other_component"]),
        (&json!("same"), &json!(false))
    );
    assert_eq!(aside().len(), 2, "a call that is made again is not set aside");
    let fixed = folder.path().join("fixed");
    let fixed = fixed.to_str().expect("a path");
    let (code, out, err) = cli(&["plugin", "quarantine", "replay", &id, "--pack", fixed]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("other settings") && out.contains("finds"), "{out}");
    let (_, shown, _) = cli(&["plugin", "quarantine", "show", &id, "--json"]);
    let file = folder.path().join("call.json");
    fs::write(&file, shown).expect("a folder of the test's own");
    let mine = folder.path().join("mine");
    let (file, mine) = (file.to_str().expect("a path"), mine.to_str().expect("a path"));
    let (code, out, err) = run(&["pack", "replay", file, "--pack", mine]);
    assert!(
        code == Some(0) && out.contains("same") && out.contains("the sky falls"),
        "{code:?} {out}{err}"
    );

    // What it said is in its log, with the fault; and is read on from where one stopped.
    let log = daemon.get("/v1/plugins/trapped/log?after=0").ok();
    let lines: Vec<_> = list(&log["items"])
        .iter()
        .map(|line| line["line"].as_str().expect("text"))
        .collect();
    assert_eq!(lines[0], "11 bytes to look at");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("the sky falls") && line.contains("of fuel, input ")),
        "{lines:?}"
    );
    let next = log["next"].as_u64().expect("a number");
    assert_eq!(
        list(&daemon.get(&format!("/v1/plugins/trapped/log?after={next}")).ok()["items"]).len(),
        0
    );
    assert_eq!(daemon.get("/v1/plugins/nobody/log").status, 404);
    let mut follower = baton(PROGRAM)
        .args(["plugin", "log", "trapped", "--follow"])
        .args(connection)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut told = BufReader::new(follower.stdout.take().expect("it is piped")).lines();
    assert!(
        told.next().expect("a line").expect("text").contains("11 bytes"),
        "what was said before"
    );
    daemon.say("c3", "m1", "customer", "just now", json!({})).ok();
    assert!(
        told.any(|line| line.expect("text").contains("8 bytes to look at")),
        "as it is said"
    );
    follower.kill().expect("it runs");
    follower.wait().expect("it ends");

    let (code, _, err) = cli(&["plugin", "quarantine", "drop", &id]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(daemon.get(&format!("/v1/quarantine/{id}")).status, 404);
    let audit = daemon.get("/v1/audit?action=quarantine.drop").ok();
    assert_eq!(
        (&audit["items"][0]["subject"], audit.to_string().contains("Zanzibar")),
        (&json!(id), false)
    );

    // It outlives a kill, and goes with its contact.
    daemon.kill();
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let left = daemon.get("/v1/quarantine").ok();
    assert_eq!(
        (list(&left["items"]).len(), &left["items"][0]["conversation"]),
        (1, &json!("c1"))
    );
    daemon.kill();
    let data = data.to_str().expect("a path");
    let erase = [
        "store",
        "erase-contact",
        "--conversation",
        "c1",
        "--data",
        data,
        "--also-open",
        "--yes",
    ];
    let (code, out, err) = run(&erase);
    assert_eq!(code, Some(0), "{out}{err}");
    let daemon = Daemon::start(PROGRAM, Path::new(data), Some(&config));
    assert_eq!(list(&daemon.get("/v1/quarantine").ok()["items"]).len(), 0, "erased");
}
