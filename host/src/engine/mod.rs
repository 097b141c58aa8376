//! One step after the other for each conversation, many conversations at once.
//!
//! The engine is the only place where the core, the rules, the store and the directory meet: it loads a
//! conversation, lets the rules judge, the core decide, the rules answer what the core asks, and commits
//! the step before anybody hears of it. Only `api/`, `cli/` and the timers call it.

mod audit;
mod backend;
mod digest;
mod drive;
mod explain;
mod generations;
mod housekeeping;
mod inputs;
mod kept;
mod leave;
mod lists;
mod offers;
mod people;
mod quarantine;
#[cfg(test)]
pub(crate) mod rehearsal;
mod reports;
mod rows;
mod start;
mod tenant;
mod timers;
mod tokens;
mod trial;
mod turns;
mod workers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use baton_core::{
    AgentId, Assignee, BotId, BotState, BusinessId, Completion, Contact, Control, ConversationId, Handover, Message,
    MessageId, Priority, Reason, Refusal, Reply, Signal, Speaker, Time,
};
use baton_store::{CommitError, Committed, ConversationKey};
use tokio::sync::{Notify, Semaphore, oneshot, watch};

use crate::deliver::mail::LinkKey;
use crate::directory::Freed;
use crate::limits::MOST_IN_FLIGHT;
use crate::rules::{Loader, Trouble};

use drive::{Decided, World};
use turns::Turns;
use workers::Workers;

pub use backend::Door;
pub use explain::{Explained, Explanation};
pub use generations::{ActiveRules, Generations, KeptRules, PastGeneration};
pub use quarantine::{Quarantined, Replayed};
pub use start::{EngineParts, StartEngineError};
pub use tenant::Tenant;
pub use tokens::Tokens;
pub use trial::{DriftBudget, KeptTrial, Share, Tally, TrialMode, TrialView};

/// A message as it came through the door, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The platform's id; seen before means the first answer is given again.
    pub id: MessageId,
    /// Who said it.
    pub speaker: Speaker,
    /// 1 to 32,768 bytes.
    pub text: String,
    /// When, by the platform; now where it does not say.
    pub at: Option<Time>,
    /// Where.
    pub channel: String,
    /// Which bot's conversation it is.
    pub bot: BotId,
    /// Which person, where an agent said it.
    pub agent: Option<AgentId>,
    /// What the platform knows of the contact.
    pub contact: Option<Contact>,
    /// What the bot collected.
    pub fields: BTreeMap<String, String>,
    /// What the bot says of its message.
    pub bot_state: Option<BotState>,
    /// The epoch that the bot saw.
    pub epoch: Option<u64>,
}

/// The answer to a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Who may speak now.
    pub control: Control,
    /// What the detectors found.
    pub signals: Vec<Signal>,
    /// The handover that is open, or that this message opened.
    pub handover: Option<Handover>,
    /// What Baton says to the customer because of it.
    pub replies: Vec<Reply>,
    /// Whether the message was seen before; then all of this is the first answer.
    pub duplicate: bool,
}

/// What a person, or a bot outright, does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// `POST /v1/conversations/{id}/handover`
    Request {
        /** Why. */
        reason: Reason,
        /** In their words. */
        note: Option<String>,
        /** At least. */
        priority: Priority,
    },
    /// `POST /v1/conversations/{id}/release`
    Release,
    /// `POST /v1/conversations/{id}/close`
    Close,
    /// `POST /v1/tasks/{id}/accept`
    Accept {
        /** Task number. */
        task: u32,
        /** Who. */
        agent: AgentId,
    },
    /// `POST /v1/tasks/{id}/decline`
    Decline {
        /** Task number. */
        task: u32,
        /** Who. */
        agent: AgentId,
        /** Why. */
        reason: Option<String>,
    },
    /// `POST /v1/tasks/{id}/give-back`
    GiveBack {
        /** Task number. */
        task: u32,
        /** Who. */
        agent: AgentId,
        /** Why. */
        reason: Option<String>,
    },
    /// `POST /v1/tasks/{id}/complete`
    Complete(Completion),
    /// `POST /v1/tasks/{id}/assign`
    Assign {
        /** Task number. */
        task: u32,
        /** To whom. */
        to: Assignee,
        /** In their words. */
        note: Option<String>,
    },
    /// `POST /v1/tasks/{id}/note`
    Note {
        /** Task number. */
        task: u32,
        /** What. */
        text: String,
    },
}

/// A message of the log, with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Position in the conversation, from 1.
    pub number: u64,
    /// What was said.
    pub message: Message,
    /// When Baton received it.
    pub received_at: Time,
    /// What the detectors found.
    pub signals: Vec<Signal>,
    /// Refused for a stale epoch: kept, never delivered.
    pub refused: bool,
    /// Who could speak after it.
    pub control: Control,
    /// The generation that judged it.
    pub rules: String,
    /// What Baton said because of it.
    pub replies: Vec<Reply>,
    /// The handover that was open after it.
    pub handover: Option<u32>,
}

/// Why the engine did not do it. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request makes no sense now: 409.
    #[error("{0}")]
    Refused(Refusal),
    /// 404.
    #[error("no {what} {id:?}")]
    NotFound {
        /** `conversation`, `task`, ... */
        what: &'static str,
        /** Its id. */
        id: String,
    },
    /// A name in the request that the business does not have: 422, with the JSON Pointer of the field.
    #[error("unknown {what} {id:?}; {known}")]
    Unknown {
        /** `agent`, `bot`, `role`. */
        what: &'static str,
        /** As given. */
        id: String,
        /** Those there are. */
        known: String,
        /** `/agent`. */
        pointer: String,
    },
    /// A value that cannot be with what the business has: 422, with the JSON Pointer of the entry.
    #[error("{message}")]
    Unfit {
        /** `/holidays`. */
        pointer: String,
        /** What is wrong with it. */
        message: String,
    },
    /// A pack that cannot be put in force: 422; the rules in force are untouched.
    #[error("{pack}: {why}")]
    Pack {
        /** Which. */
        pack: String,
        /** Everything that is wrong with it. */
        why: String,
    },
    /// Other rules are being activated: 409.
    #[error("other rules of this business are being activated right now")]
    Activating,
    /// A trial that has not shown what it should: 409.
    #[error("{pack} is not promoted: {why}")]
    NotReady {
        /** Which pack. */
        pack: String,
        /** What is missing, and what to do. */
        why: String,
    },
    /// Somebody who cannot be spared: 409.
    #[error("agent {id:?} {why}")]
    Needed {
        /** Who. */
        id: String,
        /** `stands in baton.toml`, and what to change first. */
        why: String,
    },
    /// Too much is waiting: 429 with `Retry-After`.
    #[error("{what} is full: {waiting} wait, at most {most} may")]
    Busy {
        /** Which queue. */
        what: &'static str,
        /** How many. */
        waiting: usize,
        /** The bound. */
        most: usize,
    },
    /// The disk is nearly full: 503; reading goes on.
    #[error("the disk under the data folder has {free_bytes} bytes left, and {reserve_bytes} are held in reserve")]
    DiskFull {
        /** Left. */
        free_bytes: u64,
        /** Held back. */
        reserve_bytes: u64,
    },
    /// The daemon is stopping: 503.
    #[error("the daemon is stopping")]
    Stopping,
    /// A stored value that cannot be read: 500, and logged.
    #[error("the stored {what} cannot be read")]
    Stored {
        /** What. */
        what: String,
        /** Why. */
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A step that is decided, what is answered once it is committed, and what went wrong with plugins meanwhile.
struct Prepared<T> {
    /// `None` when there is nothing to commit.
    decided: Option<Decided>,
    answer: T,
    troubles: Vec<Trouble>,
}

/// The engine of a running daemon.
pub struct Engine {
    world: World,
    tenants: BTreeMap<BusinessId, Arc<Tenant>>,
    tokens: Tokens,
    turns: Turns,
    workers: Workers,
    in_flight: Semaphore,
    stopping: AtomicBool,
    clock: Box<dyn Fn() -> Time + Send + Sync>,
    /// The latest time any step was given: the clock may jump back, a step's time may not.
    latest_ms: AtomicI64,
    events: watch::Sender<u64>,
    /// Rung when a delivery may be due.
    pub deliveries: Arc<Notify>,
    links: LinkKey,
    loader: Loader,
    timers: timers::Bell,
}

impl Engine {
    /// The time of a step: the clock's, but never before an earlier one.
    pub fn now(&self) -> Time {
        let clock = (self.clock)().0;
        Time(self.latest_ms.fetch_max(clock, Ordering::SeqCst).max(clock))
    }

    /// Stops taking in, and waits until what is under way is committed or the time is up; tells whether it was.
    pub async fn stop(&self, within: Duration) -> bool {
        self.stopping.store(true, Ordering::SeqCst);
        self.timers.ring();
        let all = u32::try_from(MOST_IN_FLIGHT).expect("a bound of a few thousand");
        tokio::time::timeout(within, self.in_flight.acquire_many(all))
            .await
            .is_ok()
    }

    /// Whether [`Engine::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn tenant(&self, business: &BusinessId) -> Result<&Arc<Tenant>, EngineError> {
        let missing = || EngineError::NotFound {
            what: "business",
            id: business.to_string(),
        };
        self.tenants.get(business).ok_or_else(missing)
    }

    fn key(business: &BusinessId, conversation: &ConversationId) -> ConversationKey {
        ConversationKey::new(business.as_str(), conversation.as_str()).expect("both ids are shorter, and have no NUL")
    }

    /// Runs one job in a conversation's turn, commits what it decided, and answers.
    async fn turn<T: Send + 'static>(
        self: &Arc<Self>,
        tenant: &Arc<Tenant>,
        key: ConversationKey,
        job: impl FnOnce(&World, &Tenant, &ConversationKey, Time) -> Result<Prepared<T>, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        if self.is_stopping() {
            return Err(EngineError::Stopping);
        }
        let busy = |_| EngineError::Busy {
            what: "the queue of messages",
            waiting: MOST_IN_FLIGHT - self.in_flight.available_permits(),
            most: MOST_IN_FLIGHT,
        };
        let _permit = self.in_flight.try_acquire().map_err(busy)?;
        let _turn = self.turns.take(&key).await;
        let (world, own) = (self.world.clone(), Arc::clone(tenant));
        let now = self.now();
        let prepared = self.workers.run(move || job(&world, &own, &key, now)).await;
        let Prepared {
            decided,
            answer,
            troubles,
        } = prepared.ok_or_else(|| EngineError::Stored {
            what: "step".to_owned(),
            source: "it panicked, or its threads have stopped; the log says more".into(),
        })??;
        self.look_after(tenant, now, &troubles);
        if !troubles.is_empty() {
            self.tell(tenant, troubles);
        }
        if let Some(decided) = decided {
            self.commit(tenant, decided).await?;
        }
        Ok(answer)
    }

    async fn commit(self: &Arc<Self>, tenant: &Arc<Tenant>, mut decided: Decided) -> Result<(), EngineError> {
        let step = std::mem::take(&mut decided.step);
        let committed = self.write(step).await;
        let committed = match committed {
            Ok(committed) => committed,
            Err(error) => {
                decided.undo(&self.world, tenant);
                return Err(error);
            }
        };
        self.after_commit(tenant, &decided, committed);
        if let (Some(watched), Some(trial)) = (decided.watched.take(), tenant.shadow()) {
            trial.hear(watched, &decided.after, &decided.effects);
        }
        Ok(())
    }

    /// Commits rows and waits until they are on the disk.
    async fn write(&self, step: baton_store::Step) -> Result<Committed, EngineError> {
        let (done, result) = oneshot::channel();
        let began = Instant::now();
        self.world
            .store
            .commit(step, Box::new(move |outcome| drop(done.send(outcome))));
        let outcome = result.await.unwrap_or(Err(CommitError::Failed));
        self.world.metrics.commit(began.elapsed(), outcome.is_ok());
        outcome.map_err(|error| match error {
            CommitError::Busy { queue } => EngineError::Busy {
                what: "the queue of the disk",
                waiting: queue,
                most: queue,
            },
            CommitError::Full {
                free_bytes,
                reserve_bytes,
            } => EngineError::DiskFull {
                free_bytes,
                reserve_bytes,
            },
            CommitError::Closed => EngineError::Stopping,
            error @ (CommitError::Conflict { .. }
            | CommitError::Gone { .. }
            | CommitError::Invalid(_)
            | CommitError::Read(_)
            | CommitError::Failed) => EngineError::Stored {
                what: "step".to_owned(),
                source: Box::new(error),
            },
        })
    }

    /// Hints and metrics; nothing that a crash here would lose.
    fn after_commit(self: &Arc<Self>, tenant: &Arc<Tenant>, decided: &Decided, committed: Committed) {
        tenant.count(&self.world.metrics, &decided.effects);
        if let Some(first) = committed.first_event {
            self.hint_events(first);
        }
        if let Some(next) = decided.after.timers.next() {
            self.timers.set(next);
        }
        if decided.freed == Freed::Maybe {
            self.offer_waiting(tenant);
        }
    }

    fn hint_events(&self, sequence: u64) {
        self.events.send_if_modified(|last| {
            let newer = sequence > *last;
            *last = sequence.max(*last);
            newer
        });
        self.deliveries.notify_one();
    }

    /// Tells whoever listens that a plugin was tripped or is back, and keeps the calls that failed. Best effort: the metric
    /// and the log have it as well.
    fn tell(self: &Arc<Self>, tenant: &Arc<Tenant>, troubles: Vec<Trouble>) {
        let (engine, tenant, now) = (Arc::clone(self), Arc::clone(tenant), self.now());
        tokio::spawn(async move {
            for trouble in &troubles {
                if let Trouble::Failed(call) = trouble {
                    engine.put_aside(&tenant, call).await;
                }
            }
            let events: Vec<_> = troubles
                .into_iter()
                .filter_map(|trouble| tenant.trouble(trouble, now))
                .collect();
            if events.is_empty() {
                return;
            }
            let step = baton_store::Step {
                events,
                ..Default::default()
            };
            match engine.write(step).await {
                Ok(Committed {
                    first_event: Some(first),
                    ..
                }) => engine.hint_events(first),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "an event about a plugin could not be kept"),
            }
        });
    }
}
