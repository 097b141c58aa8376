//! The loop that empties the outbox.
//!
//! Each endpoint has its own queue in the store, so the loop looks once at each that has something waiting, and a dead endpoint
//! costs the others nothing. A pass reads a window of rows, lets the [`Queue`] choose, and starts attempts as tasks of
//! their own. A fault of one queue is logged, and the others go on.
//!
//! The loop sleeps until something ends, something becomes due, or the committer rings. The bell is only a hint.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use baton_core::{Span, Time};
use baton_store::{Delivery, DeliveryQueue, ReadError, Store};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};

use super::attempt::{Clock, Done, Found, Name, Outbox, STORE_PAUSE, Target, duration};
use super::mail::Post;
use super::queue::{Due, HELD_MAX, Plan, Queue};
use super::{EndpointState, Endpoints, Meters, Schedule, Sender};
use crate::record::EventRow;

/// Rows of a queue that are looked at in one pass, for each attempt that may be under way: a conversation has a handful of
/// events in a row, which one step makes, and only the first of them can be sent.
const ROWS_PER_ATTEMPT: usize = 8;

/// Rows that become dead letters in one commit.
const GIVEN_UP_AT_ONCE: usize = 128;

/// How long the loop sleeps at most, so that a clock that was set is noticed.
const LONGEST_SLEEP: Span = Span::seconds(60);

/// How the worker works.
#[derive(Debug, Clone)]
pub struct Options {
    /// When failed deliveries are made again.
    pub schedule: Schedule,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Attempts under way at once to one endpoint.
    pub per_endpoint: usize,
    /// Attempts under way at once in all.
    pub in_all: usize,
    /// How long a stop waits for attempts that are under way.
    pub grace: Duration,
    /// Where jitter comes from; any number.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schedule: Schedule::default(),
            timeout: Duration::from_secs(15),
            per_endpoint: 8,
            in_all: 64,
            grace: Duration::from_secs(5),
            seed: 0,
        }
    }
}

/// Empties the outbox until it is stopped.
pub struct Worker {
    outbox: Arc<Outbox>,
    hint: Arc<Notify>,
    queues: BTreeMap<Name, Queue>,
    attempts: JoinSet<Done>,
    passes: usize,
}

impl Worker {
    /// A worker that does nothing yet. Ring `hint` after commits that made deliveries.
    ///
    /// # Errors
    ///
    /// When there are webhooks, and the TLS library finds no root certificates on this machine.
    pub fn new(
        store: Arc<dyn Store>,
        endpoints: Arc<Endpoints>,
        options: Options,
        clock: Clock,
        hint: Arc<Notify>,
        meters: Meters,
    ) -> Result<Self, reqwest::Error> {
        let sender = endpoints.has_webhooks().then(|| Sender::new(options.timeout));
        let outbox = Outbox {
            store,
            endpoints,
            sender: sender.transpose()?,
            post: None,
            options,
            clock,
            meters,
        };
        Ok(Self {
            outbox: Arc::new(outbox),
            hint,
            queues: BTreeMap::new(),
            attempts: JoinSet::new(),
            passes: 0,
        })
    }

    /// The same, and it sends mail.
    ///
    /// # Panics
    ///
    /// When it has begun to work.
    #[must_use]
    pub fn with_post(mut self, post: Arc<Post>) -> Self {
        let outbox = Arc::get_mut(&mut self.outbox).expect("no attempt was begun");
        outbox.post = Some(post);
        self
    }

    /// Works until `stop` is ready, then lets what is under way end within the grace time.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let next = match self.pass().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read");
                    self.outbox.now() + STORE_PAUSE
                }
            };
            let sleep = (next - self.outbox.now()).clamp(Span(0), LONGEST_SLEEP);
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = self.attempts.join_next() => self.ended(ended),
                () = self.hint.notified() => {}
                () = tokio::time::sleep(duration(sleep)) => {}
            }
            while let Some(ended) = self.attempts.try_join_next() {
                self.ended(ended);
            }
        }
        let rest = async { while self.attempts.join_next().await.is_some() {} };
        if tokio::time::timeout(self.outbox.options.grace, rest).await.is_err() {
            tracing::info!(
                attempts = self.attempts.len(),
                "stopped while deliveries were under way; they are sent again"
            );
        }
    }

    /// Starts what may be started, and tells when to look again if nothing ends or rings before.
    async fn pass(&mut self) -> Result<Time, ReadError> {
        let now = self.outbox.now();
        let look = self
            .outbox
            .read(|store| Ok((store.delivery_queues()?, store.counts()?)));
        let (mut waiting, counts) = look.await?;
        let names: BTreeSet<Name> = waiting.iter().map(name).collect();
        self.queues
            .retain(|name, queue| !queue.is_idle() || names.contains(name));
        // Where there are more due queues than free attempts, each pass begins with another one.
        let first = self.passes % waiting.len().max(1);
        waiting.rotate_left(first);
        self.passes += 1;
        let mut next = now + LONGEST_SLEEP;
        for queue in waiting {
            let again = if queue.next_ms > now.0 {
                Some(Time(queue.next_ms))
            } else {
                self.serve(name(&queue), now).await.unwrap_or_else(|error| {
                    let DeliveryQueue { business, endpoint, .. } = queue;
                    tracing::error!(business, endpoint, %error, "a queue of the outbox cannot be read");
                    Some(now + STORE_PAUSE)
                })
            };
            next = again.map_or(next, |again| next.min(again));
        }
        let gauge = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.outbox.meters.waiting.set(gauge(counts.deliveries));
        self.outbox.meters.in_flight.set(gauge(self.attempts.len() as u64));
        Ok(next)
    }

    /// Starts what one queue allows, and tells when to look at it again. `None`: when an attempt has ended.
    async fn serve(&mut self, name: Name, now: Time) -> Result<Option<Time>, ReadError> {
        let outbox = Arc::clone(&self.outbox);
        if !self.queues.contains_key(&name) {
            let known: Vec<Due> = outbox
                .load(&name, HELD_MAX)
                .await?
                .into_iter()
                .filter_map(due)
                .collect();
            self.queues.insert(name.clone(), Queue::recall(&known));
        }
        let queue = self.queues.get_mut(&name).expect("was just put there");
        if let Some(until) = queue.rests_until(now) {
            return Ok(Some(until));
        }
        let target = match outbox.endpoints.get(&name.0, &name.1) {
            Some(EndpointState::On(endpoint)) => Target::Webhook(endpoint),
            Some(EndpointState::Reader(reader)) => Target::Reader(reader),
            // Rows of attempts under way are left to them.
            Some(EndpointState::Off(..)) | None if queue.is_busy() => return Ok(None),
            Some(EndpointState::Off(_, off)) => {
                let note = format!("switched off, because it {}", off.why);
                return give_up_all(&outbox, &name, &note, now).await.map(Some);
            }
            None => {
                return give_up_all(&outbox, &name, "this endpoint is no longer configured", now)
                    .await
                    .map(Some);
            }
        };
        let free = outbox.options.in_all.saturating_sub(self.attempts.len());
        let room = queue.room(now, outbox.options.per_endpoint).min(free);
        if room == 0 {
            return Ok(None);
        }
        let rows = ROWS_PER_ATTEMPT * outbox.options.per_endpoint;
        let Window {
            due,
            mut events,
            unreadable,
            later,
        } = window(outbox.load(&name, rows).await?, now);
        if !unreadable.is_empty() {
            return Ok(Some(outbox.give_up(&unreadable, now).await));
        }
        let Plan { start, park } = queue.plan(due, room);
        for due in start {
            let row = events
                .remove(&due.delivery.id.event)
                .expect("each row came with its event");
            self.attempts
                .spawn(Arc::clone(&outbox).attempt(name.clone(), target.clone(), due, row));
        }
        Ok(if park.is_empty() {
            later
        } else {
            Some(outbox.park(&park, now).await)
        })
    }

    fn ended(&mut self, ended: Result<Done, JoinError>) {
        match ended {
            Ok(Done {
                name,
                conversation,
                event,
                finish,
            }) => {
                if let Some(queue) = self.queues.get_mut(&name) {
                    queue.finished(&conversation, event, finish, self.outbox.now());
                }
            }
            Err(error) => {
                // Whose attempt it was is lost with it. What the queues know is read back from the store.
                tracing::error!(%error, "an attempt at a delivery panicked");
                self.queues.clear();
            }
        }
    }
}

/// The first rows of a queue, sorted out.
#[derive(Default)]
struct Window {
    due: Vec<Due>,
    events: BTreeMap<u64, EventRow>,
    /// With what is wrong with their events.
    unreadable: Vec<(Delivery, String)>,
    /// When the first row that is not due becomes so.
    later: Option<Time>,
}

fn window(found: Vec<Found>, now: Time) -> Window {
    let mut window = Window::default();
    for (delivery, event) in found {
        if delivery.id.at_ms > now.0 {
            window.later = Some(Time(delivery.id.at_ms));
            break;
        }
        match event {
            Ok(row) => {
                window.due.push(Due {
                    conversation: conversation(&row),
                    delivery: delivery.clone(),
                });
                window.events.insert(delivery.id.event, row);
            }
            Err(why) => window.unreadable.push((delivery, why)),
        }
    }
    window
}

/// Gives up a window of a queue whose endpoint gets nothing any more; the next pass takes the next one.
async fn give_up_all(outbox: &Outbox, name: &Name, note: &str, now: Time) -> Result<Time, ReadError> {
    let found = outbox.load(name, GIVEN_UP_AT_ONCE).await?;
    let rows: Vec<_> = found
        .into_iter()
        .map(|(delivery, _)| (delivery, note.to_owned()))
        .collect();
    Ok(outbox.give_up(&rows, now).await)
}

fn due((delivery, event): Found) -> Option<Due> {
    event.ok().map(|row| Due {
        conversation: conversation(&row),
        delivery,
    })
}

/// What a delivery waits for: those of the business as a whole share a name that no conversation has.
fn conversation(row: &EventRow) -> String {
    row.place
        .as_ref()
        .map_or_else(String::new, |place| place.conversation.to_string())
}

fn name(queue: &DeliveryQueue) -> Name {
    (queue.business.clone(), queue.endpoint.clone())
}
