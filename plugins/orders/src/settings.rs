//! What a pack may set of `orders`, and whether it makes sense.

use std::collections::BTreeMap;

use baton_plugin_sdk::Fault;
use baton_text::{Shape, money};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of the detector `orders`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Shapes of order numbers that are sure by themselves: `#` is a digit, `@` a letter, `?` either, `+` behind one of
    /// them one or more: `ORD-######`. A number called an order is one whatever its shape.
    pub order_numbers: Vec<String>,
    /// With a limit only refunds above it are found; more than 0. Where a unit of the currency is far less than a dollar,
    /// it is taken times the power of ten that comes nearest. Without one, facts are left.
    pub limit: Option<f64>,
    /// The same for single currencies by ISO 4217 code, as they are: `{ "BRL": 900 }`. Needs `limit`.
    pub limit_in: BTreeMap<String, f64>,
    /// The field in which the platform says what the order cost, for customers who name no sum.
    pub total_field: Option<String>,
}

impl Settings {
    /// Checks what serde cannot, and reads the shapes.
    pub(crate) fn check(&self) -> Result<Vec<Shape>, Fault> {
        if let Some(limit) = self.limit {
            money::check_limit("limit", limit, &self.limit_in).map_err(|(place, problem)| Fault::at(place, problem))?;
        } else if !self.limit_in.is_empty() {
            return Err(Fault::at("/limit_in", "needs a `limit` for the other currencies"));
        }
        if self.total_field.as_ref().is_some_and(|field| field.trim().is_empty()) {
            return Err(Fault::at("/total_field", "is empty; name the field, or leave it out"));
        }
        Shape::parse_all(&self.order_numbers)
            .map_err(|(index, problem)| Fault::at(format!("/order_numbers/{index}"), problem))
    }
}
