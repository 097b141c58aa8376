//! Built-in component `information-gap`
