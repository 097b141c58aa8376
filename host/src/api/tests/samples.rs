//! What the fake backend shows: one conversation with an offered handover and its task.

use baton_core::*;
use baton_plugin::{LogLevel, LogLine};

use crate::record;

/// 2026-03-02T17:45:00Z
pub(super) const START_MS: i64 = 1_772_473_500_000;

pub(super) fn conversation_id() -> ConversationId {
    ConversationId::new("chat-17").expect("well formed")
}

pub(super) fn agent(name: &str) -> AgentId {
    AgentId::new(name).expect("well formed")
}

pub(crate) fn handover() -> Handover {
    let now = Time(START_MS);
    let until = now + Span::minutes(15);
    let reason = Reason::new("explicit-request").expect("well formed");
    let opened = Event::Opened {
        reason: reason.clone(),
        priority: Priority::Medium,
    };
    Handover {
        id: HandoverId {
            conversation: conversation_id(),
            number: 1,
        },
        rules: "hvac@1.2.0#3".into(),
        reason,
        cause: Cause::Signal,
        priority: Priority::Medium,
        tags: ["human-handover".to_owned()].into(),
        topic: Some("HVAC code request".into()),
        request: "I want to talk to a human".into(),
        evidence: vec![Evidence {
            start: 10,
            end: 25,
            rule: "talk to a human".into(),
            quote: "talk to a human".into(),
        }],
        message: MessageId::new("m-1").ok(),
        note: None,
        role: None,
        skills: vec![],
        previous: None,
        opened_at: now,
        stage: Stage::Offered(Offer {
            agents: vec![agent("ana")],
            until,
        }),
        rung: 0,
        tries: 1,
        climbs: 0,
        missed: vec![],
        ranked: vec![Ranked {
            agent: agent("ana"),
            why: "holds 1 of 5".into(),
        }],
        passed_over: vec![PassedOver {
            agent: agent("bo"),
            why: "at capacity 5 of 5".into(),
            at: now,
        }],
        promise: Promise {
            within: Span::hours(24),
            business_time: false,
            due_at: now + Span::hours(24),
        },
        final_message: None,
        task: 1,
        first_act_at: None,
        last_act_at: None,
        resolution_due: None,
        pause: None,
        reactivated_at: None,
        ending: None,
        ended_at: None,
        timeline: vec![
            Entry { at: now, event: opened },
            Entry {
                at: now,
                event: Event::Offered {
                    agents: vec![agent("ana")],
                    until,
                },
            },
        ],
    }
}

pub(crate) fn task() -> Task {
    Task {
        id: TaskId {
            conversation: conversation_id(),
            number: 1,
        },
        handover: handover().id,
        title: "Follow up: HVAC code request".into(),
        description: "Customer asked for a code.".into(),
        priority: Priority::Medium,
        tags: handover().tags,
        assignee: Some(Assignee::Agent(agent("ana"))),
        due_at: Time(START_MS) + Span::hours(24),
        overdue: false,
        state: TaskState::Open,
        notes: vec![],
        created_at: Time(START_MS),
        follow_up: false,
    }
}

pub(super) fn conversation() -> Conversation {
    let bot = BotId::new("hvac").expect("well formed");
    let mut conversation = Conversation::new(conversation_id(), bot, "web".into(), Time(START_MS));
    conversation.handover = Some(handover());
    conversation.open_tasks.insert(1, task());
    conversation
}

/// A call that panicked, with what led to it.
pub(crate) fn call() -> record::Call {
    let message = Message {
        id: MessageId::new("m17").expect("well formed"),
        speaker: Speaker::Customer,
        text: "hello".into(),
        at: Time(START_MS),
        agent: None,
        epoch: None,
        bot_state: None,
    };
    let line = |line: &str| LogLine {
        level: LogLevel::Info,
        line: line.to_owned(),
    };
    record::Call {
        business: "acme".into(),
        plugin: "wholesale".into(),
        rules: "hvac@1.2.0#3".into(),
        component: "c".into(),
        settings: "s".into(),
        at: Time(START_MS),
        seen: record::Seen {
            conversation: "chat-17".into(),
            channel: "web".into(),
            bot: "hvac".into(),
            locale: "en".into(),
            contact: Contact::default(),
            fields: vec![],
            history: vec![],
            bot_state: None,
            failed_answers: 0,
            length: 1,
            tags: vec![],
            now: Time(START_MS),
        },
        asked: record::Asked::Detect(message),
        outcome: record::Outcome::Failed(record::Failed {
            kind: "panic".into(),
            message: "wholesale 1.0.0 (wholesale) failed in detect: panicked: src/lib.rs:7:9: no stock".into(),
            log: vec![line("looking"), line("counting")],
            log_dropped: 3,
        }),
        fuel: 12_345,
        took_us: 67,
    }
}
