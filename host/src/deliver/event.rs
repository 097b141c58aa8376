//! What a subscriber sees of an event: CloudEvents 1.0, made from the stored row at the moment of delivery.
//!
//! `type` is the name that DESIGN gives an event, with no prefix: webhook filters, `?types=` of the event stream and the
//! documents use one and the same word. `id` is the event's sequence, so a subscriber that keeps the last one it saw can go
//! on from there. Data is small: names of things that the API can be asked for, and what cannot be asked for later.
//! `events.md` beside this file documents the data of every type, and a test keeps the two in step.

use baton_core::{
    AgentId, Ending, Event, HandoverId, Holder, Outcome, Priority, Reply, ReplyKind, TaskId, Time, TimerKind,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::record::{EventRow, Place, What};

/// Every event type and its data, as a Markdown table for people.
pub const TYPES: &str = include_str!("events.md");

/// An event as subscribers see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CloudEvent {
    /// `1.0`.
    pub specversion: String,
    /// The event's sequence in decimal digits; grows with every event of the daemon.
    pub id: String,
    /// `/businesses/B/conversations/C`, or `/businesses/B` for what concerns the business as a whole.
    pub source: String,
    /// `handover.opened`.
    pub r#type: String,
    /// The handover that it is about: `chat-17~h1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened, as RFC 3339 in UTC.
    pub time: String,
    /// `application/json`.
    pub datacontenttype: String,
    /// By type: see the table of event types.
    pub data: Value,
}

/// A stored event as subscribers see it. `business` is the one whose key it was stored under.
pub fn cloud_event(business: &str, sequence: u64, row: &EventRow) -> CloudEvent {
    let EventRow { at, place, what } = row;
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    let mut source = format!("/businesses/{business}");
    let mut subject = None;
    if let Some(Place {
        conversation,
        bot,
        channel,
        handover,
    }) = place
    {
        source.push_str(&format!("/conversations/{conversation}"));
        put("conversation", json!(conversation.as_str()));
        put("bot", json!(bot.as_str()));
        put("channel", json!(channel));
        if let Some(number) = *handover {
            let id = HandoverId {
                conversation: conversation.clone(),
                number,
            }
            .to_string();
            put("handover", json!(id));
            subject = Some(id);
        }
    }
    if let Value::Object(own) = data_of(what, place.as_ref()) {
        data.extend(own);
    }
    CloudEvent {
        specversion: "1.0".into(),
        id: sequence.to_string(),
        source,
        r#type: what.name().into(),
        subject,
        time: rfc3339(*at),
        datacontenttype: "application/json".into(),
        data: Value::Object(data),
    }
}

fn data_of(what: &What, place: Option<&Place>) -> Value {
    match what {
        What::Happened(event) => happened(event, place),
        What::Reply(Reply { id, kind, text }) => {
            let kind = match kind {
                ReplyKind::Final => "final",
                ReplyKind::Returning => "returning",
            };
            json!({ "reply": { "id": id, "kind": kind, "text": text } })
        }
        What::PluginTripped { plugin, rules, why } => json!({ "plugin": plugin, "rules": rules, "why": why }),
        What::PluginRecovered { plugin, rules } => json!({ "plugin": plugin, "rules": rules }),
        What::PackActivated { rules, previous } => json!({ "rules": rules, "previous": previous }),
        What::WebhookDisabled { endpoint, why } => json!({ "endpoint": endpoint, "why": why }),
        What::ConversationOpened => json!({}),
        What::OverdueDigest { day, overdue } => json!({ "day": day, "overdue": overdue }),
    }
}

fn happened(event: &Event, place: Option<&Place>) -> Value {
    let task = |number: &u32| {
        place.map(|place| {
            TaskId {
                conversation: place.conversation.clone(),
                number: *number,
            }
            .to_string()
        })
    };
    match event {
        Event::Opened { reason, priority: p }
        | Event::Suggested { reason, priority: p }
        | Event::Raised { reason, priority: p } => {
            json!({ "reason": reason.as_str(), "priority": priority(*p) })
        }
        Event::Offered { agents, until } => json!({ "agents": names(agents), "until": rfc3339(*until) }),
        Event::Waiting | Event::Missed => json!({}),
        Event::Accepted { agent } => json!({ "agent": agent.as_str() }),
        Event::Declined { agent, reason } | Event::GivenBack { agent, reason } => {
            json!({ "agent": agent.as_str(), "reason": reason })
        }
        Event::Lapsed { agents } | Event::Withdrawn { agents } => json!({ "agents": names(agents) }),
        Event::Escalated { rung } => json!({ "rung": rung }),
        Event::Assigned { task: number, to, by } => json!({ "task": task(number), "to": to.to_string(), "by": by }),
        Event::Alarm { why } => json!({ "why": why }),
        Event::Reactivated { answered } => json!({ "answered": answered }),
        Event::Completed { outcome, by, needed } => {
            json!({ "outcome": outcome.as_str(), "by": by.as_ref().map(AgentId::as_str), "needed": needed })
        }
        Event::Ended { ending } => json!({ "ending": ending_of(ending) }),
        Event::Warning { timer, due_at } | Event::Resumed { timer, due_at } => {
            json!({ "deadline": deadline(*timer), "due_at": rfc3339(*due_at) })
        }
        Event::Breached { timer } | Event::Paused { timer } => json!({ "deadline": deadline(*timer) }),
        Event::ControlChanged { from, to, epoch } => {
            json!({ "from": holder(*from), "to": holder(*to), "epoch": epoch })
        }
        Event::BotRefused { message, saw } => json!({ "message": message.as_str(), "saw": saw }),
        Event::TaskNoted { task: number, by } => json!({ "task": task(number), "by": by }),
        Event::TaskCompleted { task: number, outcome } => json!({ "task": task(number), "outcome": outcome.as_str() }),
        Event::TaskCreated { task: number }
        | Event::TaskMissed { task: number }
        | Event::TaskOverdue { task: number }
        | Event::TaskDropped { task: number } => json!({ "task": task(number) }),
    }
}

fn ending_of(ending: &Ending) -> Value {
    match ending {
        Ending::Completed {
            outcome,
            by,
            needed,
            note,
        } => {
            let (outcome, by): (&Outcome, _) = (outcome, by.as_ref().map(AgentId::as_str));
            json!({ "kind": "completed", "outcome": outcome.as_str(), "by": by, "needed": needed, "note": note })
        }
        Ending::Released(by) => json!({ "kind": "released", "by": by }),
        Ending::Closed(by) => json!({ "kind": "closed", "by": by }),
        Ending::Superseded(later) => json!({ "kind": "superseded", "by": later.to_string() }),
    }
}

fn names(agents: &[AgentId]) -> Vec<&str> {
    agents.iter().map(AgentId::as_str).collect()
}

fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
}

fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Bot => "bot",
        Holder::Waiting => "waiting",
        Holder::Human => "human",
        Holder::Closed => "closed",
    }
}

/// The deadline that a timer watches; the others watch none and are named as they are.
fn deadline(timer: TimerKind) -> &'static str {
    match timer {
        TimerKind::ResponseWarning | TimerKind::ResponseDue => "response",
        TimerKind::ResolutionWarning | TimerKind::ResolutionDue => "resolution",
        TimerKind::FollowUpDue => "follow-up",
        TimerKind::OfferLapse | TimerKind::Candidate | TimerKind::Reactivate => timer.as_str(),
    }
}

/// Stops at the ends of the calendar: the door lets no such time in.
fn rfc3339(at: Time) -> String {
    let end = if at.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(end).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use baton_core::{Assignee, BotId, ConversationId, MessageId, Reason};

    use super::*;

    fn place() -> Place {
        Place {
            conversation: ConversationId::new("chat:17").expect("well formed"),
            bot: BotId::new("hvac").expect("well formed"),
            channel: "web".into(),
            handover: Some(1),
        }
    }

    fn agent() -> AgentId {
        AgentId::new("ana").expect("well formed")
    }

    /// One event of each type, with every optional part given.
    fn every_type() -> Vec<What> {
        let (agents, until, task) = (vec![agent()], Time(0), 1);
        let (reason, priority) = (Reason::new("sentiment").expect("well formed"), Priority::High);
        let reply = |kind| {
            What::Reply(Reply {
                id: "r".into(),
                kind,
                text: "t".into(),
            })
        };
        let events = [
            Event::Opened {
                reason: reason.clone(),
                priority,
            },
            Event::Suggested {
                reason: reason.clone(),
                priority,
            },
            Event::Raised { reason, priority },
            Event::Offered {
                agents: agents.clone(),
                until,
            },
            Event::Waiting,
            Event::Accepted { agent: agent() },
            Event::Declined {
                agent: agent(),
                reason: None,
            },
            Event::Lapsed { agents: agents.clone() },
            Event::Withdrawn { agents },
            Event::Escalated { rung: 1 },
            Event::GivenBack {
                agent: agent(),
                reason: None,
            },
            Event::Assigned {
                task: 1,
                to: Assignee::Everyone,
                by: "ops".into(),
            },
            Event::Alarm { why: "w".into() },
            Event::Missed,
            Event::Reactivated { answered: false },
            Event::Completed {
                outcome: Outcome::Converted,
                by: None,
                needed: None,
            },
            Event::Ended {
                ending: Ending::Released("ops".into()),
            },
            Event::Warning {
                timer: TimerKind::ResponseWarning,
                due_at: until,
            },
            Event::Breached {
                timer: TimerKind::ResolutionDue,
            },
            Event::Paused {
                timer: TimerKind::ResolutionDue,
            },
            Event::Resumed {
                timer: TimerKind::ResolutionDue,
                due_at: until,
            },
            Event::ControlChanged {
                from: Holder::Bot,
                to: Holder::Waiting,
                epoch: 1,
            },
            Event::BotRefused {
                message: MessageId::new("m").expect("well formed"),
                saw: None,
            },
            Event::TaskCreated { task },
            Event::TaskNoted { task, by: "ops".into() },
            Event::TaskMissed { task },
            Event::TaskOverdue { task },
            Event::TaskCompleted {
                task,
                outcome: Outcome::Closed,
            },
            Event::TaskDropped { task },
        ];
        let [plugin, rules, why, endpoint] = [(); 4].map(|()| String::new());
        let others = [
            reply(ReplyKind::Final),
            reply(ReplyKind::Returning),
            What::PluginTripped {
                plugin: plugin.clone(),
                rules: rules.clone(),
                why: why.clone(),
            },
            What::PluginRecovered {
                plugin,
                rules: rules.clone(),
            },
            What::PackActivated { rules, previous: None },
            What::WebhookDisabled { endpoint, why },
            What::ConversationOpened,
            What::OverdueDigest {
                day: String::new(),
                overdue: 1,
            },
        ];
        events.into_iter().map(What::Happened).chain(others).collect()
    }

    #[test]
    fn an_event_is_a_cloud_event() {
        let row = EventRow {
            at: Time(1_767_225_600_120),
            place: Some(place()),
            what: What::Reply(Reply {
                id: "chat:17~h1~final".into(),
                kind: ReplyKind::Final,
                text: "Thanks".into(),
            }),
        };
        let event = cloud_event("acme", 42, &row);
        assert_eq!(
            serde_json::to_value(&event).expect("it is JSON"),
            json!({
                "specversion": "1.0",
                "id": "42",
                "source": "/businesses/acme/conversations/chat:17",
                "type": "message.final",
                "subject": "chat:17~h1",
                "time": "2026-01-01T00:00:00.12Z",
                "datacontenttype": "application/json",
                "data": {
                    "conversation": "chat:17",
                    "bot": "hvac",
                    "channel": "web",
                    "handover": "chat:17~h1",
                    "reply": { "id": "chat:17~h1~final", "kind": "final", "text": "Thanks" },
                },
            })
        );
    }

    #[test]
    fn an_event_of_the_business_has_no_conversation() {
        let row = EventRow {
            at: Time(i64::MAX),
            place: None,
            what: What::PackActivated {
                rules: "hvac@1.0.0#2".into(),
                previous: None,
            },
        };
        let event = cloud_event("acme", 1, &row);
        assert_eq!((event.source.as_str(), event.subject), ("/businesses/acme", None));
        assert_eq!(event.data, json!({ "rules": "hvac@1.0.0#2", "previous": null }));
    }

    #[test]
    fn the_table_of_types_names_every_type_and_its_data() {
        let documented: BTreeMap<&str, Vec<&str>> = TYPES
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                let data = cells[2].split('`').skip(1).step_by(2).collect();
                (cells[1].trim_matches('`'), data)
            })
            .collect();
        let sent: BTreeMap<&str, Vec<String>> = every_type()
            .iter()
            .map(|what| {
                let Value::Object(data) = data_of(what, Some(&place())) else {
                    panic!("data is an object")
                };
                (what.name(), data.keys().cloned().collect())
            })
            .collect();
        assert_eq!(documented.keys().collect::<Vec<_>>(), sent.keys().collect::<Vec<_>>());
        for (name, keys) in sent {
            let mut told = documented[name].clone();
            told.sort_unstable();
            assert_eq!(told, keys, "data of {name}");
        }
    }
}
