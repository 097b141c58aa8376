//! What plugins say, in memory: the last lines of each, numbered, for whoever asks.
//!
//! A guest's line may hold a customer's words, whatever its level says, so lines stay out of the daemon's own log unless it
//! is told to debug, are never written to the disk, and are gone after a restart. Every line takes a number, one that was
//! dropped too: what is missing between two numbers is what was lost.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use baton_core::Time;
use baton_plugin::{LogLevel, LogLine};
use tokio::sync::watch;

/// Lines that are kept of one plugin: some minutes of a talkative one.
const LINES: usize = 1_000;
/// Bytes that are kept of one plugin's lines.
const BYTES: usize = 256 * 1024;
/// Plugins of which lines are kept, of all businesses; one more takes the place of the one that was silent longest. With
/// `BYTES` this is 64 MiB at most.
const PLUGINS: usize = 256;

/// A line that a plugin wrote, or the host about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginLine {
    /// From 1, without a gap where none was lost.
    pub number: u64,
    /// When, on the daemon's clock.
    pub at: Time,
    /// The generation that spoke: `hvac@1.2.0#3`.
    pub rules: String,
    /// How much it matters.
    pub level: LogLevel,
    /// The text.
    pub line: String,
}

/// A part of a plugin's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginLines {
    /// Oldest first.
    pub items: Vec<PluginLine>,
    /// Where to read on: the number of the last line, also of one that was dropped.
    pub next: u64,
    /// Lines between where was asked from and `next` that are lost.
    pub dropped: u64,
}

/// The last lines of every plugin.
#[derive(Debug)]
pub struct PluginLogs {
    rings: Mutex<BTreeMap<(String, String), Ring>>,
    /// Counts additions, so that nobody need ask in a loop.
    told: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<PluginLine>,
    bytes: usize,
    last: u64,
    /// The place of its last addition among all.
    touched: u64,
}

impl Default for PluginLogs {
    fn default() -> Self {
        Self {
            rings: Mutex::default(),
            told: watch::Sender::new(0),
        }
    }
}

impl PluginLogs {
    /// Adds what a plugin of a business said in one call, of which `dropped` lines before these were lost.
    pub fn add(&self, (business, plugin): (&str, &str), rules: &str, at: Time, lines: &[LogLine], dropped: u32) {
        if lines.is_empty() && dropped == 0 {
            return;
        }
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (business.to_owned(), plugin.to_owned());
        if !rings.contains_key(&key) && rings.len() == PLUGINS {
            let silent = rings.iter().min_by_key(|(_, ring)| ring.touched);
            if let Some(silent) = silent.map(|(key, _)| key.clone()) {
                rings.remove(&silent);
            }
        }
        let ring = rings.entry(key).or_default();
        ring.last += u64::from(dropped);
        for LogLine { level, line } in lines {
            ring.add(rules, at, *level, line);
        }
        ring.touched = *self.told.borrow() + 1;
        drop(rings);
        self.told.send_modify(|told| *told += 1);
    }

    /// At most `limit` lines: the first ones after a number, or the last ones where none is given. `None` for a plugin that
    /// never said anything.
    pub fn read(&self, business: &str, plugin: &str, after: Option<u64>, limit: usize) -> Option<PluginLines> {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = rings.get(&(business.to_owned(), plugin.to_owned()))?;
        let Some(after) = after else {
            let items: Vec<_> = ring.lines.iter().rev().take(limit).rev().cloned().collect();
            return Some(PluginLines {
                items,
                next: ring.last,
                dropped: 0,
            });
        };
        // A number that was never given: the daemon was restarted since, and counts anew.
        let after = if after > ring.last { 0 } else { after };
        let from = ring.lines.partition_point(|line| line.number <= after);
        let items: Vec<_> = ring.lines.iter().skip(from).take(limit).cloned().collect();
        let is_rest = from + items.len() == ring.lines.len();
        let next = match items.last() {
            Some(last) if !is_rest => last.number,
            Some(_) | None => ring.last,
        };
        let dropped = next - after - u64::try_from(items.len()).unwrap_or(u64::MAX);
        Some(PluginLines { items, next, dropped })
    }

    /// Changes whenever any plugin says something.
    pub fn hint(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }
}

impl Ring {
    fn add(&mut self, rules: &str, at: Time, level: LogLevel, line: &str) {
        self.last += 1;
        self.bytes += line.len();
        self.lines.push_back(PluginLine {
            number: self.last,
            at,
            rules: rules.to_owned(),
            level,
            line: line.to_owned(),
        });
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(first) = self.lines.pop_front() else { break };
            self.bytes -= first.line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: impl IntoIterator<Item = String>) -> Vec<LogLine> {
        let line = |line| LogLine {
            level: LogLevel::Info,
            line,
        };
        texts.into_iter().map(line).collect()
    }

    fn numbers(read: &PluginLines) -> Vec<u64> {
        read.items.iter().map(|line| line.number).collect()
    }

    #[test]
    fn lines_are_read_on_from_a_number_and_none_is_told_twice() {
        let logs = PluginLogs::default();
        assert_eq!(logs.read("acme", "greedy", None, 10), None);
        logs.add(
            ("acme", "greedy"),
            "r#1",
            Time(5),
            &lines(["a".into(), "b".into(), "c".into()]),
            0,
        );
        logs.add(("globex", "greedy"), "r#1", Time(5), &lines(["x".into()]), 0);
        let last = logs.read("acme", "greedy", None, 2).expect("it spoke");
        assert_eq!((numbers(&last), last.next, last.dropped), (vec![2, 3], 3, 0));
        let first = logs.read("acme", "greedy", Some(0), 2).expect("it spoke");
        assert_eq!((numbers(&first), first.next, first.dropped), (vec![1, 2], 2, 0));
        let none = logs.read("acme", "greedy", Some(3), 2).expect("it spoke");
        assert_eq!((numbers(&none), none.next, none.dropped), (vec![], 3, 0));
        let anew = logs.read("acme", "greedy", Some(99), 1).expect("it spoke");
        assert_eq!(numbers(&anew), [1], "a daemon that was restarted counts from 1");
    }

    #[test]
    fn what_is_dropped_is_counted_wherever_it_was_dropped() {
        let logs = PluginLogs::default();
        let who = ("acme", "greedy");
        logs.add(who, "r#1", Time(0), &lines(["kept".into()]), 7);
        let read = logs.read("acme", "greedy", Some(0), 10).expect("it spoke");
        assert_eq!(
            (numbers(&read), read.next, read.dropped),
            (vec![8], 8, 7),
            "in the call"
        );
        logs.add(who, "r#1", Time(0), &[], 2);
        let read = logs.read("acme", "greedy", Some(8), 10).expect("it spoke");
        assert_eq!(
            (numbers(&read), read.next, read.dropped),
            (vec![], 10, 2),
            "nothing but lost ones"
        );
        logs.add(who, "r#1", Time(0), &lines((0..LINES).map(|n| n.to_string())), 0);
        let read = logs.read("acme", "greedy", Some(0), 1).expect("it spoke");
        assert_eq!((numbers(&read), read.dropped), (vec![11], 10), "from the ring");
        logs.add(who, "r#1", Time(0), &lines((0..20).map(|_| "é".repeat(8_192))), 0);
        let kept = logs.read("acme", "greedy", None, LINES).expect("it spoke").items;
        assert!(kept.iter().map(|line| line.line.len()).sum::<usize>() <= BYTES);
        assert_eq!(kept.len(), BYTES / 16_384);
    }

    #[test]
    fn the_silent_one_makes_room() {
        let logs = PluginLogs::default();
        let speak = |name: &str| logs.add(("acme", name), "r#1", Time(0), &lines(["a".into()]), 0);
        (0..PLUGINS).for_each(|n| speak(&n.to_string()));
        ["0", "more"].into_iter().for_each(speak);
        let is_there = |name: &str| logs.read("acme", name, None, 1).is_some();
        assert!(!is_there("1"), "it was silent longest");
        assert!(is_there("0") && is_there("2") && is_there("more"));
    }
}
