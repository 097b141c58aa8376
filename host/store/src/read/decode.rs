//! Rows as the contract shows them. The only place of the reads that knows what a payload begins with.

use crate::error::ReadError;
use crate::keys::{Key, Place};
use crate::record::{Attempt, Dead, Head, Listed, Message};
use crate::rows::{Get, Rows};
use crate::step::DeliveryId;
use crate::store::{
    ConversationKey, Counts, DeadLetter, Delivery, DeliveryQueue, Fact, StoredEvent, StoredHandover, StoredMessage,
    StoredTask, TimerRow,
};
use crate::value::{self, damaged};

pub(crate) fn payload(rows: &dyn Get, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    rows.get(key)?.map(|value| value::open(rows, key, &value)).transpose()
}

pub(crate) fn head(rows: &dyn Get, place: Place<'_>) -> Result<Option<Head>, ReadError> {
    let key = Key::Conversation(place).to_bytes();
    payload(rows, &key)?
        .map(|payload| Head::decode(&key, payload))
        .transpose()
}

/// The record of a handover or a task.
pub(crate) fn listed(rows: &dyn Get, key: Key<'_>) -> Result<Option<Listed>, ReadError> {
    let key = key.to_bytes();
    payload(rows, &key)?
        .map(|payload| Listed::decode(&key, payload))
        .transpose()
}

/// The counts, or `None` in a database that nothing was ever committed to.
pub(crate) fn counts(rows: &dyn Get) -> Result<Option<Counts>, ReadError> {
    let key = Key::Counts.to_bytes();
    payload(rows, &key)?
        .map(|payload| Counts::decode(&key, &payload))
        .transpose()
}

pub(super) fn message(rows: &dyn Get, place: Place<'_>, number: u64) -> Result<Option<StoredMessage>, ReadError> {
    let key = Key::Message { place, number }.to_bytes();
    let Some(payload) = payload(rows, &key)? else {
        return Ok(None);
    };
    let Message { id, payload } = Message::decode(&key, payload)?;
    Ok(Some(StoredMessage { number, id, payload }))
}

pub(super) fn message_row(rows: &dyn Rows, key: &[u8], value: &[u8]) -> Result<StoredMessage, ReadError> {
    let Some(Key::Message { number, .. }) = Key::parse(key) else {
        return Err(stray(key));
    };
    let Message { id, payload } = Message::decode(key, value::open(rows, key, value)?)?;
    Ok(StoredMessage { number, id, payload })
}

pub(super) fn handover(rows: &dyn Get, place: Place<'_>, number: u32) -> Result<Option<StoredHandover>, ReadError> {
    let Some(Listed { at_ms, open, payload }) = listed(rows, Key::Handover { place, number })? else {
        return Ok(None);
    };
    Ok(Some(StoredHandover {
        key: owned(place)?,
        number,
        opened_at_ms: at_ms,
        open,
        payload,
    }))
}

pub(super) fn task(rows: &dyn Get, place: Place<'_>, number: u32) -> Result<Option<StoredTask>, ReadError> {
    let Some(Listed { at_ms, open, payload }) = listed(rows, Key::Task { place, number })? else {
        return Ok(None);
    };
    Ok(Some(StoredTask {
        key: owned(place)?,
        number,
        created_at_ms: at_ms,
        open,
        payload,
    }))
}

pub(super) fn timer(rows: &dyn Rows, key: &[u8], value: &[u8]) -> Result<TimerRow, ReadError> {
    let Some(Key::Timer { at_ms, place, kind }) = Key::parse(key) else {
        return Err(stray(key));
    };
    value::open(rows, key, value)?;
    Ok(TimerRow {
        at_ms,
        key: owned(place)?,
        kind,
    })
}

pub(super) fn event(rows: &dyn Rows, key: &[u8], value: &[u8]) -> Result<StoredEvent, ReadError> {
    let Some(Key::Event { sequence, .. }) = Key::parse(key) else {
        return Err(stray(key));
    };
    Ok(StoredEvent {
        sequence,
        payload: value::open(rows, key, value)?,
    })
}

/// Reads the key alone: damage in one row must not hide the other queues.
pub(super) fn delivery_queue(_: &dyn Rows, bytes: &[u8], _: &[u8]) -> Result<DeliveryQueue, ReadError> {
    let Some(Key::Delivery {
        at_ms,
        business,
        endpoint,
        ..
    }) = Key::parse(bytes)
    else {
        return Err(stray(bytes));
    };
    Ok(DeliveryQueue {
        business: business.to_owned(),
        endpoint: endpoint.to_owned(),
        next_ms: at_ms,
    })
}

pub(super) fn delivery(rows: &dyn Rows, bytes: &[u8], value: &[u8]) -> Result<Delivery, ReadError> {
    let Some(Key::Delivery {
        at_ms,
        event,
        business,
        endpoint,
    }) = Key::parse(bytes)
    else {
        return Err(stray(bytes));
    };
    let Attempt { attempt, note } = Attempt::decode(bytes, &value::open(rows, bytes, value)?)?;
    let id = DeliveryId {
        business: business.to_owned(),
        event,
        endpoint: endpoint.to_owned(),
        at_ms,
    };
    Ok(Delivery { id, attempt, note })
}

pub(super) fn dead_letter(rows: &dyn Rows, bytes: &[u8], value: &[u8]) -> Result<DeadLetter, ReadError> {
    let Some(Key::DeadLetter {
        business,
        event,
        endpoint,
    }) = Key::parse(bytes)
    else {
        return Err(stray(bytes));
    };
    let Dead {
        at_ms,
        last: Attempt { attempt, note },
    } = Dead::decode(bytes, &value::open(rows, bytes, value)?)?;
    Ok(DeadLetter {
        business: business.to_owned(),
        event,
        endpoint: endpoint.to_owned(),
        at_ms,
        attempt,
        note,
    })
}

pub(super) fn fact(rows: &dyn Rows, bytes: &[u8], value: &[u8]) -> Result<Fact, ReadError> {
    let Some(Key::Fact { key, .. }) = Key::parse(bytes) else {
        return Err(stray(bytes));
    };
    Ok(Fact {
        key: key.to_owned(),
        payload: value::open(rows, bytes, value)?,
    })
}

fn owned(place: Place<'_>) -> Result<ConversationKey, ReadError> {
    Ok(ConversationKey::new(place.business, place.conversation)?)
}

pub(super) fn stray(key: &[u8]) -> ReadError {
    damaged(key, "no row of this table has such a key")
}

pub(super) fn dangling(entry: &[u8]) -> ReadError {
    damaged(entry, "it names a row that is not there")
}
