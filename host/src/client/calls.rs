//! The calls by name: which method, which path, which body. The only place of the command line that knows them.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Client, ClientError, Page, Part};

/// Which of open and ended ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Those to do.
    #[default]
    Open,
    /// Those that are over.
    Ended,
    /// Both.
    Any,
}

/// Which handovers. What is absent does not narrow.
#[derive(Debug, Clone, Default)]
pub struct HandoverFilter {
    /// Open or ended.
    pub state: State,
    /// Of this reason.
    pub reason: Option<String>,
    /// That this agent holds or was offered.
    pub agent: Option<String>,
}

/// Which tasks. What is absent does not narrow.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Open or ended.
    pub state: State,
    /// `ana`, `role:technician` or `everyone`.
    pub assignee: Option<String>,
    /// Only those past their due time.
    pub overdue: bool,
    /// Only those that are due within this span from now: `2h`.
    pub due_within: Option<String>,
}

/// The period of a report, as the API reads it; what is absent is the API's to say.
#[derive(Debug, Clone, Default)]
pub struct ReportPeriod {
    /// Its first moment.
    pub since: Option<String>,
    /// Its end.
    pub until: Option<String>,
}

impl ReportPeriod {
    fn query(&self, group_by: Option<&str>, format: Option<&str>) -> Vec<(&'static str, String)> {
        let Self { since, until } = self.clone();
        let (group_by, format) = (group_by.map(str::to_owned), format.map(str::to_owned));
        given([
            ("since", since),
            ("until", until),
            ("group_by", group_by),
            ("format", format),
        ])
    }
}

/// Which acts. What is absent does not narrow.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this agent or token.
    pub by: Option<String>,
    /// Of this kind.
    pub action: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// From this time on, RFC 3339.
    pub since: Option<String>,
    /// Up to this time, RFC 3339.
    pub until: Option<String>,
}

/// How a task was completed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Completion {
    /// `closed`, `scheduled`, `needs-escalation`, `converted`, `no-answer`.
    pub outcome: String,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Whether the handover was needed at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<bool>,
    /// In their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The contact's new status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What is to be done next: `title` and `due_at`, each if given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<Value>,
}

/// What a business says of an agent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Profile {
    /// For people.
    pub name: String,
    /// Where to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The groups they are in.
    pub roles: Vec<String>,
    /// What they can do.
    pub skills: Vec<String>,
    /// BCP 47 tags.
    pub languages: Vec<String>,
    /// Open handovers they may hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Open intervals of days: `mon` has `09:00-12:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<BTreeMap<String, Vec<String>>>,
    /// An IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Days off: `2026-08-17`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Vec<String>>,
    /// When they are out of office.
    pub absences: Vec<Absence>,
}

/// A time out of office.
#[derive(Debug, Clone, Serialize)]
pub struct Absence {
    /// RFC 3339.
    pub from: String,
    /// RFC 3339; the first moment at which they are there again.
    pub back: String,
    /// Who gets what is meant for them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<String>,
}

/// Whether an agent is at work.
#[derive(Debug, Clone, Serialize)]
pub struct Presence {
    /// `online`, `away` or `offline`.
    pub presence: &'static str,
    /// Until when, RFC 3339; until said otherwise where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// What a new token is to be.
#[derive(Debug, Clone, Serialize)]
pub struct TokenRequest {
    /// For people.
    pub name: String,
    /// `bot`, `agent`, `operator` or `admin`.
    pub scope: &'static str,
    /// Whose it is, with the scope `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// From when on it is worth nothing, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

type Result<T> = std::result::Result<T, ClientError>;

#[allow(
    missing_docs,
    reason = "each is one line that says it all: a method and a path of the API"
)]
#[allow(clippy::missing_errors_doc, reason = "as every call: ClientError")]
impl Client {
    pub fn handovers(&self, filter: &HandoverFilter, part: &Part) -> Result<Page> {
        let HandoverFilter { state, reason, agent } = filter.clone();
        let query = [("open", open(state)), ("reason", reason), ("agent", agent)];
        self.list(&["v1", "handovers"], &given(query), part)
    }

    pub fn handover(&self, id: &str) -> Result<Value> {
        self.get(&["v1", "handovers", id])
    }

    pub fn explain(&self, id: &str) -> Result<Value> {
        self.get(&["v1", "handovers", id, "explain"])
    }

    pub fn tasks(&self, filter: &TaskFilter, part: &Part) -> Result<Page> {
        let TaskFilter {
            state,
            assignee,
            overdue,
            due_within,
        } = filter.clone();
        let assignee = assignee.map(|assignee| match assignee.split_once(':') {
            Some(("role", role)) => ("role", role.to_owned()),
            Some(("agent", agent)) => ("agent", agent.to_owned()),
            Some(_) => ("agent", assignee),
            None if assignee == "everyone" => ("everyone", "true".to_owned()),
            None => ("agent", assignee),
        });
        let overdue = overdue.then(|| "true".to_owned());
        let query = [("open", open(state)), ("overdue", overdue), ("due_within", due_within)];
        let query: Vec<_> = given(query).into_iter().chain(assignee).collect();
        self.list(&["v1", "tasks"], &query, part)
    }

    pub fn task(&self, id: &str) -> Result<Value> {
        self.get(&["v1", "tasks", id])
    }

    pub fn accept_task(&self, id: &str, agent: Option<&str>) -> Result<Value> {
        self.change(
            Method::POST,
            &["v1", "tasks", id, "accept"],
            &members([("agent", agent)]),
        )
    }

    pub fn decline_task(&self, id: &str, agent: Option<&str>, reason: Option<&str>) -> Result<Value> {
        self.change(
            Method::POST,
            &["v1", "tasks", id, "decline"],
            &members([("agent", agent), ("reason", reason)]),
        )
    }

    pub fn give_back_task(&self, id: &str, agent: Option<&str>, reason: Option<&str>) -> Result<Value> {
        self.change(
            Method::POST,
            &["v1", "tasks", id, "give-back"],
            &members([("agent", agent), ("reason", reason)]),
        )
    }

    pub fn complete_task(&self, id: &str, completion: &Completion) -> Result<Value> {
        self.change(Method::POST, &["v1", "tasks", id, "complete"], completion)
    }

    /// `to` is `ana`, `role:technician` or `everyone`.
    pub fn assign_task(&self, id: &str, to: &str, note: Option<&str>) -> Result<Value> {
        let to = match to.split_once(':') {
            Some(("role", role)) => json!({ "kind": "role", "id": role }),
            Some(("agent", agent)) => json!({ "kind": "agent", "id": agent }),
            None if to == "everyone" => json!({ "kind": "everyone" }),
            Some(_) | None => json!({ "kind": "agent", "id": to }),
        };
        let mut body = members([("note", note)]);
        body["to"] = to;
        self.change(Method::POST, &["v1", "tasks", id, "assign"], &body)
    }

    pub fn note_task(&self, id: &str, text: &str) -> Result<Value> {
        self.change(Method::POST, &["v1", "tasks", id, "note"], &json!({ "text": text }))
    }

    pub fn agents(&self) -> Result<Page> {
        self.list(
            &["v1", "agents"],
            &[],
            &Part {
                all: true,
                ..Part::default()
            },
        )
    }

    pub fn put_agent(&self, id: &str, profile: &Profile) -> Result<Value> {
        self.change(Method::PUT, &["v1", "agents", id], profile)
    }

    pub fn remove_agent(&self, id: &str) -> Result<Value> {
        self.change(Method::DELETE, &["v1", "agents", id], &json!({}))
    }

    pub fn set_presence(&self, id: &str, presence: &Presence) -> Result<Value> {
        self.change(Method::PUT, &["v1", "agents", id, "presence"], presence)
    }

    pub fn tokens(&self) -> Result<Page> {
        self.list(
            &["v1", "tokens"],
            &[],
            &Part {
                all: true,
                ..Part::default()
            },
        )
    }

    pub fn create_token(&self, request: &TokenRequest) -> Result<Value> {
        self.change(Method::POST, &["v1", "tokens"], request)
    }

    pub fn revoke_token(&self, id: &str) -> Result<Value> {
        self.change(Method::DELETE, &["v1", "tokens", id], &json!({}))
    }

    pub fn activate(&self, pack: &str, move_open: bool) -> Result<Value> {
        let body = json!({ "pack": pack, "move_open": move_open });
        self.change(Method::POST, &["v1", "packs", "activate"], &body)
    }

    pub fn roll_back(&self, to: Option<u64>) -> Result<Value> {
        let body = to.map_or(json!({}), |to| json!({ "to": to }));
        self.change(Method::POST, &["v1", "packs", "rollback"], &body)
    }

    pub fn start_trial(&self, trial: &Value) -> Result<Value> {
        self.change(Method::PUT, &["v1", "packs", "trial"], trial)
    }

    pub fn trial(&self) -> Result<Value> {
        self.get(&["v1", "packs", "trial"])
    }

    pub fn withdraw(&self) -> Result<Value> {
        self.change(Method::DELETE, &["v1", "packs", "trial"], &json!({}))
    }

    pub fn promote(&self, max_drift_percent: Option<f64>, at_least: Option<u64>, move_open: bool) -> Result<Value> {
        let mut body = json!({ "move_open": move_open });
        if let Some(most) = max_drift_percent {
            body["max_drift_percent"] = json!(most);
        }
        if let Some(at_least) = at_least {
            body["at_least"] = json!(at_least);
        }
        self.change(Method::POST, &["v1", "packs", "promote"], &body)
    }

    pub fn generations(&self) -> Result<Value> {
        self.get(&["v1", "packs", "generations"])
    }

    pub fn packs(&self) -> Result<Page> {
        self.list(
            &["v1", "packs"],
            &[],
            &Part {
                all: true,
                ..Part::default()
            },
        )
    }

    pub fn audit(&self, filter: &AuditFilter, part: &Part) -> Result<Page> {
        let AuditFilter {
            by,
            action,
            subject,
            since,
            until,
        } = filter.clone();
        let query = [
            ("by", by),
            ("action", action),
            ("subject", subject),
            ("since", since),
            ("until", until),
        ];
        self.list(&["v1", "audit"], &given(query), part)
    }

    pub fn dead_letters(&self, part: &Part) -> Result<Page> {
        self.list(&["v1", "dead-letters"], &[], part)
    }

    pub fn send_again(&self, id: &str) -> Result<Value> {
        self.change(Method::POST, &["v1", "dead-letters", id, "send"], &json!({}))
    }

    /// What a plugin logs: the first lines after a number, or the last ones; waits so many seconds for one.
    pub fn plugin_log(&self, id: &str, after: Option<u64>, limit: u16, wait_s: u64) -> Result<Value> {
        let query = [
            ("after", after.map(|after| after.to_string())),
            ("limit", Some(limit.to_string())),
            ("wait", Some(wait_s.to_string())),
        ];
        self.get_with(&["v1", "plugins", id, "log"], &given(query))
    }

    pub fn quarantine(&self, part: &Part) -> Result<Page> {
        self.list(&["v1", "quarantine"], &[], part)
    }

    pub fn quarantined(&self, id: &str) -> Result<Value> {
        self.get(&["v1", "quarantine", id])
    }

    /// Under the rules in force.
    pub fn replay_quarantined(&self, id: &str) -> Result<Value> {
        self.change(Method::POST, &["v1", "quarantine", id, "replay"], &json!({}))
    }

    pub fn drop_quarantined(&self, id: &str) -> Result<Value> {
        self.change(Method::DELETE, &["v1", "quarantine", id], &json!({}))
    }

    /// What came of the handovers of a period.
    pub fn report(&self, period: &ReportPeriod, group_by: Option<&str>) -> Result<Value> {
        self.get_with(&["v1", "reports", "handovers"], &period.query(group_by, None))
    }

    /// The same as `csv` or `html`.
    pub fn report_text(&self, period: &ReportPeriod, group_by: Option<&str>, format: &str) -> Result<String> {
        self.text(&["v1", "reports", "handovers"], &period.query(group_by, Some(format)))
    }

    /// What to change because of a period.
    pub fn review(&self, period: &ReportPeriod) -> Result<Value> {
        self.get_with(&["v1", "reports", "review"], &period.query(None, None))
    }

    /// The same as a page.
    pub fn review_page(&self, period: &ReportPeriod) -> Result<String> {
        self.text(&["v1", "reports", "review"], &period.query(None, Some("html")))
    }

    /// `message` is the body of `POST /v1/conversations/{id}/messages`.
    pub fn say(&self, conversation: &str, message: &Value) -> Result<Value> {
        self.change(
            Method::POST,
            &["v1", "conversations", conversation, "messages"],
            message,
        )
    }
}

fn open(state: State) -> Option<String> {
    match state {
        State::Open => Some("true".to_owned()),
        State::Ended => Some("false".to_owned()),
        State::Any => None,
    }
}

fn given<'a>(query: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Vec<(&'a str, String)> {
    query
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn members<'a>(members: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Value {
    let given = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    Value::Object(given.collect())
}
