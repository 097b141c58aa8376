//! `baton task`: what people must do, and what they do about it.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::exit::Failure;
use super::remote::{Paging, Remote};
use super::screen::Screen;
use super::value::{assignee, items, text, time, when};
use crate::client::{Completion, Page, State, TaskFilter};

/// Tasks: what people must do, and what they do about it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton task list --assignee ana\n  baton task accept chat-17~t1 --agent ana")]
pub(super) struct Task {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List tasks, oldest first: id, priority, due time, assignee, state, title.
    #[command(
        after_help = "Example:\n  baton task list --assignee role:technician --overdue\n  baton task list --due-soon 4h\n  baton task list --state ended --all --json"
    )]
    List {
        /// Which of open and ended ones.
        #[arg(long, value_enum, default_value_t)]
        state: StateArg,
        /// Only those of ana, role:technician, or everyone.
        #[arg(long, value_name = "WHO")]
        assignee: Option<String>,
        /// Only those past their due time.
        #[arg(long, conflicts_with = "due_soon")]
        overdue: bool,
        /// Only those that are due within this span from now, such as 90m or 1d; 2h where none is given.
        #[arg(long, value_name = "SPAN", num_args = 0..=1, default_missing_value = "2h", value_parser = span)]
        due_soon: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show one task with everything needed to act.
    #[command(after_help = "Example:\n  baton task show chat-17~t1")]
    Show {
        /// The task.
        id: String,
    },
    /// Accept a task; stops the response clock.
    #[command(after_help = "Example:\n  baton task accept chat-17~t1 --agent ana")]
    Accept {
        /// The task.
        id: String,
        #[command(flatten)]
        who: Who,
    },
    /// Decline an offer; it goes on to somebody else.
    #[command(after_help = "Example:\n  baton task decline chat-17~t1 --agent ana --reason \"on another call\"")]
    Decline {
        /// The task.
        id: String,
        #[command(flatten)]
        who: Who,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Give a task back to the queue: others are asked, and the customer waits for one of them.
    #[command(after_help = "Example:\n  baton task give-back chat-17~t1 --agent ana --reason \"needs a gas licence\"")]
    GiveBack {
        /// The task.
        id: String,
        #[command(flatten)]
        who: Who,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Complete a task with its outcome.
    #[command(
        after_help = "Example:\n  baton task complete chat-17~t1 converted --note \"booked for Friday\"\n  \
                            baton task complete chat-17~t1 scheduled --due 2d --title \"Call Dana back\""
    )]
    Complete {
        /// The task.
        id: String,
        /// What came of it.
        #[arg(value_enum)]
        outcome: OutcomeArg,
        #[command(flatten)]
        who: Who,
        /// In your words.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Whether the handover was needed at all.
        #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
        needed: Option<bool>,
        /// The contact's new status; the outcome's name without it.
        #[arg(long, value_name = "TEXT")]
        status: Option<String>,
        /// When the follow-up is due: 24h, 2d, 2026-03-06, "2026-03-06 14:00". Only with scheduled.
        #[arg(long, value_name = "TIME", value_parser = when)]
        due: Option<String>,
        /// Title of the follow-up. Only with scheduled.
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
    },
    /// Give a task to an agent, a role, or everyone.
    #[command(after_help = "Example:\n  baton task assign chat-17~t1 role:manager --note \"wants a discount\"")]
    Assign {
        /// The task.
        id: String,
        /// ana, role:technician, or everyone.
        to: String,
        /// For whoever gets it.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Write something down about a task.
    #[command(after_help = "Example:\n  baton task note chat-17~t1 \"called, left a message\"")]
    Note {
        /// The task.
        id: String,
        /// What to write down.
        text: String,
    },
}

#[derive(Debug, Args)]
struct Who {
    /// Who does it; an agent's own token needs no name.
    #[arg(long, env = "BATON_AGENT", value_name = "ID")]
    agent: Option<String>,
}

/// Which of open and ended ones.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum StateArg {
    /// Those to do.
    #[default]
    Open,
    /// Those that are over.
    Ended,
    /// Both.
    Any,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OutcomeArg {
    /// Resolved.
    Closed,
    /// To be continued: makes a follow-up task.
    Scheduled,
    /// Goes up the ladder: the handover stays open.
    NeedsEscalation,
    /// A booking or a sale.
    Converted,
    /// The customer could not be reached.
    NoAnswer,
}

impl OutcomeArg {
    fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Scheduled => "scheduled",
            Self::NeedsEscalation => "needs-escalation",
            Self::Converted => "converted",
            Self::NoAnswer => "no-answer",
        }
    }
}

impl From<StateArg> for State {
    fn from(state: StateArg) -> Self {
        match state {
            StateArg::Open => Self::Open,
            StateArg::Ended => Self::Ended,
            StateArg::Any => Self::Any,
        }
    }
}

/// What is given is given on: the API reads it as well.
fn span(text: &str) -> Result<String, String> {
    let sound = baton_core::Span::parse(text).is_some_and(|span| span > baton_core::Span(0));
    match sound {
        true => Ok(text.to_owned()),
        false => Err(format!("{text:?} is no span of time; write 90m, 2h or 1d12h")),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

impl Task {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::List {
                state,
                assignee,
                overdue,
                due_soon,
                paging,
            } => {
                let filter = TaskFilter {
                    state: state.into(),
                    assignee,
                    overdue,
                    due_within: due_soon,
                };
                list(screen, &client.tasks(&filter, &paging.part())?)
            }
            Act::Show { id } => show(screen, &client.task(&id)?),
            Act::Accept { id, who } => done(screen, "accepted", &client.accept_task(&id, who.agent.as_deref())?),
            Act::Decline { id, who, reason } => done(
                screen,
                "declined",
                &client.decline_task(&id, who.agent.as_deref(), reason.as_deref())?,
            ),
            Act::GiveBack { id, who, reason } => done(
                screen,
                "gave back",
                &client.give_back_task(&id, who.agent.as_deref(), reason.as_deref())?,
            ),
            Act::Complete {
                id,
                outcome,
                who,
                note,
                needed,
                status,
                due,
                title,
            } => {
                let follow_up = (due.is_some() || title.is_some()).then(|| {
                    let given = [("due_at", due), ("title", title)]
                        .into_iter()
                        .filter_map(|(name, value)| Some((name, value?)));
                    json!(given.collect::<std::collections::BTreeMap<_, _>>())
                });
                let outcome = outcome.as_str().to_owned();
                let completion = Completion {
                    outcome,
                    agent: who.agent,
                    needed,
                    note,
                    status,
                    follow_up,
                };
                done(screen, "completed", &client.complete_task(&id, &completion)?)
            }
            Act::Assign { id, to, note } => done(screen, "assigned", &client.assign_task(&id, &to, note.as_deref())?),
            Act::Note { id, text } => done(screen, "noted", &client.note_task(&id, &text)?),
        }
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |task: &Value| {
        let due = time(screen, task, "/due_at");
        let late = if task["overdue"] == true { " (overdue)" } else { "" };
        let state = text(task, "/state/kind");
        [
            text(task, "/id"),
            text(task, "/priority"),
            due + late,
            assignee(task, "/assignee"),
            state,
            text(task, "/title"),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "tasks", |screen| {
        screen.table(["ID", "PRIORITY", "DUE", "ASSIGNEE", "STATE", "TITLE"], rows)
    })
}

/// Shows a list, and says when it is empty or goes on.
pub(super) fn ended(
    screen: &mut Screen<'_>,
    page: &Page,
    what: &str,
    show: impl FnOnce(&mut Screen<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    match page.items.is_empty() {
        true => screen.note(&format!("no {what}")),
        false => show(screen)?,
    }
    if let Some(next) = &page.next {
        screen.note(&format!("there are more: add --all, or --cursor {next}"));
    }
    Ok(())
}

fn show(screen: &mut Screen<'_>, task: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(task);
    }
    let state = match text(task, "/state/kind").as_str() {
        "done" => {
            let by = Some(text(task, "/state/by"))
                .filter(|by| !by.is_empty())
                .map_or(String::new(), |by| format!(" by {by}"));
            format!(
                "done: {}{by} at {}",
                text(task, "/state/outcome"),
                time(screen, task, "/state/at")
            )
        }
        "dropped" => format!("dropped: {}", text(task, "/state/why")),
        other => other.to_owned(),
    };
    let notes = items(task, "/notes").iter();
    let notes: Vec<_> = notes
        .map(|note| {
            format!(
                "{} {}: {}",
                time(screen, note, "/at"),
                text(note, "/by"),
                text(note, "/text")
            )
        })
        .collect();
    let facts = [
        ("task", text(task, "/id")),
        ("title", text(task, "/title")),
        ("state", state),
        ("priority", text(task, "/priority")),
        ("assignee", assignee(task, "/assignee")),
        ("due", time(screen, task, "/due_at")),
        ("tags", text(task, "/tags")),
        ("handover", text(task, "/handover")),
        ("created", time(screen, task, "/created_at")),
        ("notes", notes.join("\n")),
        ("", text(task, "/description")),
    ];
    screen.facts(&facts)
}

/// One sentence about what an act left behind.
fn done(screen: &mut Screen<'_>, did: &str, acted: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(acted);
    }
    let of = |pointer| text(acted, pointer);
    let (id, state) = (of("/task/id"), of("/task/state/kind"));
    let (holder, epoch) = (of("/conversation/control/holder"), of("/conversation/control/epoch"));
    let whose = assignee(acted, "/task/assignee");
    screen.line(&format!(
        "{did} {id}; it is {state}, with {whose}; the conversation is held by {holder} (epoch {epoch})"
    ))
}
