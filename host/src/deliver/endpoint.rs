//! The endpoints of all businesses: which webhooks want which events, which are switched off, and who gets mail.
//!
//! Endpoints come from the configuration and do not change while the daemon runs. One that answered 410 is switched off,
//! which is a fact in the store: it outlives a restart, and ends when the URL is changed or somebody switches it on again. The
//! engine asks [`Endpoints::told_of`] for each event that it commits, so nothing piles up for who does not want it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use baton_core::BusinessId;
use baton_store::{FactChange, FactTable, ReadError as StoreError, Store};
use reqwest::Url;

use super::mail::{Reader, Readers};
use super::{Secret, TargetError, check_url};
use crate::record::{self, EndpointOff, What};

/// Where events of a business are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whose.
    pub business: BusinessId,
    /// Its name within the business.
    pub id: String,
    /// Checked by [`Endpoint::new`].
    pub url: Url,
    /// At least one. With several, each signs, so that a receiver can move from one to the next.
    pub secrets: Vec<Secret>,
    /// `handover.opened`, `handover.*` or `*`; none: everything.
    pub events: Vec<String>,
    /// Whether it may be plain http, and a private address.
    pub allow_private: bool,
}

/// Why there is no such endpoint.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The id does not fit into keys.
    #[error("the webhook id {0:?} is not 1 to 64 letters, digits and - _ .")]
    Id(String),
    /// The URL is none.
    #[error("{url:?} is not a URL")]
    Url {
        /// As given.
        url: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The URL leads where webhooks may not go.
    #[error("webhooks may not be sent to {url}")]
    Target {
        /// As given.
        url: String,
        /// Why.
        #[source]
        source: TargetError,
    },
    /// Nothing to sign with.
    #[error("webhook {0:?} has no secret")]
    NoSecret(String),
    /// A filter that no event matches.
    #[error(
        "no event is called {0:?}; use a type such as \"handover.opened\", a family such as \"handover.*\", or \"*\""
    )]
    Filter(String),
}

impl Endpoint {
    /// Checks all parts.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn new(
        business: BusinessId,
        id: &str,
        url: &str,
        secrets: Vec<Secret>,
        events: Vec<String>,
        allow_private: bool,
    ) -> Result<Self, EndpointError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
            return Err(EndpointError::Id(id.to_owned()));
        }
        if secrets.is_empty() {
            return Err(EndpointError::NoSecret(id.to_owned()));
        }
        let parsed = Url::parse(url).map_err(|source| EndpointError::Url {
            url: url.to_owned(),
            source: source.into(),
        })?;
        check_url(&parsed, allow_private).map_err(|source| EndpointError::Target {
            url: url.to_owned(),
            source,
        })?;
        let known = |filter: &str| {
            super::TYPES.lines().any(|line| {
                let name = line.strip_prefix("| `").and_then(|rest| rest.split('`').next());
                name.is_some_and(|name| matches(filter, name))
            })
        };
        if let Some(filter) = events.iter().find(|filter| !known(filter)) {
            return Err(EndpointError::Filter(filter.clone()));
        }
        let id = id.to_owned();
        Ok(Self {
            business,
            id,
            url: parsed,
            secrets,
            events,
            allow_private,
        })
    }

    /// Whether it wants events of this type.
    pub fn wants(&self, event: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|filter| matches(filter, event))
    }
}

/// Whether a filter (`handover.opened`, `handover.*`, `*`) matches a type.
fn matches(filter: &str, event: &str) -> bool {
    match filter.strip_suffix('*') {
        Some("") => true,
        Some(family) => family.ends_with('.') && event.starts_with(family),
        None => filter == event,
    }
}

/// An endpoint, and whether it is switched off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointState {
    /// It gets what it wants.
    On(Arc<Endpoint>),
    /// It answered 410.
    Off(Arc<Endpoint>, EndpointOff),
    /// It is a person, who gets mail.
    Reader(Reader),
}

/// Business and endpoint.
type Key = (String, String);

/// The endpoints of all businesses.
#[derive(Debug)]
pub struct Endpoints {
    all: BTreeMap<Key, Arc<Endpoint>>,
    off: RwLock<BTreeMap<Key, EndpointOff>>,
    readers: Option<Arc<Readers>>,
}

impl Endpoints {
    /// The configured ones, with what the store remembers of those that are off.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. An entry about an endpoint that is damaged counts as none: the worst that follows is
    /// one more 410.
    pub fn new(configured: Vec<Endpoint>, store: &dyn Store) -> Result<Self, StoreError> {
        let mut off = BTreeMap::new();
        for endpoint in &configured {
            let Some(bytes) = store.fact(FactTable::Endpoints, &fact_key(endpoint))? else {
                continue;
            };
            match record::read::<EndpointOff>(&bytes) {
                Ok(row) if row.url == endpoint.url.as_str() => {
                    off.insert(key(endpoint), row);
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(endpoint = endpoint.id, %error, "taken as switched on"),
            }
        }
        let all = configured
            .into_iter()
            .map(|endpoint| (key(&endpoint), Arc::new(endpoint)))
            .collect();
        Ok(Self {
            all,
            off: RwLock::new(off),
            readers: None,
        })
    }

    /// The same, and people who get mail.
    #[must_use]
    pub fn with_readers(self, readers: Arc<Readers>) -> Self {
        Self {
            readers: Some(readers),
            ..self
        }
    }

    /// Whether there is any webhook.
    pub(super) fn has_webhooks(&self) -> bool {
        !self.all.is_empty()
    }

    /// The names of everybody in a business who is to be told of something: webhooks that want it, and people.
    pub fn told_of(&self, business: &str, what: &What) -> Vec<String> {
        let readers = self.readers.as_ref().map(|readers| readers.of(business, what));
        let readers = readers.into_iter().flatten().map(|reader| reader.endpoint());
        self.wanting(business, what.name()).into_iter().chain(readers).collect()
    }

    /// The ids of a business's endpoints that want an event of this type now.
    pub fn wanting(&self, business: &str, event: &str) -> Vec<String> {
        let wanting = self.of(business).filter_map(|state| match state {
            EndpointState::On(endpoint) => endpoint.wants(event).then(|| endpoint.id.clone()),
            EndpointState::Off(..) | EndpointState::Reader(_) => None,
        });
        wanting.collect()
    }

    /// One endpoint; `None` when it is not configured.
    pub fn get(&self, business: &str, id: &str) -> Option<EndpointState> {
        if let Some(reader) = Reader::parse(id) {
            let has = self.readers.as_ref().is_some_and(|readers| readers.has(business));
            return has.then_some(EndpointState::Reader(reader));
        }
        let key = (business.to_owned(), id.to_owned());
        let endpoint = Arc::clone(self.all.get(&key)?);
        let off = self.off.read().unwrap_or_else(PoisonError::into_inner);
        Some(match off.get(&key) {
            Some(row) => EndpointState::Off(endpoint, row.clone()),
            None => EndpointState::On(endpoint),
        })
    }

    /// All endpoints of a business, by id.
    pub fn of(&self, business: &str) -> impl Iterator<Item = EndpointState> {
        let from = (business.to_owned(), String::new());
        let own = self
            .all
            .range(from..)
            .take_while(move |((owner, _), _)| owner == business);
        own.filter_map(|((business, id), _)| self.get(business, id))
    }

    /// Switches an endpoint off from now on; the fact is to be committed with what made it so.
    pub(super) fn switch_off(&self, endpoint: &Endpoint, row: EndpointOff) -> FactChange {
        let payload = Some(record::write(&row));
        self.off
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key(endpoint), row);
        FactChange {
            table: FactTable::Endpoints,
            key: fact_key(endpoint),
            payload,
        }
    }

    /// Switches an endpoint on again; the fact is to be committed. `None` when it is not configured.
    pub fn switch_on(&self, business: &str, id: &str) -> Option<FactChange> {
        let endpoint = self.all.get(&(business.to_owned(), id.to_owned()))?;
        self.off
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key(endpoint));
        Some(FactChange {
            table: FactTable::Endpoints,
            key: fact_key(endpoint),
            payload: None,
        })
    }
}

fn key(endpoint: &Endpoint) -> Key {
    (endpoint.business.to_string(), endpoint.id.clone())
}

/// Neither part can contain the slash.
fn fact_key(endpoint: &Endpoint) -> String {
    format!("{}/{}", endpoint.business, endpoint.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(id: &str, url: &str, events: &[&str]) -> Result<Endpoint, EndpointError> {
        let secret = Secret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").expect("it is one");
        let events = events.iter().map(|&event| event.to_owned()).collect();
        let business = BusinessId::new("acme").expect("well formed");
        Endpoint::new(business, id, url, vec![secret], events, false)
    }

    #[test]
    fn a_filter_names_a_type_a_family_or_everything() {
        let wants = |events: &[&str], event| {
            endpoint("crm", "https://example.com/", events)
                .expect("valid")
                .wants(event)
        };
        assert!(wants(&[], "task.created"));
        assert!(wants(&["*"], "task.created"));
        assert!(wants(&["message.final", "task.*"], "task.created"));
        assert!(!wants(&["message.final", "task.*"], "message.returning"));
        assert!(!wants(&["handover.opened"], "handover.offered"));
    }

    #[test]
    fn an_endpoint_that_cannot_work_is_refused() {
        let fault = |id, url, events: &[&str]| endpoint(id, url, events).expect_err("refused").to_string();
        let url = "https://example.com/";
        assert_eq!(
            fault("a/b", url, &[]),
            "the webhook id \"a/b\" is not 1 to 64 letters, digits and - _ ."
        );
        assert_eq!(fault("crm", "example.com", &[]), "\"example.com\" is not a URL");
        assert_eq!(
            fault("crm", "https://10.0.0.1/", &[]),
            "webhooks may not be sent to https://10.0.0.1/"
        );
        for filter in ["handover.open", "handovers.*", "handover*", ""] {
            assert!(fault("crm", url, &[filter]).starts_with(&format!("no event is called {filter:?}")));
        }
    }
}
