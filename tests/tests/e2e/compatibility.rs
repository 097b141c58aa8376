//! Components that were built once and kept: what ran with a version of the interface runs with each later one.

use std::path::{Path, PathBuf};

use baton_tests::baton;
use wit_parser::{PackageId, Resolve};

use crate::PROGRAM;

const WORLDS: [&str; 3] = ["detector", "strategy", "template"];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("compatibility")
}

/// A pack whose every plugin is an old component, each of them changed on its way.
fn pack(folder: &Path, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    let mut manifest = String::from(
        "[pack]\nname = \"old\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\ndescription = \"d\"\n",
    );
    for kind in WORLDS {
        let wasm = std::fs::read(here().join("0.1.0").join(format!("{kind}.wasm"))).expect("it is kept");
        std::fs::write(folder.join(format!("{kind}.wasm")), change(wasm)).expect("a folder of the test's own");
        let more = if kind == "detector" {
            "reason = \"old\"\nthreshold = 0.5\nspeaker = \"customer\"\n"
        } else {
            ""
        };
        manifest.push_str(&format!(
            "\n[[{kind}]]\nid = \"my-{kind}\"\ncomponent = \"{kind}.wasm\"\n{more}"
        ));
    }
    std::fs::write(folder.join("pack.toml"), manifest).expect("a folder of the test's own");
    std::fs::create_dir_all(folder.join("stories")).expect("a folder of the test's own");
    std::fs::write(folder.join("stories/old.story"), STORY).expect("a folder of the test's own");
}

/// The strategy ranks from the last to the first; the template writes what it was told.
const STORY: &str = "\
start 2026-03-02 10:00
channel web
agent ana
agent bo

0     customer: Is anybody there?
      -> open old high tags human-handover kept
      -> control waiting 1
      -> offer bo until 5m
      -> task 1 for bo due 2h high: Is anybody there?
      -> say: default Some((120, false, 1772452800000, \"2026-03-02 12:00\")) true None None None Some(\"bo\")
";

fn run(command: &str, folder: &Path) -> (bool, String) {
    let out = baton(PROGRAM)
        .args(["pack", command])
        .arg(folder)
        .output()
        .expect("it runs and ends");
    let (told, errors) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    (out.status.success(), format!("{told}\n{errors}"))
}

#[test]
fn the_components_of_the_first_version_still_run() {
    let folder = tempfile::tempdir().expect("a folder");
    pack(folder.path(), |wasm| wasm);
    let (passed, told) = run("test", folder.path());
    assert!(passed, "{told}");
}

#[test]
fn a_pack_for_a_version_of_the_future_is_refused_with_both_numbers_and_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    pack(folder.path(), |mut wasm| {
        for interface in ["types", "log", "lifecycle", "detection", "assignment", "composition"] {
            let name = format!("baton:rules/{interface}@0.");
            for at in 0..wasm.len() - name.len() {
                if wasm[at..].starts_with(name.as_bytes()) {
                    wasm[at + name.len()] = b'9';
                }
            }
        }
        wasm
    });
    let (passed, told) = run("check", folder.path());
    assert!(!passed, "{told}");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "baton:rules@0.9.0",
        "this host runs 0.1.0",
        "take a newer baton, or build the component with the SDK of this one",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("the sandbox denies"), "{told}");
}

/// The interface in a folder, beside what is there already.
fn push(resolve: &mut Resolve, folder: &Path, change: impl Fn(&str) -> String) -> PackageId {
    let mut texts: Vec<_> = std::fs::read_dir(folder)
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    texts.sort();
    let copy = tempfile::tempdir().expect("a folder");
    for path in texts {
        let text = std::fs::read_to_string(&path).expect("WIT is text");
        std::fs::write(copy.path().join(path.file_name().expect("a file")), change(&text)).expect("it is written");
    }
    resolve.push_dir(copy.path()).expect("it is sound").0
}

/// Whether components for the old interface run where the new one is, as `wit-component` sees it.
fn compatible(old: &Path, new: &Path, change: impl Fn(&str) -> String) -> Result<(), String> {
    for world in WORLDS {
        let mut resolve = Resolve::default();
        let old = push(&mut resolve, old, |text| {
            text.replace("package baton:rules@", "package baton:rules@0.0.1-")
        });
        let new = push(&mut resolve, new, &change);
        let old = resolve.select_world(&[old], Some(world)).expect("it has this world");
        let new = resolve.select_world(&[new], Some(world)).expect("it has this world");
        wit_component::semver_check(resolve, old, new).map_err(|error| format!("{world}: {error:#}"))?;
    }
    Ok(())
}

#[test]
fn the_interface_is_what_its_components_were_built_for_or_more() {
    let (old, now) = (here().join("0.1.0/wit"), here().join("../../wit/baton-rules-0.1.0"));
    compatible(&old, &now, str::to_owned).expect("a released interface only grows");

    // What the check is good for: a function more is compatible, another shape is not.
    let grown = |text: &str| text.replace("length: func() -> u32;", "length: func() -> u32; asked: func() -> u32;");
    compatible(&old, &now, grown).expect("a function more is no harm");
    for (what, from, to) in [
        ("a function less", "length: func() -> u32;", ""),
        ("another result", "length: func() -> u32;", "length: func() -> u64;"),
        ("a field more", "vip: bool,", "vip: bool, since: option<u32>,"),
        (
            "another case",
            "enum kind { detector, strategy, template }",
            "enum kind { detector, strategy, template, report }",
        ),
        (
            "an export more",
            "export detection;",
            "export detection; export extra: func();",
        ),
    ] {
        let changed = compatible(&old, &now, |text| text.replace(from, to));
        assert!(changed.is_err(), "{what} is taken for compatible");
    }
}

/// The text of a version never changes, and neither do the components: each fits the worlds of its own folder.
#[test]
fn what_is_kept_fits_its_own_version() {
    for (folder, worlds) in [("0.1.0", &WORLDS[..]), ("next", &WORLDS[..1])] {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(here().join(folder).join("wit")).expect("it is sound");
        for kind in worlds {
            let wasm = std::fs::read(here().join(folder).join(format!("{kind}.wasm"))).expect("it is kept");
            let decoded = wit_component::decode(&wasm).expect("it is a component");
            let wit_component::DecodedWasm::Component(told, world) = decoded else {
                panic!("{kind} is no component")
            };
            let number = &resolve.packages[package].name.version;
            let names: Vec<String> = told.worlds[world]
                .exports
                .keys()
                .map(|key| told.name_world_key(key))
                .collect();
            let number = number.as_ref().expect("a released package has one").to_string();
            assert!(
                names.len() == 2 && names.iter().all(|name| name.ends_with(&number)),
                "{folder}/{kind}: {names:?}"
            );
        }
    }
}
