//! Texts that nobody would write: the built-in detectors stay calm.

use std::time::Duration;

use baton_core::Speaker;
use baton_tests::fuzz::{self, DETECTORS};

use crate::PLUGINS;

#[test]
fn the_built_in_detectors_answer_calmly_whatever_the_text() {
    let detectors: Vec<_> = DETECTORS
        .iter()
        .map(|(name, settings)| (*name, fuzz::load(&PLUGINS, name, settings)))
        .collect();
    for text in [
        "a".repeat(32 * 1024),
        "!".repeat(32 * 1024),
        "\u{301}\u{308}".repeat(200),
        "שלום, אני רוצה לדבר".to_owned(),
        "👩‍👩‍👧‍👦🏳️‍🌈👍🏽".to_owned(),
        "Ich möchte con una persona réelle говорить 你好".to_owned(),
    ] {
        for (name, detector) in &detectors {
            for speaker in [Speaker::Customer, Speaker::Bot] {
                let called = fuzz::judge(detector, speaker, &text);
                called.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            }
        }
    }
    let tried = fuzz::fuzz(&detectors, &fuzz::lines(), 7, Duration::from_secs(4));
    assert_eq!(tried.faults, Vec::<String>::new());
    assert!(tried.texts > 20 && tried.signals > 0, "{tried:?}");
}
