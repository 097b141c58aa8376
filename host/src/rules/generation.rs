//! One immutable set of rules: a pack's plugins, configured and compiled for one business.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use baton_core::{BotId, Policy, Priority, Reason, Speaker};
use baton_plugin::{Detector, LoadError, LoadErrorKind, Plugins, Source, Strategy, Template};
use serde_json::json;

use super::built_in::built_in;
use super::guard::Guarded;
use crate::config::{Budget, Business, ConfigError, ConfigErrors};
use crate::pack::{self, Component, Pack};

/// From this confidence on the built-in phrases count; that of the pack `default`.
const FALLBACK_THRESHOLD: f32 = 0.75;

/// Why a pack's rules cannot be put in force. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum LoadRulesError {
    /// Names or settings that do not fit, each with its place.
    #[error("{0}")]
    Config(ConfigErrors),
    /// The host's own fallback cannot run: this build of Baton is broken.
    #[error("the built-in fallback cannot be loaded")]
    Fallback(#[source] LoadError),
}

/// The rules in force for one business.
pub struct Generation {
    /// `hvac@1.2.0#3`
    pub rules: Arc<str>,
    /// What they were made from.
    pub pack: Arc<Pack>,
    pub(super) detectors: Vec<(pack::Detector, Guarded<Detector>)>,
    pub(super) strategies: Vec<Guarded<Strategy>>,
    pub(super) templates: Vec<Guarded<Template>>,
    pub(super) fallback: Guarded<Detector>,
    pub(super) fallback_rule: pack::Detector,
    business: Arc<Business>,
    policies: Mutex<BTreeMap<BotId, Option<Arc<Policy>>>>,
}

impl Generation {
    /// Configures and compiles every plugin of a pack, or takes them from the cache.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the pack's names, settings and components, each with file, line and column.
    pub fn load(
        plugins: &Plugins,
        business: &Arc<Business>,
        pack: &Arc<Pack>,
        number: u64,
        most: Budget,
    ) -> Result<Self, LoadRulesError> {
        business.check(pack).map_err(LoadRulesError::Config)?;
        let budget = pack.budget(most).map_err(LoadRulesError::Config)?;
        let rules: Arc<str> = format!("{}#{number}", pack.id()).into();
        let mut errors = Vec::new();
        let detectors = pack.detectors.iter().filter_map(|rule| {
            let loaded = load(pack, &rule.plugin, budget, |source| plugins.detector(source));
            let detector = loaded.map_err(|e| errors.push(e)).ok()?;
            Some((rule.clone(), Guarded::new(&rule.plugin.id, &rules, detector)))
        });
        let detectors = detectors.collect();
        let strategies = all(pack, &pack.strategies, budget, &rules, &mut errors, |source| {
            plugins.strategy(source)
        });
        let templates = all(pack, &pack.templates, budget, &rules, &mut errors, |source| {
            plugins.template(source)
        });
        ConfigErrors::check(errors).map_err(LoadRulesError::Config)?;
        let fallback_rule = fallback_rule();
        let wasm = built_in("phrases").expect("the build script embeds it");
        let settings_json = &fallback_rule.plugin.settings.to_string();
        let budget = most.for_plugins();
        let source = Source {
            id: "fallback",
            name: "phrases",
            wasm,
            settings_json,
            budget,
        };
        let fallback = plugins.detector(&source).map_err(LoadRulesError::Fallback)?;
        Ok(Self {
            detectors,
            strategies,
            templates,
            fallback: Guarded::new("fallback", &rules, fallback),
            fallback_rule,
            pack: Arc::clone(pack),
            business: Arc::clone(business),
            policies: Mutex::default(),
            rules,
        })
    }

    /// What is wanted done for one bot; `None` when the business lists its bots and this is none of them.
    pub fn policy(&self, bot: &BotId) -> Option<Arc<Policy>> {
        let mut known = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = known.get(bot) {
            return policy.clone();
        }
        let policy = self
            .business
            .policy(&self.pack, bot, self.rules.to_string())
            .map(Arc::new);
        // Whoever may send messages names the bot, so what is kept is bounded by the bots that are listed.
        if self.business.bots.contains_key(bot) {
            known.insert(bot.clone(), policy.clone());
        }
        policy
    }
}

fn all<T>(
    pack: &Pack,
    wanted: &[pack::Plugin],
    budget: Budget,
    rules: &Arc<str>,
    errors: &mut Vec<ConfigError>,
    make: impl Fn(&Source<'_>) -> Result<T, LoadError>,
) -> Vec<Guarded<T>> {
    let mut loaded = Vec::new();
    for plugin in wanted {
        match load(pack, plugin, budget, &make) {
            Ok(made) => loaded.push(Guarded::new(&plugin.id, rules, made)),
            Err(error) => errors.push(error),
        }
    }
    loaded
}

fn load<T>(
    pack: &Pack,
    plugin: &pack::Plugin,
    budget: Budget,
    make: impl Fn(&Source<'_>) -> Result<T, LoadError>,
) -> Result<T, ConfigError> {
    let (name, wasm): (&str, &[u8]) = match &plugin.component {
        Component::BuiltIn(name) => (
            name,
            built_in(name).expect("packs name only components that are built in"),
        ),
        Component::File { path, wasm } => (path, wasm),
    };
    let settings_json = &plugin.settings.to_string();
    let budget = budget.for_plugins();
    make(&Source {
        id: &plugin.id,
        name,
        wasm,
        settings_json,
        budget,
    })
    .map_err(|error| {
        if let LoadErrorKind::Settings { pointer, message } = &error.kind {
            return pack.settings_error(plugin, pointer, message);
        }
        pack.component_error(plugin, &chain(&error))
    })
}

fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |e| e.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn fallback_rule() -> pack::Detector {
    pack::Detector {
        plugin: pack::Plugin::built_in("fallback", "phrases", json!({ "builtin": "explicit-request" })),
        threshold: FALLBACK_THRESHOLD,
        reason: Reason::new(Reason::EXPLICIT_REQUEST).expect("a well-formed reason"),
        hands_over: true,
        speaker: Some(Speaker::Customer),
        priority: Priority::Medium,
        tags: Vec::new(),
        topic: None,
        role: None,
        skills: Vec::new(),
    }
}
