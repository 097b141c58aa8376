//! What operators see of deliveries: counters that only grow, and how much waits.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counters of deliveries. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meters {
    /// Of webhooks; what is given up without an attempt counts here whoever it was for.
    pub webhooks: Attempts,
    /// Of mails.
    pub mails: Attempts,
    /// Deliveries that were moved behind an earlier one of their conversation.
    pub parked: Counter,
    /// Endpoints that answered 410.
    pub disabled: Counter,
    /// Rows in the outbox: waiting, in flight, or to be tried again.
    pub waiting: Gauge,
    /// Attempts under way.
    pub in_flight: Gauge,
}

/// Counters of attempts of one kind.
#[derive(Debug, Clone, Default)]
pub struct Attempts {
    /// Attempts that were begun.
    pub attempts: Counter,
    /// Deliveries that arrived.
    pub delivered: Counter,
    /// Attempts that failed, the last ones included.
    pub failures: Counter,
    /// Deliveries that were given up.
    pub dead: Counter,
}

impl Meters {
    /// Shows them in a registry, under names that begin with `webhook_` and `mail_`.
    pub fn register(&self, registry: &mut Registry) {
        let Self {
            webhooks,
            mails,
            parked,
            disabled,
            waiting,
            in_flight,
        } = self;
        for (prefix, kind, counters) in [("webhook", "Webhook", webhooks), ("mail", "Mail", mails)] {
            let Attempts {
                attempts,
                delivered,
                failures,
                dead,
            } = counters;
            let registry = registry.sub_registry_with_prefix(prefix);
            for (name, help, counter) in [
                ("attempts", "attempts that were begun", attempts),
                ("delivered", "deliveries that arrived", delivered),
                ("failures", "attempts that failed", failures),
                ("dead", "deliveries that were given up", dead),
            ] {
                registry.register(name, format!("{kind} {help}"), counter.clone());
            }
        }
        let registry = registry.sub_registry_with_prefix("webhook");
        for (name, help, counter) in [
            (
                "parked",
                "Deliveries that were moved behind an earlier one of their conversation",
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
            "Deliveries that wait, are in flight, or will be tried again",
            waiting.clone(),
        );
        registry.register("in_flight", "Deliveries under way", in_flight.clone());
    }
}
