//! `baton store export-contact` and `erase-contact`: what is known of one contact, shown or taken away.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::local::{self, Wanted};
use super::screen::Screen;
use crate::contact::{Erased, Found};

/// Who is meant; a conversation is theirs if any of these fits.
#[derive(Debug, Args)]
pub(super) struct Contact {
    /// Their e-mail address, as the platform told it.
    #[arg(long, value_name = "ADDRESS", required_unless_present_any = ["phone", "conversations"])]
    email: Option<String>,
    /// Their phone number; only its digits count.
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// A conversation of theirs; may be given several times.
    #[arg(long = "conversation", value_name = "ID")]
    conversations: Vec<String>,
    /// Whose contact it is.
    #[arg(long, env = "BATON_BUSINESS", default_value = "default", value_name = "ID")]
    business: String,
}

impl Contact {
    fn wanted(self) -> Wanted {
        let Self {
            email,
            phone,
            conversations,
            business,
        } = self;
        Wanted {
            business,
            email,
            phone,
            conversations,
        }
    }
}

pub(super) fn export(screen: &mut Screen<'_>, data: &Path, contact: Contact, file: &PathBuf) -> Result<(), Failure> {
    let wanted = contact.wanted();
    let found = local::find(data, &wanted)?;
    if file.as_os_str() == "-" {
        local::export(data, &wanted.business, &found, screen.out)?;
        return Ok(());
    }
    let mut out = File::create_new(file).map_err(|error| Failure::file("write", file, &error))?;
    let rows = local::export(data, &wanted.business, &found, &mut out)?;
    match screen.look.json {
        true => screen.json(&json!({ "rows": rows, "conversations": found.conversations })),
        false => screen.line(&format!(
            "{rows} rows of {} conversations written to {}",
            found.conversations.len(),
            file.display()
        )),
    }
}

pub(super) fn erase(
    screen: &mut Screen<'_>,
    data: &Path,
    contact: Contact,
    also_open: bool,
    yes: bool,
) -> Result<(), Failure> {
    let wanted = contact.wanted();
    let found = local::find(data, &wanted)?;
    let Found { conversations, open } = &found;
    let listed = |ids: &std::collections::BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
    if !open.is_empty() && !also_open {
        return Err(Failure::new(
            Exit::Refused,
            format!("somebody still has something to do about {}", listed(open)),
        )
        .remedy(
            "complete or close them first, or add --also-open: then whoever has the task sees nothing of it any more",
        ));
    }
    if !yes {
        return match screen.look.json {
            true => screen.json(&json!({ "conversations": conversations, "open": open, "erased": null })),
            false => screen.line(&format!(
                "would erase {} conversations: {}. Add --yes to do it; it cannot be undone.",
                conversations.len(),
                listed(conversations)
            )),
        };
    }
    let erased = local::erase(data, &wanted.business, conversations)?;
    let Erased {
        conversations: count,
        messages,
        handovers,
        tasks,
        events,
        deliveries,
        records,
    } = erased;
    match screen.look.json {
        true => screen.json(&json!({
            "conversations": conversations, "open": open,
            "erased": {
                "conversations": count, "messages": messages, "handovers": handovers, "tasks": tasks, "events": events,
                "deliveries": deliveries, "records": records,
            },
        })),
        false => {
            screen.line(&format!(
                "erased in {count} conversations: {messages} messages, {handovers} handovers, {tasks} tasks, {events} events; \
                 taken away: {deliveries} deliveries, {records} records"
            ))?;
            screen.note("backups and exports made before still hold it, and so does whoever got a webhook or a mail");
            Ok(())
        }
    }
}
