//! The figures of a set of handovers and conversations. Each is defined in `FIGURES.md`, under its own name.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{BusinessId, Calendar, ConversationId, Span, TaskState, Time};
use serde::Serialize;

use super::{Begun, Case, Offers};

/// A handover that follows another one of its conversation within this time says that the first solved nothing.
const AGAIN_WITHIN: Span = Span::hours(24);

/// How long something took, over several handovers, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Durations {
    /// How many there were.
    pub count: u64,
    /// Their mean, rounded down; absent where there were none.
    pub mean_ms: Option<i64>,
    /// The shortest that at least half of them do not exceed.
    pub p50_ms: Option<i64>,
    /// The shortest that at least nine in ten do not exceed.
    pub p90_ms: Option<i64>,
}

impl Durations {
    /// Of any number of spans.
    pub fn of(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let count = spans.len();
        // The nearest rank: the value itself, never one that nobody waited.
        let rank = |percent: usize| {
            let place = (count * percent).div_ceil(100).checked_sub(1)?;
            spans.get(place).map(|span| span.0)
        };
        let sum: i128 = spans.iter().map(|span| i128::from(span.0)).sum();
        let mean = i128::try_from(count).ok().and_then(|count| sum.checked_div(count));
        Self {
            count: u64::try_from(count).unwrap_or(u64::MAX),
            mean_ms: mean.and_then(|mean| i64::try_from(mean).ok()),
            p50_ms: rank(50),
            p90_ms: rank(90),
        }
    }
}

/// The figures of a set of handovers; shares are 0 to 1, and absent where there is nothing to divide by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Conversations that began.
    pub conversations: u64,
    /// Those of them that were handed over.
    pub conversations_handed_over: u64,
    /// Their share.
    pub handover_rate: Option<f64>,
    /// Handovers that opened.
    pub handovers: u64,
    /// Those that have not ended.
    pub open: u64,
    /// Those on which a human has acted.
    pub answered: u64,
    /// From the opening to the first human act; without takeovers.
    pub first_response: Durations,
    /// The same, in the business's hours.
    pub first_response_business: Durations,
    /// Handovers of which it is known whether the response was in time.
    pub sla_judged: u64,
    /// Those that were in time.
    pub sla_met: u64,
    /// Their share.
    pub sla_compliance: Option<f64>,
    /// From the opening to the completion by a human.
    pub resolution: Durations,
    /// The same, in the business's hours.
    pub resolution_business: Durations,
    /// Handovers that a human completed, by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Handovers that a human completed.
    pub completed: u64,
    /// Those that ended in a booking or a sale, themselves or by a follow-up.
    pub converted: u64,
    /// Their share.
    pub conversion_rate: Option<f64>,
    /// Tasks that were made, follow-ups too.
    pub tasks: u64,
    /// Those that are done.
    pub tasks_completed: u64,
    /// Their share.
    pub task_completion_rate: Option<f64>,
    /// Those that came to nothing: given back, closed, or replaced.
    pub tasks_dropped: u64,
    /// Those that became overdue.
    pub tasks_overdue: u64,
    /// Those that are overdue and not done.
    pub tasks_overdue_open: u64,
    /// What became of offers.
    pub offers: Offers,
    /// Times a handover went up the ladder.
    pub escalations: u64,
    /// Times the ladder was at its end.
    pub alarms: u64,
    /// Times the bot took a conversation back.
    pub reactivations: u64,
    /// Those before any human had acted.
    pub reactivated_unanswered: u64,
    /// Bot messages that were refused because a human had the conversation or was promised.
    pub bot_refused: u64,
    /// Handovers of which somebody said whether they were needed.
    pub needed_judged: u64,
    /// Those that were not needed.
    pub false_handovers: u64,
    /// Their share.
    pub false_rate: Option<f64>,
    /// Handovers after whose end the conversation was handed over again within 24 hours.
    pub again_within_24h: u64,
}

/// Names a conversation of any business.
pub(super) type Chat<'a> = (&'a BusinessId, &'a ConversationId);

pub(super) fn chat_of(case: &Case) -> Chat<'_> {
    (&case.business, &case.handover.id.conversation)
}

/// A part of a whole; `None` of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Figures {
    /// The figures of some handovers and of the conversations that began beside them. `handed` are the conversations
    /// that count as handed over; `offers` what became of the offers that are meant; `hours` finds a business's calendar.
    pub(super) fn of<'a>(
        cases: &[&'a Case],
        begun: &[&Begun],
        handed: &BTreeSet<Chat<'_>>,
        offers: Offers,
        hours: &dyn Fn(&BusinessId) -> &'a Calendar,
        now: Time,
    ) -> Self {
        let mut figures = Self {
            offers,
            ..Self::default()
        };
        figures.conversations = len(begun.len());
        let was_handed = |b: &&&Begun| handed.contains(&(&b.business, &b.conversation));
        figures.conversations_handed_over = len(begun.iter().filter(was_handed).count());
        figures.handovers = len(cases.len());
        figures.times(cases, hours);
        for case in cases {
            figures.count(case, now);
        }
        figures.handover_rate = share(figures.conversations_handed_over, figures.conversations);
        figures.sla_compliance = share(figures.sla_met, figures.sla_judged);
        figures.conversion_rate = share(figures.converted, figures.completed);
        figures.task_completion_rate = share(figures.tasks_completed, figures.tasks);
        figures.false_rate = share(figures.false_handovers, figures.needed_judged);
        figures
    }

    fn times<'a>(&mut self, cases: &[&'a Case], hours: &dyn Fn(&BusinessId) -> &'a Calendar) {
        let (mut response, mut response_business) = (Vec::new(), Vec::new());
        let (mut resolution, mut resolution_business) = (Vec::new(), Vec::new());
        for case in cases {
            let (calendar, opened) = (hours(&case.business), case.handover.opened_at);
            if let Some(at) = case.handover.first_act_at.filter(|_| !case.is_takeover()) {
                response.push(at - opened);
                response_business.push(calendar.open_between(opened, at));
            }
            if let Some((_, at)) = case.completed() {
                resolution.push(at - opened);
                resolution_business.push(calendar.open_between(opened, at));
            }
        }
        self.first_response = Durations::of(response);
        self.first_response_business = Durations::of(response_business);
        self.resolution = Durations::of(resolution);
        self.resolution_business = Durations::of(resolution_business);
    }

    fn count(&mut self, case: &Case, now: Time) {
        let handover = &case.handover;
        self.open += u64::from(handover.ending.is_none());
        self.answered += u64::from(handover.answered());
        if let Some(in_time) = case.in_time(now) {
            self.sla_judged += 1;
            self.sla_met += u64::from(in_time);
        }
        if let Some((outcome, _)) = case.completed() {
            self.completed += 1;
            *self.outcomes.entry(outcome.as_str().to_owned()).or_default() += 1;
            self.converted += u64::from(case.converted());
        }
        for task in &case.tasks {
            self.tasks += 1;
            self.tasks_overdue += u64::from(task.overdue);
            match task.state {
                TaskState::Open | TaskState::Missed => self.tasks_overdue_open += u64::from(task.overdue),
                TaskState::Done { .. } => self.tasks_completed += 1,
                TaskState::Dropped { .. } => self.tasks_dropped += 1,
            }
        }
        self.escalations += case.escalations;
        self.alarms += case.alarms;
        self.reactivations += case.reactivations;
        self.reactivated_unanswered += case.reactivated_unanswered;
        self.bot_refused += case.bot_refused;
        if let Some(needed) = case.needed() {
            self.needed_judged += 1;
            self.false_handovers += u64::from(!needed);
        }
        let again = match (handover.ended_at, case.next_opened_at) {
            (Some(ended), Some(next)) => next - ended <= AGAIN_WITHIN,
            (Some(_), None) | (None, _) => false,
        };
        self.again_within_24h += u64::from(again);
    }
}

fn len(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_somebody_waited() {
        let of = |spans: &[i64]| Durations::of(spans.iter().map(|ms| Span(*ms)).collect());
        assert_eq!(of(&[]), Durations::default());
        let ten: Vec<i64> = (1..=10).rev().map(|n| n * 100).collect();
        let told = of(&ten);
        assert_eq!(
            (told.count, told.mean_ms, told.p50_ms, told.p90_ms),
            (10, Some(550), Some(500), Some(900))
        );
        let told = of(&[7]);
        assert_eq!((told.mean_ms, told.p50_ms, told.p90_ms), (Some(7), Some(7), Some(7)));
        assert_eq!(of(&[1, 2]).mean_ms, Some(1));
    }
}
