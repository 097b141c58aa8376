//! One line of a lexicon file, understood but not yet compiled.

use crate::Reading;
use crate::rules::Effect;

/// How many words `..` lets stand between.
const USUAL_GAP: u8 = 3;
/// More optional steps than these would make more variants of a rule than anybody means.
const MOST_OPTIONAL: usize = 4;

/// What a step or a class is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term {
    /// A word in all its forms.
    Word(String),
    /// One form of a word.
    Form(String),
    /// One form of a word that no other word is a misspelling of.
    Name(String),
    /// A class by its name.
    Class(String),
    /// Several words that a line `@name: …` takes for a word of the class.
    Group(String),
    /// Whatever word.
    Any,
}

/// What a line adds.
#[derive(Debug, Clone)]
pub(crate) enum Line {
    /// `@name = words`, or `==` for words that are taken as they stand
    Words(String, Vec<Term>),
    /// `@name: steps`
    Group(String, Draft),
    /// `0.9 name: steps`
    Rule(Draft),
}

/// A row of steps with its meaning.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) steps: Vec<DraftStep>,
    /// Words that may not stand within the match.
    pub(crate) without: Vec<Term>,
    /// Whether no comma may stand within the match.
    pub(crate) unbroken: bool,
    /// Whether no factor changes its weight.
    pub(crate) fixed: bool,
    /// How many words may stand before it in its sentence, if that matters.
    pub(crate) at_start: Option<u8>,
    /// How many words may stand behind it in its sentence, if that matters.
    pub(crate) at_end: Option<u8>,
    pub(crate) line: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct DraftStep {
    pub(crate) terms: Vec<Term>,
    pub(crate) gap: u8,
    pub(crate) optional: bool,
    /// Whether the end of the sentence will do instead.
    pub(crate) or_end: bool,
}

/// A row of steps without optional ones: terms, and the gap before them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row<'a> {
    pub(crate) steps: Vec<(&'a [Term], u8)>,
    pub(crate) at_end: Option<u8>,
}

impl Line {
    /// Reads a line without its comment; an empty one adds nothing.
    pub(crate) fn read(text: &str, line: usize) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let Some(class) = text.strip_prefix('@') else {
            let (head, pattern) = text.split_once(':').ok_or("a rule needs a colon before its steps")?;
            let (effect, name) = head.trim().split_once(' ').ok_or("a rule needs a weight and a name")?;
            let (effect, fixed) = effect
                .strip_suffix('!')
                .map_or((effect, false), |effect| (effect, true));
            let draft = Draft::read(name.trim(), effect_of(effect)?, pattern, line)?;
            return Ok(Some(Self::Rule(Draft { fixed, ..draft })));
        };
        let problem = "a class needs `=` and words, or `:` and steps";
        let (name, rest) = class.split_at(class.find([' ', '=', ':']).ok_or(problem)?);
        let rest = rest.trim_start();
        if let Some(words) = rest.strip_prefix("==") {
            let words = words.split_whitespace().map(terms).collect::<Result<Vec<_>, _>>()?;
            let names = words.concat().into_iter().map(|term| match term {
                Term::Word(word) | Term::Form(word) => Term::Name(word),
                term @ (Term::Name(_) | Term::Class(_) | Term::Group(_) | Term::Any) => term,
            });
            Ok(Some(Self::Words(name.to_owned(), names.collect())))
        } else if let Some(words) = rest.strip_prefix('=') {
            let words = words.split_whitespace().map(terms).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Self::Words(name.to_owned(), words.concat())))
        } else if let Some(pattern) = rest.strip_prefix(':') {
            let draft = Draft::read(name, Effect::Group, pattern, line)?;
            Ok(Some(Self::Group(name.to_owned(), draft)))
        } else {
            Err(problem.to_owned())
        }
    }
}

impl Draft {
    fn read(name: &str, effect: Effect, pattern: &str, line: usize) -> Result<Self, String> {
        let mut draft = Self {
            name: name.to_owned(),
            effect,
            steps: Vec::new(),
            without: Vec::new(),
            unbroken: false,
            fixed: false,
            at_start: None,
            at_end: None,
            line,
        };
        let mut gap = 0;
        for part in pattern.split_whitespace() {
            match part {
                "^" => draft.at_start = Some(0),
                "$" => draft.at_end = Some(std::mem::take(&mut gap)),
                _ if part.starts_with("..") => {
                    gap = match &part[2..] {
                        "" => USUAL_GAP,
                        width => width.parse().map_err(|_| format!("`{part}` is no gap"))?,
                    };
                }
                _ if part.starts_with('!') => {
                    let words = part[1..].split('|').filter(|word| *word != ",");
                    draft.unbroken |= part[1..].split('|').any(|word| word == ",");
                    draft
                        .without
                        .extend(alternatives(&words.collect::<Vec<_>>().join("|"))?);
                }
                _ => {
                    let (step, optional) = part.strip_suffix('?').map_or((part, false), |step| (step, true));
                    let or_end = step.split('|').any(|word| word == "$");
                    let gap = std::mem::take(&mut gap);
                    if let (Some(lead), true) = (&mut draft.at_start, draft.steps.is_empty()) {
                        *lead = gap;
                    }
                    draft.steps.push(DraftStep {
                        terms: alternatives(step)?,
                        gap,
                        optional,
                        or_end,
                    });
                }
            }
        }
        let optional = draft.steps.iter().filter(|step| step.optional).count();
        if optional == draft.steps.len() {
            return Err("a rule needs a step that is not optional".to_owned());
        }
        if optional > MOST_OPTIONAL {
            return Err(format!(
                "a rule has at most {MOST_OPTIONAL} optional steps, this one has {optional}"
            ));
        }
        if draft.steps.iter().rev().skip(1).any(|step| step.or_end) || draft.steps[0].or_end {
            return Err("`|$` stands in the last step only".to_owned());
        }
        if draft.rows().iter().any(|row| row.steps[0].0.contains(&Term::Any)) {
            return Err("a rule cannot begin with `*`".to_owned());
        }
        Ok(draft)
    }

    /// The rows that the steps stand for. The gap before a step that is left out is kept.
    pub(crate) fn rows(&self) -> Vec<Row<'_>> {
        let start = Row {
            steps: Vec::new(),
            at_end: self.at_end,
        };
        let mut rows: Vec<(Row<'_>, u8)> = vec![(start, 0)];
        for step in &self.steps {
            let mut longer = Vec::new();
            for (row, kept) in rows {
                let gap = kept.max(step.gap);
                if step.optional {
                    longer.push((row.clone(), gap));
                }
                if step.or_end {
                    let at_end = Some(gap);
                    longer.push((Row { at_end, ..row.clone() }, 0));
                }
                let mut with = row;
                with.steps.push((step.terms.as_slice(), gap));
                longer.push((with, 0));
            }
            rows = longer;
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }
}

fn effect_of(text: &str) -> Result<Effect, String> {
    let number = |text: &str, most: f32| {
        let range = format!("`{text}` is not a number from 0 to {most}");
        text.parse::<f32>()
            .ok()
            .filter(|number| (0.0..=most).contains(number))
            .ok_or(range)
    };
    match text.strip_prefix('x') {
        Some(factor) => Ok(Effect::Factor(number(factor, 2.0)?)),
        None => Ok(Effect::Weight(number(text, 1.0)?)),
    }
}

fn alternatives(step: &str) -> Result<Vec<Term>, String> {
    let words = step.split('|').filter(|word| !matches!(*word, "$" | ""));
    Ok(words.map(terms).collect::<Result<Vec<_>, _>>()?.concat())
}

/// The terms that a word of the file stands for: one, or two where German writes `ä` also as `ae`.
fn terms(text: &str) -> Result<Vec<Term>, String> {
    if text == "*" {
        return Ok(vec![Term::Any]);
    }
    if let Some(class) = text.strip_prefix('@') {
        return Ok(vec![Term::Class(class.to_owned())]);
    }
    if text.starts_with('%') {
        // No word of a text begins so: it is what the detector marks.
        return Ok(vec![Term::Form(text.to_owned())]);
    }
    let word = text.strip_prefix('=').unwrap_or(text);
    let mut spellings = vec![word.to_owned()];
    if word.contains(['ä', 'ö', 'ü']) {
        spellings.push(word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"));
    }
    let mut terms = Vec::new();
    for spelling in spellings {
        let reading = Reading::of(&spelling);
        let [only] = reading.words() else {
            return Err(format!("`{text}` is not one word"));
        };
        let normal = reading.normal(only).to_owned();
        terms.push(if text.starts_with('=') {
            Term::Form(normal)
        } else {
            Term::Word(normal)
        });
    }
    Ok(terms)
}
