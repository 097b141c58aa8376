//! Random steps against both stores at once: they must answer alike, and the one on disk after reopening too.

use baton_store::admin::{verify, verify_memory};
use baton_store::{DeliveryChange, FactChange, FactTable, MemoryStore, SledStore, Step, Store};
use proptest::prelude::*;

use crate::support::{With, commit, event, key, options, step};

/// What one step does, in few names and numbers so that steps meet.
#[derive(Debug, Clone)]
struct Act {
    conversation: u8,
    revision_off: bool,
    head_bytes: usize,
    message: Option<(u64, u8)>,
    listed: Option<(u32, i64, bool)>,
    timer: Option<(u8, Option<i64>, Option<i64>)>,
    event: bool,
    delivery: u8,
    fact: Option<(u8, Option<usize>)>,
}

fn act() -> impl Strategy<Value = Act> {
    let length = prop_oneof![4 => 0_usize..50, 1 => 3_990_usize..12_100];
    let time = 0_i64..4;
    (
        (
            0_u8..3,
            prop::bool::weighted(0.1),
            length.clone(),
            prop::option::of((0_u64..30, 0_u8..30)),
        ),
        (
            prop::option::of((0_u32..3, time.clone(), any::<bool>())),
            prop::option::of((0_u8..2, prop::option::of(time.clone()), prop::option::of(time))),
            any::<bool>(),
            0_u8..5,
            prop::option::of((0_u8..3, prop::option::of(length))),
        ),
    )
        .prop_map(
            |((conversation, revision_off, head_bytes, message), (listed, timer, event, delivery, fact))| Act {
                conversation,
                revision_off,
                head_bytes,
                message,
                listed,
                timer,
                event,
                delivery,
                fact,
            },
        )
}

fn build(act: &Act, store: &dyn Store) -> Step {
    let name = format!("c{}", act.conversation);
    let revision = store
        .load(&key(&name))
        .expect("readable")
        .map_or(0, |loaded| loaded.revision);
    let mut step = step(&name, revision + u64::from(act.revision_off));
    step.change().head = vec![act.conversation; act.head_bytes];
    if let Some((number, id)) = act.message {
        step = step.message(number, &format!("m{id}"), &vec![id; act.head_bytes]);
    }
    if let Some((number, at_ms, open)) = act.listed {
        step = step.handover(number, at_ms, open).task(number, at_ms, !open);
    }
    if let Some((kind, was, becomes)) = act.timer {
        step = step.timer(kind, was, becomes);
    }
    if act.event {
        step.events
            .push(event("acme", b"e", &["crm", "mail"], i64::from(act.conversation)));
    }
    if let Some(due) = store
        .due_deliveries("acme", "crm", i64::MAX, 1)
        .expect("readable")
        .pop()
    {
        match act.delivery {
            0 => step.deliveries.push(DeliveryChange::Delivered(due.id)),
            1 => step.deliveries.push(DeliveryChange::Retry {
                id: due.id,
                at_ms: 9,
                attempt: 1,
                note: "x".into(),
            }),
            2 => step.deliveries.push(DeliveryChange::Dead {
                id: due.id,
                at_ms: 9,
                attempt: 1,
                note: "x".into(),
            }),
            _ => {}
        }
    }
    if let Some((number, length)) = act.fact {
        let payload = length.map(|length| vec![number; length]);
        step.facts.push(FactChange {
            table: FactTable::Answers,
            key: format!("f{number}"),
            payload,
        });
    }
    step
}

fn rows(store: &dyn Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    store
        .snapshot()
        .expect("readable")
        .map(|row| row.expect("readable"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn both_stores_answer_alike(acts in prop::collection::vec(act(), 1..60)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (memory, sled) = (MemoryStore::new(), SledStore::open(folder.path(), options()).expect("it opens"));
        for act in &acts {
            let left = commit(&memory, build(act, &memory));
            let right = commit(&sled, build(act, &sled));
            prop_assert_eq!(format!("{left:?}"), format!("{right:?}"));
        }
        let report = verify_memory(&memory);
        prop_assert!(report.is_sound(), "{:?}", report);
        prop_assert!(rows(&memory) == rows(&sled));
        drop(sled);
        let report = verify(folder.path(), options()).expect("it opens again");
        prop_assert!(report.is_sound(), "{:?}", report);
        let sled = SledStore::open(folder.path(), options()).expect("it opens again");
        prop_assert!(rows(&memory) == rows(&sled));
    }
}
