//! Promises that are due, one in each step, and people who become available.

use super::{Flow, Next, Taken, Turn};
use crate::{DraftQuestion, Effect, Event, Handover, Holder, Question, Reply, ReplyKind, Stage, TaskState, TimerKind};

impl Turn<'_> {
    /// Somebody may have become available: only a handover that waits cares.
    pub(super) fn available(&mut self) -> Taken {
        match &self.c.handover {
            Some(Handover {
                stage: Stage::Waiting, ..
            }) => Ok(self.seek_again()),
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
            TimerKind::OfferLapse => {
                self.lapse();
                Ok(self.climb())
            }
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

    /// With the bot back, a handover that nobody answered goes up the ladder; a human's own assignment stays.
    pub(super) fn returning(&mut self, text: Option<String>) -> Taken {
        let epoch = self.c.control.epoch;
        let handover = self.handover();
        let (answered, stage) = (handover.answered(), handover.stage.clone());
        let id = format!("{}~return{epoch}", handover.id);
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.effects.push(Effect::Say(Reply {
                id,
                kind: ReplyKind::Returning,
                text,
            }));
        }
        match stage {
            Stage::Offered(_) if !answered => {
                self.lapse();
                Ok(self.climb_on())
            }
            Stage::Waiting | Stage::Assigned(_) if !answered => {
                self.emit(Event::Alarm {
                    why: "nobody acted before the bot came back".to_owned(),
                });
                Ok(Flow::Done)
            }
            Stage::Offered(_) | Stage::Accepted(_) | Stage::Waiting | Stage::Assigned(_) => Ok(Flow::Done),
        }
    }
}
