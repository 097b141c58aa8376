//! Lists in pages, and what the daemon answers to more than it may take.

use std::time::Duration;

use baton_tests::Daemon;
use serde_json::json;

use crate::{PROGRAM, config};

#[test]
fn a_list_pages_to_its_end_without_a_gap_or_a_repeat() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    for n in 0..7 {
        let chat = format!("c{n}");
        daemon
            .say(&chat, "m1", "customer", "I want to talk to a human", json!({}))
            .ok();
        daemon.say(&chat, "m2", "customer", "hello?", json!({})).ok();
    }
    let ids = |path: &str, name: &str| {
        let (mut ids, mut pages, mut next) = (Vec::new(), 0, String::new());
        loop {
            let page = daemon.get(&format!("{path}?limit=3{next}")).ok();
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 3, "{page}");
            ids.extend(items.iter().map(|item| item[name].to_string()));
            pages += 1;
            let Some(cursor) = page["next"].as_str() else {
                return (ids, pages);
            };
            next = format!("&cursor={cursor}");
        }
    };
    for (path, name, count, pages) in [
        ("/v1/handovers", "id", 7, 3),
        ("/v1/tasks", "id", 7, 3),
        ("/v1/conversations/c0/messages", "id", 2, 1),
    ] {
        let (mut found, took) = ids(path, name);
        assert_eq!((found.len(), took), (count, pages), "{path}: {found:?}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count, "{path}: {found:?}");
    }
    let wrong = daemon.get("/v1/handovers?cursor=made%20up");
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.to_string().contains("cursor"), "{}", wrong.body);
}

#[test]
fn a_caller_above_its_rate_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let text = std::fs::read_to_string(&config).expect("it was just written");
    std::fs::write(&config, format!("[http]\nrate_per_second = 1\nrate_burst = 4\n{text}"))
        .expect("a folder of the test's own");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    let http = baton_tests::http(Duration::from_secs(30));
    let ask = || {
        let request = http
            .get(format!("{}/v1/agents", daemon.url))
            .bearer_auth(daemon.token());
        request.send().expect("it answers")
    };
    let answers: Vec<_> = (0..8).map(|_| ask()).collect();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status() == 429).collect();
    assert!((1..=4).contains(&refused.len()), "a burst of four is served");
    for answer in refused {
        let after = answer.headers()["retry-after"].to_str().expect("a number");
        assert!((1..=5).contains(&after.parse().expect("seconds")), "{after}");
    }
    assert_eq!(
        http.get(format!("{}/healthz", daemon.url))
            .send()
            .expect("it answers")
            .status(),
        200,
        "whoever watches the daemon has no token and no rate"
    );
}
