//! The people of one business.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use baton_core::{AgentId, Calendar, Handover, HandoverId, PassedOver, Presence, Priority, RoleId, Scope, Time};
use baton_plugin::Candidate;

use super::{Freed, Urgency};
use crate::config;

/// What a business says of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Which one.
    pub id: AgentId,
    /// For people.
    pub name: String,
    /// Where to write to.
    pub email: Option<String>,
    /// The groups they are in.
    pub roles: BTreeSet<RoleId>,
    /// What they can do.
    pub skills: BTreeSet<String>,
    /// BCP 47 tags.
    pub languages: BTreeSet<String>,
    /// Open handovers they may hold; at least 1.
    pub capacity: u32,
}

impl From<&config::Agent> for Profile {
    fn from(agent: &config::Agent) -> Self {
        let config::Agent {
            id,
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
            calendar: _,
        } = agent.clone();
        Self {
            id,
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
        }
    }
}

/// An agent, as the directory knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// What the business says of them.
    pub profile: Profile,
    /// Their hours.
    pub calendar: Calendar,
    /// What they said last.
    pub presence: Presence,
    /// Until when that holds; offline from then on.
    pub presence_until: Option<Time>,
    /// When a handover was last offered to them.
    pub last_offered_at: Option<Time>,
}

impl Member {
    /// What they said last, or offline once that has run out.
    pub fn presence_at(&self, now: Time) -> Presence {
        match self.presence_until {
            Some(until) if until <= now => Presence::Offline,
            Some(_) | None => self.presence,
        }
    }
}

/// Who of a scope may be offered a handover now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// Those who may, by id.
    pub available: Vec<Candidate>,
    /// Those who may not, and why.
    pub passed_over: Vec<PassedOver>,
    /// When the next of those outside their hours comes.
    pub next_at: Option<Time>,
}

#[derive(Debug, Default)]
pub(super) struct Team {
    members: BTreeMap<AgentId, Member>,
    /// The open handovers each agent holds, or was offered.
    held: BTreeMap<AgentId, BTreeSet<HandoverId>>,
    open: BTreeMap<HandoverId, Open>,
    /// The most urgent first.
    waiting: BTreeSet<Urgency>,
}

/// An open handover: who holds it, and since when it waits if nobody does.
#[derive(Debug, Default)]
struct Open {
    holders: Vec<AgentId>,
    waiting: Option<(Priority, Time)>,
}

impl Team {
    pub(super) fn put(&mut self, member: Member) {
        self.members.insert(member.profile.id.clone(), member);
    }

    pub(super) fn set_presence(&mut self, agent: &AgentId, presence: Presence, until: Option<Time>) -> bool {
        let Some(member) = self.members.get_mut(agent) else {
            return false;
        };
        member.presence = presence;
        member.presence_until = until;
        true
    }

    pub(super) fn set_offered(&mut self, agent: &AgentId, at: Time) {
        if let Some(member) = self.members.get_mut(agent) {
            member.last_offered_at = member.last_offered_at.max(Some(at));
        }
    }

    pub(super) fn ids(&self) -> Vec<AgentId> {
        self.members.keys().cloned().collect()
    }

    pub(super) fn has(&self, agent: &AgentId) -> bool {
        self.members.contains_key(agent)
    }

    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    pub(super) fn waiting(&self) -> Vec<HandoverId> {
        self.waiting.iter().map(|(_, _, id)| id.clone()).collect()
    }

    pub(super) fn anybody(&self, now: Time) -> bool {
        self.members
            .values()
            .any(|member| self.hindrance(member, None, now).is_none())
    }

    pub(super) fn agent(&self, agent: &AgentId, now: Time) -> Option<(Member, u32, Result<(), String>)> {
        let member = self.members.get(agent)?;
        let why = self.hindrance(member, None, now);
        Some((member.clone(), self.load(agent, None), why.map_or(Ok(()), Err)))
    }

    pub(super) fn survey(&self, scope: &Scope, handover: &Handover, now: Time) -> Survey {
        let mut survey = Survey::default();
        let asked = |member: &&Member| match scope {
            Scope::Agent(agent) => member.profile.id == *agent,
            Scope::Role(role) => member.profile.roles.contains(role),
            Scope::Everyone => true,
        };
        for member in self.members.values().filter(asked) {
            let agent = member.profile.id.clone();
            match self.hindrance(member, Some(&handover.id), now) {
                None => survey.available.push(self.candidate(member, handover)),
                Some(why) => {
                    let only_hours = member.presence_at(now) == Presence::Online;
                    let opens = member.calendar.next_open(now).filter(|at| only_hours && *at > now);
                    survey.next_at = [survey.next_at, opens].into_iter().flatten().min();
                    survey.passed_over.push(PassedOver { agent, why, at: now });
                }
            }
        }
        survey
    }

    fn candidate(&self, member: &Member, handover: &Handover) -> Candidate {
        let Profile {
            id,
            roles,
            skills,
            languages,
            capacity,
            name: _,
            email: _,
        } = &member.profile;
        Candidate {
            agent: id.clone(),
            roles: roles.iter().cloned().collect(),
            skills: skills.iter().cloned().collect(),
            languages: languages.iter().cloned().collect(),
            open: self.load(id, Some(&handover.id)),
            capacity: *capacity,
            last_offered_at: member.last_offered_at,
            missed: handover.missed.iter().any(|miss| miss.agent == *id),
            owner: false,
        }
    }

    /// Why an agent may not be offered a handover now.
    fn hindrance(&self, member: &Member, asking: Option<&HandoverId>, now: Time) -> Option<String> {
        let presence = member.presence_at(now);
        if presence != Presence::Online {
            return Some(presence.as_str().to_owned());
        }
        if !member.calendar.is_open(now) {
            let opens = member.calendar.next_open(now).map(|at| member.calendar.local(at));
            return Some(opens.map_or_else(|| "outside hours".to_owned(), |at| format!("outside hours until {at}")));
        }
        let (open, capacity) = (self.load(&member.profile.id, asking), member.profile.capacity);
        (open >= capacity).then(|| format!("at capacity {open} of {capacity}"))
    }

    /// What an agent holds besides the handover that asks.
    fn load(&self, agent: &AgentId, asking: Option<&HandoverId>) -> u32 {
        let held = self
            .held
            .get(agent)
            .into_iter()
            .flatten()
            .filter(|id| Some(*id) != asking);
        u32::try_from(held.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn hold(&mut self, id: &HandoverId, holders: &[AgentId], waiting: Option<(Priority, Time)>) -> Freed {
        let before = self.open.remove(id).unwrap_or_default();
        let freed = before.holders.iter().any(|agent| !holders.contains(agent));
        for agent in &before.holders {
            if let Some(held) = self.held.get_mut(agent) {
                held.remove(id);
            }
        }
        for agent in holders {
            self.held.entry(agent.clone()).or_default().insert(id.clone());
        }
        let urgency = |(priority, opened_at)| (Reverse(priority), opened_at, id.clone());
        if let Some(waited) = before.waiting {
            self.waiting.remove(&urgency(waited));
        }
        if let Some(waits) = waiting {
            self.waiting.insert(urgency(waits));
        }
        if !holders.is_empty() || waiting.is_some() {
            let holders = holders.to_vec();
            self.open.insert(id.clone(), Open { holders, waiting });
        }
        if freed { Freed::Maybe } else { Freed::Nothing }
    }
}
