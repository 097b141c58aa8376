//! Strategy `owner-first`: the agent whose contact it is comes first, and nobody else is named.
//!
//! The others are left to the next strategy of the pack, so it goes before any of them. Whether an owner is asked at all
//! while absent is no question of order: that is the policy's `skip_if_owned`, because a strategy sees only those who
//! are available.

use baton_plugin_sdk::{Candidate, Conversation, Fault, Handover, Ranking, Strategy, register};
use schemars::JsonSchema;
use serde::Deserialize;

/// There is nothing to set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

/// Ranks the owner, and leaves the others.
#[derive(Debug)]
pub struct OwnerFirst;

impl Strategy for OwnerFirst {
    const NAME: &'static str = "owner-first";
    const SUMMARY: &'static str = "Offers to the owner of the contact, and leaves the others to the next strategy.";
    type Settings = Settings;

    fn new(Settings {}: Settings) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn rank(&self, _: &Handover, candidates: &[Candidate], _: &dyn Conversation) -> Result<Ranking, String> {
        let mut ranking = Ranking::default();
        for owner in candidates
            .iter()
            .filter(|candidate| candidate.owner && !candidate.missed)
        {
            ranking.rank(owner, "the contact is theirs");
        }
        Ok(ranking)
    }
}

register!(Strategy, OwnerFirst);

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::{TestConversation, testing};

    use super::*;

    fn person(id: &str, owner: bool, missed: bool) -> Candidate {
        Candidate {
            id: id.into(),
            owner,
            missed,
            ..Candidate::default()
        }
    }

    fn ranked(people: &[Candidate]) -> Vec<String> {
        let ranking = OwnerFirst.rank(&Handover::default(), people, &TestConversation::default());
        let ranking = ranking.expect("always ranks");
        assert!(ranking.passed_over.is_empty(), "nobody is kept out");
        ranking.ranked.into_iter().map(|choice| choice.candidate).collect()
    }

    #[test]
    fn the_owner_comes_first_and_the_others_are_left() {
        assert_eq!(
            ranked(&[person("ana", false, false), person("bo", true, false)]),
            ["bo"]
        );
        assert!(ranked(&[person("ana", false, false)]).is_empty());
    }

    #[test]
    fn an_owner_who_missed_it_has_no_privilege() {
        assert!(ranked(&[person("bo", true, true), person("ana", false, false)]).is_empty());
    }

    #[test]
    fn a_setting_is_refused_by_name() {
        let fault = testing::strategy::<OwnerFirst>(r#"{"skip": true}"#).expect_err("there is none");
        assert_eq!(fault.pointer, "/skip");
    }
}
