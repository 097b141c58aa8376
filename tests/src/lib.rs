//! End-to-end tests of Baton: stories, hostile components, crashes, tidy
