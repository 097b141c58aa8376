//! The rules in force for a business: one pack, compiled, and what is done when a plugin fails.
//!
//! A [`Generation`] never changes; a message is judged by exactly one. A plugin can be wrong, slow or dead and
//! the customer still reaches a human: each extension point has a fallback here, and a breaker that stops
//! calling what keeps failing. Nothing here decides anything; the core does.

mod again;
mod built_in;
mod compose;
mod examine;
mod generation;
mod guard;
mod judge;
mod loader;
mod onlook;
mod rank;
mod view;

pub use built_in::built_in;
pub use examine::misfits;
pub use generation::{Generation, LoadRulesError};
pub use guard::Trouble;
pub use loader::{FindPack, Loader, MakeError, trusted};
pub use onlook::{Keep, Onlookers};
pub use view::{History, View};
