//! End to end: the real program, the real components, real sockets, real disks.

#![allow(
    clippy::print_stderr,
    reason = "a test tells what it skipped, and what a long one did"
)]

mod activation;
mod bad_input;
mod chat;
mod cli;
mod compatibility;
mod crash;
mod eval;
mod explain;
mod languages;
mod limits;
mod mail;
mod people;
mod plugins;
mod privacy;
mod report;
mod restart;
mod rules;
mod schema;
mod tidy;
mod trial;
mod tutorial;
mod webhooks;

use std::path::{Path, PathBuf};

/// The program under test, built by cargo for this package.
const PROGRAM: &str = env!("CARGO_BIN_EXE_baton-under-test");

/// The configuration most tests use: the HVAC pack, three people, short windows where `windows` says so.
fn config(folder: &Path, hook: Option<&str>, windows: &str) -> PathBuf {
    let webhook = hook.map_or_else(String::new, |url| {
        format!(
            "[[business.default.webhook]]\nid = \"platform\"\nurl = {url:?}\nallow_private = true\n\
             secret = \"{SECRET}\"\n"
        )
    });
    let text = format!(
        r#"
[business.default]
name = "Cool Air"
pack = "hvac"
time_zone = "America/New_York"

[[business.default.role]]
id = "technician"
[[business.default.role]]
id = "sales"

[[business.default.agent]]
id = "tom"
name = "Tom Baker"
roles = ["technician"]
skills = ["hvac"]
[[business.default.agent]]
id = "ana"
name = "Ana Silva"
roles = ["technician", "sales"]
capacity = 1000
[business.default.handover]
{windows}
{webhook}
"#
    );
    let path = folder.join("baton.toml");
    std::fs::write(&path, text).expect("a folder of the test's own");
    path
}

/// `whsec_` and 24 bytes, the form of Standard Webhooks.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
