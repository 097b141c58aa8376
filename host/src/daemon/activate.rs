//! Which rules are in force at start: those that were when it ended, unless the configuration now names another pack.

use std::sync::Arc;

use baton_store::{Step, Store, commit_and_wait};

use super::{StartError, system_time};
use crate::config::Business;
use crate::deliver::Endpoints;
use crate::engine::{ActiveRules, EngineError, KeptRules, PastGeneration, Tenant};
use crate::pack::Pack;
use crate::record::{EventRow, What};
use crate::rules::{Generation, Loader, trusted};

/// What a business starts with.
pub(super) struct Chosen {
    pub(super) pack: Arc<Pack>,
    pub(super) number: u64,
    /// What was in force, where this is something else.
    replaces: Option<Option<ActiveRules>>,
}

/// Chooses the pack: an activation holds for as long as the configuration stays what it was.
pub(super) fn choose(store: &dyn Store, business: &Business, loader: &Loader) -> Result<Chosen, StartError> {
    let kept = KeptRules::of(store, &business.id);
    let active = kept.active()?;
    let configured = business.pack.id();
    let same = |active: &ActiveRules| *active.configured.as_ref().unwrap_or(&active.pack) == configured;
    if let Some(active) = active.as_ref().filter(|active| same(active)) {
        let pack = match active.pack == configured {
            true => Ok(Arc::clone(&business.pack)),
            false => loader
                .pack(&active.pack)
                .and_then(|pack| trusted(business, &pack).map(|()| pack)),
        };
        match pack {
            Ok(pack) => {
                let number = active.number;
                return Ok(Chosen {
                    pack,
                    number,
                    replaces: None,
                });
            }
            Err(error) => tracing::error!(
                business = %business.id,
                active = active.pack,
                %error,
                "the rules that were in force are gone; those of the configuration are taken"
            ),
        }
    }
    Ok(Chosen {
        pack: Arc::clone(&business.pack),
        number: kept.next_number()?,
        replaces: Some(active),
    })
}

impl Chosen {
    /// Keeps the generation that is in force from now on, and tells of it when it is another one.
    pub(super) fn remember(
        self,
        store: &Arc<dyn Store>,
        business: &Arc<Business>,
        generation: &Generation,
        endpoints: &Endpoints,
    ) -> Result<(), StartError> {
        let Some(before) = self.replaces else {
            return Ok(());
        };
        let now = system_time();
        let new = PastGeneration {
            pack: self.pack.id(),
            number: self.number,
            at_ms: now.0,
            by: "configuration".to_owned(),
        };
        let active = ActiveRules {
            pack: new.pack.clone(),
            number: self.number,
            configured: Some(business.pack.id()),
            previous: before.as_ref().map(|active| active.number),
            moved_before: before.as_ref().map_or(0, |active| active.moved_before),
        };
        let what = What::PackActivated {
            rules: generation.rules.to_string(),
            previous: before.map(|active| format!("{}#{}", active.pack, active.number)),
        };
        let row = EventRow {
            at: now,
            place: None,
            what,
        };
        let step = Step {
            events: vec![Tenant::event_of(business, endpoints, row)],
            facts: KeptRules::of(&**store, &business.id).rows(&active, Some(&new)),
            ..Default::default()
        };
        let failed = |error| EngineError::Stored {
            what: "generation".to_owned(),
            source: Box::new(error),
        };
        commit_and_wait(&**store, step).map_err(failed)?;
        Ok(())
    }
}
