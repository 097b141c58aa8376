//! A client of the HTTP API for the command line: calls that wait, answers as the daemon wrote them.
//!
//! Answers stay JSON values, so that `--json` shows exactly what the API says, also that of a newer daemon; only what
//! decides something (pages, problems, the exit status) is read into types. A token goes to the address that was
//! named and nowhere else: redirects are not followed, and for this machine no proxy is asked.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

mod error;
pub use error::{ClientError, Fault, Problem};

mod calls;
pub use calls::{
    Absence, AuditFilter, Completion, HandoverFilter, Presence, Profile, ReportPeriod, State, TaskFilter, TokenRequest,
};

/// The header that names the business for tokens that hold for every one.
const BUSINESS: &str = "baton-business";
/// A daemon that does not take a connection by then is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// The daemon itself gives up after 10 s.
const ANSWER: Duration = Duration::from_secs(30);
/// The longest answer that is read: a page of two hundred handovers stays far below it.
const ANSWER_BYTES: usize = 64 << 20;
/// Pages that `--all` follows: two million entries.
const PAGES: usize = 10_000;

/// To whom to speak, and as whom.
#[derive(Clone, Default)]
pub struct Address {
    /// `http://127.0.0.1:7420`
    pub url: String,
    /// `baton_…`; none for what needs none.
    pub token: Option<String>,
    /// Only needed with a token that holds for every business.
    pub business: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Everything, page by page.
    pub all: bool,
    /// Where to begin: `next` of an earlier page.
    pub cursor: Option<String>,
    /// Entries of one page, 1 to 200.
    pub limit: Option<u16>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// In the list's order.
    pub items: Vec<Value>,
    /// Where the next part begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Speaks to one daemon. Every call waits for its answer; not to be called from async code.
pub struct Client {
    http: reqwest::Client,
    runtime: Runtime,
    base: Url,
    token: Option<String>,
    business: Option<String>,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the address is no `http` or `https` URL, or the system refuses what a client needs.
    pub fn new(address: Address) -> Result<Self, ClientError> {
        let Address { url, token, business } = address;
        let bad = |why: String| ClientError::Address { url: url.clone(), why };
        let base = Url::parse(&url).map_err(|error| bad(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(bad("it must begin with http:// or https:// and name a host".into()));
        }
        if let Some(bad_token) = token
            .as_ref()
            .filter(|token| !token.bytes().all(|b| b.is_ascii_graphic()))
        {
            let bytes = bad_token.len();
            return Err(ClientError::Token { bytes });
        }
        crate::tls::choose();
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(ClientError::Setup)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ClientError::Runtime)?;
        Ok(Self {
            http,
            runtime,
            base,
            token,
            business,
        })
    }

    /// Where the daemon is.
    pub fn url(&self) -> &Url {
        &self.base
    }

    /// Whether the daemon would be on this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Whether the daemon can serve.
    ///
    /// # Errors
    ///
    /// When it cannot be reached, or says why it cannot.
    pub fn ready(&self) -> Result<HeaderMap, ClientError> {
        self.send(Method::GET, &["readyz"], &[], None)
            .map(|answer| answer.headers)
    }

    /// Reads one thing.
    ///
    /// # Errors
    ///
    /// As every call: [`ClientError`].
    pub fn get(&self, path: &[&str]) -> Result<Value, ClientError> {
        self.ask(Method::GET, path, &[], None)
    }

    /// Reads one thing that a query narrows.
    ///
    /// # Errors
    ///
    /// As every call: [`ClientError`].
    pub fn get_with(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, ClientError> {
        self.ask(Method::GET, path, query, None)
    }

    /// Reads a text: a table for a spreadsheet, a page.
    ///
    /// # Errors
    ///
    /// As every call; also when the answer is not UTF-8.
    pub fn text(&self, path: &[&str], query: &[(&str, String)]) -> Result<String, ClientError> {
        let Answer { status, bytes, .. } = self.send(Method::GET, path, query, None)?;
        String::from_utf8(bytes).map_err(|_| self.foreign(status, "a text that is not UTF-8"))
    }

    /// Reads a part of a list.
    ///
    /// # Errors
    ///
    /// As every call; also when the list has no end.
    pub fn list(&self, path: &[&str], filter: &[(&str, String)], part: &Part) -> Result<Page, ClientError> {
        let Part { all, mut cursor, limit } = part.clone();
        let mut items = Vec::new();
        for _ in 0..PAGES {
            let limit = limit
                .map(|limit| limit.to_string())
                .or_else(|| all.then(|| "200".to_owned()));
            let own = [("cursor", cursor), ("limit", limit)]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            let query: Vec<_> = filter.iter().cloned().chain(own).collect();
            let mut page = self.ask(Method::GET, path, &query, None)?;
            let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) else {
                return Err(self.foreign(StatusCode::OK, "a list without `items`"));
            };
            items.extend(more);
            cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
            if !all || cursor.is_none() {
                return Ok(Page { items, next: cursor });
            }
        }
        Err(self.foreign(StatusCode::OK, "a list without end"))
    }

    /// Asks for a change with a JSON body; an answer without a body is `null`.
    ///
    /// # Errors
    ///
    /// As every call: [`ClientError`].
    pub fn change(&self, method: Method, path: &[&str], body: &impl Serialize) -> Result<Value, ClientError> {
        self.ask(method, path, &[], Some(json!(body)))
    }

    fn ask(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Result<Value, ClientError> {
        let Answer { status, bytes, .. } = self.send(method, path, query, body)?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| self.foreign(status, &String::from_utf8_lossy(&bytes)))
    }

    /// Sends one request; what is no success is an error, with the daemon's advice.
    fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Result<Answer, ClientError> {
        let answer = self.exchange(method, path, query, body)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let problem = serde_json::from_slice::<Problem>(&answer.bytes);
        let Ok(mut problem) = problem else {
            return Err(self.foreign(answer.status, &String::from_utf8_lossy(&answer.bytes)));
        };
        let wait = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        problem.retry_after_s = wait.and_then(|seconds| seconds.parse().ok());
        if let Some(slug) = problem.kind.strip_prefix("/problems/") {
            // Best effort: the problem is told with or without it.
            let kind = self.exchange(Method::GET, &["problems", slug], &[], None);
            let kind: Option<Value> = kind.ok().and_then(|kind| serde_json::from_slice(&kind.bytes).ok());
            problem.advice = kind.and_then(|kind| Some(kind.get("advice")?.as_str()?.to_owned()));
        }
        Err(ClientError::Problem(Box::new(problem)))
    }

    fn exchange(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Result<Answer, ClientError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an http address has a path")
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(business) = &self.business {
            request = request.header(BUSINESS, business);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.runtime.block_on(async {
            let unreachable = |source: reqwest::Error| ClientError::Unreachable {
                url: self.base.to_string(),
                source: source.without_url(),
            };
            let mut response = request.send().await.map_err(unreachable)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > ANSWER_BYTES {
                    return Err(self.foreign(status, "an answer of more than 64 MiB"));
                }
            }
            Ok(Answer { status, headers, bytes })
        })
    }

    fn foreign(&self, status: StatusCode, text: &str) -> ClientError {
        let start: String = text.trim().chars().take(80).collect();
        ClientError::Foreign {
            url: self.base.to_string(),
            status: status.as_u16(),
            start,
        }
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
pub(crate) mod tests;
