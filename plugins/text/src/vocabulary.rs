//! From a word to what it means to the rules.
//!
//! A meaning is a set of classes. Words are kept as hashes in one table, so a look-up touches a cache line or two of the
//! snapshot and no strings; only the words that a typo may stand for keep their letters, grouped by the first
//! one, which people seldom get wrong.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Reading, Word, stem};

/// Words of at least this many letters forgive one wrong letter.
const ONE_TYPO_LETTERS: usize = 5;
/// Words of at least this many letters forgive two.
const TWO_TYPOS_LETTERS: usize = 9;

/// Words written together have at least this many letters in all, ...
const SPLIT_LETTERS: usize = 6;
/// ... at most these, which is how many the reading keeps ...
const MOST_SPLIT_LETTERS: usize = 40;
/// ... and none of them has more than these.
const LONGEST_PIECE: usize = 16;

/// A set of words that mean the same to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub(crate) u16);

impl Class {
    /// The class that every word is in.
    pub(crate) const ANY: Self = Self(u16::MAX);
}

/// What a word of a text means.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'a> {
    /// The classes of this form, one bit each; none when no rule knows it.
    exact: &'a [u64],
    /// The classes of the stem.
    stem: &'a [u64],
    /// Whether the word was taken for another that it resembles.
    pub typo: bool,
}

impl Meaning<'_> {
    /// Whether the word is in the class.
    pub fn is(&self, class: Class) -> bool {
        has(self.exact, class) || has(self.stem, class) || class == Class::ANY
    }

    /// The classes that the word is in.
    pub fn classes(&self) -> impl Iterator<Item = Class> {
        self.classes_among(&[])
    }

    /// The classes that the word is in, of those in a set of bits; an empty set stands for all.
    pub(crate) fn classes_among(self, set: &[u64]) -> impl Iterator<Item = Class> {
        (0..self.exact.len().max(self.stem.len())).flat_map(move |at| {
            let all = if set.is_empty() { u64::MAX } else { set[at] };
            let mut bits = (bits(self.exact, at) | bits(self.stem, at)) & all;
            std::iter::from_fn(move || {
                (bits != 0).then(|| {
                    let bit = bits.trailing_zeros();
                    bits &= bits - 1;
                    Class(at as u16 * 64 + bit as u16)
                })
            })
        })
    }

    /// Adds the classes to a set of bits.
    pub(crate) fn add_to(&self, set: &mut [u64]) {
        for (at, all) in set.iter_mut().enumerate() {
            *all |= bits(self.exact, at) | bits(self.stem, at);
        }
    }

    /// Whether no rule knows the word.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.stem.is_empty()
    }
}

fn bits(set: &[u64], at: usize) -> u64 {
    set.get(at).copied().unwrap_or_default()
}

/// Whether a set of bits holds the class.
pub(crate) fn has(set: &[u64], class: Class) -> bool {
    bits(set, usize::from(class.0 / 64)) >> (class.0 % 64) & 1 == 1
}

/// Adds the class to a set of bits.
pub(crate) fn add(set: &mut [u64], class: Class) {
    set[usize::from(class.0 / 64)] |= 1 << (class.0 % 64);
}

/// Compiled words and their classes.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Hashes of words, each in the first free slot from the one that its lowest bits name; zero is free.
    hashes: Vec<u64>,
    /// Which set of classes the word in each slot has.
    means: Vec<u16>,
    /// Sets of classes as bits, each `width` long.
    sets: Vec<u64>,
    width: usize,
    /// Sorted by first letter.
    spellings: Vec<Spelling>,
    letters: String,
    /// Where the spellings of each first letter begin.
    firsts: [u32; 27],
    typos: bool,
}

#[derive(Debug, Clone, Copy)]
struct Spelling {
    /// Which letters occur, one bit each.
    mask: u32,
    start: u32,
    bytes: u32,
}

impl Vocabulary {
    /// What a word means; empty when no rule knows it.
    pub fn meaning(&self, reading: &Reading, word: &Word) -> Meaning<'_> {
        let meaning = self.lookup_hashes(word.hashes);
        if meaning.is_empty()
            && self.typos
            && let Some(meant) = self.resembling(reading.normal(word))
        {
            return Meaning {
                typo: true,
                ..self.lookup(meant)
            };
        }
        meaning
    }

    /// What a passage means that the detector marks, by its name with the `%`.
    pub(crate) fn mark(&self, name: &str) -> Meaning<'_> {
        Meaning {
            exact: self.find(hash(b'=', name)),
            stem: &[],
            typo: false,
        }
    }

    /// What a group of words means that is taken for one word of the named class.
    pub(crate) fn group(&self, name: &str) -> Meaning<'_> {
        Meaning {
            exact: self.find(hash(b'@', name)),
            stem: &[],
            typo: false,
        }
    }

    /// The known words that a word is made of: `talktohuman`. Empty when it is not.
    pub(crate) fn split(&self, normal: &str) -> Vec<Meaning<'_>> {
        let letters = normal.len();
        if !(SPLIT_LETTERS..=MOST_SPLIT_LETTERS).contains(&letters) || !normal.is_ascii() {
            return Vec::new();
        }
        // For each place that rows of known words lead to: the fewest words, and where the last one begins.
        let mut reached = [None; MOST_SPLIT_LETTERS + 1];
        reached[0] = Some((0_u8, 0));
        for start in 0..letters {
            let Some((words, _)) = reached[start] else { continue };
            let (mut exact, mut stems) = (begin(b'='), [begin(b'~'); LONGEST_PIECE + 1]);
            for end in start + 1..=letters.min(start + LONGEST_PIECE) {
                let byte = normal.as_bytes()[end - 1];
                exact = push(exact, byte);
                stems[end - start] = push(stems[end - start - 1], byte);
                let piece = &normal[start..end];
                if is_piece(piece) && reached[end].is_none_or(|(known, _)| words + 1 < known) {
                    let stem = stem(piece).len();
                    // `ineed` is no form of `ine`.
                    let form = stem + 1 >= piece.len() || stem > 3;
                    let known = || !self.find(exact).is_empty() || form && !self.find(stems[stem]).is_empty();
                    if known() {
                        reached[end] = Some((words + 1, start));
                    }
                }
            }
        }
        let mut pieces = Vec::new();
        let mut end = letters;
        if reached[letters].is_none() {
            // The last of three or more may be misspelt; the longer it is, the surer.
            let starts = (1..letters).filter(|&start| reached[start].is_some_and(|(words, _)| words > 1));
            let Some((start, meant)) = starts
                .filter_map(|start| Some((start, self.resembling(&normal[start..])?)))
                .next()
            else {
                return Vec::new();
            };
            pieces.push((
                Meaning {
                    typo: true,
                    ..self.lookup(meant)
                },
                letters - start,
            ));
            end = start;
        }
        while end > 0 {
            let Some((_, start)) = reached[end] else { break };
            pieces.push((self.lookup(&normal[start..end]), end - start));
            end = start;
        }
        pieces.reverse();
        // Two short words make too many honest ones: `bother` is no `bot her`. But `ahuman` is two.
        let article = matches!(normal.strip_prefix('a'), Some(rest) if rest.len() > 4);
        let least = pieces.iter().map(|&(_, letters)| letters).min().unwrap_or_default();
        let two = pieces.len() == 2 && (letters < 8 || least < 3 && letters - least < 6);
        let short = pieces.len() < 2 || two && !(article && least == 1);
        if short {
            Vec::new()
        } else {
            pieces.into_iter().map(|(meaning, _)| meaning).collect()
        }
    }

    fn lookup(&self, normal: &str) -> Meaning<'_> {
        self.lookup_hashes(hashes(normal))
    }

    fn lookup_hashes(&self, [form, stem]: [u64; 2]) -> Meaning<'_> {
        Meaning {
            exact: self.find(form),
            stem: self.find(stem),
            typo: false,
        }
    }

    /// How many numbers a set of classes takes.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    fn find(&self, hash: u64) -> &[u64] {
        if self.hashes.is_empty() {
            return &[];
        }
        let mask = self.hashes.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.hashes[slot] {
                0 => return &[],
                known if known == hash => {
                    let start = usize::from(self.means[slot]) * self.width;
                    return &self.sets[start..start + self.width];
                }
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// The known word that this one is a misspelling of.
    fn resembling(&self, normal: &str) -> Option<&str> {
        let typos = match normal.len() {
            0..ONE_TYPO_LETTERS => return None,
            ONE_TYPO_LETTERS..TWO_TYPOS_LETTERS => 1,
            _ => 2,
        };
        let first = usize::from(normal.bytes().next()?.wrapping_sub(b'a'));
        if first >= 26 {
            return None;
        }
        let mask = mask(normal);
        let group = &self.spellings[self.firsts[first] as usize..self.firsts[first + 1] as usize];
        group.iter().find_map(|spelling| {
            let near = (spelling.bytes as usize).abs_diff(normal.len()) <= typos
                // Each wrong letter changes at most two bits: one that is gone, one that came.
                && (spelling.mask ^ mask).count_ones() as usize <= 2 * typos
                && (typos == 1 || spelling.bytes as usize >= TWO_TYPOS_LETTERS - 1);
            let known = &self.letters[spelling.start as usize..(spelling.start + spelling.bytes) as usize];
            (near && strsim::osa_distance(known, normal) <= typos).then_some(known)
        })
    }
}

/// Gathers words before they are compiled.
#[derive(Debug, Default)]
pub struct VocabularyBuilder {
    words: BTreeMap<String, [Vec<u16>; 2]>,
    groups: BTreeMap<String, Vec<u16>>,
    names: BTreeSet<String>,
    classes: u16,
}

impl VocabularyBuilder {
    /// A new, empty class.
    ///
    /// # Panics
    ///
    /// When 65,535 classes exist, which no lexicon comes near.
    pub fn class(&mut self) -> Class {
        self.classes = self
            .classes
            .checked_add(1)
            .expect("a lexicon has fewer than 65,535 classes");
        Class(self.classes - 1)
    }

    /// Puts a word, in normal spelling, into a class: only this form of it, or all forms that share its stem.
    pub fn add(&mut self, class: Class, word: &str, exact: bool) {
        if !self.words.contains_key(word) {
            self.words.insert(word.to_owned(), Default::default());
        }
        if let Some(classes) = self.words.get_mut(word) {
            classes[usize::from(exact)].push(class.0);
        }
    }

    /// Puts one form of a word into a class. No other word is taken for a misspelling of it.
    pub(crate) fn add_name(&mut self, class: Class, word: &str) {
        self.add(class, word, true);
        self.names.insert(word.to_owned());
    }

    /// Makes groups of words that are taken for one word of the named class mean the class.
    pub(crate) fn add_group(&mut self, class: Class, name: &str) {
        self.groups.entry(name.to_owned()).or_default().push(class.0);
    }

    /// Compiles the words; with `typos`, a word that none is, yet resembles one, is taken for it.
    pub fn build(self, typos: bool) -> Vocabulary {
        let mut table: BTreeMap<u64, Vec<u16>> = BTreeMap::new();
        let mut spelt: Vec<String> = Vec::new();
        for (word, [forms, exact]) in self.words {
            let guessed = !forms.is_empty() || !self.names.contains(&word);
            if !forms.is_empty() {
                table.entry(hash(b'~', stem(&word))).or_default().extend(forms);
            }
            if !exact.is_empty() {
                table.entry(hash(b'=', &word)).or_default().extend(exact);
            }
            if guessed && word.len() >= ONE_TYPO_LETTERS && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                spelt.push(word);
            }
        }
        for (name, classes) in self.groups {
            table.entry(hash(b'@', &name)).or_default().extend(classes);
        }
        let mut vocabulary = Vocabulary {
            typos,
            ..Vocabulary::default()
        };
        vocabulary.width = usize::from(self.classes).div_ceil(64);
        // At most half full, so that a search meets a free slot soon.
        let slots = (2 * table.len()).next_power_of_two();
        vocabulary.hashes = vec![0; slots];
        vocabulary.means = vec![0; slots];
        let mut sets: BTreeMap<Vec<u16>, u16> = BTreeMap::new();
        for (hash, mut classes) in table {
            classes.sort_unstable();
            classes.dedup();
            let next = sets.len() as u16;
            let set = *sets.entry(classes).or_insert_with_key(|classes| {
                let start = vocabulary.sets.len();
                vocabulary.sets.resize(start + vocabulary.width, 0);
                for class in classes {
                    vocabulary.sets[start + usize::from(class / 64)] |= 1 << (class % 64);
                }
                next
            });
            let mut slot = hash as usize & (slots - 1);
            while vocabulary.hashes[slot] != 0 {
                slot = (slot + 1) & (slots - 1);
            }
            vocabulary.hashes[slot] = hash;
            vocabulary.means[slot] = set;
        }
        for word in spelt {
            let start = vocabulary.letters.len() as u32;
            vocabulary.letters.push_str(&word);
            vocabulary.spellings.push(Spelling {
                mask: mask(&word),
                start,
                bytes: word.len() as u32,
            });
            let first = usize::from(word.as_bytes()[0] - b'a');
            for later in &mut vocabulary.firsts[first + 1..] {
                *later += 1;
            }
        }
        vocabulary
    }
}

/// Whether letters may be one of several words written together; single ones only where they are words.
fn is_piece(letters: &str) -> bool {
    letters.len() > 1 || matches!(letters, "a" | "i" | "u" | "y" | "e")
}

fn mask(word: &str) -> u32 {
    word.bytes()
        .fold(0, |mask, byte| mask | 1 << (byte.wrapping_sub(b'a') & 31))
}

/// The hashes of a word's form and of its stem.
pub(crate) fn hashes(normal: &str) -> [u64; 2] {
    [hash(b'=', normal), hash(b'~', stem(normal))]
}

/// FNV-1a: fast on short words, and the same on every machine.
pub(crate) fn hash(kind: u8, word: &str) -> u64 {
    word.bytes().fold(begin(kind), push)
}

fn begin(kind: u8) -> u64 {
    push(0xcbf2_9ce4_8422_2325, kind)
}

fn push(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(text: &str, words: &[(&str, bool)]) -> Vec<(bool, bool)> {
        let mut builder = VocabularyBuilder::default();
        let class = builder.class();
        for (word, exact) in words {
            builder.add(class, word, *exact);
        }
        let vocabulary = builder.build(true);
        let reading = Reading::of(text);
        reading
            .words()
            .iter()
            .map(|word| vocabulary.meaning(&reading, word))
            .map(|meaning| (meaning.is(class), meaning.typo))
            .collect()
    }

    #[test]
    fn a_word_is_known_by_its_stem_unless_one_form_is_meant() {
        assert_eq!(
            means("agents Agent", &[("agent", false)]),
            [(true, false), (true, false)]
        );
        assert_eq!(
            means("talk talked", &[("talked", true)]),
            [(false, false), (true, false)]
        );
    }

    #[test]
    fn longer_words_forgive_more_and_short_ones_nothing() {
        for (text, found) in [
            ("agnet", true),
            ("agemt", true),
            ("gaent", false),
            ("agnett", false),
            ("humn", false),
            ("representitive", true),
            ("reprsentitive", true),
            ("repsentitve", false),
            ("mem", false),
        ] {
            let words = [
                ("agent", false),
                ("human", false),
                ("representative", false),
                ("men", false),
            ];
            assert_eq!(means(text, &words)[0].0, found, "{text}");
        }
    }

    #[test]
    fn a_known_word_is_never_taken_for_another() {
        let mut builder = VocabularyBuilder::default();
        let (human, known) = (builder.class(), builder.class());
        builder.add(human, "person", false);
        builder.add(known, "prison", true);
        let vocabulary = builder.build(true);
        let reading = Reading::of("prison pperson");
        let meanings: Vec<_> = reading
            .words()
            .iter()
            .map(|word| vocabulary.meaning(&reading, word))
            .collect();
        assert!(!meanings[0].is(human) && meanings[0].is(known));
        assert!(meanings[1].is(human) && meanings[1].typo);
    }
}
