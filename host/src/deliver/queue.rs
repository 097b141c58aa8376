//! What may be sent now to one endpoint: the rules of order and patience, without a clock, store or network.
//!
//! Deliveries of one conversation go one after the other: while one is in flight the next is left alone, and while one waits
//! for another attempt, those after it are *parked*, which means that they are moved in the outbox to the moment of that attempt.
//! So what waits costs nothing until then, and the order survives because rows of one moment are read by sequence.
//! Different conversations do not wait for each other. An endpoint that fails is sent one delivery at a time, with a pause
//! that doubles, until one arrives.
//!
//! Bounds: a window of due rows is looked at, and [`HELD_MAX`] waiting conversations are remembered. Beyond that number a
//! conversation's order is no longer kept, nothing else is lost. After a start [`Queue::recall`] reads the same number back.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{Span, Time};
use baton_store::Delivery;

/// How many conversations that wait for another attempt are remembered for each endpoint.
pub(super) const HELD_MAX: usize = 4_096;

/// The pause after a first failure; doubled with each further one.
const FIRST_REST: Span = Span(250);

/// The longest pause between attempts at an endpoint that fails.
const LONGEST_REST: Span = Span::seconds(30);

/// The longest time that a receiver may silence the whole endpoint for with `Retry-After`.
const LONGEST_ASKED_REST: Span = Span::minutes(10);

/// The pause after an outcome that could not be kept, so that a fault of the store does not become a flood of webhooks.
const UNTOUCHED_REST: Span = Span::seconds(1);

/// A delivery and the conversation it belongs to; those of the business as a whole share the empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) delivery: Delivery,
    pub(super) conversation: String,
}

/// What to do now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// To be sent; each is in flight until [`Queue::finished`].
    pub(super) start: Vec<Due>,
    /// To be moved to a later moment, with nothing else changed.
    pub(super) park: Vec<(Delivery, Time)>,
}

/// How an attempt ended, once that is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// It arrived.
    Delivered,
    /// It will be tried again then; the receiver may have asked for quiet.
    Retry { at: Time, asked: Option<Span> },
    /// It was given up.
    Dead,
    /// Nothing was learned of the endpoint: the row is as it was, or somebody else took it.
    Untouched,
}

/// The state of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Queue {
    in_flight: BTreeSet<String>,
    /// By conversation: the earliest delivery that waits for another attempt.
    held: BTreeMap<String, Held>,
    failures: u32,
    rest_until: Option<Time>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    event: u64,
    until: Time,
}

impl Queue {
    /// A queue that knows what was waiting for another attempt before the daemon stopped.
    pub(super) fn recall(waiting: &[Due]) -> Self {
        let mut queue = Self::default();
        for Due { delivery, conversation } in waiting {
            if delivery.attempt > 0 {
                queue.hold(conversation, delivery.id.event, Time(delivery.id.at_ms));
            }
        }
        queue
    }

    /// Whether nothing is known that a new one would not know.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.held.is_empty() && self.failures == 0
    }

    /// Whether an attempt is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// When the pause ends, if it lasts at `now`.
    pub(super) fn rests_until(&self, now: Time) -> Option<Time> {
        self.rest_until.filter(|until| *until > now)
    }

    /// How many more may be started, of `most` at a time.
    pub(super) fn room(&self, now: Time, most: usize) -> usize {
        let most = if self.failures > 0 { 1 } else { most };
        match self.rests_until(now) {
            Some(_) => 0,
            None => most.saturating_sub(self.in_flight.len()),
        }
    }

    /// Chooses among the rows that are due, in any order, at most `room` to start.
    pub(super) fn plan(&mut self, mut due: Vec<Due>, room: usize) -> Plan {
        let mut plan = Plan::default();
        let mut seen = self.in_flight.clone();
        due.sort_by_key(|due| due.delivery.id.event);
        let there: BTreeSet<u64> = due.iter().map(|due| due.delivery.id.event).collect();
        for due in due {
            let Delivery { id, .. } = &due.delivery;
            // Rows are read by time, so what is held would be among them before this one: somebody else took it away.
            let gone = |held: &Held| held.until.0 <= id.at_ms && held.event < id.event && !there.contains(&held.event);
            if self.held.get(&due.conversation).is_some_and(gone) {
                self.held.remove(&due.conversation);
            }
            match self.held.get(&due.conversation) {
                Some(held) if held.event < id.event => {
                    if id.at_ms < held.until.0 {
                        plan.park.push((due.delivery, held.until));
                    }
                }
                Some(_) | None => {
                    if seen.insert(due.conversation.clone()) && plan.start.len() < room {
                        self.in_flight.insert(due.conversation.clone());
                        plan.start.push(due);
                    }
                }
            }
        }
        plan
    }

    /// Takes note of how an attempt ended.
    pub(super) fn finished(&mut self, conversation: &str, event: u64, finish: Finish, now: Time) {
        self.in_flight.remove(conversation);
        if self.held.get(conversation).is_some_and(|held| held.event == event) && finish != Finish::Untouched {
            self.held.remove(conversation);
        }
        match finish {
            Finish::Untouched => self.rest_until = Some(now + UNTOUCHED_REST),
            Finish::Delivered => {
                self.failures = 0;
                self.rest_until = None;
            }
            Finish::Retry { at, asked } => {
                self.hold(conversation, event, at);
                self.failed(asked, now);
            }
            Finish::Dead => self.failed(None, now),
        }
    }

    fn hold(&mut self, conversation: &str, event: u64, until: Time) {
        let room = self.held.len() < HELD_MAX;
        match self.held.get_mut(conversation) {
            Some(held) if held.event <= event => {}
            Some(held) => *held = Held { event, until },
            None if room => {
                self.held.insert(conversation.to_owned(), Held { event, until });
            }
            None => {}
        }
    }

    fn failed(&mut self, asked: Option<Span>, now: Time) {
        let doubled = FIRST_REST.0 << self.failures.min(16);
        let asked = asked.unwrap_or_default().min(LONGEST_ASKED_REST);
        self.failures += 1;
        self.rest_until = Some(now + Span(doubled.min(LONGEST_REST.0)).max(asked));
    }
}

#[cfg(test)]
mod tests {
    use baton_store::DeliveryId;

    use super::*;

    /// `a1@0` is event 1 of conversation a, due at 0; a trailing `!` says that an attempt was made.
    fn rows(text: &str) -> Vec<Due> {
        text.split_whitespace()
            .map(|row| {
                let (name, at) = row.split_once('@').expect("an @");
                let attempt = u32::from(at.ends_with('!'));
                let id = DeliveryId {
                    business: "acme".into(),
                    event: name[1..].parse().expect("a sequence"),
                    endpoint: "crm".into(),
                    at_ms: at.trim_end_matches('!').parse().expect("a time"),
                };
                Due {
                    delivery: Delivery {
                        id,
                        attempt,
                        note: String::new(),
                    },
                    conversation: name[..1].into(),
                }
            })
            .collect()
    }

    /// What a plan starts, and what it parks until when.
    fn planned(plan: &Plan) -> String {
        let start = plan
            .start
            .iter()
            .map(|due| format!("{}{}", due.conversation, due.delivery.id.event));
        let park = plan
            .park
            .iter()
            .map(|(delivery, at)| format!("{}>{}", delivery.id.event, at.0));
        start.chain(park).collect::<Vec<_>>().join(" ")
    }

    fn check(queue: &mut Queue, due: &str, room: usize, expected: &str) {
        assert_eq!(planned(&queue.plan(rows(due), room)), expected);
    }

    const RETRY: Finish = Finish::Retry {
        at: Time(5_000),
        asked: None,
    };

    #[test]
    fn conversations_go_side_by_side_and_each_in_order() {
        let mut queue = Queue::default();
        check(&mut queue, "a1@0 a2@0 b3@0 c4@0", 2, "a1 b3");
        check(&mut queue, "a1@0 a2@0 b3@0 c4@0", 8, "c4");
        queue.finished("a", 1, Finish::Delivered, Time(0));
        check(&mut queue, "a2@0 b3@0 c4@0", 8, "a2");
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_turn_the_order_round() {
        check(&mut Queue::default(), "a2@10 a1@90", 8, "a1");
    }

    #[test]
    fn what_comes_after_a_failure_is_parked_behind_it() {
        let mut queue = Queue::default();
        check(&mut queue, "a1@0 a2@0 b3@0", 8, "a1 b3");
        queue.finished("a", 1, RETRY, Time(0));
        check(&mut queue, "a2@0 a4@7", 8, "2>5000 4>5000");
        check(&mut queue, "a1@5000! a2@5000 a4@5000", 8, "a1");
        queue.finished("a", 1, Finish::Delivered, Time(5_100));
        check(&mut queue, "a2@5000 a4@5000", 8, "a2");
    }

    #[test]
    fn a_delivery_that_is_given_up_frees_those_behind_it() {
        let mut queue = Queue::default();
        check(&mut queue, "a1@0", 8, "a1");
        queue.finished("a", 1, RETRY, Time(0));
        check(&mut queue, "a1@5000! a2@5000", 8, "a1");
        queue.finished("a", 1, Finish::Dead, Time(5_000));
        check(&mut queue, "a2@5000", 8, "a2");
    }

    #[test]
    fn what_somebody_took_away_holds_nobody_up() {
        let mut queue = Queue::recall(&rows("a1@5000!"));
        check(&mut queue, "a2@5000", 8, "a2");
    }

    #[test]
    fn the_order_outlives_a_restart() {
        let mut queue = Queue::recall(&rows("a1@5000! a2@5000 b3@0"));
        check(&mut queue, "b3@0 a4@10", 8, "b3 4>5000");
    }

    #[test]
    fn an_endpoint_that_fails_gets_one_at_a_time_with_growing_pauses() {
        let mut queue = Queue::default();
        assert_eq!(queue.room(Time(0), 8), 8);
        let mut pauses = vec![];
        for event in 1..12 {
            queue.plan(rows(&format!("a{event}@0")), 1);
            queue.finished("a", event, Finish::Dead, Time(0));
            pauses.push(queue.rests_until(Time(0)).expect("it failed").0);
        }
        assert_eq!(pauses[..4], [250, 500, 1_000, 2_000]);
        assert_eq!(pauses[10], 30_000);
        assert_eq!((queue.room(Time(0), 8), queue.room(Time(30_000), 8)), (0, 1));
        queue.finished("a", 12, Finish::Delivered, Time(30_000));
        assert_eq!(queue.room(Time(30_000), 8), 8);
    }

    #[test]
    fn a_receiver_that_asks_for_quiet_gets_it_for_ten_minutes_at_most() {
        let mut queue = Queue::default();
        let ask = |wait| Finish::Retry {
            at: Time(0),
            asked: Some(wait),
        };
        queue.finished("a", 1, ask(Span::minutes(2)), Time(0));
        assert_eq!(queue.rests_until(Time(0)), Some(Time(120_000)));
        queue.finished("a", 1, ask(Span::hours(9)), Time(0));
        assert_eq!(queue.rests_until(Time(0)), Some(Time(600_000)));
    }

    #[test]
    fn an_attempt_whose_outcome_was_not_kept_is_made_again_after_a_pause() {
        let mut queue = Queue::default();
        check(&mut queue, "a1@0", 8, "a1");
        queue.finished("a", 1, Finish::Untouched, Time(0));
        assert_eq!((queue.room(Time(999), 8), queue.room(Time(1_000), 8)), (0, 8));
        check(&mut queue, "a1@0", 8, "a1");
    }
}
