//! Detector `complex-request`: what a bot must not settle by itself.
//!
//! Contracts, custom quotes, compliance, negotiation, exceptions and cases of many parties bind the business. Few
//! customers use those words, so beside whole cases the rules find their parts (a paper, a rule, a hardship, a landlord,
//! half of a bill, `if you drop`). One part is everyday talk; parts of different kinds add up.

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{
    ByLanguage, Found, LEARNT, Learnt, Lexicon, LexiconBuilder, LexiconError, Reading, check_phrases, together,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a custom phrase of a pack is worth.
const WORDS_WEIGHT: f32 = 0.85;
/// Below this a signal would be noise.
const FAINT: f32 = 0.3;
/// More parts than these tell a reader nothing new.
const MOST_PARTS: usize = 5;

/// Settings of the detector `complex-request`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words or phrases of the trade that mean a complex request too, such as `planning permission`.
    pub words: Vec<String>,
    /// Whether words that were learnt from labelled messages count beside the rules.
    pub learnt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            learnt: true,
        }
    }
}

/// Finds complex requests.
#[derive(Debug)]
pub struct ComplexRequest {
    lexicons: ByLanguage<Lexicon>,
    learnt: Option<Learnt>,
}

impl Detector for ComplexRequest {
    const NAME: &'static str = "complex-request";
    const SUMMARY: &'static str = "Finds requests for contracts, custom quotes, compliance, negotiation or exceptions.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        check_phrases(&settings.words).map_err(|(index, problem)| Fault::at(format!("/words/{index}"), problem))?;
        let language = |name: &str, lexicon: Result<LexiconBuilder, LexiconError>, typos| {
            let mut lexicon = lexicon.map_err(|error| Fault::new(format!("built-in {name}: {error}")))?;
            for word in &settings.words {
                lexicon = lexicon.phrase(&format!("words/{word}"), WORDS_WEIGHT, word);
            }
            Ok::<_, Fault>(lexicon.build(typos))
        };
        let mut lexicons = ByLanguage::new(language("English", english(), true)?);
        for (name, file) in OTHERS {
            lexicons = lexicons.with(name, language(name, LexiconBuilder::default().read(file), false)?);
        }
        let learnt = settings
            .learnt
            .then(|| Learnt::read(include_bytes!("../learnt/customer.bin")));
        Ok(Self {
            lexicons,
            learnt: learnt.transpose().map_err(|error| Fault::new(error.to_string()))?,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let (found, mut note) = self.found(&reading, conversation);
        let mut signal = Signal::new(found.confidence);
        if let Some(learnt) = &self.learnt {
            let english = || self.lexicons.may_be_english(&reading, || conversation.locale());
            let weighed = learnt.weigh(&message.text, &reading, &found, english);
            note.extend(weighed.told(&message.text));
            signal.confidence = weighed.confidence;
            for (range, _) in weighed.raised_by {
                signal = signal.span(range, LEARNT);
            }
        }
        if signal.confidence < FAINT {
            return Ok(Vec::new());
        }
        let parts = found.rules.into_iter().take(MOST_PARTS);
        Ok(vec![
            parts
                .fold(signal, |signal, (rule, range)| signal.span(range, rule))
                .note(note.join("; ")),
        ])
    }
}

impl ComplexRequest {
    /// What the rules say of a message, and why.
    pub fn found(&self, reading: &Reading, conversation: &dyn Conversation) -> (Found<'_>, Vec<String>) {
        // A short message may be in several languages; the surest counts.
        let surest = self
            .lexicons
            .candidates(reading, || conversation.locale())
            .map(|lexicon| judge(lexicon, reading))
            .max_by(|one, other| one.0.confidence.total_cmp(&other.0.confidence));
        surest.unwrap_or_default()
    }
}

register!(Detector, ComplexRequest);

/// The parts that a lexicon finds.
fn judge<'a>(lexicon: &'a Lexicon, reading: &Reading) -> (Found<'a>, Vec<String>) {
    let verdict = lexicon.judge(reading);
    let parts = verdict.by_kind(|_| true);
    let told = parts.iter().take(MOST_PARTS).map(|hit| hit.told()).collect();
    let found = Found::of(together(&parts), parts);
    (found.firm_if(|rule| rule.starts_with("words/")), told)
}

/// The other languages, in which less is known; no misspelt word counts, as too many honest ones are near.
const OTHERS: [(&str, &str); 4] = [
    ("de", include_str!("../lexicon/de.txt")),
    ("es", include_str!("../lexicon/es.txt")),
    ("fr", include_str!("../lexicon/fr.txt")),
    ("pt", include_str!("../lexicon/pt.txt")),
];

/// The built-in English lexicon.
fn english() -> Result<LexiconBuilder, LexiconError> {
    LexiconBuilder::default()
        .read(include_str!("../lexicon/words.en.txt"))?
        .read(include_str!("../lexicon/conditions.en.txt"))?
        .read(include_str!("../lexicon/en.txt"))?
        .read(include_str!("../lexicon/known.en.txt"))
}

#[cfg(test)]
mod floor;
#[cfg(test)]
mod tests;
