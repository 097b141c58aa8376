//! What the daemon says of itself: log lines for people who look for a cause, numbers for machines that watch.
//!
//! Two rules hold everywhere. No text of a customer is logged above `debug`, because logs are copied, shipped and kept
//! by others. And no label of a metric takes values that a customer or a bot can make up, because every value is a
//! series that is kept; where a caller's word could be one, the number of series is bounded here.

mod log;
pub use log::{LogError, LogFormat, init};

mod metrics;
pub use metrics::Metrics;

mod plugin_log;
pub use plugin_log::{PluginLine, PluginLines, PluginLogs};
