//! What a step wants done, once it is committed.

use crate::{AgentId, Assignee, Ending, Handover, Holder, MessageId, Outcome, Priority, Reason, Task, Time, TimerKind};

/// What a step wants done, once it is committed. Timers are not among them: the conversation's
/// [`crate::Timers`] are the promises, and who commits it commits them.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the customer.
    Say(Reply),
    /// Tell whoever listens.
    Emit(Event),
    /// A handover has ended and leaves the conversation.
    HandoverEnded(Box<Handover>),
    /// A task has ended and leaves the conversation.
    TaskEnded(Box<Task>),
}

/// A message of Baton to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The same on every delivery: `chat-17~h1~final`.
    pub id: String,
    /// What for.
    pub kind: ReplyKind,
    /// What it says.
    pub text: String,
}

/// What a reply is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// The one honest sentence of a handover.
    Final,
    /// The bot is back.
    Returning,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `handover.opened`
    Opened {
        /// Why.
        reason: Reason,
        /// How soon.
        priority: Priority,
    },
    /// `handover.suggested`: it would have been opened, but the bot's mode is `suggest`.
    Suggested {
        /// Why.
        reason: Reason,
        /// How soon.
        priority: Priority,
    },
    /// `handover.raised`: further signs while it is open.
    Raised {
        /// Why.
        reason: Reason,
        /// What it is now.
        priority: Priority,
    },
    /// `handover.offered`
    Offered {
        /// To whom.
        agents: Vec<AgentId>,
        /// Until when.
        until: Time,
    },
    /// `handover.waiting`: nobody is available.
    Waiting,
    /// `handover.accepted`
    Accepted {
        /// By whom.
        agent: AgentId,
    },
    /// `handover.declined`
    Declined {
        /// By whom.
        agent: AgentId,
        /// Why.
        reason: Option<String>,
    },
    /// `handover.lapsed`
    Lapsed {
        /// Whose offer.
        agents: Vec<AgentId>,
    },
    /// `handover.withdrawn`: an offer is off, for another reason than time or a no.
    Withdrawn {
        /// Whose offer.
        agents: Vec<AgentId>,
    },
    /// `handover.escalated`: it goes up the ladder.
    Escalated {
        /// To this rung, from 0.
        rung: u32,
    },
    /// `handover.given-back`: who had it puts it back into the queue, or is gone.
    GivenBack {
        /// Who.
        agent: AgentId,
        /// Why.
        reason: Option<String>,
    },
    /// `handover.assigned`: given by hand, by the owner rule, or at the ladder's end.
    Assigned {
        /// The task's number.
        task: u32,
        /// To whom.
        to: Assignee,
        /// By whom.
        by: String,
    },
    /// `handover.alarm`: the ladder is at its end and the fallback has it.
    Alarm {
        /// Why.
        why: String,
    },
    /// `handover.missed`: nobody acted within the window.
    Missed,
    /// `handover.reactivated`: the bot has the conversation again.
    Reactivated {
        /// Whether a human had acted before.
        answered: bool,
    },
    /// `handover.completed`
    Completed {
        /// With which outcome.
        outcome: Outcome,
        /// By whom.
        by: Option<AgentId>,
        /// Whether it was needed at all, where they said.
        needed: Option<bool>,
    },
    /// `handover.ended`: it ended in another way than by completion.
    Ended {
        /// How.
        ending: Ending,
    },
    /// `deadline.warning`: the set share of a deadline has passed.
    Warning {
        /// Which deadline.
        timer: TimerKind,
        /// When it is due.
        due_at: Time,
    },
    /// `deadline.breached`
    Breached {
        /// Which deadline.
        timer: TimerKind,
    },
    /// `deadline.paused`: the business waits for the customer.
    Paused {
        /// Which deadline.
        timer: TimerKind,
    },
    /// `deadline.resumed`: the customer has answered.
    Resumed {
        /// Which deadline.
        timer: TimerKind,
        /// When it is due now.
        due_at: Time,
    },
    /// `control.changed`
    ControlChanged {
        /// Who had it.
        from: Holder,
        /// Who has it.
        to: Holder,
        /// The epoch that begins.
        epoch: u64,
    },
    /// `bot.refused`: a bot message that came with a stale epoch.
    BotRefused {
        /// Which message.
        message: MessageId,
        /// The epoch it saw, where it said.
        saw: Option<u64>,
    },
    /// `task.created`
    TaskCreated {
        /// Its number.
        task: u32,
    },
    /// `task.noted`
    TaskNoted {
        /// Its number.
        task: u32,
        /// By whom.
        by: String,
    },
    /// `task.missed`
    TaskMissed {
        /// Its number.
        task: u32,
    },
    /// `task.overdue`
    TaskOverdue {
        /// Its number.
        task: u32,
    },
    /// `task.completed`
    TaskCompleted {
        /// Its number.
        task: u32,
        /// With which outcome.
        outcome: Outcome,
    },
    /// `task.dropped`: nothing is left to do.
    TaskDropped {
        /// Its number.
        task: u32,
    },
}

impl Event {
    /// The type that subscribers see: `handover.opened`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "handover.opened",
            Self::Suggested { .. } => "handover.suggested",
            Self::Raised { .. } => "handover.raised",
            Self::Offered { .. } => "handover.offered",
            Self::Waiting => "handover.waiting",
            Self::Accepted { .. } => "handover.accepted",
            Self::Declined { .. } => "handover.declined",
            Self::Lapsed { .. } => "handover.lapsed",
            Self::Withdrawn { .. } => "handover.withdrawn",
            Self::Escalated { .. } => "handover.escalated",
            Self::GivenBack { .. } => "handover.given-back",
            Self::Assigned { .. } => "handover.assigned",
            Self::Alarm { .. } => "handover.alarm",
            Self::Missed => "handover.missed",
            Self::Reactivated { .. } => "handover.reactivated",
            Self::Completed { .. } => "handover.completed",
            Self::Ended { .. } => "handover.ended",
            Self::Warning { .. } => "deadline.warning",
            Self::Breached { .. } => "deadline.breached",
            Self::Paused { .. } => "deadline.paused",
            Self::Resumed { .. } => "deadline.resumed",
            Self::ControlChanged { .. } => "control.changed",
            Self::BotRefused { .. } => "bot.refused",
            Self::TaskCreated { .. } => "task.created",
            Self::TaskNoted { .. } => "task.noted",
            Self::TaskMissed { .. } => "task.missed",
            Self::TaskOverdue { .. } => "task.overdue",
            Self::TaskCompleted { .. } => "task.completed",
            Self::TaskDropped { .. } => "task.dropped",
        }
    }
}
