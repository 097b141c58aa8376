//! Keys that authenticate what comes back to us: the cache of compiled plugins, and the links of mails. Made once, kept in
//! a folder of ours, readable by its owner only.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::deliver::mail::LinkKey;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// The system has no random numbers.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
}

/// The key of the cache in a folder; a file that is no key is replaced, and plugins are compiled anew.
pub(super) fn cache_key(folder: &Path) -> Result<[u8; 32], KeyError> {
    kept_key(folder.join("plugin-cache.key"))
}

/// The key that signs the links of mails; a file that is no key is replaced, and links in mails that were sent are dead.
pub(super) fn link_key(folder: &Path) -> Result<LinkKey, KeyError> {
    kept_key(folder.join("offer-links.key")).map(LinkKey::new)
}

fn kept_key(path: PathBuf) -> Result<[u8; 32], KeyError> {
    match std::fs::read(&path) {
        Ok(bytes) => {
            if let Ok(key) = bytes.try_into() {
                return Ok(key);
            }
            tracing::warn!(path = %path.display(), "a key is damaged and is made anew");
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => {
            return Err(KeyError::Io {
                action: "read",
                path,
                source,
            });
        }
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(KeyError::Random)?;
    write_private(&path, &key).map_err(|source| KeyError::Io {
        action: "write",
        path,
        source,
    })?;
    Ok(key)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = path.with_extension("new");
    let _ = std::fs::remove_file(&unfinished);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}
