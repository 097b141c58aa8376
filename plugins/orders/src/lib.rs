//! Detector `orders`: order numbers and refunds, as facts, and refunds above what a bot may grant.
//!
//! One component in two rules of a pack. Without a `limit` it leaves facts: `order_number`, `refund_amount`. With one it
//! says nothing but that a refund exceeds it, so that this rule can have a reason, a role and a promise of its own. A sum
//! counts only with a wish to have it back, in this message or one shortly before; where the customer names no sum, a field
//! of the platform can.

mod settings;
pub use settings::Settings;

mod order_numbers;

use std::ops::Range;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{
    Amount, ByLanguage, Counts, Lexicon, LexiconBuilder, LexiconError, Mark, Nouns, Reading, Shape, Verdict, amounts,
    kind, money,
};

use order_numbers::order_numbers;

/// A wish this sure is one.
const WISH: f32 = 0.6;
/// How many messages back a wish may lie.
const BACK: u32 = 8;
/// More order numbers than these are a list that somebody pasted.
const MOST_ORDERS: usize = 5;

/// Finds order numbers and refunds.
#[derive(Debug)]
pub struct Orders {
    languages: ByLanguage<Language>,
    shapes: Vec<Shape>,
    settings: Settings,
}

/// What the detector knows of a language.
#[derive(Debug)]
struct Language {
    lexicon: Lexicon,
    nouns: Nouns,
}

/// A refund that is wanted.
struct Refund {
    confidence: f32,
    evidence: Vec<(Range<usize>, String)>,
    sum: Option<Sum>,
}

/// How much, and where that was said; nowhere in the message when the platform knows it.
struct Sum {
    value: f64,
    code: &'static str,
    written: String,
}

impl Detector for Orders {
    const NAME: &'static str = "orders";
    const SUMMARY: &'static str = "Finds order numbers, refunds and those above a limit.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        let shapes = settings.check()?;
        let language = |name: &str, file: &str| {
            let lexicon = LexiconBuilder::default()
                .read(file)
                .map_err(|error: LexiconError| Fault::new(format!("built-in {name}: {error}")))?
                .build(name == "English");
            let nouns = Nouns::of(&lexicon);
            Ok::<_, Fault>(Language { lexicon, nouns })
        };
        let english = language("English", include_str!("../lexicon/en.txt"))?;
        let portuguese = language("Portuguese", include_str!("../lexicon/pt.txt"))?;
        Ok(Self {
            languages: ByLanguage::new(english).with("pt", portuguese),
            shapes,
            settings,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        if message.speaker != Speaker::Customer {
            return Ok(Vec::new());
        }
        let reading = Reading::of(&message.text);
        let refund = self.refund(&message.text, &reading, conversation);
        let signal = match self.settings.limit {
            Some(limit) => refund.and_then(|refund| self.above(limit, refund)),
            None => self.facts(&message.text, refund, conversation),
        };
        Ok(signal.into_iter().collect())
    }
}

register!(Detector, Orders);

impl Orders {
    /// The refund that the customer wants, if they want one and it is known how much.
    fn refund(&self, text: &str, reading: &Reading, conversation: &dyn Conversation) -> Option<Refund> {
        let candidates = self.languages.candidates(reading, || conversation.locale());
        let wish = candidates
            .map(|language| self.wish(language, text, reading))
            .max_by(|one, other| one.confidence.total_cmp(&other.confidence))?;
        if wish.confidence >= WISH {
            let sum = wish.sum.or_else(|| self.known_total(conversation));
            return Some(Refund { sum, ..wish });
        }
        // `$450, please`, said to the bot that asked how much.
        let sum = wish.sum.filter(|_| wish.confidence <= 0.0)?;
        let before = conversation.history(BACK);
        let said = before
            .iter()
            .rev()
            .filter(|said| said.speaker == Speaker::Customer)
            .take(2);
        let wished = said.into_iter().any(|said| {
            let reading = Reading::of(&said.text);
            let mut candidates = self.languages.candidates(&reading, || conversation.locale());
            candidates.any(|language| self.wish(language, &said.text, &reading).confidence >= WISH)
        });
        wished.then_some(Refund {
            confidence: 0.85,
            evidence: wish.evidence,
            sum: Some(sum),
        })
    }

    /// What one language hears: how sure a refund is wanted, and the sum that is named with it.
    fn wish(&self, language: &Language, text: &str, reading: &Reading) -> Refund {
        let Language { lexicon, nouns } = language;
        let sums: Vec<_> = amounts(text, reading, lexicon, nouns)
            .into_iter()
            .filter_map(|amount| match amount.counts {
                Counts::Money(code) => Some((code, amount)),
                Counts::Figure { .. } | Counts::Seats | Counts::Places { .. } | Counts::Things => None,
            })
            .collect();
        let mark = |range: &Range<usize>| Mark {
            name: "%sum",
            range: range.clone(),
        };
        let marks: Vec<_> = sums.iter().map(|(_, amount)| mark(&amount.range)).collect();
        let verdict = lexicon.judge_marked(reading, &marks);
        let hits: Vec<_> = verdict.hits().iter().filter(|hit| hit.weight >= 0.3).collect();
        // The sum that stands with the wish; where none does, the largest.
        let with_wish = |range: &Range<usize>| {
            let meets = |hit: &Range<usize>| hit.start < range.end && range.start < hit.end;
            hits.iter().any(|hit| kind(hit.rule) == "sum" && meets(&hit.range))
        };
        let near: Vec<_> = sums.iter().filter(|(_, amount)| with_wish(&amount.range)).collect();
        let chosen = if near.is_empty() { sums.iter().collect() } else { near };
        let owed = |(_, amount): &(&str, Amount)| !paid(&verdict, &amount.range);
        // What was paid is what is wanted back, unless another sum is.
        let sum = chosen
            .into_iter()
            .max_by(|one, other| owed(one).cmp(&owed(other)).then(one.1.value.total_cmp(&other.1.value)));
        let mut evidence: Vec<_> = hits
            .iter()
            .take(3)
            .map(|hit| (hit.range.clone(), hit.rule.to_owned()))
            .collect();
        evidence.extend(sum.map(|(_, amount)| (amount.range.clone(), "a sum".to_owned())));
        Refund {
            confidence: verdict.hits().first().map_or(0.0, |hit| hit.weight),
            evidence,
            sum: sum.map(|(code, amount)| Sum {
                value: amount.value,
                code,
                written: text[amount.range.clone()].to_owned(),
            }),
        }
    }

    /// What the platform says that the order cost.
    fn known_total(&self, conversation: &dyn Conversation) -> Option<Sum> {
        let written = conversation.field(self.settings.total_field.as_deref()?)?;
        let reading = Reading::of(&written);
        let lexicon = &self.languages.pick(&reading, String::new).lexicon;
        let nouns = Nouns::of(lexicon);
        let found = amounts(&written, &reading, lexicon, &nouns).into_iter().next();
        if let Some(amount) = found
            && let Counts::Money(code) = amount.counts
        {
            return Some(Sum {
                value: amount.value,
                code,
                written,
            });
        }
        let bare = baton_text::numbers(&written, &reading).into_iter().next()?;
        Some(Sum {
            value: bare.value,
            code: "USD",
            written,
        })
    }

    fn above(&self, limit: f64, refund: Refund) -> Option<Signal> {
        let sum = refund.sum?;
        let most = money::limit(sum.code, limit, &self.settings.limit_in);
        if sum.value <= most {
            return None;
        }
        let note = format!("a refund of {} is above the limit of {most} {}", sum.written, sum.code);
        let signal = Signal::new(refund.confidence.max(0.8))
            .tag("above-limit")
            .field("refund_amount", sum.written)
            .note(note);
        Some(with(signal, refund.evidence))
    }

    fn facts(&self, text: &str, refund: Option<Refund>, conversation: &dyn Conversation) -> Option<Signal> {
        let last = conversation
            .history(1)
            .pop()
            .filter(|last| last.speaker == Speaker::Bot);
        let mut orders = order_numbers(text, &self.shapes, last.as_ref().map(|last| last.text.as_str()));
        orders.truncate(MOST_ORDERS);
        let sum = refund.as_ref().and_then(|refund| refund.sum.as_ref());
        if orders.is_empty() && sum.is_none() {
            return None;
        }
        let mut signal = Signal::new(0.9);
        let mut named: Vec<String> = orders
            .iter()
            .map(|range| text[range.clone()].to_ascii_uppercase())
            .collect();
        named.dedup();
        if !named.is_empty() {
            signal = signal.field("order_number", named.join(", "));
        }
        if let Some(sum) = sum {
            signal = signal.field("refund_amount", sum.written.clone());
        }
        for range in orders {
            signal = signal.span(range, "an order number");
        }
        Some(with(signal, refund.map_or_else(Vec::new, |refund| refund.evidence)))
    }
}

/// Whether a sum is only what was paid, and another is wanted back.
fn paid(verdict: &Verdict<'_>, range: &Range<usize>) -> bool {
    verdict.change(1.0, range).1 == Some("paid")
}

fn with(signal: Signal, evidence: Vec<(Range<usize>, String)>) -> Signal {
    evidence
        .into_iter()
        .fold(signal, |signal, (range, rule)| signal.span(range, rule))
}

#[cfg(test)]
mod tests;
