//! Baton: hands an AI bot's chat over to a human, and sees to it that somebody picks it up.
//!
//! In the order in which a message meets them: `api` takes it in, `engine` runs its step, `rules` judge, `record`
//! and the store keep it, `deliver` sends what follows. See `ARCHITECTURE.md` beside the manifest.

pub mod limits;

pub mod config;
pub mod pack;

pub mod auth;

pub mod audit;

pub mod contact;

pub mod api;

pub mod engine;

pub mod directory;

pub mod rules;

pub mod record;

pub mod deliver;

pub mod tls;

pub mod observe;

pub mod report;

pub mod simulate;

pub mod stretch;

pub mod calls;

pub mod backtest;

pub mod eval;

pub mod daemon;

pub mod client;

pub mod cli;
