//! People over HTTP: who comes and goes, when they are there, and that what one of them drops somebody picks up.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use baton_core::{Calendar, Span, Time};
use baton_tests::{Daemon, Reply, eventually};
use serde_json::{Value, json};

use crate::{PROGRAM, config};

fn ask(daemon: &Daemon, conversation: &str) {
    let said = "I want to talk to a human";
    daemon.say(conversation, "m1", "customer", said, json!({})).ok();
}

fn task(daemon: &Daemon, id: &str) -> Value {
    daemon.get(&format!("/v1/tasks/{id}")).ok()
}

fn stage(daemon: &Daemon, handover: &str) -> Value {
    daemon.get(&format!("/v1/handovers/{handover}")).ok()["stage"].clone()
}

fn agent(daemon: &Daemon, id: &str) -> Value {
    let agents = daemon.get("/v1/agents").ok();
    let items = agents["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().find(|agent| agent["id"] == id).unwrap_or(Value::Null)
}

fn problem(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["type"].as_str().unwrap_or_default())
}

/// The configuration of the other tests with something changed in it.
fn changed(folder: &Path, change: impl FnOnce(String) -> String) -> std::path::PathBuf {
    let path = config(folder, None, "");
    let text = std::fs::read_to_string(&path).expect("it was just written");
    std::fs::write(&path, change(text)).expect("a folder of the test's own");
    path
}

#[test]
fn what_is_given_back_is_offered_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    ask(&daemon, "c");
    let first = task(&daemon, "c~t1")["assignee"]["id"].clone();
    let other = if first == "tom" { "ana" } else { "tom" };
    let give_back = |who: &Value| {
        let body = json!({ "agent": who, "reason": "needs a gas licence" });
        daemon.post("/v1/tasks/c~t1/give-back", &body)
    };
    let stranger = give_back(&json!(other));
    assert_eq!(problem(&stranger), (409, "/problems/not-yours"), "nobody has it yet");
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": first })).ok();
    let stranger = give_back(&json!(other));
    assert_eq!(problem(&stranger), (409, "/problems/not-yours"), "{}", stranger.body);
    assert_eq!(problem(&give_back(&json!("nobody"))), (422, "/problems/unknown-name"));

    let acted = give_back(&first).ok();
    assert_eq!(acted["conversation"]["control"]["holder"], "waiting", "{acted}");
    let stage = stage(&daemon, "c~h1");
    assert_eq!((&stage["kind"], &stage["agents"]), (&json!("offered"), &json!([other])));
    let handover = daemon.get("/v1/handovers/c~h1").ok();
    assert_eq!(
        (&handover["missed"][0]["agent"], &handover["missed"][0]["how"]),
        (&first, &json!("given-back")),
        "{handover}"
    );
    daemon.post("/v1/tasks/c~t1/accept", &json!({ "agent": other })).ok();
    assert_eq!(problem(&give_back(&first)), (409, "/problems/not-yours"));
    let audit = daemon.get("/v1/audit?action=task.give-back").ok();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(1), "{audit}");
    assert_eq!(audit["items"][0]["subject"], "c~t1");
}

#[test]
fn to_give_back_what_was_only_offered_is_to_decline_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    ask(&daemon, "c");
    let first = task(&daemon, "c~t1")["assignee"]["id"].clone();
    let other = if first == "tom" { "ana" } else { "tom" };
    daemon.post("/v1/tasks/c~t1/give-back", &json!({ "agent": first })).ok();
    let stage = stage(&daemon, "c~h1");
    assert_eq!((&stage["kind"], &stage["agents"]), (&json!("offered"), &json!([other])));
    let missed = &daemon.get("/v1/handovers/c~h1").ok()["missed"];
    assert_eq!((&missed[0]["agent"], &missed[0]["how"]), (&first, &json!("declined")));
}

#[test]
fn whoever_is_removed_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    let kim = json!({ "name": "Kim", "roles": ["technician"] });
    daemon.put("/v1/agents/kim", &kim).ok();
    let pass = json!({ "name": "kim", "scope": "agent", "agent": "kim" });
    let pass = daemon.post("/v1/tokens", &pass).ok()["text"].clone();
    let pass = pass.as_str().expect("a token");
    let to_kim = json!({ "to": { "kind": "agent", "id": "kim" } });
    // One that kim accepted, one that kim was given, one that kim is to follow up.
    for conversation in ["has", "given", "later"] {
        ask(&daemon, conversation);
        let task = format!("/v1/tasks/{conversation}~t1");
        daemon.post(&format!("{task}/assign"), &to_kim).ok();
        if conversation != "given" {
            daemon.post(&format!("{task}/accept"), &json!({ "agent": "kim" })).ok();
        }
    }
    let done = json!({ "agent": "kim", "outcome": "scheduled" });
    daemon.post("/v1/tasks/later~t1/complete", &done).ok();
    assert_eq!(task(&daemon, "later~t2")["assignee"]["id"], "kim");

    let configured = daemon.delete("/v1/agents/tom");
    assert_eq!(problem(&configured), (409, "/problems/agent-needed"));
    assert_eq!(
        configured.body["detail"],
        "agent \"tom\" stands in baton.toml; take them out there and restart the daemon"
    );
    let away = json!({ "from": "2026-01-01T00:00:00Z", "back": "2099-01-01T00:00:00Z", "stand_in": "kim" });
    let tom = |absences: Value| json!({ "name": "Tom", "roles": ["technician"], "absences": absences });
    daemon.put("/v1/agents/tom", &tom(json!([away]))).ok();
    let stands_in = daemon.delete("/v1/agents/kim");
    assert_eq!(problem(&stands_in), (409, "/problems/agent-needed"));
    assert!(
        stands_in.body["detail"].to_string().contains("stands in for tom"),
        "{}",
        stands_in.body
    );
    daemon.put("/v1/agents/tom", &tom(json!([]))).ok();

    let removed = daemon.delete("/v1/agents/kim").ok();
    assert_eq!(removed["tasks"], json!(["given~t1", "has~t1", "later~t2"]), "{removed}");
    for handover in ["given~h1", "has~h1"] {
        let stage = stage(&daemon, handover);
        assert_eq!(stage["kind"], "offered", "{handover}: {stage}");
        assert!(!stage["agents"].to_string().contains("kim"), "{handover}: {stage}");
    }
    let chat = daemon.get("/v1/conversations/has").ok();
    assert_eq!(
        chat["control"]["holder"], "waiting",
        "the customer waits for another one"
    );
    assert_eq!(task(&daemon, "later~t2")["assignee"]["kind"], "role");
    assert_eq!(
        daemon.get_as(pass, "/v1/tasks").status,
        401,
        "their token opens nothing"
    );
    assert_eq!(daemon.delete("/v1/agents/kim").status, 404);
    let accept = daemon.post("/v1/tasks/has~t1/accept", &json!({ "agent": "kim" }));
    assert_eq!(problem(&accept), (422, "/problems/unknown-name"));
    let audit = daemon.get("/v1/audit?action=agent.remove").ok();
    assert_eq!(
        (
            &audit["items"][0]["subject"],
            &audit["items"][0]["before"]["name"],
            &audit["items"][0]["after"]
        ),
        (&json!("kim"), &json!("Kim"), &Value::Null)
    );
    daemon.kill();
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    assert_eq!(agent(&daemon, "kim"), Value::Null, "nothing is kept of them");
}

#[test]
fn when_somebody_is_back_the_most_urgent_of_those_who_waited_comes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    let offline = json!({ "presence": "offline" });
    daemon.put("/v1/agents/ana/presence", &offline).ok();
    let tom = |absences: Value| json!({ "name": "Tom", "roles": ["technician"], "capacity": 1, "absences": absences });
    let back = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(4);
    let away = json!({ "from": "2026-01-01T00:00:00Z", "back": back.to_string() });
    daemon.put("/v1/agents/tom", &tom(json!([away]))).ok();
    // Their timers are due in one moment, and in the order of their names.
    for conversation in ["a", "b", "c", "d"] {
        ask(&daemon, conversation);
    }
    let smell = "I smell gas in the house";
    daemon.say("z", "m1", "customer", smell, json!({})).ok();
    assert_eq!(stage(&daemon, "z~h1")["kind"], "waiting", "nobody is there yet");
    eventually("the urgent one is offered", || {
        (stage(&daemon, "z~h1")["kind"] == "offered").then_some(())
    });
    for conversation in ["a", "b", "c", "d"] {
        assert_eq!(stage(&daemon, &format!("{conversation}~h1"))["kind"], "waiting");
    }
}

#[test]
fn whoever_the_configuration_names_cannot_be_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody is listed, so the people come at run time, and the fallback may name one of them.
    let path = folder.path().join("baton.toml");
    let text = "[business.default]\npack = \"hvac\"\n[business.default.handover]\nfallback = \"agent:boss\"\n\
                [[business.default.role]]\nid = \"technician\"\n[[business.default.role]]\nid = \"sales\"\n";
    std::fs::write(&path, text).expect("a folder of the test's own");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&path));
    daemon.put("/v1/agents/boss", &json!({ "name": "Boss" })).ok();
    let refused = daemon.delete("/v1/agents/boss");
    assert_eq!(problem(&refused), (409, "/problems/agent-needed"));
    let told = refused.body["detail"].as_str().unwrap_or_default().to_owned();
    assert!(
        told.contains("named by the fallback of business `default` in baton.toml; name somebody else there"),
        "{told}"
    );
}

#[test]
fn whoever_is_taken_out_of_the_configuration_loses_what_they_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config(folder.path(), None, "")));
    ask(&daemon, "c");
    ask(&daemon, "d");
    let to = |id: &str| json!({ "to": { "kind": "agent", "id": id } });
    for (conversation, who) in [("c", "tom"), ("d", "ana")] {
        daemon
            .post(&format!("/v1/tasks/{conversation}~t1/assign"), &to(who))
            .ok();
        let accept = json!({ "agent": who });
        daemon
            .post(&format!("/v1/tasks/{conversation}~t1/accept"), &accept)
            .ok();
    }
    daemon.stop();
    let without_tom = changed(folder.path(), |text| {
        let from = text.find("[[business.default.agent]]\nid = \"tom\"").expect("tom");
        let to = text.rfind("[[business.default.agent]]").expect("ana");
        format!("{}{}", &text[..from], &text[to..])
    });
    let daemon = Daemon::start(PROGRAM, &data, Some(&without_tom));
    let next = eventually("tom's goes to ana", || {
        let stage = stage(&daemon, "c~h1");
        (stage["kind"] == "offered").then_some(stage)
    });
    assert_eq!(next["agents"], json!(["ana"]));
    assert_eq!(
        stage(&daemon, "d~h1")["kind"],
        "accepted",
        "who is still there keeps theirs"
    );
}

#[test]
fn hours_and_rotas_say_when_somebody_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = changed(folder.path(), |text| {
        let tom = "skills = [\"hvac\"]\nhours = { mon = [\"08:00-16:00\"] }\n";
        text.replace("skills = [\"hvac\"]\n", tom)
            + "\n[[business.default.rota]]\nid = \"night\"\nagents = [\"ana\"]\nbegins = \"2026-01-05\"\n"
    });
    let data = folder.path().join("data");
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    assert_eq!(agent(&daemon, "ana")["on_call"], json!(["night"]));
    assert_eq!(agent(&daemon, "tom")["on_call"], json!([]));
    assert_eq!(agent(&daemon, "tom")["hours"]["mon"], json!(["08:00-16:00"]));
    assert_eq!(agent(&daemon, "ana")["hours"], Value::Null, "the business's");
    // What is said of somebody anew leaves alone the hours that it does not speak of.
    let tom = daemon.put("/v1/agents/tom", &json!({ "name": "Thomas" })).ok();
    assert_eq!(tom["hours"]["mon"], json!(["08:00-16:00"]));

    // A day off that is today wherever the test runs.
    let zone = Calendar::new("Pacific/Kiritimati", &[], &[]).expect("a zone without summer time");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let now = Time(i64::try_from(now.as_millis()).expect("it is before the year 292 million"));
    let day = |days: i64| zone.local(now + Span::hours(24 * days))[..10].to_owned();
    let every = json!(["00:00-24:00"]);
    let put = json!({
        "name": "Ana", "roles": ["technician", "sales"], "time_zone": "Pacific/Kiritimati", "holidays": [day(0), day(1)],
        "hours": { "mon": every, "tue": every, "wed": every, "thu": every, "fri": every, "sat": every, "sun": every },
    });
    let ana = daemon.put("/v1/agents/ana", &put).ok();
    for key in ["hours", "time_zone", "holidays"] {
        assert_eq!(ana[key], put[key], "{ana}");
    }
    let why = format!("outside hours until {} 00:00", day(2));
    assert_eq!((&ana["available"], &ana["why"]), (&json!(false), &json!(why)));
    daemon.kill();
    let daemon = Daemon::start(PROGRAM, &data, Some(&config));
    assert_eq!(agent(&daemon, "ana")["why"], json!(why), "they outlive a kill");

    let overlap = json!({ "name": "Ana", "hours": { "mon": ["09:00-12:00", "11:00-13:00"] } });
    let refused = daemon.put("/v1/agents/ana", &overlap);
    assert_eq!(problem(&refused), (422, "/problems/invalid-request"));
    assert_eq!(refused.body["errors"][0]["pointer"], "/hours/mon/1");
    let back = json!({ "name": "Ana", "roles": ["technician", "sales"] });
    let ana = daemon.put("/v1/agents/ana", &back).ok();
    assert_eq!((&ana["hours"], &ana["available"]), (&Value::Null, &json!(true)));
}

#[test]
fn tasks_that_are_due_soon_are_not_those_that_are_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), None, "response = \"1h\"\nfollow_up = \"1s\"");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));
    ask(&daemon, "soon");
    ask(&daemon, "late");
    let who = task(&daemon, "late~t1")["assignee"]["id"].clone();
    daemon.post("/v1/tasks/late~t1/accept", &json!({ "agent": who })).ok();
    let done = json!({ "agent": who, "outcome": "scheduled" });
    daemon.post("/v1/tasks/late~t1/complete", &done).ok();
    let listed = |query: &str| {
        let page = daemon.get(&format!("/v1/tasks?{query}")).ok();
        let ids = page["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|task| task["id"].clone());
        ids.collect::<Vec<_>>()
    };
    eventually("the follow-up is late", || {
        (listed("overdue=true") == ["late~t2"]).then_some(())
    });
    assert_eq!(listed("due_within=2h"), ["soon~t1"]);
    assert!(listed("due_within=30m").is_empty());
    let wrong = daemon.get("/v1/tasks?due_within=soon");
    assert_eq!(problem(&wrong), (422, "/problems/invalid-request"));
    assert_eq!(wrong.body["errors"][0]["parameter"], "due_within");
}
