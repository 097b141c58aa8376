//! What an operator does to a whole store: verify it, back it up, restore it.
