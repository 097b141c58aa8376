//! What the store keeps of people besides conversations: profiles and presence of agents.

use baton_core::{AgentId, BusinessId, Presence, Time};
use baton_store::{FactChange, FactTable, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::Deed;
use super::rows::{all_facts, unreadable};
use super::{Engine, EngineError, Tenant};
use crate::api::{AgentProfile, AgentView};
use crate::directory::{Absence, Directory, Member, Profile};
use crate::record::{self, PresenceRow};

/// The stored form of a profile that was changed at run time.
#[derive(Debug, Serialize, Deserialize)]
struct KeptProfile {
    name: String,
    email: Option<String>,
    roles: Vec<String>,
    skills: Vec<String>,
    languages: Vec<String>,
    capacity: u32,
    /// Not there in profiles that were kept before agents could be absent.
    #[serde(default)]
    absences: Vec<KeptAbsence>,
}

/// The stored form of a time out of office.
#[derive(Debug, Serialize, Deserialize)]
struct KeptAbsence {
    from_ms: i64,
    back_ms: i64,
    stand_in: Option<String>,
}

/// Fills the directory: the configured people, then what the store knows better.
pub(super) fn meet(directory: &Directory, tenant: &Tenant, store: &dyn Store) -> Result<(), EngineError> {
    let business = &tenant.business;
    for agent in business.agents.values() {
        let _ = directory.put(&business.id, member(Profile::from(agent), agent.calendar.clone()));
    }
    for (id, rota) in &business.rotas {
        directory.put_rota(&business.id, id.clone(), rota.clone());
    }
    let facts = all_facts(store, FactTable::Agents, &format!("{}/", business.id))?;
    // Profiles first: presence is that of somebody who is known.
    for (key, payload) in &facts {
        if let Some((agent, "profile")) = parts(key) {
            let kept: KeptProfile = serde_json::from_slice(payload).map_err(|e| unreadable("agent", e))?;
            put(
                directory,
                tenant,
                profile(agent, kept).map_err(|e| unreadable("agent", e))?,
            );
        }
    }
    for (key, payload) in &facts {
        match parts(key) {
            Some((agent, "presence")) => {
                let row: PresenceRow = record::read(payload).map_err(|e| unreadable("presence", e))?;
                directory.set_presence(&business.id, &agent, row.presence, row.until);
            }
            Some((agent, "offered")) => {
                let millis = payload
                    .as_slice()
                    .try_into()
                    .map(i64::from_be_bytes)
                    .unwrap_or_default();
                directory.set_offered(&business.id, &agent, Time(millis));
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// `business/agent/what`
fn parts(key: &str) -> Option<(AgentId, &str)> {
    let (rest, what) = key.rsplit_once('/')?;
    let (_, agent) = rest.rsplit_once('/')?;
    Some((AgentId::new(agent).ok()?, what))
}

fn kept_of(profile: Profile) -> KeptProfile {
    let Profile {
        id: _,
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        absences,
    } = profile;
    KeptProfile {
        name,
        email,
        roles: roles.iter().map(ToString::to_string).collect(),
        skills: skills.into_iter().collect(),
        languages: languages.into_iter().collect(),
        capacity,
        absences: absences.iter().map(kept_absence).collect(),
    }
}

fn kept_absence(absence: &Absence) -> KeptAbsence {
    let Absence { from, back, stand_in } = absence;
    KeptAbsence {
        from_ms: from.0,
        back_ms: back.0,
        stand_in: stand_in.as_ref().map(ToString::to_string),
    }
}

/// A profile as the audit shows it.
fn shown(kept: &KeptProfile) -> Value {
    serde_json::to_value(kept).expect("strings and numbers can be written")
}

fn member(profile: Profile, calendar: baton_core::Calendar) -> Member {
    Member {
        profile,
        calendar,
        presence: Presence::Online,
        presence_until: None,
        last_offered_at: None,
    }
}

fn profile(id: AgentId, kept: KeptProfile) -> Result<Profile, baton_core::IdError> {
    let KeptProfile {
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        absences,
    } = kept;
    let absent = |kept: KeptAbsence| {
        let KeptAbsence {
            from_ms,
            back_ms,
            stand_in,
        } = kept;
        Ok(Absence {
            from: Time(from_ms),
            back: Time(back_ms),
            stand_in: stand_in.as_deref().map(AgentId::new).transpose()?,
        })
    };
    let absences = absences.into_iter().map(absent).collect::<Result<_, _>>()?;
    let roles = roles
        .iter()
        .map(|role| baton_core::RoleId::new(role))
        .collect::<Result<_, _>>()?;
    let (skills, languages) = (skills.into_iter().collect(), languages.into_iter().collect());
    Ok(Profile {
        id,
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        absences,
    })
}

/// Adds somebody or changes what is said of them; hours, presence and load stay.
fn put(directory: &Directory, tenant: &Tenant, profile: Profile) {
    let business = &tenant.business;
    let known = directory
        .agent(&business.id, &profile.id, Time(0))
        .map(|(member, _, _)| member);
    let fresh = || member(profile.clone(), business.calendar.clone());
    let known = known.unwrap_or_else(fresh);
    let _ = directory.put(&business.id, Member { profile, ..known });
}

impl Engine {
    pub(super) fn view_agent(&self, business: &BusinessId, agent: &AgentId) -> Option<AgentView> {
        let now = self.now();
        let (member, open, available) = self.world.directory.agent(business, agent, now)?;
        let presence = member.presence_at(now);
        let Profile {
            id,
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
            absences,
        } = member.profile;
        Some(AgentView {
            profile: AgentProfile {
                id,
                name,
                email,
                roles: roles.into_iter().collect(),
                skills: skills.into_iter().collect(),
                languages: languages.into_iter().collect(),
                capacity,
                absences,
            },
            open,
            presence,
            presence_until: member.presence_until,
            available: available.is_ok(),
            why: available.err(),
        })
    }

    pub(super) async fn keep_agent(
        self: &std::sync::Arc<Self>,
        business: &BusinessId,
        new: AgentProfile,
        by: &str,
    ) -> Result<AgentView, EngineError> {
        let tenant = self.tenant(business)?;
        let unknown = |role: &&baton_core::RoleId| !tenant.business.roles.contains_key(*role);
        if let Some(role) = new.roles.iter().find(unknown) {
            let roles: Vec<&str> = tenant.business.roles.keys().map(baton_core::RoleId::as_str).collect();
            let known = match roles.as_slice() {
                [] => "the business has no roles".to_owned(),
                [_, ..] => format!("there are {}", roles.join(", ")),
            };
            return Err(EngineError::Unknown {
                what: "role",
                id: role.to_string(),
                known,
                pointer: "/roles",
            });
        }
        let AgentProfile {
            id,
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
            absences,
        } = new;
        for stand_in in absences.iter().filter_map(|absence| absence.stand_in.as_ref()) {
            self.known_agent(tenant, stand_in, "/absences")?;
        }
        let absences = absences.iter().map(kept_absence).collect();
        let roles = roles.iter().map(ToString::to_string).collect();
        let kept = KeptProfile {
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
            absences,
        };
        let payload = serde_json::to_vec(&kept).expect("strings and numbers can be written");
        let key = format!("{business}/{id}/profile");
        let now = self.now();
        let known = self.world.directory.agent(business, &id, now);
        let before = known.map_or(Value::Null, |(member, ..)| shown(&kept_of(member.profile)));
        let deed = Deed {
            by: by.to_owned(),
            action: "agent.put",
            subject: id.to_string(),
        };
        let facts = vec![
            FactChange {
                table: FactTable::Agents,
                key,
                payload: Some(payload),
            },
            self.world.write_down(business, now, deed, before, shown(&kept)),
        ];
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        put(
            &self.world.directory,
            tenant,
            profile(id.clone(), kept).expect("the roles were ids before"),
        );
        self.offer_waiting(tenant);
        self.view_agent(business, &id).ok_or_else(|| EngineError::NotFound {
            what: "agent",
            id: id.to_string(),
        })
    }

    pub(super) async fn keep_presence(
        self: &std::sync::Arc<Self>,
        business: &BusinessId,
        agent: &AgentId,
        presence: Presence,
        until: Option<Time>,
        by: &str,
    ) -> Result<AgentView, EngineError> {
        let tenant = self.tenant(business)?;
        let missing = || EngineError::NotFound {
            what: "agent",
            id: agent.to_string(),
        };
        if !self.world.directory.has(business, agent) {
            return Err(missing());
        }
        let now = self.now();
        let row = PresenceRow {
            presence,
            since: now,
            until,
        };
        let told = |presence: Presence, until: Option<Time>| json!({ "presence": presence.as_str(), "until_ms": until.map(|at| at.0) });
        let known = self.world.directory.agent(business, agent, now);
        let before = known.map_or(Value::Null, |(member, ..)| {
            told(member.presence_at(now), member.presence_until)
        });
        let deed = Deed {
            by: by.to_owned(),
            action: "agent.presence",
            subject: agent.to_string(),
        };
        let key = format!("{business}/{agent}/presence");
        let facts = vec![
            FactChange {
                table: FactTable::Agents,
                key,
                payload: Some(record::write(&row)),
            },
            self.world
                .write_down(business, now, deed, before, told(presence, until)),
        ];
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        self.world.directory.set_presence(business, agent, presence, until);
        if presence == Presence::Online {
            self.offer_waiting(tenant);
        }
        self.view_agent(business, agent).ok_or_else(missing)
    }
}
