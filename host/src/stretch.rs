//! A time in which the bot held a conversation: how it ended, and how it would have ended under other rules.
//!
//! Recorded conversations are cut into them afterwards, live ones while they go on; either way this decides what counts
//! as a difference, so a backtest and a shadow of the same conversations agree.

use baton_core::{Draft, Evidence, Reason, Time};
use serde::{Deserialize, Serialize};

/// A time in which the bot held the conversation.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// Which conversation.
    pub conversation: String,
    /// How it ended.
    pub happened: Option<Passed>,
    /// How it would have.
    pub again: Option<Passed>,
}

/// A handover by rules, or by people who saw that one was needed.
#[derive(Debug, Clone)]
pub struct Passed {
    /// Position of the message in the conversation, from 1.
    pub position: u64,
    /// When it was passed on.
    pub at: Time,
    /// The message's id.
    pub message: String,
    /// What it says.
    pub text: String,
    /// Why.
    pub reason: Reason,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// Whether a person passed it on, where the rules had not.
    pub by_people: bool,
    /// What was said of it afterwards, where anything was.
    pub needed: Option<bool>,
    /// To whom it went first, `nobody` where nobody was there; `None` where that is not compared.
    pub to: Option<String>,
    /// The words that opened it, where they are compared.
    pub words: Option<Draft>,
}

/// How a stretch would have ended otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A handover that did not happen.
    Gained,
    /// A handover that would not have happened.
    Lost,
    /// At another message.
    Moved,
    /// For another reason.
    Changed,
    /// To somebody else.
    ToAnother,
    /// With another message to the customer, or another task.
    OtherWords,
}

impl How {
    /// As tables write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::ToAnother => "to-another",
            Self::OtherWords => "other-words",
        }
    }
}

/// One difference, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// How.
    pub how: How,
    /// Where.
    pub conversation: String,
    /// The message that would hand over, or did.
    pub message: String,
    /// What it says.
    pub text: String,
    /// Why it was handed over; to whom or with which words, where that is the difference.
    pub was: Option<String>,
    /// Why it would be; to whom or with which words, where that is the difference.
    pub becomes: Option<String>,
    /// The passages that speak for it, with their rules.
    pub evidence: Vec<String>,
    /// What people said of it, or did: `not needed`, `taken over by a person`.
    pub people: Option<&'static str>,
}

impl Stretch {
    /// The first thing that would have been otherwise; `None` where all would have been the same.
    pub fn difference(&self) -> Option<Difference> {
        let by_rules = self.happened.as_ref().filter(|passed| !passed.by_people);
        let again = self.again.as_ref();
        let reason = |passed: &Passed| Reason::to_string(&passed.reason);
        let (mut was, mut becomes) = (by_rules.map(reason), again.map(reason));
        let how = match (by_rules, again) {
            (None, None) => return None,
            (None, Some(_)) => How::Gained,
            (Some(_), None) => How::Lost,
            (Some(then), Some(now)) if then.position != now.position => How::Moved,
            (Some(then), Some(now)) if then.reason != now.reason => How::Changed,
            (Some(then), Some(now)) if then.to != now.to => {
                (was, becomes) = (then.to.clone(), now.to.clone());
                How::ToAnother
            }
            (Some(then), Some(now)) => {
                (was, becomes) = other_words(then.words.as_ref()?, now.words.as_ref()?)?;
                How::OtherWords
            }
        };
        let shown = again.or(by_rules)?;
        let told = |found: &Evidence| format!("{:?} ({})", found.quote, found.rule);
        let people = match &self.happened {
            Some(passed) if passed.by_people => Some("taken over by a person"),
            Some(passed) if passed.needed == Some(false) => Some("not needed"),
            Some(passed) if passed.needed == Some(true) => Some("needed"),
            Some(_) | None => None,
        };
        Some(Difference {
            how,
            conversation: self.conversation.clone(),
            message: shown.message.clone(),
            text: shown.text.clone(),
            was,
            becomes,
            evidence: shown.evidence.iter().map(told).collect(),
            people,
        })
    }
}

/// The first of the words that are not the same: those to the customer, then the task's.
fn other_words(then: &Draft, now: &Draft) -> Option<(Option<String>, Option<String>)> {
    let of = |draft: &Draft| [draft.message.clone(), draft.title.clone(), draft.description.clone()];
    let mut pairs = of(then).into_iter().zip(of(now));
    pairs
        .find(|(then, now)| then != now)
        .map(|(then, now)| (Some(then), Some(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(position: u64, reason: &str, to: &str, message: &str) -> Passed {
        Passed {
            position,
            at: Time(0),
            message: format!("m{position}"),
            text: "I want a human".to_owned(),
            reason: Reason::new(reason).expect("well formed"),
            evidence: Vec::new(),
            by_people: false,
            needed: None,
            to: Some(to.to_owned()),
            words: Some(Draft {
                message: message.to_owned(),
                ..Draft::default()
            }),
        }
    }

    fn difference(happened: Option<Passed>, again: Option<Passed>) -> Option<(How, Option<String>, Option<String>)> {
        let stretch = Stretch {
            conversation: "chat-17".to_owned(),
            happened,
            again,
        };
        let found = stretch.difference()?;
        Some((found.how, found.was, found.becomes))
    }

    #[test]
    fn the_first_thing_that_differs_is_told() {
        let was = || Some(passed(2, "sentiment", "ana", "Soon."));
        let told = |how, was: &str, becomes: &str| Some((how, Some(was.to_owned()), Some(becomes.to_owned())));
        let but = |now: Passed| difference(was(), Some(now));
        assert_eq!(difference(None, None), None);
        assert_eq!(but(passed(2, "sentiment", "ana", "Soon.")), None);
        let earlier = passed(1, "sentiment", "bo", "Now.");
        assert_eq!(but(earlier), told(How::Moved, "sentiment", "sentiment"));
        let changed = passed(2, "high-value", "bo", "Now.");
        assert_eq!(but(changed), told(How::Changed, "sentiment", "high-value"));
        assert_eq!(
            but(passed(2, "sentiment", "bo", "Now.")),
            told(How::ToAnother, "ana", "bo")
        );
        assert_eq!(
            but(passed(2, "sentiment", "ana", "Now.")),
            told(How::OtherWords, "Soon.", "Now.")
        );
        assert_eq!(
            difference(was(), None),
            Some((How::Lost, Some("sentiment".to_owned()), None))
        );
    }

    #[test]
    fn what_people_took_over_is_gained() {
        let mut taken = passed(3, "takeover", "ana", "");
        taken.by_people = true;
        let stretch = Stretch {
            conversation: "chat-17".to_owned(),
            happened: Some(taken),
            again: Some(passed(2, "sentiment", "ana", "Soon.")),
        };
        let found = stretch.difference().expect("the rules had not passed it on");
        assert_eq!((found.how, found.people), (How::Gained, Some("taken over by a person")));
    }
}
