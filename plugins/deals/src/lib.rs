//! Detector `deals`: what a salesperson asks first, as facts: seats, budget, timeline, the current vendor.
//!
//! One component in two rules of a pack. By itself it leaves the facts; with `large_only` it says nothing but that a deal is
//! as large as the pack calls large, so that this rule can have a role, a priority and a promise of its own. Customers of the
//! customer and sums that were paid are numbers too, so a count needs a noun that gets a seat, and a sum a word of
//! spending.

mod settings;
pub use settings::Settings;

use std::ops::Range;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{
    Amount, ByLanguage, Counts, Lexicon, LexiconBuilder, LexiconError, Mark, NOUNS_EN, Nouns, Reading, Verdict,
    amounts, kind, name_at,
};

/// From this on a rule's passage is a fact.
const SURE: f32 = 0.6;
/// How many small words may stand before a vendor's name: `from our current Acme`.
const SMALL_WORDS: usize = 3;

/// Finds the facts of a deal.
#[derive(Debug)]
pub struct Deals {
    languages: ByLanguage<Language>,
    settings: Settings,
}

/// What the detector knows of a language.
#[derive(Debug)]
struct Language {
    lexicon: Lexicon,
    nouns: Nouns,
}

/// One fact, and where it stands.
struct Fact {
    name: &'static str,
    range: Range<usize>,
    /// Whether the pack calls it large.
    large: bool,
}

impl Detector for Deals {
    const NAME: &'static str = "deals";
    const SUMMARY: &'static str = "Finds seats, budget, timeline and current vendor of a deal.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        settings.check()?;
        let language = |name: &str, files: &[&str]| {
            let mut lexicon = LexiconBuilder::default();
            for file in files {
                let read = lexicon.read(file);
                lexicon = read.map_err(|error: LexiconError| Fault::new(format!("built-in {name}: {error}")))?;
            }
            let lexicon = lexicon.build(false);
            let nouns = Nouns::of(&lexicon);
            Ok::<_, Fault>(Language { lexicon, nouns })
        };
        let english = language("English", &[NOUNS_EN, include_str!("../lexicon/en.txt")])?;
        let german = language("German", &[include_str!("../lexicon/de.txt")])?;
        Ok(Self {
            languages: ByLanguage::new(english).with("de", german),
            settings,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let text = message.text.as_str();
        let reading = Reading::of(text);
        let candidates = self.languages.candidates(&reading, || conversation.locale());
        let facts = candidates
            .map(|language| self.facts(language, text, &reading))
            .max_by_key(Vec::len)
            .unwrap_or_default();
        let large = facts.iter().any(|fact| fact.large);
        if facts.is_empty() || (self.settings.large_only && !large) {
            return Ok(Vec::new());
        }
        let mut signal = Signal::new(0.9);
        for fact in &facts {
            let value = text[fact.range.clone()].trim();
            signal = signal.field(fact.name, value).span(fact.range.clone(), fact.name);
        }
        if large {
            let told = facts
                .iter()
                .filter(|fact| fact.large)
                .map(|fact| &text[fact.range.clone()]);
            let told: Vec<_> = told.collect();
            signal = signal
                .tag("large-deal")
                .priority(Priority::High)
                .note(format!("large for this pack: {}", told.join(", ")));
        }
        Ok(vec![signal])
    }
}

register!(Detector, Deals);

impl Deals {
    /// At most one fact of each name: the largest number, the surest passage.
    fn facts(&self, language: &Language, text: &str, reading: &Reading) -> Vec<Fact> {
        let Language { lexicon, nouns } = language;
        let counted: Vec<_> = amounts(text, reading, lexicon, nouns)
            .into_iter()
            .filter_map(|amount| mark(&amount, text).map(|name| (name, amount)))
            .collect();
        let marks: Vec<_> = counted
            .iter()
            .map(|(name, amount)| Mark {
                name,
                range: amount.range.clone(),
            })
            .collect();
        let verdict = lexicon.judge_marked(reading, &marks);
        let largest = |wanted: &str| {
            let meant = counted
                .iter()
                .filter(|(name, amount)| *name == wanted && is_meant(&verdict, wanted, &amount.range));
            meant
                .max_by(|(_, one), (_, other)| one.value.total_cmp(&other.value))
                .map(|(_, amount)| amount)
        };
        let seats = largest("%seats").map(|amount| Fact {
            name: "seats",
            range: amount.range.clone(),
            large: amount.value >= f64::from(self.settings.seats_at_least),
        });
        let budget = largest("%money").map(|amount| Fact {
            name: "budget",
            range: amount.range.clone(),
            large: self.settings.is_large_budget(amount),
        });
        let small = |name, range| Fact {
            name,
            range,
            large: false,
        };
        let timeline = verdict
            .hits()
            .iter()
            .find(|hit| kind(hit.rule) == "timeline" && hit.weight >= SURE)
            .map(|hit| small("timeline", hit.range.clone()));
        let vendor = self
            .vendor(text, reading, &verdict)
            .map(|range| small("current_vendor", range));
        [seats, budget, timeline, vendor].into_iter().flatten().collect()
    }

    /// The name behind `switching from` or `we use`; one of the pack's in any spelling of its case.
    fn vendor(&self, text: &str, reading: &Reading, verdict: &Verdict<'_>) -> Option<Range<usize>> {
        let words = reading.words();
        let is_cue = |name: &str| matches!(name, "vendor" | "known");
        let cues = verdict
            .hits()
            .iter()
            .filter(|hit| hit.weight >= SURE && is_cue(kind(hit.rule)));
        cues.into_iter().find_map(|cue| {
            let first = words.iter().position(|word| word.range().start >= cue.range.end)?;
            let behind = first..words.len().min(first + SMALL_WORDS + 1);
            let same = |at: &usize| words[*at].sentence() == words[first.saturating_sub(1)].sentence();
            behind.take_while(same).find_map(|at| {
                let known = self.settings.is_vendor(reading.normal(&words[at]));
                let named = || name_at(text, reading, at).filter(|_| kind(cue.rule) == "vendor");
                known.then(|| words[at].range()).or_else(named)
            })
        })
    }
}

/// How the lexicon calls a number that may be of a deal.
fn mark(amount: &Amount, text: &str) -> Option<&'static str> {
    match amount.counts {
        Counts::Money(_) | Counts::Figure { .. } => Some("%money"),
        // Whom the customer serves gets no seat.
        Counts::Seats
            if SERVED
                .iter()
                .any(|noun| text[amount.range.clone()].to_lowercase().ends_with(noun)) =>
        {
            None
        }
        Counts::Seats => Some("%seats"),
        Counts::Places { .. } | Counts::Things => None,
    }
}

const SERVED: [&str; 18] = [
    "customers",
    "clients",
    "visitors",
    "patients",
    "guests",
    "subscribers",
    "passengers",
    "tenants",
    "residents",
    "students",
    "attendees",
    "suppliers",
    "vendors",
    "kunden",
    "gäste",
    "besucher",
    "patienten",
    "followers",
];

/// Whether a number is one of the deal, by the rules around it: a count unless they say no, a sum when they say yes.
fn is_meant(verdict: &Verdict<'_>, name: &str, range: &Range<usize>) -> bool {
    let wanted = if name == "%seats" { "seats" } else { "budget" };
    let meets = |hit: &Range<usize>| hit.start < range.end && range.start < hit.end;
    verdict
        .hits()
        .iter()
        .any(|hit| kind(hit.rule) == wanted && hit.weight >= SURE && meets(&hit.range))
        || (name == "%seats" && verdict.change(SURE, range).0 >= SURE)
}

#[cfg(test)]
mod tests;
