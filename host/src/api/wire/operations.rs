//! What operators and admins see: dead letters, tokens, the list of problems.

use std::collections::BTreeMap;

use baton_core::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::rfc3339;
use crate::{api, audit, auth};

/// A delivery that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    pub(crate) id: String,
    /// The webhook; `mail:ana` for mail to an agent, `digest:overdue` for the daily list.
    pub(crate) endpoint: String,
    /// The event's sequence number.
    pub(crate) sequence: u64,
    /// The event's type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) attempts: u32,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// The last failure.
    pub(crate) note: String,
}

/// An act of a person or token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    pub(crate) id: String,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// `ana` for an agent, `operator:dispatch` for a token's scope and name.
    #[schema(example = "operator:dispatch")]
    pub(crate) by: String,
    #[schema(example = "task.assign")]
    pub(crate) action: String,
    /// The task, conversation, agent, token or dead letter.
    #[schema(example = "chat-17~t1")]
    pub(crate) subject: String,
    /// How it stood; null where it was not there.
    pub(crate) before: Value,
    /// How it stands since; null where it is gone.
    pub(crate) after: Value,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    pub(crate) id: String,
    /// `*` for every one.
    pub(crate) business: String,
    pub(crate) scope: Scope,
    pub(crate) agent: Option<String>,
    pub(crate) name: String,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// A new token: the only answer that holds its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenText {
    #[serde(flatten)]
    pub(crate) token: Token,
    /// To be sent as `Authorization: Bearer ...`. It cannot be had again.
    pub(crate) text: String,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scope {
    /// A chat platform or bot.
    Bot,
    /// One person of the business.
    Agent,
    /// All of the business but its tokens.
    Operator,
    /// Everything.
    Admin,
}

/// Asks for a token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "web chat", "scope": "bot" }))]
pub(crate) struct NewToken {
    /// For people.
    #[schema(required, nullable = false, max_length = 64)]
    pub(crate) name: Option<String>,
    #[schema(required, nullable = false)]
    pub(crate) scope: Option<Scope>,
    /// There exactly when `scope` is `agent`.
    #[schema(max_length = 64)]
    pub(crate) agent: Option<String>,
    /// In the future; never where it is not given.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// A kind of problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// The `type` that problems of this kind have.
    #[serde(rename = "type")]
    #[schema(example = "/problems/stale-control")]
    pub(crate) kind: String,
    pub(crate) status: u16,
    pub(crate) title: String,
    /// What it means and what to do.
    pub(crate) advice: String,
}

/// Where to go from here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) links: BTreeMap<String, String>,
}

impl From<api::DeadLetter> for DeadLetter {
    fn from(letter: api::DeadLetter) -> Self {
        let api::DeadLetter {
            id,
            endpoint,
            sequence,
            kind,
            attempts,
            at,
            note,
        } = letter;
        Self {
            id,
            endpoint,
            sequence,
            kind,
            attempts,
            at: rfc3339(at),
            note,
        }
    }
}

impl From<(String, audit::AuditEntry)> for AuditEntry {
    fn from((id, entry): (String, audit::AuditEntry)) -> Self {
        let audit::AuditEntry {
            at_ms,
            by,
            action,
            subject,
            before,
            after,
        } = entry;
        Self {
            id,
            at: rfc3339(Time(at_ms)),
            by,
            action,
            subject,
            before,
            after,
        }
    }
}

impl From<auth::Token> for Token {
    fn from(token: auth::Token) -> Self {
        // A digest opens nothing, but nobody needs it either.
        let auth::Token {
            id,
            realm,
            scope,
            agent,
            name,
            created_at,
            expires_at,
            digest: _,
        } = token;
        Self {
            id,
            business: realm.to_string(),
            scope: scope.into(),
            agent: agent.map(|agent| agent.to_string()),
            name,
            created_at: rfc3339(created_at),
            expires_at: expires_at.map(rfc3339),
        }
    }
}

impl From<auth::Scope> for Scope {
    fn from(scope: auth::Scope) -> Self {
        match scope {
            auth::Scope::Bot => Self::Bot,
            auth::Scope::Agent => Self::Agent,
            auth::Scope::Operator => Self::Operator,
            auth::Scope::Admin => Self::Admin,
        }
    }
}

impl From<Scope> for auth::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Bot => Self::Bot,
            Scope::Agent => Self::Agent,
            Scope::Operator => Self::Operator,
            Scope::Admin => Self::Admin,
        }
    }
}

impl From<api::Kind> for ProblemKind {
    fn from(kind: api::Kind) -> Self {
        Self {
            kind: format!("/problems/{}", kind.slug()),
            status: kind.status().as_u16(),
            title: kind.title().to_owned(),
            advice: kind.advice().to_owned(),
        }
    }
}
