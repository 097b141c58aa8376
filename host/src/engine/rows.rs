//! From the core's conversation to the store's rows and back: what changed is written, nothing else.

use baton_core::{BusinessId, Conversation, Effect, Event, Handover, Task, Time, TimerKind};
use baton_store::{
    ConversationChange, ConversationKey, FactChange, FactTable, HandoverRow, NewEvent, NewMessage, Store, TaskRow,
    TimerChange,
};

use super::{EngineError, Logged, Tenant};
use crate::record::{self, Decision, EventRow, Head, Place, What};

/// Facts that are read at once.
const PAGE: usize = 1_000;

/// A conversation as it was loaded.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) conversation: Conversation,
    pub(super) revision: u64,
}

/// Loads a conversation with its open handover and tasks.
pub(super) fn load(store: &dyn Store, key: &ConversationKey) -> Result<Option<Loaded>, EngineError> {
    let Some(stored) = store.load(key).map_err(|e| unreadable("conversation", e))? else {
        return Ok(None);
    };
    let head: Head = record::read(&stored.head).map_err(|e| unreadable("conversation", e))?;
    let handover = match head.handover {
        Some(number) => handover(store, key, number)?,
        None => None,
    };
    let mut tasks = Vec::with_capacity(head.tasks.len());
    for number in &head.tasks {
        tasks.extend(task(store, key, *number)?);
    }
    let conversation = head.join(handover, tasks).map_err(|e| unreadable("conversation", e))?;
    Ok(Some(Loaded {
        conversation,
        revision: stored.revision,
    }))
}

/// One handover, open or ended.
pub(super) fn handover(store: &dyn Store, key: &ConversationKey, number: u32) -> Result<Option<Handover>, EngineError> {
    let row = store.handover(key, number).map_err(|e| unreadable("handover", e))?;
    row.map(|row| record::read(&row.payload).map_err(|e| unreadable("handover", e)))
        .transpose()
}

/// One task, open or ended.
pub(super) fn task(store: &dyn Store, key: &ConversationKey, number: u32) -> Result<Option<Task>, EngineError> {
    let row = store.task(key, number).map_err(|e| unreadable("task", e))?;
    row.map(|row| record::read(&row.payload).map_err(|e| unreadable("task", e)))
        .transpose()
}

/// Every fact whose key begins with a prefix.
pub(super) fn all_facts(
    store: &dyn Store,
    table: FactTable,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, EngineError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store
            .facts(table, prefix, after.as_deref(), PAGE)
            .map_err(|e| unreadable("fact", e))?;
        after = page.last().map(|fact| fact.key.clone());
        let ended = page.len() < PAGE;
        all.extend(page.into_iter().map(|fact| (fact.key, fact.payload)));
        if ended {
            return Ok(all);
        }
    }
}

pub(super) fn unreadable(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> EngineError {
    EngineError::Stored {
        what: what.to_owned(),
        source: Box::new(source),
    }
}

/// What a step changes of its conversation.
pub(super) fn change(
    key: &ConversationKey,
    before: Option<&Loaded>,
    after: &Conversation,
    effects: &[Effect],
    logged: Option<&Logged>,
) -> ConversationChange {
    let old = before.map(|loaded| &loaded.conversation);
    let handover_row = |handover: &Handover, open| HandoverRow {
        number: handover.id.number,
        opened_at_ms: handover.opened_at.0,
        open,
        payload: record::write(handover),
    };
    let task_row = |task: &Task, open| TaskRow {
        number: task.id.number,
        created_at_ms: task.created_at.0,
        open,
        payload: record::write(task),
    };
    let (mut handovers, mut tasks) = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::HandoverEnded(handover) => handovers.push(handover_row(handover, false)),
            Effect::TaskEnded(task) => tasks.push(task_row(task, false)),
            Effect::Say(_) | Effect::Emit(_) => {}
        }
    }
    let changed = after
        .handover
        .as_ref()
        .filter(|now| old.and_then(|c| c.handover.as_ref()) != Some(*now));
    handovers.extend(changed.map(|handover| handover_row(handover, true)));
    let changed = after
        .open_tasks
        .values()
        .filter(|now| old.and_then(|c| c.open_tasks.get(&now.id.number)) != Some(*now));
    tasks.extend(changed.map(|task| task_row(task, true)));
    let message = |logged: &Logged| NewMessage {
        number: logged.number,
        id: logged.message.id.to_string(),
        payload: record::write(logged),
    };
    ConversationChange {
        key: key.clone(),
        expected_revision: before.map_or(0, |loaded| loaded.revision),
        head: record::write_conversation(after),
        messages: logged.map(message).into_iter().collect(),
        handovers,
        tasks,
        timers: timers(old, after),
    }
}

fn timers(old: Option<&Conversation>, after: &Conversation) -> Vec<TimerChange> {
    let differs = |kind: &TimerKind| {
        let (was, becomes) = (old.and_then(|c| c.timers.get(*kind)), after.timers.get(*kind));
        let millis = |at: Time| at.0;
        (was != becomes).then(|| TimerChange {
            kind: timer_code(*kind),
            was: was.map(millis),
            becomes: becomes.map(millis),
        })
    };
    TimerKind::ALL.iter().filter_map(differs).collect()
}

/// The number of a kind in the store's keys; it never changes.
pub(super) fn timer_code(kind: TimerKind) -> u8 {
    match kind {
        TimerKind::OfferLapse => 1,
        TimerKind::Candidate => 2,
        TimerKind::Reactivate => 3,
        TimerKind::ResponseWarning => 4,
        TimerKind::ResponseDue => 5,
        TimerKind::ResolutionWarning => 6,
        TimerKind::ResolutionDue => 7,
        TimerKind::FollowUpDue => 8,
    }
}

/// The name of a kind that was read from a key, for metrics.
pub(super) fn timer_name(kind: u8) -> &'static str {
    TimerKind::ALL
        .into_iter()
        .find(|known| timer_code(*known) == kind)
        .map_or("unknown", TimerKind::as_str)
}

/// The events of a step, each with the endpoints it must be delivered to.
pub(super) fn events(
    tenant: &Tenant,
    before: Option<&Loaded>,
    after: &Conversation,
    effects: &[Effect],
    now: Time,
) -> Vec<NewEvent> {
    let mut about = before
        .and_then(|loaded| loaded.conversation.handover.as_ref())
        .map(|h| h.id.number);
    let place = |handover| Place {
        conversation: after.id.clone(),
        bot: after.bot.clone(),
        channel: after.channel.clone(),
        handover,
    };
    let mut events = Vec::new();
    if before.is_none() {
        events.push(tenant.event(EventRow {
            at: now,
            place: Some(place(None)),
            what: What::ConversationOpened,
        }));
    }
    for effect in effects {
        let what = match effect {
            Effect::Emit(event) => {
                if let Event::Opened { .. } = event {
                    about = Some(after.handovers);
                }
                What::Happened(event.clone())
            }
            Effect::Say(reply) => What::Reply(reply.clone()),
            Effect::HandoverEnded(_) | Effect::TaskEnded(_) => continue,
        };
        events.push(tenant.event(EventRow {
            at: now,
            place: Some(place(about)),
            what,
        }));
    }
    events
}

/// When agents were last offered a handover, for a round robin that is fair across restarts.
pub(super) fn offers(business: &BusinessId, effects: &[Effect], now: Time) -> Vec<FactChange> {
    let offered = effects.iter().filter_map(|effect| match effect {
        Effect::Emit(Event::Offered { agents, .. }) => Some(agents),
        Effect::Say(_) | Effect::Emit(_) | Effect::HandoverEnded(_) | Effect::TaskEnded(_) => None,
    });
    let fact = |agent: &baton_core::AgentId| FactChange {
        table: FactTable::Agents,
        key: format!("{business}/{agent}/offered"),
        payload: Some(now.0.to_be_bytes().to_vec()),
    };
    offered.flatten().map(fact).collect()
}

/// The digest of what a step leaves behind: rows and events, but for the log, which is input, and where events go.
pub(super) fn result(step: &baton_store::Step) -> String {
    let change = step.conversation.as_ref();
    let head = change.map(|change| change.head.as_slice());
    let handovers = change.into_iter().flat_map(|change| &change.handovers);
    let tasks = change.into_iter().flat_map(|change| &change.tasks);
    let rows = head.into_iter();
    let rows = rows.chain(handovers.map(|row| row.payload.as_slice()));
    let rows = rows.chain(tasks.map(|row| row.payload.as_slice()));
    record::digest(rows.chain(step.events.iter().map(|event| event.payload.as_slice())))
}

/// A step's record: with the state before it, enough to execute it again.
pub(super) fn decision(key: &ConversationKey, before: Option<&Loaded>, decision: &Decision) -> FactChange {
    let old = before.map(|loaded| &loaded.conversation);
    let kept = KeptDecision {
        head: old.map(record::write_conversation),
        handover: old.and_then(|c| c.handover.as_ref()).map(record::write),
        tasks: old
            .map(|c| c.open_tasks.values().map(record::write).collect())
            .unwrap_or_default(),
        decision: record::write(decision),
    };
    let revision = before.map_or(0, |loaded| loaded.revision) + 1;
    FactChange {
        table: FactTable::Decisions,
        key: format!("{}/{}/{revision:020}", key.business(), key.conversation()),
        payload: Some(postcard::to_stdvec(&kept).expect("bytes can be written, and memory grows")),
    }
}

/// The records of a conversation's steps, oldest first, each with the state before it: its revision and value.
pub(super) fn decisions(
    store: &dyn Store,
    key: &ConversationKey,
) -> Result<Vec<(Option<Loaded>, Decision)>, EngineError> {
    let prefix = format!("{}/{}/", key.business(), key.conversation());
    let read = |(at, bytes): (String, Vec<u8>)| {
        let kept: KeptDecision = postcard::from_bytes(&bytes).map_err(|e| unreadable("decision", e))?;
        let KeptDecision {
            head,
            handover,
            tasks,
            decision,
        } = kept;
        let unreadable = |e| unreadable("decision", e);
        let before = match head {
            Some(head) => {
                let head: Head = record::read(&head).map_err(unreadable)?;
                let handover = handover.map(|row| record::read(&row)).transpose().map_err(unreadable)?;
                let tasks = tasks.iter().map(|row| record::read(row)).collect::<Result<_, _>>();
                let revision = at.rsplit('/').next().and_then(|number| number.parse::<u64>().ok());
                Some(Loaded {
                    conversation: head.join(handover, tasks.map_err(unreadable)?).map_err(unreadable)?,
                    revision: revision.unwrap_or(1).saturating_sub(1),
                })
            }
            None => None,
        };
        Ok((before, record::read(&decision).map_err(unreadable)?))
    };
    let facts = all_facts(store, FactTable::Decisions, &prefix)?;
    facts.into_iter().map(read).collect()
}

/// The stored form of a step's record: rows as they were before it, and the decision.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct KeptDecision {
    head: Option<Vec<u8>>,
    handover: Option<Vec<u8>>,
    tasks: Vec<Vec<u8>>,
    decision: Vec<u8>,
}
