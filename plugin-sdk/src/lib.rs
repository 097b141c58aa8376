//! Write detectors, strategies and templates for Baton
