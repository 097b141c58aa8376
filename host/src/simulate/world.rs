//! The world of a story: real rules, real people's arithmetic, no disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use baton_core::story::{AgentLine, World};
use baton_core::{
    AgentId, Answer, BotId, Conversation, HandoverId, Message, Mode, Policy, Presence, Question, Signal, Time,
};
use baton_plugin::ConversationView;

use super::Touched;
use crate::config::Business;
use crate::directory::{Directory, Member, Profile, Rota};
use crate::observe::Metrics;
use crate::rules::{Generation, History, Trouble, View};

pub(super) struct Rehearsal<'a> {
    business: &'a Business,
    generation: &'a Generation,
    policy: Arc<Policy>,
    directory: Directory,
    log: Arc<Mutex<Vec<Message>>>,
    metrics: Metrics,
    /// The message of the step under way: history for those who write about it, as in the daemon.
    said: Option<Message>,
    held: Option<HandoverId>,
    with_remarks: bool,
    remarks: Vec<String>,
    touched: &'a Mutex<Touched>,
}

impl<'a> Rehearsal<'a> {
    pub(super) fn new(
        business: &'a Business,
        generation: &'a Generation,
        bot: &str,
        with_remarks: bool,
        touched: &'a Mutex<Touched>,
    ) -> Result<Self, String> {
        let bot = BotId::new(bot).map_err(|e| e.to_string())?;
        let policy = generation
            .policy(&bot)
            .ok_or_else(|| format!("the business has no bot {bot}"))?;
        let directory = Directory::default();
        for agent in business.agents.values() {
            let known = present(Profile::from(agent), agent.calendar.clone(), Presence::Online);
            let _ = directory.put(&business.id, known);
        }
        for (id, rota) in &business.rotas {
            directory.put_rota(&business.id, id.clone(), rota.clone());
        }
        Ok(Self {
            business,
            generation,
            policy,
            directory,
            log: Arc::default(),
            metrics: Metrics::new(),
            said: None,
            held: None,
            with_remarks,
            remarks: Vec::new(),
            touched,
        })
    }

    /// `counted`: the conversation's length holds the message already.
    fn view(
        &self,
        conversation: &Conversation,
        message: Option<&Message>,
        counted: bool,
        now: Time,
    ) -> Arc<dyn ConversationView> {
        let (log, last) = (Arc::clone(&self.log), message.filter(|_| counted).cloned());
        let history = move |_before: u64, n: usize| {
            let log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let n = n.saturating_sub(usize::from(last.is_some()));
            log[log.len().saturating_sub(n)..]
                .iter()
                .cloned()
                .chain(last.clone())
                .collect()
        };
        let locale = conversation
            .contact
            .locale
            .clone()
            .unwrap_or_else(|| self.business.locale.clone());
        Arc::new(View {
            conversation: Arc::new(conversation.clone()),
            locale,
            bot_state: message.and_then(|m| m.bot_state.clone()),
            length: conversation.length + u64::from(!counted),
            now,
            history: History::new(history),
        })
    }

    fn touch(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remark(&mut self, troubles: Vec<Trouble>, signals: &[Signal]) {
        if !self.with_remarks {
            return;
        }
        for signal in signals {
            let quotes: Vec<String> = signal
                .evidence
                .iter()
                .map(|e| format!("{:?} ({})", e.quote, e.rule))
                .collect();
            let short = if signal.fires() { "" } else { " (below its threshold)" };
            let note = signal.note.as_ref().map(|n| format!("; {n}")).unwrap_or_default();
            self.remarks.push(format!(
                "{} {:.2}{short} by {}: {}{note}",
                signal.reason,
                signal.confidence,
                signal.detector,
                quotes.join(", ")
            ));
        }
        for trouble in troubles {
            if let Trouble::Tripped { plugin, why, .. } = trouble {
                self.remarks.push(format!("{plugin} is not called any more: {why}"));
            }
        }
    }
}

fn present(profile: Profile, calendar: baton_core::Calendar, presence: Presence) -> Member {
    Member {
        profile,
        calendar,
        presence,
        presence_until: None,
        last_offered_at: None,
    }
}

impl World for Rehearsal<'_> {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn meet(&mut self, agent: &AgentLine) {
        let AgentLine {
            id,
            roles,
            skills,
            languages,
            rotas,
            capacity,
            presence,
        } = agent.clone();
        for rota in rotas {
            let always = Rota::new("UTC", vec![id.clone()], "1970-01-01", 0, &[]);
            let always = always.expect("a rota of one, since ever");
            self.directory.put_rota(&self.business.id, rota, always);
        }
        let profile = Profile {
            name: id.to_string(),
            id,
            email: None,
            roles: roles.into_iter().collect(),
            skills: skills.into_iter().collect(),
            languages: languages.into_iter().collect(),
            capacity,
            hours: None,
            absences: Vec::new(),
        };
        let _ = self.directory.put(
            &self.business.id,
            present(profile, self.business.calendar.clone(), presence),
        );
    }

    fn judge(&mut self, conversation: &Conversation, message: &Message, now: Time) -> Vec<Signal> {
        if self.policy.mode == Mode::Off {
            return Vec::new();
        }
        self.said = Some(message.clone());
        let view = self.view(conversation, Some(message), false, now);
        let mut troubles = Vec::new();
        let signals = self.generation.judge(&view, message, now, &self.metrics, &mut troubles);
        self.remark(troubles, &signals);
        self.touch().signals(&signals);
        signals
    }

    fn answer(&mut self, conversation: &Conversation, question: &Question, now: Time) -> Answer {
        let view = self.view(conversation, self.said.as_ref(), true, now);
        let mut troubles = Vec::new();
        let (generation, business, metrics) = (self.generation, self.business, &self.metrics);
        let answer = match question {
            Question::Assign(asked) => {
                let survey = self.directory.survey(&business.id, &asked.scope, &asked.handover, now);
                let contact = &conversation.contact;
                Answer::Candidates(generation.rank(survey, asked, contact, &view, now, metrics, &mut troubles))
            }
            Question::Draft(asked) => {
                Answer::Draft(generation.compose(business, asked, &view, now, metrics, &mut troubles))
            }
            Question::Returning(asked) => {
                Answer::Returning(generation.returning(business, asked, &view, now, metrics, &mut troubles))
            }
        };
        self.remark(troubles, &[]);
        match &answer {
            Answer::Draft(draft) => self.touch().said(&draft.message),
            Answer::Returning(said) => said.iter().for_each(|text| self.touch().said(text)),
            Answer::Candidates(_) => {}
        }
        answer
    }

    fn presence(&mut self, agent: &AgentId, presence: Presence) {
        self.directory.set_presence(&self.business.id, agent, presence, None);
    }

    fn settled(&mut self, conversation: &Conversation, said: Option<&Message>) {
        self.said = None;
        self.touch().stood(conversation);
        let now = conversation.handover.as_ref();
        if let Some(before) = self.held.take().filter(|held| now.is_none_or(|now| now.id != *held)) {
            let _ = self.directory.hold(&self.business.id, &before, None);
        }
        if let Some(handover) = now {
            let _ = self.directory.hold(&self.business.id, &handover.id, Some(handover));
            self.held = Some(handover.id.clone());
        }
        if let Some(message) = said.filter(|message| !conversation.is_stale(message)) {
            self.log
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(message.clone());
        }
    }

    fn remarks(&mut self) -> Vec<String> {
        std::mem::take(&mut self.remarks)
    }
}
