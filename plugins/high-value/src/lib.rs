//! Built-in component `high-value`
