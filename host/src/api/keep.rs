//! `Idempotency-Key`: the answer to a successful POST is kept for a day and given again to the same request.
//!
//! Only successes are kept: a refusal changed nothing, so asking again is safe and may by then succeed. The
//! answer is kept after the act and before the caller hears of it; a crash between the two lets a repeated
//! act run again, where message ids and the core's own rules (accepted is accepted) are the second line.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::KeptAnswer;
use super::extract::read_body;
use super::gate::{App, Caller};
use super::limits;
use super::problem::{Kind, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Put into an answer's extensions: it holds a secret and must not be kept.
#[derive(Clone)]
pub(crate) struct Unkept;

/// Answers a request, from what was kept if it carries a key that was used.
pub(crate) async fn answer(app: &App, caller: &Caller, request: Request, next: Next) -> Response {
    let Some(key) = request
        .headers()
        .get(KEY)
        .filter(|_| request.method() == Method::POST)
        .cloned()
    else {
        return next.run(request).await;
    };
    kept_or_new(app, caller, &key, request, next)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn kept_or_new(
    app: &App,
    caller: &Caller,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = key.to_str().ok().filter(|key| limits::KEY_BYTES.contains(&key.len()));
    let key = key.ok_or_else(|| Problem::parameter(KEY.as_str(), "has 1 to 255 printable ASCII characters"))?;
    let token = &caller.token.id;
    let _in_work = InWork::begin(app, token, key)?;
    let (parts, body) = request.into_parts();
    let body = read_body(body, app.options.body_bytes).await?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let digest = digest(target, caller.business.as_str(), &body);
    let now = app.backend.now();
    let kept = app
        .backend
        .kept_answer(token, key)?
        .filter(|kept| now.0.saturating_sub(kept.kept_at_ms) < limits::KEPT_MS);
    match kept {
        Some(kept) if kept.digest == digest => return Ok(replay(kept)),
        Some(_) => {
            return Err(Problem::new(
                Kind::IdempotencyKeyReused,
                "another request was made with this key in the last 24 hours",
            ));
        }
        None => {}
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !response.status().is_success() || response.extensions().get::<Unkept>().is_some() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = read_body(body, usize::MAX).await?;
    if body.len() <= limits::KEPT_BYTES {
        let answer = KeptAnswer {
            digest,
            status: parts.status.as_u16(),
            body: body.to_vec(),
            kept_at_ms: now.0,
        };
        // The act is done: an error would only make the caller ask again.
        if let Err(error) = app.backend.keep_answer(token, key, answer).await {
            tracing::warn!(token, %error, "an answer was not kept for its idempotency key");
        }
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(kept: KeptAnswer) -> Response {
    let KeptAnswer {
        digest: _,
        status,
        body,
        kept_at_ms: _,
    } = kept;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::from(body)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The parts are separated by a byte that none of them but the last can hold.
fn digest(target: &str, business: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [target.as_bytes(), business.as_bytes(), body] {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

/// A key whose request is in work; as many as requests may be in work at once.
struct InWork<'a> {
    app: &'a App,
    entry: (String, String),
}

impl<'a> InWork<'a> {
    fn begin(app: &'a App, token: &str, key: &str) -> Result<Self, Problem> {
        let entry = (token.to_owned(), key.to_owned());
        let mut keys = app.keys.lock().expect("nothing panics while it is held");
        if keys.insert(entry.clone()) {
            return Ok(Self { app, entry });
        }
        Err(Problem::new(
            Kind::IdempotencyKeyInFlight,
            "the first request with this key has no answer yet",
        )
        .retry_after(1))
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.app
            .keys
            .lock()
            .expect("nothing panics while it is held")
            .remove(&self.entry);
    }
}
