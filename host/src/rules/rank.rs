//! Assignment: the first strategy of the pack that answers ranks those who are available.

use std::sync::Arc;

use baton_core::{AgentId, AssignQuestion, BusinessId, Candidates, Contact, PassedOver, Time};
use baton_plugin::{Candidate, Choice, ConversationView, Ranking};

use super::{Generation, Trouble};
use crate::directory::{Directory, Survey};
use crate::observe::Metrics;

impl Generation {
    /// Answers who is available, best first.
    ///
    /// The caller holds [`Directory::assigning`] until the step's outcome is counted.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is another capability; a struct of them would have one user"
    )]
    pub fn rank(
        &self,
        business: &BusinessId,
        directory: &Directory,
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
        } = directory.survey(business, &question.scope, &question.handover, now);
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
        let mut tried = self.strategies.iter();
        let ranking = tried.find_map(|strategy| {
            strategy.call(now, metrics, troubles, |s| s.rank(view, &question.handover, &available))
        });
        let Ranking {
            ranked,
            passed_over: unwanted,
        } = ranking.unwrap_or_else(|| least_loaded(&available));
        passed_over.extend(
            unwanted
                .into_iter()
                .map(|Choice { agent, why }| PassedOver { agent, why, at: now }),
        );
        let ranked: Vec<AgentId> = ranked.into_iter().map(|choice| choice.agent).collect();
        Candidates {
            ranked,
            passed_over,
            next_at,
        }
    }
}

/// What the host does without a strategy: who holds the smallest share of their capacity, then who waited longest.
fn least_loaded(available: &[Candidate]) -> Ranking {
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
    Ranking {
        ranked: order.iter().map(choice).collect(),
        passed_over: Vec::new(),
    }
}
