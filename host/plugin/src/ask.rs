//! From the host's words to the interface's records: what a plugin is told.
//!
//! Everything is taken apart by full destructuring, so a new field does not compile until somebody has decided whether
//! plugins may see it. What is left out here, such as a contact's owner, no plugin ever sees.

use baton_core::{BotState, Contact, Handover, Message, Priority, Promise, Speaker};

use crate::wit::{assignment, composition, types};
use crate::{Candidate, Circumstances, Promised};

/// What a detector is told of the message that it judges, and of those before it.
pub(crate) fn message(message: &Message) -> types::Message {
    let Message {
        id,
        speaker,
        text,
        at,
        agent: _,
        epoch: _,
        bot_state: _,
    } = message;
    types::Message {
        id: id.as_str().to_owned(),
        speaker: match speaker {
            Speaker::Customer => types::Speaker::Customer,
            Speaker::Bot => types::Speaker::Bot,
            Speaker::Agent => types::Speaker::Agent,
        },
        text: text.clone(),
        at: at.0,
    }
}

pub(crate) fn bot_state(state: BotState) -> types::BotState {
    let BotState {
        confidence,
        intent,
        answered,
    } = state;
    types::BotState {
        confidence,
        intent,
        answered,
    }
}

pub(crate) fn contact(contact: Contact) -> types::Contact {
    let Contact {
        name,
        phone,
        email,
        locale,
        time_zone,
        owner: _,
        vip,
        status: _,
    } = contact;
    types::Contact {
        name,
        phone,
        email,
        locale,
        time_zone,
        vip,
    }
}

fn from_priority(priority: Priority) -> types::Priority {
    match priority {
        Priority::Low => types::Priority::Low,
        Priority::Medium => types::Priority::Medium,
        Priority::High => types::Priority::High,
    }
}

/// What a strategy or a template is told: what the handover is about, not where it stands.
pub(crate) fn handover(handover: &Handover) -> types::Handover {
    let Handover {
        id,
        rules: _,
        reason,
        cause: _,
        priority,
        tags,
        topic,
        request,
        evidence,
        message: _,
        note,
        role,
        skills,
        previous: _,
        opened_at,
        stage: _,
        rung: _,
        tries: _,
        climbs: _,
        missed: _,
        ranked: _,
        passed_over: _,
        promise: _,
        final_message: _,
        task: _,
        first_act_at: _,
        last_act_at: _,
        resolution_due: _,
        pause: _,
        reactivated_at: _,
        ending: _,
        ended_at: _,
        timeline: _,
    } = handover;
    types::Handover {
        id: id.to_string(),
        reason: reason.as_str().to_owned(),
        priority: from_priority(*priority),
        tags: tags.iter().cloned().collect(),
        topic: topic.clone(),
        request: request.clone(),
        evidence: evidence.iter().map(|passage| passage.quote.clone()).collect(),
        note: note.clone(),
        opened_at: opened_at.0,
        role: role.as_ref().map(|role| role.as_str().to_owned()),
        skills: skills.clone(),
    }
}

pub(crate) fn candidate(candidate: &Candidate) -> assignment::Candidate {
    let Candidate {
        agent,
        roles,
        skills,
        languages,
        open,
        capacity,
        last_offered_at,
        missed,
        owner,
    } = candidate;
    assignment::Candidate {
        id: agent.as_str().to_owned(),
        roles: roles.iter().map(|role| role.as_str().to_owned()).collect(),
        skills: skills.clone(),
        languages: languages.clone(),
        open: *open,
        capacity: *capacity,
        last_offered_at: last_offered_at.map(|time| time.0),
        missed: *missed,
        owner: *owner,
    }
}

pub(crate) fn circumstances(circumstances: &Circumstances) -> composition::Circumstances {
    let Circumstances {
        business,
        promise,
        open,
        opens_local,
        alternate_contact,
        emergency_line,
        assignee,
    } = circumstances;
    composition::Circumstances {
        business: business.clone(),
        promise: promise.as_ref().map(promised),
        open: *open,
        opens_local: opens_local.clone(),
        alternate_contact: alternate_contact.clone(),
        emergency_line: emergency_line.clone(),
        assignee: assignee.clone(),
    }
}

/// Minutes are rounded up: a promise of 90 seconds is not one of 1 minute.
fn promised(promised: &Promised) -> composition::Promise {
    let Promised {
        promise: Promise {
            within,
            business_time,
            due_at,
        },
        due_local,
    } = promised;
    let minutes = within.0.max(0).unsigned_abs().div_ceil(60_000);
    composition::Promise {
        within_minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        business_time: *business_time,
        due_at: due_at.0,
        due_local: due_local.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_never_rounded_down() {
        use baton_core::{Span, Time};
        let promise = Promise {
            within: Span(90_000),
            business_time: false,
            due_at: Time(0),
        };
        assert_eq!(
            promised(&Promised {
                promise,
                due_local: String::new()
            })
            .within_minutes,
            2
        );
    }
}
