//! `GET /v1/events`: in order, from where the client was, without what it may not see.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use baton_core::Span;
use tokio_stream::StreamExt;
use tower::ServiceExt;

use super::{World, business};
use crate::api::{Backend, Options};
use crate::auth::{Realm, Scope, Token, TokenRequest};

/// An open stream; the text that has arrived.
struct Client {
    body: BodyDataStream,
}

impl Client {
    async fn open(world: &World, token: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Request::get(target).header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = world
            .router
            .clone()
            .oneshot(request.body(Body::empty()).expect("well formed"))
            .await
            .expect("infallible");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body().into_data_stream(),
        }
    }

    /// The next chunk; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let chunk = self.body.next().await?.expect("in memory");
        Some(String::from_utf8(chunk.into()).expect("UTF-8"))
    }

    /// Ids of the next `n` events.
    async fn ids(&mut self, n: usize) -> Vec<String> {
        let mut ids = vec![];
        while ids.len() < n {
            let chunk = self.next().await.expect("the stream goes on");
            ids.extend(
                chunk
                    .lines()
                    .filter_map(|line| line.strip_prefix("id: "))
                    .map(str::to_owned),
            );
        }
        ids
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_resumes_where_the_client_was() {
    let world = World::new();
    let operator = &world.tokens[&Scope::Operator];
    world
        .fake
        .publish(&["handover.opened", "handover.offered", "task.created"]);
    let mut first = Client::open(&world, operator, "/v1/events?after=0", &[]).await;
    let event = first.next().await.expect("an event");
    assert_eq!(
        event,
        "id: 1\nevent: handover.opened\ndata: {\"id\":\"1\",\"specversion\":\"1.0\",\"type\":\"handover.opened\"}\n\n"
    );
    assert_eq!(first.ids(2).await, ["2", "3"]);
    let mut resumed = Client::open(&world, operator, "/v1/events?after=0", &[("last-event-id", "2")]).await;
    assert_eq!(resumed.ids(1).await, ["3"], "Last-Event-ID goes before after");
    let mut live = Client::open(&world, operator, "/v1/events", &[]).await;
    world.fake.publish(&["handover.accepted"]);
    assert_eq!(
        (live.ids(1).await, first.ids(1).await),
        (vec!["4".to_owned()], vec!["4".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_holds_only_the_types_that_were_asked_for() {
    let world = World::new();
    let kinds = ["handover.opened", "task.created", "message.final", "control.changed"].repeat(100);
    world.fake.publish(&kinds);
    let operator = &world.tokens[&Scope::Operator];
    let mut some = Client::open(&world, operator, "/v1/events?after=380&types=task.*,message.final", &[]).await;
    assert_eq!(some.ids(4).await, ["382", "383", "386", "387"]);
    let mut all = Client::open(&world, operator, "/v1/events?after=0", &[]).await;
    let expected: Vec<_> = (1..=400).map(|n| n.to_string()).collect();
    assert_eq!(all.ids(400).await, expected, "in order, across pages");
    let mut bot = Client::open(&world, &world.tokens[&Scope::Bot], "/v1/events?after=0", &[]).await;
    assert_eq!(
        bot.ids(4).await,
        ["3", "4", "7", "8"],
        "a bot learns what its platform must show, and no more"
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_is_kept_alive_by_comments_and_ends_when_the_daemon_stops() {
    let world = World::new();
    let mut client = Client::open(&world, &world.tokens[&Scope::Operator], "/v1/events", &[]).await;
    let began = tokio::time::Instant::now();
    assert_eq!(client.next().await.as_deref(), Some(": \n\n"));
    assert_eq!(began.elapsed().as_secs(), 15);
    world.stop.send_replace(true);
    assert_eq!(client.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_token() {
    let world = World::new();
    let expires_at = Some(world.fake.now() + Span::hours(1));
    let realm = Realm::One(business());
    let request = TokenRequest {
        realm,
        scope: Scope::Operator,
        agent: None,
        name: "short".into(),
        expires_at,
    };
    let minted = Token::mint(request, world.fake.now()).expect("sound");
    world.fake.add_token(minted.token);
    let mut client = Client::open(&world, &minted.text, "/v1/events", &[]).await;
    world.fake.publish(&["task.created"]);
    assert_eq!(client.ids(1).await, ["1"]);
    world.fake.pass(Span::hours(1));
    world.fake.publish(&["task.created"]);
    assert_eq!(client.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn streams_are_bounded_and_one_that_is_dropped_makes_room() {
    let world = World::with(Options {
        streams: 1,
        heartbeat: Duration::from_secs(1),
        ..Options::default()
    });
    let operator = &world.tokens[&Scope::Operator];
    let client = Client::open(&world, operator, "/v1/events", &[]).await;
    let answer = world.call(Scope::Operator, "GET /v1/events", "").await;
    assert_eq!(
        (answer.problem().as_str(), &answer.json()["detail"]),
        ("429 busy", &"1 event streams are open, no more may be".into())
    );
    drop(client);
    Client::open(&world, operator, "/v1/events", &[]).await;
}
