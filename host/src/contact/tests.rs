//! Erasing leaves no word of any row behind, whatever the row holds, and everything that is counted.

use std::collections::BTreeSet;

use baton_core::{Contact, Handover, Task};
use baton_store::FactTable;
use baton_store::admin::{Payload, Row};

use super::{Eraser, Who};
use crate::record;

fn chats() -> BTreeSet<String> {
    BTreeSet::from(["chat-17".to_owned()])
}

#[test]
fn a_contact_is_known_by_address_number_or_conversation() {
    let contact = Contact {
        email: Some("Maria@Example.com".to_owned()),
        phone: Some("+1 (555) 010-0".to_owned()),
        ..Contact::default()
    };
    let fits = |who: Who| who.is("chat-17", &contact);
    let email = |email: &str| Who {
        email: Some(email.to_owned()),
        ..Who::default()
    };
    let phone = |phone: &str| Who {
        phone: Some(phone.to_owned()),
        ..Who::default()
    };
    assert!(fits(email("maria@example.com ")) && !fits(email("aria@example.com")) && !fits(email("")));
    assert!(fits(phone("15550100")) && fits(phone("001 555 0100")));
    assert!(!fits(phone("5550100")) && !fits(phone("")) && !fits(phone("none")));
    assert!(!fits(Who::default()));
    assert!(fits(Who {
        conversations: chats(),
        ..Who::default()
    }));
}

/// A handover with words wherever words can be.
fn wordy() -> Handover {
    let mut handover = crate::api::sample_handover();
    let word = || "Zanzibar".to_owned();
    handover.request = word();
    handover.note = Some(word());
    handover.topic = Some(word());
    handover.final_message = Some(baton_core::FinalMessage {
        id: "id".to_owned(),
        text: word(),
    });
    handover.missed = vec![baton_core::Miss {
        agent: baton_core::AgentId::new("ana").expect("well formed"),
        at: baton_core::Time(1),
        how: baton_core::MissKind::Declined(Some(word())),
    }];
    handover.evidence = vec![baton_core::Evidence {
        start: 0,
        end: 8,
        rule: "rule".to_owned(),
        quote: word(),
    }];
    let ending = baton_core::Ending::Completed {
        outcome: baton_core::Outcome::Converted,
        by: None,
        needed: Some(true),
        note: Some(word()),
    };
    handover.timeline = vec![baton_core::Entry {
        at: baton_core::Time(2),
        event: baton_core::Event::Ended { ending: ending.clone() },
    }];
    handover.ending = Some(ending);
    handover
}

#[test]
fn no_word_stays_and_what_is_counted_does() {
    let handover = wordy();
    let mut task: Task = crate::api::sample_task();
    task.notes = vec![baton_core::Note {
        at: baton_core::Time(3),
        by: "ana".to_owned(),
        text: "Zanzibar".to_owned(),
    }];
    "Zanzibar".clone_into(&mut task.title);
    "Zanzibar".clone_into(&mut task.description);
    let (business, conversation) = ("acme".to_owned(), "chat-17".to_owned());
    let row = |payload: Vec<u8>| Row::Handover {
        business: business.clone(),
        conversation: conversation.clone(),
        number: 1,
        opened_at_ms: 5,
        open: false,
        payload: Payload(payload),
    };
    let task_row = Row::Task {
        business: business.clone(),
        conversation: conversation.clone(),
        number: 1,
        created_at_ms: 5,
        open: false,
        payload: Payload(record::write(&task)),
    };
    let chats = chats();
    let mut eraser = Eraser::new("acme", &chats);
    let Some(Row::Handover {
        payload,
        opened_at_ms: 5,
        ..
    }) = eraser.edit(row(record::write(&handover))).expect("readable")
    else {
        panic!("the row stays")
    };
    assert!(!String::from_utf8_lossy(&payload.0).contains("Zanzibar"));
    let erased: Handover = record::read(&payload.0).expect("readable");
    assert_eq!(
        (&erased.reason, &erased.tags, erased.opened_at),
        (&handover.reason, &handover.tags, handover.opened_at)
    );
    assert_eq!(erased.timeline.len(), 1);
    assert!(matches!(
        erased.ending,
        Some(baton_core::Ending::Completed {
            outcome: baton_core::Outcome::Converted,
            needed: Some(true),
            ..
        })
    ));
    let Some(Row::Task { payload, .. }) = eraser.edit(task_row).expect("readable") else {
        panic!("the row stays")
    };
    assert!(!String::from_utf8_lossy(&payload.0).contains("Zanzibar"));
    assert_eq!((eraser.erased.handovers, eraser.erased.tasks), (1, 1));
    // Again changes nothing more.
    let once = record::write(&erased);
    let Some(Row::Handover { payload, .. }) = eraser.edit(row(once.clone())).expect("readable") else {
        panic!("the row stays")
    };
    assert_eq!(payload.0, once);
}

#[test]
fn others_keep_theirs() {
    let chats = chats();
    let mut eraser = Eraser::new("acme", &chats);
    for (business, conversation) in [("acme", "chat-18"), ("other", "chat-17")] {
        let row = || Row::Handover {
            business: business.to_owned(),
            conversation: conversation.to_owned(),
            number: 1,
            opened_at_ms: 5,
            open: false,
            payload: Payload(record::write(&wordy())),
        };
        assert_eq!(eraser.edit(row()).expect("readable"), Some(row()));
        let decision = || Row::Fact {
            table: FactTable::Decisions,
            key: format!("{business}/{conversation}/00000000000000000001"),
            payload: Payload(vec![1]),
        };
        assert_eq!(eraser.edit(decision()).expect("readable"), Some(decision()));
    }
    let theirs = Row::Fact {
        table: FactTable::Decisions,
        key: "acme/chat-17/00000000000000000001".to_owned(),
        payload: Payload(vec![1]),
    };
    assert_eq!(eraser.edit(theirs).expect("readable"), None);
}

#[test]
fn calls_in_quarantine_go_with_their_contact() {
    let chats = chats();
    let mut eraser = Eraser::new("acme", &chats);
    let row = |business: &str, conversation: &str| {
        let mut call = crate::api::sample_call();
        call.seen.conversation = conversation.to_owned();
        Row::Fact {
            table: FactTable::Quarantine,
            key: format!("{business}/00000000000000000001-3f9c0a12b4d53f9c"),
            payload: Payload(record::write(&call)),
        }
    };
    for (business, conversation) in [("acme", "chat-18"), ("other", "chat-17")] {
        let theirs = eraser.edit(row(business, conversation)).expect("readable");
        assert_eq!(theirs, Some(row(business, conversation)));
    }
    assert_eq!(eraser.edit(row("acme", "chat-17")).expect("readable"), None);
    assert_eq!(eraser.erased.records, 1);
}
