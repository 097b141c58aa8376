//! The lexicon file: words in classes, and rules made of them, that a translator can write.
//!
//! ```text
//! # a comment
//! @want  = want need "would like"    not allowed: a class holds single words; write two steps in a rule
//! @human = human person =agents @staff
//! 0.90 wants-human: @want .. @human
//! x0.20 past: already ..2 =spoke|=talked to|with? .. @human
//! ```
//!
//! A word stands for all its forms, `=word` for this form only. A class of the same name may be continued on a later
//! line. A rule is a weight from 0 to 1, or `x` and a factor, then a name, a colon, and steps: words or classes,
//! several joined by `|`; `?` behind a step makes it optional; `..` lets three words stand between, `..5` five; `^` is
//! the beginning of a sentence and `$` its end. Words of the class `@filler` that no rule names are skipped.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::rules::{Effect, Rule, Step};
use crate::{Class, Reading, Vocabulary, VocabularyBuilder};

/// How many words `..` lets stand between.
const USUAL_GAP: u8 = 3;
/// More optional steps than these would make more variants of a rule than anybody means.
const MOST_OPTIONAL: usize = 4;

/// Why a lexicon was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line} of the lexicon: {problem}")]
pub struct LexiconError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

/// Compiled classes and rules.
#[derive(Debug, Default)]
pub struct Lexicon {
    vocabulary: Vocabulary,
    /// Sorted by the class of the first step.
    rules: Vec<Rule>,
    filler: Option<Class>,
    named: Vec<(String, Class)>,
}

impl Lexicon {
    /// The class of this name, for a detector that counts words itself.
    pub fn class(&self, name: &str) -> Option<Class> {
        self.named
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, class)| class)
    }

    /// The words and their classes.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(crate) fn filler(&self) -> Option<Class> {
        self.filler
    }

    pub(crate) fn starting_with(&self, class: Class) -> &[Rule] {
        let start = self.rules.partition_point(|rule| rule.steps[0].class < class);
        let count = self.rules[start..].partition_point(|rule| rule.steps[0].class == class);
        &self.rules[start..start + count]
    }
}

/// A word, one form of a word, or a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Word(String),
    Form(String),
    Class(String),
}

#[derive(Debug, Clone)]
struct Draft {
    name: String,
    effect: Effect,
    steps: Vec<(Vec<Term>, u8, bool)>,
    at_start: bool,
    at_end: bool,
    line: usize,
}

/// Reads lexicon files and phrases before they are compiled.
#[derive(Debug, Default)]
pub struct LexiconBuilder {
    classes: BTreeMap<String, Vec<Term>>,
    rules: Vec<Draft>,
}

impl LexiconBuilder {
    /// Reads a file. A class that an earlier file began is continued.
    ///
    /// # Errors
    ///
    /// The first line that is not understood.
    pub fn read(mut self, file: &str) -> Result<Self, LexiconError> {
        for (index, text) in file.lines().enumerate() {
            let text = text.split_once('#').map_or(text, |(before, _)| before).trim();
            let line = index + 1;
            let refuse = |problem: String| LexiconError { line, problem };
            if text.is_empty() {
            } else if let Some(class) = text.strip_prefix('@') {
                let (name, words) = class
                    .split_once('=')
                    .ok_or_else(|| refuse("a class needs `=` and words".to_owned()))?;
                let words = words
                    .split_whitespace()
                    .map(term)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(refuse)?;
                self.classes.entry(name.trim().to_owned()).or_default().extend(words);
            } else {
                self.rules.push(rule(text, line).map_err(refuse)?);
            }
        }
        for draft in &self.rules {
            for term in draft.steps.iter().flat_map(|(terms, ..)| terms) {
                self.words_of(term, &mut Vec::new()).map_err(|problem| LexiconError {
                    line: draft.line,
                    problem,
                })?;
            }
        }
        Ok(self)
    }

    /// Adds a rule that matches the words of `phrase` in their order, each pair with at most one word between.
    /// A phrase without a word adds nothing.
    #[must_use]
    pub fn phrase(mut self, name: &str, weight: f32, phrase: &str) -> Self {
        let reading = Reading::of(phrase);
        let steps: Vec<_> = reading
            .words()
            .iter()
            .map(|word| (vec![Term::Word(reading.normal(word).to_owned())], 1, false))
            .collect();
        if !steps.is_empty() {
            let effect = Effect::Weight(weight.clamp(0.0, 1.0));
            self.rules.push(Draft {
                name: name.into(),
                effect,
                steps,
                at_start: false,
                at_end: false,
                line: 0,
            });
        }
        self
    }

    /// Compiles it; with `typos`, a word that none is, yet resembles one, is taken for it.
    pub fn build(self, typos: bool) -> Lexicon {
        let mut vocabulary = VocabularyBuilder::default();
        let mut made: BTreeMap<BTreeSet<Term>, Class> = BTreeMap::new();
        let mut class_of = |terms: &[Term]| {
            let mut words = BTreeSet::new();
            for term in terms {
                words.extend(
                    self.words_of(term, &mut Vec::new())
                        .expect("reading has resolved every class"),
                );
            }
            *made.entry(words.clone()).or_insert_with(|| {
                let class = vocabulary.class();
                for word in &words {
                    match word {
                        Term::Word(word) => vocabulary.add(class, word, false),
                        Term::Form(word) => vocabulary.add(class, word, true),
                        Term::Class(_) => unreachable!("words_of leaves words only"),
                    }
                }
                class
            })
        };
        let mut rules = Vec::new();
        for draft in &self.rules {
            for steps in variants(&draft.steps) {
                let steps = steps
                    .iter()
                    .map(|(terms, gap)| Step {
                        class: class_of(terms),
                        gap: *gap,
                    })
                    .collect();
                let (name, effect) = (draft.name.clone(), draft.effect);
                rules.push(Rule {
                    name,
                    effect,
                    steps,
                    at_start: draft.at_start,
                    at_end: draft.at_end,
                });
            }
        }
        rules.sort_by_key(|rule| rule.steps[0].class);
        let named: Vec<_> = self
            .classes
            .keys()
            .map(|name| (name.clone(), class_of(&[Term::Class(name.clone())])))
            .collect();
        let filler = named.iter().find(|(name, _)| name == "filler").map(|&(_, class)| class);
        Lexicon {
            vocabulary: vocabulary.build(typos),
            rules,
            filler,
            named,
        }
    }

    /// The words that a term stands for.
    fn words_of(&self, term: &Term, within: &mut Vec<String>) -> Result<Vec<Term>, String> {
        let Term::Class(name) = term else {
            return Ok(vec![term.clone()]);
        };
        if within.contains(name) {
            return Err(format!("the class @{name} contains itself"));
        }
        let terms = self
            .classes
            .get(name)
            .ok_or_else(|| format!("the class @{name} is nowhere defined"))?;
        within.push(name.clone());
        let mut words = Vec::new();
        for term in terms {
            words.extend(self.words_of(term, within)?);
        }
        within.pop();
        Ok(words)
    }
}

fn rule(text: &str, line: usize) -> Result<Draft, String> {
    let (head, pattern) = text.split_once(':').ok_or("a rule needs a colon before its steps")?;
    let (effect, name) = head.trim().split_once(' ').ok_or("a rule needs a weight and a name")?;
    let number = |text: &str, most: f32| {
        let range = format!("`{text}` is not a number from 0 to {most}");
        text.parse::<f32>()
            .ok()
            .filter(|number| (0.0..=most).contains(number))
            .ok_or(range)
    };
    let effect = match effect.strip_prefix('x') {
        Some(factor) => Effect::Factor(number(factor, 2.0)?),
        None => Effect::Weight(number(effect, 1.0)?),
    };
    let mut draft = Draft {
        name: name.trim().to_owned(),
        effect,
        steps: Vec::new(),
        at_start: false,
        at_end: false,
        line,
    };
    let mut gap = 0;
    for part in pattern.split_whitespace() {
        if let Some(width) = part.strip_prefix("..") {
            gap = if width.is_empty() {
                USUAL_GAP
            } else {
                width.parse().map_err(|_| format!("`{part}` is no gap"))?
            };
            continue;
        }
        match part {
            "^" => draft.at_start = true,
            "$" => draft.at_end = true,
            _ => {
                let (step, optional) = part.strip_suffix('?').map_or((part, false), |step| (step, true));
                let terms = step.split('|').map(term).collect::<Result<Vec<_>, _>>()?;
                draft.steps.push((terms, std::mem::take(&mut gap), optional));
            }
        }
    }
    let optional = draft.steps.iter().filter(|(.., optional)| *optional).count();
    if optional == draft.steps.len() {
        return Err("a rule needs a step that is not optional".to_owned());
    }
    if optional > MOST_OPTIONAL {
        return Err(format!(
            "a rule has at most {MOST_OPTIONAL} optional steps, this one has {optional}"
        ));
    }
    Ok(draft)
}

fn term(text: &str) -> Result<Term, String> {
    if let Some(class) = text.strip_prefix('@') {
        return Ok(Term::Class(class.to_owned()));
    }
    let word = text.strip_prefix('=').unwrap_or(text);
    let reading = Reading::of(word);
    let [only] = reading.words() else {
        return Err(format!("`{text}` is not one word"));
    };
    let normal = reading.normal(only).to_owned();
    Ok(if text.starts_with('=') {
        Term::Form(normal)
    } else {
        Term::Word(normal)
    })
}

/// A row of steps without optional ones.
type Row<'a> = Vec<(&'a [Term], u8)>;

/// The rows that a row with optional steps stands for. The gap before a step that is left out is kept.
fn variants(steps: &[(Vec<Term>, u8, bool)]) -> Vec<Row<'_>> {
    let mut rows: Vec<(Row<'_>, u8)> = vec![(Vec::new(), 0)];
    for (terms, gap, optional) in steps {
        let mut longer = Vec::new();
        for (row, kept) in rows {
            if *optional {
                longer.push((row.clone(), kept.max(*gap)));
            }
            let mut with = row;
            with.push((terms.as_slice(), kept.max(*gap)));
            longer.push((with, 0));
        }
        rows = longer;
    }
    rows.into_iter().map(|(row, _)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        for (file, line, says) in [
            ("\n@human human", 2, "needs `=`"),
            ("0.9 wants @want", 1, "needs a colon"),
            ("1.9 wants: human", 1, "not a number from 0 to 1"),
            ("x0.2 past: @gone", 1, "@gone is nowhere defined"),
            ("@a = @b\n@b = @a\n0.5 loop: @a", 3, "contains itself"),
            ("@a = one,two", 1, "`one,two` is not one word"),
            ("0.5 empty: please?", 1, "not optional"),
            ("0.5 gap: a ..x b", 1, "`..x` is no gap"),
        ] {
            let error = LexiconBuilder::default().read(file).expect_err(file);
            assert_eq!(error.line, line, "{file}");
            assert!(error.problem.contains(says), "{file}: {error}");
        }
    }

    #[test]
    fn an_optional_step_may_be_left_out_with_its_gap_kept() {
        let lexicon = LexiconBuilder::default()
            .read("0.9 put: put .. me? through to|with? human")
            .expect("is sound")
            .build(false);
        for (text, found) in [
            ("put me through to human", true),
            ("put my poor self through human", true),
            ("put through with human", true),
            ("through human", false),
        ] {
            assert_eq!(lexicon.judge(&Reading::of(text)).confidence() > 0.5, found, "{text}");
        }
    }

    #[test]
    fn a_phrase_of_a_pack_is_a_rule_of_its_own() {
        let lexicon = LexiconBuilder::default()
            .phrase("words", 0.8, "bulk order")
            .phrase("words", 0.8, "…")
            .build(true);
        for (text, found) in [
            ("two BULK orders", true),
            ("a bulk paper order", true),
            ("order in bulk", false),
        ] {
            assert_eq!(lexicon.judge(&Reading::of(text)).confidence() > 0.5, found, "{text}");
        }
    }
}
