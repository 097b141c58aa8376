//! Reports: read on threads that may wait, a few at once, as JSON, a table for a spreadsheet, or a page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::api::check::Faults;
use crate::api::extract::Query;
use crate::api::gate::{App, By, Caller, OPERATOR, Shared};
use crate::api::limits;
use crate::api::problem::{Kind, Problem};
use crate::api::{ReportError, ReportQuery};
use crate::auth::Realm;
use crate::engine::EngineError;
use crate::report::{GatherError, GroupBy, Moment, Report, Review, csv, page, review_page};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
/// What the page says of itself as well: it loads nothing and runs nothing.
const ALONE: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
);

/// Which report.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HandoverReportQuery {
    /// Where the period begins: a span before now, a date in the business's zone, or RFC 3339. Seven days ago where it is not given.
    #[param(example = "7d")]
    since: Option<String>,
    /// Where it ends, likewise; a date with its last moment. Now where it is not given.
    #[param(example = "2026-03-31")]
    until: Option<String>,
    /// `business`, `bot`, `channel`, `reason`, `tag`, `agent`, `pack`, `day` or `week`. With `business`, a token for every business gets all of them.
    #[param(example = "reason")]
    group_by: Option<String>,
    /// `json`, `csv` or `html`; `json` where it is not given.
    #[param(example = "json")]
    format: Option<String>,
}

/// Which review.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReviewQuery {
    /// Where the period begins: a span before now, a date in the business's zone, or RFC 3339. Seven days ago where it is not given.
    #[param(example = "7d")]
    since: Option<String>,
    /// Where it ends, likewise; a date with its last moment. Now where it is not given.
    #[param(example = "2026-03-31")]
    until: Option<String>,
    /// `json` or `html`; `json` where it is not given.
    #[param(example = "json")]
    format: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Html,
}

/// Report what came of the handovers of a period.
///
/// Every figure is defined in `host/src/report/FIGURES.md`. `csv` has one row for each group, or one for all; `html` is one
/// page with charts that needs nothing else.
#[utoipa::path(
    get, path = "/v1/reports/handovers", tag = "reports",
    params(HandoverReportQuery),
    responses((status = 200, description = "The report.", content(
        (Report = "application/json"), (String = "text/csv"), (String = "text/html"),
    ))),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn report_handovers(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Query(query): Query<HandoverReportQuery>,
) -> Result<Response, Problem> {
    let HandoverReportQuery {
        since,
        until,
        group_by,
        format,
    } = query;
    let mut faults = Faults::default();
    let format = format_of(format, &[Format::Json, Format::Csv, Format::Html], &mut faults);
    let query = ReportQuery {
        since: moment("since", since, Moment::LAST_WEEK, &mut faults),
        until: moment("until", until, Moment::NOW, &mut faults),
        group_by: group_by.and_then(|text| group(&text, &mut faults)),
    };
    let query = faults.or(Some(query))?;
    let businesses = match query.group_by {
        Some(GroupBy::Business) if caller.token.realm == Realm::Every => app.backend.businesses(),
        Some(_) | None => vec![caller.business.clone()],
    };
    let made = make(&app, move |app| app.backend.report(&businesses, &query)).await?;
    Ok(match format {
        Format::Json => Json(made).into_response(),
        Format::Csv => ([(header::CONTENT_TYPE, CSV)], csv(&made)).into_response(),
        Format::Html => ([(header::CONTENT_TYPE, HTML), ALONE], page(&made)).into_response(),
    })
}

/// Review what the bot could not answer in a period, and what to change because of it.
///
/// Questions that led to an information gap, in groups, with what humans answered; and suggestions.
#[utoipa::path(
    get, path = "/v1/reports/review", tag = "reports",
    params(ReviewQuery),
    responses((status = 200, description = "The review.", content(
        (Review = "application/json"), (String = "text/html"),
    ))),
    security(("token" = ["operator", "admin"])),
)]
pub(super) async fn review(
    State(app): State<Shared>,
    By(caller): By<{ OPERATOR }>,
    Query(query): Query<ReviewQuery>,
) -> Result<Response, Problem> {
    let ReviewQuery { since, until, format } = query;
    let mut faults = Faults::default();
    let format = format_of(format, &[Format::Json, Format::Html], &mut faults);
    let query = ReportQuery {
        since: moment("since", since, Moment::LAST_WEEK, &mut faults),
        until: moment("until", until, Moment::NOW, &mut faults),
        group_by: None,
    };
    let query = faults.or(Some(query))?;
    let Caller { business, .. } = caller;
    let made = make(&app, move |app| app.backend.review(&business, &query)).await?;
    Ok(match format {
        Format::Html => ([(header::CONTENT_TYPE, HTML), ALONE], review_page(&made)).into_response(),
        Format::Json | Format::Csv => Json(made).into_response(),
    })
}

/// Makes a report on a thread that may wait. The permit goes with the work, which nobody interrupts.
async fn make<T: Send + 'static>(
    app: &Shared,
    work: impl FnOnce(&App) -> Result<T, ReportError> + Send + 'static,
) -> Result<T, Problem> {
    let busy = |_| {
        let detail = format!("{} reports are in work, no more may be", limits::REPORTS);
        Problem::new(Kind::Busy, detail).retry_after(1)
    };
    let permit = app.reports.clone().try_acquire_owned().map_err(busy)?;
    let own = app.clone();
    let made = tokio::task::spawn_blocking(move || {
        let made = work(&own);
        drop(permit);
        made
    });
    let made = made
        .await
        .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    made.map_err(problem)
}

fn problem(error: ReportError) -> Problem {
    match error {
        ReportError::Engine(error) => error.into(),
        ReportError::Period(error) => Problem::parameter("since", error.to_string()),
        ReportError::Gather(error @ GatherError::TooMuch { .. }) => Problem::parameter("since", error.to_string()),
        ReportError::Gather(error @ (GatherError::Read(_) | GatherError::Row(_) | GatherError::Missing { .. })) => {
            EngineError::Stored {
                what: "report".to_owned(),
                source: Box::new(error),
            }
            .into()
        }
    }
}

fn moment(name: &str, text: Option<String>, usual: Moment, faults: &mut Faults) -> Moment {
    let Some(text) = text else {
        return usual;
    };
    Moment::parse(&text).unwrap_or_else(|| {
        let detail = "is neither a span before now (7d, 12h), a date (2026-03-02), nor a time of RFC 3339 (2026-03-02T17:30:00Z)";
        faults.parameter(name, detail);
        usual
    })
}

fn group(text: &str, faults: &mut Faults) -> Option<GroupBy> {
    let known = GroupBy::parse(text);
    if known.is_none() {
        let all: Vec<_> = GroupBy::ALL.iter().map(|by| by.as_str()).collect();
        faults.parameter("group_by", format!("is none of {}", all.join(", ")));
    }
    known
}

fn format_of(text: Option<String>, possible: &[Format], faults: &mut Faults) -> Format {
    let name = |format: &Format| match format {
        Format::Json => "json",
        Format::Csv => "csv",
        Format::Html => "html",
    };
    let Some(text) = text else {
        return Format::Json;
    };
    possible
        .iter()
        .find(|format| name(format) == text)
        .copied()
        .unwrap_or_else(|| {
            let all: Vec<_> = possible.iter().map(name).collect();
            faults.parameter("format", format!("is none of {}", all.join(", ")));
            Format::Json
        })
}
