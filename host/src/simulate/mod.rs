//! Stories with the real rules: the pack's components in their sandbox, the real directory, virtual time.
//!
//! Nothing is stored and nobody is told. What a story shows is what the daemon does, because the core, the
//! rules and the directory are the same; only the disk and the clock are missing.

mod heard;
pub(crate) use heard::Heard;

mod touched;
pub use touched::{Touched, Untouched};

mod world;

use std::sync::{Arc, Mutex, PoisonError};

use baton_core::story::{self, Act, Story, StoryError, Timed, Transcript};
use baton_core::{BotId, Calendar, Message, Policy, Signal, Span, Time};
use baton_plugin::{ConversationView, Plugins};

use crate::config::{Budget, Business};
use crate::observe::Metrics;
use crate::pack::Pack;
use crate::rules::{Generation, LoadRulesError};

use world::Rehearsal;

/// Why a story was not told.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The rules cannot be put in force.
    #[error(transparent)]
    Rules(#[from] LoadRulesError),
    /// It cannot be read.
    #[error("{file}, {source}")]
    Story {
        /// Its file.
        file: String,
        /// Where and why.
        source: StoryError,
    },
    /// It cannot be run.
    #[error("{file}: {why}")]
    Run {
        /// Its file.
        file: String,
        /// Why.
        why: String,
    },
}

/// The rules of a pack, ready to be told stories.
pub struct Stage {
    business: Arc<Business>,
    generation: Arc<Generation>,
    metrics: Metrics,
    touched: Mutex<Touched>,
}

impl Stage {
    /// Loads a pack's rules for a business; for a made-up one that has every role the pack names where none is given.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the pack.
    pub fn new(
        plugins: &Plugins,
        pack: &Arc<Pack>,
        business: Option<Arc<Business>>,
        most: Budget,
    ) -> Result<Self, SimulateError> {
        let business = match business {
            Some(business) => {
                business.check(pack).map_err(LoadRulesError::Config)?;
                business
            }
            None => Arc::new(Business::rehearsal(Arc::clone(pack))),
        };
        let generation = Arc::new(Generation::load(plugins, &business, pack, 1, most)?);
        Ok(Self {
            business,
            generation,
            metrics: Metrics::new(),
            touched: Mutex::default(),
        })
    }

    /// The rules themselves.
    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }

    /// What came up in all that was told so far.
    pub fn touched(&self) -> Touched {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Plays what was said, ten seconds a message, with any bot of the business.
    ///
    /// # Errors
    ///
    /// When it cannot be run.
    pub(crate) fn play(&self, acts: impl Iterator<Item = Act>) -> Result<Transcript, String> {
        let bot = self.business.bots.keys().next().map_or("bot", BotId::as_str);
        let timed = (0..).zip(acts).map(|(n, act)| Timed {
            at: Span::seconds(10 * n),
            text: String::new(),
            act,
        });
        let story = Story {
            bot: Some(bot.to_owned()),
            acts: timed.collect(),
            ..Story::default()
        };
        story::run(
            &story,
            &mut Rehearsal::new(&self.business, &self.generation, bot, false, &self.touched)?,
        )
    }

    /// What the rules find in a message, as a conversation shows itself.
    pub(crate) fn judged(&self, view: &Arc<dyn ConversationView>, message: &Message, now: Time) -> Vec<Signal> {
        self.generation
            .judge(view, message, now, &self.metrics, &mut Vec::new())
    }

    /// What is wanted done for a bot.
    pub(crate) fn policy(&self, bot: &BotId) -> Option<Arc<Policy>> {
        self.generation.policy(bot)
    }

    /// The language where a contact's is not known.
    pub(crate) fn locale(&self) -> &str {
        &self.business.locale
    }

    /// The business's hours.
    pub(crate) fn calendar(&self) -> &Calendar {
        &self.business.calendar
    }

    /// The hours of everybody whom the business lists, and how much they may hold.
    pub(crate) fn people(&self) -> impl Iterator<Item = (&Calendar, u32)> {
        self.business
            .agents
            .values()
            .map(|agent| (&agent.calendar, agent.capacity))
    }

    /// Tells a story and returns what really follows. `remarks` puts the signals of each message into it, as comments.
    ///
    /// # Errors
    ///
    /// When the text is no story, or it cannot be run.
    pub fn tell(&self, file: &str, text: &str, remarks: bool) -> Result<(Story, Transcript), SimulateError> {
        let parsed = Story::parse(text).map_err(|source| SimulateError::Story {
            file: file.to_owned(),
            source,
        })?;
        let failed = |why| SimulateError::Run {
            file: file.to_owned(),
            why,
        };
        let bot = parsed.bot.clone().unwrap_or_else(|| "bot".to_owned());
        let mut world =
            Rehearsal::new(&self.business, &self.generation, &bot, remarks, &self.touched).map_err(failed)?;
        let transcript = story::run(&parsed, &mut world).map_err(failed)?;
        Ok((parsed, transcript))
    }

    /// Tells one of the pack's stories and compares.
    ///
    /// # Errors
    ///
    /// When it cannot be told.
    pub fn check(&self, file: &str, text: &str) -> Result<Result<(), String>, SimulateError> {
        let (story, transcript) = self.tell(file, text, false)?;
        Ok(transcript.check(&story.expected))
    }
}
