//! The contract of a store: load one conversation, commit one step with its revision checked, and read what is due.
//!
//! Nothing else is offered, so that several daemons can share a store later. The store knows keys, order, atomicity
//! and durability; what a conversation, a task or an event means is in payloads that it never opens. Commits are
//! acknowledged by a callback, because the store has a thread and no runtime. Whatever a read shows is on the disk:
//! a read that meets a row which is written but not yet synced waits for the sync, so nothing can leave the process
//! before the commit that promises it.

use std::fmt;

use crate::error::{CommitError, InvalidName, ReadError};
use crate::limits::{BUSINESS_MAX_BYTES, CONVERSATION_MAX_BYTES};
use crate::step::{Committed, DeliveryId, FactTable, Step};

/// Called once with the outcome of a commit, on the store's own thread: hand the answer on, and return quickly.
pub type Ack = Box<dyn FnOnce(Result<Committed, CommitError>) + Send>;

/// Keys and checked payloads in key order, as of one moment.
pub type RowIter<'a> = Box<dyn Iterator<Item = Result<(Vec<u8>, Vec<u8>), ReadError>> + 'a>;

/// Durable state. All methods block for the time of a disk read; none may be called from within an [`Ack`].
pub trait Store: Send + Sync + 'static {
    /// The conversation's head and revision, or `None` if it was never committed.
    fn load(&self, key: &ConversationKey) -> Result<Option<Loaded>, ReadError>;

    /// Writes everything of a step or nothing, syncs it, and then calls `done`. Steps commit in the order given.
    fn commit(&self, step: Step, done: Ack);

    /// The message with the id that the platform chose.
    fn message(&self, key: &ConversationKey, id: &str) -> Result<Option<StoredMessage>, ReadError>;

    /// At most `limit` messages from position `from` on, oldest first.
    fn messages(&self, key: &ConversationKey, from: u64, limit: usize) -> Result<Vec<StoredMessage>, ReadError>;

    /// The `limit` newest messages before position `before`, oldest of them first.
    fn last_messages(&self, key: &ConversationKey, before: u64, limit: usize) -> Result<Vec<StoredMessage>, ReadError>;

    /// One handover of a conversation.
    fn handover(&self, key: &ConversationKey, number: u32) -> Result<Option<StoredHandover>, ReadError>;

    /// One task of a conversation.
    fn task(&self, key: &ConversationKey, number: u32) -> Result<Option<StoredTask>, ReadError>;

    /// Handovers of a business, newest opened first, after a cursor of an earlier page.
    fn handovers(
        &self,
        business: &str,
        open_only: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<StoredHandover>, ReadError>;

    /// Tasks of a business, oldest created first, after a cursor of an earlier page.
    fn tasks(
        &self,
        business: &str,
        open_only: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<StoredTask>, ReadError>;

    /// Visits every open handover of every business; its cost depends on them alone, not on the closed ones.
    /// Writers wait meanwhile, so the visitor only collects.
    fn open_handovers(&self, visit: &mut dyn FnMut(StoredHandover)) -> Result<(), ReadError>;

    /// At most `limit` timers that are due at `now_ms`, the earliest first. A timer stays until a step takes it away.
    fn due_timers(&self, now_ms: i64, limit: usize) -> Result<Vec<TimerRow>, ReadError>;

    /// When the earliest timer is due.
    fn next_timer_ms(&self) -> Result<Option<i64>, ReadError>;

    /// At most `limit` events of a business with a sequence above `after`, in order.
    fn events(&self, business: &str, after: u64, limit: usize) -> Result<Vec<StoredEvent>, ReadError>;

    /// One event of a business.
    fn event(&self, business: &str, sequence: u64) -> Result<Option<StoredEvent>, ReadError>;

    /// The endpoints that deliveries wait for, each with the moment of its earliest one. Costs one look-up for each.
    fn delivery_queues(&self) -> Result<Vec<DeliveryQueue>, ReadError>;

    /// At most `limit` deliveries to an endpoint that are due at `now_ms`, the earliest first, and those of one moment by
    /// sequence. One stays until a step changes it.
    fn due_deliveries(
        &self,
        business: &str,
        endpoint: &str,
        now_ms: i64,
        limit: usize,
    ) -> Result<Vec<Delivery>, ReadError>;

    /// Dead letters of a business, oldest event first, after a cursor of an earlier page.
    fn dead_letters(&self, business: &str, after: Option<&Cursor>, limit: usize)
    -> Result<Page<DeadLetter>, ReadError>;

    /// How much of everything there is; kept with each commit, so asking is cheap.
    fn counts(&self) -> Result<Counts, ReadError>;

    /// One fact.
    fn fact(&self, table: FactTable, key: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// At most `limit` facts whose key begins with `prefix` and is greater than `after`, in order of their keys.
    fn facts(&self, table: FactTable, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Fact>, ReadError>;

    /// All rows as of the moment of the call, while commits go on; for [`admin::backup`](crate::admin::backup).
    fn snapshot(&self) -> Result<RowIter<'_>, ReadError>;
}

/// Which conversation of which business; its parts were checked once and fit into keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationKey {
    business: String,
    conversation: String,
}

impl ConversationKey {
    /// Checks both parts: not empty, no NUL, at most 64 and 128 bytes.
    pub fn new(business: impl Into<String>, conversation: impl Into<String>) -> Result<Self, InvalidName> {
        let (business, conversation) = (business.into(), conversation.into());
        check_business(&business)?;
        check_name("conversation id", &conversation, CONVERSATION_MAX_BYTES)?;
        Ok(ConversationKey { business, conversation })
    }

    /// The business.
    pub fn business(&self) -> &str {
        &self.business
    }

    /// The conversation's id within the business.
    pub fn conversation(&self) -> &str {
        &self.conversation
    }
}

impl fmt::Display for ConversationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conversation {}/{}", self.business, self.conversation)
    }
}

pub(crate) fn check_business(business: &str) -> Result<(), InvalidName> {
    check_name("business", business, BUSINESS_MAX_BYTES)
}

pub(crate) fn check_name(what: &'static str, name: &str, limit_bytes: usize) -> Result<(), InvalidName> {
    if name.is_empty() {
        Err(InvalidName::Empty { what })
    } else if name.len() > limit_bytes {
        Err(InvalidName::TooLong {
            what,
            bytes: name.len(),
            limit_bytes,
        })
    } else if name.contains('\0') {
        Err(InvalidName::Nul { what })
    } else {
        Ok(())
    }
}

/// A conversation as it was committed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its revision, for the guard of the next step.
    pub revision: u64,
    /// Its head.
    pub head: Vec<u8>,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its position.
    pub number: u64,
    /// The platform's id.
    pub id: String,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// A handover of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHandover {
    /// Its conversation.
    pub key: ConversationKey,
    /// Its number.
    pub number: u32,
    /// When it was opened.
    pub opened_at_ms: i64,
    /// Whether it is open.
    pub open: bool,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// A task of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// Its conversation.
    pub key: ConversationKey,
    /// Its number.
    pub number: u32,
    /// When it was created.
    pub created_at_ms: i64,
    /// Whether it is open.
    pub open: bool,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// A timer that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    /// When it is due.
    pub at_ms: i64,
    /// Its conversation.
    pub key: ConversationKey,
    /// Its kind.
    pub kind: u8,
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number among all events of all businesses.
    pub sequence: u64,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which one, and when it is due.
    pub id: DeliveryId,
    /// How many attempts were made.
    pub attempt: u32,
    /// Why the last one failed.
    pub note: String,
}

/// An endpoint that deliveries wait for. Those that are slow or dead wait in a queue of their own, and hold up nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryQueue {
    /// The business.
    pub business: String,
    /// The endpoint.
    pub endpoint: String,
    /// When its earliest delivery is due.
    pub next_ms: i64,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The business of the event.
    pub business: String,
    /// The event's sequence.
    pub event: u64,
    /// The endpoint.
    pub endpoint: String,
    /// When it was given up.
    pub at_ms: i64,
    /// How many attempts were made.
    pub attempt: u32,
    /// Why the last one failed.
    pub note: String,
}

/// A fact with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its key.
    pub key: String,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

/// A place in a list of one business. Opaque, and stable: rows that come or go do not move it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(crate) Vec<u8>);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Cursor, InvalidCursor> {
        let nibble = |c: u8| (c as char).to_digit(16).map(|digit| digit as u8).ok_or(InvalidCursor);
        let pairs = text.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| match *pair {
            [high, low] => Ok(nibble(high)? << 4 | nibble(low)?),
            _ => Err(InvalidCursor),
        });
        Ok(Cursor(bytes.collect::<Result<_, _>>()?))
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of a list; use the one that the previous page gave, unchanged")]
pub struct InvalidCursor;

/// How much of everything there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps committed since the store was made.
    pub steps: u64,
    /// The sequence of the last event; 0: none.
    pub last_event: u64,
    /// Conversations.
    pub conversations: u64,
    /// Messages.
    pub messages: u64,
    /// Handovers that are open.
    pub open_handovers: u64,
    /// Tasks that are open.
    pub open_tasks: u64,
    /// Timers that wait.
    pub timers: u64,
    /// Deliveries that wait: the depth of the outbox.
    pub deliveries: u64,
    /// Deliveries that were given up.
    pub dead_letters: u64,
}

/// Commits a step and waits for the outcome; for callers that have a thread to spend.
pub fn commit_and_wait(store: &dyn Store, step: Step) -> Result<Committed, CommitError> {
    let (send, receive) = std::sync::mpsc::channel();
    store.commit(step, Box::new(move |result| drop(send.send(result))));
    receive.recv().unwrap_or(Err(CommitError::Failed))
}
