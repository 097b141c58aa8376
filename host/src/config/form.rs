//! `baton.toml` as it is written: `[business.ID]` and what stands below it.
//!
//! A form checks only what its own value tells; what needs a second value, or the environment, is resolved
//! in `business.rs`. `host/baton.example.toml` explains every key, and a test keeps it complete.

use std::collections::BTreeMap;

use baton_core::{AgentId, BotId, Mode, RoleId, RotaId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::daemon::{Http, Log, Packs, Plugins, Store};
use super::email::EmailForm;
use super::handover::HandoverForm;
use super::secret::{EnvName, SecretText};
use super::text::{Date, Email, EventPattern, Hours, Key, Label, Locale, Text, TimeOfDay, Url};
use crate::pack::PublicKey;

/// All of `baton.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Form {
    pub(crate) http: Http,
    pub(crate) store: Store,
    pub(crate) packs: Packs,
    pub(crate) plugins: Plugins,
    pub(crate) log: Log,
    pub(crate) business: BTreeMap<String, BusinessForm>,
}

/// `[business.ID]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BusinessForm {
    #[schemars(length(min = 1, max = 200))]
    pub(crate) name: Option<String>,
    pub(crate) time_zone: String,
    pub(crate) locale: Text<Locale>,
    pub(crate) hours: Option<Week>,
    pub(crate) holidays: Vec<Text<Date>>,
    #[schemars(length(min = 1, max = 200))]
    pub(crate) alternate_contact: Option<String>,
    #[schemars(length(min = 1, max = 200))]
    pub(crate) emergency_line: Option<String>,
    #[schemars(length(min = 1))]
    pub(crate) pack: String,
    #[schemars(length(max = 100))]
    pub(crate) trusted_keys: Vec<Text<PublicKey>>,
    pub(crate) require_signed: bool,
    pub(crate) handover: HandoverForm,
    pub(crate) bot: Vec<BotForm>,
    pub(crate) role: Vec<RoleForm>,
    pub(crate) agent: Vec<AgentForm>,
    pub(crate) rota: Vec<RotaForm>,
    pub(crate) webhook: Vec<WebhookForm>,
    pub(crate) email: Option<EmailForm>,
    pub(crate) token: Vec<TokenForm>,
}

impl Default for BusinessForm {
    fn default() -> Self {
        Self {
            name: None,
            time_zone: "UTC".into(),
            locale: Text(Locale("en".into())),
            hours: None,
            holidays: Vec::new(),
            alternate_contact: None,
            emergency_line: None,
            pack: "default".into(),
            trusted_keys: Vec::new(),
            require_signed: false,
            handover: HandoverForm::default(),
            bot: Vec::new(),
            role: Vec::new(),
            agent: Vec::new(),
            rota: Vec::new(),
            webhook: Vec::new(),
            email: None,
            token: Vec::new(),
        }
    }
}

/// Open hours, day by day.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Week {
    pub(crate) mon: Vec<Text<Hours>>,
    pub(crate) tue: Vec<Text<Hours>>,
    pub(crate) wed: Vec<Text<Hours>>,
    pub(crate) thu: Vec<Text<Hours>>,
    pub(crate) fri: Vec<Text<Hours>>,
    pub(crate) sat: Vec<Text<Hours>>,
    pub(crate) sun: Vec<Text<Hours>>,
}

impl Week {
    /// Each day's hours, from Monday on.
    pub(crate) fn days(&self) -> [&[Text<Hours>]; 7] {
        let Self {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        } = self;
        [mon, tue, wed, thu, fri, sat, sun]
    }
}

/// `[[business.ID.bot]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BotForm {
    pub(crate) id: Text<BotId>,
    #[serde(default)]
    pub(crate) channels: Vec<Text<Label>>,
    #[serde(default)]
    pub(crate) mode: ModeForm,
    #[schemars(range(min = 1, max = 10000))]
    pub(crate) turn_budget: Option<u32>,
    #[serde(default)]
    pub(crate) handover: HandoverForm,
}

/// What a bot's mode may be.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ModeForm {
    /// Hands over.
    #[default]
    Auto,
    /// Only says what it would have handed over.
    Suggest,
    /// Only keeps the log.
    Off,
}

impl From<ModeForm> for Mode {
    fn from(form: ModeForm) -> Self {
        match form {
            ModeForm::Auto => Self::Auto,
            ModeForm::Suggest => Self::Suggest,
            ModeForm::Off => Self::Off,
        }
    }
}

/// `[[business.ID.role]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleForm {
    pub(crate) id: Text<RoleId>,
    #[schemars(length(min = 1, max = 200))]
    pub(crate) name: Option<String>,
}

/// `[[business.ID.agent]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentForm {
    pub(crate) id: Text<AgentId>,
    #[schemars(length(min = 1, max = 200))]
    pub(crate) name: Option<String>,
    pub(crate) email: Option<Text<Email>>,
    #[serde(default)]
    pub(crate) roles: Vec<Text<RoleId>>,
    #[serde(default)]
    pub(crate) skills: Vec<Text<Label>>,
    #[serde(default)]
    pub(crate) languages: Vec<Text<Locale>>,
    #[serde(default = "usual_capacity")]
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) capacity: u32,
    pub(crate) hours: Option<Week>,
    pub(crate) time_zone: Option<String>,
    #[serde(default)]
    pub(crate) holidays: Vec<Text<Date>>,
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub(crate) absences: Vec<AbsenceForm>,
}

/// A time out of office, from the begin of one day up to that of another.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AbsenceForm {
    pub(crate) from: Text<Date>,
    pub(crate) back: Text<Date>,
    pub(crate) stand_in: Option<Text<AgentId>>,
}

/// `[[business.ID.rota]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotaForm {
    pub(crate) id: Text<RotaId>,
    #[schemars(length(min = 1, max = 100))]
    pub(crate) agents: Vec<Text<AgentId>>,
    pub(crate) begins: Text<Date>,
    #[serde(default = "usual_hand_over")]
    pub(crate) hand_over: Text<TimeOfDay>,
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(crate) swaps: Vec<SwapForm>,
}

/// A week that somebody else has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwapForm {
    pub(crate) week: Text<Date>,
    pub(crate) agent: Text<AgentId>,
}

/// When those who come are there to be told by those who go.
fn usual_hand_over() -> Text<TimeOfDay> {
    Text(TimeOfDay(9 * 60))
}

/// As many chats as a practised agent follows at once.
fn usual_capacity() -> u32 {
    5
}

/// `[[business.ID.webhook]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookForm {
    pub(crate) id: Text<Key>,
    pub(crate) url: Text<Url>,
    pub(crate) secret: Text<SecretText>,
    #[serde(default)]
    pub(crate) events: Vec<Text<EventPattern>>,
    #[serde(default)]
    pub(crate) allow_private: bool,
}

/// `[[business.ID.token]]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenForm {
    #[schemars(length(min = 1, max = 64))]
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) agent: Option<Text<AgentId>>,
    pub(crate) secret: Text<EnvName>,
}

/// What the holder of a configured token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Messages, asking for a handover, reading conversations.
    Bot,
    /// One agent's tasks and presence.
    Agent,
    /// All of the business but its tokens.
    Operator,
    /// Everything of the business.
    Admin,
}
