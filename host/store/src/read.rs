//! The meaning of every read, once for all databases.
//!
//! Lists are scans of an index whose entries name a row; both are read at one moment, so an entry without its row is
//! damage and is reported, never skipped. A name that no key can hold is refused before it gets near a key.

use std::ops::{ControlFlow, Range};

use crate::error::ReadError;
use crate::keys::{self, Key, Place, Table};
use crate::record::{self, Attempt, Dead, Head, Listed, Message};
use crate::rows::{Backend, Get, Order, Rows};
use crate::store::{
    Ack, ConversationKey, Counts, Cursor, DeadLetter, Delivery, DeliveryId, Fact, FactTable,
    Loaded, Page, RowIter, Step, Store, StoredEvent, StoredHandover, StoredMessage, StoredTask,
    TimerRow, check_business,
};
use crate::value::{self, damaged};

impl<B: Backend> Store for B {
    fn load(&self, key: &ConversationKey) -> Result<Option<Loaded>, ReadError> {
        self.view(|rows| {
            let head = head(rows, key.into())?;
            Ok(head.map(|Head { revision, head }| Loaded { revision, head }))
        })
    }

    fn commit(&self, step: Step, done: Ack) {
        self.submit(step, done);
    }

    fn message(&self, key: &ConversationKey, id: &str) -> Result<Option<StoredMessage>, ReadError> {
        if id.contains('\0') {
            return Ok(None);
        }
        let place = Place::from(key);
        self.view(|rows| {
            let index = Key::MessageId { place, id }.to_bytes();
            let Some(payload) = payload(rows, &index)? else {
                return Ok(None);
            };
            let number = record::decode_number(&index, &payload)?;
            let found = message(rows, place, number)?;
            found
                .map(Some)
                .ok_or_else(|| damaged(&index, "it names a message that is not there"))
        })
    }

    fn messages(
        &self,
        key: &ConversationKey,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, ReadError> {
        self.view(|rows| messages(rows, key.into(), from..u64::MAX, Order::Ascending, limit))
    }

    fn last_messages(
        &self,
        key: &ConversationKey,
        before: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, ReadError> {
        self.view(|rows| {
            let mut newest_first = messages(rows, key.into(), 0..before, Order::Descending, limit)?;
            newest_first.reverse();
            Ok(newest_first)
        })
    }

    fn handover(
        &self,
        key: &ConversationKey,
        number: u32,
    ) -> Result<Option<StoredHandover>, ReadError> {
        self.view(|rows| handover(rows, key.into(), number))
    }

    fn task(&self, key: &ConversationKey, number: u32) -> Result<Option<StoredTask>, ReadError> {
        self.view(|rows| task(rows, key.into(), number))
    }

    fn handovers(
        &self,
        business: &str,
        open_only: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<StoredHandover>, ReadError> {
        self.view(|rows| {
            page(
                rows,
                Table::handovers(open_only),
                business,
                after,
                limit,
                |rows, entry, _| match Key::parse(entry) {
                    Some(Key::HandoverIndex { place, number, .. }) => handover(rows, place, number),
                    Some(_) | None => Err(stray(entry)),
                },
            )
        })
    }

    fn tasks(
        &self,
        business: &str,
        open_only: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<StoredTask>, ReadError> {
        self.view(|rows| {
            page(
                rows,
                Table::tasks(open_only),
                business,
                after,
                limit,
                |rows, entry, _| match Key::parse(entry) {
                    Some(Key::TaskIndex { place, number, .. }) => task(rows, place, number),
                    Some(_) | None => Err(stray(entry)),
                },
            )
        })
    }

    fn open_handovers(&self, visit: &mut dyn FnMut(StoredHandover)) -> Result<(), ReadError> {
        self.view(|rows| {
            rows.scan(
                Table::OpenHandover.range(),
                Order::Ascending,
                &mut |entry, _| {
                    let Some(Key::HandoverIndex { place, number, .. }) = Key::parse(entry) else {
                        return Err(stray(entry));
                    };
                    visit(handover(rows, place, number)?.ok_or_else(|| dangling(entry))?);
                    Ok(ControlFlow::Continue(()))
                },
            )
        })
    }

    fn due_timers(&self, now_ms: i64, limit: usize) -> Result<Vec<TimerRow>, ReadError> {
        self.view(|rows| {
            collect(
                rows,
                Table::Timer.until(now_ms),
                Order::Ascending,
                limit,
                timer,
            )
        })
    }

    fn next_timer_ms(&self) -> Result<Option<i64>, ReadError> {
        let first =
            self.view(|rows| collect(rows, Table::Timer.range(), Order::Ascending, 1, timer))?;
        Ok(first.first().map(|timer| timer.at_ms))
    }

    fn events(
        &self,
        business: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        check_business(business)?;
        let range = keys::events_after(business, after);
        self.view(|rows| collect(rows, range, Order::Ascending, limit, event))
    }

    fn event(&self, business: &str, sequence: u64) -> Result<Option<StoredEvent>, ReadError> {
        check_business(business)?;
        let key = Key::Event { business, sequence }.to_bytes();
        self.view(|rows| {
            rows.get(&key)?
                .map(|value| event(rows, &key, &value))
                .transpose()
        })
    }

    fn due_deliveries(&self, now_ms: i64, limit: usize) -> Result<Vec<Delivery>, ReadError> {
        self.view(|rows| {
            collect(
                rows,
                Table::Delivery.until(now_ms),
                Order::Ascending,
                limit,
                delivery,
            )
        })
    }

    fn next_delivery_ms(&self) -> Result<Option<i64>, ReadError> {
        let first = self
            .view(|rows| collect(rows, Table::Delivery.range(), Order::Ascending, 1, delivery))?;
        Ok(first.first().map(|delivery| delivery.id.at_ms))
    }

    fn dead_letters(
        &self,
        business: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<DeadLetter>, ReadError> {
        self.view(|rows| {
            page(
                rows,
                Table::DeadLetter,
                business,
                after,
                limit,
                |rows, key, value| dead_letter(rows, key, value).map(Some),
            )
        })
    }

    fn counts(&self) -> Result<Counts, ReadError> {
        self.view(|rows| counts(rows))
    }

    fn fact(&self, table: FactTable, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.view(|rows| payload(rows, &Key::Fact { table, key }.to_bytes()))
    }

    fn facts(
        &self,
        table: FactTable,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Fact>, ReadError> {
        let range = keys::facts(table, prefix, after);
        self.view(|rows| {
            collect(
                rows,
                range,
                Order::Ascending,
                limit,
                |rows, bytes, value| match Key::parse(bytes) {
                    Some(Key::Fact { key, .. }) => Ok(Fact {
                        key: key.to_owned(),
                        payload: value::open(rows, bytes, value)?,
                    }),
                    Some(_) | None => Err(stray(bytes)),
                },
            )
        })
    }

    fn snapshot(&self) -> Result<RowIter<'_>, ReadError> {
        self.all_rows()
    }
}

pub(crate) fn payload(rows: &dyn Get, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    rows.get(key)?
        .map(|value| value::open(rows, key, &value))
        .transpose()
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

pub(crate) fn counts(rows: &dyn Get) -> Result<Counts, ReadError> {
    let key = Key::Counts.to_bytes();
    let counts = payload(rows, &key)?
        .map(|payload| Counts::decode(&key, &payload))
        .transpose()?;
    Ok(counts.unwrap_or_default())
}

pub(crate) fn attempt(rows: &dyn Get, key: &[u8]) -> Result<Option<Attempt>, ReadError> {
    payload(rows, key)?
        .map(|payload| Attempt::decode(key, &payload))
        .transpose()
}

fn message(
    rows: &dyn Get,
    place: Place<'_>,
    number: u64,
) -> Result<Option<StoredMessage>, ReadError> {
    let key = Key::Message { place, number }.to_bytes();
    let Some(payload) = payload(rows, &key)? else {
        return Ok(None);
    };
    let Message { id, payload } = Message::decode(&key, payload)?;
    Ok(Some(StoredMessage {
        number,
        id,
        payload,
    }))
}

fn messages(
    rows: &dyn Rows,
    place: Place<'_>,
    numbers: Range<u64>,
    order: Order,
    limit: usize,
) -> Result<Vec<StoredMessage>, ReadError> {
    collect(
        rows,
        keys::messages(place, numbers),
        order,
        limit,
        |rows, key, value| {
            let Some(Key::Message { number, .. }) = Key::parse(key) else {
                return Err(stray(key));
            };
            let Message { id, payload } = Message::decode(key, value::open(rows, key, value)?)?;
            Ok(StoredMessage {
                number,
                id,
                payload,
            })
        },
    )
}

fn handover(
    rows: &dyn Get,
    place: Place<'_>,
    number: u32,
) -> Result<Option<StoredHandover>, ReadError> {
    let found = listed(rows, Key::Handover { place, number })?;
    found
        .map(
            |Listed {
                 at_ms,
                 open,
                 payload,
             }| {
                Ok(StoredHandover {
                    key: owned(place)?,
                    number,
                    opened_at_ms: at_ms,
                    open,
                    payload,
                })
            },
        )
        .transpose()
}

fn task(rows: &dyn Get, place: Place<'_>, number: u32) -> Result<Option<StoredTask>, ReadError> {
    let found = listed(rows, Key::Task { place, number })?;
    found
        .map(
            |Listed {
                 at_ms,
                 open,
                 payload,
             }| {
                Ok(StoredTask {
                    key: owned(place)?,
                    number,
                    created_at_ms: at_ms,
                    open,
                    payload,
                })
            },
        )
        .transpose()
}

fn timer(rows: &dyn Rows, key: &[u8], value: &[u8]) -> Result<TimerRow, ReadError> {
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

fn event(rows: &dyn Rows, key: &[u8], value: &[u8]) -> Result<StoredEvent, ReadError> {
    let Some(Key::Event { sequence, .. }) = Key::parse(key) else {
        return Err(stray(key));
    };
    Ok(StoredEvent {
        sequence,
        payload: value::open(rows, key, value)?,
    })
}

fn delivery(rows: &dyn Rows, bytes: &[u8], value: &[u8]) -> Result<Delivery, ReadError> {
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

fn dead_letter(rows: &dyn Rows, bytes: &[u8], value: &[u8]) -> Result<DeadLetter, ReadError> {
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

/// The first `limit` rows of a range, decoded.
fn collect<T>(
    rows: &dyn Rows,
    range: Range<Vec<u8>>,
    order: Order,
    limit: usize,
    decode: impl Fn(&dyn Rows, &[u8], &[u8]) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut found = Vec::new();
    if limit == 0 {
        return Ok(found);
    }
    rows.scan(range, order, &mut |key, value| {
        found.push(decode(rows, key, value)?);
        Ok(if found.len() == limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    Ok(found)
}

/// One page of a list that is kept in a table of its own. A cursor is the part of the last key behind the business,
/// so that it can lead nowhere outside of the business.
fn page<T>(
    rows: &dyn Rows,
    table: Table,
    business: &str,
    after: Option<&Cursor>,
    limit: usize,
    decode: impl Fn(&dyn Rows, &[u8], &[u8]) -> Result<Option<T>, ReadError>,
) -> Result<Page<T>, ReadError> {
    check_business(business)?;
    let mut range = table.of_business(business);
    let prefix = range.start.len();
    if let Some(Cursor(place)) = after {
        range.start = keys::just_after(&[&range.start[..], place].concat());
    }
    let (mut items, mut next, mut last) = (Vec::new(), None, Vec::new());
    rows.scan(range, Order::Ascending, &mut |key, value| {
        if items.len() == limit {
            next = (limit > 0).then(|| Cursor(std::mem::take(&mut last)));
            return Ok(ControlFlow::Break(()));
        }
        items.push(decode(rows, key, value)?.ok_or_else(|| dangling(key))?);
        last = key[prefix..].to_vec();
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Page { items, next })
}

fn owned(place: Place<'_>) -> Result<ConversationKey, ReadError> {
    Ok(ConversationKey::new(place.business, place.conversation)?)
}

fn stray(key: &[u8]) -> ReadError {
    damaged(key, "no row of this table has such a key")
}

fn dangling(entry: &[u8]) -> ReadError {
    damaged(entry, "it names a row that is not there")
}
