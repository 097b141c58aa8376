//! Stories of the weights: what they change, what they leave alone, and what is no table.

use proptest::prelude::*;

use super::*;

/// A table in which each of these texts is worth so much by all its features together.
fn table(texts: &[(&str, f32)]) -> Learnt {
    let mut weights = Weights {
        bounds: BOUNDS,
        ..Weights::default()
    };
    for (text, worth) in texts {
        let reading = Reading::of(text);
        let window = Window::whole(&reading);
        let mut features = Vec::new();
        window.features(text, &reading, &Found::default(), |feature| {
            // Every text has a form; only words are taught here.
            if !feature.words.is_empty() {
                features.push(feature.hash);
            }
        });
        let each = worth / window.value() / features.len() as f32;
        weights.weights.extend(features.into_iter().map(|hash| (hash, each)));
    }
    Learnt::read(weights.file(5.0).leak()).expect("it was just made")
}

const BOUNDS: Bounds = Bounds {
    raises_from: 0.75,
    lowers_below: 0.4,
};

fn found(confidence: f32, range: Range<usize>) -> Found<'static> {
    Found {
        confidence,
        rules: vec![("rule", range)],
        firm: false,
    }
}

#[test]
fn words_that_were_learnt_raise_and_are_quoted() {
    let learnt = table(&[("ring me", 9.0)]);
    let text = "Could Ana please ring me about it?";
    let weighed = learnt.weigh(text, &Reading::of(text), &Found::default(), || true);
    assert!(weighed.confidence >= 0.75, "{weighed:?}");
    assert_eq!(&text[weighed.raised_by[0].0.clone()], "ring me");
    let told = weighed.told(text).expect("it changed");
    assert!(told.starts_with("raised by learnt words \"ring me\" +"), "{told}");
    assert!(weighed.lowered_by.is_empty());
    let other = learnt.weigh(text, &Reading::of(text), &Found::default(), || false);
    assert_eq!(other, Weighed::default(), "nothing was learnt of its language");
    let short = "ring me";
    let weighed = learnt.weigh(short, &Reading::of(short), &Found::default(), || true);
    assert_eq!(weighed, Weighed::default(), "two words tell too little");
}

#[test]
fn a_text_of_unknown_words_is_left_as_the_rules_judged_it() {
    let learnt = table(&[("ring me", 9.0), ("opening hours", -9.0)]);
    for text in ["colorless green ideas sleep", "تكلم معي من فضلك", "zzz", ""] {
        let reading = Reading::of(text);
        for sure in [0.0, 0.3, 0.7, 0.8, 0.97] {
            let said = found(sure, 0..text.len());
            let weighed = learnt.weigh(text, &reading, &said, || true);
            assert_eq!(weighed.confidence, sure, "{text}");
            assert_eq!(weighed.told(text), None, "{text}");
        }
    }
}

#[test]
fn what_was_learnt_lowers_a_rule_unless_that_is_firm() {
    let learnt = table(&[("the opening hours", -9.0)]);
    let text = "What are the opening hours of the manager on the first floor";
    let mut said = found(0.8, 34..41);
    let weighed = learnt.weigh(text, &Reading::of(text), &said, || true);
    assert!(weighed.confidence < 0.4, "{weighed:?}");
    assert!(weighed.told(text).expect("told").contains("lowered by learnt words"));
    said.firm = true;
    assert_eq!(learnt.weigh(text, &Reading::of(text), &said, || true).confidence, 0.8);
}

#[test]
fn between_the_bounds_the_rules_stand() {
    let settle = |rules: f32, likely: f32| BOUNDS.settle(&found(rules, 0..1), likely, 10);
    assert_eq!(
        (settle(0.8, 0.41), settle(0.8, 0.39), settle(0.8, 0.9)),
        (0.8, 0.39, 0.8)
    );
    assert_eq!(
        (settle(0.6, 0.74), settle(0.6, 0.76), settle(0.6, 0.1)),
        (0.6, 0.76, 0.6)
    );
    assert_eq!(BOUNDS.settle(&found(0.6, 0..1), 0.76, 5), 0.6, "too short to be raised");
    assert_eq!(BOUNDS.settle(&found(0.8, 0..1), 0.1, 7), 0.8, "too short to be lowered");
    assert_eq!(settle(0.96, 0.0), 0.96, "the rules are sure");
    assert_eq!(settle(0.0, 1.0), 0.99, "nothing is certain");
}

#[test]
fn a_sentence_beside_a_sure_one_does_not_take_it_back() {
    let learnt = table(&[("where is my parcel with the two blue lamps", -12.0)]);
    let text = "I want a human. Where is my parcel with the two blue lamps?";
    assert_eq!(
        learnt
            .weigh(text, &Reading::of(text), &found(0.85, 0..14), || true)
            .confidence,
        0.85
    );
    let alone = "And so, where is my parcel with the two blue lamps?";
    assert!(
        learnt
            .weigh(alone, &Reading::of(alone), &found(0.85, 0..8), || true)
            .confidence
            < 0.4
    );
}

#[test]
fn a_long_text_is_weighed_in_parts() {
    let learnt = table(&[("please ring me back", 40.0)]);
    let text = format!(
        "{}Please ring me back. {}",
        "It rains here. ".repeat(80),
        "It rains here. ".repeat(80)
    );
    let weighed = learnt.weigh(&text, &Reading::of(&text), &Found::default(), || true);
    assert!(weighed.confidence >= 0.75, "{weighed:?}");
    assert_eq!(&text[weighed.raised_by[0].0.clone()], "Please ring me back");
}

#[test]
fn a_file_that_is_no_table_is_refused() {
    let mut file = Weights::default().file(1.0);
    assert_eq!(Learnt::read(b"BLW1").expect_err("short"), LearntError::Format);
    file[0] = b'X';
    assert_eq!(
        Learnt::read(file.clone().leak()).expect_err("magic"),
        LearntError::Format
    );
    file[0] = b'B';
    file.push(0);
    let (found, expected) = (file.len(), file.len() - 1);
    let error = Learnt::read(file.leak()).expect_err("too long");
    assert_eq!(error, LearntError::Size { found, expected });
}

#[test]
fn the_same_weights_make_the_same_file_and_come_back() {
    let weights = Weights {
        weights: (1..2_000_u64)
            .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15), (n % 200) as f32 / 100.0 - 1.0))
            .collect(),
        ..Weights::default()
    };
    let file = weights.file(1.0);
    assert_eq!(file, weights.file(1.0));
    let learnt = Learnt::read(file.leak()).expect("it was just made");
    for (hash, weight) in &weights.weights {
        assert!((learnt.weight(*hash) - weight).abs() <= 0.5 / 127.0 + 1e-6, "{hash}");
    }
    assert!((1..2_000_u64).all(|n| learnt.weight(n << 32 | n) == 0.0));
}

proptest! {
    #[test]
    fn passages_lie_on_character_boundaries(text in "((ring|me|é|🙂|\u{301}|don’t|[.!?] |\n)[ ,]?){0,120}|\\PC{0,60}", sure in 0.0_f32..1.0) {
        let learnt = table(&[("ring me", 9.0), ("don't", -9.0)]);
        let weighed = learnt.weigh(&text, &Reading::of(&text), &found(sure, 0..text.len().min(1)), || true);
        prop_assert!((0.0..=1.0).contains(&weighed.confidence));
        for (range, _) in weighed.raised_by.iter().chain(&weighed.lowered_by) {
            prop_assert!(text.get(range.clone()).is_some_and(|passage| !passage.is_empty()));
        }
    }
}
