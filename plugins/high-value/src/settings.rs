//! What a business sets for `high-value`, and whether it makes sense.

use std::collections::BTreeMap;

use baton_plugin_sdk::Fault;
use baton_text::{Amount, Counts, check_phrases, money};
use schemars::JsonSchema;
use serde::Deserialize;

/// So many times a large sum is a fortune, which says more by itself.
const FORTUNE: f64 = 20.0;
/// A building is worth as many seats, and so is a lorry load.
const SEATS_OF_A_PLACE: f64 = 5.0;
/// So many sites are several, whatever is a large number of them.
const SEVERAL: f64 = 3.0;
/// Of other things it takes twice as many as of seats.
const SEATS_OF_A_THING: f64 = 0.5;

/// Settings of the detector `high-value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Words or phrases of the trade that mean a valuable request, such as `rooftop unit`.
    pub words: Vec<String>,
    /// Sums of money from this on are large; more than 0. Where a unit of the currency is far less than a dollar, it is
    /// taken times the power of ten that comes nearest: 10 for kronor or rand, 100 for yen or rupees.
    pub amount_at_least: f64,
    /// The same for single currencies by ISO 4217 code, as they are: `{ "JPY": 800000 }`.
    pub amount_at_least_in: BTreeMap<String, f64>,
    /// Numbers of seats, users or people from this on are large; at least 1. A fifth is enough of sites or buildings,
    /// and it takes twice as many of other things.
    pub seats_at_least: u32,
    /// Whether emergencies and dangers count.
    pub emergencies: bool,
    /// What a contact marked as VIP is worth by itself, 0 to 1. It also strengthens every other sign.
    pub vip_confidence: f32,
    /// Whether words that were learnt from labelled messages count beside the rules. Without `emergencies` they only lower.
    pub learnt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            amount_at_least: 5_000.0,
            amount_at_least_in: BTreeMap::new(),
            seats_at_least: 50,
            emergencies: true,
            vip_confidence: 0.5,
            learnt: true,
        }
    }
}

impl Settings {
    /// Whether the business has its own idea of what is large.
    pub(crate) fn says_what_is_large(&self) -> bool {
        let usual = Self::default();
        self.amount_at_least != usual.amount_at_least
            || !self.amount_at_least_in.is_empty()
            || self.seats_at_least != usual.seats_at_least
    }

    /// Checks what serde cannot.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        money::check_limit("amount_at_least", self.amount_at_least, &self.amount_at_least_in)
            .map_err(|(place, problem)| Fault::at(place, problem))?;
        if self.seats_at_least == 0 {
            return Err(Fault::at("/seats_at_least", "is 0; at least 1"));
        }
        if !(0.0..=1.0).contains(&self.vip_confidence) {
            return Err(Fault::at(
                "/vip_confidence",
                format!("is {}; 0 to 1", self.vip_confidence),
            ));
        }
        check_phrases(&self.words).map_err(|(index, problem)| Fault::at(format!("/words/{index}"), problem))
    }

    /// How an amount is called in the lexicon, when it is one that the business calls large.
    pub(crate) fn mark(&self, amount: &Amount) -> Option<&'static str> {
        let seats = f64::from(self.seats_at_least);
        let sum = |value: f64, least: f64| {
            let mark = if value >= FORTUNE * least { "%fortune" } else { "%sum" };
            (mark, value >= least)
        };
        let (mark, large) = match amount.counts {
            Counts::Money(code) => {
                let least = money::limit(code, self.amount_at_least, &self.amount_at_least_in);
                sum(amount.value, least)
            }
            Counts::Figure { sure: true } if amount.value >= FORTUNE * self.amount_at_least => ("%fortune", true),
            Counts::Figure { .. } => ("%figure", amount.value >= self.amount_at_least),
            Counts::Seats => ("%seats", amount.value >= seats),
            Counts::Places { .. } if amount.value * SEATS_OF_A_PLACE >= seats => ("%places", true),
            Counts::Places { site } => ("%several", site && amount.value >= SEVERAL),
            Counts::Things if amount.value * SEATS_OF_A_THING >= seats => ("%things", true),
            Counts::Things => ("%dozens", amount.value >= seats),
        };
        large.then_some(mark)
    }
}
