//! How well messages are judged by weights that were learnt from others.

use baton_text::Weights;

use crate::learn::{judged, sum};
use crate::samples::{Sample, Target};

/// Some messages, and the weights that were learnt without them.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    /// Whose they are.
    pub(crate) name: &'a str,
    /// The messages.
    pub(crate) samples: Vec<&'a Sample>,
    /// The weights.
    pub(crate) weights: Weights,
}

/// One message: how sure the rules are, how sure rules and weights are together, and whether a human is needed.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    rules: f32,
    both: f32,
    needed: bool,
}

/// The usual threshold of the packs.
const FIRES: f32 = 0.75;

/// The columns of a line.
pub(crate) const HEAD: &str = "reason           left out      rules P/R    with weights P/R  recall at P .90  false alarms  \
right of those near .5, .7, .8, .9, above";

impl Judged<'_> {
    /// The sums and labels, to fit probabilities on.
    pub(crate) fn sums(&self) -> impl Iterator<Item = (f32, bool)> {
        self.samples
            .iter()
            .map(|sample| (sum(&self.weights, sample), sample.needed))
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.samples.iter().map(|sample| Verdict {
            rules: sample.rules,
            both: judged(&self.weights, sample),
            needed: sample.needed,
        })
    }
}

/// One line of the table: what is said of all these messages together.
pub(crate) fn line(target: Target, name: &str, parts: &[Judged<'_>]) -> String {
    let verdicts: Vec<Verdict> = parts.iter().flat_map(Judged::verdicts).collect();
    let rules = counts(&verdicts, |verdict| verdict.rules >= FIRES);
    let both = counts(&verdicts, |verdict| verdict.both >= FIRES);
    let near = [(0.4, 0.6), (0.6, 0.75), (0.75, 0.85), (0.85, 0.93), (0.93, 1.01)].map(|(from, to)| {
        let near = verdicts.iter().filter(|verdict| (from..to).contains(&verdict.both));
        format!(
            "{}/{}",
            near.clone().filter(|verdict| verdict.needed).count(),
            near.count()
        )
    });
    let false_alarms = verdicts
        .iter()
        .filter(|verdict| !verdict.needed && verdict.both >= FIRES)
        .count();
    format!(
        "{:16} {name:12}  {:.3}/{:.3}  {:.3}/{:.3}       {:.3}            {:>4}/{:<6}   {}",
        target.reason,
        rules.0,
        rules.1,
        both.0,
        both.1,
        recall_at(&verdicts, 0.9),
        false_alarms,
        verdicts.iter().filter(|verdict| !verdict.needed).count(),
        near.join(" ")
    )
}

/// Precision and recall.
fn counts(verdicts: &[Verdict], fires: impl Fn(&Verdict) -> bool) -> (f32, f32) {
    let fired = verdicts.iter().filter(|verdict| fires(verdict)).count() as f32;
    let right = verdicts
        .iter()
        .filter(|verdict| fires(verdict) && verdict.needed)
        .count() as f32;
    let needed = verdicts.iter().filter(|verdict| verdict.needed).count() as f32;
    (right / fired.max(1.0), right / needed.max(1.0))
}

/// The most recall at this precision or better.
fn recall_at(verdicts: &[Verdict], precision: f32) -> f32 {
    let mut sorted = verdicts.to_vec();
    sorted.sort_by(|one, other| other.both.total_cmp(&one.both));
    let needed = sorted.iter().filter(|verdict| verdict.needed).count() as f32;
    let (mut right, mut best) = (0.0, 0.0);
    for (index, verdict) in sorted.iter().enumerate() {
        right += if verdict.needed { 1.0 } else { 0.0 };
        if right / (index + 1) as f32 >= precision {
            best = right / needed;
        }
    }
    best
}
