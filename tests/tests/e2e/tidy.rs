//! House rules, so that nobody has to remember them in a review.

use std::path::{Path, PathBuf};

/// A file that is longer asks to be split along a seam a reader would guess. Tests are lists, and may be longer.
const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the workspace")
        .to_owned()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && !name.to_string_lossy().starts_with('.') && name != "target" && name != "node_modules" {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_says_what_shaped_it_and_none_got_away() {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    assert!(files.len() > 100, "the walk found only {} files", files.len());
    let mut faults = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("sources are UTF-8");
        let shown = file.strip_prefix(root()).unwrap_or(&file).display();
        if !text.starts_with("//!") {
            faults.push(format!("{shown}: no header"));
        }
        let lines = text.lines().count();
        let is_test = file.components().any(|c| c.as_os_str() == "tests") || file.ends_with("tests.rs");
        if lines > LONGEST_FILE && !is_test {
            faults.push(format!("{shown}: {lines} lines, at most {LONGEST_FILE}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_capability_is_named_by_one_crate_only() {
    let manifest = |path: &str| std::fs::read_to_string(root().join(path).join("Cargo.toml")).expect("a manifest");
    let dependencies = |path: &str| {
        let text = manifest(path);
        let from = text.find("[dependencies]").unwrap_or(text.len());
        let to = text[from..].find("\n[dev-").map_or(text.len(), |end| from + end);
        text[from..to].to_owned()
    };
    assert_eq!(
        dependencies("host/core")
            .lines()
            .filter(|l| l.contains("workspace"))
            .count(),
        1,
        "the core depends on its calendar library, and on nothing else"
    );
    for (library, home) in [("wasmtime", "host/plugin"), ("sled", "host/store")] {
        for other in ["host", "host/core", "host/plugin", "host/store", "plugin-sdk"] {
            if other != home {
                assert!(
                    !dependencies(other).contains(&format!("\n{library}")),
                    "{other} names {library}, which is {home}'s"
                );
            }
        }
    }
    let mut files = Vec::new();
    rust_files(&root().join("host/src"), &mut files);
    for file in files {
        let inside = |folder: &str| file.starts_with(root().join("host/src").join(folder));
        let text = std::fs::read_to_string(&file).expect("sources are UTF-8");
        if !inside("api") {
            assert!(
                !text.contains("axum::") || inside("client") || inside("deliver"),
                "{} knows HTTP",
                file.display()
            );
        }
    }
}

#[test]
fn the_readme_tells_of_every_command() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("a README");
    let help = baton_tests::baton(crate::PROGRAM)
        .arg("--help")
        .output()
        .expect("it runs and ends");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let commands = help
        .lines()
        .skip_while(|l| !l.starts_with("Commands:"))
        .skip(1)
        .take_while(|l| l.starts_with("  "));
    let commands: Vec<&str> = commands
        .filter_map(|l| l.split_whitespace().next())
        .filter(|c| *c != "help")
        .collect();
    assert!(commands.len() > 8, "{help}");
    for command in commands {
        assert!(
            readme.contains(&format!("baton {command}")),
            "README does not name `baton {command}`"
        );
    }
}
