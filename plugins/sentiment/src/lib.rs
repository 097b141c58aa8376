//! Detector `sentiment`: a customer who is upset, as opposed to one who calmly reports trouble.
//!
//! Words decide; capitals and punctuation only strengthen, since people also shout for joy. A single sharp word is
//! kept below the usual threshold where a calm person uses it too, and counts in full once it is not the first.

mod tone;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Found, LEARNT, Learnt, Lexicon, LexiconBuilder, Reading};
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

/// Rules that no calm word beside them takes back.
const PLAIN: [&str; 6] = ["swearing", "oath", "obscene", "insult", "violence", "masked swearing"];

/// Settings of the detector `sentiment`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// More words or phrases that only upset customers use.
    pub words: Vec<String>,
    /// Whether capitals and punctuation strengthen a signal.
    pub shouting: bool,
    /// Whether words that were learnt from labelled messages count beside the rules.
    pub learnt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            shouting: true,
            learnt: true,
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
    learnt: Option<Learnt>,
    words: Vec<String>,
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
            learnt: learnt(settings.learnt)?,
            words: settings.words,
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
        let (found, mut note) = self.found(text, &reading, conversation);
        let mut signal = Signal::new(found.confidence);
        if let Some(learnt) = &self.learnt {
            let english = || self.lexicons.may_be_english(&reading, || conversation.locale());
            let weighed = learnt.weigh(text, &reading, &found, english);
            note.extend(weighed.told(text));
            signal.confidence = weighed.confidence;
            for (range, _) in weighed.raised_by {
                signal = signal.span(range, LEARNT);
            }
        }
        (
            found
                .rules
                .into_iter()
                .fold(signal, |signal, (rule, range)| signal.span(range, rule)),
            note,
        )
    }

    /// What the rules say of one text by itself, and why.
    pub fn found(&self, text: &str, reading: &Reading, conversation: &dyn Conversation) -> (Found<'_>, Vec<String>) {
        let verdict = self.lexicons.judge(reading, || conversation.locale());
        let mut note: Vec<String> = verdict.note().into_iter().collect();
        let mut found = Found::of(verdict.confidence(), verdict.hits().iter().take(5));
        let mut confidence = found.confidence;
        let masked = self.masked.find(reading, text).map(|range| (range, 0.85));
        for (why, sign) in [("masked swearing", masked), ("angry face", face(text))] {
            if let Some((range, sure)) = sign {
                confidence = 1.0 - (1.0 - confidence) * (1.0 - sure);
                found.rules.push((why, range));
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
        found.confidence = confidence.min(0.99);
        let firm = |rule: &str| PLAIN.contains(&rule) || self.words.iter().any(|word| word == rule);
        (found.firm_if(firm), note)
    }
}

/// The table, unless it is switched off.
fn learnt(on: bool) -> Result<Option<Learnt>, Fault> {
    let table = on.then(|| Learnt::read(include_bytes!("../learnt/customer.bin")));
    table.transpose().map_err(|error| Fault::new(error.to_string()))
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
