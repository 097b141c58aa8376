//! Reads every row of a store and says what is wrong with it.
//!
//! Checks each value's format and checksum, that long payloads have all their parts, that entries of lists and ids
//! point to rows and back, that timers and messages have their conversation and deliveries their event, and that the
//! counts are true. Nothing is repaired: the remedy for damage is a backup.

use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::{OpenError, ReadError};
use crate::keys::{Key, Place, readable};
use crate::memory::MemoryStore;
use crate::read::{self, payload};
use crate::record::{self, Attempt, Dead, Head, Listed, Message};
use crate::rows::{Backend, Order, Rows};
use crate::sled::{Options, SledStore};
use crate::store::Counts;
use crate::value;

/// Damages that are listed by name; further ones are only counted.
const DAMAGES_MAX: usize = 1_000;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// What the rows add up to, with the steps and the last event that the store itself says.
    pub counts: Counts,
    /// What is wrong, in order of the keys; at most the first thousand.
    pub damages: Vec<Damage>,
    /// Everything that is wrong.
    pub damage_count: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.damage_count == 0
    }

    fn add(&mut self, what: String, fault: impl Into<String>) {
        self.damage_count += 1;
        if self.damages.len() < DAMAGES_MAX {
            self.damages.push(Damage {
                what,
                fault: fault.into(),
            });
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The row, in readable form.
    pub what: String,
    /// What is wrong with it.
    pub fault: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.fault)
    }
}

/// Opens the store in a folder, which recovers it if needed, and verifies it. Fails if another process has it.
pub fn verify(folder: &Path, options: Options) -> Result<Report, OpenError> {
    let store = SledStore::open(folder, options)?;
    // sled meets some damage with a panic, and a report must come of it all the same.
    let report = catch_unwind(AssertUnwindSafe(|| report(&store)));
    let report = report.unwrap_or_else(|_| {
        let mut report = Report::default();
        report.add("the database".to_owned(), "it panicked while its rows were read");
        report
    });
    store.close()?;
    Ok(report)
}

/// Verifies a store in memory, as an invariant of tests and simulations.
pub fn verify_memory(store: &MemoryStore) -> Report {
    report(store)
}

fn report(store: &impl Backend) -> Report {
    let mut report = Report::default();
    let scanned = store.view(|rows| {
        rows.scan(vec![]..vec![0xFF], Order::Ascending, &mut |key, value| {
            report.rows += 1;
            match check_row(rows, key, value, &mut report.counts) {
                Ok(()) => {}
                Err(Fault::Row(fault)) => report.add(readable(key), fault),
                Err(Fault::Read(ReadError::Damaged { key, fault })) => report.add(key, fault),
                Err(Fault::Read(error @ ReadError::Database(_))) => return Err(error),
                Err(Fault::Read(error)) => report.add(readable(key), error.to_string()),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        check_counts(rows, &mut report);
        Ok(())
    });
    if let Err(error) = scanned {
        report.add(
            "the database".to_owned(),
            format!("reading stopped after {} rows: {error}", report.rows),
        );
    }
    report
}

enum Fault {
    /// Something about this row.
    Row(String),
    /// A row that cannot be read, this one or one that it needs.
    Read(ReadError),
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Fault {
        Fault::Read(error)
    }
}

fn check_row(rows: &dyn Rows, bytes: &[u8], value: &[u8], counts: &mut Counts) -> Result<(), Fault> {
    let key = Key::parse(bytes).ok_or_else(|| Fault::Row("it is no key of this store".to_owned()))?;
    if let Key::Chunk { owner, index } = key {
        return check_chunk(rows, bytes, value, owner, index);
    }
    let payload = value::open(rows, bytes, value)?;
    match key {
        Key::Counts | Key::Fact { .. } | Key::Chunk { .. } => {}
        Key::Conversation(_) => {
            Head::decode(bytes, payload)?;
            counts.conversations += 1;
        }
        Key::Message { place, number } => {
            counts.messages += 1;
            let Message { id, .. } = Message::decode(bytes, payload)?;
            check_conversation(rows, place)?;
            let indexed = number_of(rows, Key::MessageId { place, id: &id })?;
            ensure(indexed == Some(number), || {
                format!("its id {id:?} leads to message {indexed:?}")
            })?;
        }
        Key::MessageId { place, .. } => {
            let number = record::decode_number(bytes, &payload)?;
            let found = rows.get(&Key::Message { place, number }.to_bytes())?;
            ensure(found.is_some(), || format!("its message {number} is not there"))?;
        }
        Key::Handover { place, number } => {
            let Listed { at_ms, open, .. } = Listed::decode(bytes, payload)?;
            counts.open_handovers += u64::from(open);
            check_conversation(rows, place)?;
            let entry = |open_only| Key::HandoverIndex {
                open_only,
                opened_at_ms: at_ms,
                place,
                number,
            };
            check_entries(rows, entry, open)?;
        }
        Key::HandoverIndex {
            open_only,
            opened_at_ms,
            place,
            number,
        } => {
            check_entry(rows, Key::Handover { place, number }, opened_at_ms, open_only)?;
        }
        Key::Task { place, number } => {
            let Listed { at_ms, open, .. } = Listed::decode(bytes, payload)?;
            counts.open_tasks += u64::from(open);
            check_conversation(rows, place)?;
            let entry = |open_only| Key::TaskIndex {
                open_only,
                created_at_ms: at_ms,
                place,
                number,
            };
            check_entries(rows, entry, open)?;
        }
        Key::TaskIndex {
            open_only,
            created_at_ms,
            place,
            number,
        } => {
            check_entry(rows, Key::Task { place, number }, created_at_ms, open_only)?;
        }
        Key::Timer { place, .. } => {
            counts.timers += 1;
            check_conversation(rows, place)?;
        }
        Key::Event { sequence, .. } => counts.last_event = counts.last_event.max(sequence),
        Key::Delivery { business, event, .. } => {
            counts.deliveries += 1;
            Attempt::decode(bytes, &payload)?;
            check_event(rows, business, event)?;
        }
        Key::DeadLetter { business, event, .. } => {
            counts.dead_letters += 1;
            Dead::decode(bytes, &payload)?;
            check_event(rows, business, event)?;
        }
    }
    Ok(())
}

fn check_chunk(rows: &dyn Rows, bytes: &[u8], value: &[u8], owner: &[u8], index: u16) -> Result<(), Fault> {
    value::open_row(bytes, value)?;
    let owner_value = rows.get(owner)?;
    let owner_value = owner_value.ok_or_else(|| Fault::Row("the row it belongs to is not there".to_owned()))?;
    let following = value::open_row(owner, &owner_value)?.following;
    ensure(index <= following, || {
        format!("the row it belongs to has only {following} further parts")
    })
}

fn check_conversation(rows: &dyn Rows, place: Place<'_>) -> Result<(), Fault> {
    let found = rows.get(&Key::Conversation(place).to_bytes())?;
    ensure(found.is_some(), || "its conversation is not there".to_owned())
}

fn check_event(rows: &dyn Rows, business: &str, sequence: u64) -> Result<(), Fault> {
    let found = rows.get(&Key::Event { business, sequence }.to_bytes())?;
    ensure(found.is_some(), || format!("its event {sequence} is not there"))
}

/// A row must be in the list of all, and in the list of open ones just when it is open.
fn check_entries<'k>(rows: &dyn Rows, entry: impl Fn(bool) -> Key<'k>, open: bool) -> Result<(), Fault> {
    let all = rows.get(&entry(false).to_bytes())?.is_some();
    ensure(all, || "it is missing in the list of all".to_owned())?;
    let listed = rows.get(&entry(true).to_bytes())?.is_some();
    ensure(listed == open, || {
        format!("it is open: {open}, but in the list of open ones: {listed}")
    })
}

/// An entry must name a row that has its time, and one of the open list an open row.
fn check_entry(rows: &dyn Rows, key: Key<'_>, at_ms: i64, open_only: bool) -> Result<(), Fault> {
    let found = read::listed(rows, key)?;
    let found = found.ok_or_else(|| Fault::Row(format!("it names {key}, which is not there")))?;
    ensure(found.at_ms == at_ms, || {
        format!("{key} has the time {} ms", found.at_ms)
    })?;
    ensure(found.open || !open_only, || format!("{key} is not open"))
}

fn number_of(rows: &dyn Rows, key: Key<'_>) -> Result<Option<u64>, ReadError> {
    let key = key.to_bytes();
    payload(rows, &key)?
        .map(|payload| record::decode_number(&key, &payload))
        .transpose()
}

fn check_counts(rows: &dyn Rows, report: &mut Report) {
    // Counts that cannot be read were named by the scan.
    let Ok(stored) = read::counts(rows) else { return };
    let stored = stored.unwrap_or_default();
    let last_event = report.counts.last_event;
    if last_event > stored.last_event {
        let fault = format!("they end at event {}, the rows at {last_event}", stored.last_event);
        report.add(Key::Counts.to_string(), fault);
    }
    (report.counts.steps, report.counts.last_event) = (stored.steps, stored.last_event);
    if report.counts != stored {
        let fault = format!("they say {stored:?}, the rows say {:?}", report.counts);
        report.add(Key::Counts.to_string(), fault);
    }
}

fn ensure(holds: bool, fault: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Row(fault())) }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
