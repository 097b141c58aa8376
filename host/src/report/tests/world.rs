//! A month of made-up chats on the real core, in virtual time, kept as the daemon keeps them: rows and events.
//!
//! Who is there and what people do is chance, unless a [`Team`] says: then it is a business of the configuration in the
//! daemon's own directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use baton_core::*;
use baton_store::{MemoryStore, Store};
use serde_json::Value;

use super::month::{Team, TeamAct};
use crate::deliver::cloud_event;
use crate::record::{self, EventRow};
use crate::report::Period;

mod keep;

pub(super) const DAY: i64 = 86_400_000;
/// Monday, 2026-03-02, 00:00 UTC.
pub(super) const START: i64 = 1_772_409_600_000;
/// Chats begin before and after the period that is reported, and go on until after it.
pub(super) const DAYS: i64 = 30;
const CHATS: u64 = 900;
const AGENTS: [&str; 4] = ["ana", "bo", "cy", "dee"];

/// What is reported: three weeks in the middle.
pub(super) const MONTH: Period = Period {
    since: Time(START + 4 * DAY),
    until: Time(START + 25 * DAY),
};

/// What happened, and what only whoever acted knows.
pub(super) struct World {
    pub(super) store: MemoryStore,
    pub(super) business: BusinessId,
    pub(super) policy: Arc<Policy>,
    pub(super) now: Time,
    pub(super) chats: BTreeMap<u64, (Conversation, u64)>,
    pub(super) team: Option<Team>,
    queue: BTreeMap<(Time, u64), (u64, Act)>,
    tickets: u64,
    random: u64,
    messages: u64,
    /// Whether a handover was said to be needed, by its id.
    pub(super) needed: BTreeMap<String, bool>,
    /// When an agent first gave it back as beyond them, by handover: a human act without an event of its own.
    pub(super) given_up: BTreeMap<String, i64>,
    /// Offers that somebody accepted while they stood, by handover.
    pub(super) accepted: BTreeMap<String, u64>,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Wake,
    Customer { urgent: bool },
    Bot { stale: bool },
    Agent(AgentId),
    Accept(u32, AgentId),
    Decline(u32, AgentId),
    Complete(u32, AgentId),
    Request,
    Release,
    Close,
    Team(TeamAct),
}

impl World {
    /// Plays a month. The same seed plays the same one.
    pub(super) fn play(seed: u64) -> Self {
        let hours: Vec<Interval> = (0..5)
            .flat_map(|weekday| {
                [(540, 720), (780, 1080)].map(|(from_minute, to_minute)| Interval {
                    weekday,
                    from_minute,
                    to_minute,
                })
            })
            .collect();
        let business_hours = |hours| Sla {
            span: Span::hours(hours),
            clock: Clock::Business,
        };
        let policy = Policy {
            rules: "hvac@1.2.0#3".into(),
            calendar: Calendar::new("UTC", &hours, &[]).expect("sound hours"),
            response: Deadlines {
                low: business_hours(8),
                medium: business_hours(4),
                high: business_hours(1),
            },
            ..Policy::default()
        };
        let mut world = Self::new(seed, policy, None);
        world.begin(CHATS);
        world.run_until(Time(START + (DAYS + 2) * DAY));
        world
    }

    pub(super) fn new(seed: u64, policy: Policy, team: Option<Team>) -> Self {
        Self {
            store: MemoryStore::new(),
            business: BusinessId::new("acme").expect("well formed"),
            policy: Arc::new(policy),
            now: Time(START),
            chats: BTreeMap::new(),
            team,
            queue: BTreeMap::new(),
            tickets: 0,
            random: seed,
            messages: 0,
            needed: BTreeMap::new(),
            given_up: BTreeMap::new(),
            accepted: BTreeMap::new(),
        }
    }

    /// Lets so many chats begin, at any time of the month.
    pub(super) fn begin(&mut self, chats: u64) {
        for chat in 0..chats {
            let at = Time(START + self.below(DAYS * DAY));
            self.plan(at, chat, Act::Customer { urgent: false });
        }
    }

    pub(super) fn run_until(&mut self, end: Time) {
        while let Some(((at, _), (chat, act))) = self.queue.pop_first() {
            if at > end {
                break;
            }
            self.now = at.max(self.now);
            self.act(chat, act);
        }
        self.now = end;
    }

    /// Every event as subscribers get it, in order.
    pub(super) fn events(&self) -> Vec<Value> {
        let stored = self
            .store
            .events(self.business.as_str(), 0, usize::MAX)
            .expect("readable");
        let published = stored.iter().map(|event| {
            let row: EventRow = record::read(&event.payload).expect("readable");
            serde_json::to_value(cloud_event(self.business.as_str(), event.sequence, &row)).expect("JSON")
        });
        published.collect()
    }

    /// How many offers of a handover stand at the end.
    pub(super) fn standing(&self, handover: &str) -> u64 {
        let open = self.chats.values().filter_map(|(chat, _)| chat.handover.as_ref());
        let offered = open
            .filter(|open| open.id.to_string() == handover)
            .map(|open| match &open.stage {
                Stage::Offered(offer) => offer.agents.len(),
                Stage::Waiting | Stage::Assigned(_) | Stage::Accepted(_) => 0,
            });
        u64::try_from(offered.sum::<usize>()).expect("small")
    }

    pub(super) fn below(&mut self, bound: i64) -> i64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i64::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).expect("positive")).expect("below an i64")
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn anybody(&mut self) -> AgentId {
        if let Some(team) = &self.team {
            let all = team.agents();
            let place = self.below(i64::try_from(all.len()).expect("a team"));
            return all[usize::try_from(place).expect("a place in it")].clone();
        }
        let place = usize::try_from(self.below(4)).expect("0 to 3");
        AgentId::new(AGENTS[place]).expect("well formed")
    }

    pub(super) fn plan(&mut self, at: Time, chat: u64, act: Act) {
        self.tickets += 1;
        self.queue.insert((at, self.tickets), (chat, act));
    }

    /// Something happens within some minutes, not to the minute.
    pub(super) fn soon(&mut self, chat: u64, minutes: i64, act: Act) {
        let at = Time(self.now.0 + 1 + self.below(minutes * 60_000));
        self.plan(at, chat, act);
    }

    pub(super) fn act(&mut self, chat: u64, act: Act) {
        if !self.may(chat, &act) {
            return;
        }
        let held = self.chats.get(&chat).map(|(chat, _)| chat);
        let input = match act {
            Act::Team(act) => return self.team_act(chat, act),
            Act::Wake => {
                let due = held.is_some_and(|chat| chat.timers.due(self.now).is_some());
                if !due {
                    return;
                }
                Input::Woke
            }
            Act::Customer { urgent } => {
                let (reason, fires) = match self.below(10) {
                    0..=3 => (Reason::EXPLICIT_REQUEST, true),
                    4..=5 => (Reason::INFORMATION_GAP, true),
                    6 => (Reason::HIGH_VALUE, true),
                    _ => (Reason::SENTIMENT, urgent),
                };
                if !fires && self.chance(30) {
                    self.soon(chat, 90, Act::Request);
                } else if !fires && self.chance(20) {
                    let agent = self.anybody();
                    self.soon(chat, 90, Act::Agent(agent));
                }
                self.said(Speaker::Customer, None, None, fires.then_some(reason), urgent)
            }
            Act::Bot { stale } => {
                let epoch = held.map_or(0, |chat| chat.control.epoch);
                let saw = if stale { epoch.saturating_sub(1) } else { epoch };
                self.said(Speaker::Bot, None, Some(saw), None, false)
            }
            Act::Agent(agent) => self.said(Speaker::Agent, Some(agent), None, None, false),
            Act::Accept(task, agent) => Input::Accepted { task, agent },
            Act::Decline(task, agent) => Input::Declined {
                task,
                agent,
                reason: None,
            },
            Act::Complete(task, agent) => {
                let outcome = Outcome::ALL[usize::try_from(self.below(5)).expect("0 to 4")];
                let judged = self.chance(60);
                let needed = judged.then(|| self.chance(75));
                Input::Completed(Completion {
                    task,
                    by: Some(agent),
                    outcome,
                    needed,
                    note: None,
                    status: None,
                    follow_up: None,
                })
            }
            Act::Request => Input::Requested {
                by: "bot:web".into(),
                reason: Reason::new("callback").expect("well formed"),
                note: Some("please call back".into()),
                priority: Priority::Medium,
            },
            Act::Release => Input::Released { by: "ops".into() },
            Act::Close => Input::Closed { by: "ops".into() },
        };
        self.step(chat, input);
    }

    pub(super) fn said(
        &mut self,
        speaker: Speaker,
        agent: Option<AgentId>,
        epoch: Option<u64>,
        reason: Option<&str>,
        urgent: bool,
    ) -> Input {
        self.messages += 1;
        let id = MessageId::new(&format!("m{}", self.messages)).expect("well formed");
        let message = Message {
            id,
            speaker,
            text: "words".into(),
            at: self.now,
            agent,
            epoch,
            bot_state: None,
        };
        let signal = |reason: &str| Signal {
            detector: "d".into(),
            reason: Reason::new(reason).expect("well formed"),
            confidence: 0.9,
            threshold: 0.75,
            hands_over: true,
            priority: if urgent { Priority::High } else { Priority::Medium },
            tags: vec![],
            topic: None,
            role: None,
            skills: vec![],
            evidence: vec![],
            fields: vec![],
            note: None,
        };
        let signals = reason.map(signal).into_iter().collect();
        Input::Said {
            message,
            signals,
            contact: self.team.as_ref().and_then(|team| team.contact(self.messages)),
            fields: BTreeMap::new(),
        }
    }

    fn answer(&mut self, question: &Question) -> Answer {
        match question {
            Question::Assign(asked) if self.team.is_some() => {
                let team = self.team.as_ref().expect("it was just seen");
                Answer::Candidates(team.rank(asked, self.now))
            }
            Question::Assign(asked) => {
                let absent = self.chance(15);
                let choice = |name: &&str| Ranked {
                    agent: AgentId::new(name).expect("well formed"),
                    why: "in turn".to_owned(),
                };
                let mut ranked: Vec<Ranked> = AGENTS.iter().map(choice).collect();
                let first = usize::try_from(self.below(4)).expect("0 to 3");
                ranked.rotate_left(first);
                if absent {
                    ranked.clear();
                }
                if !asked.all {
                    ranked.truncate(3);
                }
                let next_at = absent.then(|| self.now + Span::hours(1));
                Answer::Candidates(Candidates {
                    ranked,
                    passed_over: vec![],
                    next_at,
                })
            }
            Question::Draft(_) => Answer::Draft(Draft {
                message: "soon".into(),
                title: "t".into(),
                description: "d".into(),
            }),
            Question::Returning(_) => Answer::Returning(None),
        }
    }

    pub(super) fn step(&mut self, number: u64, input: Input) {
        let id = ConversationId::new(&format!("c{number}")).expect("well formed");
        let bot = BotId::new(if number.is_multiple_of(3) { "shop" } else { "service" }).expect("well formed");
        let fresh = || Conversation::new(id, bot, "web".into(), self.now);
        let known = self.chats.get(&number).cloned();
        let (before, revision) = known.map_or((None, 0), |(chat, revision)| (Some(chat), revision));
        let mut after = before.clone().unwrap_or_else(fresh);
        let (given, mut input) = (input.clone(), input);
        let policy = Arc::clone(&self.policy);
        let effects = loop {
            match after.step(&policy, input, self.now) {
                Step::Ask(question) => input = Input::Answer(self.answer(&question)),
                Step::Refused(_) => return,
                Step::Done(effects) => break effects,
            }
        };
        if before.as_ref() == Some(&after) {
            return;
        }
        self.note(before.as_ref(), &given);
        let facts = match &mut self.team {
            Some(team) => team.count(before.as_ref(), &after, &effects, self.now),
            None => Vec::new(),
        };
        self.keep(before.as_ref(), revision, &after, &effects, facts);
        if self.team.is_some() {
            self.react_as_team(number, &after, &effects);
        } else {
            self.react(number, &after, &effects);
        }
        if let Some(next) = after.timers.next() {
            self.plan(next, number, Act::Wake);
        }
        self.chats.insert(number, (after, revision + 1));
    }

    /// What no event tells: who was asked, and what they said of it.
    fn note(&mut self, before: Option<&Conversation>, input: &Input) {
        let Some(handover) = before.and_then(|chat| chat.handover.as_ref()) else {
            return;
        };
        let id = handover.id.to_string();
        let (agent, ends) = match input {
            Input::Accepted { task, agent } if *task == handover.task => (Some(agent), true),
            Input::Completed(done) if done.task == handover.task && done.outcome != Outcome::NeedsEscalation => {
                if let Some(needed) = done.needed {
                    self.needed.insert(id.clone(), needed);
                }
                (done.by.as_ref(), true)
            }
            Input::Completed(done) if done.task == handover.task => {
                self.given_up.entry(id.clone()).or_insert(self.now.0);
                (None, false)
            }
            Input::Said { message, .. } => (message.agent.as_ref(), true),
            Input::Requested { .. }
            | Input::Accepted { .. }
            | Input::Declined { .. }
            | Input::Assigned { .. }
            | Input::GivenBack { .. }
            | Input::Left { .. }
            | Input::Noted { .. }
            | Input::Completed(_)
            | Input::Released { .. }
            | Input::Closed { .. }
            | Input::Available
            | Input::Woke
            | Input::Answer(_) => (None, false),
        };
        if let (Stage::Offered(offer), Some(agent), true) = (&handover.stage, agent, ends)
            && offer.agents.contains(agent)
        {
            *self.accepted.entry(id).or_default() += 1;
        }
    }

    fn react(&mut self, chat: u64, after: &Conversation, effects: &[Effect]) {
        let task = after.handover.as_ref().map(|handover| handover.task);
        for effect in effects {
            let Effect::Emit(event) = effect else { continue };
            match (event, task) {
                (Event::Opened { .. }, _) => {
                    if self.chance(20) {
                        self.soon(chat, 200, Act::Customer { urgent: true });
                    }
                    if self.chance(4) {
                        self.soon(chat, 2_000, Act::Release);
                    } else if self.chance(4) {
                        self.soon(chat, 2_000, Act::Close);
                    }
                }
                (Event::Offered { agents, .. }, Some(task)) => {
                    for agent in agents {
                        match self.below(10) {
                            0..=2 => self.soon(chat, 40, Act::Accept(task, agent.clone())),
                            3..=4 => self.soon(chat, 30, Act::Decline(task, agent.clone())),
                            5 => self.soon(chat, 30, Act::Complete(task, agent.clone())),
                            6 => self.soon(chat, 30, Act::Agent(agent.clone())),
                            _ => {}
                        }
                    }
                }
                (Event::Assigned { .. }, Some(task)) if self.chance(40) => {
                    let agent = self.anybody();
                    self.soon(chat, 900, Act::Accept(task, agent));
                }
                (Event::Accepted { agent }, Some(task)) => {
                    if self.chance(25) {
                        self.soon(chat, 10, Act::Bot { stale: true });
                    }
                    self.soon(chat, 1_800, Act::Complete(task, agent.clone()));
                }
                (Event::Reactivated { answered: false }, _) if self.chance(40) => {
                    self.soon(chat, 300, Act::Customer { urgent: false });
                }
                (Event::Completed { .. }, _) => {
                    self.soon(chat, 20, Act::Bot { stale: false });
                    if self.chance(40) {
                        self.soon(chat, 3_600, Act::Customer { urgent: false });
                    }
                }
                (Event::TaskCreated { task: follow_up }, _) if Some(*follow_up) != task => {
                    let made = after.open_tasks.get(follow_up).and_then(|task| task.assignee.clone());
                    if let Some(Assignee::Agent(agent)) = made {
                        self.soon(chat, 3_000, Act::Complete(*follow_up, agent));
                    }
                }
                _ => {}
            }
        }
    }
}
