//! Reads a story. A mistake is named with its line and column and what was expected there.

use std::fmt;

use crate::{AgentId, Assignee, BotState, Contact, Outcome, Presence, Priority, Reason, RoleId, RotaId, Span};

/// A story that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Story {
    /// Local date and time at which it begins, where it says.
    pub start: Option<String>,
    /// The team.
    pub agents: Vec<AgentLine>,
    /// Known from the first message on.
    pub contact: Contact,
    /// The bot, where it says.
    pub bot: Option<String>,
    /// The channel, where it says.
    pub channel: Option<String>,
    /// What happens, in order.
    pub acts: Vec<Timed>,
    /// What must follow, `wake` and acts included; as [`super::Transcript`] writes it.
    pub expected: Vec<Expected>,
}

/// An act and its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// Since the start.
    pub at: Span,
    /// As written.
    pub text: String,
    /// What happens.
    pub act: Act,
}

/// A line of what must follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Line in the story's file, from 1.
    pub line: usize,
    /// The act's time; `None` for an effect.
    pub at: Option<Span>,
    /// The line without its time or arrow.
    pub text: String,
}

/// An agent of the team, as a story describes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// Who.
    pub id: AgentId,
    /// `roles support technician`
    pub roles: Vec<RoleId>,
    /// `skills hvac`
    pub skills: Vec<String>,
    /// `languages en de`
    pub languages: Vec<String>,
    /// `rota night`: on call all the time.
    pub rotas: Vec<RotaId>,
    /// `capacity 3`; 5 where it is not said.
    pub capacity: u32,
    /// `online`, `away` or `offline`; online where it is not said.
    pub presence: Presence,
}

/// What happens in a story.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The customer says something.
    Customer(String),
    /// The bot does.
    Bot {
        /// What.
        text: String,
        /// The epoch it saw; the current one where it is not said.
        epoch: Option<u64>,
        /// What it says of its message.
        state: Option<BotState>,
    },
    /// An agent does.
    Agent(AgentId, String),
    /// A fact, sent along with the next message.
    Field(String, String),
    /// Facts of the contact, sent along with the next message.
    Contact(Contact),
    /// Somebody does something about a task.
    Does {
        /// Who.
        who: String,
        /// About which task; the open handover's where it is not said.
        task: Option<u32>,
        /// What.
        deed: Deed,
    },
    /// Somebody comes or goes.
    Presence(AgentId, Presence),
    /// Time passes.
    Wake,
}

/// What somebody does about a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// `accepts`
    Accept,
    /// `declines: why`
    Decline(Option<String>),
    /// `completes converted not-needed due 24h: note`
    Complete {
        /// What came of it.
        outcome: Outcome,
        /// Whether it was needed, where it is said.
        needed: Option<bool>,
        /// When the follow-up is due, counted from the act.
        due: Option<Span>,
        /// In their words.
        note: Option<String>,
    },
    /// `gives back: why`
    GiveBack(Option<String>),
    /// `leaves`
    Leave,
    /// `notes: text`
    Note(String),
    /// `assigns ana: note`
    Assign(Assignee, Option<String>),
    /// `requests high-value high: note`
    Request(Reason, Priority, Option<String>),
    /// `releases`
    Release,
    /// `closes`
    Close,
}

/// A mistake in a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for StoryError {}

const ACTS: &str = "customer: …, bot: …, agent NAME: …, field NAME=VALUE, contact NAME=VALUE, wake, or NAME accepts, declines, \
                    completes, gives back, notes, assigns, requests, releases, closes, leaves, online, away, offline";

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read, with what was expected.
    pub fn parse(text: &str) -> Result<Self, StoryError> {
        let mut story = Self::default();
        let mut now: Option<Span> = None;
        for (index, raw) in text.lines().enumerate() {
            let line = index + 1;
            let content = uncomment(raw);
            if content.trim().is_empty() {
                continue;
            }
            let column = raw.chars().take_while(|c| c.is_whitespace()).count() + 1;
            let fail = |message: String| StoryError { line, column, message };
            let trimmed = content.trim();
            if let Some(effect) = trimmed.strip_prefix("->") {
                if now.is_none() {
                    return Err(fail("nothing has happened yet that this could follow from".into()));
                }
                story.expected.push(Expected {
                    line,
                    at: None,
                    text: effect.trim().to_owned(),
                });
                continue;
            }
            let (first, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
            let (at, act_text) = match (Span::parse(first), now) {
                (Some(at), _) => (at, rest.trim()),
                (None, Some(at)) if content.starts_with(char::is_whitespace) => (at, trimmed),
                (None, None) => {
                    story.header(first, rest.trim()).map_err(fail)?;
                    continue;
                }
                (None, Some(_)) => {
                    return Err(fail(format!(
                        "{first:?} is not a time; write one such as 0, 90s, 5m, 8h, 1d12h"
                    )));
                }
            };
            if now.is_some_and(|earlier| at < earlier) {
                return Err(fail(format!("{at} lies before the line above")));
            }
            now = Some(at);
            let act = act(act_text).map_err(fail)?;
            story.expected.push(Expected {
                line,
                at: Some(at),
                text: act_text.to_owned(),
            });
            story.acts.push(Timed {
                at,
                text: act_text.to_owned(),
                act,
            });
        }
        Ok(story)
    }

    fn header(&mut self, word: &str, rest: &str) -> Result<(), String> {
        match word {
            "start" => self.start = Some(rest.to_owned()),
            "bot" => self.bot = Some(rest.to_owned()),
            "channel" => self.channel = Some(rest.to_owned()),
            "contact" => self.contact.learn(contact(rest)?),
            "agent" => self.agents.push(agent_line(rest)?),
            _ => {
                return Err(format!(
                    "{word:?} is neither a time (0, 90s, 5m) nor one of start, agent, contact, bot, channel"
                ));
            }
        }
        Ok(())
    }
}

/// A comment begins at a `#` at the line's start or after a space.
fn uncomment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return &line[..at];
        }
        before = c;
    }
    line
}

fn agent_line(text: &str) -> Result<AgentLine, String> {
    let (id, rest) = text.split_once(':').unwrap_or((text, ""));
    let mut agent = AgentLine {
        id: AgentId::new(id.trim()).map_err(|e| e.to_string())?,
        roles: Vec::new(),
        skills: Vec::new(),
        languages: Vec::new(),
        rotas: Vec::new(),
        capacity: 5,
        presence: Presence::Online,
    };
    for part in rest.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let (key, values) = part.split_once(' ').unwrap_or((part, ""));
        let words = || values.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match key {
            "role" | "roles" => {
                let roles: Result<Vec<_>, _> = words().iter().map(|r| RoleId::new(r)).collect();
                agent.roles = roles.map_err(|e| e.to_string())?;
            }
            "skill" | "skills" => agent.skills = words(),
            "language" | "languages" => agent.languages = words(),
            "rota" | "rotas" => {
                let rotas: Result<Vec<_>, _> = words().iter().map(|r| RotaId::new(r)).collect();
                agent.rotas = rotas.map_err(|e| e.to_string())?;
            }
            "capacity" => {
                let capacity = values.trim().parse().ok().filter(|n| *n > 0);
                agent.capacity = capacity.ok_or_else(|| format!("{values:?} is not a capacity; write 1 or more"))?;
            }
            _ => {
                let expected =
                    || format!("{key:?} is none of roles, skills, languages, rota, capacity, online, away, offline");
                agent.presence = Presence::parse(key).ok_or_else(expected)?;
            }
        }
    }
    Ok(agent)
}

fn contact(text: &str) -> Result<Contact, String> {
    let mut contact = Contact::default();
    for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = Some(value.trim().to_owned());
        match key.trim() {
            "name" => contact.name = value,
            "phone" => contact.phone = value,
            "email" => contact.email = value,
            "locale" => contact.locale = value,
            "time_zone" => contact.time_zone = value,
            "owner" => contact.owner = Some(AgentId::new(value.as_deref().unwrap_or("")).map_err(|e| e.to_string())?),
            "vip" => contact.vip = true,
            other => {
                return Err(format!(
                    "{other:?} is none of name, phone, email, locale, time_zone, owner, vip"
                ));
            }
        }
    }
    Ok(contact)
}

fn act(text: &str) -> Result<Act, String> {
    let (head, tail) = match text.split_once(':') {
        Some((head, tail)) => (head.trim(), Some(tail.trim().to_owned())),
        None => (text, None),
    };
    let mut words = head.split_whitespace();
    let first = words.next().unwrap_or("");
    let said = |tail: Option<String>| {
        tail.filter(|t| !t.is_empty())
            .ok_or_else(|| format!("{first}: says nothing"))
    };
    match first {
        "wake" if tail.is_none() && words.next().is_none() => Ok(Act::Wake),
        "customer" => Ok(Act::Customer(said(tail)?)),
        "bot" => {
            let (epoch, state) = bot_options(head)?;
            Ok(Act::Bot {
                text: said(tail)?,
                epoch,
                state,
            })
        }
        "agent" => {
            let id = AgentId::new(words.next().unwrap_or("")).map_err(|e| e.to_string())?;
            Ok(Act::Agent(id, said(tail)?))
        }
        "field" => {
            let pair = text.strip_prefix("field").and_then(|rest| rest.split_once('='));
            let (name, value) = pair.ok_or_else(|| "a field is written field NAME=VALUE".to_owned())?;
            Ok(Act::Field(name.trim().to_owned(), value.trim().to_owned()))
        }
        "contact" => Ok(Act::Contact(contact(text.strip_prefix("contact").unwrap_or(""))?)),
        who => does(who, words.collect(), tail),
    }
}

/// `bot (epoch 1, confidence 0.2, answered no, intent x)`
fn bot_options(head: &str) -> Result<(Option<u64>, Option<BotState>), String> {
    let (mut epoch, mut state) = (None, BotState::default());
    let inner = head.strip_prefix("bot").unwrap_or("").trim();
    let inner = inner
        .strip_prefix('(')
        .and_then(|s| s.strip_suffix(')'))
        .unwrap_or(inner);
    for option in inner.split(',').map(str::trim).filter(|o| !o.is_empty()) {
        let (key, value) = option.split_once(' ').unwrap_or((option, ""));
        let number = || format!("{value:?} is not a number");
        match key {
            "epoch" => epoch = Some(value.parse().map_err(|_| number())?),
            "confidence" => state.confidence = Some(value.parse().map_err(|_| number())?),
            "intent" => state.intent = Some(value.to_owned()),
            "answered" => state.answered = Some(value == "yes"),
            _ => {
                return Err(format!("{key:?} is none of epoch, confidence, intent, answered"));
            }
        }
    }
    let state = (state != BotState::default()).then_some(state);
    Ok((epoch, state))
}

fn does(who: &str, words: Vec<&str>, tail: Option<String>) -> Result<Act, String> {
    let mut words = words.into_iter().peekable();
    let verb = words.next().unwrap_or("");
    if let Some(presence) = Presence::parse(verb) {
        return Ok(Act::Presence(AgentId::new(who).map_err(|e| e.to_string())?, presence));
    }
    let task = match words.next_if_eq(&"task") {
        Some(_) => {
            let number = words.next().and_then(|n| n.parse().ok());
            Some(number.ok_or("a task is named by its number: task 2")?)
        }
        None => None,
    };
    let deed = match verb {
        "accepts" => Deed::Accept,
        "declines" => Deed::Decline(tail),
        "leaves" => Deed::Leave,
        "gives" if words.next() == Some("back") => Deed::GiveBack(tail),
        "notes" => Deed::Note(tail.ok_or("notes: says nothing")?),
        "releases" => Deed::Release,
        "closes" => Deed::Close,
        "assigns" => Deed::Assign(assignee(words.next().unwrap_or(""))?, tail),
        "requests" => {
            let reason = Reason::new(words.next().unwrap_or("")).map_err(|e| e.to_string())?;
            Deed::Request(reason, priority(words.next().unwrap_or("medium"))?, tail)
        }
        "completes" => complete(words, tail)?,
        _ => return Err(format!("{who} {verb}: not known; write {ACTS}")),
    };
    Ok(Act::Does {
        who: who.to_owned(),
        task,
        deed,
    })
}

fn complete<'a>(mut words: impl Iterator<Item = &'a str>, note: Option<String>) -> Result<Deed, String> {
    let name = words.next().unwrap_or("");
    let outcome = Outcome::ALL.into_iter().find(|o| o.as_str() == name);
    let all = || Outcome::ALL.map(Outcome::as_str).join(", ");
    let outcome = outcome.ok_or_else(|| format!("{name:?} is none of {}", all()))?;
    let (mut needed, mut due) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "needed" => needed = Some(true),
            "not-needed" => needed = Some(false),
            "due" => {
                due = Some(
                    words
                        .next()
                        .and_then(Span::parse)
                        .ok_or("due needs a span such as 24h")?,
                )
            }
            _ => return Err(format!("{word:?} is none of needed, not-needed, due")),
        }
    }
    Ok(Deed::Complete {
        outcome,
        needed,
        due,
        note,
    })
}

fn assignee(text: &str) -> Result<Assignee, String> {
    match text.split_once(':') {
        None if text == "everyone" => Ok(Assignee::Everyone),
        Some(("role", role)) => RoleId::new(role).map(Assignee::Role).map_err(|e| e.to_string()),
        Some(_) | None => AgentId::new(text).map(Assignee::Agent).map_err(|e| e.to_string()),
    }
}

fn priority(text: &str) -> Result<Priority, String> {
    match text {
        "low" => Ok(Priority::Low),
        "medium" => Ok(Priority::Medium),
        "high" => Ok(Priority::High),
        other => Err(format!("{other:?} is none of low, medium, high")),
    }
}
