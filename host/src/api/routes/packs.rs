//! Rule packs: which there are, which are in force, which are tried.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;

use super::Paged;
use crate::api::extract::Body;
use crate::api::gate::{AGENT, By, OPERATOR, Shared};
use crate::api::problem::Problem;
use crate::api::{Page, check, wire};

/// List the rule packs of the business.
#[utoipa::path(
    get, path = "/v1/packs", tag = "administration",
    responses((status = 200, description = "All of them, by name.", body = wire::Page<wire::Pack>)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn list_packs(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let items = app.backend.packs(&caller.business)?;
    Ok(Paged::<wire::Pack>::new(Page { items, next: None }, &uri))
}

/// Put a pack in force.
///
/// It is compiled and tried first; from the next message on it judges. Open handovers keep the rules that opened them,
/// unless they are told to move. What fails in its first minutes is rolled back by itself.
#[utoipa::path(
    post, path = "/v1/packs/activate", tag = "administration",
    request_body = wire::Activate,
    responses((status = 200, description = "In force.", body = wire::Generations)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn activate_pack(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    body: Body<wire::Activate>,
) -> Result<Json<wire::Generations>, Problem> {
    let (pack, move_open) = body.check(check::activate)?;
    let done = app
        .backend
        .activate(&caller.business, &pack, move_open, &caller.by())
        .await?;
    Ok(Json(done.into()))
}

/// Go back to an earlier generation.
#[utoipa::path(
    post, path = "/v1/packs/rollback", tag = "administration",
    request_body = wire::RollBack,
    responses((status = 200, description = "In force.", body = wire::Generations)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn roll_back_pack(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    body: Body<wire::RollBack>,
) -> Result<Json<wire::Generations>, Problem> {
    let wire::RollBack { to } = body.check(|new, _| Some(new))?;
    let done = app.backend.roll_back(&caller.business, to, &caller.by()).await?;
    Ok(Json(done.into()))
}

/// List the generations of rules, the newest first.
#[utoipa::path(
    get, path = "/v1/packs/generations", tag = "administration",
    responses((status = 200, description = "All that were ever in force.", body = wire::Generations)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn list_generations(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
) -> Result<Json<wire::Generations>, Problem> {
    Ok(Json(app.backend.generations(&caller.business)?.into()))
}

/// Show what is tried, and what it has shown.
///
/// A shadow's `diff` tells what it would have done otherwise, with examples; a canary's `sides` what came of its
/// conversations and of the others since it began.
#[utoipa::path(
    get, path = "/v1/packs/trial", tag = "administration",
    responses((status = 200, description = "The trial.", body = wire::Trial)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn get_trial(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
) -> Result<Json<wire::Trial>, Problem> {
    // As long as a report, where it is a canary.
    let asked = tokio::task::spawn_blocking(move || app.backend.trial(&caller.business)).await;
    let trial = asked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    Ok(Json(trial.into()))
}

/// Try a pack on live traffic, as a shadow or as a canary.
///
/// A shadow hears every message after it was answered, and nothing comes of what it finds. A canary rules over a share of the
/// conversations, and each stays on its side; it ends by itself when its plugins fail. Whatever was tried before is over.
#[utoipa::path(
    put, path = "/v1/packs/trial", tag = "administration",
    request_body = wire::NewTrial,
    responses((status = 200, description = "It is tried from the next message on.", body = wire::Trial)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn put_trial(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    body: Body<wire::NewTrial>,
) -> Result<Json<wire::Trial>, Problem> {
    let (pack, mode) = body.check(check::trial)?;
    let trial = app
        .backend
        .start_trial(&caller.business, &pack, mode, &caller.by())
        .await?;
    Ok(Json(trial.into()))
}

/// End what is tried.
///
/// Handovers that a canary opened keep its rules; every other conversation follows those in force.
#[utoipa::path(
    delete, path = "/v1/packs/trial", tag = "administration",
    responses((status = 204, description = "Nothing is tried any more.")),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn withdraw_trial(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
) -> Result<StatusCode, Problem> {
    app.backend.withdraw(&caller.business, &caller.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put what is tried in force for every conversation.
///
/// With `max_drift_percent` only if no larger share of the handovers that a shadow has compared differs.
#[utoipa::path(
    post, path = "/v1/packs/promote", tag = "administration",
    request_body = wire::Promote,
    responses((status = 200, description = "In force.", body = wire::Generations)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn promote_pack(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    body: Body<wire::Promote>,
) -> Result<Json<wire::Generations>, Problem> {
    let (budget, move_open) = body.check(check::promote)?;
    let done = app
        .backend
        .promote(&caller.business, budget, move_open, &caller.by())
        .await?;
    Ok(Json(done.into()))
}
