//! Takes away what nobody may ask for any more: answers that were kept for an `Idempotency-Key`, and old calls in quarantine.

use std::sync::Arc;
use std::time::Duration;

use baton_store::{FactChange, FactTable, ReadError};

use super::Engine;
use crate::api::{KEPT_MS, KeptAnswer};

/// Between two rounds. Answers are kept for a day, so an hour more or less is nothing.
const ROUND: Duration = Duration::from_secs(3_600);
/// Rows of one step: small enough that a step of a conversation behind it hardly waits.
const AT_ONCE: usize = 200;

impl Engine {
    /// Tidies up once an hour, for as long as it is polled.
    pub async fn keep_house(self: Arc<Self>) {
        loop {
            if let Err(error) = self.forget_answers().await {
                tracing::warn!(%error, "old answers could not be taken away");
            }
            if let Err(error) = self.empty_quarantine().await {
                tracing::warn!(%error, "old calls in quarantine could not be taken away");
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    async fn forget_answers(self: &Arc<Self>) -> Result<(), ReadError> {
        let mut after: Option<String> = None;
        loop {
            let page = self
                .world
                .store
                .facts(FactTable::Answers, "", after.as_deref(), AT_ONCE)?;
            let oldest = self.now().0 - KEPT_MS;
            let is_old = |payload: &[u8]| {
                postcard::from_bytes::<KeptAnswer>(payload).map_or(true, |kept| kept.kept_at_ms < oldest)
            };
            let gone = |key: &str| FactChange {
                table: FactTable::Answers,
                key: key.to_owned(),
                payload: None,
            };
            let facts: Vec<FactChange> = page
                .iter()
                .filter(|fact| is_old(&fact.payload))
                .map(|fact| gone(&fact.key))
                .collect();
            if !facts.is_empty()
                && let Err(error) = self
                    .write(baton_store::Step {
                        facts,
                        ..Default::default()
                    })
                    .await
            {
                tracing::warn!(%error, "old answers could not be taken away");
                return Ok(());
            }
            match page.last() {
                Some(last) if page.len() == AT_ONCE => after = Some(last.key.clone()),
                Some(_) | None => return Ok(()),
            }
        }
    }
}
