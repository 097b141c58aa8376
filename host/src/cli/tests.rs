//! The command line as its users meet it: what they type, what they read, how it ends.

use serde_json::json;

use super::*;
use crate::client::tests::{Fake, problem};

mod help;
mod pack;

/// A pipe, in UTC.
pub(super) fn look() -> Look {
    Look {
        width: None,
        colour: false,
        json: false,
        zone: TimeZone::UTC,
    }
}

/// What is shown on standard output.
pub(super) fn text_of(look: Look, show: impl FnOnce(&mut Screen<'_>)) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    show(&mut Screen {
        out: &mut out,
        err: &mut err,
        look,
    });
    String::from_utf8(out).expect("text")
}

/// Exit status, standard output and standard error of a command line.
fn baton(args: &[&str]) -> (u8, String, String) {
    with_look(args, look(), "")
}

fn with_look(args: &[&str], look: Look, input: &str) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["baton"].iter().chain(args).map(OsString::from);
    let exit = run(
        args,
        &mut Screen {
            out: &mut out,
            err: &mut err,
            look,
        },
        &mut input.as_bytes(),
    );
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (exit.code(), text(out), text(err))
}

#[test]
fn the_commands_are_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn wrong_arguments_end_with_2_and_say_what_is_wrong() {
    for (args, said) in [
        (&["tsak"][..], "unrecognized subcommand 'tsak'"),
        (&["task"][..], "Usage: baton task"),
        (
            &["task", "list", "--state", "done"][..],
            "[possible values: open, ended, any]",
        ),
        (&["task", "list", "--limit", "0"][..], "0 is not in 1..=200"),
        (&["task", "list", "--all", "--limit", "5"][..], "cannot be used with"),
        (
            &["task", "complete", "chat-17~t1", "finished"][..],
            "invalid value 'finished'",
        ),
        (
            &["task", "complete", "chat-17~t1", "scheduled", "--due", "soon"][..],
            "\"soon\" is no time; write a span from now",
        ),
        (
            &["task", "complete", "chat-17~t1", "closed", "--needed", "maybe"][..],
            "write yes or no",
        ),
        (
            &["agent", "presence", "ana", "busy"][..],
            "[possible values: online, away, offline]",
        ),
        (
            &["agent", "put", "ana", "--name", "Ana", "--capacity", "0"][..],
            "0 is not in 1..=1000",
        ),
        (
            &["agent", "put", "ana", "--name", "Ana", "--hours", "montag=09:00-12:00"][..],
            "is no day with its hours; write mon=09:00-12:00,13:00-18:00",
        ),
        (
            &["task", "list", "--due-soon", "tomorrow"][..],
            "\"tomorrow\" is no span of time; write 90m, 2h or 1d12h",
        ),
        (&["task", "list", "--due-soon", "--overdue"][..], "cannot be used with"),
        (
            &["token", "create", "--name", "x", "--scope", "agent"][..],
            "--agent <ID>",
        ),
        (
            &["token", "create", "--name", "x", "--scope", "root"][..],
            "[possible values: bot, agent, operator, admin]",
        ),
        (&["serve", "--listen", "7420"][..], "invalid socket address"),
        (&["simulate"][..], "<FILE>..."),
        (&["chat", "--business", "acme"][..], "--config <FILE>"),
        (&["dead-letter", "send-again"][..], "<ID>..."),
        (&["completions", "tcsh"][..], "[possible values:"),
        (
            &["report", "--group-by", "colour"][..],
            "[possible values: business, bot, channel, reason, tag, agent, pack, day, week]",
        ),
        (
            &["report", "--format", "pdf"][..],
            "[possible values: table, json, csv, html]",
        ),
        (
            &["report", "review", "--format", "csv"][..],
            "a review is no table for a spreadsheet",
        ),
        (&["report", "--group-by", "day", "review"][..], "a review has no groups"),
        (
            &["task", "list", "--url", "nowhere", "--token", "t"][..],
            "\"nowhere\" is not the address of a daemon",
        ),
        (&["simulate", "/nowhere.story"][..], ""),
        (&["serve", "--config", "/nowhere.toml"][..], "/nowhere.toml"),
        (
            &["--log", "info,baton=loud", "openapi"][..],
            "the log filter \"info,baton=loud\" cannot be read",
        ),
        (&["pack", "test", "hvca"][..], ""),
    ] {
        let (code, out, err) = baton(args);
        assert!(err.contains(said), "{args:?}\n{err}");
        assert!(out.is_empty(), "{args:?}\n{out}");
        if !said.is_empty() {
            assert_eq!(code, 2, "{args:?}\n{err}");
        }
    }
}

#[test]
fn a_problem_is_told_with_its_pointers_its_remedy_and_the_right_status() {
    let cases = [
        (409, "not-offered", 1),
        (422, "invalid-request", 1),
        (404, "not-found", 1),
        (401, "unauthorized", 4),
        (403, "scope-needed", 4),
        (503, "stopping", 3),
        (500, "internal", 70),
    ];
    for (status, slug, expected) in cases {
        let fake = Fake::start(move |_| {
            let (status, mut body) = problem(status, slug, "No", "2 faults");
            body["errors"] = json!([{ "pointer": "/contact/email", "detail": "is no address" }, { "parameter": "limit", "detail": "is 0" }]);
            (status, body)
        });
        let (code, out, err) = baton(&[
            "task",
            "show",
            "chat-17~t1",
            "--url",
            &fake.url(),
            "--token",
            "baton_a_b",
        ]);
        assert_eq!((code, out.as_str()), (expected, ""), "{slug}");
        let told = format!(
            "error: No: 2 faults\n  /contact/email: is no address\n  limit: is 0\n  help: advice about {slug}. - try again in 0 s\n  request: r-1\n"
        );
        assert_eq!(err, told);
    }
}

#[test]
fn with_json_a_failure_is_json_too() {
    let fake = Fake::start(|_| problem(409, "not-offered", "No", "the offer lapsed"));
    let (code, out, err) = baton(&[
        "task",
        "accept",
        "chat-17~t1",
        "--json",
        "--url",
        &fake.url(),
        "--token",
        "baton_a_b",
    ]);
    let told: serde_json::Value = serde_json::from_str(&err).expect("json");
    assert_eq!((code, out.as_str(), &told["error"]["exit"]), (1, "", &json!(1)));
    assert_eq!(told["error"]["problem"]["type"], "/problems/not-offered");
}

#[test]
fn without_a_daemon_or_a_token_it_says_what_to_do() {
    let fake = Fake::start(|_| (200, json!({})));
    let gone = fake.url();
    drop(fake);
    let (code, _, err) = baton(&["task", "list", "--url", &gone, "--token", "baton_a_b"]);
    assert_eq!(code, 3);
    assert!(
        err.contains("no answer from the daemon at") && err.contains("start it with `baton serve`"),
        "{err}"
    );
    let (code, _, err) = baton(&["task", "list", "--token", "", "--data", "/nowhere"]);
    assert_eq!(code, 4);
    assert!(
        err.contains("a token is needed, and there is none in --token, BATON_TOKEN or /nowhere/admin.token"),
        "{err}"
    );
}

#[test]
fn the_token_of_the_data_folder_goes_to_this_machine_only() {
    let data = tempfile::tempdir().expect("a folder");
    std::fs::write(data.path().join("admin.token"), "baton_first_secret\n").expect("written");
    let folder = data.path().to_str().expect("plain");
    let fake = Fake::start(|_| (200, json!({ "items": [] })));
    let (code, _, err) = baton(&["agent", "list", "--token", "", "--url", &fake.url(), "--data", folder]);
    assert_eq!(
        (code, err.as_str()),
        (0, "no agents; add one: baton agent put ana --name Ana\n")
    );
    assert_eq!(fake.requests()[0].token.as_deref(), Some("Bearer baton_first_secret"));
    let (code, _, err) = baton(&[
        "agent",
        "list",
        "--token",
        "",
        "--url",
        "http://baton.invalid",
        "--data",
        folder,
    ]);
    assert_eq!(code, 4, "{err}");
}

fn one_task() -> serde_json::Value {
    json!({ "items": [{
        "id": "chat-17~t1", "priority": "high", "due_at": "2026-03-02T17:30:00Z", "overdue": true, "assignee": { "kind": "role", "id": "technician" },
        "state": { "kind": "open" }, "title": "Follow up:\t\u{1b}[31mHVAC",
    }], "next": "abc" })
}

#[test]
fn a_list_is_tab_separated_in_a_pipe_and_a_table_on_a_terminal() {
    let fake = Fake::start(|_| (200, one_task()));
    let args = ["task", "list", "--utc", "--url", &fake.url(), "--token", "baton_a_b"];
    let (code, out, err) = baton(&args);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "chat-17~t1\thigh\t2026-03-02 17:30:00 UTC (overdue)\trole:technician\topen\tFollow up: \u{FFFD}[31mHVAC\n"
    );
    assert_eq!(err, "there are more: add --all, or --cursor abc\n");
    let (_, out, _) = with_look(
        &args,
        Look {
            width: Some(80),
            ..look()
        },
        "",
    );
    assert!(out.starts_with("ID ") && out.contains("PRIORITY"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let (_, out, _) = baton(&[&args[..], &["--json"]].concat());
    let told: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert_eq!(told, one_task());
}

#[test]
fn times_are_shown_in_the_zone_of_the_machine() {
    let zone = TimeZone::get("Europe/Berlin").expect("bundled");
    let fake = Fake::start(|_| (200, one_task()));
    let args = ["task", "list", "--url", &fake.url(), "--token", "baton_a_b"];
    let (_, out, _) = with_look(&args, Look { zone, ..look() }, "");
    assert!(out.contains("2026-03-02 18:30:00 CET"), "{out}");
}

#[test]
fn an_act_tells_what_it_left_behind() {
    let fake = Fake::start(|_| {
        let task =
            json!({ "id": "chat-17~t1", "state": { "kind": "open" }, "assignee": { "kind": "agent", "id": "ana" } });
        (
            200,
            json!({ "conversation": { "control": { "holder": "human", "epoch": 2 } }, "task": task }),
        )
    });
    let url = fake.url();
    let (code, out, _) = baton(&[
        "task",
        "accept",
        "chat-17~t1",
        "--agent",
        "ana",
        "--url",
        &url,
        "--token",
        "baton_a_b",
    ]);
    assert_eq!(
        (code, out.as_str()),
        (
            0,
            "accepted chat-17~t1; it is open, with ana; the conversation is held by human (epoch 2)\n"
        )
    );
    assert_eq!(fake.requests()[0].body, json!({ "agent": "ana" }));
    let (code, out, _) = baton(&[
        "task",
        "give-back",
        "chat-17~t1",
        "--agent",
        "ana",
        "--reason",
        "ill",
        "--url",
        &url,
        "--token",
        "baton_a_b",
    ]);
    assert!(code == 0 && out.starts_with("gave back chat-17~t1; "), "{out}");
    assert_eq!(
        (fake.requests()[1].path.as_str(), &fake.requests()[1].body),
        (
            "/v1/tasks/chat-17~t1/give-back",
            &json!({ "agent": "ana", "reason": "ill" })
        )
    );
    drop(baton(&[
        "task",
        "complete",
        "chat-17~t1",
        "scheduled",
        "--due",
        "2026-03-06T14:00:00Z",
        "--url",
        &url,
        "--token",
        "baton_a_b",
    ]));
    assert_eq!(
        fake.requests()[2].body,
        json!({ "outcome": "scheduled", "follow_up": { "due_at": "2026-03-06T14:00:00Z" } })
    );
}

#[test]
fn tasks_that_are_late_or_due_soon_are_asked_for() {
    let fake = Fake::start(|_| (200, json!({ "items": [] })));
    let url = fake.url();
    for (args, query) in [
        (&["--due-soon"][..], "open=true&due_within=2h"),
        (&["--due-soon", "1d"][..], "open=true&due_within=1d"),
        (&["--overdue"][..], "open=true&overdue=true"),
    ] {
        let list = ["task", "list", "--url", &url, "--token", "baton_a_b"];
        let (code, _, err) = baton(&[&list[..], args].concat());
        assert_eq!((code, err.as_str()), (0, "no tasks\n"));
        assert_eq!(fake.requests().last().expect("asked").query, query);
    }
}

#[test]
fn an_agent_is_put_with_hours_shown_with_them_and_removed() {
    let fake = Fake::start(|asked| match asked.method.as_str() {
        "DELETE" => (200, json!({ "agent": "ana", "tasks": ["a~t1", "b~t2"] })),
        _ => {
            let hours = json!({ "mon": ["09:00-12:00", "13:00-18:00"], "tue": [], "wed": ["09:00-17:00"] });
            (
                200,
                json!({ "id": "ana", "hours": hours, "time_zone": "Europe/Madrid", "on_call": ["night"] }),
            )
        }
    });
    let url = fake.url();
    let remote = ["--url", &url, "--token", "baton_a_b"];
    let put = [
        "agent",
        "put",
        "ana",
        "--name",
        "Ana",
        "--hours",
        "mon=09:00-12:00,13:00-18:00",
        "--hours",
        "wed=09:00-17:00",
        "--time-zone",
        "Europe/Madrid",
        "--holiday",
        "2026-08-17",
    ];
    let (code, out, err) = baton(&[&put[..], &remote].concat());
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("mon 09:00-12:00 13:00-18:00\n") && out.contains("wed 09:00-17:00\n") && !out.contains("tue"),
        "{out}"
    );
    assert!(out.contains("on call") && out.contains("night\n"), "{out}");
    let body = fake.requests()[0].body.clone();
    assert_eq!(
        body["hours"],
        json!({ "mon": ["09:00-12:00", "13:00-18:00"], "wed": ["09:00-17:00"] })
    );
    assert_eq!(
        (&body["time_zone"], &body["holidays"]),
        (&json!("Europe/Madrid"), &json!(["2026-08-17"]))
    );
    let (_, out, _) = baton(&[&["agent", "remove", "ana"][..], &remote].concat());
    assert_eq!(out, "removed ana; others are asked to do a~t1 b~t2\n");
    assert_eq!(fake.requests()[1].path, "/v1/agents/ana");
}

#[test]
fn a_handover_is_shown_with_what_explains_it() {
    let fake = Fake::start(|_| {
        (
            200,
            json!({
                "id": "chat-17~h1", "reason": "explicit-request", "cause": { "kind": "signal" }, "stage": { "kind": "accepted", "agent": "ana" },
                "evidence": [{ "rule": "phrases", "quote": "talk to a human" }], "passed_over": [{ "agent": "bo", "why": "at capacity 5 of 5" }],
                "timeline": [{ "at": "2026-03-02T10:00:00Z", "event": "handover.offered", "agents": ["ana"], "until": "2026-03-02T10:15:00Z" }],
            }),
        )
    });
    let (code, out, _) = baton(&[
        "handover",
        "show",
        "chat-17~h1",
        "--url",
        &fake.url(),
        "--token",
        "baton_a_b",
    ]);
    assert_eq!(code, 0);
    for part in [
        "evidence     \"talk to a human\" (phrases)\n",
        "passed over  bo: at capacity 5 of 5\n",
        "timeline     2026-03-02 10:00:00 UTC  handover.offered (agents ana, until 2026-03-02 10:15:00 UTC)\n",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[test]
fn a_token_comes_from_the_daemon_or_else_from_the_folder_and_it_says_which() {
    let fake = Fake::start(|asked| match asked.path.as_str() {
        "/readyz" => (200, serde_json::Value::Null),
        _ => (201, json!({ "id": "3f9c", "text": "baton_3f9c_x" })),
    });
    let url = fake.url();
    let create = ["token", "create", "--name", "me", "--scope", "operator"];
    let (code, out, err) = baton(&[&create[..], &["--url", &url, "--token", "baton_a_b"]].concat());
    assert_eq!((code, out.as_str()), (0, "baton_3f9c_x\n"));
    assert!(err.starts_with(&format!("asking the daemon at {url}/\n")), "{err}");
    drop(fake);
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("plain");
    let (code, _, err) = baton(&[&create[..], &["--url", &url, "--token", "", "--data", "/nowhere/data"]].concat());
    assert_eq!(code, 3, "{err}");
    let (code, _, err) = baton(&[&create[..], &["--url", &url, "--token", "", "--data", folder]].concat());
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains(&format!("no daemon answers at {url}/; using the data folder {folder}")),
        "{err}"
    );
    assert!(err.contains("there is no data folder of baton at"), "{err}");
}

#[test]
fn every_dead_letter_can_be_sent_again_at_once() {
    let fake = Fake::start(|asked| match asked.method.as_str() {
        "GET" => (200, json!({ "items": [{ "id": "crm:1" }, { "id": "crm:2" }] })),
        _ => (202, serde_json::Value::Null),
    });
    let (code, out, _) = baton(&[
        "dead-letter",
        "send-again",
        "--all",
        "--url",
        &fake.url(),
        "--token",
        "baton_a_b",
    ]);
    assert_eq!((code, out.as_str()), (0, "2 in the outbox again\n"));
    let paths: Vec<_> = fake.requests().into_iter().map(|asked| asked.path).collect();
    assert_eq!(
        paths,
        [
            "/v1/dead-letters",
            "/v1/dead-letters/crm:1/send",
            "/v1/dead-letters/crm:2/send"
        ]
    );
}

#[test]
fn the_doctor_tells_each_check_and_fails_for_a_bad_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("baton.toml");
    std::fs::write(&file, "[htpp]\n").expect("written");
    let fake = Fake::start(|_| (200, serde_json::Value::Null));
    let url = fake.url();
    let data = folder.path().join("data");
    let data = data.to_str().expect("plain");
    let args = [
        "doctor",
        "--url",
        &url,
        "--data",
        data,
        "--config",
        file.to_str().expect("plain"),
    ];
    let (code, out, err) = baton(&args);
    assert_eq!(code, 1, "{out}{err}");
    assert!(
        out.contains("FAIL  configuration: ") && out.contains("baton.toml:1:"),
        "{out}"
    );
    std::fs::write(&file, "").expect("written");
    let (code, out, err) = baton(&args);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("ok    daemon: ready at ") && out.contains("data is not there yet"),
        "{out}"
    );
}

#[test]
fn the_document_of_the_api_and_completions_are_printed() {
    let (code, out, _) = baton(&["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert_eq!((code, &document["openapi"]), (0, &json!("3.1.0")));
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = baton(&["completions", shell]);
        assert!(
            code == 0 && out.contains("baton") && out.contains("dead-letter"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_who_goes_away_ends_a_command_quietly() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut err = Vec::new();
    let mut screen = Screen {
        out: &mut Gone,
        err: &mut err,
        look: look(),
    };
    let exit = run(["baton", "openapi"].map(OsString::from), &mut screen, &mut io::empty());
    assert_eq!((exit, err), (Exit::Done, Vec::new()));
}
