//! Audit: who did what.

use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use baton_core::Time;
use serde::Deserialize;

use super::Paged;
use crate::api::check::Faults;
use crate::api::extract::{Query, Slice};
use crate::api::gate::{ADMIN, By, Shared};
use crate::api::problem::Problem;
use crate::api::{AuditFilter, wire};

/// Which acts.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Only those of this agent or token: `ana`, `operator:dispatch`.
    by: Option<String>,
    /// Only those of this kind: `task.accept`.
    action: Option<String>,
    /// Only those about this task, conversation, agent or token.
    subject: Option<String>,
    /// Only those from this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// Only those up to this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// List what people and tokens did, newest first.
///
/// One entry for each act, with how things stood before and after; entries are never changed and never removed.
#[utoipa::path(
    get, path = "/v1/audit", tag = "administration",
    params(AuditQuery),
    responses((status = 200, description = "A page.", body = wire::Page<wire::AuditEntry>)),
    security(("token" = ["admin"])),
)]
pub(super) async fn list_audit(
    State(app): State<Shared>,
    By(caller): By<{ ADMIN }>,
    Query(query): Query<AuditQuery>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let AuditQuery {
        by,
        action,
        subject,
        since,
        until,
        cursor,
        limit,
    } = query;
    let mut faults = Faults::default();
    let filter = AuditFilter {
        by,
        action,
        subject,
        since: time("since", since, &mut faults),
        until: time("until", until, &mut faults),
    };
    let slice = Slice::check(cursor, limit, &mut faults);
    let slice = faults.or(Some(slice))?;
    let page = app
        .backend
        .audit(&caller.business, &filter, slice.cursor.as_deref(), slice.limit)?;
    Ok(Paged::<wire::AuditEntry>::new(page, &uri))
}

fn time(name: &str, text: Option<String>, faults: &mut Faults) -> Option<Time> {
    match text?.parse::<jiff::Timestamp>() {
        Ok(at) => Some(Time(at.as_millisecond())),
        Err(_) => {
            faults.parameter(name, "is not a time of RFC 3339, such as 2026-03-02T17:30:00Z");
            None
        }
    }
}
