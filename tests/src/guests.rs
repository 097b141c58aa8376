//! Components that only tests need, built from their crates when a test first asks.
//!
//! Built here and not by a build script, so that a build without tests does not pay for them. They have a target folder of
//! their own: cargo locks the one that it is testing from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The bytes of the component `baton-hostile`, a detector that misbehaves as its settings say.
///
/// # Panics
///
/// When it cannot be built, with cargo's output.
pub fn hostile() -> &'static [u8] {
    static WASM: OnceLock<Vec<u8>> = OnceLock::new();
    WASM.get_or_init(|| build("baton-hostile"))
}

fn build(package: &str) -> Vec<u8> {
    let package_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package_folder
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").exists());
    let root = root.expect("the workspace is around it");
    let target = target_folder().join("guests");
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "build",
            "--quiet",
            "--package",
            package,
            "--target",
            "wasm32-wasip2",
            "--profile",
            "guest",
        ])
        .arg("--target-dir")
        .arg(&target)
        .output()
        .expect("cargo runs the tests, so it runs");
    assert!(
        output.status.success(),
        "{package} cannot be built; is the target there (rustup target add wasm32-wasip2)?\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = target
        .join("wasm32-wasip2/guest")
        .join(format!("{}.wasm", package.replace('-', "_")));
    fs::read(&file).expect("cargo has built it")
}

/// Cargo's target folder, in which the test that runs was built.
///
/// # Panics
///
/// When cargo did not build it.
pub fn target_folder() -> PathBuf {
    // target/debug/deps/test
    let test = std::env::current_exe().expect("a test knows where it is");
    let target = test.ancestors().nth(3).expect("cargo puts tests three folders deep");
    target.to_owned()
}
