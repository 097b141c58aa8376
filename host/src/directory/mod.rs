//! Who is there: the people of each business, what they hold, and who may be offered a handover now.
//!
//! Kept in memory and rebuilt at start from the configuration, the stored facts and the open handovers, so
//! that a load is never counted twice: an agent's load is the set of open handovers that name them, not a
//! counter. The directory only knows what is; whether somebody is asked is the core's decision, and how
//! they are ranked the strategy's.

mod rota;
pub use rota::{Rota, RotaError};

mod team;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, RwLock};

use baton_core::{AgentId, BusinessId, Handover, HandoverId, Presence, Priority, RotaId, Scope, Stage, Time};

use team::Team;
pub use team::{Absence, Member, Profile, Survey};

/// The people of all businesses.
#[derive(Debug, Default)]
pub struct Directory {
    teams: RwLock<BTreeMap<BusinessId, Team>>,
    assigning: Mutex<()>,
}

/// What a change of the directory may have set free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "somebody may wait for it"]
pub enum Freed {
    /// Nobody became available.
    Nothing,
    /// Somebody may have: handovers that wait should be offered again.
    Maybe,
}

impl Directory {
    /// Adds an agent, or replaces what is known of them; what they hold stays.
    pub fn put(&self, business: &BusinessId, member: Member) -> Freed {
        self.write(business, |team| team.put(member));
        Freed::Maybe
    }

    /// Forgets an agent. What they hold is not given to anybody by it.
    pub fn remove(&self, business: &BusinessId, agent: &AgentId) {
        self.write(business, |team| team.remove(agent));
    }

    /// Says who is on call when.
    pub fn put_rota(&self, business: &BusinessId, id: RotaId, rota: Rota) {
        self.write(business, |team| team.put_rota(id, rota));
    }

    /// The rotas on which an agent is on call now.
    pub fn on_call(&self, business: &BusinessId, agent: &AgentId, now: Time) -> Vec<RotaId> {
        self.read(business, |team| team.on_call(agent, now)).unwrap_or_default()
    }

    /// Everybody who holds an open handover or was offered one, known or not.
    pub fn holders(&self, business: &BusinessId) -> Vec<AgentId> {
        self.read(business, Team::holders).unwrap_or_default()
    }

    /// The conversations whose open handovers an agent holds, or was offered.
    pub fn held_by(&self, business: &BusinessId, agent: &AgentId) -> Vec<HandoverId> {
        self.read(business, |team| team.held_by(agent)).unwrap_or_default()
    }

    /// Says whether an agent is there, until a time where one is given; `false` when there is no such agent.
    pub fn set_presence(
        &self,
        business: &BusinessId,
        agent: &AgentId,
        presence: Presence,
        until: Option<Time>,
    ) -> bool {
        self.write(business, |team| team.set_presence(agent, presence, until))
    }

    /// Remembers when an agent was last offered a handover.
    pub fn set_offered(&self, business: &BusinessId, agent: &AgentId, at: Time) {
        self.write(business, |team| team.set_offered(agent, at));
    }

    /// Who of a scope may be offered a handover now, and why the others may not.
    pub fn survey(&self, business: &BusinessId, scope: &Scope, handover: &Handover, now: Time) -> Survey {
        self.read(business, |team| team.survey(scope, handover, now))
            .unwrap_or_default()
    }

    /// Whether anybody at all may be offered a handover now.
    pub fn anybody(&self, business: &BusinessId, now: Time) -> bool {
        self.read(business, |team| team.anybody(now)).unwrap_or(false)
    }

    /// An agent as they are now, and why they would get no offer.
    pub fn agent(
        &self,
        business: &BusinessId,
        agent: &AgentId,
        now: Time,
    ) -> Option<(Member, u32, Result<(), String>)> {
        self.read(business, |team| team.agent(agent, now)).flatten()
    }

    /// All agents of a business, by id.
    pub fn agents(&self, business: &BusinessId) -> Vec<AgentId> {
        self.read(business, Team::ids).unwrap_or_default()
    }

    /// Whether a business has this agent.
    pub fn has(&self, business: &BusinessId, agent: &AgentId) -> bool {
        self.read(business, |team| team.has(agent)).unwrap_or(false)
    }

    /// Takes over who holds a handover: the state after a step, or the one before it when the step was not committed.
    pub fn hold(&self, business: &BusinessId, id: &HandoverId, handover: Option<&Handover>) -> Freed {
        let holders = handover.map(Handover::holders).unwrap_or_default();
        let waiting = handover
            .filter(|h| h.ending.is_none() && h.stage == Stage::Waiting)
            .map(|h| (h.priority, h.opened_at));
        self.write(business, |team| team.hold(id, holders, waiting))
    }

    /// Handovers that wait for somebody, the most urgent first, then the oldest.
    pub fn waiting(&self, business: &BusinessId) -> Vec<HandoverId> {
        self.read(business, Team::waiting).unwrap_or_default()
    }

    /// Open handovers of all businesses.
    pub fn open(&self) -> usize {
        let teams = self.teams.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        teams.values().map(Team::open).sum()
    }

    /// Held from the survey until the chosen one is counted, so that two steps cannot fill the same last place.
    pub fn assigning(&self) -> MutexGuard<'_, ()> {
        self.assigning.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn read<T>(&self, business: &BusinessId, look: impl FnOnce(&Team) -> T) -> Option<T> {
        let teams = self.teams.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        teams.get(business).map(look)
    }

    fn write<T>(&self, business: &BusinessId, change: impl FnOnce(&mut Team) -> T) -> T {
        let mut teams = self.teams.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(teams.entry(business.clone()).or_default())
    }
}

/// The order in which handovers that wait are offered.
type Urgency = (std::cmp::Reverse<Priority>, Time, HandoverId);
