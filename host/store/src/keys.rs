//! The only file that builds and parses keys. The order of keys is their meaning: timers sort by due time,
//! deliveries by endpoint and due time, events by business and sequence, messages by position, handovers newest first, tasks oldest first.
//!
//! One byte names the table; all tables share one tree, so that one batch is atomic over all of them. Texts inside a
//! key end with NUL, which no name contains, so no business is a prefix of another. Numbers are big-endian, signed ones
//! with their sign bit turned, and times of newest-first lists are inverted.

mod bytes;
mod readable;

use std::ops::Range;

use self::bytes::{Builder, Parser};
pub(crate) use self::readable::readable;
use crate::step::FactTable;
use crate::store::ConversationKey;

/// What a row is about. Borrows its texts, so that building or parsing a key allocates at most the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Counts,
    Conversation(Place<'a>),
    Message {
        place: Place<'a>,
        number: u64,
    },
    MessageId {
        place: Place<'a>,
        id: &'a str,
    },
    Handover {
        place: Place<'a>,
        number: u32,
    },
    HandoverIndex {
        open_only: bool,
        opened_at_ms: i64,
        place: Place<'a>,
        number: u32,
    },
    Task {
        place: Place<'a>,
        number: u32,
    },
    TaskIndex {
        open_only: bool,
        created_at_ms: i64,
        place: Place<'a>,
        number: u32,
    },
    Timer {
        at_ms: i64,
        place: Place<'a>,
        kind: u8,
    },
    Event {
        business: &'a str,
        sequence: u64,
    },
    Delivery {
        at_ms: i64,
        event: u64,
        business: &'a str,
        endpoint: &'a str,
    },
    DeadLetter {
        business: &'a str,
        event: u64,
        endpoint: &'a str,
    },
    Fact {
        table: FactTable,
        key: &'a str,
    },
    Chunk {
        owner: &'a [u8],
        index: u16,
    },
}

/// A conversation within a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place<'a> {
    pub(crate) business: &'a str,
    pub(crate) conversation: &'a str,
}

impl<'a> From<&'a ConversationKey> for Place<'a> {
    fn from(key: &'a ConversationKey) -> Place<'a> {
        Place {
            business: key.business(),
            conversation: key.conversation(),
        }
    }
}

/// The first byte of a key. The numbers are on disk: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Table {
    Counts = 0x01,
    Conversation = 0x10,
    Message = 0x20,
    MessageId = 0x21,
    Handover = 0x30,
    HandoverIndex = 0x31,
    OpenHandover = 0x32,
    Task = 0x40,
    TaskIndex = 0x41,
    OpenTask = 0x42,
    Timer = 0x50,
    Event = 0x60,
    Delivery = 0x70,
    DeadLetter = 0x71,
    Fact = 0x80,
    Chunk = 0xF0,
}

impl Table {
    const ALL: [Table; 16] = [
        Table::Counts,
        Table::Conversation,
        Table::Message,
        Table::MessageId,
        Table::Handover,
        Table::HandoverIndex,
        Table::OpenHandover,
        Table::Task,
        Table::TaskIndex,
        Table::OpenTask,
        Table::Timer,
        Table::Event,
        Table::Delivery,
        Table::DeadLetter,
        Table::Fact,
        Table::Chunk,
    ];

    pub(crate) fn handovers(open_only: bool) -> Table {
        if open_only {
            Table::OpenHandover
        } else {
            Table::HandoverIndex
        }
    }

    pub(crate) fn tasks(open_only: bool) -> Table {
        if open_only { Table::OpenTask } else { Table::TaskIndex }
    }

    /// All keys of the table.
    pub(crate) fn range(self) -> Range<Vec<u8>> {
        prefix_range(vec![self as u8])
    }

    /// All keys of the table that begin with the business.
    pub(crate) fn of_business(self, business: &str) -> Range<Vec<u8>> {
        prefix_range(Builder::new(self).text(business).0)
    }

    /// All keys of the table whose first part is a time up to `until_ms`.
    pub(crate) fn until(self, until_ms: i64) -> Range<Vec<u8>> {
        let start = vec![self as u8];
        let last = Builder::new(self).time(until_ms).0;
        start..successor(last)
    }
}

impl<'a> Key<'a> {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        match self {
            Key::Counts => Builder::new(Table::Counts),
            Key::Conversation(place) => Builder::new(Table::Conversation).place(place),
            Key::Message { place, number } => Builder::new(Table::Message).place(place).number(number),
            Key::MessageId { place, id } => Builder::new(Table::MessageId).place(place).rest(id.as_bytes()),
            Key::Handover { place, number } => Builder::new(Table::Handover).place(place).small(number),
            Key::HandoverIndex {
                open_only,
                opened_at_ms,
                place,
                number,
            } => {
                let table = Builder::new(Table::handovers(open_only)).text(place.business);
                table.newest_first(opened_at_ms).text(place.conversation).small(number)
            }
            Key::Task { place, number } => Builder::new(Table::Task).place(place).small(number),
            Key::TaskIndex {
                open_only,
                created_at_ms,
                place,
                number,
            } => {
                let table = Builder::new(Table::tasks(open_only)).text(place.business);
                table.time(created_at_ms).text(place.conversation).small(number)
            }
            Key::Timer { at_ms, place, kind } => Builder::new(Table::Timer).time(at_ms).place(place).rest(&[kind]),
            Key::Event { business, sequence } => Builder::new(Table::Event).text(business).number(sequence),
            Key::Delivery {
                at_ms,
                event,
                business,
                endpoint,
            } => {
                let queue = Builder::new(Table::Delivery).text(business).text(endpoint);
                queue.time(at_ms).number(event)
            }
            Key::DeadLetter {
                business,
                event,
                endpoint,
            } => Builder::new(Table::DeadLetter)
                .text(business)
                .number(event)
                .rest(endpoint.as_bytes()),
            Key::Fact { table, key } => Builder::new(Table::Fact).rest(&[table as u8]).rest(key.as_bytes()),
            Key::Chunk { owner, index } => Builder::new(Table::Chunk).rest(owner).rest(&index.to_be_bytes()),
        }
        .0
    }

    /// The key in its parts, or `None` for bytes that no key has.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Key<'a>> {
        let (&first, rest) = bytes.split_first()?;
        let table = Table::ALL.into_iter().find(|table| *table as u8 == first)?;
        let mut parts = Parser(rest);
        let p = &mut parts;
        let key = match table {
            Table::Counts => Key::Counts,
            Table::Conversation => Key::Conversation(p.place()?),
            Table::Message => Key::Message {
                place: p.place()?,
                number: p.number()?,
            },
            Table::MessageId => Key::MessageId {
                place: p.place()?,
                id: p.rest_text()?,
            },
            Table::Handover => Key::Handover {
                place: p.place()?,
                number: p.small()?,
            },
            Table::HandoverIndex | Table::OpenHandover => {
                let (business, opened_at_ms) = (p.text()?, p.newest_first()?);
                let place = Place {
                    business,
                    conversation: p.text()?,
                };
                let open_only = table == Table::OpenHandover;
                Key::HandoverIndex {
                    open_only,
                    opened_at_ms,
                    place,
                    number: p.small()?,
                }
            }
            Table::Task => Key::Task {
                place: p.place()?,
                number: p.small()?,
            },
            Table::TaskIndex | Table::OpenTask => {
                let (business, created_at_ms) = (p.text()?, p.time()?);
                let place = Place {
                    business,
                    conversation: p.text()?,
                };
                let open_only = table == Table::OpenTask;
                Key::TaskIndex {
                    open_only,
                    created_at_ms,
                    place,
                    number: p.small()?,
                }
            }
            Table::Timer => Key::Timer {
                at_ms: p.time()?,
                place: p.place()?,
                kind: p.byte()?,
            },
            Table::Event => Key::Event {
                business: p.text()?,
                sequence: p.number()?,
            },
            Table::Delivery => {
                let (business, endpoint) = (p.text()?, p.text()?);
                Key::Delivery {
                    at_ms: p.time()?,
                    event: p.number()?,
                    business,
                    endpoint,
                }
            }
            Table::DeadLetter => Key::DeadLetter {
                business: p.text()?,
                event: p.number()?,
                endpoint: p.rest_text()?,
            },
            Table::Fact => {
                let table = p.byte()?;
                let table = FactTable::ALL.into_iter().find(|known| *known as u8 == table)?;
                Key::Fact {
                    table,
                    key: p.rest_text()?,
                }
            }
            Table::Chunk => {
                let (owner, index) = p.0.split_last_chunk()?;
                p.0 = &[];
                Key::Chunk {
                    owner,
                    index: u16::from_be_bytes(*index),
                }
            }
        };
        parts.0.is_empty().then_some(key)
    }
}

/// The positions `numbers` of a conversation's messages.
pub(crate) fn messages(place: Place<'_>, numbers: Range<u64>) -> Range<Vec<u8>> {
    let at = |number| Key::Message { place, number }.to_bytes();
    at(numbers.start)..at(numbers.end)
}

/// The events of a business above a sequence.
pub(crate) fn events_after(business: &str, after: u64) -> Range<Vec<u8>> {
    let all = Table::Event.of_business(business);
    successor(
        Key::Event {
            business,
            sequence: after,
        }
        .to_bytes(),
    )..all.end
}

/// The deliveries to an endpoint that are due at `until_ms`.
pub(crate) fn deliveries_until(business: &str, endpoint: &str, until_ms: i64) -> Range<Vec<u8>> {
    let queue = Builder::new(Table::Delivery).text(business).text(endpoint).0;
    let last = Builder(queue.clone()).time(until_ms).0;
    queue..successor(last)
}

/// The deliveries to all endpoints after one, in the order of their keys.
pub(crate) fn deliveries_beyond(business: &str, endpoint: &str) -> Range<Vec<u8>> {
    let queue = Builder::new(Table::Delivery).text(business).text(endpoint).0;
    successor(queue)..Table::Delivery.range().end
}

/// The facts of a table whose key begins with a prefix and is greater than `after`.
pub(crate) fn facts(table: FactTable, prefix: &str, after: Option<&str>) -> Range<Vec<u8>> {
    let all = prefix_range(Key::Fact { table, key: prefix }.to_bytes());
    match after.map(|key| just_after(&Key::Fact { table, key }.to_bytes())) {
        Some(start) if start > all.start => start.min(all.end.clone())..all.end,
        Some(_) | None => all,
    }
}

/// Where the further rows of long payloads begin: behind every other row.
pub(crate) fn first_chunk() -> Vec<u8> {
    Table::Chunk.range().start
}

/// The smallest key that is greater.
pub(crate) fn just_after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// All keys that begin with a prefix.
fn prefix_range(prefix: Vec<u8>) -> Range<Vec<u8>> {
    prefix.clone()..successor(prefix)
}

/// The smallest key that is greater than all keys with this prefix.
fn successor(mut prefix: Vec<u8>) -> Vec<u8> {
    while prefix.last() == Some(&0xFF) {
        prefix.pop();
    }
    *prefix
        .last_mut()
        .expect("the first byte of a key is a table, and none is 0xFF") += 1;
    prefix
}

#[cfg(test)]
mod tests;
