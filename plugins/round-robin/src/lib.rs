//! Built-in component `round-robin`
