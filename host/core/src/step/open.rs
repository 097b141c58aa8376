//! A handover opens: who, which words, one task, one message, the promises.

use std::collections::BTreeSet;

use super::request::one_line;
use super::{Flow, Next, Taken, Turn};
use crate::{
    AgentId, Assignee, Cause, Clock, Draft, DraftQuestion, Effect, Ending, Event, Evidence, FinalMessage, Handover,
    HandoverId, Holder, MessageId, Note, Priority, Promise, Question, Reason, Reply, ReplyKind, RoleId, Sla, Span,
    Stage, Target, Task, TaskId, TaskState, Time, TimerKind,
};

/// Passages a handover keeps; more are not read by anybody.
const MOST_EVIDENCE: usize = 8;
/// Notes that later signals may add to a task; further ones only raise it.
const MOST_SIGNAL_NOTES: usize = 20;

/// Why a human is needed, with all that the rules want done about it.
pub(super) struct Why {
    pub(super) reason: Reason,
    pub(super) cause: Cause,
    pub(super) priority: Priority,
    pub(super) tags: BTreeSet<String>,
    pub(super) role: Option<RoleId>,
    pub(super) skills: BTreeSet<String>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) message: Option<MessageId>,
    pub(super) own_words: Option<String>,
    pub(super) note: Option<String>,
}

impl Turn<'_> {
    pub(super) fn requested(&mut self, by: String, reason: Reason, note: Option<String>, priority: Priority) -> Taken {
        self.hand_over(Why {
            reason,
            cause: Cause::Request(by),
            priority,
            tags: BTreeSet::new(),
            role: None,
            skills: BTreeSet::new(),
            evidence: Vec::new(),
            message: None,
            own_words: None,
            note,
        })
    }

    /// One handover at a time: an open one is raised, unless the bot has the conversation back and a new one takes its place.
    pub(super) fn hand_over(&mut self, why: Why) -> Taken {
        match &self.c.handover {
            Some(_) if self.c.control.holder != Holder::Bot => {
                self.raise(why);
                Ok(Flow::Done)
            }
            Some(_) | None => {
                self.open(why);
                self.set_control(Holder::Waiting);
                self.seek(true)
            }
        }
    }

    /// An agent spoke while the bot held the conversation: a handover that is answered as it opens.
    pub(super) fn take_over(&mut self, agent: AgentId) -> Taken {
        self.open(Why {
            reason: Reason::known(Reason::TAKEOVER),
            cause: Cause::Takeover(agent.clone()),
            priority: Priority::Medium,
            tags: BTreeSet::new(),
            role: None,
            skills: BTreeSet::new(),
            evidence: Vec::new(),
            message: None,
            own_words: None,
            note: None,
        });
        self.accept(agent);
        self.stop_clock();
        Ok(self.ask_draft())
    }

    fn raise(&mut self, why: Why) {
        let (now, before) = (self.now, self.handover().priority);
        let extra = self.policy.of(&why.reason).tags.iter().cloned();
        let handover = self.handover();
        handover.priority = before.max(why.priority);
        handover.tags.extend(why.tags.into_iter().chain(extra));
        let (priority, tags) = (handover.priority, handover.tags.clone());
        let (by, text) = match (why.cause, why.note, why.own_words) {
            (Cause::Request(by), Some(note), _) => (by, note),
            (Cause::Request(by), None, _) => (by, format!("asks again: {}", why.reason)),
            (_, _, Some(words)) => ("customer".to_owned(), format!("{}: {words}", why.reason)),
            (_, _, None) => ("bot".to_owned(), why.reason.to_string()),
        };
        if let Some(task) = self.task() {
            task.priority = priority;
            task.tags = tags;
            if task.notes.len() < MOST_SIGNAL_NOTES {
                task.notes.push(Note { at: now, by, text });
            }
        }
        self.emit(Event::Raised {
            reason: why.reason,
            priority,
        });
        if priority > before {
            self.hurry(priority);
        }
    }

    /// A higher priority brings every live deadline forward; none moves back.
    fn hurry(&mut self, priority: Priority) {
        let (now, terms, calendar) = (self.now, self.terms(), &self.policy.calendar);
        let opened_at = self.handover().opened_at;
        let response = terms.response.of(priority);
        let window = terms.reactivation.unanswered.map(|w| w.of(priority));
        let resolution = terms.resolution.map(|r| r.of(priority));
        let rung = self.rung(self.handover_rung());
        let offer = rung.within.of(priority);
        let due = |sla: Sla, from: Time| calendar.due(from, sla.span, sla.clock).max(now);
        let warning = |sla: Sla| due(part(sla, terms.warn_percent), opened_at);
        for (kind, at) in [
            (TimerKind::ResponseWarning, Some(warning(response))),
            (TimerKind::ResponseDue, Some(due(response, opened_at))),
            (TimerKind::ResolutionWarning, resolution.map(warning)),
            (TimerKind::ResolutionDue, resolution.map(|r| due(r, opened_at))),
            (
                TimerKind::Reactivate,
                window.filter(|_| !self.answered()).map(|w| due(w, opened_at)),
            ),
            (TimerKind::OfferLapse, Some(due(offer, now))),
        ] {
            if let (Some(live), Some(at)) = (self.c.timers.get(kind), at) {
                self.c.timers.set(kind, live.min(at));
            }
        }
        if let (Some(pause), Some(resolution)) = (&mut self.handover().pause, resolution) {
            pause.left = pause.left.min(resolution.span);
        }
        if let Some(until) = self.c.timers.get(TimerKind::OfferLapse)
            && let Stage::Offered(offer) = &mut self.handover().stage
        {
            offer.until = until;
        }
        let due_at = self.c.timers.get(TimerKind::ResponseDue);
        if let (Some(due_at), Some(task)) = (due_at, self.task()) {
            task.due_at = due_at;
        }
    }

    fn open(&mut self, why: Why) {
        self.c.handovers += 1;
        self.c.tasks += 1;
        let id = HandoverId {
            conversation: self.c.id.clone(),
            number: self.c.handovers,
        };
        let before = self.supersede(&id);
        let terms = self.policy.of(&why.reason);
        let mut tags = terms.tags.clone();
        tags.extend(self.c.tags.iter().cloned().chain(why.tags));
        let priority = before
            .as_ref()
            .map_or(why.priority, |old| old.priority.max(why.priority));
        let sla = terms.response.of(priority);
        let due_at = self.policy.calendar.due(self.now, sla.span, sla.clock);
        let business_time = sla.clock == Clock::Business;
        let earlier_request = before.as_ref().map(|old| old.request.clone());
        let request = self.c.request.clone().or(earlier_request).or(why.own_words);
        let previous = before.as_ref().map(|old| old.id.clone());
        let unanswered = before.filter(|old| !old.answered());
        let evidence = passages(why.evidence);
        let handover = Handover {
            rules: self.policy.rules.clone(),
            reason: why.reason.clone(),
            cause: why.cause,
            priority,
            tags,
            topic: self.c.topic.clone(),
            request: request
                .or_else(|| why.note.as_deref().map(one_line))
                .unwrap_or_default(),
            evidence,
            message: why.message,
            note: why.note,
            role: why.role,
            skills: why.skills.into_iter().collect(),
            opened_at: self.now,
            stage: Stage::Waiting,
            rung: unanswered.as_ref().map_or(0, |old| old.rung),
            tries: 0,
            climbs: unanswered.as_ref().map_or(0, |old| old.climbs),
            missed: unanswered.map(|old| old.missed).unwrap_or_default(),
            previous,
            ranked: Vec::new(),
            passed_over: Vec::new(),
            promise: Promise {
                within: sla.span,
                business_time,
                due_at,
            },
            final_message: None,
            task: self.c.tasks,
            first_act_at: None,
            last_act_at: None,
            resolution_due: None,
            pause: None,
            reactivated_at: None,
            ending: None,
            ended_at: None,
            timeline: Vec::new(),
            id,
        };
        self.c.handover = Some(handover);
        self.emit(Event::Opened {
            reason: why.reason,
            priority,
        });
        self.promise_deadlines();
    }

    /// Ends the handover of a conversation that the bot has back, so that a new cause gets a handover, a
    /// task and a message of its own.
    fn supersede(&mut self, by: &HandoverId) -> Option<Handover> {
        self.c.handover.as_ref()?;
        self.drop_task(format!("handover {by} took its place"));
        self.emit(Event::Ended {
            ending: Ending::Superseded(by.clone()),
        });
        Some(self.end_handover(Ending::Superseded(by.clone())))
    }

    fn promise_deadlines(&mut self) {
        let (now, terms, calendar) = (self.now, self.terms(), &self.policy.calendar);
        let handover = self.c.handover.as_mut().expect("it was just opened");
        let priority = handover.priority;
        let due = |sla: Sla, percent: u8| calendar.due(now, part(sla, percent).span, sla.clock);
        let response = terms.response.of(priority);
        self.c
            .timers
            .set(TimerKind::ResponseWarning, due(response, terms.warn_percent));
        self.c.timers.set(TimerKind::ResponseDue, handover.promise.due_at);
        if let Some(resolution) = terms.resolution.map(|r| r.of(priority)) {
            let due_at = due(resolution, 100);
            handover.resolution_due = Some(due_at);
            self.c
                .timers
                .set(TimerKind::ResolutionWarning, due(resolution, terms.warn_percent));
            self.c.timers.set(TimerKind::ResolutionDue, due_at);
        }
        if let Some(window) = terms.reactivation.unanswered.map(|w| w.of(priority)) {
            self.c.timers.set(TimerKind::Reactivate, due(window, 100));
        }
    }

    pub(super) fn ask_draft(&mut self) -> Flow {
        let handover = self.handover().clone();
        let assignee = match handover.holders() {
            [one] => Some(one.clone()),
            [] | [_, _, ..] => None,
        };
        Flow::Ask(
            Box::new(Question::Draft(DraftQuestion { handover, assignee })),
            Next::Draft,
        )
    }

    pub(super) fn drafted(&mut self, draft: Draft) -> Taken {
        let assignee = self.assignee();
        let now = self.now;
        let handover = self.handover();
        let silent = matches!(handover.cause, Cause::Takeover(_)) || draft.message.trim().is_empty();
        let task = Task {
            id: TaskId {
                conversation: handover.id.conversation.clone(),
                number: handover.task,
            },
            handover: handover.id.clone(),
            title: draft.title,
            description: draft.description,
            priority: handover.priority,
            tags: handover.tags.clone(),
            assignee,
            due_at: handover.promise.due_at,
            overdue: false,
            state: TaskState::Open,
            notes: Vec::new(),
            created_at: now,
            follow_up: false,
        };
        let reply = (!silent).then(|| Reply {
            id: format!("{}~final", handover.id),
            kind: ReplyKind::Final,
            text: draft.message,
        });
        handover.final_message = reply.as_ref().map(|r| FinalMessage {
            id: r.id.clone(),
            text: r.text.clone(),
        });
        let number = task.id.number;
        self.c.open_tasks.insert(number, task);
        self.emit(Event::TaskCreated { task: number });
        self.effects.extend(reply.map(Effect::Say));
        Ok(Flow::Done)
    }

    /// Who has the open handover's task, as its stage says.
    pub(super) fn assignee(&self) -> Option<Assignee> {
        let handover = self.c.handover.as_ref()?;
        match &handover.stage {
            Stage::Waiting => None,
            Stage::Assigned(assignee) => Some(assignee.clone()),
            Stage::Accepted(agent) => Some(Assignee::Agent(agent.clone())),
            Stage::Offered(offer) => match offer.agents.as_slice() {
                [one] => Some(Assignee::Agent(one.clone())),
                [] | [_, ..] => Some(match &self.rung(handover.rung).to {
                    Target::Role(role) => Assignee::Role(role.clone()),
                    Target::Candidates => self.queue(),
                    Target::Agent(_) | Target::OnCall(_) | Target::Everyone => Assignee::Everyone,
                }),
            },
        }
    }

    /// Who takes what nobody in particular has: the role that should get it, else everyone.
    pub(super) fn queue(&self) -> Assignee {
        let wanted = self.c.handover.as_ref().and_then(|handover| handover.role.as_ref());
        let role = wanted.or(self.terms().role.as_ref());
        role.map_or(Assignee::Everyone, |role| Assignee::Role(role.clone()))
    }

    fn answered(&self) -> bool {
        self.c.handover.as_ref().is_some_and(Handover::answered)
    }
}

/// A share of a deadline, in percent.
fn part(sla: Sla, percent: u8) -> Sla {
    let span = Span(sla.span.0 / 100 * i64::from(percent));
    Sla { span, ..sla }
}

/// The passages that tell something: none that lies within another one, the longest first.
fn passages(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.sort_by_key(|e| std::cmp::Reverse(e.end.saturating_sub(e.start)));
    let mut kept: Vec<Evidence> = Vec::new();
    for found in evidence {
        let told = kept.iter().any(|k| k.start <= found.start && found.end <= k.end);
        if !told && kept.len() < MOST_EVIDENCE {
            kept.push(found);
        }
    }
    kept
}
