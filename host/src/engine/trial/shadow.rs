//! Rules that hear everything after it was answered, and of which nothing comes.
//!
//! They have a thread of their own, which rests after each message so long that it takes no more than its share of a core,
//! and a queue. A queue that is full drops what the shadow should have heard, and it forgets the conversations under way:
//! a busy daemon loses comparisons and never time. Each stretch begins with the conversation as it really is and goes on
//! with what the shadow found in it, as in a backtest; whom it would choose, it chooses among those whom the step saw.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use baton_core::{
    Answer, Assignee, Cause, Contact, Conversation, ConversationId, Draft, Effect, Event, Handover, Holder, Input,
    Message, Mode, Question, Reason, ReplyKind, Scope, Speaker, Stage, Step, Time,
};
use baton_plugin::ConversationView;
use baton_store::{ConversationKey, Step as StoreStep, Store};

use super::tally::{self, Tally};
use crate::config::Business;
use crate::directory::{Directory, Survey};
use crate::engine::Engine;
use crate::engine::drive::{self, World};
use crate::observe::Metrics;
use crate::rules::Generation;
use crate::stretch::{Passed, Stretch};

/// Steps that may wait for the shadow.
const QUEUE: usize = 2_048;
/// Conversations that a shadow remembers at once.
const MOST_CHATS: usize = 10_000;
/// How often its counts are kept.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// A step, as it was before the rules in force were asked.
#[derive(Debug)]
pub(in crate::engine) struct Watched {
    before: Conversation,
    input: Input,
    now: Time,
    /// Who was there when the step asked, so that the shadow chooses among the same people.
    surveys: Vec<(Scope, Survey)>,
}

impl Watched {
    pub(in crate::engine) fn new(before: &Conversation, input: &Input, now: Time) -> Self {
        Self {
            before: before.clone(),
            input: input.clone(),
            now,
            surveys: Vec::new(),
        }
    }

    /// Remembers whom the step saw, and who else was there: other rules may ask others.
    pub(in crate::engine) fn saw(&mut self, scope: &Scope, survey: &Survey, of: impl Fn(&Scope) -> Survey) {
        if self.surveys.is_empty() && *scope != Scope::Everyone {
            self.surveys.push((Scope::Everyone, of(&Scope::Everyone)));
        }
        self.surveys.push((scope.clone(), survey.clone()));
    }
}

/// Those of a scope as a step saw them; `None` where it did not look at them.
fn seen(surveys: &[(Scope, Survey)], wanted: &Scope) -> Option<Survey> {
    let of = |wanted: &Scope| surveys.iter().find(|(scope, _)| scope == wanted);
    if let Some((_, survey)) = of(wanted) {
        return Some(survey.clone());
    }
    let Scope::Role(role) = wanted else {
        return None;
    };
    let (_, mut survey) = of(&Scope::Everyone)?.clone();
    survey.available.retain(|candidate| candidate.roles.contains(role));
    Some(survey)
}

/// A step with what came of it.
struct Seen {
    watched: Watched,
    after: Conversation,
    effects: Vec<Effect>,
}

/// A shadow that listens.
pub(in crate::engine) struct Shadow {
    queue: SyncSender<Seen>,
    skipped: Arc<AtomicU64>,
    tally: Arc<Mutex<Tally>>,
}

impl Shadow {
    /// Starts to listen; the thread ends when this is dropped.
    pub(super) fn start(
        cpu_percent: u8,
        since_ms: i64,
        tally: Tally,
        generation: &Arc<Generation>,
        business: &Arc<Business>,
        world: &World,
    ) -> Self {
        let (queue, heard) = sync_channel(QUEUE);
        let skipped = Arc::new(AtomicU64::new(tally.skipped));
        let tally = Arc::new(Mutex::new(tally));
        let onlooker = Onlooker {
            store: Arc::clone(&world.store),
            directory: Arc::clone(&world.directory),
            business: Arc::clone(business),
            generation: Arc::clone(generation),
            metrics: Metrics::new(),
            chats: HashMap::new(),
            skipped: Arc::clone(&skipped),
            forgotten: skipped.load(Ordering::Relaxed),
            tally: Arc::clone(&tally),
            since_ms,
        };
        let started = std::thread::Builder::new()
            .name("baton-shadow".to_owned())
            .spawn(move || onlooker.listen(&heard, cpu_percent.clamp(1, 100)));
        if let Err(error) = started {
            // The queue has no reader then, so everything is counted as skipped.
            tracing::error!(%error, "a shadow cannot listen");
        }
        Self { queue, skipped, tally }
    }

    /// Lets the shadow hear a step that is committed.
    pub(in crate::engine) fn hear(&self, watched: Watched, after: &Conversation, effects: &[Effect]) {
        let seen = Seen {
            watched,
            after: after.clone(),
            effects: effects.to_vec(),
        };
        if self.queue.try_send(seen).is_err() {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tally.skipped = self.skipped.load(Ordering::Relaxed);
        tally
    }
}

/// A conversation that the bot holds, as the shadow sees it.
struct Chat {
    state: Conversation,
    again: Option<Passed>,
    last: Time,
}

struct Onlooker {
    store: Arc<dyn Store>,
    directory: Arc<Directory>,
    business: Arc<Business>,
    generation: Arc<Generation>,
    /// Its own: what a shadow uses is not what the daemon used for its customers.
    metrics: Metrics,
    chats: HashMap<ConversationId, Chat>,
    skipped: Arc<AtomicU64>,
    /// Skipped steps after which the conversations under way were forgotten.
    forgotten: u64,
    tally: Arc<Mutex<Tally>>,
    since_ms: i64,
}

impl Onlooker {
    fn listen(mut self, heard: &Receiver<Seen>, cpu_percent: u8) {
        let (mut kept_at, mut changed) = (Instant::now(), false);
        loop {
            match heard.recv_timeout(KEEP_EVERY) {
                Ok(seen) => {
                    let began = Instant::now();
                    self.hear(seen);
                    changed = true;
                    let percent = u32::from(cpu_percent);
                    std::thread::sleep(began.elapsed() * (100 - percent) / percent);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if changed && kept_at.elapsed() >= KEEP_EVERY {
                self.keep();
                (kept_at, changed) = (Instant::now(), false);
            }
        }
    }

    fn keep(&self) {
        let mut tally = self.tally().clone();
        tally.skipped = self.skipped.load(Ordering::Relaxed);
        let step = StoreStep {
            facts: vec![tally::row(&self.business.id, self.since_ms, tally)],
            ..Default::default()
        };
        let business = self.business.id.clone();
        let done = move |outcome: Result<_, baton_store::CommitError>| {
            if let Err(error) = outcome {
                tracing::warn!(%business, %error, "the counts of a shadow are not kept yet");
            }
        };
        self.store.commit(step, Box::new(done));
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&mut self, seen: Seen) {
        let skipped = self.skipped.load(Ordering::Relaxed);
        if skipped > self.forgotten {
            self.forgotten = skipped;
            self.chats.clear();
        }
        let Seen {
            watched,
            after,
            effects,
        } = seen;
        let (id, now) = (after.id.clone(), watched.now);
        if watched.before.control.holder != Holder::Bot {
            // Somebody else had it: whatever is remembered of it is over.
            self.chats.remove(&id);
            return;
        }
        let mut chat = self.remembered(&watched);
        let told = chat.again.is_some();
        let said = if let Input::Said { message, .. } = &watched.input {
            Some(message.clone())
        } else {
            None
        };
        if !told {
            chat.again = self.judge(&mut chat.state, watched);
        }
        let happened = passed(&after, &effects, said.as_ref(), now);
        let over = happened.is_some() || after.control.holder != Holder::Bot;
        self.count(&id, &chat, happened, told);
        if !over {
            self.chats.insert(id, chat);
        }
    }

    fn remembered(&mut self, watched: &Watched) -> Chat {
        let (before, now) = (&watched.before, watched.now);
        if let Some(mut chat) = self.chats.remove(&before.id) {
            chat.last = now;
            chat.state.bot = before.bot.clone();
            chat.state.channel = before.channel.clone();
            return chat;
        }
        if self.chats.len() >= MOST_CHATS {
            let mut times: Vec<Time> = self.chats.values().map(|chat| chat.last).collect();
            let (_, middle, _) = times.select_nth_unstable(MOST_CHATS / 2);
            let middle = *middle;
            self.chats.retain(|_, chat| chat.last > middle);
        }
        self.tally().stretches += 1;
        Chat {
            state: before.clone(),
            again: None,
            last: now,
        }
    }

    fn count(&self, id: &ConversationId, chat: &Chat, happened: Option<Passed>, told: bool) {
        let stretch = Stretch {
            conversation: id.to_string(),
            happened,
            again: chat.again.clone(),
        };
        let mut tally = self.tally();
        let newly = chat.again.is_some() && !told;
        tally.again += u64::from(newly);
        let Some(passed) = &stretch.happened else {
            // It is told at once, not when the conversation ends, which it may never do.
            if newly {
                tally.count(&stretch);
            }
            return;
        };
        tally.happened += u64::from(!passed.by_people);
        if told {
            tally.not_gained(&stretch.conversation);
        }
        tally.count(&stretch);
    }

    /// What the shadow would have passed on at this step.
    fn judge(&self, state: &mut Conversation, watched: Watched) -> Option<Passed> {
        let Watched {
            input, now, surveys, ..
        } = watched;
        let Input::Said {
            message,
            contact,
            fields,
            signals: _,
        } = input
        else {
            return None;
        };
        if message.speaker == Speaker::Agent || state.is_stale(&message) {
            return None;
        }
        self.tally().messages += 1;
        let policy = self.generation.policy(&state.bot)?;
        let key = Engine::key(&self.business.id, &state.id);
        let signals = if policy.mode == Mode::Off {
            Vec::new()
        } else {
            let mut known = state.clone();
            known.contact.learn(contact.clone().unwrap_or_default());
            known.fields.extend(fields.clone());
            let view = self.view(&key, &known, &message, false, now);
            let mut troubles = Vec::new();
            self.generation
                .judge(&view, &message, now, &self.metrics, &mut troubles)
        };
        let said = message.clone();
        let mut input = Input::Said {
            message,
            signals,
            contact,
            fields,
        };
        loop {
            match state.step(&policy, input, now) {
                Step::Ask(question) => {
                    let view = self.view(&key, state, &said, true, now);
                    input = Input::Answer(self.answer(&question, &state.contact, &view, &surveys, now));
                }
                Step::Done(effects) => return passed(state, &effects, Some(&said), now),
                Step::Refused(_) => return None,
            }
        }
    }

    fn answer(
        &self,
        question: &Question,
        contact: &Contact,
        view: &Arc<dyn ConversationView>,
        surveys: &[(Scope, Survey)],
        now: Time,
    ) -> Answer {
        let (rules, business, metrics) = (&self.generation, &self.business, &self.metrics);
        let mut troubles = Vec::new();
        match question {
            Question::Assign(asked) => {
                let anew = || self.directory.survey(&business.id, &asked.scope, &asked.handover, now);
                let survey = seen(surveys, &asked.scope).unwrap_or_else(anew);
                Answer::Candidates(rules.rank(survey, asked, contact, view, now, metrics, &mut troubles))
            }
            Question::Draft(asked) => Answer::Draft(rules.compose(business, asked, view, now, metrics, &mut troubles)),
            Question::Returning(asked) => {
                Answer::Returning(rules.returning(business, asked, view, now, metrics, &mut troubles))
            }
        }
    }

    fn view(
        &self,
        key: &ConversationKey,
        conversation: &Conversation,
        message: &Message,
        counted: bool,
        now: Time,
    ) -> Arc<dyn ConversationView> {
        let locale = &self.business.locale;
        drive::view(&self.store, key, locale, conversation, Some(message), counted, now)
    }
}

/// The handover that a step opened, or suggested.
fn passed(after: &Conversation, effects: &[Effect], said: Option<&Message>, now: Time) -> Option<Passed> {
    let about = |reason: &Reason| Passed {
        position: after.length,
        at: now,
        message: said.map(|message| message.id.to_string()).unwrap_or_default(),
        text: said.map(|message| message.text.clone()).unwrap_or_default(),
        reason: reason.clone(),
        evidence: Vec::new(),
        by_people: false,
        needed: None,
        to: None,
        words: None,
    };
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::Suggested { reason, .. }) => Some(about(reason)),
        Effect::Emit(Event::Opened { .. }) => {
            let handover = after.handover.as_ref()?;
            Some(Passed {
                evidence: handover.evidence.clone(),
                by_people: matches!(handover.cause, Cause::Request(_) | Cause::Takeover(_)),
                to: Some(first(handover)),
                words: Some(words(after, handover, effects)),
                ..about(&handover.reason)
            })
        }
        Effect::Emit(_) | Effect::Say(_) | Effect::HandoverEnded(_) | Effect::TaskEnded(_) => None,
    })
}

/// Who was asked first.
fn first(handover: &Handover) -> String {
    match &handover.stage {
        Stage::Waiting => "nobody".to_owned(),
        Stage::Offered(offer) => {
            let agents: Vec<&str> = offer.agents.iter().map(|agent| agent.as_str()).collect();
            agents.join(", ")
        }
        Stage::Assigned(Assignee::Agent(agent)) | Stage::Accepted(agent) => agent.to_string(),
        Stage::Assigned(Assignee::Role(role)) => format!("role {role}"),
        Stage::Assigned(Assignee::Everyone) => "everyone".to_owned(),
    }
}

fn words(after: &Conversation, handover: &Handover, effects: &[Effect]) -> Draft {
    let said = effects.iter().find_map(|effect| match effect {
        Effect::Say(reply) if reply.kind == ReplyKind::Final => Some(reply.text.clone()),
        Effect::Say(_) | Effect::Emit(_) | Effect::HandoverEnded(_) | Effect::TaskEnded(_) => None,
    });
    let task = after.open_tasks.get(&handover.task);
    Draft {
        message: said.unwrap_or_default(),
        title: task.map(|task| task.title.clone()).unwrap_or_default(),
        description: task.map(|task| task.description.clone()).unwrap_or_default(),
    }
}
