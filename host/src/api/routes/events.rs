//! Events: the stream, and what could not be delivered.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};
use serde::Deserialize;

use super::Paged;
use crate::api::check::Faults;
use crate::api::extract::{PageQuery, Query, Slice};
use crate::api::gate::{BOT, By, OPERATOR, Shared};
use crate::api::limits::STREAM_TYPES;
use crate::api::problem::Problem;
use crate::api::stream::{Position, Types};
use crate::api::wire;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Which events.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// Begin after this sequence number, 0 for all that are kept; from now on where neither this nor `Last-Event-ID` is given.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// Only these types, separated by commas; `handover.*` stands for a family. At most 32.
    #[param(example = "message.final,handover.*")]
    types: Option<String>,
}

/// Follow events as they happen.
///
/// Server-sent events: `id:` is the sequence number, `event:` the type, `data:` the event. Resume with
/// `Last-Event-ID` (browsers do by themselves). A token of scope `bot` gets `message.*`, `control.*` and `bot.*`.
#[utoipa::path(
    get, path = "/v1/events", tag = "events",
    params(EventQuery, ("Last-Event-ID" = Option<u64>, Header, description = "Begin after this sequence number; goes before `after`.")),
    responses((status = 200, description = "A stream that ends when the daemon stops or the token does.", body = wire::CloudEvent, content_type = "text/event-stream")),
    security(("token" = ["bot", "operator", "admin"])),
)]
pub(super) async fn stream_events(
    State(app): State<Shared>,
    By(caller): By<{ BOT | OPERATOR }>,
    Query(query): Query<EventQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let EventQuery { after, types } = query;
    let mut faults = Faults::default();
    let last = headers
        .get(LAST_EVENT_ID)
        .map(|value| ("Last-Event-ID", value.to_str().unwrap_or_default().to_owned()));
    let after = last.or(after.map(|after| ("after", after))).and_then(|(name, text)| {
        let number = text.parse::<u64>();
        number
            .map_err(|_| faults.parameter(name, "is not the sequence number of an event"))
            .ok()
    });
    let types: Vec<String> = types
        .unwrap_or_default()
        .split(',')
        .filter(|kind| !kind.is_empty())
        .map(str::to_owned)
        .collect();
    if types.len() > STREAM_TYPES {
        faults.parameter(
            "types",
            format!("has {} types, at most {STREAM_TYPES} are allowed", types.len()),
        );
    }
    let types = faults.or(Some(Types(types)))?;
    let heartbeat = KeepAlive::new().interval(app.options.heartbeat).text("");
    let position = Position::open(app, caller, types, after)?;
    Ok(Sse::new(position.into_stream()).keep_alive(heartbeat))
}

/// List the deliveries that were given up, oldest first.
#[utoipa::path(
    get, path = "/v1/dead-letters", tag = "events",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = wire::Page<wire::DeadLetter>)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn list_dead_letters(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Query(query): Query<PageQuery>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let PageQuery { cursor, limit } = query;
    let mut faults = Faults::default();
    let slice = Slice::check(cursor, limit, &mut faults);
    let slice = faults.or(Some(slice))?;
    let page = app
        .backend
        .dead_letters(&caller.business, slice.cursor.as_deref(), slice.limit)?;
    Ok(Paged::<wire::DeadLetter>::new(page, &uri))
}

/// Deliver a dead letter again.
#[utoipa::path(
    post, path = "/v1/dead-letters/{id}/send", tag = "events",
    params(("id" = String, Path, description = "The dead letter.")),
    responses((status = 202, description = "It is in the outbox.")),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn send_again(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.backend.send_again(&caller.business, &id, &caller.by()).await?;
    Ok(StatusCode::ACCEPTED)
}
