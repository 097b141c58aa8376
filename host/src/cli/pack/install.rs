//! The folder of installed packs: what is in it, one more, one less.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::local::{InstalledPack, Packs};
use crate::cli::screen::{Mark, Screen};
use crate::cli::serve::config_or_default;

/// Where installed packs are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which packs")]
pub(super) struct Where {
    /// The configuration; baton.toml of this folder, if it is there, without it.
    #[arg(long, env = "BATON_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The data folder; as the configuration says without it.
    #[arg(long, env = "BATON_DATA", value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
}

/// Install an archive beside the other versions, once it was checked.
///
/// A business gets it by its name in baton.toml: pack = "my-pack" is the highest version, "my-pack@1.2.0" that one. A
/// daemon that runs takes it at its next start.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack install my-pack-1.2.0.baton\n  baton pack install my-pack-1.1.0.baton --downgrade my-pack@1.1.0"
)]
pub(super) struct Install {
    /// The archive.
    file: PathBuf,
    /// The very version to install although a higher one is there.
    #[arg(long, value_name = "NAME@VERSION")]
    downgrade: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// Take an installed version away; refused while the configuration names it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack remove my-pack@1.1.0")]
pub(super) struct Remove {
    /// The version.
    #[arg(value_name = "NAME@VERSION")]
    id: String,
    #[command(flatten)]
    place: Where,
}

impl Where {
    fn packs(self) -> Result<Packs, Failure> {
        Packs::of(config_or_default(self.config).as_deref(), self.data.as_deref())
    }
}

impl Install {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let pack = self.place.packs()?.install(&self.file, self.downgrade.as_deref())?;
        if screen.look.json {
            return screen.json(&told(&pack));
        }
        screen.marked(Mark::Good, "ok  ", &format!("{} is installed", pack.id))?;
        screen.note(&match pack.used_by.as_slice() {
            [] => format!("a business gets it by pack = \"{}\" in its configuration", pack.id),
            users => format!("{} has it from the daemon's next start on", users.join(" and ")),
        });
        Ok(())
    }
}

impl Remove {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let file = self.place.packs()?.remove(&self.id)?;
        if screen.look.json {
            return screen.json(&json!({ "pack": self.id, "file": file }));
        }
        screen.marked(Mark::Good, "ok  ", &format!("{} is removed", self.id))
    }
}

/// What is installed, with the businesses that start with it.
pub(super) fn list(place: Where, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let packs = place.packs()?.list()?;
    if screen.look.json {
        return screen.json(&json!({ "items": packs.iter().map(told).collect::<Vec<_>>() }));
    }
    let row = |pack: &InstalledPack| [pack.id.clone(), pack.used_by.join(" "), pack.file.display().to_string()];
    let rows: Vec<_> = packs.iter().map(row).collect();
    if rows.is_empty() {
        screen.note("nothing is installed; baton pack install FILE does");
    }
    screen.table(["PACK", "USED BY", "FILE"], rows)
}

fn told(pack: &InstalledPack) -> Value {
    let InstalledPack { id, file, used_by } = pack;
    json!({ "pack": id, "file": file, "used_by": used_by })
}
