//! `baton agent`: the people of the business, and who of them is there.

use std::collections::BTreeMap;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::remote::Remote;
use super::screen::Screen;
use super::task::ended;
use super::value::{items, text, time, when};
use crate::client::{Absence, Page, Presence, Profile};
use crate::config::DAYS;

/// Agents: the people of the business, and who of them is there.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton agent list\n  baton agent presence ana online\n  baton agent remove ana")]
pub(super) struct Agent {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List all agents: id, name, roles, load, presence, rotas on which they are on call, whether they would get an offer now.
    #[command(after_help = "Example:\n  baton agent list")]
    List,
    /// Show one agent.
    #[command(after_help = "Example:\n  baton agent show ana")]
    Show {
        /// Who.
        id: String,
    },
    /// Add an agent, or replace all that is said of one.
    #[command(
        after_help = "Example:\n  baton agent put ana --name \"Ana Silva\" --role technician --skill heating --capacity 3\n  baton agent put ana --name \"Ana Silva\" --absent 2026-08-03,2026-08-15,ben\n  baton agent put ana --name Ana --hours mon=09:00-12:00,13:00-18:00 --hours tue=09:00-17:00"
    )]
    Put {
        /// Who.
        id: String,
        /// For people.
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// Where to write to.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// A group they are in; may be given several times.
        #[arg(long = "role", value_name = "ID")]
        roles: Vec<String>,
        /// What they can do; may be given several times.
        #[arg(long = "skill", value_name = "WORD")]
        skills: Vec<String>,
        /// A language they speak, such as en or pt-BR; may be given several times.
        #[arg(long = "language", value_name = "TAG")]
        languages: Vec<String>,
        /// Open handovers they may hold; 5 without it.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
        capacity: Option<u32>,
        /// Hours of their own on a day; may be given for several. Without any: those of the configuration, else the business's.
        #[arg(long = "hours", value_name = "DAY=FROM-TO,...", value_parser = hours)]
        hours: Vec<(String, Vec<String>)>,
        /// The time zone of their hours, such as Europe/Madrid; the business's without it.
        #[arg(long, value_name = "ZONE", requires = "hours")]
        time_zone: Option<String>,
        /// A day off besides the business's, such as 2026-08-17; may be given several times.
        #[arg(long = "holiday", value_name = "DATE")]
        holidays: Vec<String>,
        /// A time out of office: the day they leave, the day they are back, and who stands in; may be given several times.
        #[arg(long = "absent", value_name = "FROM,BACK[,ID]", value_parser = absence)]
        absences: Vec<Absence>,
    },
    /// Remove an agent and their tokens; what they hold or were offered goes to others.
    #[command(after_help = "Example:\n  baton agent remove ana")]
    Remove {
        /// Who. Who stands in the daemon's configuration is taken out there.
        id: String,
    },
    /// Say whether an agent is at work.
    #[command(after_help = "Example:\n  baton agent presence ana away --until 30m")]
    Presence {
        /// Who.
        id: String,
        /// How.
        #[arg(value_enum)]
        presence: PresenceArg,
        /// Until when: 30m, "2026-03-06 14:00"; until said otherwise without it.
        #[arg(long, value_name = "TIME", value_parser = when)]
        until: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PresenceArg {
    /// Takes offers.
    Online,
    /// Takes none, but will be back.
    Away,
    /// Not at work.
    Offline,
}

impl PresenceArg {
    fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

impl Agent {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let client = self.remote.client()?;
        match self.act {
            Act::List => list(screen, &client.agents()?),
            Act::Show { id } => {
                let agents = client.agents()?.items;
                let found = agents.iter().find(|agent| agent["id"] == *id);
                let missing = || {
                    let known: Vec<_> = agents.iter().map(|agent| text(agent, "/id")).collect();
                    let remedy = match known.is_empty() {
                        true => format!("there are none yet; add one: baton agent put {id} --name NAME"),
                        false => format!("there are {}", known.join(", ")),
                    };
                    Failure::new(Exit::Refused, format!("no agent {id:?}")).remedy(remedy)
                };
                show(screen, found.ok_or_else(missing)?)
            }
            Act::Put {
                id,
                name,
                email,
                roles,
                skills,
                languages,
                capacity,
                hours,
                time_zone,
                holidays,
                absences,
            } => {
                let mut week: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (day, intervals) in hours {
                    week.entry(day).or_default().extend(intervals);
                }
                let profile = Profile {
                    name,
                    email,
                    roles,
                    skills,
                    languages,
                    capacity,
                    hours: Some(week).filter(|week| !week.is_empty()),
                    time_zone,
                    holidays: Some(holidays).filter(|days| !days.is_empty()),
                    absences,
                };
                show(screen, &client.put_agent(&id, &profile)?)
            }
            Act::Remove { id } => removed(screen, &client.remove_agent(&id)?),
            Act::Presence { id, presence, until } => {
                let presence = Presence {
                    presence: presence.as_str(),
                    until,
                };
                show(screen, &client.set_presence(&id, &presence)?)
            }
        }
    }
}

/// `mon=09:00-12:00,13:00-18:00`
fn hours(text: &str) -> Result<(String, Vec<String>), String> {
    let day = text.split_once('=').filter(|(day, _)| DAYS.contains(day));
    let (day, intervals) = day.ok_or_else(|| {
        format!(
            "{text:?} is no day with its hours; write mon=09:00-12:00,13:00-18:00, the days are {}",
            DAYS.join(", ")
        )
    })?;
    let intervals = intervals.split(',').map(|interval| interval.trim().to_owned());
    Ok((day.to_owned(), intervals.collect()))
}

/// `2026-08-03,2026-08-15,ben`
fn absence(text: &str) -> Result<Absence, String> {
    let mut parts = text.split(',').map(str::trim);
    let (Some(from), Some(back), stand_in, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(format!(
            "{text:?} is no absence; write the day they leave, the day they are back, and who stands in: 2026-08-03,2026-08-15,ben"
        ));
    };
    Ok(Absence {
        from: when(from)?,
        back: when(back)?,
        stand_in: stand_in.map(str::to_owned),
    })
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |agent: &Value| {
        let of = |pointer| text(agent, pointer);
        let load = format!("{}/{}", of("/open"), of("/capacity"));
        [
            of("/id"),
            of("/name"),
            of("/roles"),
            load,
            of("/presence"),
            of("/on_call"),
            available(agent),
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(
        screen,
        page,
        "agents; add one: baton agent put ana --name Ana",
        |screen| {
            screen.table(
                ["ID", "NAME", "ROLES", "LOAD", "PRESENCE", "ON CALL", "AVAILABLE"],
                rows,
            )
        },
    )
}

fn available(agent: &Value) -> String {
    match agent["available"] == true {
        true => "yes".to_owned(),
        false => format!("no: {}", text(agent, "/why")).trim_end_matches(": ").to_owned(),
    }
}

/// `mon 09:00-12:00 13:00-18:00`, a line for each day that has hours.
fn week(agent: &Value) -> String {
    let hours = DAYS.map(|day| (day, text(agent, &format!("/hours/{day}"))));
    let open = hours.iter().filter(|(_, hours)| !hours.is_empty());
    open.map(|(day, hours)| format!("{day} {hours}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn removed(screen: &mut Screen<'_>, removed: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(removed);
    }
    let (agent, tasks) = (text(removed, "/agent"), text(removed, "/tasks"));
    screen.line(&match tasks.is_empty() {
        true => format!("removed {agent}; nothing was theirs"),
        false => format!("removed {agent}; others are asked to do {tasks}"),
    })
}

fn show(screen: &mut Screen<'_>, agent: &Value) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(agent);
    }
    let of = |pointer| text(agent, pointer);
    let until = time(screen, agent, "/presence_until");
    let presence = of("/presence");
    let absent = items(agent, "/absences").iter().map(|absence| {
        let (from, back) = (time(screen, absence, "/from"), time(screen, absence, "/back"));
        match text(absence, "/stand_in") {
            nobody if nobody.is_empty() => format!("{from} to {back}"),
            agent => format!("{from} to {back}, {agent} stands in"),
        }
    });
    let facts = [
        ("agent", of("/id")),
        ("name", of("/name")),
        ("email", of("/email")),
        ("roles", of("/roles")),
        ("skills", of("/skills")),
        ("languages", of("/languages")),
        ("load", format!("{} of {}", of("/open"), of("/capacity"))),
        (
            "presence",
            if until.is_empty() {
                presence
            } else {
                format!("{presence} until {until}")
            },
        ),
        ("hours", week(agent)),
        ("time zone", of("/time_zone")),
        ("holidays", of("/holidays")),
        ("absent", absent.collect::<Vec<_>>().join("\n")),
        ("on call", of("/on_call")),
        ("available", available(agent)),
    ];
    screen.facts(&facts)
}
