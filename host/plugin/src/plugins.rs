//! The engines of all plugins of the process, with the thread that counts time for their deadlines.
//!
//! Two, which differ in how long they compile and in nothing that a plugin could notice: `often` makes fast code for
//! detectors, which see every message, and `seldom` compiles quickly what runs once for each handover or only to be
//! configured. Wasm code is bound to an engine's settings: fuel and epochs are counted in all of it, floats have one
//! representation of NaN, and what could make two runs differ is off. So a cached component is only good for the engine
//! that made it, and says so when it is not.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, RegallocAlgorithm,
};

use crate::cache::Cache;
use crate::functions::Functions;
use crate::program::TICK;
use crate::wit::{self, Version};
use crate::{
    Budget, Description, Detector, Import, Kind, LoadError, MAX_COMPONENT_BYTES, MAX_MEMORY_BYTES, MAX_TABLE_ELEMENTS,
    PluginsError, STACK_BYTES, Strategy, Template, inspect,
};

/// How plugins run in this process.
#[derive(Debug, Clone)]
pub struct PluginOptions {
    /// Where compiled components are kept; none: they are compiled at each start.
    pub cache_dir: Option<PathBuf>,
    /// Authenticates what is in `cache_dir`. Whoever knows it can run native code in this process.
    pub cache_key: [u8; 32],
    /// Bytes of Wasm stack of each call. The calling thread needs as much again for itself.
    pub stack_bytes: usize,
    /// Calls at a time; 1 to 1024; one more is a fault of kind `busy`. The threads that call should be fewer.
    pub calls: u32,
}

impl Default for PluginOptions {
    fn default() -> Self {
        Self {
            cache_dir: None,
            cache_key: [0; 32],
            stack_bytes: STACK_BYTES,
            calls: 64,
        }
    }
}

/// A component and what it is to become.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The rule's id in the pack.
    pub id: &'a str,
    /// As the pack names the component.
    pub name: &'a str,
    /// The component's bytes.
    pub wasm: &'a [u8],
    /// A JSON object; `{}` when the pack gives none.
    pub settings_json: &'a str,
    /// What it may use.
    pub budget: Budget,
}

/// Makes plugins out of components. Plugins stay usable when this is dropped.
pub struct Plugins {
    /// Fast code, compiled slowly: what runs for every message.
    pub(crate) often: Engine,
    /// Compiled quickly, into slower code: what runs once for each handover, or only to be described and configured.
    pub(crate) seldom: Engine,
    pub(crate) cache: Option<Cache>,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) stack_bytes: usize,
    pub(crate) calls: u32,
    pub(crate) versions: &'static [Version],
}

impl Plugins {
    /// Starts the engine.
    ///
    /// # Errors
    ///
    /// When the options or this machine do not allow it; nothing is left running.
    pub fn new(options: PluginOptions) -> Result<Self, PluginsError> {
        Self::with_versions(options, wit::RELEASED)
    }

    /// As [`Plugins::new`], for these versions of the interface.
    pub(crate) fn with_versions(options: PluginOptions, versions: &'static [Version]) -> Result<Self, PluginsError> {
        let PluginOptions {
            cache_dir,
            cache_key,
            stack_bytes,
            calls,
        } = options;
        if !(64 * 1024..=1024 * 1024).contains(&stack_bytes) {
            return Err(PluginsError::Stack(stack_bytes));
        }
        if !(1..=1024).contains(&calls) {
            return Err(PluginsError::Calls(calls));
        }
        let failed = |error| PluginsError::Engine(format!("{error:#}"));
        let engine = |quick: bool| {
            let mut config = config(stack_bytes);
            config
                .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(calls)))
                .enable_incremental_compilation(Arc::new(Functions::default()))?;
            if quick {
                config
                    .cranelift_opt_level(OptLevel::None)
                    .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
            }
            Engine::new(&config)
        };
        let (often, seldom) = (engine(false).map_err(failed)?, engine(true).map_err(failed)?);
        let cache = cache_dir.map(|folder| Cache::new(folder, cache_key)).transpose()?;
        let ticker = Arc::new(Ticker::start([often.clone(), seldom.clone()]).map_err(PluginsError::Ticker)?);
        Ok(Self {
            often,
            seldom,
            cache,
            ticker,
            stack_bytes,
            calls,
            versions,
        })
    }

    /// The engine that runs a kind of plugin.
    pub(crate) fn engine(&self, kind: Kind) -> &Engine {
        match kind {
            Kind::Detector => &self.often,
            Kind::Strategy | Kind::Template => &self.seldom,
        }
    }

    /// Asks a component what it is, within the default budget, however large it is.
    ///
    /// # Errors
    ///
    /// When it is no plugin, or fails to say.
    pub fn describe(&self, wasm: &[u8], name: &str) -> Result<Description, LoadError> {
        let source = Source {
            id: name,
            name,
            wasm,
            settings_json: "{}",
            budget: Budget {
                component_bytes: MAX_COMPONENT_BYTES,
                ..Budget::default()
            },
        };
        self.describe_only(&source).map_err(|kind| LoadError {
            component: name.to_owned(),
            kind,
        })
    }

    /// Names everything that a component imports, allowed or not; none of its code runs.
    ///
    /// # Errors
    ///
    /// When it is no component.
    pub fn imports(&self, wasm: &[u8], name: &str) -> Result<Vec<Import>, LoadError> {
        let imports = || {
            inspect::envelope(wasm, MAX_COMPONENT_BYTES)?;
            let component = inspect::compile(&self.seldom, wasm)?;
            Ok(inspect::imports(&component, self.versions))
        };
        imports().map_err(|kind| LoadError {
            component: name.to_owned(),
            kind,
        })
    }

    /// Makes a detector: checked, configured, snapshotted, compiled.
    ///
    /// # Errors
    ///
    /// When the component is no detector, does not accept its settings, or fails while it is loaded.
    pub fn detector(&self, source: &Source<'_>) -> Result<Detector, LoadError> {
        Detector::new(self.load(source, Kind::Detector)?)
    }

    /// As [`Plugins::detector`].
    ///
    /// # Errors
    ///
    /// As [`Plugins::detector`].
    pub fn strategy(&self, source: &Source<'_>) -> Result<Strategy, LoadError> {
        Strategy::new(self.load(source, Kind::Strategy)?)
    }

    /// As [`Plugins::detector`].
    ///
    /// # Errors
    ///
    /// As [`Plugins::detector`].
    pub fn template(&self, source: &Source<'_>) -> Result<Template, LoadError> {
        Template::new(self.load(source, Kind::Template)?)
    }
}

/// What holds for every call: the same answers and the same fuel, whoever compiled it.
fn config(stack_bytes: usize) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(stack_bytes)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // Faults carry the guest's own message; frames of stripped code would tell nothing.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    config
}

/// Places for instances, kept from one call to the next. What a call wrote is put back to the snapshot, and the pages
/// stay mapped: the mapping and the page faults of an instance from nothing are two thirds of a call's cost.
fn pool(calls: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls * CORE_INSTANCES)
        .total_memories(calls * MEMORIES)
        .total_tables(calls * TABLES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_core_instance_size(INSTANCE_BYTES)
        .max_component_instance_size(INSTANCE_BYTES)
        .max_memory_size(MAX_MEMORY_BYTES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .linear_memory_keep_resident(RESIDENT_BYTES)
        .table_keep_resident(RESIDENT_BYTES)
        // Finds the pages that a call wrote, where the kernel can say (Linux 6.7).
        .pagemap_scan(Enabled::Auto);
    pool
}

/// A Rust guest has four: its module, two for its imports, and while it is configured wizer's; one in JavaScript 9, in Python
/// 39, since these are linked when they start. What they take in the host together is bounded by `INSTANCE_BYTES`.
pub(crate) const CORE_INSTANCES: u32 = 48;
/// A Rust guest has one.
pub(crate) const MEMORIES: u32 = 2;
/// A Rust guest has two: its functions that are called by pointer, and its imports.
pub(crate) const TABLES: u32 = 4;
/// What wasmtime keeps for one instance besides memories and tables; a guest with a thousand functions needs tens of KiB.
const INSTANCE_BYTES: usize = 1024 * 1024;
/// A snapshotted Rust guest with its stack; what is larger is given back to the system after each call.
const RESIDENT_BYTES: usize = 4 * 1024 * 1024;

/// Counts time for deadlines, from its start until the last plugin is gone.
pub(crate) struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engines: [Engine; 2]) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("baton-plugin-ticker".into())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    thread::park_timeout(TICK);
                    engines.iter().for_each(Engine::increment_epoch);
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It cannot panic, and there is nobody to tell if it did.
            let _ = thread.join();
        }
    }
}
