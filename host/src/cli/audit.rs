//! `baton audit`: who did what, listed or written to a file.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::remote::{Paging, Remote};
use super::screen::Screen;
use super::task::ended;
use super::value::{text, time, when};
use crate::client::{AuditFilter, Page, Part};

/// Who did what and when, with how things stood before and after.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton audit list --by ana\n  baton audit export audit.jsonl")]
pub(super) struct Audit {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List acts, newest first: when, who, what, to what, what changed.
    #[command(after_help = "Example:\n  baton audit list --by ana --limit 20\n  baton audit list --subject chat-17~t1")]
    List {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        paging: Paging,
    },
    /// Write acts to a file: JSON lines, newest first.
    #[command(
        after_help = "Example:\n  baton audit export audit.jsonl\n  baton audit export - --since 2026-03-01 | jq .by"
    )]
    Export {
        /// The file, which must not be there yet; - for standard output.
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// Only those of this agent or token: ana, operator:dispatch.
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Only those of this kind: task.accept.
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only those about this task, conversation, agent or token.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Only those from this time on: 2026-03-06, "2026-03-06 14:00" (local), or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = when)]
    since: Option<String>,
    /// Only those up to this time.
    #[arg(long, value_name = "TIME", value_parser = when)]
    until: Option<String>,
}

impl Which {
    fn filter(self) -> AuditFilter {
        let Self {
            by,
            action,
            subject,
            since,
            until,
        } = self;
        AuditFilter {
            by,
            action,
            subject,
            since,
            until,
        }
    }
}

impl Audit {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::List { which, paging } => list(screen, &client.audit(&which.filter(), &paging.part())?),
            Act::Export { file, which } => {
                let all = Part {
                    all: true,
                    ..Part::default()
                };
                let entries = client.audit(&which.filter(), &all)?.items;
                let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
                if file.as_os_str() == "-" {
                    return screen.lines(lines.trim_end());
                }
                // Never over an older export.
                let mut out = File::create_new(&file).map_err(|error| Failure::file("write", &file, &error))?;
                let written = out.write_all(lines.as_bytes()).and_then(|()| out.sync_all());
                written.map_err(|error| {
                    Failure::new(Exit::Internal, format!("{} cannot be written", file.display())).because(&error)
                })?;
                match screen.look.json {
                    true => screen.json(&json!({ "entries": entries.len() })),
                    false => screen.line(&format!("{} acts written to {}", entries.len(), file.display())),
                }
            }
        }
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |entry: &Value| {
        let of = |pointer| text(entry, pointer);
        [
            time(screen, entry, "/at"),
            of("/by"),
            of("/action"),
            of("/subject"),
            changes(entry),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "acts", |screen| {
        screen.table(["WHEN", "WHO", "WHAT", "TO WHAT", "CHANGED"], rows)
    })
}

/// What differs, member by member: `holder waiting -> human`.
fn changes(entry: &Value) -> String {
    let mut told = Vec::new();
    differences("", &entry["before"], &entry["after"], &mut told);
    told.join(", ")
}

fn differences(name: &str, before: &Value, after: &Value, told: &mut Vec<String>) {
    let members = |value: &Value| {
        value
            .as_object()
            .map(|object| object.keys().cloned().collect::<Vec<_>>())
    };
    if before == after {
        return;
    }
    let names = members(after).or_else(|| members(before));
    let Some(names) = names else {
        let shown = |value: &Value| {
            if value.is_null() {
                "none".to_owned()
            } else {
                text(value, "")
            }
        };
        told.push(
            format!("{name} {} -> {}", shown(before), shown(after))
                .trim()
                .to_owned(),
        );
        return;
    };
    for member in names {
        let within = [name, &member]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>();
        differences(&within.join(" "), &before[&member], &after[&member], told);
    }
}
