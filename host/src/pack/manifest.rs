//! `pack.toml` as it is written, and what it means.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_core::story::{self, StoryError};
use baton_core::{Priority, Reason, RoleId, Speaker};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::files::Files;
use super::{BUILT_IN, CHANGELOG, Component, Detector, Kind, Pack, Plugin, Story};
use crate::config::{
    ComponentText, ConfigError, ConfigErrors, FilePath, HandoverForm, Interface, Label, LowerBudget, Name, Source,
    Text, suggest,
};

/// All of `pack.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pack: About,
    #[serde(default)]
    #[schemars(length(max = 200))]
    detector: Vec<DetectorForm>,
    #[serde(default)]
    strategy: Plugins,
    #[serde(default)]
    template: Plugins,
    #[serde(default)]
    handover: HandoverForm,
    #[serde(default)]
    budget: LowerBudget,
}

/// `[pack]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct About {
    name: Text<Name>,
    version: Text<semver::Version>,
    #[expect(dead_code, reason = "its format is its check")]
    interface: Text<Interface>,
    #[serde(default)]
    #[schemars(length(max = 500))]
    description: String,
    #[schemars(length(min = 1, max = 100))]
    licence: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 50))]
    authors: Vec<String>,
    changelog: Option<Text<FilePath>>,
}

/// `[[detector]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DetectorForm {
    id: Text<Name>,
    component: Text<ComponentText>,
    #[serde(default = "usual_threshold")]
    #[schemars(range(min = 0, max = 1))]
    threshold: f32,
    reason: Option<Text<Reason>>,
    #[serde(default)]
    effect: Effect,
    speaker: Option<Heard>,
    #[serde(default)]
    priority: PriorityForm,
    #[serde(default)]
    tags: Vec<Text<Label>>,
    #[schemars(length(min = 1, max = 200))]
    topic: Option<String>,
    role: Option<Text<RoleId>>,
    #[serde(default)]
    skills: Vec<Text<Label>>,
    #[serde(default)]
    settings: Map<String, Value>,
}

/// What the built-in detectors' confidences are calibrated for.
fn usual_threshold() -> f32 {
    0.75
}

/// What a signal does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Effect {
    /// It may open a handover.
    #[default]
    HandOver,
    /// It only leaves its tags and topic.
    Tag,
}

/// Whose messages a detector judges.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Heard {
    /// The customer's.
    Customer,
    /// The bot's.
    Bot,
}

impl From<Heard> for Speaker {
    fn from(heard: Heard) -> Self {
        match heard {
            Heard::Customer => Self::Customer,
            Heard::Bot => Self::Bot,
        }
    }
}

/// How soon a human is needed.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PriorityForm {
    /// When there is time.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Urgent, or of high value.
    High,
}

impl From<PriorityForm> for Priority {
    fn from(form: PriorityForm) -> Self {
        match form {
            PriorityForm::Low => Self::Low,
            PriorityForm::Medium => Self::Medium,
            PriorityForm::High => Self::High,
        }
    }
}

/// `[strategy]`, or several as `[[strategy]]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Plugins {
    Several(Vec<PluginForm>),
    One(PluginForm),
}

impl Default for Plugins {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PluginForm {
    /// The component's name where it is not given.
    id: Option<Text<Name>>,
    component: Text<ComponentText>,
    #[serde(default)]
    settings: Map<String, Value>,
}

impl Form {
    pub(super) fn resolve(self, source: Source, files: &Files) -> Result<Pack, ConfigErrors> {
        let Self {
            pack,
            detector,
            strategy,
            template,
            handover,
            budget,
        } = self;
        let About {
            name,
            version,
            interface: _,
            description,
            licence,
            authors,
            changelog,
        } = pack;
        let mut reader = Reader {
            source: &source,
            files,
            ids: BTreeSet::new(),
            errors: Vec::new(),
        };
        let detectors = detector.into_iter().enumerate();
        let detectors = detectors
            .filter_map(|(n, form)| reader.detector(&format!("/detector/{n}"), form))
            .collect();
        let strategies = reader.plugins(Kind::Strategy, strategy);
        let templates = reader.plugins(Kind::Template, template);
        let mut errors = reader.errors;
        errors.extend(handover.check_reasons(&source, "/handover"));
        let changelog = changelog_of(files, changelog.map(String::from)).unwrap_or_else(|message| {
            errors.push(source.error("/pack/changelog", message));
            None
        });
        let stories = stories(files).unwrap_or_else(|wrong| {
            errors.extend(wrong);
            Vec::new()
        });
        ConfigErrors::check(errors)?;
        Ok(Pack {
            name: name.into(),
            version: version.0,
            description,
            licence,
            authors,
            changelog,
            origin: files.origin(),
            detectors,
            strategies,
            templates,
            stories,
            handover,
            budget,
            source,
        })
    }
}

/// The changelog's path and text: the file that is named, or the usual one where it is there.
fn changelog_of(files: &Files, named: Option<String>) -> Result<Option<(String, String)>, String> {
    let usual = || Some(CHANGELOG.to_owned()).filter(|path| files.has(path));
    let Some(path) = named.or_else(usual) else {
        return Ok(None);
    };
    let text = files.text(&path).map_err(|e| e.message)?;
    Ok(Some((path, text)))
}

fn stories(files: &Files) -> Result<Vec<Story>, ConfigErrors> {
    let (mut stories, mut errors) = (Vec::new(), Vec::new());
    for (file, text) in files.stories()? {
        match story::Story::parse(&text) {
            Ok(story) => stories.push(Story { file, text, story }),
            Err(StoryError { line, column, message }) => {
                errors.push(Source::new(file, text).error_at(line, column, message));
            }
        }
    }
    ConfigErrors::check(errors).map(|()| stories)
}

struct Reader<'a> {
    source: &'a Source,
    files: &'a Files,
    ids: BTreeSet<String>,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn error(&mut self, pointer: &str, message: impl Into<String>) {
        self.errors.push(self.source.error(pointer, message));
    }

    fn detector(&mut self, at: &str, form: DetectorForm) -> Option<Detector> {
        let DetectorForm {
            id,
            component,
            threshold,
            reason,
            effect,
            speaker,
            priority,
            tags,
            topic,
            role,
            skills,
            settings,
        } = form;
        let id = String::from(id);
        let reason = match (effect, reason) {
            (_, Some(Text(reason))) => Some(reason),
            (Effect::Tag, None) => Reason::new(&id).ok(),
            (Effect::HandOver, None) => {
                self.error(
                    at,
                    format!("the rule `{id}` hands over without a `reason`; name one, or set `effect = \"tag\"`"),
                );
                None
            }
        };
        if effect == Effect::Tag && tags.is_empty() && topic.is_none() {
            self.error(
                at,
                format!("the rule `{id}` leaves nothing behind; give it `tags` or a `topic`"),
            );
        }
        let plugin = self.plugin(Kind::Detector, at.to_owned(), id, component.into(), settings)?;
        Some(Detector {
            plugin,
            threshold,
            reason: reason?,
            hands_over: effect == Effect::HandOver,
            speaker: speaker.map(Into::into),
            priority: priority.into(),
            tags: tags.into_iter().map(String::from).collect(),
            topic,
            role: role.map(|Text(role)| role),
            skills: skills.into_iter().map(String::from).collect(),
        })
    }

    fn plugins(&mut self, kind: Kind, forms: Plugins) -> Vec<Plugin> {
        let forms = match forms {
            Plugins::One(form) => vec![(format!("/{kind}"), form)],
            Plugins::Several(forms) => forms
                .into_iter()
                .enumerate()
                .map(|(n, form)| (format!("/{kind}/{n}"), form))
                .collect(),
        };
        let plugin = |(at, form)| {
            let PluginForm {
                id,
                component,
                settings,
            } = form;
            let of_component = || component.as_ref().trim_end_matches(".wasm").replace('/', "-");
            let id = id.map_or_else(of_component, String::from);
            self.plugin(kind, at, id, component.into(), settings)
        };
        forms.into_iter().filter_map(plugin).collect()
    }

    fn plugin(
        &mut self,
        kind: Kind,
        at: String,
        id: String,
        component: String,
        settings: Map<String, Value>,
    ) -> Option<Plugin> {
        if !self.ids.insert(id.clone()) {
            self.error(
                &format!("{at}/id"),
                format!("the id `{id}` is there twice; each plugin of a pack needs its own"),
            );
        }
        let component = if component.ends_with(".wasm") {
            let wasm = self.files.component(&component);
            wasm.map(|wasm| Component::File {
                wasm: Arc::from(wasm),
                path: component,
            })
        } else {
            built_in(kind, &component).map(|()| Component::BuiltIn(component))
        };
        let component = component
            .map_err(|message| self.error(&format!("{at}/component"), message))
            .ok()?;
        Some(Plugin {
            id,
            component,
            settings: Value::Object(settings),
            at,
        })
    }
}

fn built_in(kind: Kind, name: &str) -> Result<(), String> {
    if BUILT_IN.contains(&(kind, name)) {
        return Ok(());
    }
    if let Some((other, _)) = BUILT_IN.iter().find(|(_, known)| *known == name) {
        return Err(format!("`{name}` is a {other}, a {kind} is wanted here"));
    }
    let names = BUILT_IN.iter().filter(|(k, _)| *k == kind).map(|(_, name)| *name);
    Err(format!(
        "no built-in {kind} `{name}`{} (a file of the pack ends in .wasm)",
        suggest(name, names)
    ))
}
