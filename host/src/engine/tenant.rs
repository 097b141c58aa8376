//! A business that runs: its configuration, its rules in force, and where its events go.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use baton_core::{Conversation, Effect, Ending, Event, Time};
use baton_store::NewEvent;

use super::generations::is_on_probation;
use super::trial::Trial;
use crate::config::Business;
use crate::deliver::Endpoints;
use crate::observe::Metrics;
use crate::record::{self, EventRow, What};
use crate::rules::{Generation, Trouble};

/// A business that runs.
pub struct Tenant {
    /// As it was configured.
    pub business: Arc<Business>,
    shelf: RwLock<Shelf>,
    endpoints: Arc<Endpoints>,
    /// Held while other rules are being activated.
    pub(super) activation: tokio::sync::Mutex<()>,
}

/// The generations that are loaded.
struct Shelf {
    in_force: Arc<Generation>,
    /// Since when it is on probation, if it is: not after a rollback, and not after a restart.
    since: Option<Time>,
    /// Older ones, for a rollback and for the handovers they opened; the oldest first.
    older: Vec<Arc<Generation>>,
    /// Handovers that generations before this one opened follow the one in force.
    moved_before: u64,
    /// What is tried beside it.
    trial: Option<Arc<Trial>>,
}

/// Generations that stay loaded besides the one in force; each holds the snapshots of its pack, some 10 MB. Handovers
/// that an even older one opened follow the one in force.
const MOST_OLDER: usize = 8;

impl Tenant {
    /// A business under its first rules.
    pub fn new(business: Arc<Business>, generation: Arc<Generation>, endpoints: Arc<Endpoints>) -> Self {
        Self {
            business,
            shelf: RwLock::new(Shelf {
                in_force: generation,
                since: None,
                older: Vec::new(),
                moved_before: 0,
                trial: None,
            }),
            endpoints,
            activation: tokio::sync::Mutex::new(()),
        }
    }

    fn shelf(&self) -> RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules in force.
    pub fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.shelf().in_force)
    }

    /// The rules for a conversation: those that opened its handover, where they are there and were not told to leave it;
    /// a canary's, where it is one of its share; else those in force.
    pub(super) fn generation_for(&self, conversation: &Conversation) -> Arc<Generation> {
        let opened_by = conversation.handover.as_ref().map(|handover| handover.rules.as_str());
        let shelf = self.shelf();
        let kept = opened_by.and_then(|rules| shelf.older.iter().find(|generation| &*generation.rules == rules));
        let kept = kept.filter(|generation| generation.number() >= shelf.moved_before);
        let trial = shelf.trial.as_ref();
        let canary = trial.and_then(|trial| trial.canary());
        let opened_by_canary = canary.filter(|canary| Some(&*canary.rules) == opened_by);
        if let Some(kept) = kept.or(opened_by_canary) {
            return Arc::clone(kept);
        }
        let taken = opened_by.is_none() && trial.is_some_and(|trial| trial.takes(conversation));
        Arc::clone(canary.filter(|_| taken).unwrap_or(&shelf.in_force))
    }

    /// What is tried, if anything is.
    pub(super) fn trial<T>(&self, look: impl FnOnce(&Trial) -> T) -> Option<T> {
        self.shelf().trial.as_deref().map(look)
    }

    /// The trial whose shadow listens.
    pub(super) fn shadow(&self) -> Option<Arc<Trial>> {
        self.shelf().trial.clone().filter(|trial| trial.has_shadow())
    }

    /// Tries something from the next message on; what was tried before is over.
    pub(super) fn begin_trial(&self, trial: Trial) {
        self.end_trial();
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.trial = Some(Arc::new(trial));
    }

    /// Ends what is tried; a canary's generation stays for the handovers that it opened.
    pub(super) fn end_trial(&self) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let trial = shelf.trial.take();
        let Some(canary) = trial.as_ref().and_then(|trial| trial.canary()) else {
            return;
        };
        if canary.rules != shelf.in_force.rules {
            shelf.older.push(Arc::clone(canary));
        }
    }

    /// A generation that is still loaded, by its name.
    pub(super) fn generation_named(&self, rules: &str) -> Option<Arc<Generation>> {
        let shelf = self.shelf();
        let canary = shelf.trial.as_ref().and_then(|trial| trial.canary());
        let mut loaded = shelf.older.iter().chain([&shelf.in_force]).chain(canary);
        loaded.find(|generation| &*generation.rules == rules).cloned()
    }

    /// Puts a generation in force, from one message to the next.
    ///
    /// It is on probation from `since` on, where it is given.
    pub(super) fn put_in_force(&self, generation: Arc<Generation>, since: Option<Time>, move_open: bool) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.older.retain(|older| older.rules != generation.rules);
        if move_open {
            shelf.moved_before = generation.number();
        }
        let before = std::mem::replace(&mut shelf.in_force, generation);
        if before.rules != shelf.in_force.rules {
            shelf.older.push(before);
        }
        let surplus = shelf.older.len().saturating_sub(MOST_OLDER);
        shelf.older.drain(..surplus);
        shelf.since = since;
    }

    /// Keeps an older generation for the handovers that it opened.
    pub(super) fn keep(&self, generation: Arc<Generation>) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.older.push(generation);
    }

    /// The generation in force, while it is on probation.
    pub(super) fn on_probation(&self, now: Time) -> Option<Arc<Generation>> {
        let shelf = self.shelf();
        let since = shelf.since?;
        is_on_probation(since, now).then(|| Arc::clone(&shelf.in_force))
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

    /// The event that tells of a trouble; a call that failed by itself makes none.
    pub(super) fn trouble(&self, trouble: Trouble, at: Time) -> Option<NewEvent> {
        let what = match trouble {
            Trouble::Failed(_) => return None,
            Trouble::Tripped { plugin, rules, why } => What::PluginTripped { plugin, rules, why },
            Trouble::Recovered { plugin, rules } => What::PluginRecovered { plugin, rules },
        };
        Some(self.event(EventRow { at, place: None, what }))
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
