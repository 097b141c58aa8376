//! `baton store`: the data folder as a whole, while no daemon holds it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use baton_store::Counts;
use baton_store::admin::{BackupSummary, Report};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::contact::{self, Contact};
use super::exit::{Exit, Failure};
use super::local;
use super::remote::DATA;
use super::screen::{Mark, Screen};

/// The data folder of a stopped daemon: verify, back up, restore, erase a contact.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton store verify --data baton-data\n  baton store backup monday.jsonl")]
pub(super) struct Store {
    /// The data folder.
    #[arg(long, global = true, env = "BATON_DATA", default_value = DATA, value_name = "DIR")]
    data: PathBuf,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Read every row and say what is wrong; status 1 if anything is.
    #[command(after_help = "Example:\n  baton store verify")]
    Verify,
    /// Write everything to a file: JSON lines with a checksum, readable by every later version.
    #[command(
        after_help = "Example:\n  baton store backup monday.jsonl\n  baton store backup - | zstd > monday.jsonl.zst"
    )]
    Backup {
        /// The file, which must not be there yet; - for standard output.
        file: PathBuf,
    },
    /// Make a new data folder of a backup, whole or not at all.
    #[command(
        after_help = "Example:\n  baton store restore monday.jsonl --data restored-data\n  zstd -dc monday.jsonl.zst | baton store restore - --data restored-data"
    )]
    Restore {
        /// The backup; - for standard input.
        file: PathBuf,
    },
    /// Write everything that is stored of a contact's conversations to a file, as JSON lines.
    #[command(
        name = "export-contact",
        after_help = "Example:\n  baton store export-contact maria.jsonl --email maria@example.com"
    )]
    ExportContact {
        /// The file, which must not be there yet; - for standard output.
        file: PathBuf,
        #[command(flatten)]
        contact: Contact,
    },
    /// Erase a contact's words and data from all of their conversations, and write the database anew without them.
    ///
    /// Times, reasons, tags, agents and outcomes stay, so reports count as before. Without --yes it only says what it
    /// would erase.
    #[command(
        name = "erase-contact",
        after_help = "Example:\n  baton store erase-contact --email maria@example.com\n  baton store erase-contact --phone \"+1 555 0100\" --yes"
    )]
    EraseContact {
        #[command(flatten)]
        contact: Contact,
        /// Also conversations that somebody still has something to do about.
        #[arg(long)]
        also_open: bool,
        /// Really do it.
        #[arg(long)]
        yes: bool,
    },
}

impl Store {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let data = self.data.as_path();
        match self.act {
            Act::Verify => verify(screen, data),
            Act::Backup { file } => backup(screen, data, &file),
            Act::Restore { file } => {
                let summary = if is_stream(&file) {
                    local::restore(&mut io::stdin().lock(), data)?
                } else {
                    let mut input = File::open(&file).map_err(|error| Failure::file("read", &file, &error))?;
                    local::restore(&mut input, data)?
                };
                summed(screen, &summary, &format!("restored into {}", data.display()))
            }
            Act::ExportContact { file, contact } => contact::export(screen, data, contact, &file),
            Act::EraseContact {
                contact,
                also_open,
                yes,
            } => contact::erase(screen, data, contact, also_open, yes),
        }
    }
}

fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn verify(screen: &mut Screen<'_>, data: &Path) -> Result<(), Failure> {
    let report = local::verify(data)?;
    match screen.look.json {
        true => screen.json(&report_json(&report))?,
        false => {
            screen.line(&counted(&report))?;
            for damage in &report.damages {
                screen.marked(Mark::Bad, "damaged", &damage.to_string())?;
            }
        }
    }
    match report.is_sound() {
        true => Ok(()),
        false => Err(Failure::new(Exit::Refused, format!("{} of {} rows are damaged", report.damage_count, report.rows))
            .remedy("nothing was repaired: restore the newest backup into a new folder with `baton store restore`, and keep this one")),
    }
}

fn counted(report: &Report) -> String {
    let Counts {
        conversations,
        messages,
        open_handovers,
        open_tasks,
        timers,
        deliveries,
        dead_letters,
        ..
    } = report.counts;
    format!(
        "{} rows: {conversations} conversations, {messages} messages, {open_handovers} open handovers, {open_tasks} open tasks, \
         {timers} timers, {deliveries} deliveries waiting, {dead_letters} dead letters",
        report.rows
    )
}

fn report_json(report: &Report) -> Value {
    let Report {
        rows,
        counts,
        damages,
        damage_count,
    } = report;
    let Counts {
        steps,
        last_event,
        conversations,
        messages,
        open_handovers,
        open_tasks,
        timers,
        deliveries,
        dead_letters,
    } = counts;
    let damages: Vec<_> = damages
        .iter()
        .map(|damage| json!({ "what": damage.what, "fault": damage.fault }))
        .collect();
    json!({
        "sound": report.is_sound(), "rows": rows, "damage_count": damage_count, "damages": damages,
        "counts": {
            "steps": steps, "last_event": last_event, "conversations": conversations, "messages": messages, "open_handovers": open_handovers,
            "open_tasks": open_tasks, "timers": timers, "deliveries": deliveries, "dead_letters": dead_letters,
        },
    })
}

fn backup(screen: &mut Screen<'_>, data: &Path, file: &Path) -> Result<(), Failure> {
    if is_stream(file) {
        let summary = local::backup(data, screen.out)?;
        screen.note(&format!("{} rows, SHA-256 {}", summary.rows, summary.sha256));
        return Ok(());
    }
    // Never over an older backup.
    let mut out = File::create_new(file).map_err(|error| Failure::file("write", file, &error))?;
    let written = local::backup(data, &mut out).and_then(|summary| {
        let synced = out.sync_all();
        synced.map(|()| summary).map_err(|error| {
            Failure::new(Exit::Internal, format!("{} cannot be synced", file.display())).because(&error)
        })
    });
    match written {
        Ok(summary) => summed(screen, &summary, &format!("written to {}", file.display())),
        Err(failure) => {
            // Half a backup would be taken for one.
            drop(fs::remove_file(file));
            Err(failure)
        }
    }
}

fn summed(screen: &mut Screen<'_>, summary: &BackupSummary, did: &str) -> Result<(), Failure> {
    let BackupSummary { rows, sha256 } = summary;
    match screen.look.json {
        true => screen.json(&json!({ "rows": rows, "sha256": sha256 })),
        false => screen.line(&format!("{rows} rows {did}; SHA-256 {sha256}")),
    }
}
