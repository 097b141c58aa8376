//! The pure state machine of Baton: decides everything, does nothing
