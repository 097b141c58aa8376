//! A plugin's call: what it was asked, what it could see, and what came of it.
//!
//! One form for all who keep calls: the quarantine's rows, the lines of a recording, and what a benchmark repeats. What
//! the plugin could see is whole, not what it happened to read, so that another version which reads more sees the same.
//! What no plugin sees (a contact's owner and status) is left out.

use baton_core::{
    AgentId, BotState, Contact, Draft, Evidence, Handover, Message, Priority, Promise, Reason, RoleId, Time,
};
use baton_plugin::{Candidate, Choice, Circumstances, Found, LogLevel, LogLine, Promised, Ranking};

use super::form::{Stored, forms};
use super::{Kind, Row, digest};

/// One call of one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Whose rules.
    pub business: String,
    /// The rule's id in the pack; `fallback` for the built-in one.
    pub plugin: String,
    /// The generation: `hvac@1.2.0#3`.
    pub rules: String,
    /// The digest of the component's bytes.
    pub component: String,
    /// The digest of its settings as JSON.
    pub settings: String,
    /// When.
    pub at: Time,
    /// What it could see of the conversation.
    pub seen: Seen,
    /// What it was asked.
    pub asked: Asked,
    /// What came of it.
    pub outcome: Outcome,
    /// Wasm instructions, roughly.
    pub fuel: u64,
    /// Microseconds on the wall clock.
    pub took_us: u64,
}

/// A conversation as a plugin could see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its id.
    pub conversation: String,
    /// Where it takes place.
    pub channel: String,
    /// Which bot speaks in it.
    pub bot: String,
    /// The contact's locale, else the business's.
    pub locale: String,
    /// The customer, without owner and status.
    pub contact: Contact,
    /// What the bot collected, by name.
    pub fields: Vec<(String, String)>,
    /// The messages before, oldest first: as many as a plugin may read.
    pub history: Vec<Message>,
    /// What the bot says of its message.
    pub bot_state: Option<BotState>,
    /// Bot messages that failed to answer.
    pub failed_answers: u32,
    /// Messages so far.
    pub length: u32,
    /// Tags of the conversation.
    pub tags: Vec<String>,
    /// What the plugin's clock shows where no message is judged.
    pub now: Time,
}

/// What a plugin was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// A detector: what is in this message?
    Detect(Message),
    /// A strategy: who should get it?
    Rank {
        /// What it is about.
        handover: Handover,
        /// Among whom.
        candidates: Vec<Candidate>,
    },
    /// A template: which words open it?
    Compose {
        /// What it is about.
        handover: Handover,
        /// The business's side.
        around: Circumstances,
    },
    /// A template: with which words does the bot come back?
    Returning {
        /// What it is about.
        handover: Handover,
        /// The business's side.
        around: Circumstances,
    },
}

impl Asked {
    /// The function of the interface: `detect`.
    pub fn function(&self) -> &'static str {
        match self {
            Self::Detect(_) => "detect",
            Self::Rank { .. } => "rank",
            Self::Compose { .. } => "compose",
            Self::Returning { .. } => "returning",
        }
    }

    /// The message or handover that it was about.
    pub fn subject(&self) -> String {
        match self {
            Self::Detect(message) => message.id.to_string(),
            Self::Rank { handover, .. } | Self::Compose { handover, .. } | Self::Returning { handover, .. } => {
                handover.id.to_string()
            }
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A detector's answer.
    Found(Vec<Found>),
    /// A strategy's.
    Ranked(Ranking),
    /// A template's.
    Drafted(Draft),
    /// A template's, for a bot that comes back; none: silently.
    Returned(Option<String>),
    /// None.
    Failed(Failed),
}

/// A call without an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// A short name: `fuel`, `panic`.
    pub kind: String,
    /// Who failed how, in words; with file and line where it panicked.
    pub message: String,
    /// The last lines that it logged.
    pub log: Vec<LogLine>,
    /// Lines before those.
    pub log_dropped: u32,
}

impl Outcome {
    /// Why there is no answer, where there is none.
    pub fn fault(&self) -> Option<&Failed> {
        match self {
            Self::Failed(failed) => Some(failed),
            Self::Found(_) | Self::Ranked(_) | Self::Drafted(_) | Self::Returned(_) => None,
        }
    }

    /// The same bytes for the same answer; of a fault, which and in which words.
    pub fn bytes(&self) -> String {
        match self {
            Self::Failed(Failed { kind, message, .. }) => format!("{kind}: {message}"),
            Self::Found(_) | Self::Ranked(_) | Self::Drafted(_) | Self::Returned(_) => {
                serde_json::to_string(&self.to_form()).expect("a form has text keys")
            }
        }
    }
}

impl Call {
    /// Names the input: what was asked and what could be seen, whoever was asked.
    pub fn input(&self) -> String {
        let form = (self.seen.to_form(), self.asked.to_form());
        digest([postcard::to_stdvec(&form).expect("memory grows").as_slice()])
    }

    /// One line of JSON.
    pub fn to_line(&self) -> String {
        serde_json::to_string(&self.to_form()).expect("a form has text keys")
    }

    /// From what [`Self::to_line`] wrote.
    ///
    /// # Errors
    ///
    /// When members are missing or of another kind, or an id is none.
    pub fn from_value(value: serde_json::Value) -> Result<Self, String> {
        let form = serde_path_to_error::deserialize::<_, <Self as Stored>::Form>(value);
        let form = form.map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
        Self::from_form(form).map_err(|error| error.to_string())
    }

    /// As JSON, for people and for [`Self::from_value`].
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self.to_form()).expect("a form has text keys")
    }
}

forms! {
    struct Call as CallForm {
        business: String,
        plugin: String,
        rules: String,
        component: String,
        settings: String,
        at: Time,
        seen: Seen,
        asked: Asked,
        outcome: Outcome,
        fuel: u64,
        took_us: u64,
    }

    struct Seen as SeenForm {
        conversation: String,
        channel: String,
        bot: String,
        locale: String,
        contact: Contact,
        fields: Vec<(String, String)>,
        history: Vec<Message>,
        bot_state: Option<BotState>,
        failed_answers: u32,
        length: u32,
        tags: Vec<String>,
        now: Time,
    }

    enum Asked as AskedForm {
        Detect(message: Message),
        Rank { handover: Handover, candidates: Vec<Candidate> },
        Compose { handover: Handover, around: Circumstances },
        Returning { handover: Handover, around: Circumstances },
    }

    enum Outcome as OutcomeOfCallForm {
        Found(found: Vec<Found>),
        Ranked(ranking: Ranking),
        Drafted(draft: Draft),
        Returned(words: Option<String>),
        Failed(failed: Failed),
    }

    struct Failed as FailedForm { kind: String, message: String, log: Vec<LogLine>, log_dropped: u32 }

    struct LogLine as LogLineForm { level: LogLevel, line: String }

    enum LogLevel as LogLevelForm { Debug, Info, Warn, Error }

    struct Found as FoundForm {
        reason: Option<Reason>,
        confidence: f32,
        evidence: Vec<Evidence>,
        tags: Vec<String>,
        priority: Option<Priority>,
        fields: Vec<(String, String)>,
        note: Option<String>,
    }

    struct Ranking as RankingForm { ranked: Vec<Choice>, passed_over: Vec<Choice> }

    struct Choice as ChoiceForm { agent: AgentId, why: String }

    struct Candidate as CandidateForm {
        agent: AgentId,
        roles: Vec<RoleId>,
        skills: Vec<String>,
        languages: Vec<String>,
        open: u32,
        capacity: u32,
        last_offered_at: Option<Time>,
        missed: bool,
        owner: bool,
    }

    struct Circumstances as CircumstancesForm {
        business: String,
        promise: Option<Promised>,
        open: bool,
        opens_local: Option<String>,
        alternate_contact: Option<String>,
        emergency_line: Option<String>,
        assignee: Option<String>,
    }

    struct Promised as PromisedForm { promise: Promise, due_local: String }
}

impl Row for Call {
    const KIND: Kind = Kind::Call;
}
