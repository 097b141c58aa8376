//! What only a store on disk can show: what is in the folder, who may open it, and what survives a stop.

use std::fs;
use std::path::Path;

use baton_store::{CommitError, OpenError, Options, SledStore, Store};

use crate::support::{With, commit, key, must, options, step};

fn open(folder: &Path) -> Result<SledStore, OpenError> {
    SledStore::open(folder, options())
}

/// A copy of the folder as a kill would leave it: the files while the store is open.
fn killed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    copy_into(folder, copy.path());
    copy
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("writable");
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    for revision in 0..50 {
        must(
            &store,
            step("c", revision).message(revision, &format!("m{revision}"), &[7; 3_000]),
        );
    }
    let copy = killed(folder.path());
    assert!(!copy.path().join("CLEAN").exists());
    let recovered = open(copy.path()).expect("it recovers");
    assert_eq!(
        recovered
            .load(&key("c"))
            .expect("readable")
            .expect("it was committed")
            .revision,
        50
    );
    assert_eq!(recovered.messages(&key("c"), 0, 99).expect("readable").len(), 50);
    assert!(
        !copy.path().join("before-recovery").exists(),
        "the copy goes away once the canary agrees"
    );
}

#[test]
fn a_clean_stop_leaves_its_mark_and_needs_no_copy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    must(&store, step("c", 0));
    store.close().expect("it closes");
    store.close().expect("closing again is nothing");
    assert!(folder.path().join("CLEAN").exists());
    assert!(matches!(commit(&store, step("c", 1)), Err(CommitError::Closed)));
    assert!(store.load(&key("c")).is_err());
    drop(store);
    // A copy would need this much room, so the open shows that none is made.
    let _store = open(folder.path()).expect("it opens");
    assert!(!folder.path().join("CLEAN").exists());
}

#[test]
fn a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    let error = open(folder.path()).expect_err("it is locked").to_string();
    let pid = std::process::id().to_string();
    assert!(
        error.contains(&pid) && error.contains(&*folder.path().to_string_lossy()),
        "{error}"
    );
    drop(store);
    open(folder.path()).expect("it is free again");
}

#[test]
fn a_folder_of_a_newer_format_or_another_kind_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(open(folder.path()).expect("it opens"));
    fs::write(folder.path().join("FORMAT"), "baton-store 7\n").expect("writable");
    assert!(matches!(
        open(folder.path()),
        Err(OpenError::NewerFormat { found: 7, known: 1, .. })
    ));
    fs::write(folder.path().join("FORMAT"), "something else").expect("writable");
    assert!(matches!(open(folder.path()), Err(OpenError::NotAStore { .. })));
    fs::remove_file(folder.path().join("FORMAT")).expect("it is there");
    assert!(matches!(open(folder.path()), Err(OpenError::NotAStore { .. })));
}

#[test]
fn a_database_that_lost_commits_is_not_served_and_its_copy_is_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    must(&store, step("c", 0));
    let early = killed(folder.path());
    must(&store, step("c", 1));
    let late = killed(folder.path());
    fs::remove_dir_all(late.path().join("sled")).expect("it is there");
    fs::create_dir(late.path().join("sled")).expect("writable");
    copy_into(&early.path().join("sled"), &late.path().join("sled"));
    for _ in 0..2 {
        let error = open(late.path()).expect_err("a commit is missing");
        assert!(
            matches!(
                error,
                OpenError::Lost {
                    found: 1,
                    acknowledged: 2,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(late.path().join("before-recovery").join("db").exists());
    }
    fs::remove_file(late.path().join("CANARY")).expect("it is there");
    let store = open(late.path()).expect("the operator took the loss");
    assert_eq!(
        store
            .load(&key("c"))
            .expect("readable")
            .expect("one step is there")
            .revision,
        1
    );
    assert!(!late.path().join("before-recovery").exists());
}

#[test]
fn a_torn_canary_falls_back_to_the_note_before_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    must(&store, step("c", 0));
    must(&store, step("c", 1));
    let copy = killed(folder.path());
    let mut canary = fs::read(copy.path().join("CANARY")).expect("it is there");
    canary[10] = b'x';
    fs::write(copy.path().join("CANARY"), canary).expect("writable");
    open(copy.path()).expect("the other note is whole");
}

#[test]
fn leftovers_of_a_killed_open_are_cleared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(open(folder.path()).expect("it opens"));
    let leftover = folder.path().join("sled").join("snap.00000000FFFFFFFF.generating");
    fs::write(&leftover, "half a snapshot").expect("writable");
    fs::create_dir_all(folder.path().join("before-recovery.partial")).expect("writable");
    open(folder.path()).expect("it opens");
    assert!(!leftover.exists());
}

#[test]
fn writing_stops_below_the_reserve_and_reading_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    must(&store, step("c", 0));
    drop(store);
    let store = SledStore::open(
        folder.path(),
        Options {
            reserve_bytes: u64::MAX,
            ..options()
        },
    )
    .expect("it opens");
    let error = commit(&store, step("c", 1)).expect_err("no disk has so much room");
    assert!(
        matches!(
            error,
            CommitError::Full {
                reserve_bytes: u64::MAX,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        store
            .load(&key("c"))
            .expect("readable")
            .expect("it was committed")
            .revision,
        1
    );
}

#[test]
fn nothing_is_ever_put_into_a_blob_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    for revision in 0..30 {
        let mut step = step("c", revision).message(revision, &"i".repeat(256 - 2 - revision as usize), &[1; 400_000]);
        step.change().head = vec![2; 4_000];
        must(&store, step);
    }
    let blobs = fs::read_dir(folder.path().join("sled").join("blobs"))
        .expect("sled makes it")
        .count();
    assert_eq!(blobs, 0, "sled never syncs its blob files");
}
