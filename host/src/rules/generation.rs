//! One immutable set of rules: a pack's plugins, configured and compiled for one business.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use baton_core::{BotId, Policy, Priority, Reason, Speaker};
use baton_plugin::{Detector, LoadError, LoadErrorKind, Plugins, Source, Strategy, Template};
use serde_json::json;

use super::built_in::built_in;
use super::guard::{About, Guarded, Health};
use super::onlook::Onlookers;
use crate::config::{Budget, Business, ConfigError, ConfigErrors};
use crate::pack::{self, Component, Pack};
use crate::record::digest;

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
    number: u64,
    budget: Budget,
    health: Arc<Health>,
    business: Arc<Business>,
    /// By bot; without one where the business lists none, since all are alike then.
    policies: Mutex<BTreeMap<Option<BotId>, Terms>>,
}

/// A policy and its digest.
#[derive(Clone)]
struct Terms {
    policy: Arc<Policy>,
    digest: Arc<str>,
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
        let health = Arc::<Health>::default();
        let mut errors = Vec::new();
        let detectors = pack.detectors.iter().filter_map(|rule| {
            let loaded = load(pack, &rule.plugin, budget, |source| plugins.detector(source));
            let detector = loaded.map_err(|e| errors.push(e)).ok()?;
            let about = about(&rule.plugin, &rules, detector.digest());
            Some((rule.clone(), Guarded::new(about, &health, detector)))
        });
        let detectors = detectors.collect();
        let strategies = all(
            pack,
            &pack.strategies,
            budget,
            (&rules, &health),
            &mut errors,
            Strategy::digest,
            |source| plugins.strategy(source),
        );
        let templates = all(
            pack,
            &pack.templates,
            budget,
            (&rules, &health),
            &mut errors,
            Template::digest,
            |source| plugins.template(source),
        );
        ConfigErrors::check(errors).map_err(LoadRulesError::Config)?;
        let fallback_rule = fallback_rule();
        let wasm = built_in("phrases").expect("the build script embeds it");
        let settings_json = &fallback_rule.plugin.settings.to_string();
        let source = Source {
            id: "fallback",
            name: "phrases",
            wasm,
            settings_json,
            budget: most.for_plugins(),
        };
        let fallback = plugins.detector(&source).map_err(LoadRulesError::Fallback)?;
        let about = about(&fallback_rule.plugin, &rules, fallback.digest());
        Ok(Self {
            detectors,
            strategies,
            templates,
            fallback: Guarded::new(about, &health, fallback),
            fallback_rule,
            pack: Arc::clone(pack),
            business: Arc::clone(business),
            policies: Mutex::default(),
            number,
            budget,
            health,
            rules,
        })
    }

    /// Counts the business's generations from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Lets somebody look on at the calls of its plugins; only the first time.
    pub fn watch(&self, onlookers: Onlookers) {
        self.health.watch(self.business.id.as_str(), onlookers);
    }

    /// What each of its plugins may use.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Calls of its plugins so far, and how many of them failed.
    pub fn calls(&self) -> (u64, u64) {
        self.health.counts()
    }

    /// What is wanted done for one bot; `None` when the business lists its bots and this is none of them.
    pub fn policy(&self, bot: &BotId) -> Option<Arc<Policy>> {
        self.terms(bot).map(|terms| terms.policy)
    }

    /// What names a bot's policy in records: it differs when the pack or the configuration says anything else.
    pub fn policy_digest(&self, bot: &BotId) -> Option<Arc<str>> {
        self.terms(bot).map(|terms| terms.digest)
    }

    fn terms(&self, bot: &BotId) -> Option<Terms> {
        let mut known = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (!self.business.bots.is_empty()).then(|| bot.clone());
        if let Some(terms) = known.get(&key) {
            return Some(terms.clone());
        }
        let policy = self.business.policy(&self.pack, bot, self.rules.to_string())?;
        let terms = Terms {
            digest: digest([format!("{policy:?}").as_bytes()]).into(),
            policy: Arc::new(policy),
        };
        known.insert(key, terms.clone());
        Some(terms)
    }
}

/// What names a plugin in records of its calls.
fn about(plugin: &pack::Plugin, rules: &Arc<str>, component: &[u8; 32]) -> About {
    About {
        id: plugin.id.clone(),
        rules: Arc::clone(rules),
        component: component.iter().map(|byte| format!("{byte:02x}")).collect(),
        settings: digest([plugin.settings.to_string().as_bytes()]),
    }
}

fn all<T>(
    pack: &Pack,
    wanted: &[pack::Plugin],
    budget: Budget,
    (rules, health): (&Arc<str>, &Arc<Health>),
    errors: &mut Vec<ConfigError>,
    digest: impl Fn(&T) -> &[u8; 32],
    make: impl Fn(&Source<'_>) -> Result<T, LoadError>,
) -> Vec<Guarded<T>> {
    let mut loaded = Vec::new();
    for plugin in wanted {
        match load(pack, plugin, budget, &make) {
            Ok(made) => loaded.push(Guarded::new(about(plugin, rules, digest(&made)), health, made)),
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
