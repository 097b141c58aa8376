//! Logistic regression by coordinate descent: the weights that make the labels likeliest, held small.
//!
//! A sum begins where the rules leave it rather than at zero, so the penalty pulls towards the rules' own verdict: what
//! few messages say changes little. One weight after the other is set by one step of Newton's, in the order of the
//! features' hashes, so that the same rows give the same bytes.

use std::collections::BTreeMap;

use baton_text::{Bounds, Found, Weights};

use crate::samples::Sample;

/// How a table is learnt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// When the weights overrule the rules.
    pub(crate) bounds: Bounds,
    /// How often a message that needs nobody counts when probabilities are fitted.
    pub(crate) ordinary: f32,
}

/// The penalty on the square of a weight.
const PENALTY: f32 = 0.15;
/// A feature must be in so many messages.
const LEAST_MESSAGES: usize = 2;
/// Rounds over all features; after these no weight moves by a hundredth.
const ROUNDS: usize = 20;
/// What is less is left out, which halves the table and changes no figure.
const LEAST_WEIGHT: f32 = 0.1;
/// A step of one weight is at most this, so that a rare feature cannot leap.
const LONGEST_STEP: f32 = 1.0;

/// Learns weights from samples; the slope is 1 until they are [calibrated](crate::measure).
pub(crate) fn learn(samples: &[&Sample], held: Held) -> Weights {
    let mut features: BTreeMap<u64, Vec<(u32, f32)>> = BTreeMap::new();
    for (index, sample) in samples.iter().enumerate() {
        for &(hash, value) in &sample.features {
            let column = features.entry(hash).or_default();
            match column.last_mut() {
                // A word that is there twice counts twice.
                Some((known, sum)) if *known == index as u32 => *sum += value,
                Some(_) | None => column.push((index as u32, value)),
            }
        }
    }
    features.retain(|_, column| column.len() >= LEAST_MESSAGES);
    let mut sums: Vec<f32> = samples.iter().map(|sample| sample.begins_at).collect();
    let mut weights = Weights {
        weights: features.keys().map(|hash| (*hash, 0.0)).collect(),
        bounds: held.bounds,
        ..Weights::default()
    };
    let everything: Vec<(u32, f32)> = (0..samples.len() as u32).map(|index| (index, 1.0)).collect();
    for _ in 0..ROUNDS {
        let step = newton(samples, &sums, &everything, weights.bias, 0.0);
        weights.bias += step;
        sums.iter_mut().for_each(|sum| *sum += step);
        for (column, weight) in features.values().zip(weights.weights.values_mut()) {
            let step = newton(samples, &sums, column, *weight, PENALTY);
            *weight += step;
            for &(index, value) in column {
                sums[index as usize] += step * value;
            }
        }
    }
    weights.weights.retain(|_, weight| weight.abs() >= LEAST_WEIGHT);
    weights
}

/// One step of a weight towards where the penalised loss is least.
fn newton(samples: &[&Sample], sums: &[f32], column: &[(u32, f32)], weight: f32, penalty: f32) -> f32 {
    let (mut slope, mut bend) = (penalty * weight, penalty);
    for &(index, value) in column {
        let (sample, sum) = (samples[index as usize], sums[index as usize]);
        let likely = likely(sum);
        slope += value * (likely - if sample.needed { 1.0 } else { 0.0 });
        bend += value * value * likely * (1.0 - likely);
    }
    (-slope / bend.max(1e-6)).clamp(-LONGEST_STEP, LONGEST_STEP)
}

/// The probability of log odds.
pub(crate) fn likely(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

/// The sum of a sample's weights.
pub(crate) fn sum(weights: &Weights, sample: &Sample) -> f32 {
    let learnt = sample
        .features
        .iter()
        .filter_map(|(hash, value)| Some(weights.weights.get(hash)? * value));
    sample.begins_at + weights.bias + learnt.sum::<f32>()
}

/// How sure rules and weights are together, as the daemon settles it.
pub(crate) fn judged(weights: &Weights, sample: &Sample) -> f32 {
    let found = Found {
        confidence: sample.rules,
        firm: sample.firm,
        ..Found::default()
    };
    let odds = weights.slope * sum(weights, sample) + weights.shift;
    weights.bounds.settle(&found, likely(odds), sample.words)
}

/// Slope and shift that make probabilities of sums, fitted where nothing was learnt from; messages that need nobody count
/// `ordinary` times, since they are more in a real chat than among rows that were written to be interesting.
pub(crate) fn calibrate(judged: &[(f32, bool)], ordinary: f32) -> (f32, f32) {
    let (mut slope, mut shift) = (1.0_f32, 0.0_f32);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0_f64; 2], [[1e-6_f64, 0.0], [0.0, 1e-6]]);
        for &(sum, needed) in judged {
            let weight = f64::from(if needed { 1.0 } else { ordinary });
            let p = f64::from(likely(slope * sum + shift));
            let error = weight * (p - if needed { 1.0 } else { 0.0 });
            let bend = weight * p * (1.0 - p);
            let x = f64::from(sum);
            g = [g[0] + error * x, g[1] + error];
            h = [
                [h[0][0] + bend * x * x, h[0][1] + bend * x],
                [h[1][0] + bend * x, h[1][1] + bend],
            ];
        }
        let det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
        let step = [
            (h[1][1] * g[0] - h[0][1] * g[1]) / det,
            (h[0][0] * g[1] - h[1][0] * g[0]) / det,
        ];
        slope -= step[0] as f32;
        shift -= step[1] as f32;
    }
    (slope, shift)
}
