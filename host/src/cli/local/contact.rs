//! What is known of a contact, on a data folder that no daemon holds.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use baton_core::BusinessId;
use baton_store::admin::{self, Payload, Row};
use baton_store::{FactChange, Options, Step, commit_and_wait};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{must_be_there, of_open, open};
use crate::audit::{AuditEntry, AuditLog};
use crate::cli::exit::{Exit, Failure};
use crate::contact::{ContactError, Erased, Eraser, Exporter, Found, Who};

/// Whose contact, and who is meant.
pub(in crate::cli) struct Wanted {
    pub(in crate::cli) business: String,
    pub(in crate::cli) email: Option<String>,
    pub(in crate::cli) phone: Option<String>,
    pub(in crate::cli) conversations: Vec<String>,
}

impl Wanted {
    fn who(&self) -> Result<Who, Failure> {
        BusinessId::new(&self.business).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        Ok(Who {
            email: self.email.clone(),
            phone: self.phone.clone(),
            conversations: self.conversations.iter().cloned().collect(),
        })
    }
}

/// The conversations of a contact; it is refused that there are none.
pub(in crate::cli) fn find(data: &Path, wanted: &Wanted) -> Result<Found, Failure> {
    let who = wanted.who()?;
    let store = open(data)?;
    let found = who.find(&store, &wanted.business);
    store.close().map_err(|error| of_open(&error))?;
    let found = found.map_err(|error| of_contact(&error))?;
    if found.conversations.is_empty() {
        return Err(Failure::new(
            Exit::Refused,
            format!("no conversation of business {} fits", wanted.business),
        )
        .remedy(
            "an address or number must be the one that the platform last told; --conversation names one by its id",
        ));
    }
    Ok(found)
}

/// Writes all that is stored of some conversations; tells how many rows. That it was done is written down.
pub(in crate::cli) fn export(data: &Path, business: &str, found: &Found, out: &mut dyn Write) -> Result<u64, Failure> {
    let store = open(data)?;
    let rows = Exporter::new(business, &found.conversations).write(&store, out);
    let rows = rows.map_err(|error| of_contact(&error))?;
    let row = entry(
        business,
        "contact.export",
        subject(&found.conversations),
        Value::Null,
        json!({ "rows": rows }),
    );
    let step = Step {
        facts: vec![row],
        ..Step::default()
    };
    commit_and_wait(&store, step).map_err(|error| Failure::of(Exit::Refused, &error))?;
    store.close().map_err(|error| of_open(&error))?;
    Ok(rows)
}

/// Erases some conversations' words and writes the database anew. That it was done is written down in it.
pub(in crate::cli) fn erase(data: &Path, business: &str, conversations: &BTreeSet<String>) -> Result<Erased, Failure> {
    must_be_there(data)?;
    let FactChange { table, key, payload } = entry(
        business,
        "contact.erase",
        subject(conversations),
        Value::Null,
        json!({ "erased": true }),
    );
    let last = Row::Fact {
        table,
        key,
        payload: Payload(payload.unwrap_or_default()),
    };
    let mut eraser = Eraser::new(business, conversations);
    let rewritten = admin::rewrite(data, &Options::default(), |row| eraser.edit(row), vec![last]);
    match rewritten {
        Ok(()) => Ok(eraser.erased),
        Err(admin::RewriteError::Open(error)) => Err(of_open(&error)),
        Err(error) => {
            Err(Failure::of(Exit::Refused, &error).remedy("nothing was erased; the data folder is as it was"))
        }
    }
}

/// The row of an act on a data folder.
pub(super) fn entry(business: &str, action: &str, subject: String, before: Value, after: Value) -> FactChange {
    let entry = AuditEntry {
        at_ms: Timestamp::now().as_millisecond(),
        by: "data folder".to_owned(),
        action: action.to_owned(),
        subject,
        before,
        after,
    };
    AuditLog::default().row(business, &entry)
}

/// Not who it was about: that is what was to be erased.
fn subject(conversations: &BTreeSet<String>) -> String {
    conversations.iter().cloned().collect::<Vec<_>>().join(" ")
}

fn of_contact(error: &ContactError) -> Failure {
    Failure::of(Exit::Refused, error)
}
