//! Stops calling a plugin that keeps failing, and tries it again later.
//!
//! Pure: the time is an argument and every change is returned, so that the caller can send an event for it and a
//! test can let a day go by. Chance is no part of it either: the pauses grow by a fixed rule.

use baton_core::{Span, Time};

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerOptions {
    /// Opens after this many faults without an answer between them. Three: one may be an odd message, two its retry.
    pub faults_in_a_row: u32,
    /// Opens when this many of the last 32 calls were faults: half of them.
    pub faults_of_32: u32,
    /// From opening to the first try.
    pub first_pause: Span,
    /// Each try that fails doubles the pause up to this.
    pub longest_pause: Span,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self {
            faults_in_a_row: 3,
            faults_of_32: 16,
            first_pause: Span::seconds(30),
            longest_pause: Span::minutes(30),
        }
    }
}

/// Whether a plugin is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It is.
    Closed,
    /// It is not, until then.
    Open {
        /// When the next try may be.
        until: Time,
    },
    /// One call is on its way, and decides.
    Trying {
        /// When another may be tried, should that one never come back.
        until: Time,
    },
}

/// A change of state that people should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The plugin is no longer called.
    Opened {
        /// Of the last 32 calls.
        faults: u32,
        /// When it is tried again.
        until: Time,
    },
    /// It was tried and failed again.
    StillOpen {
        /// When it is tried again.
        until: Time,
    },
    /// It was tried and answered: it is called again.
    Closed,
}

/// Decides whether one plugin is called.
#[derive(Debug, Clone)]
pub struct Breaker {
    options: BreakerOptions,
    state: BreakerState,
    in_a_row: u32,
    /// The last 32 calls, the latest in the lowest bit; a fault is a one.
    recent: u32,
    pause: Span,
}

impl Breaker {
    /// A closed one.
    pub fn new(options: BreakerOptions) -> Self {
        Self {
            options,
            state: BreakerState::Closed,
            in_a_row: 0,
            recent: 0,
            pause: options.first_pause,
        }
    }

    /// Whether the plugin is called.
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// Whether to call the plugin now. Whoever is told yes must report with [`Self::answered`] or [`Self::failed`];
    /// while it is being tried, one caller is told yes.
    #[must_use]
    pub fn allows(&mut self, now: Time) -> bool {
        match self.state {
            BreakerState::Closed => true,
            BreakerState::Open { until } | BreakerState::Trying { until } if now < until => false,
            BreakerState::Open { .. } | BreakerState::Trying { .. } => {
                self.state = BreakerState::Trying {
                    until: now + self.pause,
                };
                true
            }
        }
    }

    /// The plugin answered.
    #[must_use]
    pub fn answered(&mut self) -> Option<Change> {
        self.in_a_row = 0;
        self.recent <<= 1;
        match self.state {
            BreakerState::Closed => None,
            // A call that began before it opened proves nothing; the try does.
            BreakerState::Open { .. } => None,
            BreakerState::Trying { .. } => {
                *self = Self::new(self.options);
                Some(Change::Closed)
            }
        }
    }

    /// The plugin failed.
    #[must_use]
    pub fn failed(&mut self, now: Time) -> Option<Change> {
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.recent = self.recent << 1 | 1;
        match self.state {
            BreakerState::Closed => {
                let faults = self.recent.count_ones();
                if self.in_a_row < self.options.faults_in_a_row && faults < self.options.faults_of_32 {
                    return None;
                }
                let until = self.open(now);
                Some(Change::Opened { faults, until })
            }
            BreakerState::Open { .. } => None,
            BreakerState::Trying { .. } => {
                self.pause = Span((self.pause.0.saturating_mul(2)).min(self.options.longest_pause.0));
                let until = self.open(now);
                Some(Change::StillOpen { until })
            }
        }
    }

    fn open(&mut self, now: Time) -> Time {
        let until = now + self.pause;
        self.state = BreakerState::Open { until };
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a script: the second, what happens, and what follows; `fail` and `answer` are reports, `ask` asks.
    fn check(script: &str) {
        let mut breaker = Breaker::new(BreakerOptions {
            first_pause: Span::seconds(10),
            longest_pause: Span::seconds(35),
            ..BreakerOptions::default()
        });
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (left, expected) = line.split_once("->").unwrap_or((line, "nothing"));
            let mut words = left.split_whitespace();
            let second = words
                .next()
                .and_then(|word| word.parse().ok())
                .expect("a line begins with a second");
            let (now, what) = (
                Time(0) + Span::seconds(second),
                words.next().expect("then what happens"),
            );
            let times = words
                .next()
                .and_then(|word| word.trim_start_matches('x').parse().ok())
                .unwrap_or(1);
            let mut follows = String::new();
            for _ in 0..times {
                follows = match what {
                    "ask" => (if breaker.allows(now) { "yes" } else { "no" }).into(),
                    "answer" => say(breaker.answered()),
                    "fail" => say(breaker.failed(now)),
                    other => unreachable!("no such thing: {other}"),
                };
            }
            assert_eq!(follows, expected.trim(), "{line}");
        }
    }

    fn say(change: Option<Change>) -> String {
        match change {
            None => "nothing".into(),
            Some(Change::Opened { faults, until }) => {
                format!("opened by {faults} until {}", until.0 / 1_000)
            }
            Some(Change::StillOpen { until }) => format!("still open until {}", until.0 / 1_000),
            Some(Change::Closed) => "closed".into(),
        }
    }

    #[test]
    fn three_faults_in_a_row_open_it_and_an_answer_closes_it() {
        check(
            "
            0   ask        -> yes
            0   fail x2
            1   fail       -> opened by 3 until 11
            5   ask        -> no
            11  ask        -> yes
            11  answer     -> closed
            12  ask        -> yes
            12  fail x2
            12  fail       -> opened by 3 until 22
        ",
        );
    }

    #[test]
    fn an_answer_between_faults_keeps_it_closed() {
        check(
            "
            0   fail x2
            0   answer
            0   fail x2
            0   answer
            0   ask        -> yes
        ",
        );
    }

    #[test]
    fn half_of_the_last_calls_open_it_even_when_none_are_in_a_row() {
        let script = "0 fail\n0 answer\n".repeat(15);
        check(&format!("{script} 0 fail -> opened by 16 until 10"));
        let rare = "0 fail\n0 answer x2\n".repeat(100);
        check(&format!("{rare} 0 ask -> yes"));
    }

    #[test]
    fn pauses_grow_up_to_the_longest() {
        check(
            "
            0    fail x3    -> opened by 3 until 10
            10   ask        -> yes
            10   fail       -> still open until 30
            29   ask        -> no
            30   ask        -> yes
            30   fail       -> still open until 65
            65   ask        -> yes
            65   fail       -> still open until 100
            100  ask        -> yes
            100  answer     -> closed
            100  fail x3    -> opened by 3 until 110
        ",
        );
    }

    #[test]
    fn one_caller_tries_it_and_a_lost_try_is_not_waited_for_forever() {
        check(
            "
            0    fail x3    -> opened by 3 until 10
            10   ask        -> yes
            10   ask        -> no
            19   ask        -> no
            20   ask        -> yes
            20   answer     -> closed
        ",
        );
    }

    #[test]
    fn calls_that_began_before_it_opened_change_nothing() {
        check(
            "
            0    fail x3    -> opened by 3 until 10
            1    answer
            1    fail
            2    ask        -> no
            10   ask        -> yes
        ",
        );
    }
}
