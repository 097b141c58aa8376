//! What the engine writes down about acts, and how it is read again.

use baton_core::{BusinessId, Conversation, Handover, Task, Time};
use baton_store::{FactChange, FactTable};
use serde_json::Value;

use super::drive::World;
use super::rows::unreadable;
use super::{Act, Engine, EngineError};
use crate::api::{AuditFilter, Page};
use crate::audit::{self, AuditEntry};
use crate::limits::MOST_ROWS_LOOKED_AT;

/// Entries read from the store at once.
const PAGE: usize = 200;

/// An act, before its states are known.
pub(super) struct Deed {
    pub(super) by: String,
    pub(super) action: &'static str,
    pub(super) subject: String,
}

impl Deed {
    /// Of an act on a conversation.
    pub(super) fn of(act: &Act, conversation: &baton_core::ConversationId, by: &str) -> Self {
        let task = |number: &u32| format!("{conversation}~t{number}");
        let (action, subject) = match act {
            Act::Request { .. } => ("handover.request", conversation.to_string()),
            Act::Release => ("conversation.release", conversation.to_string()),
            Act::Close => ("conversation.close", conversation.to_string()),
            Act::Accept { task: number, .. } => ("task.accept", task(number)),
            Act::Decline { task: number, .. } => ("task.decline", task(number)),
            Act::GiveBack { task: number, .. } => ("task.give-back", task(number)),
            Act::Complete(completion) => ("task.complete", task(&completion.task)),
            Act::Assign { task: number, .. } => ("task.assign", task(number)),
            Act::Note { task: number, .. } => ("task.note", task(number)),
        };
        Self {
            by: by.to_owned(),
            action,
            subject,
        }
    }
}

/// How a conversation stands.
pub(super) struct Standing<'a>(
    pub(super) &'a Conversation,
    pub(super) Option<&'a Handover>,
    pub(super) Option<&'a Task>,
);

impl Standing<'_> {
    fn tell(&self) -> Value {
        audit::state(self.0, self.1, self.2)
    }
}

impl World {
    /// The row of an act on a conversation.
    pub(super) fn wrote_down(
        &self,
        business: &BusinessId,
        now: Time,
        deed: Deed,
        before: Option<&Standing<'_>>,
        after: &Standing<'_>,
    ) -> FactChange {
        let before = before.map_or(Value::Null, Standing::tell);
        self.write_down(business, now, deed, before, after.tell())
    }

    /// The row of any act.
    pub(super) fn write_down(
        &self,
        business: &BusinessId,
        now: Time,
        deed: Deed,
        before: Value,
        after: Value,
    ) -> FactChange {
        let Deed { by, action, subject } = deed;
        let entry = AuditEntry {
            at_ms: now.0,
            by,
            action: action.to_owned(),
            subject,
            before,
            after,
        };
        self.audit.row(business.as_str(), &entry)
    }
}

impl Engine {
    /// Entries that pass a filter, newest first; a page may end early with a cursor that goes on.
    pub(super) fn list_audit(
        &self,
        business: &BusinessId,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<(String, AuditEntry)>, EngineError> {
        self.tenant(business)?;
        let AuditFilter {
            by,
            subject,
            action,
            since,
            until,
        } = filter;
        let wanted = |entry: &AuditEntry| {
            by.as_ref().is_none_or(|by| *by == entry.by)
                && subject.as_ref().is_none_or(|subject| *subject == entry.subject)
                && action.as_ref().is_none_or(|action| *action == entry.action)
        };
        let prefix = format!("{business}/");
        let start = after.map(str::to_owned).or(until.map(audit::position));
        let mut at = start.map(|start| format!("{prefix}{start}"));
        let (mut items, mut looked_at) = (Vec::new(), 0);
        loop {
            let most = PAGE.min(MOST_ROWS_LOOKED_AT - looked_at);
            let rows = self
                .world
                .store
                .facts(FactTable::Audit, &prefix, at.as_deref(), most)
                .map_err(|error| unreadable("audit entry", error))?;
            let ended = rows.len() < most;
            looked_at += rows.len();
            for row in rows {
                let entry = AuditEntry::from_bytes(&row.payload).map_err(|error| unreadable("audit entry", error))?;
                if since.is_some_and(|since| entry.at_ms < since.0) {
                    return Ok(Page { items, next: None });
                }
                let id = row.key[prefix.len()..].to_owned();
                at = Some(row.key);
                if wanted(&entry) {
                    items.push((id.clone(), entry));
                    if items.len() == limit {
                        return Ok(Page { items, next: Some(id) });
                    }
                }
            }
            if ended || looked_at >= MOST_ROWS_LOOKED_AT {
                let next = at.filter(|_| !ended).map(|key| key[prefix.len()..].to_owned());
                return Ok(Page { items, next });
            }
        }
    }
}
