//! Built-in component `phrases`
