//! The training does what it should on a tiny set, and the tables in the repository belong to the code beside them.

use std::collections::BTreeMap;

use baton_text::{Bounds, Learnt, Weights};

use super::*;
use crate::learn::{Held, calibrate, judged, learn, likely, sum};
use crate::rows::Row;

const HELD: Held = Held {
    ordinary: 2.0,
    bounds: Bounds {
        raises_from: 0.75,
        lowers_below: 0.4,
    },
};

/// A message of these words, each a feature.
fn sample(words: &[u64], rules: f32, needed: bool) -> Sample {
    Sample {
        needed,
        rules,
        begins_at: if rules > 0.0 {
            (rules / (1.0 - rules)).ln()
        } else {
            -3.0
        },
        firm: false,
        words: 12,
        features: words.iter().map(|word| (*word, 0.8)).collect(),
    }
}

#[test]
fn words_of_those_who_need_a_human_weigh_more_than_words_of_all() {
    const RING: u64 = 1;
    const THE: u64 = 2;
    const HOURS: u64 = 3;
    const ONCE: u64 = 4;
    let mut set = vec![sample(&[THE, ONCE], 0.0, true)];
    for _ in 0..30 {
        set.push(sample(&[RING, THE], 0.0, true));
        set.push(sample(&[HOURS, THE], 0.0, false));
        set.push(sample(&[HOURS, THE], 0.8, false));
    }
    let samples: Vec<&Sample> = set.iter().collect();
    let weights = learn(&samples, HELD);
    assert!(
        weights.weights[&RING] > 1.0 && weights.weights[&HOURS] < -1.0,
        "{weights:?}"
    );
    assert!(!weights.weights.contains_key(&ONCE), "what one message has is no rule");
    assert!(likely(sum(&weights, &sample(&[RING, THE], 0.0, true))) > 0.5);
    assert!(
        likely(sum(&weights, &sample(&[HOURS, THE], 0.8, false))) < 0.5,
        "the rules are overruled"
    );
    let unknown = sample(&[99], 0.9, true);
    assert!(sum(&weights, &unknown) >= unknown.begins_at + weights.bias);
    assert_eq!(
        weights.file(MOST),
        learn(&samples, HELD).file(MOST),
        "the same rows make the same table"
    );
}

#[test]
fn a_firm_rule_is_never_lowered() {
    let weights = Weights {
        weights: BTreeMap::from([(1, -9.0)]),
        bounds: HELD.bounds,
        ..Weights::default()
    };
    let mut plain = sample(&[1], 0.85, true);
    assert!(judged(&weights, &plain) < 0.1);
    plain.firm = true;
    assert_eq!(judged(&weights, &plain), 0.85);
}

#[test]
fn probabilities_are_fitted_to_what_came_true() {
    // Of sums of 2, three in four were right; of sums of -2, one in four.
    let rows: Vec<(f32, bool)> = (0..400)
        .map(|n| {
            if n % 2 == 0 {
                (2.0, n % 8 != 0)
            } else {
                (-2.0, n % 8 == 1)
            }
        })
        .collect();
    let (slope, shift) = calibrate(&rows, 1.0);
    assert!((likely(2.0 * slope + shift) - 0.75).abs() < 0.01);
    assert!((likely(-2.0 * slope + shift) - 0.25).abs() < 0.01);
    let doubted = calibrate(&rows, 3.0);
    assert!(likely(2.0 * doubted.0 + doubted.1) < 0.6);
}

#[test]
fn messages_that_judge_are_never_learnt_from() {
    let sets = rows::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval")).expect("the sets are there");
    assert!(sets.iter().any(|set| set.name == "health"));
    let others = |set: &Set| set.name.contains("held") || set.name.contains("dev");
    assert!(!sets.iter().any(others));
}

#[test]
fn a_doubtful_label_says_nothing() {
    let row: Row = serde_json::from_str(
        r#"{"text": "hm", "speaker": "customer", "labels": ["sentiment"], "unknown": ["high-value"]}"#,
    )
    .expect("a row");
    assert_eq!(row.label("sentiment"), Some(true));
    assert_eq!(row.label("high-value"), None);
    assert_eq!(row.label("complex-request"), Some(false));
}

#[test]
fn the_tables_know_the_features_that_this_code_makes() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sets = rows::read(&plugins.join("../tests/eval")).expect("the sets are there");
    let rules = Rules::new().expect("the settings fit");
    for target in TARGETS {
        let file = std::fs::read(plugins.join(target.file)).expect("the table is there");
        assert!(file.len() <= 128 << 10, "{}: {} bytes", target.file, file.len());
        let learnt = Learnt::read(file.leak()).expect(target.file);
        let rows = sets.iter().flat_map(|set| set.rows.iter().step_by(23));
        let samples: Vec<Sample> = rows.filter_map(|row| rules.sample(target, row)).collect();
        let features: Vec<u64> = samples
            .iter()
            .flat_map(|sample| &sample.features)
            .map(|(hash, _)| *hash)
            .collect();
        let known = features.iter().filter(|hash| learnt.weight(**hash) != 0.0).count();
        assert!(
            known * 3 > features.len(),
            "{}: {known} of {}; learn it anew",
            target.file,
            features.len()
        );
    }
}
