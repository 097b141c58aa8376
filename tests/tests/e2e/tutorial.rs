//! The tutorial, typed as it stands in its text: what it promises to a newcomer is what happens.

use std::path::Path;
use std::process::Command;

use crate::PROGRAM;

/// The commands of all `sh` blocks, in order.
fn commands(text: &str) -> String {
    let (mut commands, mut inside) = (String::new(), false);
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => commands.extend([line, "\n"]),
            _ => {}
        }
    }
    commands
}

#[test]
fn the_tutorial_goes_from_nothing_to_a_live_detector() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let text = std::fs::read_to_string(root.join("plugin-sdk/TUTORIAL.md")).expect("there");
    let commands = commands(&text);
    assert!(
        commands.lines().count() > 12,
        "the tutorial lost its commands\n{commands}"
    );
    let desk = tempfile::tempdir().expect("a folder");
    // A newcomer has `baton` on the path, under its name.
    std::os::unix::fs::symlink(PROGRAM, desk.path().join("baton")).expect("linked");
    let path = format!("{}:{}", desk.path().display(), std::env::var("PATH").expect("a path"));
    let mut shell = Command::new("bash");
    // What is compiled once serves the next run; what a newcomer's cargo makes lies where the tutorial says.
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    // Whatever fails, no daemon outlives the test.
    let whole = format!("trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{commands}");
    shell
        .args(["-euo", "pipefail", "-c", &whole])
        .current_dir(desk.path())
        .env("PATH", path);
    shell
        .env("CARGO_BUILD_BUILD_DIR", shared)
        .env("RUSTUP_AUTO_INSTALL", "0");
    for set in [
        "CARGO_TARGET_DIR",
        "RUSTFLAGS",
        "BATON_DATA",
        "BATON_CONFIG",
        "BATON_SDK",
        "BATON_TOKEN",
        "CARGO_ENCODED_RUSTFLAGS",
    ] {
        shell.env_remove(set);
    }
    let out = shell.output().expect("bash runs");
    let told = format!(
        "{}\n{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success(), "{told}");
    assert!(told.contains("outage@0.1.0 is installed"), "{told}");
}
