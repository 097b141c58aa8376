//! `baton pack bench`: what each plugin costs, held against its budget and against an older version.

use std::path::PathBuf;

use clap::Args;

use crate::calls::{Figures, Measured, Spread};
use crate::cli::eval::bar;
use crate::cli::exit::Failure;
use crate::cli::local::{self, BenchPlan, Benched, Rules};
use crate::cli::screen::Screen;

/// Measure what each plugin of a pack costs: microseconds and fuel of a call, spread and share of the budget.
///
/// Each call is made on a fresh instance in the real sandbox, many times, about the messages of the pack's stories or your
/// own. With --against both versions take turns at every call, so that noise meets both alike; a difference in time is told
/// with the range in which its median lies, and counts from 2 % on: so much do two copies of one component differ. Fuel is exact, and the same on every machine.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack bench ./my-pack\n  baton pack bench ./my-pack --messages chats.jsonl\n  baton pack bench ./my-pack --against my-pack@1.1.0 --json"
)]
pub(super) struct BenchArgs {
    /// A folder (written with a slash), an archive, or the name of a built-in or installed pack.
    #[arg(value_name = "PACK")]
    pack: String,
    /// Measure with these messages instead of the stories': lines of {"text":"..."}, each as the customer's and as the bot's.
    #[arg(long, value_name = "FILE")]
    messages: Option<PathBuf>,
    /// Hold it against this pack, plugin by plugin.
    #[arg(long, value_name = "PACK")]
    against: Option<String>,
    /// Calls of each plugin and kind, at least.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: u32,
    /// The configuration whose budget holds; the usual one without it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which business of it.
    #[arg(long, value_name = "ID", requires = "config")]
    business: Option<String>,
}

impl BenchArgs {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            pack,
            messages,
            against,
            samples,
            config,
            business,
        } = self;
        let plan = BenchPlan {
            rules: Rules {
                pack: Some(pack),
                config,
                business,
            },
            against,
            messages: messages.as_deref(),
            samples: usize::try_from(samples).unwrap_or(usize::MAX),
        };
        let benched = local::bench(&plan, &|length| {
            let bar = bar(length);
            Box::new(move || {
                bar.inc(1);
                if bar.position() == bar.length().unwrap_or_default() {
                    bar.finish_and_clear();
                }
            })
        })?;
        if cfg!(debug_assertions) {
            screen.note(
                "times are of a debug build of baton, and longer than those of a release build; fuel is the same",
            );
        }
        if screen.look.json {
            return screen.json(&benched.to_json());
        }
        show(screen, &benched)
    }
}

fn show(screen: &mut Screen<'_>, benched: &Benched) -> Result<(), Failure> {
    let Benched {
        pack,
        against,
        measured,
        budget: (fuel, deadline_ms),
        uncalled,
        gone,
    } = benched;
    let deadline_us = f64::from(*deadline_ms) * 1_000.0;
    screen.line(&format!(
        "{pack}, microseconds of a call; of the budget of {deadline_ms} ms"
    ))?;
    spreads(screen, measured, |figures| &figures.time_us, deadline_us, 1)?;
    screen.line(&format!("\nfuel of a call; of the budget of {fuel}"))?;
    spreads(screen, measured, |figures| &figures.fuel, *fuel as f64, 0)?;
    if let Some(against) = against {
        screen.line(&format!("\nagainst {against}, call by call: the median difference"))?;
        contests(screen, measured)?;
    }
    for one in measured.iter().filter(|one| one.new.faults > 0) {
        let Figures {
            faults, answers, fault, ..
        } = &one.new;
        let all = faults + answers;
        let fault = fault.as_deref().unwrap_or_default();
        screen.note(&format!(
            "{} {}: {faults} of {all} calls failed: {fault}",
            one.plugin, one.on
        ));
    }
    for id in uncalled {
        screen.note(&format!("{id} was never called: no story or message leads to it"));
    }
    for id in gone {
        screen.note(&format!("{id} is only in the pack that it is held against"));
    }
    Ok(())
}

fn spreads(
    screen: &mut Screen<'_>,
    measured: &[Measured],
    of: impl Fn(&Figures) -> &Spread,
    most: f64,
    digits: usize,
) -> Result<(), Failure> {
    let rows = measured.iter().map(|one| {
        let Spread {
            min,
            p50,
            p90,
            p99,
            max,
        } = of(&one.new);
        let number = |value: &f64| match one.new.answers {
            0 => "-".to_owned(),
            _ => format!("{value:.digits$}"),
        };
        let share = |value: &f64| match one.new.answers {
            0 => "-".to_owned(),
            _ => percent(value / most),
        };
        [
            one.plugin.clone(),
            one.on.clone(),
            one.calls.to_string(),
            number(min),
            number(p50),
            number(p90),
            number(p99),
            number(max),
            share(p99),
            share(max),
        ]
    });
    let columns = [
        "PLUGIN",
        "ON",
        "INPUTS",
        "MIN",
        "P50",
        "P90",
        "P99",
        "MAX",
        "P99/BUDGET",
        "MAX/BUDGET",
    ];
    screen.named_table(columns, rows.collect())
}

fn contests(screen: &mut Screen<'_>, measured: &[Measured]) -> Result<(), Failure> {
    let rows = measured.iter().map(|one| {
        let (Some(old), Some(contest)) = (&one.old, &one.contest) else {
            let why = if one.old.is_some() { "no call answered" } else { "new" };
            let none = || "-".to_owned();
            return [
                one.plugin.clone(),
                one.on.clone(),
                none(),
                none(),
                none(),
                none(),
                why.to_owned(),
            ];
        };
        let (low, high) = contest.between_us;
        let word = match (contest.differs, contest.time_us < 0.0) {
            (false, _) => "the same within noise",
            (true, true) => "faster",
            (true, false) => "slower",
        };
        [
            one.plugin.clone(),
            one.on.clone(),
            format!(
                "{:+.1} us ({})",
                contest.time_us,
                signed_percent(contest.time_us / old.time_us.p50)
            ),
            format!("{low:+.1} to {high:+.1}"),
            format!("{:+.0}", contest.fuel),
            signed_percent(contest.fuel / old.fuel.p50),
            word.to_owned(),
        ]
    });
    let columns = ["PLUGIN", "ON", "TIME", "BETWEEN", "FUEL", "FUEL %", ""];
    screen.named_table(columns, rows.collect())
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn signed_percent(share: f64) -> String {
    format!("{:+.1} %", share * 100.0)
}
