//! The stored forms of the core's types: what the rows of a conversation hold, all on one page.
//!
//! The lines below are the format. Postcard writes fields in order and variants by position: only append variants,
//! and read the module above before changing anything else.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{
    AgentId, Answer, Assignee, BotState, Candidates, Cause, Completion, Contact, Control, Draft, Ending, Entry, Event,
    Evidence, FinalMessage, FollowUp, Handover, HandoverId, Holder, Input, Message, MessageId, Miss, MissKind, Note,
    Offer, Outcome, PassedOver, Pause, Priority, Promise, Ranked, Reason, Reply, ReplyKind, RoleId, Signal, Span,
    Speaker, Stage, Task, TaskId, TaskState, Time, TimerKind, Timers,
};

use super::form::{Stored, forms};

forms! {
    enum Holder as HolderForm { Bot, Waiting, Human, Closed }

    struct Control as ControlForm { holder: Holder, epoch: u64 }

    struct Contact as ContactForm {
        name: Option<String>,
        phone: Option<String>,
        email: Option<String>,
        locale: Option<String>,
        time_zone: Option<String>,
        owner: Option<AgentId>,
        vip: bool,
        status: Option<String>,
    }

    enum TimerKind as TimerKindForm {
        OfferLapse, Candidate, Reactivate, ResponseWarning, ResponseDue, ResolutionWarning, ResolutionDue, FollowUpDue,
    }

    struct Handover as HandoverForm {
        id: HandoverId,
        rules: String,
        reason: Reason,
        cause: Cause,
        priority: Priority,
        tags: BTreeSet<String>,
        topic: Option<String>,
        request: String,
        evidence: Vec<Evidence>,
        message: Option<MessageId>,
        note: Option<String>,
        role: Option<RoleId>,
        skills: Vec<String>,
        previous: Option<HandoverId>,
        opened_at: Time,
        stage: Stage,
        rung: u32,
        tries: u32,
        climbs: u32,
        missed: Vec<Miss>,
        ranked: Vec<Ranked>,
        passed_over: Vec<PassedOver>,
        promise: Promise,
        final_message: Option<FinalMessage>,
        task: u32,
        first_act_at: Option<Time>,
        last_act_at: Option<Time>,
        resolution_due: Option<Time>,
        pause: Option<Pause>,
        reactivated_at: Option<Time>,
        ending: Option<Ending>,
        ended_at: Option<Time>,
        timeline: Vec<Entry>,
    }

    enum Priority as PriorityForm { Low, Medium, High }

    enum Cause as CauseForm {
        Signal, FailedAnswers(count: u32), TurnBudget, Request(by: String), Takeover(agent: AgentId),
    }

    struct Evidence as EvidenceForm { start: u32, end: u32, rule: String, quote: String }

    enum Stage as StageForm { Waiting, Offered(offer: Offer), Assigned(to: Assignee), Accepted(agent: AgentId) }

    struct Offer as OfferForm { agents: Vec<AgentId>, until: Time }

    struct Miss as MissForm { agent: AgentId, at: Time, how: MissKind }

    enum MissKind as MissKindForm {
        Lapsed, Declined(reason: Option<String>), GivenBack(reason: Option<String>),
    }

    struct Ranked as RankedForm { agent: AgentId, why: String }

    struct Pause as PauseForm { since: Time, left: Span }

    struct PassedOver as PassedOverForm { agent: AgentId, why: String, at: Time }

    struct Promise as PromiseForm { within: Span, business_time: bool, due_at: Time }

    struct FinalMessage as FinalMessageForm { id: String, text: String }

    enum Ending as EndingForm {
        Completed { outcome: Outcome, by: Option<AgentId>, needed: Option<bool>, note: Option<String> },
        Released(by: String),
        Closed(by: String),
        Superseded(by: HandoverId),
    }

    enum Outcome as OutcomeForm { Closed, Scheduled, NeedsEscalation, Converted, NoAnswer }

    struct Entry as EntryForm { at: Time, event: Event }

    struct Task as TaskForm {
        id: TaskId,
        handover: HandoverId,
        title: String,
        description: String,
        priority: Priority,
        tags: BTreeSet<String>,
        assignee: Option<Assignee>,
        due_at: Time,
        overdue: bool,
        state: TaskState,
        notes: Vec<Note>,
        created_at: Time,
        follow_up: bool,
    }

    enum Assignee as AssigneeForm { Agent(agent: AgentId), Role(role: RoleId), Everyone }

    enum TaskState as TaskStateForm {
        Open,
        Missed,
        Done { outcome: Outcome, at: Time, by: Option<AgentId> },
        Dropped { why: String, at: Time },
    }

    struct Note as NoteForm { at: Time, by: String, text: String }

    enum Speaker as SpeakerForm { Customer, Bot, Agent }

    struct Message as MessageForm {
        id: MessageId,
        speaker: Speaker,
        text: String,
        at: Time,
        agent: Option<AgentId>,
        epoch: Option<u64>,
        bot_state: Option<BotState>,
    }

    struct BotState as BotStateForm { confidence: Option<f32>, intent: Option<String>, answered: Option<bool> }

    struct Signal as SignalForm {
        detector: String,
        reason: Reason,
        confidence: f32,
        threshold: f32,
        hands_over: bool,
        priority: Priority,
        tags: Vec<String>,
        topic: Option<String>,
        role: Option<RoleId>,
        skills: Vec<String>,
        evidence: Vec<Evidence>,
        fields: Vec<(String, String)>,
        note: Option<String>,
    }

    struct Reply as ReplyForm { id: String, kind: ReplyKind, text: String }

    enum ReplyKind as ReplyKindForm { Final, Returning }

    enum Event as EventForm {
        Opened { reason: Reason, priority: Priority },
        Suggested { reason: Reason, priority: Priority },
        Raised { reason: Reason, priority: Priority },
        Offered { agents: Vec<AgentId>, until: Time },
        Waiting,
        Accepted { agent: AgentId },
        Declined { agent: AgentId, reason: Option<String> },
        Lapsed { agents: Vec<AgentId> },
        Withdrawn { agents: Vec<AgentId> },
        Escalated { rung: u32 },
        GivenBack { agent: AgentId, reason: Option<String> },
        Assigned { task: u32, to: Assignee, by: String },
        Alarm { why: String },
        Missed,
        Reactivated { answered: bool },
        Completed { outcome: Outcome, by: Option<AgentId>, needed: Option<bool> },
        Ended { ending: Ending },
        Warning { timer: TimerKind, due_at: Time },
        Breached { timer: TimerKind },
        Paused { timer: TimerKind },
        Resumed { timer: TimerKind, due_at: Time },
        ControlChanged { from: Holder, to: Holder, epoch: u64 },
        BotRefused { message: MessageId, saw: Option<u64> },
        TaskCreated { task: u32 },
        TaskNoted { task: u32, by: String },
        TaskMissed { task: u32 },
        TaskOverdue { task: u32 },
        TaskCompleted { task: u32, outcome: Outcome },
        TaskDropped { task: u32 },
    }

    enum Input as InputForm {
        Said {
            message: Message,
            signals: Vec<Signal>,
            contact: Option<Contact>,
            fields: BTreeMap<String, String>,
        },
        Requested { by: String, reason: Reason, note: Option<String>, priority: Priority },
        Accepted { task: u32, agent: AgentId },
        Declined { task: u32, agent: AgentId, reason: Option<String> },
        Completed(completion: Completion),
        Assigned { task: u32, to: Assignee, by: String, note: Option<String> },
        GivenBack { task: u32, agent: AgentId, reason: Option<String> },
        Left { agent: AgentId },
        Noted { task: u32, by: String, text: String },
        Released { by: String },
        Closed { by: String },
        Available,
        Woke,
        Answer(answer: Answer),
    }

    struct Completion as CompletionForm {
        task: u32,
        by: Option<AgentId>,
        outcome: Outcome,
        needed: Option<bool>,
        note: Option<String>,
        status: Option<String>,
        follow_up: Option<FollowUp>,
    }

    struct FollowUp as FollowUpForm { title: Option<String>, due_at: Option<Time> }

    enum Answer as AnswerForm {
        Candidates(candidates: Candidates),
        Draft(draft: Draft),
        Returning(words: Option<String>),
    }

    struct Candidates as CandidatesForm {
        ranked: Vec<Ranked>,
        passed_over: Vec<PassedOver>,
        next_at: Option<Time>,
    }

    struct Draft as DraftForm { message: String, title: String, description: String }
}

impl Stored for Timers {
    type Form = Vec<(TimerKindForm, i64)>;

    fn to_form(&self) -> Self::Form {
        self.iter().map(|promise| promise.to_form()).collect()
    }

    fn from_form(form: Self::Form) -> Result<Self, baton_core::IdError> {
        form.into_iter().map(Stored::from_form).collect()
    }
}
