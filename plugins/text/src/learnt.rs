//! Words that were learnt from labelled messages, weighed beside what the rules found.
//!
//! A rule knows the wordings that its author thought of; a table of some ten thousand weights, learnt from messages that
//! other people wrote, also knows what ordinary messages look like. The rules' confidence is where the sum begins, so
//! that a text of which nothing was learnt is left as the rules judged it, and whoever only reads the table can say
//! which words made the difference. The features are hashes with 24 bits of check, so that an unknown word adds nothing.

use std::ops::Range;

use crate::{Hit, Reading};

mod features;
pub use features::{Feature, Window};

mod table;
pub use table::{Learnt, LearntError, Weights};

/// What the rules of a detector say of a message, before what was learnt is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found<'a> {
    /// How sure they are together, 0 to 1.
    pub confidence: f32,
    /// Each rule that matched, and where; the best first.
    pub rules: Vec<(&'a str, Range<usize>)>,
    /// Whether one of them is never lowered: a phrase of the business's own, or a word so plain that it needs no other.
    pub firm: bool,
}

impl<'a> Found<'a> {
    /// What hits say that are together this sure.
    pub fn of<'b>(confidence: f32, hits: impl IntoIterator<Item = &'b Hit<'a>>) -> Self
    where
        'a: 'b,
    {
        Self {
            confidence,
            rules: hits.into_iter().map(|hit| (hit.rule, hit.range.clone())).collect(),
            firm: false,
        }
    }

    /// The same, never lowered if this says so of the name of one of its rules.
    #[must_use]
    pub fn firm_if(mut self, is_firm: impl Fn(&str) -> bool) -> Self {
        self.firm |= self.rules.iter().any(|(rule, _)| is_firm(rule));
        self
    }

    /// Where the sum of the weights begins, in log odds.
    pub fn begins_at(&self) -> f32 {
        match self.confidence {
            none if none < FAINT => NOTHING,
            sure => {
                let sure = sure.clamp(DOUBTED, TRUSTED);
                (sure / (1.0 - sure)).ln() + if sure >= FIRES { MEANT } else { 0.0 }
            }
        }
    }
}

/// Below this the rules found nothing.
const FAINT: f32 = 0.05;
/// In log odds: most messages are ordinary.
const NOTHING: f32 = -3.0;
/// The least and the most that the rules' confidence is taken for: neither is past changing.
const DOUBTED: f32 = 0.08;
const TRUSTED: f32 = 0.97;
/// The usual threshold: what is above it was written to be, ...
const FIRES: f32 = 0.75;
/// ... which counts this much more, in log odds.
const MEANT: f32 = 1.0;

/// A message after the weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weighed {
    /// How sure rules and weights are together.
    pub confidence: f32,
    /// The passages that raised it, the strongest first, with their share in log odds. Empty unless it is higher than the
    /// rules made it.
    pub raised_by: Vec<(Range<usize>, f32)>,
    /// The passages that lowered it, where it is lower.
    pub lowered_by: Vec<(Range<usize>, f32)>,
}

/// The name of the rule under which words that were learnt are evidence.
pub const LEARNT: &str = "learnt/words";

/// More passages than these tell a reader nothing new.
const MOST_PASSAGES: usize = 3;
/// Passages of less weight are noise, ...
const LEAST_SHARE: f32 = 0.25;
/// ... and so are words.
const LEAST_WORD: f32 = 0.1;
/// Fewer words tell too little to be raised by: `my phone` is no wish to be called.
const LEAST_TO_RAISE: usize = 6;
/// In fewer, what the rules found is most of what was said.
const LEAST_TO_LOWER: usize = 8;
/// What the rules are this sure of is not lowered.
const SURE: f32 = 0.9;
/// Nothing is surer.
const MOST_SURE: f32 = 0.99;

impl Learnt {
    /// Weighs a message, whose rules found this. Whether it is in the language that was learnt from is asked only when the
    /// weights would change something: nothing was learnt of any other.
    pub fn weigh(
        &self,
        text: &str,
        reading: &Reading,
        found: &Found<'_>,
        in_its_language: impl FnOnce() -> bool,
    ) -> Weighed {
        let mut weighed = Weighed {
            confidence: found.confidence,
            ..Weighed::default()
        };
        if !Bounds::may_change(found, reading.words().len()) {
            return weighed;
        }
        let summed = |window: Window| (self.sum(text, reading, found, &window, |_, _| {}), window);
        let surer = |one: &(f32, Window), other: &(f32, Window)| one.0.total_cmp(&other.0);
        let settled = |sum: f32| self.bounds.settle(found, self.likely(sum), reading.words().len());
        let mut best = Window::parts(reading).map(summed).max_by(surer);
        if best.as_ref().is_some_and(|(sum, _)| settled(*sum) < found.confidence) {
            best = best
                .into_iter()
                .chain(Window::around(reading, found).map(summed))
                .max_by(surer);
        }
        let Some((sum, window)) = best else {
            return weighed;
        };
        let confidence = settled(sum);
        let change = confidence - found.confidence;
        if change != 0.0 && in_its_language() {
            weighed.confidence = confidence;
            let mut shares = vec![0.0; window.words.len()];
            self.sum(text, reading, found, &window, |words, weight| {
                let share = weight / words.len() as f32;
                words.for_each(|word| shares[word - window.words.start] += share);
            });
            let passages = passages(reading, &window, &shares, change.signum());
            match change > 0.0 {
                true => weighed.raised_by = passages,
                false => weighed.lowered_by = passages,
            }
        }
        weighed
    }
}

/// How sure the weights must be before they overrule the rules. Between the two the rules' verdict stands: they know what
/// their author meant, on whatever trade, and the weights only what some messages had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// From this probability on, a message on which the rules do not fire is raised.
    pub raises_from: f32,
    /// Below this, one on which they fire is lowered.
    pub lowers_below: f32,
}

impl Bounds {
    /// What rules that found this and weights that find it this likely are worth together, in a message of so many words.
    pub fn settle(self, found: &Found<'_>, likely: f32, words: usize) -> f32 {
        let (rules, likely) = (found.confidence, likely.min(MOST_SURE));
        match rules >= FIRES {
            _ if !Self::may_change(found, words) => rules,
            true if likely < self.lowers_below => likely.min(rules),
            false if likely >= self.raises_from => likely.max(rules),
            true | false => rules,
        }
    }

    /// Whether any weights could overrule the rules.
    fn may_change(found: &Found<'_>, words: usize) -> bool {
        match found.confidence >= FIRES {
            true => !found.firm && found.confidence < SURE && words >= LEAST_TO_LOWER,
            false => words >= LEAST_TO_RAISE,
        }
    }
}

/// The strongest words of one sign, neighbours together.
fn passages(reading: &Reading, window: &Window, shares: &[f32], sign: f32) -> Vec<(Range<usize>, f32)> {
    let mut passages: Vec<(Range<usize>, f32)> = Vec::new();
    let mut follows = false;
    for (word, share) in reading.words()[window.words.clone()].iter().zip(shares) {
        let counts = share * sign > LEAST_WORD;
        if counts {
            match passages.last_mut().filter(|_| follows) {
                Some((range, sum)) => {
                    range.end = word.range().end;
                    *sum += share;
                }
                None => passages.push((word.range(), *share)),
            }
        }
        follows = counts;
    }
    passages.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
    // The strongest is told however weak it is, since something made the difference.
    let telling = passages
        .iter()
        .take_while(|(_, share)| share.abs() >= LEAST_SHARE)
        .count();
    passages.truncate(telling.clamp(1, MOST_PASSAGES));
    passages
}

impl Weighed {
    /// One line for people about what was learnt, if it changed anything.
    pub fn told(&self, text: &str) -> Option<String> {
        let quoted = |passages: &[(Range<usize>, f32)]| {
            let quotes: Vec<_> = passages
                .iter()
                .map(|(range, share)| format!("{:?} {share:+.1}", &text[range.clone()]))
                .collect();
            quotes.join(", ")
        };
        match (self.raised_by.is_empty(), self.lowered_by.is_empty()) {
            (false, _) => Some(format!("raised by learnt words {}", quoted(&self.raised_by))),
            (true, false) => Some(format!("lowered by learnt words {}", quoted(&self.lowered_by))),
            (true, true) => None,
        }
    }
}

#[cfg(test)]
mod tests;
