//! What could be changed because of a week's cases. A suggestion needs several of them: one is chance.

use std::collections::BTreeMap;

use baton_core::Cause;

use super::{OpenQuestion, Suggestion, SuggestionKind, alike, excerpt};
use crate::report::Case;
use crate::report::figures::share;
use crate::report::limits::MOST_SUGGESTIONS;

/// The same question so often is worth an answer in the bot's knowledge.
const OFTEN: u64 = 2;
/// Handovers asked for by hand in the same words before a rule should hear them.
const UNHEARD: usize = 2;
/// Needless handovers of one phrase before it is called too wide, and their share.
const NEEDLESS: u64 = 2;
const NEEDLESS_SHARE: f64 = 0.5;
/// Judged handovers of a reason before its share of needless ones means anything, and the share that is too much.
const JUDGED: u64 = 5;
const OFTEN_FALSE_SHARE: f64 = 0.3;

/// Handovers of which somebody said whether they were needed.
#[derive(Default)]
struct Judged {
    all: u64,
    needless: u64,
}

impl Judged {
    fn add(&mut self, needed: bool) {
        self.all += 1;
        self.needless += u64::from(!needed);
    }

    fn share(&self) -> f64 {
        share(self.needless, self.all).unwrap_or(0.0)
    }
}

/// Suggestions by kind, those with most cases first.
pub(super) fn suggestions(questions: &[OpenQuestion], cases: &[Case]) -> Vec<Suggestion> {
    let mut all = faqs(questions);
    all.extend(unheard(cases));
    all.extend(too_wide(cases));
    all.extend(often_false(cases));
    all
}

fn faqs(questions: &[OpenQuestion]) -> Vec<Suggestion> {
    let faq = |question: &OpenQuestion| {
        let asked = format!("asked {} times without an answer of the bot", question.count);
        let why = match question.answers.first() {
            Some(answer) => format!("{asked}; a human said: {}", answer.text),
            None => format!("{asked}, and no human has answered it in the chat"),
        };
        Suggestion {
            kind: SuggestionKind::AddFaq,
            subject: question.question.clone(),
            why,
            count: question.count,
        }
    };
    questions
        .iter()
        .filter(|question| question.count >= OFTEN)
        .map(faq)
        .take(MOST_SUGGESTIONS)
        .collect()
}

/// Words of customers whom a person took over, or for whom the bot asked outright: no rule had heard them.
fn unheard(cases: &[Case]) -> Vec<Suggestion> {
    let by_hand = |case: &&Case| match case.handover.cause {
        Cause::Request(_) | Cause::Takeover(_) | Cause::TurnBudget => true,
        Cause::Signal | Cause::FailedAnswers(_) => false,
    };
    let words: Vec<(String, Vec<String>)> = cases
        .iter()
        .filter(by_hand)
        .filter(|case| !case.handover.request.is_empty())
        .map(|case| (case.handover.request.clone(), Vec::new()))
        .collect();
    let groups = alike::groups(&words, |(text, evidence)| (text, evidence));
    let often = groups.into_iter().filter(|group| group.members.len() >= UNHEARD);
    let suggestion = |group: alike::Group| Suggestion {
        kind: SuggestionKind::AddPhrase,
        subject: excerpt(&words[group.middle].0),
        why: format!(
            "{} conversations with these words were taken over or asked for by hand",
            group.members.len()
        ),
        count: u64::try_from(group.members.len()).unwrap_or(u64::MAX),
    };
    often.map(suggestion).take(MOST_SUGGESTIONS).collect()
}

fn too_wide(cases: &[Case]) -> Vec<Suggestion> {
    let mut rules: BTreeMap<&str, Judged> = BTreeMap::new();
    for (case, needed) in judged(cases) {
        let mut own: Vec<&str> = case.handover.evidence.iter().map(|found| found.rule.as_str()).collect();
        own.sort_unstable();
        own.dedup();
        own.into_iter()
            .for_each(|rule| rules.entry(rule).or_default().add(needed));
    }
    let wide = |judged: &Judged| judged.needless >= NEEDLESS && judged.share() >= NEEDLESS_SHARE;
    worst(rules, SuggestionKind::TightenPhrase, wide)
}

fn often_false(cases: &[Case]) -> Vec<Suggestion> {
    let mut reasons: BTreeMap<&str, Judged> = BTreeMap::new();
    for (case, needed) in judged(cases) {
        reasons.entry(case.handover.reason.as_str()).or_default().add(needed);
    }
    let often = |judged: &Judged| judged.all >= JUDGED && judged.share() >= OFTEN_FALSE_SHARE;
    worst(reasons, SuggestionKind::RaiseThreshold, often)
}

fn judged(cases: &[Case]) -> impl Iterator<Item = (&Case, bool)> {
    cases.iter().filter_map(|case| Some((case, case.needed()?)))
}

fn worst(found: BTreeMap<&str, Judged>, kind: SuggestionKind, counts: impl Fn(&Judged) -> bool) -> Vec<Suggestion> {
    let mut found: Vec<_> = found.into_iter().filter(|(_, judged)| counts(judged)).collect();
    found.sort_by_key(|(_, judged)| std::cmp::Reverse(judged.needless));
    let suggestion = |(subject, judged): (&str, Judged)| Suggestion {
        kind,
        subject: subject.to_owned(),
        why: format!(
            "{} of {} handovers that were judged were not needed",
            judged.needless, judged.all
        ),
        count: judged.needless,
    };
    found.into_iter().map(suggestion).take(MOST_SUGGESTIONS).collect()
}
