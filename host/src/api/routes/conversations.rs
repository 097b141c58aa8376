//! Conversations: the main job, and who may speak.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use baton_core::{ConversationId, Speaker};

use super::{Paged, act};
use crate::api::check::{self, Faults};
use crate::api::extract::{Body, Id, MessagesQuery, Query, Slice};
use crate::api::gate::{AGENT, BOT, By, OPERATOR, Shared};
use crate::api::problem::Problem;
use crate::api::{Page, ProblemBody, wire};
use crate::engine::Act;

/// Judge one message.
///
/// The answer comes when the message is on the disk. A message id that was seen before gets the first answer.
/// A token of scope `agent` may only send its own agent's messages.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/messages", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation; the first message begins it.", example = "chat-17")),
    request_body = wire::NewMessage,
    responses(
        (status = 200, description = "Judged.", body = wire::Judged),
        (status = 409, description = "`/problems/stale-control`: the bot spoke after control had moved. The message is kept as refused.",
            body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["bot", "agent", "operator", "admin"])),
)]
pub(super) async fn post_message(
    State(app): State<Shared>,
    By(caller): By<{ BOT | AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
    body: Body<wire::NewMessage>,
) -> Result<Json<wire::Judged>, Problem> {
    caller.must_be(body.peek().agent.as_deref())?;
    let said = body.check(|message, faults| check::said(message, caller.own(), app.backend.now(), faults))?;
    if said.speaker != Speaker::Agent {
        caller.needs(BOT | OPERATOR)?;
    }
    let name = id.to_string();
    let judged = app.backend.say(&caller.business, id, said).await?;
    Ok(Json(wire::Judged::new(name, judged)))
}

/// List the messages of a conversation, oldest first; or read it as a bot's prompt wants it.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/messages", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation.", example = "chat-17"), MessagesQuery),
    responses((status = 200, description = "A page; with `view=bot` a transcript.", body = wire::Messages)),
    security(("token" = ["bot", "agent", "operator", "admin"])),
)]
pub(super) async fn list_messages(
    State(app): State<Shared>,
    By(caller): By<{ BOT | AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
    Query(query): Query<MessagesQuery>,
    uri: Uri,
) -> Result<Response, Problem> {
    let MessagesQuery { view, cursor, limit } = query;
    let mut faults = Faults::default();
    let slice = Slice::check(cursor, limit, &mut faults);
    let from = slice.cursor.as_deref().map_or(Some(1), position);
    if from.is_none() {
        faults.parameter("cursor", "is not a cursor; use `next` of a page of this list");
    }
    match view.as_deref() {
        None | Some("bot") => {}
        Some(_) => faults.parameter("view", "is not `bot`; leave it out for the log"),
    }
    if view.is_some() && slice.cursor.is_some() {
        faults.parameter("cursor", "has no meaning with `view`, which shows the last messages");
    }
    let from = faults.or(from)?;
    if view.is_some() {
        let conversation = app.backend.conversation(&caller.business, &id)?;
        let last = u64::try_from(slice.limit).unwrap_or(u64::MAX);
        let from = (conversation.length + 1).saturating_sub(last).max(1);
        let logged = app.backend.messages(&caller.business, &id, from, slice.limit)?;
        return Ok(Json(wire::Transcript::new(&id, conversation.control, logged)).into_response());
    }
    let mut logged = app.backend.messages(&caller.business, &id, from, slice.limit + 1)?;
    let next = logged
        .get(slice.limit)
        .map(|first| URL_SAFE_NO_PAD.encode(first.number.to_string()));
    logged.truncate(slice.limit);
    let items: Vec<_> = logged
        .into_iter()
        .map(|logged| wire::Logged::new(&id, logged))
        .collect();
    Ok(Paged::<wire::Logged>::new(Page { items, next }, &uri).into_response())
}

/// The position that a cursor of this list stands for.
fn position(cursor: &str) -> Option<u64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// Read a conversation.
#[utoipa::path(
    get, path = "/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation.", example = "chat-17")),
    responses((status = 200, description = "As it is now.", body = wire::Conversation)),
    security(("token" = ["bot", "agent", "operator", "admin"])),
)]
pub(super) async fn get_conversation(
    State(app): State<Shared>,
    By(caller): By<{ BOT | AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
) -> Result<Json<wire::Conversation>, Problem> {
    Ok(Json(app.backend.conversation(&caller.business, &id)?.into()))
}

/// Ask for a handover outright.
///
/// Where one is open already, it is raised instead: there is one at a time.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/handover", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation.", example = "chat-17")),
    request_body = wire::NewHandover,
    responses((status = 200, description = "A handover is open.", body = wire::Acted)),
    security(("token" = ["bot", "agent", "operator", "admin"])),
)]
pub(super) async fn request_handover(
    State(app): State<Shared>,
    By(caller): By<{ BOT | AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
    body: Body<wire::NewHandover>,
) -> Result<Json<wire::Acted>, Problem> {
    let request = body.check(check::request)?;
    act(&app, &caller, &id, request).await
}

/// Give a conversation back to the bot.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/release", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation.", example = "chat-17")),
    responses(
        (status = 200, description = "The bot holds it.", body = wire::Acted),
        (status = 409, description = "`/problems/bot-holds-control`: there is nothing to give back.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn release(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
) -> Result<Json<wire::Acted>, Problem> {
    act(&app, &caller, &id, Act::Release).await
}

/// Close a conversation.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/close", tag = "conversations",
    params(("id" = String, Path, description = "As the platform calls the conversation.", example = "chat-17")),
    responses(
        (status = 200, description = "Nobody holds it.", body = wire::Acted),
        (status = 409, description = "`/problems/conversation-closed`: it is closed already.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn close(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<ConversationId>,
) -> Result<Json<wire::Acted>, Problem> {
    act(&app, &caller, &id, Act::Close).await
}
