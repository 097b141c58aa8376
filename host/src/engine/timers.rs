//! Fires timers: the store's rows are the promises, this loop only looks at them in time.
//!
//! A row stays until the step that keeps its promise is committed, so a crash anywhere here fires it again
//! at the next start, and a wake-up that comes twice finds nothing to do.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use baton_core::{BusinessId, Time, TimerKind};
use baton_store::{ConversationKey, TimerRow};
use tokio::sync::Notify;

use super::{Engine, rows};
use crate::limits::MOST_TIMERS_IN_FLIGHT;

/// The longest sleep: a clock that is set forward is noticed after it.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// How long to wait after the store could not be read, or a step could not be committed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);

/// Wakes the loop when a timer is set that is due before the one it sleeps for.
#[derive(Debug, Default)]
pub(super) struct Bell {
    next_ms: AtomicI64,
    rung: Notify,
}

impl Bell {
    pub(super) fn set(&self, at: Time) {
        if at.0 < self.next_ms.load(Ordering::SeqCst) {
            self.rung.notify_one();
        }
    }

    pub(super) fn ring(&self) {
        self.rung.notify_one();
    }
}

type InFlight = Arc<Mutex<HashSet<ConversationKey>>>;

impl Engine {
    /// Fires every timer in time until the engine stops; those that were due while the daemon was down come first.
    pub async fn fire_timers(self: Arc<Self>) {
        let in_flight = InFlight::default();
        while !self.is_stopping() {
            let sleep = match self.fire_due(&in_flight) {
                Ok(sleep) => sleep,
                Err(error) => {
                    tracing::error!(%error, "timers cannot be read");
                    PAUSE_AFTER_FAILURE
                }
            };
            let _ = tokio::time::timeout(sleep, self.timers.rung.notified()).await;
        }
    }

    /// Starts everything that is due and tells how long nothing more will be.
    fn fire_due(self: &Arc<Self>, in_flight: &InFlight) -> Result<Duration, baton_store::ReadError> {
        let now = self.now();
        let busy = || in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = busy().len();
        // What is under way still has its rows in front; one conversation has at most one of each kind.
        let limit = under_way * TimerKind::ALL.len() + MOST_TIMERS_IN_FLIGHT;
        let due = self.world.store.due_timers(now.0, limit)?;
        let more = due.len() == limit;
        let mut searches: BTreeMap<String, Vec<TimerRow>> = BTreeMap::new();
        for row in due {
            if busy().len() >= MOST_TIMERS_IN_FLIGHT {
                break;
            }
            if !busy().insert(row.key.clone()) {
                continue;
            }
            if row.kind == rows::timer_code(TimerKind::Candidate) {
                searches.entry(row.key.business().to_owned()).or_default().push(row);
            } else {
                self.fire(row, now, in_flight);
            }
        }
        for (business, rows) in searches {
            self.search(&business, rows, now, in_flight);
        }
        if more || !busy().is_empty() {
            // Whoever finishes rings.
            self.timers.next_ms.store(i64::MAX, Ordering::SeqCst);
            return Ok(LONGEST_SLEEP);
        }
        self.timers.next_ms.store(i64::MAX, Ordering::SeqCst);
        let next = self.world.store.next_timer_ms()?;
        self.timers.next_ms.store(next.unwrap_or(i64::MAX), Ordering::SeqCst);
        let millis = next.map_or(u64::MAX, |at| {
            u64::try_from(at.saturating_sub(self.now().0)).unwrap_or(0)
        });
        Ok(Duration::from_millis(millis).min(LONGEST_SLEEP))
    }

    /// Fires the searches of a business.
    ///
    /// Somebody is expected to be there now, and a whole night of handovers may wait for them: they are offered in the
    /// order of their urgency before each search is woken in that of its key.
    fn search(self: &Arc<Self>, business: &str, rows: Vec<TimerRow>, now: Time, in_flight: &InFlight) {
        let (engine, in_flight) = (Arc::clone(self), Arc::clone(in_flight));
        let tenant = BusinessId::new(business)
            .ok()
            .and_then(|id| self.tenants.get(&id))
            .cloned();
        tokio::spawn(async move {
            if let Some(tenant) = tenant {
                engine.offer_in_turn(&tenant).await;
            }
            for row in rows {
                engine.fire(row, now, &in_flight);
            }
        });
    }

    fn fire(self: &Arc<Self>, row: TimerRow, now: Time, in_flight: &InFlight) {
        let (engine, in_flight) = (Arc::clone(self), Arc::clone(in_flight));
        tokio::spawn(async move {
            let late = u64::try_from((now - Time(row.at_ms)).0).unwrap_or(0);
            engine
                .world
                .metrics
                .timer_fired(rows::timer_name(row.kind), Duration::from_millis(late));
            let business = BusinessId::new(row.key.business()).ok();
            let tenant = business.as_ref().and_then(|id| engine.tenants.get(id));
            let woke = match tenant {
                Some(tenant) => engine.wake(tenant, &row.key).await,
                // Its business was taken out of the configuration: the promise waits for its return.
                None => {
                    tokio::time::sleep(LONGEST_SLEEP).await;
                    Ok(true)
                }
            };
            match woke {
                Ok(true) => {}
                // Another step may have kept the promise first, and taken the row with it.
                Ok(false) if !engine.is_due(&row) => {}
                Ok(false) => {
                    // The row and the conversation are written together, so this is damage; it must not spin.
                    tracing::error!(key = %row.key, kind = row.kind, "a timer has no promise; run `baton store verify`");
                    tokio::time::sleep(LONGEST_SLEEP).await;
                }
                Err(error) => {
                    tracing::warn!(key = %row.key, %error, "a timer could not be kept yet");
                    tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                }
            }
            in_flight
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&row.key);
            engine.timers.ring();
        });
    }

    /// Whether the row is still there.
    fn is_due(&self, row: &TimerRow) -> bool {
        let limit = MOST_TIMERS_IN_FLIGHT * TimerKind::ALL.len();
        let due = self.world.store.due_timers(row.at_ms, limit);
        due.is_ok_and(|due| due.contains(row))
    }
}
