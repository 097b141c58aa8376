//! Agents: who is there.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use baton_core::AgentId;

use super::Paged;
use crate::api::check;
use crate::api::extract::{Body, Id};
use crate::api::gate::{AGENT, By, OPERATOR, Shared};
use crate::api::problem::Problem;
use crate::api::{Page, ProblemBody, wire};

/// List the agents of the business.
#[utoipa::path(
    get, path = "/v1/agents", tag = "agents",
    responses((status = 200, description = "All of them, by id.", body = wire::Page<wire::Agent>)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn list_agents(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let items = app.backend.agents(&caller.business)?;
    Ok(Paged::<wire::Agent>::new(Page { items, next: None }, &uri))
}

/// Add an agent, or replace what is said of them.
#[utoipa::path(
    put, path = "/v1/agents/{id}", tag = "agents",
    params(("id" = String, Path, description = "The agent.", example = "ana")),
    request_body = wire::PutAgent,
    responses((status = 200, description = "As they are now.", body = wire::Agent)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn put_agent(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Id(id): Id<AgentId>,
    body: Body<wire::PutAgent>,
) -> Result<Json<wire::Agent>, Problem> {
    let profile = body.check(|put, faults| check::profile(put, id, faults))?;
    Ok(Json(
        app.backend
            .put_agent(&caller.business, profile, &caller.by())
            .await?
            .into(),
    ))
}

/// Remove an agent; what they hold or were offered goes to others.
#[utoipa::path(
    delete, path = "/v1/agents/{id}", tag = "agents",
    params(("id" = String, Path, description = "The agent.", example = "ana")),
    responses(
        (status = 200, description = "They are gone, and so are their tokens.", body = wire::Removed),
        (status = 409, description = "`/problems/agent-needed`: the configuration lists or names them, or they stand in for somebody.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn remove_agent(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Id(id): Id<AgentId>,
) -> Result<Json<wire::Removed>, Problem> {
    let tasks = app.backend.remove_agent(&caller.business, &id, &caller.by()).await?;
    Ok(Json(wire::Removed {
        agent: id.to_string(),
        tasks: tasks.iter().map(ToString::to_string).collect(),
    }))
}

/// Say whether an agent is at work.
#[utoipa::path(
    put, path = "/v1/agents/{id}/presence", tag = "agents",
    params(("id" = String, Path, description = "The agent; an agent's own token may name only its own.", example = "ana")),
    request_body = wire::NewPresence,
    responses((status = 200, description = "As they are now.", body = wire::Agent)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn put_presence(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<AgentId>,
    body: Body<wire::NewPresence>,
) -> Result<Json<wire::Agent>, Problem> {
    caller.must_be(Some(id.as_str()))?;
    let (presence, until) = body.check(|new, faults| check::presence(new, app.backend.now(), faults))?;
    Ok(Json(
        app.backend
            .set_presence(&caller.business, &id, presence, until, &caller.by())
            .await?
            .into(),
    ))
}
