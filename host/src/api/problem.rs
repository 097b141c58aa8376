//! Every way in which the API says no, in one list: an `application/problem+json` (RFC 9457) whose `type` is
//! stable, is served as a page of its own, and tells what to do.
//!
//! A handler returns a [`Problem`]; `gate::dress` writes it, so that the request's id is in every one, also in
//! those that axum answers by itself.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use baton_core::Refusal;

use super::wire;
use crate::auth::Scope;
use crate::engine::EngineError;

macro_rules! kinds {
    ($($name:ident, $slug:literal, $status:ident, $title:literal, $advice:literal;)*) => {
        /// The kinds of problem. Kinds are added, but one that was released keeps its slug and status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $(#[doc = $advice] $name,)* }

        impl Kind {
            /// All of them, in the order in which a request meets them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The last part of its `type`: `/problems/stale-control`.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// One line, the same each time.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means and what to do.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

kinds! {
    NoSuchRoute, "no-such-route", NOT_FOUND, "There is no such address",
        "The path is not one of the API's. /openapi.json lists all of them.";
    MethodNotAllowed, "method-not-allowed", METHOD_NOT_ALLOWED, "The address does not take this method",
        "The `Allow` header names the methods that it takes.";
    Unauthorized, "unauthorized", UNAUTHORIZED, "A token is needed",
        "Send `Authorization: Bearer baton_...` with a token that exists and has not expired; `baton token create` makes one.";
    ScopeNeeded, "scope-needed", FORBIDDEN, "The token may not do this",
        "Use a token of one of the scopes that the answer names.";
    NotYou, "not-you", FORBIDDEN, "The token belongs to another agent",
        "A token of scope `agent` acts for its own agent only. Leave `agent` out, or use an operator's token.";
    RateLimited, "rate-limited", TOO_MANY_REQUESTS, "The token makes too many requests",
        "Wait as long as `Retry-After` says. The operator sets the rate in `[http]`.";
    Busy, "busy", TOO_MANY_REQUESTS, "Too much is waiting",
        "Baton says no before it falls over. Try again after `Retry-After`; the same message id or `Idempotency-Key` makes that safe.";
    BodyTooLarge, "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "Send less: the detail names the bound. The operator sets it in `[http]`.";
    UnsupportedMediaType, "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body is not JSON",
        "Send the body as JSON with `Content-Type: application/json`.";
    NotUtf8, "not-utf8", BAD_REQUEST, "The request is not UTF-8",
        "Encode the body, and percent-encoded parts of the path, as UTF-8.";
    MalformedJson, "malformed-json", BAD_REQUEST, "The body is not well-formed JSON",
        "Correct the body at the line and column that the answer names.";
    InvalidRequest, "invalid-request", UNPROCESSABLE_ENTITY, "The request has faults",
        "`errors` names every fault, with a JSON Pointer into the body or the name of the parameter. Nothing was done.";
    UnknownName, "unknown-name", UNPROCESSABLE_ENTITY, "The business has nothing of this name",
        "`errors` points at the name that does not exist, of an agent, role, bot, generation or cursor, and says which ones do. Nothing was done.";
    PackRefused, "pack-refused", UNPROCESSABLE_ENTITY, "The pack cannot be put in force",
        "The detail says everything that is wrong with it, as `baton pack check` does. The rules in force are untouched.";
    ActivationUnderWay, "activation-under-way", CONFLICT, "Other rules are being activated",
        "Wait until that is done, then look which rules are in force.";
    TrialNotReady, "trial-not-ready", CONFLICT, "What is tried has not shown enough, or differs too much",
        "Look at the differences with GET /v1/packs/trial; wait, allow more, or promote it without a drift budget.";
    NotFound, "not-found", NOT_FOUND, "There is no such thing",
        "It never existed, or it belongs to another business than the token does.";
    IdempotencyKeyReused, "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request",
        "Use a new key for a new request; a key stands for one method, address and body for 24 hours.";
    IdempotencyKeyInFlight, "idempotency-key-in-flight", CONFLICT, "A request with this Idempotency-Key is in work",
        "Try again after `Retry-After`: then the first answer is there.";
    StaleControl, "stale-control", CONFLICT, "The bot spoke after control had moved",
        "The message was kept as refused and must not be shown to the customer. `control` tells who may speak; send later messages with its epoch.";
    NotOffered, "not-offered", CONFLICT, "The handover is not offered to this agent",
        "The offer lapsed, was withdrawn, or went to somebody else. An operator can assign the task.";
    AlreadyAccepted, "already-accepted", CONFLICT, "Somebody else has accepted the handover",
        "Read the task to see who has it.";
    TaskNotOpen, "task-not-open", CONFLICT, "The task is not open",
        "It is done or dropped, or the conversation has no task of this number. Read it to see its outcome.";
    NoOpenHandover, "no-open-handover", CONFLICT, "No handover is open",
        "Read the conversation to see who holds it.";
    NotYours, "not-yours", CONFLICT, "Somebody else has it",
        "Read the task to see who has it; an operator can assign it anew.";
    AgentNeeded, "agent-needed", CONFLICT, "The agent cannot be spared",
        "The detail says who names them. Change it there first, then remove them.";
    BotHoldsControl, "bot-holds-control", CONFLICT, "The bot holds the conversation already",
        "Nothing is to be given back.";
    ConversationClosed, "conversation-closed", CONFLICT, "The conversation is closed already",
        "A further message of the customer opens it again.";
    TooManyNotes, "too-many-notes", CONFLICT, "The task has as many notes as it may have",
        "Complete the task, with a follow-up if there is more to do.";
    DueInThePast, "due-in-the-past", CONFLICT, "The follow-up would be due before it is made",
        "Give a later time.";
    DiskFull, "disk-full", SERVICE_UNAVAILABLE, "The disk is nearly full",
        "Nothing can be written until the operator makes room; reading goes on.";
    Stopping, "stopping", SERVICE_UNAVAILABLE, "The daemon is stopping",
        "Try again after `Retry-After`, against the daemon that follows.";
    TimedOut, "timed-out", SERVICE_UNAVAILABLE, "The answer took too long",
        "What was asked may still happen. Ask again with the same message id or `Idempotency-Key`.";
    NotReady, "not-ready", SERVICE_UNAVAILABLE, "The daemon cannot serve yet",
        "The detail says what is missing.";
    StoredDamaged, "stored-damaged", INTERNAL_SERVER_ERROR, "A stored value cannot be read",
        "The operator's log names it; `baton store verify` finds every one.";
    Internal, "internal", INTERNAL_SERVER_ERROR, "Baton has a fault",
        "It was logged under the request's id. Please report it.";
}

impl Kind {
    /// The kind of a refusal. Its slug is the refusal's own code.
    fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::StaleControl { control: _, saw: _ } => Self::StaleControl,
            Refusal::TaskNotOpen(_) => Self::TaskNotOpen,
            Refusal::NotOffered { to: _ } => Self::NotOffered,
            Refusal::AlreadyAccepted { by: _ } => Self::AlreadyAccepted,
            Refusal::NotYours { whose: _ } => Self::NotYours,
            Refusal::NoHandover => Self::NoOpenHandover,
            Refusal::BotHolds => Self::BotHoldsControl,
            Refusal::AlreadyClosed => Self::ConversationClosed,
            Refusal::TooManyNotes { most: _ } => Self::TooManyNotes,
            Refusal::DueInThePast => Self::DueInThePast,
            // The engine's own fault: no caller can bring it about.
            Refusal::OutOfTurn => Self::Internal,
        }
    }

    /// The kind that stands for a status which axum or hyper answered by itself.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NoSuchRoute,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            status if status.is_client_error() => Self::InvalidRequest,
            _ => Self::Internal,
        }
    }
}

/// One thing that is wrong with a request: in the body (`pointer`) or outside of it (`parameter`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Fault {
    /// JSON Pointer (RFC 6901) into the body; empty for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/contact/email")]
    pub(crate) pointer: Option<String>,
    /// A part of the path, of the query, or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// What is wrong, and what is expected.
    #[schema(example = "is required")]
    pub(crate) detail: String,
}

/// A problem as it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Stable; the address of its description.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-request")]
    pub(crate) kind: String,
    /// The same for each problem of this type.
    #[schema(example = "The request has faults")]
    pub(crate) title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub(crate) status: u16,
    /// What happened this time.
    #[schema(example = "2 faults; nothing was done")]
    pub(crate) detail: String,
    /// Names the request in the daemon's log.
    #[schema(example = "5d1f-17")]
    pub(crate) request_id: String,
    /// Every fault of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Fault>,
    /// Line of malformed JSON, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// Column of malformed JSON in bytes, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
    /// Scopes of which one is needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
    /// Who may speak now, with `/problems/stale-control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) control: Option<wire::Control>,
}

/// A way of saying no, before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    more: Box<More>,
}

/// What only some kinds have.
#[derive(Debug, Clone, Default)]
struct More {
    errors: Vec<Fault>,
    place: Option<(usize, usize)>,
    scopes: Vec<Scope>,
    control: Option<wire::Control>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.status()
    }

    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self::with(kind, detail, More::default())
    }

    fn with(kind: Kind, detail: impl Into<String>, more: More) -> Self {
        Self {
            kind,
            detail: detail.into(),
            more: Box::new(more),
        }
    }

    /// At least one fault.
    pub(crate) fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.len() {
            1 => "1 fault; nothing was done".to_owned(),
            n => format!("{n} faults; nothing was done"),
        };
        Self::with(
            Kind::InvalidRequest,
            detail,
            More {
                errors,
                ..More::default()
            },
        )
    }

    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.into(),
        }])
    }

    pub(crate) fn malformed(error: &serde_json::Error) -> Self {
        let place = Some((error.line(), error.column()));
        Self::with(
            Kind::MalformedJson,
            error.to_string(),
            More {
                place,
                ..More::default()
            },
        )
    }

    /// `error` is RFC 6750's: absent where no token was shown.
    pub(crate) fn unauthorized(error: Option<&'static str>, detail: &str) -> Self {
        let challenge = match error {
            None => "Bearer realm=\"baton\"".to_owned(),
            Some(error) => format!("Bearer realm=\"baton\", error=\"{error}\""),
        };
        Self::new(Kind::Unauthorized, detail).challenge(&challenge)
    }

    pub(crate) fn scope_needed(has: Scope, scopes: Vec<Scope>) -> Self {
        let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let challenge = format!(
            "Bearer realm=\"baton\", error=\"insufficient_scope\", scope=\"{}\"",
            names.join(" ")
        );
        let detail = format!("the token has scope {has}, this needs {}", names.join(" or "));
        Self::with(
            Kind::ScopeNeeded,
            detail,
            More {
                scopes,
                ..More::default()
            },
        )
        .challenge(&challenge)
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, seconds.into())
    }

    fn challenge(self, text: &str) -> Self {
        let value = HeaderValue::try_from(text).expect("challenges are plain words");
        self.with_header(header::WWW_AUTHENTICATE, value)
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.more.headers.push((name, value));
        self
    }

    /// The problem as it is sent.
    pub(crate) fn body(self, request_id: &str) -> ProblemBody {
        let Self { kind, detail, more } = self;
        let More {
            errors,
            place,
            scopes,
            control,
            headers: _,
        } = *more;
        ProblemBody {
            kind: format!("/problems/{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status().as_u16(),
            detail,
            request_id: request_id.to_owned(),
            errors,
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            control,
        }
    }
}

/// Leaves the body to `gate::dress`, which knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.headers_mut().extend(self.more.headers.iter().cloned());
        response.extensions_mut().insert(self);
        response
    }
}

/// Logs what the caller is not told.
impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let detail = error.to_string();
        match error {
            EngineError::Refused(refusal) => {
                let control = match &refusal {
                    Refusal::StaleControl { control, saw: _ } => Some((*control).into()),
                    Refusal::TaskNotOpen(_)
                    | Refusal::NotOffered { .. }
                    | Refusal::AlreadyAccepted { .. }
                    | Refusal::NotYours { .. } => None,
                    Refusal::NoHandover | Refusal::BotHolds | Refusal::AlreadyClosed => None,
                    Refusal::TooManyNotes { .. } | Refusal::DueInThePast | Refusal::OutOfTurn => None,
                };
                Self::with(
                    Kind::of_refusal(&refusal),
                    detail,
                    More {
                        control,
                        ..More::default()
                    },
                )
            }
            EngineError::NotFound { what: _, id: _ } => Self::new(Kind::NotFound, detail),
            EngineError::Unknown {
                what: _,
                id: _,
                known: _,
                pointer,
            } => {
                let (pointer, parameter) = match pointer.strip_prefix('?') {
                    Some(name) => (None, Some(name.to_owned())),
                    None => (Some(pointer), None),
                };
                let errors = vec![Fault {
                    pointer,
                    parameter,
                    detail,
                }];
                Self::with(
                    Kind::UnknownName,
                    "1 fault; nothing was done",
                    More {
                        errors,
                        ..More::default()
                    },
                )
            }
            EngineError::Pack { pack: _, why: _ } => Self::new(Kind::PackRefused, detail),
            EngineError::Activating => Self::new(Kind::ActivationUnderWay, detail).retry_after(5),
            EngineError::NotReady { pack: _, why: _ } => Self::new(Kind::TrialNotReady, detail),
            EngineError::Unfit { pointer, message } => Self::invalid(vec![Fault {
                pointer: Some(pointer),
                parameter: None,
                detail: message,
            }]),
            EngineError::Needed { id: _, why: _ } => Self::new(Kind::AgentNeeded, detail),
            EngineError::Busy {
                what: _,
                waiting: _,
                most: _,
            } => Self::new(Kind::Busy, detail).retry_after(1),
            EngineError::DiskFull {
                free_bytes: _,
                reserve_bytes: _,
            } => Self::new(Kind::DiskFull, detail).retry_after(60),
            EngineError::Stopping => Self::new(Kind::Stopping, detail).retry_after(5),
            EngineError::Stored { what: _, source } => {
                tracing::error!(error = %source, "{detail}");
                Self::new(Kind::StoredDamaged, detail)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_slug_of_its_own_and_an_error_status() {
        let slugs: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(
                kind.status().is_client_error() || kind.status().is_server_error(),
                "{kind:?}"
            );
            assert!(
                kind.slug()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_refusal_has_the_type_of_its_code() {
        let ana = baton_core::AgentId::new("ana").expect("well formed");
        let control = baton_core::Control {
            holder: baton_core::Holder::Human,
            epoch: 2,
        };
        let refusals = [
            Refusal::StaleControl { control, saw: None },
            Refusal::TaskNotOpen(1),
            Refusal::NotOffered { to: "bo".into() },
            Refusal::AlreadyAccepted { by: ana },
            Refusal::NotYours { whose: "bo".into() },
            Refusal::NoHandover,
            Refusal::BotHolds,
            Refusal::AlreadyClosed,
            Refusal::TooManyNotes { most: 64 },
            Refusal::DueInThePast,
        ];
        for refusal in refusals {
            let kind = Kind::of_refusal(&refusal);
            assert_eq!((kind.slug(), kind.status()), (refusal.code(), StatusCode::CONFLICT));
        }
        assert_eq!(Kind::of_refusal(&Refusal::OutOfTurn), Kind::Internal);
    }
}
