//! Checks of what a bot's platform sends: messages and outright requests.

use std::collections::BTreeMap;

use baton_core::{AgentId, BotState, Contact, Priority, Reason, Speaker, Time};

use super::Faults;
use super::faults::member;
use crate::api::{limits, wire};
use crate::engine::{Act, Said};

/// A message that may be judged. `own` is the agent of the token, for a message that names none.
pub(crate) fn said(message: wire::NewMessage, own: Option<&AgentId>, now: Time, faults: &mut Faults) -> Option<Said> {
    let wire::NewMessage {
        id,
        speaker,
        text,
        at,
        channel,
        bot,
        agent,
        contact,
        fields,
        bot_state,
        epoch,
    } = message;
    let id = faults.required("/id", id);
    let id = faults.id("/id", id);
    let speaker: Option<Speaker> = faults.required("/speaker", speaker).map(Into::into);
    let text = faults.required("/text", text);
    let text = faults.text("/text", text, &limits::TEXT_BYTES);
    let at = faults.past("/at", at, now);
    let channel = faults.required("/channel", channel);
    let channel = label("/channel", channel, faults);
    let bot = faults.required("/bot", bot);
    let bot = faults.id("/bot", bot);
    let agent_named = agent.is_some();
    let mut agent = faults.id("/agent", agent);
    match speaker {
        Some(Speaker::Agent) if !agent_named => {
            agent = faults.required("/agent", own.cloned());
        }
        Some(Speaker::Customer | Speaker::Bot) if agent_named => {
            faults.at("/agent", "is only for a message whose speaker is agent")
        }
        Some(Speaker::Agent | Speaker::Customer | Speaker::Bot) | None => {}
    }
    if matches!(speaker, Some(Speaker::Customer | Speaker::Agent)) {
        if epoch.is_some() {
            faults.at("/epoch", "is only for a message whose speaker is bot");
        }
        if bot_state.is_some() {
            faults.at("/bot_state", "is only for a message whose speaker is bot");
        }
    }
    let contact = contact.map(|contact| checked_contact(contact, faults));
    let fields = checked_fields(fields.unwrap_or_default(), faults);
    let bot_state = bot_state.map(|state| checked_state(state, faults));
    Some(Said {
        id: id?,
        speaker: speaker?,
        text: text?,
        at,
        channel: channel?,
        bot: bot?,
        agent,
        contact,
        fields,
        bot_state,
        epoch,
    })
}

/// An outright request for a handover.
pub(crate) fn request(request: wire::NewHandover, faults: &mut Faults) -> Option<Act> {
    let wire::NewHandover { reason, note, priority } = request;
    let reason = faults.id(
        "/reason",
        Some(reason.unwrap_or_else(|| Reason::EXPLICIT_REQUEST.to_owned())),
    );
    let note = faults.text("/note", note, &limits::NOTE_BYTES);
    let priority = priority.map(Into::into).unwrap_or(Priority::Medium);
    Some(Act::Request {
        reason: reason?,
        note,
        priority,
    })
}

/// A short name with the characters of an id, as channels have them.
fn label(pointer: &str, text: Option<String>, faults: &mut Faults) -> Option<String> {
    let text = faults.text(pointer, text, &limits::LABEL_BYTES)?;
    match text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !"-_.:@+=".contains(*c))
    {
        None => Some(text),
        Some(c) => {
            faults.at(
                pointer,
                format!("{c:?} is not allowed; use letters, digits and - _ . : @ + ="),
            );
            None
        }
    }
}

fn checked_contact(contact: wire::Contact, faults: &mut Faults) -> Contact {
    let wire::Contact {
        name,
        phone,
        email,
        locale,
        time_zone,
        owner,
        vip,
        status,
    } = contact;
    Contact {
        name: faults.line("/contact/name", name, &limits::NAME_BYTES),
        phone: faults.line("/contact/phone", phone, &limits::PHONE_BYTES),
        email: email_address("/contact/email", email, faults),
        locale: language("/contact/locale", locale, faults),
        time_zone: time_zone_name("/contact/time_zone", time_zone, faults),
        owner: faults.id("/contact/owner", owner),
        vip: vip.unwrap_or(false),
        status: faults.line("/contact/status", status, &limits::LABEL_BYTES),
    }
}

/// Only that it could be one: a customer's typing error must not cost the message.
pub(super) fn email_address(pointer: &str, text: Option<String>, faults: &mut Faults) -> Option<String> {
    let text = faults.line(pointer, text, &limits::EMAIL_BYTES)?;
    let sound = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !sound {
        faults.at(pointer, "is not an email address: NAME@HOST");
    }
    sound.then_some(text)
}

/// The shape of a BCP 47 tag; whether the language exists is not asked.
pub(super) fn language(pointer: &str, text: Option<String>, faults: &mut Faults) -> Option<String> {
    let text = faults.text(pointer, text, &limits::LABEL_BYTES)?;
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let sound = text.split('-').all(is_subtag) && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if !sound {
        faults.at(pointer, "is not a BCP 47 tag, such as en-US");
    }
    sound.then_some(text)
}

fn time_zone_name(pointer: &str, text: Option<String>, faults: &mut Faults) -> Option<String> {
    let text = faults.text(pointer, text, &limits::LABEL_BYTES)?;
    let known = jiff::tz::TimeZone::get(&text).is_ok();
    if !known {
        faults.at(pointer, "is not an IANA time zone, such as America/New_York");
    }
    known.then_some(text)
}

fn checked_fields(fields: BTreeMap<String, String>, faults: &mut Faults) -> BTreeMap<String, String> {
    if fields.len() > limits::FIELDS {
        faults.at(
            "/fields",
            format!("has {} fields, at most {} are allowed", fields.len(), limits::FIELDS),
        );
        return BTreeMap::new();
    }
    let mut checked = BTreeMap::new();
    for (name, value) in fields {
        let pointer = member("/fields", &name);
        let value = faults.text(&pointer, Some(value), &limits::FIELD_VALUE_BYTES);
        let bytes = limits::FIELD_NAME_BYTES;
        if !bytes.contains(&name.len()) || name.contains(char::is_control) {
            faults.at(
                &pointer,
                format!(
                    "a field's name has {} to {} bytes and no control characters",
                    bytes.start(),
                    bytes.end()
                ),
            );
        } else if let Some(value) = value {
            checked.insert(name, value);
        }
    }
    checked
}

fn checked_state(state: wire::BotState, faults: &mut Faults) -> BotState {
    let wire::BotState {
        confidence,
        intent,
        answered,
    } = state;
    if confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        faults.at("/bot_state/confidence", "is not between 0 and 1");
    }
    BotState {
        confidence,
        intent: faults.line("/bot_state/intent", intent, &limits::INTENT_BYTES),
        answered,
    }
}
