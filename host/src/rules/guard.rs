//! A plugin with its breaker: calls it while it is sound, counts what it costs, tells when it fails or trips.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use baton_core::Time;
use baton_plugin::{Breaker, BreakerOptions, Called, Change, Fault, FaultKind, LogLevel, LogLine};

use super::onlook::{Onlookers, Question, Watch};
use crate::observe::Metrics;
use crate::record::{Call, Failed, Outcome};

/// What went wrong with a plugin; worth an event, or keeping.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// A call failed.
    Failed(Box<Call>),
    /// It keeps failing and is not called for a while.
    Tripped {
        /// The rule's id in the pack.
        plugin: String,
        /// The generation.
        rules: String,
        /// The last failure.
        why: String,
    },
    /// It is called again.
    Recovered {
        /// The rule's id in the pack.
        plugin: String,
        /// The generation.
        rules: String,
    },
}

/// How the plugins of a generation have done so far.
#[derive(Debug, Default)]
pub(super) struct Health {
    calls: AtomicU64,
    failures: AtomicU64,
    watch: OnceLock<Watch>,
}

impl Health {
    /// Calls, and how many of them failed.
    pub(super) fn counts(&self) -> (u64, u64) {
        (
            self.calls.load(Ordering::Relaxed),
            self.failures.load(Ordering::Relaxed),
        )
    }

    /// From here on these look on; only the first time.
    pub(super) fn watch(&self, business: &str, onlookers: Onlookers) {
        // A generation is watched by whoever made it, and by nobody else.
        let _ = self.watch.set(Watch {
            business: business.to_owned(),
            onlookers,
        });
    }
}

/// What names a plugin in records of its calls.
pub(super) struct About {
    /// The rule's id in the pack.
    pub(super) id: String,
    /// The generation.
    pub(super) rules: Arc<str>,
    /// The digest of the component's bytes.
    pub(super) component: String,
    /// The digest of its settings.
    pub(super) settings: String,
}

/// A plugin with its breaker.
pub(super) struct Guarded<T> {
    pub(super) about: About,
    plugin: T,
    breaker: Mutex<Breaker>,
    health: Arc<Health>,
}

impl<T> Guarded<T> {
    pub(super) fn new(about: About, health: &Arc<Health>, plugin: T) -> Self {
        let breaker = Mutex::new(Breaker::new(BreakerOptions::default()));
        Self {
            about,
            plugin,
            breaker,
            health: Arc::clone(health),
        }
    }

    /// The plugin itself, past its breaker.
    pub(super) fn plugin(&self) -> &T {
        &self.plugin
    }

    /// Calls the plugin; `None` when it failed, or is not called because it kept failing.
    pub(super) fn call<R: Clone + Into<Outcome>>(
        &self,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
        question: &Question<'_>,
        call: impl FnOnce(&T) -> Result<Called<R>, Box<Fault>>,
    ) -> Option<R> {
        if !self.breaker().allows(now) {
            return None;
        }
        self.health.calls.fetch_add(1, Ordering::Relaxed);
        let About { id, rules, .. } = &self.about;
        match call(&self.plugin) {
            Ok(called) => {
                metrics.plugin_called(id, rules, called.took, called.fuel, None);
                self.log(now, &called.log, called.log_dropped);
                if let Some(keep) = self.keeper() {
                    keep(&self.record(question, now, Ok(&called)));
                }
                let change = self.breaker().answered();
                self.changed(change, "", metrics, troubles);
                Some(called.value)
            }
            Err(fault) => {
                metrics.plugin_called(id, rules, fault.took, fault.fuel, Some(fault.kind.as_str()));
                self.failed(now, metrics, troubles, question, &fault);
                None
            }
        }
    }

    /// Writes a fault down, with what led to it, and tells the breaker.
    fn failed(
        &self,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
        question: &Question<'_>,
        fault: &Fault,
    ) {
        let About { id, rules, .. } = &self.about;
        if let FaultKind::Busy { .. } = fault.kind {
            // Too many calls at once say nothing of the plugin, and then is no time to read what was said before.
            tracing::warn!(plugin = id, rules = &**rules, "{fault}");
            return;
        }
        let record = self.record::<Vec<baton_plugin::Found>>(question, now, Err(fault));
        let input = record.input();
        tracing::warn!(plugin = id, rules = &**rules, fuel = fault.fuel, input, "{fault}");
        self.log(now, &fault.log, fault.log_dropped);
        let told = LogLine {
            level: LogLevel::Error,
            line: format!("{fault}; {} of fuel, input {input}", fault.fuel),
        };
        self.tell(now, &[told], 0);
        if let Some(keep) = self.keeper() {
            keep(&record);
        }
        troubles.push(Trouble::Failed(Box::new(record)));
        self.health.failures.fetch_add(1, Ordering::Relaxed);
        let change = self.breaker().failed(now);
        self.changed(change, &fault.to_string(), metrics, troubles);
    }

    /// Calls the plugin past its breaker; nothing is counted and nobody looks on. Tells how long it took, finer than the record.
    pub(super) fn again<R: Clone + Into<Outcome>>(
        &self,
        question: &Question<'_>,
        now: Time,
        call: impl FnOnce(&T) -> Result<Called<R>, Box<Fault>>,
    ) -> (Call, Duration) {
        let called = call(&self.plugin);
        let took = called.as_ref().map_or_else(|fault| fault.took, |called| called.took);
        let record = self.record(question, now, called.as_ref().map_err(|fault| &**fault));
        (record, took)
    }

    fn record<R: Clone + Into<Outcome>>(
        &self,
        question: &Question<'_>,
        at: Time,
        called: Result<&Called<R>, &Fault>,
    ) -> Call {
        let (outcome, fuel, took) = match called {
            Ok(called) => (called.value.clone().into(), called.fuel, called.took),
            Err(fault) => (Outcome::Failed(Failed::from(fault)), fault.fuel, fault.took),
        };
        let About {
            id,
            rules,
            component,
            settings,
        } = &self.about;
        let (seen, asked) = question.taken();
        Call {
            business: self
                .health
                .watch
                .get()
                .map(|watch| watch.business.clone())
                .unwrap_or_default(),
            plugin: id.clone(),
            rules: rules.to_string(),
            component: component.clone(),
            settings: settings.clone(),
            at,
            seen,
            asked,
            outcome,
            fuel,
            took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        }
    }

    fn changed(&self, change: Option<Change>, why: &str, metrics: &Metrics, troubles: &mut Vec<Trouble>) {
        let (plugin, rules) = (self.about.id.clone(), self.about.rules.to_string());
        match change {
            None | Some(Change::StillOpen { .. }) => {}
            Some(Change::Opened { faults, until }) => {
                metrics.breaker(&plugin, true);
                tracing::error!(
                    plugin,
                    rules,
                    faults,
                    until_ms = until.0,
                    "plugin keeps failing and is not called for a while"
                );
                troubles.push(Trouble::Tripped {
                    plugin,
                    rules,
                    why: why.to_owned(),
                });
            }
            Some(Change::Closed) => {
                metrics.breaker(&plugin, false);
                tracing::info!(plugin, rules, "plugin is called again");
                troubles.push(Trouble::Recovered { plugin, rules });
            }
        }
    }

    /// A guest's line may hold a customer's words, whatever its level says.
    fn log(&self, at: Time, lines: &[LogLine], dropped: u32) {
        let About { id, rules, .. } = &self.about;
        for LogLine { level, line } in lines {
            tracing::debug!(plugin = id, rules = &**rules, ?level, "{line}");
        }
        if dropped > 0 {
            tracing::warn!(plugin = id, rules = &**rules, lines = dropped, "plugin log cut");
        }
        self.tell(at, lines, dropped);
    }

    /// Adds lines to the plugin's own log.
    fn tell(&self, at: Time, lines: &[LogLine], dropped: u32) {
        if let Some(Watch { business, onlookers }) = self.health.watch.get()
            && let Some(logs) = &onlookers.logs
        {
            logs.add((business, &self.about.id), &self.about.rules, at, lines, dropped);
        }
    }

    fn keeper(&self) -> Option<&super::onlook::Keep> {
        self.health.watch.get()?.onlookers.calls.as_deref()
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
