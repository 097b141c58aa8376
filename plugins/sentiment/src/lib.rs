//! Built-in component `sentiment`
