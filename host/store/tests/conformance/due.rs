//! Stories of what is due and what must leave: timers, events, deliveries; then facts, limits and snapshots.

use baton_store::limits::{PAYLOAD_MAX_BYTES, STEP_MAX_BYTES};
use baton_store::{
    CommitError, ConversationKey, Counts, DeliveryChange, DeliveryId, FactChange, FactTable, Step, Store,
};

use crate::support::{With, commit, event, key, must, step, stories};

stories! {
    timers_come_in_order_of_their_time
    a_timer_that_is_gone_refuses_the_step
    events_are_numbered_without_a_gap
    a_delivery_is_due_until_it_arrives
    a_dead_letter_can_be_sent_again
    a_delivery_that_is_gone_refuses_the_step
    facts_are_put_replaced_listed_and_removed
    names_and_payloads_beyond_their_limits_are_refused
    a_snapshot_does_not_move
}

fn timers_come_in_order_of_their_time(store: &dyn Store) {
    must(store, step("a", 0).timer(1, None, Some(300)).timer(2, None, Some(-50)));
    must(store, step("b", 0).timer(1, None, Some(100)));
    let due = |now_ms| {
        let timers = store.due_timers(now_ms, 9).expect("readable");
        timers
            .iter()
            .map(|t| (t.at_ms, t.key.conversation().to_owned(), t.kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(due(100), [(-50, "a".into(), 2), (100, "b".into(), 1)]);
    assert_eq!(store.next_timer_ms().expect("readable"), Some(-50));
    must(
        store,
        step("a", 1).timer(2, Some(-50), None).timer(1, Some(300), Some(90)),
    );
    assert_eq!(due(i64::MAX), [(90, "a".into(), 1), (100, "b".into(), 1)]);
    assert_eq!(due(89), []);
    assert_eq!(store.due_timers(100, 1).expect("readable").len(), 1);
    assert_eq!(store.counts().expect("readable").timers, 2);
}

fn a_timer_that_is_gone_refuses_the_step(store: &dyn Store) {
    must(store, step("a", 0).timer(1, None, Some(300)));
    must(store, step("a", 1).timer(1, Some(300), None));
    let again = commit(store, step("a", 2).timer(1, Some(300), None));
    assert!(
        matches!(again, Err(CommitError::Gone { ref what }) if what.contains("300 ms")),
        "{again:?}"
    );
    assert_eq!(
        store
            .load(&key("a"))
            .expect("readable")
            .expect("it was committed")
            .revision,
        2
    );
}

fn events_are_numbered_without_a_gap(store: &dyn Store) {
    let events = |payloads: &[&str]| Step {
        events: payloads
            .iter()
            .map(|payload| event("acme", payload.as_bytes(), &[], 0))
            .collect(),
        ..Step::default()
    };
    assert_eq!(must(store, events(&["one", "two"])).first_event, Some(1));
    let mut refused = events(&["never"]);
    refused.conversation = step("c", 9).conversation;
    assert!(commit(store, refused).is_err());
    assert_eq!(must(store, events(&["three"])).first_event, Some(3));
    assert_eq!(must(store, Step::default()).first_event, None);
    let texts = |after, limit| {
        let events = store.events("acme", after, limit).expect("readable");
        events
            .into_iter()
            .map(|e| (e.sequence, String::from_utf8(e.payload).expect("text")))
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(1, 9), [(2, "two".into()), (3, "three".into())]);
    assert_eq!(texts(0, 1), [(1, "one".into())]);
    assert_eq!(texts(u64::MAX, 9), []);
    assert_eq!(
        store
            .event("acme", 2)
            .expect("readable")
            .expect("it was committed")
            .payload,
        b"two"
    );
    assert_eq!(store.counts().expect("readable").last_event, 3);
}

fn a_delivery_is_due_until_it_arrives(store: &dyn Store) {
    must(
        store,
        Step {
            events: vec![event("acme", b"e", &["crm", "mail"], 100)],
            ..Step::default()
        },
    );
    assert_eq!(queues(store), [("crm".into(), 100), ("mail".into(), 100)]);
    assert_eq!(store.due_deliveries("acme", "crm", 99, 9).expect("readable"), []);
    assert_eq!(store.due_deliveries("acme", "cr", 100, 9).expect("readable"), []);
    let mut due = store.due_deliveries("acme", "crm", 100, 9).expect("readable");
    due.extend(store.due_deliveries("acme", "mail", 100, 9).expect("readable"));
    assert_eq!(
        due.iter()
            .map(|d| (d.id.endpoint.as_str(), d.id.event, d.attempt))
            .collect::<Vec<_>>(),
        [("crm", 1, 0), ("mail", 1, 0)]
    );
    let retry = DeliveryChange::Retry {
        id: due[0].id.clone(),
        at_ms: 250,
        attempt: 1,
        note: "timed out".into(),
    };
    let delivered = DeliveryChange::Delivered(due[1].id.clone());
    must(
        store,
        Step {
            deliveries: vec![retry, delivered],
            ..Step::default()
        },
    );
    assert_eq!(queues(store), [("crm".into(), 250)]);
    assert_eq!(store.due_deliveries("acme", "crm", 249, 9).expect("readable"), []);
    let due = store.due_deliveries("acme", "crm", 250, 9).expect("readable");
    assert_eq!(
        (due.len(), due[0].attempt, due[0].note.as_str(), due[0].id.at_ms),
        (1, 1, "timed out", 250)
    );
    assert_eq!(store.counts().expect("readable").deliveries, 1);
    must(
        store,
        Step {
            deliveries: vec![DeliveryChange::Delivered(due[0].id.clone())],
            ..Step::default()
        },
    );
    assert_eq!(queues(store), []);
}

/// The endpoints that something waits for, and when the first of it is due.
fn queues(store: &dyn Store) -> Vec<(String, i64)> {
    let queues = store.delivery_queues().expect("readable");
    queues
        .into_iter()
        .map(|queue| (queue.endpoint, queue.next_ms))
        .collect()
}

fn a_dead_letter_can_be_sent_again(store: &dyn Store) {
    must(
        store,
        Step {
            events: vec![event("acme", b"e", &["crm"], 100)],
            ..Step::default()
        },
    );
    let id = store
        .due_deliveries("acme", "crm", 100, 1)
        .expect("readable")
        .remove(0)
        .id;
    let dead = DeliveryChange::Dead {
        id,
        at_ms: 900,
        attempt: 10,
        note: "410 Gone".into(),
    };
    must(
        store,
        Step {
            deliveries: vec![dead],
            ..Step::default()
        },
    );
    assert_eq!(queues(store), []);
    let letters = store.dead_letters("acme", None, 9).expect("readable").items;
    assert_eq!(
        (
            letters.len(),
            letters[0].at_ms,
            letters[0].attempt,
            letters[0].note.as_str()
        ),
        (1, 900, 10, "410 Gone")
    );
    assert_eq!(store.dead_letters("acm", None, 9).expect("readable").items, []);
    let again = || DeliveryChange::Again {
        business: "acme".into(),
        event: 1,
        endpoint: "crm".into(),
        at_ms: 1_000,
    };
    must(
        store,
        Step {
            deliveries: vec![again()],
            ..Step::default()
        },
    );
    let due = store.due_deliveries("acme", "crm", 1_000, 9).expect("readable");
    assert_eq!((due.len(), due[0].attempt), (1, 0));
    assert!(matches!(
        commit(
            store,
            Step {
                deliveries: vec![again()],
                ..Step::default()
            }
        ),
        Err(CommitError::Gone { .. })
    ));
    let counts = store.counts().expect("readable");
    assert_eq!((counts.deliveries, counts.dead_letters), (1, 0));
}

fn a_delivery_that_is_gone_refuses_the_step(store: &dyn Store) {
    let id = DeliveryId {
        business: "acme".into(),
        event: 1,
        endpoint: "crm".into(),
        at_ms: 5,
    };
    let mut both = step("c", 0);
    both.deliveries.push(DeliveryChange::Delivered(id));
    assert!(matches!(commit(store, both), Err(CommitError::Gone { .. })));
    assert_eq!(store.load(&key("c")).expect("readable"), None);
}

fn facts_are_put_replaced_listed_and_removed(store: &dyn Store) {
    let put = |key: &str, payload: Option<&str>| Step {
        facts: vec![FactChange {
            table: FactTable::Agents,
            key: key.into(),
            payload: payload.map(|p| p.as_bytes().to_vec()),
        }],
        ..Step::default()
    };
    for (key, payload) in [
        ("acme/bo", "1"),
        ("acme/ana", "2"),
        ("acmex/eve", "3"),
        ("acme/bo", "4"),
    ] {
        must(store, put(key, Some(payload)));
    }
    let list = |prefix: &str, after: Option<&str>, limit| {
        let facts = store.facts(FactTable::Agents, prefix, after, limit).expect("readable");
        facts
            .into_iter()
            .map(|f| (f.key, String::from_utf8(f.payload).expect("text")))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list("acme/", None, 9),
        [("acme/ana".into(), "2".into()), ("acme/bo".into(), "4".into())]
    );
    assert_eq!(list("acme/", Some("acme/ana"), 9), [("acme/bo".into(), "4".into())]);
    assert_eq!(list("", None, 1), [("acme/ana".into(), "2".into())]);
    assert_eq!(store.fact(FactTable::Tokens, "acme/bo").expect("readable"), None);
    must(store, put("acme/bo", None));
    must(store, put("acme/nobody", None));
    assert_eq!(list("acme/", None, 9), [("acme/ana".into(), "2".into())]);
}

fn names_and_payloads_beyond_their_limits_are_refused(store: &dyn Store) {
    assert!(ConversationKey::new("", "c").is_err() && ConversationKey::new("a", "").is_err());
    assert!(ConversationKey::new("a".repeat(65), "c").is_err() && ConversationKey::new("a", "c".repeat(129)).is_err());
    assert!(ConversationKey::new("a\0b", "c").is_err() && ConversationKey::new("a", "c\0").is_err());
    let mut too_long = step("c", 0);
    too_long.change().head = vec![0; PAYLOAD_MAX_BYTES + 1];
    let mut too_much = (0..5).fold(step("c", 0), |s, n| {
        s.message(n, &format!("m{n}"), &vec![0; PAYLOAD_MAX_BYTES])
    });
    const { assert!(5 * PAYLOAD_MAX_BYTES > STEP_MAX_BYTES) };
    too_much.change().head.clear();
    let fact = FactChange {
        table: FactTable::Answers,
        key: "k".repeat(513),
        payload: None,
    };
    let steps = [
        ("1048577 bytes, at most 1048576", too_long),
        ("the step has 5242880 bytes", too_much),
        ("the message id is empty", step("c", 0).message(1, "", b"")),
        (
            "the message id has 257 bytes",
            step("c", 0).message(1, &"m".repeat(257), b""),
        ),
        ("the message id contains a NUL", step("c", 0).message(1, "m\0", b"")),
        (
            "the business contains a NUL",
            Step {
                events: vec![event("a\0", b"", &[], 0)],
                ..Step::default()
            },
        ),
        (
            "the endpoint has 81 bytes",
            Step {
                events: vec![event("a", b"", &[&"e".repeat(81)], 0)],
                ..Step::default()
            },
        ),
        (
            "the fact key has 513 bytes",
            Step {
                facts: vec![fact],
                ..Step::default()
            },
        ),
    ];
    for (expected, step) in steps {
        let error = commit(store, step).expect_err(expected);
        assert!(matches!(error, CommitError::Invalid(_)), "{error:?}");
        assert!(error.to_string().contains(expected), "{error} should say: {expected}");
    }
    assert_eq!(store.counts().expect("readable"), Counts::default());
}

fn a_snapshot_does_not_move(store: &dyn Store) {
    for n in 0..700 {
        must(store, step(&format!("c{n:03}"), 0).message(1, "m", b"before"));
    }
    let mut long = step("long", 0);
    long.change().head = vec![7; 20_000];
    must(store, long);
    let before: Vec<_> = store
        .snapshot()
        .expect("readable")
        .map(|row| row.expect("readable"))
        .collect();
    let mut snapshot = store.snapshot().expect("readable");
    let mut read = vec![snapshot.next().expect("there are rows").expect("readable")];
    for n in (0..700).step_by(7) {
        must(store, step(&format!("c{n:03}"), 1).message(2, "m2", b"after"));
    }
    for n in 0..300 {
        must(store, step(&format!("d{n}"), 0).message(1, "m", b"after"));
    }
    let mut short = step("long", 1);
    short.change().head = vec![8; 3];
    must(store, short);
    read.extend(snapshot.map(|row| row.expect("readable")));
    assert!(
        read == before,
        "{} rows read, {} at the beginning",
        read.len(),
        before.len()
    );
}
