//! What would go wrong with a pack only when a customer meets it, found while its author still looks at it.
//!
//! Each check is of the rules alone and needs no plugin: a text against the deadlines, the ladder against itself, settings
//! against the schema that their component gives. What the components say themselves is asked elsewhere.

mod ladder;
mod promise;

use baton_core::{Policy, Priority};
use serde_json::Value;

use super::{Pack, Plugin};
use crate::config::{ConfigError, HandoverForm};

impl Pack {
    /// Texts that promise what the deadlines do not hold, and a ladder that leads nowhere.
    pub fn doubts(&self) -> Vec<ConfigError> {
        let mut policy = Policy::default();
        HandoverForm::apply(&[&self.handover], &mut policy);
        let mut doubts = promise::check(self, &policy);
        doubts.extend(ladder::check(self, &policy));
        doubts
    }

    /// Settings of a plugin that do not fit a JSON Schema, its component's own: each at its place.
    pub fn settings_misfits(&self, plugin: &Plugin, schema: &Value) -> Vec<ConfigError> {
        self.source.misfits(&plugin.at, "settings", schema)
    }

    /// The lowest priority that a handover for this reason may have; for any reason where none is given.
    fn least_priority(&self, reason: Option<&str>) -> Priority {
        let fits =
            |rule: &&super::Detector| rule.hands_over && reason.is_none_or(|reason| rule.reason.as_str() == reason);
        let least = self.detectors.iter().filter(fits).map(|rule| rule.priority).min();
        least.unwrap_or(Priority::Low)
    }
}

fn word(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
}

#[cfg(test)]
mod tests;
