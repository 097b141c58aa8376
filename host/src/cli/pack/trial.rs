//! `baton pack shadow`, `canary`, `diff`, `promote`, `withdraw`: a pack on live traffic before it is in force.

use clap::Args;
use serde_json::{Value, json};

use super::super::exit::Failure;
use super::super::remote::Remote;
use super::super::screen::Screen;
use super::super::value::{items, text, time};

/// Let a pack hear live traffic without effect; `baton pack diff` shows what it would have done otherwise.
///
/// It judges each message after it was answered, and takes no more than its share of a core. Whatever was tried before is over.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack shadow hvac@1.3.0\n  baton pack diff")]
pub(super) struct Shadow {
    #[command(flatten)]
    remote: Remote,
    /// `name`, or `name@version`.
    #[arg(value_name = "PACK")]
    pack: String,
    /// Of one core, at most.
    #[arg(long, default_value_t = 25, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    cpu: u8,
}

/// Put a pack in force for a share of the conversations; each stays on its side.
///
/// `baton pack diff` compares both sides. It ends by itself when its plugins fail. Whatever was tried before is over.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack canary hvac@1.3.0 --percent 10\n  baton pack canary hvac@1.3.0 --percent 100 --bot front-desk"
)]
pub(super) struct Canary {
    #[command(flatten)]
    remote: Remote,
    /// `name`, or `name@version`.
    #[arg(value_name = "PACK")]
    pack: String,
    /// Of a hundred conversations, so many.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: u8,
    /// Only conversations of this bot; may be given again.
    #[arg(long = "bot", value_name = "ID")]
    bots: Vec<String>,
    /// Only conversations on this channel; may be given again.
    #[arg(long = "channel", value_name = "NAME")]
    channels: Vec<String>,
}

/// Show what the pack that is tried would do otherwise, or does.
///
/// For a shadow: handovers gained and lost, at another message, for another reason, to another person, with other words, each
/// with its evidence. For a canary: the figures of both sides since it began.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack diff\n  baton pack diff --examples 100 --json")]
pub(super) struct Diff {
    #[command(flatten)]
    remote: Remote,
    /// Differences that are shown, the newest first.
    #[arg(long, default_value_t = 20, value_name = "N")]
    examples: usize,
}

/// Put the pack that is tried in force for every conversation.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack promote --max-drift 5\n  baton pack promote")]
pub(super) struct Promote {
    #[command(flatten)]
    remote: Remote,
    /// Only if no more than so many of a hundred handovers that the shadow compared differ.
    #[arg(long, value_name = "PERCENT")]
    max_drift: Option<f64>,
    /// Only if the shadow compared so many handovers.
    #[arg(long, requires = "max_drift", default_value_t = 20, value_name = "N")]
    at_least: u64,
    /// Open handovers follow it too.
    #[arg(long)]
    move_open: bool,
}

/// End what is tried; the rules in force stay as they are.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton pack withdraw")]
pub(super) struct Withdraw {
    #[command(flatten)]
    remote: Remote,
}

impl Shadow {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self { remote, pack, cpu } = self;
        let wanted = json!({ "pack": pack, "mode": "shadow", "cpu_percent": cpu });
        begun(screen, &remote.client()?.start_trial(&wanted)?)
    }
}

impl Canary {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            remote,
            pack,
            percent,
            bots,
            channels,
        } = self;
        let wanted = json!({ "pack": pack, "mode": "canary", "percent": percent, "bots": bots, "channels": channels });
        begun(screen, &remote.client()?.start_trial(&wanted)?)
    }
}

impl Diff {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self { remote, examples } = self;
        let trial = remote.client()?.trial()?;
        if screen.look.json {
            return screen.json(&trial);
        }
        heading(screen, &trial)?;
        match (trial.get("diff"), trial.get("sides")) {
            (Some(diff), _) => differences(screen, diff, examples),
            (None, Some(sides)) => compared(screen, sides),
            (None, None) => Ok(()),
        }
    }
}

impl Promote {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            remote,
            max_drift,
            at_least,
            move_open,
        } = self;
        let at_least = max_drift.map(|_| at_least);
        let done = remote.client()?.promote(max_drift, at_least, move_open)?;
        super::generations(screen, &done)
    }
}

impl Withdraw {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        self.remote.client()?.withdraw()?;
        match screen.look.json {
            true => screen.json(&json!({ "withdrawn": true })),
            false => screen.line("nothing is tried any more"),
        }
    }
}

fn begun(screen: &mut Screen<'_>, trial: &Value) -> Result<(), Failure> {
    match screen.look.json {
        true => screen.json(trial),
        false => heading(screen, trial),
    }
}

fn heading(screen: &mut Screen<'_>, trial: &Value) -> Result<(), Failure> {
    let listed = |pointer: &str| {
        let names: Vec<_> = items(trial, pointer).iter().filter_map(Value::as_str).collect();
        if names.is_empty() {
            "all".to_owned()
        } else {
            names.join(", ")
        }
    };
    let mut facts = vec![("pack", text(trial, "/pack"))];
    match text(trial, "/mode").as_str() {
        "canary" => facts.extend([
            ("canary", format!("{} % of conversations", text(trial, "/percent"))),
            ("bots", listed("/bots")),
            ("channels", listed("/channels")),
        ]),
        _ => facts.push(("shadow", format!("at most {} % of a core", text(trial, "/cpu_percent")))),
    }
    facts.extend([
        ("since", time(screen, trial, "/since")),
        ("by", text(trial, "/by")),
        (
            "plugin calls",
            format!("{}, {} failed", text(trial, "/calls"), text(trial, "/failed")),
        ),
    ]);
    screen.facts(&facts)
}

fn differences(screen: &mut Screen<'_>, diff: &Value, examples: usize) -> Result<(), Failure> {
    let count = |how: &str| diff["differences"][how].as_u64().unwrap_or(0).to_string();
    let drift = diff["drift"].as_f64().map_or_else(
        || "no handover yet".to_owned(),
        |drift| format!("{:.1} %", drift * 100.0),
    );
    screen.line("")?;
    screen.facts(&[
        ("messages judged", text(diff, "/messages")),
        ("skipped", text(diff, "/skipped")),
        ("handovers", text(diff, "/happened")),
        ("would have been", text(diff, "/would_have")),
        ("the same", text(diff, "/same")),
        ("gained", count("gained")),
        ("lost", count("lost")),
        ("at another message", count("moved")),
        ("for another reason", count("changed")),
        ("to another person", count("to-another")),
        ("with other words", count("other-words")),
        ("drift", drift),
    ])?;
    for one in items(diff, "/examples").iter().take(examples) {
        let [how, conversation, message, said] = ["/how", "/conversation", "/message", "/text"].map(|at| text(one, at));
        let change = match (one["was"].as_str(), one["becomes"].as_str()) {
            (Some(was), Some(becomes)) if was != becomes => format!("{was:?}, now {becomes:?}"),
            (Some(reason), _) | (None, Some(reason)) => reason.to_owned(),
            (None, None) => String::new(),
        };
        let people = one["people"]
            .as_str()
            .map_or_else(String::new, |people| format!(" [{people}]"));
        screen.line(&format!("\n{how} {conversation} {message}: {change}{people}"))?;
        screen.line(&format!("  {said}"))?;
        let evidence: Vec<_> = items(one, "/evidence").iter().filter_map(Value::as_str).collect();
        if !evidence.is_empty() {
            screen.line(&format!("  {}", evidence.join(", ")))?;
        }
    }
    Ok(())
}

fn compared(screen: &mut Screen<'_>, sides: &Value) -> Result<(), Failure> {
    const FIGURES: [(&str, &str); 9] = [
        ("conversations", "conversations"),
        ("handed over", "handover_rate"),
        ("handovers", "handovers"),
        ("open", "open"),
        ("answered in time", "sla_compliance"),
        ("completed", "completed"),
        ("converted", "conversion_rate"),
        ("not needed", "false_rate"),
        ("again within a day", "again_within_24h"),
    ];
    let shown = |side: &Value, of: &str| match (side[of].as_u64(), side[of].as_f64()) {
        (Some(count), _) => count.to_string(),
        (None, Some(share)) => format!("{:.1} %", share * 100.0),
        (None, None) => "-".to_owned(),
    };
    let row = |(name, of): (&str, &str)| {
        [
            name.to_owned(),
            shown(&sides["canary"], of),
            shown(&sides["others"], of),
        ]
    };
    screen.line("")?;
    screen.table(["FIGURE", "CANARY", "OTHERS"], FIGURES.into_iter().map(row).collect())
}
