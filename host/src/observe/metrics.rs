//! Numbers for Prometheus, in base units.
//!
//! The table below is the documentation; a test compares it with what is really exported. Every histogram's `_count` is
//! the number of calls, so there is no counter beside it. Buckets are few and placed where a budget or a habit of an
//! operator lies, for each costs a series. Series of rules that were replaced go away by age, and words that callers
//! can make up are `other` once there are too many of them.
//!
#![doc = include_str!("METRICS.md")]

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Plugins of all generations that are shown at once: some fifty businesses with a pack each, and a swap of all.
const MOST_PLUGINS: usize = 1_024;
/// Pairs of business and reason. A caller may ask for a handover for a reason of its own.
const MOST_REASONS: usize = 1_024;
/// Where a word stands that is one too many.
const OTHER: &str = "other";

/// A call takes about 30 µs; 250 ms is the usual deadline.
const PLUGIN_SECONDS: [f64; 10] = [10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 1e-3, 5e-3, 25e-3, 100e-3, 250e-3];
/// The budget is 2 ms in the median and 50 ms at p99 under load; a request times out after 10 s.
const REQUEST_SECONDS: [f64; 10] = [500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 25e-3, 50e-3, 250e-3, 1.0, 10.0];
/// The budget is 100 ms at p99; what was due while the daemon was down is late by minutes or hours.
const LATE_SECONDS: [f64; 9] = [1e-3, 5e-3, 25e-3, 100e-3, 500e-3, 5.0, 60.0, 600.0, 3600.0];
/// A sync takes 0.3 ms on a good disk and 20 ms on a spinning one; more than 250 ms is a sick one.
const COMMIT_SECONDS: [f64; 9] = [250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 250e-3];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PluginLabels {
    plugin: String,
    rules: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    plugin: String,
    rules: String,
    fault: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BreakerLabels {
    plugin: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    speaker: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OpenedLabels {
    business: String,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndedLabels {
    business: String,
    how: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

/// All numbers of one daemon. Every method is cheap, takes `&self`, and never fails.
pub struct Metrics {
    registry: Registry,
    plugin_seconds: Histograms<PluginLabels>,
    plugin_fuel: Family<PluginLabels, Counter>,
    plugin_faults: Family<FaultLabels, Counter>,
    /// Which plugins have series, oldest first, and with which faults.
    plugins: Mutex<Plugins>,
    breakers: Family<BreakerLabels, Gauge>,
    message_seconds: Histograms<MessageLabels>,
    opened: Family<OpenedLabels, Counter>,
    /// Which of them there are.
    reasons: Mutex<HashSet<OpenedLabels>>,
    ended: Family<EndedLabels, Counter>,
    timer_lateness: Histograms<KindLabels>,
    commit_seconds: Histograms<OutcomeLabels>,
    open_handovers: Gauge,
    outbox_deliveries: Gauge,
    deliveries: Family<OutcomeLabels, Counter>,
    http_seconds: Histograms<RouteLabels>,
    http_requests: Family<RequestLabels, Counter>,
}

#[derive(Default)]
struct Plugins {
    by_age: VecDeque<PluginLabels>,
    faults: HashMap<PluginLabels, Vec<&'static str>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("baton"),
            plugin_seconds: Family::new_with_constructor(|| Histogram::new(PLUGIN_SECONDS)),
            plugin_fuel: Family::default(),
            plugin_faults: Family::default(),
            plugins: Mutex::default(),
            breakers: Family::default(),
            message_seconds: Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            opened: Family::default(),
            reasons: Mutex::default(),
            ended: Family::default(),
            timer_lateness: Family::new_with_constructor(|| Histogram::new(LATE_SECONDS)),
            commit_seconds: Family::new_with_constructor(|| Histogram::new(COMMIT_SECONDS)),
            open_handovers: Gauge::default(),
            outbox_deliveries: Gauge::default(),
            deliveries: Family::default(),
            http_seconds: Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            http_requests: Family::default(),
        };
        metrics.register();
        metrics
    }

    /// All at zero, with what another part counts by itself.
    pub fn with(register: impl FnOnce(&mut Registry)) -> Self {
        let mut metrics = Self::new();
        register(&mut metrics.registry);
        metrics
    }

    fn register(&mut self) {
        let seconds = || Unit::Seconds;
        let build: Family<Vec<(&str, &str)>, Gauge> = Family::default();
        build
            .get_or_create(&vec![("version", env!("CARGO_PKG_VERSION"))])
            .set(1);
        let to = &mut self.registry;
        to.register("build", "Always 1; the version that runs", build);
        to.register_with_unit(
            "message",
            "Time to judge a message, until it was on the disk",
            seconds(),
            self.message_seconds.clone(),
        );
        to.register_with_unit(
            "plugin_call",
            "Time of one call of a plugin, its instance included",
            seconds(),
            self.plugin_seconds.clone(),
        );
        to.register(
            "plugin_fuel",
            "Fuel that calls of a plugin burnt, about one for each Wasm instruction",
            self.plugin_fuel.clone(),
        );
        to.register(
            "plugin_faults",
            "Calls of a plugin that failed, by the kind of fault",
            self.plugin_faults.clone(),
        );
        to.register(
            "plugin_breaker_open",
            "1 while a plugin is not called because it kept failing",
            self.breakers.clone(),
        );
        to.register("handovers_opened", "Handovers that were opened", self.opened.clone());
        to.register("handovers_ended", "Handovers that ended", self.ended.clone());
        to.register(
            "handovers_open",
            "Handovers that are open now",
            self.open_handovers.clone(),
        );
        to.register_with_unit(
            "timer_lateness",
            "Time from a timer's due time to its firing",
            seconds(),
            self.timer_lateness.clone(),
        );
        to.register_with_unit(
            "store_commit",
            "Time of one commit, from its write to the end of its sync",
            seconds(),
            self.commit_seconds.clone(),
        );
        to.register(
            "outbox_deliveries",
            "Deliveries that wait",
            self.outbox_deliveries.clone(),
        );
        to.register(
            "deliveries",
            "Attempts to deliver an event to a webhook",
            self.deliveries.clone(),
        );
        to.register_with_unit(
            "http_request",
            "Time of one HTTP request, until its answer began",
            seconds(),
            self.http_seconds.clone(),
        );
        to.register(
            "http_requests",
            "HTTP requests that were answered",
            self.http_requests.clone(),
        );
    }

    /// One call of a plugin under a generation of rules (`hvac@1.2.0#3`), with the kind of its fault if it failed.
    pub fn plugin_called(&self, plugin: &str, rules: &str, took: Duration, fuel: u64, fault: Option<&'static str>) {
        let labels = PluginLabels {
            plugin: plugin.to_owned(),
            rules: rules.to_owned(),
        };
        if self.plugin_fuel.get(&labels).is_none() {
            self.admit(&labels);
        }
        self.plugin_seconds.get_or_create(&labels).observe(took.as_secs_f64());
        self.plugin_fuel.get_or_create(&labels).inc_by(fuel);
        if let Some(fault) = fault {
            let of_fault = FaultLabels {
                plugin: labels.plugin.clone(),
                rules: labels.rules.clone(),
                fault,
            };
            if self.plugin_faults.get(&of_fault).is_none() {
                let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
                plugins.faults.entry(labels).or_default().push(fault);
            }
            self.plugin_faults.get_or_create(&of_fault).inc();
        }
    }

    /// Makes room for one more plugin, so that a daemon whose rules change daily does not keep them all.
    fn admit(&self, labels: &PluginLabels) {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        if plugins.by_age.contains(labels) {
            return;
        }
        plugins.by_age.push_back(labels.clone());
        if plugins.by_age.len() <= MOST_PLUGINS {
            return;
        }
        let Some(oldest) = plugins.by_age.pop_front() else {
            return;
        };
        self.plugin_seconds.remove(&oldest);
        self.plugin_fuel.remove(&oldest);
        for fault in plugins.faults.remove(&oldest).unwrap_or_default() {
            let (plugin, rules) = (oldest.plugin.clone(), oldest.rules.clone());
            self.plugin_faults.remove(&FaultLabels { plugin, rules, fault });
        }
    }

    /// A plugin's breaker opened (it is not called any more) or closed.
    pub fn breaker(&self, plugin: &str, open: bool) {
        let labels = BreakerLabels {
            plugin: plugin.to_owned(),
        };
        self.breakers.get_or_create(&labels).set(i64::from(open));
    }

    /// One message was judged, refused or seen before (`outcome`).
    pub fn message(&self, speaker: &'static str, outcome: &'static str, took: Duration) {
        self.message_seconds
            .get_or_create(&MessageLabels { speaker, outcome })
            .observe(took.as_secs_f64());
    }

    /// A handover was opened.
    pub fn handover_opened(&self, business: &str, reason: &str) {
        let mut labels = OpenedLabels {
            business: business.to_owned(),
            reason: reason.to_owned(),
        };
        if self.opened.get(&labels).is_none() {
            let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
            match reasons.len() < MOST_REASONS {
                true => drop(reasons.insert(labels.clone())),
                false => labels.reason = OTHER.to_owned(),
            }
        }
        self.opened.get_or_create(&labels).inc();
    }

    /// A handover ended: an outcome's name, or `released`, `closed`, `superseded`.
    pub fn handover_ended(&self, business: &str, how: &'static str) {
        self.ended
            .get_or_create(&EndedLabels {
                business: business.to_owned(),
                how,
            })
            .inc();
    }

    /// A timer fired, so much after its time.
    pub fn timer_fired(&self, kind: &'static str, late: Duration) {
        self.timer_lateness
            .get_or_create(&KindLabels { kind })
            .observe(late.as_secs_f64());
    }

    /// A commit of the store ended.
    pub fn commit(&self, took: Duration, ok: bool) {
        let outcome = if ok { "ok" } else { "failed" };
        self.commit_seconds
            .get_or_create(&OutcomeLabels { outcome })
            .observe(took.as_secs_f64());
    }

    /// How many handovers are open.
    pub fn open_handovers(&self, n: i64) {
        self.open_handovers.set(n);
    }

    /// How many deliveries wait.
    pub fn outbox_depth(&self, n: i64) {
        self.outbox_deliveries.set(n);
    }

    /// One attempt to deliver ended.
    pub fn delivery(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// One HTTP request was answered. `route` is the pattern that matched, never the address that was asked for.
    pub fn http(&self, route: &str, method: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let method = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
            .into_iter()
            .find(|known| *known == method);
        let method = method.unwrap_or(OTHER);
        self.http_requests
            .get_or_create(&RequestLabels {
                route: route.clone(),
                method,
                status,
            })
            .inc();
        self.http_seconds
            .get_or_create(&RouteLabels { route, method })
            .observe(took.as_secs_f64());
    }

    /// All of it as OpenMetrics text (`application/openmetrics-text; version=1.0.0; charset=utf-8`).
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

#[cfg(test)]
mod tests;
