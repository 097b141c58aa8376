//! The client against a small fake of the daemon.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use serde_json::json;

use super::*;

/// What was asked of the fake.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) token: Option<String>,
    pub(crate) business: Option<String>,
    pub(crate) body: Value,
}

/// A daemon that answers as it is told.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _runtime: Runtime,
}

impl Fake {
    /// `answer` gives status and body; a problem's type makes it one, and is answered with advice at its own address.
    pub(crate) fn start(answer: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = Arc::clone(&asked);
        let answer = Arc::new(answer);
        let app = axum::Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let (parts, body) = request.into_parts();
                let bytes = to_bytes(body, 1 << 20).await.expect("a small body");
                let header = |name: &str| {
                    parts
                        .headers
                        .get(name)
                        .map(|value| value.to_str().expect("plain").to_owned())
                };
                let asked = Asked {
                    method: parts.method.to_string(),
                    path: parts.uri.path().to_owned(),
                    query: parts.uri.query().unwrap_or_default().to_owned(),
                    token: header("authorization"),
                    business: header(BUSINESS),
                    body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
                };
                let (status, body) = match asked.path.strip_prefix("/problems/") {
                    Some(slug) => (200, json!({ "type": slug, "advice": format!("advice about {slug}.") })),
                    None => answer(&asked),
                };
                log.lock().expect("no test panics in here").push(asked);
                let wait = if status == 429 { "7" } else { "0" };
                let text = if body.is_null() {
                    String::new()
                } else {
                    body.to_string()
                };
                Response::builder()
                    .status(status)
                    .header("retry-after", wait)
                    .body(Body::from(text))
                    .expect("sound")
            }
        });
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let address = listener.local_addr().expect("bound");
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            asked,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics in here").clone()
    }

    fn client(&self) -> Client {
        Client::new(Address {
            url: self.url(),
            token: Some("baton_a_b".into()),
            business: None,
        })
        .expect("a client")
    }
}

/// A problem as the daemon writes it.
pub(crate) fn problem(status: u16, slug: &str, title: &str, detail: &str) -> (u16, Value) {
    let body = json!({ "type": format!("/problems/{slug}"), "title": title, "status": status, "detail": detail, "request_id": "r-1" });
    (status, body)
}

#[test]
fn all_follows_the_cursor_to_the_end() {
    let fake = Fake::start(|asked| match asked.query.contains("cursor=p2") {
        false => (200, json!({ "items": [1, 2], "next": "p2" })),
        true => (200, json!({ "items": [3] })),
    });
    let filter = TaskFilter {
        state: State::Open,
        assignee: Some("role:technician".into()),
        overdue: true,
        due_within: None,
    };
    let one = fake
        .client()
        .tasks(
            &filter,
            &Part {
                limit: Some(2),
                ..Part::default()
            },
        )
        .expect("listed");
    assert_eq!(
        one,
        Page {
            items: vec![json!(1), json!(2)],
            next: Some("p2".into())
        }
    );
    let all = fake
        .client()
        .tasks(
            &filter,
            &Part {
                all: true,
                ..Part::default()
            },
        )
        .expect("listed");
    assert_eq!(
        all,
        Page {
            items: vec![json!(1), json!(2), json!(3)],
            next: None
        }
    );
    let queries: Vec<_> = fake.requests().into_iter().map(|asked| asked.query).collect();
    let narrowed = "open=true&overdue=true&role=technician";
    assert_eq!(
        queries,
        [
            format!("{narrowed}&limit=2"),
            format!("{narrowed}&limit=200"),
            format!("{narrowed}&cursor=p2&limit=200")
        ]
    );
}

#[test]
fn ids_and_names_arrive_as_they_were_given() {
    let fake = Fake::start(|_| (200, json!({ "id": "x" })));
    let address = Address {
        url: fake.url() + "/",
        token: Some("baton_a_b".into()),
        business: Some("acme".into()),
    };
    let client = Client::new(address).expect("a client");
    client
        .assign_task("chat:17+a~t1", "role:manager", Some("wants a discount"))
        .expect("asked");
    client
        .complete_task(
            "chat/..~t1",
            &Completion {
                outcome: "closed".into(),
                needed: Some(false),
                ..Completion::default()
            },
        )
        .expect("asked");
    let [assigned, completed] = fake.requests().try_into().expect("two requests");
    assert_eq!(
        (assigned.method.as_str(), assigned.path.as_str()),
        ("POST", "/v1/tasks/chat:17+a~t1/assign")
    );
    assert_eq!(
        (assigned.token.as_deref(), assigned.business.as_deref()),
        (Some("Bearer baton_a_b"), Some("acme"))
    );
    assert_eq!(
        assigned.body,
        json!({ "to": { "kind": "role", "id": "manager" }, "note": "wants a discount" })
    );
    assert_eq!(completed.path, "/v1/tasks/chat%2F..~t1/complete");
    assert_eq!(completed.body, json!({ "outcome": "closed", "needed": false }));
}

#[test]
fn a_problem_comes_with_the_advice_of_the_daemon() {
    let fake = Fake::start(|_| problem(429, "rate-limited", "The token makes too many requests", "10 a second"));
    let error = fake.client().task("chat-17~t1").expect_err("refused");
    let ClientError::Problem(problem) = error else {
        panic!("{error}")
    };
    assert_eq!(problem.to_string(), "The token makes too many requests: 10 a second");
    assert_eq!(
        (problem.advice.as_deref(), problem.retry_after_s),
        (Some("advice about rate-limited."), Some(7))
    );
}

#[test]
fn what_is_no_daemon_is_said_to_be_none() {
    let fake = Fake::start(|_| (404, json!("<html>nginx")));
    let error = fake.client().task("t").expect_err("foreign").to_string();
    assert!(
        error.contains("is no baton daemon") && error.contains("status 404"),
        "{error}"
    );
    let gone = fake.url();
    drop(fake);
    let error = Client::new(Address {
        url: gone,
        ..Address::default()
    })
    .expect("a client")
    .ready()
    .expect_err("gone");
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
}

#[test]
fn a_list_without_end_is_given_up() {
    let fake = Fake::start(|_| (200, json!({ "items": "none" })));
    let error = fake.client().agents().expect_err("no list").to_string();
    assert!(error.contains("a list without `items`"), "{error}");
}

#[test]
fn an_address_or_token_that_cannot_be_is_refused_before_anything_is_sent() {
    for url in ["", "localhost:7420", "ftp://host", "http://"] {
        assert!(
            matches!(
                Client::new(Address {
                    url: url.into(),
                    ..Address::default()
                }),
                Err(ClientError::Address { .. })
            ),
            "{url}"
        );
    }
    let token = Some("baton a\n".to_owned());
    let made = Client::new(Address {
        url: "http://127.0.0.1:1".into(),
        token,
        business: None,
    });
    assert!(matches!(made, Err(ClientError::Token { bytes: 8 })));
}

#[test]
fn only_this_machine_is_local() {
    for (url, local) in [
        ("http://127.0.0.1:7420", true),
        ("http://localhost", true),
        ("http://[::1]:1", true),
        ("https://baton.example", false),
        ("http://127.0.0.1.example", false),
    ] {
        assert_eq!(is_loopback(&Url::parse(url).expect("a url")), local, "{url}");
    }
}
