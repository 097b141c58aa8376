//! `GET /v1/events`: events as they happen, resumable.
//!
//! A stream is a position in the store and nothing more: it reads a page when the client has taken the last
//! one, and sleeps on a hint. So a slow client holds one page in memory and delays nobody; one that stops
//! reading is dropped by the connection's write timeout. A stream ends when its token does.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_stream::Stream;

use super::Published;
use super::gate::{Caller, Shared};
use super::limits::STREAM_PAGE;
use super::problem::{Kind, Problem};
use crate::auth::Scope;

/// Which event types: exact ones, or all below one (`handover.*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Types(pub(crate) Vec<String>);

impl Types {
    /// Whether a type is wanted; every one is when none was named.
    pub(crate) fn want(&self, kind: &str) -> bool {
        let matches = |wanted: &String| match wanted.strip_suffix(".*") {
            Some(family) => kind.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
            None => kind == wanted,
        };
        self.0.is_empty() || self.0.iter().any(matches)
    }
}

/// What a bot's platform must know; the rest (people, tasks, contacts) is not a bot's business.
fn is_for_bots(kind: &str) -> bool {
    let kind = kind.strip_prefix("baton.").unwrap_or(kind);
    ["message.", "control.", "bot."]
        .iter()
        .any(|family| kind.starts_with(family))
}

/// One client's position.
pub(crate) struct Position {
    app: Shared,
    caller: Caller,
    types: Types,
    after: u64,
    page: VecDeque<Published>,
    hint: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

impl Position {
    /// Opens a stream after a sequence number; after the last event where none is given.
    pub(crate) fn open(app: Shared, caller: Caller, types: Types, after: Option<u64>) -> Result<Self, Problem> {
        let Ok(permit) = Arc::clone(&app.streams).try_acquire_owned() else {
            let detail = format!("{} event streams are open, no more may be", app.options.streams);
            return Err(Problem::new(Kind::Busy, detail).retry_after(10));
        };
        let hint = app.backend.events_hint();
        let after = after.unwrap_or_else(|| *hint.borrow());
        let stop = app.stop.clone();
        Ok(Self {
            app,
            caller,
            types,
            after,
            page: VecDeque::new(),
            hint,
            stop,
            _permit: permit,
        })
    }

    /// The stream as server-sent events.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static {
        futures_util::stream::unfold(self, |mut position| async move {
            let published = position.next().await?;
            let event = sse::Event::default()
                .id(published.sequence.to_string())
                .event(published.kind)
                .data(published.event.to_string());
            Some((Ok(event), position))
        })
    }

    /// The next wanted event; `None` when the stream is over.
    async fn next(&mut self) -> Option<Published> {
        loop {
            if *self.stop.borrow() {
                return None;
            }
            while let Some(published) = self.page.pop_front() {
                self.after = published.sequence;
                let allowed = self.caller.token.scope != Scope::Bot || is_for_bots(&published.kind);
                if allowed && self.types.want(&published.kind) {
                    return Some(published);
                }
            }
            if !self.read_page() {
                return None;
            }
            if self.page.is_empty() {
                // A closed hint means that the engine is gone.
                let woke = tokio::select! {
                    changed = self.hint.changed() => changed.is_ok(),
                    changed = self.stop.changed() => changed.is_ok(),
                };
                if !woke {
                    return None;
                }
            } else {
                // A stream that wants few of many events must not keep its thread.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Reads on; `false` when the stream is over.
    fn read_page(&mut self) -> bool {
        let token = self.app.backend.token(&self.caller.token.id);
        if !token.is_some_and(|token| token.is_live(self.app.backend.now())) {
            return false;
        }
        // Seen before reading: what is committed from here on changes it again.
        self.hint.mark_unchanged();
        match self.app.backend.events(&self.caller.business, self.after, STREAM_PAGE) {
            Ok(page) => {
                self.page = page.into();
                true
            }
            Err(error) => {
                tracing::error!(%error, "an event stream ends: its events cannot be read");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_of_types_holds_its_members_only() {
        let types = Types(vec!["handover.*".into(), "message.final".into()]);
        for (kind, wanted) in [
            ("handover.opened", true),
            ("handover", false),
            ("handovers.opened", false),
            ("message.final", true),
            ("message.returning", false),
        ] {
            assert_eq!(types.want(kind), wanted, "{kind}");
        }
        assert!(Types(vec![]).want("anything"));
    }
}
