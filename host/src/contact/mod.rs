//! What is known of one contact, for whoever has a right to see it or to have it erased.
//!
//! Both work on a data folder that no daemon holds. A running daemon holds words in memory and on their way to webhooks;
//! erasing beneath it would be a promise that nobody can keep, and erasing must also take the words off the disk, for
//! which the whole database is written anew. A contact is found by what the platform said of them: address, phone number
//! or the ids of conversations. What stays are the rows themselves with their times, reasons, tags, agents and
//! outcomes, so that every count and report is as before.

mod erase;
pub use erase::{Erased, Eraser};

mod export;
pub use export::Exporter;

use std::collections::BTreeSet;

use baton_core::{Contact, Conversation};
use baton_store::admin::{Row, visit};
use baton_store::{ReadError as StoreError, Store};

use crate::record::{self, Head};

/// Who is meant. A conversation is theirs if any part that is given fits.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// In any case.
    pub email: Option<String>,
    /// Compared by its digits.
    pub phone: Option<String>,
    /// Ids of conversations.
    pub conversations: BTreeSet<String>,
}

/// Why nothing was found, exported or erased.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The store could not be read.
    #[error("the store cannot be read")]
    Store(#[from] StoreError),
    /// A value in it could not be understood.
    #[error("a stored value cannot be read; run `baton store verify`")]
    Record(#[from] record::ReadError),
    /// A kept decision could not be understood.
    #[error("a row of {what} cannot be read; run `baton store verify`")]
    Row {
        /// What it is of.
        what: &'static str,
    },
    /// The export could not be written.
    #[error("the export cannot be written")]
    Write(#[from] std::io::Error),
}

/// The conversations of a contact.
#[derive(Debug, Default)]
pub struct Found {
    /// Their ids.
    pub conversations: BTreeSet<String>,
    /// Those of them that a human was promised or has, or that have something left to do.
    pub open: BTreeSet<String>,
}

impl Who {
    fn is(&self, id: &str, contact: &Contact) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let email = |known: &String| {
            let asked = self.email.as_deref();
            asked.is_some_and(|asked| asked.trim().eq_ignore_ascii_case(known.trim()))
        };
        let phone = |known: &String| {
            let asked = self.phone.as_deref().map(digits);
            asked.is_some_and(|asked| !asked.is_empty() && significant(&asked) == significant(&digits(known)))
        };
        self.conversations.contains(id)
            || contact.email.as_ref().is_some_and(email)
            || contact.phone.as_ref().is_some_and(phone)
    }

    /// Looks through all conversations of a business.
    ///
    /// # Errors
    ///
    /// When a row cannot be read.
    pub fn find(&self, store: &dyn Store, business: &str) -> Result<Found, ContactError> {
        let mut found = Found::default();
        visit(store, |row| {
            if let Row::Conversation {
                business: of,
                conversation: id,
                payload,
                ..
            } = row
                && of == business
            {
                let head: Head = record::read(&payload.0)?;
                if self.is(&id, &head.conversation().contact) {
                    if is_open(&head) {
                        found.open.insert(id.clone());
                    }
                    found.conversations.insert(id);
                }
            }
            Ok::<(), ContactError>(())
        })?;
        Ok(found)
    }
}

fn is_open(head: &Head) -> bool {
    let Conversation { control, .. } = head.conversation();
    let held = matches!(control.holder, baton_core::Holder::Waiting | baton_core::Holder::Human);
    held || head.handover.is_some() || !head.tasks.is_empty()
}

/// A number without what dials a country or a trunk: `00` is what `+` means.
fn significant(digits: &str) -> &str {
    digits.strip_prefix("00").unwrap_or(digits)
}

#[cfg(test)]
mod tests;
