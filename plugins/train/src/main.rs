//! Learns the tables of the built-in detectors from the labelled messages of this repository.
//!
//! ```sh
//! cargo run --release -p baton-train                      # writes plugins/*/learnt/*.bin
//! cargo run --release -p baton-train -- measure [FILE…]   # only shows how well others are heard
//! ```
//!
//! Each table is first learnt without one author's set after the other and judged on the one that was left out; that is
//! what the figures say, and what the probabilities are fitted on. The table that is written has learnt from all sets.

mod rows;

mod samples;

mod learn;

mod measure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use learn::{calibrate, learn};
use measure::{Judged, line};
use rows::Set;
use samples::{Rules, Sample, TARGETS, Target};

/// The largest weight that a table holds, in log odds.
const MOST: f32 = 2.54;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (write, files) = match words.split_first() {
        None => (true, &[][..]),
        Some((word, files)) if word == "measure" => (false, files),
        Some((word, _)) => {
            say(&format!(
                "error: {word:?} is no command; write nothing, or `measure` and files of labelled messages"
            ));
            return ExitCode::FAILURE;
        }
    };
    match run(write, files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout, reason = "what this program is for")]
fn say(line: &str) {
    println!("{line}");
}

fn run(write: bool, files: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sets = rows::read(&plugins.join("../tests/eval"))?;
    let others = files
        .iter()
        .map(PathBuf::from)
        .map(|path| rows::read_file(&path))
        .collect::<Result<Vec<_>, _>>()?;
    let rules = Rules::new().map_err(|fault| fault.message)?;
    say(measure::HEAD);
    for target in TARGETS {
        let (weights, samples) = table(target, &rules, &sets);
        for (path, rows) in files.iter().zip(&others) {
            let name = path.rsplit('/').next().unwrap_or(path);
            let others: Vec<Sample> = rows.iter().filter_map(|row| rules.sample(target, row)).collect();
            let judged = Judged {
                name,
                samples: others.iter().collect(),
                weights: weights.clone(),
            };
            say(&line(target, name, &[judged]));
        }
        if write {
            let file = weights.file(MOST);
            std::fs::write(plugins.join(target.file), &file)?;
            say(&format!(
                "  {}: {} bytes, learnt from {samples} messages",
                target.file,
                file.len()
            ));
        }
    }
    Ok(())
}

/// Measures what is learnt for one table, and then learns it from all sets.
fn table(target: Target, rules: &Rules, sets: &[Set]) -> (baton_text::Weights, usize) {
    let samples: Vec<Vec<Sample>> = sets
        .iter()
        .map(|set| set.rows.iter().filter_map(|row| rules.sample(target, row)).collect())
        .collect();
    let all_but = |left_out: Option<usize>| -> Vec<&Sample> {
        let kept = samples.iter().enumerate().filter(|(index, _)| Some(*index) != left_out);
        kept.flat_map(|(_, samples)| samples).collect()
    };
    let mut judged: Vec<Judged<'_>> = sets
        .iter()
        .enumerate()
        .filter(|(index, _)| samples[*index].iter().any(|sample| sample.needed))
        .map(|(index, set)| Judged {
            name: &set.name,
            samples: samples[index].iter().collect(),
            weights: learn(&all_but(Some(index)), target.held),
        })
        .collect();
    let sums: Vec<_> = judged.iter().flat_map(Judged::sums).collect();
    let (slope, shift) = calibrate(&sums, target.held.ordinary);
    for part in &mut judged {
        (part.weights.slope, part.weights.shift) = (slope, shift);
        say(&line(target, part.name, std::slice::from_ref(part)));
    }
    say(&line(target, "all", &judged));
    let everything = all_but(None);
    let mut weights = learn(&everything, target.held);
    (weights.slope, weights.shift) = (slope, shift);
    (weights, everything.len())
}

#[cfg(test)]
mod tests;
