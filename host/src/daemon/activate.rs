//! The number of the generation in force, kept so that a restart is no change of rules.

use std::sync::Arc;

use baton_store::{FactChange, FactTable, Step, Store, commit_and_wait};
use serde::{Deserialize, Serialize};

use super::{StartError, system_time};
use crate::config::Business;
use crate::deliver::Endpoints;
use crate::engine::{EngineError, Tenant};
use crate::record::{EventRow, What};
use crate::rules::Generation;

/// What is kept about the rules in force.
#[derive(Debug, Serialize, Deserialize)]
struct Active {
    pack: String,
    number: u64,
}

fn key(business: &Business) -> String {
    format!("{}/active", business.id)
}

fn active(store: &dyn Store, business: &Business) -> Result<Option<Active>, StartError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
        StartError::Kept(EngineError::Stored {
            what: "generation".to_owned(),
            source,
        })
    };
    let bytes = store
        .fact(FactTable::Packs, &key(business))
        .map_err(|e| failed(Box::new(e)))?;
    bytes
        .map(|bytes| serde_json::from_slice(&bytes).map_err(|e| failed(Box::new(e))))
        .transpose()
}

/// The number that the configured pack's generation gets: the one it had, or the next.
pub(super) fn number(store: &dyn Store, business: &Business) -> Result<u64, StartError> {
    Ok(match active(store, business)? {
        Some(active) if active.pack == business.pack.id() => active.number,
        Some(active) => active.number + 1,
        None => 1,
    })
}

/// Keeps the generation that is in force from now on, and tells of it when it is another one.
pub(super) fn remember(
    store: &Arc<dyn Store>,
    business: &Arc<Business>,
    generation: &Generation,
    endpoints: &Endpoints,
) -> Result<(), StartError> {
    let before = active(&**store, business)?;
    let number = number(&**store, business)?;
    if before.as_ref().is_some_and(|active| active.number == number) {
        return Ok(());
    }
    let now = Active {
        pack: business.pack.id(),
        number,
    };
    let previous = before.map(|active| format!("{}#{}", active.pack, active.number));
    let what = What::PackActivated {
        rules: generation.rules.to_string(),
        previous,
    };
    let event = Tenant::event_of(
        business,
        endpoints,
        EventRow {
            at: system_time(),
            place: None,
            what,
        },
    );
    let payload = serde_json::to_vec(&now).expect("strings and numbers can be written");
    let fact = FactChange {
        table: FactTable::Packs,
        key: key(business),
        payload: Some(payload),
    };
    let step = Step {
        events: vec![event],
        facts: vec![fact],
        ..Default::default()
    };
    let failed = |error| EngineError::Stored {
        what: "generation".to_owned(),
        source: Box::new(error),
    };
    commit_and_wait(&**store, step).map_err(failed)?;
    Ok(())
}
