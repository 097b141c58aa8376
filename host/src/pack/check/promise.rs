//! Does a text name a time that the deadlines do not hold?
//!
//! A span counts as a promise behind a word that makes it one ("within 2 hours", "innerhalb von 30 Minuten"), so that "our
//! office is open 24 hours" is none. `{{ when }}` is always true, and is the remedy.

use baton_core::{Clock, Policy, Priority, Sla, Span};
use serde_json::Value;

use super::word;
use crate::config::{ConfigError, pointer_part};
use crate::pack::{Pack, Plugin};

/// Words that make a span behind them a promise, in the languages of the built-in texts.
const PROMISING: [&str; 14] = [
    "within",
    "in",
    "under",
    "innerhalb",
    "binnen",
    "unter",
    "dentro",
    "en",
    "dans",
    "sous",
    "em",
    "until",
    "less",
    "weniger",
];
/// Words that may stand between.
const BETWEEN: [&str; 20] = [
    "the",
    "next",
    "about",
    "around",
    "than",
    "von",
    "der",
    "den",
    "nächsten",
    "etwa",
    "als",
    "de",
    "las",
    "los",
    "próximas",
    "les",
    "prochaines",
    "moins",
    "das",
    "dos",
];
const UNITS: [(Span, &[&str]); 3] = [
    (
        Span::minutes(1),
        &["m", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos"],
    ),
    (
        Span::hours(1),
        &[
            "h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "hora", "horas", "heure", "heures", "std",
        ],
    ),
    (
        Span::hours(24),
        &[
            "d", "day", "days", "tag", "tage", "tagen", "día", "días", "dia", "dias", "jour", "jours",
        ],
    ),
];
const NUMBERS: [(&str, i64); 22] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("eight", 8),
    ("ten", 10),
    ("twelve", 12),
    ("thirty", 30),
    ("einer", 1),
    ("zwei", 2),
    ("drei", 3),
    ("una", 1),
    ("dos", 2),
    ("une", 1),
    ("deux", 2),
    ("uma", 1),
    ("duas", 2),
    ("the", 1),
];

/// Every text of the templates that promises less time than a response has.
pub(super) fn check(pack: &Pack, policy: &Policy) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    for plugin in &pack.templates {
        texts(&plugin.settings, "", &mut |pointer, around, text| {
            let Some((quote, promised)) = promise(text) else { return };
            let Some((priority, due)) = broken(pack, policy, around, promised) else {
                return;
            };
            errors.push(error(pack, plugin, pointer, &quote, promised, priority, due));
        });
    }
    errors
}

fn error(
    pack: &Pack,
    plugin: &Plugin,
    pointer: &str,
    quote: &str,
    promised: Span,
    priority: Priority,
    due: Sla,
) -> ConfigError {
    let clock = match due.clock {
        Clock::Wall => "",
        Clock::Business => " of business",
    };
    let message = format!(
        "the text promises {promised} (\"{quote}\"), and a {} handover is to be answered within {}{clock}; write {{{{ when }}}}, \
         which says what is true, or shorten `response`",
        word(priority),
        due.span
    );
    pack.settings_error(plugin, pointer, &message)
}

/// The highest priority that the text may be used for whose deadline is longer than the promise.
fn broken(pack: &Pack, policy: &Policy, around: &Value, promised: Span) -> Option<(Priority, Sla)> {
    let given = |name: &str| around.get(name).and_then(Value::as_str);
    let least = pack.least_priority(given("reason"));
    // A text for one reason promises what holds for that reason.
    let own = given("reason").and_then(|reason| policy.reasons.get(reason));
    let policy = own.unwrap_or(policy);
    let all = [Priority::High, Priority::Medium, Priority::Low];
    let used = all.into_iter().filter(|priority| match given("priority") {
        Some(only) => word(*priority) == only,
        None => *priority >= least,
    });
    used.map(|priority| (priority, policy.response.of(priority)))
        .find(|(_, due)| due.span > promised)
}

/// Calls `see` with each string in the settings: its JSON Pointer, the table around it, the string.
fn texts(value: &Value, pointer: &str, see: &mut dyn FnMut(&str, &Value, &str)) {
    let items: Vec<(String, &Value)> = match value {
        Value::Object(table) => table.iter().map(|(key, item)| (pointer_part(key), item)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, item)| (n.to_string(), item))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, item) in items {
        let pointer = format!("{pointer}/{key}");
        match item.as_str() {
            Some(text) => see(&pointer, value, text),
            None => texts(item, &pointer, see),
        }
    }
}

/// The first span that a text promises, as it is written there.
fn promise(text: &str) -> Option<(String, Span)> {
    let spaced = text.replace(['-', '\u{a0}'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    for (from, word) in words.iter().enumerate() {
        if !PROMISING.contains(&plain(word).as_str()) {
            continue;
        }
        let mut at = from + 1;
        while words
            .get(at)
            .is_some_and(|word| BETWEEN.contains(&plain(word).as_str()))
            && at < from + 4
        {
            at += 1;
        }
        // "within the hour": the article is the number.
        for start in [at, at - 1].into_iter().filter(|start| *start > from) {
            let ahead = words.get(start..).unwrap_or_default();
            if let Some((span, taken)) = span(&ahead.iter().take(2).map(|word| plain(word)).collect::<Vec<_>>()) {
                let end = (start + taken).min(words.len());
                return Some((
                    words[from..end].join(" ").trim_end_matches(['.', ',', '!']).to_owned(),
                    span,
                ));
            }
        }
    }
    None
}

/// `2 hours`, `2h`, `an hour`; and how many words it takes.
fn span(words: &[String]) -> Option<(Span, usize)> {
    let first = words.first()?;
    let digits: String = first.chars().take_while(char::is_ascii_digit).collect();
    let stuck = &first[digits.len()..];
    let number = match digits.parse::<i64>() {
        Ok(number) => number,
        Err(_) => NUMBERS.iter().find(|(word, _)| word == first)?.1,
    };
    let (unit, taken) = match stuck {
        _ if digits.is_empty() => (words.get(1)?.as_str(), 2),
        "" => (words.get(1)?.as_str(), 2),
        stuck => (stuck, 1),
    };
    let (one, _) = UNITS.iter().find(|(_, names)| names.contains(&unit))?;
    Some((Span(one.0.checked_mul(number)?), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_behind_a_promising_word_is_a_promise() {
        for (text, expected) in [
            ("Expect a call within 2 hours.", Some("2h")),
            ("We will be back in 30 minutes!", Some("30m")),
            ("A human will answer in less than an hour", Some("1h")),
            ("within the hour", Some("1h")),
            ("within the next 24 hours", Some("1d")),
            ("within 2-3 days", None),
            ("within a 24-hour window", None),
            ("Wir melden uns innerhalb von 2 Stunden", Some("2h")),
            ("dentro de 2 horas", Some("2h")),
            ("dans les 30 minutes", Some("30m")),
            ("in 2h", Some("2h")),
            ("Our lines are open 24 hours a day", None),
            ("Somebody will call {{ when }}.", None),
            ("in 2 rooms", None),
            ("in", None),
            ("", None),
        ] {
            let told = promise(text).map(|(_, span)| span.to_string());
            assert_eq!(told.as_deref(), expected, "{text}");
        }
        assert_eq!(
            promise("a call within 2 hours, really")
                .map(|(quote, _)| quote)
                .as_deref(),
            Some("within 2 hours")
        );
    }
}
