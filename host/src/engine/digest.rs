//! The daily list of what is overdue: decided here, written when it is sent.
//!
//! The day of the last list is a fact of the store, and changes in the commit that makes the next one. So a day has one
//! list, whatever crashes; a daemon that was down at the hour makes up for it when it starts.

use std::sync::Arc;
use std::time::Duration;

use baton_core::{Calendar, Time};
use baton_store::{FactChange, FactTable};

use super::rows::unreadable;
use super::{Engine, EngineError, Tenant};
use crate::deliver::mail;
use crate::record::{EventRow, What};

/// How often the clock is looked at: a list is at most this late.
const ROUND: Duration = Duration::from_secs(20);

impl Engine {
    /// Makes the daily lists in time, for as long as it is polled.
    pub async fn keep_digests(self: Arc<Self>) {
        loop {
            for tenant in self.tenants.values() {
                if let Err(error) = self.digest(tenant).await {
                    tracing::warn!(business = %tenant.business.id, %error, "the daily list could not be made yet");
                }
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    async fn digest(&self, tenant: &Tenant) -> Result<(), EngineError> {
        let business = &tenant.business;
        let Some(digest) = business.email.as_ref().and_then(|email| email.digest.as_ref()) else {
            return Ok(());
        };
        let (store, now) = (Arc::clone(&self.world.store), self.now());
        let key = format!("{}/digest", business.id);
        let last = store
            .fact(FactTable::Settings, &key)
            .map_err(|error| unreadable("day of the last list", error))?;
        let last = last.map(|day| String::from_utf8_lossy(&day).into_owned());
        let Some(day) = due_day(&business.calendar, digest.at_minute, last.as_deref(), now) else {
            return Ok(());
        };
        let id = business.id.to_string();
        let overdue = tokio::task::spawn_blocking(move || mail::overdue(&*store, &id, now))
            .await
            .expect("reading tasks does not panic");
        let (overdue, _) = overdue.map_err(|error| unreadable("task", error))?;
        let what = What::OverdueDigest {
            day: day.clone(),
            overdue: overdue.len() as u64,
        };
        let event = || {
            tenant.event(EventRow {
                at: now,
                place: None,
                what,
            })
        };
        let events = if overdue.is_empty() { Vec::new() } else { vec![event()] };
        let facts = vec![FactChange {
            table: FactTable::Settings,
            key,
            payload: Some(day.into_bytes()),
        }];
        let step = baton_store::Step {
            events,
            facts,
            ..Default::default()
        };
        if let Some(first) = self.write(step).await?.first_event {
            self.hint_events(first);
        }
        Ok(())
    }
}

/// The day whose list is due, if it is: at that minute of the wall clock, or the first one after it where a clock
/// that is set forward leaves it out. A day that is not after the `last` one has had its list.
fn due_day(calendar: &Calendar, at_minute: u16, last: Option<&str>, now: Time) -> Option<String> {
    let local = calendar.local(now);
    let (day, _) = local.split_once(' ')?;
    let at = calendar.moment(&format!("{day} {:02}:{:02}", at_minute / 60, at_minute % 60))?;
    (now >= at && last.is_none_or(|last| last < day)).then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_list_on_the_businesss_own_clock() {
        let calendar = Calendar::new("Europe/Berlin", &[], &[]).expect("a zone");
        let at = |local: &str| calendar.moment(local).expect("a moment");
        let due = |last, now: &str| due_day(&calendar, 8 * 60, last, at(now));
        assert_eq!(due(None, "2026-03-02 07:59"), None);
        assert_eq!(due(None, "2026-03-02 08:00").as_deref(), Some("2026-03-02"));
        assert_eq!(due(Some("2026-03-02"), "2026-03-02 23:59"), None);
        assert_eq!(due(Some("2026-03-02"), "2026-03-03 07:59"), None);
        assert_eq!(
            due(Some("2026-03-02"), "2026-03-09 12:00").as_deref(),
            Some("2026-03-09"),
            "one for a week of silence"
        );
        assert_eq!(
            due(Some("2026-03-09"), "2026-03-08 12:00"),
            None,
            "the clock was set back"
        );
    }

    #[test]
    fn an_hour_that_the_summer_skips_is_made_up_for() {
        let calendar = Calendar::new("Europe/Berlin", &[], &[]).expect("a zone");
        let at = |local: &str| calendar.moment(local).expect("a moment");
        let due = |now: &str| due_day(&calendar, 2 * 60 + 30, Some("2026-03-28"), at(now));
        assert_eq!(due("2026-03-29 01:59"), None);
        assert_eq!(due("2026-03-29 03:30").as_deref(), Some("2026-03-29"));
    }
}
