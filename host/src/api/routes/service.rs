//! The daemon itself: alive, ready, measured, described.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;

use super::document;
use crate::api::gate::{OPERATOR, Shared};
use crate::api::limits::MetricsAccess;
use crate::api::problem::{Kind, Problem, ProblemBody};
use crate::api::serve::Peer;
use crate::api::wire;

/// Where to go from here.
#[utoipa::path(get, path = "/", tag = "service", responses((status = 200, description = "Links.", body = wire::Index)))]
pub(super) async fn index() -> Json<wire::Index> {
    let links = [
        ("openapi", "/openapi.json"),
        ("problems", "/problems"),
        ("messages", "/v1/conversations/{id}/messages"),
        ("handovers", "/v1/handovers"),
        ("tasks", "/v1/tasks"),
        ("agents", "/v1/agents"),
        ("reports", "/v1/reports/handovers"),
        ("events", "/v1/events"),
        ("health", "/healthz"),
        ("ready", "/readyz"),
        ("metrics", "/metrics"),
    ];
    let links = links
        .into_iter()
        .map(|(name, path)| (name.to_owned(), path.to_owned()))
        .collect();
    Json(wire::Index {
        name: "baton".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        links,
    })
}

/// Whether the daemon is alive.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, description = "It is.", body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> &'static str {
    "alive\n"
}

/// Whether the daemon can serve.
#[utoipa::path(
    get, path = "/readyz", tag = "service",
    responses(
        (status = 200, description = "It can.", body = String, content_type = "text/plain"),
        (status = 503, description = "`/problems/not-ready` or `/problems/stopping`: not now, and why.", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn readyz(State(app): State<Shared>) -> Result<&'static str, Problem> {
    if *app.stop.borrow() {
        return Err(Problem::new(Kind::Stopping, "the daemon is stopping").retry_after(5));
    }
    app.backend
        .ready()
        .map_err(|why| Problem::new(Kind::NotReady, why).retry_after(1))?;
    Ok("ready\n")
}

/// Metrics for Prometheus.
///
/// Open to whoever reaches the port, unless the operator restricts it to this machine or to tokens of scope `operator`.
#[utoipa::path(
    get, path = "/metrics", tag = "service",
    responses(
        (status = 200, description = "OpenMetrics text.", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "`/problems/unauthorized`: where a token is needed.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`/problems/scope-needed`: or the request is not from this machine.", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn metrics(
    State(app): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let is_local = peer.is_some_and(|Extension(Peer(address))| address.ip().to_canonical().is_loopback());
    match app.options.metrics {
        MetricsAccess::Open => {}
        MetricsAccess::Loopback if is_local => {}
        MetricsAccess::Loopback => {
            return Err(Problem::new(
                Kind::ScopeNeeded,
                "metrics are only for requests from this machine",
            ));
        }
        MetricsAccess::Token => app.authenticate(&headers)?.needs(OPERATOR)?,
    }
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], app.backend.metrics()))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service", responses((status = 200, description = "OpenAPI 3.1.", body = Object, content_type = "application/json")))]
pub(super) async fn openapi() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "max-age=300"),
        ],
        document(),
    )
}

/// List the types of problem.
#[utoipa::path(get, path = "/problems", tag = "service", responses((status = 200, description = "All of them.", body = Vec<wire::ProblemKind>)))]
pub(super) async fn list_problems() -> Json<Vec<wire::ProblemKind>> {
    Json(Kind::ALL.iter().map(|kind| (*kind).into()).collect())
}

/// Describe a type of problem.
#[utoipa::path(
    get, path = "/problems/{type}", tag = "service",
    params(("type" = String, Path, description = "The last part of the problem's `type`.", example = "stale-control")),
    responses(
        (status = 200, description = "What it means and what to do.", body = wire::ProblemKind),
        (status = 404, description = "`/problems/not-found`: there is none.", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn get_problem(Path(slug): Path<String>) -> Result<Json<wire::ProblemKind>, Problem> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or_else(|| Problem::new(Kind::NotFound, format!("no problem {slug:?}; see /problems")))?;
    Ok(Json((*kind).into()))
}
