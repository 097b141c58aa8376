//! What a pack may set of `phrases`.

use baton_plugin_sdk::{Fault, Speaker};
use schemars::JsonSchema;
use serde::Deserialize;

/// More examples than these cost more per message than they add.
const MOST_EXAMPLES: usize = 100;
/// Longer than any phrase.
const LONGEST_EXAMPLE_BYTES: usize = 200;

/// Settings of the detector `phrases`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Phrases that a message should sound like; five to ten are a good number. Needed unless `builtin` is set.
    pub examples: Vec<String>,
    /// Phrases that look alike and are not meant. A message that sounds more like one of these is left alone.
    pub not: Vec<String>,
    /// A set of rules that comes with the detector.
    pub builtin: Option<Builtin>,
    /// Whether a misspelt word counts: one letter in words of 5 letters or more, two in words of 9 or more.
    pub typos: bool,
    /// Whose messages are judged.
    pub speakers: Vec<Who>,
    /// Words or phrases that, in a message that sounds like an example, make it urgent.
    pub priority_words: Vec<String>,
    /// Whether words that were learnt from labelled messages count beside the rules of `builtin`.
    pub learnt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            examples: Vec::new(),
            not: Vec::new(),
            builtin: None,
            typos: true,
            speakers: vec![Who::Customer],
            priority_words: Vec::new(),
            learnt: true,
        }
    }
}

/// A set of rules that comes with the detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Builtin {
    /// General requests for a human.
    ExplicitRequest,
}

/// Whose messages are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The contact of the business.
    Customer,
    /// The AI agent.
    Bot,
}

impl Who {
    pub(crate) fn is(self, speaker: Speaker) -> bool {
        match self {
            Self::Customer => speaker == Speaker::Customer,
            Self::Bot => speaker == Speaker::Bot,
        }
    }
}

impl Settings {
    /// Refuses what fits the schema and makes no sense.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.examples.is_empty() && self.builtin.is_none() {
            let remedy = "is empty; give example phrases, five to ten, or set builtin = \"explicit-request\"";
            return Err(Fault::at("/examples", remedy));
        }
        if self.speakers.is_empty() {
            return Err(Fault::at("/speakers", "is empty; name customer, bot or both"));
        }
        for (list, phrases) in [("examples", &self.examples), ("not", &self.not)] {
            if phrases.len() > MOST_EXAMPLES {
                let message = format!("has {} phrases; at most {MOST_EXAMPLES}", phrases.len());
                return Err(Fault::at(format!("/{list}"), message));
            }
            if let Some(index) = phrases.iter().position(|phrase| phrase.len() > LONGEST_EXAMPLE_BYTES) {
                let message = format!("has {} bytes; at most {LONGEST_EXAMPLE_BYTES}", phrases[index].len());
                return Err(Fault::at(format!("/{list}/{index}"), message));
            }
        }
        Ok(())
    }
}
