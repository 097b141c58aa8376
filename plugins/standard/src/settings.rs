//! What a pack may set of `standard`.

use std::collections::BTreeMap;

use baton_plugin_sdk::Priority;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;

/// Settings of the template `standard`. Every text is a minijinja template; see `plugins/README.md` for its facts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Messages to the customer. Of those whose conditions all hold, the best in the customer's language wins, then
    /// the one with most conditions. When none holds, the built-in text does.
    pub texts: Vec<Text>,
    /// The task's title.
    pub title: String,
    /// The task's description.
    pub description: String,
    /// What the customer reads when the bot takes the conversation back; empty: nothing.
    pub returning: String,
    /// Words for a reason in titles, such as `explicit-request = "requested human"`.
    pub labels: BTreeMap<String, String>,
    /// The language of the task, of `returning`, and of texts without a locale: `en`, `de`, `es`, `fr` or `pt`.
    pub language: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            texts: Vec::new(),
            title: defaults::TITLE.to_owned(),
            description: defaults::DESCRIPTION.to_owned(),
            returning: String::new(),
            labels: BTreeMap::new(),
            language: "en".to_owned(),
        }
    }
}

/// One message, and when it is meant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Only for this reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// Only at this priority.
    #[serde(default)]
    pub priority: Option<Urgency>,
    /// Only while the business is open, or closed.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// Only for this language, or language and region: `de`, `pt-BR`.
    #[serde(default)]
    pub locale: Option<String>,
    /// What the customer reads.
    pub message: String,
}

/// The priority of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// It can wait.
    Low,
    /// The usual.
    Medium,
    /// Urgent, or of high value.
    High,
}

impl Urgency {
    pub(crate) fn of(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Medium => Self::Medium,
            Priority::High => Self::High,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Whether the business is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// Within its hours.
    Open,
    /// Outside them.
    Closed,
}
