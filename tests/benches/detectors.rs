//! What each built-in detector costs in the sandbox, and whether any of them can be upset.
//!
//! ```sh
//! cargo bench -p baton-tests --bench detectors             # times, on a fresh instance each
//! cargo bench -p baton-tests --bench detectors -- fuzz 600 # ten minutes of random texts for each seed printed
//! ```

#![allow(clippy::print_stdout, reason = "the figures are its purpose")]

use std::time::{Duration, Instant};

use baton_core::Speaker;
use baton_tests::fuzz::{self, DETECTORS};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if !args.iter().any(|arg| arg == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = fuzz::engine(folder.path());
    let detectors: Vec<_> = DETECTORS
        .iter()
        .map(|(name, settings)| (*name, fuzz::load(&plugins, name, settings)))
        .collect();
    if let Some(at) = args.iter().position(|arg| arg == "fuzz") {
        let seconds = args.get(at + 1).and_then(|text| text.parse().ok()).unwrap_or(60);
        let seed = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(1, |now| now.as_secs());
        let tried = fuzz::fuzz(&detectors, &fuzz::lines(), seed, Duration::from_secs(seconds));
        println!(
            "seed {seed}: {} texts, {} bytes, {} signals",
            tried.texts, tried.bytes, tried.signals
        );
        tried.faults.iter().for_each(|fault| println!("{fault}"));
        assert!(tried.faults.is_empty(), "a detector was upset");
        return;
    }
    // An ordinary complaint of 200 characters, and the same again and again.
    let once = "Hi, I ordered a filter for my furnace two weeks ago and the page still says that it is being packed. Could you \
                look up where it is, and tell me whether it can come to another address by Friday?  ";
    let texts = [200, 10_000, 20_000].map(|bytes| once.repeat(bytes / once.len() + 1)[..bytes].to_owned());
    println!(
        "{:<18} {:>10} {:>10} {:>12} {:>12} {:>12}",
        "detector", "200: median", "p99", "10,000", "20,000", "fuel at 200"
    );
    let mut all = Duration::ZERO;
    for (name, detector) in &detectors {
        let [(short, p99), (long, _), (longer, _)] = [0, 1, 2].map(|text| {
            let runs = if text == 0 { 5_000 } else { 300 };
            let mut took: Vec<Duration> = (0..runs)
                .map(|_| {
                    let began = Instant::now();
                    fuzz::judge(detector, Speaker::Customer, &texts[text]).expect("it answers");
                    began.elapsed()
                })
                .collect();
            took.sort();
            (took[runs / 2], took[runs * 99 / 100])
        });
        let fuel = fuzz::judge(detector, Speaker::Customer, &texts[0])
            .expect("it answers")
            .fuel;
        println!("{name:<18} {short:>10.1?} {p99:>10.1?} {long:>12.1?} {longer:>12.1?} {fuel:>12}");
        all += short;
    }
    println!("{:<18} {all:>10.1?}", "all five");
}
