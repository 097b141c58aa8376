//! Detection: every rule of the pack looks at a message; one that fails leaves the others.

use std::sync::Arc;

use baton_core::{Message, Priority, Reason, Signal, Time};
use baton_plugin::{ConversationView, Found};

use super::onlook::Question;
use super::{Generation, Trouble};
use crate::observe::Metrics;
use crate::pack;
use crate::record::Asked;

impl Generation {
    /// What the detectors find in a message, in the order of the pack's rules.
    ///
    /// The built-in phrases for an explicit request stand in for each rule of the pack for that reason that
    /// has failed, and for a pack that has none.
    pub fn judge(
        &self,
        view: &Arc<dyn ConversationView>,
        message: &Message,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
    ) -> Vec<Signal> {
        let mut signals = Vec::new();
        let mut asked = false;
        let hears = |rule: &pack::Detector| rule.speaker.is_none_or(|speaker| speaker == message.speaker);
        let said = || Asked::Detect(message.clone());
        let question = Question { view, asked: &said };
        for (rule, plugin) in self.detectors.iter().filter(|(rule, _)| hears(rule)) {
            let found = plugin.call(now, metrics, troubles, &question, |detector| {
                detector.detect(view, message)
            });
            asked |= found.is_some() && rule.hands_over && rule.reason.as_str() == Reason::EXPLICIT_REQUEST;
            signals.extend(found.into_iter().flatten().map(|found| signal(rule, found)));
        }
        if !asked && hears(&self.fallback_rule) {
            let found = self.fallback.call(now, metrics, troubles, &question, |detector| {
                detector.detect(view, message)
            });
            let found = found.unwrap_or_default();
            signals.extend(found.into_iter().map(|found| signal(&self.fallback_rule, found)));
        }
        signals
    }
}

fn signal(rule: &pack::Detector, found: Found) -> Signal {
    let Found {
        reason,
        confidence,
        evidence,
        tags,
        priority,
        fields,
        note,
    } = found;
    let mut all_tags = rule.tags.clone();
    all_tags.extend(tags);
    Signal {
        detector: rule.plugin.id.clone(),
        reason: reason.unwrap_or_else(|| rule.reason.clone()),
        confidence,
        threshold: rule.threshold,
        hands_over: rule.hands_over,
        priority: rule.priority.max(priority.unwrap_or(Priority::Low)),
        tags: all_tags,
        topic: rule.topic.clone(),
        role: rule.role.clone(),
        skills: rule.skills.clone(),
        evidence,
        fields,
        note,
    }
}
