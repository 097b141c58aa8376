//! Which files make up a pack: what its manifest names, its tests, and what people read.
//!
//! A list of what goes in, not of what stays out, so that a source folder with its build results, or a stray
//! secret, never becomes a part.

use std::collections::BTreeMap;

use super::files::{Files, MANIFEST};
use super::{Archive, ArchiveError, Component, Pack, PackRef};
use crate::config::{ConfigError, ConfigErrors};

/// Texts that come along where they are there.
const TEXTS: [&str; 4] = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

impl Pack {
    /// Reads a pack with all its parts.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn with_parts(pack: &PackRef) -> Result<(Self, Archive), ConfigErrors> {
        let found = Self::load(pack)?;
        let files = Files::open(pack)?;
        if let Files::Archive(archive) = files {
            return Ok((found, archive));
        }
        let mut paths = vec![MANIFEST.to_owned()];
        paths.extend(
            TEXTS
                .iter()
                .filter(|path| files.has(path))
                .map(|path| (*path).to_owned()),
        );
        paths.extend(found.changelog.iter().map(|(path, _)| path.clone()));
        paths.extend(files.list("stories", ".story")?);
        paths.extend(files.list("fixtures", ".toml")?);
        paths.extend(found.plugins().filter_map(|(_, plugin)| match &plugin.component {
            Component::BuiltIn(_) => None,
            Component::File { path, .. } => Some(path.clone()),
        }));
        let mut parts = BTreeMap::new();
        for path in paths {
            let bytes = files.read(&path);
            let bytes = bytes.map_err(|message| ConfigError::of_file(&files.label(&path), message))?;
            parts.insert(path, bytes);
        }
        let told = |e: ArchiveError| ConfigError::of_file(&files.label(MANIFEST), e.to_string());
        let archive = Archive::new(&found.name, &found.version.to_string(), parts).map_err(told)?;
        Ok((found, archive))
    }
}
