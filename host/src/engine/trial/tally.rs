//! What a shadow would have done otherwise, counted; its examples hold customers' words and stay in memory.

use std::collections::{BTreeMap, VecDeque};

use baton_core::BusinessId;
use baton_store::{FactChange, FactTable, Store};
use serde::{Deserialize, Serialize};

use crate::stretch::{Difference, How, Stretch};

/// Differences that are kept to be shown, the newest.
const MOST_EXAMPLES: usize = 100;

/// What a shadow has heard, and what it would have done otherwise.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Times that a bot held a conversation.
    pub stretches: u64,
    /// Messages that it judged.
    pub messages: u64,
    /// Messages that it could not hear, because it was busy for longer than its share.
    pub skipped: u64,
    /// Handovers that the rules in force opened.
    pub happened: u64,
    /// Handovers that it would have opened.
    pub again: u64,
    /// Handovers of both at the same message, for the same reason, to the same person, with the same words.
    pub same: u64,
    /// All others, by how they differ.
    pub differences: BTreeMap<How, u64>,
    /// The newest of them; none of before the last restart.
    #[serde(skip)]
    pub examples: VecDeque<Difference>,
}

impl Tally {
    /// Handovers of either side.
    pub fn compared(&self) -> u64 {
        self.same + self.differences.values().sum::<u64>()
    }

    /// The share of these that differ, 0 to 1; `None` before the first one.
    pub fn drift(&self) -> Option<f64> {
        let all = self.compared();
        (all > 0).then(|| (all - self.same) as f64 / all as f64)
    }

    /// Counts a stretch as it stands: one in which the shadow has passed it on, or that is over.
    pub(super) fn count(&mut self, stretch: &Stretch) {
        match stretch.difference() {
            Some(difference) => {
                *self.differences.entry(difference.how).or_default() += 1;
                if self.examples.len() == MOST_EXAMPLES {
                    self.examples.pop_front();
                }
                self.examples.push_back(difference);
            }
            None => self.same += u64::from(stretch.again.is_some()),
        }
    }

    /// Takes back a gained handover: the rules in force have come to it as well, later.
    pub(super) fn not_gained(&mut self, conversation: &str) {
        if let Some(gained) = self.differences.get_mut(&How::Gained) {
            *gained = gained.saturating_sub(1);
        }
        self.differences.retain(|_, count| *count > 0);
        let told = |one: &Difference| one.how == How::Gained && one.conversation == conversation;
        if let Some(at) = self.examples.iter().rposition(told) {
            self.examples.remove(at);
        }
    }
}

/// The counts of one trial.
#[derive(Serialize, Deserialize)]
struct Kept {
    since_ms: i64,
    tally: Tally,
}

fn key(business: &BusinessId) -> String {
    format!("{business}/shadow-tally")
}

/// The counts that were kept of a trial, else none.
pub(super) fn read(store: &dyn Store, business: &BusinessId, since_ms: i64) -> Tally {
    let row = store.fact(FactTable::Packs, &key(business)).unwrap_or_else(|error| {
        tracing::error!(%business, %error, "the counts of a shadow cannot be read, and begin anew");
        None
    });
    let kept = row.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    kept.filter(|kept| kept.since_ms == since_ms)
        .map(|kept| kept.tally)
        .unwrap_or_default()
}

/// The row that keeps the counts of a trial.
pub(super) fn row(business: &BusinessId, since_ms: i64, tally: Tally) -> FactChange {
    let kept = Kept { since_ms, tally };
    FactChange {
        table: FactTable::Packs,
        key: key(business),
        payload: Some(serde_json::to_vec(&kept).expect("names and numbers can be written")),
    }
}
