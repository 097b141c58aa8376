//! Weighing what the rules of a lexicon matched.
//!
//! Rules that say yes carry a weight; rules that lower or raise (a
//! negation, the past, another meaning) carry a factor for whatever they overlap. So `I don't want to talk to a bot, I
//! want a human` keeps its request, and `I don't want a human` loses it, without parsing either.

use std::ops::Range;

use crate::Class;

/// What a rule does where it matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Effect {
    /// Says yes with this confidence.
    Weight(f32),
    /// Multiplies the weight of every match it overlaps.
    Factor(f32),
    /// Takes what it matched for one word of the class that it is named after.
    Group,
}

/// One step of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) class: Class,
    /// How many words may stand between the step before and this one.
    pub(crate) gap: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) steps: Vec<Step>,
    /// Words that may not stand within the match.
    pub(crate) without: Option<Class>,
    /// Whether no comma may stand within the match.
    pub(crate) unbroken: bool,
    /// Whether no factor changes its weight.
    pub(crate) fixed: bool,
    /// How many words may stand before it in its sentence, if that matters.
    pub(crate) at_start: Option<u8>,
    /// How many words may stand behind it in its sentence, if that matters.
    pub(crate) at_end: Option<u8>,
}

/// A rule that said yes, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// Its weight, after what lowered or raised it.
    pub weight: f32,
    /// The bytes it matched, on character boundaries.
    pub range: Range<usize>,
    /// The rule that changed the weight most, if any did.
    pub changed_by: Option<&'a str>,
    /// Whether a word was taken for another that it resembles.
    pub typo: bool,
}

/// What a lexicon says of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict<'a> {
    hits: Vec<Hit<'a>>,
    factors: Vec<Factor<'a>>,
}

/// A rule that changes what it overlaps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Factor<'a> {
    pub(crate) rule: &'a str,
    pub(crate) factor: f32,
    pub(crate) range: Range<usize>,
}

/// A rule that says yes, before anything changed it.
pub(crate) struct Match<'a> {
    pub(crate) rule: &'a str,
    pub(crate) weight: f32,
    pub(crate) range: Range<usize>,
    pub(crate) typo: bool,
    pub(crate) fixed: bool,
}

impl<'a> Verdict<'a> {
    /// The best hit of each rule, the strongest first.
    pub fn hits(&self) -> &[Hit<'a>] {
        &self.hits
    }

    /// The same without what one rule says.
    pub fn without(mut self, rule: &str) -> Self {
        self.hits.retain(|hit| hit.rule != rule);
        self
    }

    /// How sure the hits are together, 0 to 0.99: the strongest, and a half of what each one elsewhere would add.
    pub fn confidence(&self) -> f32 {
        let mut doubt = 1.0;
        for (index, hit) in self.hits.iter().enumerate() {
            let overlaps = self.hits[..index]
                .iter()
                .any(|stronger| overlap(&stronger.range, &hit.range));
            if !overlaps {
                doubt *= 1.0 - hit.weight * if index == 0 { 1.0 } else { 0.5 };
            }
        }
        (1.0_f32 - doubt).min(0.99)
    }

    /// What the lexicon's factors leave of a weight at these bytes, and which of them changed it most.
    pub fn change(&self, weight: f32, range: &Range<usize>) -> (f32, Option<&'a str>) {
        let mut changed = (weight, None);
        let mut strongest = 0.0_f32;
        // Several matches of one factor say the same thing; it counts once.
        let mut counted: Vec<&str> = Vec::new();
        for factor in self.factors.iter().filter(|factor| overlap(&factor.range, range)) {
            if counted.contains(&factor.rule) {
                continue;
            }
            counted.push(factor.rule);
            changed.0 *= factor.factor;
            let change = (1.0 - factor.factor).abs();
            if change > strongest {
                strongest = change;
                changed.1 = Some(factor.rule);
            }
        }
        (changed.0.min(0.99), changed.1)
    }

    /// One line for people: which rules, and what changed them. `None` when nothing matched.
    pub fn note(&self) -> Option<String> {
        let told: Vec<_> = self
            .hits
            .iter()
            .take(4)
            .map(|hit| match (hit.changed_by, hit.typo) {
                (Some(by), _) => format!("{} {:.2}, changed by {by}", hit.rule, hit.weight),
                (None, true) => format!("{} {:.2}, misspelt", hit.rule, hit.weight),
                (None, false) => format!("{} {:.2}", hit.rule, hit.weight),
            })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

pub(crate) fn weigh<'a>(yes: Vec<Match<'a>>, factors: Vec<Factor<'a>>) -> Verdict<'a> {
    let mut verdict = Verdict {
        hits: Vec::new(),
        factors,
    };
    for found in yes {
        let weight = found.weight * if found.typo { 0.95 } else { 1.0 };
        let (weight, changed_by) = if found.fixed {
            (weight, None)
        } else {
            verdict.change(weight, &found.range)
        };
        let hit = Hit {
            rule: found.rule,
            weight,
            range: found.range,
            changed_by,
            typo: found.typo,
        };
        match verdict.hits.iter_mut().find(|known| known.rule == hit.rule) {
            Some(known) if known.weight < hit.weight => *known = hit,
            Some(_) => {}
            None => verdict.hits.push(hit),
        }
    }
    verdict.hits.retain(|hit| hit.weight > 0.0);
    verdict.hits.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.range.start.cmp(&b.range.start))
    });
    verdict
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{LexiconBuilder, Reading};

    const LEXICON: &str = "
        @filler = please just really a the to
        @want = want need wanna
        @talk = talk speak
        @human = human person agent
        @not = dont not no
        @talked = =talked =spoke
        0.90 wants-human: @want .. @human
        0.80 talk-to: @talk @human
        0.60 bare: ^ @human $
        x0.1 negated: @not .. @want|@talk
        x0.2 past: @talked .. @human
    ";

    fn check(stories: &[(&str, f32, Option<&str>)]) {
        let lexicon = LexiconBuilder::default().read(LEXICON).expect("is sound").build(true);
        for &(text, confidence, changed_by) in stories {
            let reading = Reading::of(text);
            let verdict = lexicon.judge(&reading);
            assert!(
                (verdict.confidence() - confidence).abs() < 0.005,
                "{text}: {} {verdict:?}",
                verdict.confidence()
            );
            assert_eq!(
                verdict.hits().first().and_then(|hit| hit.changed_by),
                changed_by,
                "{text}"
            );
        }
    }

    #[test]
    fn a_rule_matches_in_its_order_across_its_gaps_and_fillers() {
        check(&[
            ("I want a human", 0.9, None),
            ("I want to please just speak with some human", 0.9, None),
            ("human I want", 0.0, None),
            ("Please speak to a person", 0.8, None),
            ("I want that. A human error.", 0.0, None),
            ("Agent!", 0.6, None),
            ("Agent of change", 0.0, None),
        ]);
    }

    #[test]
    fn a_factor_counts_only_where_it_overlaps() {
        check(&[
            ("I don't want a human", 0.09, Some("negated")),
            ("I don't want this bot. I want a human", 0.9, None),
            ("I talked to a person", 0.16, Some("past")),
        ]);
    }

    #[test]
    fn a_misspelt_word_counts_a_little_less() {
        check(&[("I want an agnet", 0.855, None)]);
    }

    #[test]
    fn the_same_rule_twice_is_counted_once_and_two_rules_apart_add_up() {
        check(&[
            ("I want a human. I want a human", 0.9, None),
            ("I want a human. Speak to a person", 0.94, None),
        ]);
    }

    proptest! {
        #[test]
        fn hits_lie_on_character_boundaries(text in "((want|no|human|spoke|é|🙂|\u{301}|don’t|[.!?] )[ ,]?){0,40}") {
            let lexicon = LexiconBuilder::default().read(LEXICON).expect("is sound").build(true);
            for hit in lexicon.judge(&Reading::of(&text)).hits() {
                prop_assert!(text.get(hit.range.clone()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    }
}
