//! Every kind of damage is found and named. Each case spoils one row of a sound store.

use std::collections::BTreeMap;

use super::*;
use crate::limits::ROW_MAX_BYTES;
use crate::step::{ConversationChange, DeliveryChange, HandoverRow, NewEvent, NewMessage, Step, TaskRow, TimerChange};
use crate::store::{ConversationKey, Store, commit_and_wait};
use crate::value::seal;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

const PLACE: Place<'_> = Place {
    business: "acme",
    conversation: "c",
};

fn sound_store() -> MemoryStore {
    let store = MemoryStore::new();
    let change = ConversationChange {
        key: ConversationKey::new("acme", "c").expect("a short name"),
        expected_revision: 0,
        head: vec![7; 2 * ROW_MAX_BYTES],
        messages: vec![NewMessage {
            number: 1,
            id: "m-1".into(),
            payload: b"hello".to_vec(),
        }],
        handovers: vec![HandoverRow {
            number: 1,
            opened_at_ms: 10,
            open: true,
            payload: b"h".to_vec(),
        }],
        tasks: vec![TaskRow {
            number: 1,
            created_at_ms: 20,
            open: false,
            payload: b"t".to_vec(),
        }],
        timers: vec![TimerChange {
            kind: 1,
            was: None,
            becomes: Some(30),
        }],
    };
    let event = NewEvent {
        business: "acme".into(),
        payload: b"e".to_vec(),
        endpoints: vec!["crm".into(), "mail".into()],
        deliver_at_ms: 40,
    };
    let step = Step {
        conversation: Some(change),
        events: vec![event],
        ..Step::default()
    };
    commit_and_wait(&store, step).expect("the step is valid");
    let id = store
        .due_deliveries("acme", "crm", 40, 1)
        .expect("readable")
        .remove(0)
        .id;
    let dead = DeliveryChange::Dead {
        id,
        at_ms: 50,
        attempt: 10,
        note: "gone".into(),
    };
    commit_and_wait(
        &store,
        Step {
            deliveries: vec![dead],
            ..Step::default()
        },
    )
    .expect("the step is valid");
    store
}

fn remove(rows: &mut Map, key: Key<'_>) {
    rows.remove(&key.to_bytes())
        .expect("the case takes away a row that is there");
}

fn put(rows: &mut Map, key: Key<'_>, payload: &[u8]) {
    rows.extend(seal(key.to_bytes(), payload));
}

#[test]
fn a_sound_store_has_no_damage() {
    let report = verify_memory(&sound_store());
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.rows, 15, "with two further rows of the head");
}

#[test]
fn every_damage_is_named() {
    const HANDOVER: Key<'_> = Key::Handover {
        place: PLACE,
        number: 1,
    };
    const MESSAGE: Key<'_> = Key::Message {
        place: PLACE,
        number: 1,
    };
    const MESSAGE_ID: Key<'_> = Key::MessageId {
        place: PLACE,
        id: "m-1",
    };
    type Case = (&'static str, fn(&mut Map));
    let cases: [Case; 14] = [
        ("message 1 of conversation acme/c: its checksum is", |rows| {
            let value = rows.get_mut(&MESSAGE.to_bytes()).expect("it is there");
            *value.last_mut().expect("it has bytes") ^= 1;
        }),
        (
            "message 1 of conversation acme/c: its id \"m-1\" leads to message None",
            |rows| remove(rows, MESSAGE_ID),
        ),
        (
            "message id \"m-1\" of conversation acme/c: its message 1 is not there",
            |rows| remove(rows, MESSAGE),
        ),
        ("conversation acme/c: part 2 is missing", |rows| {
            let owner = Key::Conversation(PLACE).to_bytes();
            remove(
                rows,
                Key::Chunk {
                    owner: &owner,
                    index: 2,
                },
            );
        }),
        ("the row it belongs to has only 0 further parts", |rows| {
            put(rows, Key::Conversation(PLACE), &[0; 8]);
        }),
        (
            "timer of kind 1 at 30 ms of conversation acme/c: its conversation is not there",
            |rows| {
                remove(rows, Key::Conversation(PLACE));
            },
        ),
        (
            "handover 1 of conversation acme/c: it is missing in the list of all",
            |rows| {
                remove(
                    rows,
                    Key::HandoverIndex {
                        open_only: false,
                        opened_at_ms: 10,
                        place: PLACE,
                        number: 1,
                    },
                );
            },
        ),
        (
            "handover 1 of conversation acme/c: it is open: true, but in the list of open ones: false",
            |rows| {
                remove(
                    rows,
                    Key::HandoverIndex {
                        open_only: true,
                        opened_at_ms: 10,
                        place: PLACE,
                        number: 1,
                    },
                );
            },
        ),
        (
            "in the list of open handovers: it names handover 1 of conversation acme/c, which is not there",
            |rows| {
                remove(rows, HANDOVER);
            },
        ),
        (
            "in the list of open tasks: task 1 of conversation acme/c is not open",
            |rows| {
                put(
                    rows,
                    Key::TaskIndex {
                        open_only: true,
                        created_at_ms: 20,
                        place: PLACE,
                        number: 1,
                    },
                    &[],
                );
            },
        ),
        (
            "delivery of event 1 of business acme to mail, due at 40 ms: its event 1 is not there",
            |rows| {
                remove(
                    rows,
                    Key::Event {
                        business: "acme",
                        sequence: 1,
                    },
                );
            },
        ),
        (
            "dead letter of event 1 of business acme to crm: its event 1 is not there",
            |rows| {
                remove(
                    rows,
                    Key::Event {
                        business: "acme",
                        sequence: 1,
                    },
                );
            },
        ),
        ("the counts: they say", |rows| {
            put(
                rows,
                Key::Timer {
                    at_ms: 31,
                    place: PLACE,
                    kind: 1,
                },
                &[],
            );
        }),
        ("the unknown key \\x02odd: it is no key of this store", |rows| {
            rows.insert(b"\x02odd".to_vec(), b"odd".to_vec());
        }),
    ];
    for (expected, spoil) in cases {
        let store = sound_store();
        spoil(&mut store.rows.write().expect("no other thread"));
        let report = verify_memory(&store);
        let damages: Vec<_> = report.damages.iter().map(Damage::to_string).collect();
        assert!(
            damages.iter().any(|damage| damage.contains(expected)),
            "{damages:#?} should name: {expected}"
        );
    }
}
