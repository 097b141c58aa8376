//! Other rules while the daemon runs: activated, rolled back, and taken back by themselves when they fail.
//!
//! A generation is found, compiled and tried beside the running ones; then one commit says that it is in force, and then
//! it is. A crash before the commit leaves the old one, a crash after it starts with the new one. A message takes the
//! generation in force once, at its beginning, and records it; an open handover keeps the one that opened it.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_core::{BusinessId, Span, Time};
use baton_store::{FactChange, FactTable, Store};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::audit::Deed;
use super::rows::{all_facts, unreadable};
use super::trial;
use super::{Engine, EngineError, Tenant};
use crate::pack::Pack;
use crate::record::{EventRow, What};
use crate::rules::{Generation, Loader, Trouble};

/// How long a generation is on probation. In it, one plugin that its breaker gives up is enough.
const PROBATION: Span = Span::minutes(10);
/// Failed calls before their share counts; fewer are chance.
const LEAST_FAILURES: u64 = 10;
/// The share of calls that may fail while it is on probation, in percent.
const MOST_FAILURES_PERCENT: u64 = 5;

/// The rules of a business that are in force, as the store knows them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActiveRules {
    /// `hvac@1.2.0`
    pub pack: String,
    /// Counts the business's generations from 1.
    pub number: u64,
    /// The configuration's pack at that time: another one there is a wish for it.
    #[serde(default)]
    pub configured: Option<String>,
    /// The generation that was in force before.
    #[serde(default)]
    pub previous: Option<u64>,
    /// Handovers that earlier generations opened follow the one in force.
    #[serde(default)]
    pub moved_before: u64,
}

/// A generation that was in force at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastGeneration {
    /// `hvac@1.2.0`
    pub pack: String,
    /// Counts the business's generations from 1.
    pub number: u64,
    /// When it was put in force for the first time.
    pub at_ms: i64,
    /// By whom: `operator:desk`, `configuration`.
    pub by: String,
}

/// All generations of a business, the newest first, and which of them is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generations {
    /// Its number.
    pub in_force: u64,
    /// The newest first.
    pub all: Vec<PastGeneration>,
}

/// What is kept of a business's generations.
pub struct KeptRules<'a> {
    store: &'a dyn Store,
    business: &'a BusinessId,
}

impl<'a> KeptRules<'a> {
    /// Of one business.
    pub fn of(store: &'a dyn Store, business: &'a BusinessId) -> Self {
        Self { store, business }
    }

    /// What is in force.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn active(&self) -> Result<Option<ActiveRules>, EngineError> {
        let row = self.store.fact(FactTable::Packs, &format!("{}/active", self.business));
        let row = row.map_err(|e| unreadable("generation", e))?;
        row.map(|bytes| serde_json::from_slice(&bytes).map_err(|e| unreadable("generation", e)))
            .transpose()
    }

    /// All that there ever were, oldest first.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    pub fn history(&self) -> Result<Vec<PastGeneration>, EngineError> {
        let rows = all_facts(self.store, FactTable::Packs, &format!("{}/generation/", self.business))?;
        let read =
            |(_, bytes): (String, Vec<u8>)| serde_json::from_slice(&bytes).map_err(|e| unreadable("generation", e));
        rows.into_iter().map(read).collect()
    }

    /// The number of the next one.
    ///
    /// # Errors
    ///
    /// When the earlier ones cannot be read.
    pub fn next_number(&self) -> Result<u64, EngineError> {
        let newest = self.history()?.last().map_or(0, |past| past.number);
        Ok(newest.max(self.active()?.map_or(0, |active| active.number)) + 1)
    }

    /// The rows that put a generation in force; a new one joins the history.
    pub fn rows(&self, active: &ActiveRules, new: Option<&PastGeneration>) -> Vec<FactChange> {
        let mut rows = vec![FactChange {
            table: FactTable::Packs,
            key: format!("{}/active", self.business),
            payload: Some(serde_json::to_vec(active).expect("strings and numbers can be written")),
        }];
        rows.extend(new.map(|past| self.history_row(past)));
        rows
    }

    /// The row by which a generation joins the history.
    pub fn history_row(&self, past: &PastGeneration) -> FactChange {
        FactChange {
            table: FactTable::Packs,
            key: format!("{}/generation/{:020}", self.business, past.number),
            payload: Some(serde_json::to_vec(past).expect("strings and numbers can be written")),
        }
    }
}

/// What is wanted to be in force.
pub(super) enum Wanted {
    /// A pack, as a new generation.
    Pack(Arc<Pack>),
    /// One that was in force before.
    Past(u64),
    /// The canary of this number, which was in force for some.
    Canary(u64),
}

impl Engine {
    /// Puts a pack in force; with `move_open` for open handovers too.
    pub(super) async fn activate(
        self: &Arc<Self>,
        business: &BusinessId,
        pack: &str,
        move_open: bool,
        by: &str,
    ) -> Result<Generations, EngineError> {
        let found = self.loader.pack(pack).map_err(|error| refused(pack, &error));
        self.put_in_force(business, Wanted::Pack(found?), move_open, "pack.activate", by)
            .await
    }

    /// Puts a pack in force that was read from somewhere else than where packs are installed.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; the rules in force are untouched then.
    pub async fn activate_pack(
        self: &Arc<Self>,
        business: &BusinessId,
        pack: Arc<Pack>,
        by: &str,
    ) -> Result<Generations, EngineError> {
        self.put_in_force(business, Wanted::Pack(pack), false, "pack.activate", by)
            .await
    }

    /// Goes back to an earlier generation: the one before where none is named.
    pub(super) async fn roll_back(
        self: &Arc<Self>,
        business: &BusinessId,
        to: Option<u64>,
        by: &str,
    ) -> Result<Generations, EngineError> {
        let kept = KeptRules::of(&*self.world.store, business);
        let active = kept.active()?;
        let number = to
            .or(active.and_then(|active| active.previous))
            .ok_or_else(|| EngineError::Unknown {
                what: "generation",
                id: "before this one".to_owned(),
                known: "there is none; name one of GET /v1/packs/generations".to_owned(),
                pointer: "/to".to_owned(),
            })?;
        self.put_in_force(business, Wanted::Past(number), false, "pack.roll-back", by)
            .await
    }

    /// Every generation of a business, and which is in force.
    pub(super) fn list_generations(&self, business: &BusinessId) -> Result<Generations, EngineError> {
        let in_force = self.tenant(business)?.generation().number();
        let mut all = KeptRules::of(&*self.world.store, business).history()?;
        all.reverse();
        Ok(Generations { in_force, all })
    }

    pub(super) async fn put_in_force(
        self: &Arc<Self>,
        business: &BusinessId,
        wanted: Wanted,
        move_open: bool,
        action: &'static str,
        by: &str,
    ) -> Result<Generations, EngineError> {
        let tenant = self.tenant(business)?;
        // One at a time: the second would compile against a history that the first is about to change.
        let Ok(_alone) = tenant.activation.try_lock() else {
            return Err(EngineError::Activating);
        };
        let kept = KeptRules::of(&*self.world.store, business);
        let before = tenant.generation();
        let past = match &wanted {
            Wanted::Pack(pack) => PastGeneration {
                pack: pack.id(),
                number: kept.next_number()?,
                at_ms: self.now().0,
                by: by.to_owned(),
            },
            Wanted::Past(number) | Wanted::Canary(number) => {
                let history = kept.history()?;
                let known: Vec<String> = history.iter().map(|past| past.number.to_string()).collect();
                let found = history.into_iter().find(|past| past.number == *number);
                found.ok_or_else(|| EngineError::Unknown {
                    what: "generation",
                    id: number.to_string(),
                    known: format!("there are {}", known.join(", ")),
                    pointer: "/to".to_owned(),
                })?
            }
        };
        let generation = self.made(tenant, &wanted, &past).await?;
        let now = self.now();
        let active = ActiveRules {
            pack: past.pack.clone(),
            number: past.number,
            configured: Some(tenant.business.pack.id()),
            previous: Some(before.number()).filter(|number| *number != past.number),
            moved_before: if move_open {
                past.number
            } else {
                kept.active()?.map_or(0, |active| active.moved_before)
            },
        };
        let new = matches!(wanted, Wanted::Pack(_)).then_some(&past);
        let mut facts = kept.rows(&active, new);
        let deed = Deed {
            by: by.to_owned(),
            action,
            subject: past.pack.clone(),
        };
        let told = |rules: &str| json!({ "rules": rules });
        facts.push(trial::ended(business));
        facts.push(
            self.world
                .write_down(business, now, deed, told(&before.rules), told(&generation.rules)),
        );
        let what = What::PackActivated {
            rules: generation.rules.to_string(),
            previous: Some(before.rules.to_string()),
        };
        let events = vec![tenant.event(EventRow {
            at: now,
            place: None,
            what,
        })];
        let step = baton_store::Step {
            events,
            facts,
            ..Default::default()
        };
        let committed = self.write(step).await?;
        tracing::info!(%business, rules = &*generation.rules, previous = &*before.rules, by, "rules activated");
        // One that was in force before has passed its probation; and two that fail must not take turns.
        let since = (!matches!(wanted, Wanted::Past(_))).then_some(now);
        tenant.put_in_force(generation, since, move_open);
        tenant.end_trial();
        if let Some(first) = committed.first_event {
            self.hint_events(first);
        }
        self.offer_waiting(tenant);
        self.list_generations(business)
    }

    /// The generation itself: one that is still loaded, or compiled and tried, off the threads that serve.
    async fn made(
        self: &Arc<Self>,
        tenant: &Arc<Tenant>,
        wanted: &Wanted,
        past: &PastGeneration,
    ) -> Result<Arc<Generation>, EngineError> {
        let name = format!("{}#{}", past.pack, past.number);
        let loaded = tenant.generation_named(&name);
        if let (Wanted::Past(_) | Wanted::Canary(_), Some(loaded)) = (wanted, loaded) {
            return Ok(loaded);
        }
        let pack = match wanted {
            Wanted::Pack(pack) => Arc::clone(pack),
            Wanted::Past(_) | Wanted::Canary(_) => self
                .loader
                .pack(&past.pack)
                .map_err(|error| refused(&past.pack, &error))?,
        };
        let (engine, tenant, number, id) = (Arc::clone(self), Arc::clone(tenant), past.number, past.pack.clone());
        let made = tokio::task::spawn_blocking(move || engine.loader.make(&tenant.business, &pack, number)).await;
        let made = made.expect("compiling does not panic");
        made.map(Arc::new).map_err(|error| refused(&id, &error))
    }

    /// Takes back a generation on probation, or a canary, whose plugins fail. Cheap: asked after every step.
    pub(super) fn look_after(self: &Arc<Self>, tenant: &Arc<Tenant>, now: Time, troubles: &[Trouble]) {
        let canary = tenant.trial(|trial| trial.canary().cloned()).flatten();
        for failing in [tenant.on_probation(now), canary].into_iter().flatten() {
            self.judge_rules(tenant, &failing, troubles);
        }
    }

    fn judge_rules(self: &Arc<Self>, tenant: &Arc<Tenant>, failing: &Arc<Generation>, troubles: &[Trouble]) {
        let tripped = troubles.iter().find_map(|trouble| match trouble {
            Trouble::Tripped { plugin, rules, why } if **rules == *failing.rules => {
                Some(format!("`{plugin}` keeps failing: {why}"))
            }
            Trouble::Failed(_) | Trouble::Tripped { .. } | Trouble::Recovered { .. } => None,
        });
        let (calls, failures) = failing.calls();
        let often = || format!("{failures} of {calls} calls of its plugins failed");
        let Some(why) = tripped.or_else(|| is_too_often(calls, failures).then(often)) else {
            return;
        };
        if tenant.activation.try_lock().is_err() {
            // It is being replaced already.
            return;
        }
        let (engine, tenant, rules) = (Arc::clone(self), Arc::clone(tenant), Arc::clone(&failing.rules));
        tokio::spawn(async move {
            let business = &tenant.business.id;
            tracing::error!(%business, rules = &*rules, why, "rules are taken back by themselves");
            let by = format!("baton: {why}");
            let taken_back = match tenant.generation().rules == rules {
                true => engine.roll_back(business, None, &by).await.map(|_| ()),
                false => engine.withdraw(business, &by).await,
            };
            if let Err(error) = taken_back {
                tracing::error!(%business, %error, "rules could not be rolled back");
            }
        });
    }
}

/// The generations of open handovers, loaded again at start; one that cannot be is replaced by the one in force.
pub(super) fn load_kept(
    store: &dyn Store,
    loader: &Loader,
    tenant: &Tenant,
    wanted: &BTreeSet<String>,
) -> Result<(), EngineError> {
    let business = &tenant.business;
    let kept = KeptRules::of(store, &business.id);
    let moved_before = kept.active()?.map_or(0, |active| active.moved_before);
    for past in kept.history()? {
        let name = format!("{}#{}", past.pack, past.number);
        let follows = past.number < moved_before;
        if follows || !wanted.contains(&name) || tenant.generation_named(&name).is_some() {
            continue;
        }
        let made = loader
            .pack(&past.pack)
            .and_then(|pack| loader.make(business, &pack, past.number));
        match made {
            Ok(generation) => tenant.keep(Arc::new(generation)),
            Err(error) => {
                tracing::error!(business = %business.id, rules = name, %error, "open handovers follow the rules in force");
            }
        }
    }
    Ok(())
}

pub(super) fn refused(pack: &str, error: &dyn std::error::Error) -> EngineError {
    EngineError::Pack {
        pack: pack.to_owned(),
        why: error.to_string(),
    }
}

/// Whether so many failures of so many calls are more than chance.
fn is_too_often(calls: u64, failures: u64) -> bool {
    failures >= LEAST_FAILURES && failures * 100 > calls * MOST_FAILURES_PERCENT
}

/// Whether a generation that has been in force since then is still on probation.
pub(super) fn is_on_probation(since: Time, now: Time) -> bool {
    now < since + PROBATION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_failures_are_chance_and_many_are_not() {
        assert!(!is_too_often(10, 9), "too few to tell");
        assert!(!is_too_often(1_000, 50), "five in a hundred");
        assert!(is_too_often(1_000, 51));
        assert!(is_too_often(10, 10));
    }
}
