//! The order of keys is what they mean, for every table, and every key comes back from its bytes.

use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;

/// Parts for a key of any table.
#[derive(Debug, Clone)]
struct Parts {
    business: String,
    conversation: String,
    text: String,
    number: u64,
    small: u32,
    at_ms: i64,
    kind: u8,
    flag: bool,
}

impl Parts {
    fn place(&self) -> Place<'_> {
        Place {
            business: &self.business,
            conversation: &self.conversation,
        }
    }

    /// A key of each table.
    fn keys(&self) -> Vec<Key<'_>> {
        let Parts {
            business,
            text,
            number,
            small,
            at_ms,
            kind,
            flag,
            ..
        } = self;
        let (number, small, at_ms, kind, open_only) = (*number, *small, *at_ms, *kind, *flag);
        let place = self.place();
        let mut keys = vec![
            Key::Counts,
            Key::Conversation(place),
            Key::Message { place, number },
            Key::MessageId { place, id: text },
            Key::Handover { place, number: small },
            Key::HandoverIndex {
                open_only,
                opened_at_ms: at_ms,
                place,
                number: small,
            },
            Key::Task { place, number: small },
            Key::TaskIndex {
                open_only,
                created_at_ms: at_ms,
                place,
                number: small,
            },
            Key::Timer { at_ms, place, kind },
            Key::Event {
                business,
                sequence: number,
            },
            Key::Delivery {
                at_ms,
                event: number,
                business,
                endpoint: text,
            },
            Key::DeadLetter {
                business,
                event: number,
                endpoint: text,
            },
            Key::Chunk {
                owner: text.as_bytes(),
                index: small as u16,
            },
        ];
        keys.extend(FactTable::ALL.map(|table| Key::Fact { table, key: text }));
        keys
    }
}

/// Short names of few letters, so that equal ones and prefixes of each other are common.
fn parts() -> impl Strategy<Value = Parts> {
    let name = "[ab\u{1}é]{1,3}";
    let time = prop_oneof![
        Just(i64::MIN),
        Just(-1),
        Just(0),
        Just(i64::MAX),
        -3_i64..3,
        any::<i64>()
    ];
    (
        name,
        name,
        name,
        prop_oneof![0..3_u64, any::<u64>()],
        0..3_u32,
        time,
        0..3_u8,
        any::<bool>(),
    )
        .prop_map(
            |(business, conversation, text, number, small, at_ms, kind, flag)| Parts {
                business,
                conversation,
                text,
                number,
                small,
                at_ms,
                kind,
                flag,
            },
        )
}

proptest! {
    #[test]
    fn a_key_comes_back_from_its_bytes(parts in parts()) {
        for key in parts.keys() {
            let bytes = key.to_bytes();
            prop_assert_eq!(Key::parse(&bytes), Some(key));
            prop_assert_eq!(Key::parse(&bytes[..1]).is_some(), matches!(key, Key::Counts));
        }
    }

    #[test]
    fn no_two_keys_share_their_bytes(a in parts(), b in parts()) {
        for (i, x) in a.keys().into_iter().enumerate() {
            for (j, y) in b.keys().into_iter().enumerate() {
                prop_assert_eq!(x.to_bytes() == y.to_bytes(), i == j && x == y);
            }
        }
    }

    #[test]
    fn keys_sort_like_what_they_mean(a in parts(), b in parts()) {
        let (x, y) = (&a, &b);
        let order = |left: Key<'_>, right: Key<'_>| left.to_bytes().cmp(&right.to_bytes());
        prop_assert_eq!(
            order(x.message(), y.message()),
            (x.place(), x.number).cmp(&(y.place(), y.number))
        );
        prop_assert_eq!(
            order(x.handover_entry(), y.handover_entry()),
            (&x.business, Reverse(x.at_ms), &x.conversation, x.small)
                .cmp(&(&y.business, Reverse(y.at_ms), &y.conversation, y.small))
        );
        prop_assert_eq!(
            order(x.task_entry(), y.task_entry()),
            (&x.business, x.at_ms, &x.conversation, x.small).cmp(&(&y.business, y.at_ms, &y.conversation, y.small))
        );
        prop_assert_eq!(
            order(x.timer(), y.timer()),
            (x.at_ms, x.place(), x.kind).cmp(&(y.at_ms, y.place(), y.kind))
        );
        prop_assert_eq!(
            order(x.event(), y.event()),
            (&x.business, x.number).cmp(&(&y.business, y.number))
        );
        prop_assert_eq!(
            order(x.delivery(), y.delivery()),
            (&x.business, &x.text, x.at_ms, x.number).cmp(&(&y.business, &y.text, y.at_ms, y.number))
        );
        prop_assert_eq!(
            order(x.dead_letter(), y.dead_letter()),
            (&x.business, x.number, &x.text).cmp(&(&y.business, y.number, &y.text))
        );
    }

    #[test]
    fn a_range_holds_its_business_and_no_other(a in parts(), b in parts()) {
        let range = Table::Event.of_business(&a.business);
        prop_assert_eq!(range.contains(&b.event().to_bytes()), a.business == b.business);
        let range = events_after(&a.business, a.number);
        prop_assert_eq!(range.contains(&b.event().to_bytes()), a.business == b.business && b.number > a.number);
        let range = messages(a.place(), 1..2);
        prop_assert_eq!(range.contains(&b.message().to_bytes()), a.place() == b.place() && b.number == 1);
        let range = Table::Timer.until(a.at_ms);
        prop_assert_eq!(range.contains(&b.timer().to_bytes()), b.at_ms <= a.at_ms);
        let range = deliveries_until(&a.business, &a.text, a.at_ms);
        let same = (&a.business, &a.text) == (&b.business, &b.text);
        prop_assert_eq!(range.contains(&b.delivery().to_bytes()), same && b.at_ms <= a.at_ms);
        let range = deliveries_beyond(&a.business, &a.text);
        let beyond = (&b.business, &b.text) > (&a.business, &a.text);
        prop_assert_eq!(range.contains(&b.delivery().to_bytes()), beyond);
        let range = facts(FactTable::Answers, &a.text, Some(&a.business));
        let fact = Key::Fact { table: FactTable::Answers, key: &b.text };
        prop_assert_eq!(range.contains(&fact.to_bytes()), b.text.starts_with(&a.text) && b.text > a.business);
    }
}

impl Parts {
    fn message(&self) -> Key<'_> {
        Key::Message {
            place: self.place(),
            number: self.number,
        }
    }

    fn handover_entry(&self) -> Key<'_> {
        Key::HandoverIndex {
            open_only: true,
            opened_at_ms: self.at_ms,
            place: self.place(),
            number: self.small,
        }
    }

    fn task_entry(&self) -> Key<'_> {
        Key::TaskIndex {
            open_only: false,
            created_at_ms: self.at_ms,
            place: self.place(),
            number: self.small,
        }
    }

    fn timer(&self) -> Key<'_> {
        Key::Timer {
            at_ms: self.at_ms,
            place: self.place(),
            kind: self.kind,
        }
    }

    fn event(&self) -> Key<'_> {
        Key::Event {
            business: &self.business,
            sequence: self.number,
        }
    }

    fn delivery(&self) -> Key<'_> {
        Key::Delivery {
            at_ms: self.at_ms,
            event: self.number,
            business: &self.business,
            endpoint: &self.text,
        }
    }

    fn dead_letter(&self) -> Key<'_> {
        Key::DeadLetter {
            business: &self.business,
            event: self.number,
            endpoint: &self.text,
        }
    }
}
