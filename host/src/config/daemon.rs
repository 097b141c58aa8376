//! The daemon's own settings: where it listens, where it keeps its data, what plugins may use, what it logs.
//!
//! They hold for every business. Each has a default for a small machine, so that no configuration is a
//! configuration; the reason of a default stands with the part of the daemon that keeps the limit.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{LogLevel, Text, parsed};

/// `[http]`: the API.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where it listens.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<SocketAddr>")]
    pub listen: SocketAddr,
    /// The largest body of a request.
    #[schemars(range(min = 1024, max = 16777216))]
    pub body_bytes: usize,
    /// From a request's last header to its answer's first byte.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<Duration>")]
    pub request_timeout: Duration,
    /// From a connection's first byte to a request's last header.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<Duration>")]
    pub header_timeout: Duration,
    /// How long a client may leave written bytes unread.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<Duration>")]
    pub write_timeout: Duration,
    /// How long a stop waits for requests that have begun.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<Duration>")]
    pub drain_timeout: Duration,
    /// Open connections.
    #[schemars(range(min = 1, max = 1000000))]
    pub connections: usize,
    /// Requests in work at once.
    #[schemars(range(min = 1, max = 1000000))]
    pub in_flight: usize,
    /// Open event streams.
    #[schemars(range(min = 1, max = 1000000))]
    pub streams: usize,
    /// Requests a second that one token may make in the long run.
    #[schemars(range(min = 1, max = 1000000))]
    pub rate_per_second: u32,
    /// Requests that one token may make at once after a pause.
    #[schemars(range(min = 1, max = 1000000))]
    pub rate_burst: u32,
    /// Between two comments on a silent event stream.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Text<Duration>")]
    pub heartbeat: Duration,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7420)),
            body_bytes: 256 * 1024,
            request_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
            connections: 4_096,
            in_flight: 1_024,
            streams: 256,
            rate_per_second: 10_000,
            rate_burst: 20_000,
            heartbeat: Duration::from_secs(15),
            metrics: MetricsAccess::Open,
        }
    }
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetricsAccess {
    /// Whoever reaches the port.
    #[default]
    Open,
    /// Connections from this machine.
    Loopback,
    /// Tokens of scope `operator` or `admin`.
    Token,
}

/// `[store]`: the data folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The folder; a relative one starts at the configuration's own folder.
    #[schemars(length(min = 1))]
    pub dir: PathBuf,
    /// What the database may keep in memory.
    #[schemars(range(min = 1048576))]
    pub cache_bytes: u64,
    /// Below this much free space on the disk, writes are refused.
    #[schemars(range(min = 16777216))]
    pub reserve_bytes: u64,
    /// Steps that may wait to be committed.
    #[schemars(range(min = 1, max = 1000000))]
    pub queue: usize,
    /// Steps that are synced together at most.
    #[schemars(range(min = 1, max = 100000))]
    pub group_max: usize,
    /// Whether a database that was not stopped cleanly is copied before its recovery.
    pub copy_before_recovery: bool,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            dir: "baton-data".into(),
            cache_bytes: 256 << 20,
            reserve_bytes: 64 << 20,
            queue: 4_096,
            group_max: 256,
            copy_before_recovery: true,
        }
    }
}

/// `[packs]`: the rule packs that were installed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Packs {
    /// The folder; `packs` in the data folder where it is not given.
    pub(crate) dir: Option<PathBuf>,
}

/// `[plugins]`: how rules run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plugins {
    /// Threads that run plugins; two for each core and at least four where it is not given, since a plugin that runs into
    /// its deadline holds one for that long.
    #[schemars(range(min = 1, max = 1024))]
    pub threads: Option<u16>,
    /// Where compiled plugins are kept; in the data folder where it is not given.
    pub cache_dir: Option<PathBuf>,
    /// What one plugin may use; a pack may only ask for less.
    pub budget: Budget,
}

macro_rules! budget {
    ($($(#[$about:meta])* $limit:ident: $kind:ty = $usual:expr,)*) => {
        /// `[plugins.budget]`: what one plugin may use in one call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Budget {
            $($(#[$about])* pub $limit: $kind,)*
        }

        impl Default for Budget {
            fn default() -> Self {
                Self { $($limit: $usual),* }
            }
        }

        /// `[budget]` of a pack: the limits that it lowers.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct LowerBudget {
            $($(#[$about])* $limit: Option<$kind>,)*
        }

        impl LowerBudget {
            /// The budget of a pack under a daemon that allows `most`.
            ///
            /// # Errors
            ///
            /// Each limit that asks for more, with the message that says so.
            pub(crate) fn under(&self, most: Budget) -> Result<Budget, Vec<(&'static str, String)>> {
                let mut over = Vec::new();
                $(if let Some(asked) = self.$limit.filter(|asked| *asked > most.$limit) {
                    over.push((stringify!($limit), format!(
                        concat!(
                            "the pack asks for {}, the daemon allows {}; lower it, or raise `",
                            stringify!($limit), "` in [plugins.budget]"
                        ),
                        asked, most.$limit
                    )));
                })*
                let budget = Budget { $($limit: self.$limit.unwrap_or(most.$limit)),* };
                if over.is_empty() { Ok(budget) } else { Err(over) }
            }
        }
    };
}

budget! {
    /// Bytes of its component. One in Python has 18 MB.
    #[schemars(range(min = 1024, max = 33554432))]
    component_bytes: usize = 16 * 1024 * 1024,
    /// Wasm instructions, roughly.
    #[schemars(range(min = 10000))]
    fuel: u64 = 50_000_000,
    /// Milliseconds on the wall clock.
    #[schemars(range(min = 1))]
    deadline_ms: u32 = 250,
    /// Bytes of all linear memories together.
    #[schemars(range(min = 1048576, max = 4294967296u64))]
    memory_bytes: usize = 32 * 1024 * 1024,
    /// Elements of all tables together.
    #[schemars(range(min = 1))]
    table_elements: usize = 20_000,
    /// Bytes of one answer.
    #[schemars(range(min = 1024))]
    output_bytes: usize = 128 * 1024,
    /// Lines that reach the log.
    log_lines: u32 = 50,
    /// Bytes that reach the log.
    log_bytes: usize = 16 * 1024,
    /// Calls into the host.
    #[schemars(range(min = 1))]
    host_calls: u32 = 1_000,
    /// As `fuel`, for reading the settings.
    #[schemars(range(min = 10000))]
    configure_fuel: u64 = 5_000_000_000,
    /// As `deadline_ms`, for reading the settings.
    #[schemars(range(min = 1))]
    configure_deadline_ms: u32 = 10_000,
}

impl Budget {
    /// As the plugin host takes it.
    pub(crate) fn for_plugins(self) -> baton_plugin::Budget {
        let Self {
            component_bytes,
            fuel,
            deadline_ms,
            memory_bytes,
            table_elements,
            output_bytes,
            log_lines,
            log_bytes,
            host_calls,
            configure_fuel,
            configure_deadline_ms,
        } = self;
        baton_plugin::Budget {
            component_bytes,
            fuel,
            deadline_ms,
            memory_bytes,
            table_elements,
            output_bytes,
            log_lines,
            log_bytes,
            host_calls,
            configure_fuel,
            configure_deadline_ms,
        }
    }
}

/// `[log]`: what the daemon says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// What is logged, as `tracing` filters read it: `info`, or `info,baton=debug`.
    #[schemars(with = "Text<LogLevel>")]
    pub level: String,
    /// How.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".into(),
            format: LogFormat::Auto,
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}
