//! `Idempotency-Key`: done once, answered as often as asked.

use std::time::Duration;

use axum::http::StatusCode;
use baton_core::Span;

use super::{Answer, HELLO, World};
use crate::auth::Scope;

const NOTE: &str = "POST /v1/tasks/chat-17~t1/note";

async fn note(world: &World, scope: Scope, key: &str, text: &str) -> Answer {
    let key = format!("idempotency-key: {key}");
    let headers = ["content-type: application/json", key.as_str()];
    world
        .send(
            NOTE,
            Some(&world.tokens[&scope]),
            &headers,
            format!(r#"{{"text":"{text}"}}"#),
        )
        .await
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_token_for_a_day() {
    let world = World::new();
    let first = note(&world, Scope::Agent, "k", "called").await;
    let again = note(&world, Scope::Agent, "k", "called").await;
    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (StatusCode::OK, "")
    );
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (StatusCode::OK, "true")
    );
    assert_eq!(
        (&again.text, again.header("content-type")),
        (&first.text, "application/json")
    );
    assert_eq!(world.fake.acts().len(), 1);
    assert_eq!(
        note(&world, Scope::Agent, "k", "called twice").await.problem(),
        "422 idempotency-key-reused"
    );
    assert_eq!(world.fake.acts().len(), 1);
    note(&world, Scope::Operator, "k", "called").await;
    assert_eq!(world.fake.acts().len(), 2, "another token's key is another key");
    world.fake.pass(Span::hours(24));
    note(&world, Scope::Agent, "k", "called twice").await;
    assert_eq!(world.fake.acts().len(), 3);
    assert_eq!(
        note(&world, Scope::Agent, &"k".repeat(256), "x").await.problem(),
        "422 invalid-request"
    );
}

#[tokio::test]
async fn a_request_that_failed_may_be_made_again_with_its_key() {
    let world = World::new();
    assert_eq!(
        note(&world, Scope::Agent, "k", "").await.problem(),
        "422 invalid-request"
    );
    assert_eq!(note(&world, Scope::Agent, "k", "called").await.status, StatusCode::OK);
    assert_eq!(world.fake.kept().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_in_work_is_told_and_the_work_ends_though_nobody_waits() {
    let world = World::new();
    let key = ["content-type: application/json", "idempotency-key: k"];
    let slow = || {
        world.send(
            "POST /v1/conversations/slow/messages",
            Some(&world.tokens[&Scope::Bot]),
            &key,
            HELLO,
        )
    };
    assert_eq!(
        slow().await.problem(),
        "503 timed-out",
        "after 10 s, the backend takes 60"
    );
    let answer = slow().await;
    assert_eq!(
        (answer.problem().as_str(), answer.header("retry-after")),
        ("409 idempotency-key-in-flight", "1")
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    let kept = slow().await;
    assert_eq!(
        (kept.status, kept.header("idempotency-replayed")),
        (StatusCode::OK, "true")
    );
    assert_eq!(world.fake.said().len(), 1);
}
