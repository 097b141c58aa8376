//! One step, from its input to what is to be committed: the core asks, the rules answer.
//!
//! Runs on a worker thread. Everything it changes in memory before the commit is who holds what, so that two
//! steps cannot fill the same last place; a commit that fails takes it back.

use std::sync::Arc;

use baton_core::{
    Answer, Conversation, Effect, Event, Handover, HandoverId, Input, Message, Policy, Question, Reply, Scope, Step,
    Time,
};
use baton_plugin::ConversationView;
use baton_store::{ConversationKey, Store};

use super::rows::{self, Loaded};
use super::trial::Watched;
use super::{EngineError, Logged, Tenant};
use crate::audit::AuditLog;
use crate::directory::{Directory, Freed};
use crate::observe::Metrics;
use crate::record::{self, Decision};
use crate::rules::{Generation, History, Trouble, View};

/// What a step needs of the world.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: Arc<dyn Store>,
    pub(super) directory: Arc<Directory>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) audit: Arc<AuditLog>,
}

/// A step that is decided, and not yet committed.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) after: Conversation,
    pub(super) effects: Vec<Effect>,
    pub(super) step: baton_store::Step,
    pub(super) freed: Freed,
    /// What a shadow is to hear of it.
    pub(super) watched: Option<Watched>,
    /// Who held what before, should the commit fail.
    undo: Vec<(HandoverId, Option<Handover>)>,
}

impl Decided {
    /// What Baton says to the customer because of it.
    pub(super) fn replies(&self) -> Vec<Reply> {
        replies(&self.effects)
    }

    /// Takes back what was counted in memory.
    pub(super) fn undo(&self, world: &World, tenant: &Tenant) {
        for (id, handover) in &self.undo {
            let _ = world.directory.hold(&tenant.business.id, id, handover.as_ref());
        }
    }
}

/// One conversation's step at one time.
pub(super) struct Drive<'a> {
    pub(super) world: &'a World,
    pub(super) tenant: &'a Tenant,
    pub(super) key: &'a ConversationKey,
    pub(super) generation: &'a Generation,
    pub(super) policy: &'a Policy,
    pub(super) now: Time,
    pub(super) troubles: Vec<Trouble>,
    /// What a shadow will hear of this step, where there is one.
    pub(super) watched: Option<Watched>,
}

impl Drive<'_> {
    /// What the plugins may see of a conversation at `message`, or between messages.
    ///
    /// `counted`: the conversation's length holds the message already, and its words are history for those who write
    /// about it, although the log has it only after the commit.
    pub(super) fn view(
        &self,
        conversation: &Conversation,
        message: Option<&Message>,
        counted: bool,
    ) -> Arc<dyn ConversationView> {
        let locale = &self.tenant.business.locale;
        view(
            &self.world.store,
            self.key,
            locale,
            conversation,
            message,
            counted,
            self.now,
        )
    }

    /// Steps until the core is done. Nothing is kept of a step that is refused.
    pub(super) fn run(
        &mut self,
        before: Option<&Loaded>,
        start: Conversation,
        input: Input,
        log: Option<LogEntry>,
    ) -> Result<Decided, EngineError> {
        let first = input.clone();
        if self.tenant.shadow().is_some() {
            self.watched = Some(Watched::new(&start, &input, self.now));
        }
        let said = log.as_ref().map(|entry| entry.message.clone());
        let (mut after, mut input) = (start, input);
        let (mut answers, mut view, mut assigning) = (Vec::new(), None, None);
        let effects = loop {
            match after.step(self.policy, input, self.now) {
                Step::Done(effects) => break effects,
                Step::Refused(refusal) => return Err(EngineError::Refused(refusal)),
                Step::Ask(question) => {
                    if let Question::Assign(_) = *question {
                        assigning.get_or_insert_with(|| self.world.directory.assigning());
                    }
                    let view = view.get_or_insert_with(|| self.view(&after, said.as_ref(), true));
                    let answer = self.answer(&question, &after, view);
                    answers.push(answer.clone());
                    input = Input::Answer(answer);
                }
            }
        };
        let (freed, undo) = self.count(before, &after, &effects);
        drop(assigning);
        let logged = log.map(|entry| entry.finish(&after, &effects));
        let mut step = baton_store::Step {
            conversation: Some(rows::change(self.key, before, &after, &effects, logged.as_ref())),
            events: rows::events(self.tenant, before, &after, &effects, self.now),
            facts: rows::offers(&self.tenant.business.id, &effects, self.now),
            ..Default::default()
        };
        if !effects.is_empty() {
            let digest = self.generation.policy_digest(&after.bot);
            let decision = Decision {
                now: self.now,
                rules: self.policy.rules.clone(),
                policy: digest.expect("the policy of this step is that of this bot").to_string(),
                bot: after.bot.clone(),
                channel: after.channel.clone(),
                input: first,
                answers,
                result: rows::result(&step),
            };
            step.facts.push(rows::decision(self.key, before, &decision));
        }
        Ok(Decided {
            after,
            effects,
            step,
            freed,
            watched: self.watched.take(),
            undo,
        })
    }

    pub(super) fn answer(
        &mut self,
        question: &Question,
        conversation: &Conversation,
        view: &Arc<dyn ConversationView>,
    ) -> Answer {
        let (business, metrics, troubles) = (&self.tenant.business, &self.world.metrics, &mut self.troubles);
        let (generation, now) = (self.generation, self.now);
        match question {
            Question::Assign(asked) => {
                let directory = &self.world.directory;
                let survey = directory.survey(&business.id, &asked.scope, &asked.handover, now);
                if let Some(watched) = &mut self.watched {
                    let of = |scope: &Scope| directory.survey(&business.id, scope, &asked.handover, now);
                    watched.saw(&asked.scope, &survey, of);
                }
                let contact = &conversation.contact;
                Answer::Candidates(generation.rank(survey, asked, contact, view, now, metrics, troubles))
            }
            Question::Draft(asked) => Answer::Draft(generation.compose(business, asked, view, now, metrics, troubles)),
            Question::Returning(asked) => {
                Answer::Returning(generation.returning(business, asked, view, now, metrics, troubles))
            }
        }
    }

    /// Counts who holds what from here on.
    fn count(
        &self,
        before: Option<&Loaded>,
        after: &Conversation,
        effects: &[Effect],
    ) -> (Freed, Vec<(HandoverId, Option<Handover>)>) {
        let (directory, business) = (&self.world.directory, &self.tenant.business.id);
        let old = before.and_then(|loaded| loaded.conversation.handover.as_ref());
        let (mut freed, mut undo) = (Freed::Nothing, Vec::new());
        let mut hold = |id: &HandoverId, now: Option<&Handover>, was: Option<&Handover>| {
            if directory.hold(business, id, now) == Freed::Maybe {
                freed = Freed::Maybe;
            }
            undo.push((id.clone(), was.cloned()));
        };
        if let Some(gone) = old.filter(|old| after.handover.as_ref().is_none_or(|now| now.id != old.id)) {
            hold(&gone.id, None, Some(gone));
        }
        if let Some(now) = after.handover.as_ref().filter(|now| old != Some(*now)) {
            hold(&now.id, Some(now), old.filter(|old| old.id == now.id));
        }
        for effect in effects {
            if let Effect::Emit(Event::Offered { agents, .. }) = effect {
                for agent in agents {
                    directory.set_offered(business, agent, self.now);
                }
            }
        }
        (freed, undo)
    }
}

/// What the plugins may see of a conversation, as [`Drive::view`] says; `locale` is the business's.
pub(super) fn view(
    store: &Arc<dyn Store>,
    key: &ConversationKey,
    locale: &str,
    conversation: &Conversation,
    message: Option<&Message>,
    counted: bool,
    now: Time,
) -> Arc<dyn ConversationView> {
    let (store, key) = (Arc::clone(store), key.clone());
    let last = message.filter(|_| counted).cloned();
    let history = move |before: u64, n: usize| {
        let n = n.saturating_sub(usize::from(last.is_some()));
        let rows = store.last_messages(&key, before, n).unwrap_or_else(|error| {
            tracing::error!(%key, %error, "the history cannot be read");
            Vec::new()
        });
        let logged = rows.iter().filter_map(|row| record::read::<Logged>(&row.payload).ok());
        logged
            .filter(|logged| !logged.refused)
            .map(|logged| logged.message)
            .chain(last.clone())
            .collect()
    };
    Arc::new(View {
        conversation: Arc::new(conversation.clone()),
        locale: conversation.contact.locale.clone().unwrap_or_else(|| locale.to_owned()),
        bot_state: message.and_then(|m| m.bot_state.clone()),
        length: conversation.length + u64::from(!counted),
        now,
        history: History::new(history),
    })
}

/// A message on its way into the log.
pub(super) struct LogEntry {
    pub(super) message: Message,
    pub(super) received_at: Time,
    pub(super) signals: Vec<baton_core::Signal>,
    pub(super) rules: String,
}

impl LogEntry {
    fn finish(self, after: &Conversation, effects: &[Effect]) -> Logged {
        let refused = |effect: &Effect| matches!(effect, Effect::Emit(Event::BotRefused { .. }));
        Logged {
            number: after.length,
            message: self.message,
            received_at: self.received_at,
            signals: self.signals,
            refused: effects.iter().any(refused),
            control: after.control,
            rules: self.rules,
            replies: replies(effects),
            handover: after.handover.as_ref().map(|h| h.id.number),
        }
    }
}

fn replies(effects: &[Effect]) -> Vec<Reply> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Say(reply) => Some(reply.clone()),
        Effect::Emit(_) | Effect::HandoverEnded(_) | Effect::TaskEnded(_) => None,
    });
    said.collect()
}
