//! What calls cost: the same recorded calls, made again many times, each version in turn.
//!
//! Two versions take turns at every single call and swap who goes first, so whatever else the machine does meets both
//! alike, and what is compared is the difference of each pair. Fuel is the same at every run, on every machine; time is
//! not, so a difference in time is told only with the range in which its median lies.

use std::collections::BTreeMap;
use std::time::Duration;

use baton_core::Speaker;

use crate::record::{Asked, Call, Outcome};
use crate::rules::Generation;

/// The least and most of something, and what lies between.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// Half are at most this.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// Ninety-nine in a hundred.
    pub p99: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(rank(share, values.len())).copied().unwrap_or_default();
        Self {
            min: at(0.0),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

/// What one version's calls cost. Those that failed are counted and are in no spread.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Microseconds, from the fresh instance to the checked answer.
    pub time_us: Spread,
    /// Wasm instructions, roughly.
    pub fuel: Spread,
    /// Calls that answered.
    pub answers: usize,
    /// Calls that failed.
    pub faults: usize,
    /// The first of those, in words.
    pub fault: Option<String>,
}

/// How a version differs from the one before; negative is less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contest {
    /// The median difference of a pair in microseconds.
    pub time_us: f64,
    /// Between these lies that median, with 95 in 100 certainty as far as runs are independent.
    pub between_us: (f64, f64),
    /// The median difference of a pair in fuel: exact.
    pub fuel: f64,
    /// Whether the time is another one, and neither by chance nor by where the code lies in memory.
    pub differs: bool,
}

/// The share of a call's time by which two copies of one component differ because they lie elsewhere in memory; up to
/// a hundredth was seen. A smaller difference says nothing of the rules.
const COPIES_DIFFER: f64 = 0.02;

impl Contest {
    /// Pairs that both answered, as time and fuel of the old and of the new one.
    fn of(pairs: &[[(f64, f64); 2]]) -> Option<Self> {
        let sorted = |of: fn(&(f64, f64)) -> f64| {
            let mut differences: Vec<f64> = pairs.iter().map(|[old, new]| of(new) - of(old)).collect();
            differences.sort_by(f64::total_cmp);
            differences
        };
        let (time, fuel) = (sorted(|pair| pair.0), sorted(|pair| pair.1));
        let last = time.len().checked_sub(1)?;
        // The order statistics around the median that leave out one in twenty: n/2 -+ 1.96 * sqrt(n)/2.
        let (half, reach) = (time.len() as f64 / 2.0, 0.98 * (time.len() as f64).sqrt());
        let place = |at: f64| (at.max(0.0) as usize).min(last);
        let time_us = time[rank(0.5, time.len())];
        let between_us = (time[place((half - reach).floor())], time[place((half + reach).ceil())]);
        let usual = Spread::of(pairs.iter().map(|[old, _]| old.0).collect()).p50;
        let is_no_chance = between_us.0 > 0.0 || between_us.1 < 0.0;
        Some(Self {
            time_us,
            between_us,
            fuel: fuel[rank(0.5, fuel.len())],
            differs: is_no_chance && time_us.abs() > COPIES_DIFFER * usual,
        })
    }
}

/// One plugin at one kind of call.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The rule's id in the pack.
    pub plugin: String,
    /// `detect customer`, `detect bot`, `rank`, `compose`, `returning`.
    pub on: String,
    /// Different calls, each made many times.
    pub calls: usize,
    /// What it costs.
    pub new: Figures,
    /// What the version before costs; `None` where there is none, or it has no such plugin.
    pub old: Option<Figures>,
    /// How they differ.
    pub contest: Option<Contest>,
}

/// Measures calls under one set of rules, or two.
pub struct Bench<'a> {
    /// Those that are measured.
    pub new: &'a Generation,
    /// Those that they are held against.
    pub old: Option<&'a Generation>,
    /// Calls of each plugin and kind at least; every different one is made once at least.
    pub samples: usize,
}

impl Bench<'_> {
    /// How many calls [`Self::run`] will make of each version, for whoever shows how far it is.
    pub fn length(&self, calls: &[Call]) -> usize {
        groups(calls)
            .values()
            .map(|group| self.rounds(group) * group.len())
            .sum()
    }

    /// Makes the calls, and tells `step` of each.
    pub fn run(&self, calls: &[Call], step: &dyn Fn()) -> Vec<Measured> {
        let groups = groups(calls);
        let measured = groups.into_iter().filter_map(|((_, plugin, on), group)| {
            // The first call of a component pays for pages and caches that the others find ready.
            let known = self.new.again(group[0]).is_some();
            let mut old = self.old.filter(|old| old.again(group[0]).is_some());
            let (mut mine, mut theirs, mut pairs) = (Runs::default(), Runs::default(), Vec::new());
            for round in 0..self.rounds(&group) {
                for (n, call) in group.iter().enumerate() {
                    let first = (round + n) % 2 == 0;
                    let before = old.as_mut().filter(|_| first).map(|old| theirs.make(old, call));
                    let now = mine.make(self.new, call);
                    let after = old.as_mut().filter(|_| !first).map(|old| theirs.make(old, call));
                    if let (Some(Some(old)), Some(new)) = (before.or(after), now) {
                        pairs.push([old, new]);
                    }
                    step();
                }
            }
            known.then(|| Measured {
                plugin,
                on,
                calls: group.len(),
                new: mine.figures(),
                old: old.map(|_| theirs.figures()),
                contest: Contest::of(&pairs),
            })
        });
        measured.collect()
    }

    fn rounds(&self, group: &[&Call]) -> usize {
        self.samples.div_ceil(group.len()).max(1)
    }
}

#[derive(Default)]
struct Runs {
    time_us: Vec<f64>,
    fuel: Vec<f64>,
    faults: usize,
    fault: Option<String>,
}

impl Runs {
    /// Time and fuel of one call that answered.
    fn make(&mut self, generation: &Generation, call: &Call) -> Option<(f64, f64)> {
        let (made, took) = generation.timed(call)?;
        if let Outcome::Failed(failed) = made.outcome {
            self.faults += 1;
            self.fault.get_or_insert(failed.message);
            return None;
        }
        let (time_us, fuel) = (micros(took), made.fuel as f64);
        self.time_us.push(time_us);
        self.fuel.push(fuel);
        Some((time_us, fuel))
    }

    fn figures(self) -> Figures {
        let Self {
            time_us,
            fuel,
            faults,
            fault,
        } = self;
        Figures {
            answers: time_us.len(),
            time_us: Spread::of(time_us),
            fuel: Spread::of(fuel),
            faults,
            fault,
        }
    }
}

/// Calls by kind, plugin and what they are about, each different input once.
fn groups(calls: &[Call]) -> BTreeMap<(u8, String, String), Vec<&Call>> {
    let mut groups: BTreeMap<_, BTreeMap<String, &Call>> = BTreeMap::new();
    for call in calls {
        let (place, on) = match &call.asked {
            Asked::Detect(message) => (0, format!("detect {}", speaker(message.speaker))),
            Asked::Rank { .. } => (1, "rank".to_owned()),
            Asked::Compose { .. } => (2, "compose".to_owned()),
            Asked::Returning { .. } => (2, "returning".to_owned()),
        };
        let group: &mut BTreeMap<_, _> = groups.entry((place, call.plugin.clone(), on)).or_default();
        group.entry(call.input()).or_insert(call);
    }
    let listed = groups.into_iter();
    listed
        .map(|(key, group)| (key, group.into_values().collect()))
        .collect()
}

fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Customer => "customer",
        Speaker::Bot => "bot",
        Speaker::Agent => "agent",
    }
}

/// The place of the value that a share of `n` sorted ones does not exceed.
fn rank(share: f64, n: usize) -> usize {
    ((share * n as f64).ceil() as usize).saturating_sub(1)
}

fn micros(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_values_that_were_measured() {
        let spread = Spread::of((1..=1_000).rev().map(f64::from).collect());
        let Spread {
            min,
            p50,
            p90,
            p99,
            max,
        } = spread;
        assert_eq!([min, p50, p90, p99, max], [1.0, 500.0, 900.0, 990.0, 1_000.0]);
        assert_eq!(Spread::of(vec![7.0]).p99, 7.0);
        assert_eq!(Spread::of(vec![]), Spread::default());
    }

    #[test]
    fn a_difference_counts_when_it_is_more_than_chance_and_copies_make() {
        let noise = |n: u32| f64::from(n * n * 7_919 % 101) - 50.0;
        let pairs = |shift: f64| -> Vec<[(f64, f64); 2]> {
            let pair = |n| {
                [
                    (100.0 + noise(n), 5_000.0),
                    (100.0 + noise(n + 1) + shift, 5_000.0 + shift),
                ]
            };
            (0..400).map(pair).collect()
        };
        let same = Contest::of(&pairs(0.0)).expect("there are pairs");
        assert!(!same.differs && same.fuel == 0.0, "{same:?}");
        let slower = Contest::of(&pairs(30.0)).expect("there are pairs");
        assert!(slower.differs && slower.fuel == 30.0, "{slower:?}");
        assert!((20.0..40.0).contains(&slower.time_us), "{slower:?}");
        let faster = Contest::of(&pairs(-30.0)).expect("there are pairs");
        assert!(faster.differs && faster.between_us.1 < 0.0, "{faster:?}");
        let copy = Contest::of(&[[(100.0, 5.0), (101.0, 5.0)]; 400]).expect("there are pairs");
        assert!(copy.between_us.0 > 0.0 && !copy.differs, "as two copies do: {copy:?}");
        assert_eq!(Contest::of(&[]), None);
    }
}
