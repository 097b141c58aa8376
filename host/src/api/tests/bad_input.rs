//! What is wrong is named: every fault of a request at once, each at its place.

use axum::http::StatusCode;

use super::{HELLO, SAY, World};
use crate::auth::Scope;

/// The faults of a message, and that nothing was done.
async fn faults(world: &World, body: &str) -> Vec<String> {
    let answer = world.call(Scope::Bot, SAY, body).await;
    assert_eq!(answer.problem(), "422 invalid-request", "{body}: {answer:?}");
    answer.errors()
}

#[tokio::test]
async fn every_fault_of_a_message_is_named_at_once() {
    let world = World::new();
    let body = r#"{"id":"a b","speaker":"alien","text":5,"at":"1999-12-31T23:59:59Z","chanel":"web","bot":"",
        "contact":{"email":"ann","owner":"~","time_zone":"Mars/Olympus","nam":"x"},"fields":{"a/b":1,"c":"ok"},"bot_state":{"confidence":1.5},"epoch":-1}"#;
    let mut got = faults(&world, body).await;
    got.sort();
    let mut expected = [
        "/id: not a message id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
        "/speaker: unknown variant `alien`, expected one of `customer`, `bot`, `agent`",
        "/text: invalid type: integer `5`, expected a string",
        "/at: is before the year 2000; is the clock set?",
        "/chanel: unknown field `chanel`, expected one of `id`, `speaker`, `text`, `at`, `channel`, `bot`, `agent`, `contact`, `fields`, `bot_state`, `epoch`",
        "/channel: is required",
        "/bot: not a bot id: it is empty",
        "/contact/email: is not an email address: NAME@HOST",
        "/contact/owner: not a agent id: '~' is not allowed; use letters, digits and - _ . : @ + =",
        "/contact/time_zone: is not an IANA time zone, such as America/New_York",
        "/contact/nam: unknown field `nam`, expected one of `name`, `phone`, `email`, `locale`, `time_zone`, `owner`, `vip`, `status`",
        "/fields/a~1b: invalid type: integer `1`, expected a string",
        "/bot_state/confidence: is not between 0 and 1",
        "/epoch: invalid value: integer `-1`, expected u64",
    ];
    expected.sort_unstable();
    assert_eq!(got, expected);
    assert!(world.fake.said().is_empty());
}

#[tokio::test]
async fn a_message_keeps_the_bounds() {
    let world = World::new();
    let with = |extra: &str| format!("{}{extra}}}", HELLO.trim_end_matches('}'));
    let say = |text: &str, speaker: &str, extra: &str| {
        format!(r#"{{"id":"m-1","speaker":"{speaker}","text":"{text}","channel":"web","bot":"hvac"{extra}}}"#)
    };
    let many: Vec<_> = (0..65).map(|n| format!(r#""f{n}":"x""#)).collect();
    for (body, expected) in [
        (say("", "customer", ""), "/text: has 0 bytes, 1 to 32768 are allowed"),
        (
            say(&"ä".repeat(16_385), "customer", ""),
            "/text: has 32770 bytes, 1 to 32768 are allowed",
        ),
        (
            with(r#","at":"2026-03-03T17:45:00.001Z""#),
            "/at: is more than 1 day ahead of 2026-03-02T17:45:00Z",
        ),
        (
            with(r#","at":"yesterday""#),
            "/at: is not a time of RFC 3339, such as 2026-03-02T17:30:00Z",
        ),
        (
            with(r#","epoch":1"#),
            "/epoch: is only for a message whose speaker is bot",
        ),
        (
            with(r#","bot_state":{}"#),
            "/bot_state: is only for a message whose speaker is bot",
        ),
        (
            with(r#","agent":"ana""#),
            "/agent: is only for a message whose speaker is agent",
        ),
        (say("hi", "agent", ""), "/agent: is required"),
        (
            with(&format!(r#","fields":{{{}}}"#, many.join(","))),
            "/fields: has 65 fields, at most 64 are allowed",
        ),
        (
            with(&format!(r#","fields":{{"{}":"x"}}"#, "n".repeat(65))),
            &format!(
                "/fields/{}: a field's name has 1 to 64 bytes and no control characters",
                "n".repeat(65)
            ),
        ),
        (
            with(&format!(r#","fields":{{"n":"{}"}}"#, "v".repeat(2_049))),
            "/fields/n: has 2049 bytes, 0 to 2048 are allowed",
        ),
        (
            with(&format!(r#","contact":{{"name":"{}"}}"#, "n".repeat(201))),
            "/contact/name: has 201 bytes, 1 to 200 are allowed",
        ),
        (
            with(r#","contact":{"phone":"1\n2"}"#),
            "/contact/phone: must be one line without control characters",
        ),
        (
            with(r#","contact":{"locale":"en_US"}"#),
            "/contact/locale: is not a BCP 47 tag, such as en-US",
        ),
        (
            with(r#","text":"again""#),
            ": duplicate field `text` at line 1 column 103",
        ),
        ("[]".to_owned(), ": must be a JSON object"),
        (
            r#"["m-1","customer","hi",null,"web","hvac",null,null,null,null,null]"#.to_owned(),
            ": must be a JSON object",
        ),
    ] {
        assert_eq!(
            faults(&world, &body).await,
            [expected],
            "{}",
            &body[..body.len().min(200)]
        );
    }
    for body in [
        say(&"x".repeat(32_768), "customer", ""),
        with(r#","at":"2026-03-03T17:45:00Z","contact":{"vip":null},"fields":null"#),
    ] {
        assert_eq!(world.call(Scope::Bot, SAY, &body).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_with_its_place() {
    let world = World::new();
    let bot = world.tokens[&crate::auth::Scope::Bot].clone();
    let json = "content-type: application/json";
    let send = async |headers: &[&str], body: Vec<u8>| world.send(SAY, Some(&bot), headers, body).await;
    let malformed = send(&[json], b"{\"id\":\"m-1\",\n \"text\" 5}".to_vec()).await;
    assert_eq!(malformed.problem(), "400 malformed-json");
    assert_eq!(
        (&malformed.json()["line"], &malformed.json()["column"]),
        (&2.into(), &9.into())
    );
    assert_eq!(malformed.json()["detail"], "expected `:` at line 2 column 9");
    let cut = send(&[json], HELLO.as_bytes()[..40].to_vec()).await;
    assert_eq!(
        (cut.problem().as_str(), &cut.json()["line"]),
        ("400 malformed-json", &1.into())
    );
    let deep = send(
        &[json],
        [b"{\"fields\":".as_slice(), "[".repeat(2_000).as_bytes()].concat(),
    )
    .await;
    assert_eq!(deep.problem(), "400 malformed-json");
    let latin = send(&[json], b"{\"text\":\"caf\xe9\"}".to_vec()).await;
    assert_eq!(
        (latin.problem().as_str(), &latin.json()["detail"]),
        ("400 not-utf8", &"byte 12 of the body is not UTF-8".into())
    );
    let form = send(&["content-type: application/x-www-form-urlencoded"], b"id=1".to_vec()).await;
    assert_eq!(form.problem(), "415 unsupported-media-type");
    assert_eq!(send(&[], b"{}".to_vec()).await.problem(), "415 unsupported-media-type");
    assert_eq!(
        send(&["content-type: Application/JSON; charset=utf-8"], HELLO.into())
            .await
            .status,
        StatusCode::OK
    );
    let large = send(&[json], vec![b' '; 256 * 1024 + 1]).await;
    assert_eq!(
        (large.problem().as_str(), &large.json()["detail"]),
        ("413 body-too-large", &"the body has more than 262144 bytes".into())
    );
}

#[tokio::test]
async fn paths_methods_and_queries_are_checked() {
    let world = World::new();
    for (line, expected, errors) in [
        ("GET /nowhere", "404 no-such-route", vec![]),
        ("GET /v1/nowhere", "404 no-such-route", vec![]),
        ("DELETE /v1/handovers", "405 method-not-allowed", vec![]),
        (
            "GET /v1/conversations/a%20b",
            "422 invalid-request",
            vec!["id: not a conversation id: ' ' is not allowed; use letters, digits and - _ . : @ + ="],
        ),
        ("GET /v1/conversations/%ff", "400 not-utf8", vec![]),
        (
            "GET /v1/handovers/h1",
            "422 invalid-request",
            vec!["id: not a handover id: \"h1\" does not look like CONVERSATION~h1"],
        ),
        ("GET /v1/handovers/chat-17~h9", "404 not-found", vec![]),
        (
            "GET /v1/handovers?limit=0&open=maybe&agent=%20&cursor=%22",
            "422 invalid-request",
            vec![
                "open: is neither true nor false",
                "agent: not a agent id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
                "cursor: is not a cursor; use `next` of a page of this list",
                "limit: is not a number from 1 to 200",
            ],
        ),
        (
            "GET /v1/handovers?limit=201",
            "422 invalid-request",
            vec!["limit: is not a number from 1 to 200"],
        ),
        (
            "GET /v1/dead-letters?lim=1",
            "422 invalid-request",
            vec!["lim: unknown field `lim`, expected `cursor` or `limit`"],
        ),
        (
            "GET /v1/conversations/chat-17/messages?cursor=zz",
            "422 invalid-request",
            vec!["cursor: is not a cursor; use `next` of a page of this list"],
        ),
        (
            "GET /v1/tasks?agent=ana&role=sales",
            "422 invalid-request",
            vec!["query: has more than one of agent, role and everyone"],
        ),
        (
            "GET /v1/tasks?due_within=soon",
            "422 invalid-request",
            vec!["due_within: is not a span of time from 1s to 366d, such as 90m, 2h or 1d12h"],
        ),
        (
            "GET /v1/tasks?due_within=367d",
            "422 invalid-request",
            vec!["due_within: is not a span of time from 1s to 366d, such as 90m, 2h or 1d12h"],
        ),
        (
            "GET /v1/tasks?due_within=0&open=true",
            "422 invalid-request",
            vec!["due_within: is not a span of time from 1s to 366d, such as 90m, 2h or 1d12h"],
        ),
        (
            "GET /v1/tasks?due_within=2h&overdue=true",
            "422 invalid-request",
            vec!["due_within: is about tasks that are not overdue; leave out overdue=true"],
        ),
        (
            "GET /v1/events?after=x",
            "422 invalid-request",
            vec!["after: is not the sequence number of an event"],
        ),
        ("GET /problems/none", "404 not-found", vec![]),
    ] {
        let answer = world.call(Scope::Operator, line, "").await;
        assert_eq!(
            (answer.problem().as_str(), answer.errors()),
            (expected, errors.iter().map(ToString::to_string).collect()),
            "{line}"
        );
    }
    let answer = world.call(Scope::Operator, "DELETE /v1/handovers", "").await;
    assert_eq!(
        (answer.header("allow"), &answer.json()["detail"]),
        ("GET,HEAD", &"DELETE is not one of the methods of this address".into())
    );
}

#[tokio::test]
async fn acts_are_checked_as_messages_are() {
    let world = World::new();
    let complete = "POST /v1/tasks/chat-17~t1/complete";
    for (line, body, expected) in [
        (complete, "", vec!["/outcome: is required"]),
        (
            complete,
            r#"{"outcome":"done"}"#,
            vec![
                "/outcome: unknown variant `done`, expected one of `closed`, `scheduled`, `needs-escalation`, `converted`, `no-answer`",
            ],
        ),
        (
            complete,
            r#"{"outcome":"closed","follow_up":{}}"#,
            vec!["/follow_up: is only for the outcome scheduled"],
        ),
        (
            complete,
            r#"{"outcome":"scheduled","follow_up":{"due_at":"2026-03-02T17:45:00Z","title":""}}"#,
            vec![
                "/follow_up/title: has 0 bytes, 1 to 200 are allowed",
                "/follow_up/due_at: is not after 2026-03-02T17:45:00Z",
            ],
        ),
        (
            "POST /v1/tasks/chat-17~t1/give-back",
            r#"{"reason":""}"#,
            vec!["/agent: is required", "/reason: has 0 bytes, 1 to 4096 are allowed"],
        ),
        (
            "POST /v1/tasks/chat-17~t1/assign",
            r#"{"to":{"kind":"agent","id":"a b"}}"#,
            vec!["/to/id: not a agent id: ' ' is not allowed; use letters, digits and - _ . : @ + ="],
        ),
        ("POST /v1/tasks/chat-17~t1/assign", r#"{}"#, vec!["/to: is required"]),
        (
            "POST /v1/tasks/chat-17~t1/note",
            r#"{"text":""}"#,
            vec!["/text: has 0 bytes, 1 to 4096 are allowed"],
        ),
        (
            "POST /v1/conversations/chat-17/handover",
            r#"{"reason":"a b","priority":"now"}"#,
            vec![
                "/priority: unknown variant `now`, expected one of `low`, `medium`, `high`",
                "/reason: not a reason id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
            ],
        ),
    ] {
        check(&world, line, body, &expected).await;
    }
    assert!(world.fake.acts().is_empty());
}

#[tokio::test]
async fn agents_and_tokens_are_checked_as_messages_are() {
    let world = World::new();
    for (line, body, expected) in [
        (
            "PUT /v1/agents/ana",
            r#"{"capacity":0,"roles":["x","x"," "],"languages":["en_US"]}"#,
            vec![
                "/name: is required",
                "/roles/1: is there twice",
                "/roles/2: not a role id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
                "/languages/0: is not a BCP 47 tag, such as en-US",
                "/capacity: is 0, 1 to 1000 are allowed",
            ],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","skills":["a",5]}"#,
            vec!["/skills/1: invalid type: integer `5`, expected a string"],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","hours":{"mon":["09:00-12:00","9-12"],"fri":["22:00-06:00"]},"holidays":["2026-08-17","17.8.2026"]}"#,
            vec![
                "/hours/mon/1: \"9-12\" is not an interval; write it as \"09:00-17:30\"",
                "/hours/fri/0: \"22:00-06:00\" ends before it begins; cut hours that cross midnight in two: \"22:00-24:00\", and \"00:00-06:00\" on the next day",
                "/holidays/1: \"17.8.2026\" is not a date; write it as \"2026-12-25\"",
            ],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","hours":{"mon":["09:00-12:00"],"tue":["09:00-12:00","13:00-14:00","11:00-13:00"]}}"#,
            vec!["/hours/tue/2: the interval overlaps with another one of the same day"],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","hours":{"mon":["09:00-12:00"]},"time_zone":"Europe/Berln"}"#,
            vec!["/time_zone: unknown time zone \"Europe/Berln\"; did you mean `Europe/Berlin`?"],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","time_zone":"Europe/Berlin"}"#,
            vec![
                "/time_zone: a time zone without `hours` means nothing; give the agent hours of their own, or leave it out",
            ],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","hours":{"mon":[]}}"#,
            vec![
                "/hours: no open hour in the week; give at least one interval, or leave `hours` out to be always open",
            ],
        ),
        (
            "PUT /v1/agents/ana",
            r#"{"name":"Ana","hours":{"lundi":["09:00-12:00"],"tue":["09:00-12:00"]}}"#,
            vec![
                "/hours/lundi: unknown field `lundi`, expected one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`",
            ],
        ),
        (
            "PUT /v1/agents/ana/presence",
            r#"{"presence":"busy","until":"2036-12-01T00:00:00Z"}"#,
            vec![
                "/presence: unknown variant `busy`, expected one of `online`, `away`, `offline`",
                "/until: is more than 10 years ahead",
            ],
        ),
        (
            "POST /v1/tokens",
            r#"{"name":"x","scope":"agent"}"#,
            vec!["/agent: is required for the scope agent"],
        ),
        (
            "POST /v1/tokens",
            r#"{"name":"x","scope":"bot","agent":"ana","expires_at":"2026-03-02T17:45:00Z"}"#,
            vec![
                "/expires_at: is not after 2026-03-02T17:45:00Z",
                "/agent: is only for the scope agent",
            ],
        ),
    ] {
        check(&world, line, body, &expected).await;
    }
}

#[tokio::test]
async fn a_calendar_with_no_open_hour_in_a_year_is_refused() {
    let world = World::new();
    let fridays = |but: &str| {
        let first: jiff::civil::Date = "2026-01-02".parse().expect("a date");
        let days = (0..53).map(|week| first.saturating_add(jiff::Span::new().weeks(week)).to_string());
        days.filter(|day| day != but).collect::<Vec<_>>()
    };
    let never = ["/holidays: the calendar has no open hour within a year"];
    // The business itself is closed on the last one of them.
    for holidays in [fridays(""), fridays("2026-12-25")] {
        let put = serde_json::json!({ "name": "Ana", "hours": { "fri": ["09:00-12:00"] }, "holidays": holidays });
        check(&world, "PUT /v1/agents/ana", &put.to_string(), &never).await;
    }
    let put =
        serde_json::json!({ "name": "Ana", "hours": { "fri": ["09:00-12:00"] }, "holidays": fridays("2026-06-05") });
    let answer = world
        .call(Scope::Operator, "PUT /v1/agents/ana", &put.to_string())
        .await;
    assert_eq!(
        answer.json()["hours"]["fri"],
        serde_json::json!(["09:00-12:00"]),
        "{answer:?}"
    );
    let many = serde_json::json!({ "name": "Ana", "holidays": vec!["2026-06-05"; 401] });
    let told = ["/holidays: has 401 items, at most 400 are allowed"];
    check(&world, "PUT /v1/agents/ana", &many.to_string(), &told).await;
}

async fn check(world: &World, line: &str, body: &str, expected: &[&str]) {
    let answer = world.call(Scope::Admin, line, body).await;
    assert_eq!(answer.problem(), "422 invalid-request", "{line} {body} {answer:?}");
    assert_eq!(answer.errors(), expected, "{line} {body}");
}
