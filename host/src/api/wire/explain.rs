//! A handover explained: each decision about it, what was asked and answered, and whether it would be the same again.

use serde::Serialize;
use utoipa::ToSchema;

use super::handover::{Handover, PassedOver, Ranked};
use super::message::{Reply, Signal};
use super::{TimelineEntry, rfc3339};
use crate::engine;

/// A handover, and every decision about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// As it is now.
    pub(crate) handover: Handover,
    /// Oldest first.
    pub(crate) decisions: Vec<Decision>,
}

/// One decision, from what happened to what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// What happened: `said`, `requested`, `accepted`, `woke`, ...
    #[schema(example = "said")]
    pub(crate) what: String,
    /// Who did it; absent for a timer.
    pub(crate) by: Option<String>,
    /// Their words.
    pub(crate) text: Option<String>,
    /// What the detectors found in a message.
    pub(crate) signals: Vec<Signal>,
    /// What the core asked of the rules, and what they answered.
    pub(crate) asked: Vec<Asked>,
    /// What came of it.
    pub(crate) events: Vec<TimelineEntry>,
    /// What Baton told the customer.
    pub(crate) replies: Vec<Reply>,
    /// The rules it was decided under.
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: String,
    /// Whether the same came of it now, byte for byte, when it was executed again from its record.
    pub(crate) same: bool,
    /// What was not the same.
    pub(crate) differs: Vec<String>,
}

/// A question of the core and its answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "question", rename_all = "kebab-case")]
pub(crate) enum Asked {
    /// Who is available, best first?
    Who {
        ranked: Vec<Ranked>,
        passed_over: Vec<PassedOver>,
        /// When the next of those who are absent comes.
        #[schema(format = DateTime)]
        next_at: Option<String>,
    },
    /// Which words open it?
    Words {
        message: String,
        title: String,
        description: String,
    },
    /// With which words does the bot come back?
    Returning { message: Option<String> },
}

impl From<engine::Explanation> for Explanation {
    fn from(explanation: engine::Explanation) -> Self {
        let engine::Explanation { handover, decisions } = explanation;
        Self {
            handover: handover.into(),
            decisions: decisions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<engine::Explained> for Decision {
    fn from(explained: engine::Explained) -> Self {
        use baton_core::Effect;
        let engine::Explained {
            decision,
            effects,
            differs,
        } = explained;
        let crate::record::Decision {
            now,
            rules,
            policy: _,
            bot,
            channel: _,
            input,
            answers,
            result: _,
        } = decision;
        let (mut events, mut replies) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                Effect::Emit(event) => events.push(baton_core::Entry { at: now, event }.into()),
                Effect::Say(reply) => replies.push(reply.into()),
                Effect::HandoverEnded(_) | Effect::TaskEnded(_) => {}
            }
        }
        let Happened {
            what,
            by,
            text,
            signals,
        } = Happened::of(input, &bot);
        Self {
            at: rfc3339(now),
            what: what.to_owned(),
            by,
            text,
            signals: signals.into_iter().map(Into::into).collect(),
            asked: answers.into_iter().map(Into::into).collect(),
            events,
            replies,
            rules,
            same: differs.is_empty(),
            differs,
        }
    }
}

impl From<baton_core::Answer> for Asked {
    fn from(answer: baton_core::Answer) -> Self {
        use baton_core::{Answer, Candidates, Draft};
        match answer {
            Answer::Candidates(Candidates {
                ranked,
                passed_over,
                next_at,
            }) => Self::Who {
                ranked: ranked.into_iter().map(Into::into).collect(),
                passed_over: passed_over.into_iter().map(Into::into).collect(),
                next_at: next_at.map(rfc3339),
            },
            Answer::Draft(Draft {
                message,
                title,
                description,
            }) => Self::Words {
                message,
                title,
                description,
            },
            Answer::Returning(message) => Self::Returning { message },
        }
    }
}

/// An input, as people read it.
struct Happened {
    what: &'static str,
    by: Option<String>,
    text: Option<String>,
    signals: Vec<baton_core::Signal>,
}

impl Happened {
    fn of(input: baton_core::Input, bot: &baton_core::BotId) -> Self {
        use baton_core::{Input, Speaker};
        let done = |what, by: Option<String>, text| Self {
            what,
            by,
            text,
            signals: Vec::new(),
        };
        match input {
            Input::Said { message, signals, .. } => Self {
                what: "said",
                by: Some(match (message.speaker, message.agent) {
                    (Speaker::Customer, _) => "customer".to_owned(),
                    (Speaker::Bot, _) => format!("bot:{bot}"),
                    (Speaker::Agent, agent) => agent.map_or_else(|| "agent".to_owned(), |agent| agent.to_string()),
                }),
                text: Some(message.text),
                signals,
            },
            Input::Requested { by, reason, note, .. } => {
                done("requested", Some(by), note.or_else(|| Some(reason.to_string())))
            }
            Input::Accepted { agent, .. } => done("accepted", Some(agent.to_string()), None),
            Input::Declined { agent, reason, .. } => done("declined", Some(agent.to_string()), reason),
            Input::GivenBack { agent, reason, .. } => done("gave-back", Some(agent.to_string()), reason),
            Input::Left { agent } => done("left", Some(agent.to_string()), None),
            Input::Completed(completion) => {
                let outcome = completion.outcome.as_str();
                let text = completion.note.map(|note| format!("{outcome}: {note}"));
                let by = completion.by.map(|by| by.to_string());
                done("completed", by, text.or_else(|| Some(outcome.to_owned())))
            }
            Input::Assigned { to, by, note, .. } => {
                let text = note.map_or_else(|| to.to_string(), |note| format!("{to}: {note}"));
                done("assigned", Some(by), Some(text))
            }
            Input::Noted { by, text, .. } => done("noted", Some(by), Some(text)),
            Input::Released { by } => done("released", Some(by), None),
            Input::Closed { by } => done("closed", Some(by), None),
            Input::Available => done("available", None, None),
            Input::Woke => done("woke", None, None),
            Input::Answer(_) => done("answered", None, None),
        }
    }
}
