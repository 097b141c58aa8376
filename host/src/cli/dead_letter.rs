//! `baton dead-letter`: deliveries to webhooks and people that were given up, and a second life for them.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::Failure;
use super::remote::{Paging, Remote};
use super::screen::Screen;
use super::task::ended;
use super::value::{text, time};
use crate::client::{Page, Part};

/// Dead letters: deliveries to webhooks and mails to people that were given up.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton dead-letter list\n  baton dead-letter send-again --all")]
pub(super) struct DeadLetter {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List dead letters, oldest first: id, given up, to whom, event, attempts, last failure.
    #[command(after_help = "Example:\n  baton dead-letter list --limit 20")]
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Deliver dead letters again, from the first attempt on.
    #[command(after_help = "Example:\n  baton dead-letter send-again 1041~crm\n  baton dead-letter send-again --all")]
    SendAgain {
        /// Which ones.
        #[arg(required_unless_present = "all", value_name = "ID")]
        ids: Vec<String>,
        /// Every one.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

impl DeadLetter {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::List { paging } => list(screen, &client.dead_letters(&paging.part())?),
            Act::SendAgain { mut ids, all } => {
                if all {
                    let letters = client
                        .dead_letters(&Part {
                            all: true,
                            ..Part::default()
                        })?
                        .items;
                    ids = letters.iter().map(|letter| text(letter, "/id")).collect();
                }
                for id in &ids {
                    client.send_again(id)?;
                }
                match screen.look.json {
                    true => screen.json(&json!({ "sent_again": ids })),
                    false => screen.line(&format!("{} in the outbox again", ids.len())),
                }
            }
        }
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |letter: &Value| {
        let of = |pointer| text(letter, pointer);
        [
            of("/id"),
            time(screen, letter, "/at"),
            of("/endpoint"),
            of("/type"),
            of("/attempts"),
            of("/note"),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "dead letters", |screen| {
        screen.table(["ID", "GIVEN UP", "TO", "EVENT", "ATTEMPTS", "LAST FAILURE"], rows)
    })
}
