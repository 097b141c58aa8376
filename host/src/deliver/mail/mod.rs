//! Mail to people: what waits for them, with links that need no token.
//!
//! A mail is a delivery like that of a webhook: a row of the same outbox, written by the commit that makes it true, and
//! worked off by the same worker. Its endpoint is a person instead of a URL, so each reader has a queue of their own,
//! and a mailbox that is full holds up nobody else. A mail is written when it is sent, from what the store holds then: an
//! offer that is no longer open by the time a mail server answers again is not sent at all.
//!
//! In the order in which an event meets them: who reads it, the links, the words, the server.

mod reader;
pub use reader::{Reader, Readers};

mod link;
pub use link::{Answer, Link, LinkError, LinkKey, Stage as LinkStage};

mod letter;
pub use letter::{ComposeError, overdue};
use letter::{Composed, Letter};

mod post;
pub use post::{Post, PostError};

#[cfg(test)]
mod tests;
