//! `baton pack`: rule packs, looked at before they rule.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::local::{self, PackSummary};
use super::remote::Remote;
use super::screen::{Mark, Screen};
use super::simulate::{Verdict, judge};
use super::task::ended;
use super::value::{items, text, time};

/// Rule packs: check them, run their stories, see which are in force.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack check ./my-pack\n  baton pack list")]
pub(super) struct Pack {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Check packs: manifest, components, settings; every fault with file, line and column.
    #[command(after_help = "Example:\n  baton pack check ./my-pack\n  baton pack check hvac default")]
    Check {
        /// Folders (written with a slash) or names of built-in packs.
        #[arg(required = true, value_name = "PACK")]
        packs: Vec<String>,
    },
    /// Run the stories of packs: their tests, in virtual time.
    #[command(after_help = "Example:\n  baton pack test ./my-pack\n  baton pack test hvac")]
    Test {
        /// Folders (written with a slash) or names of built-in packs.
        #[arg(required = true, value_name = "PACK")]
        packs: Vec<String>,
        /// The configuration whose business the stories play in; a plain one without it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Which business of it.
        #[arg(long, value_name = "ID", requires = "config")]
        business: Option<String>,
    },
    Backtest(super::backtest::BacktestArgs),
    /// Put a pack in force in a running daemon; open handovers keep the rules that opened them.
    #[command(after_help = "Example:\n  baton pack activate hvac@1.2.0")]
    Activate {
        #[command(flatten)]
        remote: Remote,
        /// `name`, or `name@version`.
        #[arg(value_name = "PACK")]
        pack: String,
        /// Open handovers follow it too.
        #[arg(long)]
        move_open: bool,
    },
    /// Go back to an earlier generation of rules: the one before, or a named one.
    #[command(after_help = "Example:\n  baton pack rollback\n  baton pack rollback --to 2")]
    Rollback {
        #[command(flatten)]
        remote: Remote,
        /// Its number, as `baton pack history` shows it.
        #[arg(long, value_name = "NUMBER")]
        to: Option<u64>,
    },
    /// List every generation of rules that was in force: rules, since, by whom.
    #[command(after_help = "Example:\n  baton pack history")]
    History {
        #[command(flatten)]
        remote: Remote,
    },
    /// List the packs of a business: name, version, rules in force, description.
    #[command(after_help = "Example:\n  baton pack list\n  baton pack list --built-in")]
    List {
        #[command(flatten)]
        remote: Remote,
        /// The packs that this program carries, without asking a daemon.
        #[arg(long)]
        built_in: bool,
    },
}

impl Pack {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        match self.act {
            Act::Check { packs } => check(screen, &packs),
            Act::Test {
                packs,
                config,
                business,
            } => test(screen, &packs, config.as_ref(), business.as_deref()),
            Act::Backtest(args) => args.run(screen),
            Act::Activate {
                remote,
                pack,
                move_open,
            } => generations(screen, &remote.client()?.activate(&pack, move_open)?),
            Act::Rollback { remote, to } => generations(screen, &remote.client()?.roll_back(to)?),
            Act::History { remote } => generations(screen, &remote.client()?.generations()?),
            Act::List { remote, built_in } => {
                let page = match built_in {
                    true => crate::client::Page {
                        items: local::built_in_packs()?,
                        next: None,
                    },
                    false => remote.client()?.packs()?,
                };
                if screen.look.json {
                    return screen.json(&json!(page));
                }
                let of =
                    |pack: &Value| ["/name", "/version", "/rules", "/description"].map(|pointer| text(pack, pointer));
                let rows = page.items.iter().map(of).collect();
                ended(screen, &page, "packs", |screen| {
                    screen.table(["NAME", "VERSION", "IN FORCE", "DESCRIPTION"], rows)
                })
            }
        }
    }
}

fn generations(screen: &mut Screen<'_>, generations: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(generations);
    }
    let row = |one: &Value| {
        let in_force = one["in_force"].as_bool() == Some(true);
        let mark = if in_force { "in force" } else { "" };
        [
            text(one, "/rules"),
            time(screen, one, "/at"),
            text(one, "/by"),
            mark.to_owned(),
        ]
    };
    let rows = items(generations, "/items").iter().map(row).collect();
    screen.table(["RULES", "SINCE", "BY", ""], rows)
}

fn check(screen: &mut Screen<'_>, packs: &[String]) -> Result<(), Failure> {
    let mut told = Vec::new();
    let mut bad = 0;
    for pack in packs {
        match local::check_pack(pack) {
            Ok(summary) => {
                let PackSummary {
                    id,
                    detectors,
                    strategies,
                    templates,
                    stories,
                } = &summary;
                told.push(json!({ "pack": pack, "ok": true, "id": id, "detectors": detectors, "strategies": strategies, "templates": templates, "stories": stories }));
                if !screen.look.json {
                    let parts = format!(
                        "{} detectors, {} strategies, {} templates, {stories} stories",
                        detectors.len(),
                        strategies.len(),
                        templates.len()
                    );
                    screen.marked(Mark::Good, "ok  ", &format!("{id}: {parts}"))?;
                }
            }
            Err(failure) => {
                bad += 1;
                told.push(json!({ "pack": pack, "ok": false, "fault": failure.text() }));
                if !screen.look.json {
                    screen.marked(Mark::Bad, "FAIL", &format!("{pack}\n{}", failure.text()))?;
                }
            }
        }
    }
    if screen.look.json {
        screen.json(&json!(told))?;
    }
    passed(
        bad,
        packs.len(),
        "packs are sound",
        "correct what the lines above name, then check again",
    )
}

fn test(
    screen: &mut Screen<'_>,
    packs: &[String],
    config: Option<&PathBuf>,
    business: Option<&str>,
) -> Result<(), Failure> {
    let mut told = Vec::new();
    let (mut bad, mut all) = (0, 0);
    for pack in packs {
        let mut play = local::player(&local::Rules {
            pack: Some(pack.clone()),
            config: config.cloned(),
            business: business.map(str::to_owned),
        })?;
        let stories = local::stories(pack)?;
        if stories.is_empty() {
            screen.note(&format!(
                "{pack} has no stories; put some into its folder stories, each NAME.story"
            ));
        }
        for (file, story) in stories {
            all += 1;
            let verdict = judge(&file, &story, &mut play);
            let (mark, word, fault) = match &verdict {
                Ok(Verdict::Transcript(_) | Verdict::AsExpected(_)) => (Mark::Good, "ok  ", String::new()),
                Ok(Verdict::Differs { diff, .. }) => (Mark::Bad, "FAIL", format!("\n{diff}")),
                Err(failure) => (Mark::Bad, "FAIL", format!("\n{}", failure.text())),
            };
            bad += usize::from(!fault.is_empty());
            told.push(json!({ "story": file, "ok": fault.is_empty(), "fault": fault.trim() }));
            if !screen.look.json {
                screen.marked(mark, word, &format!("{file}{fault}"))?;
            }
        }
    }
    if screen.look.json {
        screen.json(&json!(told))?;
    }
    passed(
        bad,
        all,
        "stories pass",
        "- is what the story says, + is what follows; correct the rules or the story",
    )
}

fn passed(bad: usize, all: usize, what: &str, remedy: &str) -> Result<(), Failure> {
    match bad {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Refused, format!("{} of {all} {what}", all - bad)).remedy(remedy)),
    }
}
