//! The business's people in the daemon's own directory, and a count of who holds what beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use baton_core::*;
use baton_store::{FactChange, FactTable, Store, commit_and_wait};

use crate::config::{Business, Config};
use crate::directory::{Directory, Freed, Survey};
use crate::engine::rehearsal;
use crate::record::{self, PresenceRow};

/// Which of the built-in strategies' orders ranks the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report::tests) enum Order {
    RoundRobin,
    LeastLoaded,
}

/// The people of a business.
pub(in crate::report::tests) struct Team {
    pub(super) business: Arc<Business>,
    pub(super) directory: Directory,
    pub(super) order: Order,
    /// Who holds what, counted from the conversations alone.
    held: BTreeMap<AgentId, BTreeSet<HandoverId>>,
    /// Offers by agent.
    pub(super) offers: BTreeMap<AgentId, u64>,
    /// Handovers that opened.
    pub(super) opened: u64,
    /// How often somebody held as many as they may.
    pub(super) filled: u64,
    /// Whether everybody is equal and there, so that round robin must be fair to within one offer.
    pub(super) equal: bool,
    /// Somebody may be free, and those who wait have not been offered yet.
    pub(super) freed: bool,
}

impl Team {
    /// The business of a configuration file, as the daemon reads it.
    pub(super) fn new(toml: &str, order: Order, store: &dyn Store) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("baton.toml");
        std::fs::write(&file, toml).expect("a file");
        let mut config = Config::load(&file).unwrap_or_else(|errors| panic!("{errors}"));
        let id = BusinessId::new("acme").expect("well formed");
        let business = config.businesses.remove(&id).expect("the business acme");
        let directory = rehearsal::directory(&business, store);
        Self {
            business: Arc::new(business),
            directory,
            order,
            held: BTreeMap::new(),
            offers: BTreeMap::new(),
            opened: 0,
            filled: 0,
            equal: false,
            freed: false,
        }
    }

    pub(super) fn policy(&self) -> Policy {
        let bot = BotId::new("service").expect("well formed");
        let pack = &self.business.pack;
        let policy = self.business.policy(pack, &bot, "hvac@1.2.0#3".into());
        policy.expect("a business without bots takes each")
    }

    pub(in crate::report::tests) fn agents(&self) -> Vec<AgentId> {
        self.business.agents.keys().cloned().collect()
    }

    /// One customer in eight is somebody's.
    pub(in crate::report::tests) fn contact(&self, message: u64) -> Option<Contact> {
        if self.equal || !message.is_multiple_of(8) {
            return None;
        }
        let agents = self.agents();
        let place = usize::try_from(message / 8).expect("small") % agents.len();
        Some(Contact {
            owner: Some(agents[place].clone()),
            ..Contact::default()
        })
    }

    /// Whether an agent holds a handover, or may take one more.
    pub(super) fn has_room(&self, agent: &AgentId, handover: Option<&Handover>) -> bool {
        let held = self.held.get(agent);
        let has_it = handover.is_some_and(|handover| held.is_some_and(|held| held.contains(&handover.id)));
        let capacity = usize::try_from(self.business.agents[agent].capacity).expect("small");
        has_it || held.map_or(0, BTreeSet::len) < capacity
    }

    pub(super) fn is_available(&self, agent: &AgentId, now: Time) -> bool {
        let known = self.directory.agent(&self.business.id, agent, now);
        known.is_some_and(|(_, _, why)| why.is_ok())
    }

    /// The directory says who is there; they are ranked as `round-robin` and `least-loaded` rank them.
    pub(in crate::report::tests) fn rank(&self, asked: &AssignQuestion, now: Time) -> Candidates {
        let Survey {
            mut available,
            passed_over,
            next_at,
        } = self
            .directory
            .survey(&self.business.id, &asked.scope, &asked.handover, now);
        let load = |open: u32, capacity: u32| match self.order {
            Order::RoundRobin => 0,
            Order::LeastLoaded => u64::from(open) * 1_000 / u64::from(capacity),
        };
        available.sort_by_key(|c| (c.missed, load(c.open, c.capacity), c.last_offered_at, c.agent.clone()));
        let ranked = available.into_iter().map(|c| Ranked {
            why: format!("holds {} of {}", c.open, c.capacity),
            agent: c.agent,
        });
        Candidates {
            ranked: ranked.collect(),
            passed_over,
            next_at,
        }
    }

    /// Takes over what a step did, as the engine does, and looks whether anybody has too much.
    pub(in crate::report::tests) fn count(
        &mut self,
        before: Option<&Conversation>,
        after: &Conversation,
        effects: &[Effect],
        now: Time,
    ) -> Vec<FactChange> {
        let old = before.and_then(|chat| chat.handover.as_ref());
        let new = after.handover.as_ref();
        if let Some(gone) = old.filter(|old| new.is_none_or(|new| new.id != old.id)) {
            self.hold(&gone.id, None);
        }
        if let Some(new) = new {
            self.hold(&new.id, Some(new));
        }
        for effect in effects {
            match effect {
                Effect::Emit(Event::Offered { agents, .. }) => {
                    for agent in agents {
                        self.directory.set_offered(&self.business.id, agent, now);
                        *self.offers.entry(agent.clone()).or_default() += 1;
                    }
                }
                Effect::Emit(Event::Opened { .. }) => self.opened += 1,
                Effect::Emit(_) | Effect::Say(_) | Effect::HandoverEnded(_) | Effect::TaskEnded(_) => {}
            }
        }
        if self.equal {
            let offers = || {
                self.agents()
                    .into_iter()
                    .map(|agent| self.offers.get(&agent).copied().unwrap_or(0))
            };
            let (most, fewest) = (offers().max().unwrap_or(0), offers().min().unwrap_or(0));
            assert!(
                most - fewest <= 1,
                "round robin among equals is fair to within one offer: {:?}",
                self.offers
            );
        }
        rehearsal::offers(&self.business.id, effects, now)
    }

    fn hold(&mut self, id: &HandoverId, handover: Option<&Handover>) {
        if self.directory.hold(&self.business.id, id, handover) == Freed::Maybe {
            self.freed = true;
        }
        self.held.values_mut().for_each(|held| {
            held.remove(id);
        });
        for agent in handover.map(Handover::holders).unwrap_or_default() {
            let held = self.held.entry(agent.clone()).or_default();
            held.insert(id.clone());
            let (held, capacity) = (held.len(), self.business.agents[agent].capacity);
            let capacity = usize::try_from(capacity).expect("small");
            assert!(
                held <= capacity,
                "nobody's capacity is ever exceeded: {agent} holds {held} of {capacity}"
            );
            self.filled += u64::from(held == capacity);
        }
    }

    /// Says whether somebody is there, in the directory and in the store.
    pub(super) fn set_presence(&mut self, store: &dyn Store, agent: &AgentId, row: PresenceRow) {
        let PresenceRow { presence, until, .. } = row;
        self.directory.set_presence(&self.business.id, agent, presence, until);
        let fact = FactChange {
            table: FactTable::Agents,
            key: format!("{}/{agent}/presence", self.business.id),
            payload: Some(record::write(&row)),
        };
        let step = baton_store::Step {
            facts: vec![fact],
            ..Default::default()
        };
        commit_and_wait(store, step).expect("memory does not fail");
    }

    /// The daemon stops and starts: all that the directory knows, it must know from the store.
    pub(super) fn restart(&mut self, store: &dyn Store, now: Time) {
        let fresh = rehearsal::directory(&self.business, store);
        let id = &self.business.id;
        for agent in self.agents() {
            assert_eq!(
                fresh.agent(id, &agent, now),
                self.directory.agent(id, &agent, now),
                "a restart forgets nothing of {agent}"
            );
            let held: BTreeSet<HandoverId> = fresh.held_by(id, &agent).into_iter().collect();
            let counted = self.held.get(&agent).cloned().unwrap_or_default();
            assert_eq!(
                held, counted,
                "the directory and the conversations agree on what {agent} holds"
            );
        }
        assert_eq!(
            fresh.waiting(id),
            self.directory.waiting(id),
            "who waits goes on waiting, in the same order"
        );
        self.directory = fresh;
    }
}
