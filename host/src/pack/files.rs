//! Where the parts of a pack come from: the binary itself, a folder, or an archive.
//!
//! A pack is written by somebody else, so nothing in it may lead out of it: names are checked by the
//! manifest's form, and a link that points elsewhere is refused here. Sizes are bounded before reading.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use super::archive::{Archive, ArchiveError};
use super::{Installed, Origin, Shelf};
use crate::config::{ConfigError, ConfigErrors, Source, suggest};

/// A manifest of a thousand rules, a month of chat as a story, ten years of changes.
const TEXT_BYTES: u64 = 1 << 20;
/// A Python or JavaScript guest brings its own interpreter: 12 MB have been seen.
const COMPONENT_BYTES: u64 = 32 << 20;
/// Stories, or fixtures, of one pack.
const IN_ONE_FOLDER: usize = 1_000;

pub(super) const MANIFEST: &str = "pack.toml";

/// How an archive's name ends.
pub(super) const ENDING: &str = ".baton";

/// Names a pack: a built-in one, a folder, or an archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackRef {
    /// One that every host has.
    BuiltIn(&'static str),
    /// A folder with a `pack.toml`.
    Folder(PathBuf),
    /// What `baton pack build` wrote.
    Archive(PathBuf),
}

impl PackRef {
    /// What ends in `.baton` is an archive; what is written with a slash or begins with a dot is a folder. A relative one
    /// starts at `base`.
    ///
    /// # Errors
    ///
    /// When it names neither an archive, nor a folder that has a `pack.toml`, nor a built-in pack.
    pub fn new(text: &str, base: &Path) -> Result<Self, String> {
        if text.ends_with(ENDING) {
            let file = base.join(text);
            return match file.is_file() {
                true => Ok(Self::Archive(file)),
                false => Err(format!("no pack at {}: there is no such file", file.display())),
            };
        }
        if text.contains(['/', '\\']) || text.starts_with('.') {
            let folder = base.join(text);
            if folder.join(MANIFEST).is_file() {
                return Ok(Self::Folder(folder));
            }
            return Err(format!("no pack at {}: there is no {MANIFEST} in it", folder.display()));
        }
        Self::find(text, base, &Shelf::none())
    }

    /// As [`PackRef::new`], with the packs that are installed: a word is a built-in pack, else the highest version of an
    /// installed one; `hvac@1.2.0` is that version, built in or installed.
    ///
    /// # Errors
    ///
    /// When there is none, with what it may have meant.
    pub fn find(text: &str, base: &Path, shelf: &Shelf) -> Result<Self, String> {
        if Self::is_path(text) {
            return Self::new(text, base);
        }
        Self::named(text, shelf).map_err(|e| match text.contains('@') {
            true => e,
            false => format!("{e} (a folder is written with a slash: \"./{text}\")"),
        })
    }

    /// Whether `text` means a file or folder, not a name.
    pub fn is_path(text: &str) -> bool {
        text.ends_with(ENDING) || text.contains(['/', '\\']) || text.starts_with('.')
    }

    /// A built-in or installed pack, by `name` or `name@version`.
    ///
    /// # Errors
    ///
    /// When there is none, with what it may have meant.
    pub fn named(text: &str, shelf: &Shelf) -> Result<Self, String> {
        let (name, version) = match text.split_once('@') {
            None => (text, None),
            Some((name, version)) => {
                let version = version.parse::<Version>();
                let wrong = |e| format!("{text:?} names no version: {e}; write it as \"{name}@1.2.0\"");
                (name, Some(version.map_err(wrong)?))
            }
        };
        let built_in = EMBEDDED.iter().find(|pack| pack.name == name);
        let fits = |pack: &&Embedded| version.as_ref().is_none_or(|version| pack.version() == *version);
        if let Some(found) = built_in.filter(fits) {
            return Ok(Self::BuiltIn(found.name));
        }
        let there = shelf.list().map_err(|e| e.to_string())?;
        let mut of_name = there.iter().filter(|pack| pack.name == name);
        let found = match &version {
            Some(version) => of_name.find(|pack| pack.version == *version),
            None => Shelf::highest(of_name),
        };
        found
            .map(|pack| Self::Archive(pack.file.clone()))
            .ok_or_else(|| missing(text, name, &there))
    }

    /// The packs that every host has.
    pub fn built_in() -> impl Iterator<Item = Self> {
        EMBEDDED.iter().map(|pack| Self::BuiltIn(pack.name))
    }
}

/// Why a word names no pack.
fn missing(text: &str, name: &str, there: &[Installed]) -> String {
    let built_in = EMBEDDED.iter().map(|pack| (pack.name, pack.version()));
    let installed = there.iter().map(|pack| (pack.name.as_str(), pack.version.clone()));
    let all: Vec<(&str, Version)> = built_in.chain(installed).collect();
    let versions: Vec<_> = all.iter().filter(|(known, _)| *known == name).collect();
    if !versions.is_empty() {
        let versions: Vec<_> = versions
            .iter()
            .map(|(name, version)| format!("`{name}@{version}`"))
            .collect();
        return format!("no pack `{text}`; there is {}", versions.join(", "));
    }
    let hint = suggest(name, all.iter().map(|(name, _)| *name));
    format!("no built-in or installed pack `{text}`{hint}")
}

pub(super) struct Embedded {
    name: &'static str,
    manifest: &'static str,
    stories: &'static [(&'static str, &'static str)],
}

impl Embedded {
    fn version(&self) -> Version {
        #[derive(serde::Deserialize)]
        struct Head {
            pack: About,
        }
        #[derive(serde::Deserialize)]
        struct About {
            version: String,
        }
        let sound = "a test loads every built-in pack";
        let head: Head = toml::from_str(self.manifest).expect(sound);
        head.pack.version.parse().expect(sound)
    }
}

macro_rules! embedded {
    ($($name:literal: [$($story:literal),*],)*) => {
        /// The packs in `plugins/packs` that the binary carries.
        const EMBEDDED: &[Embedded] = &[$(Embedded {
            name: $name,
            manifest: include_str!(concat!("../../../plugins/packs/", $name, "/pack.toml")),
            stories: &[$((
                $story,
                include_str!(concat!("../../../plugins/packs/", $name, "/stories/", $story)),
            )),*],
        }),*];
    };
}

embedded! {
    "default": [
        "custom-quote.story",
        "explicit-request.story",
        "information-gap.story",
        "phrase-call-me.story",
        "phrase-human.story",
        "phrase-manager.story",
        "phrase-not-answered.story",
        "phrase-not-understood.story",
        "phrase-person-help.story",
        "phrase-quote.story",
        "phrase-support.story",
        "phrase-urgent.story",
        "upset.story",
        "urgent.story"
    ],
    "hvac": ["emergency.story", "walkthrough.story"],
    "home-services": [
        "big-job.story",
        "device-codes.story",
        "emergencia.story",
        "emergency-ladder.story",
        "emergency.story",
        "information-gap.story",
        "missed-visit-lapses.story",
        "missed-visit.story",
        "no-code.story",
        "not-an-emergency.story",
        "not-understood.story",
        "quote.story",
        "sin-urgencia.story",
        "upset.story",
        "visit-that-will-be.story",
        "walkthrough.story"
    ],
    "healthcare": [
        "clinical-question.story",
        "infant.story",
        "information-gap.story",
        "keine-rote-fahne.story",
        "person.story",
        "prescription.story",
        "records.story",
        "red-flag-denied.story",
        "red-flag-ladder.story",
        "red-flag-later.story",
        "red-flag.story",
        "rote-fahnen.story",
        "test-results.story",
        "upset.story",
        "words-of-suicide.story"
    ],
    "professional-services": [
        "advice.story",
        "conflict.story",
        "deadline-ladder.story",
        "deadline.story",
        "each-matter.story",
        "francais.story",
        "information-gap.story",
        "intake.story",
        "large-mandate.story",
        "no-deadline.story",
        "no-matter.story",
        "owner.story",
        "pas-de-dossier.story",
        "person.story",
        "proposal.story",
        "upset.story"
    ],
    "ecommerce": [
        "delivery.story",
        "devolucao.story",
        "escalation.story",
        "exception.story",
        "information-gap.story",
        "large-order.story",
        "manager-is-out.story",
        "policy.story",
        "politica.story",
        "refund-above-limit.story",
        "refund-below-limit.story",
        "refund-of-known-total.story",
        "return.story",
        "upset.story"
    ],
    "saas-sales": [
        "churn.story",
        "demo.story",
        "deutsch.story",
        "information-gap.story",
        "kein-anlass.story",
        "large-deal.story",
        "no-churn.story",
        "no-deal.story",
        "nobody-answers.story",
        "owner.story",
        "security-review.story",
        "small-deal.story",
        "terms.story",
        "upset.story"
    ],
}

/// A pack's files.
pub(super) enum Files {
    Embedded(&'static Embedded),
    Folder(PathBuf),
    Archive(Archive),
}

impl Files {
    pub(super) fn open(pack: &PackRef) -> Result<Self, ConfigErrors> {
        match pack {
            PackRef::BuiltIn(name) => {
                let found = EMBEDDED.iter().find(|pack| pack.name == *name);
                let missing = || ConfigError::of_file(name, "no such built-in pack");
                Ok(Self::Embedded(found.ok_or_else(missing)?))
            }
            PackRef::Folder(folder) => Ok(Self::Folder(folder.clone())),
            PackRef::Archive(file) => {
                let told = |e: ArchiveError| ConfigError::of_file(&file.display().to_string(), e.to_string());
                Ok(Self::Archive(Archive::open(file).map_err(told)?))
            }
        }
    }

    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Embedded(_) => Origin::BuiltIn,
            Self::Folder(_) => Origin::Folder,
            Self::Archive(archive) => Origin::Archive {
                signed_by: archive.signed_by.clone(),
            },
        }
    }

    pub(super) fn manifest(&self) -> Result<Source, ConfigErrors> {
        Ok(Source::new(self.label(MANIFEST), self.text(MANIFEST)?))
    }

    /// Every `stories/*.story` by name: the file as errors name it, and its text.
    pub(super) fn stories(&self) -> Result<Vec<(String, String)>, ConfigErrors> {
        let read = |path: String| Ok((self.label(&path), self.text(&path)?));
        self.list("stories", ".story")?.into_iter().map(read).collect()
    }

    /// A `.wasm` file; the message says why not.
    pub(super) fn component(&self, path: &str) -> Result<Vec<u8>, String> {
        let wasm = self.read(path)?;
        if wasm.starts_with(b"\0asm") {
            Ok(wasm)
        } else {
            Err(format!("{path:?} is not Wasm: it does not begin with \\0asm"))
        }
    }

    /// The paths of what lies right in a folder of the pack and ends like this, sorted; none where there is no such folder.
    pub(super) fn list(&self, folder: &str, ending: &str) -> Result<Vec<String>, ConfigErrors> {
        let fault = |message: String| ConfigError::of_file(&self.label(folder), message);
        let mut names = match self {
            Self::Embedded(pack) if folder == "stories" => {
                pack.stories.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
            Self::Embedded(_) => Vec::new(),
            Self::Archive(archive) => {
                let inside = |path: &String| Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
                archive.parts.keys().filter_map(inside).collect()
            }
            Self::Folder(root) => {
                entries(&root.join(folder)).map_err(|e| fault(format!("the folder cannot be listed: {e}")))?
            }
        };
        names.retain(|name| name.ends_with(ending) && !name.starts_with('.') && !name.contains('/'));
        if names.len() > IN_ONE_FOLDER {
            return Err(fault(format!("{} files, at most {IN_ONE_FOLDER} are read", names.len())).into());
        }
        names.sort();
        Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Embedded(_) => path == MANIFEST,
            Self::Folder(folder) => folder.join(path).is_file(),
            Self::Archive(archive) => archive.parts.contains_key(path),
        }
    }

    /// The bytes of a file, no more of them than its kind may have; the message says why not.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Embedded(pack) => {
                let story = || {
                    Some(
                        pack.stories
                            .iter()
                            .find(|(name, _)| path.strip_prefix("stories/") == Some(*name))?
                            .1,
                    )
                };
                let text = if path == MANIFEST { Some(pack.manifest) } else { story() };
                let none = || format!("a built-in pack has no file {path:?}");
                Ok(text.ok_or_else(none)?.as_bytes().to_vec())
            }
            Self::Folder(folder) => read(folder, path, most_bytes(path)),
            Self::Archive(archive) => {
                let none = || format!("no file {path:?} in the pack");
                archive.parts.get(path).cloned().ok_or_else(none)
            }
        }
    }

    /// A file's text; the error names the file.
    pub(super) fn text(&self, path: &str) -> Result<String, ConfigError> {
        let fault = |message: String| ConfigError::of_file(&self.label(path), message);
        let bytes = self.read(path).map_err(fault)?;
        String::from_utf8(bytes).map_err(|e| fault(format!("not UTF-8 from byte {} on", e.utf8_error().valid_up_to())))
    }

    /// A file as errors name it.
    pub(super) fn label(&self, path: &str) -> String {
        match self {
            Self::Embedded(pack) => format!("built-in {}/{path}", pack.name),
            Self::Folder(folder) => folder.join(path).display().to_string(),
            Self::Archive(archive) => format!("{}/{path}", archive.file),
        }
    }
}

/// What a part may have, by its kind; what is bigger is not read.
pub(super) fn most_bytes(path: &str) -> u64 {
    if path.ends_with(".wasm") {
        COMPONENT_BYTES
    } else {
        TEXT_BYTES
    }
}

/// The names of what lies in a folder; none where it is not there.
fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn read(folder: &Path, path: &str, most: u64) -> Result<Vec<u8>, String> {
    let cannot = |e: io::Error| {
        if e.kind() == io::ErrorKind::NotFound {
            let remedy = match path.starts_with("target/") {
                true => "; build it first: cargo build --release --target wasm32-wasip2",
                false => "",
            };
            format!("no file {path:?} in the pack{remedy}")
        } else {
            format!("{path:?} cannot be read: {e}")
        }
    };
    let root = folder.canonicalize().map_err(cannot)?;
    let file = root.join(path).canonicalize().map_err(cannot)?;
    if !file.starts_with(&root) {
        return Err(format!("{path:?} leads out of the pack"));
    }
    let about = fs::metadata(&file).map_err(cannot)?;
    if !about.is_file() {
        return Err(format!("{path:?} is not a file"));
    }
    if about.len() > most {
        return Err(format!("{path:?} has {} bytes, at most {most} are read", about.len()));
    }
    fs::read(&file).map_err(cannot)
}
