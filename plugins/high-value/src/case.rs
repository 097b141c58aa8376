//! A sale or an emergency: what speaks for it, how sure that is, and the signal it becomes.

use std::ops::Range;

use baton_plugin_sdk::{Priority, Signal};
use baton_text::{Hit, LEARNT, Weighed};

/// Below this a signal would be noise.
const FAINT: f32 = 0.2;
/// From this on it is likelier than not, so the tag and the priority may be told.
const LIKELY: f32 = 0.5;
/// What words that were learnt must reach to be a case where the rules found none.
const LEARNT_FAINT: f32 = 0.3;
/// More parts than these tell a reader nothing new.
const MOST_PARTS: usize = 5;
const SALE: &str = "sales-opportunity";

/// What speaks for a human, of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Case<'a> {
    tag: Option<&'static str>,
    pub(crate) confidence: f32,
    /// The rules that found its parts, the strongest first, and where.
    pub(crate) parts: Vec<(&'a str, Range<usize>)>,
    learnt: Vec<Range<usize>>,
    pub(crate) told: Vec<String>,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl<'a> Case<'a> {
    /// The case of these parts, unless they are noise.
    pub(crate) fn of(confidence: f32, parts: &[&Hit<'a>], tag: &'static str) -> Option<Self> {
        let parts = &parts[..parts.len().min(MOST_PARTS)];
        (confidence >= FAINT).then(|| Self {
            tag: Some(tag),
            confidence,
            parts: parts.iter().map(|hit| (hit.rule, hit.range.clone())).collect(),
            learnt: Vec::new(),
            told: parts.iter().map(|hit| hit.told()).collect(),
            fields: Vec::new(),
        })
    }

    fn without_parts(tag: Option<&'static str>) -> Self {
        Self {
            tag,
            confidence: 0.0,
            parts: Vec::new(),
            learnt: Vec::new(),
            told: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// The signal, unless it is noise.
    pub(crate) fn signal(self) -> Option<Signal> {
        if self.confidence < FAINT {
            return None;
        }
        let mut signal = Signal::new(self.confidence).note(self.told.join("; "));
        if self.confidence >= LIKELY {
            signal = self
                .tag
                .into_iter()
                .fold(signal, |signal, tag| signal.tag(tag))
                .priority(Priority::High);
        }
        for range in self.learnt {
            signal = signal.span(range, LEARNT);
        }
        for (rule, range) in self.parts {
            signal = signal.span(range, rule);
        }
        let fields = self.fields.into_iter();
        Some(fields.fold(signal, |signal, (name, value)| signal.field(name, &value)))
    }
}

/// How sure the surest case is.
pub(crate) fn surest(cases: &[Case<'_>]) -> f32 {
    cases.iter().map(|case| case.confidence).fold(0.0, f32::max)
}

/// Changes all cases as the weights changed the surest; where there is none, they may make one, whose tag nobody knows.
pub(crate) fn weigh(cases: &mut Vec<Case<'_>>, text: &str, weighed: Weighed, may_raise: bool) {
    let before = surest(cases);
    let told = weighed.told(text);
    let raised = weighed.confidence > before;
    if raised && !may_raise {
        return;
    }
    if cases.is_empty() && weighed.confidence >= LEARNT_FAINT {
        cases.push(Case::without_parts(None));
    }
    let change = odds(weighed.confidence) / odds(before);
    for case in cases.iter_mut() {
        case.confidence = match case.confidence == before {
            true => weighed.confidence,
            false => {
                let odds = odds(case.confidence) * change;
                odds / (1.0 + odds)
            }
        };
        case.told.extend(told.clone());
        if raised {
            case.learnt = weighed.raised_by.iter().map(|(range, _)| range.clone()).collect();
        }
    }
}

/// Adds what an important contact is worth alone to the sale, if there is one or not.
pub(crate) fn strengthen(cases: &mut Vec<Case<'_>>, vip: f32) {
    if !cases.iter().any(|case| case.tag != Some("urgent")) {
        cases.insert(0, Case::without_parts(Some(SALE)));
    }
    for case in cases.iter_mut().filter(|case| case.tag != Some("urgent")) {
        case.tag = Some(SALE);
        case.confidence = (1.0 - (1.0 - case.confidence) * (1.0 - vip)).min(0.99);
        case.told.push("the contact is a VIP".to_owned());
    }
}

fn odds(confidence: f32) -> f32 {
    let sure = confidence.clamp(0.01, 0.99);
    sure / (1.0 - sure)
}
