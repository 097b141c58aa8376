//! Stories of conversations: revisions, messages, handovers, tasks, and who may see them.

use baton_store::limits::PAYLOAD_MAX_BYTES;
use baton_store::{CommitError, ConversationKey, Counts, Cursor, FactChange, FactTable, ReadError, Store};

use crate::support::{With, commit, event, key, must, step, stories};

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
