//! The stories. Each runs against the store in memory and the store on disk.

use baton_store::admin::{verify, verify_memory};
use baton_store::limits::{PAYLOAD_MAX_BYTES, STEP_MAX_BYTES};
use baton_store::{
    CommitError, ConversationKey, Counts, Cursor, DeliveryChange, DeliveryId, FactChange, FactTable, MemoryStore,
    ReadError, SledStore, Step, Store,
};

use crate::support::{With, commit, event, key, must, options, step};

macro_rules! stories {
    ($($story:ident)*) => {
        mod memory {
            $(#[test]
            fn $story() {
                let store = super::MemoryStore::new();
                super::$story(&store);
                let report = super::verify_memory(&store);
                assert!(report.is_sound(), "{report:?}");
            })*
        }
        mod sled {
            $(#[test]
            fn $story() {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let store = super::SledStore::open(folder.path(), super::options()).expect("it opens");
                super::$story(&store);
                store.close().expect("it closes");
                drop(store);
                let report = super::verify(folder.path(), super::options()).expect("it opens again");
                assert!(report.is_sound(), "{report:?}");
            })*
        }
    };
}

stories! {
    a_conversation_is_loaded_as_it_was_committed
    a_step_for_an_old_revision_is_refused_whole
    a_message_is_found_by_its_platform_id
    a_second_message_with_the_same_id_or_number_is_refused
    history_is_read_from_both_ends
    long_payloads_come_back_whole_and_leave_nothing_behind
    handovers_are_listed_newest_first_and_open_ones_apart
    tasks_are_listed_oldest_first_and_open_ones_apart
    a_cursor_stays_in_place_while_rows_come_and_go
    businesses_do_not_see_each_other
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

fn a_conversation_is_loaded_as_it_was_committed(store: &dyn Store) {
    assert_eq!(store.load(&key("c")).expect("readable"), None);
    assert_eq!(must(store, step("c", 0)).revision, 1);
    assert_eq!(must(store, step("c", 1)).revision, 2);
    let loaded = store.load(&key("c")).expect("readable").expect("it was committed");
    assert_eq!((loaded.revision, loaded.head.as_slice()), (2, &b"head 2"[..]));
    let counts = store.counts().expect("readable");
    assert_eq!(
        counts,
        Counts {
            steps: 2,
            conversations: 1,
            ..Counts::default()
        }
    );
}

fn a_step_for_an_old_revision_is_refused_whole(store: &dyn Store) {
    must(store, step("c", 0));
    let mut late = step("c", 0)
        .message(1, "m-1", b"late")
        .timer(1, None, Some(5))
        .task(1, 5, true)
        .handover(1, 5, true);
    late.events.push(event("acme", b"late", &["crm"], 5));
    late.facts.push(FactChange {
        table: FactTable::Agents,
        key: "acme/ana".into(),
        payload: Some(b"late".to_vec()),
    });
    match commit(store, late) {
        Err(CommitError::Conflict {
            key: conflicting,
            expected: 0,
            found: 1,
        }) => assert_eq!(conflicting, key("c")),
        other => panic!("expected a conflict, got {other:?}"),
    }
    assert_eq!(
        store
            .load(&key("c"))
            .expect("readable")
            .expect("it was committed")
            .revision,
        1
    );
    assert_eq!(store.message(&key("c"), "m-1").expect("readable"), None);
    assert_eq!(store.next_timer_ms().expect("readable"), None);
    assert_eq!(store.events("acme", 0, 9).expect("readable"), []);
    assert_eq!(store.fact(FactTable::Agents, "acme/ana").expect("readable"), None);
    assert!(matches!(
        commit(store, step("new", 3)),
        Err(CommitError::Conflict {
            expected: 3,
            found: 0,
            ..
        })
    ));
    assert_eq!(
        store.counts().expect("readable"),
        Counts {
            steps: 1,
            conversations: 1,
            ..Counts::default()
        }
    );
}

fn a_message_is_found_by_its_platform_id(store: &dyn Store) {
    must(
        store,
        step("c", 0).message(1, "m-1", b"hello").message(2, "m-2", b"again"),
    );
    let found = store
        .message(&key("c"), "m-2")
        .expect("readable")
        .expect("it was committed");
    assert_eq!(
        (found.number, found.id.as_str(), found.payload.as_slice()),
        (2, "m-2", &b"again"[..])
    );
    assert_eq!(store.message(&key("c"), "m-3").expect("readable"), None);
    assert_eq!(store.message(&key("c"), "m").expect("readable"), None);
    assert_eq!(store.message(&key("other"), "m-1").expect("readable"), None);
    assert_eq!(store.message(&key("c"), "m-1\0").expect("readable"), None);
}

fn a_second_message_with_the_same_id_or_number_is_refused(store: &dyn Store) {
    must(store, step("c", 0).message(1, "m-1", b"hello"));
    let same_id = commit(store, step("c", 1).message(2, "m-1", b"other"));
    assert!(
        matches!(same_id, Err(CommitError::Invalid(ref text)) if text.contains("\"m-1\"")),
        "{same_id:?}"
    );
    let same_number = commit(store, step("c", 1).message(1, "m-2", b"other"));
    assert!(
        matches!(same_number, Err(CommitError::Invalid(ref text)) if text.contains("message 1")),
        "{same_number:?}"
    );
    let twice_in_a_step = commit(store, step("c", 1).message(2, "m-2", b"a").message(3, "m-2", b"b"));
    assert!(
        matches!(twice_in_a_step, Err(CommitError::Invalid(_))),
        "{twice_in_a_step:?}"
    );
    assert_eq!(store.messages(&key("c"), 0, 9).expect("readable").len(), 1);
}

fn history_is_read_from_both_ends(store: &dyn Store) {
    let many = (1..=40).fold(step("c", 0), |step, n| step.message(n, &format!("m-{n}"), &[n as u8]));
    must(store, many);
    must(store, step("c2", 0).message(7, "m-7", b"another conversation"));
    let numbers = |messages: Vec<baton_store::StoredMessage>| messages.iter().map(|m| m.number).collect::<Vec<_>>();
    assert_eq!(
        numbers(store.messages(&key("c"), 38, 9).expect("readable")),
        [38, 39, 40]
    );
    assert_eq!(numbers(store.messages(&key("c"), 0, 2).expect("readable")), [1, 2]);
    assert_eq!(
        numbers(store.last_messages(&key("c"), u64::MAX, 3).expect("readable")),
        [38, 39, 40]
    );
    assert_eq!(
        numbers(store.last_messages(&key("c"), 4, 9).expect("readable")),
        [1, 2, 3]
    );
    assert!(numbers(store.last_messages(&key("c"), 4, 0).expect("readable")).is_empty());
}

fn long_payloads_come_back_whole_and_leave_nothing_behind(store: &dyn Store) {
    let mut revision = 0;
    for length in [0, 4_000, 4_001, 100_000, PAYLOAD_MAX_BYTES, 8_001, 3] {
        let mut step = step("c", revision);
        let head: Vec<u8> = (0..length).map(|i| (i % 253) as u8).collect();
        step.change().head = head.clone();
        step.facts.push(FactChange {
            table: FactTable::Packs,
            key: "p".into(),
            payload: Some(head.clone()),
        });
        revision = must(store, step).revision;
        assert_eq!(
            store.load(&key("c")).expect("readable").expect("it was committed").head,
            head
        );
        assert_eq!(store.fact(FactTable::Packs, "p").expect("readable"), Some(head));
    }
    let mut removed = step("c", revision);
    removed.change().head = vec![1; 9_000];
    removed.facts.push(FactChange {
        table: FactTable::Packs,
        key: "p".into(),
        payload: None,
    });
    must(store, removed);
    assert_eq!(store.fact(FactTable::Packs, "p").expect("readable"), None);
}

fn handovers_are_listed_newest_first_and_open_ones_apart(store: &dyn Store) {
    must(store, step("a", 0).handover(1, 100, false).handover(2, 300, true));
    must(store, step("b", 0).handover(1, 200, true));
    let list = |open| {
        let page = store.handovers("acme", open, None, 9).expect("readable");
        page.items
            .iter()
            .map(|h| (h.key.conversation().to_owned(), h.number, h.open))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list(false),
        [("a".into(), 2, true), ("b".into(), 1, true), ("a".into(), 1, false)]
    );
    assert_eq!(list(true), [("a".into(), 2, true), ("b".into(), 1, true)]);
    let mut open = Vec::new();
    store
        .open_handovers(&mut |handover| open.push((handover.key, handover.number)))
        .expect("readable");
    assert_eq!(open, [(key("a"), 2), (key("b"), 1)]);
    assert_eq!(store.counts().expect("readable").open_handovers, 2);

    must(store, step("a", 1).handover(2, 300, false));
    assert_eq!(list(true), [("b".into(), 1, true)]);
    assert_eq!(list(false).len(), 3);
    let closed = store
        .handover(&key("a"), 2)
        .expect("readable")
        .expect("it was committed");
    assert_eq!(
        (closed.open, closed.opened_at_ms, closed.payload.as_slice()),
        (false, 300, &b"handover 2"[..])
    );
    assert_eq!(store.counts().expect("readable").open_handovers, 1);
    assert_eq!(store.handover(&key("a"), 3).expect("readable"), None);
}

fn tasks_are_listed_oldest_first_and_open_ones_apart(store: &dyn Store) {
    must(store, step("a", 0).task(1, 300, true).task(2, -100, true));
    must(store, step("b", 0).task(1, 200, false));
    let list = |open| {
        let page = store.tasks("acme", open, None, 9).expect("readable");
        page.items
            .iter()
            .map(|t| (t.key.conversation().to_owned(), t.number))
            .collect::<Vec<_>>()
    };
    assert_eq!(list(false), [("a".into(), 2), ("b".into(), 1), ("a".into(), 1)]);
    assert_eq!(list(true), [("a".into(), 2), ("a".into(), 1)]);
    must(store, step("a", 1).task(2, 400, true));
    assert_eq!(list(false), [("b".into(), 1), ("a".into(), 1), ("a".into(), 2)]);
    assert_eq!(
        store
            .task(&key("a"), 2)
            .expect("readable")
            .expect("it was committed")
            .created_at_ms,
        400
    );
    assert_eq!(store.counts().expect("readable").open_tasks, 2);
}

fn a_cursor_stays_in_place_while_rows_come_and_go(store: &dyn Store) {
    for n in 1..=5_i64 {
        must(store, step(&format!("c{n}"), 0).task(1, n * 10, true));
    }
    let first = store.tasks("acme", true, None, 2).expect("readable");
    let text = first.next.expect("there is more").to_string();
    let cursor: Cursor = text.parse().expect("the cursor that was just printed");
    must(store, step("c2", 1).task(1, 20, false));
    must(store, step("c0", 0).task(1, 5, true).task(2, 35, true));
    let rest = store.tasks("acme", true, Some(&cursor), 9).expect("readable");
    assert_eq!(
        rest.items.iter().map(|t| t.created_at_ms).collect::<Vec<_>>(),
        [30, 35, 40, 50]
    );
    assert_eq!(rest.next, None);
    assert_eq!(
        store.tasks("acme", true, None, 5).expect("readable").next,
        store.tasks("acme", true, None, 5).expect("readable").next
    );
    assert!("xyz".parse::<Cursor>().is_err() && "abc".parse::<Cursor>().is_err());
}

fn businesses_do_not_see_each_other(store: &dyn Store) {
    for business in ["a", "ab", "b"] {
        let mut step = step("c", 0)
            .task(1, 1, true)
            .handover(1, 1, true)
            .message(1, "m", business.as_bytes());
        step.change().key = ConversationKey::new(business, "c").expect("a short name");
        step.events.push(event(business, business.as_bytes(), &["crm"], 1));
        must(store, step);
    }
    for (business, sequence) in [("a", 1), ("ab", 2), ("b", 3)] {
        let key = ConversationKey::new(business, "c").expect("a short name");
        let message = store.message(&key, "m").expect("readable").expect("it was committed");
        assert_eq!(message.payload, business.as_bytes());
        let tasks = store.tasks(business, false, None, 9).expect("readable").items;
        let handovers = store.handovers(business, true, None, 9).expect("readable").items;
        let events = store.events(business, 0, 9).expect("readable");
        assert_eq!(tasks.iter().map(|t| t.key.business()).collect::<Vec<_>>(), [business]);
        assert_eq!(
            handovers.iter().map(|h| h.key.business()).collect::<Vec<_>>(),
            [business]
        );
        assert_eq!(
            events
                .iter()
                .map(|e| (e.sequence, e.payload.as_slice()))
                .collect::<Vec<_>>(),
            [(sequence, business.as_bytes())]
        );
    }
    assert_eq!(
        store.event("ab", 1).expect("readable"),
        None,
        "event 1 is of another business"
    );
    assert!(matches!(store.events("a\0b", 0, 9), Err(ReadError::Invalid(_))));
    let foreign = store.tasks("a", false, None, 0).expect("readable").next;
    assert_eq!(foreign, None);
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
    assert_eq!(store.next_delivery_ms().expect("readable"), Some(100));
    assert_eq!(store.due_deliveries(99, 9).expect("readable"), []);
    let due = store.due_deliveries(100, 9).expect("readable");
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
    assert_eq!(store.due_deliveries(249, 9).expect("readable"), []);
    let due = store.due_deliveries(250, 9).expect("readable");
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
    assert_eq!(store.next_delivery_ms().expect("readable"), None);
}

fn a_dead_letter_can_be_sent_again(store: &dyn Store) {
    must(
        store,
        Step {
            events: vec![event("acme", b"e", &["crm"], 100)],
            ..Step::default()
        },
    );
    let id = store.due_deliveries(100, 1).expect("readable").remove(0).id;
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
    assert_eq!(store.next_delivery_ms().expect("readable"), None);
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
    let due = store.due_deliveries(1_000, 9).expect("readable");
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
    assert!(5 * PAYLOAD_MAX_BYTES > STEP_MAX_BYTES);
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
            "the endpoint has 65 bytes",
            Step {
                events: vec![event("a", b"", &[&"e".repeat(65)], 0)],
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
