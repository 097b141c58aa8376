//! The three kinds of plugin as the host calls them.
//!
//! A kind is a compiled component and the places of the functions that only its world has. Each method makes one
//! call on a fresh instance; calls may run at the same time on any number of threads.

use std::sync::Arc;

use baton_core::{Draft, Handover, Message};
use wasmtime::component::Resource;

use crate::program::{Loaded, Phase, Start};
use crate::sandbox::Lent;
use crate::wit::{Exported, assignment, composition, detection};
use crate::{
    Called, Candidate, Circumstances, ConversationView, Description, Fault, FaultKind, Found, LoadError, LoadErrorKind,
    Ranking, answer, ask,
};

/// Finds signals.
pub struct Detector {
    loaded: Loaded,
    detect: Exported,
}

/// Chooses among candidates.
pub struct Strategy {
    loaded: Loaded,
    rank: Exported,
}

/// Writes drafts.
pub struct Template {
    loaded: Loaded,
    compose: Exported,
    returning: Exported,
}

impl Detector {
    pub(crate) fn new(loaded: Loaded) -> Result<Self, LoadError> {
        let detect = exported(&loaded, "detection", "detect")?;
        Ok(Self { loaded, detect })
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    /// SHA-256 of the component's bytes.
    pub fn digest(&self) -> &[u8; 32] {
        &self.loaded.program.digest
    }

    /// Judges one message of the customer or of the bot. The plugin's clock shows the message's time.
    ///
    /// # Errors
    ///
    /// The fault, when a limit is crossed, the plugin fails, or its answer cannot be true.
    pub fn detect(
        &self,
        view: &Arc<dyn ConversationView>,
        message: &Message,
    ) -> Result<Called<Vec<Found>>, Box<Fault>> {
        let start = Start {
            function: "detect",
            phase: Phase::Call,
            view: Some(Arc::clone(view)),
            now: message.at,
            seed: message.id.as_str(),
        };
        self.loaded.program.call(
            start,
            |store, instance| self.detect.call(store, instance, (ask::message(message), lent())),
            |answered: Result<Vec<detection::Signal>, String>| answer::found(&message.text, answered.map_err(refused)?),
        )
    }
}

impl Strategy {
    pub(crate) fn new(loaded: Loaded) -> Result<Self, LoadError> {
        let rank = exported(&loaded, "assignment", "rank")?;
        Ok(Self { loaded, rank })
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    /// SHA-256 of the component's bytes.
    pub fn digest(&self) -> &[u8; 32] {
        &self.loaded.program.digest
    }

    /// Ranks the candidates, of which there must be at least one. The plugin's clock shows [`ConversationView::now`].
    ///
    /// # Errors
    ///
    /// The fault, when a limit is crossed, the plugin fails, or its answer cannot be true.
    pub fn rank(
        &self,
        view: &Arc<dyn ConversationView>,
        handover: &Handover,
        candidates: &[Candidate],
    ) -> Result<Called<Ranking>, Box<Fault>> {
        self.loaded.program.call(
            about(view, &handover.id.to_string(), "rank"),
            |store, instance| {
                let candidates: Vec<_> = candidates.iter().map(ask::candidate).collect();
                self.rank
                    .call(store, instance, (ask::handover(handover), candidates, lent()))
            },
            |answered: Result<assignment::Ranking, String>| answer::ranking(candidates, answered.map_err(refused)?),
        )
    }
}

impl Template {
    pub(crate) fn new(loaded: Loaded) -> Result<Self, LoadError> {
        let compose = exported(&loaded, "composition", "compose")?;
        let returning = exported(&loaded, "composition", "returning")?;
        Ok(Self {
            loaded,
            compose,
            returning,
        })
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    /// SHA-256 of the component's bytes.
    pub fn digest(&self) -> &[u8; 32] {
        &self.loaded.program.digest
    }

    /// Writes what the customer and the assignee read when a handover opens.
    ///
    /// # Errors
    ///
    /// The fault, when a limit is crossed, the plugin fails, or its answer cannot be true.
    pub fn compose(
        &self,
        view: &Arc<dyn ConversationView>,
        handover: &Handover,
        circumstances: &Circumstances,
    ) -> Result<Called<Draft>, Box<Fault>> {
        self.loaded.program.call(
            about(view, &handover.id.to_string(), "compose"),
            |store, instance| {
                let circumstances = ask::circumstances(circumstances);
                self.compose
                    .call(store, instance, (ask::handover(handover), circumstances, lent()))
            },
            |answered: Result<composition::Draft, String>| answer::draft(answered.map_err(refused)?),
        )
    }

    /// Writes what the customer reads when the bot takes the conversation back; none: it comes back silently.
    ///
    /// # Errors
    ///
    /// The fault, when a limit is crossed or the plugin fails.
    pub fn returning(
        &self,
        view: &Arc<dyn ConversationView>,
        handover: &Handover,
        circumstances: &Circumstances,
    ) -> Result<Called<Option<String>>, Box<Fault>> {
        self.loaded.program.call(
            about(view, &handover.id.to_string(), "returning"),
            |store, instance| {
                let circumstances = ask::circumstances(circumstances);
                self.returning
                    .call(store, instance, (ask::handover(handover), circumstances, lent()))
            },
            |answered: Result<Option<String>, String>| {
                Ok(answered.map_err(refused)?.filter(|text| !text.trim().is_empty()))
            },
        )
    }
}

fn about<'a>(view: &Arc<dyn ConversationView>, seed: &'a str, function: &'static str) -> Start<'a> {
    Start {
        function,
        phase: Phase::Call,
        view: Some(Arc::clone(view)),
        now: view.now(),
        seed,
    }
}

/// The handle of the one conversation of the call; its number means nothing.
fn lent() -> Resource<Lent> {
    Resource::new_borrow(0)
}

fn refused(message: String) -> FaultKind {
    FaultKind::Refused { message }
}

fn exported(loaded: &Loaded, interface: &str, function: &str) -> Result<Exported, LoadError> {
    let component = loaded.program.pre.component();
    Exported::find(component, interface, function).map_err(|error| LoadError {
        component: loaded.program.names.name.clone(),
        kind: LoadErrorKind::Types {
            message: format!("{error:#}"),
        },
    })
}
