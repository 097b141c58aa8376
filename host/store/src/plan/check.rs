//! All checks of a step that need no look at the database: names that fit into keys, and lengths within their limits.

use crate::error::CommitError;
use crate::limits::{
    ENDPOINT_MAX_BYTES, FACT_KEY_MAX_BYTES, MESSAGE_ID_MAX_BYTES, NOTE_MAX_BYTES, PAYLOAD_MAX_BYTES, STEP_MAX_BYTES,
};
use crate::step::{DeliveryChange, Step};
use crate::store::{check_business, check_name};

/// Refuses a step that breaks a limit.
pub(super) fn check(step: &Step) -> Result<(), CommitError> {
    let Step {
        conversation,
        events,
        deliveries,
        facts,
    } = step;
    if let Some(change) = conversation {
        change
            .messages
            .iter()
            .try_for_each(|m| check_name("message id", &m.id, MESSAGE_ID_MAX_BYTES))?;
    }
    for event in events {
        check_business(&event.business)?;
        event
            .endpoints
            .iter()
            .try_for_each(|name| check_name("endpoint", name, ENDPOINT_MAX_BYTES))?;
    }
    for change in deliveries {
        let (business, endpoint, note) = match change {
            DeliveryChange::Delivered(id) => (&id.business, &id.endpoint, None),
            DeliveryChange::Retry { id, note, .. } | DeliveryChange::Dead { id, note, .. } => {
                (&id.business, &id.endpoint, Some(note))
            }
            DeliveryChange::Again { business, endpoint, .. } => (business, endpoint, None),
        };
        check_business(business)?;
        check_name("endpoint", endpoint, ENDPOINT_MAX_BYTES)?;
        check_bytes("note", note.map_or(0, String::len), NOTE_MAX_BYTES)?;
    }
    for fact in facts {
        check_bytes("fact key", fact.key.len(), FACT_KEY_MAX_BYTES)?;
    }
    payload_lengths(step).try_for_each(|(what, bytes)| check_bytes(what, bytes, PAYLOAD_MAX_BYTES))?;
    check_bytes("step", payload_bytes(step), STEP_MAX_BYTES)
}

fn check_bytes(what: &str, bytes: usize, limit_bytes: usize) -> Result<(), CommitError> {
    if bytes <= limit_bytes {
        return Ok(());
    }
    Err(CommitError::Invalid(format!(
        "the {what} has {bytes} bytes, at most {limit_bytes} are allowed; shorten it"
    )))
}

/// All payload bytes of a step.
pub(crate) fn payload_bytes(step: &Step) -> usize {
    payload_lengths(step).map(|(_, bytes)| bytes).sum()
}

fn payload_lengths(step: &Step) -> impl Iterator<Item = (&'static str, usize)> + '_ {
    let conversation = step.conversation.iter().flat_map(|change| {
        let head = std::iter::once(("head", change.head.len()));
        let messages = change.messages.iter().map(|row| ("message", row.payload.len()));
        let handovers = change.handovers.iter().map(|row| ("handover", row.payload.len()));
        let tasks = change.tasks.iter().map(|row| ("task", row.payload.len()));
        head.chain(messages).chain(handovers).chain(tasks)
    });
    let events = step.events.iter().map(|event| ("event", event.payload.len()));
    let facts = step
        .facts
        .iter()
        .map(|fact| ("fact", fact.payload.as_ref().map_or(0, Vec::len)));
    conversation.chain(events).chain(facts)
}
