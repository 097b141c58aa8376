//! What the stories of a pack never touched: rules, examples, reasons, rungs and texts that nobody has tried.

use std::collections::BTreeSet;

use baton_core::{Conversation, Policy, Signal};
use serde_json::Value;

use crate::config::HandoverForm;
use crate::pack::{Pack, Plugin};

/// What came up while stories were told.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Rules that fired, by id.
    rules: BTreeSet<String>,
    /// Their reasons.
    reasons: BTreeSet<String>,
    /// Rule and example, phrase or pattern.
    evidence: BTreeSet<(String, String)>,
    /// Rungs that were stood on, from 0.
    rungs: BTreeSet<usize>,
    /// Messages to customers.
    messages: BTreeSet<String>,
}

/// Something that no story touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Untouched {
    /// Where it stands.
    pub place: crate::config::Place,
    /// `rule`, `example`, `reason`, `rung` or `text`.
    pub what: &'static str,
    /// Which one.
    pub name: String,
}

impl Touched {
    pub(super) fn signals(&mut self, signals: &[Signal]) {
        for signal in signals.iter().filter(|signal| signal.fires()) {
            self.rules.insert(signal.detector.clone());
            self.reasons.insert(signal.reason.to_string());
            let evidence = signal
                .evidence
                .iter()
                .map(|e| (signal.detector.clone(), e.rule.to_lowercase()));
            self.evidence.extend(evidence);
        }
    }

    pub(super) fn said(&mut self, text: &str) {
        self.messages.insert(text.to_owned());
    }

    pub(super) fn stood(&mut self, conversation: &Conversation) {
        let rung = conversation
            .handover
            .as_ref()
            .and_then(|handover| usize::try_from(handover.rung).ok());
        self.rungs.extend(rung);
    }

    /// What of a pack is missing here, in the order of its manifest.
    pub fn missing(&self, pack: &Pack) -> Vec<Untouched> {
        let mut missing = Vec::new();
        for rule in &pack.detectors {
            let id = &rule.plugin.id;
            let mut note = |what, pointer: &str, name: &str| {
                missing.push(Untouched {
                    place: pack.place_of(&rule.plugin, pointer),
                    what,
                    name: name.to_owned(),
                });
            };
            if !self.rules.contains(id) {
                note("rule", "", id);
            }
            if rule.hands_over && !self.reasons.contains(rule.reason.as_str()) {
                note("reason", "", rule.reason.as_str());
            }
            for (n, example) in strings(&rule.plugin, "examples") {
                if !self.evidence.contains(&(id.clone(), example.to_lowercase())) {
                    note("example", &format!("/examples/{n}"), example);
                }
            }
        }
        for template in &pack.templates {
            let texts = template.settings.get("texts").and_then(Value::as_array);
            for (n, text) in texts.into_iter().flatten().enumerate() {
                let message = text.get("message").and_then(Value::as_str).unwrap_or_default();
                if !self.messages.iter().any(|said| could_be(message, said)) {
                    missing.push(Untouched {
                        place: pack.place_of(template, &format!("/texts/{n}/message")),
                        what: "text",
                        name: message.to_owned(),
                    });
                }
            }
        }
        let mut policy = Policy::default();
        HandoverForm::apply(&[&pack.handover], &mut policy);
        for n in (0..policy.ladder.len()).filter(|n| !self.rungs.contains(n)) {
            missing.push(Untouched {
                place: pack.place(&format!("/handover/ladder/{n}")),
                what: "rung",
                name: (n + 1).to_string(),
            });
        }
        missing.sort();
        missing.dedup();
        missing
    }
}

fn strings<'a>(plugin: &'a Plugin, key: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let items = plugin.settings.get(key).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(n, item)| Some((n, item.as_str()?)))
}

/// Whether a text could have been written by a template: its words outside of braces stand in it, in their order.
fn could_be(template: &str, text: &str) -> bool {
    let mut rest = text;
    let mut outside = template;
    loop {
        let (words, more) = match outside.split_once('{') {
            Some((words, inside)) => (
                words,
                inside
                    .split_once('}')
                    .map_or("", |(_, after)| after.trim_start_matches('}')),
            ),
            None => (outside, ""),
        };
        match rest.find(words.trim()) {
            Some(at) => rest = &rest[at + words.trim().len()..],
            None => return false,
        }
        if more.is_empty() {
            return true;
        }
        outside = more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_its_words_outside_of_braces() {
        let template = "Thanks, {{ name }}. We call {{ when }}.";
        assert!(could_be(template, "Thanks, Dana. We call within 2 hours."));
        assert!(could_be(
            "{% if open %}Thanks{% else %}Later{% endif %}",
            "Thanks Later"
        ));
        assert!(!could_be(template, "We call within 2 hours. Thanks, Dana."));
        assert!(could_be("Plain", "Plain"));
        assert!(!could_be("Plain", "Other"));
    }
}
