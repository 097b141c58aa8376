//! A call made again: the recorded input, in the real sandbox, on this generation's plugin of the same id.

use std::sync::Arc;
use std::time::Duration;

use baton_plugin::ConversationView;

use super::Generation;
use super::guard::Guarded;
use super::onlook::Question;
use crate::record::{Asked, Call};

impl Generation {
    /// Makes a recorded call again, past the breaker; what comes of it is in no count, log or recording.
    ///
    /// `None` where these rules have no plugin of that id and kind.
    pub fn again(&self, call: &Call) -> Option<Call> {
        self.timed(call).map(|(made, _)| made)
    }

    /// As [`Self::again`], with the time that it took.
    pub fn timed(&self, call: &Call) -> Option<(Call, Duration)> {
        let view: Arc<dyn ConversationView> = Arc::new(call.seen.clone());
        let asked = || call.asked.clone();
        let question = Question {
            view: &view,
            asked: &asked,
        };
        let (id, at) = (&call.plugin, call.at);
        match &call.asked {
            Asked::Detect(message) => {
                let detectors = self.detectors.iter().map(|(_, detector)| detector);
                let found = named(detectors.chain([&self.fallback]), id)?;
                Some(found.again(&question, at, |detector| detector.detect(&view, message)))
            }
            Asked::Rank { handover, candidates } => {
                let found = named(self.strategies.iter(), id)?;
                Some(found.again(&question, at, |strategy| strategy.rank(&view, handover, candidates)))
            }
            Asked::Compose { handover, around } => {
                let found = named(self.templates.iter(), id)?;
                Some(found.again(&question, at, |template| template.compose(&view, handover, around)))
            }
            Asked::Returning { handover, around } => {
                let found = named(self.templates.iter(), id)?;
                Some(found.again(&question, at, |template| template.returning(&view, handover, around)))
            }
        }
    }

    /// Ids of all plugins, as the pack orders them; without the host's own fallback.
    pub fn plugins(&self) -> impl Iterator<Item = &str> {
        let detectors = self.detectors.iter().map(|(_, detector)| &detector.about);
        let strategies = self.strategies.iter().map(|strategy| &strategy.about);
        let all = detectors.chain(strategies);
        let all = all.chain(self.templates.iter().map(|template| &template.about));
        all.map(|about| about.id.as_str())
    }
}

fn named<'a, T: 'a>(plugins: impl IntoIterator<Item = &'a Guarded<T>>, id: &str) -> Option<&'a Guarded<T>> {
    plugins.into_iter().find(|plugin| plugin.about.id == id)
}
