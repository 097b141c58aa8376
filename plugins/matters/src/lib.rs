//! Detector `matters`: what a law or tax practice asks before anybody may advise: which matter, against whom, how soon.
//!
//! Each is a rule of its own in a pack, since each has other consequences: a matter gives the chat its topic, an opponent
//! goes into the conflict check, a court date raises the priority. It gives no opinion on any of them. The rules know how
//! people tell of their trouble; a name counts only behind words that an opponent's name follows.

mod settings;
pub use settings::{Find, Matter, Settings};

use std::ops::Range;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{
    ByLanguage, Hit, Lexicon, LexiconBuilder, LexiconError, Reading, Verdict, kind, name_at, numbers, together,
};

use settings::Parties;

/// Below this a signal would be noise.
const FAINT: f32 = 0.3;
/// From this on a finding is a fact.
const SURE: f32 = 0.6;
/// What a sign of a conflict is worth with a name.
const NAMED: f32 = 0.88;
/// More passages than these would not be read.
const MOST_EVIDENCE: usize = 5;
/// How many small words may stand before a name: `against my former boss Ms Lee`.
const SMALL_WORDS: usize = 3;

/// Finds matters, opponents or deadlines.
#[derive(Debug)]
pub struct Matters {
    find: Find,
    only: Option<Matter>,
    parties: Parties,
    lexicons: ByLanguage<Lexicon>,
}

impl Detector for Matters {
    const NAME: &'static str = "matters";
    const SUMMARY: &'static str = "Finds the matter, the opponent or the deadline of a case.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        settings.check()?;
        let Settings { find, only, parties } = settings;
        // Only the part that is asked for is compiled: the rest would be paid for in memory.
        let language = |name: &str, files: [&str; 2]| {
            let file = if find == Find::Matter { files[0] } else { files[1] };
            LexiconBuilder::default()
                .read(file)
                .map(|lexicon| lexicon.build(false))
                .map_err(|error: LexiconError| Fault::new(format!("built-in {name}: {error}")))
        };
        let english = language(
            "English",
            [
                include_str!("../lexicon/matter.en.txt"),
                include_str!("../lexicon/check.en.txt"),
            ],
        )?;
        let french = language(
            "French",
            [
                include_str!("../lexicon/matter.fr.txt"),
                include_str!("../lexicon/check.fr.txt"),
            ],
        )?;
        Ok(Self {
            find,
            only,
            parties: Parties::of(&parties),
            lexicons: ByLanguage::new(english).with("fr", french),
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let candidates = self.lexicons.candidates(&reading, || conversation.locale());
        let surest = candidates
            .filter_map(|lexicon| self.judge(&lexicon.judge(&reading), &message.text, &reading))
            .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
        Ok(surest.into_iter().collect())
    }
}

register!(Detector, Matters);

impl Matters {
    fn judge(&self, verdict: &Verdict<'_>, text: &str, reading: &Reading) -> Option<Signal> {
        match self.find {
            Find::Matter => self.matter(verdict),
            Find::Conflict => self.conflict(verdict, text, reading),
            Find::Deadline => deadline(verdict, text, reading),
        }
    }

    /// The matter that most of the words speak of.
    fn matter(&self, verdict: &Verdict<'_>) -> Option<Signal> {
        let of = |matter: Matter| {
            let mut parts: Vec<&Hit<'_>> = verdict
                .hits()
                .iter()
                .filter(|hit| kind(hit.rule) == matter.name())
                .collect();
            parts.truncate(MOST_EVIDENCE);
            (together(&parts), parts, matter)
        };
        let best = Matter::ALL
            .into_iter()
            .map(of)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let (confidence, parts, matter) = best?;
        if confidence < FAINT || self.only.is_some_and(|only| only != matter) {
            return None;
        }
        let signal = Signal::new(confidence).field("matter", matter.name());
        Some(with(signal, &parts))
    }

    /// Who is on the other side, and whether the practice may stand there too.
    fn conflict(&self, verdict: &Verdict<'_>, text: &str, reading: &Reading) -> Option<Signal> {
        let signs: Vec<_> = verdict
            .hits()
            .iter()
            .filter(|hit| matches!(kind(hit.rule), "conflict" | "party"))
            .collect();
        let cues = signs
            .iter()
            .filter(|hit| kind(hit.rule) == "party" && hit.weight >= SURE);
        let mut names: Vec<Range<usize>> = cues.filter_map(|cue| name_behind(cue, text, reading)).collect();
        names.sort_by_key(|range| range.start);
        names.dedup_by(|later, first| later.start < first.end);
        let known = self.parties.named_in(reading);
        let words = verdict.by_kind(|kind| kind == "conflict");
        let confidence = match () {
            () if !known.is_empty() => 0.95,
            () if !names.is_empty() => NAMED,
            () => together(&words),
        };
        if confidence < FAINT {
            return None;
        }
        let mut signal = with(Signal::new(confidence), &signs);
        let mut parties: Vec<&str> = names.iter().map(|range| &text[range.clone()]).collect();
        parties.dedup();
        if !parties.is_empty() {
            signal = signal.field("opposing_party", parties.join("; "));
        }
        for (range, party) in known {
            signal = signal
                .span(range, format!("a party of the practice: {party}"))
                .tag("known-party")
                .priority(Priority::High);
        }
        Some(signal)
    }
}

/// The name that a cue announces; it may stand behind a few small words.
fn name_behind(cue: &Hit<'_>, text: &str, reading: &Reading) -> Option<Range<usize>> {
    let words = reading.words();
    let first = words.iter().position(|word| word.range().start >= cue.range.end)?;
    let sentence = words.get(first.checked_sub(1)?)?.sentence();
    (first..words.len().min(first + SMALL_WORDS + 1))
        .take_while(|at| words[*at].sentence() == sentence)
        .find_map(|at| name_at(text, reading, at))
}

/// A date on which rights are lost or somebody must appear.
fn deadline(verdict: &Verdict<'_>, text: &str, reading: &Reading) -> Option<Signal> {
    let parts = verdict.by_kind(|kind| kind == "deadline");
    let confidence = together(&parts);
    if confidence < FAINT {
        return None;
    }
    let mut signal = Signal::new(confidence);
    if confidence >= SURE {
        let passage = parts.iter().map(|hit| &hit.range).max_by_key(|range| range.len())?;
        signal = signal
            .tag("deadline")
            .priority(Priority::High)
            .field("deadline", text[with_number(passage, text, reading)].trim());
    }
    Some(with(signal, &parts))
}

/// A passage with the number that stands right before it: `14 days to appeal`.
fn with_number(passage: &Range<usize>, text: &str, reading: &Reading) -> Range<usize> {
    let found = numbers(text, reading);
    let before = found
        .iter()
        .find(|number| number.range.end <= passage.start && text[number.range.end..passage.start].trim().is_empty());
    before.map_or(passage.start, |number| number.range.start)..passage.end
}

fn with(signal: Signal, parts: &[&Hit<'_>]) -> Signal {
    let parts = &parts[..parts.len().min(MOST_EVIDENCE)];
    let told: Vec<_> = parts.iter().map(|hit| hit.told()).collect();
    let signal = if told.is_empty() {
        signal
    } else {
        signal.note(told.join("; "))
    };
    parts
        .iter()
        .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule))
}

#[cfg(test)]
mod tests;
