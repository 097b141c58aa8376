//! What the end-to-end tests share: a daemon of their own, a client, a platform that receives webhooks, a mail server.
//!
//! Everything runs on the loopback address with ports that the system chooses, in folders that vanish, and is
//! ended when the test ends.

mod chat;
mod daemon;
pub mod fuzz;
pub mod guests;
mod mail;
mod platform;
mod python;

pub use chat::Chat;
pub use daemon::{Daemon, Reply, baton, http};
pub use mail::{MailServer, PASSWORD};
pub use platform::{Platform, Received};
pub use python::python;

use std::time::{Duration, Instant};

/// Longer than anything that works takes on a busy machine of two cores.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Looks again and again until there is something.
///
/// # Panics
///
/// When there is nothing within [`PATIENCE`].
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
