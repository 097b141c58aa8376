//! Calls that made a plugin fail, set aside with their input so that somebody can find out why.
//!
//! Written after the fact and best effort, since the customer does not wait for it. What is kept is bounded in number,
//! bytes and age, for it holds customers' words: the newest calls of each business, each cause once. A plugin that fails at
//! every message is soon not called any more, so this is no flood.

use std::sync::Arc;

use baton_core::{BusinessId, Span};
use baton_store::{FactChange, FactTable};
use serde_json::{Value, json};

use super::audit::Deed;
use super::rows::{all_facts, unreadable};
use super::{Engine, EngineError, Tenant};
use crate::api::Page;
use crate::calls::Verdict;
use crate::record::{self, Call, digest};

/// Calls that are kept of a business.
const MOST: usize = 100;
/// Bytes that they may have together. Most calls have less than ten thousand, the longest half a million.
const MOST_BYTES: usize = 16 << 20;
/// How long a call is kept.
const KEPT: Span = Span::hours(30 * 24);

/// A call that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// Of plugin, rules, and input: the same cause, the same id.
    pub id: String,
    /// What was asked and what came of it.
    pub call: Call,
}

/// A call that was made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// As it was recorded.
    pub before: Quarantined,
    /// What comes of it under the rules in force.
    pub verdict: Verdict,
    /// Those rules.
    pub rules: String,
}

impl Engine {
    /// Sets a call aside, in place of an older one of the same cause.
    pub(super) async fn put_aside(self: &Arc<Self>, tenant: &Arc<Tenant>, call: &Call) {
        let Call {
            plugin, rules, asked, ..
        } = call;
        let id = id(call);
        let (engine, business, new) = (Arc::clone(self), tenant.business.id.clone(), call.clone());
        let rows = tokio::task::spawn_blocking(move || engine.rows_of_call(&business, &new));
        let facts = match rows.await.expect("reading does not panic") {
            Ok(facts) => facts,
            Err(error) => return tracing::error!(%error, plugin, rules, "a failed call could not be set aside"),
        };
        let step = baton_store::Step {
            facts,
            ..Default::default()
        };
        match self.write(step).await {
            Ok(_) => {
                let function = asked.function();
                tracing::info!(plugin, rules, function, id, "a failed call is in quarantine");
            }
            Err(error) => tracing::error!(%error, plugin, rules, "a failed call could not be set aside"),
        }
    }

    /// The row of a call, and those that make room for it.
    fn rows_of_call(&self, business: &BusinessId, call: &Call) -> Result<Vec<FactChange>, EngineError> {
        let (id, payload) = (id(call), record::write(call));
        let newest_first = i64::MAX.abs_diff(call.at.0);
        let key = format!("{business}/{newest_first:020}-{id}");
        let kept = all_facts(&*self.world.store, FactTable::Quarantine, &format!("{business}/"))?;
        let kept: Vec<_> = kept.iter().map(|(key, old)| (key.as_str(), old.len())).collect();
        let mut facts: Vec<_> = surplus(&kept, &key, payload.len()).map(gone).collect();
        facts.push(FactChange {
            table: FactTable::Quarantine,
            key,
            payload: Some(payload),
        });
        Ok(facts)
    }

    /// Calls of a business, the newest first.
    pub(super) fn list_quarantine(
        &self,
        business: &BusinessId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Quarantined>, EngineError> {
        self.tenant(business)?;
        let prefix = format!("{business}/");
        let after = after.map(|after| format!("{prefix}{after}"));
        let rows = self
            .world
            .store
            .facts(FactTable::Quarantine, &prefix, after.as_deref(), limit)
            .map_err(|error| unreadable("call in quarantine", error))?;
        let next = rows.last().filter(|_| rows.len() == limit);
        let next = next.map(|row| row.key[prefix.len()..].to_owned());
        let items = rows.iter().map(|row| read(&row.key, &row.payload));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next,
        })
    }

    /// One call, and the key of its row.
    pub(super) fn one_quarantined(
        &self,
        business: &BusinessId,
        id: &str,
    ) -> Result<(String, Quarantined), EngineError> {
        self.tenant(business)?;
        let all = all_facts(&*self.world.store, FactTable::Quarantine, &format!("{business}/"))?;
        let found = all.into_iter().find(|(key, _)| id_of(key) == id);
        let missing = || EngineError::NotFound {
            what: "call in quarantine",
            id: id.to_owned(),
        };
        let (key, payload) = found.ok_or_else(missing)?;
        let call = read(&key, &payload)?;
        Ok((key, call))
    }

    /// Makes a call again under the rules in force.
    pub(super) fn replay_quarantined(&self, business: &BusinessId, id: &str) -> Result<Replayed, EngineError> {
        let (_, before) = self.one_quarantined(business, id)?;
        let generation = self.tenant(business)?.generation();
        Ok(Replayed {
            verdict: Verdict::of(&generation, &before.call),
            rules: generation.rules.to_string(),
            before,
        })
    }

    /// Takes a call away; who did is written down.
    pub(super) async fn drop_quarantined(&self, business: &BusinessId, id: &str, by: &str) -> Result<(), EngineError> {
        let (key, Quarantined { call, .. }) = self.one_quarantined(business, id)?;
        let deed = Deed {
            by: by.to_owned(),
            action: "quarantine.drop",
            subject: id.to_owned(),
        };
        let was = json!({ "plugin": call.plugin, "rules": call.rules });
        let row = self.world.write_down(business, self.now(), deed, was, Value::Null);
        let step = baton_store::Step {
            facts: vec![gone(key), row],
            ..Default::default()
        };
        self.write(step).await.map(drop)
    }

    /// Takes away what has been kept long enough.
    pub(super) async fn empty_quarantine(self: &Arc<Self>) -> Result<(), EngineError> {
        let oldest = i64::MAX.abs_diff(self.now().0 - KEPT.0);
        for business in self.tenants.keys() {
            let prefix = format!("{business}/");
            let all = all_facts(&*self.world.store, FactTable::Quarantine, &prefix)?;
            let after = format!("{prefix}{oldest:020}");
            let facts: Vec<_> = all
                .into_iter()
                .filter(|(key, _)| *key > after)
                .map(|(key, _)| gone(key))
                .collect();
            if !facts.is_empty() {
                self.write(baton_store::Step {
                    facts,
                    ..Default::default()
                })
                .await?;
            }
        }
        Ok(())
    }
}

/// Keys of the rows, the newest first, that go when one with this key comes: the same cause, and what is over the bounds.
fn surplus<'a>(kept: &'a [(&'a str, usize)], key: &'a str, bytes: usize) -> impl Iterator<Item = String> + 'a {
    let (mut calls, mut bytes) = (1, bytes);
    let gone = kept.iter().filter(move |(other, more)| {
        let is_same_cause = id_of(other) == id_of(key);
        let stays = !is_same_cause && calls < MOST && bytes + more <= MOST_BYTES;
        if stays {
            calls += 1;
            bytes += more;
        }
        !stays && *other != key
    });
    gone.map(|(other, _)| (*other).to_owned())
}

fn id_of(key: &str) -> &str {
    key.rsplit('-').next().unwrap_or_default()
}

/// Names a cause.
fn id(call: &Call) -> String {
    let input = call.input();
    digest([&call.plugin, &call.rules, &input].map(|part| part.as_bytes()))[..16].to_owned()
}

fn read(key: &str, payload: &[u8]) -> Result<Quarantined, EngineError> {
    let call = record::read(payload).map_err(|error| unreadable("call in quarantine", error))?;
    Ok(Quarantined {
        id: id_of(key).to_owned(),
        call,
    })
}

fn gone(key: String) -> FactChange {
    FactChange {
        table: FactTable::Quarantine,
        key,
        payload: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("acme/{n:020}-{n:016x}")).collect()
    }

    fn gone(kept: &[String], bytes: usize, key: &str) -> Vec<String> {
        let kept: Vec<_> = kept.iter().map(|key| (key.as_str(), bytes)).collect();
        surplus(&kept, key, bytes).collect()
    }

    #[test]
    fn the_newest_hundred_stay_and_each_cause_once() {
        let (kept, new) = (keys(100), format!("acme/{:020}-{:016x}", 0, 7_777));
        assert_eq!(gone(&kept[..99], 1_000, &new), Vec::<String>::new());
        assert_eq!(gone(&kept, 1_000, &new), [kept[99].clone()], "the oldest goes");
        let again = format!("acme/{:020}-{:016x}", 0, 50);
        assert_eq!(
            gone(&kept, 1_000, &again),
            [kept[50].clone()],
            "the same cause takes its own place"
        );
        assert_eq!(
            gone(&kept, 1_000, &kept[50]),
            Vec::<String>::new(),
            "at the same moment too"
        );
    }

    #[test]
    fn long_ones_have_so_much_room_together_and_no_more() {
        let (kept, new) = (keys(100), format!("acme/{:020}-{:016x}", 0, 7_777));
        assert_eq!(gone(&kept, MOST_BYTES / 10, &new).len(), 91);
    }
}
