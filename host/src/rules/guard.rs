//! A plugin with its breaker: calls it while it is sound, counts what it costs, tells when it trips.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use baton_core::Time;
use baton_plugin::{Breaker, BreakerOptions, Called, Change, Fault, FaultKind, LogLevel};

use crate::observe::Metrics;

/// A plugin whose breaker has changed; worth an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
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
}

impl Health {
    /// Calls, and how many of them failed.
    pub(super) fn counts(&self) -> (u64, u64) {
        (
            self.calls.load(Ordering::Relaxed),
            self.failures.load(Ordering::Relaxed),
        )
    }
}

/// A plugin with its breaker.
pub(super) struct Guarded<T> {
    pub(super) id: String,
    rules: Arc<str>,
    plugin: T,
    breaker: Mutex<Breaker>,
    health: Arc<Health>,
}

impl<T> Guarded<T> {
    pub(super) fn new(id: &str, rules: &Arc<str>, health: &Arc<Health>, plugin: T) -> Self {
        let breaker = Mutex::new(Breaker::new(BreakerOptions::default()));
        Self {
            id: id.to_owned(),
            rules: Arc::clone(rules),
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
    pub(super) fn call<R>(
        &self,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
        call: impl FnOnce(&T) -> Result<Called<R>, Box<Fault>>,
    ) -> Option<R> {
        if !self.breaker().allows(now) {
            return None;
        }
        self.health.calls.fetch_add(1, Ordering::Relaxed);
        match call(&self.plugin) {
            Ok(called) => {
                metrics.plugin_called(&self.id, &self.rules, called.took, called.fuel, None);
                for line in called.log {
                    self.log(line.level, &line.line);
                }
                if called.log_dropped > 0 {
                    tracing::warn!(
                        plugin = self.id,
                        rules = &*self.rules,
                        lines = called.log_dropped,
                        "plugin log cut"
                    );
                }
                let change = self.breaker().answered();
                self.changed(change, "", metrics, troubles);
                Some(called.value)
            }
            Err(fault) => {
                metrics.plugin_called(&self.id, &self.rules, fault.took, fault.fuel, Some(fault.kind.as_str()));
                tracing::warn!(plugin = self.id, rules = &*self.rules, fuel = fault.fuel, "{fault}");
                for line in &fault.log {
                    self.log(line.level, &line.line);
                }
                // Too many calls at once say nothing of the plugin.
                if !matches!(fault.kind, FaultKind::Busy { .. }) {
                    self.health.failures.fetch_add(1, Ordering::Relaxed);
                    let change = self.breaker().failed(now);
                    self.changed(change, &fault.to_string(), metrics, troubles);
                }
                None
            }
        }
    }

    fn changed(&self, change: Option<Change>, why: &str, metrics: &Metrics, troubles: &mut Vec<Trouble>) {
        let (plugin, rules) = (self.id.clone(), self.rules.to_string());
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
    fn log(&self, level: LogLevel, line: &str) {
        tracing::debug!(plugin = self.id, rules = &*self.rules, ?level, "{line}");
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
