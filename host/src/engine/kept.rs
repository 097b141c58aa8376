//! The stored form of what was said of an agent at run time: JSON, which the audit shows as it is.

use std::collections::BTreeMap;

use baton_core::{AgentId, IdError, RoleId, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{DAYS, WorkingHours};
use crate::directory::{Absence, Profile};

/// The stored form of a profile that was changed at run time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptProfile {
    name: String,
    email: Option<String>,
    roles: Vec<String>,
    skills: Vec<String>,
    languages: Vec<String>,
    capacity: u32,
    /// Not there in profiles that were kept before agents could be absent.
    #[serde(default)]
    absences: Vec<KeptAbsence>,
    /// Not there where nothing was said of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<KeptHours>,
}

/// The stored form of hours, as they were written; days without any are left out.
#[derive(Debug, Serialize, Deserialize)]
struct KeptHours {
    week: Option<BTreeMap<String, Vec<String>>>,
    time_zone: Option<String>,
    holidays: Vec<String>,
}

/// The stored form of a time out of office.
#[derive(Debug, Serialize, Deserialize)]
struct KeptAbsence {
    from_ms: i64,
    back_ms: i64,
    stand_in: Option<String>,
}

impl KeptProfile {
    /// Its bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and numbers can be written")
    }
}

pub(super) fn kept_of(profile: Profile) -> KeptProfile {
    let Profile {
        id: _,
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        hours,
        absences,
    } = profile;
    KeptProfile {
        name,
        email,
        roles: roles.iter().map(ToString::to_string).collect(),
        skills: skills.into_iter().collect(),
        languages: languages.into_iter().collect(),
        capacity,
        absences: absences.iter().map(kept_absence).collect(),
        hours: hours.map(kept_hours),
    }
}

fn kept_hours(hours: WorkingHours) -> KeptHours {
    let of_days = |week: [Vec<String>; 7]| {
        let days = DAYS.map(str::to_owned).into_iter().zip(week);
        days.filter(|(_, intervals)| !intervals.is_empty()).collect()
    };
    let week = hours.week().map(of_days);
    let WorkingHours {
        weekly: _,
        time_zone,
        holidays,
    } = hours;
    KeptHours {
        week,
        time_zone,
        holidays,
    }
}

fn kept_absence(absence: &Absence) -> KeptAbsence {
    let Absence { from, back, stand_in } = absence;
    KeptAbsence {
        from_ms: from.0,
        back_ms: back.0,
        stand_in: stand_in.as_ref().map(ToString::to_string),
    }
}

/// A profile as the audit shows it.
pub(super) fn shown(kept: &KeptProfile) -> Value {
    serde_json::to_value(kept).expect("strings and numbers can be written")
}

pub(super) fn profile(id: AgentId, kept: KeptProfile) -> Result<Profile, IdError> {
    let KeptProfile {
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        absences,
        hours,
    } = kept;
    let absent = |kept: KeptAbsence| {
        let KeptAbsence {
            from_ms,
            back_ms,
            stand_in,
        } = kept;
        Ok(Absence {
            from: Time(from_ms),
            back: Time(back_ms),
            stand_in: stand_in.as_deref().map(AgentId::new).transpose()?,
        })
    };
    let absences = absences.into_iter().map(absent).collect::<Result<_, _>>()?;
    let roles = roles.iter().map(|role| RoleId::new(role)).collect::<Result<_, _>>()?;
    let (skills, languages) = (skills.into_iter().collect(), languages.into_iter().collect());
    Ok(Profile {
        name,
        email,
        roles,
        skills,
        languages,
        capacity,
        hours: hours.and_then(|kept| working_hours(&id, kept)),
        absences,
        id,
    })
}

/// What was sound when it was kept; hours of which a word is none any more, such as a zone that is no more, count for nothing.
fn working_hours(agent: &AgentId, kept: KeptHours) -> Option<WorkingHours> {
    let KeptHours {
        week,
        time_zone,
        holidays,
    } = kept;
    let of_days = |mut week: BTreeMap<String, Vec<String>>| DAYS.map(|day| week.remove(day).unwrap_or_default());
    let read = WorkingHours::read(week.map(of_days).as_ref(), time_zone, holidays);
    let wrong = |faults: Vec<crate::config::HoursFault>| {
        for fault in faults {
            tracing::warn!(%agent, at = fault.pointer, "hours that were set cannot hold any more: {}", fault.message);
        }
    };
    read.map_err(wrong).ok()
}
