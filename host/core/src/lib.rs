//! The pure state machine of Baton: decides everything, does nothing.
//!
//! It takes one [`Input`] and the time, and either asks a [`Question`] (who should get this? which
//! words?) or is done with a list of [`Effect`]s. So plugins, clocks and disks are outside, a week of
//! timers runs in a microsecond in a test, and a decision can be executed again from what was stored:
//!
//! ```text
//! loop { match conversation.step(policy, input, now) {
//!     Step::Ask(question) => input = Input::Answer(answer(question)),
//!     Step::Done(effects) => { commit(conversation, effects); break }
//!     Step::Refused(refusal) => break,     // nothing has changed
//! }}
//! ```
//!
//! The crate cannot reach the world: no clock, randomness, file, log, serialisation or Wasm. Its
//! `clippy.toml` keeps it so.
#![forbid(unsafe_code)]

mod id;
pub use id::{
    AgentId, BotId, BusinessId, ConversationId, HandoverId, IdError, MessageId, Reason, RoleId, RotaId, TaskId,
};

mod time;
pub use time::{Clock, Span, Time};

mod message;
pub use message::{BotState, Contact, Message, Speaker};

mod signal;
pub use signal::{Evidence, Priority, Signal};

mod calendar;
pub use calendar::{Calendar, CalendarError, Interval};

mod policy;
pub use policy::{AfterCompletion, Deadlines, Mode, OwnerRule, Policy, Reactivation, Rung, Sla, Spread, Target};

mod conversation;
pub use conversation::{Control, Conversation, Holder};

mod handover;
pub use handover::{
    Cause, Ending, Entry, FinalMessage, Handover, Miss, MissKind, Offer, Outcome, PassedOver, Pause, Promise, Ranked,
    Stage,
};

mod task;
pub use task::{Assignee, Note, Task, TaskState};

mod presence;
pub use presence::Presence;

mod timer;
pub use timer::{TimerKind, Timers};

mod input;
pub use input::{Answer, Candidates, Completion, FollowUp, Input};

mod question;
pub use question::{AssignQuestion, Draft, DraftQuestion, Question, Scope};

mod effect;
pub use effect::{Effect, Event, Reply, ReplyKind};

mod step;
pub use step::{Pending, Refusal, Step};

pub mod story;

#[cfg(test)]
mod tests;
