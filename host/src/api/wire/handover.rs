//! Handovers: a summary for lists and answers, and the whole with everything that explains it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Assignee, Conversation, Evidence, Outcome, Priority, Task, TimelineEntry, rfc3339};

/// A handover in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandoverSummary {
    #[schema(example = "chat-17~h1")]
    pub(crate) id: String,
    pub(crate) conversation: String,
    #[schema(example = "explicit-request")]
    pub(crate) reason: String,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    /// What it is about, as far as a rule knows.
    pub(crate) topic: Option<String>,
    /// The customer's main request in one line.
    pub(crate) request: String,
    pub(crate) stage: Stage,
    /// Its task.
    #[schema(example = "chat-17~t1")]
    pub(crate) task: String,
    /// What the final message may promise.
    pub(crate) promise: Promise,
    #[schema(format = DateTime)]
    pub(crate) opened_at: String,
    #[schema(format = DateTime)]
    pub(crate) ended_at: Option<String>,
}

/// One passing of one conversation, with everything that explains it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Handover {
    #[serde(flatten)]
    pub(crate) summary: HandoverSummary,
    /// The generation of rules that opened it.
    #[schema(example = "hvac@1.2.0#3")]
    pub(crate) rules: String,
    pub(crate) cause: Cause,
    /// The passages that caused it.
    pub(crate) evidence: Vec<Evidence>,
    /// The message that holds them.
    pub(crate) message: Option<String>,
    /// What whoever asked for it wrote.
    pub(crate) note: Option<String>,
    /// The role that should get it.
    pub(crate) role: Option<String>,
    /// Skills that whoever gets it should have.
    pub(crate) skills: Vec<String>,
    /// The handover whose place it takes.
    pub(crate) previous: Option<String>,
    /// The rung of the ladder that it stands on, from 0.
    pub(crate) rung: u32,
    /// Offers made on this rung.
    pub(crate) tries: u32,
    /// Times the ladder was climbed to its end.
    pub(crate) climbs: u32,
    /// Who was offered it in vain.
    pub(crate) missed: Vec<Miss>,
    /// Who was not offered it, and why.
    /// Who could have it, best first: the last answer of the strategies.
    pub(crate) ranked: Vec<Ranked>,
    /// Who was not offered it, and why.
    pub(crate) passed_over: Vec<PassedOver>,
    /// The one message that told the customer.
    pub(crate) final_message: Option<FinalMessage>,
    #[schema(format = DateTime)]
    pub(crate) first_act_at: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) last_act_at: Option<String>,
    /// When the outcome is due.
    #[schema(format = DateTime)]
    pub(crate) resolution_due_at: Option<String>,
    /// Since when the time to the outcome stands still: the customer is waited for.
    #[schema(format = DateTime)]
    pub(crate) paused_since: Option<String>,
    /// When the bot took the conversation back.
    #[schema(format = DateTime)]
    pub(crate) reactivated_at: Option<String>,
    /// How it ended.
    pub(crate) ending: Option<Ending>,
    /// What happened, oldest first.
    pub(crate) timeline: Vec<TimelineEntry>,
}

/// Where a handover stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// Nobody is available; it is offered the moment somebody is.
    Waiting,
    /// An offer stands.
    Offered {
        /// The first of them to accept has it.
        agents: Vec<String>,
        #[schema(format = DateTime)]
        until: String,
    },
    /// Given to somebody who has not accepted yet.
    Assigned { to: Assignee },
    /// A human has it.
    Accepted { agent: String },
    /// It is over.
    Ended,
}

/// What set a handover off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// A signal reached its threshold.
    Signal,
    /// The bot failed to answer.
    FailedAnswers {
        /// This many times.
        count: u32,
    },
    /// The bot used up its turns.
    TurnBudget,
    /// Somebody asked for it outright.
    Request { by: String },
    /// An agent spoke while the bot held the conversation.
    Takeover { agent: String },
}

/// What the final message may promise, from the SLA and the business calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Promise {
    /// The span of the SLA in milliseconds.
    pub(crate) within_ms: i64,
    /// Whether the span counts business time only.
    pub(crate) business_time: bool,
    #[schema(format = DateTime)]
    pub(crate) due_at: String,
}

/// An offer made in vain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Miss {
    pub(crate) agent: String,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) how: MissKind,
    /// Why it was declined, where they said.
    pub(crate) reason: Option<String>,
}

/// How an offer came to nothing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MissKind {
    /// Its time ran out.
    Lapsed,
    /// The agent said no.
    Declined,
    GivenBack,
}

/// A candidate whom a strategy would have take it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ranked {
    pub(crate) agent: String,
    #[schema(example = "holds 1 of 5")]
    pub(crate) why: String,
}

/// A candidate who was not offered it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassedOver {
    pub(crate) agent: String,
    #[schema(example = "at capacity 5 of 5")]
    pub(crate) why: String,
    #[schema(format = DateTime)]
    pub(crate) at: String,
}

/// The one message that told the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FinalMessage {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// How a handover ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// A human completed it.
    Completed {
        outcome: Outcome,
        by: Option<String>,
        /// Whether it was needed at all, where they said.
        needed: Option<bool>,
        note: Option<String>,
    },
    /// Given back to the bot.
    Released { by: String },
    /// The conversation was closed.
    Closed { by: String },
    /// A later handover took its place.
    Superseded { by: String },
}

/// Asks for a handover outright.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "complex-request", "note": "wants a custom quote", "priority": "high" }))]
pub(crate) struct NewHandover {
    /// One of the five reasons or a pack's own; `explicit-request` where it is not given.
    #[schema(max_length = 64)]
    pub(crate) reason: Option<String>,
    /// For whoever gets the task.
    #[schema(max_length = 4096)]
    pub(crate) note: Option<String>,
    /// At least this; `medium` where it is not given.
    pub(crate) priority: Option<Priority>,
}

/// What an act left behind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Acted {
    pub(crate) conversation: Conversation,
    /// The handover that the act was about.
    #[schema(required)]
    pub(crate) handover: Option<HandoverSummary>,
    /// The task that the act was about.
    #[schema(required)]
    pub(crate) task: Option<Task>,
}

impl From<crate::api::Acted> for Acted {
    fn from(acted: crate::api::Acted) -> Self {
        let crate::api::Acted {
            conversation,
            handover,
            task,
        } = acted;
        Self {
            conversation: conversation.into(),
            handover: handover.as_ref().map(Into::into),
            task: task.map(Into::into),
        }
    }
}

impl From<&baton_core::Handover> for HandoverSummary {
    fn from(handover: &baton_core::Handover) -> Self {
        let conversation = &handover.id.conversation;
        let task = baton_core::TaskId {
            conversation: conversation.clone(),
            number: handover.task,
        };
        let stage = match &handover.ending {
            Some(_) => Stage::Ended,
            None => handover.stage.clone().into(),
        };
        Self {
            id: handover.id.to_string(),
            conversation: conversation.to_string(),
            reason: handover.reason.to_string(),
            priority: handover.priority.into(),
            tags: handover.tags.iter().cloned().collect(),
            topic: handover.topic.clone(),
            request: handover.request.clone(),
            stage,
            task: task.to_string(),
            promise: handover.promise.into(),
            opened_at: rfc3339(handover.opened_at),
            ended_at: handover.ended_at.map(rfc3339),
        }
    }
}

impl From<baton_core::Handover> for Handover {
    fn from(handover: baton_core::Handover) -> Self {
        let summary = HandoverSummary::from(&handover);
        let baton_core::Handover {
            // In the summary.
            id: _,
            reason: _,
            priority: _,
            tags: _,
            topic: _,
            request: _,
            stage: _,
            task: _,
            promise: _,
            opened_at: _,
            ended_at: _,
            rules,
            cause,
            evidence,
            message,
            note,
            role,
            skills,
            previous,
            rung,
            tries,
            climbs,
            missed,
            ranked,
            passed_over,
            final_message,
            first_act_at,
            last_act_at,
            resolution_due,
            pause,
            reactivated_at,
            ending,
            timeline,
        } = handover;
        Self {
            summary,
            rules,
            cause: cause.into(),
            evidence: evidence.into_iter().map(Into::into).collect(),
            message: message.map(|message| message.to_string()),
            note,
            role: role.map(|role| role.to_string()),
            skills,
            previous: previous.map(|previous| previous.to_string()),
            rung,
            tries,
            climbs,
            missed: missed.into_iter().map(Into::into).collect(),
            ranked: ranked.into_iter().map(Into::into).collect(),
            passed_over: passed_over.into_iter().map(Into::into).collect(),
            final_message: final_message.map(Into::into),
            first_act_at: first_act_at.map(rfc3339),
            last_act_at: last_act_at.map(rfc3339),
            resolution_due_at: resolution_due.map(rfc3339),
            paused_since: pause.map(|pause| rfc3339(pause.since)),
            reactivated_at: reactivated_at.map(rfc3339),
            ending: ending.map(Into::into),
            timeline: timeline.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<baton_core::Stage> for Stage {
    fn from(stage: baton_core::Stage) -> Self {
        match stage {
            baton_core::Stage::Waiting => Self::Waiting,
            baton_core::Stage::Offered(baton_core::Offer { agents, until }) => Self::Offered {
                agents: agents.iter().map(ToString::to_string).collect(),
                until: rfc3339(until),
            },
            baton_core::Stage::Assigned(to) => Self::Assigned { to: to.into() },
            baton_core::Stage::Accepted(agent) => Self::Accepted {
                agent: agent.to_string(),
            },
        }
    }
}

impl From<baton_core::Cause> for Cause {
    fn from(cause: baton_core::Cause) -> Self {
        match cause {
            baton_core::Cause::Signal => Self::Signal,
            baton_core::Cause::FailedAnswers(count) => Self::FailedAnswers { count },
            baton_core::Cause::TurnBudget => Self::TurnBudget,
            baton_core::Cause::Request(by) => Self::Request { by },
            baton_core::Cause::Takeover(agent) => Self::Takeover {
                agent: agent.to_string(),
            },
        }
    }
}

impl From<baton_core::Promise> for Promise {
    fn from(promise: baton_core::Promise) -> Self {
        let baton_core::Promise {
            within,
            business_time,
            due_at,
        } = promise;
        Self {
            within_ms: within.0,
            business_time,
            due_at: rfc3339(due_at),
        }
    }
}

impl From<baton_core::Miss> for Miss {
    fn from(miss: baton_core::Miss) -> Self {
        let baton_core::Miss { agent, at, how } = miss;
        let (how, reason) = match how {
            baton_core::MissKind::Lapsed => (MissKind::Lapsed, None),
            baton_core::MissKind::Declined(reason) => (MissKind::Declined, reason),
            baton_core::MissKind::GivenBack(reason) => (MissKind::GivenBack, reason),
        };
        Self {
            agent: agent.to_string(),
            at: rfc3339(at),
            how,
            reason,
        }
    }
}

impl From<baton_core::Ranked> for Ranked {
    fn from(ranked: baton_core::Ranked) -> Self {
        let baton_core::Ranked { agent, why } = ranked;
        Self {
            agent: agent.to_string(),
            why,
        }
    }
}

impl From<baton_core::PassedOver> for PassedOver {
    fn from(passed: baton_core::PassedOver) -> Self {
        let baton_core::PassedOver { agent, why, at } = passed;
        Self {
            agent: agent.to_string(),
            why,
            at: rfc3339(at),
        }
    }
}

impl From<baton_core::FinalMessage> for FinalMessage {
    fn from(message: baton_core::FinalMessage) -> Self {
        let baton_core::FinalMessage { id, text } = message;
        Self { id, text }
    }
}

impl From<baton_core::Ending> for Ending {
    fn from(ending: baton_core::Ending) -> Self {
        match ending {
            baton_core::Ending::Completed {
                outcome,
                by,
                needed,
                note,
            } => Self::Completed {
                outcome: outcome.into(),
                by: by.map(|by| by.to_string()),
                needed,
                note,
            },
            baton_core::Ending::Released(by) => Self::Released { by },
            baton_core::Ending::Closed(by) => Self::Closed { by },
            baton_core::Ending::Superseded(by) => Self::Superseded { by: by.to_string() },
        }
    }
}
