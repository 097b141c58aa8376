//! `baton pack new`: a folder to begin with.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::exit::Failure;
use crate::cli::local::{self, Scaffold};
use crate::cli::screen::Screen;

/// Make a folder with a new pack that builds, passes its story and runs.
///
/// With a component of its own it needs Rust and the SDK, which lies in Baton's source: the one that this program was built
/// from is taken where it is still there.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack new outage\n  baton pack new night-shift --kind strategy --sdk ../baton/plugin-sdk\n  baton pack new acme --kind pack"
)]
pub(super) struct New {
    /// Its name, and the folder's: lower-case words joined by hyphens.
    name: String,
    /// What is its own in it: a component in Rust, or settings of the built-in ones.
    #[arg(long, value_enum, default_value = "detector")]
    kind: Scaffold,
    /// The folder plugin-sdk of Baton's source.
    #[arg(long, env = "BATON_SDK", value_name = "PATH")]
    sdk: Option<PathBuf>,
}

impl New {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self { name, kind, sdk } = self;
        let files = local::new_pack(&name, kind, sdk)?;
        if screen.look.json {
            return screen.json(&json!({ "folder": name, "files": files }));
        }
        for file in &files {
            screen.line(&format!("{name}/{file}"))?;
        }
        let build = match kind {
            Scaffold::Pack => "",
            Scaffold::Detector | Scaffold::Strategy | Scaffold::Template => {
                "  rustup target add wasm32-wasip2\n  cargo test\n  cargo build --release --target wasm32-wasip2\n"
            }
        };
        screen.note(&format!(
            "next:\n  cd {name}\n{build}  baton pack check ./\n  baton pack test ./"
        ));
        Ok(())
    }
}
