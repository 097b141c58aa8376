//! The shapes of requests and answers. A request's fields are all optional here: what is required, bounded or
//! well-formed is `check`'s to say, so that one answer can name every fault; the schema still says
//! `required`. Answers are made by destructuring the core's types whole, so that a new field of theirs
//! does not compile until it was decided what the API says of it.

mod agent;
pub(crate) use agent::{Agent, NewAbsence, NewPresence, PutAgent, Removed, Week};

mod conversation;
pub(crate) use conversation::{Contact, Control, Conversation};

mod event;
pub(crate) use event::CloudEvent;

mod explain;
pub(crate) use explain::Explanation;

mod handover;
pub(crate) use handover::{Acted, Handover, HandoverSummary, NewHandover};

mod message;
pub(crate) use message::{BotState, Evidence, Judged, Logged, NewMessage, Priority};

mod operations;
pub(crate) use operations::{AuditEntry, DeadLetter, Index, NewToken, NewTokenText, ProblemKind, Token};

mod packs;
pub(crate) use packs::{Activate, Generations, Mode, NewTrial, Pack, Promote, RollBack, Trial};

mod plugin;
pub(crate) use plugin::{PluginLog, QuarantinedCall, QuarantinedInput, ReplayedCall};

mod task;
pub(crate) use task::{Accept, Assign, Assignee, Complete, Decline, FollowUp, GiveBack, NewNote, Outcome, Task};

mod timeline;
pub(crate) use timeline::TimelineEntry;

mod transcript;
pub(crate) use transcript::{Messages, Transcript};

use baton_core::Time;
use serde::Serialize;
use utoipa::ToSchema;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// In the list's order.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; absent at the end. The `Link` header holds the whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// RFC 3339 in UTC, to the millisecond.
pub(crate) fn rfc3339(time: Time) -> String {
    let fits = jiff::Timestamp::from_millisecond(time.0);
    let bound = if time.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    fits.unwrap_or(bound).to_string()
}
