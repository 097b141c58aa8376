//! Who gets a mail about an event: decided at the commit, so that each reader is a row of the outbox.
//!
//! A reader's name among the endpoints holds a colon, which no webhook's has, so the two cannot be mixed up.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_core::{AgentId, Assignee, BusinessId, Event, Time};

use crate::directory::Directory;
use crate::record::What;

/// Before the id of an agent, in the name of an endpoint.
const AGENT: &str = "mail:";

/// The name of the endpoint that gets the daily list.
const DIGEST: &str = "digest:overdue";

/// Somebody who gets mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// A person of the business, at the address that the business knows when it is sent.
    Agent(AgentId),
    /// Whoever the business named for its daily list.
    Digest,
}

impl Reader {
    /// Their name among the endpoints of a business.
    pub fn endpoint(&self) -> String {
        match self {
            Self::Agent(agent) => format!("{AGENT}{agent}"),
            Self::Digest => DIGEST.to_owned(),
        }
    }

    /// The reader of this name; `None` for a webhook's.
    pub fn parse(endpoint: &str) -> Option<Self> {
        match endpoint.strip_prefix(AGENT) {
            Some(agent) => AgentId::new(agent).ok().map(Self::Agent),
            None => (endpoint == DIGEST).then_some(Self::Digest),
        }
    }
}

/// Who gets mail, of all businesses.
#[derive(Debug)]
pub struct Readers {
    directory: Arc<Directory>,
    businesses: BTreeSet<BusinessId>,
}

impl Readers {
    /// The people of the directory, for those businesses that send mail.
    pub fn new(directory: Arc<Directory>, businesses: BTreeSet<BusinessId>) -> Self {
        Self { directory, businesses }
    }

    /// Whether a business sends mail.
    pub fn has(&self, business: &str) -> bool {
        self.businesses.iter().any(|known| known.as_str() == business)
    }

    /// Who gets a mail about an event. A person without an address gets none, and neither does who did it themselves.
    pub fn of(&self, business: &str, what: &What) -> Vec<Reader> {
        let Some(business) = self.businesses.iter().find(|known| known.as_str() == business) else {
            return Vec::new();
        };
        let agents = match what {
            What::Happened(Event::Offered { agents, until: _ }) => agents.clone(),
            What::Happened(Event::Assigned { to, by, task: _ }) if by != "accepted" => {
                self.of_assignee(business, to, by)
            }
            What::OverdueDigest { .. } => return vec![Reader::Digest],
            What::Happened(_)
            | What::Reply(_)
            | What::PluginTripped { .. }
            | What::PluginRecovered { .. }
            | What::PackActivated { .. }
            | What::WebhookDisabled { .. }
            | What::ConversationOpened => Vec::new(),
        };
        let with_address = agents.into_iter().filter(|agent| self.email(business, agent).is_some());
        with_address.map(Reader::Agent).collect()
    }

    /// Name and address of an agent, where both are known.
    pub(super) fn person(&self, business: &BusinessId, agent: &AgentId) -> Option<(String, String)> {
        let (member, ..) = self.directory.agent(business, agent, Time(0))?;
        Some((member.profile.name, member.profile.email?))
    }

    fn email(&self, business: &BusinessId, agent: &AgentId) -> Option<String> {
        self.person(business, agent).map(|(_, email)| email)
    }

    fn of_assignee(&self, business: &BusinessId, to: &Assignee, by: &str) -> Vec<AgentId> {
        let mut agents = self.directory.agents(business);
        agents.retain(|agent| match to {
            Assignee::Agent(one) => agent == one,
            Assignee::Role(role) => {
                let member = self.directory.agent(business, agent, Time(0));
                member.is_some_and(|(member, ..)| member.profile.roles.contains(role))
            }
            Assignee::Everyone => true,
        });
        agents.retain(|agent| agent.as_str() != by);
        agents
    }
}
