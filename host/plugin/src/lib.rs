//! Runs Baton's Wasm components inside their budgets
