//! Calls of plugins in this very process: measured, or made again from a recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use baton_core::Speaker;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Rules, own_pack, stage};
use crate::calls::{self, Bench, Contest, Figures, Measured, Said, Spread, Verdict};
use crate::cli::exit::{Exit, Failure};
use crate::pack::Pack;
use crate::record::{Asked, Call, Outcome};
use crate::rules::Onlookers;
use crate::simulate::{Heard, Stage};

/// What is to be measured.
pub(in crate::cli) struct BenchPlan<'a> {
    pub(in crate::cli) rules: Rules,
    /// A pack that is held against it.
    pub(in crate::cli) against: Option<String>,
    /// Messages instead of those of the stories.
    pub(in crate::cli) messages: Option<&'a Path>,
    /// Calls of each plugin and kind at least.
    pub(in crate::cli) samples: usize,
}

/// What was measured.
pub(in crate::cli) struct Benched {
    /// `hvac@1.2.0`
    pub(in crate::cli) pack: String,
    pub(in crate::cli) against: Option<String>,
    pub(in crate::cli) measured: Vec<Measured>,
    /// Instructions and milliseconds that one call may use.
    pub(in crate::cli) budget: (u64, u32),
    /// Plugins of the pack that no message led to.
    pub(in crate::cli) uncalled: Vec<String>,
    /// Plugins that only the pack it was held against has.
    pub(in crate::cli) gone: Vec<String>,
}

/// Measures the plugins of a pack. `begin` is told how many calls will be made, and gives what is told of each.
pub(in crate::cli) fn bench(plan: &BenchPlan<'_>, begin: &dyn Fn(usize) -> Box<dyn Fn()>) -> Result<Benched, Failure> {
    let pack = Pack::load(&own_pack(plan.rules.pack.as_deref().unwrap_or("default"))?)
        .map_err(|error| Failure::of(Exit::Refused, &error))?;
    let new = stage(&plan.rules)?;
    let old = plan.against.as_ref().map(|against| {
        stage(&Rules {
            pack: Some(against.clone()),
            config: plan.rules.config.clone(),
            business: plan.rules.business.clone(),
        })
    });
    let old = old.transpose()?;
    let calls = inputs(&new, &pack, plan.messages)?;
    let bench = Bench {
        new: new.generation(),
        old: old.as_ref().map(Stage::generation),
        samples: plan.samples,
    };
    let step = begin(bench.length(&calls));
    let measured = bench.run(&calls, &*step);
    drop(step);
    let is_measured = |id: &str| measured.iter().any(|measured| measured.plugin == id);
    let of = |stage: &Stage| stage.generation().plugins().map(str::to_owned).collect::<Vec<_>>();
    let (all, before) = (of(&new), old.as_ref().map(of).unwrap_or_default());
    let budget = new.generation().budget();
    Ok(Benched {
        pack: pack.id(),
        against: old.as_ref().map(|old| old.generation().pack.id()),
        uncalled: all.iter().filter(|id| !is_measured(id)).cloned().collect(),
        gone: before.into_iter().filter(|id| !all.contains(id)).collect(),
        measured,
        budget: (budget.fuel, budget.deadline_ms),
    })
}

/// Every call that the stories lead to; with messages of one's own, the detectors' calls are about those.
fn inputs(stage: &Stage, pack: &Pack, messages: Option<&Path>) -> Result<Vec<Call>, Failure> {
    let messages = messages.map(read_messages).transpose()?;
    if pack.stories.is_empty() && messages.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} has no stories, so there is nothing to measure with", pack.id()),
        )
        .remedy("name a file of messages with --messages, or put stories into the pack's folder stories"));
    }
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    stage.generation().watch(Onlookers {
        logs: None,
        calls: Some(Arc::new(move |call: &Call| {
            keep.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
        })),
    });
    for story in &pack.stories {
        stage
            .tell(&story.file, &story.text, false)
            .map_err(|error| super::of_simulate(&error))?;
    }
    let taken = || std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    let Some(messages) = messages else {
        return Ok(taken());
    };
    let mut calls = taken();
    calls.retain(|call| !matches!(call.asked, Asked::Detect(_)));
    for (speaker, text) in &messages {
        let speakers = speaker.map_or(vec![Speaker::Customer, Speaker::Bot], |speaker| vec![speaker]);
        for speaker in speakers {
            stage.judge(Heard {
                speaker,
                text,
                before: &[],
                locale: None,
                bot_state: None,
            });
        }
    }
    calls.extend(taken());
    Ok(calls)
}

/// A message to measure with; what else its line says is passed over.
#[derive(Deserialize)]
struct MessageLine {
    text: String,
    speaker: Option<String>,
}

fn read_messages(file: &Path) -> Result<Vec<(Option<Speaker>, String)>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::file("read", file, &error))?;
    let wrong = |line: usize, why: String| {
        Failure::new(Exit::Usage, format!("{}:{line}: {why}", file.display()))
            .remedy(r#"each line is {"text":"..."}, and may have "speaker": customer or bot"#)
    };
    let mut messages = Vec::new();
    for (n, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let MessageLine { text, speaker } = serde_json::from_str(line).map_err(|error| wrong(n, error.to_string()))?;
        let speaker = match speaker.as_deref() {
            None => None,
            Some("customer") => Some(Speaker::Customer),
            Some("bot") => Some(Speaker::Bot),
            Some(other) => return Err(wrong(n, format!("speaker {other:?} is judged by no rule"))),
        };
        messages.push((speaker, text));
    }
    match messages.is_empty() {
        true => Err(wrong(1, "there is no message".to_owned())),
        false => Ok(messages),
    }
}

impl Benched {
    /// As `--json` shows it.
    pub(in crate::cli) fn to_json(&self) -> Value {
        let Self {
            pack,
            against,
            measured,
            budget: (fuel, deadline_ms),
            uncalled,
            gone,
        } = self;
        let measured = measured.iter().map(|one| {
            let Measured {
                plugin,
                on,
                calls,
                new,
                old,
                contest,
            } = one;
            let share = |figures: &Figures| {
                let of = |spread: &Spread, most: f64| json!({ "p99": spread.p99 / most, "max": spread.max / most });
                json!({
                    "fuel": of(&figures.fuel, *fuel as f64),
                    "time": of(&figures.time_us, f64::from(*deadline_ms) * 1_000.0),
                })
            };
            let difference = contest.map(|contest| {
                let Contest {
                    time_us,
                    between_us,
                    fuel,
                    differs,
                } = contest;
                json!({ "time_us": time_us, "between_us": between_us, "fuel": fuel, "differs": differs })
            });
            json!({
                "plugin": plugin, "on": on, "calls": calls, "new": figures(new), "of_budget": share(new),
                "old": old.as_ref().map(figures), "difference": difference,
            })
        });
        json!({
            "pack": pack, "against": against, "debug_build": cfg!(debug_assertions),
            "budget": { "fuel": fuel, "deadline_ms": deadline_ms },
            "measured": measured.collect::<Vec<_>>(), "uncalled": uncalled, "gone": gone,
        })
    }
}

fn figures(figures: &Figures) -> Value {
    let Figures {
        time_us,
        fuel,
        answers,
        faults,
        fault,
    } = figures;
    let spread = |spread: &Spread| {
        let Spread {
            min,
            p50,
            p90,
            p99,
            max,
        } = spread;
        json!({ "min": min, "p50": p50, "p90": p90, "p99": p99, "max": max })
    };
    json!({ "time_us": spread(time_us), "fuel": spread(fuel), "answers": answers, "faults": faults, "fault": fault })
}

/// A call that was made again.
pub(in crate::cli) struct Again {
    pub(in crate::cli) before: Call,
    pub(in crate::cli) verdict: Verdict,
}

/// Reads recorded calls; and tells whether a last one was cut off.
pub(in crate::cli) fn recorded_calls(file: &Path) -> Result<(Vec<Call>, bool), Failure> {
    calls::read(file).map_err(|error| Failure::of(Exit::Usage, &error))
}

/// A call as the API shows it.
pub(in crate::cli) fn call_of(value: Value) -> Result<Call, Failure> {
    Call::from_value(value).map_err(|why| {
        Failure::new(
            Exit::Internal,
            format!("the daemon's record of the call cannot be read: {why}"),
        )
        .remedy("use the version of baton that the daemon has")
    })
}

/// Makes calls again, each under the pack that it names, or all under one that is named.
pub(in crate::cli) fn replay(calls: Vec<Call>, rules: &Rules) -> Result<Vec<Again>, Failure> {
    let mut stages: BTreeMap<String, Stage> = BTreeMap::new();
    let mut made = Vec::new();
    for call in calls {
        let pack = rules.pack.clone().unwrap_or_else(|| pack_of(&call.rules).to_owned());
        if !stages.contains_key(&pack) {
            let named = Rules {
                pack: Some(pack.clone()),
                config: rules.config.clone(),
                business: rules.business.clone(),
            };
            let found = stage(&named).map_err(|failure| match rules.pack {
                Some(_) => failure,
                None => Failure::new(
                    Exit::Usage,
                    format!(
                        "the recording is of {}, which is not here: {}",
                        call.rules,
                        failure.text()
                    ),
                )
                .remedy("name the pack with --pack: a folder, an archive, or one that is installed"),
            })?;
            stages.insert(pack.clone(), found);
        }
        let verdict = Verdict::of(stages[&pack].generation(), &call);
        made.push(Again { before: call, verdict });
    }
    Ok(made)
}

/// `hvac@1.2.0` of `hvac@1.2.0#3`; a built-in pack goes by its name.
fn pack_of(rules: &str) -> &str {
    let id = rules.split('#').next().unwrap_or(rules);
    let name = id.split('@').next().unwrap_or(id);
    match crate::pack::PackRef::built_in().any(|known| Pack::load(&known).is_ok_and(|pack| pack.id() == id)) {
        true => name,
        false => id,
    }
}

impl Again {
    /// Whether the answer is the recorded one, or the fault was not the plugin's.
    pub(in crate::cli) fn is_same(&self) -> bool {
        matches!(self.verdict.said, Said::Same | Said::NotRepeatable)
    }

    /// Whether there is an answer now.
    pub(in crate::cli) fn answers(&self) -> bool {
        let now = self.verdict.now.as_ref();
        now.is_some_and(|now| now.outcome.fault().is_none())
    }

    /// As `--json` shows it.
    pub(in crate::cli) fn to_json(&self) -> Value {
        let Self { before, verdict } = self;
        let Verdict {
            said,
            now,
            other_component,
            other_settings,
        } = verdict;
        json!({
            "plugin": before.plugin, "rules": before.rules, "function": before.asked.function(),
            "subject": before.asked.subject(), "conversation": before.seen.conversation, "input": before.input(),
            "said": said.as_str(), "other_component": other_component, "other_settings": other_settings,
            "before": outcome(before), "now": now.as_ref().map(outcome),
        })
    }
}

fn outcome(call: &Call) -> Value {
    let told = call.to_value();
    json!({ "outcome": told["outcome"], "fuel": call.fuel, "took_us": call.took_us })
}

/// An outcome in one line, for people.
pub(in crate::cli) fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Found(found) if found.is_empty() => "finds nothing".to_owned(),
        Outcome::Found(found) => {
            let each = found.iter().map(|found| {
                let reason = found.reason.as_ref().map_or("", |reason| reason.as_str());
                let rules: Vec<_> = found.evidence.iter().map(|e| e.rule.as_str()).collect();
                format!("{reason} {:.2} ({})", found.confidence, rules.join(", "))
                    .trim_start()
                    .to_owned()
            });
            format!("finds {}", each.collect::<Vec<_>>().join("; "))
        }
        Outcome::Ranked(ranking) => {
            let each = ranking.ranked.iter().map(|choice| choice.agent.to_string());
            format!("ranks {}", each.collect::<Vec<_>>().join(", "))
        }
        Outcome::Drafted(draft) => format!("writes {:?}", draft.message),
        Outcome::Returned(Some(words)) => format!("writes {words:?}"),
        Outcome::Returned(None) => "writes nothing".to_owned(),
        Outcome::Failed(failed) => failed.message.clone(),
    }
}
