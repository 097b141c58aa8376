//! From a word to what it means to the rules.
//!
//! A meaning is a set of classes. Words are kept as hashes in one table, so a look-up touches a cache line or two of the
//! snapshot and no strings; only the words that a typo may stand for keep their letters. Sets are short rows of numbers,
//! as most words are in a few of a thousand classes.

use std::collections::{BTreeMap, BTreeSet};

use crate::hashed::Hashed;
use crate::typos::{ONE_TYPO_LETTERS, Spellings};
use crate::{Reading, Word, stem};

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
#[derive(Debug, Clone, Copy, Default)]
pub struct Meaning<'a> {
    /// The classes of the word, sorted; none when no rule knows it.
    classes: &'a [Class],
    /// One bit for each class by the end of its number, which answers most questions with no.
    bits: u64,
    /// Whether the word was taken for another that it resembles.
    pub typo: bool,
}

impl<'a> Meaning<'a> {
    /// Whether the word is in the class.
    pub fn is(&self, class: Class) -> bool {
        self.bits >> (class.0 % 64) & 1 == 1 && self.classes.binary_search(&class).is_ok() || class == Class::ANY
    }

    /// The classes that the word is in.
    pub fn classes(&self) -> impl Iterator<Item = Class> + use<'a> {
        self.classes.iter().copied()
    }

    /// The same in a row, the lowest first.
    pub(crate) fn sorted(&self) -> &'a [Class] {
        self.classes
    }

    /// Whether no rule knows the word.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

/// Compiled words and their classes.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Which set of classes a word has: one form of it by itself, all others by their stem.
    words: Hashed,
    /// Where the classes of each set begin and which bits they have, and one behind the last.
    sets: Vec<(u32, u64)>,
    classes: Vec<Class>,
    spellings: Spellings,
}

impl Vocabulary {
    /// What a word means; empty when no rule knows it.
    pub fn meaning(&self, reading: &Reading, word: &Word) -> Meaning<'_> {
        let meaning = self.lookup_hashes(word.hashes);
        if meaning.is_empty()
            && let Some(meant) = self.spellings.resembling(reading.normal(word))
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
        self.find(hash(b'=', name)).unwrap_or_default()
    }

    /// What a group of words means that is taken for one word of the named class.
    pub(crate) fn group(&self, name: &str) -> Meaning<'_> {
        self.find(hash(b'@', name)).unwrap_or_default()
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
            let mut begun = [EMPTY; LONGEST_PIECE + 1];
            for end in start + 1..=letters.min(start + LONGEST_PIECE) {
                let bytes = end - start;
                begun[bytes] = push(begun[bytes - 1], normal.as_bytes()[end - 1]);
                let piece = &normal[start..end];
                if is_piece(piece) && reached[end].is_none_or(|(known, _)| words + 1 < known) {
                    let by_stem = || {
                        let stem = stem(piece).len();
                        // `ineed` is no form of `ine`.
                        (stem + 1 >= piece.len() || stem > 3) && self.words.get(push(begun[stem], b'~')).is_some()
                    };
                    if self.words.get(push(begun[bytes], b'=')).is_some() || by_stem() {
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
                .filter_map(|start| Some((start, self.spellings.resembling(&normal[start..])?)))
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
        self.find(form).or_else(|| self.find(stem)).unwrap_or_default()
    }

    fn find(&self, hash: u64) -> Option<Meaning<'_>> {
        let set = usize::from(self.words.get(hash)?);
        let ((start, bits), (end, _)) = (self.sets[set], self.sets[set + 1]);
        Some(Meaning {
            classes: &self.classes[start as usize..end as usize],
            bits,
            typo: false,
        })
    }
}

/// Gathers words before they are compiled.
#[derive(Debug, Default)]
pub struct VocabularyBuilder {
    words: BTreeMap<String, [Vec<Class>; 2]>,
    groups: BTreeMap<String, Vec<Class>>,
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
            classes[usize::from(exact)].push(class);
        }
    }

    /// Puts one form of a word into a class. No other word is taken for a misspelling of it.
    pub(crate) fn add_name(&mut self, class: Class, word: &str) {
        self.add(class, word, true);
        self.names.insert(word.to_owned());
    }

    /// Makes groups of words that are taken for one word of the named class mean the class.
    pub(crate) fn add_group(&mut self, class: Class, name: &str) {
        self.groups.entry(name.to_owned()).or_default().push(class);
    }

    /// Gives every class another number.
    pub(crate) fn renumber(&mut self, renumbered: impl Fn(Class) -> Class) {
        let words = self.words.values_mut().flatten();
        for class in words.chain(self.groups.values_mut()).flatten() {
            *class = renumbered(*class);
        }
    }

    /// Compiles the words; with `typos`, a word that none is, yet resembles one, is taken for it.
    pub fn build(self, typos: bool) -> Vocabulary {
        let mut stems: BTreeMap<&str, Vec<Class>> = BTreeMap::new();
        for (word, [forms, _]) in self.words.iter().filter(|(_, [forms, _])| !forms.is_empty()) {
            stems.entry(stem(word)).or_default().extend(forms);
        }
        let mut table: BTreeMap<u64, Vec<Class>> = BTreeMap::new();
        for (word, [_, exact]) in self.words.iter().filter(|(_, [_, exact])| !exact.is_empty()) {
            let classes = table.entry(hash(b'=', word)).or_default();
            classes.extend(exact);
            // A look-up that finds a form looks no further.
            classes.extend(stems.get(stem(word)).into_iter().flatten());
        }
        table.extend(stems.into_iter().map(|(stem, classes)| (hash(b'~', stem), classes)));
        table.extend(
            self.groups
                .into_iter()
                .map(|(name, classes)| (hash(b'@', &name), classes)),
        );
        let mut vocabulary = Vocabulary {
            words: Hashed::with_room(table.len()),
            ..Vocabulary::default()
        };
        let mut sets: BTreeMap<Vec<Class>, u16> = BTreeMap::new();
        for (hash, mut classes) in table {
            classes.sort_unstable();
            classes.dedup();
            let next = sets.len() as u16;
            let set = *sets.entry(classes).or_insert_with_key(|classes| {
                let bits = classes.iter().fold(0, |bits, class| bits | 1 << (class.0 % 64));
                vocabulary.sets.push((vocabulary.classes.len() as u32, bits));
                vocabulary.classes.extend(classes);
                next
            });
            *vocabulary.words.entry(hash) = set;
        }
        vocabulary.sets.push((vocabulary.classes.len() as u32, 0));
        vocabulary.sets.shrink_to_fit();
        vocabulary.classes.shrink_to_fit();
        if typos {
            let guessed = |(word, [forms, _]): (&'_ String, &[Vec<Class>; 2])| {
                (!forms.is_empty() || !self.names.contains(word))
                    && word.len() >= ONE_TYPO_LETTERS
                    && word.bytes().all(|byte| byte.is_ascii_lowercase())
            };
            let words = self.words.iter().filter(|word| guessed(*word));
            vocabulary.spellings = Spellings::new(words.map(|(word, _)| word.as_str()));
        }
        vocabulary
    }
}

/// Whether letters may be one of several words written together; single ones only where they are words.
fn is_piece(letters: &str) -> bool {
    letters.len() > 1 || matches!(letters, "a" | "i" | "u" | "y" | "e")
}

/// The hashes of a word's form and of its stem, which is how it begins.
pub(crate) fn hashes(normal: &str) -> [u64; 2] {
    let (stem, ending) = normal.as_bytes().split_at(stem(normal).len());
    let stem = push_all(EMPTY, stem);
    [push(push_all(stem, ending), b'='), push(stem, b'~')]
}

/// FNV-1a: fast on short words, and the same on every machine. The kind comes last, so that words which begin alike
/// share the work.
pub(crate) fn hash(kind: u8, word: &str) -> u64 {
    push(push_all(EMPTY, word.as_bytes()), kind)
}

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

fn push_all(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().copied().fold(hash, push)
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
