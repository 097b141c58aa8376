//! Any value of the core's types comes back as it was; what is damaged or newer is an error that says so.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::*;
use proptest::prelude::*;

use super::*;
use crate::engine::Logged;

/// Bytes to make values from; zeros once they are used up, so every value ends.
pub(in crate::record) struct Entropy(std::vec::IntoIter<u8>);

impl Entropy {
    fn byte(&mut self) -> u8 {
        self.0.next().unwrap_or(0)
    }

    pub(in crate::record) fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    fn number(&mut self) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::MAX,
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    fn id(&mut self) -> String {
        let allowed: Vec<char> = ('a'..='z')
            .chain('A'..='Z')
            .chain('0'..='9')
            .chain("-_.:@+=".chars())
            .collect();
        let length = 1 + self.below(12);
        (0..length).map(|_| allowed[self.below(allowed.len())]).collect()
    }
}

/// A type of which any value can be made.
pub(in crate::record) trait Any: Sized {
    fn any(from: &mut Entropy) -> Self;
}

macro_rules! any {
    ($($type:ty => |$from:ident| $make:expr;)*) => {$(
        impl Any for $type {
            fn any($from: &mut Entropy) -> Self {
                $make
            }
        }
    )*};
}

any! {
    bool => |from| from.byte() & 1 == 1;
    u32 => |from| from.number() as u32;
    u64 => |from| from.number();
    f32 => |from| from.number() as f32 / 255.0;
    String => |from| {
        let marks = ['a', ' ', '\n', '"', '\\', '\0', 'é', '日', '🙂', '~'];
        (0..from.below(40)).map(|_| marks[from.below(marks.len())]).collect()
    };
    Time => |from| Time(from.number() as i64);
    Span => |from| Span(from.number() as i64);
    AgentId => |from| from.id().parse().expect("allowed characters");
    BotId => |from| from.id().parse().expect("allowed characters");
    ConversationId => |from| from.id().parse().expect("allowed characters");
    MessageId => |from| from.id().parse().expect("allowed characters");
    Reason => |from| from.id().parse().expect("allowed characters");
    RoleId => |from| from.id().parse().expect("allowed characters");
    HandoverId => |from| HandoverId { conversation: Any::any(from), number: Any::any(from) };
    TaskId => |from| TaskId { conversation: Any::any(from), number: Any::any(from) };
    Timers => |from| Vec::<(TimerKind, Time)>::any(from).into_iter().collect();
}

impl<T: Any> Any for Option<T> {
    fn any(from: &mut Entropy) -> Self {
        bool::any(from).then(|| T::any(from))
    }
}

impl<T: Any> Any for Vec<T> {
    fn any(from: &mut Entropy) -> Self {
        (0..from.below(4)).map(|_| T::any(from)).collect()
    }
}

impl<T: Any + Ord> Any for BTreeSet<T> {
    fn any(from: &mut Entropy) -> Self {
        Vec::any(from).into_iter().collect()
    }
}

impl<K: Any + Ord, V: Any> Any for BTreeMap<K, V> {
    fn any(from: &mut Entropy) -> Self {
        Vec::any(from).into_iter().collect()
    }
}

impl<A: Any, B: Any> Any for (A, B) {
    fn any(from: &mut Entropy) -> Self {
        (A::any(from), B::any(from))
    }
}

fn any_conversation(from: &mut Entropy) -> Conversation {
    Conversation {
        id: Any::any(from),
        bot: Any::any(from),
        channel: Any::any(from),
        control: Any::any(from),
        contact: Any::any(from),
        fields: Any::any(from),
        tags: Any::any(from),
        topic: Any::any(from),
        request: Any::any(from),
        length: Any::any(from),
        bot_turns: Any::any(from),
        failed_answers: Any::any(from),
        last_answer_failed: Any::any(from),
        refused: Any::any(from),
        handovers: Any::any(from),
        tasks: Any::any(from),
        handover: Any::any(from),
        open_tasks: Vec::<Task>::any(from)
            .into_iter()
            .map(|task| (task.id.number, task))
            .collect(),
        timers: Any::any(from),
        opened_at: Any::any(from),
        changed_at: Any::any(from),
        pending: None,
    }
}

fn comes_back<R: Row + Any + PartialEq + std::fmt::Debug>(bytes: Vec<u8>) {
    let row = R::any(&mut Entropy(bytes.into_iter()));
    let written = write(&row);
    assert_eq!(read::<R>(&written).expect("was just written"), row);
    assert!(to_json(R::KIND, &written).is_some(), "no JSON of {row:?}");
    for end in 0..written.len() {
        assert!(
            read::<R>(&written[..end]).is_err(),
            "read the first {end} bytes of {row:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_row_comes_back_whole_and_no_part_of_it_does(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        comes_back::<Handover>(bytes.clone());
        comes_back::<Task>(bytes.clone());
        comes_back::<Logged>(bytes.clone());
        comes_back::<EventRow>(bytes.clone());
        comes_back::<PresenceRow>(bytes.clone());
        comes_back::<Decision>(bytes.clone());
        comes_back::<EndpointOff>(bytes.clone());
        comes_back::<Call>(bytes);
    }

    #[test]
    fn any_call_comes_back_from_its_line_with_the_same_name_for_its_input(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        let call = Call::any(&mut Entropy(bytes.into_iter()));
        let line = call.to_line();
        prop_assert!(!line.contains('\n'));
        let again = Call::from_value(serde_json::from_str(&line).expect("JSON")).expect("was just written");
        prop_assert_eq!(again.input(), call.input());
        prop_assert_eq!(again.outcome.bytes(), call.outcome.bytes());
        prop_assert_eq!(again, call);
    }

    #[test]
    fn any_conversation_comes_back_from_its_rows(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        let conversation = any_conversation(&mut Entropy(bytes.into_iter()));
        let written = write_conversation(&conversation);
        let head: Head = read(&written).expect("was just written");
        prop_assert_eq!(write(&head), written);
        let tasks = conversation.open_tasks.values().rev().map(|task| read(&write(task)).expect("written")).collect();
        let handover = conversation.handover.as_ref().map(|handover| read(&write(handover)).expect("written"));
        prop_assert_eq!(head.join(handover, tasks).expect("the head's own parts"), conversation);
    }

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for kind in Kind::ALL {
            let mut row = vec![kind.form()];
            row.extend(&bytes);
            let _ = to_json(kind, &row);
        }
        let _ = read::<Head>(&bytes);
    }
}

fn hvac_chat() -> Conversation {
    let at = Time(1_767_225_600_000);
    let id = ConversationId::new("web:visitor-48151623").expect("well formed");
    let mut chat = Conversation::new(id, BotId::new("hvac-bot").expect("well formed"), "web".into(), at);
    chat.control = Control {
        holder: Holder::Waiting,
        epoch: 1,
    };
    chat.contact = Contact {
        name: Some("Dana Whitfield".into()),
        phone: Some("+1 555 010 4477".into()),
        email: Some("dana.whitfield@example.com".into()),
        locale: Some("en-US".into()),
        time_zone: Some("America/Chicago".into()),
        ..Contact::default()
    };
    chat.fields = [("model", "Carrier 24ACC636"), ("preferred_date", "Tuesday morning")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    chat.tags = ["human-handover".to_owned(), "HVAC-code".to_owned()].into();
    chat.topic = Some("HVAC code request".into());
    chat.request = Some("Hi there. I'm looking for a code on HVAC.".into());
    (chat.length, chat.bot_turns, chat.handovers, chat.tasks) = (4, 1, 1, 1);
    for kind in [
        TimerKind::OfferLapse,
        TimerKind::Reactivate,
        TimerKind::ResponseWarning,
        TimerKind::ResponseDue,
    ] {
        chat.timers.set(kind, at + Span::hours(8));
    }
    chat
}

#[test]
fn the_head_of_the_hvac_chat_and_a_message_are_small() {
    let head = write_conversation(&hvac_chat()).len();
    assert!(head < 400, "a head of {head} bytes");
    let message = Logged {
        number: 3,
        message: Message {
            id: MessageId::new("wamid.HBgLMTU1NTAxMDQ0Nzc").expect("well formed"),
            speaker: Speaker::Customer,
            text: "I want to talk to a human.".into(),
            at: Time(1_767_225_600_000),
            agent: None,
            epoch: None,
            bot_state: None,
        },
        received_at: Time(1_767_225_600_120),
        signals: vec![Signal {
            detector: "human-requested".into(),
            reason: Reason::new(Reason::EXPLICIT_REQUEST).expect("well formed"),
            confidence: 0.97,
            threshold: 0.75,
            hands_over: true,
            priority: Priority::Medium,
            tags: vec!["human-handover".into()],
            topic: None,
            role: None,
            skills: vec![],
            evidence: vec![Evidence {
                start: 0,
                end: 25,
                rule: "I want to talk to a human".into(),
                quote: "I want to talk to a human".into(),
            }],
            fields: vec![],
            note: None,
        }],
        refused: false,
        control: Control {
            holder: Holder::Waiting,
            epoch: 1,
        },
        rules: "hvac@1.0.0#1".into(),
        replies: vec![],
        handover: Some(1),
    };
    let message = write(&message).len();
    assert!(message < 300, "a message of {message} bytes");
}

#[test]
fn a_row_is_written_in_the_bytes_of_its_form() {
    let row = PresenceRow {
        presence: Presence::Away,
        since: Time(1_000),
        until: Some(Time(-1)),
    };
    assert_eq!(write(&row), [1, 1, 0xD0, 0x0F, 1, 1]);
    let event = EventRow {
        at: Time(0),
        place: None,
        what: What::Happened(Event::TaskDropped { task: 7 }),
    };
    assert_eq!(write(&event), [2, 0, 0, 0, 28, 7]);
    assert_eq!(
        read::<EventRow>(&[1, 0, 0, 0, 25, 7])
            .expect_err("an old form")
            .to_string(),
        "the stored event has form 1 of a version before 0.1.0, and this one reads form 2; begin with a new data folder"
    );
}

#[test]
fn a_row_that_cannot_be_read_says_what_and_why() {
    let written = write(&PresenceRow {
        presence: Presence::Online,
        since: Time(5),
        until: None,
    });
    let fault = |bytes: &[u8]| read::<PresenceRow>(bytes).expect_err("damaged").to_string();
    assert_eq!(fault(&[]), "the stored presence is empty");
    let newer = [&[9], &written[1..]].concat();
    assert_eq!(
        fault(&newer),
        "the stored presence has form 9, and this version of baton reads forms up to 1; start the version that wrote it"
    );
    assert_eq!(
        fault(&[&written[..], b"xy"].concat()),
        "the stored presence has 2 bytes after its end"
    );
    assert_eq!(
        fault(&written[..2]),
        "the stored presence of 2 bytes does not follow its form"
    );
    let row = EventRow {
        at: Time(0),
        place: None,
        what: What::Happened(Event::Accepted {
            agent: AgentId::new("ana").expect("well formed"),
        }),
    };
    let mut damaged = write(&row);
    *damaged.last_mut().expect("not empty") = b' ';
    assert_eq!(
        read::<EventRow>(&damaged).expect_err("a space").to_string(),
        "the stored event holds a bad id"
    );
}

#[test]
fn parts_that_a_head_does_not_name_are_refused() {
    let head: Head = read(&write_conversation(&hvac_chat())).expect("was just written");
    let mut entropy = Entropy(vec![].into_iter());
    let fault = head
        .join(None, vec![Any::any(&mut entropy)])
        .expect_err("not asked for");
    assert_eq!(
        fault.to_string(),
        "the stored conversation names tasks [], and [0] came with it"
    );
}
