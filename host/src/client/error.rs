//! Why a call came to nothing, in a form that the command line can print and choose its exit status by.
//!
//! A problem of the daemon (RFC 9457) keeps its pointers, and carries the advice that the daemon itself publishes for
//! its type, so that the remedy comes from the version that refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is none.
    #[error("{url:?} is not the address of a daemon: {why}")]
    Address {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The token cannot be sent.
    #[error("the token of {bytes} bytes holds spaces or odd characters")]
    Token {
        /// Its length.
        bytes: usize,
    },
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
    /// The system gives no runtime.
    #[error("the system refuses what a network client needs")]
    Runtime(#[source] std::io::Error),
    /// No answer.
    #[error("no answer from the daemon at {url}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What happened.
        #[source]
        source: reqwest::Error,
    },
    /// The daemon says no.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// An answer that no daemon of ours gives.
    #[error("what answers at {url} is no baton daemon, or one that is too new: status {status}, {start:?}")]
    Foreign {
        /// Who was asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// How the answer begins.
        start: String,
    },
}

/// A problem as the daemon sent it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `/problems/stale-control`
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for each problem of this type.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default)]
    pub detail: String,
    /// Names the request in the daemon's log.
    #[serde(default)]
    pub request_id: String,
    /// Every fault of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// What to do about it, as the daemon says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// How many seconds to wait before the next try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// JSON Pointer into the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A part of the path, of the query, or a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong.
    pub detail: String,
}

/// A sentence, then a line for each fault.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for Fault {
            pointer,
            parameter,
            detail,
        } in &self.errors
        {
            let place = match (pointer.as_deref(), parameter.as_deref()) {
                (Some(""), _) | (None, None) => "the request",
                (Some(place), _) | (None, Some(place)) => place,
            };
            write!(f, "\n  {place}: {detail}")?;
        }
        Ok(())
    }
}
