//! The configuration: `baton.toml` in, checked businesses out.
//!
//! Everything is checked once, when it is read, and every fault is told with its line, so that past this
//! door nobody holds an unchecked setting. It happens in the order of the modules: a text that knows its
//! places (`source`), its shape (`shape`, `text`, `secret`), the forms (`daemon`, `form`,
//! `handover`), and what they mean together (`resolve`, `business`). Rule packs are read by the same
//! means. Nothing here knows wasmtime, the store or HTTP.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use baton_core::BusinessId;

use crate::pack::{Pack, PackRef};

mod source;
pub use source::{ConfigError, ConfigErrors, Place};
pub(crate) use source::{Source, suggest};

mod shape;

mod text;
pub(crate) use text::{Component as ComponentText, Interface, Label, Name, Text};

mod secret;
pub use secret::Secret;

mod daemon;
pub(crate) use daemon::LowerBudget;
pub use daemon::{Budget, Http, Log, LogFormat, MetricsAccess, Plugins, Store};

mod form;
pub use form::Scope;

mod email;
pub use email::{Digest, Email, MailSecurity};

mod handover;
pub(crate) use handover::HandoverForm;

mod business;
pub use business::{Agent, Bot, Business, Token, Webhook};

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
        let file = path.display().to_string();
        let fault = |message: String| ConfigError::of_file(&file, message);
        let bytes = std::fs::read(path).map_err(|e| fault(format!("the configuration cannot be read: {e}")))?;
        if bytes.len() > LONGEST_FILE {
            let has = bytes.len();
            return Err(fault(format!("the file has {has} bytes, at most {LONGEST_FILE} are read")).into());
        }
        let text = String::from_utf8(bytes)
            .map_err(|e| fault(format!("not UTF-8 from byte {} on", e.utf8_error().valid_up_to())))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&Source::new(file, text), folder, &|name| std::env::var(name).ok())
    }

    /// What holds where there is no file: one business `default` on the loopback address, with the pack
    /// `default` and nobody in it yet.
    pub fn embedded() -> Self {
        Self::parse(&Source::new("built-in configuration", ""), Path::new(""), &|_| None)
            .expect("an empty configuration is sound, which a test shows")
    }

    fn parse(source: &Source, folder: &Path, env: Env<'_>) -> Result<Self, ConfigErrors> {
        let Form {
            http,
            mut store,
            mut plugins,
            log,
            mut business,
        } = source.read()?;
        store.dir = folder.join(&store.dir);
        plugins.cache_dir = plugins.cache_dir.map(|dir| folder.join(dir));
        if business.is_empty() {
            business.insert("default".into(), BusinessForm::default());
        }
        let mut packs: BTreeMap<PackRef, Arc<Pack>> = BTreeMap::new();
        let mut find_pack = |word: &str| {
            let pack_ref = PackRef::new(word, folder).map_err(FindPackError::Missing)?;
            if let Some(pack) = packs.get(&pack_ref) {
                return Ok(Arc::clone(pack));
            }
            let pack = Pack::load(&pack_ref).map_err(FindPackError::Wrong)?;
            pack.budget(plugins.budget).map_err(FindPackError::Wrong)?;
            Ok(Arc::clone(packs.entry(pack_ref).or_insert(Arc::new(pack))))
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
            plugins,
            log,
            businesses,
        })
    }
}
