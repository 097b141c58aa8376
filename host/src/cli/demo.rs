//! `baton demo`: a whole daemon with a team and a few chats, nothing to configure, nothing left behind.
//!
//! The chats go in by the HTTP API, with a token like everybody's, so that what is shown is what a platform would see.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use clap::Args;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::exit::{Exit, Failure};
use super::local::{self, Ready, Setup};
use super::remote::token_of;
use super::screen::Screen;
use super::serve::{runtime, told_to_stop};
use super::value::{items, stage, text};
use crate::client::{Address, Client, HandoverFilter, Part};

/// The port that `baton serve` takes too.
const PORT: u16 = 7420;
/// The business of the demo.
const CONFIG: &str = include_str!("demo.toml");

/// Run a daemon with the HVAC rules, a team and a few chats, and show what to try.
///
/// Everything is in a folder of its own that goes away at the end. It runs until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton demo\n  baton demo --exit")]
pub(super) struct Demo {
    /// Play the chats and end.
    #[arg(long)]
    exit: bool,
    /// Where to listen; a free port of this machine if 7420 is taken, without it.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// One line of a chat.
struct Line {
    conversation: &'static str,
    channel: &'static str,
    speaker: &'static str,
    text: &'static str,
    /// What comes with it.
    more: fn() -> Value,
}

impl Demo {
    pub(super) fn run(self, log: Option<&str>, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let cannot =
            |error: std::io::Error| Failure::new(Exit::Internal, "the demo cannot make its folder").because(&error);
        let folder = tempfile::Builder::new()
            .prefix("baton-demo-")
            .tempdir()
            .map_err(cannot)?;
        let config = folder.path().join("baton.toml");
        fs::write(&config, CONFIG).map_err(cannot)?;
        let setup = Setup {
            config: Some(config),
            data: Some(folder.path().join("data")),
            listen: Some(self.listen.unwrap_or_else(free_address)),
            log: Some(log.unwrap_or("warn").to_owned()),
            watch: None,
            record: None,
            passing: true,
        };
        screen.note("making the rules ready, which takes some seconds for the first time");
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let daemon = thread::spawn(move || {
            let mut ready = |ready: &Ready| drop(tell.send((ready.address, ready.data.clone())));
            let stopped = async { drop(stopped.await) };
            runtime()?.block_on(local::serve(&setup, &mut ready, Box::pin(stopped)))
        });
        let played = match told.recv() {
            Ok((address, data)) => play(screen, address, &data),
            // It ended before it answered, and says why below.
            Err(mpsc::RecvError) => Ok(()),
        };
        if played.is_ok() && !self.exit && !daemon.is_finished() {
            runtime()?.block_on(told_to_stop());
        }
        drop(stop);
        let served = daemon
            .join()
            .map_err(|_| Failure::new(Exit::Internal, "the daemon of the demo panicked"))?;
        served.and(played)
    }
}

/// The usual port, or any other.
fn free_address() -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let taken = TcpListener::bind(usual).is_err();
    SocketAddr::from((Ipv4Addr::LOCALHOST, if taken { 0 } else { PORT }))
}

/// Plays the chats, and says what to try.
fn play(screen: &mut Screen<'_>, address: SocketAddr, data: &Path) -> Result<(), Failure> {
    let token = token_of(data)?.ok_or_else(|| Failure::new(Exit::Internal, "the daemon wrote no first token"))?;
    let url = format!("http://{address}");
    let client = Client::new(Address {
        url: url.clone(),
        token: Some(token.clone()),
        business: None,
    })?;
    screen.line(&format!(
        "baton is at {url}, with the rules hvac and a team of three: ana, bo and max.\n"
    ))?;
    for (n, line) in chats().iter().enumerate() {
        let Line {
            conversation,
            channel,
            speaker,
            text: said,
            more,
        } = line;
        let mut message = json!({ "id": format!("demo-{n}"), "speaker": speaker, "text": said, "channel": channel, "bot": "web-bot" });
        if let (Some(message), Value::Object(more)) = (message.as_object_mut(), more()) {
            message.extend(more);
        }
        let judged = client.say(conversation, &message)?;
        screen.line(&format!("{conversation} {speaker:>8}: {said}"))?;
        for reply in items(&judged, "/replies") {
            screen.line(&format!("{conversation}    baton: {}", text(reply, "/text")))?;
        }
    }
    let handovers = client.handovers(&HandoverFilter::default(), &Part::default())?.items;
    let first = handovers
        .last()
        .ok_or_else(|| Failure::new(Exit::Internal, "the chats of the demo led to no handover"))?;
    screen.line("")?;
    for handover in handovers.iter().rev() {
        screen.line(&format!(
            "{} {}: {}",
            text(handover, "/id"),
            text(handover, "/reason"),
            stage(screen, handover)
        ))?;
    }
    let (task, handover) = (text(first, "/task"), text(first, "/id"));
    let agent = first
        .pointer("/stage/agents/0")
        .map_or("ana".to_owned(), |agent| text(agent, ""));
    screen.line(&format!(
        "\nTry it, in another terminal:\n  export BATON_URL={url} BATON_TOKEN={token}\n  baton task list\n  baton task show {task}\n  \
         baton task accept {task} --agent {agent}\n  baton task complete {task} converted --agent {agent} --note \"booked\"\n  \
         baton handover show {handover}\n  curl -sN \"{url}/v1/events?after=0\" -H \"Authorization: Bearer $BATON_TOKEN\"\n\n\
         Ctrl-C ends it; nothing is left behind."
    ))
}

/// The walkthrough of a visitor who wants a code, an emergency, and a chat that the bot can finish.
fn chats() -> [Line; 7] {
    let none = || json!({});
    let said = |conversation, channel, speaker, text, more| Line {
        conversation,
        channel,
        speaker,
        text,
        more,
    };
    [
        said(
            "visitor-1",
            "web",
            "customer",
            "Hi there. I'm looking for a code on HVAC.",
            || json!({ "contact": { "name": "Dana Reed", "phone": "+1 555 0100", "email": "dana@example.com" } }),
        ),
        said(
            "visitor-1",
            "web",
            "bot",
            "Can you tell me which model?",
            || json!({ "epoch": 0 }),
        ),
        said("visitor-2", "sms", "customer", "What are your opening hours?", none),
        said(
            "visitor-2",
            "sms",
            "bot",
            "We are open from 8 to 18, Monday to Saturday.",
            || json!({ "epoch": 0 }),
        ),
        said(
            "visitor-1",
            "web",
            "customer",
            "I want to talk to a human",
            || json!({ "fields": { "model": "X200" } }),
        ),
        said(
            "visitor-3",
            "web",
            "customer",
            "Emergency repair please! The furnace is down and there is water everywhere.",
            || json!({ "contact": { "name": "Sam Ortiz", "phone": "+1 555 0101" } }),
        ),
        said("visitor-2", "sms", "customer", "Thanks, that is all.", none),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::tests::{look, text_of};
    use crate::client::tests::Fake;

    #[test]
    fn the_tour_shows_the_chats_and_names_what_to_try() {
        let fake = Fake::start(|request| match request.path.as_str() {
            "/v1/handovers" => (
                200,
                json!({ "items": [{
                "id": "visitor-1~h1", "task": "visitor-1~t1", "reason": "explicit-request",
                "stage": { "kind": "offered", "agents": ["bo"], "until": "2026-03-02T10:30:00Z" },
            }] }),
            ),
            "/v1/conversations/visitor-1/messages" => (
                200,
                json!({ "replies": [{ "text": "Thanks - somebody will follow up." }] }),
            ),
            path if path.starts_with("/v1/conversations/") => (200, json!({ "replies": [] })),
            path => panic!("nobody should ask for {path}"),
        });
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join(super::super::remote::TOKEN_FILE), "baton_first\n").expect("written");
        let shown = text_of(look(), |screen| {
            play(screen, fake.address, data.path()).expect("played")
        });
        for line in [
            "visitor-1 customer: I want to talk to a human",
            "visitor-1    baton: Thanks - somebody will follow up.",
            "visitor-1~h1 explicit-request: offered to bo until 2026-03-02 10:30:00 UTC",
            "  baton task accept visitor-1~t1 --agent bo",
        ] {
            assert!(shown.lines().any(|found| found == line), "{line}\n{shown}");
        }
        assert!(
            fake.requests()
                .iter()
                .all(|request| request.token.as_deref() == Some("Bearer baton_first"))
        );
    }

    #[test]
    fn the_business_of_the_demo_is_sound() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("baton.toml");
        fs::write(&file, CONFIG).expect("written");
        let settings = local::settings(Some(&file)).map_err(|failure| failure.text());
        assert_eq!(settings.map(|settings| settings.packs.len()), Ok(1));
    }
}
