//! Who did what, when, and what it changed: one entry for each act of a person or token, written by the commit of the act.
//!
//! An entry is a fact whose key is new by construction, and nothing here replaces or removes one. Keys sort the newest
//! first, as lists are read. An entry tells states and names and never what a customer wrote, so that what is known of a
//! contact can be erased without touching the record of who did what. Messages are not in it: the log of their
//! conversation is their record; an agent's message is, where it takes the conversation over.

use std::sync::atomic::{AtomicU64, Ordering};

use baton_core::{Assignee, Conversation, Handover, Stage, Task, TaskState, Time};
use baton_store::{FactChange, FactTable};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// `ana` for an agent, `operator:dispatch` for a token, `data folder` for a command on a stopped daemon.
    pub by: String,
    /// `task.accept`, `agent.put`, ...
    pub action: String,
    /// What it was done to: an id.
    pub subject: String,
    /// How it stood before; null where it was not there.
    pub before: Value,
    /// How it stands since; null where it is gone.
    pub after: Value,
}

/// Makes the rows of entries.
#[derive(Debug)]
pub struct AuditLog {
    /// Tells this process's entries of a millisecond from another's.
    process: u32,
    next: AtomicU64,
}

impl Default for AuditLog {
    fn default() -> Self {
        Self {
            // Without randomness the time still tells processes apart, as far as clocks do.
            process: getrandom::u32().unwrap_or(0),
            next: AtomicU64::new(0),
        }
    }
}

impl AuditLog {
    /// The row of an entry, to be committed with what it tells of.
    pub fn row(&self, business: &str, entry: &AuditEntry) -> FactChange {
        let newest_first = i64::MAX.abs_diff(entry.at_ms);
        let number = u64::MAX - self.next.fetch_add(1, Ordering::Relaxed);
        FactChange {
            table: FactTable::Audit,
            key: format!("{business}/{newest_first:020}-{number:020}-{:08x}", self.process),
            payload: Some(serde_json::to_vec(entry).expect("maps have text keys")),
        }
    }
}

/// Where keys of entries up to a time begin, after the business and the slash.
pub fn position(until: Time) -> String {
    format!("{:020}", i64::MAX.abs_diff(until.0))
}

impl AuditEntry {
    /// Reads a row.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// How a conversation stands, and the handover and task that an act is about; in words that no customer chose.
pub fn state(conversation: &Conversation, handover: Option<&Handover>, task: Option<&Task>) -> Value {
    json!({
        "holder": match conversation.control.holder {
            baton_core::Holder::Bot => "bot",
            baton_core::Holder::Waiting => "waiting",
            baton_core::Holder::Human => "human",
            baton_core::Holder::Closed => "closed",
        },
        "epoch": conversation.control.epoch,
        "handover": handover.map(|handover| json!({ "id": handover.id.to_string(), "stage": stage(handover) })),
        "task": task.map(|task| json!({
            "id": task.id.to_string(),
            "state": task_state(&task.state),
            "assignee": task.assignee.as_ref().map(ToString::to_string),
            "notes": task.notes.len(),
        })),
    })
}

fn stage(handover: &Handover) -> String {
    let names = |agents: &[baton_core::AgentId]| {
        agents
            .iter()
            .map(baton_core::AgentId::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    match &handover.stage {
        _ if handover.ending.is_some() => "ended".to_owned(),
        Stage::Waiting => "waiting".to_owned(),
        Stage::Offered(offer) => format!("offered to {}", names(&offer.agents)),
        Stage::Assigned(Assignee::Agent(agent)) => format!("assigned to {agent}"),
        Stage::Assigned(to) => format!("assigned to {to}"),
        Stage::Accepted(agent) => format!("accepted by {agent}"),
    }
}

fn task_state(state: &TaskState) -> String {
    match state {
        TaskState::Open => "open".to_owned(),
        TaskState::Missed => "missed".to_owned(),
        TaskState::Done { outcome, .. } => format!("done: {}", outcome.as_str()),
        TaskState::Dropped { .. } => "dropped".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_sort_the_newest_first_and_none_takes_anothers_place() {
        let log = AuditLog::default();
        let row = |at_ms| {
            let entry = AuditEntry {
                at_ms,
                by: "ana".to_owned(),
                action: "task.accept".to_owned(),
                subject: "chat~t1".to_owned(),
                before: Value::Null,
                after: Value::Null,
            };
            let FactChange { key, payload, .. } = log.row("acme", &entry);
            let read = AuditEntry::from_bytes(&payload.expect("a row")).expect("as written");
            assert_eq!(read, entry);
            key
        };
        let keys = [row(1_000), row(1_000), row(2_000), row(0), row(1_767_225_600_000)];
        let mut sorted = keys.clone();
        sorted.sort();
        assert_eq!(sorted, [4, 2, 1, 0, 3].map(|n: usize| keys[n].clone()));
        let until = format!("acme/{}", position(Time(1_500)));
        assert!(keys[2] < until && until < keys[1], "what is later lies before it");
        assert_ne!(
            AuditLog::default()
                .row(
                    "acme",
                    &AuditEntry::from_bytes(
                        br#"{"at_ms":0,"by":"","action":"","subject":"","before":null,"after":null}"#
                    )
                    .expect("JSON")
                )
                .key,
            keys[3]
        );
    }
}
