//! What leaves the daemon: events as subscribers see them, the webhooks that carry them, and mail to people.
//!
//! A step commits its events and one outbox row for each endpoint that wants them; nothing here is called before. The
//! worker reads what is due, sends it, and commits what came of it, so a crash at any moment means that a delivery is
//! made again under the same `webhook-id`, never that it is lost. In the order in which a message meets them:
//! an event row becomes a CloudEvent, a queue decides what may be sent now, a target is checked, a webhook is signed
//! and sent, a mail is written and sent.
//!
//! Nothing here changes a conversation, and the engine never waits for it.

mod event;
pub use event::{CloudEvent, TYPES, cloud_event};

mod endpoint;
pub use endpoint::{Endpoint, EndpointError, EndpointState, Endpoints};

mod target;
pub use target::{PublicOnly, TargetError, check_address, check_url};

mod webhook;
pub use webhook::{Schedule, Secret, SecretError, Sender, Verdict, webhook_id};
use webhook::{chain, cut};

pub mod mail;

mod queue;

mod attempt;

mod worker;
pub use worker::{Options, Worker};

mod meters;
pub use meters::{Attempts, Meters};

#[cfg(test)]
mod tests;
