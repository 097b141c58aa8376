//! The API against a backend in memory: real requests through the whole router, answers compared whole.

mod bad_input;
mod fake;
mod gate;
mod keep;
mod offers;
mod openapi;
mod plugins;
mod reports;
pub(crate) mod samples;
mod scopes;
mod serve;
mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use baton_core::{AgentId, BusinessId};
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use self::fake::Fake;
use crate::api::{Backend, Options, router};
use crate::auth::{Realm, Scope, Token, TokenRequest};

/// A router over a fake backend, with a token of each scope.
struct World {
    fake: Arc<Fake>,
    router: axum::Router,
    tokens: BTreeMap<Scope, String>,
    stop: watch::Sender<bool>,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Status and problem type: `409 stale-control`.
    fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16(), "{self:?}");
        assert_eq!(json["request_id"], self.header("x-request-id"), "{self:?}");
        let kind = json["type"]
            .as_str()
            .and_then(|kind| kind.strip_prefix("/problems/"))
            .unwrap_or_default();
        format!("{} {kind}", self.status.as_u16())
    }

    /// The faults: `/text: is required`.
    fn errors(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let place = |error: &Value| {
            error["pointer"]
                .as_str()
                .or(error["parameter"].as_str())
                .unwrap_or("?")
                .to_owned()
        };
        errors
            .iter()
            .map(|error| format!("{}: {}", place(error), error["detail"].as_str().unwrap_or_default()))
            .collect()
    }
}

fn business() -> BusinessId {
    BusinessId::new("acme").expect("well formed")
}

fn token(fake: &Fake, scope: Scope, realm: Realm) -> String {
    let agent = (scope == Scope::Agent).then(|| AgentId::new("ana").expect("well formed"));
    let request = TokenRequest {
        realm,
        scope,
        agent,
        name: "test".into(),
        expires_at: None,
    };
    let minted = Token::mint(request, fake.now()).expect("sound");
    fake.add_token(minted.token);
    minted.text
}

impl World {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let fake = Arc::new(Fake::new());
        let tokens = Scope::ALL.map(|scope| (scope, token(&fake, scope, Realm::One(business()))));
        let (stop, stopped) = watch::channel(false);
        let router = router(Arc::clone(&fake) as Arc<dyn Backend>, options, stopped);
        Self {
            fake,
            router,
            tokens: tokens.into(),
            stop,
        }
    }

    /// `POST /v1/...` with a body of JSON; header lines are `name: value`.
    async fn send(&self, line: &str, token: Option<&str>, headers: &[&str], body: impl Into<Body>) -> Answer {
        let (method, target) = line.split_once(' ').expect("METHOD TARGET");
        let mut request = Request::builder()
            .method(method.parse::<Method>().expect("a method"))
            .uri(target);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers.iter().filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        let request = request.body(body.into()).expect("well formed");
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("in memory");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).expect("UTF-8"),
        }
    }

    async fn call(&self, scope: Scope, line: &str, body: &str) -> Answer {
        self.send(
            line,
            Some(&self.tokens[&scope]),
            &["content-type: application/json"],
            body.to_owned(),
        )
        .await
    }
}

/// A message that is in order.
const HELLO: &str =
    r#"{"id":"m-1","speaker":"customer","text":"I want to talk to a human","channel":"web","bot":"hvac"}"#;
const SAY: &str = "POST /v1/conversations/chat-17/messages";

#[tokio::test]
async fn a_message_is_judged() {
    let world = World::new();
    let body = r#"{"id":"m-1","speaker":"bot","text":"Let me see","at":"2026-03-02T17:30:00.250Z","channel":"web","bot":"hvac",
        "contact":{"name":"Ann Lee","vip":true,"time_zone":"America/New_York"},"fields":{"model":"XR-14"},"bot_state":{"confidence":0.25},"epoch":3}"#;
    let answer = world.call(Scope::Bot, SAY, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let json = answer.json();
    assert_eq!(json["conversation"], "chat-17");
    assert_eq!(json["control"], serde_json::json!({ "holder": "waiting", "epoch": 1 }));
    assert_eq!(json["handover"]["id"], "chat-17~h1");
    assert_eq!(
        json["handover"]["stage"],
        serde_json::json!({ "kind": "offered", "agents": ["ana"], "until": "2026-03-02T18:00:00Z" })
    );
    assert_eq!(
        json["replies"][0],
        serde_json::json!({ "id": "chat-17~h1~final", "kind": "final", "text": "Someone will reach out within 24 hours." })
    );
    assert_eq!(json["duplicate"], false);
    let said = world.fake.said().pop().expect("it was said");
    assert_eq!((said.at.map(|at| at.0), said.epoch), (Some(1_772_472_600_250), Some(3)));
    let contact = said.contact.expect("given");
    assert_eq!(
        (contact.name.as_deref(), contact.vip, contact.phone),
        (Some("Ann Lee"), true, None)
    );
    assert_eq!(said.fields["model"], "XR-14");
}

#[tokio::test]
async fn an_agent_speaks_and_acts_for_itself_only() {
    let world = World::new();
    let hello = |speaker: &str, agent: &str| {
        format!(r#"{{"id":"m-1","speaker":"{speaker}","text":"hello","channel":"web","bot":"hvac"{agent}}}"#)
    };
    for (line, body, expected) in [
        (SAY, hello("agent", ""), "200"),
        (SAY, hello("agent", r#","agent":"ana""#), "200"),
        (SAY, hello("agent", r#","agent":"bo""#), "403 not-you"),
        (SAY, hello("customer", ""), "403 scope-needed"),
        ("POST /v1/tasks/chat-17~t1/accept", String::new(), "200"),
        (
            "POST /v1/tasks/chat-17~t1/accept",
            r#"{"agent":"bo"}"#.into(),
            "403 not-you",
        ),
        (
            "POST /v1/tasks/chat-17~t1/decline",
            r#"{"agent":"bo"}"#.into(),
            "403 not-you",
        ),
        (
            "POST /v1/tasks/chat-17~t1/give-back",
            r#"{"reason":"ill"}"#.into(),
            "200",
        ),
        (
            "POST /v1/tasks/chat-17~t1/give-back",
            r#"{"agent":"bo"}"#.into(),
            "403 not-you",
        ),
        (
            "POST /v1/tasks/chat-17~t1/complete",
            r#"{"outcome":"closed","agent":"bo"}"#.into(),
            "403 not-you",
        ),
        (
            "PUT /v1/agents/bo/presence",
            r#"{"presence":"online"}"#.into(),
            "403 not-you",
        ),
        ("PUT /v1/agents/ana/presence", r#"{"presence":"online"}"#.into(), "200"),
    ] {
        let answer = world.call(Scope::Agent, line, &body).await;
        let got = if answer.status.is_success() {
            answer.status.as_u16().to_string()
        } else {
            answer.problem()
        };
        assert_eq!(got, expected, "{line} {body}");
    }
    assert_eq!(
        world.fake.acts(),
        [
            "ana: Accept { task: 1, agent: AgentId(\"ana\") }",
            "ana: GiveBack { task: 1, agent: AgentId(\"ana\"), reason: Some(\"ill\") }"
        ]
    );
    assert!(
        world
            .fake
            .said()
            .iter()
            .all(|said| { said.agent.as_ref().is_some_and(|agent| agent.as_str() == "ana") })
    );
}

#[tokio::test]
async fn an_operator_names_the_agent_and_is_named_as_the_one_who_did_it() {
    let world = World::new();
    let accept = "POST /v1/tasks/chat-17~t1/accept";
    let answer = world.call(Scope::Operator, accept, "").await;
    assert_eq!(
        (answer.problem(), answer.errors()),
        ("422 invalid-request".into(), vec!["/agent: is required".into()])
    );
    assert_eq!(
        world.call(Scope::Operator, accept, r#"{"agent":"bo"}"#).await.status,
        StatusCode::OK
    );
    let assign = world
        .call(
            Scope::Operator,
            "POST /v1/tasks/chat-17~t1/assign",
            r#"{"to":{"kind":"everyone"}}"#,
        )
        .await;
    assert_eq!(assign.status, StatusCode::OK);
    assert_eq!(
        world.fake.acts(),
        [
            "operator:test: Accept { task: 1, agent: AgentId(\"bo\") }",
            "operator:test: Assign { task: 1, to: Everyone, note: None }"
        ]
    );
}

#[tokio::test]
async fn an_agent_is_removed_unless_somebody_needs_them() {
    let world = World::new();
    let gone = world.call(Scope::Operator, "DELETE /v1/agents/bo", "").await;
    assert_eq!(
        gone.json(),
        serde_json::json!({ "agent": "bo", "tasks": ["chat-17~t1"] })
    );
    assert_eq!(world.fake.acts(), ["operator:test: remove bo"]);
    let needed = world.call(Scope::Operator, "DELETE /v1/agents/boss", "").await;
    assert_eq!(needed.problem(), "409 agent-needed");
    assert_eq!(
        needed.json()["detail"],
        "agent \"boss\" stands in baton.toml; take them out there and restart the daemon"
    );
}

#[tokio::test]
async fn tasks_are_narrowed_to_those_that_are_due_soon() {
    let world = World::new();
    let answer = world
        .call(Scope::Operator, "GET /v1/tasks?due_within=1d12h&agent=ana", "")
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let asked = world.fake.asked().pop().expect("it was asked");
    assert!(
        asked.contains("overdue: None, due_within: Some(Span(129600000))"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let world = World::new();
    let first = world
        .call(Scope::Operator, "GET /v1/conversations/chat-17/messages?limit=2", "")
        .await;
    let numbers = |answer: &Answer| {
        answer.json()["items"]
            .as_array()
            .map(|items| items.iter().map(|item| item["number"].as_u64()).collect::<Vec<_>>())
    };
    assert_eq!(numbers(&first), Some(vec![Some(1), Some(2)]));
    let link = first.header("link");
    let next = link
        .strip_prefix('<')
        .and_then(|link| link.strip_suffix(">; rel=\"next\""))
        .expect("a next page");
    assert_eq!(
        next,
        format!(
            "/v1/conversations/chat-17/messages?limit=2&cursor={}",
            first.json()["next"].as_str().unwrap_or_default()
        )
    );
    let second = world.call(Scope::Operator, &format!("GET {next}"), "").await;
    assert_eq!(numbers(&second), Some(vec![Some(3)]));
    assert_eq!((second.header("link"), &second.json()["next"]), ("", &Value::Null));

    let handovers = world
        .call(Scope::Operator, "GET /v1/handovers?cursor=old&open=true&limit=1", "")
        .await;
    assert_eq!(
        handovers.header("link"),
        "</v1/handovers?open=true&limit=1&cursor=p2%3D%2Bx>; rel=\"next\""
    );
    assert_eq!(handovers.json()["next"], "p2=+x");
    assert_eq!(
        world.fake.asked(),
        ["handovers HandoverFilter { open: Some(true), reason: None, agent: None } after Some(\"old\") limit 1"]
    );
}

#[tokio::test]
async fn a_handover_shows_why_and_who_and_when() {
    let world = World::new();
    let json = world
        .call(Scope::Agent, "GET /v1/handovers/chat-17~h1", "")
        .await
        .json();
    assert_eq!(json["evidence"][0]["quote"], "talk to a human");
    assert_eq!(
        json["passed_over"][0],
        serde_json::json!({ "agent": "bo", "why": "at capacity 5 of 5", "at": "2026-03-02T17:45:00Z" })
    );
    let timeline = json["timeline"].as_array().expect("a list");
    assert_eq!(
        timeline[0],
        serde_json::json!({ "at": "2026-03-02T17:45:00Z", "event": "handover.opened", "reason": "explicit-request", "priority": "medium" })
    );
    assert_eq!(
        timeline[1],
        serde_json::json!({ "at": "2026-03-02T17:45:00Z", "event": "handover.offered", "agents": ["ana"], "until": "2026-03-02T18:00:00Z" })
    );
}

#[tokio::test]
async fn a_new_token_works_until_it_is_revoked_and_shows_its_secret_once() {
    let world = World::new();
    let key = "idempotency-key: k1";
    let headers = ["content-type: application/json", key];
    let send = || {
        world.send(
            "POST /v1/tokens",
            Some(&world.tokens[&Scope::Admin]),
            &headers,
            r#"{"name":"till","scope":"bot"}"#,
        )
    };
    let made = send().await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let (id, text) = (
        made.json()["id"].as_str().unwrap_or_default().to_owned(),
        made.json()["text"].as_str().unwrap_or_default().to_owned(),
    );
    assert_ne!(send().await.json()["id"], *id, "an answer with a secret is not kept");
    assert!(world.fake.kept().is_empty());
    assert_eq!(
        world
            .send(SAY, Some(&text), &["content-type: application/json"], HELLO)
            .await
            .status,
        StatusCode::OK
    );
    let listed = world.call(Scope::Admin, "GET /v1/tokens", "").await;
    let secret = text.rsplit('_').next().expect("has parts");
    assert!(
        listed.text.contains(&id) && !listed.text.contains(secret),
        "{}",
        listed.text
    );
    assert_eq!(
        world
            .call(Scope::Admin, &format!("DELETE /v1/tokens/{id}"), "")
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world
            .send(SAY, Some(&text), &["content-type: application/json"], HELLO)
            .await
            .problem(),
        "401 unauthorized"
    );
}
