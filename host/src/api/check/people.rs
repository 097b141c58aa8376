//! Checks of what people send: acts on tasks, agents, presence, tokens.

use std::str::FromStr;

use baton_core::{AgentId, Assignee, Completion, FollowUp, IdError, Outcome, Presence, Time};

use super::Faults;
use super::said::{email_address, language};
use crate::api::{limits, wire};
use crate::auth::{Realm, Scope, TokenRequest};
use crate::config::{DAYS, WorkingHours};
use crate::directory::{Absence, Profile};
use crate::engine::Act;

/// Open handovers of an agent of whom nobody says how many they may hold.
const CAPACITY_DEFAULT: u32 = 5;

/// Accepting task `task`.
pub(crate) fn accept(accept: wire::Accept, task: u32, own: Option<&AgentId>, faults: &mut Faults) -> Option<Act> {
    let wire::Accept { agent } = accept;
    Some(Act::Accept {
        task,
        agent: acting(agent, own, faults)?,
    })
}

/// Declining task `task`.
pub(crate) fn decline(decline: wire::Decline, task: u32, own: Option<&AgentId>, faults: &mut Faults) -> Option<Act> {
    let wire::Decline { agent, reason } = decline;
    let agent = acting(agent, own, faults);
    let reason = faults.text("/reason", reason, &limits::NOTE_BYTES);
    Some(Act::Decline {
        task,
        agent: agent?,
        reason,
    })
}

/// Giving task `task` back to the queue.
pub(crate) fn give_back(back: wire::GiveBack, task: u32, own: Option<&AgentId>, faults: &mut Faults) -> Option<Act> {
    let wire::GiveBack { agent, reason } = back;
    let agent = acting(agent, own, faults);
    let reason = faults.text("/reason", reason, &limits::NOTE_BYTES);
    Some(Act::GiveBack {
        task,
        agent: agent?,
        reason,
    })
}

/// Completing task `task`.
pub(crate) fn complete(
    complete: wire::Complete,
    task: u32,
    own: Option<&AgentId>,
    now: Time,
    faults: &mut Faults,
) -> Option<Act> {
    let wire::Complete {
        outcome,
        agent,
        needed,
        note,
        status,
        follow_up,
    } = complete;
    let outcome: Option<Outcome> = faults.required("/outcome", outcome).map(Into::into);
    let by = faults.id("/agent", agent).or_else(|| own.cloned());
    let note = faults.text("/note", note, &limits::NOTE_BYTES);
    let status = faults.line("/status", status, &limits::LABEL_BYTES);
    if follow_up.is_some() && outcome.is_some_and(|outcome| outcome != Outcome::Scheduled) {
        faults.at("/follow_up", "is only for the outcome scheduled");
    }
    let follow_up = follow_up.map(|wire::FollowUp { title, due_at }| FollowUp {
        title: faults.line("/follow_up/title", title, &limits::TITLE_BYTES),
        due_at: faults.future("/follow_up/due_at", due_at, now),
    });
    Some(Act::Complete(Completion {
        task,
        by,
        outcome: outcome?,
        needed,
        note,
        status,
        follow_up,
    }))
}

/// Giving task `task` to somebody.
pub(crate) fn assign(assign: wire::Assign, task: u32, faults: &mut Faults) -> Option<Act> {
    let wire::Assign { to, note } = assign;
    let to = faults.required("/to", to).and_then(|to| match to {
        wire::Assignee::Agent(agent) => faults.id("/to/id", Some(agent)).map(Assignee::Agent),
        wire::Assignee::Role(role) => faults.id("/to/id", Some(role)).map(Assignee::Role),
        wire::Assignee::Everyone => Some(Assignee::Everyone),
    });
    let note = faults.text("/note", note, &limits::NOTE_BYTES);
    Some(Act::Assign { task, to: to?, note })
}

/// Writing something down about task `task`.
pub(crate) fn note(note: wire::NewNote, task: u32, faults: &mut Faults) -> Option<Act> {
    let wire::NewNote { text } = note;
    let text = faults.required("/text", text);
    Some(Act::Note {
        task,
        text: faults.text("/text", text, &limits::NOTE_BYTES)?,
    })
}

/// What a business says of agent `id`.
pub(crate) fn profile(put: wire::PutAgent, id: AgentId, faults: &mut Faults) -> Option<Profile> {
    let wire::PutAgent {
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        hours,
        time_zone,
        holidays,
        absences,
    } = put;
    let name = faults.required("/name", name);
    let name = faults.line("/name", name, &limits::NAME_BYTES);
    let email = email_address("/email", email, faults);
    let roles = list("/roles", roles, faults, |pointer, role, faults| {
        faults.id(pointer, Some(role))
    });
    let skills = list("/skills", skills, faults, |pointer, skill, faults| {
        faults.line(pointer, Some(skill), &limits::LABEL_BYTES)
    });
    let languages = list("/languages", languages, faults, |pointer, tag, faults| {
        language(pointer, Some(tag), faults)
    });
    let absences = list("/absences", absences, faults, |pointer, absence, faults| {
        absent(pointer, absence, &id, faults)
    });
    let hours = working_hours(hours, time_zone, holidays, faults);
    let capacity = capacity.unwrap_or(CAPACITY_DEFAULT);
    if !limits::CAPACITY.contains(&capacity) {
        faults.at(
            "/capacity",
            format!(
                "is {capacity}, {} to {} are allowed",
                limits::CAPACITY.start(),
                limits::CAPACITY.end()
            ),
        );
    }
    Some(Profile {
        id,
        name: name?,
        email,
        roles: roles.into_iter().collect(),
        skills: skills.into_iter().collect(),
        languages: languages.into_iter().collect(),
        capacity,
        hours,
        absences,
    })
}

/// Hours of somebody's own; `None` where nothing is said of them. Whether they fit the business's is the engine's to say.
fn working_hours(
    week: Option<wire::Week>,
    time_zone: Option<String>,
    holidays: Option<Vec<String>>,
    faults: &mut Faults,
) -> Option<WorkingHours> {
    if week.is_none() && time_zone.is_none() && holidays.is_none() {
        return None;
    }
    let (week, holidays): (Option<[Vec<String>; 7]>, _) = (week.map(Into::into), holidays.unwrap_or_default());
    let days = DAYS.iter().zip(week.iter().flatten());
    let days = days.map(|(day, intervals)| (format!("/hours/{day}"), intervals, limits::INTERVALS));
    let mut sizes = days.chain([("/holidays".to_owned(), &holidays, limits::HOLIDAYS)]);
    if let Some((pointer, items, most)) = sizes.find(|(_, items, most)| items.len() > *most) {
        faults.at(
            &pointer,
            format!("has {} items, at most {most} are allowed", items.len()),
        );
        return None;
    }
    drop(sizes);
    match WorkingHours::read(week.as_ref(), time_zone, holidays) {
        Ok(hours) => Some(hours),
        Err(wrong) => {
            wrong
                .into_iter()
                .for_each(|fault| faults.at(&fault.pointer, fault.message));
            None
        }
    }
}

/// A time at which agent `who` is out of office.
fn absent(pointer: &str, new: wire::NewAbsence, who: &AgentId, faults: &mut Faults) -> Option<Absence> {
    let wire::NewAbsence { from, back, stand_in } = new;
    let from = faults.required(&format!("{pointer}/from"), from);
    let from = faults.time(&format!("{pointer}/from"), from);
    let back = faults.required(&format!("{pointer}/back"), back);
    let back = faults.time(&format!("{pointer}/back"), back);
    let stand_in: Option<AgentId> = faults.id(&format!("{pointer}/stand_in"), stand_in);
    if stand_in.as_ref() == Some(who) {
        faults.at(&format!("{pointer}/stand_in"), "nobody stands in for themselves");
    }
    let (from, back) = (from?, back?);
    if back <= from {
        faults.at(&format!("{pointer}/back"), "is not after `from`");
        return None;
    }
    Some(Absence { from, back, stand_in })
}

/// Whether an agent is at work, and until when that holds.
pub(crate) fn presence(new: wire::NewPresence, now: Time, faults: &mut Faults) -> Option<(Presence, Option<Time>)> {
    let wire::NewPresence { presence, until } = new;
    let presence = faults.required("/presence", presence).map(Into::into);
    let until = faults.future("/until", until, now);
    Some((presence?, until))
}

/// A token of `realm`.
pub(crate) fn new_token(new: wire::NewToken, realm: Realm, now: Time, faults: &mut Faults) -> Option<TokenRequest> {
    let wire::NewToken {
        name,
        scope,
        agent,
        expires_at,
    } = new;
    let name = faults.required("/name", name);
    let name = faults.line("/name", name, &limits::LABEL_BYTES);
    let scope: Option<Scope> = faults.required("/scope", scope).map(Into::into);
    let expires_at = faults.future("/expires_at", expires_at, now);
    match scope {
        Some(Scope::Agent) if agent.is_none() => faults.at("/agent", "is required for the scope agent"),
        Some(Scope::Bot | Scope::Operator | Scope::Admin) if agent.is_some() => {
            faults.at("/agent", "is only for the scope agent")
        }
        Some(Scope::Bot | Scope::Agent | Scope::Operator | Scope::Admin) | None => {}
    }
    let agent = faults.id("/agent", agent);
    Some(TokenRequest {
        realm,
        scope: scope?,
        agent,
        name: name?,
        expires_at,
    })
}

/// Who acts: the one that is named, else the token's own agent.
fn acting<T: FromStr<Err = IdError> + Clone>(agent: Option<String>, own: Option<&T>, faults: &mut Faults) -> Option<T> {
    match agent {
        Some(agent) => faults.id("/agent", Some(agent)),
        None => faults.required("/agent", own.cloned()),
    }
}

fn list<I, T: PartialEq>(
    pointer: &str,
    items: Option<Vec<I>>,
    faults: &mut Faults,
    check: impl Fn(&str, I, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let items = items.unwrap_or_default();
    if items.len() > limits::LABELS {
        faults.at(
            pointer,
            format!("has {} items, at most {} are allowed", items.len(), limits::LABELS),
        );
        return vec![];
    }
    let mut checked = vec![];
    for (index, item) in items.into_iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        match check(&pointer, item, faults) {
            Some(item) if checked.contains(&item) => faults.at(&pointer, "is there twice"),
            Some(item) => checked.push(item),
            None => {}
        }
    }
    checked
}
