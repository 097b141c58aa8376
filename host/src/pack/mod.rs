//! Rule packs: a manifest, components and stories, read and checked before anything runs.
//!
//! A pack is data until the plugin host takes it: this part finds every fault that needs no plugin, and
//! keeps the place of every setting, so that a plugin that refuses its settings by JSON Pointer is told
//! like any other fault: with file, line and column.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use baton_core::{Priority, Reason, RoleId, Speaker};
use serde_json::Value;

use crate::config::{Budget, ConfigError, ConfigErrors, HandoverForm, LowerBudget, Place, Source};

mod keys;
pub use keys::{KeyError, PublicKey, SecretKey};

mod archive;
pub use archive::{Archive, ArchiveError, Part};

mod files;
pub use files::PackRef;

mod parts;

mod check;

mod fixtures;
pub use fixtures::Fixture;

mod scaffold;
pub use scaffold::{Scaffold, is_sdk, sdk_beside};

mod shelf;
pub use shelf::{Installed, Shelf, ShelfError, write_whole};

mod manifest;

#[cfg(test)]
mod tests;

use files::Files;
use manifest::Form;

/// The changelog, where the manifest names no other.
const CHANGELOG: &str = "CHANGELOG.md";

/// What a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Finds signals.
    Detector,
    /// Chooses among candidates.
    Strategy,
    /// Writes drafts.
    Template,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Detector => "detector",
            Self::Strategy => "strategy",
            Self::Template => "template",
        })
    }
}

/// The components that every host has.
pub const BUILT_IN: [(Kind, &str); 15] = [
    (Kind::Detector, "phrases"),
    (Kind::Detector, "information-gap"),
    (Kind::Detector, "sentiment"),
    (Kind::Detector, "high-value"),
    (Kind::Detector, "complex-request"),
    (Kind::Detector, "device-codes"),
    (Kind::Detector, "red-flags"),
    (Kind::Detector, "orders"),
    (Kind::Detector, "deals"),
    (Kind::Detector, "matters"),
    (Kind::Strategy, "owner-first"),
    (Kind::Strategy, "round-robin"),
    (Kind::Strategy, "least-loaded"),
    (Kind::Strategy, "skills"),
    (Kind::Template, "standard"),
];

/// A rule pack whose manifest and files are sound.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// Its own version.
    pub version: semver::Version,
    /// One sentence; empty where none was given.
    pub description: String,
    /// Under which terms it may be used: an SPDX expression, such as `Apache-2.0`.
    pub licence: Option<String>,
    /// Who made it.
    pub authors: Vec<String>,
    /// What has changed from version to version: the file's path in the pack, and its text.
    pub changelog: Option<(String, String)>,
    /// Where it was read from.
    pub origin: Origin,
    /// In the order in which they judge.
    pub detectors: Vec<Detector>,
    /// In the order in which they rank: each those candidates whom the ones before it left.
    pub strategies: Vec<Plugin>,
    /// In the order in which they are tried: the first that answers writes the words.
    pub templates: Vec<Plugin>,
    /// Its tests, by name.
    pub stories: Vec<Story>,
    pub(crate) handover: HandoverForm,
    pub(crate) source: Source,
    budget: LowerBudget,
}

/// Where a pack was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program itself, which is trusted as a whole.
    BuiltIn,
    /// A folder, which anybody may change and nobody can sign.
    Folder,
    /// An archive.
    Archive {
        /// Whose signatures it carries; each was checked.
        signed_by: Vec<PublicKey>,
    },
}

/// A rule that finds signals, with what is wanted done about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    /// Its plugin.
    pub plugin: Plugin,
    /// From this confidence on a signal counts by itself: 0 to 1.
    pub threshold: f32,
    /// Why a human is needed.
    pub reason: Reason,
    /// Whether it may open a handover; otherwise it only leaves its tags and topic.
    pub hands_over: bool,
    /// Whose messages it judges; the customer's and the bot's where it does not say. A detector that is not asked costs
    /// nothing.
    pub speaker: Option<Speaker>,
    /// What the handover gets at least.
    pub priority: Priority,
    /// Put on the conversation and its handover.
    pub tags: Vec<String>,
    /// What the conversation is about then.
    pub topic: Option<String>,
    /// The role that should get it.
    pub role: Option<RoleId>,
    /// Skills that whoever gets it should have.
    pub skills: Vec<String>,
}

/// A component and its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// Unique in the pack.
    pub id: String,
    /// What runs.
    pub component: Component,
    /// What `configure` gets: an object.
    pub settings: Value,
    /// Where it stands in the manifest: `/detector/0`.
    at: String,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// One that every host has: a name in [`BUILT_IN`].
    BuiltIn(String),
    /// A file of the pack.
    File {
        /// Its path in the pack.
        path: String,
        /// What is in it: something that begins like Wasm, no more is known.
        wasm: Arc<[u8]>,
    },
}

/// A test of a pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its file's path, as errors name it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub story: baton_core::story::Story,
}

impl Pack {
    /// Reads a pack, built in or from a folder.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn load(pack: &PackRef) -> Result<Self, ConfigErrors> {
        let files = Files::open(pack)?;
        let source = files.manifest()?;
        let form: Form = source.read()?;
        let pack = form.resolve(source, &files)?;
        if let Files::Archive(archive) = &files {
            let (listed, manifest) = (archive.id(), pack.id());
            if listed != manifest {
                let lie = ArchiveError::Id { listed, manifest };
                return Err(ConfigError::of_file(&archive.file, lie.to_string()).into());
            }
        }
        Ok(pack)
    }

    /// `hvac@1.2.0`
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// All its plugins with what they must be, in the order of the manifest.
    pub fn plugins(&self) -> impl Iterator<Item = (Kind, &Plugin)> {
        let detectors = self.detectors.iter().map(|rule| (Kind::Detector, &rule.plugin));
        let strategies = self.strategies.iter().map(|plugin| (Kind::Strategy, plugin));
        let templates = self.templates.iter().map(|plugin| (Kind::Template, plugin));
        detectors.chain(strategies).chain(templates)
    }

    /// What each of its plugins may use under a daemon that allows `most`.
    ///
    /// # Errors
    ///
    /// When it asks for more.
    pub fn budget(&self, most: Budget) -> Result<Budget, ConfigErrors> {
        self.budget.under(most).or_else(|over| {
            let told = over
                .into_iter()
                .map(|(limit, message)| self.source.error(&format!("/budget/{limit}"), message));
            ConfigErrors::check(told.collect()).map(|()| most)
        })
    }

    /// The place of a setting of one of its plugins.
    ///
    /// `pointer` is a JSON Pointer into the settings, as a plugin's fault gives it; the nearest place around
    /// it that is there is told.
    pub fn place_of(&self, plugin: &Plugin, pointer: &str) -> Place {
        self.source.place_of(&plugin.setting(pointer))
    }

    /// The place of something in its manifest, by JSON Pointer, or of the nearest thing around it that is there.
    pub fn place(&self, pointer: &str) -> Place {
        self.source.place_of(pointer)
    }

    /// The error of a plugin that refuses its settings, at the setting that is wrong.
    pub fn settings_error(&self, plugin: &Plugin, pointer: &str, message: &str) -> ConfigError {
        self.source.error(&plugin.setting(pointer), message)
    }

    /// The error of a component that cannot be loaded, at the line that names it.
    pub fn component_error(&self, plugin: &Plugin, message: &str) -> ConfigError {
        self.source.error(&format!("{}/component", plugin.at), message)
    }
}

impl Plugin {
    /// A plugin of the host's own, in no pack's manifest.
    pub(crate) fn built_in(id: &str, component: &str, settings: Value) -> Self {
        Self {
            id: id.to_owned(),
            component: Component::BuiltIn(component.to_owned()),
            settings,
            at: String::new(),
        }
    }

    fn setting(&self, pointer: &str) -> String {
        match pointer.strip_prefix('/') {
            Some(inner) => format!("{}/settings/{inner}", self.at),
            None => format!("{}/settings", self.at),
        }
    }
}

impl std::str::FromStr for PackRef {
    type Err = String;

    /// As the command line names it; a relative path starts at the current folder.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::new(text, Path::new(""))
    }
}
