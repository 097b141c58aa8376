//! The lexicon file: words in classes, and rules made of them, that a translator can write.
//!
//! ```text
//! # a comment
//! @want  = want need                 a class holds single words
//! @human = human person =agents @staff
//! @human: one|some of your *         and groups of words, which count as one
//! @human == ana bo                   words as they stand: no other form, no typo
//! 0.90 wants-human: @want .. @human !about
//! x0.20 past: already ..2 =spoke|=talked to|with? .. @human
//! ```
//!
//! A word stands for all its forms, `=word` for this form only. A class of the same name may be continued on a later
//! line. A rule is a weight from 0 to 1, or `x` and a factor, then a name, a colon, and steps: words or classes,
//! several joined by `|`, or `*` for any word; `?` behind a step makes it optional; `..` lets three words stand
//! between, `..5` five; `!word` forbids a word anywhere inside; `^` is the beginning of a sentence and `$` its end,
//! `^ ..2` at most two words behind the beginning, `..2 $` as many before the end, and `now|$` a word or the end.
//! `!,` forbids a comma inside. `0.90!` is a weight that no factor changes. `%name` stands for a passage that the
//! detector marks. Gaps do not count words of `@filler`.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::draft::{Draft, DraftStep, Line, Term};
use crate::rules::{Effect, Rule, Step};
use crate::{Class, Meaning, Reading, Vocabulary, VocabularyBuilder};

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
    pub(crate) rules: Table,
    /// Rules that take several words for one.
    pub(crate) groups: Table,
    filler: Option<Class>,
    named: Vec<(String, Class)>,
    classes: usize,
    pub(crate) splits: bool,
}

/// Rules by the class of their first step. Those classes have the lowest numbers.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rules: Vec<Rule>,
    /// Where the rules of each class begin, and one behind the last class that begins any.
    starts: Vec<u32>,
    /// Of each rule, a class that its match has besides the first; the first where there is no other.
    seconds: Vec<Class>,
}

/// What may match in a text, one bit each: rules, and the classes that they begin with.
#[derive(Debug, Default)]
pub(crate) struct Live {
    classes: Vec<u64>,
    rules: Vec<u64>,
}

impl Live {
    pub(crate) fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

impl Table {
    fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by_key(|rule| rule.steps[0].class);
        rules.shrink_to_fit();
        let behind = rules.last().map_or(0, |rule| rule.steps[0].class.0 + 1);
        let before = |class| rules.partition_point(|rule| rule.steps[0].class.0 < class) as u32;
        let starts = (0..=behind).map(before).collect();
        let seconds = rules.iter().map(|rule| {
            let steps = rule.steps.iter().map(|step| step.class);
            let mut named = steps.filter(|class| *class != Class::ANY);
            named.nth(1).unwrap_or(rule.steps[0].class)
        });
        Self {
            starts,
            seconds: seconds.collect(),
            rules,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn of_class(&self, class: Class) -> std::ops::Range<usize> {
        let at = usize::from(class.0);
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    /// Tells of the rules whose every step is among the classes that are present.
    pub(crate) fn each_possible<'a>(&'a self, present: &[u64], mut tell: impl FnMut(usize, &'a Rule)) {
        let begins = self.starts.len().saturating_sub(1);
        for (at, bits) in present.iter().enumerate().take(begins.div_ceil(64)) {
            let mut bits = *bits;
            while bits != 0 {
                let class = at * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if class >= begins {
                    return;
                }
                for index in self.of_class(Class(class as u16)) {
                    let met = |step: &Step| step.class == Class::ANY || has(present, step.class);
                    // Most rules fail at their second step, which is kept apart so that they need not be fetched.
                    if has(present, self.seconds[index]) && self.rules[index].steps[1..].iter().all(met) {
                        tell(index, &self.rules[index]);
                    }
                }
            }
        }
    }

    /// Tells of the rules whose first step a word of this meaning is, among those that are live.
    pub(crate) fn each_begun_by<'a>(&'a self, meaning: Meaning<'_>, live: &Live, mut tell: impl FnMut(&'a Rule)) {
        for &class in meaning.sorted() {
            if usize::from(class.0) + 1 >= self.starts.len() {
                return;
            }
            if has(&live.classes, class) {
                for rule in self
                    .of_class(class)
                    .filter(|rule| live.rules[rule / 64] >> (rule % 64) & 1 == 1)
                {
                    tell(&self.rules[rule]);
                }
            }
        }
    }

    /// Which rules may match a text with these classes, and the classes that they begin with.
    pub(crate) fn live(&self, present: &[u64]) -> Live {
        let mut live = Live::default();
        self.each_possible(present, |index, rule| {
            if live.is_empty() {
                live.classes = vec![0; self.starts.len().div_ceil(64)];
                live.rules = vec![0; self.rules.len().div_ceil(64)];
            }
            add(&mut live.classes, rule.steps[0].class);
            live.rules[index / 64] |= 1 << (index % 64);
        });
        live
    }
}

/// Whether a set of bits holds the class.
fn has(set: &[u64], class: Class) -> bool {
    set[usize::from(class.0 / 64)] >> (class.0 % 64) & 1 == 1
}

/// Adds the class to a set of bits.
pub(crate) fn add(set: &mut [u64], class: Class) {
    set[usize::from(class.0 / 64)] |= 1 << (class.0 % 64);
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

    /// Takes a word that is none, and is made of known ones, for those: `talktohuman`.
    #[must_use]
    pub fn splitting_words(mut self) -> Self {
        self.splits = true;
        self
    }

    pub(crate) fn filler(&self) -> Option<Class> {
        self.filler
    }

    /// A set of bits that has room for every class, and none of them.
    pub(crate) fn no_classes(&self) -> Vec<u64> {
        vec![0; self.classes.div_ceil(64)]
    }
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
            match Line::read(text, line).map_err(|problem| LexiconError { line, problem })? {
                None => {}
                Some(Line::Words(class, words)) => self.classes.entry(class).or_default().extend(words),
                Some(Line::Group(class, draft)) => {
                    let group = Term::Group(class.clone());
                    let terms = self.classes.entry(class).or_default();
                    if !terms.contains(&group) {
                        terms.push(group);
                    }
                    self.rules.push(draft);
                }
                Some(Line::Rule(draft)) => self.rules.push(draft),
            }
        }
        for draft in &self.rules {
            let steps = draft.steps.iter().flat_map(|step| &step.terms);
            for term in steps.chain(&draft.without) {
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
            .map(|word| DraftStep {
                terms: vec![Term::Word(reading.normal(word).to_owned())],
                gap: 1,
                optional: false,
                or_end: false,
            })
            .collect();
        if !steps.is_empty() {
            let effect = Effect::Weight(weight.clamp(0.0, 1.0));
            self.rules.push(Draft {
                name: name.into(),
                effect,
                steps,
                without: Vec::new(),
                unbroken: false,
                fixed: false,
                at_start: None,
                at_end: None,
                line: 0,
            });
        }
        self
    }

    /// Compiles it; with `typos`, a word that none is, yet resembles one, is taken for it.
    pub fn build(self, typos: bool) -> Lexicon {
        let mut compiler = Compiler {
            builder: &self,
            vocabulary: VocabularyBuilder::default(),
            made: BTreeMap::new(),
            numbers: BTreeMap::new(),
            written: BTreeMap::new(),
        };
        let (mut rules, mut groups) = (Vec::new(), Vec::new());
        for draft in &self.rules {
            let compiled = compiler.rules(draft);
            if draft.effect == Effect::Group {
                groups.extend(compiled);
            } else {
                rules.extend(compiled);
            }
        }
        let mut named: Vec<_> = self
            .classes
            .keys()
            .map(|name| (name.clone(), compiler.class(&[Term::Class(name.clone())])))
            .collect();
        let classes = compiler.made.len();
        // What is freed before more is needed makes a smaller memory, all of which is looked through after each call.
        let mut vocabulary = compiler.into_vocabulary();
        let numbers = begun_first(classes, rules.iter().chain(&groups));
        let renumbered = |class: Class| numbers.get(usize::from(class.0)).copied().unwrap_or(class);
        for rule in rules.iter_mut().chain(&mut groups) {
            let steps = rule.steps.iter_mut().map(|step| &mut step.class);
            steps
                .chain(&mut rule.without)
                .for_each(|class| *class = renumbered(*class));
        }
        named.iter_mut().for_each(|(_, class)| *class = renumbered(*class));
        vocabulary.renumber(renumbered);
        drop(self);
        let filler = named.iter().find(|(name, _)| name == "filler").map(|&(_, class)| class);
        Lexicon {
            vocabulary: vocabulary.build(typos),
            rules: Table::new(rules),
            groups: Table::new(groups),
            filler,
            named,
            classes,
            splits: false,
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

/// Numbers for all classes that put those first with which a rule begins, so that a word need not be asked for the others.
fn begun_first<'a>(classes: usize, rules: impl Iterator<Item = &'a Rule>) -> Vec<Class> {
    let mut begins = vec![false; classes];
    rules.for_each(|rule| begins[usize::from(rule.steps[0].class.0)] = true);
    let (mut first, mut other) = (0, begins.iter().filter(|begins| **begins).count() as u16);
    let numbers = begins.into_iter().map(|begins| {
        let next = if begins { &mut first } else { &mut other };
        *next += 1;
        Class(*next - 1)
    });
    numbers.collect()
}

/// Gives every set of words that a step stands for a class of its own.
struct Compiler<'a> {
    builder: &'a LexiconBuilder,
    vocabulary: VocabularyBuilder,
    made: BTreeMap<Vec<u32>, Class>,
    /// Every word has a number, so that a set of words is small.
    numbers: BTreeMap<Term, u32>,
    /// The same by how the step is written, as most are written many times.
    written: BTreeMap<Vec<Term>, Class>,
}

impl Compiler<'_> {
    fn into_vocabulary(self) -> VocabularyBuilder {
        self.vocabulary
    }

    fn class(&mut self, terms: &[Term]) -> Class {
        if let Some(&class) = self.written.get(terms) {
            return class;
        }
        let class = self.class_of_words(terms);
        self.written.insert(terms.to_vec(), class);
        class
    }

    fn class_of_words(&mut self, terms: &[Term]) -> Class {
        let mut words: Vec<Term> = Vec::new();
        for term in terms {
            let resolved = self.builder.words_of(term, &mut Vec::new());
            words.extend(resolved.expect("reading has resolved every class"));
        }
        if words.contains(&Term::Any) {
            return Class::ANY;
        }
        let mut numbers: Vec<u32> = Vec::with_capacity(words.len());
        for word in &words {
            let next = self.numbers.len() as u32;
            numbers.push(match self.numbers.get(word) {
                Some(&number) => number,
                None => *self.numbers.entry(word.clone()).or_insert(next),
            });
        }
        numbers.sort_unstable();
        numbers.dedup();
        if let Some(&class) = self.made.get(&numbers) {
            return class;
        }
        let class = self.vocabulary.class();
        for word in &words {
            match word {
                Term::Word(word) => self.vocabulary.add(class, word, false),
                Term::Form(word) => self.vocabulary.add(class, word, true),
                Term::Name(word) => self.vocabulary.add_name(class, word),
                Term::Group(name) => self.vocabulary.add_group(class, name),
                Term::Any | Term::Class(_) => unreachable!("words_of leaves words only"),
            }
        }
        self.made.insert(numbers, class);
        class
    }

    fn rules(&mut self, draft: &Draft) -> Vec<Rule> {
        let without = (!draft.without.is_empty()).then(|| self.class(&draft.without));
        let rows = draft.rows();
        let rules = rows.iter().map(|row| Rule {
            name: draft.name.clone(),
            effect: draft.effect,
            steps: row
                .steps
                .iter()
                .map(|(terms, gap)| Step {
                    class: self.class(terms),
                    gap: *gap,
                })
                .collect(),
            without,
            unbroken: draft.unbroken,
            fixed: draft.fixed,
            at_start: draft.at_start,
            at_end: row.at_end,
        });
        rules.collect()
    }
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
            ("0.5 end: a|$ b", 1, "in the last step only"),
            ("0.5 any: * b", 1, "cannot begin with `*`"),
            ("@human: one of @your", 1, "@your is nowhere defined"),
            ("@human one of", 1, "or `:` and steps"),
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
