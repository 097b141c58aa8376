//! A handover explained: every decision about it, executed again from its record.
//!
//! The core is given the state that was stored before the step, the recorded input and the recorded answers; the rows and
//! events that come of it must be the recorded ones, byte for byte. Detectors and templates are asked again as well, since
//! all that they may read is in the log; who was available is not, so a ranking is shown as it was recorded.

use std::sync::Arc;

use baton_core::{
    Answer, BusinessId, Conversation, Effect, Handover, HandoverId, Input, Message, Question, Speaker, Step,
};
use baton_plugin::ConversationView;
use baton_store::ConversationKey;

use super::drive::Drive;
use super::rows::{self, Loaded};
use super::{Engine, EngineError, Tenant};
use crate::record::Decision;
use crate::rules::Generation;

/// A handover, and every decision about it, oldest first.
#[derive(Debug)]
pub struct Explanation {
    /// As it is now.
    pub handover: Handover,
    /// What was decided.
    pub decisions: Vec<Explained>,
}

/// A decision, as it was recorded and as it is when it is executed again.
#[derive(Debug)]
pub struct Explained {
    /// The record.
    pub decision: Decision,
    /// What came of it.
    pub effects: Vec<Effect>,
    /// What is not the same this time; empty when everything is, byte for byte.
    pub differs: Vec<String>,
}

impl Engine {
    pub(super) fn explain_handover(&self, business: &BusinessId, id: &HandoverId) -> Result<Explanation, EngineError> {
        let tenant = self.tenant(business)?;
        let handover = self.one_handover(business, id)?;
        let key = Self::key(business, &id.conversation);
        let records = rows::decisions(&*self.world.store, &key)?;
        let mut decisions = Vec::new();
        for (before, decision) in records {
            let again = Again {
                engine: self,
                tenant,
                key: &key,
                before: before.as_ref(),
                decision: &decision,
            };
            let (about, effects, differs) = again.execute(id);
            if about {
                decisions.push(Explained {
                    decision,
                    effects,
                    differs,
                });
            }
        }
        Ok(Explanation { handover, decisions })
    }
}

/// A decision that is executed again.
struct Again<'a> {
    engine: &'a Engine,
    tenant: &'a Tenant,
    key: &'a ConversationKey,
    before: Option<&'a Loaded>,
    decision: &'a Decision,
}

impl Again<'_> {
    /// Whether it is about a handover, what came of it, and what is not as recorded.
    fn execute(&self, about: &HandoverId) -> (bool, Vec<Effect>, Vec<String>) {
        let decision = self.decision;
        let held = |conversation: &Conversation| conversation.handover.as_ref().is_some_and(|h| h.id == *about);
        let before = self.before.is_some_and(|loaded| held(&loaded.conversation));
        let Some(generation) = self.tenant.generation_named(&decision.rules) else {
            let gone = format!(
                "the rules {} are not loaded any more, so it cannot be executed again",
                decision.rules
            );
            return (before, Vec::new(), vec![gone]);
        };
        let Some(policy) = generation.policy(&decision.bot) else {
            let gone = format!("the business has no bot {} any more", decision.bot);
            return (before, Vec::new(), vec![gone]);
        };
        let mut differs = Vec::new();
        if generation.policy_digest(&decision.bot).as_deref() != Some(decision.policy.as_str()) {
            differs.push(format!(
                "what {} says of handovers is not what it was: the pack or the configuration has changed since",
                decision.rules
            ));
        }
        let mut drive = Drive {
            world: &self.engine.world,
            tenant: self.tenant,
            key: self.key,
            generation: &generation,
            policy: &policy,
            now: decision.now,
            troubles: Vec::new(),
            watched: None,
        };
        let start = self.start();
        differs.extend(self.judge(&start, &generation, &mut drive));
        let (after, effects) = match self.step(start, &mut drive, &mut differs) {
            Ok(done) => done,
            Err(why) => {
                differs.push(why);
                return (before, Vec::new(), differs);
            }
        };
        let step = baton_store::Step {
            conversation: Some(rows::change(self.key, self.before, &after, &effects, None)),
            events: rows::events(self.tenant, self.before, &after, &effects, decision.now),
            ..Default::default()
        };
        if rows::result(&step) != decision.result {
            differs.push("other rows or events come of it".to_owned());
        }
        let ended = effects
            .iter()
            .any(|effect| matches!(effect, Effect::HandoverEnded(handover) if handover.id == *about));
        (before || held(&after) || ended, effects, differs)
    }

    /// The conversation as the step was given it.
    fn start(&self) -> Conversation {
        let Decision { bot, channel, now, .. } = self.decision;
        let mut start = match self.before {
            Some(loaded) => loaded.conversation.clone(),
            None => {
                let id = baton_core::ConversationId::new(self.key.conversation()).expect("it is a conversation's key");
                Conversation::new(id, bot.clone(), channel.clone(), *now)
            }
        };
        start.bot.clone_from(bot);
        start.channel.clone_from(channel);
        start
    }

    fn said(&self) -> Option<&Message> {
        match &self.decision.input {
            Input::Said { message, .. } => Some(message),
            Input::Requested { .. }
            | Input::Accepted { .. }
            | Input::Declined { .. }
            | Input::Completed(_)
            | Input::Assigned { .. }
            | Input::GivenBack { .. }
            | Input::Left { .. }
            | Input::Noted { .. }
            | Input::Released { .. }
            | Input::Closed { .. }
            | Input::Available
            | Input::Woke
            | Input::Answer(_) => None,
        }
    }

    /// What the detectors find this time, where it is something else.
    fn judge(&self, start: &Conversation, generation: &Generation, drive: &mut Drive<'_>) -> Option<String> {
        let Input::Said {
            message,
            signals,
            contact,
            fields,
        } = &self.decision.input
        else {
            return None;
        };
        let unheard = message.speaker == Speaker::Agent || start.is_stale(message);
        if unheard || drive.policy.mode == baton_core::Mode::Off {
            return None;
        }
        let mut seen = start.clone();
        seen.contact.learn(contact.clone().unwrap_or_default());
        seen.fields.extend(fields.clone());
        let view = drive.view(&seen, Some(message), false);
        let metrics = &self.engine.world.metrics;
        let found = generation.judge(&view, message, drive.now, metrics, &mut drive.troubles);
        (found != *signals).then(|| {
            let told = |signals: &[baton_core::Signal]| match signals {
                [] => "nothing".to_owned(),
                _ => {
                    let each = signals
                        .iter()
                        .map(|s| format!("{} {:.2} by {}", s.reason, s.confidence, s.detector));
                    each.collect::<Vec<_>>().join(", ")
                }
            };
            format!("the detectors find {}, and found {}", told(&found), told(signals))
        })
    }

    /// The step itself, with the answers it was given; templates are asked again.
    fn step(
        &self,
        start: Conversation,
        drive: &mut Drive<'_>,
        differs: &mut Vec<String>,
    ) -> Result<(Conversation, Vec<Effect>), String> {
        let (mut after, mut input) = (start, self.decision.input.clone());
        let mut answers = self.decision.answers.iter();
        let mut view: Option<Arc<dyn ConversationView>> = None;
        loop {
            match after.step(drive.policy, input, drive.now) {
                Step::Done(effects) if answers.next().is_none() => return Ok((after, effects)),
                Step::Done(_) => return Err("it asks fewer questions".to_owned()),
                Step::Refused(refusal) => return Err(format!("it is refused: {refusal}")),
                Step::Ask(question) => {
                    let Some(recorded) = answers.next() else {
                        return Err("it asks a question that it did not ask".to_owned());
                    };
                    let view = view.get_or_insert_with(|| drive.view(&after, self.said(), true));
                    differs.extend(self.compose(&question, recorded, &after, view, drive));
                    input = Input::Answer(recorded.clone());
                }
            }
        }
    }

    fn compose(
        &self,
        question: &Question,
        recorded: &Answer,
        conversation: &Conversation,
        view: &Arc<dyn ConversationView>,
        drive: &mut Drive<'_>,
    ) -> Option<String> {
        match question {
            Question::Assign(_) => None,
            Question::Draft(_) | Question::Returning(_) => {
                let words = drive.answer(question, conversation, view);
                (words != *recorded).then(|| "the template writes other words".to_owned())
            }
        }
    }
}
