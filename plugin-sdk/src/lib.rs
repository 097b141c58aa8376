//! Write detectors, strategies and templates for Baton. `TUTORIAL.md` beside the manifest is typed along in ten minutes; here is how the
//! parts work.
//!
//! A plugin is a small library that is compiled to a Wasm component. It implements one trait, [`Detector`],
//! [`Strategy`] or [`Template`], and names itself with [`register!`]. It is tested natively with plain `cargo test`.
//!
//! # 1. A crate
//!
//! ```toml
//! [package]
//! name = "outage"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib", "rlib"] # the component, and the library that tests link
//!
//! [dependencies]
//! baton-plugin-sdk = { path = "../baton/plugin-sdk" }
//! serde = { version = "1", features = ["derive"] }
//! schemars = "1"
//! ```
//!
//! # 2. A rule, its settings and its test
//!
//! This detector hands over when a customer reports an outage of one of the named services. All that can be computed
//! ahead is computed in [`Detector::new`]: the host takes a snapshot after it, and each message is judged by a fresh
//! copy of that snapshot.
//!
//! ```
//! use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! /// What a pack may set. The doc comments become the documentation of the settings.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)] // a misspelt key is a fault, not a surprise
//! pub struct Settings {
//!     /// Services whose outage matters, such as `heating`.
//!     services: Vec<String>,
//! }
//!
//! pub struct Outage {
//!     services: Vec<String>,
//! }
//!
//! impl Detector for Outage {
//!     const NAME: &'static str = "outage";
//!     const SUMMARY: &'static str = "Finds reports that a service is down.";
//!     type Settings = Settings;
//!
//!     fn new(settings: Settings) -> Result<Self, Fault> {
//!         if settings.services.is_empty() {
//!             return Err(Fault::at("/services", "is empty; name at least one service"));
//!         }
//!         Ok(Self { services: settings.services.iter().map(|name| name.to_ascii_lowercase()).collect() })
//!     }
//!
//!     fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
//!         let text = message.text.to_ascii_lowercase(); // keeps every byte offset
//!         if message.speaker != Speaker::Customer || !text.contains("down") {
//!             return Ok(Vec::new());
//!         }
//!         let named = self.services.iter().find_map(|name| Some((name, text.find(name.as_str())?)));
//!         let Some((name, start)) = named else { return Ok(Vec::new()) };
//!         let repeated = conversation.failed_answers() > 0; // one call to the host, only when it matters
//!         let signal = Signal::new(if repeated { 0.95 } else { 0.8 })
//!             .span(start..start + name.len(), name)
//!             .tag("outage")
//!             .field("service", name)
//!             .priority(Priority::High);
//!         Ok(vec![signal])
//!     }
//! }
//!
//! register!(Detector, Outage);
//!
//! // In the crate this is a function under `#[cfg(test)] mod tests`, marked `#[test]`.
//! use baton_plugin_sdk::{TestConversation, testing};
//!
//! # fn main() {
//! let outage: Outage = testing::detector(r#"{"services": ["Heating"]}"#).expect("the settings fit");
//! let calm = TestConversation::default();
//! let found = outage.detect(&Message::customer("Our heating is down!"), &calm).expect("judged");
//! assert_eq!(found[0].evidence[0].range(), 4..11);
//! assert!(outage.detect(&Message::customer("Thanks, the heating works"), &calm).expect("judged").is_empty());
//!
//! let fault = testing::detector::<Outage>(r#"{"services": []}"#).err().expect("refused");
//! assert_eq!(fault.to_string(), "/services: is empty; name at least one service");
//! let fault = testing::detector::<Outage>(r#"{"service": []}"#).err().expect("refused");
//! assert_eq!(fault.pointer, "/service");
//! # }
//! ```
//!
//! # 3. A component
//!
//! ```text
//! rustup target add wasm32-wasip2
//! cargo test
//! cargo build --target wasm32-wasip2 --release
//! ```
//!
//! The component is `target/wasm32-wasip2/release/outage.wasm`.
//!
//! # 4. A pack that uses it
//!
//! Put the component beside a `pack.toml`; keys under `settings` are the fields of `Settings`:
//!
//! ```toml
//! [pack]
//! name = "utility"
//! version = "0.1.0"
//! interface = "baton:rules@0.1"
//! description = "A utility company"
//!
//! [[detector]]
//! id = "outage"
//! component = "outage.wasm"
//! threshold = 0.75
//! reason = "high-value"
//! settings = { services = ["heating", "internet"] }
//! ```
//!
//! `baton pack check utility/` reads it, configures every component, and shows a fault with the file, line and column
//! that its pointer stands for.
//!
//! # What a plugin can rely on
//!
//! - It sees the message and what it asks the [`Conversation`] for; no files, network, environment or real clock.
//! - Fuel, time, memory and output are bounded per call. A call that exceeds a bound is stopped and the host falls
//!   back; a plugin that keeps failing is not called for a while. A panic is contained in the same way.
//! - [`log`] writes to the operator's log; in a native test, [`log::taken`] reads what was written.
//! - Two calls never share memory: state that is changed in a call is gone after it.

mod types;
pub use types::{BotState, Contact, Handover, Message, Priority, Span, Speaker};

mod conversation;
pub use conversation::{Conversation, TestConversation};

mod detector;
pub use detector::{Detector, Signal};

mod strategy;
pub use strategy::{Candidate, Choice, Ranking, Strategy};

mod template;
pub use template::{Circumstances, Draft, Promise, Template};

mod settings;
pub use settings::Fault;

pub mod log;
pub mod testing;

mod registration;

#[allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    dead_code,
    elided_lifetimes_in_paths,
    clippy::allow_attributes_without_reason,
    reason = "generated from the WIT, which carries the documentation"
)]
mod bindings;

/// For the expansion of [`register!`] only.
#[doc(hidden)]
pub mod __private {
    pub use crate::bindings::{lifecycle, wit_assignment, wit_composition, wit_detection};
    pub use crate::registration::{DetectorComponent, Registered, StrategyComponent, TemplateComponent};
    // The names under which wit-bindgen makes the exports of one interface.
    pub use crate::bindings::lifecycle::__export_baton_rules_lifecycle_0_1_0_cabi as export_lifecycle;
    pub use crate::bindings::wit_assignment::__export_baton_rules_assignment_0_1_0_cabi as export_assignment;
    pub use crate::bindings::wit_composition::__export_baton_rules_composition_0_1_0_cabi as export_composition;
    pub use crate::bindings::wit_detection::__export_baton_rules_detection_0_1_0_cabi as export_detection;

    /// What the linker must know of the world `detector`.
    pub const DETECTOR_WORLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/detector.world"));
    /// What the linker must know of the world `strategy`.
    pub const STRATEGY_WORLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/strategy.world"));
    /// What the linker must know of the world `template`.
    pub const TEMPLATE_WORLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/template.world"));
}
