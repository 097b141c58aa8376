//! `baton pack`: rule packs, from a folder on an author's desk to the rules of a business; looked at before they rule.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::local::{self, PackSummary};
use super::remote::{DATA, Remote};
use super::screen::{Mark, Screen};
use super::task::ended;
use super::value::{items, text, time};

mod author;
use author::{Build, Inspect, Keygen, Sign, Verify};

mod test;

mod bench;
use bench::BenchArgs;

pub(super) mod replay;
use replay::ReplayArgs;

mod new;
use new::New;

mod trial;
use trial::{Canary, Diff, Promote, Shadow, Withdraw};

mod install;
use install::{Install, Remove, Where};

/// Rule packs: begin, test, build, sign, install; see which are in force.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack check ./my-pack\n  baton pack list")]
pub(super) struct Pack {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Check packs for whatever could fail at run time; every fault with file, line and column.
    ///
    /// The manifest; components, what they import and whether this host has their interface; settings against each
    /// component's schema and by itself; budgets; texts that promise a time which `response` does not hold; a ladder that leads
    /// nowhere or comes too late; the stories. With a configuration also whether the business has the people it names.
    #[command(after_help = "Example:\n  baton pack check ./my-pack\n  baton pack check hvac default")]
    Check {
        /// Folders (written with a slash), archives, or names of built-in or installed packs.
        #[arg(required = true, value_name = "PACK")]
        packs: Vec<String>,
        /// The configuration whose business it is for; a plain one without it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Which business of it.
        #[arg(long, value_name = "ID", requires = "config")]
        business: Option<String>,
    },
    /// Run the tests of packs, in the real sandbox with its budgets: stories in virtual time, and fixtures.
    ///
    /// A fixture is a message and the rules that must find something in it: fixtures/NAME.toml with [[message]] tables of text,
    /// finds, and if wanted speaker, before, locale. Afterwards it says what no story touched: rules, reasons, examples, rungs,
    /// texts. Status 1 if anything says something else.
    #[command(
        after_help = "Example:\n  baton pack test ./my-pack\n  baton pack test ./my-pack --update\n  baton pack test hvac --json"
    )]
    Test {
        /// Folders (written with a slash), archives, or names of built-in or installed packs.
        #[arg(required = true, value_name = "PACK")]
        packs: Vec<String>,
        /// The configuration whose business the stories play in; a plain one without it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Which business of it.
        #[arg(long, value_name = "ID", requires = "config")]
        business: Option<String>,
        /// Write into each story of a folder what really follows; look at the difference before you keep it.
        #[arg(long)]
        update: bool,
    },
    Bench(BenchArgs),
    Replay(ReplayArgs),
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
    Shadow(Shadow),
    Canary(Canary),
    Diff(Diff),
    Promote(Promote),
    Withdraw(Withdraw),
    /// List every generation of rules that was in force: rules, since, by whom.
    #[command(after_help = "Example:\n  baton pack history")]
    History {
        #[command(flatten)]
        remote: Remote,
    },
    /// List the packs of a business: name, version, rules in force, description.
    #[command(after_help = "Example:\n  baton pack list\n  baton pack list --installed\n  baton pack list --built-in")]
    List {
        #[command(flatten)]
        remote: Remote,
        /// The packs that this program carries, without asking a daemon.
        #[arg(long)]
        built_in: bool,
        /// The packs that are installed, without asking a daemon.
        #[arg(long, conflicts_with = "built_in")]
        installed: bool,
        /// The configuration that says where installed packs are; baton.toml of this folder, if it is there, without it.
        #[arg(long, env = "BATON_CONFIG", value_name = "FILE", requires = "installed")]
        config: Option<PathBuf>,
    },
    New(New),
    Build(Build),
    Inspect(Inspect),
    Keygen(Keygen),
    Sign(Sign),
    Verify(Verify),
    Install(Install),
    Remove(Remove),
}

impl Pack {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        match self.act {
            Act::Check {
                packs,
                config,
                business,
            } => check(screen, &packs, config.as_ref(), business.as_ref()),
            Act::Test {
                packs,
                config,
                business,
                update,
            } => test::run(screen, &packs, (config, business), update),
            Act::Bench(args) => args.run(screen),
            Act::Replay(args) => args.run(screen),
            Act::Backtest(args) => args.run(screen),
            Act::Activate {
                remote,
                pack,
                move_open,
            } => generations(screen, &remote.client()?.activate(&pack, move_open)?),
            Act::Rollback { remote, to } => generations(screen, &remote.client()?.roll_back(to)?),
            Act::History { remote } => generations(screen, &remote.client()?.generations()?),
            Act::Shadow(shadow) => shadow.run(screen),
            Act::Canary(canary) => canary.run(screen),
            Act::Diff(diff) => diff.run(screen),
            Act::Promote(promote) => promote.run(screen),
            Act::Withdraw(withdraw) => withdraw.run(screen),
            Act::New(new) => new.run(screen),
            Act::Build(build) => build.run(screen),
            Act::Inspect(inspect) => inspect.run(screen),
            Act::Keygen(keygen) => keygen.run(screen),
            Act::Sign(sign) => sign.run(screen),
            Act::Verify(verify) => verify.run(screen),
            Act::Install(install) => install.run(screen),
            Act::Remove(remove) => remove.run(screen),
            Act::List {
                installed: true,
                config,
                remote,
                ..
            } => {
                // The connection's data folder has a default; only one that was named goes before the configuration's.
                let data = Some(remote.data).filter(|data| *data != Path::new(DATA));
                install::list(Where { config, data }, screen)
            }
            Act::List { remote, built_in, .. } => {
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

fn check(
    screen: &mut Screen<'_>,
    packs: &[String],
    config: Option<&PathBuf>,
    business: Option<&String>,
) -> Result<(), Failure> {
    let mut told = Vec::new();
    let mut bad = 0;
    for pack in packs {
        let rules = local::Rules {
            pack: Some(pack.clone()),
            config: config.cloned(),
            business: business.cloned(),
        };
        match local::check_pack(&rules) {
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

fn passed(bad: usize, all: usize, what: &str, remedy: &str) -> Result<(), Failure> {
    match bad {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Refused, format!("{} of {all} {what}", all - bad)).remedy(remedy)),
    }
}
