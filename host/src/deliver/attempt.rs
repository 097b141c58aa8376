//! One attempt at a delivery, and what is committed about it.
//!
//! The outcome is committed before the conversation is free for its next delivery. So an attempt whose outcome was not
//! committed is made again, under the same `webhook-id`, and never out of order.

use std::sync::Arc;
use std::time::Duration;

use baton_core::{Span, Time};
use baton_store::{CommitError, Delivery, DeliveryChange, FactChange, NewEvent, ReadError, Step, Store};
use tokio::sync::oneshot;

use super::mail::{Post, Reader};
use super::queue::{Due, Finish};
use super::worker::Options;
use super::{Endpoint, Endpoints, Meters, Sender, Verdict, cloud_event, webhook_id};
use crate::record::{self, EndpointOff, EventRow, What};

/// The pause after the store could not be read or written.
pub(super) const STORE_PAUSE: Span = Span::seconds(1);

/// The current time.
pub(super) type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// Business and endpoint.
pub(super) type Name = (String, String);

/// A row of a queue with its event, or why that cannot be read.
pub(super) type Found = (Delivery, Result<EventRow, String>);

/// What attempts need.
pub(super) struct Outbox {
    pub(super) store: Arc<dyn Store>,
    pub(super) endpoints: Arc<Endpoints>,
    /// There where there are webhooks.
    pub(super) sender: Option<Sender>,
    /// There where there are readers.
    pub(super) post: Option<Arc<Post>>,
    pub(super) options: Options,
    pub(super) clock: Clock,
    pub(super) meters: Meters,
}

/// Where a delivery goes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Webhook(Arc<Endpoint>),
    Reader(Reader),
}

/// An attempt that has ended.
pub(super) struct Done {
    pub(super) name: Name,
    pub(super) conversation: String,
    pub(super) event: u64,
    pub(super) finish: Finish,
}

impl Outbox {
    pub(super) fn now(&self) -> Time {
        (self.clock)()
    }

    /// Reads on a thread that may block: a read waits for the sync of what it sees.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || read(&*store))
            .await
            .expect("a read of the store does not panic")
    }

    /// The first rows of a queue, due or not.
    pub(super) async fn load(&self, (business, endpoint): &Name, limit: usize) -> Result<Vec<Found>, ReadError> {
        let (business, endpoint) = (business.clone(), endpoint.clone());
        self.read(move |store| {
            let rows = store.due_deliveries(&business, &endpoint, i64::MAX, limit)?;
            Ok(rows.into_iter().map(|row| with_event(store, row)).collect())
        })
        .await
    }

    /// Makes an attempt, and commits what came of it.
    pub(super) async fn attempt(self: Arc<Self>, name: Name, target: Target, due: Due, row: EventRow) -> Done {
        let Due { delivery, conversation } = due;
        let event = delivery.id.event;
        let meters = match &target {
            Target::Webhook(_) => &self.meters.webhooks,
            Target::Reader(_) => &self.meters.mails,
        };
        meters.attempts.inc();
        let verdict = self.carry(&name, &target, event, &row).await;
        let (now, attempt) = (self.now(), delivery.attempt + 1);
        let (finish, note) = match &verdict {
            Verdict::Delivered => (Finish::Delivered, ""),
            Verdict::Void(why) => {
                tracing::debug!(
                    business = name.0,
                    endpoint = name.1,
                    event,
                    why,
                    "there is nothing to tell any more"
                );
                (Finish::Delivered, "")
            }
            Verdict::Gone { note } | Verdict::Rejected { note } => (Finish::Dead, note.as_str()),
            Verdict::Failed { note, retry_after } => {
                let seed = self.options.seed ^ event.rotate_left(20) ^ u64::from(attempt);
                let again = self.options.schedule.next(attempt, now, *retry_after, seed);
                (
                    again.map_or(Finish::Dead, |at| Finish::Retry {
                        at,
                        asked: *retry_after,
                    }),
                    note.as_str(),
                )
            }
        };
        if finish != Finish::Delivered {
            tracing::info!(
                business = name.0,
                endpoint = name.1,
                event,
                attempt,
                note,
                "a delivery failed"
            );
            meters.failures.inc();
        }
        let gone = match &target {
            Target::Webhook(endpoint) => matches!(verdict, Verdict::Gone { .. }).then_some(&**endpoint),
            Target::Reader(_) => None,
        };
        let kept = self.commit(|| self.outcome(gone, &delivery, finish, note, now)).await;
        let told = finish == Finish::Delivered && verdict == Verdict::Delivered;
        meters.delivered.inc_by(u64::from(kept && told));
        meters.dead.inc_by(u64::from(kept && finish == Finish::Dead));
        self.meters.disabled.inc_by(u64::from(kept && gone.is_some()));
        Done {
            name,
            conversation,
            event,
            finish: if kept { finish } else { Finish::Untouched },
        }
    }

    async fn carry(&self, (business, _): &Name, target: &Target, event: u64, row: &EventRow) -> Verdict {
        match target {
            Target::Webhook(endpoint) => {
                let body = serde_json::to_vec(&cloud_event(business, event, row)).expect("maps have text keys");
                let sender = self.sender.as_ref().expect("it is made where there are webhooks");
                sender
                    .send(endpoint, &webhook_id(event, row.at), self.now(), body)
                    .await
            }
            Target::Reader(reader) => match &self.post {
                Some(post) => post.send(business, reader, event, row, self.now()).await,
                None => Verdict::Void("no mail is sent any more"),
            },
        }
    }

    /// What an attempt changes; `gone` is an endpoint that is off from now on.
    fn outcome(&self, gone: Option<&Endpoint>, row: &Delivery, finish: Finish, note: &str, now: Time) -> Step {
        let (id, attempt, note) = (row.id.clone(), row.attempt + 1, note.to_owned());
        let mut step = Step::default();
        if let Some(endpoint) = gone {
            let (fact, event) = self.switch_off(endpoint, &note, now);
            step.facts.push(fact);
            step.events.push(event);
        }
        step.deliveries.extend(match finish {
            Finish::Delivered => Some(DeliveryChange::Delivered(id)),
            Finish::Retry { at, .. } => Some(DeliveryChange::Retry {
                id,
                at_ms: at.0,
                attempt,
                note,
            }),
            Finish::Dead => Some(DeliveryChange::Dead {
                id,
                at_ms: now.0,
                attempt,
                note,
            }),
            Finish::Untouched => None,
        });
        step
    }

    /// An endpoint that answered 410 is off from now on, and the others hear of it.
    fn switch_off(&self, endpoint: &Endpoint, why: &str, now: Time) -> (FactChange, NewEvent) {
        tracing::warn!(business = %endpoint.business, endpoint = endpoint.id, why, "a webhook endpoint is switched off");
        let off = EndpointOff {
            url: endpoint.url.to_string(),
            at: now,
            why: why.to_owned(),
        };
        let fact = self.endpoints.switch_off(endpoint, off);
        let what = What::WebhookDisabled {
            endpoint: endpoint.id.clone(),
            why: why.to_owned(),
        };
        let business = endpoint.business.to_string();
        let event = NewEvent {
            endpoints: self.endpoints.wanting(&business, what.name()),
            business,
            payload: record::write(&EventRow {
                at: now,
                place: None,
                what,
            }),
            deliver_at_ms: now.0,
        };
        (fact, event)
    }

    /// Moves rows; tells when to look again.
    pub(super) async fn park(&self, rows: &[(Delivery, Time)], now: Time) -> Time {
        let parked = |(delivery, at): &(Delivery, Time)| {
            let Delivery { id, attempt, note } = delivery.clone();
            DeliveryChange::Retry {
                id,
                at_ms: at.0,
                attempt,
                note,
            }
        };
        let kept = self
            .commit(|| Step {
                deliveries: rows.iter().map(parked).collect(),
                ..Step::default()
            })
            .await;
        self.meters.parked.inc_by(if kept { rows.len() as u64 } else { 0 });
        now + if kept { Span(0) } else { STORE_PAUSE }
    }

    /// Makes rows dead letters; tells when to look again.
    pub(super) async fn give_up(&self, rows: &[(Delivery, String)], now: Time) -> Time {
        let dead = |(Delivery { id, attempt, .. }, note): &(Delivery, String)| DeliveryChange::Dead {
            id: id.clone(),
            at_ms: now.0,
            attempt: *attempt,
            note: note.clone(),
        };
        let kept = self
            .commit(|| Step {
                deliveries: rows.iter().map(dead).collect(),
                ..Step::default()
            })
            .await;
        self.meters
            .webhooks
            .dead
            .inc_by(if kept { rows.len() as u64 } else { 0 });
        now + if kept { Span(0) } else { STORE_PAUSE }
    }

    /// Commits a step, patiently while the store is busy or the disk full. `false`: it is not committed, and will not be.
    async fn commit(&self, step: impl Fn() -> Step) -> bool {
        loop {
            let (done, outcome) = oneshot::channel();
            // Nobody waits any more when the worker was stopped meanwhile.
            self.store
                .commit(step(), Box::new(move |result| drop(done.send(result))));
            match outcome.await {
                Ok(Ok(_)) => return true,
                Ok(Err(CommitError::Busy { .. } | CommitError::Full { .. })) => {
                    tokio::time::sleep(duration(STORE_PAUSE)).await;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the outcome of a delivery was not kept");
                    return false;
                }
                Err(_) => return false,
            }
        }
    }
}

pub(super) fn duration(span: Span) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}

fn with_event(store: &dyn Store, delivery: Delivery) -> Found {
    let event = match store.event(&delivery.id.business, delivery.id.event) {
        Ok(Some(event)) => record::read::<EventRow>(&event.payload).map_err(|error| error.to_string()),
        Ok(None) => Err("the event is no longer stored".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    (delivery, event)
}
