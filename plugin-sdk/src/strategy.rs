//! What a strategy is, and how it answers.
//!
//! The host has already dropped who may not take the handover (absent, outside working hours, full), so a strategy
//! only orders people. Each place carries its reason, because people ask why they got it and why they did not.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Conversation, Fault, Handover};

/// A plugin that chooses who gets a handover.
///
/// Make it known with [`register!`](crate::register).
pub trait Strategy: Sized + 'static {
    /// Lower-case words joined by hyphens: `round-robin`.
    const NAME: &'static str;
    /// How it chooses, in one sentence.
    const SUMMARY: &'static str;
    /// What a pack may set. Its JSON Schema is derived, doc comments included.
    type Settings: DeserializeOwned + JsonSchema;

    /// Makes the strategy; runs once, before the host takes its snapshot.
    ///
    /// # Errors
    ///
    /// A [`Fault`] for settings that fit the schema but make no sense, pointing at the place.
    fn new(settings: Self::Settings) -> Result<Self, Fault>;

    /// Ranks the candidates, of which there is at least one.
    ///
    /// Whoever is neither ranked nor passed over is left to the pack's next strategy, and behind the last one ranked by
    /// load. None that was not given may be named.
    ///
    /// # Errors
    ///
    /// A line for the operator. All are left then.
    fn rank(
        &self,
        handover: &Handover,
        candidates: &[Candidate],
        conversation: &dyn Conversation,
    ) -> Result<Ranking, String>;
}

/// A person who may take the handover now: present, in working hours, below capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The host's id of the agent.
    pub id: String,
    /// The groups they belong to.
    pub roles: Vec<String>,
    /// What they can do.
    pub skills: Vec<String>,
    /// BCP 47 tags.
    pub languages: Vec<String>,
    /// Open handovers they hold.
    pub open: u32,
    /// Open handovers they may hold; at least 1.
    pub capacity: u32,
    /// When a handover was last offered to them, in milliseconds since 1970-01-01T00:00:00Z.
    pub last_offered_at_ms: Option<i64>,
    /// Whether they let this same handover lapse, or declined it.
    pub missed: bool,
    /// Whether the contact is theirs.
    pub owner: bool,
}

impl Default for Candidate {
    /// A nameless candidate who holds nothing and may hold one.
    fn default() -> Self {
        Self {
            id: String::new(),
            roles: Vec::new(),
            skills: Vec::new(),
            languages: Vec::new(),
            open: 0,
            capacity: 1,
            last_offered_at_ms: None,
            missed: false,
            owner: false,
        }
    }
}

impl Candidate {
    /// Orders the candidate who holds the smaller share of their capacity first.
    pub fn by_load(&self, other: &Self) -> Ordering {
        let share = |holds: u32, of: u32| u64::from(holds) * u64::from(of.max(1));
        share(self.open, other.capacity).cmp(&share(other.open, self.capacity))
    }

    /// Orders the candidate first to whom nothing was offered for longest; ties by id, so that no two are equal.
    pub fn by_rest(&self, other: &Self) -> Ordering {
        self.last_offered_at_ms
            .cmp(&other.last_offered_at_ms)
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// A candidate and the reason for the place they got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The candidate's id.
    pub candidate: String,
    /// One line for people: `holds 1 of 5`.
    pub why: String,
}

/// The answer of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranking {
    /// Best first.
    pub ranked: Vec<Choice>,
    /// Those who should not get it, and why.
    pub passed_over: Vec<Choice>,
}

impl Ranking {
    /// Puts `candidate` behind those ranked so far.
    pub fn rank(&mut self, candidate: &Candidate, why: impl Into<String>) {
        self.ranked.push(Choice {
            candidate: candidate.id.clone(),
            why: why.into(),
        });
    }

    /// Says that `candidate` should not get it.
    pub fn pass_over(&mut self, candidate: &Candidate, why: impl Into<String>) {
        self.passed_over.push(Choice {
            candidate: candidate.id.clone(),
            why: why.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_is_a_share_and_not_a_count() {
        let big = Candidate {
            open: 3,
            capacity: 10,
            ..Candidate::default()
        };
        let small = Candidate {
            open: 1,
            capacity: 2,
            ..Candidate::default()
        };
        assert_eq!(big.by_load(&small), Ordering::Less);
        let full = Candidate {
            open: u32::MAX,
            capacity: 0,
            ..Candidate::default()
        };
        assert_eq!(full.by_load(&big), Ordering::Greater);
    }

    #[test]
    fn who_was_never_offered_anything_has_rested_longest() {
        let fresh = Candidate {
            id: "z".into(),
            ..Candidate::default()
        };
        let used = Candidate {
            id: "a".into(),
            last_offered_at_ms: Some(-5),
            ..Candidate::default()
        };
        assert_eq!(fresh.by_rest(&used), Ordering::Less);
    }
}
