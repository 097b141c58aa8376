//! The texts of a pack and the built-in ones: checked, compiled and chosen among.
//!
//! A text of the pack always goes before a built-in one. Among a pack's texts the customer's language decides first,
//! then the number of conditions, then which ones (hours, priority, reason), then the order in the file.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use baton_plugin_sdk::{Circumstances, Contact, Fault, Handover, Message, Priority, Promise, TestConversation};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter};

use crate::defaults::{LABELS, MESSAGES, Messages};
use crate::facts::Facts;
use crate::settings::{Hours, Settings, Text, Urgency};
use crate::wording;

pub(crate) const TITLE: &str = "title";
pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const RETURNING: &str = "returning";

/// Longer than any text that a customer reads on a phone.
const LONGEST_TEXT_BYTES: usize = 8_192;
/// More texts than these are a mistake.
const MOST_TEXTS: usize = 200;

/// Compiled texts.
#[derive(Debug)]
pub(crate) struct Texts {
    environment: Environment<'static>,
    texts: Vec<Text>,
    labels: BTreeMap<String, String>,
    language: String,
    returns_with_words: bool,
}

impl Texts {
    pub(crate) fn new(settings: Settings) -> Result<Self, Fault> {
        let Settings {
            texts,
            title,
            description,
            returning,
            labels,
            language,
        } = settings;
        if !wording::is_spoken(&language) {
            return Err(Fault::at(
                "/language",
                format!("is `{language}`; one of en, de, es, fr, pt"),
            ));
        }
        if texts.len() > MOST_TEXTS {
            return Err(Fault::at(
                "/texts",
                format!("has {} texts; at most {MOST_TEXTS}", texts.len()),
            ));
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(printed);
        let blocks_leave_no_lines = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| Fault::new(told(&error)))?;
        environment.set_syntax(blocks_leave_no_lines);
        let mut sources = Vec::new();
        for messages in &MESSAGES {
            let Messages {
                language,
                standard,
                urgent,
                closed,
                gap,
            } = messages;
            for (kind, source) in [
                ("standard", standard),
                ("urgent", urgent),
                ("closed", closed),
                ("gap", gap),
            ] {
                sources.push((format!("{language}/{kind}"), String::new(), (*source).to_owned()));
            }
        }
        for (index, text) in texts.iter().enumerate() {
            sources.push((
                format!("texts/{index}"),
                format!("/texts/{index}/message"),
                text.message.clone(),
            ));
        }
        let returns_with_words = !returning.trim().is_empty();
        for (name, source) in [(TITLE, title), (DESCRIPTION, description), (RETURNING, returning)] {
            sources.push((name.to_owned(), format!("/{name}"), source));
        }
        let mut made = Self {
            environment,
            texts,
            labels,
            language,
            returns_with_words,
        };
        let (full, bare) = (made.full_sample(), made.bare_sample());
        for (name, pointer, source) in sources {
            made.add(name, &pointer, source, &full, &bare)?;
        }
        Ok(made)
    }

    /// The language of the task and of texts without a locale.
    pub(crate) fn language(&self) -> &str {
        &self.language
    }

    pub(crate) fn returns_with_words(&self) -> bool {
        self.returns_with_words
    }

    /// Words for a reason.
    pub(crate) fn label(&self, reason: &str) -> String {
        let built_in = || {
            LABELS
                .iter()
                .find(|(known, _)| *known == reason)
                .map(|(_, label)| (*label).to_owned())
        };
        self.labels
            .get(reason)
            .cloned()
            .or_else(built_in)
            .unwrap_or_else(|| reason.replace('-', " "))
    }

    /// The name of the text that the customer reads, and its language.
    pub(crate) fn message_for(
        &self,
        handover: &Handover,
        circumstances: &Circumstances,
        locale: &str,
    ) -> (String, &str) {
        let hours = if circumstances.open { Hours::Open } else { Hours::Closed };
        let priority = Urgency::of(handover.priority);
        let holds = |text: &Text| {
            text.reason.as_ref().is_none_or(|reason| *reason == handover.reason)
                && text.priority.is_none_or(|wanted| wanted == priority)
                && text.hours.is_none_or(|wanted| wanted == hours)
        };
        let best = self
            .texts
            .iter()
            .enumerate()
            .filter(|(_, text)| holds(text))
            .filter_map(|(index, text)| Some((nearness(text.locale.as_deref(), locale)?, index, text)))
            .max_by_key(|(nearness, index, text)| (*nearness, precision(text), Reverse(*index)));
        if let Some((_, index, text)) = best {
            let language = text.locale.as_deref().map_or(self.language(), language);
            return (format!("texts/{index}"), language);
        }
        let kind = match (hours, priority) {
            (Hours::Closed, _) => "closed",
            (Hours::Open, Urgency::High) => "urgent",
            (Hours::Open, Urgency::Low | Urgency::Medium) if handover.reason == "information-gap" => "gap",
            (Hours::Open, Urgency::Low | Urgency::Medium) => "standard",
        };
        let spoken = MESSAGES
            .iter()
            .find(|messages| messages.language.eq_ignore_ascii_case(language(locale)));
        let language = spoken.unwrap_or(&MESSAGES[0]).language;
        (format!("{language}/{kind}"), language)
    }

    /// Renders a text that was checked when it was added.
    pub(crate) fn render(&self, name: &str, facts: &Facts) -> Result<String, String> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(Serde(facts)))
            .map_err(|error| format!("text `{name}`: {}", told(&error)))
    }

    fn add(&mut self, name: String, pointer: &str, source: String, full: &Facts, bare: &Facts) -> Result<(), Fault> {
        if source.len() > LONGEST_TEXT_BYTES {
            let message = format!("has {} bytes; at most {LONGEST_TEXT_BYTES}", source.len());
            return Err(Fault::at(pointer, message));
        }
        let refuse = |error: Error| Fault::at(pointer, told(&error));
        self.environment
            .add_template_owned(name.clone(), source)
            .map_err(refuse)?;
        let template = self.environment.get_template(&name).map_err(refuse)?;
        // Found even where neither sample goes: behind a condition on the reason, say.
        let known: Vec<String> = Value::from(Serde(full))
            .try_iter()
            .map_err(refuse)?
            .map(|name| name.to_string())
            .collect();
        if let Some(unknown) = template
            .undeclared_variables(false)
            .iter()
            .filter(|name| {
                !known.contains(name) && self.environment.globals().all(|(global, _)| global != name.as_str())
            })
            .min()
        {
            return Err(Fault::at(
                pointer,
                format!("names `{unknown}`, which is no fact; known are {}", known.join(", ")),
            ));
        }
        for facts in [full, bare] {
            template.render(Serde(facts)).map_err(refuse)?;
        }
        Ok(())
    }

    /// A handover of which everything is known.
    fn full_sample(&self) -> Facts {
        let word = || "sample".to_owned();
        let handover = Handover {
            reason: "explicit-request".to_owned(),
            priority: Priority::High,
            tags: vec![word()],
            topic: Some(word()),
            request: word(),
            evidence: vec![word(), word()],
            note: Some(word()),
            role: Some(word()),
            skills: vec![word()],
            ..Handover::default()
        };
        let promise = Promise {
            within_minutes: 120,
            business_time: true,
            due_at_ms: 0,
            due_local: word(),
        };
        let circumstances = Circumstances {
            business: word(),
            promise: Some(promise),
            open: false,
            opens_local: Some(word()),
            alternate_contact: Some(word()),
            emergency_line: Some(word()),
            assignee: Some(word()),
        };
        let contact = Contact {
            name: Some(word()),
            phone: Some(word()),
            email: Some(word()),
            vip: true,
            ..Contact::default()
        };
        let conversation = TestConversation::default()
            .contact(contact)
            .field("model", "sample")
            .said(Message::customer("sample"))
            .said(Message::bot("sample"));
        let mut facts = Facts::of(&handover, &circumstances, &conversation, self);
        facts.speak(&self.language, circumstances.promise.as_ref());
        facts
    }

    /// A handover of which nothing is known that may be missing.
    fn bare_sample(&self) -> Facts {
        let circumstances = Circumstances::default();
        let mut facts = Facts::of(&Handover::default(), &circumstances, &TestConversation::default(), self);
        facts.speak(&self.language, None);
        facts
    }
}

/// How well a text's locale fits the customer's: 2 with the region, 1 by language, 0 when it is for all.
fn nearness(wanted: Option<&str>, locale: &str) -> Option<u8> {
    match wanted {
        None => Some(0),
        Some(wanted) if wanted.eq_ignore_ascii_case(locale) => Some(2),
        Some(wanted) if wanted.eq_ignore_ascii_case(language(locale)) => Some(1),
        Some(_) => None,
    }
}

/// The number of conditions, then which ones.
fn precision(text: &Text) -> (u8, bool, bool, bool) {
    let given = (text.hours.is_some(), text.priority.is_some(), text.reason.is_some());
    (
        u8::from(given.0) + u8::from(given.1) + u8::from(given.2),
        given.0,
        given.1,
        given.2,
    )
}

fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

/// Prints a value; one that is not known is an error, or a customer would read the word `none`.
fn printed(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        let remedy = "prints a fact that may be missing; put it between {% if … %} and {% endif %}";
        return Err(Error::new(ErrorKind::InvalidOperation, remedy));
    }
    escape_formatter(out, state, value)
}

fn told(error: &Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    match error.detail() {
        Some(detail) => format!("{line}{}: {detail}", error.kind()),
        None => format!("{line}{}", error.kind()),
    }
}
