//! The folder of installed packs: one archive per version, named for what it holds.
//!
//! There is no index to disagree with the folder: what is there is installed, what is not is not. A pack comes whole
//! (written aside, synced, renamed) and never changes, so several versions stand side by side and going back to one
//! is naming it.

use std::cmp::Reverse;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use semver::Version;

use super::files::ENDING;
use super::{Archive, ArchiveError, PackRef};

/// Archives that are listed; a folder with more is not one of ours.
const MOST: usize = 10_000;

/// The folder of installed packs; it may be not there yet.
#[derive(Debug, Clone)]
pub struct Shelf(Option<PathBuf>);

/// An installed pack, by its file's name; what is in the file is checked when it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// `hvac`
    pub name: String,
    /// `1.2.0`
    pub version: Version,
    /// Its archive.
    pub file: PathBuf,
}

/// Why a pack was not installed, removed or listed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The folder of packs.
    #[error("the folder of installed packs, {folder}, cannot be {action}")]
    Folder {
        /// The folder.
        folder: String,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Two packs with one id.
    #[error("another {id} is {there} already, with other parts; give yours a version of its own")]
    OtherContent {
        /// `hvac@1.2.0`
        id: String,
        /// `installed`, or `built in`.
        there: &'static str,
    },
    /// A downgrade that nobody asked for.
    #[error(
        "{id} is older than {than}, which is installed; to install the older one beside it, say so by name: --downgrade {id}"
    )]
    Downgrade {
        /// What was to be installed.
        id: String,
        /// The highest version that is there.
        than: String,
    },
    /// Nothing of that name.
    #[error("no pack {id} is installed; `baton pack list --installed` shows what is")]
    NotThere {
        /// As it was named.
        id: String,
    },
    /// The archive cannot be written as it is.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl Installed {
    /// `hvac@1.2.0`
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// By the name of its file; `None` for a file that is no archive.
    fn of(file: PathBuf) -> Option<Self> {
        let stem = file.file_name()?.to_str()?.strip_suffix(ENDING)?;
        let dashes = stem.match_indices('-');
        let split = |(at, _): (usize, &str)| Some((stem[..at].to_owned(), stem[at + 1..].parse::<Version>().ok()?));
        let (name, version) = dashes.map(split).find_map(|found| found)?;
        Some(Self { name, version, file })
    }
}

impl Shelf {
    /// The folder, which need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self(Some(folder))
    }

    /// Where nothing is installed.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// What is installed, by name and version.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Installed>, ShelfError> {
        let Some(folder) = &self.0 else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(folder, "read", e)),
        };
        let files = entries
            .take(MOST)
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>();
        let files = files.map_err(|e| failed(folder, "read", e))?;
        let mut all: Vec<_> = files.into_iter().filter_map(Installed::of).collect();
        all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(all)
    }

    /// The highest of some versions; one that is not released yet only where there is no other.
    pub fn highest<'a>(packs: impl Iterator<Item = &'a Installed>) -> Option<&'a Installed> {
        packs.min_by_key(|pack| (!pack.version.pre.is_empty(), Reverse(&pack.version)))
    }

    /// Puts an archive on the shelf, whole or not at all; one that is there already stays, with its signatures renewed.
    ///
    /// `downgrade` names the version that may be older than what is there.
    ///
    /// # Errors
    ///
    /// When another pack has its id, when it is a downgrade that was not named, or when the disk refuses.
    pub fn install(&self, archive: &Archive, downgrade: Option<&str>) -> Result<Installed, ShelfError> {
        let (folder, id) = (self.folder(), archive.id());
        let file = folder.join(archive.file_name());
        let installed = Installed::of(file.clone()).ok_or_else(|| ShelfError::NotThere { id: id.clone() })?;
        let there = self.list()?;
        let other = |there| ShelfError::OtherContent { id: id.clone(), there };
        if let Ok(PackRef::BuiltIn(_)) = PackRef::find(&id, Path::new(""), &Self::none()) {
            return Err(other("built in"));
        }
        if there.contains(&installed) && Archive::open(&file)?.digest() != archive.digest() {
            return Err(other("installed"));
        }
        let highest = Self::highest(there.iter().filter(|pack| pack.name == installed.name));
        if let Some(highest) = highest.filter(|highest| highest.version > installed.version)
            && downgrade != Some(id.as_str())
            && !there.contains(&installed)
        {
            return Err(ShelfError::Downgrade { id, than: highest.id() });
        }
        fs::create_dir_all(folder).map_err(|e| failed(folder, "made", e))?;
        write_whole(&file, &archive.to_bytes()?).map_err(|e| failed(folder, "written to", e))?;
        Ok(installed)
    }

    /// Takes a version away.
    ///
    /// # Errors
    ///
    /// When it is not there, or the disk refuses.
    pub fn remove(&self, id: &str) -> Result<Installed, ShelfError> {
        let found = self.list()?.into_iter().find(|pack| pack.id() == id);
        let found = found.ok_or_else(|| ShelfError::NotThere { id: id.to_owned() })?;
        let folder = self.folder();
        let removed = fs::remove_file(&found.file).and_then(|()| fs::File::open(folder)?.sync_all());
        removed.map_err(|e| failed(folder, "written to", e))?;
        Ok(found)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }
}

/// Writes a file so that it is there whole, or as it was before, whenever the power fails.
pub fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut aside = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    aside.write_all(bytes)?;
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    aside.as_file().set_permissions(readable)?;
    aside.as_file().sync_all()?;
    aside.persist(file).map_err(|e| e.error)?;
    fs::File::open(folder)?.sync_all()
}

fn failed(folder: &Path, action: &'static str, source: io::Error) -> ShelfError {
    ShelfError::Folder {
        folder: folder.display().to_string(),
        action,
        source,
    }
}

#[cfg(test)]
mod tests;
