//! What comes of a recorded call when it is made again.

use crate::record::{Call, Outcome};
use crate::rules::Generation;

/// How a call made again compares with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The same answer, byte for byte; or the same fault in the same words.
    Same,
    /// Another answer.
    Other,
    /// An answer where there was a fault.
    Answered,
    /// A fault where there was an answer.
    Failed,
    /// Another fault.
    OtherFault,
    /// The fault was the machine's or the moment's, and did not come again.
    NotRepeatable,
    /// There is no plugin of that id and kind.
    NoPlugin,
}

impl Said {
    /// A short word that stays the same: `same`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other => "other-answer",
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::OtherFault => "other-fault",
            Self::NotRepeatable => "not-repeatable",
            Self::NoPlugin => "no-plugin",
        }
    }
}

/// A call that was made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How it compares.
    pub said: Said,
    /// The call as it is now; `None` where nobody could be asked.
    pub now: Option<Call>,
    /// Whether the component has other bytes than the recorded one.
    pub other_component: bool,
    /// Whether it has other settings.
    pub other_settings: bool,
}

impl Verdict {
    /// Makes a call again.
    pub fn of(generation: &Generation, before: &Call) -> Self {
        let Some(now) = generation.again(before) else {
            return Self {
                said: Said::NoPlugin,
                now: None,
                other_component: false,
                other_settings: false,
            };
        };
        Self {
            said: compare(&before.outcome, &now.outcome),
            other_component: before.component != now.component,
            other_settings: before.settings != now.settings,
            now: Some(now),
        }
    }
}

fn compare(before: &Outcome, now: &Outcome) -> Said {
    let same = before.bytes() == now.bytes();
    match (before.fault(), now.fault()) {
        (_, _) if same => Said::Same,
        (None, None) => Said::Other,
        (None, Some(_)) => Said::Failed,
        // The deadline is on the machine's clock, and places are taken by other calls.
        (Some(before), None) if matches!(before.kind.as_str(), "deadline" | "busy") => Said::NotRepeatable,
        (Some(_), None) => Said::Answered,
        (Some(_), Some(_)) => Said::OtherFault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Failed;

    fn failed(kind: &str, message: &str) -> Outcome {
        Outcome::Failed(Failed {
            kind: kind.into(),
            message: message.into(),
            log: vec![],
            log_dropped: 0,
        })
    }

    #[test]
    fn the_same_bytes_are_the_same_and_a_fault_of_the_machine_is_not_held_against_anybody() {
        let (hello, nothing) = (Outcome::Returned(Some("Hello".into())), Outcome::Returned(None));
        assert_eq!(compare(&hello, &hello.clone()), Said::Same);
        assert_eq!(compare(&hello, &nothing), Said::Other);
        assert_eq!(compare(&hello, &failed("panic", "no")), Said::Failed);
        assert_eq!(compare(&failed("panic", "no"), &hello), Said::Answered);
        assert_eq!(compare(&failed("panic", "no"), &failed("panic", "no")), Said::Same);
        assert_eq!(compare(&failed("panic", "no"), &failed("fuel", "no")), Said::OtherFault);
        assert_eq!(compare(&failed("deadline", "late"), &hello), Said::NotRepeatable);
        assert_eq!(compare(&failed("fuel", "spent"), &hello), Said::Answered);
    }
}
