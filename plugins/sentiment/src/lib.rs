//! Detector `sentiment`: a customer who is upset, as opposed to one who calmly reports trouble.
//!
//! Words decide; capitals and punctuation only strengthen, since people also shout for joy. A single sharp word is
//! kept below the usual threshold where a calm person uses it too, and counts in full once it is not the first.

mod tone;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Lexicon, LexiconBuilder, Reading};
use schemars::JsonSchema;
use serde::Deserialize;

use tone::{Masked, Tone, face};

/// How many messages back the customer's mood counts.
const LOOK_BACK: u32 = 8;
/// A message at least this upset is a sign for the next one.
const NEGATIVE: f32 = 0.6;
/// Below this there is nothing to strengthen.
const FAINT: f32 = 0.25;
/// What each upset message before leaves of the doubt.
const DOUBT_LEFT: f32 = 0.65;

/// Settings of the detector `sentiment`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// More words or phrases that only upset customers use.
    pub words: Vec<String>,
    /// Whether capitals and punctuation strengthen a signal.
    pub shouting: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            shouting: true,
        }
    }
}

/// Finds upset customers.
#[derive(Debug)]
pub struct Sentiment {
    lexicons: ByLanguage<Lexicon>,
    masked: Masked,
    /// Words that people write in capitals to stress them.
    stressed: Vec<&'static str>,
    shouting: bool,
}

impl Detector for Sentiment {
    const NAME: &'static str = "sentiment";
    const SUMMARY: &'static str = "Finds an upset tone, swearing, threats to leave and repeated complaints.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        for (index, word) in settings.words.iter().enumerate() {
            if Reading::of(word).words().is_empty() {
                return Err(Fault::at(format!("/words/{index}"), "has no word in it"));
            }
        }
        Ok(Self {
            lexicons: lexicons(&settings.words)?,
            masked: Masked::new(include_str!("../lexicon/masked.txt")),
            stressed: include_str!("../lexicon/stressed.txt").split_whitespace().collect(),
            shouting: settings.shouting,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let (mut signal, mut note) = self.mood(&message.text, conversation);
        if signal.confidence < FAINT {
            return Ok(Vec::new());
        }
        let before = conversation.history(LOOK_BACK);
        let upset = before
            .iter()
            .filter(|message| message.speaker == Speaker::Customer)
            .filter(|message| self.mood(&message.text, conversation).0.confidence >= NEGATIVE)
            .count();
        if upset > 0 {
            let doubt = DOUBT_LEFT.powi(i32::try_from(upset).unwrap_or(i32::MAX));
            signal.confidence = (1.0 - (1.0 - signal.confidence) * doubt).min(0.99);
            note.push(format!("raised by {upset} upset messages before"));
        }
        Ok(vec![signal.note(note.join("; "))])
    }
}

register!(Detector, Sentiment);

impl Sentiment {
    /// How upset one text is by itself, and why.
    fn mood(&self, text: &str, conversation: &dyn Conversation) -> (Signal, Vec<String>) {
        let reading = Reading::of(text);
        let verdict = self.lexicons.judge(&reading, || conversation.locale());
        let mut note: Vec<String> = verdict.note().into_iter().collect();
        let mut spans: Vec<_> = verdict
            .hits()
            .iter()
            .take(5)
            .map(|hit| (hit.range.clone(), hit.rule))
            .collect();
        let mut confidence = verdict.confidence();
        let masked = self.masked.find(&reading, text).map(|range| (range, 0.85));
        for (why, found) in [("masked swearing", masked), ("angry face", face(text))] {
            if let Some((range, sure)) = found {
                confidence = 1.0 - (1.0 - confidence) * (1.0 - sure);
                spans.push((range, why));
                note.push(why.to_owned());
            }
        }
        let tone = match self.shouting {
            true => Tone::of(text, &self.stressed),
            false => Tone::default(),
        };
        if let Some(why) = tone.why() {
            confidence = tone.strengthen(confidence);
            note.push(why.to_owned());
        }
        let signal = Signal::new(confidence.min(0.99));
        (
            spans
                .into_iter()
                .fold(signal, |signal, (range, rule)| signal.span(range, rule)),
            note,
        )
    }
}

/// A language and its lexicon file, English first.
const FILES: [(&str, &str); 5] = [
    (
        "en",
        concat!(
            include_str!("../lexicon/en.txt"),
            include_str!("../lexicon/contempt.en.txt"),
            include_str!("../lexicon/weary.en.txt")
        ),
    ),
    ("de", include_str!("../lexicon/de.txt")),
    ("es", include_str!("../lexicon/es.txt")),
    ("fr", include_str!("../lexicon/fr.txt")),
    ("pt", include_str!("../lexicon/pt.txt")),
];

/// A pack's own words belong to every language, as nobody says which one they are written in.
fn lexicons(words: &[String]) -> Result<ByLanguage<Lexicon>, Fault> {
    let lexicon = |(language, file): (&str, &str)| {
        let builder = LexiconBuilder::default()
            .read(file)
            .map_err(|error| Fault::new(format!("built-in lexicon `{language}`: {error}")))?;
        let builder = words
            .iter()
            .fold(builder, |builder, word| builder.phrase(word, 0.85, word));
        Ok(builder.build(false))
    };
    let [english, others @ ..] = FILES;
    others
        .into_iter()
        .try_fold(ByLanguage::new(lexicon(english)?), |made, file| {
            Ok(made.with(file.0, lexicon(file)?))
        })
}

#[cfg(test)]
mod tests;
