//! `baton report`: what came of the handovers of a period, and what to change because of it.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::exit::{Exit, Failure};
use super::remote::Remote;
use super::screen::Screen;
use super::value::{items, text, time};
use crate::client::ReportPeriod;

/// What came of the handovers of a period.
///
/// How many, how fast, with which outcome, and by whom.
/// Every figure is defined in host/src/report/FIGURES.md.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton report --since 30d --group-by reason\n  baton report --since 2026-03-01 --until 2026-03-31 --format html > march.html\n  baton report --group-by agent --format csv > agents.csv"
)]
pub(super) struct Report {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    period: PeriodArgs,
    /// Show the handovers in groups.
    #[arg(long, value_enum, value_name = "WHAT")]
    group_by: Option<GroupArg>,
    #[command(subcommand)]
    act: Option<Act>,
}

/// The period and the form; for the report and the review alike.
#[derive(Debug, Args)]
#[command(next_help_heading = "Period and form")]
struct PeriodArgs {
    /// Where the period begins: a span before now (7d, 12h), a date of the business (2026-03-02), or RFC 3339.
    #[arg(long, global = true, default_value = "7d", value_name = "WHEN")]
    since: String,
    /// Where it ends, likewise; a date with its last moment. Now where it is not given.
    #[arg(long, global = true, value_name = "WHEN")]
    until: Option<String>,
    /// How it is written; html is one page with charts that needs nothing else.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    format: FormatArg,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Show what the bot could not answer, what people answered instead, and what to change.
    #[command(
        after_help = "Example:\n  baton report review --since 7d\n  baton report review --format html > review.html"
    )]
    Review,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum FormatArg {
    /// For people, on a terminal.
    #[default]
    Table,
    /// The API's own answer.
    Json,
    /// For a spreadsheet.
    Csv,
    /// For a browser.
    Html,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GroupArg {
    /// Whose; with a token for every business, all of them.
    Business,
    /// Which bot spoke.
    Bot,
    /// Where it spoke.
    Channel,
    /// Why.
    Reason,
    /// A handover counts in each of its tags.
    Tag,
    /// Who completed it, else who has it.
    Agent,
    /// Name and version of the rules that opened it.
    Pack,
    /// The day on which it opened.
    Day,
    /// The ISO week in which it opened.
    Week,
}

impl Report {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            remote,
            period,
            group_by,
            act,
        } = self;
        let PeriodArgs { since, until, format } = period;
        let format = if screen.look.json { FormatArg::Json } else { format };
        let period = ReportPeriod {
            since: Some(since),
            until,
        };
        let by = group_by
            .and_then(|by| by.to_possible_value())
            .map(|by| by.get_name().to_owned());
        let by = by.as_deref();
        let Some(Act::Review) = act else {
            let client = remote.client()?;
            return match format {
                FormatArg::Table => figures(screen, &client.report(&period, by)?),
                FormatArg::Json => screen.json(&client.report(&period, by)?),
                FormatArg::Csv => screen.lines(&client.report_text(&period, by, "csv")?),
                FormatArg::Html => screen.lines(&client.report_text(&period, by, "html")?),
            };
        };
        if by.is_some() {
            return Err(Failure::new(Exit::Usage, "a review has no groups").remedy("leave --group-by out"));
        }
        match format {
            FormatArg::Table => review(screen, &remote.client()?.review(&period)?),
            FormatArg::Json => screen.json(&remote.client()?.review(&period)?),
            FormatArg::Html => screen.lines(&remote.client()?.review_page(&period)?),
            FormatArg::Csv => Err(Failure::new(Exit::Usage, "a review is no table for a spreadsheet")
                .remedy("use --format table, json or html")),
        }
    }
}

fn figures(screen: &mut Screen<'_>, report: &Value) -> Result<(), Failure> {
    let total = &report["total"];
    let of = |pointer: &str| text(total, pointer);
    let span = |pointer: &str| duration(total, pointer);
    let times = |what: &str| {
        let part = |part: &str| span(&format!("/{what}/{part}"));
        format!(
            "mean {}, half within {}, 90 % within {}",
            part("mean_ms"),
            part("p50_ms"),
            part("p90_ms")
        )
    };
    let outcomes = total
        .pointer("/outcomes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let outcomes: Vec<_> = outcomes.map(|(outcome, count)| format!("{outcome} {count}")).collect();
    let share =
        |rate: &str, part: &str, whole: &str| format!("{} ({} of {})", percent(total, rate), of(part), of(whole));
    screen.facts(&[
        (
            "period",
            format!(
                "{} to {}",
                time(screen, report, "/since"),
                time(screen, report, "/until")
            ),
        ),
        (
            "handovers",
            format!(
                "{} ({} open, {} answered)",
                of("/handovers"),
                of("/open"),
                of("/answered")
            ),
        ),
        (
            "handover rate",
            share("/handover_rate", "/conversations_handed_over", "/conversations") + " conversations",
        ),
        ("first response", times("first_response")),
        ("in business hours", times("first_response_business")),
        ("answered in time", share("/sla_compliance", "/sla_met", "/sla_judged")),
        ("resolution", times("resolution")),
        ("in business hours", times("resolution_business")),
        ("outcomes", outcomes.join(", ")),
        ("converted", share("/conversion_rate", "/converted", "/completed")),
        (
            "tasks done",
            share("/task_completion_rate", "/tasks_completed", "/tasks"),
        ),
        (
            "tasks overdue",
            format!("{} ({} still)", of("/tasks_overdue"), of("/tasks_overdue_open")),
        ),
        (
            "offers",
            format!(
                "{} (accepted {}, declined {}, lapsed {}, taken back {})",
                of("/offers/made"),
                of("/offers/accepted"),
                of("/offers/declined"),
                of("/offers/lapsed"),
                of("/offers/withdrawn"),
            ),
        ),
        (
            "escalations",
            format!("{} ({} at the ladder's end)", of("/escalations"), of("/alarms")),
        ),
        (
            "bot came back",
            format!(
                "{} ({} unanswered)",
                of("/reactivations"),
                of("/reactivated_unanswered")
            ),
        ),
        ("bot refused", of("/bot_refused")),
        ("not needed", share("/false_rate", "/false_handovers", "/needed_judged")),
        ("again within 24 h", of("/again_within_24h")),
    ])?;
    let groups = [
        (text(report, "/group_by"), "/groups"),
        ("reason".to_owned(), "/reasons"),
        ("tag".to_owned(), "/tags"),
        ("agent".to_owned(), "/agents"),
    ];
    let grouped = !groups[0].0.is_empty();
    // Whoever asks for groups wants those; else the usual three.
    for (name, pointer) in if grouped { &groups[..1] } else { &groups[1..] } {
        table(screen, &name.to_uppercase(), items(report, pointer))?;
    }
    Ok(())
}

fn table(screen: &mut Screen<'_>, name: &str, rows: &[Value]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let row = |row: &Value| {
        let of = |pointer: &str| text(row, pointer);
        let name = of("/name");
        [
            if name.is_empty() { "(none)".to_owned() } else { name },
            of("/figures/handovers"),
            percent(row, "/figures/handover_rate"),
            duration(row, "/figures/first_response/p50_ms"),
            duration(row, "/figures/first_response/p90_ms"),
            percent(row, "/figures/sla_compliance"),
            percent(row, "/figures/conversion_rate"),
            of("/figures/escalations"),
            percent(row, "/figures/false_rate"),
            of("/figures/offers/made"),
            of("/figures/offers/accepted"),
            of("/figures/offers/declined"),
            of("/figures/offers/lapsed"),
        ]
    };
    let columns = [
        name,
        "HANDOVERS",
        "RATE",
        "P50",
        "P90",
        "IN TIME",
        "CONVERTED",
        "ESCALATED",
        "NOT NEEDED",
        "OFFERED",
        "ACCEPTED",
        "DECLINED",
        "LAPSED",
    ];
    screen.line("")?;
    screen.named_table(columns, rows.iter().map(row).collect())
}

fn review(screen: &mut Screen<'_>, review: &Value) -> Result<(), Failure> {
    screen.facts(&[
        (
            "period",
            format!(
                "{} to {}",
                time(screen, review, "/since"),
                time(screen, review, "/until")
            ),
        ),
        ("questions the bot could not answer", text(review, "/gaps")),
    ])?;
    let questions = items(review, "/questions").iter();
    let questions = questions.map(|question| {
        let answer = text(question, "/answers/0/text");
        [
            text(question, "/count"),
            text(question, "/handovers"),
            text(question, "/question"),
            answer,
        ]
    });
    let questions: Vec<_> = questions.collect();
    if !questions.is_empty() {
        screen.line("")?;
        screen.named_table(["TIMES", "HANDED OVER", "QUESTION", "A HUMAN SAID"], questions)?;
    }
    let suggestions = items(review, "/suggestions").iter();
    let suggestions: Vec<_> = suggestions
        .map(|one| [text(one, "/kind"), text(one, "/subject"), text(one, "/why")])
        .collect();
    if suggestions.is_empty() {
        screen.note("nothing came up often enough to suggest a change");
        return Ok(());
    }
    screen.line("")?;
    screen.named_table(["SUGGESTION", "ABOUT", "BECAUSE"], suggestions)
}

/// A share of the API as people read it; a dash where there is none.
fn percent(value: &Value, pointer: &str) -> String {
    let share = value.pointer(pointer).and_then(Value::as_f64);
    share.map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// Milliseconds as people read them, to the second; a dash where there are none.
fn duration(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer).and_then(Value::as_i64) {
        Some(ms) if ms >= 1_000 => baton_core::Span(ms / 1_000 * 1_000).to_string(),
        Some(ms) => baton_core::Span(ms).to_string(),
        None => "-".to_owned(),
    }
}
