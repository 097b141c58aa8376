//! Detector `high-value`: large sales, important contacts, emergencies.
//!
//! All three are worth a human at once, so every find asks for the high priority; the tag says which it is. Sums and
//! counts are compared with what the business calls large, since no word list can know that, and are then words to the
//! rules, which know whether a sum is to be spent or was paid. Few customers say all of it in one clause: the rules
//! find the parts of a case (how many, who asks, what they want; what is wrong, to whom, how soon), and parts of
//! different kinds add up.

mod settings;
pub use settings::Settings;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Priority, Signal, Speaker, register};
use baton_text::{
    Amount, ByLanguage, Counts, Hit, Lexicon, LexiconBuilder, LexiconError, Mark, NOUNS_EN, Nouns, Reading, Verdict,
    amounts, kind, together,
};

/// What a phrase of the pack is worth.
const WORDS_WEIGHT: f32 = 0.85;
/// Below this a signal would be noise.
const FAINT: f32 = 0.2;
/// From this on it is likelier than not, so the tag and the priority may be told.
const LIKELY: f32 = 0.5;
/// More parts than these tell a reader nothing new.
const MOST_PARTS: usize = 5;
/// Kinds of rules that speak of emergencies; all others speak of sales.
const URGENT_KINDS: [&str; 8] = ["urgent", "safety", "trouble", "cold", "flame", "frail", "now", "stakes"];

/// Rules of this kind say that the asker is small.
const SMALL_KIND: &str = "small";

/// Finds valuable or urgent requests.
#[derive(Debug)]
pub struct HighValue {
    languages: ByLanguage<Language>,
    settings: Settings,
}

/// What the detector knows of a language.
#[derive(Debug)]
struct Language {
    lexicon: Lexicon,
    nouns: Nouns,
}

impl Detector for HighValue {
    const NAME: &'static str = "high-value";
    const SUMMARY: &'static str = "Finds large sales, important contacts and emergencies.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        settings.check()?;
        let language = |name: &str, lexicon: Result<LexiconBuilder, LexiconError>, typos| {
            let mut lexicon = lexicon.map_err(|error| Fault::new(format!("built-in {name}: {error}")))?;
            for word in &settings.words {
                lexicon = lexicon.phrase(&format!("words/{word}"), WORDS_WEIGHT, word);
            }
            let lexicon = lexicon.build(typos);
            let nouns = Nouns::of(&lexicon);
            Ok::<_, Fault>(Language { lexicon, nouns })
        };
        let mut languages = ByLanguage::new(language("English", english(), true)?);
        for (name, file) in OTHERS {
            languages = languages.with(name, language(name, LexiconBuilder::default().read(file), false)?);
        }
        Ok(Self { languages, settings })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let vip = self.settings.vip_confidence > 0.0 && conversation.contact().vip;
        // A short message may be in several languages; the surest counts.
        let surest = self
            .languages
            .candidates(&reading, || conversation.locale())
            .map(|language| self.judge(language, &message.text, &reading, vip))
            .max_by(|one, other| confidence(one).total_cmp(&confidence(other)));
        Ok(surest.unwrap_or_default())
    }
}

register!(Detector, HighValue);

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
        .read(NOUNS_EN)?
        .read(include_str!("../lexicon/sale.en.txt"))?
        .read(include_str!("../lexicon/urgent.en.txt"))?
        .read(include_str!("../lexicon/known.en.txt"))
}

/// How sure the surest signal is.
fn confidence(signals: &[Signal]) -> f32 {
    signals.iter().map(|signal| signal.confidence).fold(0.0, f32::max)
}

impl HighValue {
    fn judge(&self, language: &Language, text: &str, reading: &Reading, vip: bool) -> Vec<Signal> {
        let Language { lexicon, nouns } = language;
        let amounts: Vec<_> = amounts(text, reading, lexicon, nouns)
            .into_iter()
            .filter_map(|amount| self.settings.mark(&amount).map(|name| (name, amount)))
            .collect();
        let marks: Vec<_> = amounts
            .iter()
            .map(|(name, amount)| Mark {
                name,
                range: amount.range.clone(),
            })
            .collect();
        let verdict = lexicon.judge_marked(reading, &marks);
        let signals = [self.sale(&verdict, &amounts, text, vip), self.urgency(&verdict)];
        signals.into_iter().flatten().collect()
    }

    fn sale(&self, verdict: &Verdict<'_>, amounts: &[(&str, Amount)], text: &str, vip: bool) -> Option<Signal> {
        let parts = verdict.by_kind(|kind| !URGENT_KINDS.contains(&kind) && kind != SMALL_KIND);
        // Who asks, and that they want something, is everyday talk: without a size it is no case.
        let parts = if parts.iter().all(|hit| matches!(kind(hit.rule), "intent" | "org")) {
            Vec::new()
        } else {
            parts
        };
        let vip_weight = if vip { self.settings.vip_confidence } else { 0.0 };
        // Two people who name the large plan are no large sale, unless they want much of something or matter otherwise.
        let matters = !amounts.is_empty() || parts.iter().any(|hit| kind(hit.rule) == "vip");
        let small = verdict.by_kind(|kind| kind == SMALL_KIND && !matters).first().copied();
        let size = together(&parts) * (1.0 - small.map_or(0.0, |hit| hit.weight));
        let confidence = (1.0 - (1.0 - size) * (1.0 - vip_weight)).min(0.99);
        let mut signal = found(confidence, &parts, "sales-opportunity")?;
        if let Some(small) = small {
            let told = signal.note.take().unwrap_or_default();
            signal = signal.note(format!("{told}; lowered by {}", small.rule));
        }
        if vip {
            let told = signal.note.take().filter(|note| !note.is_empty());
            signal = signal.note(
                told.into_iter()
                    .chain(["the contact is a VIP".to_owned()])
                    .collect::<Vec<_>>()
                    .join("; "),
            );
        }
        for (_, amount) in amounts.iter().take(2) {
            let field = match amount.counts {
                Counts::Money(_) | Counts::Figure { .. } => "amount",
                Counts::Seats | Counts::Places { .. } | Counts::Things => "seats",
            };
            signal = signal.field(field, &text[amount.range.clone()]);
        }
        Some(signal)
    }

    fn urgency(&self, verdict: &Verdict<'_>) -> Option<Signal> {
        if !self.settings.emergencies {
            return None;
        }
        let parts = verdict.by_kind(|kind| URGENT_KINDS.contains(&kind));
        // Neither is that somebody is old, or that something is for today.
        let parts = if parts
            .iter()
            .all(|hit| matches!(kind(hit.rule), "frail" | "now" | "cold"))
        {
            Vec::new()
        } else {
            parts
        };
        found(together(&parts), &parts, "urgent")
    }
}

/// The signal of the parts that were found, unless they are noise.
fn found(confidence: f32, parts: &[&Hit<'_>], tag: &str) -> Option<Signal> {
    if confidence < FAINT {
        return None;
    }
    let parts = &parts[..parts.len().min(MOST_PARTS)];
    let told: Vec<_> = parts.iter().map(|hit| hit.told()).collect();
    let mut signal = Signal::new(confidence).note(told.join("; "));
    if confidence >= LIKELY {
        signal = signal.tag(tag).priority(Priority::High);
    }
    Some(
        parts
            .iter()
            .fold(signal, |signal, hit| signal.span(hit.range.clone(), hit.rule)),
    )
}

#[cfg(test)]
mod floor;
#[cfg(test)]
mod tests;
