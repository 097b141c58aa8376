//! Detector `phrases`: what sounds like the example phrases of a pack.
//!
//! Examples rather than patterns, because the people who write rules are not programmers: five to ten phrases must be
//! enough. A general lexicon knows what turns such a phrase into its opposite or into something else. With
//! `builtin = "explicit-request"` it needs no examples at all; the host keeps one such detector that is always there.

mod examples;
mod settings;
mod subjects;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{ByLanguage, Found, Hit, LEARNT, Learnt, Lexicon, LexiconBuilder, Reading, Verdict, Weighed};

use examples::Examples;
pub use settings::{Builtin, Settings, Who};

/// Below this, what was learnt is noise.
const FAINT: f32 = 0.3;
/// More passages than these would not be read.
const MOST_EVIDENCE: usize = 5;

/// Finds messages that sound like the examples.
#[derive(Debug)]
pub struct Phrases {
    /// Requests for a human, and what only sounds like one.
    requests: ByLanguage<Lexicon>,
    builtin: bool,
    examples: Examples,
    /// None when the pack names none, as most do.
    priority_words: Option<Lexicon>,
    speakers: Vec<Who>,
    /// None without `builtin`: of a business's own phrases nothing was learnt.
    learnt: Option<Learnt>,
}

impl Detector for Phrases {
    const NAME: &'static str = "phrases";
    const SUMMARY: &'static str = "Finds messages that sound like the example phrases.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        settings.check()?;
        let lexicon = |file: &str| requests(file, settings.typos);
        let requests = ByLanguage::new(lexicon(include_str!("../lexicon/en.txt"))?)
            .with("de", lexicon(include_str!("../lexicon/de.txt"))?)
            .with("es", lexicon(include_str!("../lexicon/es.txt"))?)
            .with("fr", lexicon(include_str!("../lexicon/fr.txt"))?)
            .with("pt", lexicon(include_str!("../lexicon/pt.txt"))?);
        let mut words = LexiconBuilder::default();
        for (index, word) in settings.priority_words.iter().enumerate() {
            if Reading::of(word).words().is_empty() {
                return Err(Fault::at(format!("/priority_words/{index}"), "has no word in it"));
            }
            words = words.phrase(word, 1.0, word);
        }
        let is_request = |text: &Reading| {
            requests
                .candidates(text, String::new)
                .any(|lexicon| lexicon.judge(text).confidence() > 0.5)
        };
        let examples = Examples::new(&settings.examples, &settings.not, settings.typos, is_request)?;
        Ok(Self {
            requests,
            builtin: settings.builtin.is_some(),
            examples,
            priority_words: (!settings.priority_words.is_empty()).then(|| words.build(settings.typos)),
            speakers: settings.speakers,
            learnt: (settings.builtin.is_some() && settings.learnt)
                .then(|| Learnt::read(include_bytes!("../learnt/customer.bin")))
                .transpose()
                .map_err(|error| Fault::new(error.to_string()))?,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if !self.speakers.iter().any(|who| who.is(message.speaker)) {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let requests = self.requests(&reading, conversation);
        let mut hits: Vec<Hit<'_>> = self.examples.judge(&reading, &requests);
        let by_example = hits.iter().map(|hit| hit.weight).fold(0.0, f32::max);
        if self.builtin {
            hits.extend(requests.hits().iter().cloned());
        }
        hits.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut weighed = Weighed {
            confidence: hits.first().map_or(0.0, |best| best.weight),
            ..Weighed::default()
        };
        // A bot that offers a person is not what was learnt.
        if let Some(learnt) = self.learnt.as_ref().filter(|_| message.speaker == Speaker::Customer) {
            let english = || self.requests.may_be_english(&reading, || conversation.locale());
            weighed = learnt.weigh(&message.text, &reading, &self.found(&requests), english);
            weighed.confidence = weighed.confidence.max(by_example);
        }
        if hits.is_empty() && weighed.confidence < FAINT {
            return Ok(Vec::new());
        }
        let told = hits.first().map(note).into_iter().chain(weighed.told(&message.text));
        let mut signal = Signal::new(weighed.confidence).note(told.collect::<Vec<_>>().join("; "));
        for (range, _) in weighed.raised_by {
            signal = signal.span(range, LEARNT);
        }
        for hit in hits.iter().take(MOST_EVIDENCE) {
            signal = signal.span(hit.range.clone(), hit.rule);
        }
        if let Some(words) = &self.priority_words {
            for hit in words.judge(&reading).hits() {
                signal = signal.span(hit.range.clone(), hit.rule).priority(Priority::High);
            }
        }
        Ok(vec![signal])
    }
}

register!(Detector, Phrases);

impl Phrases {
    /// What the rules say in the language that hears most of a request: a word or two may be one in one language, and
    /// mean nothing in another.
    pub fn requests(&self, reading: &Reading, conversation: &dyn Conversation) -> Verdict<'_> {
        let languages = self.requests.candidates(reading, || conversation.locale());
        let verdicts = languages.map(|lexicon| lexicon.judge(reading));
        verdicts
            .reduce(|best, next| match next.confidence() > best.confidence() {
                true => next,
                false => best,
            })
            .unwrap_or_default()
    }

    /// The same, for the weights.
    pub fn found<'a>(&self, requests: &Verdict<'a>) -> Found<'a> {
        let best = requests.hits().first().map_or(0.0, |best| best.weight);
        Found::of(best, requests.hits())
    }
}

/// Compiles the requests of one language; names are the same in all.
fn requests(file: &str, typos: bool) -> Result<Lexicon, Fault> {
    let builder = LexiconBuilder::default().read(include_str!("../lexicon/names.txt"));
    let builder = builder.and_then(|names| names.read(file));
    let first = file.lines().next().unwrap_or_default();
    Ok(builder
        .map_err(|error| Fault::new(format!("built-in requests, `{first}`: {error}")))?
        .build(typos)
        .splitting_words())
}

fn note(hit: &Hit<'_>) -> String {
    let mut note = format!("sounds like \"{}\"", hit.rule);
    if hit.typo {
        note.push_str(", misspelt");
    }
    if let Some(by) = hit.changed_by {
        note.push_str(", lowered as ");
        note.push_str(by);
    }
    note
}

#[cfg(test)]
mod tests;
