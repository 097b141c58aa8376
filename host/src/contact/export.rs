//! Everything that is stored of a contact's conversations, as JSON lines that people can read.

use std::collections::BTreeSet;
use std::io::Write;

use baton_store::admin::{Row, visit};
use baton_store::{FactTable, Store};
use serde_json::{Value, json};

use super::ContactError;
use crate::record::{self, EventRow, Kind};

/// Writes the rows of some conversations of one business.
pub struct Exporter<'a> {
    business: &'a str,
    conversations: &'a BTreeSet<String>,
}

impl<'a> Exporter<'a> {
    /// Of these conversations.
    pub fn new(business: &'a str, conversations: &'a BTreeSet<String>) -> Self {
        Self {
            business,
            conversations,
        }
    }

    /// Writes one line for each row; tells how many. Records of decisions repeat what the other rows say, and are left out.
    ///
    /// # Errors
    ///
    /// When a row cannot be read, or the output cannot be written.
    pub fn write(&self, store: &dyn Store, out: &mut dyn Write) -> Result<u64, ContactError> {
        let mut rows = 0;
        visit(store, |row| {
            if let Some(line) = self.line(&row)? {
                writeln!(out, "{line}")?;
                rows += 1;
            }
            Ok::<(), ContactError>(())
        })?;
        out.flush()?;
        Ok(rows)
    }

    fn line(&self, row: &Row) -> Result<Option<Value>, ContactError> {
        let theirs = |business: &str, id: &str| business == self.business && self.conversations.contains(id);
        let (what, conversation, kind, payload) = match row {
            Row::Conversation {
                business,
                conversation,
                payload,
                ..
            } if theirs(business, conversation) => ("conversation", conversation.clone(), Kind::Conversation, payload),
            Row::Message {
                business,
                conversation,
                payload,
                ..
            } if theirs(business, conversation) => ("message", conversation.clone(), Kind::Message, payload),
            Row::Handover {
                business,
                conversation,
                payload,
                ..
            } if theirs(business, conversation) => ("handover", conversation.clone(), Kind::Handover, payload),
            Row::Task {
                business,
                conversation,
                payload,
                ..
            } if theirs(business, conversation) => ("task", conversation.clone(), Kind::Task, payload),
            Row::Event { business, payload, .. } if business == self.business => {
                let event: EventRow = record::read(&payload.0)?;
                match event.place {
                    Some(place) if theirs(business, place.conversation.as_str()) => {
                        ("event", place.conversation.to_string(), Kind::Event, payload)
                    }
                    Some(_) | None => return Ok(None),
                }
            }
            Row::Conversation { .. }
            | Row::Message { .. }
            | Row::Handover { .. }
            | Row::Task { .. }
            | Row::Timer { .. }
            | Row::Event { .. }
            | Row::Delivery { .. }
            | Row::DeadLetter { .. }
            | Row::Fact {
                table: FactTable::Decisions,
                ..
            }
            | Row::Fact { .. } => return Ok(None),
        };
        let data = record::to_json(kind, &payload.0).ok_or(ContactError::Row { what })?;
        Ok(Some(
            json!({ "what": what, "conversation": conversation, "data": data }),
        ))
    }
}
