//! How much a message sounds like one of the example phrases.
//!
//! An example is a bag of word groups, each with a weight: a word of the subject weighs 1, `want` an eighth, `the` next
//! to nothing. What a message shares with it inside a window of its length counts; order, distance, spelling and
//! negation then lower it, and what the sentence shares with all examples together weighs in. So `can some person please speak with me` still sounds like `I want to speak to a person`.

use std::ops::Range;

use baton_plugin_sdk::Fault;
use baton_text::{Class, Hit, Lexicon, LexiconBuilder, Meaning, Reading, Verdict, Vocabulary, VocabularyBuilder, stem};

use crate::subjects::{About, Subjects};

/// How many more words than the example the passage may have.
const LOOSE_WORDS: usize = 4;
/// What a full match is worth; the rest of the way to 1 is for the unknown.
const FULL: f32 = 0.95;
/// What a synonym is worth beside the word itself.
const SYNONYM: f32 = 0.92;
/// A passage that matches its example this well needs no other sign.
const WHOLE: f32 = 0.86;
/// Passages below this are nobody's evidence.
const FAINT: f32 = 0.3;
/// Words of a message that may begin a passage of one example: keeps the work linear.
const MOST_STARTS: usize = 256;

/// Compiled examples.
#[derive(Debug)]
pub(crate) struct Examples {
    words: Vocabulary,
    general: Lexicon,
    not: Class,
    /// Words that carry no subject, for counting those that do.
    common: [Class; 2],
    phrases: Vec<Phrase>,
    subjects: Subjects,
}

#[derive(Debug)]
pub(crate) struct Phrase {
    text: String,
    pub(crate) groups: Vec<Group>,
    /// The sum of the groups' weights.
    weight: f32,
    negated: bool,
    /// Whether a message that sounds like this is to be left alone.
    pub(crate) counter: bool,
    /// Whether it asks for a human, so that what only sounds like that lowers it too.
    request: bool,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) class: Class,
    /// The stem of the word, to know it again in another example.
    pub(crate) stem: String,
    pub(crate) negation: bool,
    pub(crate) synonyms: Vec<Class>,
    pub(crate) weight: f32,
}

/// A word of the message as the examples see it.
pub(crate) struct Heard<'a> {
    /// Which words of the examples it is.
    meaning: Meaning<'a>,
    /// Which synonyms it has.
    general: Meaning<'a>,
    pub(crate) relevant: bool,
    pub(crate) typo: bool,
    pub(crate) negation: bool,
    /// Whether it may be a word of a subject.
    pub(crate) content: bool,
    pub(crate) sentence: u32,
    pub(crate) range: Range<usize>,
}

/// How a passage matches a phrase.
#[derive(Clone)]
struct Passage {
    weight: f32,
    range: Range<usize>,
    typo: bool,
    negated: bool,
    sentence: u32,
}

impl Examples {
    /// Compiles the phrases; `is_request` tells which ask for a human.
    pub(crate) fn new(
        examples: &[String],
        not: &[String],
        typos: bool,
        is_request: impl Fn(&Reading) -> bool,
    ) -> Result<Self, Fault> {
        let general = LexiconBuilder::default()
            .read(include_str!("../lexicon/general.en.txt"))
            .map_err(|error| Fault::new(format!("built-in English words: {error}")))?
            .build(false);
        let named = |name: &str| {
            general
                .class(name)
                .ok_or_else(|| Fault::new(format!("built-in English words lack the class @{name}")))
        };
        let (stop, light, negation) = (named("stop")?, named("light")?, named("not")?);
        let mut builder = VocabularyBuilder::default();
        let mut phrases = Vec::new();
        for (list, texts, counter) in [("examples", examples, false), ("not", not, true)] {
            for (index, text) in texts.iter().enumerate() {
                let phrase = phrase(text, counter, &general, [stop, light, negation], &mut builder);
                if phrase.groups.iter().all(|group| group.weight < 0.2) {
                    let message = format!("`{text}` has only common words; add a word of the subject");
                    return Err(Fault::at(format!("/{list}/{index}"), message));
                }
                let request = is_request(&Reading::of(text));
                phrases.push(Phrase { request, ..phrase });
            }
        }
        Ok(Self {
            words: builder.build(typos),
            subjects: Subjects::of(&phrases),
            general,
            not: negation,
            common: [stop, light],
            phrases,
        })
    }

    /// The passages that sound like an example, with what lowered them.
    pub(crate) fn judge<'a>(&'a self, reading: &Reading, requests: &Verdict<'a>) -> Vec<Hit<'a>> {
        if self.phrases.is_empty() {
            return Vec::new();
        }
        let heard = self.hear(reading);
        let sentences = self.subjects.in_sentences(&heard);
        let mut hits = Vec::new();
        let mut denied: Vec<(f32, Range<usize>)> = Vec::new();
        for phrase in &self.phrases {
            let Some(passage) = phrase.best_passage(&heard) else {
                continue;
            };
            if phrase.counter {
                denied.push((passage.weight, passage.range));
                continue;
            }
            let about = sentences.iter().find(|about| about.sentence == passage.sentence);
            let likely = about.map_or(0.0, |about| about.confidence(passage.weight));
            // Nearly the whole example is enough by itself.
            let whole = if passage.weight >= WHOLE { passage.weight } else { 0.0 };
            let (mut weight, mut changed_by) = (likely.max(whole), None);
            if phrase.request {
                (weight, changed_by) = requests.change(weight, &passage.range);
            }
            if changed_by.is_none() && passage.negated != phrase.negated {
                // Saying no to an example is sure; an example that says no may be meant without the word.
                weight *= if passage.negated { 0.15 } else { 0.6 };
                changed_by = Some(if passage.negated { "negated" } else { "not negated" });
            }
            hits.push(Hit {
                rule: &phrase.text,
                weight,
                range: passage.range,
                changed_by,
                typo: passage.typo,
            });
        }
        if hits.is_empty() {
            hits.extend(self.together(&sentences));
        }
        for hit in &mut hits {
            let overlaps = |range: &Range<usize>| range.start < hit.range.end && hit.range.start < range.end;
            if denied
                .iter()
                .any(|(weight, range)| *weight >= hit.weight.min(WHOLE) && overlaps(range))
            {
                hit.weight *= 0.2;
                hit.changed_by = Some("a phrase under `not`");
            }
        }
        hits.retain(|hit| hit.weight > 0.05);
        hits
    }

    /// The sentence that has most words of all examples together, where no single one is near.
    fn together<'a>(&self, sentences: &[About]) -> Option<Hit<'a>> {
        let best = sentences
            .iter()
            .max_by(|a, b| a.confidence(0.0).total_cmp(&b.confidence(0.0)))?;
        let negated = best.negated && !self.phrases.iter().any(|phrase| phrase.negated);
        Some(Hit {
            rule: "the examples together",
            weight: best.confidence(0.0) * if negated { 0.15 } else { 1.0 },
            range: best.range.clone(),
            changed_by: negated.then_some("negated"),
            typo: false,
        })
    }

    fn hear<'a>(&'a self, reading: &Reading) -> Vec<Heard<'a>> {
        let words = reading.words().iter();
        words
            .map(|word| {
                let meaning = self.words.meaning(reading, word);
                let general = self.general.vocabulary().meaning(reading, word);
                Heard {
                    meaning,
                    general,
                    // Most words of a message are none of these, and need not be compared with each subject.
                    relevant: !meaning.is_empty() || general.classes().any(|class| !self.common.contains(&class)),
                    typo: meaning.typo,
                    negation: general.is(self.not),
                    content: !self.common.iter().any(|common| general.is(*common)),
                    sentence: word.sentence(),
                    range: word.range(),
                }
            })
            .collect()
    }
}

fn phrase(
    text: &str,
    counter: bool,
    general: &Lexicon,
    [stop, light, negation]: [Class; 3],
    builder: &mut VocabularyBuilder,
) -> Phrase {
    let reading = Reading::of(text);
    let mut groups = Vec::new();
    let mut negated = false;
    for word in reading.words() {
        let meaning = general.vocabulary().meaning(&reading, word);
        let class = builder.class();
        // `not` is no form of `notes`.
        builder.add(class, reading.normal(word), meaning.is(negation) || meaning.is(stop));
        let weight = match () {
            () if meaning.is(negation) => 1.0,
            () if meaning.is(stop) => 0.03,
            () if meaning.is(light) => 0.12,
            () => 1.0,
        };
        negated |= meaning.is(negation);
        let common = [stop, light];
        let synonyms = meaning.classes().filter(|class| !common.contains(class)).collect();
        groups.push(Group {
            class,
            stem: stem(reading.normal(word)).to_owned(),
            negation: meaning.is(negation),
            synonyms: if weight < 0.2 { Vec::new() } else { synonyms },
            weight,
        });
    }
    let weight = groups.iter().map(|group| group.weight).sum();
    Phrase {
        text: text.to_owned(),
        groups,
        weight,
        negated,
        counter,
        request: false,
    }
}

impl Phrase {
    fn best_passage(&self, heard: &[Heard<'_>]) -> Option<Passage> {
        let telling = |word: &Heard<'_>| {
            let mut groups = self.groups.iter().filter(|group| group.weight > 0.2);
            word.relevant && groups.any(|group| group.has(word).is_some())
        };
        let starts = heard
            .iter()
            .enumerate()
            .filter(|(_, word)| telling(word))
            .map(|(index, _)| index);
        let mut best: Option<Passage> = None;
        for start in starts.take(MOST_STARTS) {
            let passage = self.passage(heard, start);
            if best.as_ref().is_none_or(|best| passage.weight > best.weight) {
                best = Some(passage);
            }
        }
        best.filter(|best| best.weight >= FAINT)
    }

    /// The passage that begins with word `start`, or with common words of the phrase just before it.
    fn passage(&self, heard: &[Heard<'_>], start: usize) -> Passage {
        let sentence = heard[start].sentence;
        let same = |index: &usize| heard[*index].sentence == sentence;
        let lead = (start.saturating_sub(self.groups.len()).min(start)..start)
            .filter(same)
            .min()
            .unwrap_or(start);
        let behind = heard.len().min(start + self.groups.len() + LOOSE_WORDS);
        let mut found: Vec<(usize, usize)> = Vec::new();
        let (mut typo, mut sum) = (false, 0.0);
        for (place, group) in self.groups.iter().enumerate() {
            // A word of the subject must stand in the window; a common one may also lead up to it.
            let from = if group.weight > 0.2 { start } else { lead };
            let taken = |index: &usize| found.iter().any(|(used, _)| used == index);
            let nearest = (from..behind)
                .filter(same)
                .filter(|index| !taken(index))
                .find_map(|index| group.has(&heard[index]).map(|worth| (index, worth)));
            if let Some((index, worth)) = nearest {
                found.push((index, place));
                sum += group.weight * worth;
                typo |= heard[index].typo;
            }
        }
        let telling = || found.iter().filter(|(_, place)| self.groups[*place].weight > 0.2);
        let first = telling().map(|(index, _)| *index).min().unwrap_or(start);
        let last = telling().map(|(index, _)| *index).max().unwrap_or(start);
        let ordered = telling().zip(telling().skip(1)).all(|((a, _), (b, _))| a < b);
        let extra = (last - first + 1).saturating_sub(self.groups.len());
        let coverage = sum / self.weight;
        let order = if ordered { 1.0 } else { 0.93 };
        let weight = FULL * coverage.powf(1.5) * order * (1.0 - 0.02 * extra as f32);
        let negation = |index: usize| heard[index].sentence == sentence && heard[index].negation;
        Passage {
            weight: if typo { weight * 0.95 } else { weight },
            range: heard[first].range.start..heard[last].range.end,
            typo,
            sentence,
            negated: (first.saturating_sub(3)..=last).any(negation),
        }
    }
}

impl Group {
    /// What a word is worth to the group, 0 to 1.
    fn has(&self, word: &Heard<'_>) -> Option<f32> {
        if word.is(self.class) {
            return Some(1.0);
        }
        word.means_any(&self.synonyms).then_some(SYNONYM)
    }
}

impl Heard<'_> {
    /// Whether it is this word of an example.
    pub(crate) fn is(&self, class: Class) -> bool {
        self.meaning.is(class)
    }

    /// Whether it is in one of the groups of synonyms.
    pub(crate) fn means_any(&self, synonyms: &[Class]) -> bool {
        synonyms.iter().any(|class| self.general.is(*class))
    }
}
