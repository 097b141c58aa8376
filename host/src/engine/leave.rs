//! Somebody leaves: what they hold goes to others, as if they had given it back.
//!
//! First it is on the disk that they are gone, then they get no more offers, then one conversation after the other is
//! taken from them. A crash in between leaves handovers with somebody whom nobody knows, and so does a configuration
//! from which somebody was taken out; a start looks for both, and goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use baton_core::{AgentId, Assignee, BusinessId, ConversationId, Task, TaskId};
use baton_store::{ConversationKey, Cursor, FactChange, FactTable, Store};
use serde_json::Value;

use super::audit::Deed;
use super::inputs::left;
use super::kept::{kept_of, shown};
use super::rows::unreadable;
use super::{Engine, EngineError, Tenant, tokens};
use crate::auth::{Realm, Token};
use crate::record;

/// Tasks read from the store at once.
const PAGE: usize = 500;

/// Between two attempts while a queue is full.
const PAUSE: Duration = Duration::from_millis(100);

/// Conversations of which somebody has something.
type Held = BTreeMap<ConversationId, BTreeSet<AgentId>>;

impl Engine {
    /// Forgets an agent, their tokens as well, and gives what they had to others: which tasks.
    ///
    /// # Errors
    ///
    /// When there is no such agent, or they cannot be spared.
    pub(super) async fn remove_agent(
        self: &Arc<Self>,
        business: &BusinessId,
        agent: &AgentId,
        by: &str,
    ) -> Result<Vec<TaskId>, EngineError> {
        let tenant = self.tenant(business)?;
        let now = self.now();
        let known = self.world.directory.agent(business, agent, now);
        let (member, ..) = known.ok_or_else(|| EngineError::NotFound {
            what: "agent",
            id: agent.to_string(),
        })?;
        if let Some(why) = self.needed(tenant, agent) {
            let id = agent.to_string();
            return Err(EngineError::Needed { id, why });
        }
        let delete = |table, key| FactChange {
            table,
            key,
            payload: None,
        };
        let of_them = ["profile", "presence", "offered"].map(|what| format!("{business}/{agent}/{what}"));
        let mut facts: Vec<_> = of_them.map(|key| delete(FactTable::Agents, key)).into();
        let theirs = |token: &Token| token.agent.as_ref() == Some(agent) && token.realm == Realm::One(business.clone());
        let opened: Vec<Token> = self.tokens.all().into_iter().filter(theirs).collect();
        let deed = |action, subject| Deed {
            by: by.to_owned(),
            action,
            subject,
        };
        for token in &opened {
            let (deed, was) = (deed("token.revoke", token.id.clone()), tokens::shown_token(token));
            facts.push(delete(FactTable::Tokens, token.id.clone()));
            facts.push(self.world.write_down(business, now, deed, was, Value::Null));
        }
        let (deed, was) = (deed("agent.remove", agent.to_string()), shown(&kept_of(member.profile)));
        facts.push(self.world.write_down(business, now, deed, was, Value::Null));
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        for token in opened {
            self.tokens.remove(&token.id);
        }
        {
            // Whoever has asked who is there counts what they found before this goes on.
            let _assigning = self.world.directory.assigning();
            self.world.directory.remove(business, agent);
        }
        let gone = agent.clone();
        let held = self.held(tenant, move |who| *who == gone).await?;
        Ok(self.take_all(tenant, held).await)
    }

    /// Why somebody cannot be removed, and what to change first.
    fn needed(&self, tenant: &Tenant, agent: &AgentId) -> Option<String> {
        let (business, directory) = (&tenant.business, &self.world.directory);
        if business.agents.contains_key(agent) {
            return Some("stands in baton.toml; take them out there and restart the daemon".to_owned());
        }
        if let Some(place) = business.naming(&tenant.generation().pack, agent) {
            return Some(format!(
                "is named by {place}; name somebody else there and restart the daemon, then remove them"
            ));
        }
        let now = self.now();
        let others = directory.agents(&business.id);
        let stands_in = others.iter().find(|other| {
            let member = directory.agent(&business.id, other, now);
            let absences = member.map(|(member, ..)| member.profile.absences).unwrap_or_default();
            let for_them = |absence: &crate::directory::Absence| absence.stand_in.as_ref() == Some(agent);
            absences.iter().any(|absence| for_them(absence) && absence.back > now)
        });
        stands_in.map(|other| format!("stands in for {other}; let somebody else do so first: PUT /v1/agents/{other}"))
    }

    /// Gives away what those have who are not known, but for those whom the configuration names: they may yet come.
    pub fn pass_on_what_strangers_hold(self: &Arc<Self>) {
        for tenant in self.tenants.values() {
            let (engine, tenant) = (Arc::clone(self), Arc::clone(tenant));
            tokio::spawn(async move {
                let (directory, business) = (Arc::clone(&engine.world.directory), Arc::clone(&tenant.business));
                let pack = Arc::clone(&tenant.generation().pack);
                let is_gone = move |agent: &AgentId| {
                    !directory.has(&business.id, agent) && business.naming(&pack, agent).is_none()
                };
                match engine.held(&tenant, is_gone).await {
                    Ok(held) => {
                        let tasks = engine.take_all(&tenant, held).await;
                        if !tasks.is_empty() {
                            let business = &tenant.business.id;
                            tracing::warn!(%business, tasks = tasks.len(), "tasks of agents who are gone went to others");
                        }
                    }
                    Err(error) => tracing::error!(%error, "what agents have who are gone cannot be found"),
                }
            });
        }
    }

    /// Takes back what an act has just given to somebody who was removed while it was under way.
    pub(super) async fn unless_gone(
        self: &Arc<Self>,
        tenant: &Arc<Tenant>,
        key: &ConversationKey,
        given: Option<AgentId>,
    ) {
        let business = &tenant.business.id;
        if let Some(agent) = given.filter(|agent| !self.world.directory.has(business, agent)) {
            self.take_from(tenant, key, &agent).await;
        }
    }

    /// Conversations of which such agents hold the handover, were offered it, or have a task.
    async fn held(
        &self,
        tenant: &Tenant,
        whose: impl Fn(&AgentId) -> bool + Send + 'static,
    ) -> Result<Held, EngineError> {
        let (store, business) = (Arc::clone(&self.world.store), tenant.business.id.clone());
        let directory = Arc::clone(&self.world.directory);
        let search = move || {
            let mut held = tasks_of(&*store, &business, &whose)?;
            for agent in directory.holders(&business).into_iter().filter(|agent| whose(agent)) {
                for id in directory.held_by(&business, &agent) {
                    held.entry(id.conversation).or_default().insert(agent.clone());
                }
            }
            Ok(held)
        };
        let found = tokio::task::spawn_blocking(search).await;
        found.map_err(|error| unreadable("task", error))?
    }

    /// Conversation after conversation; tells which tasks went to others.
    async fn take_all(self: &Arc<Self>, tenant: &Arc<Tenant>, held: Held) -> Vec<TaskId> {
        let mut tasks = Vec::new();
        for (conversation, agents) in held {
            let key = Self::key(&tenant.business.id, &conversation);
            for agent in agents {
                tasks.extend(self.take_from(tenant, &key, &agent).await);
            }
        }
        tasks
    }

    async fn take_from(self: &Arc<Self>, tenant: &Arc<Tenant>, key: &ConversationKey, agent: &AgentId) -> Vec<TaskId> {
        loop {
            let gone = agent.clone();
            let taken = self
                .turn(tenant, key.clone(), move |world, tenant, key, now| {
                    left(world, tenant, key, gone, now)
                })
                .await;
            match taken {
                Ok(tasks) => return tasks,
                Err(EngineError::Busy { .. }) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::error!(%key, %agent, %error, "what somebody has who is gone stays theirs until the next start");
                    return Vec::new();
                }
            }
        }
    }
}

/// Conversations with open tasks of such agents.
fn tasks_of(store: &dyn Store, business: &BusinessId, whose: impl Fn(&AgentId) -> bool) -> Result<Held, EngineError> {
    let (mut held, mut after) = (Held::new(), None::<Cursor>);
    loop {
        let page = store.tasks(business.as_str(), true, after.as_ref(), PAGE);
        let page = page.map_err(|e| unreadable("task", e))?;
        for row in page.items {
            let task: Task = record::read(&row.payload).map_err(|e| unreadable("task", e))?;
            match task.assignee {
                Some(Assignee::Agent(agent)) if whose(&agent) => {
                    held.entry(task.id.conversation).or_default().insert(agent);
                }
                Some(Assignee::Agent(_) | Assignee::Role(_) | Assignee::Everyone) | None => {}
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(held);
        }
    }
}
