//! Administration: tokens.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use axum::{Extension, Json};

use super::Paged;
use crate::api::extract::Body;
use crate::api::gate::{ADMIN, By, Shared};
use crate::api::keep::Unkept;
use crate::api::problem::{Kind, Problem};
use crate::api::{Page, check, wire};
use crate::auth::{Realm, Token};

/// List the tokens of the business, without their secrets.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "administration",
    responses((status = 200, description = "All of them, by creation.", body = wire::Page<wire::Token>)),
    security(("token" = ["admin"])),
)]
pub(super) async fn list_tokens(
    State(app): State<Shared>,
    By(caller): By<{ ADMIN }>,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let items = app.backend.tokens(Some(&caller.business))?;
    Ok(Paged::<wire::Token>::new(Page { items, next: None }, &uri))
}

/// Make a token for the business.
///
/// Its text is in this answer only. An answer to this is never kept for an `Idempotency-Key`, because it holds
/// a secret: a repeated request makes another token.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "administration",
    request_body = wire::NewToken,
    responses((status = 201, description = "Made.", body = wire::NewTokenText)),
    security(("token" = ["admin"])),
)]
pub(super) async fn create_token(
    State(app): State<Shared>,
    By(caller): By<{ ADMIN }>,
    body: Body<wire::NewToken>,
) -> Result<impl IntoResponse, Problem> {
    let now = app.backend.now();
    let request = body.check(|new, faults| check::new_token(new, Realm::One(caller.business.clone()), now, faults))?;
    let minted = Token::mint(request, now).map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    app.backend
        .keep_token(&caller.business, minted.token.clone(), &caller.by())
        .await?;
    let answer = wire::NewTokenText {
        token: minted.token.into(),
        text: minted.text,
    };
    Ok((StatusCode::CREATED, Extension(Unkept), Json(answer)))
}

/// Revoke a token.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "administration",
    params(("id" = String, Path, description = "The token's id: the part of its text between the underscores.", example = "3f9c0a12b4d5")),
    responses((status = 204, description = "It is worth nothing from now on.")),
    security(("token" = ["admin"])),
)]
pub(super) async fn revoke_token(
    State(app): State<Shared>,
    By(caller): By<{ ADMIN }>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let theirs = app.backend.token(&id).filter(|token| match &token.realm {
        Realm::One(business) => *business == caller.business,
        Realm::Every => caller.token.realm == Realm::Every,
    });
    if theirs.is_none() {
        return Err(Problem::new(Kind::NotFound, format!("no token {id:?}")));
    }
    app.backend.revoke_token(&caller.business, &id, &caller.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
