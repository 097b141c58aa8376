//! What every request passes: ids, bounds, rates, time, faults of our own.

use std::time::Duration;

use axum::extract::Extension;
use axum::http::StatusCode;

use super::{HELLO, SAY, World};
use crate::api::serve::Peer;
use crate::api::{MetricsAccess, Options};
use crate::auth::Scope;

#[tokio::test]
async fn the_engines_noes_are_problems_with_a_type_of_their_own() {
    let world = World::new();
    for (conversation, expected, retry_after, detail) in [
        (
            "stale",
            "409 stale-control",
            "",
            "a human was promised, at epoch 1; the bot saw epoch 0",
        ),
        (
            "busy",
            "429 busy",
            "1",
            "the queue of chat busy is full: 64 wait, at most 64 may",
        ),
        (
            "full",
            "503 disk-full",
            "60",
            "the disk under the data folder has 10 bytes left, and 64 are held in reserve",
        ),
        (
            "damaged",
            "500 stored-damaged",
            "",
            "the stored conversation damaged cannot be read",
        ),
        ("unknown", "422 unknown-name", "", "1 fault; nothing was done"),
        (
            "panics",
            "500 internal",
            "",
            "a fault was logged under the request's id",
        ),
    ] {
        let answer = world
            .call(
                Scope::Bot,
                &format!("POST /v1/conversations/{conversation}/messages"),
                HELLO,
            )
            .await;
        assert_eq!(
            (answer.problem().as_str(), answer.header("retry-after")),
            (expected, retry_after)
        );
        assert_eq!(answer.json()["detail"], detail);
        match conversation {
            "stale" => assert_eq!(
                answer.json()["control"],
                serde_json::json!({ "holder": "waiting", "epoch": 1 })
            ),
            "unknown" => assert_eq!(answer.errors(), ["/bot: unknown bot \"hvca\"; there is hvac"]),
            _ => assert_eq!(answer.json()["control"], serde_json::Value::Null),
        }
    }
    assert_eq!(
        world.call(Scope::Bot, SAY, HELLO).await.status,
        StatusCode::OK,
        "a panic ends one request only"
    );
}

#[tokio::test]
async fn a_request_keeps_its_id_or_gets_one() {
    let world = World::new();
    for (given, kept) in [("abc-1/2", true), ("a b", false), (&"x".repeat(256), false)] {
        let answer = world
            .send("GET /healthz", None, &[&format!("x-request-id: {given}")], "")
            .await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given}");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let ids = [
        world.send("GET /nowhere", None, &[], "").await,
        world.send("GET /nowhere", None, &[], "").await,
    ];
    assert_ne!(ids[0].header("x-request-id"), ids[1].header("x-request-id"));
    assert_eq!(ids[0].problem(), "404 no-such-route");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_asks_too_often_is_told_to_wait() {
    let world = World::with(Options {
        rate_per_second: 1,
        rate_burst: 2,
        ..Options::default()
    });
    for _ in 0..2 {
        assert_eq!(world.call(Scope::Bot, SAY, HELLO).await.status, StatusCode::OK);
    }
    let answer = world.call(Scope::Bot, SAY, HELLO).await;
    assert_eq!(
        (answer.problem().as_str(), answer.header("retry-after")),
        ("429 rate-limited", "2")
    );
    assert_eq!(
        world.call(Scope::Operator, SAY, HELLO).await.status,
        StatusCode::OK,
        "each token has a rate of its own"
    );
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(world.call(Scope::Bot, SAY, HELLO).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_at_once_are_refused_until_those_in_work_have_ended() {
    let world = World::with(Options {
        in_flight: 1,
        ..Options::default()
    });
    let slow = "POST /v1/conversations/slow/messages";
    assert_eq!(world.call(Scope::Bot, slow, HELLO).await.problem(), "503 timed-out");
    let answer = world.call(Scope::Bot, SAY, HELLO).await;
    assert_eq!(
        (answer.problem().as_str(), answer.header("retry-after")),
        ("429 busy", "1"),
        "the slow one is still in work"
    );
    assert_eq!(
        world.send("GET /healthz", None, &[], "").await.status,
        StatusCode::OK,
        "health is told even then"
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.call(Scope::Bot, SAY, HELLO).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_daemon_that_stops_says_so() {
    let world = World::new();
    assert_eq!(world.send("GET /readyz", None, &[], "").await.text, "ready\n");
    world.fake.unready("the rules of acme are still compiled");
    let answer = world.send("GET /readyz", None, &[], "").await;
    assert_eq!(
        (answer.problem().as_str(), &answer.json()["detail"]),
        ("503 not-ready", &"the rules of acme are still compiled".into())
    );
    world.stop.send_replace(true);
    assert_eq!(world.send("GET /readyz", None, &[], "").await.problem(), "503 stopping");
    assert_eq!(world.call(Scope::Bot, SAY, HELLO).await.problem(), "503 stopping");
    assert_eq!(world.send("GET /healthz", None, &[], "").await.text, "alive\n");
}

#[tokio::test]
async fn metrics_are_open_or_local_or_for_operators_as_set() {
    let with = |metrics| {
        World::with(Options {
            metrics,
            ..Options::default()
        })
    };
    let get = "GET /metrics";
    let open = with(MetricsAccess::Open).send(get, None, &[], "").await;
    assert_eq!((open.status, open.text.as_str()), (StatusCode::OK, "# EOF\n"));
    let mut local = with(MetricsAccess::Loopback);
    assert_eq!(local.send(get, None, &[], "").await.problem(), "403 scope-needed");
    let router = local.router.clone();
    for (peer, allowed) in [
        ("127.0.0.1:9", true),
        ("[::ffff:127.0.0.1]:9", true),
        ("10.0.0.1:9", false),
    ] {
        local.router = router.clone().layer(Extension(Peer(peer.parse().expect("an address"))));
        assert_eq!(
            local.send(get, None, &[], "").await.status == StatusCode::OK,
            allowed,
            "{peer}"
        );
    }
    let guarded = with(MetricsAccess::Token);
    assert_eq!(guarded.send(get, None, &[], "").await.problem(), "401 unauthorized");
    assert_eq!(guarded.call(Scope::Bot, get, "").await.problem(), "403 scope-needed");
    assert_eq!(guarded.call(Scope::Operator, get, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn answers_with_customers_words_are_not_cached() {
    let world = World::new();
    assert_eq!(
        world
            .call(Scope::Operator, "GET /v1/conversations/chat-17", "")
            .await
            .header("cache-control"),
        "no-store"
    );
}
