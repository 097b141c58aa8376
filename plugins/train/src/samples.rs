//! A labelled message as the detectors see it: where the rules leave it, and its features.
//!
//! The features are made by the function that the daemon runs, and the rules by the detectors themselves with what was
//! learnt switched off, so that nothing is learnt of a table by the table that follows it.

use baton_complex_request::ComplexRequest;
use baton_high_value::HighValue;
use baton_information_gap::InformationGap;
use baton_phrases::Phrases;
use baton_plugin_sdk::{Fault, TestConversation, testing};
use baton_sentiment::Sentiment;
use baton_text::{Bounds, Found, Reading, Window};

use crate::learn::Held;
use crate::rows::Row;

/// One table: a reason for which customers write, and where its file lies under `plugins/`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The reason.
    pub(crate) reason: &'static str,
    /// The table.
    pub(crate) file: &'static str,
    /// How it is learnt.
    pub(crate) held: Held,
}

/// All tables. The bounds were chosen by authors who were left out, and of those that gain there the ones that lose least
/// where messages are of another kind. A bot's messages have none: bots admit a gap in few wordings, which the rules know,
/// and what was learnt only made them less precise.
pub(crate) const TARGETS: [Target; 5] = [
    customer("explicit-request", "phrases/learnt/customer.bin", 1.5, 0.95, 0.25),
    customer("information-gap", "information-gap/learnt/customer.bin", 1.0, 0.8, 0.25),
    customer("sentiment", "sentiment/learnt/customer.bin", 1.2, 0.85, 0.25),
    customer("high-value", "high-value/learnt/customer.bin", 1.2, 0.8, 0.25),
    customer(
        "complex-request",
        "complex-request/learnt/customer.bin",
        1.2,
        0.75,
        0.15,
    ),
];

const fn customer(
    reason: &'static str,
    file: &'static str,
    ordinary: f32,
    raises_from: f32,
    lowers_below: f32,
) -> Target {
    Target {
        reason,
        file,
        held: Held {
            ordinary,
            bounds: Bounds {
                raises_from,
                lowers_below,
            },
        },
    }
}

/// The five detectors, without what was learnt.
#[derive(Debug)]
pub(crate) struct Rules {
    phrases: Phrases,
    gap: InformationGap,
    sentiment: Sentiment,
    high_value: HighValue,
    complex: ComplexRequest,
}

/// One message for one table.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Whether a human is needed.
    pub(crate) needed: bool,
    /// How sure the rules are.
    pub(crate) rules: f32,
    /// Where the sum begins, in log odds.
    pub(crate) begins_at: f32,
    /// How many words it has.
    pub(crate) words: usize,
    /// Each feature and what it counts.
    pub(crate) features: Vec<(u64, f32)>,
    /// Whether what was learnt never lowers it.
    pub(crate) firm: bool,
}

impl Rules {
    /// With the settings of the pack `default`, and nothing learnt.
    ///
    /// # Errors
    ///
    /// None that the tests of the detectors would not have shown.
    pub(crate) fn new() -> Result<Self, Fault> {
        Ok(Self {
            phrases: testing::detector(r#"{"builtin": "explicit-request", "learnt": false}"#)?,
            gap: testing::detector(r#"{"learnt": false}"#)?,
            sentiment: testing::detector(r#"{"learnt": false}"#)?,
            high_value: testing::detector(r#"{"learnt": false}"#)?,
            complex: testing::detector(r#"{"learnt": false}"#)?,
        })
    }

    /// A message for a table; `None` where it says nothing for it.
    pub(crate) fn sample(&self, target: Target, row: &Row) -> Option<Sample> {
        let needed = row.label(target.reason).filter(|_| row.speaker == "customer")?;
        let reading = Reading::of(&row.text);
        let alone = TestConversation::default().locale(row.locale.as_deref().unwrap_or("en"));
        let take = |found: &Found<'_>| {
            let mut features: Vec<(u64, f32)> = Vec::new();
            let window = Window::whole(&reading);
            window.features(&row.text, &reading, found, |feature| {
                features.push((feature.hash, if feature.rule { 1.0 } else { window.value() }));
            });
            Sample {
                needed,
                rules: found.confidence,
                begins_at: found.begins_at(),
                firm: found.firm,
                words: reading.words().len(),
                features,
            }
        };
        Some(match target.reason {
            "explicit-request" => take(&self.phrases.found(&self.phrases.requests(&reading, &alone))),
            "information-gap" => take(&self.gap.found(&reading, &alone)),
            "sentiment" => take(&self.sentiment.found(&row.text, &reading, &alone).0),
            "high-value" => take(&baton_high_value::found(
                &self.high_value.cases(&row.text, &reading, &alone),
            )),
            _ => take(&self.complex.found(&reading, &alone).0),
        })
    }
}
