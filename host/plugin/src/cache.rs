//! Compiled components on the disk, so that a start does not compile.
//!
//! A compiled component is native code, and wasmtime runs whatever it is given. So a file counts only after
//! its HMAC over its name and everything in it was checked with a key that is not in the folder; a file of
//! another engine, a cut or a forged one is told apart in the log and built again. One file per component and settings:
//!
//! ```text
//! "baton-plugin-1\n" · HMAC-SHA256 (32) · engine (32) · length (4, LE) · description (JSON) · compiled component
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::{Description, Kind, PluginsError};

const MAGIC: &[u8] = b"baton-plugin-1\n";
const TAG: usize = MAGIC.len();
const ENGINE: usize = TAG + 32;
const LENGTH: usize = ENGINE + 32;
const BODY: usize = LENGTH + 4;
/// Files that are kept; the oldest beyond it go. A large pack has some twenty components.
const FILES: usize = 512;
const EXTENSION: &str = "plugin";

/// The folder of compiled components.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
    files: usize,
}

/// Which component with which settings: the name of its file.
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn new(kind: Kind, wasm_digest: &[u8; 32], settings_json: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(kind.as_str())
            .chain_update(wasm_digest)
            .chain_update(settings_json)
            .finalize();
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What code depends on: wasmtime's version, the processor, the engine's settings.
fn identity(engine: &Engine) -> [u8; 32] {
    let mut hasher = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// Why a file that is there does not count.
#[derive(Debug, PartialEq, Eq)]
enum Rejected {
    Unreadable(String),
    Truncated,
    /// Its tag fits nothing that this key has signed under this name.
    Forged,
    /// Made by another wasmtime, for another processor or with other options.
    Stale,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            Self::Truncated => f.write_str("it is truncated"),
            Self::Forged => f.write_str("it was changed, forged, or made with another key"),
            Self::Stale => f.write_str("it was made by another version or for another machine"),
        }
    }
}

impl Cache {
    pub(crate) fn new(folder: PathBuf, key: [u8; 32]) -> Result<Self, PluginsError> {
        let mut builder = DirBuilder::new();
        if let Err(source) = builder.recursive(true).mode(0o700).create(&folder) {
            return Err(PluginsError::Cache {
                path: folder.display().to_string(),
                source,
            });
        }
        Ok(Self {
            folder,
            key,
            files: FILES,
        })
    }

    /// The component that was put under this key, where it can be trusted.
    pub(crate) fn get(&self, engine: &Engine, key: &Key) -> Option<(Description, Component)> {
        match self.read(engine, key) {
            Ok(found) => found,
            Err(rejected) => {
                let file = self.path(key);
                tracing::warn!(file = %file.display(), "a compiled component is built again: {rejected}");
                None
            }
        }
    }

    /// Keeps a component. A failure costs time at the next start and nothing else, so it is only logged.
    pub(crate) fn put(&self, key: &Key, description: &Description, component: &Component) {
        let written = component
            .serialize()
            .map_err(|error| std::io::Error::other(error.to_string()))
            .and_then(|compiled| {
                self.write(
                    key,
                    &self.seal(key, component.engine(), &to_json(description), &compiled),
                )
            })
            .and_then(|()| self.prune());
        if let Err(error) = written {
            tracing::warn!(folder = %self.folder.display(), %error, "a compiled component could not be kept");
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.0).with_extension(EXTENSION)
    }

    fn mac(&self, key: &Key) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length is a key");
        mac.chain_update(MAGIC).chain_update(&key.0)
    }

    fn seal(&self, key: &Key, engine: &Engine, description: &[u8], compiled: &[u8]) -> Vec<u8> {
        let length = u32::try_from(description.len()).expect("a description is bounded");
        let sealed = [&identity(engine), &length.to_le_bytes()[..], description, compiled].concat();
        let tag = self.mac(key).chain_update(&sealed).finalize().into_bytes();
        [MAGIC, &tag[..], &sealed].concat()
    }

    fn read(&self, engine: &Engine, key: &Key) -> Result<Option<(Description, Component)>, Rejected> {
        let file = match fs::read(self.path(key)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Rejected::Unreadable(error.to_string())),
        };
        if file.len() < BODY {
            return Err(Rejected::Truncated);
        }
        let authentic = self
            .mac(key)
            .chain_update(&file[ENGINE..])
            .verify_slice(&file[TAG..ENGINE]);
        if &file[..TAG] != MAGIC || authentic.is_err() {
            return Err(Rejected::Forged);
        }
        if file[ENGINE..LENGTH] != identity(engine) {
            return Err(Rejected::Stale);
        }
        let length = u32::from_le_bytes(file[LENGTH..BODY].try_into().expect("four bytes"));
        let (description, compiled) = file[BODY..]
            .split_at_checked(length as usize)
            .ok_or(Rejected::Truncated)?;
        let description = from_json(description).ok_or(Rejected::Stale)?;
        #[allow(
            unsafe_code,
            reason = "native code from the disk; its HMAC was checked, so this process's key wrote it"
        )]
        // SAFETY: the bytes are what `Component::serialize` gave to `put`, unchanged since.
        let component = unsafe { Component::deserialize(engine, compiled) };
        component
            .map(|component| Some((description, component)))
            .map_err(|_| Rejected::Stale)
    }

    /// Nobody sees half a file: it is written beside its place and then moved there.
    fn write(&self, key: &Key, bytes: &[u8]) -> std::io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = self
            .folder
            .join(format!("{}.{}-{count}.{EXTENSION}", key.0, std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&beside, self.path(key)));
        if written.is_err() {
            // What is left would be pruned; a full disk wants it gone now.
            let _ = fs::remove_file(&beside);
        }
        written
    }

    /// Removes the oldest files beyond the bound.
    fn prune(&self) -> std::io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                files.push((modified(&path), path));
            }
        }
        files.sort();
        let excess = files.len().saturating_sub(self.files);
        for (_, path) in &files[..excess] {
            remove(path)?;
        }
        Ok(())
    }
}

fn modified(path: &Path) -> std::time::SystemTime {
    path.metadata()
        .and_then(|metadata| metadata.modified())
        .unwrap_or(std::time::UNIX_EPOCH)
}

/// Another process that prunes the same folder may have been faster.
fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Err(_) | Ok(()) => Ok(()),
    }
}

fn to_json(description: &Description) -> Vec<u8> {
    let Description {
        name,
        version,
        kind,
        summary,
        settings_schema,
    } = description;
    serde_json::json!([name, version, kind.as_str(), summary, settings_schema])
        .to_string()
        .into_bytes()
}

fn from_json(json: &[u8]) -> Option<Description> {
    let [name, version, kind, summary, settings_schema]: [String; 5] = serde_json::from_slice(json).ok()?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    Some(Description {
        name,
        version,
        kind,
        summary,
        settings_schema,
    })
}

/// Feeds what is hashed to a digest; the 64 bits that `Hasher` wants are not used.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::Config;

    use super::*;

    struct Fixture {
        folder: tempfile::TempDir,
        engine: Engine,
        key: Key,
    }

    impl Fixture {
        /// A folder with one good file in it.
        fn new() -> (Self, Cache) {
            let fixture = Self {
                folder: tempfile::tempdir().expect("a folder"),
                engine: Engine::default(),
                key: Key::new(Kind::Detector, &[7; 32], "{}"),
            };
            let cache = fixture.cache([1; 32]);
            let component = Component::new(&fixture.engine, "(component)".as_bytes());
            let component = component.or_else(|_| Component::new(&fixture.engine, b"\0asm\x0d\0\x01\0"));
            cache.put(&fixture.key, &description(), &component.expect("an empty component"));
            (fixture, cache)
        }

        fn cache(&self, key: [u8; 32]) -> Cache {
            Cache::new(self.folder.path().join("compiled"), key).expect("a folder")
        }

        fn rejected(&self, cache: &Cache) -> Option<Rejected> {
            cache.read(&self.engine, &self.key).err()
        }
    }

    fn description() -> Description {
        Description {
            name: "n".into(),
            version: "1.0.0".into(),
            kind: Kind::Detector,
            summary: "s".into(),
            settings_schema: "{}".into(),
        }
    }

    #[test]
    fn what_was_put_is_found_again() {
        let (fixture, cache) = Fixture::new();
        let found = cache
            .read(&fixture.engine, &fixture.key)
            .expect("it counts")
            .expect("it is there");
        assert_eq!(found.0, description());
        let other = Key::new(Kind::Detector, &[7; 32], r#"{"a":1}"#);
        assert!(cache.get(&fixture.engine, &other).is_none());
    }

    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (fixture, cache) = Fixture::new();
        let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&cache.folder), mode(&cache.path(&fixture.key))), (0o700, 0o600));
    }

    #[test]
    fn a_changed_byte_anywhere_is_a_forgery() {
        let (fixture, cache) = Fixture::new();
        let path = cache.path(&fixture.key);
        let good = fs::read(&path).expect("it is there");
        for place in [0, TAG, ENGINE, LENGTH, BODY, good.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&path, bad).expect("it is written");
            assert_eq!(fixture.rejected(&cache), Some(Rejected::Forged), "byte {place}");
        }
    }

    #[test]
    fn a_cut_file_does_not_count() {
        let (fixture, cache) = Fixture::new();
        let path = cache.path(&fixture.key);
        let good = fs::read(&path).expect("it is there");
        fs::write(&path, &good[..good.len() - 1]).expect("it is written");
        assert_eq!(fixture.rejected(&cache), Some(Rejected::Forged));
        fs::write(&path, &good[..BODY - 1]).expect("it is written");
        assert_eq!(fixture.rejected(&cache), Some(Rejected::Truncated));
    }

    #[test]
    fn a_file_under_another_name_or_key_does_not_count() {
        let (fixture, cache) = Fixture::new();
        assert_eq!(fixture.rejected(&fixture.cache([2; 32])), Some(Rejected::Forged));
        let other = Key::new(Kind::Template, &[7; 32], "{}");
        fs::copy(cache.path(&fixture.key), cache.path(&other)).expect("it is copied");
        assert_eq!(cache.read(&fixture.engine, &other).err(), Some(Rejected::Forged));
    }

    #[test]
    fn a_file_of_another_engine_is_stale() {
        let (fixture, cache) = Fixture::new();
        let mut config = Config::new();
        config.consume_fuel(true);
        let other = Engine::new(&config).expect("a sound setting");
        assert_eq!(cache.read(&other, &fixture.key).err(), Some(Rejected::Stale));
    }

    #[test]
    fn the_oldest_files_go() {
        let (fixture, mut cache) = Fixture::new();
        cache.files = 2;
        let component = Component::new(&fixture.engine, b"\0asm\x0d\0\x01\0").expect("an empty component");
        for n in 0..3 {
            let key = Key::new(Kind::Strategy, &[n; 32], "{}");
            cache.put(&key, &description(), &component);
        }
        assert_eq!(fs::read_dir(&cache.folder).expect("it is there").count(), 2);
        assert_eq!(
            cache.read(&fixture.engine, &fixture.key).map(|found| found.is_none()),
            Ok(true)
        );
    }
}
