//! The `OpenAPI` document is whole: it is 3.1, every reference leads somewhere, every route of the contract is in
//! it and no other, and what it says of a request holds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::World;
use crate::api::openapi_json;
use crate::auth::Scope;

/// A route as the document has it.
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) scopes: Vec<String>,
    /// The example of its body's schema.
    pub(super) example: Option<Value>,
    value: Value,
}

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("JSON")
}

pub(super) fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = vec![];
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, value) in item.as_object().expect("an item") {
            let scopes = value["security"][0]["token"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let schema = value["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            let schema = schema.map(|schema| document.pointer(&schema[1..]).expect("it is there"));
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                scopes: scopes.map(str::to_owned).collect(),
                example: schema.map(|schema| schema["example"].clone()),
                value: value.clone(),
            });
        }
    }
    operations
}

#[test]
fn every_route_of_the_contract_is_documented_and_no_other() {
    let expected = "
        DELETE /v1/agents/{id}
        DELETE /v1/quarantine/{id}
        DELETE /v1/tokens/{id}
        GET /
        GET /healthz
        GET /metrics
        GET /openapi.json
        GET /problems
        GET /problems/{type}
        GET /readyz
        GET /v1/agents
        GET /v1/audit
        GET /v1/conversations/{id}
        GET /v1/conversations/{id}/messages
        GET /v1/dead-letters
        GET /v1/events
        GET /v1/handovers
        GET /v1/handovers/{id}
        GET /v1/handovers/{id}/explain
        GET /v1/packs
        DELETE /v1/packs/trial
        GET /v1/packs/generations
        GET /v1/packs/trial
        PUT /v1/packs/trial
        POST /v1/packs/promote
        GET /v1/plugins/{id}/log
        GET /v1/quarantine
        GET /v1/quarantine/{id}
        POST /v1/packs/activate
        POST /v1/packs/rollback
        GET /v1/reports/handovers
        GET /v1/reports/review
        GET /v1/tasks
        GET /v1/tasks/{id}
        GET /v1/tokens
        POST /v1/conversations/{id}/close
        POST /v1/conversations/{id}/handover
        POST /v1/conversations/{id}/messages
        POST /v1/conversations/{id}/release
        POST /v1/dead-letters/{id}/send
        POST /v1/quarantine/{id}/replay
        POST /v1/tasks/{id}/accept
        POST /v1/tasks/{id}/assign
        POST /v1/tasks/{id}/complete
        POST /v1/tasks/{id}/decline
        POST /v1/tasks/{id}/give-back
        POST /v1/tasks/{id}/note
        POST /v1/tokens
        PUT /v1/agents/{id}
        PUT /v1/agents/{id}/presence
    ";
    let expected: BTreeSet<_> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let got: BTreeSet<_> = operations()
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(got, expected);
}

#[test]
fn every_operation_is_described_whole() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let value = &operation.value;
        assert!(
            ids.insert(value["operationId"].as_str().expect("named").to_owned()),
            "{name}: its id is another's too"
        );
        assert!(
            value["summary"].as_str().is_some_and(|summary| summary.ends_with('.')),
            "{name}: no summary"
        );
        assert_eq!(value["tags"].as_array().map(Vec::len), Some(1), "{name}: one tag");
        for part in operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        {
            let is_it = |parameter: &Value| {
                parameter["name"] == part && parameter["in"] == "path" && parameter["required"] == true
            };
            assert!(
                value["parameters"]
                    .as_array()
                    .is_some_and(|parameters| parameters.iter().any(is_it)),
                "{name}: {part} is not described"
            );
        }
        let responses = value["responses"].as_object().expect("responses");
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}: no success"
        );
        for (status, response) in responses {
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{name} {status}: no description"
            );
            let is_problem =
                response["content"]["application/problem+json"]["schema"]["$ref"] == "#/components/schemas/Problem";
            assert!(
                status.starts_with('2') || is_problem,
                "{name} {status}: an error that is no problem"
            );
        }
        if operation.path.starts_with("/v1/") {
            assert!(
                operation.scopes.contains(&Scope::Admin.to_string()),
                "{name}: an admin may do everything"
            );
            for status in ["401", "403", "429", "500", "503"] {
                assert!(responses.contains_key(status), "{name}: {status} is missing");
            }
        }
        assert!(
            operation.example.is_none_or(|example| example.is_object()),
            "{name}: its body has no example"
        );
    }
}

#[test]
fn the_document_is_3_1_and_every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let mut found = vec![];
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_default();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        let required = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        for member in required {
            assert!(
                schema["properties"].get(member).is_some(),
                "{name} requires {member}, which it does not have"
            );
        }
    }
    assert_eq!(
        schemas["NewMessage"]["required"],
        serde_json::json!(["id", "speaker", "text", "channel", "bot"])
    );
    assert_eq!(schemas["NewMessage"]["additionalProperties"], false);
}

#[tokio::test]
async fn the_document_and_the_problems_are_served_without_a_token() {
    let world = World::new();
    let answer = world.send("GET /openapi.json", None, &[], "").await;
    assert_eq!(
        (answer.text, answer.headers["content-type"].as_bytes()),
        (openapi_json(), b"application/json".as_slice())
    );
    let problems = world.send("GET /problems", None, &[], "").await.json();
    for problem in problems.as_array().expect("a list") {
        let path = problem["type"].as_str().expect("a path");
        assert_eq!(world.send(&format!("GET {path}"), None, &[], "").await.json(), *problem);
    }
    let index = world.send("GET /", None, &[], "").await.json();
    assert_eq!(
        (&index["name"], &index["links"]["openapi"]),
        (&"baton".into(), &"/openapi.json".into())
    );
}
