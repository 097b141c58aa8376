//! Bounds of reports, each with the reason for its size and what happens when it is reached.

/// Handovers that one report looks at: half a year of a business with a thousand a day. A longer period is refused, with
/// the advice to choose a shorter one; the memory for it stays below 300 MB.
pub(super) const MOST_HANDOVERS: usize = 200_000;

/// Events that one report reads: fifty for each of those handovers. A longer period is refused.
pub(super) const MOST_EVENTS: usize = 10_000_000;

/// Rows that are read from the store at once: a page whose reading does not hold up writers noticeably.
pub(super) const PAGE: usize = 1_000;

/// Events are found by time through their order. The clocks of two starts may disagree, so reading begins this much
/// earlier: more than a clock that is set by the network ever jumps.
pub(super) const CLOCK_SLACK_MS: i64 = 3_600_000;

/// Periods up to this long are drawn day by day, longer ones week by week: more bars cannot be told apart on a phone.
pub(super) const MOST_DAYS: i64 = 62;

/// Bars of a chart; what is smaller is told in the table below it.
pub(super) const MOST_BARS: usize = 10;

/// Conversations that a review reads: a week of a business with three thousand a day. A longer period is refused.
pub(super) const MOST_CONVERSATIONS: usize = 20_000;

/// Messages of one conversation that a review reads, the first ones: chats beyond that are machines talking to machines.
pub(super) const MOST_MESSAGES: u64 = 2_000;

/// Groups of questions that a review shows: what a team can take up in a week.
pub(super) const MOST_QUESTIONS: usize = 20;

/// Examples of a group, and answers.
pub(super) const MOST_EXAMPLES: usize = 5;

/// Suggestions of one kind; more are not acted on.
pub(super) const MOST_SUGGESTIONS: usize = 10;

/// Characters of an example or answer; the conversation has the rest.
pub(super) const EXCERPT_CHARS: usize = 300;
