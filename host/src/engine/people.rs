//! The people of a business: what the store keeps of them besides the configuration, and what is changed at run time.

use baton_core::{AgentId, BusinessId, Calendar, Presence, Time};
use baton_store::{FactChange, FactTable, Store};
use serde_json::{Value, json};

use super::audit::Deed;
use super::kept::{KeptProfile, kept_of, profile, shown};
use super::rows::{all_facts, unreadable};
use super::{Engine, EngineError};
use crate::api::AgentView;
use crate::config::{Business, HoursFault, WorkingHours};
use crate::directory::{Directory, Member, Profile};
use crate::record::{self, PresenceRow};

/// Fills the directory: the configured people, then what the store knows better.
pub(super) fn meet(directory: &Directory, business: &Business, store: &dyn Store) -> Result<(), EngineError> {
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
            let kept = profile(agent, kept).map_err(|e| unreadable("agent", e))?;
            put(directory, business, kept);
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

fn member(profile: Profile, calendar: Calendar) -> Member {
    Member {
        profile,
        calendar,
        presence: Presence::Online,
        presence_until: None,
        last_offered_at: None,
    }
}

/// The hours of somebody: their own, else those that the configuration gives them; `None` for the business's.
fn hours_of(business: &Business, profile: &Profile) -> Option<WorkingHours> {
    let configured = || business.agents.get(&profile.id)?.hours.clone();
    profile.hours.clone().or_else(configured)
}

fn calendar_of(business: &Business, hours: Option<&WorkingHours>) -> Result<Calendar, HoursFault> {
    hours.map_or_else(
        || Ok(business.calendar.clone()),
        |hours| hours.calendar_in(&business.hours),
    )
}

/// Adds somebody or changes what is said of them; presence and load stay.
fn put(directory: &Directory, business: &Business, profile: Profile) {
    let hours = hours_of(business, &profile);
    let calendar = calendar_of(business, hours.as_ref()).unwrap_or_else(|fault| {
        // They were sound with the holidays that the business had then.
        tracing::warn!(agent = %profile.id, "hours that were set cannot hold any more: {}", fault.message);
        business.calendar.clone()
    });
    let profile = Profile { hours, ..profile };
    let known = directory.agent(&business.id, &profile.id, Time(0));
    let fresh = || member(profile.clone(), calendar.clone());
    let known = known.map_or_else(fresh, |(member, _, _)| member);
    let _ = directory.put(
        &business.id,
        Member {
            profile,
            calendar,
            ..known
        },
    );
}

impl Engine {
    pub(super) fn view_agent(&self, business: &BusinessId, agent: &AgentId) -> Option<AgentView> {
        let now = self.now();
        let (member, open, available) = self.world.directory.agent(business, agent, now)?;
        let presence = member.presence_at(now);
        Some(AgentView {
            on_call: self.world.directory.on_call(business, agent, now),
            profile: member.profile,
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
        new: Profile,
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
                pointer: "/roles".to_owned(),
            });
        }
        for (n, absence) in new.absences.iter().enumerate() {
            if let Some(stand_in) = &absence.stand_in {
                self.known_agent(tenant, stand_in, &format!("/absences/{n}/stand_in"))?;
            }
        }
        calendar_of(&tenant.business, hours_of(&tenant.business, &new).as_ref())
            .map_err(|HoursFault { pointer, message }| EngineError::Unfit { pointer, message })?;
        let (id, hours) = (new.id.clone(), hours_of(&tenant.business, &new));
        let kept = kept_of(new.clone());
        let is = kept_of(Profile { hours, ..new.clone() });
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
                payload: Some(kept.to_bytes()),
            },
            self.world.write_down(business, now, deed, before, shown(&is)),
        ];
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        put(&self.world.directory, &tenant.business, new);
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
