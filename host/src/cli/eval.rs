//! `baton eval`: measures a pack's rules on messages that people have labelled.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::local;
use super::screen::Screen;
use super::simulate::RulesArgs;
use crate::eval::{self, Chat, ChatVerdict, Counts, Report, Score, SweepPoint, Tolerance, Turns};

/// Measure the rules on labelled messages: precision and recall per reason and source.
///
/// Each line of a file is a message, {"text":"...","labels":["explicit-request"]}, or a chat, {"turns":[...]}; gzip is fine.
/// A message may also have `speaker`, `source`, `locale`, `context`, `bot_state`, `unknown` (reasons that are not scored), `ambiguous`
/// and `tags` (`hard:...`). A chat is handed over on time from one turn before the labelled one to two turns after it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton eval chats.jsonl --errors 10\n  baton eval chats.jsonl --pack ./my-pack --reason sentiment --sweep --plot sweep.svg"
)]
pub(super) struct Eval {
    /// Labelled messages or chats: .jsonl or .jsonl.gz.
    #[arg(required = true, value_name = "LABELLED")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    rules: RulesArgs,
    /// Only this reason.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// Show what each threshold would bring.
    #[arg(long)]
    sweep: bool,
    /// Draw that as an SVG.
    #[arg(long, value_name = "FILE", requires = "sweep")]
    plot: Option<PathBuf>,
    /// Show so many of the worst errors of each reason, with what fired.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    errors: usize,
    /// Turns before the labelled one that still count as on time.
    #[arg(long, value_name = "TURNS", default_value_t = 1)]
    early: usize,
    /// Turns after the labelled one that still count as on time.
    #[arg(long, value_name = "TURNS", default_value_t = 2)]
    late: usize,
}

impl Eval {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let mut labelled = eval::Labelled::default();
        for file in &self.files {
            let read = eval::read(file).map_err(|error| Failure::of(Exit::Usage, &error))?;
            labelled.rows.extend(read.rows);
            labelled.chats.extend(read.chats);
        }
        let stage = local::stage(&self.rules.rules())?;
        let broken = |why: String| Failure::new(Exit::Internal, why);
        let rows = &labelled.rows;
        let bar = bar(rows.len() + labelled.chats.len());
        let verdicts = eval::judge_rows(&stage, rows, &|| bar.inc(1)).map_err(broken)?;
        let chats = eval::judge_chats(&stage, &labelled.chats, &|| bar.inc(1)).map_err(broken)?;
        bar.finish_and_clear();
        let only = self.reason.as_deref();
        let report = eval::report(rows, &verdicts, only);
        if let Some(reason) = only.filter(|_| report.scores.is_empty() && !rows.is_empty()) {
            let why = format!("no message is labelled {reason:?}, and no rule of the pack found it");
            return Err(Failure::new(Exit::Usage, why).remedy("see the labels with: baton eval FILE"));
        }
        let points = match self.sweep {
            true => eval::sweep(rows, &verdicts, only),
            false => Vec::new(),
        };
        if let Some(file) = &self.plot {
            eval::plot(file, &points).map_err(|error| Failure::of(Exit::Refused, &error))?;
        }
        let tolerance = Tolerance {
            early: self.early,
            late: self.late,
        };
        let turns = eval::turns(&labelled.chats, &chats, tolerance);
        if screen.look.json {
            let faults = worst(&report, self.errors);
            return screen.json(&json!({
                "messages": rows.len(),
                "scores": report.scores.iter().map(score_json).collect::<Vec<_>>(),
                "ordinary": report.ordinary,
                "errors": faults,
                "sweep": points.iter().map(point_json).collect::<Vec<_>>(),
                "chats": turns,
                "tolerance": tolerance,
            }));
        }
        if !rows.is_empty() {
            scores(screen, &report)?;
            calibration(screen, &report)?;
        }
        if self.sweep {
            sweep(screen, &points)?;
        }
        if !labelled.chats.is_empty() {
            chat_table(screen, &turns, tolerance)?;
        }
        if self.errors > 0 {
            errors(screen, &report, self.errors)?;
            chat_errors(screen, &labelled.chats, &chats, tolerance, self.errors)?;
        }
        Ok(())
    }
}

/// Shown on a terminal only.
pub(super) fn bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(length as u64);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"))
}

fn line(counts: &Counts) -> [String; 7] {
    [
        percent(counts.precision()),
        percent(counts.recall()),
        percent(counts.f1()),
        counts.hits.to_string(),
        counts.false_alarms.to_string(),
        counts.missed.to_string(),
        counts.quiet.to_string(),
    ]
}

fn scores(screen: &mut Screen<'_>, report: &Report) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for score in &report.scores {
        let mut row = |source: &str, counts: &Counts| {
            let [p, r, f, hits, alarms, missed, quiet] = line(counts);
            let (reason, speaker) = (score.reason.clone(), score.speaker.to_owned());
            rows.push([reason, speaker, source.to_owned(), p, r, f, hits, alarms, missed, quiet]);
        };
        row("all", &score.counts);
        let telling = |counts: &Counts| counts.hits + counts.false_alarms + counts.missed > 0;
        for (source, counts) in score.sources.iter().filter(|(_, counts)| telling(counts)) {
            row(source, counts);
        }
    }
    let columns = [
        "reason",
        "speaker",
        "source",
        "precision",
        "recall",
        "f1",
        "hits",
        "false alarms",
        "missed",
        "quiet",
    ];
    screen.named_table(columns, rows)?;
    let mut rows = Vec::new();
    for score in &report.scores {
        let ordinary = report.ordinary.iter().find(|ordinary| ordinary.reason == score.reason);
        let of = |(fired, of): (usize, usize)| format!("{fired} of {of}");
        let per_thousand = ordinary
            .filter(|o| o.messages > 0 && score.speaker == "customer")
            .map_or_else(
                || "-".to_owned(),
                |o| format!("{:.1}", 1000.0 * o.fired as f64 / o.messages as f64),
            );
        let speaker = score.speaker.to_owned();
        rows.push([
            score.reason.clone(),
            speaker,
            of(score.hard),
            per_thousand,
            of(score.doubtful),
        ]);
    }
    screen.line("")?;
    let columns = [
        "reason",
        "speaker",
        "hard negatives that fired",
        "false alarms per 1,000 ordinary messages",
        "doubtful ones that fired",
    ];
    screen.named_table(columns, rows)
}

fn calibration(screen: &mut Screen<'_>, report: &Report) -> Result<(), Failure> {
    let rows = report.scores.iter().flat_map(|score| {
        score.bands.iter().map(|band| {
            [
                score.reason.clone(),
                score.speaker.to_owned(),
                format!("{:.2}-{:.2}", band.from, band.to),
                band.messages.to_string(),
                format!("{:.2}", band.mean),
                format!("{:.2}", band.right as f64 / band.messages as f64),
            ]
        })
    });
    screen.line("")?;
    let columns = [
        "reason",
        "speaker",
        "confidence",
        "messages",
        "mean confidence",
        "share right",
    ];
    screen.named_table(columns, rows.collect())
}

fn sweep(screen: &mut Screen<'_>, points: &[SweepPoint]) -> Result<(), Failure> {
    let rows = points.iter().map(|point| {
        let [p, r, f, hits, alarms, missed, _] = line(&point.counts);
        let (reason, speaker) = (point.reason.clone(), point.speaker.to_owned());
        [
            reason,
            speaker,
            format!("{:.2}", point.threshold),
            p,
            r,
            f,
            hits,
            alarms,
            missed,
        ]
    });
    screen.line("")?;
    let columns = [
        "reason",
        "speaker",
        "threshold",
        "precision",
        "recall",
        "f1",
        "hits",
        "false alarms",
        "missed",
    ];
    screen.named_table(columns, rows.collect())
}

fn chat_table(
    screen: &mut Screen<'_>,
    turns: &std::collections::BTreeMap<String, Turns>,
    tolerance: Tolerance,
) -> Result<(), Failure> {
    let rows = turns.iter().map(|(source, turns)| {
        let Turns {
            early,
            on_time,
            late,
            never,
            needless,
            quiet,
        } = *turns;
        let [early, on_time, late, never, needless, quiet] =
            [early, on_time, late, never, needless, quiet].map(|n| n.to_string());
        [source.clone(), early, on_time, late, never, needless, quiet]
    });
    screen.line("")?;
    let columns = ["chats", "early", "on time", "late", "never", "needless", "rightly none"];
    screen.named_table(columns, rows.collect())?;
    screen.note(&format!(
        "on time: from {} turns before the labelled one to {} turns after it",
        tolerance.early, tolerance.late
    ));
    Ok(())
}

fn worst(report: &Report, most: usize) -> Vec<&eval::Fault> {
    let mut worst: Vec<&eval::Fault> = Vec::new();
    for fault in &report.faults {
        let same = worst
            .iter()
            .filter(|known| known.reason == fault.reason && known.kind == fault.kind);
        if same.count() < most {
            worst.push(fault);
        }
    }
    worst
}

fn errors(screen: &mut Screen<'_>, report: &Report, most: usize) -> Result<(), Failure> {
    screen.line("")?;
    let rows = worst(report, most).into_iter().map(|fault| {
        let (kind, sure) = (fault.kind.to_owned(), format!("{:.2}", fault.confidence));
        [
            fault.reason.clone(),
            kind,
            sure,
            fault.text.clone(),
            fault.why.clone(),
            fault.id.clone(),
        ]
    });
    screen.named_table(
        ["reason", "error", "confidence", "text", "what fired", "id"],
        rows.collect(),
    )
}

fn chat_errors(
    screen: &mut Screen<'_>,
    chats: &[Chat],
    verdicts: &[ChatVerdict],
    tolerance: Tolerance,
    most: usize,
) -> Result<(), Failure> {
    let wrong = chats
        .iter()
        .zip(verdicts)
        .filter(|(chat, verdict)| match (chat.handover, verdict.turn) {
            (None, None) => false,
            (Some(wanted), Some(turn)) => turn + tolerance.early < wanted || turn > wanted + tolerance.late,
            (None, Some(_)) | (Some(_), None) => true,
        });
    let rows: Vec<_> = wrong
        .take(most)
        .map(|(chat, verdict)| {
            let turn = |turn: Option<usize>| turn.map_or_else(|| "none".to_owned(), |turn| turn.to_string());
            let said = verdict.turn.or(chat.handover).and_then(|turn| chat.turns.get(turn));
            [
                chat.id.clone(),
                turn(chat.handover),
                turn(verdict.turn),
                verdict.reason.clone().unwrap_or_default(),
                said.map(|turn| turn.text.clone()).unwrap_or_default(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    screen.line("")?;
    screen.named_table(
        [
            "chat",
            "labelled turn",
            "handed over at",
            "reason",
            "what was said there",
        ],
        rows,
    )
}

fn counts_json(counts: &Counts) -> serde_json::Value {
    let mut value = json!(counts);
    value["precision"] = json!(counts.precision());
    value["recall"] = json!(counts.recall());
    value["f1"] = json!(counts.f1());
    value
}

fn score_json(score: &Score) -> serde_json::Value {
    let mut value = json!(score);
    value["counts"] = counts_json(&score.counts);
    value["sources"] = score
        .sources
        .iter()
        .map(|(source, counts)| (source.clone(), counts_json(counts)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    value
}

fn point_json(point: &SweepPoint) -> serde_json::Value {
    let mut value = json!(point);
    value["counts"] = counts_json(&point.counts);
    value
}
