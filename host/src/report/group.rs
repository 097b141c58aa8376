//! A report: the figures of all handovers of a period, and of the same handovers in groups.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{AgentId, BusinessId, Calendar, Time};
use serde::Serialize;

use super::figures::{Chat, chat_of};
use super::limits::MOST_DAYS;
use super::{Begun, Case, Figures, Gathered, Offers, Period, rfc3339};

/// What a handover without a tag, or without an agent, is grouped under; no id and no tag of a rule is empty.
const NONE: &str = "";

/// By what handovers are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupBy {
    /// Whose.
    Business,
    /// Which bot spoke.
    Bot,
    /// Where it spoke.
    Channel,
    /// Why.
    Reason,
    /// A handover is in the group of each of its tags.
    Tag,
    /// Who completed it, else who has it; offers are those to the agent.
    Agent,
    /// The release of the rules that opened it: `hvac@1.2.0`.
    Pack,
    /// The day on which it opened, in the business's zone.
    Day,
    /// The ISO week in which it opened: `2026-W10`.
    Week,
}

impl GroupBy {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Business,
        Self::Bot,
        Self::Channel,
        Self::Reason,
        Self::Tag,
        Self::Agent,
        Self::Pack,
        Self::Day,
        Self::Week,
    ];

    /// As API and CLI write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Bot => "bot",
            Self::Channel => "channel",
            Self::Reason => "reason",
            Self::Tag => "tag",
            Self::Agent => "agent",
            Self::Pack => "pack",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Row {
    /// The group; empty for handovers that have no tag, or that nobody has.
    pub name: String,
    /// Its figures.
    pub figures: Figures,
}

/// How long the steps are in which a period is shown over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeStep {
    /// Day by day.
    Day,
    /// Week by week.
    Week,
}

/// What came of the handovers of a period.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// Of whom.
    #[schema(example = json!(["default"]))]
    pub businesses: Vec<String>,
    /// The first moment of the period, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// The moment after its last, RFC 3339.
    #[schema(format = DateTime)]
    pub until: String,
    /// When the report was made: what was known then, RFC 3339.
    #[schema(format = DateTime)]
    pub made_at: String,
    /// The figures of all handovers that opened in the period.
    pub total: Figures,
    /// By what `groups` are grouped, where that was asked.
    pub group_by: Option<GroupBy>,
    /// The same handovers in groups.
    pub groups: Vec<Row>,
    /// By reason, the most frequent first.
    pub reasons: Vec<Row>,
    /// By tag, the most frequent first; a handover counts in each of its tags.
    pub tags: Vec<Row>,
    /// By agent; whoever was offered anything has a row.
    pub agents: Vec<Row>,
    /// How long the steps of `over_time` are.
    pub step: TimeStep,
    /// By day or week, those without anything too.
    pub over_time: Vec<Row>,
}

/// Makes the report of one or more businesses, each with its hours. `period` is the one that was gathered.
pub fn report(
    businesses: &[(BusinessId, &Calendar, Gathered)],
    period: Period,
    group_by: Option<GroupBy>,
    now: Time,
) -> Report {
    let sheet = Sheet {
        cases: businesses.iter().flat_map(|(_, _, gathered)| &gathered.cases).collect(),
        begun: businesses.iter().flat_map(|(_, _, gathered)| &gathered.begun).collect(),
        calendars: businesses.iter().map(|(id, calendar, _)| (id, *calendar)).collect(),
        now,
    };
    let days = (period.until - period.since).0 / 86_400_000;
    let step = if days <= MOST_DAYS {
        TimeStep::Day
    } else {
        TimeStep::Week
    };
    let by_time = match step {
        TimeStep::Day => GroupBy::Day,
        TimeStep::Week => GroupBy::Week,
    };
    let over_time = sheet.over_time(by_time, period);
    let groups = match group_by {
        Some(by) if by == by_time => over_time.clone(),
        Some(by @ (GroupBy::Day | GroupBy::Week)) => sheet.over_time(by, period),
        Some(by) => sheet.rows(by),
        None => Vec::new(),
    };
    Report {
        businesses: businesses.iter().map(|(id, _, _)| id.to_string()).collect(),
        since: rfc3339(period.since),
        until: rfc3339(period.until),
        made_at: rfc3339(now),
        total: sheet.total(),
        group_by,
        groups,
        reasons: most_first(sheet.rows(GroupBy::Reason)),
        tags: most_first(sheet.rows(GroupBy::Tag)),
        agents: sheet.rows(GroupBy::Agent),
        step,
        over_time,
    }
}

fn most_first(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| std::cmp::Reverse(row.figures.handovers));
    rows
}

/// What is grouped.
struct Sheet<'a> {
    cases: Vec<&'a Case>,
    begun: Vec<&'a Begun>,
    calendars: BTreeMap<&'a BusinessId, &'a Calendar>,
    now: Time,
}

/// What falls into one group.
#[derive(Default)]
struct Group<'a> {
    cases: Vec<&'a Case>,
    begun: Vec<&'a Begun>,
    offers: Offers,
}

impl<'a> Sheet<'a> {
    fn calendar(&self, business: &BusinessId) -> &'a Calendar {
        self.calendars
            .get(business)
            .expect("a business is gathered with its calendar")
    }

    fn figures(&self, group: &Group<'a>, begun: &[&Begun], handed: &BTreeSet<Chat<'_>>) -> Figures {
        let hours = |business: &BusinessId| self.calendar(business);
        Figures::of(&group.cases, begun, handed, group.offers, &hours, self.now)
    }

    fn total(&self) -> Figures {
        let mut all = Group {
            cases: self.cases.clone(),
            begun: Vec::new(),
            offers: Offers::default(),
        };
        self.cases
            .iter()
            .flat_map(|case| case.offers.values())
            .for_each(|offers| all.offers.add(*offers));
        let handed = self.cases.iter().map(|case| chat_of(case)).collect();
        self.figures(&all, &self.begun, &handed)
    }

    /// One row for each group, by name. What a conversation has by itself (business, bot, channel, day) divides the
    /// conversations too; what only a handover has is a share of all of them.
    fn rows(&self, by: GroupBy) -> Vec<Row> {
        let mut groups: BTreeMap<String, Group<'a>> = BTreeMap::new();
        for case in &self.cases {
            for name in self.names(by, case) {
                let group = groups.entry(name).or_default();
                group.cases.push(case);
                if by != GroupBy::Agent {
                    case.offers.values().for_each(|offers| group.offers.add(*offers));
                }
            }
            if by == GroupBy::Agent {
                for (agent, offers) in &case.offers {
                    groups.entry(agent.to_string()).or_default().offers.add(*offers);
                }
            }
        }
        for begun in &self.begun {
            if let Some(name) = self.name_of_begun(by, begun) {
                groups.entry(name).or_default().begun.push(begun);
            }
        }
        let divides = by.divides_conversations();
        let all: BTreeSet<Chat<'_>> = self.cases.iter().map(|case| chat_of(case)).collect();
        let row = |(name, group): (String, Group<'a>)| {
            let figures = if divides {
                self.figures(&group, &group.begun, &all)
            } else {
                let own = group.cases.iter().map(|case| chat_of(case)).collect();
                self.figures(&group, &self.begun, &own)
            };
            Row { name, figures }
        };
        groups.into_iter().map(row).collect()
    }

    /// Every day or week of the period in order, those without anything too.
    fn over_time(&self, by: GroupBy, period: Period) -> Vec<Row> {
        let mut rows: BTreeMap<String, Row> = self.rows(by).into_iter().map(|row| (row.name.clone(), row)).collect();
        for calendar in self.calendars.values() {
            let last = Time(period.until.0 - 1);
            let mut day = day_of(calendar, period.since);
            while let Some(at) = day.filter(|day| Some(*day) <= day_of(calendar, last)) {
                let name = if by == GroupBy::Week { week(at) } else { at.to_string() };
                rows.entry(name.clone()).or_insert_with(|| Row {
                    name,
                    figures: Figures::default(),
                });
                day = at.tomorrow().ok();
            }
        }
        rows.into_values().collect()
    }

    fn names(&self, by: GroupBy, case: &Case) -> Vec<String> {
        let handover = &case.handover;
        match by {
            GroupBy::Business => vec![case.business.to_string()],
            GroupBy::Bot => vec![case.bot.to_string()],
            GroupBy::Channel => vec![case.channel.clone()],
            GroupBy::Reason => vec![handover.reason.to_string()],
            GroupBy::Tag if handover.tags.is_empty() => vec![NONE.to_owned()],
            GroupBy::Tag => handover.tags.iter().cloned().collect(),
            GroupBy::Agent => vec![case.agent().map_or(NONE.to_owned(), AgentId::to_string)],
            GroupBy::Pack => vec![case.pack().to_owned()],
            GroupBy::Day | GroupBy::Week => vec![self.date(by, &case.business, handover.opened_at)],
        }
    }

    fn name_of_begun(&self, by: GroupBy, begun: &Begun) -> Option<String> {
        match by {
            GroupBy::Business => Some(begun.business.to_string()),
            GroupBy::Bot => Some(begun.bot.to_string()),
            GroupBy::Channel => Some(begun.channel.clone()),
            GroupBy::Day | GroupBy::Week => Some(self.date(by, &begun.business, begun.at)),
            GroupBy::Reason | GroupBy::Tag | GroupBy::Agent | GroupBy::Pack => None,
        }
    }

    fn date(&self, by: GroupBy, business: &BusinessId, at: Time) -> String {
        let Some(day) = day_of(self.calendar(business), at) else {
            return NONE.to_owned();
        };
        if by == GroupBy::Week {
            week(day)
        } else {
            day.to_string()
        }
    }
}

impl GroupBy {
    fn divides_conversations(self) -> bool {
        match self {
            Self::Business | Self::Bot | Self::Channel | Self::Day | Self::Week => true,
            Self::Reason | Self::Tag | Self::Agent | Self::Pack => false,
        }
    }
}

/// The local day of a moment; `None` beyond the ends of the calendar.
fn day_of(calendar: &Calendar, at: Time) -> Option<jiff::civil::Date> {
    calendar.local(at).split(' ').next()?.parse().ok()
}

fn week(day: jiff::civil::Date) -> String {
    let week = day.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}
