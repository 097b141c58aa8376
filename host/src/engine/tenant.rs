//! A business that runs: its configuration, its rules in force, and where its events go.

use std::sync::{Arc, PoisonError, RwLock};

use baton_core::{Conversation, Effect, Ending, Event, Time};
use baton_store::NewEvent;

use crate::config::Business;
use crate::deliver::Endpoints;
use crate::observe::Metrics;
use crate::record::{self, EventRow, What};
use crate::rules::{Generation, Trouble};

/// A business that runs.
pub struct Tenant {
    /// As it was configured.
    pub business: Arc<Business>,
    /// The rules in force, newest last; the older ones are kept for the handovers they opened.
    generations: RwLock<Vec<Arc<Generation>>>,
    endpoints: Arc<Endpoints>,
}

impl Tenant {
    /// A business under its first rules.
    pub fn new(business: Arc<Business>, generation: Arc<Generation>, endpoints: Arc<Endpoints>) -> Self {
        Self {
            business,
            generations: RwLock::new(vec![generation]),
            endpoints,
        }
    }

    /// The rules in force.
    pub fn generation(&self) -> Arc<Generation> {
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(generations.last().expect("a business has rules from the start"))
    }

    /// The rules that an open handover keeps; those in force where the ones that opened it are gone.
    pub(super) fn generation_for(&self, conversation: &Conversation) -> Arc<Generation> {
        let opened_by = conversation.handover.as_ref().map(|handover| handover.rules.as_str());
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        let kept = opened_by.and_then(|rules| generations.iter().find(|generation| &*generation.rules == rules));
        Arc::clone(
            kept.or(generations.last())
                .expect("a business has rules from the start"),
        )
    }

    /// An event with the endpoints that want it.
    pub(super) fn event(&self, row: EventRow) -> NewEvent {
        Self::event_of(&self.business, &self.endpoints, row)
    }

    /// An event of a business that does not run yet.
    pub fn event_of(business: &Business, endpoints: &Endpoints, row: EventRow) -> NewEvent {
        NewEvent {
            business: business.id.to_string(),
            endpoints: endpoints.told_of(business.id.as_str(), &row.what),
            deliver_at_ms: row.at.0,
            payload: record::write(&row),
        }
    }

    pub(super) fn trouble(&self, trouble: Trouble, at: Time) -> NewEvent {
        let what = match trouble {
            Trouble::Tripped { plugin, rules, why } => What::PluginTripped { plugin, rules, why },
            Trouble::Recovered { plugin, rules } => What::PluginRecovered { plugin, rules },
        };
        self.event(EventRow { at, place: None, what })
    }

    pub(super) fn count(&self, metrics: &Metrics, effects: &[Effect]) {
        let business = self.business.id.as_str();
        for effect in effects {
            match effect {
                Effect::Emit(Event::Opened { reason, .. }) => metrics.handover_opened(business, reason.as_str()),
                Effect::HandoverEnded(handover) => {
                    let how = match &handover.ending {
                        Some(Ending::Completed { outcome, .. }) => outcome.as_str(),
                        Some(Ending::Released(_)) => "released",
                        Some(Ending::Closed(_)) => "conversation-closed",
                        Some(Ending::Superseded(_)) => "superseded",
                        None => "unknown",
                    };
                    metrics.handover_ended(business, how);
                }
                Effect::Emit(_) | Effect::Say(_) | Effect::TaskEnded(_) => {}
            }
        }
    }
}
