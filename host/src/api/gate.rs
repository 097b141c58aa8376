//! What every request passes: an id, a bound on work, a token, a rate, a time limit; and what every answer passes
//! on its way out, so that a problem looks the same whoever found it.
//!
//! A change runs in a task of its own: once it has begun it is finished, and its answer is kept, even when
//! the caller hangs up or the time is over.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use baton_core::{AgentId, BusinessId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::extract::read_body;
use super::limits::{self, Options};
use super::problem::{Kind, Problem};
use super::rate::Limiter;
use super::{Backend, keep};
use crate::auth::{Denied, Presented, Realm, Scope, Token};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Which business an admin of every one means; `default` where it is not given.
const BUSINESS: HeaderName = HeaderName::from_static("baton-business");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What the handlers share.
pub(crate) struct App {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) options: Options,
    /// `true` once the daemon stops; then streams end and nothing new begins.
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) streams: Arc<Semaphore>,
    /// Reports in work.
    pub(crate) reports: Arc<Semaphore>,
    /// Token and key of requests in work.
    pub(crate) keys: Mutex<HashSet<(String, String)>>,
    in_flight: Arc<Semaphore>,
    limiter: Limiter,
    request_ids: RequestIds,
}

/// Put into an answer's extensions: it is a page for people, and stays as it is.
#[derive(Clone)]
pub(crate) struct Shown;

/// As handlers get it.
pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(backend: Arc<dyn Backend>, options: Options, stop: watch::Receiver<bool>) -> Self {
        Self {
            streams: Arc::new(Semaphore::new(options.streams)),
            reports: Arc::new(Semaphore::new(limits::REPORTS)),
            in_flight: Arc::new(Semaphore::new(options.in_flight)),
            limiter: Limiter::new(options.rate_per_second, options.rate_burst),
            request_ids: RequestIds::new(),
            keys: Mutex::default(),
            backend,
            options,
            stop,
        }
    }

    /// A place among the requests in work, for a change that needs no token.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if *self.stop.borrow() {
            return Err(Problem::new(Kind::Stopping, "the daemon is stopping").retry_after(5));
        }
        Arc::clone(&self.in_flight).try_acquire_owned().map_err(|_| {
            let detail = format!("{} requests are in work, no more may be", self.options.in_flight);
            Problem::new(Kind::Busy, detail).retry_after(1)
        })
    }

    /// Finds out who sends these headers.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let Some(header) = headers.get(header::AUTHORIZATION) else {
            return Err(Problem::unauthorized(None, "the request has no Authorization header"));
        };
        let wrong = || Problem::unauthorized(Some("invalid_token"), "there is no such token");
        let text = header.to_str().map_err(|_| wrong())?;
        let (scheme, text) = text.split_once(' ').ok_or_else(wrong)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::unauthorized(
                None,
                "the Authorization header has another scheme than Bearer",
            ));
        }
        let presented = Presented::parse(text.trim()).ok_or_else(wrong)?;
        let token = self.backend.token(presented.id).ok_or_else(wrong)?;
        match token.verify(&presented, self.backend.now()) {
            Ok(()) => self.caller(token, headers),
            Err(Denied::WrongSecret) => Err(wrong()),
            Err(Denied::Expired) => Err(Problem::unauthorized(Some("invalid_token"), "the token has expired")),
        }
    }

    fn caller(&self, token: Token, headers: &HeaderMap) -> Result<Caller, Problem> {
        let named = headers.get(BUSINESS).map(|name| {
            let name = name.to_str().unwrap_or_default();
            BusinessId::new(name).map_err(|error| Problem::parameter(BUSINESS.as_str(), error.to_string()))
        });
        let named = named.transpose()?;
        let business = match &token.realm {
            Realm::One(own) if named.as_ref().is_none_or(|named| named == own) => own.clone(),
            // As if it did not exist, whether it does or not.
            Realm::One(_) => {
                return Err(no_business(&named.expect("a name that differs is there")));
            }
            Realm::Every => {
                let business = named.unwrap_or_else(|| BusinessId::new("default").expect("a plain word is an id"));
                if !self.backend.has_business(&business) {
                    return Err(no_business(&business));
                }
                business
            }
        };
        Ok(Caller {
            token: Arc::new(token),
            business,
        })
    }
}

fn no_business(business: &BusinessId) -> Problem {
    Problem::new(Kind::NotFound, format!("no business {:?}", business.as_str()))
}

/// Who sent a request.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: Arc<Token>,
    /// The business that the request is about.
    pub(crate) business: BusinessId,
}

impl Caller {
    /// The agent that the token belongs to.
    pub(crate) fn own(&self) -> Option<&AgentId> {
        self.token.agent.as_ref()
    }

    /// As the log names them: `ana`, `operator:dispatch`.
    pub(crate) fn by(&self) -> String {
        match self.own() {
            Some(agent) => agent.to_string(),
            None => format!("{}:{}", self.token.scope, self.token.name),
        }
    }

    /// An agent's token acts for that agent only; `agent` is the one that the request names.
    pub(crate) fn must_be(&self, agent: Option<&str>) -> Result<(), Problem> {
        match (self.own(), agent) {
            (Some(own), Some(agent)) if own.as_str() != agent => Err(Problem::new(
                Kind::NotYou,
                format!("the token belongs to {own}, the request is for {agent:?}"),
            )),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    /// The token has one of these scopes, or is an admin's.
    pub(crate) fn needs(&self, scopes: u8) -> Result<(), Problem> {
        if bit(self.token.scope) & (scopes | ADMIN) != 0 {
            return Ok(());
        }
        let needed = Scope::ALL
            .into_iter()
            .filter(|scope| bit(*scope) & (scopes | ADMIN) != 0);
        Err(Problem::scope_needed(self.token.scope, needed.collect()))
    }
}

pub(crate) const BOT: u8 = 1;
pub(crate) const AGENT: u8 = 2;
pub(crate) const OPERATOR: u8 = 4;
pub(crate) const ADMIN: u8 = 8;

fn bit(scope: Scope) -> u8 {
    match scope {
        Scope::Bot => BOT,
        Scope::Agent => AGENT,
        Scope::Operator => OPERATOR,
        Scope::Admin => ADMIN,
    }
}

/// A caller whose token has one of the `SCOPES`; an admin always has. First among a handler's arguments, so
/// that nobody learns anything of a request that was not theirs to make.
pub(crate) struct By<const SCOPES: u8>(pub(crate) Caller);

impl<const SCOPES: u8> FromRequestParts<Shared> for By<SCOPES> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let caller = match parts.extensions.get::<Caller>() {
            Some(caller) => caller.clone(),
            None => app.authenticate(&parts.headers)?,
        };
        caller.needs(SCOPES)?;
        Ok(Self(caller))
    }
}

/// Lets a request of a known caller in, within the bounds.
pub(crate) async fn admit(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let permit = match app.enter() {
        Ok(permit) => permit,
        Err(problem) => return problem.into_response(),
    };
    let caller = match app.authenticate(request.headers()) {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    if let Err(wait) = app.limiter.take(&caller.token.id) {
        let detail = format!("a token may make {} requests a second", app.options.rate_per_second);
        return Problem::new(Kind::RateLimited, detail)
            .retry_after(wait.as_secs() + 1)
            .into_response();
    }
    request.extensions_mut().insert(caller.clone());
    let deadline = Instant::now() + app.options.request_timeout;
    let late = late(&app);
    // Read before the work begins, which nobody interrupts: a body that never ends must not keep it.
    let (parts, body) = request.into_parts();
    let request = match timeout_at(deadline, read_body(body, app.options.body_bytes)).await {
        Ok(Ok(body)) => Request::from_parts(parts, Body::from(body)),
        Ok(Err(problem)) => return problem.into_response(),
        Err(_) => return late.into_response(),
    };
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let work = async move {
        let response = keep::answer(&app, &caller, request, next).await;
        drop(permit);
        response
    };
    let answer = match only_reads {
        true => timeout_at(deadline, work).await,
        false => timeout_at(deadline, tokio::spawn(work))
            .await
            .map(|ended| ended.unwrap_or_else(|error| resume_unwind(error.into_panic()))),
    };
    answer.unwrap_or_else(|_| late.into_response())
}

fn late(app: &App) -> Problem {
    let limit_ms = app.options.request_timeout.as_millis();
    Problem::new(Kind::TimedOut, format!("no answer within {limit_ms} ms")).retry_after(1)
}

/// Gives a request its id, and its answer the last touch: problems are written here, and nowhere else.
pub(crate) async fn dress(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = app.request_ids.of(request.headers());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let problem = response.extensions_mut().remove::<Problem>();
    let is_error = is_error && response.extensions().get::<Shown>().is_none();
    let problem = problem.or_else(|| is_error.then(|| foreign(status, &method)));
    if let Some(problem) = problem {
        let mut headers = response.headers().clone();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        response = (status, Json(problem.body(&id))).into_response();
        response.headers_mut().extend(headers);
    }
    response
        .headers_mut()
        .insert(REQUEST_ID, HeaderValue::try_from(&id).expect("an id is plain text"));
    // Whoever sends a request may make up its method, and no label may be made up.
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let label = if known.contains(&method) {
        method.as_str()
    } else {
        "other"
    };
    app.backend.served(&route, label, status.as_u16(), began.elapsed());
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match status.is_server_error() {
        true => {
            tracing::warn!(request = %id, %method, route, status = status.as_u16(), ms, "request failed")
        }
        false => {
            tracing::debug!(request = %id, %method, route, status = status.as_u16(), ms, "request")
        }
    }
    response
}

/// A problem that axum found.
fn foreign(status: StatusCode, method: &Method) -> Problem {
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{method} is not one of the methods of this address")
        }
        _ => status.canonical_reason().unwrap_or("the request failed").to_lowercase(),
    };
    Problem::new(Kind::of_status(status), detail)
}

/// Ids of requests: the caller's own where it is a decent one, else the start of the process and a count.
struct RequestIds {
    process: u32,
    next: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        // Without randomness ids repeat after a restart, which only makes the log harder to read.
        Self {
            process: getrandom::u32().unwrap_or(0),
            next: AtomicU64::new(1),
        }
    }

    fn of(&self, headers: &HeaderMap) -> String {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let decent = |id: &&str| {
            limits::KEY_BYTES.contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.:@+=/".contains(&b))
        };
        match given.filter(decent) {
            Some(id) => id.to_owned(),
            None => format!("{:08x}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed)),
        }
    }
}
