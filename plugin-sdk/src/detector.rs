//! What a detector is, and the signals it answers with.
//!
//! A signal is built from its confidence outwards, so that a short rule reads as one line and never names the fields
//! it does not use.

use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Conversation, Fault, Message, Priority, Span};

/// A plugin that finds signs that a human is needed.
///
/// Make it known with [`register!`](crate::register).
pub trait Detector: Sized + 'static {
    /// Lower-case words joined by hyphens: `information-gap`.
    const NAME: &'static str;
    /// What it looks for, in one sentence.
    const SUMMARY: &'static str;
    /// What a pack may set. Its JSON Schema is derived, doc comments included.
    type Settings: DeserializeOwned + JsonSchema;

    /// Makes the detector; runs once, before the host takes its snapshot.
    ///
    /// Every table is to be built here: what `new` computes costs nothing in a call.
    ///
    /// # Errors
    ///
    /// A [`Fault`] for settings that fit the schema but make no sense, pointing at the place.
    fn new(settings: Self::Settings) -> Result<Self, Fault>;

    /// Judges one message of the customer or of the bot; an empty list means that nothing was found.
    ///
    /// Each call runs on a fresh copy of what `new` returned: nothing is remembered from one to the next.
    ///
    /// # Errors
    ///
    /// A line for the operator when the message could not be judged. The other detectors still are.
    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String>;
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signal {
    /// Overrides the reason that the pack gives to this detector.
    pub reason: Option<String>,
    /// How likely a human is needed for this reason: 0 to 1, calibrated.
    pub confidence: f32,
    /// Where in the message, and by which rule.
    pub evidence: Vec<Span>,
    /// Put on the handover besides the pack's.
    pub tags: Vec<String>,
    /// Raises the priority that the pack gives; never lowers it.
    pub priority: Option<Priority>,
    /// Facts found in the text, added to the conversation's fields.
    pub fields: Vec<(String, String)>,
    /// One line for people: what raised and what lowered the confidence.
    pub note: Option<String>,
}

impl Signal {
    /// A signal of this confidence, brought into 0 to 1; a confidence that is no number is 0.
    pub fn new(confidence: f32) -> Self {
        let confidence = if confidence.is_nan() {
            0.0
        } else {
            confidence.clamp(0.0, 1.0)
        };
        Self {
            confidence,
            ..Self::default()
        }
    }

    /// Adds a passage: a range of bytes in the message's text, on character boundaries, and the rule that matched.
    #[must_use]
    pub fn span(mut self, range: Range<usize>, rule: impl Into<String>) -> Self {
        self.evidence.push(Span::new(range, rule));
        self
    }

    /// Sets the reason, instead of the one that the pack gives to the detector.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds a tag to the handover.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Raises the priority to at least this one.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = self.priority.max(Some(priority));
        self
    }

    /// Adds a fact to the conversation's fields.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Says in one line what raised and what lowered the confidence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_is_always_between_nothing_and_certain() {
        for (given, kept) in [
            (0.4, 0.4),
            (-1.0, 0.0),
            (7.0, 1.0),
            (f32::NAN, 0.0),
            (f32::INFINITY, 1.0),
        ] {
            assert!((Signal::new(given).confidence - kept).abs() < f32::EPSILON, "{given}");
        }
    }

    #[test]
    fn a_priority_is_raised_and_never_lowered() {
        let signal = Signal::new(1.0).priority(Priority::High).priority(Priority::Low);
        assert_eq!(signal.priority, Some(Priority::High));
    }
}
