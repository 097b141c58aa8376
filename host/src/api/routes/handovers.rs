//! Handovers: why, to whom, and what came of it.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use baton_core::HandoverId;
use serde::Deserialize;

use super::Paged;
use crate::api::check::Faults;
use crate::api::extract::{Id, Query, Slice, flag, query_id};
use crate::api::gate::{AGENT, By, OPERATOR, Shared};
use crate::api::problem::Problem;
use crate::api::{HandoverFilter, Page, wire};

/// Which handovers.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HandoverQuery {
    /// Only open ones, or only ended ones.
    #[param(value_type = Option<bool>)]
    open: Option<String>,
    /// Only those of this reason.
    reason: Option<String>,
    /// Only those that this agent holds or has been offered.
    agent: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// List handovers, newest first.
#[utoipa::path(
    get, path = "/v1/handovers", tag = "handovers",
    params(HandoverQuery),
    responses((status = 200, description = "A page.", body = wire::Page<wire::HandoverSummary>)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn list_handovers(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Query(query): Query<HandoverQuery>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let HandoverQuery {
        open,
        reason,
        agent,
        cursor,
        limit,
    } = query;
    let mut faults = Faults::default();
    let filter = HandoverFilter {
        open: flag("open", open, &mut faults),
        reason: query_id("reason", reason, &mut faults),
        agent: query_id("agent", agent, &mut faults),
    };
    let slice = Slice::check(cursor, limit, &mut faults);
    let slice = faults.or(Some(slice))?;
    let page = app
        .backend
        .handovers(&caller.business, &filter, slice.cursor.as_deref(), slice.limit)?;
    let items: Vec<wire::HandoverSummary> = page.items.iter().map(Into::into).collect();
    Ok(Paged::<wire::HandoverSummary>::new(
        Page { items, next: page.next },
        &uri,
    ))
}

/// Read a handover with its evidence, the candidates who were passed over, and its timeline.
#[utoipa::path(
    get, path = "/v1/handovers/{id}", tag = "handovers",
    params(("id" = String, Path, description = "The handover.", example = "chat-17~h1")),
    responses((status = 200, description = "As it is now, open or ended.", body = wire::Handover)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn get_handover(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<HandoverId>,
) -> Result<Json<wire::Handover>, Problem> {
    Ok(Json(app.backend.handover(&caller.business, &id)?.into()))
}

/// Explain a handover: every decision about it with what was asked and answered, executed again from its record.
#[utoipa::path(
    get, path = "/v1/handovers/{id}/explain", tag = "handovers",
    params(("id" = String, Path, description = "The handover.", example = "chat-17~h1")),
    responses((status = 200, description = "Oldest decision first.", body = wire::Explanation)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn explain_handover(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<HandoverId>,
) -> Result<Json<wire::Explanation>, Problem> {
    Ok(Json(app.backend.explain(&caller.business, &id).await?.into()))
}
