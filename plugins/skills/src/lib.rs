//! Built-in component `skills`
