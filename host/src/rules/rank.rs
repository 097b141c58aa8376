//! Assignment: the strategies of the pack rank those who are available, each those whom the ones before it left.
//!
//! So `owner-first` may say who comes first and nothing else, and `skills` and `least-loaded` go on from there. Whom no
//! strategy names, and everybody where all of them fail, the host ranks by load.

use std::sync::Arc;

use baton_core::{AssignQuestion, Candidates, Contact, PassedOver, Ranked, Time};
use baton_plugin::{Candidate, Choice, ConversationView, Ranking};

use super::onlook::Question;
use super::{Generation, Trouble};
use crate::directory::Survey;
use crate::observe::Metrics;
use crate::record::Asked;

impl Generation {
    /// Answers who is available, best first; `survey` is of the question's scope.
    ///
    /// The caller holds [`crate::directory::Directory::assigning`] until the step's outcome is counted.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is another capability; a struct of them would have one user"
    )]
    pub fn rank(
        &self,
        survey: Survey,
        question: &AssignQuestion,
        contact: &Contact,
        view: &Arc<dyn ConversationView>,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
    ) -> Candidates {
        let Survey {
            mut available,
            mut passed_over,
            next_at,
        } = survey;
        for candidate in &mut available {
            candidate.owner = contact.owner.as_ref() == Some(&candidate.agent);
        }
        if available.is_empty() {
            return Candidates {
                ranked: Vec::new(),
                passed_over,
                next_at,
            };
        }
        let mut ranked: Vec<Ranked> = Vec::new();
        for strategy in &self.strategies {
            if available.is_empty() {
                break;
            }
            let asked = || Asked::Rank {
                handover: question.handover.clone(),
                candidates: available.clone(),
            };
            let input = Question { view, asked: &asked };
            let answer = strategy.call(now, metrics, troubles, &input, |s| {
                s.rank(view, &question.handover, &available)
            });
            let Some(Ranking {
                ranked: wanted,
                passed_over: unwanted,
            }) = answer
            else {
                continue;
            };
            let settled = |c: &Candidate| wanted.iter().chain(&unwanted).any(|choice| choice.agent == c.agent);
            available.retain(|candidate| !settled(candidate));
            ranked.extend(wanted.into_iter().map(ranked_as));
            let over = |Choice { agent, why }| PassedOver { agent, why, at: now };
            passed_over.extend(unwanted.into_iter().map(over));
        }
        ranked.extend(least_loaded(&available).into_iter().map(ranked_as));
        Candidates {
            ranked,
            passed_over,
            next_at,
        }
    }
}

fn ranked_as(Choice { agent, why }: Choice) -> Ranked {
    Ranked { agent, why }
}

/// What the host does with those whom no strategy names: who holds the smallest share of their capacity, then who waited longest.
fn least_loaded(available: &[Candidate]) -> Vec<Choice> {
    let mut order: Vec<&Candidate> = available.iter().collect();
    order.sort_by_key(|c| {
        (
            c.missed,
            u64::from(c.open) * 1_000 / u64::from(c.capacity.max(1)),
            c.last_offered_at,
            c.agent.clone(),
        )
    });
    let choice = |c: &&Candidate| Choice {
        agent: c.agent.clone(),
        why: format!("holds {} of {}", c.open, c.capacity),
    };
    order.iter().map(choice).collect()
}
