//! Stories: what happens on the left, what must follow behind `->`, in virtual time.
//!
//! They are a pack's tests and everyone's examples. Running a story writes the transcript of what really
//! follows, in the same format: an effect that the story does not list is an error, and writing a test is
//! run, read, keep.
//!
//! ```text
//! # Anything behind a # is a comment.
//! start 2026-03-02 10:00                              local time of the business; optional
//! agent ana: roles support technician; skills hvac; capacity 3; languages en de; rota night
//! contact name=Dana Reed; phone=+1 555 0100           known from the first message on
//!
//! 0     customer: I want to talk to a human
//!       -> open explicit-request medium tags human-handover
//!       -> control waiting 1
//!       -> offer ana until 15m
//!       -> task 1 for ana due 1d medium: Follow up: ...
//!       -> say: Thanks - one of our team members will follow up within 24 hours ...
//! 15m   wake
//!       -> lapse ana
//! ```
//!
//! Times count from the start. Acts: `customer: …`, `bot: …` (also `bot (epoch 1, confidence 0.2, answered no,
//! intent x): …`), `agent ana: …`, `field model=X200` and `contact email=…` (sent along with the next message),
//! `ana accepts`, `ana declines: why`, `ana completes converted: note` (also `not-needed`, `due 24h`),
//! `boss notes: …`, `boss assigns ana`, `ana gives back: why`, `ana leaves` (the business), `boss requests high-value high: note`, `boss releases`, `boss closes`,
//! `ana online`, `ana away`, `ana offline`, `wake`. An act on another task than the handover's names it:
//! `ana completes task 2 closed`. Timers that are due before an act fire at their own time, as `wake`.

mod parse;
mod run;
mod write;

pub use parse::{Act, AgentLine, Deed, Expected, Story, StoryError, Timed};
pub use run::{Transcript, World, run};
