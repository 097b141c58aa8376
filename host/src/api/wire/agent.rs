//! Agents: what the business says of them, and whether they are there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rfc3339;
use crate::api::AgentView;
use crate::config::WorkingHours;
use crate::directory::Profile;

/// Whether an agent is at work.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Presence {
    /// Takes offers.
    Online,
    /// Takes none, but will be back.
    Away,
    /// Not at work.
    Offline,
}

impl From<baton_core::Presence> for Presence {
    fn from(presence: baton_core::Presence) -> Self {
        match presence {
            baton_core::Presence::Online => Self::Online,
            baton_core::Presence::Away => Self::Away,
            baton_core::Presence::Offline => Self::Offline,
        }
    }
}

impl From<Presence> for baton_core::Presence {
    fn from(presence: Presence) -> Self {
        match presence {
            Presence::Online => Self::Online,
            Presence::Away => Self::Away,
            Presence::Offline => Self::Offline,
        }
    }
}

/// A person of the business, as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) skills: Vec<String>,
    /// BCP 47 tags.
    pub(crate) languages: Vec<String>,
    /// Open handovers they may hold.
    pub(crate) capacity: u32,
    /// Hours of their own; those of the business where it is null.
    pub(crate) hours: Option<Week>,
    /// Of their hours, where it is not the business's.
    #[schema(example = "Europe/Madrid")]
    pub(crate) time_zone: Option<String>,
    /// Days off besides the business's.
    pub(crate) holidays: Vec<String>,
    /// When they are out of office.
    pub(crate) absences: Vec<Absence>,
    /// The rotas on which they are on call now.
    pub(crate) on_call: Vec<String>,
    /// Open handovers they hold.
    pub(crate) open: u32,
    pub(crate) presence: Presence,
    /// Until when the presence holds.
    #[schema(format = DateTime)]
    pub(crate) presence_until: Option<String>,
    /// Whether they would be offered a handover now.
    pub(crate) available: bool,
    /// Why not.
    #[schema(example = "at capacity 5 of 5")]
    pub(crate) why: Option<String>,
}

/// What a business says of one of its agents; replaces what it said before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Ana Silva", "email": "ana@example.com", "roles": ["technician"], "skills": ["heating"], "languages": ["en", "pt-BR"], "capacity": 5,
    "hours": { "mon": ["09:00-12:00", "13:00-18:00"], "tue": ["09:00-17:00"] }, "time_zone": "Europe/Madrid", "holidays": ["2026-08-17"] }))]
pub(crate) struct PutAgent {
    #[schema(required, nullable = false, max_length = 200)]
    pub(crate) name: Option<String>,
    #[schema(max_length = 254, format = Email)]
    pub(crate) email: Option<String>,
    #[schema(max_items = 32)]
    pub(crate) roles: Option<Vec<String>>,
    #[schema(max_items = 32)]
    pub(crate) skills: Option<Vec<String>>,
    /// BCP 47 tags.
    #[schema(max_items = 32)]
    pub(crate) languages: Option<Vec<String>>,
    /// Open handovers they may hold; 5 where it is not given.
    #[schema(minimum = 1, maximum = 1000)]
    pub(crate) capacity: Option<u32>,
    /// Hours of their own. Without `hours`, `time_zone` and `holidays`: those of the configuration, else the business's.
    pub(crate) hours: Option<Week>,
    /// IANA name; the business's where it is not given. Only with `hours`.
    #[schema(max_length = 64)]
    pub(crate) time_zone: Option<String>,
    /// Days off besides the business's: `2026-08-17`.
    #[schema(max_items = 400)]
    pub(crate) holidays: Option<Vec<String>>,
    /// When they are out of office.
    #[schema(max_items = 32)]
    pub(crate) absences: Option<Vec<NewAbsence>>,
}

/// Open intervals of each day, such as `09:00-12:00`; `24:00` is midnight. A day without any is off.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Week {
    #[schema(max_items = 24, example = json!(["09:00-12:00", "13:00-18:00"]))]
    pub(crate) mon: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) tue: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) wed: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) thu: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) fri: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) sat: Vec<String>,
    #[schema(max_items = 24)]
    pub(crate) sun: Vec<String>,
}

impl From<[Vec<String>; 7]> for Week {
    fn from([mon, tue, wed, thu, fri, sat, sun]: [Vec<String>; 7]) -> Self {
        Self {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        }
    }
}

impl From<Week> for [Vec<String>; 7] {
    fn from(week: Week) -> Self {
        let Week {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        } = week;
        [mon, tue, wed, thu, fri, sat, sun]
    }
}

/// A time out of office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Absence {
    #[schema(format = DateTime)]
    pub(crate) from: String,
    /// The first moment at which they are there again.
    #[schema(format = DateTime)]
    pub(crate) back: String,
    /// Who gets what is meant for them alone, such as their own customers.
    pub(crate) stand_in: Option<String>,
}

/// A time out of office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAbsence {
    #[schema(required, nullable = false, format = DateTime)]
    pub(crate) from: Option<String>,
    /// The first moment at which they are there again.
    #[schema(required, nullable = false, format = DateTime)]
    pub(crate) back: Option<String>,
    /// Who gets what is meant for them alone, such as their own customers.
    pub(crate) stand_in: Option<String>,
}

impl From<crate::directory::Absence> for Absence {
    fn from(absence: crate::directory::Absence) -> Self {
        let crate::directory::Absence { from, back, stand_in } = absence;
        Self {
            from: rfc3339(from),
            back: rfc3339(back),
            stand_in: stand_in.map(|agent| agent.to_string()),
        }
    }
}

/// An agent who is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Removed {
    #[schema(example = "ana")]
    pub(crate) agent: String,
    /// What they had, and others are asked to do now.
    #[schema(example = json!(["chat-17~t1"]))]
    pub(crate) tasks: Vec<String>,
}

/// Says whether an agent is at work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "presence": "away", "until": "2026-03-02T18:00:00Z" }))]
pub(crate) struct NewPresence {
    #[schema(required, nullable = false)]
    pub(crate) presence: Option<Presence>,
    /// In the future; until said otherwise where it is not given.
    #[schema(format = DateTime)]
    pub(crate) until: Option<String>,
}

impl From<AgentView> for Agent {
    fn from(view: AgentView) -> Self {
        let AgentView {
            profile,
            on_call,
            open,
            presence,
            presence_until,
            available,
            why,
        } = view;
        let Profile {
            id,
            name,
            email,
            roles,
            skills,
            languages,
            capacity,
            hours,
            absences,
        } = profile;
        let hours = hours.unwrap_or_default();
        let week = hours.week().map(Week::from);
        let WorkingHours {
            weekly: _,
            time_zone,
            holidays,
        } = hours;
        Self {
            id: id.to_string(),
            name,
            email,
            roles: roles.iter().map(ToString::to_string).collect(),
            skills: skills.into_iter().collect(),
            languages: languages.into_iter().collect(),
            capacity,
            hours: week,
            time_zone,
            holidays,
            absences: absences.into_iter().map(Into::into).collect(),
            on_call: on_call.iter().map(ToString::to_string).collect(),
            open,
            presence: presence.into(),
            presence_until: presence_until.map(rfc3339),
            available,
            why,
        }
    }
}
