//! The words of a mail, from what the store holds when it is sent.
//!
//! The templates beside this file are filled by minijinja, which escapes what customers wrote in the HTML part; no text
//! of theirs gets into a header but the task's title, which is one line by then.

use baton_core::{AgentId, Assignee, Calendar, Event, Handover, Priority, Stage as HandoverStage, Task, Time};
use baton_store::{ConversationKey, Cursor, ReadError as StoreError, Store};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use super::link::{Answer, Link, LinkKey, Stage};
use crate::config::Business;
use crate::record::{self, EventRow, Place, What};

/// Tasks that a daily list names; the others are counted. As many as somebody goes through in a morning.
const MOST_LISTED: usize = 100;

/// Open tasks that are looked at for a daily list; beyond it the list says so.
const MOST_LOOKED_AT: usize = 20_000;

/// Tasks read from the store at once.
const PAGE: usize = 500;

/// How long the links of a task that was given without a deadline live at least.
const LINK_LIFE: baton_core::Span = baton_core::Span::hours(24);

/// A mail without its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Composed {
    /// This.
    Letter(Letter),
    /// Nothing any more, and why.
    Nothing(&'static str),
}

/// Why nothing could be said. Worth another attempt.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A row could not be had.
    #[error("the store cannot be read for a mail")]
    Store(#[from] StoreError),
    /// A row could not be understood.
    #[error("a stored value cannot be read for a mail")]
    Record(#[from] record::ReadError),
    /// A template is wrong.
    #[error("a template of a mail cannot be filled")]
    Template(#[from] minijinja::Error),
}

/// What a letter is written with.
pub(super) struct Pen<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) business: &'a Business,
    /// Where links lead; without it there are none.
    pub(super) public_url: Option<&'a str>,
    pub(super) links: &'a LinkKey,
    pub(super) now: Time,
}

impl Pen<'_> {
    /// To an agent, about an event that asks something of them.
    pub(super) fn to_agent(&self, agent: &AgentId, name: &str, row: &EventRow) -> Result<Composed, ComposeError> {
        let Some((task, handover)) = self.asked_about(row)? else {
            return Ok(Composed::Nothing("it is about no task, or that is gone"));
        };
        let follow_up = handover.task != task.id.number;
        let Some((stage, until)) = self.still_asked(agent, row, &handover, &task) else {
            return Ok(Composed::Nothing("it was answered, or is over"));
        };
        let link = |answer| {
            let link = Link {
                business: self.business.id.clone(),
                task: task.id.clone(),
                agent: agent.clone(),
                answer,
                stage,
                until,
            };
            self.public_url
                .map(|url| format!("{url}/offers/{}", self.links.sign(&link)))
        };
        let alone = match &handover.stage {
            _ if follow_up => matches!(task.assignee, Some(Assignee::Agent(_))),
            HandoverStage::Offered(offer) => offer.agents.len() == 1,
            HandoverStage::Assigned(to) => matches!(to, Assignee::Agent(_)),
            HandoverStage::Waiting | HandoverStage::Accepted(_) => true,
        };
        // Nobody waits for word about a follow-up: whoever was given one has it.
        let accept = (!follow_up || !alone).then(|| link(Answer::Accept));
        // What a role has to do cannot be declined by one of its people.
        let decline = (!follow_up && (stage == Stage::Offered || alone)).then(|| link(Answer::Decline));
        let calendar = &self.business.calendar;
        let facts = context! {
            business => &self.business.name,
            name,
            offered => stage == Stage::Offered,
            alone,
            follow_up,
            until => (stage == Stage::Offered).then(|| local(calendar, until)),
            accept => accept.flatten(),
            decline => decline.flatten(),
            ..of_task(&task, &handover, calendar, self.now)
        };
        let verb = match (stage, alone) {
            (Stage::Offered, _) => "Can you take this?",
            (Stage::Assigned, true) => "Yours:",
            (Stage::Assigned, false) => "Waiting for one of you:",
        };
        self.fill("offer", format!("{verb} {}", task.title), facts)
            .map(Composed::Letter)
    }

    /// The task that an event asks somebody to do, as it is now, and the handover that it comes from.
    fn asked_about(&self, row: &EventRow) -> Result<Option<(Task, Handover)>, ComposeError> {
        let Some(Place {
            conversation,
            handover: of,
            ..
        }) = &row.place
        else {
            return Ok(None);
        };
        let key = ConversationKey::new(self.business.id.as_str(), conversation.as_str())
            .expect("both ids are shorter, and have no NUL");
        let handover = |number: u32| -> Result<Option<Handover>, ComposeError> {
            let stored = self.store.handover(&key, number)?;
            Ok(stored.map(|row| record::read(&row.payload)).transpose()?)
        };
        let task = |number: u32| -> Result<Option<Task>, ComposeError> {
            let stored = self.store.task(&key, number)?;
            Ok(stored.map(|row| record::read(&row.payload)).transpose()?)
        };
        // A task that is given by hand may follow up a handover that is over, while another one is open.
        if let What::Happened(Event::Assigned { task: number, .. }) = &row.what {
            let Some(task) = task(*number)? else { return Ok(None) };
            return Ok(handover(task.handover.number)?.map(|handover| (task, handover)));
        }
        let Some(handover) = of.map(handover).transpose()?.flatten() else {
            return Ok(None);
        };
        Ok(task(handover.task)?.map(|task| (task, handover)))
    }

    /// What an agent is asked, and until when, if what the event told still stands.
    fn still_asked(&self, agent: &AgentId, row: &EventRow, handover: &Handover, task: &Task) -> Option<(Stage, Time)> {
        let given = (Stage::Assigned, task.due_at.max(row.at + LINK_LIFE));
        match (&row.what, &handover.stage) {
            (What::Happened(Event::Assigned { to, .. }), _) if handover.task != task.id.number => {
                let stands = task.state.is_open() && task.assignee.as_ref() == Some(to);
                stands.then_some(given)
            }
            (What::Happened(Event::Offered { until, .. }), HandoverStage::Offered(offer)) => {
                let stands = offer.until == *until && offer.agents.contains(agent) && *until > self.now;
                stands.then_some((Stage::Offered, *until))
            }
            (What::Happened(Event::Assigned { to, .. }), HandoverStage::Assigned(now)) => {
                let stands = to == now && handover.ending.is_none();
                stands.then_some(given)
            }
            _ => None,
        }
    }

    /// The daily list of what is overdue.
    pub(super) fn digest(&self) -> Result<Composed, ComposeError> {
        let calendar = &self.business.calendar;
        let (overdue, whole) = overdue(self.store, self.business.id.as_str(), self.now)?;
        if overdue.is_empty() {
            return Ok(Composed::Nothing("nothing is overdue any more"));
        }
        let listed: Vec<Value> = overdue
            .iter()
            .take(MOST_LISTED)
            .map(|task| {
                context! {
                    id => task.id.to_string(),
                    title => &task.title,
                    priority => priority(task.priority),
                    due => local(calendar, task.due_at),
                    late => late(self.now, task.due_at),
                    assignee => task.assignee.as_ref().map(ToString::to_string),
                }
            })
            .collect();
        let count = overdue.len();
        let facts = context! {
            business => &self.business.name,
            count,
            whole,
            more => count.saturating_sub(MOST_LISTED),
            tasks => listed,
            at => local(calendar, self.now),
        };
        let subject = match count {
            1 => format!("{}: 1 task is overdue", self.business.name),
            _ => format!("{}: {count} tasks are overdue", self.business.name),
        };
        self.fill("digest", subject, facts).map(Composed::Letter)
    }

    fn fill(&self, name: &str, subject: String, facts: Value) -> Result<Letter, ComposeError> {
        let environment = environment();
        let render = |kind: &str| environment.get_template(&format!("{name}.{kind}"))?.render(&facts);
        Ok(Letter {
            subject: one_line(&subject),
            text: render("txt")?,
            html: render("html")?,
        })
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("whitespace is no contradiction"));
    for (name, text) in [
        ("offer.txt", include_str!("templates/offer.txt")),
        ("offer.html", include_str!("templates/offer.html")),
        ("digest.txt", include_str!("templates/digest.txt")),
        ("digest.html", include_str!("templates/digest.html")),
    ] {
        environment
            .add_template(name, text)
            .expect("a test fills every template");
    }
    environment
}

fn of_task(task: &Task, handover: &Handover, calendar: &Calendar, now: Time) -> Value {
    let notes: Vec<Value> = task
        .notes
        .iter()
        .map(|note| context! { by => &note.by, text => &note.text, at => local(calendar, note.at) })
        .collect();
    context! {
        task => task.id.to_string(),
        title => &task.title,
        priority => priority(task.priority),
        due => local(calendar, task.due_at),
        late => (task.due_at < now).then(|| late(now, task.due_at)),
        reason => handover.reason.as_str(),
        request => &handover.request,
        description => &task.description,
        tags => task.tags.iter().cloned().collect::<Vec<_>>().join(", "),
        notes,
    }
}

/// Open tasks past their due time, the longest overdue first; and whether all open tasks were looked at.
///
/// # Errors
///
/// When a row cannot be read.
pub fn overdue(store: &dyn Store, business: &str, now: Time) -> Result<(Vec<Task>, bool), ComposeError> {
    let (mut overdue, mut after, mut looked_at) = (Vec::new(), None::<Cursor>, 0);
    loop {
        let page = store.tasks(business, true, after.as_ref(), PAGE)?;
        looked_at += page.items.len();
        for row in page.items {
            let task: Task = record::read(&row.payload)?;
            if task.state.is_open() && task.due_at < now {
                overdue.push(task);
            }
        }
        after = page.next;
        if after.is_none() || looked_at >= MOST_LOOKED_AT {
            overdue.sort_by_key(|task| task.due_at);
            return Ok((overdue, after.is_none()));
        }
    }
}

fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
}

fn local(calendar: &Calendar, at: Time) -> String {
    calendar.local(at)
}

/// `3 h`, `2 d`: as rough as one says it.
fn late(now: Time, due: Time) -> String {
    let minutes = (now - due).0 / 60_000;
    match minutes {
        ..60 => format!("{} min", minutes.max(1)),
        60..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1_440),
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.truncate(line.floor_char_boundary(200));
    line
}
