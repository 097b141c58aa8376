//! One line of a backup: a row in its readable parts.
//!
//! The edge between stored rows and the backup's own format, converted by full destructuring both ways. Rows that can
//! be made from others (ids of messages, entries of lists, counts) are not in it.

use serde::{Deserialize, Serialize};

use super::backup::Kind;
use crate::error::{CommitError, ReadError};
use crate::keys::{Key, Place};
use crate::plan::Draft;
use crate::record::{Attempt, Dead, Head, Listed, Message};
use crate::step::{DeliveryId, FactTable};
use crate::store::{ConversationKey, check_business};
use crate::value::damaged;

/// A row in its parts; the same names are in a backup.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "kebab-case")]
#[allow(
    missing_docs,
    reason = "the parts are those of the step that wrote the row, under the same names"
)]
pub enum Row {
    Conversation {
        business: String,
        conversation: String,
        revision: u64,
        payload: Payload,
    },
    Message {
        business: String,
        conversation: String,
        number: u64,
        id: String,
        payload: Payload,
    },
    Handover {
        business: String,
        conversation: String,
        number: u32,
        opened_at_ms: i64,
        open: bool,
        payload: Payload,
    },
    Task {
        business: String,
        conversation: String,
        number: u32,
        created_at_ms: i64,
        open: bool,
        payload: Payload,
    },
    Timer {
        at_ms: i64,
        business: String,
        conversation: String,
        kind: u8,
    },
    Event {
        business: String,
        sequence: u64,
        payload: Payload,
    },
    Delivery {
        business: String,
        event: u64,
        endpoint: String,
        at_ms: i64,
        attempt: u32,
        note: String,
    },
    DeadLetter {
        business: String,
        event: u64,
        endpoint: String,
        at_ms: i64,
        attempt: u32,
        note: String,
    },
    Fact {
        table: FactTable,
        key: String,
        payload: Payload,
    },
}

/// Bytes that the store does not open, in base64.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Payload(#[serde(with = "base64_text")] pub Vec<u8>);

impl Row {
    /// The line of a stored row, or `None` for one that is made from others.
    pub(super) fn from_stored(bytes: &[u8], payload: Vec<u8>) -> Result<Option<Row>, ReadError> {
        let key = Key::parse(bytes).ok_or_else(|| damaged(bytes, "it is no key of this store"))?;
        let names = |place: Place<'_>| (place.business.to_owned(), place.conversation.to_owned());
        let row = match key {
            Key::Conversation(place) => {
                let (business, conversation) = names(place);
                let Head { revision, head } = Head::decode(bytes, payload)?;
                Row::Conversation {
                    business,
                    conversation,
                    revision,
                    payload: Payload(head),
                }
            }
            Key::Message { place, number } => {
                let (business, conversation) = names(place);
                let Message { id, payload } = Message::decode(bytes, payload)?;
                Row::Message {
                    business,
                    conversation,
                    number,
                    id,
                    payload: Payload(payload),
                }
            }
            Key::Handover { place, number } => {
                let (business, conversation) = names(place);
                let Listed {
                    at_ms: opened_at_ms,
                    open,
                    payload,
                } = Listed::decode(bytes, payload)?;
                Row::Handover {
                    business,
                    conversation,
                    number,
                    opened_at_ms,
                    open,
                    payload: Payload(payload),
                }
            }
            Key::Task { place, number } => {
                let (business, conversation) = names(place);
                let Listed {
                    at_ms: created_at_ms,
                    open,
                    payload,
                } = Listed::decode(bytes, payload)?;
                Row::Task {
                    business,
                    conversation,
                    number,
                    created_at_ms,
                    open,
                    payload: Payload(payload),
                }
            }
            Key::Timer { at_ms, place, kind } => {
                let (business, conversation) = names(place);
                Row::Timer {
                    at_ms,
                    business,
                    conversation,
                    kind,
                }
            }
            Key::Event { business, sequence } => Row::Event {
                business: business.to_owned(),
                sequence,
                payload: Payload(payload),
            },
            Key::Delivery {
                at_ms,
                event,
                business,
                endpoint,
            } => {
                let Attempt { attempt, note } = Attempt::decode(bytes, &payload)?;
                let (business, endpoint) = (business.to_owned(), endpoint.to_owned());
                Row::Delivery {
                    business,
                    event,
                    endpoint,
                    at_ms,
                    attempt,
                    note,
                }
            }
            Key::DeadLetter {
                business,
                event,
                endpoint,
            } => {
                let Dead {
                    at_ms,
                    last: Attempt { attempt, note },
                } = Dead::decode(bytes, &payload)?;
                let (business, endpoint) = (business.to_owned(), endpoint.to_owned());
                Row::DeadLetter {
                    business,
                    event,
                    endpoint,
                    at_ms,
                    attempt,
                    note,
                }
            }
            Key::Fact { table, key } => Row::Fact {
                table,
                key: key.to_owned(),
                payload: Payload(payload),
            },
            Key::Counts
            | Key::MessageId { .. }
            | Key::HandoverIndex { .. }
            | Key::TaskIndex { .. }
            | Key::Chunk { .. } => return Ok(None),
        };
        Ok(Some(row))
    }

    /// Writes the row with everything that is made from it.
    pub(super) fn write(self, draft: &mut Draft<'_>) -> Result<(), CommitError> {
        match self {
            Row::Conversation {
                business,
                conversation,
                revision,
                payload,
            } => {
                let key = ConversationKey::new(business, conversation)?;
                draft.head(
                    Place::from(&key),
                    &Head {
                        revision,
                        head: payload.0,
                    },
                )?;
            }
            Row::Message {
                business,
                conversation,
                number,
                id,
                payload,
            } => {
                let key = ConversationKey::new(business, conversation)?;
                draft.message(Place::from(&key), number, &Message { id, payload: payload.0 })?;
            }
            Row::Handover {
                business,
                conversation,
                number,
                opened_at_ms,
                open,
                payload,
            } => {
                let key = ConversationKey::new(business, conversation)?;
                let record = Listed {
                    at_ms: opened_at_ms,
                    open,
                    payload: payload.0,
                };
                draft.handover(Place::from(&key), number, &record)?;
            }
            Row::Task {
                business,
                conversation,
                number,
                created_at_ms,
                open,
                payload,
            } => {
                let key = ConversationKey::new(business, conversation)?;
                let record = Listed {
                    at_ms: created_at_ms,
                    open,
                    payload: payload.0,
                };
                draft.task(Place::from(&key), number, &record)?;
            }
            Row::Timer {
                at_ms,
                business,
                conversation,
                kind,
            } => {
                let key = ConversationKey::new(business, conversation)?;
                draft.timer(Place::from(&key), at_ms, kind)?;
            }
            Row::Event {
                business,
                sequence,
                payload,
            } => {
                check_business(&business)?;
                draft.event(&business, sequence, &payload.0)?;
            }
            Row::Delivery {
                business,
                event,
                endpoint,
                at_ms,
                attempt,
                note,
            } => {
                check_business(&business)?;
                let id = DeliveryId {
                    business,
                    event,
                    endpoint,
                    at_ms,
                };
                draft.delivery(&id, &Attempt { attempt, note })?;
            }
            Row::DeadLetter {
                business,
                event,
                endpoint,
                at_ms,
                attempt,
                note,
            } => {
                check_business(&business)?;
                let dead = Dead {
                    at_ms,
                    last: Attempt { attempt, note },
                };
                draft.dead_letter(&business, event, &endpoint, &dead)?;
            }
            Row::Fact { table, key, payload } => draft.fact(table, &key, Some(&payload.0))?,
        }
        Ok(())
    }

    /// The payload that only the caller can read, and what it is.
    pub(super) fn payload(&self) -> Option<(Kind, &[u8])> {
        match self {
            Row::Conversation { payload, .. } => Some((Kind::Conversation, &payload.0)),
            Row::Message { payload, .. } => Some((Kind::Message, &payload.0)),
            Row::Handover { payload, .. } => Some((Kind::Handover, &payload.0)),
            Row::Task { payload, .. } => Some((Kind::Task, &payload.0)),
            Row::Event { payload, .. } => Some((Kind::Event, &payload.0)),
            Row::Fact { table, payload, .. } => Some((Kind::Fact(*table), &payload.0)),
            Row::Timer { .. } | Row::Delivery { .. } | Row::DeadLetter { .. } => None,
        }
    }
}

mod base64_text {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(D::Error::custom)
    }
}
