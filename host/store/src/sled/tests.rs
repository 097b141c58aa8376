//! The committer with a disk that tests control: what is acknowledged when, and what a fault does.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::committer::Disk;
use super::*;
use crate::step::{Committed, ConversationChange, NewEvent};
use crate::store::{ConversationKey, Store, commit_and_wait};

/// What the committer did to its disk, and a hand on each sync.
struct TestDisk {
    free_bytes: Arc<Mutex<u64>>,
    /// Says that a sync has begun.
    begun: Sender<()>,
    /// Lets the sync end, well or not; without a sender every sync ends well.
    verdicts: Receiver<io::Result<()>>,
}

impl Disk for TestDisk {
    fn free_bytes(&mut self) -> io::Result<u64> {
        Ok(*self.free_bytes.lock().expect("no test panics with it"))
    }

    fn sync(&mut self) -> io::Result<()> {
        let _ = self.begun.send(());
        self.verdicts.recv().unwrap_or(Ok(()))
    }

    fn note(&mut self, _: &Counts) -> io::Result<()> {
        Ok(())
    }

    fn sync_note(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bench {
    store: SledStore,
    verdicts: Sender<io::Result<()>>,
    begun: Receiver<()>,
    free_bytes: Arc<Mutex<u64>>,
    fatal: Receiver<String>,
    _folder: tempfile::TempDir,
}

fn bench(queue: usize) -> Bench {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let (fatal_send, fatal) = channel();
    let fatal_send = Mutex::new(fatal_send);
    let on_fatal: Arc<dyn Fn(&str) + Send + Sync> =
        Arc::new(move |reason| drop(fatal_send.lock().expect("no panic").send(reason.to_owned())));
    let options = Options {
        queue,
        on_fatal,
        reserve_bytes: 1_000,
        ..Options::default()
    };
    let folder = Folder::take(temporary.path()).expect("a new folder");
    let db = open_database(&folder, 8 << 20).expect("a new database");
    let shared = Arc::new(Shared::new(db));
    let (work, waiting) = sync_channel(queue);
    let (begun_send, begun) = channel();
    let (verdicts, verdicts_receive) = channel();
    let free_bytes = Arc::new(Mutex::new(1_000_000));
    let disk = TestDisk {
        free_bytes: free_bytes.clone(),
        begun: begun_send,
        verdicts: verdicts_receive,
    };
    let committer = Committer::new(shared.clone(), waiting, Box::new(disk), Counts::default(), &options);
    let committer = std::thread::spawn(move || committer.run());
    let committer = Mutex::new(Some(committer));
    let store = SledStore {
        shared,
        work,
        queue,
        committer,
        closed: AtomicBool::new(false),
        folder,
    };
    Bench {
        store,
        verdicts,
        begun,
        free_bytes,
        fatal,
        _folder: temporary,
    }
}

fn key(conversation: &str) -> ConversationKey {
    ConversationKey::new("acme", conversation).expect("a short name")
}

fn step(conversation: &str, expected_revision: u64) -> Step {
    let change = ConversationChange {
        key: key(conversation),
        expected_revision,
        head: b"head".to_vec(),
        messages: Vec::new(),
        handovers: Vec::new(),
        tasks: Vec::new(),
        timers: Vec::new(),
    };
    let event = NewEvent {
        business: "acme".into(),
        payload: b"event".to_vec(),
        endpoints: Vec::new(),
        deliver_at_ms: 0,
    };
    Step {
        conversation: Some(change),
        events: vec![event],
        ..Step::default()
    }
}

fn commit(store: &SledStore, step: Step) -> Receiver<Result<Committed, CommitError>> {
    let (send, receive) = channel();
    store.commit(step, Box::new(move |result| drop(send.send(result))));
    receive
}

const SOON: Duration = Duration::from_secs(20);
const A_WHILE: Duration = Duration::from_millis(100);

impl Bench {
    fn wait_for_sync(&self) {
        self.begun.recv_timeout(SOON).expect("the committer syncs");
    }

    fn end_sync(&self, verdict: io::Result<()>) {
        self.verdicts.send(verdict).expect("the committer waits for it");
    }
}

#[test]
fn nothing_is_acknowledged_before_the_sync() {
    let bench = bench(16);
    let ack = commit(&bench.store, step("c", 0));
    bench.wait_for_sync();
    assert!(ack.recv_timeout(A_WHILE).is_err(), "the sync has not ended");
    bench.end_sync(Ok(()));
    assert_eq!(
        ack.recv_timeout(SOON)
            .expect("acknowledged")
            .expect("committed")
            .revision,
        1
    );
    drop(bench.verdicts);
}

#[test]
fn a_read_of_unsynced_rows_waits_and_others_do_not() {
    let Bench {
        store, verdicts, begun, ..
    } = bench(16);
    let store = Arc::new(store);
    let reader = Arc::clone(&store);
    let ack = commit(&store, step("c", 0));
    begun.recv_timeout(SOON).expect("the committer syncs");
    assert_eq!(
        store.load(&key("other")).expect("readable"),
        None,
        "nothing of it is in the batch"
    );
    let (send, loaded) = channel();
    std::thread::spawn(move || {
        let events = reader.events("acme", 0, 9).expect("readable").len();
        let revision = reader.load(&key("c")).expect("readable").map(|loaded| loaded.revision);
        let _ = send.send((revision, events));
    });
    assert!(loaded.recv_timeout(A_WHILE).is_err(), "the sync has not ended");
    verdicts.send(Ok(())).expect("the committer waits for it");
    assert_eq!(loaded.recv_timeout(SOON).expect("answered"), (Some(1), 1));
    assert_eq!(store.counts().expect("readable").steps, 1);
    ack.recv_timeout(SOON).expect("acknowledged").expect("committed");
    drop(verdicts);
}

#[test]
fn a_failed_sync_ends_the_store_and_is_not_tried_again() {
    let bench = bench(16);
    let first = commit(&bench.store, step("c", 0));
    bench.wait_for_sync();
    let queued = commit(&bench.store, step("d", 0));
    bench.end_sync(Err(io::Error::other("the disk is on fire")));
    let reason = bench.fatal.recv_timeout(SOON).expect("the hook is called");
    assert!(reason.contains("sync") && reason.contains("on fire"), "{reason}");
    assert!(matches!(
        first.recv_timeout(SOON).expect("answered"),
        Err(CommitError::Failed)
    ));
    assert!(matches!(
        queued.recv_timeout(SOON).expect("answered"),
        Err(CommitError::Failed)
    ));
    assert!(matches!(
        commit_and_wait(&bench.store, step("e", 0)),
        Err(CommitError::Failed)
    ));
    assert!(bench.store.load(&key("c")).is_err(), "what was not synced is not shown");
    assert!(bench.begun.try_recv().is_err(), "no second sync");
    bench.store.close().expect("closing is still possible");
    assert!(!bench.store.folder.path().join("CLEAN").exists());
}

#[test]
fn steps_of_one_group_see_each_other() {
    let bench = bench(16);
    let first = commit(&bench.store, step("a", 0));
    bench.wait_for_sync();
    let group = [step("c", 0), step("c", 0), step("c", 1), step("d", 0)].map(|step| commit(&bench.store, step));
    bench.end_sync(Ok(()));
    bench.wait_for_sync();
    assert!(
        group[1].recv_timeout(A_WHILE).is_err(),
        "a refusal speaks of a step that is not synced yet"
    );
    bench.end_sync(Ok(()));
    assert_eq!(
        first
            .recv_timeout(SOON)
            .expect("answered")
            .expect("committed")
            .first_event,
        Some(1)
    );
    let [a, b, c, d] = group.map(|ack| ack.recv_timeout(SOON).expect("answered"));
    assert_eq!(
        a.expect("committed"),
        Committed {
            revision: 1,
            first_event: Some(2)
        }
    );
    assert!(
        matches!(
            b,
            Err(CommitError::Conflict {
                expected: 0,
                found: 1,
                ..
            })
        ),
        "{b:?}"
    );
    assert_eq!(
        c.expect("committed"),
        Committed {
            revision: 2,
            first_event: Some(3)
        }
    );
    assert_eq!(
        d.expect("committed"),
        Committed {
            revision: 1,
            first_event: Some(4)
        }
    );
    assert!(bench.begun.try_recv().is_err(), "the four were synced once");
    drop(bench.verdicts);
}

#[test]
fn a_full_queue_is_refused_at_once() {
    let bench = bench(2);
    let first = commit(&bench.store, step("a", 0));
    bench.wait_for_sync();
    let queued = [step("b", 0), step("c", 0)].map(|step| commit(&bench.store, step));
    assert!(matches!(
        commit_and_wait(&bench.store, step("d", 0)),
        Err(CommitError::Busy { queue: 2 })
    ));
    drop(bench.verdicts);
    first.recv_timeout(SOON).expect("answered").expect("committed");
    for ack in queued {
        ack.recv_timeout(SOON).expect("answered").expect("committed");
    }
}

#[test]
fn writing_goes_on_when_there_is_room_again() {
    let bench = bench(16);
    drop(bench.verdicts);
    *bench.free_bytes.lock().expect("no panic") = 999;
    let refused = commit_and_wait(&bench.store, step("c", 0));
    assert!(
        matches!(
            refused,
            Err(CommitError::Full {
                free_bytes: 999,
                reserve_bytes: 1_000
            })
        ),
        "{refused:?}"
    );
    *bench.free_bytes.lock().expect("no panic") = 1_000;
    assert_eq!(
        commit_and_wait(&bench.store, step("c", 0)).expect("committed").revision,
        1
    );
}

#[test]
fn closing_commits_what_is_queued() {
    let bench = bench(16);
    let acks = ["a", "b", "c"].map(|name| commit(&bench.store, step(name, 0)));
    drop(bench.verdicts);
    bench.store.close().expect("it closes");
    for ack in acks {
        ack.recv_timeout(SOON).expect("answered").expect("committed");
    }
    assert!(matches!(
        commit_and_wait(&bench.store, step("d", 0)),
        Err(CommitError::Closed)
    ));
}

#[test]
fn a_panic_in_the_committer_ends_the_store() {
    let bench = bench(16);
    drop(bench.verdicts);
    let (send, answer) = channel();
    let change: Change = Box::new(|_| panic!("a bug"));
    bench
        .store
        .submit_change(0, change, Box::new(move |result| drop(send.send(result))));
    assert!(
        bench
            .fatal
            .recv_timeout(SOON)
            .expect("the hook is called")
            .contains("a bug")
    );
    assert!(matches!(
        answer.recv_timeout(SOON).expect("answered"),
        Err(CommitError::Failed | CommitError::Closed)
    ));
}
