//! Promises that are due, one in each step, and people who become available.

use super::{Flow, Next, Taken, Turn};
use crate::{
    Clock, DraftQuestion, Effect, Event, Handover, Holder, Pause, Question, Reply, ReplyKind, Sla, Span, Stage,
    TaskState, TimerKind,
};

impl Turn<'_> {
    /// Somebody may have become available: only a handover that waits cares.
    pub(super) fn available(&mut self) -> Taken {
        match &self.c.handover {
            Some(Handover {
                stage: Stage::Waiting, ..
            }) => self.seek(false),
            Some(_) | None => Ok(Flow::Done),
        }
    }

    /// Keeps the first promise that is due; stale when there is none.
    pub(super) fn woke(&mut self) -> Taken {
        let Some(kind) = self.c.timers.due(self.now) else {
            return Ok(Flow::Done);
        };
        let due_at = self.c.timers.get(kind).expect("it is due");
        self.c.timers.clear(kind);
        if kind == TimerKind::FollowUpDue {
            self.follow_ups_due();
            return Ok(Flow::Done);
        }
        if self.c.handover.is_none() {
            return Ok(Flow::Done);
        }
        match kind {
            TimerKind::OfferLapse => Ok(self.offer_due()),
            TimerKind::Candidate => self.available(),
            TimerKind::Reactivate => Ok(self.reactivate()),
            TimerKind::ResponseWarning | TimerKind::ResolutionWarning => {
                let timer = if kind == TimerKind::ResponseWarning {
                    TimerKind::ResponseDue
                } else {
                    TimerKind::ResolutionDue
                };
                let due_at = self.c.timers.get(timer).unwrap_or(due_at);
                self.emit(Event::Warning { timer, due_at });
                Ok(Flow::Done)
            }
            TimerKind::ResponseDue | TimerKind::ResolutionDue => {
                self.emit(Event::Breached { timer: kind });
                self.overdue();
                Ok(Flow::Done)
            }
            TimerKind::FollowUpDue => Ok(Flow::Done),
        }
    }

    /// An offer lapses. What was given to somebody by hand stays theirs: whoever gave it must know.
    fn offer_due(&mut self) -> Flow {
        if let Stage::Assigned(to) = &self.handover().stage {
            let why = format!("{to} has not accepted what was given to them");
            self.emit(Event::Alarm { why });
            return Flow::Done;
        }
        self.lapse();
        self.climb()
    }

    /// The agent has spoken: from here on the business waits for the customer.
    pub(super) fn stop_clock(&mut self) {
        let (now, terms, calendar) = (self.now, self.terms(), &self.policy.calendar);
        let timer = TimerKind::ResolutionDue;
        let (Some(due_at), Some(resolution)) = (self.c.timers.get(timer), terms.resolution) else {
            return;
        };
        if !terms.resolution_pauses {
            return;
        }
        let handover = self.handover();
        let left = match resolution.of(handover.priority).clock {
            Clock::Wall => due_at - now,
            Clock::Business => calendar.open_between(now, due_at),
        };
        handover.pause = Some(Pause { since: now, left });
        self.c.timers.clear(TimerKind::ResolutionWarning);
        self.c.timers.clear(timer);
        self.emit(Event::Paused { timer });
    }

    /// The customer has answered: the time goes on where it stood.
    pub(super) fn start_clock(&mut self) {
        let (now, terms, calendar) = (self.now, self.terms(), &self.policy.calendar);
        let Some(handover) = &mut self.c.handover else {
            return;
        };
        let (Some(Pause { left, .. }), Some(resolution)) = (handover.pause.take(), terms.resolution) else {
            return;
        };
        let Sla { span, clock } = resolution.of(handover.priority);
        let due_at = calendar.due(now, left, clock);
        handover.resolution_due = Some(due_at);
        let timer = TimerKind::ResolutionDue;
        self.c.timers.set(timer, due_at);
        let until_warning = Span(left.0 - span.0 / 100 * i64::from(100 - terms.warn_percent));
        if until_warning > Span(0) {
            let at = calendar.due(now, until_warning, clock);
            self.c.timers.set(TimerKind::ResolutionWarning, at);
        }
        self.emit(Event::Resumed { timer, due_at });
    }

    fn overdue(&mut self) {
        let Some(task) = self.task().filter(|task| !task.overdue) else {
            return;
        };
        task.overdue = true;
        let task = task.id.number;
        self.emit(Event::TaskOverdue { task });
    }

    fn follow_ups_due(&mut self) {
        let now = self.now;
        let due = self
            .c
            .open_tasks
            .values_mut()
            .filter(|t| t.follow_up && !t.overdue && t.due_at <= now);
        let numbers: Vec<u32> = due
            .map(|task| {
                task.overdue = true;
                task.id.number
            })
            .collect();
        for task in numbers {
            self.effects.push(Effect::Emit(Event::TaskOverdue { task }));
        }
        self.promise_follow_up();
    }

    /// The window has passed without a human act: the bot takes the conversation back.
    fn reactivate(&mut self) -> Flow {
        let now = self.now;
        let handover = self.handover();
        let answered = handover.answered();
        handover.reactivated_at = Some(now);
        if !answered {
            self.emit(Event::Missed);
            if let Some(task) = self.task() {
                task.state = TaskState::Missed;
                let task = task.id.number;
                self.emit(Event::TaskMissed { task });
            }
        }
        self.set_control(Holder::Bot);
        self.emit(Event::Reactivated { answered });
        let question = DraftQuestion {
            handover: self.handover().clone(),
            assignee: None,
        };
        Flow::Ask(Box::new(Question::Returning(question)), Next::Returning)
    }

    /// With the bot back, a handover that nobody has goes up the ladder; a human's own assignment stays.
    pub(super) fn returning(&mut self, text: Option<String>) -> Taken {
        let epoch = self.c.control.epoch;
        let handover = self.handover();
        let stage = handover.stage.clone();
        let id = format!("{}~return{epoch}", handover.id);
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.effects.push(Effect::Say(Reply {
                id,
                kind: ReplyKind::Returning,
                text,
            }));
        }
        match stage {
            Stage::Offered(_) => Ok(self.hasten()),
            Stage::Waiting | Stage::Assigned(_) => {
                self.emit(Event::Alarm {
                    why: "nobody acted before the bot came back".to_owned(),
                });
                Ok(Flow::Done)
            }
            Stage::Accepted(_) => Ok(Flow::Done),
        }
    }
}
