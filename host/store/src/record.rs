//! What the store itself keeps in a payload: a few fixed fields in front of the caller's bytes.
//!
//! Written by hand instead of by a serializer: each record is one or two numbers and a rest that is never opened, and
//! every byte counts, because the database writes it several times. Index rows, timers and ids that are in the key
//! have nothing here.

use crate::error::ReadError;
use crate::store::Counts;
use crate::value::damaged;

/// A conversation: revision, head.
pub(crate) struct Head {
    pub(crate) revision: u64,
    pub(crate) head: Vec<u8>,
}

impl Head {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.revision.to_be_bytes()[..], &self.head].concat()
    }

    pub(crate) fn decode(key: &[u8], payload: Vec<u8>) -> Result<Head, ReadError> {
        let mut fields = Fields { key, rest: &payload };
        let revision = fields.u64()?;
        Ok(Head {
            revision,
            head: fields.rest.to_vec(),
        })
    }
}

/// A message: id, payload.
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) payload: Vec<u8>,
}

impl Message {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).expect("an id has at most MESSAGE_ID_MAX_BYTES");
        [&length.to_be_bytes()[..], self.id.as_bytes(), &self.payload].concat()
    }

    pub(crate) fn decode(key: &[u8], payload: Vec<u8>) -> Result<Message, ReadError> {
        let mut fields = Fields { key, rest: &payload };
        let length = usize::from(fields.u16()?);
        let id = fields.text(length)?;
        Ok(Message {
            id,
            payload: fields.rest.to_vec(),
        })
    }
}

/// The place of a message with an id: its number.
pub(crate) fn decode_number(key: &[u8], payload: &[u8]) -> Result<u64, ReadError> {
    let mut fields = Fields { key, rest: payload };
    let number = fields.u64()?;
    fields.end()?;
    Ok(number)
}

/// A handover or a task: time of its list entry, whether it is open, payload.
pub(crate) struct Listed {
    pub(crate) at_ms: i64,
    pub(crate) open: bool,
    pub(crate) payload: Vec<u8>,
}

impl Listed {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.at_ms.to_be_bytes()[..], &[u8::from(self.open)], &self.payload].concat()
    }

    pub(crate) fn decode(key: &[u8], payload: Vec<u8>) -> Result<Listed, ReadError> {
        let mut fields = Fields { key, rest: &payload };
        let (at_ms, [open]) = (fields.i64()?, fields.take()?);
        Ok(Listed {
            at_ms,
            open: open != 0,
            payload: fields.rest.to_vec(),
        })
    }
}

/// A delivery: attempts made, note of the last one.
pub(crate) struct Attempt {
    pub(crate) attempt: u32,
    pub(crate) note: String,
}

impl Attempt {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.attempt.to_be_bytes()[..], self.note.as_bytes()].concat()
    }

    pub(crate) fn decode(key: &[u8], payload: &[u8]) -> Result<Attempt, ReadError> {
        let mut fields = Fields { key, rest: payload };
        let attempt = u32::from_be_bytes(fields.take()?);
        Ok(Attempt {
            attempt,
            note: fields.text(fields.rest.len())?,
        })
    }
}

/// A dead letter: when it was given up, then as a delivery.
pub(crate) struct Dead {
    pub(crate) at_ms: i64,
    pub(crate) last: Attempt,
}

impl Dead {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.at_ms.to_be_bytes()[..], &self.last.encode()].concat()
    }

    pub(crate) fn decode(key: &[u8], payload: &[u8]) -> Result<Dead, ReadError> {
        let mut fields = Fields { key, rest: payload };
        let at_ms = fields.i64()?;
        Ok(Dead {
            at_ms,
            last: Attempt::decode(key, fields.rest)?,
        })
    }
}

impl Counts {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Counts {
            steps,
            last_event,
            conversations,
            messages,
            ..
        } = *self;
        let Counts {
            open_handovers,
            open_tasks,
            timers,
            deliveries,
            dead_letters,
            ..
        } = *self;
        let counts = [
            steps,
            last_event,
            conversations,
            messages,
            open_handovers,
            open_tasks,
            timers,
            deliveries,
            dead_letters,
        ];
        counts.iter().flat_map(|count| count.to_be_bytes()).collect()
    }

    pub(crate) fn decode(key: &[u8], payload: &[u8]) -> Result<Counts, ReadError> {
        let mut fields = Fields { key, rest: payload };
        let counts = Counts {
            steps: fields.u64()?,
            last_event: fields.u64()?,
            conversations: fields.u64()?,
            messages: fields.u64()?,
            open_handovers: fields.u64()?,
            open_tasks: fields.u64()?,
            timers: fields.u64()?,
            deliveries: fields.u64()?,
            dead_letters: fields.u64()?,
        };
        fields.end()?;
        Ok(counts)
    }
}

/// The fields of a record, front to back.
struct Fields<'a> {
    key: &'a [u8],
    rest: &'a [u8],
}

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (field, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| damaged(self.key, "it is too short"))?;
        self.rest = rest;
        Ok(*field)
    }

    fn u16(&mut self) -> Result<u16, ReadError> {
        self.take().map(u16::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, ReadError> {
        self.take().map(u64::from_be_bytes)
    }

    fn i64(&mut self) -> Result<i64, ReadError> {
        self.take().map(i64::from_be_bytes)
    }

    fn text(&mut self, length: usize) -> Result<String, ReadError> {
        let (text, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| damaged(self.key, "it is too short"))?;
        self.rest = rest;
        let text = std::str::from_utf8(text).map_err(|_| damaged(self.key, "a text in it is not UTF-8"))?;
        Ok(text.to_owned())
    }

    fn end(&self) -> Result<(), ReadError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(damaged(self.key, "it is too long"))
        }
    }
}
