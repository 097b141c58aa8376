//! The helpers that alone know how steps are built.

use baton_store::{
    CommitError, Committed, ConversationChange, ConversationKey, HandoverRow, NewEvent, NewMessage, Options, Step,
    Store, TaskRow, TimerChange, commit_and_wait,
};

/// Small caches, so that tests also meet pages that are not in memory.
pub(crate) fn options() -> Options {
    Options {
        cache_bytes: 8 << 20,
        ..Options::default()
    }
}

pub(crate) fn key(conversation: &str) -> ConversationKey {
    ConversationKey::new("acme", conversation).expect("a short name")
}

pub(crate) fn commit(store: &dyn Store, step: Step) -> Result<Committed, CommitError> {
    commit_and_wait(store, step)
}

pub(crate) fn must(store: &dyn Store, step: Step) -> Committed {
    commit(store, step).expect("the step is valid")
}

/// A step of one conversation, built up by what it changes.
pub(crate) fn step(conversation: &str, expected_revision: u64) -> Step {
    let change = ConversationChange {
        key: key(conversation),
        expected_revision,
        head: format!("head {}", expected_revision + 1).into_bytes(),
        messages: Vec::new(),
        handovers: Vec::new(),
        tasks: Vec::new(),
        timers: Vec::new(),
    };
    Step {
        conversation: Some(change),
        ..Step::default()
    }
}

pub(crate) trait With: Sized {
    fn change(&mut self) -> &mut ConversationChange;

    fn message(mut self, number: u64, id: &str, payload: &[u8]) -> Self {
        self.change().messages.push(NewMessage {
            number,
            id: id.to_owned(),
            payload: payload.to_vec(),
        });
        self
    }

    fn handover(mut self, number: u32, opened_at_ms: i64, open: bool) -> Self {
        let payload = format!("handover {number}").into_bytes();
        self.change().handovers.push(HandoverRow {
            number,
            opened_at_ms,
            open,
            payload,
        });
        self
    }

    fn task(mut self, number: u32, created_at_ms: i64, open: bool) -> Self {
        let payload = format!("task {number}").into_bytes();
        self.change().tasks.push(TaskRow {
            number,
            created_at_ms,
            open,
            payload,
        });
        self
    }

    fn timer(mut self, kind: u8, was: Option<i64>, becomes: Option<i64>) -> Self {
        self.change().timers.push(TimerChange { kind, was, becomes });
        self
    }
}

impl With for Step {
    fn change(&mut self) -> &mut ConversationChange {
        self.conversation.as_mut().expect("the step has a conversation")
    }
}

pub(crate) fn event(business: &str, payload: &[u8], endpoints: &[&str], deliver_at_ms: i64) -> NewEvent {
    let endpoints = endpoints.iter().map(|endpoint| (*endpoint).to_owned()).collect();
    NewEvent {
        business: business.to_owned(),
        payload: payload.to_vec(),
        endpoints,
        deliver_at_ms,
    }
}

/// Makes two tests of each story, one per store, and verifies the store after it.
macro_rules! stories {
    ($($story:ident)*) => {
        mod memory {
            $(#[test]
            fn $story() {
                let store = baton_store::MemoryStore::new();
                super::$story(&store);
                let report = baton_store::admin::verify_memory(&store);
                assert!(report.is_sound(), "{report:?}");
            })*
        }
        mod sled {
            $(#[test]
            fn $story() {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let store = baton_store::SledStore::open(folder.path(), crate::support::options()).expect("it opens");
                super::$story(&store);
                store.close().expect("it closes");
                drop(store);
                let report = baton_store::admin::verify(folder.path(), crate::support::options()).expect("it opens again");
                assert!(report.is_sound(), "{report:?}");
            })*
        }
    };
}
pub(crate) use stories;
