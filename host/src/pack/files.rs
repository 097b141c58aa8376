//! Where the parts of a pack come from: the binary itself, or a folder.
//!
//! A pack is written by somebody else, so nothing in it may lead out of it: names are checked by the
//! manifest's form, and a link that points elsewhere is refused here. Sizes are bounded before reading.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::{ConfigError, ConfigErrors, Source, suggest};

/// A manifest of a thousand rules.
const MANIFEST_BYTES: u64 = 1 << 20;
/// A month of chat.
const STORY_BYTES: u64 = 1 << 20;
/// Stories in one pack.
const STORIES: usize = 1_000;
/// A Python or JavaScript guest brings its own interpreter: 12 MB have been seen.
const COMPONENT_BYTES: u64 = 32 << 20;

const MANIFEST: &str = "pack.toml";

/// Names a pack: a built-in one, or a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackRef {
    /// One that every host has.
    BuiltIn(&'static str),
    /// A folder with a `pack.toml`.
    Folder(PathBuf),
}

impl PackRef {
    /// What is written with a slash or begins with a dot is a folder, which starts at `base` where it is relative.
    ///
    /// # Errors
    ///
    /// When it names neither a built-in pack nor a folder that has a `pack.toml`.
    pub fn new(text: &str, base: &Path) -> Result<Self, String> {
        if text.contains(['/', '\\']) || text.starts_with('.') {
            let folder = base.join(text);
            if folder.join(MANIFEST).is_file() {
                return Ok(Self::Folder(folder));
            }
            return Err(format!("no pack at {}: there is no {MANIFEST} in it", folder.display()));
        }
        let names = || EMBEDDED.iter().map(|pack| pack.name);
        names().find(|name| *name == text).map(Self::BuiltIn).ok_or_else(|| {
            let hint = suggest(text, names());
            format!("no built-in pack `{text}`{hint} (a folder is written with a slash: \"./{text}\")")
        })
    }

    /// The packs that every host has.
    pub fn built_in() -> impl Iterator<Item = Self> {
        EMBEDDED.iter().map(|pack| Self::BuiltIn(pack.name))
    }
}

pub(super) struct Embedded {
    name: &'static str,
    manifest: &'static str,
    stories: &'static [(&'static str, &'static str)],
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
}

/// A pack's files.
pub(super) enum Files {
    Embedded(&'static Embedded),
    Folder(PathBuf),
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
        }
    }

    pub(super) fn manifest(&self) -> Result<Source, ConfigErrors> {
        match self {
            Self::Embedded(pack) => Ok(Source::new(self.label(MANIFEST), pack.manifest)),
            Self::Folder(_) => Ok(Source::new(self.label(MANIFEST), self.text(MANIFEST, MANIFEST_BYTES)?)),
        }
    }

    /// Every `stories/*.story` by name: the file as errors name it, and its text.
    pub(super) fn stories(&self) -> Result<Vec<(String, String)>, ConfigErrors> {
        let folder = match self {
            Self::Embedded(pack) => {
                let story = |(name, text): &(&str, &str)| (self.label(&format!("stories/{name}")), (*text).to_owned());
                return Ok(pack.stories.iter().map(story).collect());
            }
            Self::Folder(folder) => folder.join("stories"),
        };
        let fault = |message: String| ConfigError::of_file(&self.label("stories"), message);
        let cannot_list = |e: io::Error| fault(format!("the folder cannot be listed: {e}"));
        let mut names = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(cannot_list(e).into()),
        };
        for entry in entries {
            let name = entry.map_err(cannot_list)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".story") && !name.starts_with('.') {
                names.push(format!("stories/{name}"));
            }
        }
        if names.len() > STORIES {
            return Err(fault(format!("{} stories, at most {STORIES} are read", names.len())).into());
        }
        names.sort();
        let read = |path: String| Ok((self.label(&path), self.text(&path, STORY_BYTES)?));
        names.into_iter().map(read).collect()
    }

    /// A `.wasm` file; the message says why not.
    pub(super) fn component(&self, path: &str) -> Result<Vec<u8>, String> {
        let wasm = match self {
            Self::Embedded(_) => return Err(format!("a built-in pack has no file {path:?}")),
            Self::Folder(folder) => read(folder, path, COMPONENT_BYTES)?,
        };
        if wasm.starts_with(b"\0asm") {
            Ok(wasm)
        } else {
            Err(format!("{path:?} is not Wasm: it does not begin with \\0asm"))
        }
    }

    fn text(&self, path: &str, most: u64) -> Result<String, ConfigError> {
        let fault = |message: String| ConfigError::of_file(&self.label(path), message);
        let bytes = match self {
            Self::Embedded(_) => return Err(fault("not a file".into())),
            Self::Folder(folder) => read(folder, path, most).map_err(fault)?,
        };
        String::from_utf8(bytes).map_err(|e| fault(format!("not UTF-8 from byte {} on", e.utf8_error().valid_up_to())))
    }

    /// A file as errors name it.
    fn label(&self, path: &str) -> String {
        match self {
            Self::Embedded(pack) => format!("built-in {}/{path}", pack.name),
            Self::Folder(folder) => folder.join(path).display().to_string(),
        }
    }
}

fn read(folder: &Path, path: &str, most: u64) -> Result<Vec<u8>, String> {
    let cannot = |e: io::Error| {
        if e.kind() == io::ErrorKind::NotFound {
            format!("no file {path:?} in the pack")
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
