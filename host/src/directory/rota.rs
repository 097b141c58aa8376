//! Who is on call: agents in turn, each for a week, from one hand-over to the next.
//!
//! Weeks are counted on the local clock from the day the rota begins, so a hand-over at nine stays at nine when
//! the clocks change, and nobody keeps a table of weeks. A swap names the day on which its week begins.

use std::collections::BTreeMap;

use baton_core::{AgentId, Time};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Agents who are on call in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Rota {
    agents: Vec<AgentId>,
    /// The first hand-over, local time.
    begins: DateTime,
    zone: TimeZone,
    /// Who has a week instead, by the week's number.
    swaps: BTreeMap<i64, AgentId>,
}

/// Why there is no rota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotaError {
    /// Nobody is on it.
    Nobody,
    /// The zone is not in the IANA database, or the day not in the calendar.
    NoSuchTime,
    /// No week begins on the day of a swap: its place in the list, and the day on which that week begins.
    NoWeek(usize, String),
    /// Two swaps for one week: the place of the later one.
    Twice(usize),
}

impl Rota {
    /// A rota whose first week begins on `day` at `minute` after midnight, local time. A swap gives the week that
    /// begins on its day to somebody else.
    ///
    /// # Errors
    ///
    /// [`RotaError`], which names the offending entry.
    pub fn new(
        zone: &str,
        agents: Vec<AgentId>,
        day: &str,
        minute: u16,
        swaps: &[(&str, AgentId)],
    ) -> Result<Self, RotaError> {
        if agents.is_empty() {
            return Err(RotaError::Nobody);
        }
        let date = |text: &str| text.parse::<Date>().map_err(|_| RotaError::NoSuchTime);
        let zone = TimeZone::get(zone).map_err(|_| RotaError::NoSuchTime)?;
        let hour = i8::try_from(minute / 60).map_err(|_| RotaError::NoSuchTime)?;
        let begins = date(day)?.at(hour, i8::try_from(minute % 60).expect("below 60"), 0, 0);
        let mut rota = Self {
            agents,
            begins,
            zone,
            swaps: BTreeMap::new(),
        };
        for (place, (day, agent)) in swaps.iter().enumerate() {
            let day = date(day)?;
            let week = rota.week_of(day.to_datetime(begins.time()));
            let first = begins
                .checked_add((week * 7).days())
                .map_err(|_| RotaError::NoSuchTime)?;
            if week < 0 || first.date() != day {
                let begins = first.max(begins).date().to_string();
                return Err(RotaError::NoWeek(place, begins));
            }
            if rota.swaps.insert(week, agent.clone()).is_some() {
                return Err(RotaError::Twice(place));
            }
        }
        Ok(rota)
    }

    /// Who is on call; `None` before the rota begins.
    pub fn on_call(&self, now: Time) -> Option<&AgentId> {
        let week = self.week_of(self.local(now));
        let turn = usize::try_from(week).ok()? % self.agents.len();
        Some(self.swaps.get(&week).unwrap_or(&self.agents[turn]))
    }

    /// The first moment of the rota, while it lies ahead.
    pub fn begins_after(&self, now: Time) -> Option<Time> {
        let first = self.begins.to_zoned(self.zone.clone()).ok()?;
        let first = Time(first.timestamp().as_millisecond());
        (first > now).then_some(first)
    }

    /// Everybody who may be on call.
    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        self.agents.iter().chain(self.swaps.values())
    }

    /// Whole weeks since the rota began; negative before.
    fn week_of(&self, local: DateTime) -> i64 {
        let since = local.duration_since(self.begins);
        since.as_secs().div_euclid(7 * 24 * 60 * 60)
    }

    fn local(&self, at: Time) -> DateTime {
        let furthest = if at.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(furthest);
        at.to_zoned(self.zone.clone()).datetime()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(name: &str) -> AgentId {
        AgentId::new(name).expect("well formed")
    }

    fn rota(swaps: &[(&str, AgentId)]) -> Result<Rota, RotaError> {
        let agents = ["ana", "bo", "cy"].map(agent).to_vec();
        // A Monday; the clocks of Berlin change on 2026-03-29.
        Rota::new("Europe/Berlin", agents, "2026-03-16", 9 * 60, swaps)
    }

    #[track_caller]
    fn on_call(rota: &Rota, local: &str) -> Option<String> {
        let at = local
            .parse::<DateTime>()
            .expect("a date and time")
            .to_zoned(rota.zone.clone());
        let at = at.expect("it exists").timestamp();
        rota.on_call(Time(at.as_millisecond())).map(ToString::to_string)
    }

    #[test]
    fn each_has_a_week_from_hand_over_to_hand_over() {
        let rota = rota(&[]).expect("sound");
        assert_eq!(on_call(&rota, "2026-03-16 08:59"), None, "it has not begun");
        let week = |local| on_call(&rota, local).expect("somebody");
        assert_eq!(week("2026-03-16 09:00"), "ana");
        assert_eq!(week("2026-03-23 08:59"), "ana");
        assert_eq!(week("2026-03-23 09:00"), "bo");
        assert_eq!(
            week("2026-03-30 08:59"),
            "bo",
            "the clocks have changed, the hour of the hand-over has not"
        );
        assert_eq!(week("2026-03-30 09:00"), "cy");
        assert_eq!(week("2026-04-06 09:00"), "ana");
    }

    #[test]
    fn a_week_can_be_given_to_somebody_else() {
        let rota = rota(&[("2026-03-30", agent("ana"))]).expect("sound");
        let week = |local| on_call(&rota, local).expect("somebody");
        assert_eq!(week("2026-04-01 12:00"), "ana");
        assert_eq!(week("2026-04-06 12:00"), "ana", "the turn goes on as it would have");
    }

    #[test]
    fn a_rota_with_a_hole_is_refused() {
        let error = |swaps: &[(&str, AgentId)]| rota(swaps).expect_err("refused");
        let between = error(&[("2026-03-31", agent("ana"))]);
        assert_eq!(between, RotaError::NoWeek(0, "2026-03-30".into()));
        let before = error(&[("2026-03-09", agent("ana"))]);
        assert_eq!(before, RotaError::NoWeek(0, "2026-03-16".into()));
        let twice = error(&[("2026-03-30", agent("ana")), ("2026-03-30", agent("bo"))]);
        assert_eq!(twice, RotaError::Twice(1));
        let nobody = Rota::new("UTC", Vec::new(), "2026-03-16", 0, &[]);
        assert_eq!(nobody, Err(RotaError::Nobody));
    }
}
