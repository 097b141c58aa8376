//! Detector `information-gap`: the bot does not know, or the customer says that it did not understand.
//!
//! Both sides are judged, because the bot's own words and numbers tell of a gap before the customer complains. One
//! failure may be a slip and grows into certainty with each failed answer that the host has counted.

use baton_plugin_sdk::{BotState, Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{ByLanguage, Lexicon, LexiconBuilder, Reading, Verdict, stem};
use schemars::JsonSchema;
use serde::Deserialize;

/// What each failed answer before this message leaves of the doubt.
const DOUBT_LEFT: f32 = 0.7;
/// How many messages back a question counts as repeated.
const LOOK_BACK: u32 = 8;
/// A repeated question has at least this many different words.
const QUESTION_WORDS: usize = 4;
/// The share of words that two wordings of one question have in common.
const SAME_QUESTION: f32 = 0.75;

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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            low_confidence: 0.4,
            bot_phrases: Vec::new(),
            customer_phrases: Vec::new(),
        }
    }
}

/// Finds gaps.
#[derive(Debug)]
pub struct InformationGap {
    low_confidence: f32,
    bot: ByLanguage<Lexicon>,
    customer: ByLanguage<Lexicon>,
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
        let bot = include_str!("../lexicon/bot.en.txt");
        let customer = include_str!("../lexicon/customer.en.txt");
        Ok(Self {
            low_confidence: settings.low_confidence,
            bot: ByLanguage::new(lexicon(bot, "bot_phrases", &settings.bot_phrases)?),
            customer: ByLanguage::new(lexicon(customer, "customer_phrases", &settings.customer_phrases)?),
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        let reading = Reading::of(&message.text);
        let (lexicons, own) = match message.speaker {
            Speaker::Bot => (&self.bot, self.own_doubt(conversation.bot_state())),
            Speaker::Customer => (&self.customer, repeated(&reading, conversation)),
            Speaker::Agent => return Ok(Vec::new()),
        };
        let verdict = lexicons.pick(&reading, || conversation.locale()).judge(&reading);
        let Some((base, note)) = joined(&verdict, own) else {
            return Ok(Vec::new());
        };
        let failed = conversation.failed_answers();
        let confidence = 1.0 - (1.0 - base) * DOUBT_LEFT.powi(i32::try_from(failed.min(10)).unwrap_or(10));
        let note = if failed == 0 {
            note
        } else {
            format!("{note}; raised by {failed} failed answers before")
        };
        let signal = Signal::new(confidence.min(0.99)).note(note);
        Ok(vec![
            verdict
                .hits()
                .iter()
                .take(5)
                .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
        ])
    }
}

register!(Detector, InformationGap);

impl InformationGap {
    /// What the bot's own numbers say.
    fn own_doubt(&self, state: Option<BotState>) -> Option<(f32, String)> {
        let state = state?;
        if state.answered == Some(false) {
            return Some((0.8, "the bot gave up on the question".to_owned()));
        }
        let confidence = state
            .confidence
            .filter(|confidence| *confidence < self.low_confidence)?;
        let depth = 1.0 - confidence.max(0.0) / self.low_confidence;
        Some((0.5 + 0.25 * depth, format!("the bot's confidence is {confidence:.2}")))
    }
}

/// The rules' verdict and the other sign together; either may be missing.
fn joined(verdict: &Verdict<'_>, own: Option<(f32, String)>) -> Option<(f32, String)> {
    match (verdict.note(), own) {
        (None, own) => own,
        (Some(note), None) => Some((verdict.confidence(), note)),
        (Some(note), Some((doubt, why))) => Some((
            1.0 - (1.0 - verdict.confidence()) * (1.0 - 0.5 * doubt),
            format!("{note}; {why}"),
        )),
    }
}

/// Whether the customer asks what they asked before.
fn repeated(reading: &Reading, conversation: &dyn Conversation) -> Option<(f32, String)> {
    let asked = different_words(reading);
    if asked.len() < QUESTION_WORDS {
        return None;
    }
    let before = conversation.history(LOOK_BACK);
    let same = before
        .iter()
        .filter(|message| message.speaker == Speaker::Customer)
        .any(|message| {
            let reading = Reading::of(&message.text);
            let before = different_words(&reading);
            let shared = asked.iter().filter(|word| before.binary_search(word).is_ok()).count();
            let all = asked.len() + before.len() - shared;
            shared as f32 >= SAME_QUESTION * all as f32
        });
    same.then(|| (0.78, "the customer repeats their question".to_owned()))
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

fn lexicon(file: &str, list: &str, phrases: &[String]) -> Result<Lexicon, Fault> {
    let mut builder = LexiconBuilder::default()
        .read(file)
        .map_err(|error| Fault::new(format!("built-in English: {error}")))?;
    for (index, phrase) in phrases.iter().enumerate() {
        if Reading::of(phrase).words().is_empty() {
            return Err(Fault::at(format!("/{list}/{index}"), "has no word in it"));
        }
        builder = builder.phrase(phrase, 0.85, phrase);
    }
    Ok(builder.build(true))
}

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::{TestConversation, testing};
    use proptest::prelude::*;

    use super::*;

    fn judge(message: &Message, conversation: &TestConversation) -> Signal {
        let detector: InformationGap = testing::detector("{}").expect("fits");
        detector
            .detect(message, conversation)
            .expect("judged")
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    #[track_caller]
    fn check(said: fn(&'static str) -> Message, stories: &[(&'static str, bool)]) {
        for &(text, found) in stories {
            let signal = judge(&said(text), &TestConversation::default());
            assert_eq!(signal.confidence >= 0.75, found, "{text}: {signal:?}");
        }
    }

    #[test]
    fn a_bot_that_does_not_know_says_so_in_many_ways() {
        check(
            Message::bot,
            &[
                ("I'm sorry, I don't know the answer to that.", true),
                ("Unfortunately I can't help with that.", true),
                ("Sorry, I didn't understand. Could you rephrase?", true),
                ("I am not able to find any details on this model.", true),
                ("I do not have information about that part.", true),
                ("That is beyond my knowledge.", true),
                ("Your order ships on Monday.", false),
                ("Let me know if I can help with anything else!", false),
                ("Could you tell me which model it is?", false),
            ],
        );
    }

    #[test]
    fn a_customer_who_was_not_understood_says_so() {
        check(
            Message::customer,
            &[
                ("That didn’t answer my question", true),
                ("You don’t understand what I need", true),
                ("that's not what I asked", true),
                ("you keep asking me the same thing", true),
                ("I already told you the model number", true),
                ("no, i meant the other heater", false),
                ("I don't understand the bill", false),
                ("Thanks, that answers my question", false),
                ("My heater is out", false),
            ],
        );
    }

    #[test]
    fn the_bots_own_numbers_count_and_grow_with_each_failure() {
        let state = |confidence, answered| BotState {
            confidence,
            intent: None,
            answered,
        };
        let said = Message::bot("Our hours are 8 to 5.");
        for (state, failed, low, high) in [
            (state(Some(0.9), None), 3, 0.0, 0.0),
            (state(Some(0.39), None), 0, 0.5, 0.52),
            (state(Some(0.1), None), 0, 0.68, 0.70),
            (state(Some(0.39), None), 2, 0.75, 0.77),
            (state(None, Some(false)), 0, 0.8, 0.81),
            (state(Some(0.9), Some(false)), 1, 0.85, 0.87),
        ] {
            let conversation = TestConversation::default()
                .bot_state(state.clone())
                .failed_answers(failed);
            let confidence = judge(&said, &conversation).confidence;
            assert!((low..=high).contains(&confidence), "{state:?} {failed}: {confidence}");
        }
    }

    #[test]
    fn a_question_asked_again_is_a_gap() {
        let conversation = TestConversation::default()
            .said(Message::customer("What does error E4 mean on my furnace?"))
            .said(Message::bot("We are open from 8 to 5."));
        let signal = judge(
            &Message::customer("what does error E4 mean on the furnace"),
            &conversation,
        );
        assert_eq!(signal.note.as_deref(), Some("the customer repeats their question"));
        assert!(
            judge(&Message::customer("which filter does my furnace take"), &conversation)
                .note
                .is_none()
        );
        assert!(judge(&Message::customer("ok thanks"), &conversation).note.is_none());
    }

    #[test]
    fn settings_that_make_no_sense_are_faults_at_their_place() {
        for (settings, place) in [
            (r#"{"low_confidence": 1.5}"#, "/low_confidence"),
            (r#"{"bot_phrases": ["no clue", ""]}"#, "/bot_phrases/1"),
            (r#"{"low": 0.3}"#, "/low"),
        ] {
            assert_eq!(
                testing::detector::<InformationGap>(settings)
                    .expect_err(settings)
                    .pointer,
                place
            );
        }
    }

    #[test]
    fn odd_texts_are_answered_calmly() {
        let calm = TestConversation::default();
        for text in [
            " ".to_owned(),
            "x".repeat(32_768),
            "e\u{301}".repeat(9_000),
            "🙂".into(),
            "لا أعرف".into(),
        ] {
            assert!(judge(&Message::customer(text.as_str()), &calm).evidence.is_empty());
            assert!(judge(&Message::bot(text), &calm).evidence.is_empty());
        }
        let detector: InformationGap = testing::detector("{}").expect("fits");
        proptest!(|(text in "((not|answer|my|question|é|🙂|\u{301}|understand|you)[ ,.!’']{0,2}){1,30}|\\PC{1,60}")| {
            for message in [Message::customer(text.as_str()), Message::bot(text.as_str())] {
                for span in detector.detect(&message, &calm).expect("judged").iter().flat_map(|signal| &signal.evidence) {
                    prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
                }
            }
        });
    }
}
