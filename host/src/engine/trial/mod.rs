//! Other rules on live traffic before they are in force: as a shadow, without effect, or as a canary, for a share of the conversations.
//!
//! A business tries one pack at a time. What is tried is a row, so it goes on after a restart. To promote it is an
//! activation like any other, with a look at what the trial has shown first; whatever else is activated ends it.

mod canary;
mod shadow;
mod tally;

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_core::{BotId, BusinessId, Conversation, ConversationId, Effect, Time};
use baton_store::{FactChange, FactTable, Store};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::audit::Deed;
use super::drive::World;
use super::generations::{KeptRules, PastGeneration, Wanted, refused};
use super::rows::unreadable;
use super::{Engine, EngineError, Generations, Tenant};
use crate::report::{self, Figures, Gathered, Period};
use crate::rules::{Generation, Loader, MakeError};

use shadow::Shadow;

pub use canary::Share;
pub use tally::Tally;

pub(super) use shadow::Watched;

/// How a pack is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
pub enum TrialMode {
    /// It hears everything and does nothing.
    Shadow {
        /// Of one core, at most: 1 to 100.
        cpu_percent: u8,
    },
    /// It rules over a share of the conversations.
    Canary(Share),
}

/// A trial, as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTrial {
    /// `hvac@1.3.0`
    pub pack: String,
    /// The number of a canary's generation; 0 for a shadow, which was never in force.
    pub number: u64,
    /// How.
    #[serde(flatten)]
    pub mode: TrialMode,
    /// Since when.
    pub since_ms: i64,
    /// By whom: `operator:desk`.
    pub by: String,
}

/// A trial, and what it has shown so far.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialView {
    /// What is tried.
    pub kept: KeptTrial,
    /// Calls of its plugins so far, and how many of them failed.
    pub calls: (u64, u64),
    /// What a shadow would have done otherwise.
    pub tally: Option<Tally>,
    /// What came of the conversations of a canary, and of the others, since it began.
    pub sides: Option<Box<(Figures, Figures)>>,
}

/// What a trial must have shown before it is promoted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftBudget {
    /// The share of handovers that may differ, 0 to 100.
    pub most_percent: f64,
    /// Handovers that must have been compared.
    pub at_least: u64,
}

/// A trial that runs.
pub(super) struct Trial {
    kept: KeptTrial,
    generation: Arc<Generation>,
    shadow: Option<Shadow>,
}

impl Trial {
    fn start(kept: KeptTrial, generation: Arc<Generation>, tenant: &Tenant, world: &World) -> Self {
        let shadow = match &kept.mode {
            TrialMode::Shadow { cpu_percent } => {
                let before = tally::read(&*world.store, &tenant.business.id, kept.since_ms);
                Some(Shadow::start(
                    *cpu_percent,
                    kept.since_ms,
                    before,
                    &generation,
                    &tenant.business,
                    world,
                ))
            }
            TrialMode::Canary(_) => None,
        };
        Self {
            kept,
            generation,
            shadow,
        }
    }

    pub(super) fn has_shadow(&self) -> bool {
        self.shadow.is_some()
    }

    /// Lets a shadow hear a step that is committed.
    pub(super) fn hear(&self, watched: Watched, after: &Conversation, effects: &[Effect]) {
        if let Some(shadow) = &self.shadow {
            shadow.hear(watched, after, effects);
        }
    }

    /// The generation of a canary, which is in force for some.
    pub(super) fn canary(&self) -> Option<&Arc<Generation>> {
        matches!(self.kept.mode, TrialMode::Canary(_)).then_some(&self.generation)
    }

    /// Whether it rules over a conversation.
    pub(super) fn takes(&self, conversation: &Conversation) -> bool {
        match &self.kept.mode {
            TrialMode::Canary(share) => share.takes(
                &self.generation.rules,
                &conversation.id,
                &conversation.bot,
                &conversation.channel,
            ),
            TrialMode::Shadow { .. } => false,
        }
    }
}

fn key(business: &BusinessId) -> String {
    format!("{business}/trial")
}

fn row(business: &BusinessId, kept: Option<&KeptTrial>) -> FactChange {
    FactChange {
        table: FactTable::Packs,
        key: key(business),
        payload: kept.map(|kept| serde_json::to_vec(kept).expect("strings and numbers can be written")),
    }
}

/// The row that says that nothing is tried.
pub(super) fn ended(business: &BusinessId) -> FactChange {
    row(business, None)
}

fn read(store: &dyn Store, business: &BusinessId) -> Result<Option<KeptTrial>, EngineError> {
    let row = store.fact(FactTable::Packs, &key(business));
    let row = row.map_err(|e| unreadable("trial", e))?;
    row.map(|bytes| serde_json::from_slice(&bytes).map_err(|e| unreadable("trial", e)))
        .transpose()
}

/// Goes on with what was tried when the daemon stopped; a pack that is gone is not tried any more.
pub(super) fn resume(world: &World, loader: &Loader, tenant: &Tenant) -> Result<(), EngineError> {
    let Some(kept) = read(&*world.store, &tenant.business.id)? else {
        return Ok(());
    };
    let made = loader
        .pack(&kept.pack)
        .and_then(|pack| loader.make(&tenant.business, &pack, kept.number));
    match made {
        Ok(generation) => tenant.begin_trial(Trial::start(kept, Arc::new(generation), tenant, world)),
        Err(error) => {
            tracing::error!(business = %tenant.business.id, pack = kept.pack, %error, "a trial cannot go on, and is over");
        }
    }
    Ok(())
}

impl Engine {
    /// Tries a pack; whatever was tried before is over.
    pub(super) async fn start_trial(
        self: &Arc<Self>,
        business: &BusinessId,
        pack: &str,
        mode: TrialMode,
        by: &str,
    ) -> Result<TrialView, EngineError> {
        let tenant = self.tenant(business)?;
        if let TrialMode::Canary(share) = &mode {
            known_bots(tenant, &share.bots)?;
        }
        let found = self.loader.pack(pack).map_err(|error| refused(pack, &error))?;
        let Ok(_alone) = tenant.activation.try_lock() else {
            return Err(EngineError::Activating);
        };
        let rules = KeptRules::of(&*self.world.store, business);
        let canary = matches!(mode, TrialMode::Canary(_));
        let number = if canary { rules.next_number()? } else { 0 };
        let (engine, own) = (Arc::clone(self), Arc::clone(tenant));
        let (pack, id) = (Arc::clone(&found), found.id());
        let made: Result<Generation, MakeError> =
            tokio::task::spawn_blocking(move || engine.loader.make(&own.business, &pack, number))
                .await
                .expect("compiling does not panic");
        let generation = made.map_err(|error| refused(&id, &error))?;
        let now = self.now();
        let kept = KeptTrial {
            pack: id,
            number,
            mode,
            since_ms: now.0,
            by: by.to_owned(),
        };
        let mut facts = vec![row(business, Some(&kept))];
        if canary {
            // It is in force for some, so what it opens can be explained and kept like that of any other.
            facts.push(rules.history_row(&PastGeneration {
                pack: kept.pack.clone(),
                number,
                at_ms: now.0,
                by: by.to_owned(),
            }));
        }
        let deed = Deed {
            by: by.to_owned(),
            action: if canary { "pack.canary" } else { "pack.shadow" },
            subject: kept.pack.clone(),
        };
        let was = json!({ "rules": &*tenant.generation().rules });
        facts.push(self.world.write_down(business, now, deed, was, json!(kept.mode)));
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        tracing::info!(%business, pack = kept.pack, by, "rules are tried");
        tenant.begin_trial(Trial::start(kept, Arc::new(generation), tenant, &self.world));
        self.view_trial(business)
    }

    /// What is tried, and what it has shown. Takes as long as a report where it is a canary.
    pub(super) fn view_trial(&self, business: &BusinessId) -> Result<TrialView, EngineError> {
        let tenant = self.tenant(business)?;
        let (kept, calls, tally) = tenant
            .trial(|trial| {
                let tally = trial.shadow.as_ref().map(Shadow::tally);
                (trial.kept.clone(), trial.generation.calls(), tally)
            })
            .ok_or_else(|| nothing(business))?;
        let sides = match &kept.mode {
            TrialMode::Canary(share) => Some(Box::new(self.sides(tenant, &kept, share)?)),
            TrialMode::Shadow { .. } => None,
        };
        Ok(TrialView {
            kept,
            calls,
            tally,
            sides,
        })
    }

    /// What came of a canary's conversations, and of the others.
    fn sides(&self, tenant: &Tenant, kept: &KeptTrial, share: &Share) -> Result<(Figures, Figures), EngineError> {
        let (business, now) = (&tenant.business.id, self.now());
        let period = Period {
            since: Time(kept.since_ms),
            until: Time(now.0 + 1),
        };
        let gathered = report::gather(&*self.world.store, business, period).map_err(|e| unreadable("report", e))?;
        let rules = format!("{}#{}", kept.pack, kept.number);
        let side = |canary: bool| {
            let taken =
                |id: &ConversationId, bot: &BotId, channel: &str| share.takes(&rules, id, bot, channel) == canary;
            let mut part = Gathered {
                touched: BTreeSet::new(),
                ..gathered.clone()
            };
            part.begun
                .retain(|one| taken(&one.conversation, &one.bot, &one.channel));
            let of = |case: &report::Case| taken(&case.handover.id.conversation, &case.bot, &case.channel);
            part.cases.retain(of);
            let parts = [(business.clone(), &tenant.business.calendar, part)];
            report::report(&parts, period, None, now).total
        };
        Ok((side(true), side(false)))
    }

    /// Ends a trial. Handovers that a canary opened keep its rules.
    pub(super) async fn withdraw(self: &Arc<Self>, business: &BusinessId, by: &str) -> Result<(), EngineError> {
        let tenant = self.tenant(business)?;
        let Ok(_alone) = tenant.activation.try_lock() else {
            return Err(EngineError::Activating);
        };
        let kept = tenant
            .trial(|trial| trial.kept.clone())
            .ok_or_else(|| nothing(business))?;
        let now = self.now();
        let deed = Deed {
            by: by.to_owned(),
            action: "pack.withdraw",
            subject: kept.pack.clone(),
        };
        let is = json!({ "rules": &*tenant.generation().rules });
        let told = self.world.write_down(business, now, deed, json!(kept.mode), is);
        self.write(baton_store::Step {
            facts: vec![ended(business), told],
            ..Default::default()
        })
        .await?;
        tracing::info!(%business, pack = kept.pack, by, "rules are not tried any more");
        tenant.end_trial();
        Ok(())
    }

    /// Puts what is tried in force for all.
    pub(super) async fn promote(
        self: &Arc<Self>,
        business: &BusinessId,
        budget: Option<DriftBudget>,
        move_open: bool,
        by: &str,
    ) -> Result<Generations, EngineError> {
        let tenant = self.tenant(business)?;
        let found = tenant.trial(|trial| {
            let shown = trial.shadow.as_ref().map(Shadow::tally);
            (trial.kept.clone(), Arc::clone(&trial.generation), shown)
        });
        let (kept, generation, shown) = found.ok_or_else(|| nothing(business))?;
        if let Some(budget) = budget {
            within(&kept, shown.as_ref(), budget)?;
        }
        let wanted = match kept.mode {
            TrialMode::Shadow { .. } => Wanted::Pack(Arc::clone(&generation.pack)),
            TrialMode::Canary(_) => Wanted::Canary(kept.number),
        };
        self.put_in_force(business, wanted, move_open, "pack.promote", by).await
    }
}

fn within(kept: &KeptTrial, shown: Option<&Tally>, budget: DriftBudget) -> Result<(), EngineError> {
    let not_ready = |why: String| EngineError::NotReady {
        pack: kept.pack.clone(),
        why,
    };
    let shown = shown.ok_or_else(|| {
        not_ready("a canary has no drift; compare its sides, and promote it without a drift budget".to_owned())
    })?;
    let (compared, drift) = (shown.compared(), shown.drift().unwrap_or(0.0) * 100.0);
    if compared < budget.at_least {
        return Err(not_ready(format!(
            "{compared} handovers were compared, and {} are wanted; wait, or ask for fewer",
            budget.at_least
        )));
    }
    if drift > budget.most_percent {
        return Err(not_ready(format!(
            "{drift:.1} % of {compared} handovers differ, and {} % may; look at the differences first",
            budget.most_percent
        )));
    }
    Ok(())
}

fn nothing(business: &BusinessId) -> EngineError {
    EngineError::NotFound {
        what: "trial of business",
        id: business.to_string(),
    }
}

fn known_bots(tenant: &Tenant, wanted: &BTreeSet<String>) -> Result<(), EngineError> {
    let known: Vec<&str> = tenant.business.bots.keys().map(BotId::as_str).collect();
    let strange = wanted
        .iter()
        .find(|bot| !known.is_empty() && !known.contains(&bot.as_str()));
    strange.map_or(Ok(()), |bot| {
        Err(EngineError::Unknown {
            what: "bot",
            id: bot.clone(),
            known: format!("there are {}", known.join(", ")),
            pointer: "/bots".to_owned(),
        })
    })
}
