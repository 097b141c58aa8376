//! What a simulation shares with the engine, so that it shows the engine's own way of remembering people.

use baton_core::{BusinessId, Effect, Time};
use baton_store::{FactChange, Store};

use super::{people, rows, start};
use crate::config::Business;
use crate::directory::Directory;

/// The directory as a start makes it: the configured people, what the store knows better, and who holds what.
pub(crate) fn directory(business: &Business, store: &dyn Store) -> Directory {
    let directory = Directory::default();
    people::meet(&directory, business, store).expect("rows of our own can be read");
    let _ = start::count_open(store, &directory).expect("rows of our own can be read");
    directory
}

/// What a step keeps of the offers it makes.
pub(crate) fn offers(business: &BusinessId, effects: &[Effect], now: Time) -> Vec<FactChange> {
    rows::offers(business, effects, now)
}
