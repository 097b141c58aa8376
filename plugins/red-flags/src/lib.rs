//! Detector `red-flags`: symptoms that cannot wait for office hours.
//!
//! It judges nobody's health: it puts a chat before a person at once, and whoever reads the task sees which words did
//! it. What is missed costs more than what is found in vain, so one plain sign is enough; only what the customer denies,
//! tells of the past, or asks about in general is lowered. The age of a baby is a number, so it is read as one and
//! compared with the pack's. A pack can add words and cannot take a sign away.

use std::ops::Range;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{
    ByLanguage, Lexicon, LexiconBuilder, LexiconError, Mark, Reading, Verdict, check_phrases, kind, numbers, together,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a phrase of the pack is worth.
const WORDS_WEIGHT: f32 = 0.9;
/// Below this a signal would be noise.
const FAINT: f32 = 0.3;
/// From this on the priority and the tag may be told.
const LIKELY: f32 = 0.5;
/// More signs than these tell a reader nothing new.
const MOST_PARTS: usize = 5;
/// An infant is at most this old in any country.
const MOST_INFANT_MONTHS: u32 = 36;

/// What each kind of sign is called in the field `red_flag`, in the order of urgency.
const NAMES: [(&str, &str); 11] = [
    ("heart", "chest pain"),
    ("stroke", "signs of a stroke"),
    ("breath", "trouble breathing"),
    ("allergy", "severe allergic reaction"),
    ("blood", "heavy bleeding"),
    ("out", "unconscious or a seizure"),
    ("self", "words of suicide or self-harm"),
    ("poison", "overdose or poisoning"),
    ("infant", "infant with fever"),
    ("birth", "trouble in pregnancy"),
    ("words", "a phrase of the practice"),
];

/// Behind these a span of time without `old` is an age: `our baby, 3 months`.
const OF_A_CHILD: [&str; 18] = [
    "age", "aged", "baby", "boy", "child", "daughter", "girl", "infant", "is", "ist", "kind", "my", "newborn", "our",
    "sohn", "son", "saugling", "tochter",
];

/// Settings of the detector `red-flags`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Further phrases that cannot wait, such as `pump is alarming`.
    pub words: Vec<String>,
    /// Up to which age in months a fever cannot wait: 1 to 36.
    pub infant_months: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            infant_months: 12,
        }
    }
}

/// Finds symptoms that cannot wait.
#[derive(Debug)]
pub struct RedFlags {
    lexicons: ByLanguage<Lexicon>,
    infant_months: f64,
}

impl Detector for RedFlags {
    const NAME: &'static str = "red-flags";
    const SUMMARY: &'static str = "Finds symptoms that cannot wait for office hours.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        let Settings { words, infant_months } = settings;
        check_phrases(&words).map_err(|(index, problem)| Fault::at(format!("/words/{index}"), problem))?;
        if !(1..=MOST_INFANT_MONTHS).contains(&infant_months) {
            let problem = format!("is {infant_months}; 1 to {MOST_INFANT_MONTHS}");
            return Err(Fault::at("/infant_months", problem));
        }
        let language = |name: &str, file: &str, typos| {
            let mut lexicon = LexiconBuilder::default()
                .read(file)
                .map_err(|error: LexiconError| Fault::new(format!("built-in {name}: {error}")))?;
            for word in &words {
                lexicon = lexicon.phrase(&format!("words/{word}"), WORDS_WEIGHT, word);
            }
            Ok::<_, Fault>(lexicon.build(typos))
        };
        let english = language("English", include_str!("../lexicon/en.txt"), true)?;
        let german = language("German", include_str!("../lexicon/de.txt"), false)?;
        Ok(Self {
            lexicons: ByLanguage::new(english).with("de", german),
            infant_months: f64::from(infant_months),
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let ages = self.ages(&message.text, &reading);
        // A short message may be in either language; the surest counts.
        let candidates = self.lexicons.candidates(&reading, || conversation.locale());
        let surest = candidates
            .filter_map(|lexicon| signal(&lexicon.judge_marked(&reading, &ages)))
            .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
        Ok(surest.into_iter().collect())
    }
}

register!(Detector, RedFlags);

impl RedFlags {
    /// Ages of a baby as the words `%infant`, those above as `%older`: `7 weeks old`, `a 5-month-old`.
    fn ages(&self, text: &str, reading: &Reading) -> Vec<Mark> {
        let words = reading.words();
        let normal = |at: usize| words.get(at).map_or("", |word| reading.normal(word));
        let found = numbers(text, reading).into_iter().filter_map(|number| {
            let months = match normal(number.words.end) {
                "day" | "days" | "tage" | "tag" | "tagen" => number.value / 30.0,
                "week" | "weeks" | "wk" | "wks" | "woche" | "wochen" => number.value / 4.35,
                "month" | "months" | "mo" | "mos" | "monat" | "monate" | "monaten" | "mth" | "mths" => number.value,
                "year" | "years" | "yr" | "yrs" | "jahr" | "jahre" | "jahren" => number.value * 12.0,
                _ => return None,
            };
            let behind = normal(number.words.end + 1);
            let old = matches!(behind, "old" | "alt" | "alte" | "alter" | "altes");
            // `for 2 days`, `3 years ago` and `5 months pregnant` are no ages.
            let before = number.words.start.checked_sub(1).map_or("", normal);
            if !old && (!OF_A_CHILD.contains(&before) || matches!(behind, "ago" | "pregnant" | "along")) {
                return None;
            }
            let end = number.words.end + usize::from(old);
            let name = if months <= self.infant_months {
                "%infant"
            } else {
                "%older"
            };
            let range: Range<usize> = number.range.start..words[end].range().end;
            Some(Mark { name, range })
        });
        found.collect()
    }
}

/// The signal of the signs that were found, unless they are noise.
fn signal(verdict: &Verdict<'_>) -> Option<Signal> {
    let parts = verdict.by_kind(|_| true);
    let confidence = together(&parts);
    if confidence < FAINT {
        return None;
    }
    let parts = &parts[..parts.len().min(MOST_PARTS)];
    let told: Vec<_> = parts.iter().map(|hit| hit.told()).collect();
    let mut signal = Signal::new(confidence).note(told.join("; "));
    if confidence >= LIKELY {
        let has = |name: &str| parts.iter().any(|hit| hit.weight >= LIKELY && kind(hit.rule) == name);
        let named: Vec<_> = NAMES
            .iter()
            .filter(|(kind, _)| has(kind))
            .map(|(_, name)| *name)
            .collect();
        signal = signal.tag("urgent").priority(Priority::High);
        if !named.is_empty() {
            signal = signal.field("red_flag", named.join("; "));
        }
    }
    Some(
        parts
            .iter()
            .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
    )
}

#[cfg(test)]
mod tests;
