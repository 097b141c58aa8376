//! What other rules would have done: recorded conversations judged again, and compared with what happened.
//!
//! A conversation is cut into the stretches in which the bot held it. In each one the rules under test hear what was said,
//! from a fresh start, up to the message at which control was passed on; what came after that was another conversation
//! than it would have been, so it is history and is not judged. A stretch that nobody ended goes on to its last message,
//! and counts one handover at most.

mod record;
pub use record::{Recorded, read};

mod replay;

mod compare;
pub use compare::{Backtest, Day, Hour};

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::simulate::Stage;
use replay::Replayed;

/// Judges recorded conversations with the rules of a stage, on all cores. `progress` hears how many are done.
///
/// # Errors
///
/// When a bot of the record is not one that the business lists.
pub fn backtest(stage: &Stage, recorded: &[Recorded], progress: &(dyn Fn(usize) + Sync)) -> Result<Backtest, String> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(recorded.len().max(1));
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let replayed: Mutex<Vec<(usize, Replayed)>> = Mutex::new(Vec::with_capacity(recorded.len()));
    let failed: Mutex<Option<String>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((at, one)) = take(&next, recorded) {
                    match replay::replay(stage, one) {
                        Ok(found) => replayed
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push((at, found)),
                        Err(why) => {
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
                            return;
                        }
                    }
                    progress(done.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    if let Some(why) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(why);
    }
    let mut replayed = replayed.into_inner().unwrap_or_else(PoisonError::into_inner);
    // In the order of the record, whichever thread was faster.
    replayed.sort_by_key(|(at, _)| *at);
    let replayed = replayed.into_iter().map(|(_, one)| one).collect();
    Ok(compare::compare(stage, replayed))
}

fn take<'a>(next: &AtomicUsize, recorded: &'a [Recorded]) -> Option<(usize, &'a Recorded)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    recorded.get(at).map(|one| (at, one))
}

#[cfg(test)]
mod tests;
