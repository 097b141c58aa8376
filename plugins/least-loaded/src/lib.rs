//! Built-in component `least-loaded`
