//! Plugins: what they say, and the calls that they failed.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::Paged;
use crate::api::check::Faults;
use crate::api::extract::{PageQuery, Query, Slice};
use crate::api::gate::{By, OPERATOR, Shared};
use crate::api::problem::{Kind, Problem};
use crate::api::{limits, wire};

/// Which lines.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LogQuery {
    /// Begin after this number, `next` of an earlier answer; the last lines where it is not given.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// Lines: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Seconds to wait for a line where there is none after `after`: 0 to 8, 0 where it is not given.
    #[param(value_type = Option<u32>, minimum = 0, maximum = 8)]
    wait: Option<String>,
}

/// Read what a plugin logs, and what the host says of its faults.
///
/// The last lines of each plugin are kept in memory: 1,000 and 256 KiB. A line may hold what a customer wrote. To follow it,
/// ask again with `after` and `wait`.
#[utoipa::path(
    get, path = "/v1/plugins/{id}/log", tag = "plugins",
    params(("id" = String, Path, description = "The rule's id in the pack, as GET /v1/packs shows it.", example = "human-requested"), LogQuery),
    responses((status = 200, description = "Lines, oldest first.", body = wire::PluginLog)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn read_plugin_log(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Path(id): Path<String>,
    Query(query): Query<LogQuery>,
) -> Result<Json<wire::PluginLog>, Problem> {
    let LogQuery { after, limit, wait } = query;
    let mut faults = Faults::default();
    let limit = Slice::check(None, limit, &mut faults).limit;
    let after = after.and_then(|text| {
        let number = text.parse::<u64>();
        number
            .map_err(|_| faults.parameter("after", "is not the number of a line"))
            .ok()
    });
    let wait = wait.map_or(Some(0), |text| {
        text.parse::<u64>().ok().filter(|wait| *wait <= limits::LONGEST_WAIT_S)
    });
    if wait.is_none() {
        faults.parameter(
            "wait",
            format!("is not a number of seconds from 0 to {}", limits::LONGEST_WAIT_S),
        );
    }
    let wait = faults.or(wait)?;
    // One who waits is a stream that is asked for in pieces.
    let busy = |_| {
        let detail = format!("{} event streams are open, no more may be", app.options.streams);
        Problem::new(Kind::Busy, detail).retry_after(10)
    };
    let _permit = (wait > 0)
        .then(|| app.streams.clone().try_acquire_owned().map_err(busy))
        .transpose()?;
    let most = app.options.request_timeout.mul_f32(0.8);
    let until = Instant::now() + Duration::from_secs(wait).min(most);
    let (mut hint, mut stop) = (app.backend.plugin_log_hint(), app.stop.clone());
    loop {
        // Seen before reading: what is said from here on changes it again.
        hint.mark_unchanged();
        let lines = app.backend.plugin_log(&caller.business, &id, after, limit)?;
        let is_over = Instant::now() >= until || *stop.borrow();
        if !lines.items.is_empty() || lines.dropped > 0 || is_over {
            return Ok(Json(lines.into()));
        }
        let changed = async {
            tokio::select! {
                changed = hint.changed() => drop(changed),
                changed = stop.changed() => drop(changed),
            }
        };
        drop(timeout_at(until, changed).await);
    }
}

/// List the calls that plugins failed, newest first.
///
/// Kept with their input to find out why: the newest 100 of the business, each cause once, for 30 days.
#[utoipa::path(
    get, path = "/v1/quarantine", tag = "plugins",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = wire::Page<wire::QuarantinedCall>)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn list_quarantine(
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
        .quarantine(&caller.business, slice.cursor.as_deref(), slice.limit)?;
    Ok(Paged::<wire::QuarantinedCall>::new(page, &uri))
}

/// Get a call that a plugin failed, with its whole input.
#[utoipa::path(
    get, path = "/v1/quarantine/{id}", tag = "plugins",
    params(("id" = String, Path, description = "The call.")),
    responses((status = 200, description = "It.", body = wire::QuarantinedInput)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn get_quarantined(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Path(id): Path<String>,
) -> Result<Json<wire::QuarantinedInput>, Problem> {
    Ok(Json(app.backend.quarantined(&caller.business, &id)?.into()))
}

/// Make a call again that a plugin failed, under the rules in force.
///
/// Nothing follows from it: no handover, no event, and no breaker counts it.
#[utoipa::path(
    post, path = "/v1/quarantine/{id}/replay", tag = "plugins",
    params(("id" = String, Path, description = "The call.")),
    responses((status = 200, description = "What came of it.", body = wire::ReplayedCall)),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn replay_quarantined(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Path(id): Path<String>,
) -> Result<Json<wire::ReplayedCall>, Problem> {
    Ok(Json(
        app.backend.replay_quarantined(&caller.business, &id).await?.into(),
    ))
}

/// Drop a call that a plugin failed, with its input.
#[utoipa::path(
    delete, path = "/v1/quarantine/{id}", tag = "plugins",
    params(("id" = String, Path, description = "The call.")),
    responses((status = 204, description = "It is gone.")),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn drop_quarantined(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.backend
        .drop_quarantined(&caller.business, &id, &caller.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
