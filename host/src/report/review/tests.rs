//! The review: which questions are seen, how they are told, and what is suggested.

use std::collections::BTreeMap;

use baton_core::*;

use super::*;
use crate::report::gather;
use crate::report::page::review_page;

const NOON: i64 = 1_772_452_800_000;
const PERIOD: Period = Period {
    since: Time(NOON - 86_400_000),
    until: Time(NOON + 86_400_000),
};

/// A log from lines such as `customer: Is it covered?`; a mark `?` before the colon is an information gap, `!` a bot that
/// says that it gave up, `x` a refused message.
fn log(lines: &[&str]) -> Vec<Logged> {
    let line = |(place, line): (usize, &&str)| {
        let (who, text) = line.split_once(": ").expect("speaker: text");
        let (speaker, marks) = who.split_at(who.find(['?', '!', 'x']).unwrap_or(who.len()));
        let speaker = match speaker {
            "customer" => Speaker::Customer,
            "bot" => Speaker::Bot,
            _ => Speaker::Agent,
        };
        let number = u64::try_from(place).expect("small") + 1;
        let at = Time(NOON + i64::try_from(place).expect("small") * 1_000);
        Logged {
            number,
            message: Message {
                id: MessageId::new(&format!("m{number}")).expect("well formed"),
                speaker,
                text: text.to_owned(),
                at,
                agent: (speaker == Speaker::Agent).then(|| AgentId::new("ana").expect("well formed")),
                epoch: None,
                bot_state: marks.contains('!').then(|| BotState {
                    answered: Some(false),
                    ..BotState::default()
                }),
            },
            received_at: at,
            signals: if marks.contains('?') {
                vec![signal(text)]
            } else {
                vec![]
            },
            refused: marks.contains('x'),
            control: Control {
                holder: Holder::Bot,
                epoch: 0,
            },
            rules: "hvac@1.2.0#1".into(),
            replies: vec![],
            handover: None,
        }
    };
    lines.iter().enumerate().map(line).collect()
}

fn signal(text: &str) -> Signal {
    Signal {
        detector: "gap".into(),
        reason: Reason::new(Reason::INFORMATION_GAP).expect("well formed"),
        confidence: 0.9,
        threshold: 0.75,
        hands_over: true,
        priority: Priority::Medium,
        tags: vec![],
        topic: None,
        role: None,
        skills: vec![],
        evidence: vec![Evidence {
            start: 0,
            end: 1,
            rule: "no-answer".into(),
            quote: text.to_owned(),
        }],
        fields: vec![],
        note: None,
    }
}

fn asked(lines: &[&str]) -> Vec<String> {
    gaps_of("c", &log(lines), &[], PERIOD)
        .into_iter()
        .map(|gap| gap.text)
        .collect()
}

#[test]
fn the_question_is_what_the_bot_failed_on_and_counts_once() {
    let cases: [(&[&str], &[&str]); 6] = [
        (
            &["customer: Is it covered?", "bot?: I don't know."],
            &["Is it covered?"],
        ),
        (&["customer: Is it covered?", "bot!: Let me see."], &["Is it covered?"]),
        (
            &[
                "customer: Is it covered?",
                "bot?: I don't know.",
                "customer?: That does not help!",
            ],
            &["Is it covered?"],
        ),
        (&["customer?: You never answer me"], &["You never answer me"]),
        (&["bot?: I don't know."], &[]),
        (&["customer: Is it covered?", "bot?x: I don't know."], &[]),
    ];
    for (lines, expected) in cases {
        assert_eq!(asked(lines), expected, "{lines:?}");
    }
}

#[test]
fn an_answer_is_what_a_human_says_or_notes_afterwards() {
    let lines = [
        "ana: Hello, Ana here",
        "customer: Is it covered?",
        "bot?: No idea.",
        "ana: Yes, for five years.",
        "ana: Bye",
    ];
    let noted = case(
        "information-gap",
        Cause::Signal,
        "Is it covered?",
        Some(true),
        Some("told her:\nfive years"),
    );
    let gaps = gaps_of("c", &log(&lines), &[&noted], PERIOD);
    let answers: Vec<&str> = gaps[0].answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(answers, ["Yes, for five years.", "told her: five years"]);
    assert!(gaps[0].handed_over);
}

fn case(reason: &str, cause: Cause, request: &str, needed: Option<bool>, note: Option<&str>) -> Case {
    let id = HandoverId {
        conversation: ConversationId::new("c").expect("well formed"),
        number: 1,
    };
    let by = AgentId::new("ana").ok();
    let handover = Handover {
        id,
        rules: "hvac@1.2.0#1".into(),
        reason: Reason::new(reason).expect("well formed"),
        cause,
        priority: Priority::Medium,
        tags: [].into(),
        topic: None,
        request: request.into(),
        evidence: vec![Evidence {
            start: 0,
            end: 1,
            rule: "talk to".into(),
            quote: "talk to".into(),
        }],
        message: None,
        note: None,
        role: None,
        skills: vec![],
        previous: None,
        opened_at: Time(NOON + 3_600_000),
        stage: Stage::Waiting,
        rung: 0,
        tries: 0,
        climbs: 0,
        missed: vec![],
        ranked: vec![],
        passed_over: vec![],
        promise: Promise {
            within: Span::hours(1),
            business_time: false,
            due_at: Time(NOON),
        },
        final_message: None,
        task: 1,
        first_act_at: None,
        last_act_at: None,
        resolution_due: None,
        pause: None,
        reactivated_at: None,
        ending: Some(Ending::Completed {
            outcome: Outcome::Closed,
            by,
            needed,
            note: note.map(str::to_owned),
        }),
        ended_at: Some(Time(NOON + 7_200_000)),
        timeline: vec![],
    };
    let business = BusinessId::new("acme").expect("well formed");
    Case::new(
        business,
        BotId::new("bot").expect("well formed"),
        "web".into(),
        handover,
    )
}

/// What is suggested, as `kind subject (count)`.
fn suggested(questions: &[OpenQuestion], cases: &[Case]) -> Vec<String> {
    let all = suggest::suggestions(questions, cases).into_iter();
    all.map(|one| format!("{:?} {} ({})", one.kind, one.subject, one.count))
        .collect()
}

#[test]
fn a_change_is_suggested_when_several_cases_speak_for_it() {
    let by_hand = |request| case("callback", Cause::Request("bot:web".into()), request, None, None);
    let once = [by_hand("I want a price for a boiler")];
    assert_eq!(suggested(&[], &once), Vec::<String>::new(), "one is chance");
    let twice = [by_hand("I want a price for a boiler"), by_hand("boiler prices?")];
    assert_eq!(suggested(&[], &twice), ["AddPhrase I want a price for a boiler (2)"]);

    let judged = |needed| case("sentiment", Cause::Signal, "x", Some(needed), None);
    assert_eq!(
        suggested(&[], &[judged(false), judged(true), judged(true), judged(false)]),
        ["TightenPhrase talk to (2)"]
    );
    assert_eq!(
        suggested(
            &[],
            &[
                judged(false),
                judged(false),
                judged(true),
                judged(true),
                judged(true),
                judged(true)
            ]
        ),
        ["RaiseThreshold sentiment (2)"]
    );
    let unjudged = case("sentiment", Cause::Signal, "x", None, None);
    assert_eq!(
        suggested(&[], &vec![unjudged; 9]),
        Vec::<String>::new(),
        "nobody said that they were not needed"
    );
}

#[test]
fn a_review_tells_questions_answers_and_suggestions_and_escapes_strangers_words() {
    let mut gaps = Vec::new();
    for (chat, words) in ["Is the <script>boiler</script> covered?", "boiler covered?"]
        .iter()
        .enumerate()
    {
        let customer = format!("customer: {words}");
        let lines = [customer.as_str(), "bot?: Sorry, I don't know.", "ana: Five years."];
        gaps.extend(gaps_of(&format!("c{chat}"), &log(&lines), &[], PERIOD));
    }
    let groups = alike::groups(&gaps, |gap| (&gap.text, &gap.evidence));
    let questions: Vec<OpenQuestion> = groups.iter().map(|group| question(&gaps, group)).collect();
    let told: BTreeMap<&str, u64> = questions.iter().map(|one| (one.question.as_str(), one.count)).collect();
    assert_eq!(told, BTreeMap::from([("boiler covered?", 2)]));
    assert_eq!(questions[0].words, ["boiler", "covered"], "words as people write them");
    let suggestions = suggest::suggestions(&questions, &[]);
    assert_eq!(
        suggestions[0].why,
        "asked 2 times without an answer of the bot; a human said: Five years."
    );
    let review = Review {
        business: "acme".into(),
        since: rfc3339(PERIOD.since),
        until: rfc3339(PERIOD.until),
        made_at: rfc3339(PERIOD.until),
        gaps: 2,
        questions,
        suggestions,
    };
    let page = review_page(&review);
    assert!(
        page.contains("Five years.") && page.contains("class=\"mark\""),
        "{page}"
    );
    assert!(
        page.contains("&lt;script&gt;boiler") && !page.contains("<script"),
        "{page}"
    );
}

#[test]
fn a_quiet_week_has_a_review_too() {
    let store = baton_store::MemoryStore::new();
    let business = BusinessId::new("quiet").expect("well formed");
    let made = super::review(&store, &business, PERIOD, Time(NOON)).expect("an empty store can be read");
    assert_eq!((made.gaps, made.questions.len(), made.suggestions.len()), (0, 0, 0));
    assert!(review_page(&made).contains("Nothing came up often enough"));
    assert_eq!(
        gather(&store, &business, PERIOD).expect("readable"),
        Gathered::default()
    );
}
