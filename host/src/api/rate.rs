//! How often a token may ask: a bucket for each, refilled steadily.
//!
//! Only tokens that were verified get a bucket, so nobody can fill the table with made-up names; past its bound
//! the one that was idle longest goes, which can only make us more lenient.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::limits::BUCKETS;

/// Token buckets by token id.
pub(crate) struct Limiter {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: per_second.max(1).into(),
            burst: burst.max(1).into(),
            buckets: Mutex::default(),
        }
    }

    /// Takes one; otherwise tells how long until there is one.
    pub(crate) fn take(&self, token: &str) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().expect("nothing panics while it is held");
        if !buckets.contains_key(token) {
            if buckets.len() >= BUCKETS {
                let idle = buckets
                    .iter()
                    .min_by_key(|(_, bucket)| bucket.at)
                    .map(|(token, _)| token.clone());
                buckets.remove(&idle.unwrap_or_default());
            }
            buckets.insert(
                token.to_owned(),
                Bucket {
                    left: self.burst,
                    at: now,
                },
            );
        }
        let bucket = buckets.get_mut(token).expect("it was put there");
        let refilled = now.duration_since(bucket.at).as_secs_f64() * self.per_second;
        bucket.left = (bucket.left + refilled).min(self.burst);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / self.per_second));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_may_burst_and_then_goes_on_at_its_rate() {
        let limiter = Limiter::new(10, 3);
        for _ in 0..3 {
            assert_eq!(limiter.take("a"), Ok(()));
        }
        assert_eq!(limiter.take("a"), Err(Duration::from_millis(100)));
        assert_eq!(limiter.take("b"), Ok(()), "each token has a bucket of its own");
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(limiter.take("a"), Ok(()));
        assert!(limiter.take("a").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_of_buckets_is_bounded() {
        let limiter = Limiter::new(1, 1);
        for n in 0..=BUCKETS {
            tokio::time::advance(Duration::from_micros(1)).await;
            assert_eq!(limiter.take(&n.to_string()), Ok(()));
        }
        let buckets = limiter.buckets.lock().expect("nobody panicked");
        assert_eq!(buckets.len(), BUCKETS);
        assert!(!buckets.contains_key("0"), "the one that was idle longest went");
    }
}
