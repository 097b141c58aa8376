//! What is learnt of a message: its words, stems, pairs of stems, its form, and the rules that matched.
//!
//! One function makes them for the training and for the daemon, so the two cannot differ. A feature is a hash; what it
//! counts in a message falls with the root of their number, so that a long message is no surer for being long.

use std::ops::Range;

use super::Found;
use crate::Reading;
use crate::vocabulary::hash;

/// One feature of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Which, for every message that has it.
    pub hash: u64,
    /// The words that it stands for; none for the message's form and for rules.
    pub words: Range<usize>,
    /// Whether it is a rule that matched, which counts in full in a message of any length.
    pub rule: bool,
}

/// The part of a message that is weighed at once: sentences that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Of the message's words.
    pub words: Range<usize>,
}

/// A longer message is weighed in parts: people who were learnt from wrote at most so much.
const MOST_WORDS: usize = 80;
/// What a feature counts in a message of one word falls from this with the root of their number, ...
const SCALE: f32 = 2.2;
/// ... of which there are at least so many.
const LEAST_WORDS: f32 = 8.0;
/// Features of a part that are known again; a power of two.
const REMEMBERED: usize = 128;
/// More rules than these say nothing new.
const MOST_RULES: usize = 16;

impl Window {
    /// The parts of a message, none of an empty one.
    pub fn parts(reading: &Reading) -> impl Iterator<Item = Self> {
        let words = reading.words();
        let mut from = 0;
        std::iter::from_fn(move || {
            let most = (from + MOST_WORDS).min(words.len());
            // At the end of a sentence, if one ends there.
            let ends = (from + 1..=most)
                .rev()
                .find(|&at| at == words.len() || words[at].sentence() != words[at - 1].sentence());
            let part = from..ends.unwrap_or(most);
            from = part.end;
            (!part.is_empty()).then_some(Self { words: part })
        })
    }

    /// The sentences of the best rule alone, lest a sentence beside a sure one took it back.
    pub fn around(reading: &Reading, found: &Found<'_>) -> Option<Self> {
        let words = reading.words();
        let (_, range) = found.rules.first()?;
        let first = words.iter().find(|word| word.range().end > range.start)?;
        let last = words.iter().rfind(|word| word.range().start < range.end)?;
        let begins = words.partition_point(|word| word.sentence() < first.sentence());
        let ends = words.partition_point(|word| word.sentence() <= last.sentence());
        (begins < ends).then_some(Self { words: begins..ends })
    }

    /// The whole message, as it is learnt from.
    pub fn whole(reading: &Reading) -> Self {
        Self {
            words: 0..reading.words().len(),
        }
    }

    /// Whether a rule matched in it.
    pub fn holds(&self, reading: &Reading, range: &Range<usize>) -> bool {
        let words = &reading.words()[self.words.clone()];
        let begins = words.first().map_or(0, |word| word.range().start);
        let ends = words.last().map_or(0, |word| word.range().end);
        // A face or a row of marks behind the last word is no word.
        range.start < ends && range.end > begins || self.words.end == reading.words().len() && range.start >= ends
    }

    /// Tells each feature of the part.
    pub fn features(&self, text: &str, reading: &Reading, found: &Found<'_>, mut tell: impl FnMut(Feature)) {
        let words = &reading.words()[self.words.clone()];
        // What a text says again it says once; where two features share a place, one may count again.
        let mut told = [0_u64; REMEMBERED];
        let mut text_feature = |hash: u64, words| {
            let place = &mut told[hash as usize >> 7 & (REMEMBERED - 1)];
            if *place == hash {
                return;
            }
            *place = hash;
            tell(Feature {
                hash,
                words,
                rule: false,
            });
        };
        let (mut before, mut sentence, mut counts) = (BOUNDARY, None, false);
        for (index, word) in words.iter().enumerate() {
            let at = self.words.start + index;
            let (form, base) = match reading.normal(word).as_bytes() {
                // A number is how many digits it has.
                [first, rest @ ..] if first.is_ascii_digit() => {
                    let digits = 1 + rest.iter().take(5).filter(|byte| byte.is_ascii_digit()).count() as u64;
                    counts = true;
                    (mix(DIGITS, digits), mix(DIGITS, digits))
                }
                _ => (word.hashes[0], word.hashes[1]),
            };
            if sentence.is_some_and(|known| known != word.sentence()) {
                text_feature(mix(mix(PAIR, before), BOUNDARY), at - 1..at);
                before = BOUNDARY;
            }
            sentence = Some(word.sentence());
            text_feature(mix(WORD, form), at..at + 1);
            text_feature(mix(STEM, base), at..at + 1);
            text_feature(
                mix(mix(PAIR, before), base),
                at - usize::from(before != BOUNDARY)..at + 1,
            );
            before = base;
        }
        if !words.is_empty() {
            text_feature(mix(mix(PAIR, before), BOUNDARY), self.words.end - 1..self.words.end);
        }
        self.form(text, reading, counts, |hash| text_feature(hash, 0..0));
        let rules = found
            .rules
            .iter()
            .take(MOST_RULES)
            .filter(|(_, range)| self.holds(reading, range));
        for (rule, _) in rules {
            tell(Feature {
                hash: hash(RULE, rule),
                words: 0..0,
                rule: true,
            });
        }
    }

    /// Its marks and its numbers. Not its length: that tells who wrote it.
    fn form(&self, text: &str, reading: &Reading, counts: bool, mut tell: impl FnMut(u64)) {
        let words = reading.words();
        let Some(first) = words[self.words.clone()].first() else {
            return;
        };
        let ends = words.get(self.words.end).map_or(text.len(), |next| next.range().start);
        let text = &text[first.range().start..ends];
        let (mut asks, mut calls) = (false, false);
        for byte in text.bytes() {
            asks |= byte == b'?';
            calls |= byte == b'!';
        }
        let signs = [asks, calls, text.trim_end().ends_with('?'), counts];
        for (kind, _) in signs.iter().enumerate().filter(|(_, there)| **there) {
            tell(mix(FORM, kind as u64));
        }
    }

    /// What each feature of the text counts.
    pub fn value(&self) -> f32 {
        SCALE / (self.words.len() as f32).max(LEAST_WORDS).sqrt()
    }
}

const WORD: u64 = 0x57;
const STEM: u64 = 0x53;
const PAIR: u64 = 0x50;
const DIGITS: u64 = 0x44;
const FORM: u64 = 0x46;
const RULE: u8 = b'r';
/// The beginning or the end of a sentence.
const BOUNDARY: u64 = 0x5e;

/// Two hashes as one, in this order.
fn mix(one: u64, other: u64) -> u64 {
    let mixed = (one.rotate_left(23) ^ other).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}
