//! Baton: hands an AI bot's chat over to a human, and sees to it that somebody picks it up.
pub mod api;
pub mod auth;
pub mod engine;
//! Baton: hands an AI bot's chat over to a human, and sees to it that somebody picks it up

pub mod cli;
pub mod client;

pub mod config;
pub mod pack;

pub mod config;
pub mod record;
pub mod deliver;

pub mod engine;

pub mod observe;
