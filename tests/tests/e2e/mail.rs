//! Mail to people, through a real mail server: what comes, what its links do, and what happens when it cannot come.

use std::path::{Path, PathBuf};
use std::time::Duration;

use baton_tests::{Daemon, MailServer, PASSWORD, eventually, http};
use serde_json::{Value, json};

use crate::PROGRAM;

/// A mail server, or the loud line that says what was not tested.
fn server(mode: &str) -> Option<MailServer> {
    let server = MailServer::start(mode);
    if server.is_none() {
        eprintln!("SKIPPED: python3 with venv and pip is not there, so no mail was sent to a real server");
    }
    server
}

/// A business with two technicians who get mail, and a clerk without an address.
fn config(folder: &Path, server: &MailServer, mail: &str, handover: &str) -> PathBuf {
    let text = format!(
        r#"
[business.default]
name = "Cool Air"
pack = "hvac"
[[business.default.role]]
id = "technician"
[[business.default.role]]
id = "sales"
[[business.default.agent]]
id = "tom"
name = "Tom Baker"
email = "tom@cool.example"
roles = ["technician"]
[[business.default.agent]]
id = "ana"
name = "Ana Silva"
email = "ana@cool.example"
roles = ["technician", "sales"]
[[business.default.agent]]
id = "kim"
roles = ["sales", "technician"]
capacity = 1
[business.default.handover]
{handover}
[business.default.email]
host = "127.0.0.1"
port = {}
from = "Cool Air <desk@cool.example>"
public_url = "https://baton.cool.example/"
{mail}
"#,
        server.port
    );
    let path = folder.join("baton.toml");
    std::fs::write(&path, text).expect("a folder of the test's own");
    path
}

/// One offer to both technicians at a time.
const TO_ALL: &str = "ladder = [{ to = 'role:technician', spread = 'all', within = '15m' }]";

fn ask(daemon: &Daemon, conversation: &str) {
    let contact = json!({ "contact": { "name": "Maria <b>Lopez</b>", "phone": "+1 555 0100" } });
    let said = "I want to talk to a human about my heating";
    daemon.say(conversation, "m1", "customer", said, contact).ok();
}

/// The path behind a word like `Accept:` in a mail's text.
fn link(mail: &Value, word: &str) -> String {
    let text = mail["text"].as_str().expect("a text");
    let line = text.lines().find(|line| line.starts_with(word));
    let line = line.unwrap_or_else(|| panic!("no {word} in {text}"));
    let url = line.split_whitespace().last().expect("a link");
    let path = url.strip_prefix("https://baton.cool.example");
    path.unwrap_or_else(|| panic!("{url} leads elsewhere")).to_owned()
}

/// Status and text of a page, without a token.
fn page(daemon: &Daemon, path: &str, form: Option<&str>) -> (u16, String) {
    let client = http(Duration::from_secs(30));
    let url = format!("{}{path}", daemon.url);
    let request = match form {
        None => client.get(url),
        Some(form) => client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned()),
    };
    let answer = request.send().expect("the daemon answers");
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.text().expect("a text"))
}

#[test]
fn an_offer_comes_with_its_facts_and_links_that_work_once() {
    let Some(server) = server("starttls") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mail = format!(
        "user = 'baton'\npassword = 'env:TEST_SMTP_PASSWORD'\nca_file = {:?}",
        server.ca_file()
    );
    let config = config(folder.path(), &server, &mail, TO_ALL);
    let env = [("TEST_SMTP_PASSWORD", PASSWORD)];
    let daemon = Daemon::start_with(PROGRAM, &folder.path().join("data"), Some(&config), &env);
    ask(&daemon, "chat-1");
    let one_each = || {
        let both = (server.mails_to("tom@cool.example"), server.mails_to("ana@cool.example"));
        (!both.0.is_empty() && !both.1.is_empty()).then_some(both)
    };
    let (tom, ana) = eventually("a mail to each of the two", one_each);
    let (tom, ana) = (&tom[0], &ana[0]);
    assert_eq!(
        (&ana["from"], &ana["encrypted"], &ana["login"]),
        (&json!("desk@cool.example"), &json!(true), &json!(true))
    );
    let headers = &ana["headers"];
    assert_eq!(headers["from"], "Cool Air <desk@cool.example>");
    assert_eq!(headers["to"], "Ana Silva <ana@cool.example>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_ne!(headers["message-id"], tom["headers"]["message-id"]);
    let text = ana["text"].as_str().expect("a text");
    for fact in [
        "Hello Ana Silva,",
        "chat-1~t1",
        "about my heating",
        "Maria <b>Lopez</b>",
        "+1 555 0100",
        "explicit-request",
    ] {
        assert!(text.contains(fact), "no {fact:?} in\n{text}");
    }
    let html = ana["html"].as_str().expect("a page");
    assert!(
        html.contains("Maria &lt;b&gt;Lopez") && !html.contains("<b>Lopez"),
        "{html}"
    );

    let (accept, decline) = (link(ana, "Accept:"), link(ana, "Decline:"));
    // A scanner follows every link, as often as it likes.
    for _ in 0..2 {
        let (status, shown) = page(&daemon, &accept, None);
        assert!(
            status == 200 && shown.contains("do you take this for Cool Air?"),
            "{shown}"
        );
        assert_eq!(page(&daemon, &decline, None).0, 200);
    }
    let stage = || daemon.get("/v1/handovers/chat-1~h1").ok()["stage"].clone();
    assert_eq!(stage()["kind"], "offered");
    let (status, shown) = page(&daemon, &accept, Some(""));
    assert!(status == 200 && shown.contains("It is yours"), "{shown}");
    assert_eq!(stage(), json!({ "kind": "accepted", "agent": "ana" }));
    for (path, why) in [
        (&accept, "You have it already."),
        (&decline, "You have it already."),
        (&link(tom, "Accept:"), "Ana Silva has it now."),
        (&link(tom, "Decline:"), "Ana Silva has it now."),
    ] {
        for form in [None, Some("")] {
            let (status, shown) = page(&daemon, path, form);
            assert!(status == 410 && shown.contains(why), "{status} {shown}");
        }
    }
    let forged = format!("{}x{}", &accept[..20], &accept[21..]);
    for wrong in [
        forged.as_str(),
        "/offers/x",
        "/offers/x.y",
        &format!("/offers/{}", "a".repeat(2_000)),
    ] {
        let (status, shown) = page(&daemon, wrong, Some(""));
        assert!(status == 404 && shown.contains("does not work"), "{status} {shown}");
    }
    assert_eq!(stage(), json!({ "kind": "accepted", "agent": "ana" }));
}

#[test]
fn declining_by_link_gives_the_reason_and_goes_on() {
    let Some(server) = server("tls") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mail = format!(
        "tls = 'tls'\nuser = 'baton'\npassword = 'env:TEST_SMTP_PASSWORD'\nca_file = {:?}",
        server.ca_file()
    );
    let handover = "ladder = [{ to = 'role:technician', within = '1h', tries = 3 }]";
    let config = config(folder.path(), &server, &mail, handover);
    let env = [("TEST_SMTP_PASSWORD", PASSWORD)];
    let daemon = Daemon::start_with(PROGRAM, &folder.path().join("data"), Some(&config), &env);
    daemon
        .put("/v1/agents/kim/presence", &json!({ "presence": "away" }))
        .ok();
    ask(&daemon, "chat-1");
    let first = eventually("the first offer", || server.mails().pop());
    let first_to = first["to"][0].as_str().expect("an address").to_owned();
    let decline = link(&first, "Decline:");
    let (status, shown) = page(&daemon, &decline, Some("reason=On+the+road+%26+busy"));
    assert!(status == 200 && shown.contains("Declined"), "{shown}");
    let second = eventually("the second offer", || {
        server
            .mails()
            .into_iter()
            .find(|mail| mail["to"][0] != first_to.as_str())
    });
    assert_ne!(second["headers"]["message-id"], first["headers"]["message-id"]);
    assert_eq!(page(&daemon, &decline, Some("")).0, 410, "a second answer");
    let handover = daemon.get("/v1/handovers/chat-1~h1").ok();
    assert!(
        handover["missed"].to_string().contains("On the road & busy"),
        "{}",
        handover["missed"]
    );
}

#[test]
fn what_cannot_be_sent_is_tried_again_across_a_kill_or_becomes_a_dead_letter() {
    let Some(server) = server("plain") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), &server, "tls = 'none'", TO_ALL);
    let data = folder.path().join("data");
    server.answer("451 come back later");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    ask(&daemon, "chat-1");
    eventually("two attempts in vain", || {
        let metrics = daemon.get("/metrics").body;
        metrics.as_str()?.contains("mail_failures_total 2").then_some(())
    });
    daemon.kill();
    server.answer("");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    eventually("both mails", || (server.mails().len() == 2).then_some(()));

    server.answer("550 no such mailbox");
    ask(&daemon, "chat-2");
    let letters = eventually("two dead letters", || {
        let letters = daemon.get("/v1/dead-letters").ok()["items"].clone();
        (letters.as_array()?.len() == 2).then_some(letters)
    });
    let endpoints: Vec<&Value> = letters
        .as_array()
        .expect("a list")
        .iter()
        .map(|l| &l["endpoint"])
        .collect();
    assert_eq!(endpoints, ["mail:ana", "mail:tom"]);
    assert_eq!(
        letters[0]["attempts"], 1,
        "a mailbox that does not exist is not tried again"
    );
    let note = letters[0]["note"].as_str().expect("a note");
    assert!(note.contains("no such mailbox"), "{note}");
    server.answer("");
    let again = format!("/v1/dead-letters/{}/send", letters[0]["id"].as_str().expect("an id"));
    daemon.post(&again, &json!({})).ok();
    let mail = eventually("the mail after all", || {
        server.mails_to("ana@cool.example").into_iter().nth(1)
    });
    assert!(mail["text"].as_str().is_some_and(|text| text.contains("chat-2~t1")));
    assert_eq!(server.mails().len(), 3, "nothing came twice");
}

#[test]
fn a_roles_queue_mails_its_members_and_what_is_overdue_is_listed_once_a_day() {
    let Some(server) = server("plain") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let quiet = config(folder.path(), &server, "tls = 'none'", "response = '1s'");
    let daemon = Daemon::start(PROGRAM, &data, Some(&quiet));
    for agent in ["tom", "ana", "kim"] {
        daemon
            .put(
                &format!("/v1/agents/{agent}/presence"),
                &json!({ "presence": "offline" }),
            )
            .ok();
    }
    ask(&daemon, "chat-1");
    let to = json!({ "to": { "kind": "role", "id": "technician" } });
    daemon.post("/v1/tasks/chat-1~t1/assign", &to).ok();
    eventually("a mail to each member with an address", || {
        let told = |address| !server.mails_to(address).is_empty();
        (told("tom@cool.example") && told("ana@cool.example")).then_some(())
    });
    let tom = &server.mails_to("tom@cool.example")[0];
    let text = tom["text"].as_str().expect("a text");
    assert!(
        text.contains("waits for one of you") && !text.contains("Decline:"),
        "{text}"
    );
    assert!(page(&daemon, &link(tom, "Accept:"), Some("")).1.contains("It is yours"));
    std::thread::sleep(Duration::from_millis(1_100));
    daemon.stop();

    let mail = "tls = 'none'\ndigest = { to = 'boss@cool.example', at = '00:00' }";
    let listing = config(folder.path(), &server, mail, "response = '1s'");
    for _ in 0..2 {
        let daemon = Daemon::start(PROGRAM, &data, Some(&listing));
        let list = eventually("the list", || server.mails_to("boss@cool.example").pop());
        assert_eq!(list["headers"]["subject"], "Cool Air: 1 task is overdue");
        let text = list["text"].as_str().expect("a text");
        assert!(text.contains("chat-1~t1") && text.contains("tom"), "{text}");
        daemon.stop();
    }
    assert_eq!(server.mails_to("boss@cool.example").len(), 1, "one a day");
}
