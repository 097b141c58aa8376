//! One conversation under other rules: stretch by stretch, each from a fresh start.

use std::collections::BTreeMap;
use std::sync::Arc;

use baton_core::{
    Answer, Candidates, Cause, Contact, Conversation, Draft, Effect, Ending, Event, Handover, Holder, Input, Message,
    Policy, Question, Speaker, Step, Time,
};
use baton_plugin::ConversationView;

use super::Recorded;
use crate::engine::Logged;
use crate::rules::{History, View};
use crate::simulate::Stage;
use crate::stretch::{Passed, Stretch};

/// A conversation under other rules.
#[derive(Debug)]
pub(super) struct Replayed {
    /// Messages that were judged again.
    pub(super) judged: u64,
    /// In the order of the conversation.
    pub(super) stretches: Vec<Stretch>,
}

pub(super) fn replay(stage: &Stage, recorded: &Recorded) -> Result<Replayed, String> {
    let policy = stage
        .policy(&recorded.bot)
        .ok_or_else(|| format!("the business has no bot {}", recorded.bot))?;
    let mut replay = Replay {
        stage,
        policy: &policy,
        recorded,
        log: Arc::new(recorded.messages.iter().map(|logged| logged.message.clone()).collect()),
        found: Replayed {
            judged: 0,
            stretches: Vec::new(),
        },
    };
    replay.run();
    Ok(replay.found)
}

struct Replay<'a> {
    stage: &'a Stage,
    policy: &'a Policy,
    recorded: &'a Recorded,
    log: Arc<Vec<Message>>,
    found: Replayed,
}

impl Replay<'_> {
    /// Who held the conversation at a message is seen from what it led to: control is also given back between messages.
    fn run(&mut self) {
        let mut open: Option<(Conversation, Stretch)> = None;
        let mut last = 0;
        for (index, logged) in self
            .recorded
            .messages
            .iter()
            .enumerate()
            .filter(|(_, logged)| !logged.refused)
        {
            let opened = logged.handover.filter(|number| *number > last);
            last = last.max(opened.unwrap_or(0));
            let handover = opened.and_then(|number| self.recorded.handovers.get(&number));
            let by_message = handover.is_some_and(|handover| {
                let takeover = matches!(handover.cause, Cause::Takeover(_));
                takeover || handover.message.as_ref() == Some(&logged.message.id)
            });
            if by_message || logged.control.holder == Holder::Bot {
                let (chat, stretch) = open.get_or_insert_with(|| (self.fresh(logged.received_at), self.stretch()));
                if stretch.again.is_none() && logged.message.speaker != Speaker::Agent {
                    stretch.again = self.judge(chat, index, logged);
                }
            }
            if let (Some(handover), Some((_, stretch))) = (handover, open.as_mut()) {
                stretch.happened = Some(happened(handover, logged));
            }
            if logged.control.holder != Holder::Bot {
                self.found.stretches.extend(open.take().map(|(_, stretch)| stretch));
            }
        }
        self.found.stretches.extend(open.map(|(_, stretch)| stretch));
    }

    fn stretch(&self) -> Stretch {
        Stretch {
            conversation: self.recorded.id.to_string(),
            happened: None,
            again: None,
        }
    }

    fn fresh(&self, now: Time) -> Conversation {
        let Recorded { id, bot, channel, .. } = self.recorded;
        let mut chat = Conversation::new(id.clone(), bot.clone(), channel.clone(), now);
        chat.contact = self.recorded.contact.clone();
        chat
    }

    /// Gives a message to the rules under test; tells what they would have passed on.
    fn judge(&mut self, chat: &mut Conversation, index: usize, logged: &Logged) -> Option<Passed> {
        self.found.judged += 1;
        let now = logged.received_at;
        chat.length = logged.number.saturating_sub(1);
        let message = Message {
            // It was not stale then; the stretch's own count of epochs is another one.
            epoch: None,
            ..logged.message.clone()
        };
        let signals = self.stage.judged(&self.view(chat, &message, index, now), &message, now);
        let said = Input::Said {
            message,
            signals,
            contact: None,
            fields: BTreeMap::new(),
        };
        let opened = self.step(chat, said, now);
        let handover = chat.handover.take().filter(|_| opened)?;
        Some(Passed {
            position: logged.number,
            at: now,
            message: logged.message.id.to_string(),
            text: logged.message.text.clone(),
            reason: handover.reason,
            evidence: handover.evidence,
            by_people: false,
            needed: None,
            to: None,
            words: None,
        })
    }

    /// Steps with nobody there and no words: only whether it opens is asked.
    fn step(&self, chat: &mut Conversation, input: Input, now: Time) -> bool {
        let mut input = input;
        loop {
            match chat.step(self.policy, input, now) {
                Step::Ask(question) => {
                    input = Input::Answer(match *question {
                        Question::Assign(_) => Answer::Candidates(Candidates::default()),
                        Question::Draft(_) => Answer::Draft(Draft::default()),
                        Question::Returning(_) => Answer::Returning(None),
                    });
                }
                Step::Done(effects) => {
                    let opens = |effect: &Effect| {
                        matches!(effect, Effect::Emit(Event::Opened { .. } | Event::Suggested { .. }))
                    };
                    return effects.iter().any(opens);
                }
                Step::Refused(_) => return false,
            }
        }
    }

    fn view(&self, chat: &Conversation, message: &Message, index: usize, now: Time) -> Arc<dyn ConversationView> {
        let log = Arc::clone(&self.log);
        let read = move |_: u64, n: usize| log[index.saturating_sub(n)..index].to_vec();
        let Contact { locale, .. } = &chat.contact;
        Arc::new(View {
            locale: locale.clone().unwrap_or_else(|| self.stage.locale().to_owned()),
            conversation: Arc::new(chat.clone()),
            bot_state: message.bot_state.clone(),
            length: index as u64 + 1,
            now,
            history: History::new(read),
        })
    }
}

/// A handover at the message that led to it, or that was the first after people had asked for it.
fn happened(handover: &Handover, logged: &Logged) -> Passed {
    let needed = match &handover.ending {
        Some(Ending::Completed { needed, .. }) => *needed,
        Some(Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_)) | None => None,
    };
    Passed {
        position: logged.number,
        at: handover.opened_at,
        message: logged.message.id.to_string(),
        text: logged.message.text.clone(),
        reason: handover.reason.clone(),
        evidence: handover.evidence.clone(),
        by_people: matches!(handover.cause, Cause::Request(_) | Cause::Takeover(_)),
        needed,
        to: None,
        words: None,
    }
}
