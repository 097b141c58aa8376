//! Commits steps as fast as it can and prints a line for each acknowledgement, until it is killed.
//!
//! One half of the crash and power-cut rig; `powercut_verify.rs` is the other, and both take what a step holds from
//! `powercut/workload.rs`. Prints `R` when the store is open. A line is printed in the acknowledgement itself, so no
//! step is acknowledged that is not on its way to standard output.

#![allow(clippy::print_stdout, reason = "the lines are its purpose")]

#[path = "powercut/workload.rs"]
mod workload;

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::channel;

use baton_store::{Options, SledStore, Store};

fn main() {
    let folder = std::env::args().nth(1).expect("usage: powercut_writer FOLDER");
    let store = Arc::new(SledStore::open(folder, Options::default()).expect("the store opens"));
    print_line("R");
    let writers: Vec<_> = (0..workload::WRITERS)
        .map(|writer| {
            let store = store.clone();
            std::thread::spawn(move || write_forever(&store, writer))
        })
        .collect();
    for writer in writers {
        writer.join().expect("a writer only ends with the process");
    }
}

fn write_forever(store: &SledStore, writer: u64) {
    let mut last_event = None;
    for turn in 0.. {
        let act = workload::Act { writer, turn };
        let (send, receive) = channel();
        let done = move |result: Result<baton_store::Committed, baton_store::CommitError>| {
            let committed = result.expect("the step is valid and there is room");
            let event = committed.first_event.expect("every step has an event");
            print_line(&act.line(event));
            let _ = send.send(event);
        };
        store.commit(act.step(last_event), Box::new(done));
        last_event = Some(receive.recv().expect("every commit is answered"));
    }
}

fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| out.flush())
        .expect("somebody reads the lines");
}
