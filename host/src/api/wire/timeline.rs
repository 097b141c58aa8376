//! What happened to a handover, entry by entry. One flat shape for all kinds: a reader of a timeline looks at
//! `event` first and at the few members that it has.

use serde::Serialize;
use utoipa::ToSchema;

use super::conversation::Holder;
use super::{Assignee, Outcome, Priority, rfc3339};

/// Something that happened to a handover. Members that do not belong to its `event` are absent.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// As subscribers see it.
    #[schema(example = "handover.offered")]
    pub(crate) event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<Priority>,
    /// To whom it was offered, or whose offer it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) agents: Vec<String>,
    /// Until when the offer stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) until: Option<String>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Who got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assignee: Option<Assignee>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// The ladder's rung, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rung: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
    /// Whether a human had acted before the bot came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<bool>,
    /// Which deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) due_at: Option<String>,
    /// Who held the conversation before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Holder>,
    /// Who holds it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Holder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) epoch: Option<u64>,
    /// A message's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// A task's number in the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<u32>,
    /// Whether it was needed at all, where they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) needed: Option<bool>,
}

impl From<baton_core::Entry> for TimelineEntry {
    fn from(entry: baton_core::Entry) -> Self {
        use baton_core::Event;
        let baton_core::Entry { at, event } = entry;
        let blank = Self {
            at: rfc3339(at),
            event: event.name().to_owned(),
            ..Self::default()
        };
        let names = |agents: Vec<baton_core::AgentId>| agents.iter().map(ToString::to_string).collect();
        match event {
            Event::Opened { reason, priority }
            | Event::Suggested { reason, priority }
            | Event::Raised { reason, priority } => Self {
                reason: Some(reason.to_string()),
                priority: Some(priority.into()),
                ..blank
            },
            Event::Offered { agents, until } => Self {
                agents: names(agents),
                until: Some(rfc3339(until)),
                ..blank
            },
            Event::Waiting | Event::Missed => blank,
            Event::Accepted { agent } => Self {
                by: Some(agent.to_string()),
                ..blank
            },
            Event::Declined { agent, reason } | Event::GivenBack { agent, reason } => Self {
                by: Some(agent.to_string()),
                why: reason,
                ..blank
            },
            Event::Lapsed { agents } | Event::Withdrawn { agents } => Self {
                agents: names(agents),
                ..blank
            },
            Event::Escalated { rung } => Self {
                rung: Some(rung),
                ..blank
            },
            Event::Assigned { task, to, by } => Self {
                task: Some(task),
                assignee: Some(to.into()),
                by: Some(by),
                ..blank
            },
            Event::Alarm { why } => Self {
                why: Some(why),
                ..blank
            },
            Event::Reactivated { answered } => Self {
                answered: Some(answered),
                ..blank
            },
            Event::Completed { outcome, by, needed } => Self {
                outcome: Some(outcome.into()),
                by: by.map(|by| by.to_string()),
                needed,
                ..blank
            },
            Event::Ended { ending } => Self::ended(ending, blank),
            Event::Warning { timer, due_at } | Event::Resumed { timer, due_at } => Self {
                deadline: Some(timer.as_str().into()),
                due_at: Some(rfc3339(due_at)),
                ..blank
            },
            Event::Breached { timer } | Event::Paused { timer } => Self {
                deadline: Some(timer.as_str().into()),
                ..blank
            },
            Event::ControlChanged { from, to, epoch } => Self {
                from: Some(from.into()),
                to: Some(to.into()),
                epoch: Some(epoch),
                ..blank
            },
            Event::BotRefused { message, saw } => Self {
                message: Some(message.to_string()),
                epoch: saw,
                ..blank
            },
            Event::TaskCreated { task }
            | Event::TaskMissed { task }
            | Event::TaskOverdue { task }
            | Event::TaskDropped { task } => Self {
                task: Some(task),
                ..blank
            },
            Event::TaskNoted { task, by } => Self {
                task: Some(task),
                by: Some(by),
                ..blank
            },
            Event::TaskCompleted { task, outcome } => Self {
                task: Some(task),
                outcome: Some(outcome.into()),
                ..blank
            },
        }
    }
}

impl TimelineEntry {
    fn ended(ending: baton_core::Ending, blank: Self) -> Self {
        use baton_core::Ending;
        match ending {
            Ending::Completed {
                outcome,
                by,
                needed: _,
                note,
            } => Self {
                outcome: Some(outcome.into()),
                by: by.map(|by| by.to_string()),
                why: note,
                ..blank
            },
            Ending::Released(by) => Self {
                by: Some(by),
                why: Some("released".into()),
                ..blank
            },
            Ending::Closed(by) => Self {
                by: Some(by),
                why: Some("closed".into()),
                ..blank
            },
            Ending::Superseded(by) => Self {
                why: Some(format!("superseded by {by}")),
                ..blank
            },
        }
    }
}
