//! What a pack may set of `deals`, and what it calls large.

use std::collections::BTreeMap;

use baton_plugin_sdk::Fault;
use baton_text::{Amount, Counts, Reading, money};
use schemars::JsonSchema;
use serde::Deserialize;

/// More vendors than these are a directory.
const MOST_VENDORS: usize = 200;

/// Settings of the detector `deals`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// From how many seats on a deal is large; at least 1.
    pub seats_at_least: u32,
    /// From which budget on it is; more than 0. Where a unit of the currency is far less than a dollar, it is taken times
    /// the power of ten that comes nearest.
    pub budget_at_least: f64,
    /// The same for single currencies by ISO 4217 code, as they are: `{ "JPY": 3000000 }`.
    pub budget_at_least_in: BTreeMap<String, f64>,
    /// Vendors by one word each, so that they are known in lower case too; others are known by their capital letter.
    pub vendors: Vec<String>,
    /// Whether only large deals are found.
    pub large_only: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seats_at_least: 100,
            budget_at_least: 20_000.0,
            budget_at_least_in: BTreeMap::new(),
            vendors: Vec::new(),
            large_only: false,
        }
    }
}

impl Settings {
    /// Checks what serde cannot.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.seats_at_least == 0 {
            return Err(Fault::at("/seats_at_least", "is 0; at least 1"));
        }
        money::check_limit("budget_at_least", self.budget_at_least, &self.budget_at_least_in)
            .map_err(|(place, problem)| Fault::at(place, problem))?;
        if self.vendors.len() > MOST_VENDORS {
            let problem = format!("is one of {}; at most {MOST_VENDORS}", self.vendors.len());
            return Err(Fault::at(format!("/vendors/{MOST_VENDORS}"), problem));
        }
        let single = |name: &String| Reading::of(name).words().len() == 1;
        match self.vendors.iter().position(|name| !single(name)) {
            Some(index) => Err(Fault::at(
                format!("/vendors/{index}"),
                "is not one word; write the telling one",
            )),
            None => Ok(()),
        }
    }

    /// Whether a word, as a reading compares it, is a vendor of the pack.
    pub(crate) fn is_vendor(&self, word: &str) -> bool {
        let same = |name: &String| name.to_lowercase() == word;
        self.vendors.iter().any(same)
    }

    pub(crate) fn is_large_budget(&self, amount: &Amount) -> bool {
        let least = match amount.counts {
            Counts::Money(code) => money::limit(code, self.budget_at_least, &self.budget_at_least_in),
            Counts::Figure { .. } | Counts::Seats | Counts::Places { .. } | Counts::Things => self.budget_at_least,
        };
        amount.value >= least
    }
}
