//! Writes what follows from an act, one line for each effect, times as spans since the start.

use crate::{
    AgentId, Conversation, Effect, Ending, Event, Holder, Priority, Refusal, ReplyKind, Stage, Task, Time, TimerKind,
};

/// The words of a story.
pub(super) struct Writer {
    pub(super) start: Time,
}

impl Writer {
    /// The lines of one step's effects. `tasks_before` are the open tasks before the step, for those that left.
    pub(super) fn effects(&self, conversation: &Conversation, effects: &[Effect]) -> Vec<String> {
        let ended = effects.iter().filter_map(|effect| match effect {
            Effect::TaskEnded(task) => Some(task.as_ref()),
            Effect::Say(_) | Effect::Emit(_) | Effect::HandoverEnded(_) => None,
        });
        let ended: Vec<&Task> = ended.collect();
        effects
            .iter()
            .filter_map(|effect| self.effect(conversation, &ended, effect))
            .collect()
    }

    pub(super) fn refusal(refusal: &Refusal) -> String {
        format!("refused {}: {refusal}", refusal.code())
    }

    fn effect(&self, conversation: &Conversation, ended: &[&Task], effect: &Effect) -> Option<String> {
        match effect {
            Effect::Say(reply) => {
                let mark = match reply.kind {
                    ReplyKind::Final => "say",
                    ReplyKind::Returning => "say returning",
                };
                Some(format!("{mark}: {}", reply.text.replace('\n', " / ")))
            }
            Effect::Emit(event) => Some(self.event(conversation, ended, event)),
            Effect::HandoverEnded(_) | Effect::TaskEnded(_) => None,
        }
    }

    fn event(&self, conversation: &Conversation, ended: &[&Task], event: &Event) -> String {
        match event {
            Event::Opened { reason, priority } => {
                let tags = conversation.handover.as_ref().map(|h| &h.tags).into_iter().flatten();
                let tags = tags.cloned().collect::<Vec<_>>().join(" ");
                format!("open {reason} {} tags {tags}", name(*priority))
            }
            Event::Suggested { reason, priority } => {
                format!("suggest {reason} {}", name(*priority))
            }
            Event::Raised { reason, priority } => format!("raise {reason} {}", name(*priority)),
            Event::Offered { agents, until } => {
                format!("offer {} until {}", names(agents), self.span(*until))
            }
            Event::Waiting => match conversation.timers.get(TimerKind::Candidate) {
                Some(at) => format!("wait until {}", self.span(at)),
                None => "wait".to_owned(),
            },
            Event::Accepted { agent } => format!("assign {agent}"),
            Event::Declined { agent, .. } => format!("decline {agent}"),
            Event::GivenBack { agent, .. } => format!("give back {agent}"),
            Event::Lapsed { agents } => format!("lapse {}", names(agents)),
            Event::Withdrawn { agents } => format!("withdraw {}", names(agents)),
            Event::Escalated { rung } => format!("escalate to rung {}", rung + 1),
            Event::Assigned { to, by, .. } => format!("assign {to} by {by}"),
            Event::Alarm { why } => format!("alarm: {why}"),
            Event::Missed => "missed".to_owned(),
            Event::Reactivated { .. } => "bot back".to_owned(),
            Event::Completed { outcome, by, .. } => {
                let by = by.as_ref().map_or("an operator", AgentId::as_str);
                format!("complete {} by {by}", outcome.as_str())
            }
            Event::Ended { ending } => match ending {
                Ending::Released(by) => format!("end: released by {by}"),
                Ending::Closed(by) => format!("end: closed by {by}"),
                Ending::Superseded(by) => format!("end: superseded by {}", by.number),
                Ending::Completed { outcome, .. } => format!("end: {}", outcome.as_str()),
            },
            Event::Warning { timer, due_at } => {
                format!("warn {} at {}", timer.as_str(), self.span(*due_at))
            }
            Event::Breached { timer } => format!("breach {}", timer.as_str()),
            Event::Paused { timer } => format!("pause {}", timer.as_str()),
            Event::Resumed { timer, due_at } => format!("resume {} until {}", timer.as_str(), self.span(*due_at)),
            Event::ControlChanged { to, epoch, .. } => format!("control {} {epoch}", holder(*to)),
            Event::BotRefused { saw, .. } => match saw {
                Some(saw) => format!("refuse bot, it saw epoch {saw}"),
                None => "refuse bot".to_owned(),
            },
            Event::TaskCreated { task } => {
                let open = conversation.open_tasks.get(task);
                let task = open.or_else(|| ended.iter().find(|t| t.id.number == *task).copied());
                task.map_or_else(String::new, |task| self.task(task))
            }
            Event::TaskNoted { task, by } => format!("note on task {task} by {by}"),
            Event::TaskMissed { task } => format!("task {task} missed"),
            Event::TaskOverdue { task } => format!("task {task} overdue"),
            Event::TaskCompleted { task, outcome } => {
                format!("task {task} done {}", outcome.as_str())
            }
            Event::TaskDropped { task } => format!("task {task} dropped"),
        }
    }

    fn task(&self, task: &Task) -> String {
        let whose = task
            .assignee
            .as_ref()
            .map_or_else(|| "nobody".to_owned(), ToString::to_string);
        let due = self.span(task.due_at);
        format!(
            "task {} for {whose} due {due} {}: {}",
            task.id.number,
            name(task.priority),
            task.title
        )
    }

    pub(super) fn span(&self, at: Time) -> String {
        (at - self.start).to_string()
    }
}

/// The task that an act means when it names none.
pub(super) fn meant_task(conversation: &Conversation) -> Option<u32> {
    let handovers = conversation.handover.as_ref().map(|h| h.task);
    handovers.or_else(|| conversation.open_tasks.keys().next().copied())
}

/// Whether the open handover waits for somebody to appear.
pub(super) fn waits(conversation: &Conversation) -> bool {
    conversation
        .handover
        .as_ref()
        .is_some_and(|h| h.stage == Stage::Waiting)
}

fn name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
}

fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Bot => "bot",
        Holder::Waiting => "waiting",
        Holder::Human => "human",
        Holder::Closed => "closed",
    }
}

fn names(agents: &[AgentId]) -> String {
    agents.iter().map(AgentId::as_str).collect::<Vec<_>>().join(", ")
}
