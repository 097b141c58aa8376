//! Texts that nobody would write, and the built-in detectors that must stay calm about them.
//!
//! Half of them begin as a line of the labelled sets and are cut, doubled, joined and strewn with what breaks programs
//! that read text: combining marks, right-to-left letters, emoji of several parts, digits and currency signs. The host checks each
//! answer (spans on character boundaries, confidences from 0 to 1), so a fault is all there is to look for.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use baton_core::{Message, MessageId, Speaker, Time};
use baton_host::rules::built_in;
use baton_plugin::{Budget, Called, ConversationView, Detector, Fault, Found, PluginOptions, Plugins, Source};

use crate::Chat;

/// The built-in detectors, with settings that use all of their words.
pub const DETECTORS: [(&str, &str); 5] = [
    (
        "phrases",
        r#"{"builtin":"explicit-request","examples":["I want to resell your products","do you have dealer prices"],"speakers":["customer","bot"]}"#,
    ),
    ("information-gap", "{}"),
    ("sentiment", "{}"),
    ("high-value", "{}"),
    ("complex-request", "{}"),
];

/// Loads a built-in detector.
///
/// # Panics
///
/// When it cannot be loaded.
pub fn load(plugins: &Plugins, name: &str, settings_json: &str) -> Detector {
    let source = Source {
        id: name,
        name,
        wasm: built_in(name).expect("it is built in"),
        settings_json,
        budget: Budget::default(),
    };
    plugins.detector(&source).expect("it is loaded")
}

/// An engine that keeps what it compiled in a folder.
///
/// # Panics
///
/// When the engine cannot start.
pub fn engine(folder: &Path) -> Plugins {
    let options = baton_host::daemon::plugin_options(folder).unwrap_or_else(|_| PluginOptions::default());
    Plugins::new(options).expect("the engine starts")
}

/// Judges one text with nothing before it.
///
/// # Errors
///
/// The detector's fault.
pub fn judge(detector: &Detector, speaker: Speaker, text: &str) -> Result<Called<Vec<Found>>, Box<Fault>> {
    let view: Arc<dyn ConversationView> = Arc::new(Chat::begun());
    let message = Message {
        id: MessageId::new("m1").expect("well formed"),
        speaker,
        text: text.to_owned(),
        at: Time(0),
        agent: None,
        epoch: None,
        bot_state: None,
    };
    detector.detect(&view, &message)
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Tried {
    /// Texts that were judged by all detectors.
    pub texts: usize,
    /// How many bytes they had.
    pub bytes: usize,
    /// Signals that were found, so that it cannot have been empty.
    pub signals: usize,
    /// Faults, each with the text that caused it.
    pub faults: Vec<String>,
}

/// Tries detectors on random texts until the time is up. The same seed makes the same texts.
pub fn fuzz(detectors: &[(&str, Detector)], lines: &[String], seed: u64, time: Duration) -> Tried {
    let (mut random, mut tried, began) = (Random(seed), Tried::default(), Instant::now());
    while began.elapsed() < time && tried.faults.is_empty() {
        let text = text(&mut random, lines);
        let speaker = [Speaker::Customer, Speaker::Bot][random.below(2)];
        tried.texts += 1;
        tried.bytes += text.len();
        for (name, detector) in detectors {
            match judge(detector, speaker, &text) {
                Ok(called) => tried.signals += called.value.len(),
                Err(fault) => tried.faults.push(format!("{name}: {fault}\non {text:?}")),
            }
        }
    }
    tried
}

/// The longest message that the API takes.
const LONGEST: usize = 32 * 1024;

/// What breaks programs that read text.
const PIECES: [&str; 32] = [
    "\u{301}",
    "\u{308}\u{323}",
    "שלום",
    "مرحبا",
    "你好",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "\u{200b}",
    "\u{feff}",
    "\u{202e}",
    "ﬁ",
    "ß",
    "İ",
    "Ǆ",
    "½",
    "٣",
    "$",
    "€1.000,50",
    "1e9",
    "99999999999999999999",
    "-0",
    "%",
    "\0",
    "\r\n",
    "'",
    "’",
    "“",
    "...",
    "!?!?",
    "f***",
    "@#$%",
    "¿",
];

fn text(random: &mut Random, lines: &[String]) -> String {
    let mut text = match (random.below(8), lines.len()) {
        (0, _) | (_, 0) => PIECES[random.below(PIECES.len())].repeat(1 + random.below(40)),
        (_, most) => lines[random.below(most)].clone(),
    };
    for _ in 0..random.below(8) {
        let at = text.floor_char_boundary(random.below(text.len() + 1));
        match random.below(8) {
            0 => text.insert_str(at, PIECES[random.below(PIECES.len())]),
            1 => text.truncate(at),
            2 => drop(text.drain(..at)),
            3 => text.insert(at, char::from_u32(random.below(0x3000) as u32).unwrap_or('\u{fffd}')),
            4 if !lines.is_empty() => text.insert_str(at, &lines[random.below(lines.len())]),
            5 => text = text.to_uppercase(),
            6 => text.retain(|letter| letter != ' '),
            _ if text.len() < 4 * 1024 => text = text.repeat(1 + random.below(9)),
            _ => text.push(' '),
        }
    }
    text.truncate(text.floor_char_boundary(LONGEST));
    // The host never passes an empty text on.
    if text.is_empty() { "a".to_owned() } else { text }
}

/// SplitMix64: enough to wander, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % most as u64) as usize
    }
}

/// The texts of the labelled sets.
///
/// # Panics
///
/// When they cannot be read.
pub fn lines() -> Vec<String> {
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("eval");
    let mut files: Vec<_> = std::fs::read_dir(sets)
        .expect("the sets are there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let labelled = files.iter().filter_map(|file| baton_host::eval::read(file).ok());
    labelled
        .flat_map(|labelled| labelled.rows)
        .map(|row| row.text)
        .collect()
}
