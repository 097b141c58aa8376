//! The words that stand in a string of a configuration: spans, hours, people, addresses.
//!
//! Each kind is parsed in one function, named by a `format` in the schema, so that the walk over the text
//! finds what cannot be read before serde does, and reports all of it at once.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::ops::Deref;
use std::time::Duration;

use baton_core::{AgentId, Assignee, BotId, Clock, IdError, Interval, Reason, RoleId, RotaId, Sla, Span, Target};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::secret::{EnvName, SecretText};
use super::source::nearest;
use crate::pack::PublicKey;

/// Longer than any span that somebody waits for an answer.
const LONGEST_SPAN: Span = Span::hours(366 * 24);

/// A value that is written as a string.
pub(crate) trait Parsed: Sized {
    /// The `format` in the schema; names the kind of string.
    const FORMAT: &'static str;

    /// Reads it, or says what is wrong and what was expected.
    fn parse(text: &str) -> Result<Self, String>;
}

/// A string that was read into `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text<T>(pub(crate) T);

impl<T> Deref for Text<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Parsed> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer).map(Self)
    }
}

impl<T: Parsed> JsonSchema for Text<T> {
    fn schema_name() -> Cow<'static, str> {
        T::FORMAT.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": T::FORMAT })
    }
}

/// For a field that holds the value itself: `#[serde(deserialize_with = "text::parsed")]`.
pub(crate) fn parsed<'de, T: Parsed, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<'_, str>::deserialize(deserializer)?;
    T::parse(&text).map_err(serde::de::Error::custom)
}

/// Whether a string can be read as a format; `None` for a format that is not ours.
pub(crate) fn check(format: &str, text: &str) -> Option<Result<(), String>> {
    fn of<T: Parsed>(text: &str) -> Result<(), String> {
        T::parse(text).map(drop)
    }
    macro_rules! formats {
        ($($kind:ty),* $(,)?) => {
            [$((<$kind>::FORMAT, of::<$kind> as fn(&str) -> Result<(), String>)),*]
        };
    }
    let formats = formats![
        AgentId,
        Assignee,
        BotId,
        Bound,
        Component,
        Date,
        Duration,
        Email,
        EnvName,
        EventPattern,
        FilePath,
        Host,
        Hours,
        Interface,
        Key,
        Label,
        Locale,
        LogLevel,
        Mailbox,
        Name,
        PublicKey,
        PublicUrl,
        Reason,
        RoleId,
        RotaId,
        SecretText,
        Sla,
        SocketAddr,
        Target,
        TimeOfDay,
        Url,
        semver::Version,
    ];
    let (_, check) = formats.iter().find(|(name, _)| *name == format)?;
    Some(check(text))
}

macro_rules! ids {
    ($($id:ident $format:literal,)*) => {$(
        impl Parsed for $id {
            const FORMAT: &'static str = $format;

            fn parse(text: &str) -> Result<Self, String> {
                $id::new(text).map_err(|e: IdError| e.to_string())
            }
        }
    )*};
}

ids! { AgentId "agent", BotId "bot", RoleId "role", RotaId "rota", }

impl Parsed for PublicKey {
    const FORMAT: &'static str = "public-key";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|e: crate::pack::KeyError| format!("{text:?} is {e}"))
    }
}

impl Parsed for Reason {
    const FORMAT: &'static str = "reason";

    /// A pack may name reasons of its own, but none that looks like a slip in one of the five.
    fn parse(text: &str) -> Result<Self, String> {
        let known = [
            Self::EXPLICIT_REQUEST,
            Self::INFORMATION_GAP,
            Self::SENTIMENT,
            Self::HIGH_VALUE,
            Self::COMPLEX_REQUEST,
            Self::TURN_BUDGET,
            Self::TAKEOVER,
        ];
        match nearest(text, known) {
            Some(meant) if meant != text => Err(format!("unknown reason {text:?}; did you mean `{meant}`?")),
            Some(_) | None => Self::new(text).map_err(|e| e.to_string()),
        }
    }
}

/// Reads `24h`, `1d 12h`, `24 hours`; the word `business` puts it on the business's clock.
impl Parsed for Sla {
    const FORMAT: &'static str = "span";

    fn parse(text: &str) -> Result<Self, String> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let all = words.len();
        words.retain(|word| *word != "business");
        let clock = if words.len() < all {
            Clock::Business
        } else {
            Clock::Wall
        };
        let example = "write it as \"24h\", \"90m\", or \"2h business\"";
        let wrong = || format!("{text:?} is not a span of time; {example}");
        let short = short_units(&words.concat()).ok_or_else(wrong)?;
        if clock == Clock::Business && short.contains('d') {
            return Err(format!(
                "{text:?} has no fixed length, as a business day has none; write business hours: \"8h business\""
            ));
        }
        let span = Span::parse(&short).ok_or_else(wrong)?;
        if span <= Span(0) {
            return Err(format!("{text:?} is no time at all; {example}"));
        }
        if span > LONGEST_SPAN {
            return Err(format!("{text:?} is longer than a year; at most \"366d\" is allowed"));
        }
        Ok(Self { span, clock })
    }
}

/// A span, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    After(Sla),
    Never,
}

impl Parsed for Bound {
    const FORMAT: &'static str = "span-or-never";

    fn parse(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::Never);
        }
        Sla::parse(text)
            .map(Self::After)
            .map_err(|message| format!("{message}, or \"never\""))
    }
}

/// `24hours` as `24h`; `None` for an unknown unit.
fn short_units(text: &str) -> Option<String> {
    let mut short = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let unit = match unit {
            "d" | "day" | "days" => "d",
            "h" | "hour" | "hours" => "h",
            "m" | "min" | "minute" | "minutes" => "m",
            "s" | "second" | "seconds" => "s",
            "ms" => "ms",
            _ => return None,
        };
        short.push_str(number);
        short.push_str(unit);
        rest = tail;
    }
    Some(short)
}

/// Of the daemon's own clocks: `10s`, `500ms`.
impl Parsed for Duration {
    const FORMAT: &'static str = "duration";

    fn parse(text: &str) -> Result<Self, String> {
        let span = Span::parse(text).filter(|span| *span > Span(0));
        let ms = span.and_then(|span| u64::try_from(span.0).ok());
        ms.map(Self::from_millis)
            .ok_or_else(|| format!("{text:?} is not a span of time; write it as \"10s\" or \"500ms\""))
    }
}

/// Open hours of a day, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) from_minute: u16,
    pub(crate) to_minute: u16,
}

impl Hours {
    /// The same on a day: 0 is Monday.
    pub(crate) fn on(self, weekday: u8) -> Interval {
        let Self { from_minute, to_minute } = self;
        Interval {
            weekday,
            from_minute,
            to_minute,
        }
    }
}

impl Parsed for Hours {
    const FORMAT: &'static str = "hours";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an interval; write it as \"09:00-17:30\"");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let (from_minute, to_minute) = (minute(from).ok_or_else(wrong)?, minute(to).ok_or_else(wrong)?);
        if from_minute >= to_minute {
            return Err(format!(
                "{text:?} ends before it begins; cut hours that cross midnight in two: \"{}-24:00\", \
                 and \"00:00-{}\" on the next day",
                from.trim(),
                to.trim()
            ));
        }
        Ok(Self { from_minute, to_minute })
    }
}

/// `09:30` in minutes; `24:00` is the day's end.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 24 * 60).then_some(total)
}

/// A time on the wall clock, in minutes after midnight: below 1,440.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeOfDay(pub(crate) u16);

impl Parsed for TimeOfDay {
    const FORMAT: &'static str = "time-of-day";

    fn parse(text: &str) -> Result<Self, String> {
        let found = minute(text).filter(|minute| *minute < 24 * 60).map(Self);
        found.ok_or_else(|| format!("{text:?} is not a time of day; write it as \"08:00\""))
    }
}

impl Parsed for Target {
    const FORMAT: &'static str = "target";

    fn parse(text: &str) -> Result<Self, String> {
        if text == "candidates" {
            return Ok(Self::Candidates);
        }
        if let Some(rota) = text.strip_prefix("rota:") {
            return RotaId::new(rota).map(Self::OnCall).map_err(|e| e.to_string());
        }
        match Assignee::parse(text) {
            Ok(Assignee::Agent(agent)) => Ok(Self::Agent(agent)),
            Ok(Assignee::Role(role)) => Ok(Self::Role(role)),
            Ok(Assignee::Everyone) => Ok(Self::Everyone),
            Err(_) => Err(format!(
                "{text:?} is nobody; expected \"candidates\", \"everyone\", \"role:NAME\", \"rota:NAME\" or \"agent:NAME\""
            )),
        }
    }
}

impl Parsed for Assignee {
    const FORMAT: &'static str = "assignee";

    fn parse(text: &str) -> Result<Self, String> {
        let id = |e: IdError| e.to_string();
        match text.split_once(':') {
            None if text == "everyone" => Ok(Self::Everyone),
            Some(("role", role)) => RoleId::new(role).map(Self::Role).map_err(id),
            Some(("agent", agent)) => AgentId::new(agent).map(Self::Agent).map_err(id),
            None | Some(_) => Err(format!(
                "{text:?} is nobody; expected \"everyone\", \"role:NAME\" or \"agent:NAME\""
            )),
        }
    }
}

impl Parsed for SocketAddr {
    const FORMAT: &'static str = "listen";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("{text:?} is not an address with a port; write it as \"127.0.0.1:7420\""))
    }
}

impl Parsed for semver::Version {
    const FORMAT: &'static str = "version";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|e| format!("{text:?} is not a version: {e}; write it as \"1.2.0\""))
    }
}

macro_rules! strings {
    ($($(#[$doc:meta])* $name:ident $format:literal $fits:expr, $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name(pub(crate) String);

        impl Parsed for $name {
            const FORMAT: &'static str = $format;

            fn parse(text: &str) -> Result<Self, String> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(format!(concat!("{:?} is not ", $expected), text))
                }
            }
        }

        impl From<Text<$name>> for String {
            fn from(Text($name(text)): Text<$name>) -> Self {
                text
            }
        }

        impl AsRef<str> for Text<$name> {
            fn as_ref(&self) -> &str {
                &self.0.0
            }
        }
    )*};
}

strings! {
    /// A day of the calendar.
    Date "date-text" |t| t.len() == 10 && t.parse::<jiff::civil::Date>().is_ok(),
        "a date; write it as \"2026-12-25\"";
    /// Where a person reads mail.
    Email "email-text" |t| t.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && t.len() <= 254 && !t.contains(char::is_whitespace)
    }), "an e-mail address; write it as \"ana@example.com\"";
    /// Who a mail is from.
    Mailbox "mailbox" |t| t.parse::<lettre::message::Mailbox>().is_ok(),
        "a sender; write it as \"Acme <desk@acme.example>\"";
    /// A machine on the network.
    Host "host" |t| t.parse::<std::net::IpAddr>().is_ok() || (t.len() <= 253 && t.split('.').all(|label| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })), "a host; write it as \"smtp.example.com\", the port has a key of its own";
    /// Where people reach this daemon; links are made by adding to it.
    PublicUrl "public-url" |t| Url::parse(t).is_ok() && !t.contains(['?', '#']),
        "the address of this daemon; write it as \"https://baton.example.com\"";
    /// A tag, skill, channel, ...: one short word for lists and reports.
    Label "label" |t| !t.trim().is_empty() && t.len() <= 64 && !t.contains(char::is_control),
        "a label; use 1 to 64 bytes on one line";
    /// A BCP 47 tag.
    Locale "locale" |t| t.split('-').enumerate().all(|(n, part)| {
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
        let word = part.bytes().all(|b| b.is_ascii_alphanumeric());
        if n == 0 { letters && (2..=3).contains(&part.len()) } else { word && (1..=8).contains(&part.len()) }
    }), "a language tag; write it as \"en\" or \"pt-BR\"";
    /// A name that stands in the store's keys.
    Key "key" |t| (1..=64).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)),
        "a name for keys; use 1 to 64 letters, digits and - _ .";
    /// What is logged.
    LogLevel "log-level" |t| !t.is_empty() && t.parse::<tracing_subscriber::filter::Targets>().is_ok(),
        "a log level; write it as \"info\", or \"info,baton=debug\"";
    /// A pack's name, or a rule's: it stands in file names, metrics and tags.
    Name "name" |t| {
        let part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        t.len() <= 64 && t.split('-').all(part)
    }, "a name; use at most 64 lower-case letters and digits, words joined by hyphens: \"human-requested\"";
    /// Where events go.
    Url "url-text" |t| reqwest::Url::parse(t).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.host().is_some() && url.username().is_empty()
    }), "a web address; write it as \"https://example.com/hooks/baton\"";
    /// A built-in plugin, or a `.wasm` file of the pack.
    Component "component" |t| match t.strip_suffix(".wasm") {
        Some(path) => is_inside(path),
        None => Name::parse(t).is_ok(),
    }, "a component; name a built-in one (\"phrases\"), or a .wasm file inside the pack (\"rules/codes.wasm\")";
    /// A file of the pack.
    FilePath "file-path" |t| is_inside(t),
        "a file inside the pack; write it as \"CHANGELOG.md\", or \"docs/changes.md\"";
    /// The interface that a pack's plugins speak.
    Interface "interface" |t| {
        let ours = |v: &str| v == "0.1" || v.strip_prefix("0.1.").is_some_and(|p| p.parse::<u32>().is_ok());
        t.strip_prefix("baton:rules@").is_some_and(ours)
    }, "an interface of this host; it has \"baton:rules@0.1\"";
    /// One event type, or all that begin alike.
    EventPattern "event" |t| is_event(t),
        "an event; name one (\"handover.opened\"), a group (\"handover.*\"), or all (\"*\")";
}

/// Whether a path stays in the folder that it starts at, and is written in one way only.
pub(crate) fn is_inside(path: &str) -> bool {
    path.len() <= 200
        && !path.contains(['\\', ':'])
        && !path.contains(char::is_control)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The groups of events; what follows the dot is the core's.
const EVENT_GROUPS: [&str; 10] = [
    "conversation",
    "handover",
    "message",
    "control",
    "bot",
    "task",
    "deadline",
    "plugin",
    "pack",
    "webhook",
];

fn is_event(text: &str) -> bool {
    let word = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    match text.split_once('.') {
        None => text == "*",
        Some((group, kind)) => EVENT_GROUPS.contains(&group) && (kind == "*" || word(kind)),
    }
}
