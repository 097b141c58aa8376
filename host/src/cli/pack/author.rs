//! What the author of a pack does with it as a file: build, look, sign.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::local::{self, Written};
use crate::cli::screen::{Mark, Screen};
use crate::cli::value::text;

/// Put a pack into one file, NAME-VERSION.baton: the same bytes for the same pack.
///
/// It holds pack.toml, the components and the changelog that it names, the stories and fixtures, README.md and LICENSE;
/// nothing else of the folder. Status 1 says that the pack is not sound.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack build ./my-pack\n  baton pack build ./my-pack --out dist")]
pub(super) struct Build {
    /// The pack's folder, written with a slash.
    #[arg(value_name = "DIR")]
    folder: String,
    /// Where to write it: a folder, or a file of that very name; this folder without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Show what a pack is: what it says of itself, its parts with their digests, its components, who signed it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack inspect hvac\n  baton pack inspect my-pack-1.2.0.baton --json")]
pub(super) struct Inspect {
    /// An archive, a folder (written with a slash), or the name of a built-in or installed pack.
    pack: String,
}

/// Make a key to sign packs with: the secret half in FILE, the public one in FILE.pub.
///
/// Whoever has the secret half can sign in your name: keep it off the machines that run Baton. Businesses trust the
/// public half by `trusted_keys`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack keygen acme.key")]
pub(super) struct Keygen {
    /// The file, which must not be there yet.
    file: PathBuf,
}

/// Add a signature to an archive, in place.
///
/// It is over the digests of all parts, so signing changes no part; several people may sign.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack sign my-pack-1.2.0.baton --key acme.key")]
pub(super) struct Sign {
    /// The archive.
    file: PathBuf,
    /// The file with the secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Check an archive's parts and signatures; status 1 if anything is wrong, or nobody signed it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack verify my-pack-1.2.0.baton\n  baton pack verify my-pack-1.2.0.baton --trusted acme.key.pub"
)]
pub(super) struct Verify {
    /// The archive.
    file: PathBuf,
    /// A public key, or the file that holds one; one of those that are named must have signed.
    #[arg(long, value_name = "KEY", num_args = 1..)]
    trusted: Vec<String>,
}

impl Build {
    pub(super) fn run(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let written = local::build(&self.folder, self.out.as_deref())?;
        if screen.look.json {
            return screen.json(&told(&written));
        }
        let Written {
            file,
            id,
            bytes,
            digest,
            parts,
        } = &written;
        screen.facts(&[
            ("pack", id.clone()),
            ("file", file.display().to_string()),
            ("bytes", bytes.to_string()),
            ("parts", parts.len().to_string()),
            ("digest", digest.clone()),
        ])?;
        screen.note(&format!("sign it: baton pack sign {} --key KEY", file.display()));
        Ok(())
    }
}

impl Inspect {
    pub(super) fn run(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let pack = local::inspect(&self.pack)?;
        if screen.look.json {
            return screen.json(&pack);
        }
        let lines = |pointer: &str| {
            let items = pack.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        };
        screen.facts(&[
            ("pack", text(&pack, "/id")),
            ("description", text(&pack, "/description")),
            ("licence", text(&pack, "/licence")),
            ("authors", lines("/authors")),
            ("from", text(&pack, "/from")),
            ("digest", text(&pack, "/digest")),
            ("signed by", lines("/signed_by")),
        ])?;
        let list = |name: &str| pack[name].as_array().cloned().unwrap_or_default();
        let row = |part: &Value| [text(part, "/path"), part["bytes"].to_string(), text(part, "/sha256")];
        screen.named_table(["PART", "BYTES", "SHA-256"], list("parts").iter().map(row).collect())?;
        let row = |component: &Value| {
            let imports = component["imports"].as_array().cloned().unwrap_or_default();
            let name = |import: &Value| {
                let denied = if import["allowed"] == json!(false) {
                    " (denied)"
                } else {
                    ""
                };
                format!("{}{denied}", text(import, "/name"))
            };
            let imports: Vec<_> = imports.iter().map(name).collect();
            let is = match component.get("fault").and_then(Value::as_str) {
                Some(fault) => fault.to_owned(),
                None => format!("{} {}", text(component, "/name"), text(component, "/version")),
            };
            [
                text(component, "/component"),
                text(component, "/kind"),
                is,
                imports.join(" "),
            ]
        };
        screen.named_table(
            ["COMPONENT", "KIND", "VERSION", "IMPORTS"],
            list("components").iter().map(row).collect(),
        )?;
        match pack["changelog"].as_str() {
            Some(changelog) => {
                screen.line("")?;
                screen.lines(changelog)
            }
            None => Ok(()),
        }
    }
}

impl Keygen {
    pub(super) fn run(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let (file, public) = local::keygen(&self.file)?;
        if screen.look.json {
            return screen.json(&json!({ "secret": self.file, "public": file, "key": public }));
        }
        screen.line(&public)?;
        screen.note(&format!(
            "{} holds the secret half: keep it to yourself. Who trusts you writes trusted_keys = [\"{public}\"]",
            self.file.display()
        ));
        Ok(())
    }
}

impl Sign {
    pub(super) fn run(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let (written, key) = local::sign(&self.file, &self.key)?;
        if screen.look.json {
            let mut told = told(&written);
            told["key"] = json!(key);
            return screen.json(&told);
        }
        screen.marked(Mark::Good, "ok  ", &format!("{} is signed by {key}", written.id))
    }
}

impl Verify {
    pub(super) fn run(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let (id, signers) = local::verify_archive(&self.file, &self.trusted)?;
        if screen.look.json {
            return screen.json(&json!({ "pack": id, "signed_by": signers }));
        }
        screen.marked(
            Mark::Good,
            "ok  ",
            &format!("{id} is whole, and signed by {}", signers.join(" and ")),
        )
    }
}

fn told(written: &Written) -> Value {
    let Written {
        file,
        id,
        bytes,
        digest,
        parts,
    } = written;
    json!({ "pack": id, "file": file, "bytes": bytes, "digest": digest, "parts": parts })
}
