//! The configuration: `baton.toml` in, checked businesses out.
//!
//! Everything is checked once, when it is read, and every fault is told with its line, so that past this
//! door nobody holds an unchecked setting. It happens in the order of the modules: a text that knows its
//! places (`source`), its shape (`shape`, `text`, `secret`), the forms (`daemon`, `form`,
//! `handover`), and what they mean together (`resolve`, `business`). Rule packs are read by the same
//! means. Nothing here knows wasmtime, the store or HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use baton_core::BusinessId;

use crate::pack::{Pack, PackRef, Shelf};

mod source;
pub use source::{ConfigError, ConfigErrors, Place};
pub(crate) use source::{Source, pointer_part, suggest};

mod shape;

mod text;
pub(crate) use text::{Component as ComponentText, FilePath, Interface, Label, Name, Text, is_inside};

mod secret;
pub use secret::Secret;

mod daemon;
pub(crate) use daemon::LowerBudget;
use daemon::Packs;
pub use daemon::{Budget, Http, Log, LogFormat, MetricsAccess, Plugins, Store};

mod form;
pub use form::Scope;

mod hours;
pub use hours::{DAYS, HoursFault, WorkingHours};

mod email;
pub use email::{Digest, Email, MailSecurity};

mod handover;
pub(crate) use handover::HandoverForm;

mod business;
pub use business::{Agent, Bot, Business, Token, Trust, Webhook};

mod resolve;

#[cfg(test)]
mod tests;

use form::{BusinessForm, Form};
use resolve::{FindPackError, Resolver};
use secret::Env;

/// The longest configuration that is read, in bytes: some ten thousand agents.
const LONGEST_FILE: usize = 4 << 20;

/// All that the daemon was told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The API.
    pub http: Http,
    /// The data folder.
    pub store: Store,
    /// Where installed packs are.
    pub shelf: Shelf,
    /// How rules run.
    pub plugins: Plugins,
    /// What the daemon says of itself.
    pub log: Log,
    /// At least one; `default` where the file names none.
    pub businesses: BTreeMap<BusinessId, Business>,
}

impl Config {
    /// Reads a file and the packs that it names; relative paths in it start at its own folder.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it and with the packs.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        Self::load_for(path, None)
    }

    /// As [`Config::load`], with another data folder than the file says.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn load_for(path: &Path, data: Option<&Path>) -> Result<Self, ConfigErrors> {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&read(path)?, folder, data, &|name| std::env::var(name).ok())
    }

    /// What holds where there is no file: one business `default` on the loopback address, with the pack
    /// `default` and nobody in it yet.
    pub fn embedded() -> Self {
        Self::parse(&no_file(), Path::new(""), None, &|_| None)
            .expect("an empty configuration is sound, which a test shows")
    }

    fn parse(source: &Source, folder: &Path, data: Option<&Path>, env: Env<'_>) -> Result<Self, ConfigErrors> {
        let Form {
            http,
            mut store,
            packs,
            mut plugins,
            log,
            mut business,
        } = source.read()?;
        store.dir = data.map_or_else(|| folder.join(&store.dir), Path::to_owned);
        let shelf = Shelf::new(packs_dir(packs, &store.dir, folder));
        plugins.cache_dir = plugins.cache_dir.map(|dir| folder.join(dir));
        if business.is_empty() {
            business.insert("default".into(), BusinessForm::default());
        }
        let mut known: BTreeMap<PackRef, Arc<Pack>> = BTreeMap::new();
        let mut find_pack = |word: &str| {
            let pack_ref = PackRef::find(word, folder, &shelf).map_err(FindPackError::Missing)?;
            if let Some(pack) = known.get(&pack_ref) {
                return Ok(Arc::clone(pack));
            }
            let pack = Pack::load(&pack_ref).map_err(FindPackError::Wrong)?;
            pack.budget(plugins.budget).map_err(FindPackError::Wrong)?;
            Ok(Arc::clone(known.entry(pack_ref).or_insert(Arc::new(pack))))
        };
        let mut resolver = Resolver {
            source,
            folder,
            env,
            find_pack: &mut find_pack,
            errors: Vec::new(),
        };
        let resolved = business
            .into_iter()
            .filter_map(|(key, form)| resolver.business(&key, form));
        let businesses = resolved.map(|business| (business.id.clone(), business)).collect();
        ConfigErrors::check(resolver.errors)?;
        Ok(Self {
            http,
            store,
            shelf,
            plugins,
            log,
            businesses,
        })
    }
}

/// What a configuration says of packs, read without opening one: so that a pack can be installed that it names already.
#[derive(Debug, Clone)]
pub struct PackPlan {
    /// Where installed packs are.
    pub shelf: Shelf,
    /// The configuration's folder, where relative paths start.
    pub folder: PathBuf,
    /// Each business with the word for its pack, and whose packs it takes.
    pub businesses: Vec<(String, String, Trust)>,
}

impl PackPlan {
    /// Reads it from a file; as it is without one where there is none. `data`: another data folder than the file says.
    ///
    /// # Errors
    ///
    /// What is wrong with the file's form.
    pub fn load(path: Option<&Path>, data: Option<&Path>) -> Result<Self, ConfigErrors> {
        let source = path.map_or_else(|| Ok(no_file()), read)?;
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        let Form {
            store,
            packs,
            mut business,
            ..
        } = source.read()?;
        if business.is_empty() {
            business.insert("default".into(), BusinessForm::default());
        }
        let data = data.map_or_else(|| folder.join(&store.dir), Path::to_owned);
        let of = |(id, form): (String, BusinessForm)| {
            let trust = Trust {
                keys: form.trusted_keys.into_iter().map(|Text(key)| key).collect(),
                required: form.require_signed,
            };
            (id, form.pack, trust)
        };
        Ok(Self {
            shelf: Shelf::new(packs_dir(packs, &data, folder)),
            folder: folder.to_owned(),
            businesses: business.into_iter().map(of).collect(),
        })
    }
}

/// Whether a text can be a pack's name.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn check_name(text: &str) -> Result<(), String> {
    <Name as text::Parsed>::parse(text).map(drop)
}

fn packs_dir(packs: Packs, data: &Path, folder: &Path) -> PathBuf {
    packs.dir.map_or_else(|| data.join("packs"), |dir| folder.join(dir))
}

fn no_file() -> Source {
    Source::new("built-in configuration", "")
}

fn read(path: &Path) -> Result<Source, ConfigErrors> {
    let file = path.display().to_string();
    let fault = |message: String| ConfigError::of_file(&file, message);
    let bytes = std::fs::read(path).map_err(|e| fault(format!("the configuration cannot be read: {e}")))?;
    if bytes.len() > LONGEST_FILE {
        let has = bytes.len();
        return Err(fault(format!("the file has {has} bytes, at most {LONGEST_FILE} are read")).into());
    }
    let text = String::from_utf8(bytes)
        .map_err(|e| fault(format!("not UTF-8 from byte {} on", e.utf8_error().valid_up_to())))?;
    Ok(Source::new(file, text))
}
