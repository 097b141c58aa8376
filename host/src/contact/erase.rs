//! Takes a contact's words and data out of every row that may hold them.
//!
//! Forms are taken apart whole where they hold words, so that a new field does not compile until it was decided whether
//! it is one. Rows are met in the order of their keys, events before the deliveries of them, and facts last.

use std::collections::BTreeSet;

use baton_core::{
    Contact, Conversation, Ending, Event, Evidence, FinalMessage, Handover, Message, MissKind, Note, Reply, Signal,
    Task, TaskState,
};
use baton_store::FactTable;
use baton_store::admin::{Payload, Row};

use super::ContactError;
use crate::api::KeptAnswer;
use crate::engine::Logged;
use crate::record::{self, Call, EventRow, Head, What};

/// What stands where words stood.
const ERASED: &str = "[erased]";

/// How much was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations.
    pub conversations: u64,
    /// Messages.
    pub messages: u64,
    /// Handovers.
    pub handovers: u64,
    /// Tasks.
    pub tasks: u64,
    /// Events.
    pub events: u64,
    /// Deliveries and dead letters, which are not made any more.
    pub deliveries: u64,
    /// Records of decisions, answers that were kept to be repeated, and calls in quarantine.
    pub records: u64,
}

/// Erases the conversations of one business.
pub struct Eraser<'a> {
    business: &'a str,
    conversations: &'a BTreeSet<String>,
    events: BTreeSet<u64>,
    /// How much so far.
    pub erased: Erased,
}

impl<'a> Eraser<'a> {
    /// Erases these conversations.
    pub fn new(business: &'a str, conversations: &'a BTreeSet<String>) -> Self {
        Self {
            business,
            conversations,
            events: BTreeSet::new(),
            erased: Erased::default(),
        }
    }

    fn is_theirs(&self, business: &str, conversation: &str) -> bool {
        business == self.business && self.conversations.contains(conversation)
    }

    /// The row as it is to be; `None` for one that has to go.
    ///
    /// # Errors
    ///
    /// When a row that may be the contact's cannot be read.
    pub fn edit(&mut self, mut row: Row) -> Result<Option<Row>, ContactError> {
        let theirs = place(&row).is_some_and(|(business, conversation)| self.is_theirs(business, conversation));
        match &mut row {
            Row::Conversation { payload, .. } if theirs => {
                rewrite::<Head>(payload, |head| head.change(forget_conversation))?;
                self.erased.conversations += 1;
            }
            Row::Message { payload, .. } if theirs => {
                rewrite::<Logged>(payload, |logged| *logged = forget_message(logged.clone()))?;
                self.erased.messages += 1;
            }
            Row::Handover { payload, .. } if theirs => {
                rewrite::<Handover>(payload, forget_handover)?;
                self.erased.handovers += 1;
            }
            Row::Task { payload, .. } if theirs => {
                rewrite::<Task>(payload, forget_task)?;
                self.erased.tasks += 1;
            }
            Row::Event {
                business,
                sequence,
                payload,
            } if business == self.business => {
                let mut event: EventRow = record::read(&payload.0)?;
                let place = event.place.as_ref();
                if place.is_some_and(|place| self.conversations.contains(place.conversation.as_str())) {
                    forget_what(&mut event.what);
                    *payload = Payload(record::write(&event));
                    self.events.insert(*sequence);
                    self.erased.events += 1;
                }
            }
            Row::Delivery { business, event, .. } | Row::DeadLetter { business, event, .. }
                if business == self.business && self.events.contains(event) =>
            {
                self.erased.deliveries += 1;
                return Ok(None);
            }
            Row::Fact { table, key, payload } if self.holds_words(*table, key, payload)? => {
                self.erased.records += 1;
                return Ok(None);
            }
            Row::Conversation { .. }
            | Row::Message { .. }
            | Row::Handover { .. }
            | Row::Task { .. }
            | Row::Timer { .. }
            | Row::Event { .. }
            | Row::Delivery { .. }
            | Row::DeadLetter { .. }
            | Row::Fact { .. } => {}
        }
        Ok(Some(row))
    }

    /// Whether a fact is about their conversations and holds what they said.
    fn holds_words(&self, table: FactTable, key: &str, payload: &Payload) -> Result<bool, ContactError> {
        match table {
            FactTable::Decisions => {
                let (place, _) = key.rsplit_once('/').ok_or(ContactError::Row { what: "decisions" })?;
                let (business, conversation) = place.split_once('/').ok_or(ContactError::Row { what: "decisions" })?;
                Ok(self.is_theirs(business, conversation))
            }
            FactTable::Answers => {
                let kept: KeptAnswer =
                    postcard::from_bytes(&payload.0).map_err(|_| ContactError::Row { what: "kept answers" })?;
                let body = String::from_utf8_lossy(&kept.body);
                // One too many only means that a repeated request is done anew.
                Ok(self.conversations.iter().any(|id| body.contains(id.as_str())))
            }
            FactTable::Quarantine => {
                let of = key.split_once('/').map_or("", |(business, _)| business);
                if of != self.business {
                    return Ok(false);
                }
                let call: Call = record::read(&payload.0)?;
                Ok(self.conversations.contains(&call.seen.conversation))
            }
            FactTable::Agents
            | FactTable::Tokens
            | FactTable::Settings
            | FactTable::Contacts
            | FactTable::Packs
            | FactTable::Endpoints
            | FactTable::Audit => Ok(false),
        }
    }
}

/// The business and conversation that a row belongs to by its key.
fn place(row: &Row) -> Option<(&str, &str)> {
    match row {
        Row::Conversation {
            business, conversation, ..
        }
        | Row::Message {
            business, conversation, ..
        }
        | Row::Handover {
            business, conversation, ..
        }
        | Row::Task {
            business, conversation, ..
        }
        | Row::Timer {
            business, conversation, ..
        } => Some((business, conversation)),
        Row::Event { .. } | Row::Delivery { .. } | Row::DeadLetter { .. } | Row::Fact { .. } => None,
    }
}

fn rewrite<R: record::Row>(payload: &mut Payload, forget: impl FnOnce(&mut R)) -> Result<(), ContactError> {
    let mut row: R = record::read(&payload.0)?;
    forget(&mut row);
    *payload = Payload(record::write(&row));
    Ok(())
}

fn forget_conversation(conversation: &mut Conversation) {
    conversation.contact = Contact::default();
    conversation.fields.clear();
    conversation.topic = None;
    conversation.request = conversation.request.take().map(|_| ERASED.to_owned());
}

fn forget_message(logged: Logged) -> Logged {
    let Logged {
        number,
        message,
        received_at,
        signals,
        refused,
        control,
        rules,
        replies,
        handover,
    } = logged;
    let Message {
        id,
        speaker,
        text: _,
        at,
        agent,
        epoch,
        bot_state,
    } = message;
    let message = Message {
        id,
        speaker,
        text: ERASED.to_owned(),
        at,
        agent,
        epoch,
        bot_state: bot_state.map(|mut state| {
            state.intent = None;
            state
        }),
    };
    Logged {
        number,
        message,
        received_at,
        signals: signals.into_iter().map(forget_signal).collect(),
        refused,
        control,
        rules,
        replies: replies.into_iter().map(forget_reply).collect(),
        handover,
    }
}

fn forget_signal(signal: Signal) -> Signal {
    let Signal {
        detector,
        reason,
        confidence,
        threshold,
        hands_over,
        priority,
        tags,
        topic: _,
        role,
        skills,
        evidence,
        fields: _,
        note: _,
    } = signal;
    Signal {
        detector,
        reason,
        confidence,
        threshold,
        hands_over,
        priority,
        tags,
        topic: None,
        role,
        skills,
        evidence: evidence.into_iter().map(forget_evidence).collect(),
        fields: Vec::new(),
        note: None,
    }
}

fn forget_evidence(evidence: Evidence) -> Evidence {
    let Evidence {
        start,
        end,
        rule,
        quote: _,
    } = evidence;
    Evidence {
        start,
        end,
        rule,
        quote: ERASED.to_owned(),
    }
}

fn forget_reply(reply: Reply) -> Reply {
    let Reply { id, kind, text: _ } = reply;
    Reply {
        id,
        kind,
        text: ERASED.to_owned(),
    }
}

fn forget_handover(handover: &mut Handover) {
    let Handover {
        id: _,
        rules: _,
        reason: _,
        cause: _,
        priority: _,
        tags: _,
        topic,
        request,
        evidence,
        message: _,
        note,
        role: _,
        skills: _,
        previous: _,
        opened_at: _,
        stage: _,
        rung: _,
        tries: _,
        climbs: _,
        missed,
        ranked: _,
        passed_over: _,
        promise: _,
        final_message,
        task: _,
        first_act_at: _,
        last_act_at: _,
        resolution_due: _,
        pause: _,
        reactivated_at: _,
        ending,
        ended_at: _,
        timeline,
    } = handover;
    (*topic, *note) = (None, None);
    ERASED.clone_into(request);
    *evidence = std::mem::take(evidence).into_iter().map(forget_evidence).collect();
    if let Some(FinalMessage { id: _, text }) = final_message {
        ERASED.clone_into(text);
    }
    for miss in missed {
        match &mut miss.how {
            MissKind::Declined(reason) | MissKind::GivenBack(reason) => *reason = None,
            MissKind::Lapsed => {}
        }
    }
    ending.iter_mut().for_each(forget_ending);
    timeline.iter_mut().for_each(|entry| forget_event(&mut entry.event));
}

fn forget_ending(ending: &mut Ending) {
    match ending {
        Ending::Completed { note, .. } => *note = None,
        Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_) => {}
    }
}

fn forget_task(task: &mut Task) {
    let Task {
        id: _,
        handover: _,
        title,
        description,
        priority: _,
        tags: _,
        assignee: _,
        due_at: _,
        overdue: _,
        state,
        notes,
        created_at: _,
        follow_up: _,
    } = task;
    ERASED.clone_into(title);
    ERASED.clone_into(description);
    for Note { at: _, by: _, text } in notes {
        ERASED.clone_into(text);
    }
    match state {
        TaskState::Open | TaskState::Missed | TaskState::Done { .. } | TaskState::Dropped { .. } => {}
    }
}

fn forget_event(event: &mut Event) {
    match event {
        Event::Declined { agent: _, reason } | Event::GivenBack { agent: _, reason } => *reason = None,
        Event::Ended { ending } => forget_ending(ending),
        Event::Opened { .. }
        | Event::Suggested { .. }
        | Event::Raised { .. }
        | Event::Offered { .. }
        | Event::Waiting
        | Event::Accepted { .. }
        | Event::Lapsed { .. }
        | Event::Withdrawn { .. }
        | Event::Escalated { .. }
        | Event::Assigned { .. }
        | Event::Alarm { .. }
        | Event::Missed
        | Event::Reactivated { .. }
        | Event::Completed { .. }
        | Event::Warning { .. }
        | Event::Breached { .. }
        | Event::Paused { .. }
        | Event::Resumed { .. }
        | Event::ControlChanged { .. }
        | Event::BotRefused { .. }
        | Event::TaskCreated { .. }
        | Event::TaskNoted { .. }
        | Event::TaskMissed { .. }
        | Event::TaskOverdue { .. }
        | Event::TaskCompleted { .. }
        | Event::TaskDropped { .. } => {}
    }
}

fn forget_what(what: &mut What) {
    match what {
        What::Happened(event) => forget_event(event),
        What::Reply(reply) => ERASED.clone_into(&mut reply.text),
        What::PluginTripped { .. }
        | What::PluginRecovered { .. }
        | What::PackActivated { .. }
        | What::WebhookDisabled { .. }
        | What::ConversationOpened
        | What::OverdueDigest { .. } => {}
    }
}
