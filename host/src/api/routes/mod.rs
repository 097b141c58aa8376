//! The handlers, by what they are about. Each is one sentence of `OpenAPI`, one check and one question to the
//! backend; the order of its arguments is the order in which a request is looked at: who, what, body.

mod agents;
mod audit;
mod conversations;
mod events;
mod handovers;
mod offers;
mod operations;
mod packs;
mod plugins;
mod reports;
mod service;
mod tasks;

use std::sync::OnceLock;

use axum::Json;
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use baton_core::ConversationId;
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::gate::{App, Caller, Shared, admit, dress};
use super::openapi::Document;
use super::problem::{Kind, Problem};
use super::{Page, wire};
use crate::engine::Act;

/// All routes with their documentation, without what surrounds them.
pub(crate) fn documented() -> OpenApiRouter<Shared> {
    inner().merge(outer())
}

/// All routes with all that surrounds them.
pub(crate) fn router(app: Shared) -> axum::Router {
    let (inner, _) = inner().split_for_parts();
    let (outer, _) = outer().split_for_parts();
    inner
        .route_layer(from_fn_with_state(app.clone(), admit))
        .merge(outer)
        .merge(offers::pages())
        .fallback(async || Problem::new(Kind::NoSuchRoute, "no such address; see /openapi.json"))
        .layer(map_response(no_store))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(Kind::Internal, "a fault was logged under the request's id").into_response()
        }))
        .layer(from_fn_with_state(app.clone(), dress))
        .with_state(app)
}

/// What needs a token.
fn inner() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(conversations::post_message, conversations::list_messages))
        .routes(routes!(conversations::get_conversation))
        .routes(routes!(conversations::request_handover))
        .routes(routes!(conversations::release))
        .routes(routes!(conversations::close))
        .routes(routes!(handovers::list_handovers))
        .routes(routes!(handovers::get_handover))
        .routes(routes!(handovers::explain_handover))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::get_task))
        .routes(routes!(tasks::accept_task))
        .routes(routes!(tasks::decline_task))
        .routes(routes!(tasks::give_back_task))
        .routes(routes!(tasks::complete_task))
        .routes(routes!(tasks::assign_task))
        .routes(routes!(tasks::note_task))
        .routes(routes!(agents::list_agents))
        .routes(routes!(agents::put_agent, agents::remove_agent))
        .routes(routes!(agents::put_presence))
        .routes(routes!(reports::report_handovers))
        .routes(routes!(reports::review))
        .routes(routes!(events::stream_events))
        .routes(routes!(events::list_dead_letters))
        .routes(routes!(events::send_again))
        .routes(routes!(audit::list_audit))
        .routes(routes!(packs::list_packs))
        .routes(routes!(packs::activate_pack))
        .routes(routes!(packs::roll_back_pack))
        .routes(routes!(packs::list_generations))
        .routes(routes!(packs::get_trial, packs::put_trial, packs::withdraw_trial))
        .routes(routes!(packs::promote_pack))
        .routes(routes!(plugins::read_plugin_log))
        .routes(routes!(plugins::list_quarantine))
        .routes(routes!(plugins::get_quarantined, plugins::drop_quarantined))
        .routes(routes!(plugins::replay_quarantined))
        .routes(routes!(operations::list_tokens, operations::create_token))
        .routes(routes!(operations::revoke_token))
}

/// What needs none.
fn outer() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(service::index))
        .routes(routes!(service::healthz))
        .routes(routes!(service::readyz))
        .routes(routes!(service::metrics))
        .routes(routes!(service::openapi))
        .routes(routes!(service::list_problems))
        .routes(routes!(service::get_problem))
}

/// The document, made once.
fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(super::openapi_json)
}

/// Answers hold customers' words: no cache may keep them.
async fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Does what somebody asks about a conversation.
async fn act(
    app: &App,
    caller: &Caller,
    conversation: &ConversationId,
    act: Act,
) -> Result<Json<wire::Acted>, Problem> {
    let acted = app
        .backend
        .act(&caller.business, conversation, act, &caller.by())
        .await?;
    Ok(Json(acted.into()))
}

/// A page with the address of the next one.
struct Paged<T> {
    page: wire::Page<T>,
    link: Option<String>,
}

impl<T> Paged<T> {
    fn new<U: Into<T>>(page: Page<U>, uri: &Uri) -> Self {
        let Page { items, next } = page;
        let link = next.as_ref().map(|cursor| {
            let kept = uri
                .query()
                .unwrap_or_default()
                .split('&')
                .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
            let cursor = format!("cursor={}", cursor.replace('+', "%2B").replace('=', "%3D"));
            let query: Vec<_> = kept.chain([cursor.as_str()]).collect();
            format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"))
        });
        Self {
            page: wire::Page {
                items: items.into_iter().map(Into::into).collect(),
                next,
            },
            link,
        }
    }
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.page).into_response();
        if let Some(link) = self.link.and_then(|link| HeaderValue::try_from(link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
