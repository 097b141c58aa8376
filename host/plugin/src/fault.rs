//! What can go wrong with a plugin, by type: each names the limit, how much, and which plugin and version.
//!
//! Three errors for three operations: [`PluginsError`] when the host cannot run plugins at all, [`LoadError`]
//! when one component cannot become a plugin (a person must act), and [`Fault`] when one call failed (the
//! fallback acts). Sources of wasmtime are put into words here, since nobody else may name its types.

use std::time::Duration;

use crate::wit::Version;
use crate::{Kind, LogLine};

/// Why plugins cannot run in this process.
#[derive(Debug, thiserror::Error)]
pub enum PluginsError {
    /// The compiler refuses this machine or the options.
    #[error("cannot start the Wasm engine: {0}")]
    Engine(String),
    /// The stack limit cannot hold a call.
    #[error("a Wasm stack of {0} bytes is too small or too large; use 64 KiB to 1 MiB")]
    Stack(usize),
    /// No room for calls, or more than the address space has.
    #[error("{0} calls at a time are not possible; use 1 to 1024")]
    Calls(u32),
    /// The folder of compiled components cannot be made or is not a folder of ours alone.
    #[error("cannot use {path} for compiled components; make it a folder that this user can write")]
    Cache {
        /// The folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The thread that counts time could not be started.
    #[error("cannot start the thread that keeps the deadlines of plugins")]
    Ticker(#[source] std::io::Error),
}

/// Why a component cannot become a plugin. Nothing of it stays behind.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("component {component:?} {kind}")]
pub struct LoadError {
    /// As the pack names it.
    pub component: String,
    /// What is wrong.
    pub kind: LoadErrorKind,
}

/// What is wrong with a component; reads on after its name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadErrorKind {
    /// Larger than anything a plugin should be.
    #[error(
        "has {bytes} bytes, at most {limit_bytes} are allowed; build it with --release and strip it, or \
             raise `component_bytes` in [plugins.budget]"
    )]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit_bytes: usize,
    },
    /// Some other kind of file.
    #[error("is not WebAssembly: it begins with {start}")]
    NotWasm {
        /// Its first bytes.
        start: String,
    },
    /// WebAssembly, but without typed interfaces.
    #[error("is a core module, not a component; build it for wasm32-wasip2")]
    CoreModule,
    /// Cut off or changed on its way.
    #[error("is truncated or damaged: {message}; {bytes} bytes are there")]
    Damaged {
        /// What the validator said, with the place.
        message: String,
        /// Its length.
        bytes: usize,
    },
    /// It wants something that plugins may not have.
    #[error("imports {import}, which plugins may not have")]
    Import {
        /// With its version.
        import: String,
    },
    /// Made for an interface that this host does not have.
    #[error("was built for baton:rules@{built_for}, this host runs {host}; {remedy}")]
    Version {
        /// The version it names.
        built_for: String,
        /// Those that fit: `0.1.0`, or `0.1.0 and 0.2.0`.
        host: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A plugin of another kind.
    #[error("is a {found}, a {wanted} is wanted")]
    Kind {
        /// What it is.
        found: Kind,
        /// What the pack says.
        wanted: Kind,
    },
    /// No plugin at all.
    #[error("is no plugin: it exports {exports}, and not {missing}")]
    World {
        /// What it has, or `nothing`.
        exports: String,
        /// What it would need.
        missing: String,
    },
    /// Its imports or exports have the right names and other types.
    #[error("does not fit the interface: {message}")]
    Types {
        /// Which item, and how it differs.
        message: String,
    },
    /// It is whole, and has a structure or a size that this host does not run.
    #[error("cannot be run: {message}")]
    Unsupported {
        /// What stands in the way, with the limit.
        message: String,
    },
    /// The pack wants to give it more than any plugin may have.
    #[error("is given a budget of {asked} {what}, at most {limit} are possible")]
    Budget {
        /// The limit's name.
        what: &'static str,
        /// What the pack says.
        asked: usize,
        /// What is possible.
        limit: usize,
    },
    /// It describes itself wrongly.
    #[error("describes itself wrongly: {message}")]
    Description {
        /// Which part, and what is expected.
        message: String,
    },
    /// It does not accept its settings.
    #[error("does not accept its settings at {pointer:?}: {message}")]
    Settings {
        /// JSON Pointer (RFC 6901); empty for the whole.
        pointer: String,
        /// What is wrong there, and what is expected.
        message: String,
    },
    /// It failed in `describe` or `configure`.
    #[error("cannot be loaded: {0}")]
    Fault(Box<Fault>),
    /// What it does cannot be kept for later calls.
    #[error("cannot be snapshotted: {message}")]
    Snapshot {
        /// What stands in the way.
        message: String,
    },
}

impl LoadErrorKind {
    /// Names the version that is wanted and those that there are.
    pub(crate) fn version(built_for: String, versions: &[Version]) -> Self {
        let asked = semver::Version::parse(&built_for);
        let newer = asked.is_ok_and(|asked| versions.iter().all(|version| version.number < asked));
        let numbers: Vec<String> = versions.iter().map(|version| version.number.to_string()).collect();
        Self::Version {
            built_for,
            host: numbers.join(" and "),
            remedy: match newer {
                true => "take a newer baton, or build the component with the SDK of this one",
                false => "build the component again with the SDK of this baton",
            },
        }
    }
}

/// A call that failed. The plugin's other calls are not touched by it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} {version} ({id}) failed in {function}: {kind}")]
pub struct Fault {
    /// The rule's id in the pack.
    pub id: String,
    /// The component's name; as the pack names it where it could not say.
    pub name: String,
    /// The component's version; `?` where it could not say.
    pub version: String,
    /// What was called: `detect`.
    pub function: &'static str,
    /// What happened.
    pub kind: FaultKind,
    /// Wasm instructions, roughly, up to the fault.
    pub fuel: u64,
    /// On the wall clock, up to the fault.
    pub took: Duration,
    /// The last lines that the plugin logged.
    pub log: Vec<LogLine>,
    /// Lines before those, which were over the bound and are lost.
    pub log_dropped: u32,
}

/// What happened in a call that failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// It computed too long.
    #[error("used up its fuel of {limit}")]
    Fuel {
        /// Its budget.
        limit: u64,
    },
    /// It took too long.
    #[error("passed its deadline of {limit_ms} ms")]
    Deadline {
        /// Its budget.
        limit_ms: u32,
    },
    /// It wanted more memory than it may have.
    #[error("asked for {asked} bytes of memory, at most {limit_bytes} are allowed")]
    Memory {
        /// Its budget.
        limit_bytes: usize,
        /// What it would have had.
        asked: usize,
    },
    /// It wanted larger tables than it may have.
    #[error("asked for {asked} table elements, at most {limit} are allowed")]
    Table {
        /// Its budget.
        limit: usize,
        /// What it would have had.
        asked: usize,
    },
    /// It called itself too deeply.
    #[error("used up its stack of {limit_bytes} bytes")]
    Stack {
        /// The engine's limit.
        limit_bytes: usize,
    },
    /// It said too much at once.
    #[error("handed over more than {limit_bytes} bytes at once")]
    Output {
        /// Its budget.
        limit_bytes: usize,
    },
    /// It called into the host too often.
    #[error("called into the host more than {limit} times")]
    HostCalls {
        /// Its budget.
        limit: u32,
    },
    /// Nothing is wrong with it: there were too many calls of all plugins at once.
    #[error("found all {limit} places for calls taken")]
    Busy {
        /// How many there are.
        limit: u32,
    },
    /// It gave up with a message.
    #[error("panicked: {message}")]
    Panic {
        /// With file and line, where it wrote them.
        message: String,
    },
    /// It broke a rule of WebAssembly.
    #[error("trapped: {what}")]
    Trap {
        /// Which.
        what: String,
    },
    /// It returned an error of its own.
    #[error("refused: {message}")]
    Refused {
        /// Its words.
        message: String,
    },
    /// Its answer cannot be true.
    #[error("gave an invalid answer: {what}")]
    Invalid {
        /// Which part, and what is expected.
        what: String,
    },
    /// It used something that is linked but closed.
    #[error("called {import}, which plugins may not use")]
    Denied {
        /// Interface and function.
        import: String,
    },
}

impl FaultKind {
    /// A short name that stays the same, for metrics and events: `host-calls`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fuel { .. } => "fuel",
            Self::Deadline { .. } => "deadline",
            Self::Memory { .. } => "memory",
            Self::Table { .. } => "table",
            Self::Stack { .. } => "stack",
            Self::Output { .. } => "output",
            Self::HostCalls { .. } => "host-calls",
            Self::Busy { .. } => "busy",
            Self::Panic { .. } => "panic",
            Self::Trap { .. } => "trap",
            Self::Refused { .. } => "refused",
            Self::Invalid { .. } => "invalid",
            Self::Denied { .. } => "denied",
        }
    }
}
