//! Files that are no plugins, plugins that may not be, and compiled components that must not be trusted.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::*;

#[test]
fn a_budget_that_no_plugin_may_have_is_refused() {
    let budget = Budget {
        memory_bytes: 65 * 1024 * 1024,
        ..Budget::default()
    };
    let source = Source {
        id: "rule-1",
        name: "hostile.wasm",
        wasm: guests::hostile(),
        settings_json: "{}",
        budget,
    };
    let said = PLUGINS.detector(&source).err().expect("it is refused").to_string();
    assert!(
        said.ends_with("is given a budget of 68157440 memory_bytes, at most 67108864 are possible"),
        "{said}"
    );
}

#[test]
fn what_is_no_plugin_is_refused_before_it_runs() {
    let wasm = guests::hostile();
    let text = |text: &str| wat::parse_str(text).expect("it is well formed");
    let exporting = |interfaces: &[&str]| {
        let mut component = String::from("(component (instance $i)");
        for interface in interfaces {
            write!(component, r#"(export "baton:rules/{interface}" (instance $i))"#).expect("a string takes it");
        }
        text(&format!("{component})"))
    };
    let table: [(&str, Vec<u8>, &str); 12] = [
        (
            "text",
            b"#!/bin/sh".to_vec(),
            r##"is not WebAssembly: it begins with "#!/bin/sh""##,
        ),
        ("nothing", vec![], "is not WebAssembly"),
        ("half", wasm[..wasm.len() / 2].to_vec(), "is truncated or damaged: "),
        (
            "header",
            wasm[..8].to_vec(),
            "is no plugin: it exports nothing, and not baton:rules/lifecycle",
        ),
        (
            "module",
            text("(module)"),
            "is a core module, not a component; build it for wasm32-wasip2",
        ),
        (
            "large",
            [wasm, &vec![0; 16 * 1024 * 1024]].concat(),
            "at most 16777216 are allowed",
        ),
        (
            "sockets",
            text(r#"(component (import "wasi:sockets/tcp@0.2.3" (instance)))"#),
            "imports wasi:sockets/tcp@0.2.3, which plugins may not have",
        ),
        (
            "stranger",
            text(r#"(component (import "evil" (func)))"#),
            "imports evil, which plugins may not have",
        ),
        (
            "template",
            exporting(&["lifecycle@0.1.0", "composition@0.1.0"]),
            "is a template, a detector is wanted",
        ),
        (
            "newer",
            exporting(&["lifecycle@0.2.0", "detection@0.2.0"]),
            "was built for baton:rules@0.2.0, this host runs 0.1.0; take a newer baton, or build",
        ),
        (
            "half a world",
            exporting(&["lifecycle@0.1.0"]),
            "and not baton:rules/detection",
        ),
        (
            "hollow",
            exporting(&["lifecycle@0.1.0", "detection@0.1.0"]),
            "does not fit the interface: ",
        ),
    ];
    for (name, wasm, expected) in table {
        let said = load(&PLUGINS, &wasm, "{}").err().expect(name).to_string();
        assert!(said.contains(expected), "{name}: {said}");
        others_still_work();
    }
}

#[test]
fn tables_that_grow_or_are_large_are_refused() {
    let with = |body: &str| {
        wat::parse_str(format!(
            r#"(component
                (core module $m {body})
                (core instance (instantiate $m))
                (instance $i)
                (export "baton:rules/lifecycle@0.1.0" (instance $i))
                (export "baton:rules/detection@0.1.0" (instance $i)))"#
        ))
        .expect("it is well formed")
    };
    let growing = with("(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1000000))))");
    let said = load(&PLUGINS, &growing, "{}").err().expect("it is refused").to_string();
    assert!(
        said.contains("cannot be snapshotted: unsupported `table.grow` instruction"),
        "{said}"
    );
    others_still_work();
}

/// Every table and memory that a component begins with counts, too.
#[test]
fn memory_and_tables_count_from_the_start() {
    let load = |budget: Budget| {
        let source = Source {
            id: "rule-1",
            name: "hostile.wasm",
            wasm: guests::hostile(),
            settings_json: "{}",
            budget,
        };
        PLUGINS.detector(&source).err().expect("it is refused").to_string()
    };
    let said = load(Budget {
        memory_bytes: 100_000,
        ..Budget::default()
    });
    assert!(said.contains("bytes of memory, at most 100000 are allowed"), "{said}");
    let said = load(Budget {
        table_elements: 3,
        ..Budget::default()
    });
    assert!(said.contains("table elements, at most 3 are allowed"), "{said}");
    others_still_work();
}

#[test]
fn a_bad_cache_file_is_built_again_and_a_good_one_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = |cache_key| {
        let cache_dir = Some(folder.path().to_path_buf());
        Plugins::new(PluginOptions {
            cache_dir,
            cache_key,
            ..PluginOptions::default()
        })
        .expect("the engine starts")
    };
    let works = |plugins: &Plugins| {
        let detector = load(plugins, guests::hostile(), "{}").expect("it is loaded");
        assert_eq!(note(&detect(&detector, "m-1").expect("it answers")), "call 0");
        assert_eq!(detector.description().name, "hostile");
    };
    works(&plugins([1; 32]));
    let file = only_file(folder.path());
    let good = fs::read(&file).expect("it is there");
    let written = || {
        fs::metadata(&file)
            .and_then(|metadata| metadata.modified())
            .expect("it is there")
    };

    let before = written();
    works(&plugins([1; 32]));
    assert_eq!(written(), before, "a good file is used, not written again");

    let mut forged = good.clone();
    let middle = forged.len() / 2;
    forged[middle] ^= 1;
    for (name, bad) in [
        ("forged", forged),
        ("truncated", good[..good.len() / 2].to_vec()),
        ("empty", vec![]),
    ] {
        fs::write(&file, &bad).expect("it is written");
        works(&plugins([1; 32]));
        assert_ne!(fs::read(&file).expect("it is there"), bad, "{name}: it was replaced");
        assert_eq!(only_file(folder.path()), file, "{name}");
    }

    works(&plugins([2; 32]));
    assert_ne!(
        fs::read(&file).expect("it is there"),
        good,
        "one of another key was replaced"
    );
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let files: Vec<_> = fs::read_dir(folder).expect("it is there").collect();
    assert_eq!(files.len(), 1);
    files[0].as_ref().expect("it can be read").path()
}
