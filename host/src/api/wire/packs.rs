//! Rule packs as operators see them: those there are, the generations in force, and what is tried.

use std::collections::BTreeMap;

use baton_core::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rfc3339;
use crate::api;
use crate::engine::{self, KeptTrial, Share, Tally, TrialMode, TrialView};
use crate::report::Figures;
use crate::stretch::Difference;

/// A rule pack of the business.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pack {
    #[schema(example = "hvac")]
    pub(crate) name: String,
    #[schema(example = "1.2.0")]
    pub(crate) version: String,
    pub(crate) description: String,
    /// The generation in force that was made from it; absent when it is not active.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: Option<String>,
    /// Ids of its rules that find signals.
    pub(crate) detectors: Vec<String>,
    /// Ids of its rules that choose among candidates.
    pub(crate) strategies: Vec<String>,
    /// Ids of its rules that write drafts.
    pub(crate) templates: Vec<String>,
}

/// Which pack to put in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "pack": "hvac@1.2.0" }))]
pub(crate) struct Activate {
    /// `name`, or `name@version`.
    #[schema(required, nullable = false, max_length = 128)]
    pub(crate) pack: Option<String>,
    /// Whether open handovers follow it too; otherwise they keep the rules that opened them.
    pub(crate) move_open: Option<bool>,
}

/// Which generation to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": 2 }))]
pub(crate) struct RollBack {
    /// Its number; the one before where it is not given.
    #[schema(minimum = 1)]
    pub(crate) to: Option<u64>,
}

/// The rules that were ever in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Generations {
    /// The number of the one in force.
    pub(crate) in_force: u64,
    /// The newest first.
    pub(crate) items: Vec<Generation>,
}

/// A set of rules that was in force at some time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Generation {
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: String,
    #[schema(example = "hvac@1.2.0")]
    pub(crate) pack: String,
    /// Counts from 1.
    pub(crate) number: u64,
    pub(crate) in_force: bool,
    /// When it was activated for the first time.
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// By whom.
    #[schema(example = "operator:desk")]
    pub(crate) by: String,
}

impl From<engine::Generations> for Generations {
    fn from(generations: engine::Generations) -> Self {
        let engine::Generations { in_force, all } = generations;
        let item = |past: engine::PastGeneration| {
            let engine::PastGeneration {
                pack,
                number,
                at_ms,
                by,
            } = past;
            Generation {
                rules: format!("{pack}#{number}"),
                pack,
                number,
                in_force: number == in_force,
                at: rfc3339(Time(at_ms)),
                by,
            }
        };
        Self {
            in_force,
            items: all.into_iter().map(item).collect(),
        }
    }
}

impl From<api::PackView> for Pack {
    fn from(view: api::PackView) -> Self {
        let api::PackView {
            name,
            version,
            description,
            rules,
            detectors,
            strategies,
            templates,
        } = view;
        Self {
            name,
            version,
            description,
            rules,
            detectors,
            strategies,
            templates,
        }
    }
}

/// How a pack is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// It hears everything, and nothing comes of it.
    Shadow,
    /// It rules over a share of the conversations.
    Canary,
}

/// What to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "pack": "hvac@1.3.0", "mode": "canary", "percent": 10, "bots": ["front-desk"] }))]
pub(crate) struct NewTrial {
    /// `name`, or `name@version`.
    #[schema(required, nullable = false, max_length = 128)]
    pub(crate) pack: Option<String>,
    /// As a shadow or as a canary.
    #[schema(required, nullable = false)]
    pub(crate) mode: Option<Mode>,
    /// For a canary, required: of a hundred conversations, so many.
    #[schema(minimum = 1, maximum = 100)]
    pub(crate) percent: Option<u8>,
    /// For a canary: only conversations of these bots.
    pub(crate) bots: Option<Vec<String>>,
    /// For a canary: only conversations on these channels.
    pub(crate) channels: Option<Vec<String>>,
    /// For a shadow: of one core, so much; 25 where it is not given.
    #[schema(minimum = 1, maximum = 100)]
    pub(crate) cpu_percent: Option<u8>,
}

/// What is tried, and what it has shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    #[schema(example = "hvac@1.3.0")]
    pub(crate) pack: String,
    pub(crate) mode: Mode,
    /// Of a hundred conversations; for a canary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u8>,
    /// Only these bots; for a canary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) bots: Vec<String>,
    /// Only these channels; for a canary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) channels: Vec<String>,
    /// Of one core; for a shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_percent: Option<u8>,
    #[schema(format = DateTime)]
    pub(crate) since: String,
    /// By whom.
    #[schema(example = "operator:desk")]
    pub(crate) by: String,
    /// Calls of its plugins since it was loaded.
    pub(crate) calls: u64,
    /// Those of them that failed.
    pub(crate) failed: u64,
    /// What a shadow would have done otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) diff: Option<Diff>,
    /// What came of a canary's conversations, and of the others, since it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sides: Option<Sides>,
}

/// What a shadow would have done otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Diff {
    /// Times that a bot held a conversation, and the shadow heard it.
    pub(crate) stretches: u64,
    /// Messages that it judged.
    pub(crate) messages: u64,
    /// Messages that it could not hear, because it was busy for longer than its share.
    pub(crate) skipped: u64,
    /// Handovers that the rules in force opened.
    pub(crate) happened: u64,
    /// Handovers that it would have opened.
    pub(crate) would_have: u64,
    /// Handovers of both: at the same message, for the same reason, to the same person, with the same words.
    pub(crate) same: u64,
    /// All others, by how they differ: `gained`, `lost`, `moved` (to another message), `changed` (for another reason),
    /// `to-another` (person), `other-words`.
    pub(crate) differences: BTreeMap<&'static str, u64>,
    /// The share of handovers that differ; absent before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drift: Option<f64>,
    /// The newest differences, the newest first; none of before the last restart.
    pub(crate) examples: Vec<Difference>,
}

/// The figures of both sides of a canary, as in a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sides {
    /// Of the conversations that it takes.
    pub(crate) canary: Figures,
    /// Of all others.
    pub(crate) others: Figures,
}

/// How to put what is tried in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "max_drift_percent": 5.0, "at_least": 1 }))]
pub(crate) struct Promote {
    /// For a shadow: only if no larger share of the handovers differs.
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) max_drift_percent: Option<f64>,
    /// With it: only if so many handovers were compared; 20 where it is not given.
    pub(crate) at_least: Option<u64>,
    /// Whether open handovers follow it too; otherwise they keep the rules that opened them.
    pub(crate) move_open: Option<bool>,
}

impl From<TrialView> for Trial {
    fn from(view: TrialView) -> Self {
        let TrialView {
            kept,
            calls: (calls, failed),
            tally,
            sides,
        } = view;
        let KeptTrial {
            pack,
            number: _,
            mode,
            since_ms,
            by,
        } = kept;
        let (mode, cpu_percent, share) = match mode {
            TrialMode::Shadow { cpu_percent } => (Mode::Shadow, Some(cpu_percent), None),
            TrialMode::Canary(share) => (Mode::Canary, None, Some(share)),
        };
        let percent = share.as_ref().map(|share| share.percent);
        let (bots, channels) = share.map_or_else(Default::default, |share| {
            let Share {
                percent: _,
                bots,
                channels,
            } = share;
            (bots.into_iter().collect(), channels.into_iter().collect())
        });
        Self {
            pack,
            mode,
            percent,
            bots,
            channels,
            cpu_percent,
            since: rfc3339(Time(since_ms)),
            by,
            calls,
            failed,
            diff: tally.map(Into::into),
            sides: sides.map(|sides| {
                let (canary, others) = *sides;
                Sides { canary, others }
            }),
        }
    }
}

impl From<Tally> for Diff {
    fn from(tally: Tally) -> Self {
        let drift = tally.drift();
        let Tally {
            stretches,
            messages,
            skipped,
            happened,
            again,
            same,
            differences,
            examples,
        } = tally;
        Self {
            stretches,
            messages,
            skipped,
            happened,
            would_have: again,
            same,
            differences: differences
                .into_iter()
                .map(|(how, count)| (how.as_str(), count))
                .collect(),
            drift,
            examples: examples.into_iter().rev().collect(),
        }
    }
}
