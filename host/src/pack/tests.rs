//! What a pack may not be, with the exact words of the refusal; and where its settings stand.

use std::collections::BTreeSet;
use std::path::PathBuf;

use baton_core::{Policy, Speaker};

use super::*;

const HEAD: &str = "[pack]\nname = 'mine'\nversion = '1.2.0'\ninterface = 'baton:rules@0.1'\n";

/// A folder with a manifest that goes on after [`HEAD`], and other files.
fn folder(manifest: &str, files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = format!("{HEAD}{manifest}");
    for (path, bytes) in files.iter().chain([&("pack.toml", manifest.as_bytes())]) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    folder
}

fn load(folder: &tempfile::TempDir) -> Result<Pack, ConfigErrors> {
    Pack::load(&PackRef::Folder(folder.path().to_owned()))
}

/// Everything that is wrong with a pack, each as `file:line:column message`. [`HEAD`] is the lines 1 to 4.
#[track_caller]
fn check_files(manifest: &str, files: &[(&str, &[u8])], expected: &[&str]) {
    let folder = folder(manifest, files);
    let errors = load(&folder).map(|_| "is accepted").expect_err(manifest);
    let root = format!("{}/", folder.path().display());
    let told: Vec<String> = errors
        .iter()
        .map(|e| format!("{} {}", e.place, e.message).replace(&root, ""))
        .collect();
    assert_eq!(told, expected, "{manifest}");
}

#[track_caller]
fn check(manifest: &str, expected: &[&str]) {
    check_files(manifest, &[], expected);
}

fn detector(rest: &str) -> String {
    format!("[[detector]]\nid = 'rule'\n{rest}")
}

#[test]
fn a_manifest_that_cannot_be_meant_is_refused() {
    check(
        "license = 'MIT'\n[handovr]\n[[detectors]]",
        &[
            "pack.toml:5:1 unknown key `license`; did you mean `licence`?",
            "pack.toml:6:2 unknown key `handovr`; did you mean `handover`?",
            "pack.toml:7:3 unknown key `detectors`; did you mean `detector`?",
        ],
    );
    check(
        &detector(
            "component = 'phrases'\nthreshold = 1.2\nreason = 'explict-request'\npriority = 'urgent'\neffect = 'tags'",
        ),
        &[
            "pack.toml:8:13 1.2 is out of range; expected 0 to 1",
            "pack.toml:9:10 unknown reason \"explict-request\"; did you mean `explicit-request`?",
            "pack.toml:10:12 unknown word \"urgent\"; expected one of `low`, `medium`, `high`",
            "pack.toml:11:10 unknown word \"tags\"; did you mean `tag`?",
        ],
    );
    check(
        &detector("reason = 'sentiment'"),
        &["pack.toml:5:1 the key `component` is missing"],
    );
    check(
        &detector("component = 'phrases'"),
        &["pack.toml:5:1 the rule `rule` hands over without a `reason`; name one, or set `effect = \"tag\"`"],
    );
    check(
        &detector("component = 'phrases'\neffect = 'tag'"),
        &["pack.toml:5:1 the rule `rule` leaves nothing behind; give it `tags` or a `topic`"],
    );
    check(
        &detector(
            "component = 'phrases'\nreason = 'x'\nsettings = { since = 2026-01-01, limit = inf, list = [1979-05-27] }",
        ),
        &[
            "pack.toml:9:22 expected a string; put the date in quotes",
            "pack.toml:9:42 expected a finite number",
            "pack.toml:9:55 expected a string; put the date in quotes",
        ],
    );
    check(
        "[[strategy]]\ncomponent = 'skills'\n[template]\nid = 'skills'\ncomponent = 'standard'",
        &["pack.toml:8:6 the id `skills` is there twice; each plugin of a pack needs its own"],
    );
    check(
        "[handover]\nladder = []\nreason = { sentiments = {} }",
        &["pack.toml:6:10 expected at least 1 item, found 0"],
    );
    check(
        "[handover]\nreason = { sentiments = {} }",
        &["pack.toml:6:25 unknown reason \"sentiments\"; did you mean `sentiment`?"],
    );
}

#[test]
fn a_pack_must_say_what_it_is() {
    let told = |manifest: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("pack.toml"), manifest).expect("written");
        let errors = load(&folder).expect_err(manifest);
        errors
            .iter()
            .map(|e| format!("{}:{} {}", e.place.line, e.place.column, e.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(""), ["1:1 the key `pack` is missing"]);
    assert_eq!(
        told("[pack]\nname = 'My Pack'\nversion = '1.2'\ninterface = 'baton:rules@0.2'"),
        [
            "2:8 \"My Pack\" is not a name; use at most 64 lower-case letters and digits, words joined by hyphens: \
             \"human-requested\"",
            "3:11 \"1.2\" is not a version: unexpected end of input while parsing minor version number; \
             write it as \"1.2.0\"",
            "4:13 \"baton:rules@0.2\" is not an interface of this host; it has \"baton:rules@0.1\"",
        ]
    );
}

#[test]
fn a_component_that_is_not_there_is_refused() {
    let rule = |component: &str| detector(&format!("reason = 'x'\ncomponent = '{component}'"));
    check(
        &rule("phrase"),
        &["pack.toml:8:13 no built-in detector `phrase`; did you mean `phrases`? (a file of the pack ends in .wasm)"],
    );
    check(
        &rule("skills"),
        &["pack.toml:8:13 `skills` is a strategy, a detector is wanted here"],
    );
    check(
        &rule("codes.wasm"),
        &["pack.toml:8:13 no file \"codes.wasm\" in the pack"],
    );
    check_files(
        &rule("codes.wasm"),
        &[("codes.wasm", b"\x7fELF")],
        &["pack.toml:8:13 \"codes.wasm\" is not Wasm: it does not begin with \\0asm"],
    );
    check_files(
        &rule("a.wasm"),
        &[("a.wasm/x", b"")],
        &["pack.toml:8:13 \"a.wasm\" is not a file"],
    );
}

#[test]
fn nothing_in_a_pack_leads_out_of_it() {
    for path in [
        "../codes.wasm",
        "/etc/codes.wasm",
        "rules/../../codes.wasm",
        "./codes.wasm",
        "a\\\\b.wasm",
    ] {
        check(
            &detector(&format!("reason = 'x'\ncomponent = \"{path}\"")),
            &[&format!(
                "pack.toml:8:13 \"{path}\" is not a component; name a built-in one (\"phrases\"), or a .wasm file \
                 inside the pack (\"rules/codes.wasm\")"
            )],
        );
    }
    let outside = tempfile::NamedTempFile::new().expect("a file");
    let pack = folder(&detector("reason = 'x'\ncomponent = 'codes.wasm'"), &[]);
    std::os::unix::fs::symlink(outside.path(), pack.path().join("codes.wasm")).expect("linked");
    let errors = load(&pack).expect_err("a link out of the pack");
    let told: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(told, ["\"codes.wasm\" leads out of the pack"]);
}

#[test]
fn a_story_that_cannot_be_read_is_refused_at_its_line() {
    check_files(
        "",
        &[
            ("stories/a.story", b"agent ana:\n0  dances\n"),
            ("stories/b.story", b"\xff"),
            ("stories/c.txt", b"no"),
        ],
        &["stories/b.story not UTF-8 from byte 0 on"],
    );
    let pack = folder("", &[("stories/a.story", b"agent ana:\n0  dances\n")]);
    let errors = load(&pack).expect_err("a story that says nothing");
    let places: Vec<_> = errors
        .iter()
        .map(|e| (e.place.file.ends_with("a.story"), e.place.line))
        .collect();
    assert_eq!(places, [(true, 2)]);
}

#[test]
fn what_is_too_big_is_not_read() {
    let pack = folder(&detector("reason = 'x'\ncomponent = 'a.wasm'"), &[]);
    let huge = std::fs::File::create(pack.path().join("a.wasm")).expect("made");
    huge.set_len((32 << 20) + 1).expect("a hole");
    let errors = load(&pack).expect_err("too big");
    let told: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(told, ["\"a.wasm\" has 33554433 bytes, at most 33554432 are read"]);
}

#[test]
fn a_sound_pack_is_read_whole() {
    let pack = folder(
        "[[detector]]\nid = 'codes'\ncomponent = 'rules/codes.wasm'\neffect = 'tag'\nspeaker = 'bot'\ntopic = 'a code'\n\
         [[strategy]]\ncomponent = 'skills'\n[[strategy]]\nid = 'then'\ncomponent = 'least-loaded'\n\
         [template]\ncomponent = 'standard'\nsettings = { title = 'x' }\n",
        &[
            ("rules/codes.wasm", b"\0asm\x0d\0\x01\0"),
            ("stories/b.story", b"0 wake\n"),
            ("stories/a.story", b""),
        ],
    );
    let pack = load(&pack).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(pack.id(), "mine@1.2.0");
    let rule = pack.detectors.first().expect("one");
    assert_eq!(
        (rule.hands_over, rule.speaker, rule.threshold, rule.reason.as_str()),
        (false, Some(Speaker::Bot), 0.75, "codes")
    );
    assert!(
        matches!(&rule.plugin.component, Component::File { path, wasm } if path == "rules/codes.wasm" && wasm.len() == 8)
    );
    let plugins: Vec<_> = pack
        .plugins()
        .map(|(kind, plugin)| (kind, plugin.id.as_str()))
        .collect();
    let expected = [
        (Kind::Detector, "codes"),
        (Kind::Strategy, "skills"),
        (Kind::Strategy, "then"),
        (Kind::Template, "standard"),
    ];
    assert_eq!(plugins, expected);
    assert_eq!(
        pack.templates.first().map(|t| t.settings.to_string()),
        Some("{\"title\":\"x\"}".into())
    );
    assert!(
        pack.stories.iter().map(|s| s.story.acts.len()).eq([0, 1]),
        "sorted by name"
    );
}

#[test]
fn a_plugins_fault_is_told_at_the_setting_that_it_names() {
    let pack = folder(
        "[[detector]]\nid = 'rule'\ncomponent = 'phrases'\nreason = 'x'\n\n[detector.settings]\nexamples = [\n  \
         'one',\n  'two',\n]\n'a/b' = { c = 1 }\n",
        &[],
    );
    let pack = load(&pack).unwrap_or_else(|e| panic!("{e}"));
    let plugin = &pack.detectors.first().expect("one").plugin;
    for (pointer, line, column) in [
        ("/examples/1", 13, 3),
        ("/examples", 11, 12),
        ("/examples/7", 11, 12),
        ("/a~1b/c", 15, 15),
        ("/typos", 10, 1),
        ("", 10, 1),
        ("nonsense", 10, 1),
    ] {
        let place = pack.place_of(plugin, pointer);
        assert_eq!((place.line, place.column), (line, column), "{pointer}");
    }
    let told = pack
        .settings_error(plugin, "/examples/1", "has no word in it")
        .to_string();
    assert!(
        told.starts_with("has no word in it\n  --> ") && told.ends_with("\n13 |   'two',\n   |   ^^^^^"),
        "{told}"
    );
    assert_eq!(pack.component_error(plugin, "traps").place.line, 7);
}

#[test]
fn a_pack_may_ask_for_less_than_the_daemon_allows_and_not_for_more() {
    let allowed = Budget::default();
    let less = load(&folder("[budget]\nfuel = 20000", &[])).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        less.budget(allowed),
        Ok(Budget {
            fuel: 20_000,
            ..allowed
        })
    );
    let more = load(&folder("[budget]\nfuel = 50000001\nlog_lines = 51", &[])).unwrap_or_else(|e| panic!("{e}"));
    let errors = more.budget(allowed).expect_err("too much");
    let told: Vec<_> = errors
        .iter()
        .map(|e| format!("{} {}", e.place.line, e.message))
        .collect();
    assert_eq!(
        told,
        [
            "6 the pack asks for 50000001, the daemon allows 50000000; lower it, or raise `fuel` in [plugins.budget]",
            "7 the pack asks for 51, the daemon allows 50; lower it, or raise `log_lines` in [plugins.budget]",
        ]
    );
}

#[test]
fn the_built_in_packs_are_sound_and_carry_all_their_stories() {
    let folders = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/packs"));
    for pack_ref in PackRef::built_in() {
        let pack = Pack::load(&pack_ref).unwrap_or_else(|e| panic!("{e}"));
        let name = |file: &str| file.rsplit('/').next().map(str::to_owned);
        let carried: BTreeSet<_> = pack.stories.iter().filter_map(|story| name(&story.file)).collect();
        let folder = PackRef::Folder(folders.join(&pack.name));
        let on_disk = Pack::load(&folder).unwrap_or_else(|e| panic!("{e}"));
        let there: BTreeSet<_> = on_disk.stories.iter().filter_map(|story| name(&story.file)).collect();
        assert_eq!(carried, there, "{}", pack.name);
        assert_eq!(pack.detectors, on_disk.detectors);
        pack.budget(Budget::default()).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn the_default_pack_has_the_five_reasons_and_the_usual_windows() {
    let pack = Pack::load(&PackRef::BuiltIn("default")).unwrap_or_else(|e| panic!("{e}"));
    let reasons: BTreeSet<&str> = pack.detectors.iter().map(|rule| rule.reason.as_str()).collect();
    let five = [
        "complex-request",
        "explicit-request",
        "high-value",
        "information-gap",
        "sentiment",
    ];
    assert!(reasons.into_iter().eq(five));
    let mut policy = Policy::default();
    HandoverForm::apply(&[&pack.handover], &mut policy);
    assert_eq!(policy, Policy::default());
}

#[test]
fn a_pack_is_named_by_word_or_folder() {
    assert_eq!("hvac".parse(), Ok(PackRef::BuiltIn("hvac")));
    assert_eq!(
        "hvca".parse::<PackRef>(),
        Err(
            "no built-in or installed pack `hvca`; did you mean `hvac`? (a folder is written with a slash: \"./hvca\")"
                .into()
        )
    );
    let pack = folder("", &[]);
    let path = pack.path().display().to_string();
    assert_eq!(path.parse(), Ok(PackRef::Folder(pack.path().to_owned())));
    assert_eq!(
        "./nowhere".parse::<PackRef>(),
        Err("no pack at ./nowhere: there is no pack.toml in it".into())
    );
}
