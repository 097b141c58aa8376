//! The page behind the links of a mail: the one place of the API that speaks HTML, and that needs no token.
//!
//! The link is the permission, so it is checked before anything else is looked at. A GET only shows what would be done,
//! since mail filters and previews follow every link; the answer is the POST of the page's button. Nothing on the page
//! is fetched from elsewhere, and no other page may frame it. It is for people, so it is not in the OpenAPI document.

use std::sync::{Arc, OnceLock};

use axum::extract::{DefaultBodyLimit, Form, FromRequest, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use baton_core::Priority;
use minijinja::{Environment, Value, context};
use serde::Deserialize;
use tokio::time::timeout;

use crate::api::gate::{Shared, Shown};
use crate::api::problem::Problem;
use crate::api::{OfferError, OfferView, limits};

/// Nothing but our own form and style, and in no frame.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages, without what surrounds them.
pub(super) fn pages() -> axum::Router<Shared> {
    axum::Router::new()
        .route("/offers/{link}", get(show).post(answer))
        .layer(DefaultBodyLimit::max(limits::FORM_BYTES))
}

/// What the page's button sends.
#[derive(Deserialize)]
struct Answered {
    /// Why somebody declines.
    reason: Option<String>,
}

async fn show(State(app): State<Shared>, Path(link): Path<String>) -> Response {
    match app.backend.offer(&link) {
        Ok(offer) => page(StatusCode::OK, context! { state => "ask", ..facts(&offer) }),
        Err(error) => no_offer(error),
    }
}

async fn answer(State(app): State<Shared>, Path(link): Path<String>, request: Request) -> Response {
    let _permit = match app.enter() {
        Ok(permit) => permit,
        Err(problem) => return sorry(&problem),
    };
    if let Err(error) = app.backend.offer(&link) {
        return no_offer(error);
    }
    let body = timeout(
        app.options.request_timeout,
        Form::<Answered>::from_request(request, &()),
    );
    let reason = match body.await {
        Ok(Ok(Form(Answered { reason }))) => reason,
        Ok(Err(rejection)) => return page(rejection.status(), context! { state => "unreadable" }),
        Err(_) => return page(StatusCode::REQUEST_TIMEOUT, context! { state => "unreadable" }),
    };
    let reason = reason
        .map(|reason| reason.trim().to_owned())
        .filter(|reason| !reason.is_empty());
    if reason
        .as_ref()
        .is_some_and(|reason| !limits::NOTE_BYTES.contains(&reason.len()))
    {
        return page(
            StatusCode::UNPROCESSABLE_ENTITY,
            context! { state => "long", most => limits::NOTE_BYTES.end() },
        );
    }
    // A change that was begun is finished, even when the browser is closed.
    let backend = Arc::clone(&app.backend);
    let answered = tokio::spawn(async move { backend.answer_offer(&link, reason).await }).await;
    match answered {
        Ok(Ok(offer)) => page(StatusCode::OK, context! { state => "done", ..facts(&offer) }),
        Ok(Err(error)) => no_offer(error),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn no_offer(error: OfferError) -> Response {
    match error {
        OfferError::Unknown => page(StatusCode::NOT_FOUND, context! { state => "unknown" }),
        OfferError::Expired => page(StatusCode::GONE, context! { state => "expired" }),
        OfferError::Over(why) => page(StatusCode::GONE, context! { state => "over", why }),
        OfferError::Engine(error) => sorry(&Problem::from(error)),
    }
}

fn sorry(problem: &Problem) -> Response {
    page(problem.status(), context! { state => "sorry" })
}

fn facts(offer: &OfferView) -> Value {
    let OfferView {
        business,
        agent,
        accepts,
        task,
        title,
        priority,
        due,
        until,
    } = offer;
    let priority = match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    };
    context! { business, agent, accepts, task, title, priority, due, until }
}

fn page(status: StatusCode, facts: Value) -> Response {
    static PAGES: OnceLock<Environment<'static>> = OnceLock::new();
    let pages = PAGES.get_or_init(|| {
        let mut pages = Environment::new();
        let text = include_str!("../pages/offer.html");
        pages
            .add_template("offer.html", text)
            .expect("a test shows every state of it");
        pages
    });
    let filled = pages
        .get_template("offer.html")
        .and_then(|template| template.render(facts))
        .expect("a test shows every state of it");
    let mut response = (status, Html(filled)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response.extensions_mut().insert(Shown);
    response
}
