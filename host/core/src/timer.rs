//! Promises to look again, each with its reason.
//!
//! A conversation holds at most one live promise of each kind. A wake-up that finds no promise that is
//! due is stale and does nothing, so waking early, late or twice is harmless.

use std::collections::BTreeMap;

use crate::Time;

/// Why to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// An offer's time runs out.
    OfferLapse,
    /// Somebody's working hours begin while the handover waits.
    Candidate,
    /// The bot takes the conversation back.
    Reactivate,
    /// The set share of the response deadline has passed.
    ResponseWarning,
    /// The response is due.
    ResponseDue,
    /// The set share of the resolution deadline has passed.
    ResolutionWarning,
    /// The outcome is due.
    ResolutionDue,
    /// The earliest follow-up task is due.
    FollowUpDue,
}

impl TimerKind {
    /// All of them, in the order in which those that are due at one moment are looked at: a response that
    /// is due is told before the bot comes back.
    pub const ALL: [Self; 8] = [
        Self::ResponseWarning,
        Self::ResolutionWarning,
        Self::ResponseDue,
        Self::ResolutionDue,
        Self::FollowUpDue,
        Self::OfferLapse,
        Self::Reactivate,
        Self::Candidate,
    ];

    /// As stories and events write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OfferLapse => "offer-lapse",
            Self::Candidate => "candidate",
            Self::Reactivate => "reactivate",
            Self::ResponseWarning => "response-warning",
            Self::ResponseDue => "response-due",
            Self::ResolutionWarning => "resolution-warning",
            Self::ResolutionDue => "resolution-due",
            Self::FollowUpDue => "follow-up-due",
        }
    }
}

/// The live promises of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timers(BTreeMap<TimerKind, Time>);

impl Timers {
    /// When a kind is promised.
    pub fn get(&self, kind: TimerKind) -> Option<Time> {
        self.0.get(&kind).copied()
    }

    /// All of them, by kind.
    pub fn iter(&self) -> impl Iterator<Item = (TimerKind, Time)> {
        self.0.iter().map(|(kind, at)| (*kind, *at))
    }

    /// Promises a kind anew.
    pub fn set(&mut self, kind: TimerKind, at: Time) {
        self.0.insert(kind, at);
    }

    /// Takes a promise back.
    pub fn clear(&mut self, kind: TimerKind) {
        self.0.remove(&kind);
    }

    /// The promise to keep first of those that are due.
    pub fn due(&self, now: Time) -> Option<TimerKind> {
        let order = |kind: TimerKind| TimerKind::ALL.iter().position(|k| *k == kind);
        let due = self.iter().filter(|(_, at)| *at <= now);
        due.min_by_key(|(kind, at)| (*at, order(*kind))).map(|(kind, _)| kind)
    }

    /// When to look again.
    pub fn next(&self) -> Option<Time> {
        self.0.values().min().copied()
    }
}

impl FromIterator<(TimerKind, Time)> for Timers {
    fn from_iter<I: IntoIterator<Item = (TimerKind, Time)>>(promises: I) -> Self {
        Self(promises.into_iter().collect())
    }
}
