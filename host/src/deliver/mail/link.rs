//! Links that let a person answer an offer without a token: signed, bound to one offer, and dead when it is over.
//!
//! A link says who answers what about which task, and until when; HMAC-SHA256 under a key that never leaves the data
//! folder says that Baton wrote it. It carries no power of its own: whoever follows one is shown what it would do, and
//! the engine looks in the conversation's turn whether that very offer still stands, so a link works at most once. Postcard
//! writes the form below; only append to it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use baton_core::{AgentId, Assignee, BusinessId, Conversation, Stage as HandoverStage, TaskId, Time};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The longest text that is looked at: ids at their longest need about 500 bytes.
const LONGEST: usize = 1_024;

/// Set before what is signed, so that no other use of the key can be taken for a link.
const PURPOSE: &[u8] = b"baton offer link 1\0";

/// What a person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// They take it.
    Accept,
    /// They do not.
    Decline,
}

/// What the task stood at when the link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It was offered, with a deadline.
    Offered,
    /// It was given to them, to a role of theirs, or to everyone.
    Assigned,
}

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose.
    pub business: BusinessId,
    /// About which task.
    pub task: TaskId,
    /// Who answers.
    pub agent: AgentId,
    /// What.
    pub answer: Answer,
    /// To what.
    pub stage: Stage,
    /// When the link dies; for an offer its deadline.
    pub until: Time,
}

impl Link {
    /// Whether what the link answers still stands.
    pub fn stands(&self, conversation: &Conversation) -> bool {
        let number = self.task.number;
        let handover = conversation.handover.as_ref().filter(|open| open.task == number);
        match (handover.map(|open| &open.stage), self.stage) {
            (Some(HandoverStage::Offered(offer)), Stage::Offered) => {
                offer.until == self.until && offer.agents.contains(&self.agent)
            }
            (Some(HandoverStage::Assigned(_)), Stage::Assigned) => true,
            (
                Some(
                    HandoverStage::Waiting
                    | HandoverStage::Offered(_)
                    | HandoverStage::Assigned(_)
                    | HandoverStage::Accepted(_),
                ),
                Stage::Offered | Stage::Assigned,
            ) => false,
            (None, Stage::Offered) => false,
            // A follow-up that nobody has taken yet.
            (None, Stage::Assigned) => {
                let task = conversation.open_tasks.get(&number);
                let assignee = task.and_then(|task| task.assignee.as_ref());
                matches!(assignee, Some(Assignee::Role(_) | Assignee::Everyone)) && self.answer == Answer::Accept
            }
        }
    }
}

/// Why a text is no link that can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Baton did not write it, or not with this key.
    #[error("the link is not one of ours, or was changed on its way")]
    Unknown,
    /// It was right once.
    #[error("the link has expired")]
    Expired,
}

/// The key that signs links. Never shown.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(***)")
    }
}

/// A link as it is signed.
#[derive(Serialize, Deserialize)]
struct Form {
    business: String,
    task: String,
    agent: String,
    answer: Answer,
    stage: Stage,
    until_ms: i64,
}

impl LinkKey {
    /// A key of these bytes, which must be random.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The link as text: letters, digits and `- _ .`.
    pub fn sign(&self, link: &Link) -> String {
        let Link {
            business,
            task,
            agent,
            answer,
            stage,
            until,
        } = link;
        let form = Form {
            business: business.to_string(),
            task: task.to_string(),
            agent: agent.to_string(),
            answer: *answer,
            stage: *stage,
            until_ms: until.0,
        };
        let signed = postcard::to_stdvec(&form).expect("texts and numbers can be written");
        let seal = self.mac(&signed).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(signed), URL_SAFE_NO_PAD.encode(seal))
    }

    /// What a link says, if it was signed by [`LinkKey::sign`] and has not expired at `now`.
    ///
    /// # Errors
    ///
    /// When it was not, or has.
    pub fn open(&self, text: &str, now: Time) -> Result<Link, LinkError> {
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| LinkError::Unknown);
        let (signed, seal) = text
            .split_once('.')
            .filter(|_| text.len() <= LONGEST)
            .ok_or(LinkError::Unknown)?;
        let (signed, seal) = (decode(signed)?, decode(seal)?);
        // Compares in constant time.
        self.mac(&signed).verify_slice(&seal).map_err(|_| LinkError::Unknown)?;
        let form: Form = postcard::from_bytes(&signed).map_err(|_| LinkError::Unknown)?;
        let Form {
            business,
            task,
            agent,
            answer,
            stage,
            until_ms,
        } = form;
        let link = Link {
            business: BusinessId::new(&business).map_err(|_| LinkError::Unknown)?,
            task: task.parse().map_err(|_| LinkError::Unknown)?,
            agent: AgentId::new(&agent).map_err(|_| LinkError::Unknown)?,
            answer,
            stage,
            until: Time(until_ms),
        };
        if link.until <= now {
            return Err(LinkError::Expired);
        }
        Ok(link)
    }

    fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(PURPOSE);
        mac.update(signed);
        mac
    }
}
