//! Counting right and wrong: per reason and speaker, per source, per threshold, per turn of a chat.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use baton_core::Speaker;
use serde::Serialize;

use super::{Chat, ChatVerdict, Row, Verdict};

/// Right and wrong decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Fired, and should.
    pub hits: usize,
    /// Fired, and should not.
    pub false_alarms: usize,
    /// Silent, and should not be.
    pub missed: usize,
    /// Silent, and should be.
    pub quiet: usize,
}

impl Counts {
    fn count(&mut self, wanted: bool, fired: bool) {
        *match (wanted, fired) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.missed,
            (false, true) => &mut self.false_alarms,
            (false, false) => &mut self.quiet,
        } += 1;
    }

    /// Of what fired, the share that should; `None` when nothing fired.
    pub fn precision(&self) -> Option<f64> {
        share(self.hits, self.hits + self.false_alarms)
    }

    /// Of what should fire, the share that did; `None` when nothing should.
    pub fn recall(&self) -> Option<f64> {
        share(self.hits, self.hits + self.missed)
    }

    /// Their harmonic mean.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.hits, 2 * self.hits + self.false_alarms + self.missed)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How one reason fares in one speaker's messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// The reason.
    pub reason: String,
    /// `customer` or `bot`.
    pub speaker: &'static str,
    /// All rows.
    pub counts: Counts,
    /// By the source's name up to a colon.
    pub sources: BTreeMap<String, Counts>,
    /// Rows tagged `hard:...` that do not have the reason: how many fired, of how many.
    pub hard: (usize, usize),
    /// Rows whose label is doubtful: how many fired, of how many.
    pub doubtful: (usize, usize),
    /// How often each confidence is right.
    pub bands: Vec<Band>,
}

/// Messages of about the same confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Confidence, from and up to.
    pub from: f32,
    /// Not included, but for 1.
    pub to: f32,
    /// Their mean confidence.
    pub mean: f64,
    /// How many there are.
    pub messages: usize,
    /// How many of them have the reason.
    pub right: usize,
}

/// False alarms on messages that need nobody.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ordinary {
    /// The reason.
    pub reason: String,
    /// Messages without any label, not tagged hard, for which the reason is known.
    pub messages: usize,
    /// How many of them fired.
    pub fired: usize,
}

/// One wrong decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// The reason that fired or was missed.
    pub reason: String,
    /// `missed` or `false alarm`.
    pub kind: &'static str,
    /// What the surest signal said.
    pub confidence: f32,
    /// The row.
    pub id: String,
    /// Its text.
    pub text: String,
    /// What fired, in words; empty where nothing did.
    pub why: String,
}

/// Everything that is known of the rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// In the order of the reasons' names.
    pub scores: Vec<Score>,
    /// Per reason.
    pub ordinary: Vec<Ordinary>,
    /// The worst first: alarms by falling confidence, misses by rising confidence.
    pub faults: Vec<Fault>,
}

/// The bands, the lowest first: finer around the usual threshold, where a point of confidence decides.
const BANDS: [(f32, f32); 6] = [
    (0.3, 0.5),
    (0.5, 0.65),
    (0.65, 0.75),
    (0.75, 0.85),
    (0.85, 0.93),
    (0.93, 1.0),
];

/// Scores the rows, for one reason or for all.
pub fn report(rows: &[Row], verdicts: &[Verdict], only: Option<&str>) -> Report {
    let pairs = pairs(rows, verdicts, only);
    let scores = pairs
        .iter()
        .map(|(reason, speaker)| score(rows, verdicts, reason, *speaker))
        .collect();
    let reasons: BTreeSet<&String> = pairs.iter().map(|(reason, _)| reason).collect();
    let ordinary = reasons.iter().map(|reason| ordinary(rows, verdicts, reason)).collect();
    let mut faults: Vec<Fault> = pairs
        .iter()
        .flat_map(|(reason, speaker)| faults(rows, verdicts, reason, *speaker))
        .collect();
    faults.sort_by(|a, b| {
        let wrongness = |fault: &Fault| match fault.kind {
            "missed" => 1.0 - fault.confidence,
            _ => fault.confidence,
        };
        a.reason
            .cmp(&b.reason)
            .then(a.kind.cmp(b.kind))
            .then(wrongness(b).total_cmp(&wrongness(a)))
    });
    Report {
        scores,
        ordinary,
        faults,
    }
}

/// What is scored: each reason in the customer's messages, and in the bot's where somebody has labelled one.
fn pairs(rows: &[Row], verdicts: &[Verdict], only: Option<&str>) -> Vec<(String, Speaker)> {
    let mut pairs = BTreeSet::new();
    for row in rows {
        for label in &row.labels {
            pairs.insert((label.clone(), row.speaker == Speaker::Bot));
        }
    }
    if rows.iter().any(|row| row.speaker == Speaker::Customer) {
        let fired = verdicts.iter().flat_map(|verdict| &verdict.fired);
        pairs.extend(fired.map(|reason| (reason.clone(), false)));
    }
    pairs
        .into_iter()
        .filter(|(reason, _)| only.is_none_or(|only| only == reason))
        .map(|(reason, bot)| (reason, if bot { Speaker::Bot } else { Speaker::Customer }))
        .collect()
}

/// Rows of a speaker for which it is known whether they have the reason, with that.
fn known<'a>(
    rows: &'a [Row],
    verdicts: &'a [Verdict],
    reason: &'a str,
    speaker: Speaker,
) -> impl Iterator<Item = (&'a Row, &'a Verdict, bool)> {
    rows.iter()
        .zip(verdicts)
        .filter(move |(row, _)| row.speaker == speaker)
        .filter_map(move |(row, verdict)| {
            let wanted = row.labels.iter().any(|label| label == reason);
            let doubtful = row.ambiguous || (!wanted && row.unknown.iter().any(|unknown| unknown == reason));
            (!doubtful).then_some((row, verdict, wanted))
        })
}

fn is_hard(row: &Row) -> bool {
    row.tags.iter().any(|tag| tag.starts_with("hard:"))
}

fn fires(verdict: &Verdict, reason: &str) -> bool {
    verdict.fired.iter().any(|fired| fired == reason)
}

fn score(rows: &[Row], verdicts: &[Verdict], reason: &str, speaker: Speaker) -> Score {
    let mut score = Score {
        reason: reason.to_owned(),
        speaker: if speaker == Speaker::Bot { "bot" } else { "customer" },
        counts: Counts::default(),
        sources: BTreeMap::new(),
        hard: (0, 0),
        doubtful: (0, 0),
        bands: Vec::new(),
    };
    let mut heard = Vec::new();
    for (row, verdict, wanted) in known(rows, verdicts, reason, speaker) {
        let fired = fires(verdict, reason);
        score.counts.count(wanted, fired);
        let source = row.source.split(':').next().unwrap_or_default();
        score.sources.entry(source.to_owned()).or_default().count(wanted, fired);
        if !wanted && is_hard(row) {
            score.hard.0 += usize::from(fired);
            score.hard.1 += 1;
        }
        heard.push((verdict.scores.get(reason).copied().unwrap_or(0.0), wanted));
    }
    for (row, verdict) in rows.iter().zip(verdicts) {
        if row.speaker == speaker && row.ambiguous && row.labels.iter().any(|label| label == reason) {
            score.doubtful.0 += usize::from(fires(verdict, reason));
            score.doubtful.1 += 1;
        }
    }
    score.bands = BANDS.iter().filter_map(|(from, to)| band(&heard, *from..*to)).collect();
    score
}

fn band(heard: &[(f32, bool)], range: Range<f32>) -> Option<Band> {
    let inside: Vec<&(f32, bool)> = heard
        .iter()
        .filter(|(confidence, _)| range.contains(confidence) || (range.end >= 1.0 && *confidence >= range.end))
        .collect();
    let sum: f64 = inside.iter().map(|(confidence, _)| f64::from(*confidence)).sum();
    (!inside.is_empty()).then(|| Band {
        from: range.start,
        to: range.end,
        mean: sum / inside.len() as f64,
        messages: inside.len(),
        right: inside.iter().filter(|(_, wanted)| *wanted).count(),
    })
}

fn ordinary(rows: &[Row], verdicts: &[Verdict], reason: &str) -> Ordinary {
    let plain =
        known(rows, verdicts, reason, Speaker::Customer).filter(|(row, _, _)| row.labels.is_empty() && !is_hard(row));
    let (mut messages, mut fired) = (0, 0);
    for (_, verdict, _) in plain {
        messages += 1;
        fired += usize::from(fires(verdict, reason));
    }
    Ordinary {
        reason: reason.to_owned(),
        messages,
        fired,
    }
}

fn faults(rows: &[Row], verdicts: &[Verdict], reason: &str, speaker: Speaker) -> Vec<Fault> {
    known(rows, verdicts, reason, speaker)
        .filter_map(|(row, verdict, wanted)| {
            let kind = match (wanted, fires(verdict, reason)) {
                (true, false) => "missed",
                (false, true) => "false alarm",
                (true, true) | (false, false) => return None,
            };
            Some(Fault {
                reason: reason.to_owned(),
                kind,
                confidence: verdict.scores.get(reason).copied().unwrap_or(0.0),
                id: row.id.clone(),
                text: row.text.clone(),
                why: verdict.notes.get(reason).cloned().unwrap_or_default(),
            })
        })
        .collect()
}

/// One threshold of one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepPoint {
    /// The reason.
    pub reason: String,
    /// `customer` or `bot`.
    pub speaker: &'static str,
    /// From which confidence on it would fire.
    pub threshold: f32,
    /// What would follow.
    pub counts: Counts,
}

/// What each threshold from 0.30 to 0.95 would bring.
pub fn sweep(rows: &[Row], verdicts: &[Verdict], only: Option<&str>) -> Vec<SweepPoint> {
    let mut points = Vec::new();
    for (reason, speaker) in pairs(rows, verdicts, only) {
        for step in 6_u8..=19 {
            let threshold = f32::from(step) * 0.05;
            let mut counts = Counts::default();
            for (_, verdict, wanted) in known(rows, verdicts, &reason, speaker) {
                let confidence = verdict.scores.get(&reason).copied().unwrap_or(0.0);
                counts.count(wanted, confidence >= threshold);
            }
            points.push(SweepPoint {
                reason: reason.clone(),
                speaker: if speaker == Speaker::Bot { "bot" } else { "customer" },
                threshold,
                counts,
            });
        }
    }
    points
}

/// How far from the labelled turn a handover may be and still be on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tolerance {
    /// Turns before.
    pub early: usize,
    /// Turns after.
    pub late: usize,
}

/// When chats were handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Turns {
    /// Before the labelled turn by more than the tolerance.
    pub early: usize,
    /// Within the tolerance.
    pub on_time: usize,
    /// After it by more than the tolerance.
    pub late: usize,
    /// Not at all, where it was needed.
    pub never: usize,
    /// Where it was not needed.
    pub needless: usize,
    /// Not needed, and not done.
    pub quiet: usize,
}

/// Compares the turns, per source.
pub fn turns(chats: &[Chat], verdicts: &[ChatVerdict], tolerance: Tolerance) -> BTreeMap<String, Turns> {
    let mut sources: BTreeMap<String, Turns> = BTreeMap::new();
    for (chat, verdict) in chats.iter().zip(verdicts) {
        let turns = sources.entry(chat.source.clone()).or_default();
        *match (chat.handover, verdict.turn) {
            (None, None) => &mut turns.quiet,
            (None, Some(_)) => &mut turns.needless,
            (Some(_), None) => &mut turns.never,
            (Some(wanted), Some(turn)) if turn + tolerance.early < wanted => &mut turns.early,
            (Some(wanted), Some(turn)) if turn > wanted + tolerance.late => &mut turns.late,
            (Some(_), Some(_)) => &mut turns.on_time,
        } += 1;
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, labels: &[&str]) -> Row {
        Row {
            id: text.to_owned(),
            speaker: Speaker::Customer,
            text: text.to_owned(),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            unknown: Vec::new(),
            ambiguous: false,
            source: "written".to_owned(),
            tags: Vec::new(),
            context: Vec::new(),
            locale: None,
            bot_state: None,
        }
    }

    fn said(reason: &str, confidence: f32, fired: bool) -> Verdict {
        Verdict {
            scores: [(reason.to_owned(), confidence)].into(),
            fired: if fired { vec![reason.to_owned()] } else { Vec::new() },
            notes: BTreeMap::new(),
        }
    }

    #[test]
    fn each_row_counts_once_and_an_unknown_or_doubtful_one_not_at_all() {
        let reason = "sentiment";
        let mut unknown = row("unknown", &[]);
        unknown.unknown.push(reason.to_owned());
        let mut doubtful = row("doubtful", &[reason]);
        doubtful.ambiguous = true;
        let mut hard = row("hard", &[]);
        hard.tags.push("hard:sentiment".to_owned());
        let rows = [
            row("hit", &[reason]),
            row("missed", &[reason]),
            row("alarm", &[]),
            row("quiet", &[]),
            unknown,
            doubtful,
            hard,
        ];
        let verdicts = [
            said(reason, 0.9, true),
            said(reason, 0.4, false),
            said(reason, 0.8, true),
            Verdict::default(),
            said(reason, 0.8, true),
            said(reason, 0.8, true),
            said(reason, 0.8, true),
        ];
        let report = report(&rows, &verdicts, None);
        let [score] = report.scores.as_slice() else {
            panic!("one reason, one speaker: {report:?}")
        };
        let counts = Counts {
            hits: 1,
            false_alarms: 2,
            missed: 1,
            quiet: 1,
        };
        assert_eq!((score.counts, score.hard, score.doubtful), (counts, (1, 1), (1, 1)));
        assert_eq!((report.ordinary[0].messages, report.ordinary[0].fired), (2, 1));
        assert_eq!(report.faults.len(), 3);
        let at = |threshold: f32| {
            let points = sweep(&rows, &verdicts, None);
            let near = |point: &&SweepPoint| (point.threshold - threshold).abs() < 0.01;
            points.iter().find(near).map(|point| point.counts.recall())
        };
        assert_eq!((at(0.35), at(0.6)), (Some(Some(1.0)), Some(Some(0.5))));
    }

    #[test]
    fn a_turn_is_on_time_within_the_tolerance() {
        let chat = |handover| Chat {
            id: "c".to_owned(),
            source: "s".to_owned(),
            turns: Vec::new(),
            handover,
        };
        let at = |turn| ChatVerdict { turn, reason: None };
        let cases = [
            (Some(4), Some(2)),
            (Some(4), Some(3)),
            (Some(4), Some(6)),
            (Some(4), Some(7)),
            (Some(4), None),
            (None, Some(1)),
            (None, None),
        ];
        let (chats, verdicts): (Vec<_>, Vec<_>) = cases.iter().map(|(want, got)| (chat(*want), at(*got))).unzip();
        let turns = turns(&chats, &verdicts, Tolerance { early: 1, late: 2 });
        let expected = Turns {
            early: 1,
            on_time: 2,
            late: 1,
            never: 1,
            needless: 1,
            quiet: 1,
        };
        assert_eq!(turns["s"], expected);
    }
}
