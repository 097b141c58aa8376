//! Stories of the detector: when the bot does not know, and when the customer says so.

use baton_plugin_sdk::{BotState, TestConversation, testing};
use proptest::prelude::*;

use super::*;

fn judge(message: &Message, conversation: &TestConversation) -> Signal {
    let detector: InformationGap = testing::detector("{}").expect("fits");
    detector
        .detect(message, conversation)
        .expect("judged")
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[track_caller]
fn check(said: fn(&'static str) -> Message, stories: &[(&'static str, bool)]) {
    let detector: InformationGap = testing::detector("{}").expect("fits");
    for &(text, found) in stories {
        let signals = detector
            .detect(&said(text), &TestConversation::default())
            .expect("judged");
        let fires = signals.iter().any(|signal| signal.confidence >= 0.75);
        assert_eq!(fires, found, "{text}: {signals:?}");
    }
}

#[test]
fn a_bot_that_does_not_know_says_so_in_many_ways() {
    check(
        Message::bot,
        &[
            ("I'm sorry, I don't know the answer to that.", true),
            ("Unfortunately I can't help with that.", true),
            ("Sorry, I didn't understand. Could you rephrase?", true),
            ("I am not able to find any details on this model.", true),
            ("I do not have information about that part.", true),
            ("That is beyond my knowledge.", true),
            ("You've got me stumped there.", true),
            ("My handbook doesn't mention second-hand boilers.", true),
            ("I only know about parking and opening hours.", true),
            ("Come again?", true),
            ("Your order ships on Monday.", false),
            ("Let me know if I can help with anything else!", false),
            ("Could you tell me which model it is?", false),
            ("If you can't find the code, look under the lid.", false),
            ("I can't wait to show you our new rooms!", false),
            ("I couldn't find a booking under that email.", false),
            ("I do know a lot about tea.", false),
        ],
    );
}

#[test]
fn a_customer_who_was_not_understood_says_so() {
    check(
        Message::customer,
        &[
            ("That's the cooker manual, I asked about the fridge.", true),
            ("I wrote Leeds and you're telling me about London", true),
            ("Barking up the wrong tree there.", true),
            (
                "did that on Sunday. The noise comes from the motor, not the belt",
                false,
            ),
            ("step 7 makes no sense, the arrow goes the wrong way", false),
            ("That didn’t answer my question", true),
            ("You don’t understand what I need", true),
            ("that's not what I asked", true),
            ("you keep asking me the same thing", true),
            ("I already told you the model number", true),
            ("no, i meant the other heater", true),
            ("we are going round in circles", true),
            ("did you even read my message", true),
            ("how does that help me", true),
            ("your link goes to the wrong page", true),
            ("I don't understand the bill", false),
            ("Thanks, that answers my question", false),
            ("My heater is out", false),
            ("No, that's all, thank you", false),
            ("I sent it to the wrong address", false),
            ("My son doesn't understand fractions", false),
        ],
    );
}

#[test]
fn the_language_is_that_of_the_message() {
    check(
        Message::customer,
        &[
            ("das war nicht meine Frage", true),
            ("eso no es lo que pregunté", true),
            ("vous n'avez pas compris ma question", true),
            ("você não entendeu nada", true),
            ("ich habe keine weiteren Fragen", false),
            ("eso era justo lo que buscaba", false),
            ("je ne sais pas quelle taille prendre", false),
            ("agora entendi, obrigado", false),
        ],
    );
    check(
        Message::bot,
        &[
            ("Das weiß ich leider nicht.", true),
            ("No tengo información sobre ese tema.", true),
            ("Pouvez-vous reformuler ?", true),
            ("Não consigo responder a isso.", true),
            (
                "Wenn Sie die Nummer nicht wissen, sehen Sie auf der Rechnung nach.",
                false,
            ),
            ("¿Te puedo ayudar en algo más?", false),
            ("C'est compris, votre rendez-vous est déplacé.", false),
            ("Não se preocupe, já está resolvido.", false),
        ],
    );
}

#[test]
fn the_bots_own_numbers_count_and_grow_with_each_failure() {
    let state = |confidence, answered| BotState {
        confidence,
        intent: None,
        answered,
    };
    let said = Message::bot("Our hours are 8 to 5.");
    for (state, failed, low, high) in [
        (state(Some(0.9), None), 3, 0.0, 0.0),
        (state(Some(0.39), None), 0, 0.5, 0.52),
        (state(Some(0.1), None), 0, 0.68, 0.70),
        (state(Some(0.39), None), 2, 0.81, 0.83),
        (state(None, Some(false)), 0, 0.8, 0.81),
        (state(Some(0.9), Some(false)), 1, 0.87, 0.89),
    ] {
        let conversation = TestConversation::default()
            .bot_state(state.clone())
            .failed_answers(failed);
        let confidence = judge(&said, &conversation).confidence;
        assert!((low..=high).contains(&confidence), "{state:?} {failed}: {confidence}");
    }
}

#[test]
fn one_plain_failure_may_be_a_slip_and_the_second_is_none() {
    let said = Message::bot("Sorry, I don't know. I could not find anything. Could you rephrase?");
    let first = judge(&said, &TestConversation::default()).confidence;
    let second = judge(&said, &TestConversation::default().failed_answers(1)).confidence;
    assert!((0.9..0.95).contains(&first), "{first}");
    assert!(second >= 0.95, "{second}");
}

#[test]
fn a_vague_complaint_counts_when_it_answers_the_bot() {
    let said = Message::customer("but how");
    let opening = judge(&said, &TestConversation::default());
    assert!((0.5..0.75).contains(&opening.confidence), "{opening:?}");
    let reply = TestConversation::default()
        .said(Message::customer("I need to drain the tank"))
        .said(Message::bot("Please drain the tank."));
    let signal = judge(&said, &reply);
    assert!(signal.confidence >= 0.75, "{signal:?}");
    assert!(signal.note.expect("told").ends_with("said in reply to the bot"));
}

#[test]
fn a_question_asked_again_is_a_gap() {
    let conversation = TestConversation::default()
        .said(Message::customer("What does error E4 mean on my furnace?"))
        .said(Message::bot("We are open from 8 to 5."));
    let signal = judge(
        &Message::customer("what does error E4 mean on the furnace"),
        &conversation,
    );
    assert_eq!(signal.note.as_deref(), Some("the customer repeats their question"));
    assert!(
        judge(&Message::customer("which filter does my furnace take"), &conversation)
            .note
            .is_none()
    );
    assert!(judge(&Message::customer("ok thanks"), &conversation).note.is_none());
}

#[test]
fn a_bot_that_says_the_same_again_has_failed_and_a_courtesy_may_be_repeated() {
    let told = "Please switch the boiler off at the wall, wait for thirty seconds and switch it on again.";
    let conversation = TestConversation::default()
        .said(Message::bot(told))
        .said(Message::customer("did that, it is still cold"))
        .said(Message::bot("Anything else?"));
    let signal = judge(&Message::bot(told), &conversation);
    assert!((0.5..0.75).contains(&signal.confidence), "{signal:?}");
    assert!(judge(&Message::bot("Anything else?"), &conversation).note.is_none());
}

#[test]
fn a_packs_own_phrases_count_in_every_language() {
    let detector: InformationGap =
        testing::detector(r#"{"bot_phrases": ["ask the janitor"], "customer_phrases": ["falsches Baujahr"]}"#)
            .expect("fits");
    for said in [
        Message::bot("You may ask the janitor."),
        Message::customer("das ist ein falsches Baujahr"),
    ] {
        let signals = detector.detect(&said, &TestConversation::default()).expect("judged");
        assert!(signals.iter().any(|signal| signal.confidence >= 0.75), "{said:?}");
    }
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_place() {
    for (settings, place) in [
        (r#"{"low_confidence": 1.5}"#, "/low_confidence"),
        (r#"{"bot_phrases": ["no clue", ""]}"#, "/bot_phrases/1"),
        (r#"{"customer_phrases": ["?!"]}"#, "/customer_phrases/0"),
        (r#"{"low": 0.3}"#, "/low"),
    ] {
        assert_eq!(
            testing::detector::<InformationGap>(settings)
                .expect_err(settings)
                .pointer,
            place
        );
    }
}

#[test]
fn odd_texts_are_answered_calmly() {
    let calm = TestConversation::default();
    for text in [
        String::new(),
        " ".to_owned(),
        "x".repeat(32_768),
        "e\u{301}".repeat(9_000),
        "🙂".into(),
        "لا أعرف".into(),
        "не help 不 me".into(),
    ] {
        assert!(judge(&Message::customer(text.as_str()), &calm).evidence.is_empty());
        assert!(judge(&Message::bot(text), &calm).evidence.is_empty());
    }
}

#[test]
fn evidence_quotes_the_text() {
    let (calm, detector) = (
        TestConversation::default(),
        testing::detector::<InformationGap>("{}").expect("fits"),
    );
    proptest!(|(text in "((not|answer|my|question|é|🙂|\u{301}|understand|you|pas|compris)[ ,.!’']{0,2}){1,30}|\\PC{1,60}")| {
        for message in [Message::customer(text.as_str()), Message::bot(text.as_str())] {
            for span in detector.detect(&message, &calm).expect("judged").iter().flat_map(|signal| &signal.evidence) {
                prop_assert!(text.get(span.range()).is_some_and(|passage| !passage.is_empty()));
            }
        }
    });
}

#[test]
fn a_sentence_beside_it_changes_nothing_sure() {
    let (calm, detector) = (
        TestConversation::default(),
        testing::detector::<InformationGap>("{}").expect("fits"),
    );
    let sure = [
        "That did not answer my question.",
        "You keep repeating the same answer.",
    ];
    proptest!(|(index in 0..sure.len(), words in "((blue|kettle|Tuesday|garden|seven|chair)[ ,]{1,2}){1,12}", before in any::<bool>())| {
        let text = if before { format!("{words}. {}", sure[index]) } else { format!("{} {words}.", sure[index]) };
        let signals = detector.detect(&Message::customer(text.as_str()), &calm).expect("judged");
        prop_assert!(signals.iter().any(|signal| signal.confidence >= 0.75), "{text}");
    });
}
