//! Detector `complex-request`: what a bot must not settle by itself.
//!
//! Contracts, custom quotes, compliance, negotiation, exceptions and cases of many parties bind the business. Few
//! customers use those words, so beside whole cases the rules find their parts (a paper, a rule, a hardship, a landlord,
//! half of a bill, `if you drop`). One part is everyday talk; parts of different kinds add up.

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Lexicon, LexiconBuilder, LexiconError, Reading, check_phrases, together};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a custom phrase of a pack is worth.
const WORDS_WEIGHT: f32 = 0.85;
/// Below this a signal would be noise.
const FAINT: f32 = 0.3;
/// More parts than these tell a reader nothing new.
const MOST_PARTS: usize = 5;

/// Settings of the detector `complex-request`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words or phrases of the trade that mean a complex request too, such as `planning permission`.
    pub words: Vec<String>,
}

/// Finds complex requests.
#[derive(Debug)]
pub struct ComplexRequest {
    lexicons: ByLanguage<Lexicon>,
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
        Ok(Self { lexicons })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        // A short message may be in several languages; the surest counts.
        let surest = self
            .lexicons
            .candidates(&reading, || conversation.locale())
            .filter_map(|lexicon| judge(lexicon, &reading))
            .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
        Ok(surest.into_iter().collect())
    }
}

register!(Detector, ComplexRequest);

/// The signal of the parts that a lexicon finds, unless they are noise.
fn judge(lexicon: &Lexicon, reading: &Reading) -> Option<Signal> {
    let verdict = lexicon.judge(reading);
    let parts = verdict.by_kind(|_| true);
    let confidence = together(&parts);
    if confidence < FAINT {
        return None;
    }
    let parts = &parts[..parts.len().min(MOST_PARTS)];
    let told: Vec<_> = parts.iter().map(|hit| hit.told()).collect();
    let signal = Signal::new(confidence).note(told.join("; "));
    Some(
        parts
            .iter()
            .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
    )
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
