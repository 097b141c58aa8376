//! What an operator may ask of packs.

use std::collections::BTreeSet;

use baton_core::BotId;

use super::Faults;
use crate::api::{limits, wire};
use crate::engine::{DriftBudget, Share, TrialMode};

/// Of one core, where a shadow's share is not said.
const CPU_PERCENT: u8 = 25;
/// Handovers that must have been compared, where it is not said.
const AT_LEAST: u64 = 20;

pub(crate) fn activate(new: wire::Activate, faults: &mut Faults) -> Option<(String, bool)> {
    let wire::Activate { pack, move_open } = new;
    Some((named(pack, faults)?, move_open.unwrap_or(false)))
}

pub(crate) fn trial(new: wire::NewTrial, faults: &mut Faults) -> Option<(String, TrialMode)> {
    let wire::NewTrial {
        pack,
        mode,
        percent: asked,
        bots,
        channels,
        cpu_percent,
    } = new;
    let pack = named(pack, faults);
    let mode = match faults.required("/mode", mode)? {
        wire::Mode::Shadow => {
            for (pointer, given) in [
                ("/percent", asked.is_some()),
                ("/bots", bots.is_some()),
                ("/channels", channels.is_some()),
            ] {
                if given {
                    faults.at(pointer, "is for a canary; a shadow hears every conversation");
                }
            }
            TrialMode::Shadow {
                cpu_percent: percent("/cpu_percent", cpu_percent.unwrap_or(CPU_PERCENT), faults),
            }
        }
        wire::Mode::Canary => {
            if cpu_percent.is_some() {
                faults.at(
                    "/cpu_percent",
                    "is for a shadow; a canary serves like the rules in force",
                );
            }
            let asked = faults.required("/percent", asked);
            TrialMode::Canary(Share {
                percent: percent("/percent", asked?, faults),
                bots: names("/bots", bots, faults, |pointer, bot, faults| {
                    let id: Option<BotId> = faults.id(pointer, Some(bot));
                    id.map(|id| id.to_string())
                }),
                channels: names("/channels", channels, faults, |pointer, channel, faults| {
                    faults.line(pointer, Some(channel), &limits::LABEL_BYTES)
                }),
            })
        }
    };
    Some((pack?, mode))
}

pub(crate) fn promote(new: wire::Promote, faults: &mut Faults) -> Option<(Option<DriftBudget>, bool)> {
    let wire::Promote {
        max_drift_percent,
        at_least,
        move_open,
    } = new;
    if at_least.is_some() && max_drift_percent.is_none() {
        faults.at("/at_least", "needs `max_drift_percent`");
    }
    if max_drift_percent.is_some_and(|most| !(0.0..=100.0).contains(&most)) {
        faults.at("/max_drift_percent", "is not between 0 and 100");
    }
    let budget = max_drift_percent.map(|most_percent| DriftBudget {
        most_percent,
        at_least: at_least.unwrap_or(AT_LEAST),
    });
    Some((budget, move_open.unwrap_or(false)))
}

fn named(pack: Option<String>, faults: &mut Faults) -> Option<String> {
    let pack = faults.required("/pack", pack);
    pack.and_then(|pack| faults.line("/pack", Some(pack), &limits::LABEL_BYTES))
}

fn percent(pointer: &str, value: u8, faults: &mut Faults) -> u8 {
    if !(1..=100).contains(&value) {
        faults.at(pointer, format!("is {value}, 1 to 100 are allowed"));
    }
    value
}

fn names(
    pointer: &str,
    given: Option<Vec<String>>,
    faults: &mut Faults,
    check: impl Fn(&str, String, &mut Faults) -> Option<String>,
) -> BTreeSet<String> {
    let given = given.unwrap_or_default();
    if given.len() > limits::NAMES {
        faults.at(
            pointer,
            format!("has {} items, at most {} are allowed", given.len(), limits::NAMES),
        );
        return BTreeSet::new();
    }
    let checked = given
        .into_iter()
        .enumerate()
        .filter_map(|(n, name)| check(&format!("{pointer}/{n}"), name, faults));
    checked.collect()
}
