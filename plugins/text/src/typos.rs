//! Which known word a misspelt one stands for.
//!
//! Words are kept by their first letter, which people seldom get wrong, and by their length, so that few are looked at;
//! which letters a word has, one bit each, tells most of those apart before any letter is compared.

use std::collections::BTreeMap;

/// Words of at least this many letters forgive one wrong letter.
pub(crate) const ONE_TYPO_LETTERS: usize = 5;
/// Words of at least this many letters forgive two.
const TWO_TYPOS_LETTERS: usize = 9;
/// More than any word has that a reading keeps.
const MOST_LETTERS: usize = 64;

/// Words that others may be misspellings of.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    /// Where the rows of each first letter begin.
    firsts: [u32; 27],
    /// By first letter and length, and one behind the last.
    rows: Vec<Row>,
    /// Of each word: which letters occur, one bit each.
    masks: Vec<u32>,
    /// The words of each row one behind the other, sorted.
    letters: String,
}

/// The words of one length that begin with one letter.
#[derive(Debug, Clone, Copy)]
struct Row {
    bytes: u32,
    /// Where its masks begin.
    masks: u32,
    /// Where its letters begin.
    letters: u32,
}

impl Spellings {
    /// Takes words of small letters `a` to `z`, each once.
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut rows: BTreeMap<(u8, usize), Vec<&str>> = BTreeMap::new();
        for word in words {
            let first = word.bytes().next().map_or(0, |letter| letter - b'a');
            rows.entry((first, word.len())).or_default().push(word);
        }
        let mut spellings = Self::default();
        for ((first, bytes), mut words) in rows {
            words.sort_unstable();
            spellings.end_row(bytes);
            for word in words {
                spellings.masks.push(mask(word));
                spellings.letters.push_str(word);
            }
            for later in &mut spellings.firsts[usize::from(first) + 1..] {
                *later = spellings.rows.len() as u32;
            }
        }
        spellings.end_row(0);
        spellings.rows.shrink_to_fit();
        spellings.masks.shrink_to_fit();
        spellings.letters.shrink_to_fit();
        spellings
    }

    /// Begins a row where the last one ended.
    fn end_row(&mut self, bytes: usize) {
        self.rows.push(Row {
            bytes: bytes as u32,
            masks: self.masks.len() as u32,
            letters: self.letters.len() as u32,
        });
    }

    /// The first word of the alphabet that this one is a misspelling of.
    pub(crate) fn resembling(&self, word: &str) -> Option<&str> {
        let typos = match word.len() {
            0..ONE_TYPO_LETTERS => return None,
            ONE_TYPO_LETTERS..TWO_TYPOS_LETTERS => 1,
            _ => 2,
        };
        let first = usize::from(word.bytes().next()?.wrapping_sub(b'a'));
        if first >= 26 {
            return None;
        }
        let rows = self.firsts[first] as usize..self.firsts[first + 1] as usize;
        if rows.is_empty() {
            return None;
        }
        let mask = mask(word);
        let (mut letters, mut best) = (None, None);
        for at in rows {
            let (row, next) = (self.rows[at], self.rows[at + 1]);
            let bytes = row.bytes as usize;
            if bytes.abs_diff(word.len()) > typos || typos == 2 && bytes < TWO_TYPOS_LETTERS - 1 {
                continue;
            }
            for (index, known) in self.masks[row.masks as usize..next.masks as usize].iter().enumerate() {
                // Each wrong letter changes at most two bits: one that is gone, one that came.
                if (known ^ mask).count_ones() as usize > 2 * typos {
                    continue;
                }
                let start = row.letters as usize + index * bytes;
                let known = &self.letters[start..start + bytes];
                let letters = letters.get_or_insert_with(|| Letters::of(word));
                if is_within(known.as_bytes(), letters.all(), typos) {
                    // Rows are sorted, so the first of each is enough.
                    best = Some(best.map_or(known, |best: &str| best.min(known)));
                    break;
                }
            }
        }
        best
    }
}

/// A word with one byte for each letter.
struct Letters {
    bytes: [u8; MOST_LETTERS],
    count: usize,
}

impl Letters {
    fn of(word: &str) -> Self {
        let (mut bytes, mut count) = ([0; MOST_LETTERS], 0);
        for (place, letter) in bytes.iter_mut().zip(word.chars()) {
            // Any other letter than those of the known words is as wrong as any.
            *place = if letter.is_ascii() { letter as u8 } else { u8::MAX };
            count += 1;
        }
        Self { bytes, count }
    }

    fn all(&self) -> &[u8] {
        &self.bytes[..self.count]
    }
}

fn mask(word: &str) -> u32 {
    word.bytes()
        .fold(0, |mask, byte| mask | 1 << (byte.wrapping_sub(b'a') & 31))
}

/// Whether at most so many letters are wrong, missing, too many, or two of them swapped.
fn is_within(one: &[u8], other: &[u8], typos: usize) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    if one.is_empty() || other.is_empty() || typos == 0 {
        return one.len().max(other.len()) <= typos;
    }
    let left = typos - 1;
    is_within(&one[1..], &other[1..], left)
        || is_within(&one[1..], other, left)
        || is_within(one, &other[1..], left)
        || matches!((one, other), ([a, b, one @ ..], [c, d, other @ ..])
            if a == d && b == c && is_within(one, other, left))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn wrong_letters_are_counted_as_others_count_them(one in "[a-d]{0,9}", other in "[a-dé]{0,9}", typos in 0_usize..3) {
            prop_assert_eq!(
                is_within(one.as_bytes(), Letters::of(&other).all(), typos),
                strsim::osa_distance(&one, &other) <= typos
            );
        }

        #[test]
        fn the_first_word_of_the_alphabet_is_found(words in "([ab][a-d]{4,10} ){1,20}", word in "[ab][a-dé]{3,11}") {
            let mut words: Vec<_> = words.split_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            let typos = if word.len() < TWO_TYPOS_LETTERS { 1 } else { 2 };
            let first = words.iter().copied().find(|known| {
                word.len() >= ONE_TYPO_LETTERS
                    && known.as_bytes()[0] == word.as_bytes()[0]
                    && known.len().abs_diff(word.len()) <= typos
                    && (typos == 1 || known.len() >= TWO_TYPOS_LETTERS - 1)
                    && (mask(known) ^ mask(&word)).count_ones() as usize <= 2 * typos
                    && strsim::osa_distance(known, &word) <= typos
            });
            let spellings = Spellings::new(words.iter().copied());
            prop_assert_eq!(spellings.resembling(&word), first);
        }
    }
}
