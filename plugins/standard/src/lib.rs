//! Built-in component `standard`
