//! A backend in memory: one conversation `chat-17` of business `acme`, and a few that fail by name.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use baton_core::*;
use tokio::sync::watch;

use super::samples::*;
use crate::api::*;
use crate::audit::AuditEntry;
use crate::auth::{Realm, Token};
use crate::calls::{self, Verdict};
use crate::config::{HoursFault, WorkingHours};
use crate::directory::Profile;
use crate::engine::{
    Act, DriftBudget, EngineError, Explained, Explanation, Generations, Judged, KeptTrial, Logged, PastGeneration,
    Quarantined, Replayed, Said, Tally, TrialMode, TrialView,
};
use crate::observe::{PluginLines, PluginLogs};
use crate::record;
use crate::report;
use crate::stretch::How;

pub(super) struct Fake {
    state: Mutex<State>,
    pub(super) logs: PluginLogs,
    hint: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    now_ms: i64,
    said: Vec<Said>,
    acts: Vec<String>,
    asked: Vec<String>,
    tokens: BTreeMap<String, Token>,
    kept: BTreeMap<(String, String), KeptAnswer>,
    events: Vec<Published>,
    unready: Option<String>,
}

fn not_found<T>(what: &'static str, id: impl ToString) -> Result<T, EngineError> {
    Err(EngineError::NotFound {
        what,
        id: id.to_string(),
    })
}

fn view(profile: Profile, presence: Presence, presence_until: Option<Time>) -> AgentView {
    AgentView {
        profile,
        on_call: vec![RotaId::new("night").expect("well formed")],
        open: 1,
        presence,
        presence_until,
        available: presence == Presence::Online,
        why: None,
    }
}

fn profile(id: AgentId) -> Profile {
    Profile {
        id,
        name: "Ana Silva".into(),
        email: None,
        roles: [].into(),
        skills: [].into(),
        languages: [].into(),
        capacity: 5,
        hours: None,
        absences: vec![],
    }
}

impl Fake {
    pub(super) fn new() -> Self {
        let state = State {
            now_ms: START_MS,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            logs: PluginLogs::default(),
            hint: watch::Sender::new(0),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds it")
    }

    pub(super) fn said(&self) -> Vec<Said> {
        self.state().said.clone()
    }

    pub(super) fn acts(&self) -> Vec<String> {
        self.state().acts.clone()
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    pub(super) fn kept(&self) -> BTreeMap<(String, String), KeptAnswer> {
        self.state().kept.clone()
    }

    pub(super) fn add_token(&self, token: Token) {
        self.state().tokens.insert(token.id.clone(), token);
    }

    pub(super) fn pass(&self, span: Span) {
        self.state().now_ms += span.0;
    }

    pub(super) fn unready(&self, why: &str) {
        self.state().unready = Some(why.to_owned());
    }

    pub(super) fn publish(&self, kinds: &[&str]) {
        let mut state = self.state();
        for kind in kinds {
            let sequence = u64::try_from(state.events.len()).expect("small") + 1;
            let event = serde_json::json!({ "specversion": "1.0", "id": sequence.to_string(), "type": kind });
            state.events.push(Published {
                sequence,
                kind: (*kind).to_owned(),
                event,
            });
        }
        let last = u64::try_from(state.events.len()).expect("small");
        drop(state);
        self.hint.send_replace(last);
    }
}

impl Backend for Fake {
    fn now(&self) -> Time {
        Time(self.state().now_ms)
    }

    fn has_business(&self, business: &BusinessId) -> bool {
        business.as_str() == "acme"
    }

    fn say<'a>(&'a self, _: &'a BusinessId, conversation: ConversationId, said: Said) -> Later<'a, Judged> {
        Box::pin(async move {
            let control = Control {
                holder: Holder::Waiting,
                epoch: 1,
            };
            match conversation.as_str() {
                "panics" => panic!("a plugin host that should have caught this"),
                "slow" => tokio::time::sleep(Duration::from_secs(60)).await,
                "stale" => {
                    return Err(EngineError::Refused(Refusal::StaleControl { control, saw: Some(0) }));
                }
                "busy" => {
                    return Err(EngineError::Busy {
                        what: "the queue of chat busy",
                        waiting: 64,
                        most: 64,
                    });
                }
                "full" => {
                    return Err(EngineError::DiskFull {
                        free_bytes: 10,
                        reserve_bytes: 64,
                    });
                }
                "damaged" => {
                    return Err(EngineError::Stored {
                        what: "conversation damaged".into(),
                        source: "checksum".into(),
                    });
                }
                "unknown" => {
                    return Err(EngineError::Unknown {
                        what: "bot",
                        id: "hvca".into(),
                        known: "there is hvac".into(),
                        pointer: "/bot".into(),
                    });
                }
                _ => {}
            }
            self.state().said.push(said);
            let text = "Someone will reach out within 24 hours.".into();
            let reply = Reply {
                id: "chat-17~h1~final".into(),
                kind: ReplyKind::Final,
                text,
            };
            Ok(Judged {
                control,
                signals: vec![],
                handover: Some(handover()),
                replies: vec![reply],
                duplicate: false,
            })
        })
    }

    fn act<'a>(&'a self, business: &'a BusinessId, id: &'a ConversationId, act: Act, by: &'a str) -> Later<'a, Acted> {
        Box::pin(async move {
            self.conversation(business, id)?;
            self.state().acts.push(format!("{by}: {act:?}"));
            Ok(Acted {
                conversation: conversation(),
                handover: Some(handover()),
                task: Some(task()),
            })
        })
    }

    fn conversation(&self, business: &BusinessId, id: &ConversationId) -> Result<Conversation, EngineError> {
        match (business.as_str(), id.as_str()) {
            ("acme", "chat-17") => Ok(conversation()),
            _ => not_found("conversation", id),
        }
    }

    fn messages(
        &self,
        business: &BusinessId,
        id: &ConversationId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Logged>, EngineError> {
        self.conversation(business, id)?;
        let logged = |number: u64| Logged {
            number,
            message: Message {
                id: MessageId::new(&format!("m-{number}")).expect("well formed"),
                speaker: Speaker::Customer,
                text: "hello".into(),
                at: Time(START_MS),
                agent: None,
                epoch: None,
                bot_state: None,
            },
            received_at: Time(START_MS),
            signals: vec![],
            refused: false,
            control: Control {
                holder: Holder::Bot,
                epoch: 0,
            },
            rules: "hvac@1.2.0#3".into(),
            replies: vec![],
            handover: Some(1),
        };
        Ok((from..=3).take(limit).map(logged).collect())
    }

    fn handover(&self, business: &BusinessId, id: &HandoverId) -> Result<Handover, EngineError> {
        self.conversation(business, &id.conversation)?;
        if id.number == 1 {
            Ok(handover())
        } else {
            not_found("handover", id)
        }
    }

    fn explain<'a>(&'a self, business: &'a BusinessId, id: &'a HandoverId) -> Later<'a, Explanation> {
        Box::pin(async move {
            let handover = self.handover(business, id)?;
            let decision = explained(&handover);
            Ok(Explanation {
                handover,
                decisions: vec![decision],
            })
        })
    }

    fn handovers(
        &self,
        _: &BusinessId,
        filter: &HandoverFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Handover>, EngineError> {
        self.state()
            .asked
            .push(format!("handovers {filter:?} after {after:?} limit {limit}"));
        Ok(Page {
            items: vec![handover()],
            next: Some("p2=+x".into()),
        })
    }

    fn task(&self, business: &BusinessId, id: &TaskId) -> Result<Task, EngineError> {
        self.conversation(business, &id.conversation)?;
        if id.number == 1 {
            Ok(task())
        } else {
            not_found("task", id)
        }
    }

    fn tasks(
        &self,
        _: &BusinessId,
        filter: &TaskFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Task>, EngineError> {
        self.state()
            .asked
            .push(format!("tasks {filter:?} after {after:?} limit {limit}"));
        Ok(Page {
            items: vec![task()],
            next: None,
        })
    }

    fn audit(
        &self,
        _: &BusinessId,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<(String, AuditEntry)>, EngineError> {
        self.state().asked.push(format!("{filter:?} {after:?} {limit}"));
        let entry = AuditEntry {
            at_ms: START_MS,
            by: "ana".to_owned(),
            action: "task.accept".to_owned(),
            subject: "chat-17~t1".to_owned(),
            before: serde_json::json!({ "holder": "waiting" }),
            after: serde_json::json!({ "holder": "human" }),
        };
        Ok(Page {
            items: vec![("1-2-3".to_owned(), entry)],
            next: Some("1-2-3".to_owned()),
        })
    }

    fn offer(&self, link: &str) -> Result<OfferView, OfferError> {
        match link {
            "expired" => Err(OfferError::Expired),
            "over" => Err(OfferError::Over("Bo <b> has it now.".to_owned())),
            "broken" => Err(OfferError::Engine(EngineError::Stopping)),
            "accept" | "decline" => Ok(OfferView {
                business: "Acme".to_owned(),
                agent: "Ana Silva".to_owned(),
                accepts: link == "accept",
                task: "chat-17~t1".to_owned(),
                title: "Call <script>alert(1)</script>".to_owned(),
                priority: Priority::High,
                due: "2026-03-02 17:30".to_owned(),
                until: "2026-03-02 09:45".to_owned(),
            }),
            _ => Err(OfferError::Unknown),
        }
    }

    fn answer_offer<'a>(&'a self, link: &'a str, reason: Option<String>) -> Answering<'a> {
        Box::pin(async move {
            let view = self.offer(link)?;
            self.state().acts.push(format!("{link} by link, {reason:?}"));
            Ok(view)
        })
    }

    fn agents(&self, _: &BusinessId) -> Result<Vec<AgentView>, EngineError> {
        Ok(vec![view(profile(agent("ana")), Presence::Online, None)])
    }

    fn put_agent<'a>(&'a self, _: &'a BusinessId, profile: Profile, _: &'a str) -> Later<'a, AgentView> {
        Box::pin(async move {
            let business = WorkingHours::read(None, None, vec!["2026-12-25".into()]).expect("sound");
            let hours = profile.hours.clone().unwrap_or_default();
            let unfit = |HoursFault { pointer, message }| EngineError::Unfit { pointer, message };
            hours.calendar_in(&business).map_err(unfit)?;
            Ok(view(profile, Presence::Offline, None))
        })
    }

    fn remove_agent<'a>(&'a self, _: &'a BusinessId, id: &'a AgentId, by: &'a str) -> Later<'a, Vec<TaskId>> {
        Box::pin(async move {
            if id.as_str() == "boss" {
                return Err(EngineError::Needed {
                    id: id.to_string(),
                    why: "stands in baton.toml; take them out there and restart the daemon".into(),
                });
            }
            self.state().acts.push(format!("{by}: remove {id}"));
            Ok(vec![task().id])
        })
    }

    fn set_presence<'a>(
        &'a self,
        _: &'a BusinessId,
        id: &'a AgentId,
        presence: Presence,
        until: Option<Time>,
        _: &'a str,
    ) -> Later<'a, AgentView> {
        Box::pin(async move { Ok(view(profile(id.clone()), presence, until)) })
    }

    fn activate<'a>(
        &'a self,
        _: &'a BusinessId,
        pack: &'a str,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations> {
        self.state().asked.push(format!("activate {pack} {move_open} by {by}"));
        Box::pin(async { Ok(generations()) })
    }

    fn roll_back<'a>(&'a self, _: &'a BusinessId, to: Option<u64>, by: &'a str) -> Later<'a, Generations> {
        self.state().asked.push(format!("roll back to {to:?} by {by}"));
        Box::pin(async { Ok(generations()) })
    }

    fn generations(&self, _: &BusinessId) -> Result<Generations, EngineError> {
        Ok(generations())
    }

    fn start_trial<'a>(
        &'a self,
        _: &'a BusinessId,
        pack: &'a str,
        mode: TrialMode,
        by: &'a str,
    ) -> Later<'a, TrialView> {
        self.state().asked.push(format!("try {pack} as {mode:?} by {by}"));
        Box::pin(async { Ok(trial(mode)) })
    }

    fn trial(&self, _: &BusinessId) -> Result<TrialView, EngineError> {
        Ok(trial(TrialMode::Shadow { cpu_percent: 25 }))
    }

    fn withdraw<'a>(&'a self, _: &'a BusinessId, by: &'a str) -> Later<'a, ()> {
        self.state().asked.push(format!("withdraw by {by}"));
        Box::pin(async { Ok(()) })
    }

    fn promote<'a>(
        &'a self,
        _: &'a BusinessId,
        budget: Option<DriftBudget>,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations> {
        let budget = budget.map(|budget| (budget.most_percent, budget.at_least));
        self.state()
            .asked
            .push(format!("promote {budget:?} {move_open} by {by}"));
        Box::pin(async { Ok(generations()) })
    }

    fn packs(&self, _: &BusinessId) -> Result<Vec<PackView>, EngineError> {
        let (name, version, description) = ("hvac".into(), "1.2.0".into(), "Home services".into());
        let detectors = vec!["human-requested".into()];
        Ok(vec![PackView {
            name,
            version,
            description,
            rules: Some("hvac@1.2.0#3".into()),
            detectors,
            strategies: vec![],
            templates: vec![],
        }])
    }

    fn plugin_log(
        &self,
        _: &BusinessId,
        plugin: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<PluginLines, EngineError> {
        let read = self.logs.read("acme", plugin, after, limit);
        let silent = (plugin == "silent").then(PluginLines::default);
        read.or(silent).map_or_else(|| not_found("plugin", plugin), Ok)
    }

    fn plugin_log_hint(&self) -> watch::Receiver<u64> {
        self.logs.hint()
    }

    fn quarantine(&self, _: &BusinessId, _: Option<&str>, _: usize) -> Result<Page<Quarantined>, EngineError> {
        Ok(Page {
            items: vec![quarantined()],
            next: None,
        })
    }

    fn quarantined(&self, _: &BusinessId, id: &str) -> Result<Quarantined, EngineError> {
        let found = Some(quarantined()).filter(|found| found.id == id);
        found.map_or_else(|| not_found("call in quarantine", id), Ok)
    }

    fn replay_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str) -> Later<'a, Replayed> {
        Box::pin(async move {
            let before = self.quarantined(business, id)?;
            let mut now = before.call.clone();
            now.outcome = record::Outcome::Found(vec![]);
            Ok(Replayed {
                before,
                verdict: Verdict {
                    said: calls::Said::Answered,
                    now: Some(now),
                    other_component: true,
                    other_settings: false,
                },
                rules: "hvac@1.2.1#4".to_owned(),
            })
        })
    }

    fn drop_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()> {
        Box::pin(async move {
            self.quarantined(business, id)?;
            self.state().acts.push(format!("{by}: drop {id}"));
            Ok(())
        })
    }

    fn businesses(&self) -> Vec<BusinessId> {
        vec![super::business(), BusinessId::new("globex").expect("well formed")]
    }

    fn report(&self, businesses: &[BusinessId], query: &ReportQuery) -> Result<report::Report, ReportError> {
        let names: Vec<&str> = businesses.iter().map(BusinessId::as_str).collect();
        self.state().asked.push(format!("report of {names:?}"));
        if query.group_by == Some(report::GroupBy::Week) {
            std::thread::sleep(Duration::from_millis(300));
        }
        let period = report::Period::new(&query.since, &query.until, &Calendar::always(), Time(START_MS))?;
        Ok(report::report(&[], period, query.group_by, Time(START_MS)))
    }

    fn review(&self, business: &BusinessId, query: &ReportQuery) -> Result<report::Review, ReportError> {
        self.state().asked.push(format!("review {business} {query:?}"));
        let period = report::Period::new(&query.since, &query.until, &Calendar::always(), Time(START_MS))?;
        Ok(report::review(
            &baton_store::MemoryStore::new(),
            business,
            period,
            Time(START_MS),
        )?)
    }

    fn events(&self, _: &BusinessId, after: u64, limit: usize) -> Result<Vec<Published>, EngineError> {
        let state = self.state();
        Ok(state
            .events
            .iter()
            .filter(|event| event.sequence > after)
            .take(limit)
            .cloned()
            .collect())
    }

    fn events_hint(&self) -> watch::Receiver<u64> {
        self.hint.subscribe()
    }

    fn dead_letters(&self, _: &BusinessId, _: Option<&str>, _: usize) -> Result<Page<DeadLetter>, EngineError> {
        let (id, endpoint, kind, note) = ("d1".into(), "crm".into(), "handover.opened".into(), "status 500".into());
        let letter = DeadLetter {
            id,
            endpoint,
            sequence: 7,
            kind,
            attempts: 10,
            at: Time(START_MS),
            note,
        };
        Ok(Page {
            items: vec![letter],
            next: None,
        })
    }

    fn send_again<'a>(&'a self, _: &'a BusinessId, id: &'a str, _: &'a str) -> Later<'a, ()> {
        Box::pin(async move {
            if id == "d1" {
                Ok(())
            } else {
                not_found("dead letter", id)
            }
        })
    }

    fn token(&self, id: &str) -> Option<Token> {
        self.state().tokens.get(id).cloned()
    }

    fn tokens(&self, business: Option<&BusinessId>) -> Result<Vec<Token>, EngineError> {
        let is_theirs = |token: &&Token| match (&token.realm, business) {
            (Realm::One(own), Some(business)) => own == business,
            (Realm::Every, None) => true,
            (Realm::One(_), None) | (Realm::Every, Some(_)) => false,
        };
        Ok(self.state().tokens.values().filter(is_theirs).cloned().collect())
    }

    fn keep_token<'a>(&'a self, _: &'a BusinessId, token: Token, _: &'a str) -> Later<'a, ()> {
        self.add_token(token);
        Box::pin(async { Ok(()) })
    }

    fn revoke_token<'a>(&'a self, _: &'a BusinessId, id: &'a str, _: &'a str) -> Later<'a, ()> {
        self.state().tokens.remove(id);
        Box::pin(async { Ok(()) })
    }

    fn kept_answer(&self, token: &str, key: &str) -> Result<Option<KeptAnswer>, EngineError> {
        Ok(self.state().kept.get(&(token.to_owned(), key.to_owned())).cloned())
    }

    fn keep_answer<'a>(&'a self, token: &'a str, key: &'a str, answer: KeptAnswer) -> Later<'a, ()> {
        self.state().kept.insert((token.to_owned(), key.to_owned()), answer);
        Box::pin(async { Ok(()) })
    }

    fn ready(&self) -> Result<(), String> {
        self.state().unready.clone().map_or(Ok(()), Err)
    }

    fn metrics(&self) -> String {
        "# EOF\n".into()
    }

    fn served(&self, _: &str, _: &str, _: u16, _: std::time::Duration) {}
}

fn trial(mode: TrialMode) -> TrialView {
    let shadow = matches!(mode, TrialMode::Shadow { .. });
    TrialView {
        kept: KeptTrial {
            pack: "hvac@1.3.0".into(),
            number: if shadow { 0 } else { 4 },
            mode,
            since_ms: START_MS,
            by: "operator:desk".into(),
        },
        calls: (12, 0),
        tally: shadow.then(|| Tally {
            stretches: 3,
            messages: 4,
            happened: 1,
            again: 2,
            same: 1,
            differences: [(How::Gained, 1)].into(),
            ..Tally::default()
        }),
        sides: (!shadow).then(Default::default),
    }
}

fn quarantined() -> Quarantined {
    Quarantined {
        id: "3f9c0a12b4d53f9c".into(),
        call: call(),
    }
}

fn generations() -> Generations {
    Generations {
        in_force: 3,
        all: vec![PastGeneration {
            pack: "hvac@1.2.0".into(),
            number: 3,
            at_ms: START_MS,
            by: "operator:desk".into(),
        }],
    }
}

/// How the sample was accepted.
fn explained(handover: &Handover) -> Explained {
    let event = Event::Accepted { agent: agent("ana") };
    Explained {
        decision: record::Decision {
            now: handover.opened_at,
            rules: handover.rules.clone(),
            policy: "p".into(),
            bot: BotId::new("hvac").expect("well formed"),
            channel: "web".into(),
            input: Input::Accepted {
                task: handover.task,
                agent: agent("ana"),
            },
            answers: vec![Answer::Candidates(Candidates {
                ranked: handover.ranked.clone(),
                passed_over: handover.passed_over.clone(),
                next_at: None,
            })],
            result: "r".into(),
        },
        effects: vec![Effect::Emit(event)],
        differs: vec!["the template writes other words".into()],
    }
}
