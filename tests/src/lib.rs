//! What the end-to-end tests share: stories, hostile components, crashes, tidy.

pub mod guests;
