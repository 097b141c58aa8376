//! Who may do what: the scopes that the `OpenAPI` document names for each route are the ones that it takes.

use axum::http::StatusCode;
use baton_core::BusinessId;
use serde_json::Value;

use super::openapi::{Operation, operations};
use super::{HELLO, SAY, World, business, token};
use crate::auth::{Realm, Scope};

/// An address that exists in the fake.
fn line(world: &World, operation: &Operation) -> String {
    let id = match operation.path.split('/').nth(2) {
        Some("conversations") => "chat-17".to_owned(),
        Some("handovers") => "chat-17~h1".to_owned(),
        Some("tasks") => "chat-17~t1".to_owned(),
        Some("agents") => "ana".to_owned(),
        Some("dead-letters") => "d1".to_owned(),
        Some("plugins") => "silent".to_owned(),
        Some("quarantine") => "3f9c0a12b4d53f9c".to_owned(),
        Some("tokens") => world.tokens[&Scope::Bot]
            .split('_')
            .nth(1)
            .expect("has an id")
            .to_owned(),
        _ => String::new(),
    };
    format!("{} {}", operation.method, operation.path.replace("{id}", &id))
}

#[tokio::test]
async fn each_route_takes_the_scopes_that_it_documents_and_its_documented_example() {
    for operation in operations()
        .iter()
        .filter(|operation| operation.path.starts_with("/v1/") && operation.path != "/v1/events")
    {
        for scope in Scope::ALL {
            let world = World::new();
            let line = line(&world, operation);
            let example = operation
                .example
                .clone()
                .map_or(String::new(), |example| example.to_string());
            let body = match (line.as_str(), scope) {
                (SAY, Scope::Agent) => HELLO.replace("customer", "agent"),
                _ => example,
            };
            let answer = world.call(scope, &line, &body).await;
            if operation.scopes.contains(&scope.to_string()) {
                assert!(answer.status.is_success(), "{line} as {scope}: {answer:?}");
            } else {
                assert_eq!(answer.problem(), "403 scope-needed", "{line} as {scope}");
                let named: Vec<_> = answer.json()["scopes"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                assert_eq!(
                    named, operation.scopes,
                    "{line}: the problem names the scopes that are needed"
                );
            }
        }
        let world = World::new();
        let answer = world.send(&line(&world, operation), None, &[], "").await;
        assert_eq!(
            answer.problem(),
            "401 unauthorized",
            "{} {}",
            operation.method,
            operation.path
        );
    }
}

#[tokio::test]
async fn what_is_no_live_token_opens_nothing() {
    let world = World::new();
    let good = &world.tokens[&Scope::Operator];
    let missing = world.send("GET /v1/agents", None, &[], "").await;
    assert_eq!(
        (missing.problem().as_str(), missing.header("www-authenticate")),
        ("401 unauthorized", "Bearer realm=\"baton\"")
    );
    let mut forged = good.clone();
    let last = forged.pop();
    forged.push(if last == Some('0') { '1' } else { '0' });
    for header in [
        format!("Bearer {forged}"),
        "Bearer".into(),
        "Bearer x".into(),
        format!("Bearer {}", good.to_uppercase()),
    ] {
        let answer = world
            .send("GET /v1/agents", None, &[&format!("authorization: {header}")], "")
            .await;
        assert_eq!(answer.problem(), "401 unauthorized", "{header}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"baton\", error=\"invalid_token\""
        );
        assert_eq!(
            answer.json()["detail"],
            "there is no such token",
            "a wrong secret and a wrong id look the same"
        );
    }
    let basic = world
        .send("GET /v1/agents", None, &["authorization: Basic YTpi"], "")
        .await;
    assert_eq!(basic.problem(), "401 unauthorized");
    let scope = world.call(Scope::Bot, "GET /v1/agents", "").await;
    assert_eq!(
        scope.header("www-authenticate"),
        "Bearer realm=\"baton\", error=\"insufficient_scope\", scope=\"agent operator admin\""
    );
    assert_eq!(
        scope.json()["detail"],
        "the token has scope bot, this needs agent or operator or admin"
    );
}

#[tokio::test]
async fn another_business_looks_as_if_it_did_not_exist() {
    let world = World::new();
    let other = Realm::One(BusinessId::new("globex").expect("well formed"));
    let other = token(&world.fake, Scope::Operator, other);
    let read = "GET /v1/conversations/chat-17";
    let answer = world.send(read, Some(&other), &[], "").await;
    assert_eq!(
        (answer.problem().as_str(), &answer.json()["detail"]),
        ("404 not-found", &"no conversation \"chat-17\"".into())
    );
    let named = world.send(read, Some(&other), &["baton-business: acme"], "").await;
    assert_eq!(
        (named.problem().as_str(), &named.json()["detail"]),
        ("404 not-found", &"no business \"acme\"".into())
    );

    let every = token(&world.fake, Scope::Admin, Realm::Every);
    assert_eq!(
        world
            .send(read, Some(&every), &["baton-business: acme"], "")
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .send(read, Some(&every), &["baton-business: initech"], "")
            .await
            .problem(),
        "404 not-found"
    );
    assert_eq!(
        world.send(read, Some(&every), &[], "").await.problem(),
        "404 not-found",
        "there is no business default here"
    );
    let odd = world.send(read, Some(&every), &["baton-business: a b"], "").await;
    assert_eq!(odd.problem(), "422 invalid-request");
    let own = &world.tokens[&Scope::Operator];
    assert_eq!(
        world
            .send(read, Some(own), &[&format!("baton-business: {}", business())], "")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_admin_of_one_business_cannot_revoke_the_token_of_another() {
    let world = World::new();
    let foreign = token(
        &world.fake,
        Scope::Operator,
        Realm::One(BusinessId::new("globex").expect("well formed")),
    );
    let every = token(&world.fake, Scope::Admin, Realm::Every);
    for text in [foreign, every] {
        let id = text.split('_').nth(1).expect("has an id");
        let answer = world.call(Scope::Admin, &format!("DELETE /v1/tokens/{id}"), "").await;
        assert_eq!(answer.problem(), "404 not-found");
    }
}
