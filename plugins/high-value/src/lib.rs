//! Detector `high-value`: large sales, important contacts, emergencies.
//!
//! All three are worth a human at once, so every find asks for the high priority; the tag says which it is. Sums and
//! counts are compared with what the business calls large, since no word list can know that, and are then words to the
//! rules, which know whether a sum is to be spent or was paid. Few customers say all of it in one clause: the rules
//! find the parts of a case (how many, who asks, what they want; what is wrong, to whom, how soon), and parts of
//! different kinds add up.

mod settings;
pub use settings::Settings;

mod case;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{
    Amount, ByLanguage, Counts, Found, Learnt, Lexicon, LexiconBuilder, LexiconError, Mark, NOUNS_EN, Nouns, Reading,
    Verdict, amounts, kind, together,
};

use case::{Case, surest};

/// What a phrase of the pack is worth.
const WORDS_WEIGHT: f32 = 0.85;
/// Kinds of rules that speak of emergencies; all others speak of sales.
const URGENT_KINDS: [&str; 8] = ["urgent", "safety", "trouble", "cold", "flame", "frail", "now", "stakes"];

/// Rules that no everyday word beside them takes back: who asks for sales, or to be shown, wants to buy.
const PLAIN: [&str; 3] = ["sale/contact", "sale/call", "sale/demo"];

/// Rules of this kind say that the asker is small.
const SMALL_KIND: &str = "small";

/// Finds valuable or urgent requests.
#[derive(Debug)]
pub struct HighValue {
    languages: ByLanguage<Language>,
    settings: Settings,
    learnt: Option<Learnt>,
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
        let learnt = settings
            .learnt
            .then(|| Learnt::read(include_bytes!("../learnt/customer.bin")));
        Ok(Self {
            languages,
            learnt: learnt.transpose().map_err(|error| Fault::new(error.to_string()))?,
            settings,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let mut cases = self.cases(&message.text, &reading, conversation);
        if let Some(learnt) = &self.learnt {
            let mut found = found(&cases);
            // What is large was learnt where the usual sums and numbers are.
            found.firm |= self.settings.says_what_is_large()
                && found.rules.first().is_some_and(|(rule, _)| kind(rule) == "scale");
            let english = || self.languages.may_be_english(&reading, || conversation.locale());
            let weighed = learnt.weigh(&message.text, &reading, &found, english);
            case::weigh(&mut cases, &message.text, weighed, self.settings.emergencies);
        }
        if self.settings.vip_confidence > 0.0 && conversation.contact().vip {
            case::strengthen(&mut cases, self.settings.vip_confidence);
        }
        Ok(cases.into_iter().filter_map(Case::signal).collect())
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

impl HighValue {
    /// What the rules say of a message: a sale, an emergency, or both.
    pub fn cases(&self, text: &str, reading: &Reading, conversation: &dyn Conversation) -> Vec<Case<'_>> {
        // A short message may be in several languages; the surest counts.
        self.languages
            .candidates(reading, || conversation.locale())
            .map(|language| self.judge(language, text, reading))
            .max_by(|one, other| surest(one).total_cmp(&surest(other)))
            .unwrap_or_default()
    }

    fn judge<'a>(&self, language: &'a Language, text: &str, reading: &Reading) -> Vec<Case<'a>> {
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
        let cases = [sale(&verdict, &amounts, text), self.urgency(&verdict)];
        cases.into_iter().flatten().collect()
    }

    fn urgency<'a>(&self, verdict: &Verdict<'a>) -> Option<Case<'a>> {
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
        Case::of(together(&parts), &parts, "urgent")
    }
}

fn sale<'a>(verdict: &Verdict<'a>, amounts: &[(&str, Amount)], text: &str) -> Option<Case<'a>> {
    let parts = verdict.by_kind(|kind| !URGENT_KINDS.contains(&kind) && kind != SMALL_KIND);
    // Who asks, and that they want something, is everyday talk: without a size it is no case.
    if parts.iter().all(|hit| matches!(kind(hit.rule), "intent" | "org")) {
        return None;
    }
    // Two people who name the large plan are no large sale, unless they want much of something or matter otherwise.
    let matters = !amounts.is_empty() || parts.iter().any(|hit| kind(hit.rule) == "vip");
    let small = verdict.by_kind(|kind| kind == SMALL_KIND && !matters).first().copied();
    let confidence = together(&parts) * (1.0 - small.map_or(0.0, |hit| hit.weight));
    let mut case = Case::of(confidence, &parts, "sales-opportunity")?;
    case.told.extend(small.map(|hit| format!("lowered by {}", hit.rule)));
    for (_, amount) in amounts.iter().take(2) {
        let field = match amount.counts {
            Counts::Money(_) | Counts::Figure { .. } => "amount",
            Counts::Seats | Counts::Places { .. } | Counts::Things => "seats",
        };
        case.fields.push((field, text[amount.range.clone()].to_owned()));
    }
    Some(case)
}

/// What the rules of all cases found together.
pub fn found<'a>(cases: &[Case<'a>]) -> Found<'a> {
    let mut found = Found::default();
    for case in cases {
        found.rules.extend(case.parts.iter().cloned());
        if case.confidence > found.confidence {
            found.confidence = case.confidence;
            // The parts of the surest case come first.
            let others = found.rules.len() - case.parts.len();
            found.rules.rotate_left(others);
        }
    }
    found.firm_if(|rule| PLAIN.contains(&rule) || rule.starts_with("words/"))
}

#[cfg(test)]
mod floor;
#[cfg(test)]
mod tests;
