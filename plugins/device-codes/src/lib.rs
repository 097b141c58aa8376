//! Detector `device-codes`: model and error codes of appliances, as facts for whoever comes.
//!
//! Makers write codes in too many ways for a list, and customers write many things that look alike: flats, postcodes,
//! sizes, refrigerants, orders. So a code's shape says how likely it is one, the words around it and the bot's last
//! question make it sure, and what is known for something else is left out first. A pack adds the shapes of the makers
//! it serves. It hands nothing over; it leaves the fields `model` and `error_code`.

mod settings;
pub use settings::Settings;

mod looks;
mod words;

use baton_plugin_sdk::{Conversation, Detector, Fault, Message, Signal, Speaker, register};
use baton_text::{Shape, tokens};

use looks::{Find, Sort, finds};

/// From this on a find is a fact; the packs' threshold.
const SURE: f32 = 0.7;
/// Below this a find is nobody's evidence.
const FAINT: f32 = 0.4;
/// More error codes than these at once are a table somebody pasted.
const MOST_CODES: usize = 4;

/// Finds model and error codes.
#[derive(Debug)]
pub struct DeviceCodes {
    models: Vec<Shape>,
    errors: Vec<Shape>,
    not: Vec<String>,
}

/// What the bot has just asked for.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    model: bool,
    error: bool,
}

impl Detector for DeviceCodes {
    const NAME: &'static str = "device-codes";
    const SUMMARY: &'static str = "Finds model numbers and error codes of appliances.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        let Settings { models, errors, not } = settings;
        let shapes = |name: &str, texts: &[String]| {
            Shape::parse_all(texts).map_err(|(index, problem)| Fault::at(format!("/{name}/{index}"), problem))
        };
        Ok(Self {
            models: shapes("models", &models)?,
            errors: shapes("errors", &errors)?,
            not: settings::words(&not)?,
        })
    }

    fn detect(&self, message: &Message, conversation: &dyn Conversation) -> Result<Vec<Signal>, String> {
        // The host is asked for the bot's question only where there may be an answer to it.
        if message.speaker != Speaker::Customer || !message.text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(Vec::new());
        }
        let asked = asked(&conversation.history(1));
        let mut found = finds(self, &message.text, &tokens(&message.text), asked);
        found.retain(|find| find.confidence >= FAINT);
        found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let Some(best) = found.first() else {
            return Ok(Vec::new());
        };
        let told: Vec<_> = found.iter().map(|find| find.why).collect();
        let mut signal = Signal::new(best.confidence).note(told[..told.len().min(MOST_CODES)].join("; "));
        for find in found.iter().take(2 * MOST_CODES) {
            signal = signal.span(find.range.clone(), find.why);
        }
        for (sort, name, most) in [(Sort::Model, "model", 1), (Sort::Error, "error_code", MOST_CODES)] {
            let sure = found.iter().filter(|find| find.sort == sort && find.confidence >= SURE);
            if let Some(value) = joined(&message.text, sure, most) {
                signal = signal.field(name, value);
            }
        }
        Ok(vec![signal])
    }
}

register!(Detector, DeviceCodes);

/// What the bot's last message asks for.
fn asked(history: &[Message]) -> Asked {
    let Some(last) = history.last().filter(|last| last.speaker == Speaker::Bot) else {
        return Asked::default();
    };
    let text = last.text.to_lowercase();
    Asked {
        model: ["model", "modelo", "rating plate", "data plate"]
            .iter()
            .any(|word| text.contains(word)),
        error: ["code", "código", "codigo", "display", "pantalla", "error"]
            .iter()
            .any(|word| text.contains(word)),
    }
}

/// Each code once, in the order of the text, in capitals.
fn joined<'a>(text: &str, found: impl Iterator<Item = &'a Find>, most: usize) -> Option<String> {
    let mut kept: Vec<&Find> = found.take(most).collect();
    kept.sort_by_key(|find| find.range.start);
    let mut codes: Vec<String> = Vec::new();
    for find in kept {
        let code = text[find.range.clone()].to_ascii_uppercase();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    (!codes.is_empty()).then(|| codes.join(", "))
}

#[cfg(test)]
mod tests;
