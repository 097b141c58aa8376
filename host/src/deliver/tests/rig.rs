//! A store, a receiver on this machine that answers by script, and a worker between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use baton_core::{AgentId, BotId, BusinessId, ConversationId, Event, Span, Time};
use baton_store::{Committed, DeadLetter, MemoryStore, NewEvent, Step, Store};
use tokio::sync::{Notify, oneshot};

use crate::deliver::*;
use crate::record::{self, EventRow, Place, What};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What the receiver does with the next request for a path; 200 when the script is at its end.
#[derive(Debug, Clone)]
pub(super) enum Say {
    Status(u16),
    RetryAfter(u16, &'static str),
    Redirect,
    Late(Duration),
    Long(u16),
}

/// A request that the receiver got.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) path: String,
    pub(super) at: Instant,
    pub(super) id: String,
    pub(super) event: CloudEvent,
}

#[derive(Debug, Default)]
pub(super) struct Receiver {
    script: Mutex<BTreeMap<String, Vec<Say>>>,
    got: Mutex<Vec<Got>>,
    pub(super) busy: Mutex<(usize, usize)>,
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signed = Secret::parse(SECRET)
        .expect("it is one")
        .sign(&id, timestamp.parse().expect("a number"), &body);
    assert_eq!(header("webhook-signature"), signed);
    assert_eq!(header("content-type"), "application/cloudevents+json");
    let event = serde_json::from_slice(&body).expect("a CloudEvent");
    receiver.got.lock().expect("no panic").push(Got {
        path: path.clone(),
        at: Instant::now(),
        id,
        event,
    });
    let say = receiver
        .script
        .lock()
        .expect("no panic")
        .get_mut(&path)
        .and_then(|says| (!says.is_empty()).then(|| says.remove(0)));
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match say {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Say::Status(code)) => (status(code), "what  is\nwrong").into_response(),
        Some(Say::RetryAfter(code, after)) => (status(code), [("retry-after", after)]).into_response(),
        Some(Say::Redirect) => (StatusCode::MOVED_PERMANENTLY, [("location", "/elsewhere")]).into_response(),
        Some(Say::Long(code)) => (status(code), "x".repeat(4 << 20)).into_response(),
        Some(Say::Late(pause)) => {
            {
                let mut busy = receiver.busy.lock().expect("no panic");
                *busy = (busy.0 + 1, busy.1.max(busy.0 + 1));
            }
            tokio::time::sleep(pause).await;
            receiver.busy.lock().expect("no panic").0 -= 1;
            StatusCode::OK.into_response()
        }
    }
}

/// A store, a receiver, and a worker between them.
pub(super) struct Rig {
    pub(super) store: Arc<dyn Store>,
    pub(super) receiver: Arc<Receiver>,
    pub(super) port: u16,
    hint: Arc<Notify>,
    pub(super) meters: Meters,
    pub(super) worker: Option<(oneshot::Sender<()>, tokio::task::JoinHandle<()>)>,
}

impl Rig {
    pub(super) async fn new() -> Self {
        let receiver = Arc::new(Receiver::default());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let app = Router::new()
            .route("/{path}", axum::routing::post(receive))
            .with_state(Arc::clone(&receiver));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let hint = Arc::new(Notify::new());
        Self {
            store: Arc::new(MemoryStore::new()),
            receiver,
            port,
            hint,
            meters: Meters::default(),
            worker: None,
        }
    }

    pub(super) fn script(&self, path: &str, says: &[Say]) {
        self.receiver
            .script
            .lock()
            .expect("no panic")
            .insert(path.into(), says.to_vec());
    }

    /// Endpoints of the business `acme` on the receiver, each under its path.
    pub(super) fn endpoints(&self, paths: &[&str]) -> Arc<Endpoints> {
        let all = paths
            .iter()
            .map(|path| self.endpoint(path, &format!("http://127.0.0.1:{}/{path}", self.port), true));
        Arc::new(Endpoints::new(all.collect(), &*self.store).expect("readable"))
    }

    pub(super) fn endpoint(&self, id: &str, url: &str, allow_private: bool) -> Endpoint {
        let secret = Secret::parse(SECRET).expect("it is one");
        let business = BusinessId::new("acme").expect("well formed");
        Endpoint::new(business, id, url, vec![secret], vec![], allow_private).expect("valid")
    }

    pub(super) fn start(&mut self, endpoints: Arc<Endpoints>, options: Options) {
        let (store, hint) = (Arc::clone(&self.store), Arc::clone(&self.hint));
        let worker = Worker::new(store, endpoints, options, Arc::new(now), hint, self.meters.clone()).expect("TLS");
        let (stop, stopped) = oneshot::channel::<()>();
        self.worker = Some((stop, tokio::spawn(worker.run(async { drop(stopped.await) }))));
    }

    pub(super) async fn stop(&mut self) {
        let (stop, ended) = self.worker.take().expect("it runs");
        drop(stop);
        ended.await.expect("no panic");
    }

    pub(super) async fn commit(&self, step: Step) -> Committed {
        let (done, outcome) = oneshot::channel();
        self.store.commit(step, Box::new(|result| drop(done.send(result))));
        let committed = outcome.await.expect("answered").expect("committed");
        self.hint.notify_one();
        committed
    }

    /// One event for each conversation named, in one step.
    pub(super) async fn emit(&self, endpoints: &[&str], conversations: &[&str]) {
        let event = |conversation: &&str| {
            let place = Place {
                conversation: ConversationId::new(conversation).expect("well formed"),
                bot: BotId::new("bot").expect("well formed"),
                channel: "web".into(),
                handover: Some(1),
            };
            let what = What::Happened(Event::Accepted {
                agent: AgentId::new("ana").expect("well formed"),
            });
            NewEvent {
                business: "acme".into(),
                payload: record::write(&EventRow {
                    at: Time(1_000),
                    place: Some(place),
                    what,
                }),
                endpoints: endpoints.iter().map(|&endpoint| endpoint.to_owned()).collect(),
                deliver_at_ms: now().0,
            }
        };
        let events = conversations.iter().map(event).collect();
        self.commit(Step {
            events,
            ..Step::default()
        })
        .await;
    }

    pub(super) fn got(&self) -> Vec<Got> {
        self.receiver.got.lock().expect("no panic").clone()
    }

    /// What arrived at a path: the ends of the conversations' names with the sequence.
    pub(super) fn arrived(&self, path: &str) -> String {
        let got = self.got().into_iter().filter(|got| got.path == path);
        let name = |got: Got| {
            format!(
                "{}{}",
                got.event.data["conversation"].as_str().unwrap_or("-"),
                got.event.id
            )
        };
        got.map(name).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn letters(&self) -> Vec<DeadLetter> {
        self.store.dead_letters("acme", None, 100).expect("readable").items
    }

    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "waited in vain until {what}; got {:?}",
                self.got()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) async fn until_empty(&self) {
        self.until("the outbox is empty", |rig| {
            rig.store.counts().expect("readable").deliveries == 0
        })
        .await;
    }
}

pub(super) fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Time(i64::try_from(since.as_millis()).expect("not so far ahead"))
}

/// The schedule in milliseconds instead of hours.
pub(super) fn options(pauses_ms: &[i64]) -> Options {
    let pauses = pauses_ms.iter().copied().map(Span).collect();
    Options {
        schedule: Schedule {
            pauses,
            ..Schedule::default()
        },
        ..Options::default()
    }
}
