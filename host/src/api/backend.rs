//! What the API asks of the engine, and nothing more: the seam that keeps HTTP out of the engine and lets the
//! API be tested without a store. The trait is object-safe, so that handlers are plain functions.

use std::pin::Pin;
use std::time::Duration;

use baton_core::{
    AgentId, Assignee, BusinessId, Conversation, ConversationId, Handover, HandoverId, Presence, Priority, Reason,
    RotaId, Span, Task, TaskId, Time,
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::audit::AuditEntry;
use crate::auth::Token;
use crate::deliver::mail::LinkError;
use crate::directory::Profile;
use crate::engine::{
    Act, DriftBudget, EngineError, Explanation, Generations, Judged, Logged, Quarantined, Replayed, Said, TrialMode,
    TrialView,
};
use crate::observe::PluginLines;
use crate::report::{EmptyPeriod, GatherError, GroupBy, Moment, Report, Review};

/// An answer that takes its time, most often that of a synced commit.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + Send + 'a>>;

/// What an act left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Acted {
    /// As it is now.
    pub conversation: Conversation,
    /// The handover that the act was about, ended or not.
    pub handover: Option<Handover>,
    /// The task that the act was about, ended or not.
    pub task: Option<Task>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Where the next part begins; `None` at the end. Letters, digits and `- _ . : ~ + @ =`, at most 512 bytes.
    pub next: Option<String>,
}

/// Which handovers. What is absent does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandoverFilter {
    /// Only open ones, or only ended ones.
    pub open: Option<bool>,
    /// Only those of this reason.
    pub reason: Option<Reason>,
    /// Only those that this agent holds or has been offered.
    pub agent: Option<AgentId>,
}

/// Which tasks. What is absent does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskFilter {
    /// Only open ones, or only ended ones.
    pub open: Option<bool>,
    /// Only those of this assignee.
    pub assignee: Option<Assignee>,
    /// Only those past their due time, or only those before it.
    pub overdue: Option<bool>,
    /// Only open ones whose due time comes within this span from now.
    pub due_within: Option<Span>,
}

/// Which entries of the audit. What is absent does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only those of this agent or token.
    pub by: Option<String>,
    /// Only those of this kind.
    pub action: Option<String>,
    /// Only those about this.
    pub subject: Option<String>,
    /// Only those from this time on.
    pub since: Option<Time>,
    /// Only those up to this time.
    pub until: Option<Time>,
}

/// An agent as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentView {
    /// What the business says.
    pub profile: Profile,
    /// The rotas on which they are on call now.
    pub on_call: Vec<RotaId>,
    /// Open handovers they hold.
    pub open: u32,
    /// What they said last.
    pub presence: Presence,
    /// Until when that holds.
    pub presence_until: Option<Time>,
    /// Whether they would be offered a handover now.
    pub available: bool,
    /// Why not: `at capacity 5 of 5`.
    pub why: Option<String>,
}

/// A rule pack of a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackView {
    /// As its manifest says.
    pub name: String,
    /// As its manifest says.
    pub version: String,
    /// As its manifest says.
    pub description: String,
    /// The generation in force that was made from it: `hvac@1.2.0#3`; `None` when it is not active.
    pub rules: Option<String>,
    /// Ids of its rules that find signals.
    pub detectors: Vec<String>,
    /// Ids of its rules that choose among candidates.
    pub strategies: Vec<String>,
    /// Ids of its rules that write drafts.
    pub templates: Vec<String>,
}

/// An event as subscribers see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Grows; the position to resume from.
    pub sequence: u64,
    /// The event's type as in the `CloudEvent`.
    pub kind: String,
    /// The `CloudEvent` itself.
    pub event: serde_json::Value,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it. Letters, digits and `- _ . : ~ + @ =`.
    pub id: String,
    /// To which webhook, or `mail:` and an agent.
    pub endpoint: String,
    /// Which event.
    pub sequence: u64,
    /// The event's type.
    pub kind: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up.
    pub at: Time,
    /// The last failure.
    pub note: String,
}

/// Which report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuery {
    /// Its first moment.
    pub since: Moment,
    /// Its end.
    pub until: Moment,
    /// By what the handovers are grouped; a review has no groups.
    pub group_by: Option<GroupBy>,
}

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such business, or the like.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no moment in the period.
    #[error(transparent)]
    Period(#[from] EmptyPeriod),
    /// What it is made of cannot be read.
    #[error(transparent)]
    Gather(#[from] GatherError),
}

/// What a link of a mail is about, for the person who follows it. Times are on the business's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferView {
    /// As people call the business.
    pub business: String,
    /// As people call the agent.
    pub agent: String,
    /// Whether the link accepts; else it declines.
    pub accepts: bool,
    /// The task's id.
    pub task: String,
    /// One line.
    pub title: String,
    /// How soon.
    pub priority: Priority,
    /// When it is due.
    pub due: String,
    /// Until when there is time to answer.
    pub until: String,
}

/// Why a link of a mail leads nowhere. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// It is none of ours.
    #[error("the link is not one of ours")]
    Unknown,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// What it answers is answered or off; why, as a sentence.
    #[error("{0}")]
    Over(String),
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LinkError> for OfferError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Unknown => Self::Unknown,
            LinkError::Expired => Self::Expired,
        }
    }
}

/// What came of a link that was followed.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<OfferView, OfferError>> + Send + 'a>>;

/// An answer that is given again to the same `Idempotency-Key`. The stored form is up to who keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// SHA-256 of the request's method, address and body.
    pub digest: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// JSON; empty for an answer without a body.
    pub body: Vec<u8>,
    /// When it was given, in milliseconds since the epoch; 24 hours later it is as if it were not there.
    pub kept_at_ms: i64,
}

/// What the API asks of the engine.
///
/// Reads see one business only: what belongs to another one is [`EngineError::NotFound`]. A change is on the
/// disk when its answer comes, and nothing has changed after an error. The API never drops the future of a
/// change before it is ready, even when the caller hangs up.
///
/// A name in a request that the business does not have is [`EngineError::Unknown`] with a JSON Pointer into the
/// body, or `?name` for a query parameter (`?cursor` for a cursor that cannot be read).
pub trait Backend: Send + Sync + 'static {
    /// The time of every check.
    fn now(&self) -> Time;
    /// Whether there is such a business; asked for tokens that hold for every one.
    fn has_business(&self, business: &BusinessId) -> bool;

    /// Judges one message.
    fn say<'a>(&'a self, business: &'a BusinessId, conversation: ConversationId, said: Said) -> Later<'a, Judged>;
    /// Does what somebody asks; `by` is `ana` for an agent's token, else scope and name: `operator:dispatch`.
    fn act<'a>(
        &'a self,
        business: &'a BusinessId,
        conversation: &'a ConversationId,
        act: Act,
        by: &'a str,
    ) -> Later<'a, Acted>;
    /// One conversation.
    fn conversation(&self, business: &BusinessId, id: &ConversationId) -> Result<Conversation, EngineError>;
    /// Messages of a conversation from a position on, oldest first.
    fn messages(
        &self,
        business: &BusinessId,
        id: &ConversationId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Logged>, EngineError>;

    /// One handover, open or ended.
    fn handover(&self, business: &BusinessId, id: &HandoverId) -> Result<Handover, EngineError>;
    /// A handover with every decision about it, executed again.
    fn explain<'a>(&'a self, business: &'a BusinessId, id: &'a HandoverId) -> Later<'a, Explanation>;
    /// Handovers, newest first.
    fn handovers(
        &self,
        business: &BusinessId,
        filter: &HandoverFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Handover>, EngineError>;
    /// One task, open or ended.
    fn task(&self, business: &BusinessId, id: &TaskId) -> Result<Task, EngineError>;
    /// Tasks, oldest first.
    fn tasks(
        &self,
        business: &BusinessId,
        filter: &TaskFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Task>, EngineError>;

    /// What people and tokens did, newest first, each with its place in the list.
    fn audit(
        &self,
        business: &BusinessId,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<(String, AuditEntry)>, EngineError>;

    /// What a link of a mail would do.
    fn offer(&self, link: &str) -> Result<OfferView, OfferError>;
    /// Does what a link of a mail says, in the name of the agent whose it is, once; `reason` is why they decline.
    fn answer_offer<'a>(&'a self, link: &'a str, reason: Option<String>) -> Answering<'a>;

    /// All agents, by id.
    fn agents(&self, business: &BusinessId) -> Result<Vec<AgentView>, EngineError>;
    /// Adds an agent or replaces what is said of them; hours that are not given are those of the configuration, else the
    /// business's. `by` as with [`Backend::act`], here and below.
    fn put_agent<'a>(&'a self, business: &'a BusinessId, profile: Profile, by: &'a str) -> Later<'a, AgentView>;
    /// Removes an agent with their tokens; what they had goes to others. Tells which tasks that were.
    fn remove_agent<'a>(&'a self, business: &'a BusinessId, agent: &'a AgentId, by: &'a str) -> Later<'a, Vec<TaskId>>;
    /// Says whether an agent is at work, until a time or until said otherwise.
    fn set_presence<'a>(
        &'a self,
        business: &'a BusinessId,
        agent: &'a AgentId,
        presence: Presence,
        until: Option<Time>,
        by: &'a str,
    ) -> Later<'a, AgentView>;
    /// Puts a pack in force; with `move_open` for open handovers too.
    fn activate<'a>(
        &'a self,
        business: &'a BusinessId,
        pack: &'a str,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations>;
    /// Goes back to an earlier generation, the one before where none is named.
    fn roll_back<'a>(&'a self, business: &'a BusinessId, to: Option<u64>, by: &'a str) -> Later<'a, Generations>;
    /// Every generation, the newest first.
    fn generations(&self, business: &BusinessId) -> Result<Generations, EngineError>;
    /// Tries a pack as a shadow or a canary; whatever was tried before is over.
    fn start_trial<'a>(
        &'a self,
        business: &'a BusinessId,
        pack: &'a str,
        mode: TrialMode,
        by: &'a str,
    ) -> Later<'a, TrialView>;
    /// What is tried, and what it has shown. Takes as long as a report, so it is asked on a thread that may wait.
    fn trial(&self, business: &BusinessId) -> Result<TrialView, EngineError>;
    /// Ends a trial.
    fn withdraw<'a>(&'a self, business: &'a BusinessId, by: &'a str) -> Later<'a, ()>;
    /// Puts what is tried in force, if it stays within the budget.
    fn promote<'a>(
        &'a self,
        business: &'a BusinessId,
        budget: Option<DriftBudget>,
        move_open: bool,
        by: &'a str,
    ) -> Later<'a, Generations>;
    /// All packs, by name.
    fn packs(&self, business: &BusinessId) -> Result<Vec<PackView>, EngineError>;

    /// What a plugin said: the first lines after a number, or the last ones; [`EngineError::NotFound`] for one that the rules
    /// in force do not have and that never spoke.
    fn plugin_log(
        &self,
        business: &BusinessId,
        plugin: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<PluginLines, EngineError>;
    /// Changes when any plugin says something.
    fn plugin_log_hint(&self) -> watch::Receiver<u64>;
    /// Calls that plugins failed, newest first.
    fn quarantine(
        &self,
        business: &BusinessId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Quarantined>, EngineError>;
    /// One of them.
    fn quarantined(&self, business: &BusinessId, id: &str) -> Result<Quarantined, EngineError>;
    /// Makes it again under the rules in force.
    fn replay_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str) -> Later<'a, Replayed>;
    /// Takes it away.
    fn drop_quarantined<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()>;

    /// Every business, by id; asked for tokens that hold for every one.
    fn businesses(&self) -> Vec<BusinessId>;
    /// What came of the handovers of a period. Takes as long as reading them, so it is asked on a thread that may wait.
    fn report(&self, businesses: &[BusinessId], query: &ReportQuery) -> Result<Report, ReportError>;
    /// What to change because of a period. Takes as long as reading its conversations.
    fn review(&self, business: &BusinessId, query: &ReportQuery) -> Result<Review, ReportError>;

    /// Events after a sequence number, in order.
    fn events(&self, business: &BusinessId, after: u64, limit: usize) -> Result<Vec<Published>, EngineError>;
    /// The last sequence number of all businesses; its change says that there may be new events.
    fn events_hint(&self) -> watch::Receiver<u64>;
    /// Deliveries that were given up, oldest first.
    fn dead_letters(
        &self,
        business: &BusinessId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<DeadLetter>, EngineError>;
    /// Delivers a dead letter anew, from the first attempt on.
    fn send_again<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()>;

    /// One token; asked at every request, so it should not touch the disk.
    fn token(&self, id: &str) -> Option<Token>;
    /// Tokens of a business, by creation; for [`crate::auth::Realm::Every`] ask `None`.
    fn tokens(&self, business: Option<&BusinessId>) -> Result<Vec<Token>, EngineError>;
    /// Stores a new token.
    fn keep_token<'a>(&'a self, business: &'a BusinessId, token: Token, by: &'a str) -> Later<'a, ()>;
    /// Removes a token; from then on [`Backend::token`] does not find it.
    fn revoke_token<'a>(&'a self, business: &'a BusinessId, id: &'a str, by: &'a str) -> Later<'a, ()>;

    /// The answer that was kept for a token's `Idempotency-Key`; it may be older than 24 hours.
    fn kept_answer(&self, token: &str, key: &str) -> Result<Option<KeptAnswer>, EngineError>;
    /// Keeps an answer, durably, before it is given; those older than 24 hours may be removed.
    fn keep_answer<'a>(&'a self, token: &'a str, key: &'a str, answer: KeptAnswer) -> Later<'a, ()>;

    /// Whether requests can be served.
    ///
    /// # Errors
    ///
    /// Why not, for the operator.
    fn ready(&self) -> Result<(), String>;
    /// Prometheus text.
    fn metrics(&self) -> String;
    /// Counts a request that was answered.
    fn served(&self, route: &str, method: &str, status: u16, took: Duration);
}
