//! The engine as the API sees it.

use std::sync::Arc;
use std::time::Duration;

use baton_core::{
    AgentId, BusinessId, Conversation, ConversationId, Handover, HandoverId, Presence, Task, TaskId, Time,
};
use baton_store::{Cursor, DeliveryChange, FactChange, FactTable};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::audit::Deed;
use super::rows::{self, unreadable};
use super::{
    Act, DriftBudget, Engine, EngineError, Explanation, Generations, Judged, Logged, Quarantined, Replayed, Said,
    TrialMode, TrialView, tokens,
};
use crate::api::{
    Acted, AgentView, Answering, AuditFilter, Backend, DeadLetter, HandoverFilter, KeptAnswer, Later, OfferError,
    OfferView, PackView, Page, Published, ReportError, ReportQuery, TaskFilter,
};
use crate::audit::AuditEntry;
use crate::auth::{Realm, Token};
use crate::directory::Profile;
use crate::observe::PluginLines;
use crate::record::{self, EventRow};
use crate::report::{Report, Review};

/// The engine behind the API.
pub struct Door(pub Arc<Engine>);

impl Backend for Door {
    fn now(&self) -> Time {
        self.0.now()
    }

    fn has_business(&self, business: &BusinessId) -> bool {
        self.0.tenants.contains_key(business)
    }

    fn say<'a>(&'a self, business: &'a BusinessId, conversation: ConversationId, said: Said) -> Later<'a, Judged> {
        Box::pin(self.0.judge(business, conversation, said))
    }

    fn act<'a>(
        &'a self,
        business: &'a BusinessId,
        conversation: &'a ConversationId,
        act: Act,
        by: &'a str,
    ) -> Later<'a, Acted> {
        Box::pin(self.0.do_act(business, conversation, act, by))
    }

    fn conversation(&self, business: &BusinessId, id: &ConversationId) -> Result<Conversation, EngineError> {
        self.0.tenant(business)?;
        let loaded = rows::load(&*self.0.world.store, &Engine::key(business, id))?;
        let missing = || EngineError::NotFound {
            what: "conversation",
            id: id.to_string(),
        };
        loaded.map(|loaded| loaded.conversation).ok_or_else(missing)
    }

    fn messages(
        &self,
        business: &BusinessId,
        id: &ConversationId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Logged>, EngineError> {
        self.0.list_messages(business, id, from, limit)
    }

    fn handover(&self, business: &BusinessId, id: &HandoverId) -> Result<Handover, EngineError> {
        self.0.one_handover(business, id)
    }

    fn explain<'a>(&'a self, business: &'a BusinessId, id: &'a HandoverId) -> Later<'a, Explanation> {
        let (engine, business, id) = (Arc::clone(&self.0), business.clone(), id.clone());
        Box::pin(async move {
            // Plugins run: not on a thread that serves others.
            let explained = tokio::task::spawn_blocking(move || engine.explain_handover(&business, &id));
            explained.await.expect("a plugin's panic stays in its sandbox")
        })
    }

    fn handovers(
        &self,
        business: &BusinessId,
        filter: &HandoverFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Handover>, EngineError> {
        self.0.list_handovers(business, filter, after, limit)
    }

    fn task(&self, business: &BusinessId, id: &TaskId) -> Result<Task, EngineError> {
        self.0.one_task(business, id)
    }

    fn tasks(
        &self,
        business: &BusinessId,
        filter: &TaskFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Task>, EngineError> {
        self.0.list_tasks(business, filter, after, limit, self.0.now())
    }

    fn audit(
        &self,
        business: &BusinessId,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<(String, AuditEntry)>, EngineError> {
        self.0.list_audit(business, filter, after, limit)
    }

    fn offer(&self, link: &str) -> Result<OfferView, OfferError> {
        self.0.view_offer(link)
    }

    fn answer_offer<'a>(&'a self, link: &'a str, reason: Option<String>) -> Answering<'a> {
        Box::pin(self.0.answer_offer(link, reason))
    }

    fn agents(&self, business: &BusinessId) -> Result<Vec<AgentView>, EngineError> {
        self.0.tenant(business)?;
        let ids = self.0.world.directory.agents(business);
        Ok(ids.iter().filter_map(|id| self.0.view_agent(business, id)).collect())
    }

    fn put_agent<'a>(&'a self, business: &'a BusinessId, profile: Profile, by: &'a str) -> Later<'a, AgentView> {
        Box::pin(self.0.keep_agent(business, profile, by))
    }

    fn remove_agent<'a>(&'a self, business: &'a BusinessId, agent: &'a AgentId, by: &'a str) -> Later<'a, Vec<TaskId>> {
        Box::pin(self.0.remove_agent(business, agent, by))
    }

    fn set_presence<'a>(
        &'a self,
        business: &'a BusinessId,
        agent: &'a AgentId,
        presence: Presence,
        until: Option<Time>,
        by: &'a str,
    ) -> Later<'a, AgentView> {
        Box::pin(self.0.keep_presence(business, agent, presence, until, by))
    }

    fn activate<'a>(
        &'a self,
        business: &'a BusinessId,
        pack: &'a str,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations> {
        Box::pin(self.0.activate(business, pack, move_open, by))
    }

    fn roll_back<'a>(&'a self, business: &'a BusinessId, to: Option<u64>, by: &'a str) -> Later<'a, Generations> {
        Box::pin(self.0.roll_back(business, to, by))
    }

    fn generations(&self, business: &BusinessId) -> Result<Generations, EngineError> {
        self.0.list_generations(business)
    }

    fn start_trial<'a>(
        &'a self,
        business: &'a BusinessId,
        pack: &'a str,
        mode: TrialMode,
        by: &'a str,
    ) -> Later<'a, TrialView> {
        Box::pin(self.0.start_trial(business, pack, mode, by))
    }

    fn trial(&self, business: &BusinessId) -> Result<TrialView, EngineError> {
        self.0.view_trial(business)
    }

    fn withdraw<'a>(&'a self, business: &'a BusinessId, by: &'a str) -> Later<'a, ()> {
        Box::pin(self.0.withdraw(business, by))
    }

    fn promote<'a>(
        &'a self,
        business: &'a BusinessId,
        budget: Option<DriftBudget>,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations> {
        Box::pin(self.0.promote(business, budget, move_open, by))
    }

    fn packs(&self, business: &BusinessId) -> Result<Vec<PackView>, EngineError> {
        let generation = self.0.tenant(business)?.generation();
        let pack = &generation.pack;
        let ids = |plugins: &[crate::pack::Plugin]| plugins.iter().map(|plugin| plugin.id.clone()).collect();
        Ok(vec![PackView {
            name: pack.name.clone(),
            version: pack.version.to_string(),
            description: pack.description.clone(),
            rules: Some(generation.rules.to_string()),
            detectors: pack.detectors.iter().map(|rule| rule.plugin.id.clone()).collect(),
            strategies: ids(&pack.strategies),
            templates: ids(&pack.templates),
        }])
    }

    fn plugin_log(
        &self,
        business: &BusinessId,
        plugin: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<PluginLines, EngineError> {
        let generation = self.0.tenant(business)?.generation();
        let logs = self.0.loader.onlookers.logs.as_ref();
        let read = logs.and_then(|logs| logs.read(business.as_str(), plugin, after, limit));
        let silent = || {
            generation
                .plugins()
                .any(|known| known == plugin)
                .then(PluginLines::default)
        };
        read.or_else(silent).ok_or_else(|| EngineError::NotFound {
            what: "plugin",
            id: plugin.to_owned(),
        })
    }

    fn plugin_log_hint(&self) -> watch::Receiver<u64> {
        let logs = self.0.loader.onlookers.logs.as_ref();
        logs.map_or_else(|| watch::Sender::new(0).subscribe(), |logs| logs.hint())
    }

    fn quarantine(
        &self,
        business: &BusinessId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Quarantined>, EngineError> {
        self.0.list_quarantine(business, after, limit)
    }

    fn quarantined(&self, business: &BusinessId, id: &str) -> Result<Quarantined, EngineError> {
        self.0.one_quarantined(business, id).map(|(_, quarantined)| quarantined)
    }

    fn replay_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str) -> Later<'a, Replayed> {
        let (engine, business, id) = (Arc::clone(&self.0), business.clone(), id.to_owned());
        Box::pin(async move {
            // A plugin runs: not on a thread that serves others.
            let made = tokio::task::spawn_blocking(move || engine.replay_quarantined(&business, &id));
            made.await.expect("a plugin's panic stays in its sandbox")
        })
    }

    fn drop_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()> {
        Box::pin(self.0.drop_quarantined(business, id, by))
    }

    fn businesses(&self) -> Vec<BusinessId> {
        self.0.tenants.keys().cloned().collect()
    }

    fn report(&self, businesses: &[BusinessId], query: &ReportQuery) -> Result<Report, ReportError> {
        self.0.make_report(businesses, query)
    }

    fn review(&self, business: &BusinessId, query: &ReportQuery) -> Result<Review, ReportError> {
        self.0.make_review(business, query)
    }

    fn events(&self, business: &BusinessId, after: u64, limit: usize) -> Result<Vec<Published>, EngineError> {
        self.0.list_events(business, after, limit)
    }

    fn events_hint(&self) -> watch::Receiver<u64> {
        self.0.events.subscribe()
    }

    fn dead_letters(
        &self,
        business: &BusinessId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<DeadLetter>, EngineError> {
        self.0.tenant(business)?;
        let store = &self.0.world.store;
        let bad_cursor = |_| unknown_cursor(after);
        let after: Option<Cursor> = after.map(str::parse).transpose().map_err(bad_cursor)?;
        let page = store
            .dead_letters(business.as_str(), after.as_ref(), limit)
            .map_err(|e| unreadable("dead letter", e))?;
        let items = page.items.into_iter().map(|letter| {
            let event = store
                .event(business.as_str(), letter.event)
                .map_err(|e| unreadable("event", e))?;
            let row: Option<EventRow> = event
                .map(|e| record::read(&e.payload))
                .transpose()
                .map_err(|e| unreadable("event", e))?;
            Ok(DeadLetter {
                id: format!("{}~{}", letter.event, letter.endpoint),
                endpoint: letter.endpoint,
                sequence: letter.event,
                kind: row.map_or("unknown", |row| row.what.name()).to_owned(),
                attempts: letter.attempt,
                at: Time(letter.at_ms),
                note: letter.note,
            })
        });
        Ok(Page {
            items: items.collect::<Result<_, EngineError>>()?,
            next: page.next.map(|cursor| cursor.to_string()),
        })
    }

    fn send_again<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()> {
        Box::pin(async move {
            let missing = || EngineError::NotFound {
                what: "dead letter",
                id: id.to_owned(),
            };
            let (event, endpoint) = id.split_once('~').ok_or_else(missing)?;
            let event = event.parse().map_err(|_| missing())?;
            let again = DeliveryChange::Again {
                business: business.to_string(),
                event,
                endpoint: endpoint.to_owned(),
                at_ms: self.0.now().0,
            };
            let deed = Deed {
                by: by.to_owned(),
                action: "dead-letter.send",
                subject: id.to_owned(),
            };
            let (was, is) = (json!({ "state": "given up" }), json!({ "state": "in the outbox" }));
            let step = baton_store::Step {
                deliveries: vec![again],
                facts: vec![self.0.world.write_down(business, self.0.now(), deed, was, is)],
                ..Default::default()
            };
            // The only guard of this step is the letter itself.
            self.0.write(step).await.map_err(|error| {
                if matches!(error, EngineError::Stored { .. }) {
                    missing()
                } else {
                    error
                }
            })?;
            self.0.deliveries.notify_one();
            Ok(())
        })
    }

    fn token(&self, id: &str) -> Option<Token> {
        self.0.tokens.get(id)
    }

    fn tokens(&self, business: Option<&BusinessId>) -> Result<Vec<Token>, EngineError> {
        let mut tokens = self.0.tokens.all();
        tokens.retain(|token| match (&token.realm, business) {
            (_, None) => true,
            (Realm::One(one), Some(business)) => one == business,
            (Realm::Every, Some(_)) => false,
        });
        Ok(tokens)
    }

    fn keep_token<'a>(&'a self, business: &'a BusinessId, token: Token, by: &'a str) -> Later<'a, ()> {
        Box::pin(async move {
            let deed = Deed {
                by: by.to_owned(),
                action: "token.create",
                subject: token.id.clone(),
            };
            let is = tokens::shown_token(&token);
            let row = self.0.world.write_down(business, self.0.now(), deed, Value::Null, is);
            let facts = vec![tokens::token_fact(&token), row];
            self.0
                .write(baton_store::Step {
                    facts,
                    ..Default::default()
                })
                .await?;
            self.0.tokens.put(token);
            Ok(())
        })
    }

    fn revoke_token<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()> {
        Box::pin(async move {
            let deed = Deed {
                by: by.to_owned(),
                action: "token.revoke",
                subject: id.to_owned(),
            };
            let was = self.0.tokens.get(id).as_ref().map_or(Value::Null, tokens::shown_token);
            let row = self.0.world.write_down(business, self.0.now(), deed, was, Value::Null);
            let gone = FactChange {
                table: FactTable::Tokens,
                key: id.to_owned(),
                payload: None,
            };
            self.0
                .write(baton_store::Step {
                    facts: vec![gone, row],
                    ..Default::default()
                })
                .await?;
            self.0.tokens.remove(id);
            Ok(())
        })
    }

    fn kept_answer(&self, token: &str, key: &str) -> Result<Option<KeptAnswer>, EngineError> {
        let kept = self.0.world.store.fact(FactTable::Answers, &format!("{token}/{key}"));
        let kept = kept.map_err(|e| unreadable("kept answer", e))?;
        kept.map(|bytes| postcard::from_bytes(&bytes).map_err(|e| unreadable("kept answer", e)))
            .transpose()
    }

    fn keep_answer<'a>(&'a self, token: &'a str, key: &'a str, answer: KeptAnswer) -> Later<'a, ()> {
        Box::pin(async move {
            let payload = postcard::to_stdvec(&answer).expect("bytes and numbers can be written");
            let fact = FactChange {
                table: FactTable::Answers,
                key: format!("{token}/{key}"),
                payload: Some(payload),
            };
            self.0
                .write(baton_store::Step {
                    facts: vec![fact],
                    ..Default::default()
                })
                .await?;
            Ok(())
        })
    }

    fn ready(&self) -> Result<(), String> {
        if self.0.is_stopping() {
            return Err("the daemon is stopping".to_owned());
        }
        self.0.world.store.counts().map(drop).map_err(|error| error.to_string())
    }

    fn metrics(&self) -> String {
        let (world, metrics) = (&self.0.world, &self.0.world.metrics);
        metrics.open_handovers(i64::try_from(world.directory.open()).unwrap_or(i64::MAX));
        if let Ok(counts) = world.store.counts() {
            metrics.outbox_depth(i64::try_from(counts.deliveries).unwrap_or(i64::MAX));
        }
        metrics.encode()
    }

    fn served(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.0.world.metrics.http(route, method, status, took);
    }
}

fn unknown_cursor(given: Option<&str>) -> EngineError {
    EngineError::Unknown {
        what: "cursor",
        id: given.unwrap_or_default().to_owned(),
        known: "use the one that the previous page gave, unchanged".to_owned(),
        pointer: "?cursor".to_owned(),
    }
}
