//! `baton pack backtest`: what other rules would have done with the conversations of a data folder.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::local;
use super::remote::DATA;
use super::screen::Screen;
use crate::backtest::Backtest;
use crate::stretch::Difference;

/// Judge the recorded conversations of a data folder with other rules, and show what would have gone otherwise.
///
/// Each stretch in which the bot held a conversation is judged anew up to the message at which it was passed on. The data
/// folder must be free: stop its daemon, or restore a backup of it beside.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton store restore monday.jsonl --data monday-data\n  baton pack backtest ./my-rules --data monday-data --since 30d"
)]
pub(super) struct BacktestArgs {
    /// The rules: a folder (written with a slash) or the name of a pack.
    #[arg(value_name = "PACK")]
    pack: String,
    /// The data folder with the conversations.
    #[arg(long, env = "BATON_DATA", default_value = DATA, value_name = "DIR")]
    data: PathBuf,
    /// Since when: a span before now (7d, 12h), a date of the business (2026-03-02), or RFC 3339.
    #[arg(long, default_value = "30d", value_name = "WHEN")]
    since: String,
    /// The configuration whose business the rules are for; a plain one without it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which business's conversations.
    #[arg(long, default_value = "default", value_name = "ID")]
    business: String,
    /// Differences that are shown.
    #[arg(long, default_value_t = 20, value_name = "N")]
    examples: usize,
}

impl BacktestArgs {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            pack,
            data,
            since,
            config,
            business,
            examples,
        } = self;
        let rules = local::Rules {
            pack: Some(pack),
            business: config.is_some().then(|| business.clone()),
            config,
        };
        let stage = local::stage(&rules)?;
        let recorded = local::recorded(&data, &business, &since, &stage)?;
        let length = recorded.len() as u64;
        // Shown on a terminal only.
        let bar = ProgressBar::new(length).with_style(style());
        let done = crate::backtest::backtest(&stage, &recorded, &|done| bar.set_position(done as u64));
        bar.finish_and_clear();
        let found = done.map_err(|why| {
            Failure::new(Exit::Usage, why).remedy("list it in the configuration, or leave --config out")
        })?;
        if screen.look.json {
            return screen.json(&json!(found));
        }
        summary(screen, &found)?;
        differences(screen, &found.differences, examples)
    }
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} conversations, {eta} left");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn summary(screen: &mut Screen<'_>, found: &Backtest) -> Result<(), Failure> {
    let count = |how| found.differences.iter().filter(|one| one.how.as_str() == how).count();
    let of = |(all, some): (u64, u64)| format!("{some} of {all}");
    screen.facts(&[
        ("conversations", found.conversations.to_string()),
        ("messages judged", found.messages.to_string()),
        ("handovers then", found.happened.to_string()),
        ("handovers now", found.again.to_string()),
        ("the same", found.same.to_string()),
        ("gained", count("gained").to_string()),
        ("lost", count("lost").to_string()),
        ("at another message", count("moved").to_string()),
        ("for another reason", count("changed").to_string()),
        ("not needed, again", of(found.not_needed)),
        ("taken over by people, found", of(found.taken_over)),
    ])?;
    let rows = found
        .days
        .iter()
        .map(|day| [day.day.clone(), day.happened.to_string(), day.again.to_string()]);
    screen.table(["DAY", "THEN", "NOW"], rows.collect())?;
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let rows = found.too_much.iter().take(10).map(|hour| {
        let when = format!("{} {:02}:00", DAYS[usize::from(hour.weekday)], hour.hour);
        [when, format!("{:.1}", hour.expected), hour.capacity.to_string()]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    screen.line("\nhours with more handovers than whoever is there may hold:")?;
    screen.table(["HOUR", "EXPECTED", "CAPACITY"], rows)
}

fn differences(screen: &mut Screen<'_>, all: &[Difference], examples: usize) -> Result<(), Failure> {
    for one in all.iter().take(examples) {
        let Difference {
            how,
            conversation,
            message,
            text,
            was,
            becomes,
            evidence,
            people,
        } = one;
        let reasons = match (was, becomes) {
            (Some(was), Some(becomes)) if was != becomes => format!("{was}, now {becomes}"),
            (Some(reason), _) | (None, Some(reason)) => reason.clone(),
            (None, None) => String::new(),
        };
        let people = people.map_or_else(String::new, |people| format!(" [{people}]"));
        screen.line(&format!(
            "\n{} {conversation} {message}: {reasons}{people}",
            how.as_str()
        ))?;
        screen.line(&format!("  {text}"))?;
        if !evidence.is_empty() {
            screen.line(&format!("  {}", evidence.join(", ")))?;
        }
    }
    match all.len().saturating_sub(examples) {
        0 => Ok(()),
        more => screen.line(&format!("\nand {more} more; --examples shows them, --json all")),
    }
}
