//! `baton plugin`: what the rules' components say, and the calls that they failed.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::local::{self, Rules};
use super::pack::replay::told;
use super::remote::{Paging, Remote};
use super::screen::{Mark, Screen};
use super::task::ended;
use super::value::{items, text, time};
use crate::client::{Client, Page, Part};

/// Seconds that the daemon is asked to wait for the next line.
const WAIT_S: u64 = 8;

/// Plugins: what they log, and the calls that they failed.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton plugin log human-requested --follow\n  baton plugin quarantine list\n  baton plugin quarantine replay 3f9c0a12b4d53f9c --pack ./my-pack"
)]
pub(super) struct Plugin {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Show what a plugin logs and what the daemon says of its faults: the last lines, kept in memory.
    ///
    /// A line may hold what a customer wrote.
    #[command(after_help = "Example:\n  baton plugin log human-requested\n  baton plugin log human-requested --follow")]
    Log {
        /// The rule's id in the pack, as `baton pack inspect` shows it.
        #[arg(value_name = "ID")]
        id: String,
        /// Lines to begin with.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
        lines: u16,
        /// Go on with each new line, until Ctrl-C.
        #[arg(long, short)]
        follow: bool,
    },
    /// Calls that plugins failed, kept with their input to find out why.
    #[command(
        after_help = "Example:\n  baton plugin quarantine list\n  baton plugin quarantine show 3f9c0a12b4d53f9c\n  baton plugin quarantine drop --all"
    )]
    Quarantine {
        #[command(subcommand)]
        act: QuarantineAct,
    },
}

#[derive(Debug, Subcommand)]
enum QuarantineAct {
    /// List them, newest first: id, when, plugin, rules, what it was asked, fault.
    ///
    /// The newest 100 of the business are kept, each cause once, for 30 days.
    #[command(after_help = "Example:\n  baton plugin quarantine list --limit 10")]
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show one, with the fault, the last log lines, and the message; with --json the whole input, as `baton pack replay` takes it.
    #[command(
        after_help = "Example:\n  baton plugin quarantine show 3f9c0a12b4d53f9c\n  baton plugin quarantine show 3f9c0a12b4d53f9c --json > call.json"
    )]
    Show {
        /// Which one.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Make one again: under the rules in force in the daemon, or here with a pack of yours. Status 1 if it fails again.
    #[command(
        after_help = "Example:\n  baton plugin quarantine replay 3f9c0a12b4d53f9c\n  baton plugin quarantine replay 3f9c0a12b4d53f9c --pack ./my-pack"
    )]
    Replay {
        /// Which one.
        #[arg(value_name = "ID")]
        id: String,
        /// Run it in this process with a pack: a folder (written with a slash), an archive, or a name.
        #[arg(long, value_name = "PACK")]
        pack: Option<String>,
    },
    /// Drop some, with their input.
    #[command(
        after_help = "Example:\n  baton plugin quarantine drop 3f9c0a12b4d53f9c\n  baton plugin quarantine drop --all"
    )]
    Drop {
        /// Which ones.
        #[arg(required_unless_present = "all", value_name = "ID")]
        ids: Vec<String>,
        /// Every one.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

impl Plugin {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::Log { id, lines, follow } => log(screen, &client, &id, lines, follow),
            Act::Quarantine { act } => match act {
                QuarantineAct::List { paging } => list(screen, &client.quarantine(&paging.part())?),
                QuarantineAct::Show { id } => show(screen, &client.quarantined(&id)?),
                QuarantineAct::Replay { id, pack: Some(pack) } => {
                    let call = local::call_of(client.quarantined(&id)?["call"].take())?;
                    let rules = Rules {
                        pack: Some(pack),
                        config: None,
                        business: None,
                    };
                    let made = local::replay(vec![call], &rules)?;
                    told(screen, &made, true)
                }
                QuarantineAct::Replay { id, pack: None } => replayed(screen, &client.replay_quarantined(&id)?),
                QuarantineAct::Drop { ids, all } => drop_calls(screen, &client, ids, all),
            },
        }
    }
}

fn log(screen: &mut Screen<'_>, client: &Client, id: &str, lines: u16, follow: bool) -> Result<(), Failure> {
    let mut read = client.plugin_log(id, None, lines, 0)?;
    let mut after = read["next"].as_u64().unwrap_or_default();
    loop {
        if screen.look.json {
            match follow {
                // One line for each: nobody waits for the end of a list that has none.
                true => items(&read, "/items").iter().try_for_each(|line| screen.json(line))?,
                false => screen.json(&read)?,
            }
        } else {
            if let Some(dropped) = read["dropped"].as_u64().filter(|dropped| *dropped > 0) {
                screen.note(&format!("{dropped} lines are lost: more than is kept"));
            }
            for line in items(&read, "/items") {
                let at = time(screen, line, "/at");
                let of = |pointer| text(line, pointer);
                screen.line(&format!("{at}  {:<5}  {}  {}", of("/level"), of("/rules"), of("/line")))?;
            }
        }
        if !follow {
            return Ok(());
        }
        read = client.plugin_log(id, Some(after), 200, WAIT_S)?;
        after = read["next"].as_u64().unwrap_or(after);
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |call: &Value| {
        let of = |pointer| text(call, pointer);
        [
            of("/id"),
            time(screen, call, "/at"),
            of("/plugin"),
            of("/rules"),
            format!("{} {} {}", of("/function"), of("/conversation"), of("/subject")),
            of("/fault"),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "calls in quarantine", |screen| {
        screen.table(["ID", "WHEN", "PLUGIN", "RULES", "ASKED", "FAULT"], rows)
    })
}

fn show(screen: &mut Screen<'_>, call: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(call);
    }
    let of = |pointer| text(call, pointer);
    let log: Vec<_> = items(call, "/log").iter().map(|line| text(line, "")).collect();
    let dropped = call["log_dropped"].as_u64().filter(|dropped| *dropped > 0);
    let facts = [
        ("id", of("/id")),
        ("failed", time(screen, call, "/at")),
        ("plugin", of("/plugin")),
        ("rules", of("/rules")),
        ("component", of("/call/component")),
        (
            "asked",
            format!("{} {} {}", of("/function"), of("/conversation"), of("/subject")),
        ),
        ("text", of("/call/asked/detect/text")),
        ("fault", of("/fault")),
        ("fuel", of("/fuel")),
        ("input", of("/input")),
        ("log", log.join("\n")),
        (
            "log lost",
            dropped.map_or_else(String::new, |lines| format!("{lines} lines before")),
        ),
    ];
    screen.facts(&facts)
}

fn replayed(screen: &mut Screen<'_>, again: &Value) -> Result<(), Failure> {
    let of = |pointer| text(again, pointer);
    let fails = !of("/fault").is_empty() || of("/said") == "no-plugin";
    if screen.look.json {
        screen.json(again)?;
    } else {
        let other = match (&again["other_component"], &again["other_settings"]) {
            (Value::Bool(true), _) => ", with another component",
            (_, Value::Bool(true)) => ", with other settings",
            (_, _) => "",
        };
        let (id, rules) = (of("/id"), of("/rules"));
        match (of("/said").as_str(), fails) {
            ("no-plugin", _) => screen.marked(Mark::Bad, "none", &format!("{id}: {rules} has no such plugin"))?,
            (_, true) => screen.marked(
                Mark::Bad,
                "FAIL",
                &format!("{id} under {rules}{other}: {}", of("/fault")),
            )?,
            (_, false) => {
                let now = again["now"].to_string();
                screen.marked(
                    Mark::Good,
                    "ok  ",
                    &format!("{id} under {rules}{other}: it answers {now}"),
                )?;
            }
        }
    }
    match fails {
        false => Ok(()),
        true => Err(Failure::new(Exit::Refused, "the call fails under the rules in force")
            .remedy("correct the component, try it with --pack, and activate it")),
    }
}

fn drop_calls(screen: &mut Screen<'_>, client: &Client, mut ids: Vec<String>, all: bool) -> Result<(), Failure> {
    if all {
        let every = Part {
            all: true,
            ..Part::default()
        };
        ids = client
            .quarantine(&every)?
            .items
            .iter()
            .map(|call| text(call, "/id"))
            .collect();
    }
    for id in &ids {
        client.drop_quarantined(id)?;
    }
    match screen.look.json {
        true => screen.json(&json!({ "dropped": ids })),
        false => screen.line(&format!("{} dropped", ids.len())),
    }
}
