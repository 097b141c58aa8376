//! The meaning of every read, once for all databases.
//!
//! Lists are scans of an index whose entries name a row; both are read at one moment, so an entry without its row is
//! damage and is reported, never skipped. A name that no key can hold is refused before it gets near a key.

mod decode;

use std::ops::{ControlFlow, Range};

pub(crate) use self::decode::{counts, head, listed, payload};
use self::decode::{dangling, stray};
use crate::error::ReadError;
use crate::keys::{self, Key, Place, Table};
use crate::limits::ENDPOINT_MAX_BYTES;
use crate::record::{self, Head};
use crate::rows::{Backend, Order, Rows};
use crate::step::{FactTable, Step};
use crate::store::{
    Ack, ConversationKey, Counts, Cursor, DeadLetter, Delivery, DeliveryQueue, Fact, Loaded, Page, RowIter, Store,
    StoredEvent, StoredHandover, StoredMessage, StoredTask, TimerRow, check_business, check_name,
};
use crate::value::damaged;

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
            let found = decode::message(rows, place, number)?;
            found
                .map(Some)
                .ok_or_else(|| damaged(&index, "it names a message that is not there"))
        })
    }

    fn messages(&self, key: &ConversationKey, from: u64, limit: usize) -> Result<Vec<StoredMessage>, ReadError> {
        self.view(|rows| messages(rows, key.into(), from..u64::MAX, Order::Ascending, limit))
    }

    fn last_messages(&self, key: &ConversationKey, before: u64, limit: usize) -> Result<Vec<StoredMessage>, ReadError> {
        self.view(|rows| {
            let mut newest_first = messages(rows, key.into(), 0..before, Order::Descending, limit)?;
            newest_first.reverse();
            Ok(newest_first)
        })
    }

    fn handover(&self, key: &ConversationKey, number: u32) -> Result<Option<StoredHandover>, ReadError> {
        self.view(|rows| decode::handover(rows, key.into(), number))
    }

    fn task(&self, key: &ConversationKey, number: u32) -> Result<Option<StoredTask>, ReadError> {
        self.view(|rows| decode::task(rows, key.into(), number))
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
                    Some(Key::HandoverIndex { place, number, .. }) => decode::handover(rows, place, number),
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
                    Some(Key::TaskIndex { place, number, .. }) => decode::task(rows, place, number),
                    Some(_) | None => Err(stray(entry)),
                },
            )
        })
    }

    fn open_handovers(&self, visit: &mut dyn FnMut(StoredHandover)) -> Result<(), ReadError> {
        self.view(|rows| {
            rows.scan(Table::OpenHandover.range(), Order::Ascending, &mut |entry, _| {
                let Some(Key::HandoverIndex { place, number, .. }) = Key::parse(entry) else {
                    return Err(stray(entry));
                };
                visit(decode::handover(rows, place, number)?.ok_or_else(|| dangling(entry))?);
                Ok(ControlFlow::Continue(()))
            })
        })
    }

    fn due_timers(&self, now_ms: i64, limit: usize) -> Result<Vec<TimerRow>, ReadError> {
        self.view(|rows| collect(rows, Table::Timer.until(now_ms), Order::Ascending, limit, decode::timer))
    }

    fn next_timer_ms(&self) -> Result<Option<i64>, ReadError> {
        let first = self.view(|rows| collect(rows, Table::Timer.range(), Order::Ascending, 1, decode::timer))?;
        Ok(first.first().map(|timer| timer.at_ms))
    }

    fn events(&self, business: &str, after: u64, limit: usize) -> Result<Vec<StoredEvent>, ReadError> {
        check_business(business)?;
        let range = keys::events_after(business, after);
        self.view(|rows| collect(rows, range, Order::Ascending, limit, decode::event))
    }

    fn event(&self, business: &str, sequence: u64) -> Result<Option<StoredEvent>, ReadError> {
        check_business(business)?;
        let key = Key::Event { business, sequence }.to_bytes();
        self.view(|rows| {
            rows.get(&key)?
                .map(|value| decode::event(rows, &key, &value))
                .transpose()
        })
    }

    fn delivery_queues(&self) -> Result<Vec<DeliveryQueue>, ReadError> {
        self.view(|rows| {
            let (mut queues, mut rest) = (Vec::new(), Table::Delivery.range());
            while let Some(queue) = collect(rows, rest, Order::Ascending, 1, decode::delivery_queue)?.pop() {
                rest = keys::deliveries_beyond(&queue.business, &queue.endpoint);
                queues.push(queue);
            }
            Ok(queues)
        })
    }

    fn due_deliveries(
        &self,
        business: &str,
        endpoint: &str,
        now_ms: i64,
        limit: usize,
    ) -> Result<Vec<Delivery>, ReadError> {
        check_business(business)?;
        check_name("endpoint", endpoint, ENDPOINT_MAX_BYTES)?;
        let due = keys::deliveries_until(business, endpoint, now_ms);
        self.view(|rows| collect(rows, due, Order::Ascending, limit, decode::delivery))
    }

    fn dead_letters(
        &self,
        business: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<DeadLetter>, ReadError> {
        self.view(|rows| {
            page(rows, Table::DeadLetter, business, after, limit, |rows, key, value| {
                decode::dead_letter(rows, key, value).map(Some)
            })
        })
    }

    fn counts(&self) -> Result<Counts, ReadError> {
        self.view(|rows| Ok(counts(rows)?.unwrap_or_default()))
    }

    fn fact(&self, table: FactTable, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.view(|rows| payload(rows, &Key::Fact { table, key }.to_bytes()))
    }

    fn facts(&self, table: FactTable, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Fact>, ReadError> {
        let range = keys::facts(table, prefix, after);
        self.view(|rows| collect(rows, range, Order::Ascending, limit, decode::fact))
    }

    fn snapshot(&self) -> Result<RowIter<'_>, ReadError> {
        self.all_rows()
    }
}

fn messages(
    rows: &dyn Rows,
    place: Place<'_>,
    numbers: Range<u64>,
    order: Order,
    limit: usize,
) -> Result<Vec<StoredMessage>, ReadError> {
    collect(rows, keys::messages(place, numbers), order, limit, decode::message_row)
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
