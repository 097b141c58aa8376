//! What the made-up month keeps of each step: rows and events in the shape of the daemon's.

use baton_core::*;
use baton_store::{
    ConversationChange, ConversationKey, FactChange, HandoverRow, NewEvent, TaskRow, TimerChange, commit_and_wait,
};

use super::World;
use crate::record::{self, EventRow, Place, What};

impl World {
    /// One step's rows, as the daemon writes them.
    pub(super) fn keep(
        &self,
        before: Option<&Conversation>,
        revision: u64,
        after: &Conversation,
        effects: &[Effect],
        facts: Vec<FactChange>,
    ) {
        let mut about = before
            .and_then(|chat| chat.handover.as_ref())
            .map(|handover| handover.id.number);
        let place = |handover| Place {
            conversation: after.id.clone(),
            bot: after.bot.clone(),
            channel: after.channel.clone(),
            handover,
        };
        let event = |handover, what| NewEvent {
            business: self.business.to_string(),
            payload: record::write(&EventRow {
                at: self.now,
                place: Some(place(handover)),
                what,
            }),
            endpoints: vec![],
            deliver_at_ms: self.now.0,
        };
        let (mut events, mut handovers, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        if before.is_none() {
            events.push(event(None, What::ConversationOpened));
        }
        for effect in effects {
            match effect {
                Effect::Emit(happened) => {
                    if let Event::Opened { .. } = happened {
                        about = Some(after.handovers);
                    }
                    events.push(event(about, What::Happened(happened.clone())));
                }
                Effect::Say(reply) => events.push(event(about, What::Reply(reply.clone()))),
                Effect::HandoverEnded(handover) => handovers.push(handover_row(handover)),
                Effect::TaskEnded(task) => tasks.push(task_row(task)),
            }
        }
        handovers.extend(after.handover.as_ref().map(handover_row));
        tasks.extend(after.open_tasks.values().map(task_row));
        let conversation = ConversationChange {
            key: ConversationKey::new(self.business.as_str(), after.id.as_str()).expect("short"),
            expected_revision: revision,
            head: record::write_conversation(after),
            messages: vec![],
            handovers,
            tasks,
            timers: timers(before, after),
        };
        let step = baton_store::Step {
            conversation: Some(conversation),
            events,
            facts,
            ..Default::default()
        };
        commit_and_wait(&self.store, step).expect("memory does not fail");
    }
}

fn handover_row(handover: &Handover) -> HandoverRow {
    HandoverRow {
        number: handover.id.number,
        opened_at_ms: handover.opened_at.0,
        open: handover.ending.is_none(),
        payload: record::write(handover),
    }
}

fn task_row(task: &Task) -> TaskRow {
    TaskRow {
        number: task.id.number,
        created_at_ms: task.created_at.0,
        open: task.state.is_open(),
        payload: record::write(task),
    }
}

fn timers(before: Option<&Conversation>, after: &Conversation) -> Vec<TimerChange> {
    let change = |(kind, code): (TimerKind, u8)| {
        let (was, becomes) = (before.and_then(|chat| chat.timers.get(kind)), after.timers.get(kind));
        (was != becomes).then(|| TimerChange {
            kind: code,
            was: was.map(|at| at.0),
            becomes: becomes.map(|at| at.0),
        })
    };
    TimerKind::ALL.into_iter().zip(1..).filter_map(change).collect()
}
