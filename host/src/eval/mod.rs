//! How good the rules are: real components in the real sandbox against messages that people have labelled.
//!
//! `rows` reads what was labelled, `judge` lets the rules decide each row and each chat, `score` counts, `plot` draws.
//! A row counts for a reason where its label is known and not doubtful; what the rules say is what the daemon would do:
//! a signal at its rule's threshold, and for `information-gap` also one that surely counts as a failed answer.

mod rows;
pub use rows::{Chat, Labelled, ReadError, Row, Turn, read};

mod judge;
pub use judge::{ChatVerdict, Verdict, judge_chats, judge_rows};

mod score;
pub use score::{Band, Counts, Fault, Ordinary, Report, Score, SweepPoint, Tolerance, Turns, report, sweep, turns};

mod plot;
pub use plot::{PlotError, plot};
