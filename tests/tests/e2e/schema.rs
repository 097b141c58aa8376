//! The daemon keeps what its document of the API says: thousands of requests made from it, good and bad.

use std::path::Path;
use std::process::Command;

use baton_tests::{Daemon, python};

use crate::{PROGRAM, config};

/// Checks of what a document cannot promise: whether a name exists, a period has a moment or two fields go together; and
/// that a method which does not exist is told before a business that does not.
const BEYOND: &str = "positive_data_acceptance,unsupported_method";

#[test]
fn requests_made_from_the_document_find_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(python) = python(folder.path(), &["schemathesis==4.32.5"]) else {
        eprintln!("SKIPPED: python3 with venv and pip is not there, so the API was not compared with its document");
        return;
    };
    // Nobody waits here for the limits of a single caller.
    let path = config(folder.path(), None, "");
    let text = std::fs::read_to_string(&path).expect("it was just written");
    std::fs::write(
        &path,
        format!("[http]\nrate_per_second = 100000\nrate_burst = 100000\n{text}"),
    )
    .expect("its own folder");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&path));
    let seconds = std::env::var("BATON_SCHEMA_SECONDS").unwrap_or_else(|_| "60".to_owned());
    let done = run(&python.with_file_name("st"), &daemon, &seconds, folder.path());
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    let cases = said
        .lines()
        .find_map(|line| line.trim().split_once(" generated")?.0.parse::<u32>().ok());
    let cases = cases.expect("it tells how many requests it made");
    assert!(cases > 200, "{cases} requests are too few to say anything");
    eprintln!("{cases} requests made from the document");
    assert!(daemon.get("/readyz").status == 200, "it still serves");
}

fn run(tool: &Path, daemon: &Daemon, seconds: &str, folder: &Path) -> std::process::Output {
    Command::new(tool)
        .current_dir(folder)
        .args(["run", &format!("{}/openapi.json", daemon.url)])
        .args(["--header", &format!("Authorization: Bearer {}", daemon.token())])
        // A stream of events has no end.
        .args([
            "--exclude-path",
            "/v1/events",
            "--exclude-checks",
            BEYOND,
            "--checks",
            "all",
        ])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "10",
            "--seed",
            "7",
        ])
        .args(["--max-time", seconds, "--continue-on-failure", "--no-color"])
        .output()
        .expect("it has just told its version")
}
