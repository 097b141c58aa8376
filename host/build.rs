//! Builds the built-in components for `wasm32-wasip2` and embeds them, so that one binary is all there is.
//!
//! They are built by a cargo of their own in a target folder of their own: the one that is running holds the
//! lock of its folder. That folder is shared between profiles, so the components are built once for all.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

/// The names of `pack::BUILT_IN`, which a test compares.
const COMPONENTS: [&str; 15] = [
    "phrases",
    "information-gap",
    "sentiment",
    "high-value",
    "complex-request",
    "device-codes",
    "red-flags",
    "orders",
    "deals",
    "matters",
    "owner-first",
    "round-robin",
    "least-loaded",
    "skills",
    "standard",
];

fn main() {
    let host = PathBuf::from(var("CARGO_MANIFEST_DIR"));
    let root = host.parent().expect("the host lies in the workspace");
    let out = PathBuf::from(var("OUT_DIR"));
    for path in ["plugins", "plugin-sdk", "wit", ".cargo"] {
        for file in sources(&root.join(path)) {
            println!("cargo::rerun-if-changed={}", file.display());
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    require_target();
    let folder = guests_folder(&out);
    build(root, &folder);
    let mut table = format!("static BUILT_IN: [(&str, &[u8]); {}] = [\n", COMPONENTS.len());
    for name in COMPONENTS {
        let wasm = folder
            .join(TARGET)
            .join("guest")
            .join(format!("baton_{}.wasm", name.replace('-', "_")));
        let copy = out.join(format!("{name}.wasm"));
        std::fs::copy(&wasm, &copy).unwrap_or_else(|e| panic!("{} was not built: {e}", wasm.display()));
        writeln!(table, "    ({name:?}, include_bytes!({copy:?})),").expect("strings grow");
    }
    table.push_str("];\n");
    std::fs::write(out.join("built_in.rs"), table).expect("OUT_DIR is writable");
}

/// `target/guests`, beside the profiles' folders; `OUT_DIR` where cargo lays it out in another way.
fn guests_folder(out: &Path) -> PathBuf {
    let profile = out.ancestors().nth(3);
    let is_profile = |dir: &&Path| dir.join("build").is_dir();
    match profile.filter(is_profile).and_then(Path::parent) {
        Some(target) => target.join("guests"),
        None => out.join("guests"),
    }
}

fn require_target() {
    let rustc = var("RUSTC");
    let found = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let libs = found
        .ok()
        .filter(|o| o.status.success())
        .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    if !libs.is_some_and(|dir| Path::new(&dir).is_dir()) {
        println!(
            "cargo::error=Baton's rules are Wasm components. Add the target they are compiled for: rustup target add {TARGET}"
        );
        std::process::exit(1);
    }
}

fn build(root: &Path, folder: &Path) {
    let mut cargo = Command::new(var("CARGO"));
    cargo
        .current_dir(root)
        .args([
            "build",
            "--quiet",
            "--profile",
            "guest",
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(folder);
    if root.join("Cargo.lock").is_file() {
        cargo.arg("--locked");
    }
    for name in COMPONENTS {
        cargo.args(["-p", &format!("baton-{name}")]);
    }
    // What was set for the host's own compilation (lints, sanitizers, coverage) does not hold for the guests.
    for set in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
    ] {
        cargo.env_remove(set);
    }
    let status = cargo.status().expect("cargo runs: it runs this script");
    assert!(status.success(), "the built-in components do not compile; see above");
}

/// Every file that a component is made of.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && name != "packs" && name != "examples" && name != "target" => {
                    folders.push(path)
                }
                Ok(kind) if kind.is_file() => files.push(path),
                Ok(_) | Err(_) => {}
            }
        }
    }
    files
}

fn var(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
