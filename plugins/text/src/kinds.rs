//! Adding up evidence of different kinds.
//!
//! The rules of a detector may be parts of a case: how many, what for, how soon. A rule says which part it is by what
//! stands before the slash in its name, `scale/seats`. Two rules of one kind say the same thing twice, and so do two
//! that match the same words; two kinds apart strengthen each other, in whatever order and sentence they stand.

use crate::{Hit, Verdict};

impl<'a> Verdict<'a> {
    /// The strongest hit of each kind for which `counts` is true, the strongest first. Left out are hits that lie
    /// inside a stronger one.
    pub fn by_kind(&self, counts: impl Fn(&str) -> bool) -> Vec<&Hit<'a>> {
        let mut best: Vec<&Hit<'a>> = Vec::new();
        for hit in self.hits().iter().filter(|hit| counts(kind(hit.rule))) {
            let known = best.iter().any(|stronger| {
                kind(stronger.rule) == kind(hit.rule)
                    || (stronger.range.start <= hit.range.start && hit.range.end <= stronger.range.end)
            });
            if !known {
                best.push(hit);
            }
        }
        best
    }
}

impl Hit<'_> {
    /// One line for people: the rule, its weight, and what changed it.
    pub fn told(&self) -> String {
        let change = match (self.changed_by, self.typo) {
            (Some(by), _) => format!(", changed by {by}"),
            (None, true) => ", misspelt".to_owned(),
            (None, false) => String::new(),
        };
        format!("{} {:.2}{change}", self.rule, self.weight)
    }
}

/// Parts further apart than these bytes, about fifty words, meet by chance rather than by meaning.
const NEAR_BYTES: f32 = 300.0;
/// A rule of this weight is no part but a case by itself.
const WHOLE_CASE: f32 = 0.7;

/// What parts of different kinds, the strongest first, are worth together, 0 to 0.99: each takes its share of the doubt
/// that is left, and the less the further it stands from the strongest.
pub fn together(parts: &[&Hit<'_>]) -> f32 {
    let doubt = parts.iter().fold(1.0, |doubt, part| {
        let apart = part.range.start.saturating_sub(parts[0].range.end);
        let apart = apart.max(parts[0].range.start.saturating_sub(part.range.end)) as f32;
        let share = if part.weight < WHOLE_CASE {
            (NEAR_BYTES / apart).min(1.0).sqrt()
        } else {
            1.0
        };
        doubt * (1.0 - part.weight * share)
    });
    (1.0_f32 - doubt).clamp(0.0, 0.99)
}

/// What stands before the slash of a rule's name; all of it when there is none.
pub fn kind(rule: &str) -> &str {
    rule.split_once('/').map_or(rule, |(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LexiconBuilder, Reading};

    #[test]
    fn kinds_apart_strengthen_each_other_and_one_kind_counts_once() {
        let lexicon = LexiconBuilder::default()
            .read("0.6 size/many: many\n0.5 size/all: all\n0.5 wish/buy: buy\n0.4 wish/many: many ..1 buy\n0.9 other: sun")
            .expect("is sound")
            .build(false);
        for (text, confidence) in [
            ("buy", 0.5),
            ("We are many. Buy!", 0.8),
            ("all and many", 0.6),
            ("many all buy", 0.8),
            ("many sun", 0.6),
            ("", 0.0),
        ] {
            let verdict = lexicon.judge(&Reading::of(text));
            let found = together(&verdict.by_kind(|kind| kind != "other"));
            assert!((found - confidence).abs() < 0.001, "{text}: {found}");
        }
    }

    #[test]
    fn parts_far_apart_say_less_and_a_whole_case_does_not() {
        let lexicon = LexiconBuilder::default()
            .read("0.6 size/many: many\n0.5 wish/buy: buy\n0.9 sale/sure: sure")
            .expect("is sound")
            .build(false);
        let found = |text: &str| together(&lexicon.judge(&Reading::of(text)).by_kind(|_| true));
        let chat = "It rains here. ".repeat(80);
        assert!((found(&format!("{chat} Many. I buy. {chat}")) - 0.8).abs() < 0.001);
        assert!((found(&format!("Many. {chat} I buy.")) - 0.7).abs() < 0.01);
        assert!((found(&format!("Sure. {chat}")) - 0.9).abs() < 0.001);
        assert!(found(&chat).abs() < f32::EPSILON);
    }
}
