//! Tasks: what people must do, and what they do.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use baton_core::{Assignee, TaskId};
use serde::Deserialize;

use super::{Paged, act};
use crate::api::check::{self, Faults};
use crate::api::extract::{Body, Id, Query, Slice, flag, query_id, span};
use crate::api::gate::{AGENT, By, OPERATOR, Shared};
use crate::api::problem::Problem;
use crate::api::{ProblemBody, TaskFilter, wire};

/// Which tasks.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskQuery {
    /// Only open ones, or only ended ones.
    #[param(value_type = Option<bool>)]
    open: Option<String>,
    /// Only those of this agent. At most one of `agent`, `role` and `everyone`.
    agent: Option<String>,
    /// Only those of this role.
    role: Option<String>,
    /// With `true`: only those that everyone may take.
    #[param(value_type = Option<bool>)]
    everyone: Option<String>,
    /// Only those past their due time, or only those before it.
    #[param(value_type = Option<bool>)]
    overdue: Option<String>,
    /// Only open ones whose due time comes within this span from now: `2h`, `90m`, `1d`. Not with `overdue=true`.
    #[param(example = "2h")]
    due_within: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// List tasks, oldest first.
#[utoipa::path(
    get, path = "/v1/tasks", tag = "tasks",
    params(TaskQuery),
    responses((status = 200, description = "A page.", body = wire::Page<wire::Task>)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn list_tasks(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Query(query): Query<TaskQuery>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let TaskQuery {
        open,
        agent,
        role,
        everyone,
        overdue,
        due_within,
        cursor,
        limit,
    } = query;
    let mut faults = Faults::default();
    let named = [agent.is_some(), role.is_some(), everyone.is_some()];
    if named.iter().filter(|named| **named).count() > 1 {
        faults.parameter("query", "has more than one of agent, role and everyone");
    }
    let everyone = flag("everyone", everyone, &mut faults) == Some(true);
    let agent = query_id("agent", agent, &mut faults).map(Assignee::Agent);
    let role = query_id("role", role, &mut faults).map(Assignee::Role);
    let filter = TaskFilter {
        open: flag("open", open, &mut faults),
        assignee: agent.or(role).or(everyone.then_some(Assignee::Everyone)),
        overdue: flag("overdue", overdue, &mut faults),
        due_within: due_within.and_then(|text| span("due_within", &text, &mut faults)),
    };
    if filter.overdue == Some(true) && filter.due_within.is_some() {
        faults.parameter(
            "due_within",
            "is about tasks that are not overdue; leave out overdue=true",
        );
    }
    let slice = Slice::check(cursor, limit, &mut faults);
    let slice = faults.or(Some(slice))?;
    let page = app
        .backend
        .tasks(&caller.business, &filter, slice.cursor.as_deref(), slice.limit)?;
    Ok(Paged::<wire::Task>::new(page, &uri))
}

/// Read a task.
#[utoipa::path(
    get, path = "/v1/tasks/{id}", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    responses((status = 200, description = "As it is now, open or ended.", body = wire::Task)),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn get_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
) -> Result<Json<wire::Task>, Problem> {
    Ok(Json(app.backend.task(&caller.business, &id)?.into()))
}

/// Accept a task.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/accept", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::Accept,
    responses(
        (status = 200, description = "The agent has it.", body = wire::Acted),
        (status = 409, description = "`/problems/not-offered`, `/problems/already-accepted` or `/problems/task-not-open`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn accept_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::Accept>,
) -> Result<Json<wire::Acted>, Problem> {
    caller.must_be(body.peek().agent.as_deref())?;
    let accept = body.check(|accept, faults| check::accept(accept, id.number, caller.own(), faults))?;
    act(&app, &caller, &id.conversation, accept).await
}

/// Decline an offer.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/decline", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::Decline,
    responses(
        (status = 200, description = "It goes on to somebody else.", body = wire::Acted),
        (status = 409, description = "`/problems/not-offered` or `/problems/task-not-open`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn decline_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::Decline>,
) -> Result<Json<wire::Acted>, Problem> {
    caller.must_be(body.peek().agent.as_deref())?;
    let decline = body.check(|decline, faults| check::decline(decline, id.number, caller.own(), faults))?;
    act(&app, &caller, &id.conversation, decline).await
}

/// Give a task back to the queue.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/give-back", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::GiveBack,
    responses(
        (status = 200, description = "It is offered to others, or waits for one of them.", body = wire::Acted),
        (status = 409, description = "`/problems/not-yours` or `/problems/task-not-open`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn give_back_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::GiveBack>,
) -> Result<Json<wire::Acted>, Problem> {
    caller.must_be(body.peek().agent.as_deref())?;
    let back = body.check(|back, faults| check::give_back(back, id.number, caller.own(), faults))?;
    act(&app, &caller, &id.conversation, back).await
}

/// Complete a task.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/complete", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::Complete,
    responses(
        (status = 200, description = "Its outcome is kept, and what follows from it was begun.", body = wire::Acted),
        (status = 409, description = "`/problems/not-yours`, `/problems/task-not-open` or `/problems/due-in-the-past`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn complete_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::Complete>,
) -> Result<Json<wire::Acted>, Problem> {
    caller.must_be(body.peek().agent.as_deref())?;
    let complete =
        body.check(|complete, faults| check::complete(complete, id.number, caller.own(), app.backend.now(), faults))?;
    act(&app, &caller, &id.conversation, complete).await
}

/// Give a task to somebody.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/assign", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::Assign,
    responses(
        (status = 200, description = "It was given, and no rule will give it to somebody else.", body = wire::Acted),
        (status = 409, description = "`/problems/task-not-open`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn assign_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::Assign>,
) -> Result<Json<wire::Acted>, Problem> {
    let assign = body.check(|assign, faults| check::assign(assign, id.number, faults))?;
    act(&app, &caller, &id.conversation, assign).await
}

/// Write something down about a task.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/note", tag = "tasks",
    params(("id" = String, Path, description = "The task.", example = "chat-17~t1")),
    request_body = wire::NewNote,
    responses(
        (status = 200, description = "It is written down.", body = wire::Acted),
        (status = 409, description = "`/problems/task-not-open` or `/problems/too-many-notes`.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("token" = ["agent", "operator", "admin"])),
)]
pub(super) async fn note_task(
    State(app): State<Shared>,
    By(caller): By<{ AGENT | OPERATOR }>,
    Id(id): Id<TaskId>,
    body: Body<wire::NewNote>,
) -> Result<Json<wire::Acted>, Problem> {
    let note = body.check(|note, faults| check::note(note, id.number, faults))?;
    act(&app, &caller, &id.conversation, note).await
}
