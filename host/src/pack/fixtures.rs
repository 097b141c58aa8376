//! Unit fixtures: one message each, and the rules that must find something in it.
//!
//! A story tells how rules, people and time play together; a fixture only what is heard. So a hundred ways to ask for a
//! human are a hundred lines, and say at once which of them a change of an example has lost.

use baton_core::Speaker;
use schemars::JsonSchema;
use serde::Deserialize;

use super::files::Files;
use super::{Pack, PackRef};
use crate::config::{ConfigErrors, Label, Name, Place, Source, Text};

/// One message, and what must be found in it.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Where it says what must be found.
    pub place: Place,
    /// Whose message it is.
    pub speaker: Speaker,
    /// The message.
    pub text: String,
    /// What the customer had said before, oldest first.
    pub before: Vec<(Speaker, String)>,
    /// The contact's language.
    pub locale: Option<String>,
    /// The rules that fire, sorted.
    pub finds: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Form {
    #[schemars(length(max = 10000))]
    message: Vec<MessageForm>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MessageForm {
    text: String,
    #[serde(default)]
    speaker: By,
    #[serde(default)]
    before: Vec<String>,
    locale: Option<Text<Label>>,
    finds: Vec<Text<Name>>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum By {
    /// The customer.
    #[default]
    Customer,
    /// The bot.
    Bot,
}

impl Pack {
    /// The fixtures of a pack: every `fixtures/*.toml`.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with their form.
    pub fn fixtures(pack: &PackRef) -> Result<Vec<Fixture>, ConfigErrors> {
        let files = Files::open(pack)?;
        let mut all = Vec::new();
        for path in files.list("fixtures", ".toml")? {
            let source = Source::new(files.label(&path), files.text(&path)?);
            let form: Form = source.read()?;
            for (n, message) in form.message.into_iter().enumerate() {
                let MessageForm {
                    text,
                    speaker,
                    before,
                    locale,
                    finds,
                } = message;
                let mut finds: Vec<String> = finds.into_iter().map(String::from).collect();
                finds.sort();
                all.push(Fixture {
                    place: source.place_of(&format!("/message/{n}/finds")),
                    speaker: match speaker {
                        By::Customer => Speaker::Customer,
                        By::Bot => Speaker::Bot,
                    },
                    text,
                    before: before.into_iter().map(|text| (Speaker::Customer, text)).collect(),
                    locale: locale.map(String::from),
                    finds,
                });
            }
        }
        Ok(all)
    }
}
