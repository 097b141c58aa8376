//! The walkthrough of the product's description, over HTTP.

use baton_tests::{Daemon, Platform, eventually};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

/// The visitor of the walkthrough, up to the moment they ask for a human.
pub(crate) fn hvac_visitor(daemon: &Daemon, conversation: &str, channel: &str) -> Value {
    let here = json!({ "channel": channel });
    let contact = json!({
        "channel": channel,
        "contact": { "name": "Dana Reed", "phone": "+1 555 0100", "email": "dana@example.com" },
    });
    let first = daemon
        .say(
            conversation,
            "m1",
            "customer",
            "Hi there. I'm looking for a code on HVAC.",
            contact,
        )
        .ok();
    assert_eq!(first["handover"], Value::Null);
    daemon
        .say(
            conversation,
            "m2",
            "bot",
            "Can you tell me which model?",
            json!({ "channel": channel, "epoch": 0 }),
        )
        .ok();
    let fields = json!({ "channel": channel, "fields": { "model": "X200" } });
    daemon
        .say(conversation, "m3", "customer", "It is the X200.", fields)
        .ok();
    daemon
        .say(conversation, "m4", "customer", "I want to talk to a human", here)
        .ok()
}

#[test]
fn the_hvac_walkthrough_over_http() {
    let folder = tempfile::tempdir().expect("a folder");
    let platform = Platform::start();
    let config = config(folder.path(), Some(&platform.url()), "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));

    let answer = hvac_visitor(&daemon, "chat-1", "web");
    assert_eq!(
        answer["control"],
        json!({ "holder": "waiting", "epoch": 1 }),
        "{answer}"
    );
    assert_eq!(answer["signals"][0]["reason"], "explicit-request");
    assert_eq!(answer["handover"]["tags"], json!(["HVAC-code", "human-handover"]));
    let reply = &answer["replies"][0];
    assert_eq!(reply["id"], "chat-1~h1~final");
    let prompt = daemon.get("/v1/conversations/chat-1/messages?view=bot").ok();
    let lines = prompt["text"].as_str().expect("a text");
    assert!(
        lines.starts_with("customer: Hi there.") && lines.ends_with("[A human was promised here.]"),
        "{prompt}"
    );
    assert_eq!(
        reply["text"],
        "Thanks — someone from our team will reach out within 24 hours."
    );

    let task = daemon.get("/v1/tasks/chat-1~t1").ok();
    assert_eq!(task["title"], "Follow up: HVAC code request — requested human");
    assert_eq!(task["priority"], "medium");
    let description = task["description"].as_str().expect("a text");
    for part in ["Dana Reed", "+1 555 0100", "dana@example.com", "X200", "24 hours"] {
        assert!(description.contains(part), "{part:?} is missing in {description}");
    }

    // The bot that has not noticed is refused, and told what holds.
    let refused = daemon.say("chat-1", "m5", "bot", "Which model is it?", json!({ "epoch": 0 }));
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert_eq!(refused.body["control"], json!({ "holder": "waiting", "epoch": 1 }));

    // The same message again gets the first answer, and nothing happens twice.
    let again = daemon
        .say("chat-1", "m4", "customer", "I want to talk to a human", json!({}))
        .ok();
    assert_eq!(again["duplicate"], true);
    assert_eq!(again["replies"], answer["replies"]);

    let assignee = task["assignee"]["id"]
        .as_str()
        .expect("the first rung offers it to one")
        .to_owned();
    daemon
        .post("/v1/tasks/chat-1~t1/accept", &json!({ "agent": assignee }))
        .ok();
    let said = daemon
        .say(
            "chat-1",
            "m6",
            "agent",
            "Hello, your code is E4.",
            json!({ "agent": assignee }),
        )
        .ok();
    assert_eq!(said["control"]["holder"], "human");
    let done = json!({ "agent": assignee, "outcome": "converted", "needed": true });
    daemon.post("/v1/tasks/chat-1~t1/complete", &done).ok();
    let chat = daemon.get("/v1/conversations/chat-1").ok();
    assert_eq!(chat["control"], json!({ "holder": "bot", "epoch": 3 }));
    assert_eq!(chat["contact"]["status"], "converted");

    let kinds = [
        "handover.opened",
        "handover.offered",
        "message.final",
        "handover.accepted",
        "handover.completed",
    ];
    for kind in kinds {
        eventually(kind, || (!platform.events(kind).is_empty()).then_some(()));
    }
    let final_message = platform.events("message.final");
    assert_eq!(final_message.len(), 1);
    assert_eq!(final_message[0]["data"]["reply"]["id"], "chat-1~h1~final");
    daemon.stop();
}

#[test]
fn two_channels_at_once_do_not_meet() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    std::thread::scope(|scope| {
        for (conversation, channel) in [("web-1", "web"), ("sms-1", "sms")] {
            let daemon = &daemon;
            scope.spawn(move || {
                let answer = hvac_visitor(daemon, conversation, channel);
                assert_eq!(answer["handover"]["id"], format!("{conversation}~h1"));
            });
        }
    });
    for (conversation, channel) in [("web-1", "web"), ("sms-1", "sms")] {
        let chat = daemon.get(&format!("/v1/conversations/{conversation}")).ok();
        assert_eq!(chat["channel"], channel);
        let log = daemon.get(&format!("/v1/conversations/{conversation}/messages")).ok();
        assert_eq!(log["items"].as_array().map(Vec::len), Some(4), "{log}");
    }
    let open = daemon.get("/v1/handovers?open=true").ok();
    assert_eq!(open["items"].as_array().map(Vec::len), Some(2));
}
