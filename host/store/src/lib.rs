//! Durable state of Baton: one atomic, synced commit per step
