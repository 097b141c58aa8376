//! What operators see of plugins: what they say, the calls that they failed, and what comes of one that is made again.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rfc3339;
use crate::calls::{Said, Verdict};
use crate::engine::{Quarantined, Replayed};
use crate::observe::{PluginLine, PluginLines};
use crate::record::Call;

/// A part of a plugin's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginLog {
    /// Oldest first.
    pub(crate) items: Vec<LogLine>,
    /// What to give as `after` to read on.
    pub(crate) next: u64,
    /// Lines since `after` that were over a bound and are lost.
    pub(crate) dropped: u64,
}

/// A line of a plugin's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogLine {
    /// Grows by one with each line of the plugin, one that is lost too; from 1 after a restart.
    pub(crate) number: u64,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// The generation that spoke.
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: String,
    /// `debug`, `info`, `warn`, `error`; the host's own lines about a fault are errors.
    #[schema(example = "info")]
    pub(crate) level: String,
    /// May hold what a customer wrote.
    pub(crate) line: String,
}

/// A call that a plugin failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinedCall {
    /// The same for the same cause: plugin, rules, and input.
    #[schema(example = "3f9c0a12b4d53f9c")]
    pub(crate) id: String,
    /// When it failed last.
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// The rule's id in the pack.
    pub(crate) plugin: String,
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: String,
    /// `detect`, `rank`, `compose`, `returning`.
    #[schema(example = "detect")]
    pub(crate) function: String,
    pub(crate) conversation: String,
    /// The message or handover that it was about.
    #[schema(example = "m17")]
    pub(crate) subject: String,
    /// `panic`, `fuel`, `deadline`, `memory`, `stack`, `invalid`, ...
    #[schema(example = "panic")]
    pub(crate) kind: String,
    /// In words, with file and line of a panic.
    pub(crate) fault: String,
    /// Wasm instructions, roughly, up to the fault.
    pub(crate) fuel: u64,
    /// The digest of what it was asked and could see.
    pub(crate) input: String,
}

/// A call that a plugin failed, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinedInput {
    #[serde(flatten)]
    pub(crate) summary: QuarantinedCall,
    /// The last lines that it logged in that call.
    pub(crate) log: Vec<String>,
    /// Lines before those, which are lost.
    pub(crate) log_dropped: u32,
    /// What `baton pack replay` takes: the whole input, with customers' words.
    pub(crate) call: Value,
}

/// A call that was made again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayedCall {
    pub(crate) id: String,
    pub(crate) conversation: String,
    /// The rules in force, under which it was made again.
    #[schema(example = "hvac@1.2.1#4")]
    pub(crate) rules: String,
    /// `same`, `answered`, `other-fault`, `not-repeatable`, `no-plugin`.
    #[schema(example = "answered")]
    pub(crate) said: String,
    /// Whether the component has other bytes than the one that failed.
    pub(crate) other_component: bool,
    /// Whether it has other settings.
    pub(crate) other_settings: bool,
    /// The fault that was recorded.
    pub(crate) before: String,
    /// The fault of now; null where there is none.
    pub(crate) fault: Option<String>,
    /// What came of it now; null where nobody could be asked.
    pub(crate) now: Option<Value>,
    /// Wasm instructions, roughly.
    pub(crate) fuel: Option<u64>,
}

impl From<PluginLines> for PluginLog {
    fn from(lines: PluginLines) -> Self {
        let PluginLines { items, next, dropped } = lines;
        let line = |line: PluginLine| {
            let PluginLine {
                number,
                at,
                rules,
                level,
                line,
            } = line;
            let level = format!("{level:?}").to_lowercase();
            LogLine {
                number,
                at: rfc3339(at),
                rules,
                level,
                line,
            }
        };
        Self {
            items: items.into_iter().map(line).collect(),
            next,
            dropped,
        }
    }
}

impl From<Quarantined> for QuarantinedCall {
    fn from(quarantined: Quarantined) -> Self {
        let Quarantined { id, call } = quarantined;
        let fault = call.outcome.fault();
        let (kind, fault) = fault.map_or_else(Default::default, |failed| (failed.kind.clone(), failed.message.clone()));
        let input = call.input();
        let Call {
            business: _,
            plugin,
            rules,
            component: _,
            settings: _,
            at,
            seen,
            asked,
            outcome: _,
            fuel,
            took_us: _,
        } = call;
        Self {
            id,
            at: rfc3339(at),
            plugin,
            rules,
            function: asked.function().to_owned(),
            conversation: seen.conversation,
            subject: asked.subject(),
            kind,
            fault,
            fuel,
            input,
        }
    }
}

impl From<Quarantined> for QuarantinedInput {
    fn from(quarantined: Quarantined) -> Self {
        let call = quarantined.call.to_value();
        let fault = quarantined.call.outcome.fault();
        let log = fault.into_iter().flat_map(|failed| &failed.log);
        let log = log.map(|line| line.line.clone()).collect();
        let log_dropped = fault.map_or(0, |failed| failed.log_dropped);
        Self {
            summary: quarantined.into(),
            log,
            log_dropped,
            call,
        }
    }
}

impl From<Replayed> for ReplayedCall {
    fn from(replayed: Replayed) -> Self {
        let Replayed { before, verdict, rules } = replayed;
        let Verdict {
            said,
            now,
            other_component,
            other_settings,
        } = verdict;
        let fault = |call: &Call| call.outcome.fault().map(|failed| failed.message.clone());
        Self {
            conversation: before.call.seen.conversation.clone(),
            before: fault(&before.call).unwrap_or_default(),
            id: before.id,
            rules,
            said: Said::as_str(said).to_owned(),
            other_component,
            other_settings,
            fault: now.as_ref().and_then(fault),
            fuel: now.as_ref().map(|now| now.fuel),
            now: now.map(|now| now.to_value()["outcome"].take()),
        }
    }
}
