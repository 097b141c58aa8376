//! The worker against a receiver on this machine that answers by script.

mod rig;

use std::sync::Arc;
use std::time::{Duration, Instant};

use baton_store::{DeadLetter, DeliveryChange, FactTable, NewEvent, Step};

use super::*;
use rig::{Rig, Say, now, options};

#[tokio::test]
async fn a_delivery_is_made_until_it_arrives_under_one_id() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Status(500), Say::Status(404), Say::Long(503)]);
    rig.emit(&["crm"], &["a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[10, 10, 10, 10]));
    rig.until_empty().await;
    let ids: Vec<String> = rig.got().into_iter().map(|got| got.id).collect();
    assert_eq!(ids, ["evt_1_3e8"; 4]);
    assert_eq!(rig.got()[0].event.r#type, "handover.accepted");
    rig.stop().await;
    let Attempts {
        attempts,
        delivered,
        failures,
        dead,
    } = &rig.meters.webhooks;
    assert_eq!(
        (attempts.get(), delivered.get(), failures.get(), dead.get()),
        (4, 1, 3, 0)
    );
}

#[tokio::test]
async fn a_delivery_that_never_arrives_is_a_dead_letter_that_can_be_sent_again() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Redirect, Say::Status(400)]);
    rig.emit(&["crm"], &["a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[10]));
    rig.until("it is given up", |rig| !rig.letters().is_empty()).await;
    let letter = rig.letters().remove(0);
    assert_eq!(
        (letter.attempt, letter.note.as_str()),
        (2, "answered 400 Bad Request: what is wrong")
    );
    assert_eq!(rig.arrived("elsewhere"), "");
    let DeadLetter {
        business,
        event,
        endpoint,
        ..
    } = letter;
    let again = DeliveryChange::Again {
        business,
        event,
        endpoint,
        at_ms: now().0,
    };
    rig.commit(Step {
        deliveries: vec![again],
        ..Step::default()
    })
    .await;
    rig.until_empty().await;
    assert_eq!((rig.arrived("crm").as_str(), rig.letters()), ("a1 a1 a1", vec![]));
    rig.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_answers_410_is_switched_off_and_the_others_hear_of_it() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Status(410)]);
    rig.emit(&["crm"], &["a", "a", "a"]).await;
    let endpoints = rig.endpoints(&["crm", "ops"]);
    rig.start(Arc::clone(&endpoints), options(&[10]));
    rig.until("all are given up", |rig| rig.letters().len() == 3).await;
    rig.until_empty().await;
    assert_eq!((rig.arrived("crm").as_str(), rig.arrived("ops").as_str()), ("a1", "-4"));
    let told = rig.got().pop().expect("ops got it").event;
    assert_eq!(
        (told.r#type.as_str(), told.data["endpoint"].as_str()),
        ("webhook.disabled", Some("crm"))
    );
    let notes: Vec<String> = rig.letters().into_iter().map(|letter| letter.note).collect();
    assert_eq!(notes[0], "answered 410 Gone: what is wrong");
    assert_eq!(notes[1], "switched off, because it answered 410 Gone: what is wrong");
    assert_eq!(endpoints.wanting("acme", "task.created"), ["ops"]);
    rig.stop().await;

    assert_eq!(
        rig.endpoints(&["crm"]).wanting("acme", "task.created"),
        [""; 0],
        "off after a restart"
    );
    let moved = vec![rig.endpoint("crm", "http://127.0.0.1:1/other", true)];
    let moved = Endpoints::new(moved, &*rig.store).expect("readable");
    assert_eq!(moved.wanting("acme", "task.created"), ["crm"], "on at another URL");
    let fact = endpoints.switch_on("acme", "crm").expect("configured");
    assert_eq!(
        (fact.table, fact.key.as_str(), &fact.payload),
        (FactTable::Endpoints, "acme/crm", &None)
    );
    assert_eq!(endpoints.wanting("acme", "task.created"), ["crm", "ops"], "on by hand");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_failure() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Late(Duration::from_secs(60))]);
    rig.emit(&["crm"], &["a"]).await;
    rig.start(
        rig.endpoints(&["crm"]),
        Options {
            timeout: Duration::from_millis(100),
            ..options(&[10])
        },
    );
    rig.until_empty().await;
    assert_eq!(
        (rig.arrived("crm").as_str(), rig.meters.webhooks.failures.get()),
        ("a1 a1", 1)
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::RetryAfter(429, "1")]);
    rig.emit(&["crm"], &["a", "b"]).await;
    rig.start(
        rig.endpoints(&["crm"]),
        Options {
            per_endpoint: 1,
            ..options(&[10])
        },
    );
    rig.until_empty().await;
    let at: Vec<Instant> = rig.got().iter().map(|got| got.at).collect();
    assert!(
        at[1] - at[0] >= Duration::from_millis(990),
        "another conversation waits as well"
    );
    assert_eq!(rig.arrived("crm").split(' ').count(), 3);
    rig.stop().await;
}

#[tokio::test]
async fn a_conversation_is_told_in_order_while_others_go_on() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Status(500)]);
    rig.emit(&["crm"], &["a", "a", "a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[2_000]));
    rig.until("the first failed", |rig| rig.meters.webhooks.failures.get() == 1)
        .await;
    rig.emit(&["crm"], &["b", "a"]).await;
    rig.until_empty().await;
    assert_eq!(rig.arrived("crm"), "a1 b4 a1 a2 a3 a5");
    assert!(rig.meters.parked.get() >= 3);
    rig.stop().await;
}

#[tokio::test]
async fn the_order_of_a_conversation_outlives_a_restart() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Status(500)]);
    rig.emit(&["crm"], &["a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[2_000]));
    rig.until("the first failed", |rig| {
        rig.store.due_deliveries("acme", "crm", i64::MAX, 1).expect("readable")[0].attempt == 1
    })
    .await;
    rig.stop().await;
    rig.emit(&["crm"], &["a", "b"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[2_000]));
    rig.until_empty().await;
    assert_eq!(rig.arrived("crm"), "a1 b3 a1 a2");
    rig.stop().await;
}

#[tokio::test]
async fn a_dead_endpoint_holds_up_nobody_else() {
    let mut rig = Rig::new().await;
    rig.script("dead", &vec![Say::Late(Duration::from_secs(60)); 100]);
    let conversations: Vec<String> = (0..200).map(|n| format!("c{n}")).collect();
    let conversations: Vec<&str> = conversations.iter().map(String::as_str).collect();
    rig.emit(&["dead"], &conversations).await;
    rig.start(rig.endpoints(&["dead", "live"]), options(&[10]));
    rig.emit(&["live"], &conversations).await;
    rig.until("the live one has all", |rig| rig.meters.webhooks.delivered.get() == 200)
        .await;
    assert!(rig.arrived("dead").split(' ').count() <= 8);
    rig.worker.take().expect("it runs").1.abort();
}

#[tokio::test]
async fn attempts_at_once_are_bounded_for_each_endpoint() {
    let mut rig = Rig::new().await;
    rig.script("crm", &vec![Say::Late(Duration::from_millis(30)); 30]);
    let conversations: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
    rig.emit(&["crm"], &conversations.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    rig.start(
        rig.endpoints(&["crm"]),
        Options {
            per_endpoint: 3,
            ..options(&[10])
        },
    );
    rig.until_empty().await;
    assert_eq!(rig.receiver.busy.lock().expect("no panic").1, 3);
    rig.stop().await;
}

#[tokio::test]
async fn a_name_that_stands_for_this_machine_is_not_reached() {
    let mut rig = Rig::new().await;
    let url = format!("https://localhost:{}/crm", rig.port);
    let endpoints = Endpoints::new(vec![rig.endpoint("crm", &url, false)], &*rig.store).expect("readable");
    rig.emit(&["crm"], &["a"]).await;
    rig.start(Arc::new(endpoints), options(&[]));
    rig.until("it is given up", |rig| !rig.letters().is_empty()).await;
    let note = rig.letters().remove(0).note;
    assert!(
        note.contains("localhost stands for") && note.contains("a loopback address"),
        "{note}"
    );
    assert!(rig.got().is_empty());
    rig.stop().await;
}

#[tokio::test]
async fn what_waits_for_an_endpoint_that_was_removed_is_kept_as_dead_letters() {
    let mut rig = Rig::new().await;
    rig.emit(&["crm"], &["a", "b"]).await;
    rig.start(rig.endpoints(&["ops"]), options(&[10]));
    rig.until_empty().await;
    let letters = rig.letters();
    assert_eq!(
        (letters.len(), letters[0].note.as_str()),
        (2, "this endpoint is no longer configured")
    );
    rig.stop().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_given_up_and_the_next_one_is_sent() {
    let mut rig = Rig::new().await;
    let damaged = NewEvent {
        business: "acme".into(),
        payload: vec![9],
        endpoints: vec!["crm".into()],
        deliver_at_ms: now().0,
    };
    rig.commit(Step {
        events: vec![damaged],
        ..Step::default()
    })
    .await;
    rig.emit(&["crm"], &["a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[10]));
    rig.until_empty().await;
    assert_eq!(rig.arrived("crm"), "a2");
    assert!(rig.letters()[0].note.contains("the stored event has form 9"));
    rig.stop().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_attempt_that_is_under_way() {
    let mut rig = Rig::new().await;
    rig.script("crm", &[Say::Late(Duration::from_millis(200))]);
    rig.emit(&["crm"], &["a", "a"]).await;
    rig.start(rig.endpoints(&["crm"]), options(&[10]));
    rig.until("it is under way", |rig| rig.got().len() == 1).await;
    rig.stop().await;
    assert_eq!(
        (
            rig.arrived("crm").as_str(),
            rig.store.counts().expect("readable").deliveries
        ),
        ("a1", 1)
    );
}
