//! One step: an input and the time in, a question or effects out.
//!
//! The conversation that is given is changed in place. Who calls keeps the old one until the new one is
//! committed, so a step that is not finished, or is refused, leaves nothing behind. What a step has
//! done before it asked waits in the conversation for the answer.
//!
//! Reading order: `said` decides, `open` makes the handover, `ladder` finds somebody, `people` act,
//! `clock` keeps promises.

mod clock;
mod ladder;
mod open;
mod people;
mod refusal;
mod request;
mod said;

pub use refusal::Refusal;

use ladder::SeekAt;

use crate::{Answer, Conversation, Effect, Entry, Event, Handover, Holder, Input, Policy, Question, Stage, Task, Time};

/// What comes of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Answer this with [`Input::Answer`] on the same conversation.
    Ask(Box<Question>),
    /// Commit the conversation, its timers and these together; nothing may leave before.
    Done(Vec<Effect>),
    /// The input makes no sense now. Drop the conversation that was given: it is not to be committed.
    Refused(Refusal),
}

/// A question that waits for its answer, and what the step has done so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    effects: Vec<Effect>,
    next: Next,
}

/// What goes on when the answer is there.
#[derive(Debug, Clone, PartialEq)]
enum Next {
    /// Candidates were asked for.
    Seek(Seek),
    /// The words of the opening were asked for.
    Draft,
    /// The words of the bot's return were asked for.
    Returning,
}

/// A search for somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seek {
    /// Whether the handover is just being opened.
    opening: bool,
    /// Who is being asked about.
    at: SeekAt,
    /// Whether only such were found so far who had missed it.
    only_missed: bool,
    /// Whether any rung asked so far leads to anybody, available or not.
    anybody: bool,
    /// When the next of those found absent comes.
    next_at: Option<Time>,
}

impl Seek {
    /// Nobody has been asked about yet.
    fn begin(opening: bool) -> Self {
        Self {
            opening,
            at: SeekAt::Owner,
            only_missed: false,
            anybody: false,
            next_at: None,
        }
    }
}

/// How the parts of a step go on.
enum Flow {
    Ask(Box<Question>, Next),
    Done,
}

type Taken = Result<Flow, Refusal>;

/// The step at work.
struct Turn<'a> {
    c: &'a mut Conversation,
    policy: &'a Policy,
    now: Time,
    effects: Vec<Effect>,
}

impl Conversation {
    /// Takes one input at one time.
    ///
    /// `policy` is that of the generation which opened the open handover, else the one in force. `now` never
    /// lies before the `now` of an earlier step.
    ///
    /// After [`Step::Ask`] the next input must be the answer to that question, on this very value.
    pub fn step(&mut self, policy: &Policy, input: Input, now: Time) -> Step {
        let pending = self.pending.take();
        let mut turn = Turn {
            c: self,
            policy,
            now,
            effects: Vec::new(),
        };
        let outcome = match (input, pending) {
            (Input::Answer(answer), Some(pending)) => {
                turn.effects = pending.effects;
                turn.resume(answer, pending.next)
            }
            (Input::Answer(_), None) | (_, Some(_)) => Err(Refusal::OutOfTurn),
            (input, None) => turn.take(input),
        };
        match outcome {
            Ok(Flow::Ask(question, next)) => {
                let effects = std::mem::take(&mut turn.effects);
                self.pending = Some(Box::new(Pending { effects, next }));
                Step::Ask(question)
            }
            Ok(Flow::Done) => {
                let effects = turn.effects;
                if !effects.is_empty() {
                    self.changed_at = now;
                }
                Step::Done(effects)
            }
            Err(refusal) => Step::Refused(refusal),
        }
    }
}

impl<'a> Turn<'a> {
    /// What holds for the open handover; before one is there, what holds for all.
    fn terms(&self) -> &'a Policy {
        let reason = self.c.handover.as_ref().map(|handover| &handover.reason);
        reason.map_or(self.policy, |reason| self.policy.of(reason))
    }

    fn take(&mut self, input: Input) -> Taken {
        match input {
            Input::Said {
                message,
                signals,
                contact,
                fields,
            } => self.said(message, signals, contact, fields),
            Input::Requested {
                by,
                reason,
                note,
                priority,
            } => self.requested(by, reason, note, priority),
            Input::Accepted { task, agent } => self.accepted(task, agent),
            Input::Declined { task, agent, reason } => self.declined(task, agent, reason),
            Input::Completed(completion) => self.completed(completion),
            Input::Assigned { task, to, by, note } => self.assigned(task, to, by, note),
            Input::GivenBack { task, agent, reason } => self.given_back(task, agent, reason),
            Input::Left { agent } => self.left(&agent),
            Input::Noted { task, by, text } => self.noted(task, by, text),
            Input::Released { by } => self.released(by),
            Input::Closed { by } => self.closed(by),
            Input::Available => self.available(),
            Input::Woke => self.woke(),
            Input::Answer(_) => Err(Refusal::OutOfTurn),
        }
    }

    fn resume(&mut self, answer: Answer, next: Next) -> Taken {
        match (next, answer) {
            (Next::Seek(seek), Answer::Candidates(candidates)) => self.found(seek, candidates),
            (Next::Draft, Answer::Draft(draft)) => self.drafted(draft),
            (Next::Returning, Answer::Returning(text)) => self.returning(text),
            (Next::Seek(_) | Next::Draft | Next::Returning, _) => Err(Refusal::OutOfTurn),
        }
    }

    /// The open handover. Only called where there is one.
    fn handover(&mut self) -> &mut Handover {
        self.c.handover.as_mut().expect("the caller has seen the open handover")
    }

    /// The open handover's task; `None` while the handover is being opened.
    fn task(&mut self) -> Option<&mut Task> {
        let number = self.c.handover.as_ref()?.task;
        self.c.open_tasks.get_mut(&number)
    }

    /// Tells whoever listens, and writes the handover's timeline.
    fn emit(&mut self, event: Event) {
        if let Some(handover) = &mut self.c.handover {
            if handover.timeline.len() >= Handover::TIMELINE {
                handover.timeline.remove(1);
            }
            handover.timeline.push(Entry {
                at: self.now,
                event: event.clone(),
            });
        }
        self.effects.push(Effect::Emit(event));
    }

    fn set_control(&mut self, to: Holder) {
        let from = self.c.control.holder;
        if from == to {
            return;
        }
        self.c.control.holder = to;
        self.c.control.epoch += 1;
        let epoch = self.c.control.epoch;
        if to == Holder::Bot {
            self.c.bot_turns = 0;
            self.c.failed_answers = 0;
            self.c.last_answer_failed = false;
        }
        self.emit(Event::ControlChanged { from, to, epoch });
    }

    /// Moves the handover, and its task's assignee with it.
    fn set_stage(&mut self, stage: Stage) {
        self.handover().stage = stage;
        let assignee = self.assignee();
        if let Some(task) = self.task() {
            task.assignee = assignee;
        }
    }
}
