//! People act: the first act stops the response clock, each one moves the window of the bot's return.

use super::{Flow, Taken, Turn};
use crate::{
    AfterCompletion, AgentId, Assignee, Completion, Effect, Ending, Event, FollowUp, Handover, Holder, Message, Miss,
    MissKind, Note, Outcome, Refusal, Stage, Task, TaskId, TaskState, TimerKind,
};

/// Notes a task may have; beyond it lies a conversation, not a task.
const MOST_NOTES: usize = 50;

impl Turn<'_> {
    pub(super) fn agent_spoke(&mut self, message: Message) -> Taken {
        let Some(agent) = message.agent else {
            return Ok(Flow::Done);
        };
        match &self.c.handover {
            None => self.take_over(agent),
            Some(handover) => {
                match &handover.stage {
                    Stage::Accepted(_) => {
                        self.human_acted();
                        self.set_control(Holder::Human);
                    }
                    Stage::Waiting | Stage::Offered(_) | Stage::Assigned(_) => self.accept(agent),
                }
                self.stop_clock();
                Ok(Flow::Done)
            }
        }
    }

    pub(super) fn accepted(&mut self, task: u32, agent: AgentId) -> Taken {
        if !self.is_handovers(task)? {
            let to = Assignee::Agent(agent);
            self.open_task(task)?.assignee = Some(to.clone());
            let by = "accepted".to_owned();
            self.effects.push(Effect::Emit(Event::Assigned { task, to, by }));
            return Ok(Flow::Done);
        }
        match &self.handover().stage {
            Stage::Accepted(by) if *by == agent => return Ok(Flow::Done),
            Stage::Accepted(by) => return Err(Refusal::AlreadyAccepted { by: by.clone() }),
            Stage::Offered(offer) if !offer.agents.contains(&agent) => {
                return Err(Refusal::NotOffered {
                    to: names(&offer.agents),
                });
            }
            Stage::Assigned(Assignee::Agent(to)) if *to != agent => {
                return Err(Refusal::NotOffered { to: to.to_string() });
            }
            Stage::Offered(_) | Stage::Assigned(_) | Stage::Waiting => {}
        }
        self.accept(agent);
        Ok(Flow::Done)
    }

    /// The agent has it from here on; offers to others are off.
    pub(super) fn accept(&mut self, agent: AgentId) {
        let others: Vec<AgentId> = match &self.handover().stage {
            Stage::Offered(offer) => offer.agents.iter().filter(|a| **a != agent).cloned().collect(),
            Stage::Waiting | Stage::Assigned(_) | Stage::Accepted(_) => Vec::new(),
        };
        self.c.timers.clear(TimerKind::OfferLapse);
        self.c.timers.clear(TimerKind::Candidate);
        self.set_stage(Stage::Accepted(agent.clone()));
        self.emit(Event::Accepted { agent });
        if !others.is_empty() {
            self.emit(Event::Withdrawn { agents: others });
        }
        self.human_acted();
        self.set_control(Holder::Human);
    }

    fn human_acted(&mut self) {
        let now = self.now;
        let handover = self.handover();
        handover.first_act_at.get_or_insert(now);
        handover.last_act_at = Some(now);
        let priority = handover.priority;
        self.c.timers.clear(TimerKind::ResponseWarning);
        self.c.timers.clear(TimerKind::ResponseDue);
        let reactivation = self.terms().reactivation;
        let window = reactivation.quiet.or(reactivation.unanswered);
        match window.map(|w| w.of(priority)) {
            Some(sla) => {
                let at = self.policy.calendar.due(now, sla.span, sla.clock);
                self.c.timers.set(TimerKind::Reactivate, at);
            }
            None => self.c.timers.clear(TimerKind::Reactivate),
        }
    }

    pub(super) fn declined(&mut self, task: u32, agent: AgentId, reason: Option<String>) -> Taken {
        if !self.is_handovers(task)? {
            return Err(Refusal::NotOffered { to: self.whose(task)? });
        }
        let left = match &self.handover().stage {
            Stage::Offered(offer) if offer.agents.contains(&agent) => {
                let mut left = offer.clone();
                left.agents.retain(|a| *a != agent);
                left
            }
            Stage::Assigned(Assignee::Agent(to)) if *to == agent => crate::Offer {
                agents: Vec::new(),
                until: self.now,
            },
            Stage::Accepted(by) => return Err(Refusal::AlreadyAccepted { by: by.clone() }),
            Stage::Offered(_) | Stage::Assigned(_) | Stage::Waiting => {
                return Err(Refusal::NotOffered { to: self.whose(task)? });
            }
        };
        self.missed(agent.clone(), MissKind::Declined(reason.clone()));
        if left.agents.is_empty() {
            self.c.timers.clear(TimerKind::OfferLapse);
            self.set_stage(Stage::Waiting);
            self.emit(Event::Declined { agent, reason });
            return Ok(self.climb());
        }
        self.set_stage(Stage::Offered(left));
        self.emit(Event::Declined { agent, reason });
        Ok(Flow::Done)
    }

    fn missed(&mut self, agent: AgentId, how: MissKind) {
        let at = self.now;
        self.handover().missed.push(Miss { agent, at, how });
    }

    /// Back into the queue: others are asked from the rung on which it stands, the customer waits for one of them.
    ///
    /// To give back what one has not accepted is to decline it.
    pub(super) fn given_back(&mut self, task: u32, agent: AgentId, reason: Option<String>) -> Taken {
        let main = self.is_handovers(task)?;
        match self.c.handover.as_ref().map(|h| &h.stage) {
            Some(Stage::Offered(offer)) if main && offer.agents.contains(&agent) => {
                return self.declined(task, agent, reason);
            }
            Some(Stage::Assigned(Assignee::Agent(to))) if main && *to == agent => {
                return self.declined(task, agent, reason);
            }
            Some(Stage::Offered(_) | Stage::Assigned(_) | Stage::Accepted(_) | Stage::Waiting) | None => {}
        }
        let has_it = match self.c.handover.as_ref().map(|h| &h.stage) {
            Some(Stage::Accepted(by)) if main => *by == agent,
            Some(_) if main => false,
            Some(_) | None => self.open_task(task)?.assignee == Some(Assignee::Agent(agent.clone())),
        };
        if !has_it {
            return Err(Refusal::NotYours {
                whose: self.whose(task)?,
            });
        }
        if !main {
            self.reassign(task, agent.to_string())?;
            return Ok(Flow::Done);
        }
        self.missed(agent.clone(), MissKind::GivenBack(reason.clone()));
        Ok(self.take_back(agent, reason))
    }

    fn take_back(&mut self, agent: AgentId, reason: Option<String>) -> Flow {
        self.set_stage(Stage::Waiting);
        self.emit(Event::GivenBack { agent, reason });
        self.set_control(Holder::Waiting);
        self.seek_again()
    }

    /// A task that is not the handover's goes to whoever takes it.
    fn reassign(&mut self, task: u32, by: String) -> Result<(), Refusal> {
        let to = self.queue();
        self.open_task(task)?.assignee = Some(to.clone());
        self.effects.push(Effect::Emit(Event::Assigned { task, to, by }));
        Ok(())
    }

    /// What somebody had who is gone goes to others, as if they had given it back.
    pub(super) fn left(&mut self, agent: &AgentId) -> Taken {
        let gone = Some(Assignee::Agent(agent.clone()));
        let main = self.c.handover.as_ref().map(|handover| handover.task);
        let tasks = self.c.open_tasks.iter().filter(|(_, task)| task.assignee == gone);
        let tasks: Vec<u32> = tasks.map(|(number, _)| *number).filter(|n| Some(*n) != main).collect();
        for task in tasks {
            self.reassign(task, format!("{agent} left"))?;
        }
        let agents = vec![agent.clone()];
        match self.c.handover.as_ref().map(|handover| handover.stage.clone()) {
            Some(Stage::Accepted(by)) if by == *agent => {
                Ok(self.take_back(agent.clone(), Some("no longer there".to_owned())))
            }
            Some(Stage::Assigned(Assignee::Agent(to))) if to == *agent => {
                self.c.timers.clear(TimerKind::OfferLapse);
                self.set_stage(Stage::Waiting);
                self.emit(Event::Withdrawn { agents });
                Ok(self.seek_again())
            }
            Some(Stage::Offered(mut offer)) if offer.agents.contains(agent) => {
                offer.agents.retain(|other| other != agent);
                let nobody = offer.agents.is_empty();
                self.set_stage(if nobody { Stage::Waiting } else { Stage::Offered(offer) });
                self.emit(Event::Withdrawn { agents });
                if !nobody {
                    return Ok(Flow::Done);
                }
                self.c.timers.clear(TimerKind::OfferLapse);
                Ok(self.seek_again())
            }
            Some(Stage::Waiting | Stage::Offered(_) | Stage::Assigned(_) | Stage::Accepted(_)) | None => Ok(Flow::Done),
        }
    }

    pub(super) fn assigned(&mut self, task: u32, to: Assignee, by: String, note: Option<String>) -> Taken {
        if let Some(text) = note {
            self.note(task, by.clone(), text)?;
        }
        if !self.is_handovers(task)? {
            self.open_task(task)?.assignee = Some(to.clone());
            self.effects.push(Effect::Emit(Event::Assigned { task, to, by }));
            return Ok(Flow::Done);
        }
        if matches!(&self.handover().stage, Stage::Accepted(agent) if to == Assignee::Agent(agent.clone())) {
            self.emit(Event::Assigned { task, to, by });
            return Ok(Flow::Done);
        }
        let withdrawn: Vec<AgentId> = match &self.handover().stage {
            Stage::Offered(offer) => offer
                .agents
                .iter()
                .filter(|a| to != Assignee::Agent((*a).clone()))
                .cloned()
                .collect(),
            Stage::Accepted(agent) => vec![agent.clone()],
            Stage::Waiting | Stage::Assigned(_) => Vec::new(),
        };
        // It stays theirs, but not unseen: when an offer would have lapsed, an alarm is sent.
        let within = self.rung(self.handover_rung()).within.of(self.handover().priority);
        let until = self.policy.calendar.due(self.now, within.span, within.clock);
        self.c.timers.set(TimerKind::OfferLapse, until);
        self.c.timers.clear(TimerKind::Candidate);
        self.set_stage(Stage::Assigned(to.clone()));
        if !withdrawn.is_empty() {
            self.emit(Event::Withdrawn { agents: withdrawn });
        }
        self.emit(Event::Assigned { task, to, by });
        Ok(Flow::Done)
    }

    pub(super) fn noted(&mut self, task: u32, by: String, text: String) -> Taken {
        self.note(task, by.clone(), text)?;
        self.effects.push(Effect::Emit(Event::TaskNoted { task, by }));
        Ok(Flow::Done)
    }

    fn note(&mut self, task: u32, by: String, text: String) -> Result<(), Refusal> {
        let at = self.now;
        let task = self.open_task(task)?;
        if task.notes.len() >= MOST_NOTES {
            return Err(Refusal::TooManyNotes { most: MOST_NOTES });
        }
        task.notes.push(Note { at, by, text });
        Ok(())
    }

    pub(super) fn completed(&mut self, completion: Completion) -> Taken {
        let Completion {
            task,
            by,
            outcome,
            needed,
            note,
            status,
            follow_up,
        } = completion;
        let main = self.is_handovers(task)?;
        let after = self.terms().after_completion;
        if let Some(agent) = by.as_ref()
            && !self.may_complete(task, main, agent)
        {
            return Err(Refusal::NotYours {
                whose: self.whose(task)?,
            });
        }
        if follow_up
            .as_ref()
            .and_then(|f| f.due_at)
            .is_some_and(|due| due < self.now)
        {
            return Err(Refusal::DueInThePast);
        }
        if let Some(text) = note.clone() {
            let by = by.as_ref().map_or_else(|| "operator".to_owned(), ToString::to_string);
            self.note(task, by, text)?;
        }
        if outcome == Outcome::NeedsEscalation && main {
            return Ok(self.escalate(by, note));
        }
        self.c.contact.status = Some(status.unwrap_or_else(|| outcome.as_str().to_owned()));
        let done = TaskState::Done {
            outcome,
            at: self.now,
            by: by.clone(),
        };
        let ended = self.end_task(task, done, Event::TaskCompleted { task, outcome });
        if let Some(follow_up) = follow_up.or_else(|| (outcome == Outcome::Scheduled).then(FollowUp::default)) {
            self.make_follow_up(&ended, follow_up);
        }
        if main {
            self.human_acted();
            self.emit(Event::Completed {
                outcome,
                by: by.clone(),
                needed,
            });
            self.end_handover(Ending::Completed {
                outcome,
                by,
                needed,
                note,
            });
            self.c.request = None;
            self.set_control(match after {
                AfterCompletion::Bot => Holder::Bot,
                AfterCompletion::Close => Holder::Closed,
            });
        }
        self.promise_follow_up();
        Ok(Flow::Done)
    }

    /// Whoever has it, or was offered it, may complete it; anyone while nobody has it.
    fn may_complete(&self, task: u32, main: bool, agent: &AgentId) -> bool {
        let assignee = match self.c.handover.as_ref().map(|h| &h.stage) {
            Some(Stage::Offered(offer)) if main => return offer.agents.contains(agent),
            Some(_) | None => self.c.open_tasks.get(&task).and_then(|t| t.assignee.as_ref()),
        };
        match assignee {
            Some(Assignee::Agent(whose)) => whose == agent,
            Some(Assignee::Role(_) | Assignee::Everyone) | None => true,
        }
    }

    /// The human who has it cannot resolve it: up the ladder, the customer waits for another human.
    fn escalate(&mut self, by: Option<AgentId>, note: Option<String>) -> Flow {
        let holder = by.or_else(|| self.handover().holders().first().cloned());
        if let Some(agent) = holder {
            let why = note.unwrap_or_else(|| "needs escalation".to_owned());
            self.missed(agent, MissKind::Declined(Some(why)));
        }
        self.human_acted();
        self.c.timers.clear(TimerKind::OfferLapse);
        self.set_stage(Stage::Waiting);
        self.set_control(Holder::Waiting);
        self.climb_on()
    }

    fn make_follow_up(&mut self, of: &Task, wanted: FollowUp) {
        self.c.tasks += 1;
        let sla = self.terms().follow_up;
        let number = self.c.tasks;
        let task = Task {
            id: TaskId {
                conversation: self.c.id.clone(),
                number,
            },
            title: wanted.title.unwrap_or_else(|| continued(&of.title)),
            due_at: wanted
                .due_at
                .unwrap_or_else(|| self.policy.calendar.due(self.now, sla.span, sla.clock)),
            overdue: false,
            state: TaskState::Open,
            notes: Vec::new(),
            created_at: self.now,
            follow_up: true,
            assignee: match &of.state {
                TaskState::Done { by: Some(agent), .. } => Some(Assignee::Agent(agent.clone())),
                TaskState::Done { by: None, .. } | TaskState::Open | TaskState::Missed | TaskState::Dropped { .. } => {
                    of.assignee.clone()
                }
            },
            ..of.clone()
        };
        self.c.open_tasks.insert(number, task);
        self.emit(Event::TaskCreated { task: number });
    }

    /// Keeps the one promise for all follow-ups: the earliest that is not overdue yet.
    pub(super) fn promise_follow_up(&mut self) {
        let waiting = self.c.open_tasks.values().filter(|t| t.follow_up && !t.overdue);
        match waiting.map(|t| t.due_at).min() {
            Some(at) => self.c.timers.set(TimerKind::FollowUpDue, at),
            None => self.c.timers.clear(TimerKind::FollowUpDue),
        }
    }

    pub(super) fn released(&mut self, by: String) -> Taken {
        if self.c.control.holder == Holder::Bot {
            return Err(Refusal::BotHolds);
        }
        if self.c.handover.is_some() {
            self.drop_task(format!("released by {by}"));
            self.emit(Event::Ended {
                ending: Ending::Released(by.clone()),
            });
            self.end_handover(Ending::Released(by));
        }
        self.c.request = None;
        self.set_control(Holder::Bot);
        Ok(Flow::Done)
    }

    pub(super) fn closed(&mut self, by: String) -> Taken {
        if self.c.control.holder == Holder::Closed {
            return Err(Refusal::AlreadyClosed);
        }
        if self.c.handover.is_some() {
            self.drop_task(format!("conversation closed by {by}"));
            self.emit(Event::Ended {
                ending: Ending::Closed(by.clone()),
            });
            self.end_handover(Ending::Closed(by));
        }
        self.set_control(Holder::Closed);
        Ok(Flow::Done)
    }

    /// Takes the handover out of the conversation, with every promise made for it.
    pub(super) fn end_handover(&mut self, ending: Ending) -> Handover {
        for kind in TimerKind::ALL
            .into_iter()
            .filter(|kind| *kind != TimerKind::FollowUpDue)
        {
            self.c.timers.clear(kind);
        }
        let mut handover = self.c.handover.take().expect("the caller has seen the open handover");
        handover.ending = Some(ending);
        handover.ended_at = Some(self.now);
        self.effects.push(Effect::HandoverEnded(Box::new(handover.clone())));
        handover
    }

    pub(super) fn drop_task(&mut self, why: String) {
        let number = self.handover().task;
        let dropped = TaskState::Dropped { why, at: self.now };
        self.end_task(number, dropped, Event::TaskDropped { task: number });
    }

    fn end_task(&mut self, number: u32, state: TaskState, event: Event) -> Task {
        let mut task = self
            .c
            .open_tasks
            .remove(&number)
            .expect("the caller has seen the open task");
        task.state = state;
        self.emit(event);
        self.effects.push(Effect::TaskEnded(Box::new(task.clone())));
        task
    }

    /// Whether an open task is that of the open handover; otherwise it is a follow-up.
    fn is_handovers(&mut self, number: u32) -> Result<bool, Refusal> {
        self.open_task(number)?;
        Ok(self.c.handover.as_ref().is_some_and(|h| h.task == number))
    }

    fn open_task(&mut self, number: u32) -> Result<&mut Task, Refusal> {
        self.c.open_tasks.get_mut(&number).ok_or(Refusal::TaskNotOpen(number))
    }

    fn whose(&mut self, task: u32) -> Result<String, Refusal> {
        let assignee = self.open_task(task)?.assignee.as_ref();
        Ok(assignee.map_or_else(|| "nobody".to_owned(), ToString::to_string))
    }
}

fn names(agents: &[AgentId]) -> String {
    agents.iter().map(AgentId::as_str).collect::<Vec<_>>().join(", ")
}

/// A follow-up of a follow-up is still one.
fn continued(title: &str) -> String {
    const MARK: &str = "Continue: ";
    if title.starts_with(MARK) {
        title.to_owned()
    } else {
        format!("{MARK}{title}")
    }
}
