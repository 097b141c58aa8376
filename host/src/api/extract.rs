//! Reads requests: the body with all faults of its shape, the query, ids in the path. What axum's own
//! extractors would answer in words of theirs becomes a problem like any other.

use std::str::FromStr;

use axum::RequestPartsExt;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header;
use axum::http::request::Parts;
use baton_core::{IdError, Span};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::check::Faults;
use super::gate::Shared;
use super::limits;
use super::problem::{Kind, Problem};

/// A body of the shape `T`, as far as it has that shape; and what is wrong with it so far.
///
/// No body at all counts as `{}`: what is required is told by the checks.
pub(crate) struct Body<T> {
    value: T,
    faults: Faults,
}

impl<T> Body<T> {
    /// Runs the checks of the content. The answer to the caller names the faults of both shape and content.
    pub(crate) fn check<U>(self, check: impl FnOnce(T, &mut Faults) -> Option<U>) -> Result<U, Problem> {
        let Self { value, mut faults } = self;
        let checked = check(value, &mut faults);
        faults.or(checked)
    }

    /// Looks at the value before the checks.
    pub(crate) fn peek(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let media_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .map(|value| value.as_bytes().to_vec());
        let bytes = read_body(request.into_body(), app.options.body_bytes).await?;
        if bytes.is_empty() {
            return shape(b"{}");
        }
        let media_type = media_type.unwrap_or_default();
        let essence = media_type.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        if !essence.eq_ignore_ascii_case(b"application/json") {
            let detail = match essence.is_empty() {
                true => "the request has no Content-Type; expected application/json".to_owned(),
                false => format!(
                    "the Content-Type is {}; expected application/json",
                    String::from_utf8_lossy(essence)
                ),
            };
            return Err(Problem::new(Kind::UnsupportedMediaType, detail));
        }
        shape(&bytes)
    }
}

/// The whole body, if it is not larger than `most_bytes`.
pub(crate) async fn read_body(body: axum::body::Body, most_bytes: usize) -> Result<Bytes, Problem> {
    to_bytes(body, most_bytes).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if error.to_string().contains("length limit exceeded") {
                return Problem::new(Kind::BodyTooLarge, format!("the body has more than {most_bytes} bytes"));
            }
            cause = error.source();
        }
        Problem::new(Kind::MalformedJson, "the body ended before it was whole")
    })
}

/// Reads JSON; a fault of the shape takes the member out, so that the rest can be looked at.
fn shape<T: DeserializeOwned>(bytes: &[u8]) -> Result<Body<T>, Problem> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Problem::new(
            Kind::NotUtf8,
            format!("byte {} of the body is not UTF-8", error.valid_up_to()),
        ));
    }
    // Without this, serde would take an array for the members of a struct in their order.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let first = match serde_json::from_slice::<T>(bytes) {
        Ok(value) if is_object => {
            return Ok(Body {
                value,
                faults: Faults::default(),
            });
        }
        Ok(_) => None,
        Err(error) if !error.is_data() => return Err(Problem::malformed(&error)),
        Err(error) => Some(error),
    };
    let mut rest: Value = serde_json::from_slice(bytes).map_err(|error| Problem::malformed(&error))?;
    let mut faults = Faults::default();
    if !rest.is_object() {
        faults.at("", "must be a JSON object");
        return faults.or(None);
    }
    while faults.len() < limits::SHAPE_FAULTS {
        let error = match serde_path_to_error::deserialize::<_, T>(&rest) {
            // The members themselves are sound: they were there twice.
            Ok(value) => {
                if let (Some(first), 0) = (first, faults.len()) {
                    faults.at("", first.to_string());
                }
                return Ok(Body { value, faults });
            }
            Err(error) => error,
        };
        let path: Vec<_> = error.path().iter().cloned().collect();
        let (pointer, removed) = take_out(&mut rest, &path);
        faults.at(&pointer, error.into_inner().to_string());
        if !removed {
            break;
        }
    }
    faults.or(None)
}

/// Removes what a path leads to, or the array that it is an item of; tells the JSON Pointer of the path.
fn take_out(value: &mut Value, path: &[Segment]) -> (String, bool) {
    let mut pointer = String::new();
    let mut parent = String::new();
    let mut culprit: Option<(String, String)> = None;
    for segment in path {
        match segment {
            Segment::Map { key } => {
                parent.clone_from(&pointer);
                pointer = super::check::member(&pointer, key);
                culprit = Some((parent.clone(), key.clone()));
            }
            Segment::Seq { index } => pointer = format!("{pointer}/{index}"),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let object = culprit
        .as_ref()
        .and_then(|(parent, key)| Some((value.pointer_mut(parent)?.as_object_mut()?, key)));
    let removed = object.is_some_and(|(object, key)| object.remove(key).is_some());
    (pointer, removed)
}

/// An id in the path.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr<Err = IdError> + Send> FromRequestParts<Shared> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let Path(text) = parts
            .extract::<Path<String>>()
            .await
            .map_err(|_| Problem::new(Kind::NotUtf8, "the id in the path is not percent-encoded UTF-8"))?;
        text.parse()
            .map(Self)
            .map_err(|error: IdError| Problem::parameter("id", error.to_string()))
    }
}

/// A query whose every parameter is a text; unknown ones are faults.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let axum::extract::Query(query) = axum::extract::Query::try_from_uri(&parts.uri).map_err(|rejection| {
            // `limit: duplicate field`: the path of a flat query is the parameter's name.
            let source = std::error::Error::source(&rejection).map(ToString::to_string);
            let text = source.unwrap_or_else(|| rejection.to_string());
            let (name, detail) = text.split_once(": ").unwrap_or(("query", &text));
            Problem::parameter(name, detail)
        })?;
        Ok(Self(query))
    }
}

/// Where a page begins and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: usize,
}

impl Slice {
    /// Checks both parameters that every list has.
    pub(crate) fn check(cursor: Option<String>, limit: Option<String>, faults: &mut Faults) -> Self {
        let sound = |cursor: &String| {
            (1..=limits::CURSOR_BYTES).contains(&cursor.len())
                && cursor
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.:~+@=".contains(&b))
        };
        if cursor.as_ref().is_some_and(|cursor| !sound(cursor)) {
            faults.parameter("cursor", "is not a cursor; use `next` of a page of this list");
        }
        let number = limit.map(|limit| limit.parse::<usize>().ok().filter(|limit| limits::PAGE.contains(limit)));
        if number == Some(None) {
            faults.parameter(
                "limit",
                format!(
                    "is not a number from {} to {}",
                    limits::PAGE.start(),
                    limits::PAGE.end()
                ),
            );
        }
        Self {
            cursor,
            limit: number.flatten().unwrap_or(limits::PAGE_DEFAULT),
        }
    }
}

/// `true` or `false`, where it is given.
pub(crate) fn flag(name: &str, text: Option<String>, faults: &mut Faults) -> Option<bool> {
    match text?.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            faults.parameter(name, "is neither true nor false");
            None
        }
    }
}

/// A span of a query: `2h`, more than nothing and at most a year.
pub(crate) fn span(name: &str, text: &str, faults: &mut Faults) -> Option<Span> {
    let span = Span::parse(text).filter(|span| (Span::seconds(1)..=limits::LONGEST_SPAN).contains(span));
    if span.is_none() {
        faults.parameter(name, "is not a span of time from 1s to 366d, such as 90m, 2h or 1d12h");
    }
    span
}

/// An id, where it is given.
pub(crate) fn query_id<T: FromStr<Err = IdError>>(name: &str, text: Option<String>, faults: &mut Faults) -> Option<T> {
    text?
        .parse()
        .map_err(|error: IdError| faults.parameter(name, error.to_string()))
        .ok()
}

/// The query of a list of messages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// `bot`: the last messages as a compact transcript for a prompt, in which a human's stretch is marked.
    #[param(pattern = "^bot$")]
    pub(crate) view: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// Entries of the page: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub(crate) limit: Option<String>,
}

/// The query of a list that cannot be narrowed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// Entries of the page: 1 to 200, 50 where it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub(crate) limit: Option<String>,
}
