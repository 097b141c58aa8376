//! Texts that say the same: they share most of their telling words, or a telling passage of evidence.
//!
//! Words are compared without the small words of everyday English and German, and without their endings. Each text joins
//! the group whose first member it is most like, or begins one: the result depends on the order of the texts and on nothing
//! else, and costs one comparison for each group that shares a word.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};

/// The share of common words among all words of two texts from which on they say the same. In samples of support
/// questions, paraphrases have 0.4 to 0.8, different questions about one product 0.1 to 0.3.
const ALIKE: f64 = 0.4;

/// Words that are told of a group.
const MOST_WORDS: usize = 8;

/// Words that tell nothing of what is asked: they are in every other question, or in every excuse of a bot.
const SMALL: &[&str] = &[
    "a",
    "about",
    "after",
    "again",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "anyone",
    "are",
    "as",
    "at",
    "be",
    "been",
    "but",
    "by",
    "can",
    "cannot",
    "could",
    "did",
    "do",
    "does",
    "doing",
    "don",
    "for",
    "from",
    "get",
    "give",
    "go",
    "going",
    "got",
    "had",
    "has",
    "have",
    "having",
    "hello",
    "help",
    "her",
    "here",
    "hey",
    "hi",
    "him",
    "his",
    "how",
    "i",
    "if",
    "im",
    "in",
    "information",
    "into",
    "is",
    "it",
    "its",
    "just",
    "kindly",
    "know",
    "like",
    "ll",
    "looking",
    "m",
    "may",
    "me",
    "more",
    "my",
    "need",
    "no",
    "not",
    "now",
    "of",
    "off",
    "ok",
    "on",
    "one",
    "or",
    "our",
    "out",
    "please",
    "question",
    "re",
    "really",
    "s",
    "she",
    "should",
    "so",
    "some",
    "sorry",
    "still",
    "sure",
    "t",
    "tell",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "to",
    "too",
    "tried",
    "try",
    "unable",
    "unfortunately",
    "up",
    "us",
    "ve",
    "very",
    "want",
    "wanted",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
    "aber",
    "als",
    "am",
    "auf",
    "aus",
    "bei",
    "bin",
    "bitte",
    "da",
    "das",
    "dass",
    "dem",
    "den",
    "der",
    "die",
    "ein",
    "eine",
    "einen",
    "er",
    "es",
    "für",
    "haben",
    "habe",
    "hallo",
    "hat",
    "ich",
    "ihr",
    "ihre",
    "im",
    "ist",
    "ja",
    "kann",
    "können",
    "mein",
    "meine",
    "mich",
    "mir",
    "mit",
    "nicht",
    "noch",
    "oder",
    "sie",
    "sind",
    "und",
    "vom",
    "von",
    "war",
    "was",
    "wie",
    "wir",
    "wird",
    "wo",
    "zu",
    "zum",
    "zur",
];

/// Texts that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Their places in the list, in its order.
    pub(super) members: Vec<usize>,
    /// The one that is most like all of them.
    pub(super) middle: usize,
    /// Words that most of them have, the most frequent first.
    pub(super) words: Vec<String>,
}

/// What a text tells.
struct Told {
    words: BTreeSet<String>,
    /// How it spells them, by their stem.
    spelled: BTreeMap<String, String>,
    passages: BTreeSet<String>,
}

/// Groups things by a text and passages of evidence; the largest group first, then the one that began first.
pub(super) fn groups<T>(things: &[T], text: impl Fn(&T) -> (&String, &Vec<String>)) -> Vec<Group> {
    let told: Vec<Told> = things
        .iter()
        .map(|thing| {
            let (text, evidence) = text(thing);
            let passages = evidence.iter().filter_map(|passage| telling(passage));
            let spelled = words(text);
            Told {
                words: spelled.keys().cloned().collect(),
                spelled,
                passages: passages.collect(),
            }
        })
        .collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // From a word or a passage to the groups whose first member has it.
    let mut having: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, own) in told.iter().enumerate() {
        let near: BTreeSet<usize> = own
            .words
            .iter()
            .chain(&own.passages)
            .filter_map(|word| having.get(word.as_str()))
            .flatten()
            .copied()
            .collect();
        let likeness = |group: &usize| likeness(own, &told[groups[*group][0]]);
        let best = near.into_iter().map(|group| (likeness(&group), group)).max_by(|a, b| {
            // The earlier one of two that are as like.
            a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))
        });
        match best {
            Some((like, group)) if like >= ALIKE => groups[group].push(place),
            Some(_) | None => {
                for word in own.words.iter().chain(&own.passages) {
                    having.entry(word).or_default().push(groups.len());
                }
                groups.push(vec![place]);
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|members| group(&told, members)).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.members.len()), group.members[0]));
    groups
}

fn group(told: &[Told], members: Vec<usize>) -> Group {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in members.iter().flat_map(|place| &told[*place].words) {
        *counts.entry(word).or_default() += 1;
    }
    let mut words: Vec<(&str, usize)> = counts
        .into_iter()
        .filter(|(_, count)| count * 2 > members.len())
        .collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let common: BTreeSet<String> = words.iter().map(|(word, _)| (*word).to_owned()).collect();
    let like = |place: &usize| shared(&told[*place].words, &common);
    let middle = members
        .iter()
        .copied()
        .max_by(|a, b| like(a).total_cmp(&like(b)).then(b.cmp(a)));
    let middle = middle.expect("a group has its first member");
    let spelled = |stem: &str| {
        let texts = [middle].into_iter().chain(members.iter().copied());
        let found = texts.filter_map(|place| told[place].spelled.get(stem)).next();
        found.cloned().unwrap_or_default()
    };
    Group {
        middle,
        words: words
            .into_iter()
            .map(|(stem, _)| spelled(stem))
            .take(MOST_WORDS)
            .collect(),
        members,
    }
}

fn likeness(a: &Told, b: &Told) -> f64 {
    if a.passages.intersection(&b.passages).next().is_some() {
        return 1.0;
    }
    shared(&a.words, &b.words)
}

/// Common words among all words of both; 0 where one has none.
#[allow(clippy::cast_precision_loss, reason = "a text has few words")]
fn shared(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let common = a.intersection(b).count();
    if common == 0 {
        0.0
    } else {
        common as f64 / (a.len() + b.len() - common) as f64
    }
}

/// The words of a text that tell what it is about, by their stem.
fn words(text: &str) -> BTreeMap<String, String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !SMALL.contains(word));
    words
        .map(|word| (stemmer.stem(word).into_owned(), word.to_owned()))
        .collect()
}

/// A passage that tells something by itself: with two telling words. "I don't know" is in every gap.
fn telling(passage: &str) -> Option<String> {
    let words = words(passage);
    // A blank is in no word, so a passage is never taken for one.
    (words.len() >= 2).then(|| words.into_keys().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(texts: &[(&str, &[&str])]) -> Vec<Vec<usize>> {
        let things: Vec<(String, Vec<String>)> = texts
            .iter()
            .map(|(text, evidence)| ((*text).to_owned(), evidence.iter().map(|e| (*e).to_owned()).collect()))
            .collect();
        groups(&things, |(text, evidence)| (text, evidence))
            .into_iter()
            .map(|group| group.members)
            .collect()
    }

    #[test]
    fn questions_in_other_words_are_one_group() {
        let texts: [(&str, &[&str]); 5] = [
            ("Does the warranty cover the compressor?", &[]),
            ("hi, is the compressor covered by my warranty", &[]),
            ("What are your opening hours on Sunday?", &[]),
            ("warranty on compressors?", &[]),
            ("are you open sundays", &[]),
        ];
        assert_eq!(grouped(&texts), [vec![0, 1, 3], vec![2, 4]]);
    }

    #[test]
    fn the_same_evidence_is_one_group_but_an_excuse_is_no_evidence() {
        let texts: [(&str, &[&str]); 4] = [
            ("How long is it?", &["no details about delivery times"]),
            ("when will it come", &["No details about delivery times"]),
            ("who invented it", &["I don't know"]),
            ("why is the sky blue", &["I don't know"]),
        ];
        assert_eq!(grouped(&texts), [vec![0, 1], vec![2], vec![3]]);
    }

    #[test]
    fn texts_that_tell_nothing_stand_alone() {
        assert_eq!(
            grouped(&[("hello?", &[]), ("???", &[]), ("", &[])]),
            [vec![0], vec![1], vec![2]]
        );
    }
}
