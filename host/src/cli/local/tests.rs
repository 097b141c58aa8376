//! The data folder as commands use it while no daemon runs, and a world without rules to tell stories in.

use baton_core::Presence;
use baton_core::story::{self, AgentLine, World};
use baton_core::{AgentId, Answer, Conversation, Draft, Message, Policy, Question, Signal};

use super::*;

/// Tells a story where no rule finds anything and everybody is away.
pub(in crate::cli) fn play_without_rules(name: &str, text: &str) -> Result<(Story, Transcript), Failure> {
    let story = Story::parse(text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{name}:{}:{}: {}", error.line, error.column, error.message),
        )
    })?;
    let told = story::run(&story, &mut Quiet(Policy::default()));
    let transcript = told.map_err(|error| Failure::new(Exit::Usage, error))?;
    Ok((story, transcript))
}

struct Quiet(Policy);

impl World for Quiet {
    fn policy(&self) -> &Policy {
        &self.0
    }

    fn meet(&mut self, _: &AgentLine) {}

    fn judge(&mut self, _: &Conversation, _: &Message, _: Time) -> Vec<Signal> {
        Vec::new()
    }

    fn answer(&mut self, _: &Conversation, question: &Question, _: Time) -> Answer {
        match question {
            Question::Assign(_) => Answer::Candidates(baton_core::Candidates::default()),
            Question::Draft(_) => Answer::Draft(Draft::default()),
            Question::Returning(_) => Answer::Returning(None),
        }
    }

    fn presence(&mut self, _: &AgentId, _: Presence) {}

    fn settled(&mut self, _: &Conversation, _: Option<&Message>) {}
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SledStore::open(folder.path(), Options::default()).expect("a new store");
    store.close().expect("closed");
    folder
}

fn request(scope: &'static str) -> TokenRequest {
    TokenRequest {
        name: "me".into(),
        scope,
        agent: None,
        expires_at: None,
    }
}

#[test]
fn a_token_made_in_the_folder_is_listed_there_and_can_be_revoked() {
    let folder = folder();
    let made = create_token(folder.path(), "*", &request("admin")).expect("made");
    let id = made["id"].as_str().expect("an id");
    assert!(
        made["text"]
            .as_str()
            .is_some_and(|text| text.starts_with(&format!("baton_{id}_")))
    );
    let listed = tokens(folder.path()).expect("listed");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["business"], &listed[0]["scope"]),
        (&json!(id), &json!("*"), &json!("admin"))
    );
    assert!(listed[0].get("text").is_none());
    revoke_token(folder.path(), id).expect("revoked");
    assert_eq!(tokens(folder.path()).expect("listed"), Vec::<Value>::new());
    let again = revoke_token(folder.path(), id).expect_err("gone");
    assert_eq!(again.exit, Exit::Refused);
}

#[test]
fn a_token_that_makes_no_sense_is_refused_and_nothing_is_kept() {
    let folder = folder();
    let failure = create_token(folder.path(), "*", &request("bot")).expect_err("only admins are for every business");
    assert!(
        failure
            .text()
            .contains("only a token of scope admin may be for every business"),
        "{}",
        failure.text()
    );
    assert!(tokens(folder.path()).expect("listed").is_empty());
}

#[test]
fn a_folder_that_a_daemon_holds_says_so_and_a_mistyped_one_is_not_made() {
    let folder = folder();
    let held = SledStore::open(folder.path(), Options::default()).expect("opened");
    let failure = tokens(folder.path()).expect_err("held");
    assert!(
        failure.text().contains("is in use by process") && failure.text().contains("stop the daemon first"),
        "{}",
        failure.text()
    );
    held.close().expect("closed");
    let mistyped = folder.path().join("dta");
    let failure = verify(&mistyped).expect_err("not there");
    assert!(
        failure.text().contains("there is no data folder of baton at"),
        "{}",
        failure.text()
    );
    assert!(!mistyped.exists());
}

#[test]
fn a_backup_restores_to_the_same_tokens() {
    let folder = folder();
    create_token(folder.path(), "default", &request("operator")).expect("made");
    let mut bytes = Vec::new();
    let rows = backup(folder.path(), &mut bytes).expect("written").rows;
    assert_eq!(rows, 2, "the token, and that it was made");
    let other = tempfile::tempdir().expect("a folder");
    let target = other.path().join("data");
    restore(&mut bytes.as_slice(), &target).expect("restored");
    assert_eq!(tokens(&target).expect("listed"), tokens(folder.path()).expect("listed"));
    assert!(verify(&target).expect("read").is_sound());
    let truncated = &bytes[..bytes.len() / 2];
    let failure = restore(&mut &*truncated, &other.path().join("half")).expect_err("truncated");
    assert_eq!(failure.exit, Exit::Refused);
}

#[test]
fn built_in_packs_are_sound_and_an_unknown_one_is_named() {
    let of = |name: &str| Rules {
        pack: Some(name.to_owned()),
        config: None,
        business: None,
    };
    for pack in built_in_packs().expect("listed") {
        let name = pack["name"].as_str().expect("a name");
        assert!(!super::pack(name).expect("read").stories.is_empty(), "{name}");
    }
    // One is enough here: the stories of all are told end to end.
    assert!(check_pack(&of("hvac")).is_ok_and(|summary| summary.id.starts_with("hvac@")));
    let failure = check_pack(&of("hvca")).err().map(|failure| failure.text());
    assert!(
        failure
            .as_ref()
            .is_some_and(|text| text.contains("no built-in or installed pack `hvca`; did you mean `hvac`?")),
        "{failure:?}"
    );
}

#[test]
fn only_public_addresses_are_for_webhooks() {
    for (address, public) in [
        ("1.1.1.1", true),
        ("2606:4700::1111", true),
        ("127.0.0.1", false),
        ("10.0.0.8", false),
        ("169.254.169.254", false),
        ("100.64.0.1", false),
        ("::1", false),
        ("::ffff:10.0.0.8", false),
        ("fd00::1", false),
    ] {
        assert_eq!(is_public(address.parse().expect("an address")), public, "{address}");
    }
}
