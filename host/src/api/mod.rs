//! The HTTP API: the only folder that knows HTTP.
//!
//! A request passes, in this order: `serve` (connections and their timeouts), `gate` (id, bounds, token, rate),
//! `keep` (idempotency), a handler in `routes`, which reads it with `extract`, has it checked by `check` and
//! asks the [`Backend`]; its answer is a shape of `wire` or a problem (see [`Kind`]). The `OpenAPI` document is made from the
//! same functions that are routed to.

mod backend;
pub use backend::{
    Acted, AgentView, Answering, AuditFilter, Backend, DeadLetter, HandoverFilter, KeptAnswer, Later, OfferError,
    OfferView, PackView, Page, Published, ReportError, ReportQuery, TaskFilter,
};

mod limits;
pub use limits::{KEPT_MS, MetricsAccess, Options};

mod problem;
pub use problem::Kind;
pub(crate) use problem::ProblemBody;

mod serve;
pub use serve::{ServeError, serve};

mod check;
mod extract;
mod gate;
mod keep;
mod openapi;
mod rate;
mod routes;
mod stream;
mod wire;

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
pub(crate) use tests::samples::{call as sample_call, handover as sample_handover, task as sample_task};

use std::sync::Arc;

use tokio::sync::watch;

/// The API as a service over a backend; `stop` turns `true` when the daemon stops, which ends event streams
/// and refuses further requests.
pub fn router(backend: Arc<dyn Backend>, options: Options, stop: watch::Receiver<bool>) -> axum::Router {
    routes::router(Arc::new(gate::App::new(backend, options, stop)))
}

/// The `OpenAPI` 3.1 document that `/openapi.json` serves, as JSON.
pub fn openapi_json() -> String {
    openapi::text(routes::documented().into_openapi())
}
