//! Detector `high-value`: large sales, important contacts, emergencies.
//!
//! All three are worth a human at once, so every hit asks for the high priority; the tag says which it is. Sums and
//! counts are compared with what the business calls large, since no word list can know that.

mod amounts;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{ByLanguage, Lexicon, LexiconBuilder, Reading, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;

use amounts::{Amount, Counts, amounts};

/// What a large count, or a phrase of the pack, is worth.
const LARGE: f32 = 0.85;
/// What a large sum is worth: less, as people also name sums that they paid or moved.
const LARGE_SUM: f32 = 0.7;
/// Below this a signal would be noise.
const FAINT: f32 = 0.2;
const SALE_TAG: &str = "sales-opportunity";
const URGENT_TAG: &str = "urgent";

/// Settings of the detector `high-value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words or phrases of the trade that mean a valuable request, such as `rooftop unit`.
    pub words: Vec<String>,
    /// Sums of money from this on are large, whatever the currency; more than 0.
    pub amount_at_least: f64,
    /// Numbers of seats, users, sites or units from this on are large; at least 1.
    pub seats_at_least: u32,
    /// Whether emergencies and dangers count.
    pub emergencies: bool,
    /// What a contact marked as VIP is worth by itself, 0 to 1. It also strengthens every other sign.
    pub vip_confidence: f32,
}

impl Default for Settings {
    fn default() -> Self {
        let words = Vec::new();
        Self {
            words,
            amount_at_least: 5_000.0,
            seats_at_least: 50,
            emergencies: true,
            vip_confidence: 0.5,
        }
    }
}

/// Finds valuable or urgent requests.
#[derive(Debug)]
pub struct HighValue {
    lexicons: ByLanguage<Lexicon>,
    settings: Settings,
}

impl Detector for HighValue {
    const NAME: &'static str = "high-value";
    const SUMMARY: &'static str = "Finds large sales, important contacts and emergencies.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        if !(settings.amount_at_least > 0.0 && settings.amount_at_least.is_finite()) {
            return Err(Fault::at(
                "/amount_at_least",
                format!("is {}; more than 0", settings.amount_at_least),
            ));
        }
        if settings.seats_at_least == 0 {
            return Err(Fault::at("/seats_at_least", "is 0; at least 1"));
        }
        if !(0.0..=1.0).contains(&settings.vip_confidence) {
            return Err(Fault::at(
                "/vip_confidence",
                format!("is {}; 0 to 1", settings.vip_confidence),
            ));
        }
        let mut english = LexiconBuilder::default()
            .read(include_str!("../lexicon/en.txt"))
            .map_err(|error| Fault::new(format!("built-in English: {error}")))?;
        for (index, word) in settings.words.iter().enumerate() {
            if Reading::of(word).words().is_empty() {
                return Err(Fault::at(format!("/words/{index}"), "has no word in it"));
            }
            english = english.phrase(word, LARGE, word);
        }
        Ok(Self {
            lexicons: ByLanguage::new(english.build(true)),
            settings,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let verdict = self.lexicons.pick(&reading, || conversation.locale()).judge(&reading);
        let vip = self.settings.vip_confidence > 0.0 && conversation.contact().vip;
        let signals = [self.value(&verdict, &message.text, vip), self.urgency(&verdict)];
        Ok(signals.into_iter().flatten().collect())
    }
}

register!(Detector, HighValue);

impl HighValue {
    fn value(&self, verdict: &Verdict<'_>, text: &str, vip: bool) -> Option<Signal> {
        let mut doubt = 1.0;
        let mut signal = Signal::default().tag(SALE_TAG).priority(Priority::High);
        let mut note = Vec::new();
        for hit in verdict.hits().iter().filter(|hit| !urgent(hit.rule)).take(4) {
            doubt *= 1.0 - hit.weight * if note.is_empty() { 1.0 } else { 0.5 };
            let by = hit
                .changed_by
                .map(|by| format!(", changed by {by}"))
                .unwrap_or_default();
            note.push(format!("{} {:.2}{by}", hit.rule, hit.weight));
            signal = signal.span(hit.range.clone(), hit.rule);
        }
        for Amount { counts, value, range } in amounts(text).into_iter().filter(|amount| self.is_large(amount)).take(2)
        {
            let (field, rule, weight) = match counts {
                Counts::Money => ("amount", "large sum", LARGE_SUM),
                Counts::Seats => ("seats", "large number", LARGE),
            };
            doubt *= 1.0 - weight;
            note.push(format!("{rule} {value}"));
            signal = signal.field(field, &text[range.clone()]).span(range, rule);
        }
        if vip {
            doubt *= 1.0 - self.settings.vip_confidence;
            note.push("the contact is a VIP".to_owned());
        }
        signal.confidence = (1.0_f32 - doubt).min(0.99);
        (signal.confidence >= FAINT).then(|| signal.note(note.join("; ")))
    }

    fn urgency(&self, verdict: &Verdict<'_>) -> Option<Signal> {
        let hits: Vec<_> = verdict.hits().iter().filter(|hit| urgent(hit.rule)).take(4).collect();
        let best = hits
            .first()
            .filter(|best| self.settings.emergencies && best.weight >= FAINT)?;
        let by = best
            .changed_by
            .map(|by| format!(", changed by {by}"))
            .unwrap_or_default();
        let mut signal = Signal::new(best.weight).note(format!("{} {:.2}{by}", best.rule, best.weight));
        if best.changed_by.is_none() {
            signal = signal.tag(URGENT_TAG).priority(Priority::High);
        }
        Some(
            hits.iter()
                .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
        )
    }

    fn is_large(&self, amount: &Amount) -> bool {
        match amount.counts {
            Counts::Money => amount.value >= self.settings.amount_at_least,
            Counts::Seats => amount.value >= f64::from(self.settings.seats_at_least),
        }
    }
}

fn urgent(rule: &str) -> bool {
    rule.starts_with("urgent/") || rule.starts_with("safety/")
}

#[cfg(test)]
mod tests;
