//! What a report counts: handovers with all that was found about them, and conversations that began.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{
    AgentId, BotId, BusinessId, Cause, ConversationId, Ending, Event, Handover, Outcome, Stage, Task, TaskState, Time,
};
use serde::Serialize;

/// A conversation that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Whose.
    pub business: BusinessId,
    /// Which one.
    pub conversation: ConversationId,
    /// The bot that speaks in it.
    pub bot: BotId,
    /// Where it speaks.
    pub channel: String,
    /// When.
    pub at: Time,
}

/// One handover with all that was found about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Whose.
    pub business: BusinessId,
    /// The bot that spoke.
    pub bot: BotId,
    /// Where it spoke.
    pub channel: String,
    /// Its row, without the timeline and those who were passed over.
    pub handover: Handover,
    /// Its task and the follow-ups of that.
    pub tasks: Vec<Task>,
    /// What became of the offers, by agent.
    pub offers: BTreeMap<AgentId, Offers>,
    /// Times it went up the ladder.
    pub escalations: u64,
    /// Times the ladder was at its end.
    pub alarms: u64,
    /// Times the bot took the conversation back.
    pub reactivations: u64,
    /// Those before any human had acted.
    pub reactivated_unanswered: u64,
    /// Bot messages that were refused because control had moved to a human.
    pub bot_refused: u64,
    /// When the next handover of the conversation opened.
    pub next_opened_at: Option<Time>,
    /// Agents whose offer stands; only while events are counted.
    pub(super) standing: BTreeSet<AgentId>,
}

/// What became of offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Offers {
    /// Offers to one agent each: an offer to a role of three counts three times.
    pub made: u64,
    /// Accepted while they stood.
    pub accepted: u64,
    /// Declined.
    pub declined: u64,
    /// Their time ran out.
    pub lapsed: u64,
    /// Taken back: somebody else accepted, it was given to somebody by hand, or it ended.
    pub withdrawn: u64,
}

impl Offers {
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            made,
            accepted,
            declined,
            lapsed,
            withdrawn,
        } = other;
        self.made += made;
        self.accepted += accepted;
        self.declined += declined;
        self.lapsed += lapsed;
        self.withdrawn += withdrawn;
    }
}

impl Case {
    pub(super) fn new(business: BusinessId, bot: BotId, channel: String, handover: Handover) -> Self {
        Self {
            business,
            bot,
            channel,
            handover,
            tasks: Vec::new(),
            offers: BTreeMap::new(),
            escalations: 0,
            alarms: 0,
            reactivations: 0,
            reactivated_unanswered: 0,
            bot_refused: 0,
            next_opened_at: None,
            standing: BTreeSet::new(),
        }
    }

    /// Counts one event of this handover; events come in their order.
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            Event::Offered { agents, .. } => {
                // An offer that a new one replaces was not lapsed, declined or accepted.
                self.end_standing();
                for agent in agents {
                    self.offers.entry(agent.clone()).or_default().made += 1;
                    self.standing.insert(agent.clone());
                }
            }
            Event::Accepted { agent } => self.end(agent, |offers| &mut offers.accepted),
            Event::Declined { agent, .. } => self.end(agent, |offers| &mut offers.declined),
            Event::Lapsed { agents } => agents
                .iter()
                .for_each(|agent| self.end(agent, |offers| &mut offers.lapsed)),
            Event::Withdrawn { agents } => {
                agents
                    .iter()
                    .for_each(|agent| self.end(agent, |offers| &mut offers.withdrawn));
            }
            Event::Completed { by, .. } => {
                if let Some(agent) = by {
                    self.end(agent, |offers| &mut offers.accepted);
                }
                self.end_standing();
            }
            Event::Assigned { .. } | Event::Ended { .. } => self.end_standing(),
            Event::Escalated { .. } => self.escalations += 1,
            Event::Alarm { .. } => self.alarms += 1,
            Event::Reactivated { answered } => {
                self.reactivations += 1;
                self.reactivated_unanswered += u64::from(!answered);
            }
            Event::BotRefused { .. } => self.bot_refused += 1,
            Event::Opened { .. }
            | Event::Suggested { .. }
            | Event::Raised { .. }
            | Event::Waiting
            | Event::Missed
            | Event::Warning { .. }
            | Event::Breached { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::GivenBack { .. }
            | Event::ControlChanged { .. }
            | Event::TaskCreated { .. }
            | Event::TaskNoted { .. }
            | Event::TaskMissed { .. }
            | Event::TaskOverdue { .. }
            | Event::TaskCompleted { .. }
            | Event::TaskDropped { .. } => {}
        }
    }

    /// A standing offer to an agent ends in one way; without one nothing is counted: they took it without being asked.
    fn end(&mut self, agent: &AgentId, how: impl Fn(&mut Offers) -> &mut u64) {
        if self.standing.remove(agent) {
            *how(self.offers.entry(agent.clone()).or_default()) += 1;
        }
    }

    fn end_standing(&mut self) {
        for agent in std::mem::take(&mut self.standing) {
            self.offers.entry(agent).or_default().withdrawn += 1;
        }
    }

    /// Takes back offers that stood when it ended without a word about them: a later handover took its place.
    pub(super) fn settle(&mut self) {
        if self.handover.ending.is_some() {
            self.end_standing();
        }
    }

    /// Whether an agent took it from the bot, so that nobody ever waited.
    pub fn is_takeover(&self) -> bool {
        matches!(self.handover.cause, Cause::Takeover(_))
    }

    /// Whose it was: who completed it, else who has accepted it.
    pub fn agent(&self) -> Option<&AgentId> {
        let accepted = match &self.handover.stage {
            Stage::Accepted(agent) => Some(agent),
            Stage::Waiting | Stage::Offered(_) | Stage::Assigned(_) => None,
        };
        match &self.handover.ending {
            Some(Ending::Completed { by: Some(by), .. }) => Some(by),
            Some(
                Ending::Completed { by: None, .. } | Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_),
            )
            | None => accepted,
        }
    }

    /// The outcome with which a human completed it, and when.
    pub fn completed(&self) -> Option<(Outcome, Time)> {
        match &self.handover.ending {
            Some(Ending::Completed { outcome, .. }) => Some((*outcome, self.handover.ended_at?)),
            Some(Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_)) | None => None,
        }
    }

    /// Whether whoever completed it said that it was needed.
    pub fn needed(&self) -> Option<bool> {
        match &self.handover.ending {
            Some(Ending::Completed { needed, .. }) => *needed,
            Some(Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_)) | None => None,
        }
    }

    /// Whether it, or a follow-up of it, ended in a booking or a sale.
    pub fn converted(&self) -> bool {
        let done = |task: &Task| match task.state {
            TaskState::Done { outcome, .. } => outcome == Outcome::Converted,
            TaskState::Open | TaskState::Missed | TaskState::Dropped { .. } => false,
        };
        matches!(self.completed(), Some((Outcome::Converted, _))) || self.tasks.iter().any(done)
    }

    /// When a human was to have acted: earlier than promised where the priority rose meanwhile.
    pub fn response_due(&self) -> Time {
        let own = self.tasks.iter().find(|task| task.id.number == self.handover.task);
        own.map_or(self.handover.promise.due_at, |task| task.due_at)
    }

    /// Whether a human acted in time; `None` while that is open, or when it ended before the deadline without one.
    pub fn in_time(&self, now: Time) -> Option<bool> {
        let due = self.response_due();
        match self.handover.first_act_at {
            _ if self.is_takeover() => None,
            Some(at) => Some(at <= due),
            None => (due <= self.handover.ended_at.unwrap_or(now)).then_some(false),
        }
    }

    /// The release of the rules that opened it: `hvac@1.2.0`, whatever the number of its generation.
    pub fn pack(&self) -> &str {
        self.handover.rules.split('#').next().unwrap_or_default()
    }
}
