//! What a step means in rows. Several steps are planned into one batch; each sees the ones before it, so revisions are
//! checked against the batch's own earlier steps too, and a step that is refused leaves no trace in the batch.
//!
//! Each row is written once per batch however many steps touch it, and the counts once for all of them: the bytes of a
//! batch decide how fast commits are.

mod check;

pub(crate) use self::check::payload_bytes;
use crate::error::{CommitError, ReadError};
use crate::keys::{self, Key, Place};
use crate::read;
use crate::record::{Attempt, Dead, Head, Listed, Message};
use crate::rows::{Get, Writes};
use crate::step::{Committed, ConversationChange, DeliveryChange, DeliveryId, FactChange, FactTable, NewEvent, Step};
use crate::store::Counts;
use crate::value;

/// A batch that grows step by step.
pub(crate) struct Plan<'a> {
    rows: &'a dyn Get,
    writes: Writes,
    counts: Counts,
}

impl<'a> Plan<'a> {
    /// An empty batch on top of `rows`, which have these counts.
    pub(crate) fn new(rows: &'a dyn Get, counts: Counts) -> Plan<'a> {
        Plan {
            rows,
            writes: Writes::new(),
            counts,
        }
    }

    /// Adds a step, or refuses it and leaves the batch as it was.
    pub(crate) fn add(&mut self, step: Step) -> Result<Committed, CommitError> {
        check::check(&step)?;
        self.draft(|draft| {
            draft.counts.steps += 1;
            draft.step(step)
        })
    }

    /// Adds what `change` does to a draft, if it succeeds.
    pub(crate) fn draft<T, E>(&mut self, change: impl FnOnce(&mut Draft<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut draft = Draft {
            rows: self.rows,
            batch: &self.writes,
            writes: Writes::new(),
            counts: self.counts,
        };
        let result = change(&mut draft)?;
        let Draft { writes, counts, .. } = draft;
        self.writes.extend(writes);
        self.counts = counts;
        Ok(result)
    }

    /// The batch with its counts.
    pub(crate) fn finish(mut self) -> (Writes, Counts) {
        let rows = value::seal(Key::Counts.to_bytes(), &self.counts.encode());
        self.writes
            .extend(rows.into_iter().map(|(key, value)| (key, Some(value))));
        (self.writes, self.counts)
    }
}

/// The rows of one step, over those of the batch, over those of the database.
pub(crate) struct Draft<'a> {
    rows: &'a dyn Get,
    batch: &'a Writes,
    writes: Writes,
    pub(crate) counts: Counts,
}

impl Get for Draft<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        match self.writes.get(key).or_else(|| self.batch.get(key)) {
            Some(written) => Ok(written.clone()),
            None => self.rows.get(key),
        }
    }
}

impl Draft<'_> {
    fn step(&mut self, step: Step) -> Result<Committed, CommitError> {
        let Step {
            conversation,
            events,
            deliveries,
            facts,
        } = step;
        let revision = conversation.map_or(Ok(0), |change| self.conversation_change(change))?;
        let first_event = (!events.is_empty()).then_some(self.counts.last_event + 1);
        for NewEvent {
            business,
            payload,
            endpoints,
            deliver_at_ms,
        } in events
        {
            let sequence = self.counts.last_event + 1;
            self.event(&business, sequence, &payload)?;
            for endpoint in endpoints {
                let id = DeliveryId {
                    business: business.clone(),
                    event: sequence,
                    endpoint,
                    at_ms: deliver_at_ms,
                };
                self.delivery(
                    &id,
                    &Attempt {
                        attempt: 0,
                        note: String::new(),
                    },
                )?;
            }
        }
        for change in deliveries {
            self.delivery_change(change)?;
        }
        for FactChange { table, key, payload } in facts {
            self.fact(table, &key, payload.as_deref())?;
        }
        Ok(Committed { revision, first_event })
    }

    fn conversation_change(&mut self, change: ConversationChange) -> Result<u64, CommitError> {
        let ConversationChange {
            key,
            expected_revision,
            head,
            messages,
            handovers,
            tasks,
            timers,
        } = change;
        let found = read::head(self, Place::from(&key))?.map_or(0, |head| head.revision);
        if found != expected_revision {
            return Err(CommitError::Conflict {
                key,
                expected: expected_revision,
                found,
            });
        }
        let place = Place::from(&key);
        let revision = found + 1;
        self.head(place, &Head { revision, head })?;
        for message in messages {
            self.message(
                place,
                message.number,
                &Message {
                    id: message.id,
                    payload: message.payload,
                },
            )?;
        }
        for row in handovers {
            let record = Listed {
                at_ms: row.opened_at_ms,
                open: row.open,
                payload: row.payload,
            };
            self.handover(place, row.number, &record)?;
        }
        for row in tasks {
            let record = Listed {
                at_ms: row.created_at_ms,
                open: row.open,
                payload: row.payload,
            };
            self.task(place, row.number, &record)?;
        }
        for timer in timers {
            if let Some(at_ms) = timer.was {
                self.take(
                    &Key::Timer {
                        at_ms,
                        place,
                        kind: timer.kind,
                    }
                    .to_bytes(),
                )?;
                self.counts.timers -= 1;
            }
            if let Some(at_ms) = timer.becomes {
                self.timer(place, at_ms, timer.kind)?;
            }
        }
        Ok(revision)
    }

    fn delivery_change(&mut self, change: DeliveryChange) -> Result<(), CommitError> {
        match change {
            DeliveryChange::Delivered(id) => self.take_delivery(&id),
            DeliveryChange::Retry {
                id,
                at_ms,
                attempt,
                note,
            } => {
                self.take_delivery(&id)?;
                Ok(self.delivery(&DeliveryId { at_ms, ..id }, &Attempt { attempt, note })?)
            }
            DeliveryChange::Dead {
                id,
                at_ms,
                attempt,
                note,
            } => {
                self.take_delivery(&id)?;
                let dead = Dead {
                    at_ms,
                    last: Attempt { attempt, note },
                };
                Ok(self.dead_letter(&id.business, id.event, &id.endpoint, &dead)?)
            }
            DeliveryChange::Again {
                business,
                event,
                endpoint,
                at_ms,
            } => {
                self.take(
                    &Key::DeadLetter {
                        business: &business,
                        event,
                        endpoint: &endpoint,
                    }
                    .to_bytes(),
                )?;
                self.counts.dead_letters -= 1;
                let id = DeliveryId {
                    business,
                    event,
                    endpoint,
                    at_ms,
                };
                Ok(self.delivery(
                    &id,
                    &Attempt {
                        attempt: 0,
                        note: String::new(),
                    },
                )?)
            }
        }
    }

    fn take_delivery(&mut self, id: &DeliveryId) -> Result<(), CommitError> {
        self.take(&delivery_key(id))?;
        self.counts.deliveries -= 1;
        Ok(())
    }

    pub(crate) fn head(&mut self, place: Place<'_>, head: &Head) -> Result<(), ReadError> {
        let new = self.put(Key::Conversation(place).to_bytes(), &head.encode())?;
        self.counts.conversations += u64::from(new);
        Ok(())
    }

    pub(crate) fn message(&mut self, place: Place<'_>, number: u64, message: &Message) -> Result<(), CommitError> {
        self.put_new(
            Key::MessageId { place, id: &message.id }.to_bytes(),
            &number.to_be_bytes(),
        )?;
        self.put_new(Key::Message { place, number }.to_bytes(), &message.encode())?;
        self.counts.messages += 1;
        Ok(())
    }

    pub(crate) fn handover(&mut self, place: Place<'_>, number: u32, record: &Listed) -> Result<(), ReadError> {
        let entry = |open_only, opened_at_ms| Key::HandoverIndex {
            open_only,
            opened_at_ms,
            place,
            number,
        };
        let opened = self.listed(Key::Handover { place, number }, record, entry)?;
        self.counts.open_handovers = self.counts.open_handovers.saturating_add_signed(opened);
        Ok(())
    }

    pub(crate) fn task(&mut self, place: Place<'_>, number: u32, record: &Listed) -> Result<(), ReadError> {
        let entry = |open_only, created_at_ms| Key::TaskIndex {
            open_only,
            created_at_ms,
            place,
            number,
        };
        let opened = self.listed(Key::Task { place, number }, record, entry)?;
        self.counts.open_tasks = self.counts.open_tasks.saturating_add_signed(opened);
        Ok(())
    }

    /// Puts a record with its entry in the list of all and, while it is open, in the list of open ones; returns by how
    /// much the number of open ones changes.
    fn listed<'k>(
        &mut self,
        key: Key<'k>,
        record: &Listed,
        entry: impl Fn(bool, i64) -> Key<'k>,
    ) -> Result<i64, ReadError> {
        let old = read::listed(self, key)?;
        let old_entries = old.as_ref().map(|old| (old.at_ms, old.open));
        for open_only in [false, true] {
            let before = old_entries
                .filter(|(_, open)| *open || !open_only)
                .map(|(at_ms, _)| at_ms);
            let now = (record.open || !open_only).then_some(record.at_ms);
            if before == now {
                continue;
            }
            if let Some(at_ms) = before {
                self.remove(&entry(open_only, at_ms).to_bytes())?;
            }
            if let Some(at_ms) = now {
                self.put(entry(open_only, at_ms).to_bytes(), &[])?;
            }
        }
        self.put(key.to_bytes(), &record.encode())?;
        Ok(i64::from(record.open) - i64::from(old.is_some_and(|old| old.open)))
    }

    pub(crate) fn timer(&mut self, place: Place<'_>, at_ms: i64, kind: u8) -> Result<(), ReadError> {
        let new = self.put(Key::Timer { at_ms, place, kind }.to_bytes(), &[])?;
        self.counts.timers += u64::from(new);
        Ok(())
    }

    pub(crate) fn event(&mut self, business: &str, sequence: u64, payload: &[u8]) -> Result<(), CommitError> {
        self.put_new(Key::Event { business, sequence }.to_bytes(), payload)?;
        self.counts.last_event = self.counts.last_event.max(sequence);
        Ok(())
    }

    pub(crate) fn delivery(&mut self, id: &DeliveryId, attempt: &Attempt) -> Result<(), ReadError> {
        let new = self.put(delivery_key(id), &attempt.encode())?;
        self.counts.deliveries += u64::from(new);
        Ok(())
    }

    pub(crate) fn dead_letter(
        &mut self,
        business: &str,
        event: u64,
        endpoint: &str,
        dead: &Dead,
    ) -> Result<(), ReadError> {
        let new = self.put(
            Key::DeadLetter {
                business,
                event,
                endpoint,
            }
            .to_bytes(),
            &dead.encode(),
        )?;
        self.counts.dead_letters += u64::from(new);
        Ok(())
    }

    pub(crate) fn fact(&mut self, table: FactTable, key: &str, payload: Option<&[u8]>) -> Result<(), ReadError> {
        let key = Key::Fact { table, key }.to_bytes();
        match payload {
            Some(payload) => self.put(key, payload).map(drop),
            None => self.remove(&key).map(drop),
        }
    }

    /// Puts or replaces a row; true if it is new.
    fn put(&mut self, key: Vec<u8>, payload: &[u8]) -> Result<bool, ReadError> {
        let existed = self.remove_chunks(&key)?;
        self.write(key, payload);
        Ok(!existed)
    }

    /// Puts a row that must not be there.
    fn put_new(&mut self, key: Vec<u8>, payload: &[u8]) -> Result<(), CommitError> {
        if self.get(&key)?.is_some() {
            return Err(CommitError::Invalid(format!(
                "{} is there already",
                keys::readable(&key)
            )));
        }
        self.write(key, payload);
        Ok(())
    }

    fn write(&mut self, key: Vec<u8>, payload: &[u8]) {
        self.writes.extend(
            value::seal(key, payload)
                .into_iter()
                .map(|(key, value)| (key, Some(value))),
        );
    }

    /// Removes a row that must be there.
    fn take(&mut self, key: &[u8]) -> Result<(), CommitError> {
        if self.remove(key)? {
            Ok(())
        } else {
            Err(CommitError::Gone {
                what: keys::readable(key),
            })
        }
    }

    /// Removes a row; true if it was there.
    fn remove(&mut self, key: &[u8]) -> Result<bool, ReadError> {
        let existed = self.remove_chunks(key)?;
        if existed {
            self.writes.insert(key.to_vec(), None);
        }
        Ok(existed)
    }

    /// Removes the further rows of a row; true if the row is there.
    fn remove_chunks(&mut self, key: &[u8]) -> Result<bool, ReadError> {
        let Some(old) = self.get(key)? else {
            return Ok(false);
        };
        let chunks = value::chunk_keys(key, &old)?;
        self.writes.extend(chunks.map(|chunk| (chunk, None)));
        Ok(true)
    }
}

fn delivery_key(id: &DeliveryId) -> Vec<u8> {
    let DeliveryId {
        business,
        event,
        endpoint,
        at_ms,
    } = id;
    Key::Delivery {
        at_ms: *at_ms,
        event: *event,
        business,
        endpoint,
    }
    .to_bytes()
}
