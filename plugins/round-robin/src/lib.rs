//! Strategy `round-robin`: whoever has waited longest for an offer is next.
//!
//! It keeps no turn of its own. When a handover was last offered to each person is the whole state, and the host has
//! it; so a restart, a new agent or a swap of rules never loses anybody's turn.

use baton_plugin_sdk::{Candidate, Conversation, Fault, Handover, Ranking, Strategy, register};
use schemars::JsonSchema;
use serde::Deserialize;

/// There is nothing to set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

/// Ranks by the time of the last offer.
#[derive(Debug)]
pub struct RoundRobin;

impl Strategy for RoundRobin {
    const NAME: &'static str = "round-robin";
    const SUMMARY: &'static str = "Offers to whoever has waited longest, and last to those who missed this handover.";
    type Settings = Settings;

    fn new(Settings {}: Settings) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn rank(&self, handover: &Handover, candidates: &[Candidate], _: &dyn Conversation) -> Result<Ranking, String> {
        let mut order: Vec<_> = candidates.iter().collect();
        order.sort_by(|a, b| a.missed.cmp(&b.missed).then_with(|| a.by_rest(b)));
        let mut ranking = Ranking::default();
        for candidate in order {
            let why = match (candidate.missed, candidate.last_offered_at_ms) {
                (true, _) => "missed this handover, so comes after the others".to_owned(),
                (false, None) => "was never offered a handover".to_owned(),
                (false, Some(at_ms)) => format!("last offer {} ago", ago(handover.opened_at_ms.saturating_sub(at_ms))),
            };
            ranking.rank(candidate, why);
        }
        Ok(ranking)
    }
}

register!(Strategy, RoundRobin);

fn ago(span_ms: i64) -> String {
    let minutes = span_ms.max(0) / 60_000;
    match minutes {
        0 => "under a minute".to_owned(),
        1..=119 => format!("{minutes} min"),
        _ => format!("{} h", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::{TestConversation, testing};

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn person(id: &str, last_offered_at_ms: Option<i64>, missed: bool) -> Candidate {
        Candidate {
            id: id.into(),
            last_offered_at_ms,
            missed,
            ..Candidate::default()
        }
    }

    fn check(people: &[(&str, Option<i64>, bool)], expected: &[&str]) {
        let people: Vec<_> = people.iter().map(|&(id, at, missed)| person(id, at, missed)).collect();
        let handover = Handover {
            opened_at_ms: 10 * HOUR_MS,
            ..Handover::default()
        };
        let ranking = RoundRobin
            .rank(&handover, &people, &TestConversation::default())
            .expect("always ranks");
        let told: Vec<_> = ranking
            .ranked
            .iter()
            .map(|choice| format!("{}: {}", choice.candidate, choice.why))
            .collect();
        assert_eq!(told, expected);
        assert!(ranking.passed_over.is_empty());
    }

    #[test]
    fn the_oldest_offer_is_next_and_nobody_waits_behind_a_newcomer_twice() {
        check(
            &[
                ("ana", Some(9 * HOUR_MS), false),
                ("bo", Some(7 * HOUR_MS), false),
                ("cy", None, false),
            ],
            &[
                "cy: was never offered a handover",
                "bo: last offer 3 h ago",
                "ana: last offer 60 min ago",
            ],
        );
    }

    #[test]
    fn who_missed_it_comes_after_everyone_else() {
        check(
            &[("ana", None, true), ("bo", Some(10 * HOUR_MS), false)],
            &[
                "bo: last offer under a minute ago",
                "ana: missed this handover, so comes after the others",
            ],
        );
    }

    #[test]
    fn equals_are_ordered_by_id_whatever_the_order_they_came_in() {
        let expected = ["a: was never offered a handover", "b: was never offered a handover"];
        check(&[("a", None, false), ("b", None, false)], &expected);
        check(&[("b", None, false), ("a", None, false)], &expected);
    }

    #[test]
    fn a_setting_is_refused_by_name() {
        let fault = testing::strategy::<RoundRobin>(r#"{"turns": 3}"#).expect_err("there is none");
        assert_eq!(fault.pointer, "/turns");
    }
}
