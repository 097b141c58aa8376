//! `baton handover`: why a conversation was passed, to whom, and what came of it.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit::Failure;
use super::remote::{Paging, Remote};
use super::screen::Screen;
use super::task::{StateArg, ended};
use super::value::{assignee, items, stage, text, time};
use crate::client::{HandoverFilter, Page};

/// Handovers: why, to whom, and what came of it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton handover list --reason high-value\n  baton handover show chat-17~h1\n  baton handover explain chat-17~h1"
)]
pub(super) struct Handover {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List handovers, newest first: id, opened, reason, priority, stage, request.
    #[command(
        after_help = "Example:\n  baton handover list\n  baton handover list --state ended --agent ana --limit 20"
    )]
    List {
        /// Which of open and ended ones.
        #[arg(long, value_enum, default_value_t)]
        state: StateArg,
        /// Only those of this reason.
        #[arg(long, value_name = "REASON")]
        reason: Option<String>,
        /// Only those that this agent holds or was offered.
        #[arg(long, value_name = "ID")]
        agent: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Explain one handover: each decision about it, what was found, asked and answered, and whether it is the same when
    /// it is executed again from its record.
    #[command(after_help = "Example:\n  baton handover explain chat-17~h1")]
    Explain {
        /// The handover.
        id: String,
    },
    /// Show one handover with its evidence, who was passed over, and its timeline.
    #[command(after_help = "Example:\n  baton handover show chat-17~h1")]
    Show {
        /// The handover.
        id: String,
    },
}

impl Handover {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::List {
                state,
                reason,
                agent,
                paging,
            } => {
                let filter = HandoverFilter {
                    state: state.into(),
                    reason,
                    agent,
                };
                list(screen, &client.handovers(&filter, &paging.part())?)
            }
            Act::Explain { id } => explain(screen, &client.explain(&id)?),
            Act::Show { id } => show(screen, &client.handover(&id)?),
        }
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |handover: &Value| {
        let of = |pointer| text(handover, pointer);
        [
            of("/id"),
            time(screen, handover, "/opened_at"),
            of("/reason"),
            of("/priority"),
            stage(screen, handover),
            of("/request"),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "handovers", |screen| {
        screen.table(["ID", "OPENED", "REASON", "PRIORITY", "STAGE", "REQUEST"], rows)
    })
}

fn show(screen: &mut Screen<'_>, handover: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(handover);
    }
    let of = |pointer| text(handover, pointer);
    let cause = match of("/cause/kind").as_str() {
        "failed-answers" => format!("{} failed answers", of("/cause/count")),
        "request" => format!("request by {}", of("/cause/by")),
        "takeover" => format!("takeover by {}", of("/cause/agent")),
        other => other.to_owned(),
    };
    let evidence = items(handover, "/evidence").iter();
    let evidence: Vec<_> = evidence
        .map(|found| format!("{:?} ({})", text(found, "/quote"), text(found, "/rule")))
        .collect();
    let passed = items(handover, "/passed_over").iter();
    let passed: Vec<_> = passed
        .map(|one| format!("{}: {}", text(one, "/agent"), text(one, "/why")))
        .collect();
    let missed = items(handover, "/missed").iter();
    let missed: Vec<_> = missed
        .map(|miss| {
            format!(
                "{} {} {}",
                time(screen, miss, "/at"),
                text(miss, "/agent"),
                text(miss, "/how")
            )
        })
        .collect();
    let timeline = items(handover, "/timeline").iter();
    let timeline: Vec<_> = timeline
        .map(|entry| format!("{}  {}", time(screen, entry, "/at"), happened(screen, entry)))
        .collect();
    let facts = [
        ("handover", of("/id")),
        ("request", of("/request")),
        ("reason", of("/reason")),
        ("cause", cause),
        ("evidence", evidence.join("\n")),
        ("message", of("/message")),
        ("note", of("/note")),
        ("priority", of("/priority")),
        ("tags", of("/tags")),
        ("stage", stage(screen, handover)),
        ("task", of("/task")),
        ("promised", time(screen, handover, "/promise/due_at")),
        ("told", of("/final_message/text")),
        ("passed over", passed.join("\n")),
        ("missed", missed.join("\n")),
        ("opened", time(screen, handover, "/opened_at")),
        ("first act", time(screen, handover, "/first_act_at")),
        ("ended", time(screen, handover, "/ended_at")),
        (
            "ending",
            [of("/ending/kind"), of("/ending/outcome"), of("/ending/by")]
                .join(" ")
                .trim()
                .to_owned(),
        ),
        ("rules", of("/rules")),
        ("timeline", timeline.join("\n")),
    ];
    screen.facts(&facts)
}

fn explain(screen: &mut Screen<'_>, explanation: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(explanation);
    }
    let of = |pointer| text(explanation, pointer);
    screen.line(&format!(
        "{} {} {}: {}",
        of("/handover/id"),
        of("/handover/reason"),
        of("/handover/priority"),
        of("/handover/request")
    ))?;
    for decision in items(explanation, "/decisions") {
        let by = text(decision, "/by");
        let who = [by, text(decision, "/what")].join(" ");
        let said = text(decision, "/text");
        let said = if said.is_empty() { said } else { format!(": {said}") };
        screen.line(&format!("\n{}  {}{said}", time(screen, decision, "/at"), who.trim()))?;
        for line in explained(screen, decision) {
            screen.line(&format!("  {line}"))?;
        }
    }
    Ok(())
}

/// What was found, asked, answered and done in one decision, line by line.
fn explained(screen: &Screen<'_>, decision: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for signal in items(decision, "/signals") {
        let evidence = items(signal, "/evidence").iter();
        let evidence: Vec<_> = evidence
            .map(|found| format!("{:?} ({})", text(found, "/quote"), text(found, "/rule")))
            .collect();
        let [reason, detector, note] = ["/reason", "/detector", "/note"].map(|at| text(signal, at));
        let [confidence, threshold] =
            ["confidence", "threshold"].map(|of| format!("{:.2}", signal[of].as_f64().unwrap_or_default()));
        lines.push(format!(
            "found {reason} {confidence} of {threshold} by {detector}: {}",
            evidence.join(", ")
        ));
        lines.extend((!note.is_empty()).then(|| format!("      {note}")));
    }
    let each = |asked: &Value, at| {
        let named = items(asked, at).iter();
        let named: Vec<_> = named
            .map(|one| format!("{} ({})", text(one, "/agent"), text(one, "/why")))
            .collect();
        if named.is_empty() {
            "nobody".to_owned()
        } else {
            named.join(", ")
        }
    };
    for asked in items(decision, "/asked") {
        match text(asked, "/question").as_str() {
            "who" => {
                lines.push(format!("who? {}", each(asked, "/ranked")));
                let passed = each(asked, "/passed_over");
                lines.extend((passed != "nobody").then(|| format!("     not: {passed}")));
            }
            "words" => lines.push(format!("words? {}", text(asked, "/message"))),
            _ => lines.push(format!("words of the bot's return? {}", text(asked, "/message"))),
        }
    }
    let events = items(decision, "/events").iter();
    lines.extend(events.map(|event| format!("-> {}", happened(screen, event))));
    let differs = items(decision, "/differs").iter().map(|why| text(why, ""));
    match decision["same"].as_bool() {
        Some(true) => lines.push(format!("again under {}: the same", text(decision, "/rules"))),
        _ => lines.extend(differs.map(|why| format!("again under {}: {why}", text(decision, "/rules")))),
    }
    lines
}

/// One entry of a timeline: its event, then every member that it has.
fn happened(screen: &Screen<'_>, entry: &Value) -> String {
    let members = entry.as_object().into_iter().flatten();
    let members = members
        .filter(|(name, _)| !matches!(name.as_str(), "at" | "event"))
        .map(|(name, value)| match name.as_str() {
            "assignee" => format!("assignee {}", assignee(value, "")),
            "until" | "due_at" => format!("{} {}", name.replace('_', " "), time(screen, value, "")),
            _ => format!("{name} {}", text(value, "")),
        });
    let members = members.collect::<Vec<_>>().join(", ");
    match members.is_empty() {
        true => text(entry, "/event"),
        false => format!("{} ({members})", text(entry, "/event")),
    }
}
