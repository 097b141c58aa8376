//! The people of one business.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use baton_core::{
    AgentId, Calendar, Handover, HandoverId, PassedOver, Presence, Priority, RoleId, RotaId, Scope, Time,
};
use baton_plugin::Candidate;

use super::{Freed, Rota, Urgency};
use crate::config::{self, WorkingHours};

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
    /// Hours of their own, as they were written; the business's where there are none.
    pub hours: Option<WorkingHours>,
    /// When they are out of office.
    pub absences: Vec<Absence>,
}

/// A time out of office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Its first moment.
    pub from: Time,
    /// The first moment at which they are there again; after `from`.
    pub back: Time,
    /// Who gets what is meant for them alone, such as their own customers.
    pub stand_in: Option<AgentId>,
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
            hours,
            absences,
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
            hours,
            absences,
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

    /// The absence that holds now; the one that ends last where several do.
    fn absence(&self, now: Time) -> Option<&Absence> {
        let holds = |absence: &&Absence| absence.from <= now && now < absence.back;
        self.profile
            .absences
            .iter()
            .filter(holds)
            .max_by_key(|absence| absence.back)
    }

    fn out_of_office(&self, now: Time) -> Option<String> {
        let Absence { back, stand_in, .. } = self.absence(now)?;
        let back = self.calendar.local(*back);
        let stands_in = stand_in.as_ref().map(|agent| format!(", {agent} stands in"));
        Some(format!("out of office until {back}{}", stands_in.unwrap_or_default()))
    }

    /// When an online agent who is not there now is there again.
    fn next_at(&self, now: Time) -> Option<Time> {
        let back = self.absence(now).map_or(now, |absence| absence.back);
        self.calendar.next_open(back).filter(|at| *at > now)
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
    rotas: BTreeMap<RotaId, Rota>,
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

    pub(super) fn remove(&mut self, agent: &AgentId) {
        self.members.remove(agent);
    }

    pub(super) fn put_rota(&mut self, id: RotaId, rota: Rota) {
        self.rotas.insert(id, rota);
    }

    pub(super) fn on_call(&self, agent: &AgentId, now: Time) -> Vec<RotaId> {
        let theirs = self.rotas.iter().filter(|(_, rota)| rota.on_call(now) == Some(agent));
        theirs.map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn holders(&self) -> Vec<AgentId> {
        let held = self.held.iter().filter(|(_, held)| !held.is_empty());
        held.map(|(agent, _)| agent.clone()).collect()
    }

    pub(super) fn held_by(&self, agent: &AgentId) -> Vec<HandoverId> {
        self.held.get(agent).into_iter().flatten().cloned().collect()
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
        let on_call = self
            .rotas
            .values()
            .filter_map(|rota| self.members.get(rota.on_call(now)?));
        let mut on_call = on_call.filter(|member| self.hindrance_on_call(member, None, now).is_none());
        let mut others = self.members.values();
        others.any(|member| self.hindrance(member, None, now).is_none()) || on_call.next().is_some()
    }

    pub(super) fn agent(&self, agent: &AgentId, now: Time) -> Option<(Member, u32, Result<(), String>)> {
        let member = self.members.get(agent)?;
        let why = self.hindrance(member, None, now);
        Some((member.clone(), self.load(agent, None), why.map_or(Ok(()), Err)))
    }

    pub(super) fn survey(&self, scope: &Scope, handover: &Handover, now: Time) -> Survey {
        let mut survey = Survey::default();
        let (one, on_call) = match scope {
            Scope::Agent(agent) => (Some(agent), false),
            Scope::OnCall(rota) => {
                let rota = self.rotas.get(rota);
                survey.next_at = rota.and_then(|rota| rota.begins_after(now));
                (rota.and_then(|rota| rota.on_call(now)), true)
            }
            Scope::Role(_) | Scope::Everyone => (None, false),
        };
        let stand_in = one.and_then(|agent| self.stand_in(agent, now));
        let asked = |member: &&Member| match scope {
            Scope::Agent(_) | Scope::OnCall(_) => [one, stand_in]
                .into_iter()
                .flatten()
                .any(|agent| member.profile.id == *agent),
            Scope::Role(role) => member.profile.roles.contains(role),
            Scope::Everyone => true,
        };
        for member in self.members.values().filter(asked) {
            let agent = member.profile.id.clone();
            let asking = Some(&handover.id);
            let why = if on_call {
                self.hindrance_on_call(member, asking, now)
            } else {
                self.hindrance(member, asking, now)
            };
            match why {
                None => survey.available.push(self.candidate(member, handover)),
                Some(why) => {
                    let only_hours = member.presence_at(now) == Presence::Online;
                    let opens = member.next_at(now).filter(|_| only_hours);
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
            hours: _,
            absences: _,
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
        if let Some(why) = member.out_of_office(now) {
            return Some(why);
        }
        if !member.calendar.is_open(now) {
            let opens = member.calendar.next_open(now).map(|at| member.calendar.local(at));
            return Some(opens.map_or_else(|| "outside hours".to_owned(), |at| format!("outside hours until {at}")));
        }
        self.at_capacity(member, asking)
    }

    /// The same for one who is on call: they can be reached at any hour, by other means than a chat window.
    fn hindrance_on_call(&self, member: &Member, asking: Option<&HandoverId>, now: Time) -> Option<String> {
        member.out_of_office(now).or_else(|| self.at_capacity(member, asking))
    }

    fn at_capacity(&self, member: &Member, asking: Option<&HandoverId>) -> Option<String> {
        let (open, capacity) = (self.load(&member.profile.id, asking), member.profile.capacity);
        (open >= capacity).then(|| format!("at capacity {open} of {capacity}"))
    }

    /// Who stands in for an agent who is out of office; the stand-in of a stand-in who is out as well.
    fn stand_in(&self, agent: &AgentId, now: Time) -> Option<&AgentId> {
        let next = |agent: &AgentId| self.members.get(agent)?.absence(now)?.stand_in.as_ref();
        // Two who stand in for each other must not lead round in circles.
        std::iter::successors(next(agent), |agent| next(agent))
            .take(self.members.len())
            .last()
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

#[cfg(test)]
mod tests {
    use baton_core::Scope;

    use super::*;

    fn agent(id: &str, absences: Vec<Absence>) -> Member {
        let id = AgentId::new(id).expect("well formed");
        Member {
            profile: Profile {
                name: id.to_string(),
                id,
                email: None,
                roles: BTreeSet::new(),
                skills: BTreeSet::new(),
                languages: BTreeSet::new(),
                capacity: 5,
                hours: None,
                absences,
            },
            calendar: Calendar::always(),
            presence: Presence::Online,
            presence_until: None,
            last_offered_at: None,
        }
    }

    fn away(back_ms: i64, stand_in: &str) -> Vec<Absence> {
        vec![Absence {
            from: Time(100),
            back: Time(back_ms),
            stand_in: AgentId::new(stand_in).ok(),
        }]
    }

    /// Who may be offered what is meant for `ana` alone, who may not, and when the next of them comes.
    fn for_ana(team: &Team, at_ms: i64) -> (Vec<String>, Vec<String>, Option<i64>) {
        let handover = crate::api::tests::samples::handover();
        let scope = Scope::Agent(AgentId::new("ana").expect("well formed"));
        let survey = team.survey(&scope, &handover, Time(at_ms));
        (
            survey.available.iter().map(|c| c.agent.to_string()).collect(),
            survey
                .passed_over
                .iter()
                .map(|p| format!("{}: {}", p.agent, p.why))
                .collect(),
            survey.next_at.map(|at| at.0),
        )
    }

    #[test]
    fn whoever_stands_in_gets_what_is_meant_for_one_who_is_out() {
        let mut team = Team::default();
        team.put(agent("ana", away(200, "bo")));
        team.put(agent("bo", away(150, "cy")));
        team.put(agent("cy", away(120, "ana")));
        let why = |who: &str, at: &str, stands: &str| format!("{who}: out of office until {at}, {stands} stands in");
        let midnight = "1970-01-01 00:00";
        assert_eq!(for_ana(&team, 99).0, ["ana"], "before she leaves");
        let (available, passed, next) = for_ana(&team, 130);
        assert_eq!(available, ["cy"], "her stand-in is out as well, and theirs is there");
        assert_eq!((passed, next), (vec![why("ana", midnight, "bo")], Some(200)));
        assert_eq!(for_ana(&team, 160).0, ["bo"]);
        assert_eq!(for_ana(&team, 200).0, ["ana"], "she is back");
        let (available, passed, _) = for_ana(&team, 110);
        assert!(
            available.is_empty(),
            "three who stand in for each other lead nowhere, and nowhere in circles"
        );
        assert!(passed.contains(&why("ana", midnight, "bo")), "{passed:?}");
    }
}
