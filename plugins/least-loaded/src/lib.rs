//! Strategy `least-loaded`: whoever holds the smallest share of their capacity is next.
//!
//! A share and not a count, so that somebody who may hold two is not filled up while somebody who may hold ten is
//! half empty. Ties go to the longest rest, which makes it round-robin among equals.

use baton_plugin_sdk::{Candidate, Conversation, Fault, Handover, Ranking, Strategy, register};
use schemars::JsonSchema;
use serde::Deserialize;

/// There is nothing to set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

/// Ranks by load.
#[derive(Debug)]
pub struct LeastLoaded;

impl Strategy for LeastLoaded {
    const NAME: &'static str = "least-loaded";
    const SUMMARY: &'static str = "Offers to whoever holds the smallest share of their capacity.";
    type Settings = Settings;

    fn new(Settings {}: Settings) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn rank(&self, _: &Handover, candidates: &[Candidate], _: &dyn Conversation) -> Result<Ranking, String> {
        let mut order: Vec<_> = candidates.iter().collect();
        order.sort_by(|a, b| {
            a.missed
                .cmp(&b.missed)
                .then_with(|| a.by_load(b))
                .then_with(|| a.by_rest(b))
        });
        let mut ranking = Ranking::default();
        for candidate in order {
            let missed = if candidate.missed {
                ", and missed this handover"
            } else {
                ""
            };
            ranking.rank(
                candidate,
                format!("holds {} of {}{missed}", candidate.open, candidate.capacity),
            );
        }
        Ok(ranking)
    }
}

register!(Strategy, LeastLoaded);

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::TestConversation;

    use super::*;

    fn check(people: &[(&str, u32, u32, Option<i64>, bool)], expected: &[&str]) {
        let people: Vec<_> = people
            .iter()
            .map(|&(id, open, capacity, last_offered_at_ms, missed)| Candidate {
                id: id.into(),
                open,
                capacity,
                last_offered_at_ms,
                missed,
                ..Candidate::default()
            })
            .collect();
        let ranking = LeastLoaded
            .rank(&Handover::default(), &people, &TestConversation::default())
            .expect("always ranks");
        let told: Vec<_> = ranking
            .ranked
            .iter()
            .map(|choice| format!("{}: {}", choice.candidate, choice.why))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_smaller_share_is_first_even_when_the_count_is_larger() {
        check(
            &[("ana", 1, 2, None, false), ("bo", 3, 10, None, false)],
            &["bo: holds 3 of 10", "ana: holds 1 of 2"],
        );
    }

    #[test]
    fn equal_loads_go_to_the_longest_rest() {
        check(
            &[("ana", 1, 2, Some(5), false), ("bo", 2, 4, Some(3), false)],
            &["bo: holds 2 of 4", "ana: holds 1 of 2"],
        );
    }

    #[test]
    fn who_missed_it_comes_last_however_idle() {
        check(
            &[("ana", 0, 5, None, true), ("bo", 4, 5, None, false)],
            &["bo: holds 4 of 5", "ana: holds 0 of 5, and missed this handover"],
        );
    }
}
