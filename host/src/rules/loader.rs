//! Makes generations while the daemon runs: finds a pack by its name, compiles it, and tries every plugin once.

use std::sync::Arc;

use baton_core::{
    BotId, Cause, Conversation, ConversationId, Handover, HandoverId, Message, MessageId, Priority, Promise, Reason,
    Span, Speaker, Stage, Time,
};
use baton_plugin::{Candidate, ConversationView, Fault, Plugins};

use super::{Generation, History, LoadRulesError, Onlookers, View};
use crate::config::{Budget, Business};
use crate::pack::Pack;

/// Finds a pack by `name` or `name@version`, or says why there is none.
pub type FindPack = dyn Fn(&str) -> Result<Arc<Pack>, String> + Send + Sync;

/// Makes generations out of packs.
pub struct Loader {
    /// Compiles and configures.
    pub plugins: Plugins,
    /// What one plugin may use at most.
    pub most: Budget,
    /// Where packs are.
    pub find: Box<FindPack>,
    /// Who looks on at what it makes.
    pub onlookers: Onlookers,
}

/// Why there is no generation. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No pack of this name can be read.
    #[error("{0}")]
    Find(String),
    /// The business does not take packs of whoever made it.
    #[error("{0}")]
    Untrusted(String),
    /// Its rules cannot be put in force.
    #[error("{0}")]
    Load(#[from] LoadRulesError),
    /// A plugin fails already when it is tried.
    #[error("`{plugin}` fails when it is tried: {fault}")]
    Tried {
        /// Its rule's id in the pack.
        plugin: String,
        /// How.
        fault: Box<Fault>,
    },
}

impl Loader {
    /// The pack of a name.
    ///
    /// # Errors
    ///
    /// [`MakeError::Find`]
    pub fn pack(&self, name: &str) -> Result<Arc<Pack>, MakeError> {
        (self.find)(name).map_err(MakeError::Find)
    }

    /// Compiles, configures and tries a pack for a business. Takes seconds where it is not in the cache.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn make(&self, business: &Arc<Business>, pack: &Arc<Pack>, number: u64) -> Result<Generation, MakeError> {
        trusted(business, pack)?;
        let generation = Generation::load(&self.plugins, business, pack, number, self.most)?;
        generation.try_out(business)?;
        generation.watch(self.onlookers.clone());
        Ok(generation)
    }
}

/// Whether a business takes a pack, by who signed it.
///
/// # Errors
///
/// [`MakeError::Untrusted`]
pub fn trusted(business: &Business, pack: &Pack) -> Result<(), MakeError> {
    business
        .trust
        .check(&pack.id(), &pack.origin)
        .map_err(MakeError::Untrusted)
}

impl Generation {
    /// Calls each plugin once with something harmless, so that one that cannot run at all is never put in force.
    fn try_out(&self, business: &Business) -> Result<(), MakeError> {
        let now = Time(0);
        let view = blank(business, now);
        let failed = |plugin: &str, fault: Box<Fault>| MakeError::Tried {
            plugin: plugin.to_owned(),
            fault,
        };
        for (rule, detector) in &self.detectors {
            for speaker in [Speaker::Customer, Speaker::Bot] {
                let message = said(speaker, now);
                let tried = detector.plugin().detect(&view, &message);
                tried.map_err(|fault| failed(&rule.plugin.id, fault))?;
            }
        }
        let handover = sample(now);
        let candidates = ["a", "b"].map(candidate);
        for strategy in &self.strategies {
            let tried = strategy.plugin().rank(&view, &handover, &candidates);
            tried.map_err(|fault| failed(&strategy.about.id, fault))?;
        }
        let question = baton_core::DraftQuestion {
            handover,
            assignee: None,
        };
        let around = super::compose::circumstances(business, &question, now);
        for template in &self.templates {
            let tried = template.plugin().compose(&view, &question.handover, &around);
            tried.map_err(|fault| failed(&template.about.id, fault))?;
            let tried = template.plugin().returning(&view, &question.handover, &around);
            tried.map_err(|fault| failed(&template.about.id, fault))?;
        }
        Ok(())
    }
}

fn conversation() -> ConversationId {
    ConversationId::new("trial").expect("well formed")
}

fn blank(business: &Business, now: Time) -> Arc<dyn ConversationView> {
    let bot = business.bots.keys().next().cloned();
    let bot = bot.unwrap_or_else(|| BotId::new("bot").expect("well formed"));
    let conversation = Conversation::new(conversation(), bot, "web".to_owned(), now);
    Arc::new(View {
        conversation: Arc::new(conversation),
        locale: business.locale.clone(),
        bot_state: None,
        length: 1,
        now,
        history: History::new(|_, _| Vec::new()),
    })
}

fn said(speaker: Speaker, now: Time) -> Message {
    Message {
        id: MessageId::new("m1").expect("well formed"),
        speaker,
        text: "Hello, is anybody there who can help me?".to_owned(),
        at: now,
        agent: None,
        epoch: None,
        bot_state: None,
    }
}

fn candidate(name: &str) -> Candidate {
    Candidate {
        agent: baton_core::AgentId::new(name).expect("well formed"),
        roles: Vec::new(),
        skills: Vec::new(),
        languages: Vec::new(),
        open: 0,
        capacity: 1,
        last_offered_at: None,
        missed: false,
        owner: false,
    }
}

fn sample(now: Time) -> Handover {
    Handover {
        id: HandoverId {
            conversation: conversation(),
            number: 1,
        },
        rules: String::new(),
        reason: Reason::new(Reason::EXPLICIT_REQUEST).expect("well formed"),
        cause: Cause::Signal,
        priority: Priority::Medium,
        tags: std::collections::BTreeSet::new(),
        topic: None,
        request: "Can somebody help me?".to_owned(),
        evidence: Vec::new(),
        message: None,
        note: None,
        role: None,
        skills: Vec::new(),
        previous: None,
        opened_at: now,
        stage: Stage::Waiting,
        rung: 0,
        tries: 0,
        climbs: 0,
        missed: Vec::new(),
        ranked: Vec::new(),
        passed_over: Vec::new(),
        promise: Promise {
            within: Span::hours(24),
            business_time: false,
            due_at: now + Span::hours(24),
        },
        final_message: None,
        task: 1,
        first_act_at: None,
        last_act_at: None,
        resolution_due: None,
        pause: None,
        reactivated_at: None,
        ending: None,
        ended_at: None,
        timeline: Vec::new(),
    }
}
