//! Backup and restore: everything comes back, and nothing does from a backup that is not whole.

use std::fs;
use std::path::Path;

use baton_store::admin::{
    BackupSummary, Kind, Payload, RestoreError, RewriteError, Row, backup, restore, rewrite, verify,
};
use baton_store::{Counts, DeliveryChange, FactChange, FactTable, MemoryStore, SledStore, Step, Store};

use crate::support::{With, event, key, must, options, step};

/// A store with a row of every kind, one of them in several parts.
fn filled() -> MemoryStore {
    let store = MemoryStore::new();
    let mut first = step("c", 0)
        .message(1, "m-1", "grüß \u{1F600}".as_bytes())
        .message(2, "m-2", &[0; 9_000]);
    first.events.push(event("acme", b"e1", &["crm", "mail"], 10));
    first.facts.push(FactChange {
        table: FactTable::Agents,
        key: "acme/ana".into(),
        payload: Some(b"agent".to_vec()),
    });
    must(
        &store,
        first.handover(1, 5, true).task(1, 6, true).timer(1, None, Some(7)),
    );
    let id = store
        .due_deliveries("acme", "crm", 10, 1)
        .expect("readable")
        .remove(0)
        .id;
    let dead = DeliveryChange::Dead {
        id,
        at_ms: 11,
        attempt: 10,
        note: "gone".into(),
    };
    must(
        &store,
        Step {
            deliveries: vec![dead],
            ..Step::default()
        },
    );
    must(&store, step("c", 1).handover(1, 5, false).task(2, 8, false));
    store
}

fn written(store: &dyn Store) -> (Vec<u8>, BackupSummary) {
    let mut bytes = Vec::new();
    let decode = |kind, payload: &[u8]| (kind == Kind::Event).then(|| String::from_utf8_lossy(payload).into());
    let summary = backup(store, &mut bytes, Some(&decode)).expect("readable");
    (bytes, summary)
}

fn rows(store: &dyn Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    store
        .snapshot()
        .expect("readable")
        .map(|row| row.expect("readable"))
        .collect()
}

#[test]
fn a_backup_restores_everything_and_the_numbers_go_on() {
    let store = filled();
    let (bytes, summary) = written(&store);
    assert_eq!(
        summary.rows, 11,
        "conversation, 2 messages, handover, 2 tasks, timer, event, delivery, dead letter, fact"
    );
    let text = String::from_utf8(bytes.clone()).expect("a backup is text");
    assert!(
        text.contains(r#""row":"event","business":"acme","sequence":1,"payload":"ZTE=","readable":"e1""#),
        "{text}"
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("data");
    assert_eq!(
        restore(&mut bytes.as_slice(), &target, options()).expect("a whole backup"),
        summary
    );
    let report = verify(&target, options()).expect("it opens");
    assert!(report.is_sound(), "{report:?}");
    let restored = SledStore::open(&target, options()).expect("it opens");
    assert!(rows(&restored) == rows(&store));
    let next = Step {
        events: vec![event("acme", b"e2", &[], 0)],
        ..Step::default()
    };
    assert_eq!(must(&restored, next).first_event, Some(2));
    assert!(!folder.path().join("data.restoring").exists());
}

#[test]
fn an_empty_store_restores_to_an_empty_one() {
    let (bytes, _) = written(&MemoryStore::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    restore(&mut bytes.as_slice(), folder.path(), options()).expect("a whole backup");
    let report = verify(folder.path(), options()).expect("it opens");
    assert!(report.is_sound() && report.counts.steps == 0, "{report:?}");
}

#[test]
fn a_backup_that_is_not_whole_restores_nothing() {
    let (bytes, _) = written(&filled());
    let text = String::from_utf8(bytes).expect("a backup is text");
    let lines: Vec<&str> = text.lines().collect();
    let without_a_row = [&lines[..3], &lines[4..]].concat().join("\n") + "\n";
    let changed = text.replace(r#""kind":1"#, r#""kind":2"#);
    let newer = text.replace(r#""baton-backup":1"#, r#""baton-backup":2"#);
    let torn_line = text.replace(r#""row":"timer""#, r#""row":"tim"#);
    type Case<'a> = (&'a str, &'a str, fn(&RestoreError) -> bool);
    let cases: [Case<'_>; 7] = [
        ("no last line", &lines[..lines.len() - 1].join("\n"), |e| {
            matches!(e, RestoreError::Truncated { .. })
        }),
        ("half a last line", &text[..text.len() - 5], |e| {
            matches!(e, RestoreError::Truncated { .. })
        }),
        ("a row less", &without_a_row, |e| {
            matches!(e, RestoreError::Changed { .. })
        }),
        ("a changed row", &changed, |e| matches!(e, RestoreError::Changed { .. })),
        ("a newer format", &newer, |e| {
            matches!(e, RestoreError::NewerFormat { found: 2, known: 1 })
        }),
        ("a torn line", &torn_line, |e| {
            matches!(e, RestoreError::Line { line: 8, .. })
        }),
        ("something else", "hello\n", |e| {
            matches!(e, RestoreError::NotABackup(_))
        }),
    ];
    for (name, text, expected) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("data");
        let error = restore(&mut text.as_bytes(), &target, options()).expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
        let left = fs::read_dir(folder.path()).expect("it is there").count();
        assert_eq!(left, 0, "{name}: nothing may be left");
    }
}

#[test]
fn a_folder_with_something_in_it_is_not_overwritten() {
    let (bytes, _) = written(&filled());
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mine"), "mine").expect("writable");
    let error = restore(&mut bytes.as_slice(), folder.path(), options()).expect_err("the folder is not empty");
    assert!(matches!(error, RestoreError::NotEmpty { .. }), "{error:?}");
    assert_eq!(
        fs::read_to_string(folder.path().join("mine")).expect("still there"),
        "mine"
    );
}

#[test]
fn a_rewritten_store_holds_what_was_kept_and_no_byte_of_what_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (bytes, _) = written(&filled());
    restore(&mut bytes.as_slice(), &data, options()).expect("restored");
    let before = counts_of(&data);
    assert!(is_on_disk(&data, b"m-1") && is_on_disk(&data, "grüß".as_bytes()));
    let edit = |mut row| {
        if let Row::Message { payload, .. } = &mut row {
            payload.0 = b"gone".to_vec();
        }
        Ok::<_, std::convert::Infallible>(Some(row).filter(|row| !matches!(row, Row::Fact { .. })))
    };
    let last = Row::Fact {
        table: FactTable::Audit,
        key: "acme/1".into(),
        payload: Payload(b"who did it".to_vec()),
    };
    rewrite(&data, &options(), edit, vec![last]).expect("rewritten");
    assert!(!is_on_disk(&data, "grüß".as_bytes()) && !data.join("rewriting").exists());
    let after = counts_of(&data);
    let steps = before.steps + 1;
    assert_eq!(after, Counts { steps, ..before });
    let store = SledStore::open(&data, options()).expect("opens");
    let message = store.message(&key("c"), "m-1").expect("readable").expect("it is there");
    assert_eq!(message.payload, b"gone");
    assert_eq!(store.fact(FactTable::Agents, "acme/ana").expect("readable"), None);
    assert!(store.fact(FactTable::Audit, "acme/1").expect("readable").is_some());
    // Numbers go on where they were.
    must(&store, step("c", 2).message(3, "m-3", b"hello"));
    store.close().expect("closed");
    drop(store);
    assert!(verify(&data, options()).expect("readable").is_sound());
}

#[test]
fn a_rewrite_that_gives_up_or_is_killed_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (bytes, _) = written(&filled());
    restore(&mut bytes.as_slice(), &data, options()).expect("restored");
    let edit = |row| match matches!(row, Row::Task { .. }) {
        true => Err(std::fmt::Error),
        false => Ok(Some(row)),
    };
    let error = rewrite(&data, &options(), edit, Vec::new()).expect_err("it gave up");
    assert!(matches!(error, RewriteError::Edit(_)), "{error}");
    // What a kill leaves is no part of the store, and may hold words that somebody wants gone.
    fs::create_dir(data.join("rewriting")).expect("a folder of the test's own");
    fs::write(data.join("rewriting/db"), "secret words").expect("a folder of the test's own");
    let store = SledStore::open(&data, options()).expect("opens");
    assert_eq!(rows(&store), rows(&filled()));
    store.close().expect("closed");
    assert!(!is_on_disk(&data, b"secret words"));
}

fn counts_of(data: &Path) -> Counts {
    verify(data, options()).expect("readable").counts
}

/// Whether any file below a folder holds these bytes.
fn is_on_disk(folder: &Path, bytes: &[u8]) -> bool {
    let mut entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.any(|entry| match entry.path() {
        path if path.is_dir() => is_on_disk(&path, bytes),
        path => {
            let held = fs::read(path).expect("a file");
            held.windows(bytes.len()).any(|part| part == bytes)
        }
    })
}
