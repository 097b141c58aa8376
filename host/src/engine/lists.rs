//! Reads: one thing, or a page of things that pass a filter.

use baton_core::{Assignee, BusinessId, Handover, HandoverId, Task, TaskId, Time};
use baton_store::{Cursor, ReadError};

use super::rows::{self, unreadable};
use super::{Engine, EngineError, Logged};
use crate::api::{HandoverFilter, Page, Published, TaskFilter};
use crate::deliver::cloud_event;
use crate::limits::MOST_ROWS_LOOKED_AT;
use crate::record::{self, EventRow};

impl Engine {
    pub(super) fn one_handover(&self, business: &BusinessId, id: &HandoverId) -> Result<Handover, EngineError> {
        self.tenant(business)?;
        let found = rows::handover(&*self.world.store, &Self::key(business, &id.conversation), id.number)?;
        found.ok_or_else(|| EngineError::NotFound {
            what: "handover",
            id: id.to_string(),
        })
    }

    pub(super) fn one_task(&self, business: &BusinessId, id: &TaskId) -> Result<Task, EngineError> {
        self.tenant(business)?;
        let found = rows::task(&*self.world.store, &Self::key(business, &id.conversation), id.number)?;
        found.ok_or_else(|| EngineError::NotFound {
            what: "task",
            id: id.to_string(),
        })
    }

    pub(super) fn list_handovers(
        &self,
        business: &BusinessId,
        filter: &HandoverFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Handover>, EngineError> {
        self.tenant(business)?;
        let HandoverFilter { open, reason, agent } = filter;
        let wanted = |handover: &Handover| {
            open.is_none_or(|open| open == handover.ending.is_none())
                && reason.as_ref().is_none_or(|reason| *reason == handover.reason)
                && agent.as_ref().is_none_or(|agent| handover.holders().contains(agent))
        };
        let store = &self.world.store;
        let page = |after: Option<&Cursor>, limit| {
            let page = store.handovers(business.as_str(), *open == Some(true), after, limit)?;
            Ok((page.items.into_iter().map(|row| row.payload).collect(), page.next))
        };
        gather("handover", after, limit, page, record::read, wanted)
    }

    pub(super) fn list_tasks(
        &self,
        business: &BusinessId,
        filter: &TaskFilter,
        after: Option<&str>,
        limit: usize,
        now: Time,
    ) -> Result<Page<Task>, EngineError> {
        self.tenant(business)?;
        let TaskFilter {
            open,
            assignee,
            overdue,
            due_within,
        } = filter;
        let held_by = |task: &Task, assignee: &Assignee| task.assignee.as_ref() == Some(assignee);
        let wanted = |task: &Task| {
            open.is_none_or(|open| open == task.state.is_open())
                && assignee.as_ref().is_none_or(|assignee| held_by(task, assignee))
                && overdue.is_none_or(|overdue| overdue == (task.state.is_open() && task.due_at < now))
                && due_within.is_none_or(|span| task.state.is_open() && now <= task.due_at && task.due_at <= now + span)
        };
        // Open ones are rows of their own, so that nobody reads years of ended ones in search of them.
        let only_open = *open == Some(true) || *overdue == Some(true) || due_within.is_some();
        let store = &self.world.store;
        let page = |after: Option<&Cursor>, limit| {
            let page = store.tasks(business.as_str(), only_open, after, limit)?;
            Ok((page.items.into_iter().map(|row| row.payload).collect(), page.next))
        };
        gather("task", after, limit, page, record::read, wanted)
    }

    pub(super) fn list_messages(
        &self,
        business: &BusinessId,
        id: &baton_core::ConversationId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Logged>, EngineError> {
        self.tenant(business)?;
        let key = Self::key(business, id);
        if self
            .world
            .store
            .load(&key)
            .map_err(|e| unreadable("conversation", e))?
            .is_none()
        {
            return Err(EngineError::NotFound {
                what: "conversation",
                id: id.to_string(),
            });
        }
        let found = self
            .world
            .store
            .messages(&key, from, limit)
            .map_err(|e| unreadable("message", e))?;
        found
            .iter()
            .map(|row| record::read(&row.payload).map_err(|e| unreadable("message", e)))
            .collect()
    }

    pub(super) fn list_events(
        &self,
        business: &BusinessId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Published>, EngineError> {
        let stored = self
            .world
            .store
            .events(business.as_str(), after, limit)
            .map_err(|e| unreadable("event", e))?;
        let publish = |event: &baton_store::StoredEvent| {
            let row: EventRow = record::read(&event.payload).map_err(|e| unreadable("event", e))?;
            let event_out = cloud_event(business.as_str(), event.sequence, &row);
            Ok(Published {
                sequence: event.sequence,
                kind: event_out.r#type.clone(),
                event: serde_json::to_value(event_out).map_err(|e| unreadable("event", e))?,
            })
        };
        stored.iter().map(publish).collect()
    }
}

/// One page of rows that pass a filter. Looks at a bounded number of rows, so a page may end early with a cursor that goes on.
///
/// Rows are read one by one: the cursor of the row that filled the page is where the next page begins.
fn gather<T>(
    what: &'static str,
    after: Option<&str>,
    limit: usize,
    page: impl Fn(Option<&Cursor>, usize) -> Result<(Vec<Vec<u8>>, Option<Cursor>), ReadError>,
    read: impl Fn(&[u8]) -> Result<T, record::ReadError>,
    wanted: impl Fn(&T) -> bool,
) -> Result<Page<T>, EngineError> {
    let bad_cursor = |_| EngineError::Unknown {
        what: "cursor",
        id: after.unwrap_or_default().to_owned(),
        known: "use the one that the previous page gave, unchanged".to_owned(),
        pointer: "?cursor".to_owned(),
    };
    let mut at: Option<Cursor> = after.map(str::parse).transpose().map_err(bad_cursor)?;
    let (mut items, mut looked_at) = (Vec::new(), 0);
    loop {
        // Never more than what is missing: a page that is full ends exactly where its cursor points.
        let step = (limit - items.len()).min(MOST_ROWS_LOOKED_AT - looked_at);
        let (rows, next) = page(at.as_ref(), step).map_err(|e| unreadable(what, e))?;
        looked_at += rows.len();
        for payload in rows {
            let item = read(&payload).map_err(|e| unreadable(what, e))?;
            if wanted(&item) {
                items.push(item);
            }
        }
        at = next;
        if at.is_none() || items.len() == limit || looked_at == MOST_ROWS_LOOKED_AT {
            return Ok(Page {
                items,
                next: at.map(|cursor| cursor.to_string()),
            });
        }
    }
}
