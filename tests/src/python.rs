//! Programs that others wrote in Python: a judge of ours that we did not make ourselves.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python with these packages, in an environment of the test's own; `None`, and in CI a failure, where there is none.
pub fn python(folder: &Path, packages: &[&str]) -> Option<PathBuf> {
    let made = make(folder, packages);
    assert!(
        made.is_some() || std::env::var_os("CI").is_none(),
        "CI has python3 with venv and pip"
    );
    made
}

fn make(folder: &Path, packages: &[&str]) -> Option<PathBuf> {
    let env = folder.join("venv");
    let made = Command::new("python3").args(["-m", "venv"]).arg(&env).output().ok()?;
    let python = env.join("bin/python");
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    let installed = made.status.success() && install.args(packages).status().ok()?.success();
    installed.then_some(python)
}
