//! Detector `information-gap`: the bot does not know, or the customer says that it did not understand.
//!
//! Both sides are judged, because the bot's own words and numbers tell of a gap before the customer complains. One
//! failure may be a slip and grows into certainty with each failed answer that the host has counted.

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Found, LEARNT, Learnt, Lexicon, LexiconBuilder, Reading, Verdict, Weighed, stem};
use schemars::JsonSchema;
use serde::Deserialize;

/// What each failed answer before this message leaves of the doubt.
const DOUBT_LEFT: f32 = 0.6;
/// The most that one answer of the bot counts, however plainly it failed: it may be a slip.
const ONE_SLIP: f32 = 0.92;
/// What is left of the doubt about a complaint that answers the bot, and does not open the chat.
const IN_REPLY: f32 = 0.8;
/// A complaint from which on it counts that it answers the bot, and from which on it needs no help.
const VAGUE: std::ops::Range<f32> = 0.5..0.75;
/// What the bot gave, and the customer's own case that differs from it: the case alone says nothing.
const GAVE: &str = "what-it-gave";
const OWN_CASE: &str = "own-case";
/// How many messages back a question counts as repeated.
const LOOK_BACK: u32 = 8;
/// A repeated question has at least this many different words.
const QUESTION_WORDS: usize = 4;
/// So has a repeated answer: bots also repeat short courtesies.
const ANSWER_WORDS: usize = 10;
/// Below this, what was learnt is noise; from it on, an answer counts as failed.
const FAINT: f32 = 0.5;
/// The share of words that two wordings of one message have in common.
const SAME_WORDS: f32 = 0.75;

/// Settings of the detector `information-gap`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A bot's own confidence below this, 0 to 1, is a sign of a gap.
    pub low_confidence: f32,
    /// More phrases by which this bot admits that it does not know.
    pub bot_phrases: Vec<String>,
    /// More phrases by which customers say that they were not understood.
    pub customer_phrases: Vec<String>,
    /// Whether words that were learnt from labelled messages of customers count beside the rules.
    pub learnt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            low_confidence: 0.4,
            bot_phrases: Vec::new(),
            customer_phrases: Vec::new(),
            learnt: true,
        }
    }
}

/// Finds gaps.
#[derive(Debug)]
pub struct InformationGap {
    low_confidence: f32,
    bot: Side,
    customer: Side,
}

/// What is known of one side's messages.
#[derive(Debug)]
struct Side {
    lexicons: ByLanguage<Lexicon>,
    learnt: Option<Learnt>,
    /// The business's own phrases.
    phrases: Vec<String>,
}

impl Detector for InformationGap {
    const NAME: &'static str = "information-gap";
    const SUMMARY: &'static str = "Finds that the bot does not know or did not understand.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        if !(0.0..=1.0).contains(&settings.low_confidence) {
            return Err(Fault::at(
                "/low_confidence",
                format!("is {}; 0 to 1", settings.low_confidence),
            ));
        }
        Ok(Self {
            low_confidence: settings.low_confidence,
            bot: Side {
                // A bot does not misspell.
                lexicons: lexicons(BOT, "bot_phrases", &settings.bot_phrases, false)?,
                // Bots admit a gap in few wordings, which the rules know.
                learnt: None,
                phrases: settings.bot_phrases,
            },
            customer: Side {
                lexicons: lexicons(CUSTOMER, "customer_phrases", &settings.customer_phrases, true)?,
                learnt: settings
                    .learnt
                    .then(|| Learnt::read(include_bytes!("../learnt/customer.bin")))
                    .transpose()
                    .map_err(|error| Fault::new(error.to_string()))?,
                phrases: settings.customer_phrases,
            },
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        let reading = Reading::of(&message.text);
        let (side, own) = match message.speaker {
            Speaker::Bot => (&self.bot, self.own_doubt(&reading, conversation)),
            Speaker::Customer => (&self.customer, repeated_question(&reading, conversation)),
            Speaker::Agent => return Ok(Vec::new()),
        };
        let verdict = side.verdict(&reading, conversation);
        let (weighed, told) = side.weigh(&message.text, &reading, &verdict, conversation);
        let Some((mut base, mut note)) = joined(weighed.confidence, told, own) else {
            return Ok(Vec::new());
        };
        if message.speaker == Speaker::Bot {
            base = base.min(ONE_SLIP);
        } else if VAGUE.contains(&base) && answers_the_bot(conversation) {
            base = 1.0 - (1.0 - base) * IN_REPLY;
            note.push_str("; said in reply to the bot");
        }
        let failed = conversation.failed_answers();
        if failed > 0 {
            note = format!("{note}; raised by {failed} failed answers before");
        }
        let confidence = 1.0 - (1.0 - base) * DOUBT_LEFT.powi(i32::try_from(failed.min(10)).unwrap_or(10));
        let mut signal = Signal::new(confidence.min(0.99)).note(note);
        for (range, _) in weighed.raised_by {
            signal = signal.span(range, LEARNT);
        }
        for hit in verdict.hits().iter().take(5) {
            signal = signal.span(hit.range.clone(), hit.rule);
        }
        Ok(vec![signal])
    }
}

register!(Detector, InformationGap);

impl Side {
    fn verdict(&self, reading: &Reading, conversation: &dyn Conversation) -> Verdict<'_> {
        let verdict = self.lexicons.judge(reading, || conversation.locale());
        match verdict.hits().iter().any(|hit| hit.rule == GAVE) {
            true => verdict,
            false => verdict.without(OWN_CASE),
        }
    }

    fn found<'a>(&self, verdict: &Verdict<'a>) -> Found<'a> {
        Found::of(verdict.confidence(), verdict.hits()).firm_if(|rule| self.phrases.iter().any(|own| own == rule))
    }

    /// How sure the words of a message are by themselves, and why; no note when there is nothing in them.
    fn weigh(
        &self,
        text: &str,
        reading: &Reading,
        verdict: &Verdict<'_>,
        conversation: &dyn Conversation,
    ) -> (Weighed, Option<String>) {
        let found = self.found(verdict);
        let english = || self.lexicons.may_be_english(reading, || conversation.locale());
        let weighed = match &self.learnt {
            Some(learnt) => learnt.weigh(text, reading, &found, english),
            None => Weighed {
                confidence: found.confidence,
                ..Weighed::default()
            },
        };
        let learnt = weighed
            .told(text)
            .filter(|_| weighed.confidence >= FAINT || verdict.note().is_some());
        let told: Vec<_> = verdict.note().into_iter().chain(learnt).collect();
        (weighed, (!told.is_empty()).then(|| told.join("; ")))
    }
}

impl InformationGap {
    /// What the rules say of a customer's message, before its place in the chat is seen.
    pub fn found(&self, reading: &Reading, conversation: &dyn Conversation) -> Found<'_> {
        self.customer.found(&self.customer.verdict(reading, conversation))
    }

    /// What the bot's own numbers say, or else that it says the same again.
    fn own_doubt(&self, reading: &Reading, conversation: &dyn Conversation) -> Option<(f32, String)> {
        let state = conversation.bot_state();
        if state.as_ref().is_some_and(|state| state.answered == Some(false)) {
            return Some((0.8, "the bot gave up on the question".to_owned()));
        }
        let confidence = state.and_then(|state| state.confidence);
        if let Some(confidence) = confidence.filter(|confidence| *confidence < self.low_confidence) {
            let depth = 1.0 - confidence.max(0.0) / self.low_confidence;
            return Some((0.5 + 0.25 * depth, format!("the bot's confidence is {confidence:.2}")));
        }
        said_before(reading, ANSWER_WORDS, Speaker::Bot, conversation)
            .then(|| (0.55, "the bot repeats its answer".to_owned()))
    }
}

/// What the words say and the other sign together; either may be missing.
fn joined(confidence: f32, told: Option<String>, own: Option<(f32, String)>) -> Option<(f32, String)> {
    match (told, own) {
        (None, own) => own,
        (Some(note), None) => Some((confidence, note)),
        (Some(note), Some((doubt, why))) => {
            Some((1.0 - (1.0 - confidence) * (1.0 - 0.5 * doubt), format!("{note}; {why}")))
        }
    }
}

/// Whether the customer asks what they asked before.
fn repeated_question(reading: &Reading, conversation: &dyn Conversation) -> Option<(f32, String)> {
    said_before(reading, QUESTION_WORDS, Speaker::Customer, conversation)
        .then(|| (0.78, "the customer repeats their question".to_owned()))
}

/// Whether the speaker said much the same before; a text of fewer than `least` different words never is.
fn said_before(reading: &Reading, least: usize, speaker: Speaker, conversation: &dyn Conversation) -> bool {
    if reading.words().len() < least {
        return false;
    }
    let before = conversation.history(LOOK_BACK);
    let mut before = before.iter().filter(|message| message.speaker == speaker).peekable();
    if before.peek().is_none() {
        return false;
    }
    let said = different_words(reading);
    said.len() >= least
        && before.any(|message| {
            let reading = Reading::of(&message.text);
            let before = different_words(&reading);
            let shared = said.iter().filter(|word| before.binary_search(word).is_ok()).count();
            let all = said.len() + before.len() - shared;
            shared as f32 >= SAME_WORDS * all as f32
        })
}

/// Whether the message before is the bot's, and more than its greeting.
fn answers_the_bot(conversation: &dyn Conversation) -> bool {
    let before = conversation.history(2);
    matches!(&before[..], [customer, bot] if customer.speaker == Speaker::Customer && bot.speaker == Speaker::Bot)
}

/// The first words of a message, sorted; more would not make a question clearer.
fn different_words(reading: &Reading) -> Vec<&str> {
    let mut words: Vec<_> = reading
        .words()
        .iter()
        .take(60)
        .map(|word| stem(reading.normal(word)))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A language and its lexicon file.
type File = (&'static str, &'static str);

/// English first.
const BOT: [File; 5] = [
    ("en", include_str!("../lexicon/bot.en.txt")),
    ("de", include_str!("../lexicon/bot.de.txt")),
    ("es", include_str!("../lexicon/bot.es.txt")),
    ("fr", include_str!("../lexicon/bot.fr.txt")),
    ("pt", include_str!("../lexicon/bot.pt.txt")),
];
/// English first.
const CUSTOMER: [File; 5] = [
    (
        "en",
        concat!(
            include_str!("../lexicon/customer.en.txt"),
            include_str!("../lexicon/mismatch.en.txt")
        ),
    ),
    ("de", include_str!("../lexicon/customer.de.txt")),
    ("es", include_str!("../lexicon/customer.es.txt")),
    ("fr", include_str!("../lexicon/customer.fr.txt")),
    ("pt", include_str!("../lexicon/customer.pt.txt")),
];

/// A pack's own phrases belong to every language, as nobody says which one they are written in.
fn lexicons(files: [File; 5], list: &str, phrases: &[String], typos: bool) -> Result<ByLanguage<Lexicon>, Fault> {
    if let Some(index) = phrases.iter().position(|phrase| Reading::of(phrase).words().is_empty()) {
        return Err(Fault::at(format!("/{list}/{index}"), "has no word in it"));
    }
    let lexicon = |(language, file): File| {
        let builder = LexiconBuilder::default()
            .read(file)
            .map_err(|error| Fault::new(format!("built-in lexicon `{language}`: {error}")))?;
        let builder = phrases
            .iter()
            .fold(builder, |builder, phrase| builder.phrase(phrase, 0.85, phrase));
        Ok(builder.build(typos))
    };
    let [english, others @ ..] = files;
    others
        .into_iter()
        .try_fold(ByLanguage::new(lexicon(english)?), |made, file| {
            Ok(made.with(file.0, lexicon(file)?))
        })
}

#[cfg(test)]
mod tests;
