//! Built-in component `complex-request`
