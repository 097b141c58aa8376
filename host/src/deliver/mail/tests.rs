//! Who gets mail about what, and what a link is worth.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_core::{
    AgentId, Assignee, BusinessId, Calendar, Conversation, Event, Offer, Presence, Priority, RoleId, Stage, TaskId,
    Time,
};

use baton_store::{ConversationChange, ConversationKey, HandoverRow, MemoryStore, Step, TaskRow, commit_and_wait};

use super::letter::Pen;
use super::{Answer, Composed, Link, LinkError, LinkKey, LinkStage, Reader, Readers};
use crate::config::Config;
use crate::directory::{Directory, Member, Profile};
use crate::record::{self, EventRow, Place, What};

fn agent(id: &str) -> AgentId {
    AgentId::new(id).expect("well formed")
}

fn acme() -> BusinessId {
    BusinessId::new("acme").expect("well formed")
}

fn link() -> Link {
    Link {
        business: acme(),
        task: "chat:17~t2".parse::<TaskId>().expect("well formed"),
        agent: agent("ana"),
        answer: Answer::Accept,
        stage: LinkStage::Offered,
        until: Time(60_000),
    }
}

#[test]
fn a_link_says_what_was_signed_until_it_expires() {
    let key = LinkKey::new([7; 32]);
    let text = key.sign(&link());
    assert!(
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)),
        "{text}"
    );
    assert_eq!(key.open(&text, Time(59_999)), Ok(link()));
    assert_eq!(key.open(&text, Time(60_000)), Err(LinkError::Expired));
    assert_eq!(format!("{key:?}"), "LinkKey(***)");
}

#[test]
fn nothing_that_was_changed_is_a_link() {
    let key = LinkKey::new([7; 32]);
    let text = key.sign(&link());
    assert_eq!(
        LinkKey::new([8; 32]).open(&text, Time(0)),
        Err(LinkError::Unknown),
        "another daemon's"
    );
    for at in 0..text.len() {
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        // The last digit of base64 carries bits that mean nothing; those that are set there are refused as well.
        assert_eq!(key.open(&changed, Time(0)), Err(LinkError::Unknown), "changed at {at}");
    }
    for text in ["", ".", "x", "x.y", "é.é", &format!("{text}.{text}"), &"a.".repeat(600)] {
        assert_eq!(key.open(text, Time(0)), Err(LinkError::Unknown), "{text:?}");
    }
}

#[test]
fn the_longest_names_fit_into_a_link() {
    let key = LinkKey::new([7; 32]);
    let conversation = "c".repeat(128);
    let longest = Link {
        business: BusinessId::new(&"b".repeat(64)).expect("well formed"),
        task: format!("{conversation}~t{}", u32::MAX).parse().expect("well formed"),
        agent: agent(&"a".repeat(64)),
        ..link()
    };
    assert_eq!(key.open(&key.sign(&longest), Time(0)), Ok(longest));
}

#[test]
fn a_link_stands_while_its_very_offer_does() {
    let mut handover = crate::api::sample_handover();
    handover.task = 2;
    let bot = baton_core::BotId::new("bot").expect("well formed");
    let mut chat = Conversation::new(link().task.conversation, bot, "web".to_owned(), Time(0));
    let mut stands = |stage: Stage, link: &Link| {
        handover.stage = stage;
        chat.handover = Some(handover.clone());
        link.stands(&chat)
    };
    let offer = |agents: &[&str], until| {
        Stage::Offered(Offer {
            agents: agents.iter().map(|id| agent(id)).collect(),
            until: Time(until),
        })
    };
    assert!(stands(offer(&["bo", "ana"], 60_000), &link()));
    assert!(
        !stands(offer(&["bo"], 60_000), &link()),
        "it is no longer offered to them"
    );
    assert!(!stands(offer(&["ana"], 90_000), &link()), "it is a later offer");
    for over in [
        Stage::Waiting,
        Stage::Accepted(agent("ana")),
        Stage::Assigned(Assignee::Everyone),
    ] {
        assert!(!stands(over, &link()));
    }
    let given = Link {
        stage: LinkStage::Assigned,
        ..link()
    };
    assert!(stands(Stage::Assigned(Assignee::Everyone), &given));
    assert!(!stands(offer(&["ana"], 60_000), &given));
    let of_another_task = Link {
        task: "chat:17~t3".parse().expect("well formed"),
        ..link()
    };
    assert!(!stands(offer(&["ana"], 60_000), &of_another_task));

    // A follow-up is there to be taken while it is nobody's.
    let mut task = crate::api::sample_task();
    (task.id, task.follow_up) = (of_another_task.task.clone(), true);
    let mut to_be_taken = |to: Assignee, link: &Link| {
        task.assignee = Some(to);
        chat.open_tasks.insert(3, task.clone());
        link.stands(&chat)
    };
    let follow_up = Link {
        stage: LinkStage::Assigned,
        ..of_another_task.clone()
    };
    assert!(to_be_taken(Assignee::Everyone, &follow_up));
    assert!(!to_be_taken(Assignee::Agent(agent("bo")), &follow_up), "bo was faster");
    let decline = Link {
        answer: Answer::Decline,
        ..follow_up
    };
    assert!(!to_be_taken(Assignee::Everyone, &decline), "nobody waits for a no");
    assert!(!to_be_taken(Assignee::Everyone, &of_another_task));
}

fn readers() -> Readers {
    let directory = Directory::default();
    for (id, email, role) in [
        ("ana", Some("ana@acme.example"), "sales"),
        ("bo", Some("bo@acme.example"), "care"),
        ("kim", None, "sales"),
        ("lu", Some("lu@acme.example"), "sales"),
    ] {
        let profile = Profile {
            id: agent(id),
            name: id.to_owned(),
            email: email.map(str::to_owned),
            roles: BTreeSet::from([RoleId::new(role).expect("well formed")]),
            skills: BTreeSet::new(),
            languages: BTreeSet::new(),
            capacity: 1,
            hours: None,
            absences: Vec::new(),
        };
        let member = Member {
            profile,
            calendar: Calendar::always(),
            presence: Presence::Offline,
            presence_until: None,
            last_offered_at: None,
        };
        let _ = directory.put(&acme(), member);
    }
    Readers::new(Arc::new(directory), BTreeSet::from([acme()]))
}

#[test]
fn everybody_who_is_asked_and_has_an_address_gets_a_mail() {
    let readers = readers();
    let told = |event: Event| {
        let told = readers.of("acme", &What::Happened(event));
        told.iter().map(Reader::endpoint).collect::<Vec<_>>().join(" ")
    };
    let offered = |agents: &[&str]| Event::Offered {
        agents: agents.iter().map(|id| agent(id)).collect(),
        until: Time(0),
    };
    assert_eq!(told(offered(&["bo", "kim", "ana"])), "mail:bo mail:ana");
    let given = |to, by: &str| Event::Assigned {
        task: 1,
        to,
        by: by.to_owned(),
    };
    let sales = || Assignee::Role(RoleId::new("sales").expect("well formed"));
    assert_eq!(told(given(sales(), "operator:desk")), "mail:ana mail:lu");
    assert_eq!(told(given(sales(), "lu")), "mail:ana", "who did it knows");
    assert_eq!(told(given(Assignee::Everyone, "ladder")), "mail:ana mail:bo mail:lu");
    assert_eq!(told(given(Assignee::Agent(agent("bo")), "operator:desk")), "mail:bo");
    assert_eq!(told(given(Assignee::Agent(agent("bo")), "accepted")), "");
    let raised = Event::Raised {
        reason: baton_core::Reason::new("sentiment").expect("well formed"),
        priority: Priority::High,
    };
    assert_eq!(told(raised), "");
    assert!(
        readers.of("other", &What::Happened(offered(&["ana"]))).is_empty(),
        "it sends no mail"
    );
}

#[test]
fn a_readers_name_is_no_webhooks() {
    for reader in [Reader::Agent(agent("ana@acme")), Reader::Digest] {
        assert_eq!(Reader::parse(&reader.endpoint()), Some(reader));
    }
    for name in ["mail", "mail.ana", "digest", "crm", "mail:"] {
        assert_eq!(Reader::parse(name), None, "{name}");
    }
}

/// What a mail to ana says at `now` of a handover at a stage, about an event. Task 2 follows it up, and is `whose`.
fn letter_of(stage: Stage, whose: Assignee, event: Event, now: Time) -> Composed {
    let mut handover = crate::api::sample_handover();
    handover.stage = stage;
    let mut task = crate::api::sample_task();
    (task.id.number, task.due_at) = (handover.task, Time(1_772_528_400_000));
    let mut follow_up = crate::api::sample_task();
    (follow_up.id.number, follow_up.follow_up, follow_up.assignee) = (2, true, Some(whose));
    follow_up.title = "Continue: HVAC code request".to_owned();
    let opened_at_ms = handover.opened_at.0;
    let business = Config::embedded().businesses.into_values().next().expect("one");
    let key = ConversationKey::new(business.id.as_str(), handover.id.conversation.as_str()).expect("well formed");
    let change = ConversationChange {
        key,
        expected_revision: 0,
        head: Vec::new(),
        messages: Vec::new(),
        handovers: vec![HandoverRow {
            number: handover.id.number,
            opened_at_ms,
            open: true,
            payload: record::write(&handover),
        }],
        tasks: [task, follow_up]
            .iter()
            .map(|task| TaskRow {
                number: task.id.number,
                created_at_ms: task.created_at.0,
                open: true,
                payload: record::write(task),
            })
            .collect(),
        timers: Vec::new(),
    };
    let store = MemoryStore::new();
    let step = Step {
        conversation: Some(change),
        ..Step::default()
    };
    commit_and_wait(&store, step).expect("committed");
    let place = Place {
        conversation: handover.id.conversation.clone(),
        bot: baton_core::BotId::new("bot").expect("well formed"),
        channel: "web".to_owned(),
        // Whichever was open at the time, if any was.
        handover: matches!(event, Event::Offered { .. }).then_some(handover.id.number),
    };
    let row = EventRow {
        at: Time(1_772_440_000_000),
        place: Some(place),
        what: What::Happened(event),
    };
    let pen = Pen {
        store: &store,
        business: &business,
        public_url: Some("https://baton.example"),
        links: &LinkKey::new([7; 32]),
        now,
    };
    pen.to_agent(&agent("ana"), "Ana", &row).expect("readable")
}

fn letter(stage: Stage, event: Event, now: Time) -> Composed {
    letter_of(stage, Assignee::Agent(agent("bo")), event, now)
}

#[test]
fn an_offer_that_is_over_by_the_time_it_could_be_sent_is_not_sent() {
    let until = Time(1_772_441_000_000);
    let event = || Event::Offered {
        agents: vec![agent("ana")],
        until,
    };
    let offered = |until| {
        Stage::Offered(Offer {
            agents: vec![agent("ana")],
            until,
        })
    };
    let now = Time(until.0 - 1);
    assert!(matches!(letter(offered(until), event(), now), Composed::Letter(_)));
    for (stage, now) in [
        (offered(until), until),
        (offered(Time(until.0 + 60_000)), now),
        (Stage::Waiting, now),
        (Stage::Accepted(agent("ana")), now),
    ] {
        assert!(
            matches!(letter(stage.clone(), event(), now), Composed::Nothing(_)),
            "{stage:?}"
        );
    }
}

/// What the links say is signed, and not compared here.
const ASSIGNED: &str = "\
Yours: Follow up: HVAC code request

Hello Ana,

default has given you this. Please accept it, so that everybody knows you are on it.

Follow up: HVAC code request

Priority:  medium
Due:       2026-03-03 09:00
Reason:    explicit-request
Tags:      human-handover
Task:      chat-17~t1

Accept:    LINK
Decline:   LINK

The customer's request:
I want to talk to a human

Customer asked for a code.

--
Sent by Baton for default. The links are for you alone; a page asks again before anything is done.";

/// The subject and the text, links cut out.
fn read(letter: &Composed) -> String {
    let Composed::Letter(letter) = letter else {
        panic!("there is something to say")
    };
    let mut text = letter.text.clone();
    while let Some(from) = text.find("https://") {
        let length = text[from..].find('\n').expect("a line ends");
        text.replace_range(from..from + length, "LINK");
    }
    format!("{}\n\n{text}", letter.subject)
}

#[test]
fn a_mail_says_all_that_is_needed_to_act() {
    let given = Event::Assigned {
        task: 1,
        to: Assignee::Agent(agent("ana")),
        by: "operator:desk".to_owned(),
    };
    let ana = Stage::Assigned(Assignee::Agent(agent("ana")));
    assert_eq!(read(&letter(ana, given, Time(1_772_441_000_000))), ASSIGNED);
}

#[test]
fn a_follow_up_that_is_given_to_somebody_has_a_mail_of_its_own() {
    let ana = || Assignee::Agent(agent("ana"));
    let given = |to| Event::Assigned {
        task: 2,
        to,
        by: "operator:desk".to_owned(),
    };
    // Whatever became of the handover: bo has it, and completes it later or has done so.
    let has_it = || Stage::Accepted(agent("bo"));
    let now = Time(1_772_441_000_000);
    let told = read(&letter_of(has_it(), ana(), given(ana()), now));
    for part in [
        "Yours: Continue: HVAC code request\n",
        "default has given you this to follow up.\n",
        "Task:      chat-17~t2\n",
        "I want to talk to a human\n",
    ] {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
    assert!(!told.contains("LINK"), "there is nothing to answer:\n{told}");

    let everyone = letter_of(has_it(), Assignee::Everyone, given(Assignee::Everyone), now);
    let told = read(&everyone);
    assert!(
        told.contains("Waiting for one of you: Continue:") && told.contains("Accept:    LINK\n"),
        "{told}"
    );
    assert!(!told.contains("Decline:"), "{told}");

    let over = letter_of(has_it(), Assignee::Agent(agent("bo")), given(ana()), now);
    assert!(matches!(over, Composed::Nothing(_)), "somebody else has it by now");
}
