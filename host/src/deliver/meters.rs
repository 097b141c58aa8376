//! What operators see of deliveries: counters that only grow, and how much waits.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counters of deliveries. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meters {
    /// Attempts that were begun.
    pub attempts: Counter,
    /// Deliveries that arrived.
    pub delivered: Counter,
    /// Attempts that failed, the last ones included.
    pub failures: Counter,
    /// Deliveries that were given up.
    pub dead: Counter,
    /// Deliveries that were moved behind an earlier one of their conversation.
    pub parked: Counter,
    /// Endpoints that answered 410.
    pub disabled: Counter,
    /// Rows in the outbox: waiting, in flight, or to be tried again.
    pub waiting: Gauge,
    /// Attempts under way.
    pub in_flight: Gauge,
}

impl Meters {
    /// Shows them in a registry, under names that begin with `webhook_`.
    pub fn register(&self, registry: &mut Registry) {
        let Self {
            attempts,
            delivered,
            failures,
            dead,
            parked,
            disabled,
            waiting,
            in_flight,
        } = self;
        let registry = registry.sub_registry_with_prefix("webhook");
        for (name, help, counter) in [
            ("attempts", "Webhook attempts that were begun", attempts),
            ("delivered", "Webhook deliveries that arrived", delivered),
            ("failures", "Webhook attempts that failed", failures),
            ("dead", "Webhook deliveries that were given up", dead),
            (
                "parked",
                "Webhook deliveries that were moved behind an earlier one of their conversation",
                parked,
            ),
            (
                "disabled",
                "Webhook endpoints that answered 410 and were switched off",
                disabled,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        registry.register(
            "outbox_rows",
            "Webhook deliveries that wait, are in flight, or will be tried again",
            waiting.clone(),
        );
        registry.register("in_flight", "Webhook attempts under way", in_flight.clone());
    }
}
