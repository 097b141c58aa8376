//! Every bound of the HTTP edge, with the reason for its size; the answer when it is reached is a problem of
//! its own (`too large`, `busy`, `rate-limited`, ...), never a dropped byte.

use std::ops::RangeInclusive;
use std::time::Duration;

use baton_core::Span;

/// A message's text: what the rules' interface promises to plugins.
pub(crate) const TEXT_BYTES: RangeInclusive<usize> = 1..=32_768;
/// Fields of one message: a long form has some forty.
pub(crate) const FIELDS: usize = 64;
/// A field's name.
pub(crate) const FIELD_NAME_BYTES: RangeInclusive<usize> = 1..=64;
/// A field's value: a long address or a pasted paragraph.
pub(crate) const FIELD_VALUE_BYTES: RangeInclusive<usize> = 0..=2_048;
/// Names of people, as long as the longest that were seen in the wild.
pub(crate) const NAME_BYTES: RangeInclusive<usize> = 1..=200;
/// A phone number with extension and remarks.
pub(crate) const PHONE_BYTES: RangeInclusive<usize> = 1..=64;
/// RFC 5321: the longest address that can be delivered to.
pub(crate) const EMAIL_BYTES: RangeInclusive<usize> = 3..=254;
/// A contact's status, a channel, an intent, a skill, a token's name: one short label.
pub(crate) const LABEL_BYTES: RangeInclusive<usize> = 1..=64;
/// Bots or channels that one request names.
pub(crate) const NAMES: usize = 100;
/// A bot's intent may be a path of labels.
pub(crate) const INTENT_BYTES: RangeInclusive<usize> = 1..=128;
/// A note, a reason: a few paragraphs.
pub(crate) const NOTE_BYTES: RangeInclusive<usize> = 1..=4_096;
/// The form of the page behind a mail's link: a reason whose every byte is escaped.
pub(crate) const FORM_BYTES: usize = 16 * 1024;
/// A title: one line.
pub(crate) const TITLE_BYTES: RangeInclusive<usize> = 1..=200;
/// Roles, skills or languages of one agent.
pub(crate) const LABELS: usize = 32;
/// Open intervals of one day: an hour each.
pub(crate) const INTERVALS: usize = 24;
/// Days off of one agent: every day of a year, and some of the next.
pub(crate) const HOLIDAYS: usize = 400;
/// Open handovers that one agent may hold.
pub(crate) const CAPACITY: RangeInclusive<u32> = 1..=1_000;
/// 2000-01-01T00:00:00Z: a time before that is an unset clock or seconds taken for milliseconds.
pub(crate) const EARLIEST_MS: i64 = 946_684_800_000;
/// How far a platform's clock may run ahead.
pub(crate) const AHEAD_MS: i64 = 86_400_000;
/// How far ahead a due time, an absence or an expiry may lie: ten years.
pub(crate) const PLANNED_MS: i64 = 10 * 366 * 86_400_000;

/// A span that a list is narrowed by: a year.
pub(crate) const LONGEST_SPAN: Span = Span::hours(366 * 24);

/// Entries of one page.
pub(crate) const PAGE: RangeInclusive<usize> = 1..=200;
/// Entries of a page where nobody says.
pub(crate) const PAGE_DEFAULT: usize = 50;
/// A cursor is made by us; nothing longer can be one.
pub(crate) const CURSOR_BYTES: usize = 512;
/// Events read from the store at once for one stream; also the most that one stream holds in memory.
pub(crate) const STREAM_PAGE: usize = 100;
/// Reports that are made at once; further ones are answered 429. Each reads as fast as the disk, and holds what it read.
pub(crate) const REPORTS: usize = 2;
/// Seconds that a reader of a plugin's log may wait for the next line; a request may take ten.
pub(crate) const LONGEST_WAIT_S: u64 = 8;
/// Types in `?types=`.
pub(crate) const STREAM_TYPES: usize = 32;
/// `Idempotency-Key` and `x-request-id` as callers send them.
pub(crate) const KEY_BYTES: RangeInclusive<usize> = 1..=255;
/// How long an answer is kept for its `Idempotency-Key`.
pub const KEPT_MS: i64 = 24 * 3_600_000;
/// An answer that is kept: the largest that an act can give is a handover with a full timeline.
pub(crate) const KEPT_BYTES: usize = 256 * 1024;
/// Token buckets held at once; only tokens that exist get one.
pub(crate) const BUCKETS: usize = 10_000;
/// Shape faults told of one request.
pub(crate) const SHAPE_FAULTS: usize = 64;

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricsAccess {
    /// Whoever reaches the port.
    #[default]
    Open,
    /// Connections from this machine.
    Loopback,
    /// Tokens of scope `operator` or `admin`.
    Token,
}

/// The bounds that an operator can set, with defaults for a small machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The largest body: a message of 32 KiB whose every character is escaped, with room for its fields.
    pub body_bytes: usize,
    /// From a request's last header to its answer's first byte.
    pub request_timeout: Duration,
    /// From a connection's first byte to a request's last header; ends clients that trickle them.
    pub header_timeout: Duration,
    /// How long a client may leave written bytes unread before its connection is dropped.
    pub write_timeout: Duration,
    /// How long a stop waits for requests that have begun.
    pub drain_timeout: Duration,
    /// Open connections; further ones wait in the system's queue.
    pub connections: usize,
    /// Requests in work at once; further ones are answered 429.
    pub in_flight: usize,
    /// Open event streams; further ones are answered 429.
    pub streams: usize,
    /// Requests a second that one token may make in the long run.
    pub rate_per_second: u32,
    /// Requests that one token may make at once after a pause.
    pub rate_burst: u32,
    /// Between two comments on a silent event stream: below the idle timeout of common proxies, 60 s.
    pub heartbeat: Duration,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
}

impl Default for Options {
    fn default() -> Self {
        Self {
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
