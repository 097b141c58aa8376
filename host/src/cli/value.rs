//! Reads the API's answers for display, and times for the API. What is not there is shown as nothing.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::screen::Screen;

/// A member as text: numbers and flags as they are written, lists joined with spaces.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| text(item, "")).collect::<Vec<_>>().join(" "),
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) => other.to_string(),
    }
}

/// The items of a member that is a list.
pub(crate) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A member that is a time, in the zone that was chosen.
pub(crate) fn time(screen: &Screen<'_>, value: &Value, pointer: &str) -> String {
    let text = text(value, pointer);
    if text.is_empty() { text } else { screen.time(&text) }
}

/// Who has a task: `ana`, `role:technician`, `everyone`, or `nobody`.
pub(crate) fn assignee(value: &Value, pointer: &str) -> String {
    let assignee = value.pointer(pointer).unwrap_or(&Value::Null);
    match text(assignee, "/kind").as_str() {
        "agent" => text(assignee, "/id"),
        "role" => format!("role:{}", text(assignee, "/id")),
        "" => "nobody".to_owned(),
        other => other.to_owned(),
    }
}

/// Where a handover stands, in words.
pub(crate) fn stage(screen: &Screen<'_>, handover: &Value) -> String {
    let of = |pointer| text(handover, pointer);
    match of("/stage/kind").as_str() {
        "offered" => format!(
            "offered to {} until {}",
            of("/stage/agents"),
            time(screen, handover, "/stage/until")
        ),
        "assigned" => format!("assigned to {}", assignee(handover, "/stage/to")),
        "accepted" => format!("accepted by {}", of("/stage/agent")),
        other => other.to_owned(),
    }
}

/// Reads a time: RFC 3339, a local date and time, a local date, or a span from now (`90m`, `24h`, `30d`). RFC 3339 for the API.
pub(crate) fn when(text: &str) -> Result<String, String> {
    at(text, Timestamp::now(), &TimeZone::system())
}

pub(crate) fn at(text: &str, now: Timestamp, zone: &TimeZone) -> Result<String, String> {
    let expected = || {
        format!(
            "{text:?} is no time; write a span from now (90m, 24h, 30d), 2026-03-06, \"2026-03-06 14:00\" (local), or 2026-03-06T14:00:00Z"
        )
    };
    if let Some(span) = baton_core::Span::parse(text) {
        let later = now
            .checked_add(SignedDuration::from_millis(span.0))
            .map_err(|_| expected())?;
        return Ok(later.to_string());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.to_string());
    }
    let local: DateTime = text.parse().map_err(|_| expected())?;
    let at = zone.to_timestamp(local).map_err(|_| expected())?;
    Ok(at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_span_a_moment_or_a_local_date() {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        for (text, expected) in [
            ("24h", "2026-03-03T10:00:00Z"),
            ("1d12h", "2026-03-03T22:00:00Z"),
            ("2026-03-06T14:00:00+01:00", "2026-03-06T13:00:00Z"),
            ("2026-03-06 14:00", "2026-03-06T13:00:00Z"),
            ("2026-07-06", "2026-07-05T22:00:00Z"),
        ] {
            assert_eq!(at(text, now, &zone).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "tomorrow", "14:00", "2026-13-01", "-5h"] {
            assert!(at(text, now, &zone).is_err_and(|e| e.contains("is no time")), "{text}");
        }
    }
}
