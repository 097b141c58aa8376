//! A message: may it be said, what does it tell, does it need a human?

use std::collections::{BTreeMap, BTreeSet};

use super::open::Why;
use super::request::{main_request, one_line};
use super::{Flow, Taken, Turn};
use crate::{Cause, Contact, Conversation, Event, Holder, Message, Mode, Priority, Reason, Signal, Speaker};

/// Fields a conversation keeps; from the largest intake form that fits on one screen. Further ones are dropped.
const MOST_FIELDS: usize = 64;
/// Tags a conversation keeps. Further ones are dropped.
const MOST_TAGS: usize = 32;

impl Conversation {
    /// Whether a bot's message comes too late: control has moved since it was written.
    ///
    /// Such a message is not judged; the step keeps it as refused.
    pub fn is_stale(&self, message: &Message) -> bool {
        let moved = self.control.holder != Holder::Bot || message.epoch.is_some_and(|saw| saw != self.control.epoch);
        message.speaker == Speaker::Bot && moved
    }
}

impl Turn<'_> {
    pub(super) fn said(
        &mut self,
        message: Message,
        signals: Vec<Signal>,
        contact: Option<Contact>,
        fields: BTreeMap<String, String>,
    ) -> Taken {
        self.c.length += 1;
        if self.c.is_stale(&message) {
            self.c.refused += 1;
            self.emit(Event::BotRefused {
                message: message.id,
                saw: message.epoch,
            });
            return Ok(Flow::Done);
        }
        if let Some(contact) = contact {
            self.c.contact.learn(contact);
        }
        self.learn(fields, &signals);
        match message.speaker {
            Speaker::Agent => return self.agent_spoke(message),
            Speaker::Customer => {
                self.start_clock();
                self.customer_spoke(&message, &signals);
            }
            Speaker::Bot => self.c.bot_turns += 1,
        }
        let failed = self.count_failure(&message, &signals);
        match self.decide(&message, signals, failed) {
            Some(why) if self.policy.mode == Mode::Auto => self.hand_over(why),
            Some(Why { reason, priority, .. }) if self.policy.mode == Mode::Suggest => {
                self.emit(Event::Suggested { reason, priority });
                Ok(Flow::Done)
            }
            Some(_) | None => Ok(Flow::Done),
        }
    }

    fn learn(&mut self, fields: BTreeMap<String, String>, signals: &[Signal]) {
        let firing = || signals.iter().filter(|s| s.fires());
        let found = firing().flat_map(|s| s.fields.iter().cloned());
        for (name, value) in fields.into_iter().chain(found) {
            if self.c.fields.len() < MOST_FIELDS || self.c.fields.contains_key(&name) {
                self.c.fields.insert(name, value);
            }
        }
        for tag in firing().flat_map(|s| &s.tags) {
            if self.c.tags.len() < MOST_TAGS {
                self.c.tags.insert(tag.clone());
            }
        }
        if let Some(topic) = firing().find_map(|s| s.topic.as_ref()) {
            self.c.topic = Some(topic.clone());
        }
    }

    /// The customer's need is what they said before they asked for a human, if they said anything.
    fn customer_spoke(&mut self, message: &Message, signals: &[Signal]) {
        if self.c.control.holder == Holder::Closed {
            self.set_control(Holder::Bot);
            self.c.request = None;
        }
        let carries_need = |s: &Signal| {
            s.fires()
                && (s.topic.is_some() || [Reason::HIGH_VALUE, Reason::COMPLEX_REQUEST].contains(&s.reason.as_str()))
        };
        let only_asks = signals
            .iter()
            .any(|s| s.fires() && s.reason.as_str() == Reason::EXPLICIT_REQUEST);
        if let Some(strong) = signals.iter().find(|s| carries_need(s)) {
            let passage = strong
                .evidence
                .first()
                .and_then(|e| sentence_around(&message.text, e.start));
            self.c.request = passage
                .or_else(|| main_request(&message.text))
                .or(self.c.request.take());
        } else if !only_asks && self.c.request.is_none() && self.c.control.holder == Holder::Bot {
            self.c.request = main_request(&message.text);
        }
    }

    /// Counts an answer of the bot that failed: by its own word, by a detector's, or by the customer's.
    ///
    /// Each answer counts once, whoever says that it failed. Tells whether the count has just grown.
    fn count_failure(&mut self, message: &Message, signals: &[Signal]) -> bool {
        let gap = signals
            .iter()
            .any(|s| s.reason.as_str() == Reason::INFORMATION_GAP && s.confidence >= self.policy.failed_confidence);
        let gave_up = message
            .bot_state
            .as_ref()
            .is_some_and(|state| state.answered == Some(false));
        let failed = gap || (message.speaker == Speaker::Bot && gave_up);
        let counted = message.speaker == Speaker::Customer && (self.c.last_answer_failed || self.c.bot_turns == 0);
        if message.speaker == Speaker::Bot {
            self.c.last_answer_failed = failed;
        }
        if !failed || counted || self.c.control.holder != Holder::Bot {
            return false;
        }
        self.c.last_answer_failed = true;
        self.c.failed_answers += 1;
        true
    }

    /// Whether a human is needed. The first rule of the pack that fires gives the reason; every one that fires adds to it.
    fn decide(&self, message: &Message, signals: Vec<Signal>, failed: bool) -> Option<Why> {
        let mut firing: Vec<Signal> = signals.iter().filter(|s| s.fires() && s.hands_over).cloned().collect();
        let worn_out = failed && self.c.failed_answers >= self.policy.failed_answers;
        let spent = message.speaker == Speaker::Bot
            && self.c.control.holder == Holder::Bot
            && self.policy.turn_budget.is_some_and(|most| self.c.bot_turns >= most);
        let (reason, cause) = match firing.first() {
            Some(first) => (first.reason.clone(), Cause::Signal),
            None if worn_out => {
                let gap = |s: &Signal| s.reason.as_str() == Reason::INFORMATION_GAP;
                firing = signals.into_iter().filter(gap).collect();
                (
                    Reason::known(Reason::INFORMATION_GAP),
                    Cause::FailedAnswers(self.c.failed_answers),
                )
            }
            None if spent => (Reason::known(Reason::TURN_BUDGET), Cause::TurnBudget),
            None => return None,
        };
        let own_words = (message.speaker == Speaker::Customer).then(|| one_line(&message.text));
        Some(Why {
            reason,
            cause,
            priority: firing.iter().map(|s| s.priority).max().unwrap_or(Priority::Medium),
            tags: firing
                .iter()
                .flat_map(|s| s.tags.iter().cloned())
                .collect::<BTreeSet<_>>(),
            role: firing.iter().find_map(|s| s.role.clone()),
            skills: firing
                .iter()
                .flat_map(|s| s.skills.iter().cloned())
                .collect::<BTreeSet<_>>(),
            evidence: firing.into_iter().flat_map(|s| s.evidence).collect(),
            message: Some(message.id.clone()),
            own_words,
            note: None,
        })
    }
}

/// The sentence that begins at or before a byte of the text, if it says something.
fn sentence_around(text: &str, byte: u32) -> Option<String> {
    let at = text.floor_char_boundary(usize::try_from(byte).ok()?.min(text.len()));
    let from = text[..at].rfind(['.', '!', '?', '\n']).map_or(0, |mark| mark + 1);
    main_request(&text[from..])
}
