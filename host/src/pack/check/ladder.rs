//! Does the ladder lead to anybody, and in time?

use baton_core::{Assignee, Clock, Policy, Priority, Span, Target};

use super::word;
use crate::config::ConfigError;
use crate::pack::Pack;

/// A ladder with one person on it, and rungs that are reached when it is too late.
pub(super) fn check(pack: &Pack, policy: &Policy) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    let at = |n: usize| format!("/handover/ladder/{n}");
    let error = |pointer: &str, message: String| pack.source.error(pointer, message);
    let only = match &policy.fallback {
        Assignee::Agent(agent) => Some(Target::Agent(agent.clone())),
        Assignee::Role(_) | Assignee::Everyone => None,
    };
    if let Some(only) = only.filter(|only| policy.ladder.iter().all(|rung| rung.to == *only)) {
        let Target::Agent(agent) = only else { return errors };
        errors.push(error(
            "/handover/ladder",
            format!(
                "the ladder leads nowhere: every rung and the fallback are `agent:{agent}`, so nobody is asked while they are \
                 away; add a rung with to = \"everyone\", or another `fallback`"
            ),
        ));
    }
    for (n, pair) in policy.ladder.windows(2).enumerate() {
        if pair[0].to == pair[1].to && pair[0].spread == pair[1].spread {
            errors.push(error(
                &at(n + 1),
                format!(
                    "rung {} asks the same as rung {} in the same way; give rung {} more `tries`, or ask others here",
                    n + 2,
                    n + 1,
                    n + 1
                ),
            ));
        }
    }
    errors.extend(late(policy).map(|(n, message)| error(&at(n), message)));
    errors
}

/// The first rung that is reached only when the response is overdue, for the most urgent priority for which it is so.
fn late(policy: &Policy) -> Option<(usize, String)> {
    for priority in [Priority::High, Priority::Medium, Priority::Low] {
        let due = policy.response.of(priority);
        let mut reached = Span(0);
        for (n, rung) in policy.ladder.iter().enumerate() {
            if n > 0 && reached >= due.span {
                let message = format!(
                    "rung {} is reached after {reached} for a {} handover, which is to be answered within {}; shorten `within` or \
                     `tries` before it, or lengthen `response`",
                    n + 1,
                    word(priority),
                    due.span
                );
                return Some((n, message));
            }
            let within = rung.within.of(priority);
            // Two clocks cannot be compared without a calendar.
            if within.clock != due.clock && due.clock == Clock::Business {
                break;
            }
            reached = Span(
                reached
                    .0
                    .saturating_add(within.span.0.saturating_mul(i64::from(rung.tries))),
            );
        }
    }
    None
}
