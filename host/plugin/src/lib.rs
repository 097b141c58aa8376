//! Runs the rules of a business, which are Wasm components, inside their budgets.
//!
//! The only crate that names wasmtime. A component is checked before any of its code runs, configured once,
//! snapshotted and compiled; each call then gets a fresh instance, so no call sees what another left
//! behind. It can import only what `wit/` names; the WASI that Rust's standard library pulls in is linked
//! by hand and answers everything with nothing, so there is no file, network or clock to forget to close.
//!
//! ```text
//! Plugins::detector(source) ─ inspect ─ describe ─ configure ─ snapshot ─ compile ─► Detector     (or from the cache)
//! Detector::detect(view, message) ─ fresh store and instance ─ call ─ check the answer ─► Called | Fault
//! ```
//!
//! Nothing here decides what follows from a [`Fault`]: the caller has the fallbacks, a [`Breaker`] per plugin,
//! and the events to send.

mod budget;
pub use budget::{Budget, MAX_COMPONENT_BYTES, MAX_MEMORY_BYTES, MAX_TABLE_ELEMENTS, STACK_BYTES};

mod view;
pub use view::ConversationView;

mod values;
pub use values::{
    Called, Candidate, Choice, Circumstances, Description, Found, Import, Kind, LogLevel, LogLine, Promised, Ranking,
};

mod fault;
pub use fault::{Fault, FaultKind, LoadError, LoadErrorKind, PluginsError};

mod plugins;
pub use plugins::{PluginOptions, Plugins, Source};

mod inspect;
mod load;
mod snapshot;

mod cache;
mod functions;

mod extension;
pub use extension::{Detector, Strategy, Template};

mod program;

mod sandbox;
mod wasi;

mod answer;
mod ask;
mod wit;

// The chat that its test shares with others names this crate from outside.
#[cfg(test)]
extern crate self as baton_plugin;
#[cfg(test)]
mod versions;

mod breaker;
pub use breaker::{Breaker, BreakerOptions, BreakerState, Change};
