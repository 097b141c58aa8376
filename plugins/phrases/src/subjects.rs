//! What a sentence has in common with all examples together.
//!
//! Five to ten examples say more than each alone: a word that stands in most of them is the subject, and a sentence
//! whose words are mostly theirs is about it, in whatever order. How that becomes a confidence was fitted on two hundred
//! subjects of public chat data, eight examples each, and holds on subjects that were not fitted on.

use std::ops::Range;

use baton_text::Class;

use crate::examples::{Heard, Phrase};

/// Of a sentence that has nothing in common with the examples, in log odds.
const NOTHING: f32 = -5.2;
/// For an example that matches as a whole.
const BY_EXAMPLE: f32 = 3.55;
/// For a word that stands in every example; one in a quarter of them is worth half.
const BY_SUBJECT: f32 = 1.06;
const MOST_BY_SUBJECT: f32 = 2.5;
/// For a sentence without any other word that could be a subject, ...
const BY_SHARE: f32 = 3.1;
/// ... and for each of up to three words in such a sentence.
const BY_WORD: f32 = 0.36;
const MOST_WORDS: usize = 3;

/// The words of the subject in all examples.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    subjects: Vec<Subject>,
}

/// A word of the subject with its synonyms.
#[derive(Debug)]
struct Subject {
    classes: Vec<Class>,
    synonyms: Vec<Class>,
    /// In which share of the examples it occurs.
    share: f32,
}

/// What one sentence of a message has of the subjects.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) sentence: u32,
    /// The bytes from the first to the last word of a subject.
    pub(crate) range: Range<usize>,
    pub(crate) negated: bool,
    found: usize,
    by_subject: f32,
    share: f32,
}

impl Subjects {
    pub(crate) fn of(phrases: &[Phrase]) -> Self {
        let examples = phrases.iter().filter(|phrase| !phrase.counter).count().max(1) as f32;
        let mut found: Vec<(Subject, &str)> = Vec::new();
        for phrase in phrases.iter().filter(|phrase| !phrase.counter) {
            let mut counted: Vec<usize> = Vec::new();
            for group in phrase
                .groups
                .iter()
                .filter(|group| group.weight > 0.2 && !group.negation)
            {
                let same = |(subject, stem): &(Subject, &str)| {
                    *stem == group.stem || subject.synonyms.iter().any(|class| group.synonyms.contains(class))
                };
                let index = found.iter().position(same).unwrap_or_else(|| {
                    let subject = Subject {
                        classes: Vec::new(),
                        synonyms: group.synonyms.clone(),
                        share: 0.0,
                    };
                    found.push((subject, &group.stem));
                    found.len() - 1
                });
                found[index].0.classes.push(group.class);
                if !counted.contains(&index) {
                    counted.push(index);
                    found[index].0.share += 1.0 / examples;
                }
            }
        }
        Self {
            subjects: found.into_iter().map(|(subject, _)| subject).collect(),
        }
    }

    /// What each sentence that has a word of a subject has of them.
    pub(crate) fn in_sentences(&self, heard: &[Heard<'_>]) -> Vec<About> {
        heard
            .chunk_by(|a, b| a.sentence == b.sentence)
            .filter_map(|words| self.in_sentence(words))
            .collect()
    }

    fn in_sentence(&self, words: &[Heard<'_>]) -> Option<About> {
        let mut seen = vec![false; self.subjects.len()];
        let (mut telling, mut content) = (0_usize, 0_usize);
        let mut range: Option<Range<usize>> = None;
        for word in words {
            content += usize::from(word.content);
            let mut subjects = self.subjects.iter();
            let Some(index) = word
                .relevant
                .then(|| subjects.position(|subject| subject.is(word)))
                .flatten()
            else {
                continue;
            };
            seen[index] = true;
            telling += usize::from(word.content);
            range = Some(range.map_or(word.range.start, |range| range.start)..word.range.end);
        }
        let shares = self.subjects.iter().zip(&seen).filter(|(_, seen)| **seen);
        let by_subject: f32 = shares.map(|(subject, _)| subject.share.sqrt()).sum();
        Some(About {
            sentence: words.first()?.sentence,
            range: range?,
            negated: words.iter().any(|word| word.negation),
            found: seen.iter().filter(|seen| **seen).count(),
            by_subject: by_subject.min(MOST_BY_SUBJECT),
            share: telling as f32 / content.max(1) as f32,
        })
    }
}

impl Subject {
    fn is(&self, word: &Heard<'_>) -> bool {
        self.classes.iter().any(|class| word.is(*class)) || word.means_any(&self.synonyms)
    }
}

impl About {
    /// How sure it is that the sentence is meant, if its best passage matches an example this well.
    pub(crate) fn confidence(&self, example: f32) -> f32 {
        let words = self.found.min(MOST_WORDS) as f32;
        let odds =
            NOTHING + BY_EXAMPLE * example + BY_SUBJECT * self.by_subject + (BY_SHARE + BY_WORD * words) * self.share;
        1.0 / (1.0 + (-odds).exp())
    }
}
