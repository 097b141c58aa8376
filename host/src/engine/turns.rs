//! One at a time in each conversation, first come first served; conversations do not wait for each other.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use baton_store::ConversationKey;
use tokio::sync::OwnedMutexGuard;

/// So many locks over the table of turns that two requests seldom want the same one.
const SHARDS: usize = 64;

type Shard = Mutex<HashMap<ConversationKey, Arc<tokio::sync::Mutex<()>>>>;

/// Whose turn it is, for each conversation in which something is under way.
#[derive(Debug)]
pub(super) struct Turns {
    shards: Vec<Shard>,
    hasher: RandomState,
}

/// A turn; the next one begins when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    key: ConversationKey,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Waits for a conversation's turn.
    pub(super) async fn take(&self, key: &ConversationKey) -> Turn<'_> {
        let line = Arc::clone(self.shard(key).entry(key.clone()).or_default());
        let guard = line.lock_owned().await;
        Turn {
            turns: self,
            key: key.clone(),
            guard: Some(guard),
        }
    }

    fn shard(
        &self,
        key: &ConversationKey,
    ) -> std::sync::MutexGuard<'_, HashMap<ConversationKey, Arc<tokio::sync::Mutex<()>>>> {
        let shard = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).expect("fewer shards than usize holds");
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut shard = self.turns.shard(&self.key);
        self.guard = None;
        // The table holds one reference; another one is somebody who waits.
        if shard.get(&self.key).is_some_and(|line| Arc::strong_count(line) == 1) {
            shard.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_table_of_turns_is_empty_when_nobody_waits() {
        let turns = Turns::new();
        let key = ConversationKey::new("default", "c").expect("a good name");
        let other = ConversationKey::new("default", "d").expect("a good name");
        let first = turns.take(&key).await;
        let elsewhere = turns.take(&other).await;
        let second = turns.take(&key);
        tokio::pin!(second);
        let waits = tokio::time::timeout(std::time::Duration::from_millis(5), &mut second).await;
        assert!(waits.is_err(), "one at a time in a conversation");
        drop(first);
        drop(second.await);
        drop(elsewhere);
        assert!(
            turns
                .shards
                .iter()
                .all(|shard| shard.lock().expect("nobody panicked").is_empty())
        );
    }
}
