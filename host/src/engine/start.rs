//! Starting: the directory is filled, open handovers are counted, tokens are read; then timers fire.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use baton_core::{BusinessId, Handover, Time};
use baton_store::{Store, StoredHandover};
use tokio::sync::{Notify, Semaphore, watch};

use super::drive::World;
use super::generations::load_kept;
use super::people;
use super::rows::unreadable;
use super::timers::Bell;
use super::tokens::{self, Tokens};
use super::turns::Turns;
use super::workers::Workers;
use super::{Engine, EngineError, Tenant, trial};
use crate::auth::Token;
use crate::deliver::mail::LinkKey;
use crate::directory::Directory;
use crate::limits::MOST_IN_FLIGHT;
use crate::observe::Metrics;
use crate::record;
use crate::rules::Loader;

/// What an engine is made of.
pub struct EngineParts {
    /// Opened, and this process's alone.
    pub store: Arc<dyn Store>,
    /// The businesses with their rules.
    pub tenants: Vec<Tenant>,
    /// Tokens that stand in the configuration.
    pub tokens: Vec<Token>,
    /// Threads that run plugins; as many as suit the machine where it does not say.
    pub threads: Option<usize>,
    /// Counts what happens.
    pub metrics: Arc<Metrics>,
    /// Tells the time; the system's in a daemon.
    pub clock: Box<dyn Fn() -> Time + Send + Sync>,
    /// Rung when a delivery may be due.
    pub deliveries: Arc<Notify>,
    /// Empty yet: filled here, and shared with whoever must know people by name.
    pub directory: Arc<Directory>,
    /// Opens the links of mails.
    pub links: LinkKey,
    /// Makes rules while the daemon runs.
    pub loader: Loader,
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartEngineError {
    /// A row that is needed at start cannot be read.
    #[error("the data that is needed at start cannot be read")]
    Read(#[source] EngineError),
    /// The system gave no threads.
    #[error("the threads for judging messages cannot be started")]
    Threads(#[source] std::io::Error),
}

impl Engine {
    /// Starts an engine on what the store holds. Timers fire once [`Engine::fire_timers`] runs.
    ///
    /// # Errors
    ///
    /// When a row that is needed cannot be read, or the system gives no threads.
    pub fn start(parts: EngineParts) -> Result<Arc<Self>, StartEngineError> {
        let EngineParts {
            store,
            tenants,
            tokens,
            threads,
            metrics,
            clock,
            deliveries,
            directory,
            links,
            loader,
        } = parts;
        let tenants: BTreeMap<BusinessId, Arc<Tenant>> = tenants
            .into_iter()
            .map(|tenant| (tenant.business.id.clone(), Arc::new(tenant)))
            .collect();
        let world = World {
            store,
            directory,
            metrics,
            audit: Arc::default(),
        };
        let (store, directory) = (&world.store, &world.directory);
        for tenant in tenants.values() {
            people::meet(directory, &tenant.business, &**store).map_err(StartEngineError::Read)?;
        }
        let opened_by = count_open(&**store, directory).map_err(StartEngineError::Read)?;
        for tenant in tenants.values() {
            let wanted = opened_by.get(&tenant.business.id);
            let kept = wanted.map_or(Ok(()), |wanted| load_kept(&**store, &loader, tenant, wanted));
            kept.map_err(StartEngineError::Read)?;
            trial::resume(&world, &loader, tenant).map_err(StartEngineError::Read)?;
        }
        let tokens = Tokens::load(&**store, tokens).map_err(StartEngineError::Read)?;
        let counts = store
            .counts()
            .map_err(|e| StartEngineError::Read(unreadable("counts", e)))?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let workers = Workers::start(threads.unwrap_or((2 * cores).max(4))).map_err(StartEngineError::Threads)?;
        Ok(Arc::new(Self {
            world,
            tenants,
            tokens,
            turns: Turns::new(),
            workers,
            in_flight: Semaphore::new(MOST_IN_FLIGHT),
            stopping: AtomicBool::new(false),
            clock,
            latest_ms: AtomicI64::new(0),
            events: watch::Sender::new(counts.last_event),
            deliveries,
            links,
            loader,
            timers: Bell::default(),
        }))
    }

    /// Offers what was waiting when the daemon went down.
    pub fn offer_all_waiting(self: &Arc<Self>) {
        for tenant in self.tenants.values() {
            self.offer_waiting(tenant);
        }
    }

    /// Keeps the first token.
    ///
    /// # Errors
    ///
    /// When it cannot be committed.
    pub async fn keep_first_token(&self, token: Token) -> Result<(), EngineError> {
        let facts = vec![tokens::token_fact(&token)];
        self.write(baton_store::Step {
            facts,
            ..Default::default()
        })
        .await?;
        self.tokens.put(token);
        Ok(())
    }

    /// The businesses that it serves.
    pub fn businesses(&self) -> impl Iterator<Item = &BusinessId> {
        self.tenants.keys()
    }

    /// Whether nobody can do anything yet, for want of a token.
    pub fn has_no_tokens(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Counts who holds what; tells by which generations the open handovers of each business were opened.
pub(super) fn count_open(
    store: &dyn Store,
    directory: &Directory,
) -> Result<BTreeMap<BusinessId, BTreeSet<String>>, EngineError> {
    let mut opened_by: BTreeMap<BusinessId, BTreeSet<String>> = BTreeMap::new();
    let mut open: Vec<StoredHandover> = Vec::new();
    store
        .open_handovers(&mut |row| open.push(row))
        .map_err(|e| unreadable("handover", e))?;
    for row in open {
        let handover: Handover = record::read(&row.payload).map_err(|e| unreadable("handover", e))?;
        let business = BusinessId::new(row.key.business()).map_err(|e| unreadable("handover", e))?;
        let _ = directory.hold(&business, &handover.id, Some(&handover));
        opened_by.entry(business).or_default().insert(handover.rules);
    }
    Ok(opened_by)
}
