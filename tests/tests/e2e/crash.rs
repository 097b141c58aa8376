//! Kill -9 at random moments under load: what was acknowledged is there, and nothing is there twice.
//!
//! The short form runs in every test run; `BATON_KILLS=200 cargo test -p baton-tests crash` is the soak.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baton_tests::{Daemon, eventually};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

/// Clients that write at the same time.
const CLIENTS: usize = 8;

/// Windows of a second, so that timers fire between the kills.
const SECONDS: &str = r#"
response = "2s"
fallback = "role:technician"
reactivation = { unanswered = "3s" }
[[business.default.handover.ladder]]
to = "candidates"
within = "1s"
tries = 1
"#;

/// What the daemon has acknowledged: the messages of each conversation, and who asked for a human.
#[derive(Default)]
struct Acknowledged {
    messages: BTreeMap<String, BTreeSet<String>>,
    finals: BTreeMap<String, String>,
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let kills: usize = std::env::var("BATON_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(30);
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, SECONDS);
    let data = folder.path().join("data");
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    // A generator of its own: the moments differ between rounds and are the same in each run.
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..kills {
        let daemon = Daemon::start(PROGRAM, &data, Some(&config));
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // Counted in answers and then in time, so that a slow machine is killed under load, too.
        let (answers, moment) = (1 + (random >> 33) % 24, Duration::from_millis((random >> 40) % 60));
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (url, token) = (daemon.url.clone(), daemon.token().to_owned());
                let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
                std::thread::spawn(move || write(&url, &token, round, client, &stop, &acknowledged))
            })
            .collect();
        let before = count(&acknowledged);
        eventually("answers to kill it among", || {
            (count(&acknowledged) >= before + answers as usize).then_some(())
        });
        std::thread::sleep(moment);
        daemon.kill();
        stop.store(true, Ordering::SeqCst);
        clients
            .into_iter()
            .for_each(|client| client.join().expect("a client only counts what was answered"));
    }
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let acknowledged = acknowledged.lock().expect("nobody panicked");
    let total: usize = acknowledged.messages.values().map(BTreeSet::len).sum();
    eprintln!(
        "{kills} kills, {total} acknowledged messages in {} conversations",
        acknowledged.messages.len()
    );
    assert!(
        total > kills,
        "the load was too small to prove anything: {total} messages"
    );
    assert!(
        !acknowledged.finals.is_empty(),
        "no handover was acknowledged before a kill"
    );
    every_message_is_there(&daemon, &acknowledged);
    nothing_is_there_twice(&daemon, &acknowledged);
    every_timer_fires(&daemon);
}

/// Messages that were acknowledged so far.
fn count(acknowledged: &Mutex<Acknowledged>) -> usize {
    let acknowledged = acknowledged.lock().expect("nobody panicked");
    acknowledged.messages.values().map(BTreeSet::len).sum()
}

/// One client: conversations one after the other, each a question and a request for a human.
fn write(url: &str, token: &str, round: usize, client: usize, stop: &AtomicBool, acknowledged: &Mutex<Acknowledged>) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let http = baton_tests::http(Duration::from_secs(5));
    while !stop.load(Ordering::SeqCst) {
        let conversation = format!("r{round}-c{client}-{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        for (id, text) in [
            ("m1", "what does code E4 on my furnace mean?"),
            ("m2", "hm, and now?"),
            ("m3", "I want to talk to a human"),
        ] {
            let body = json!({ "id": id, "speaker": "customer", "text": text, "channel": "web", "bot": "bot" });
            let sent = http
                .post(format!("{url}/v1/conversations/{conversation}/messages"))
                .bearer_auth(token)
                .json(&body)
                .send();
            let Ok(answer) = sent.and_then(reqwest::blocking::Response::error_for_status) else {
                return;
            };
            let Ok(answer) = answer.json::<Value>() else { return };
            let mut kept = acknowledged.lock().expect("nobody panicked");
            kept.messages
                .entry(conversation.clone())
                .or_default()
                .insert(id.to_owned());
            if let Some(reply) = answer["replies"][0]["id"].as_str() {
                kept.finals.insert(conversation.clone(), reply.to_owned());
            }
        }
    }
}

fn every_message_is_there(daemon: &Daemon, acknowledged: &Acknowledged) {
    for (conversation, messages) in &acknowledged.messages {
        let log = daemon.get(&format!("/v1/conversations/{conversation}/messages")).ok();
        let there: BTreeSet<&str> = log["items"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|m| m["id"].as_str())
            .collect();
        for id in messages {
            assert!(there.contains(id.as_str()), "{conversation} lost {id}");
        }
        assert_eq!(
            there.len(),
            log["items"].as_array().map_or(0, Vec::len),
            "{conversation} holds a message twice"
        );
    }
}

fn nothing_is_there_twice(daemon: &Daemon, acknowledged: &Acknowledged) {
    let mut finals: BTreeMap<String, usize> = BTreeMap::new();
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    for event in events(daemon) {
        let handover = event["data"]["handover"].as_str().unwrap_or_default().to_owned();
        match event["type"].as_str() {
            Some("message.final") => {
                *finals
                    .entry(event["data"]["reply"]["id"].as_str().unwrap_or_default().to_owned())
                    .or_default() += 1
            }
            Some("handover.opened") => *opened.entry(handover).or_default() += 1,
            Some(_) | None => {}
        }
    }
    for (what, counts) in [("final message", &finals), ("handover", &opened)] {
        for (id, count) in counts {
            assert_eq!(*count, 1, "{what} {id} is there {count} times");
        }
    }
    for (conversation, reply) in &acknowledged.finals {
        assert!(
            finals.contains_key(reply),
            "the final message {reply} of {conversation} was acknowledged and is lost"
        );
    }
    assert!(
        opened.keys().all(|id| id.ends_with("~h1")),
        "a conversation of one cause has one handover"
    );
}

/// Every handover was promised a return of the bot within seconds, and nobody acts.
fn every_timer_fires(daemon: &Daemon) {
    eventually("the bot is back everywhere", || {
        let (mut opened, mut back) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
        for event in events(daemon) {
            let handover = event["data"]["handover"].as_str().unwrap_or_default().to_owned();
            match event["type"].as_str() {
                Some("handover.opened") => drop(opened.insert(handover)),
                Some("handover.reactivated") => *back.entry(handover).or_default() += 1,
                Some(_) | None => {}
            }
        }
        assert!(
            back.values().all(|times| *times == 1),
            "a promise was kept twice: {back:?}"
        );
        (opened.len() == back.len()).then_some(())
    });
}

/// All events of the daemon, from the stream, up to the first pause.
fn events(daemon: &Daemon) -> Vec<Value> {
    use std::io::{BufRead as _, BufReader};
    let http = baton_tests::http(Duration::from_secs(120));
    // A marker of the test's own ends the list: nothing that was there before it comes after it.
    static MARKER: AtomicUsize = AtomicUsize::new(0);
    let marker = format!("marker-{}", MARKER.fetch_add(1, Ordering::SeqCst));
    daemon
        .say(&marker, "m1", "customer", "I want to talk to a human", json!({}))
        .ok();
    let stream = http
        .get(format!("{}/v1/events?after=0", daemon.url))
        .bearer_auth(daemon.token())
        .send()
        .expect("it streams");
    let mut events = Vec::new();
    for line in BufReader::new(stream).lines() {
        let line = line.expect("it streams on");
        let Some(data) = line.strip_prefix("data:") else {
            continue;
        };
        let event: Value = serde_json::from_str(data.trim()).expect("events are JSON");
        let of_marker = event["data"]["conversation"]
            .as_str()
            .is_some_and(|c| c.starts_with("marker-"));
        if of_marker && event["data"]["conversation"] == marker.as_str() {
            return events;
        }
        if !of_marker {
            events.push(event);
        }
    }
    panic!("the stream ended before the marker");
}
