//! From the forms of `baton.toml` to businesses whose every part is sound.
//!
//! Each form is taken apart whole, so that a new key does not compile until it is resolved here. What is
//! wrong is collected, and the rest is resolved all the same, so that one run tells everything.

use std::path::Path;
use std::sync::Arc;

use baton_core::{BotId, BusinessId, Calendar, RoleId, RotaId, Target};

use super::business::{Agent, Bot, Business, Token, Trust, Webhook};
use super::form::{
    AbsenceForm, AgentForm, BotForm, BusinessForm, RoleForm, RotaForm, Scope, SwapForm, TokenForm, WebhookForm, Week,
};
use super::handover::People;
use super::hours::{HoursFault, WorkingHours};
use super::secret::{Env, is_token};
use super::source::{ConfigError, ConfigErrors, MOST_ERRORS, Source, pointer_part};
use super::text::{Date, Hours, Text, TimeOfDay};
use crate::directory::{Absence, Rota, RotaError};
use crate::pack::Pack;

/// Finds the pack of a business by the word in its `pack`.
pub(crate) type FindPack<'a> = &'a mut dyn FnMut(&str) -> Result<Arc<Pack>, FindPackError>;

/// Why there is no pack.
pub(crate) enum FindPackError {
    /// The word names none.
    Missing(String),
    /// It is there, and wrong.
    Wrong(ConfigErrors),
}

/// What a business is resolved with.
pub(crate) struct Resolver<'a> {
    pub(crate) source: &'a Source,
    /// Where relative paths start.
    pub(crate) folder: &'a Path,
    pub(crate) env: Env<'a>,
    pub(crate) find_pack: FindPack<'a>,
    pub(crate) errors: Vec<ConfigError>,
}

impl Resolver<'_> {
    /// Resolves `[business.ID]`; `None` and an error where it cannot be.
    pub(crate) fn business(&mut self, key: &str, form: BusinessForm) -> Option<Business> {
        let at = format!("/business/{}", pointer_part(key));
        let id = BusinessId::new(key).map_err(|e| self.error(&at, e.to_string())).ok()?;
        self.ids(&at, &form);
        self.names(&at, &id, &form);
        let BusinessForm {
            name,
            time_zone,
            locale,
            hours,
            holidays,
            alternate_contact,
            emergency_line,
            pack,
            trusted_keys,
            require_signed,
            handover,
            bot,
            role,
            agent,
            rota,
            webhook,
            email,
            token,
        } = form;
        let hours = written(hours.as_ref(), Some(time_zone.clone()), holidays);
        let calendar = self.calendar(&at, hours.calendar());
        let there = (&hours, calendar.as_ref());
        let agents = agent.into_iter().enumerate().map(|(n, form)| {
            let agent = self.agent(&format!("{at}/agent/{n}"), form, there);
            (agent.id.clone(), agent)
        });
        let agents = agents.collect();
        let rotas = rota.into_iter().enumerate();
        let rotas = rotas.filter_map(|(n, form)| self.rota(&format!("{at}/rota/{n}"), form, &time_zone));
        let rotas = rotas.collect();
        let webhooks = webhook.into_iter().enumerate();
        let webhooks = webhooks.filter_map(|(n, form)| self.webhook(&format!("{at}/webhook/{n}"), form));
        let webhooks = webhooks.collect();
        let (folder, env) = (self.folder, self.env);
        let email = email.and_then(|form| {
            form.resolve(&format!("{at}/email"), folder, env, &mut |pointer, message| {
                self.error(pointer, message);
            })
        });
        let tokens = token.into_iter().enumerate();
        let tokens = tokens.filter_map(|(n, form)| self.token(&format!("{at}/token/{n}"), form));
        let tokens = tokens.collect();
        let trust = Trust {
            keys: trusted_keys.into_iter().map(|Text(key)| key).collect(),
            required: require_signed,
        };
        let pack = self.pack(&format!("{at}/pack"), &pack);
        if let Some(Err(message)) = pack.as_ref().map(|pack| trust.check(&pack.id(), &pack.origin)) {
            self.error(&format!("{at}/pack"), message);
        }
        let business = Business {
            name: name.unwrap_or_else(|| id.to_string()),
            locale: locale.into(),
            calendar: calendar.unwrap_or_else(Calendar::always),
            hours,
            alternate_contact,
            emergency_line,
            pack: pack?,
            trust,
            bots: bot.into_iter().map(resolved_bot).collect(),
            roles: role.into_iter().map(resolved_role).collect(),
            agents,
            rotas,
            webhooks,
            email,
            tokens,
            handover,
            id,
        };
        if let Err(errors) = business.check(&business.pack) {
            self.errors.extend(errors);
        }
        Some(business)
    }

    fn error(&mut self, pointer: &str, message: impl Into<String>) {
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        self.errors.push(self.source.error(pointer, message));
    }

    fn ids(&mut self, at: &str, form: &BusinessForm) {
        self.unique(&format!("{at}/bot"), "id", form.bot.iter().map(|b| b.id.as_str()));
        self.unique(&format!("{at}/role"), "id", form.role.iter().map(|r| r.id.as_str()));
        self.unique(&format!("{at}/agent"), "id", form.agent.iter().map(|a| a.id.as_str()));
        self.unique(&format!("{at}/rota"), "id", form.rota.iter().map(|r| r.id.as_str()));
        self.unique(
            &format!("{at}/webhook"),
            "id",
            form.webhook.iter().map(|w| w.id.as_ref()),
        );
        self.unique(
            &format!("{at}/token"),
            "name",
            form.token.iter().map(|t| t.name.as_str()),
        );
    }

    fn unique<'i>(&mut self, at: &str, key: &str, ids: impl Iterator<Item = &'i str>) {
        let mut seen = Vec::new();
        for (n, id) in ids.enumerate() {
            if seen.contains(&id) {
                self.error(&format!("{at}/{n}/{key}"), format!("`{id}` is there twice"));
            }
            seen.push(id);
        }
    }

    /// A calendar, or an error at what makes none.
    fn calendar(&mut self, at: &str, made: Result<Calendar, HoursFault>) -> Option<Calendar> {
        let wrong = |HoursFault { pointer, message }| self.error(&format!("{at}{pointer}"), message);
        made.map_err(wrong).ok()
    }

    /// `there`: the hours of the business, and the calendar that they make, if they make one.
    fn agent(&mut self, at: &str, form: AgentForm, there: (&WorkingHours, Option<&Calendar>)) -> Agent {
        let AgentForm {
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
        } = form;
        let own = written(hours.as_ref(), time_zone, holidays);
        let calendar = match there {
            _ if own == WorkingHours::default() => there.1.cloned(),
            // What is wrong with the business's hours was told there.
            (_, None) if own.time_zone.is_none() => None,
            (business, _) => self.calendar(at, own.calendar_in(business)),
        };
        let calendar = calendar.unwrap_or_else(Calendar::always);
        let absences = self.absences(&format!("{at}/absences"), absences, &calendar);
        Agent {
            name: name.unwrap_or_else(|| id.to_string()),
            email: email.map(String::from),
            roles: roles.into_iter().map(|Text(role)| role).collect(),
            skills: skills.into_iter().map(String::from).collect(),
            languages: languages.into_iter().map(String::from).collect(),
            capacity,
            absences,
            hours: Some(own).filter(|own| *own != WorkingHours::default()),
            calendar,
            id: id.0,
        }
    }

    fn rota(&mut self, at: &str, form: RotaForm, zone: &str) -> Option<(RotaId, Rota)> {
        let RotaForm {
            id: Text(id),
            agents,
            begins,
            hand_over: Text(TimeOfDay(minute)),
            swaps,
        } = form;
        let agents = agents.into_iter().map(|Text(agent)| agent).collect();
        let swaps: Vec<_> = swaps
            .iter()
            .map(|SwapForm { week, agent }| (week.as_ref(), agent.0.clone()))
            .collect();
        let (place, message) = match Rota::new(zone, agents, begins.as_ref(), minute, &swaps) {
            Ok(rota) => return Some((id, rota)),
            // An unknown zone was told at the business.
            Err(RotaError::Nobody | RotaError::NoSuchTime) => return None,
            Err(RotaError::NoWeek(n, week)) => (n, format!("no week begins on this day; one begins on \"{week}\"")),
            Err(RotaError::Twice(n)) => (n, "this week has been given to somebody already".to_owned()),
        };
        self.error(&format!("{at}/swaps/{place}/week"), message);
        None
    }

    fn absences(&mut self, at: &str, forms: Vec<AbsenceForm>, calendar: &Calendar) -> Vec<Absence> {
        let midnight = |day: &Text<Date>| calendar.moment(&format!("{} 00:00", day.as_ref()));
        let mut absences = Vec::new();
        for (n, AbsenceForm { from, back, stand_in }) in forms.into_iter().enumerate() {
            match (midnight(&from), midnight(&back)) {
                (Some(from), Some(back)) if from < back => absences.push(Absence {
                    from,
                    back,
                    stand_in: stand_in.map(|Text(agent)| agent),
                }),
                (Some(_), Some(_)) => self.error(
                    &format!("{at}/{n}/back"),
                    "they must be back on a later day than they leave; it is the first day at work",
                ),
                (from, _) => {
                    let key = if from.is_none() { "from" } else { "back" };
                    self.error(&format!("{at}/{n}/{key}"), "there is no such day");
                }
            }
        }
        absences
    }

    fn pack(&mut self, at: &str, word: &str) -> Option<Arc<Pack>> {
        match (self.find_pack)(word) {
            Ok(pack) => Some(pack),
            Err(FindPackError::Missing(message)) => {
                self.error(at, message);
                None
            }
            Err(FindPackError::Wrong(errors)) => {
                self.errors.extend(errors);
                None
            }
        }
    }

    fn webhook(&mut self, at: &str, form: WebhookForm) -> Option<Webhook> {
        let WebhookForm {
            id,
            url,
            secret,
            events,
            allow_private,
        } = form;
        let url = reqwest::Url::parse(url.as_ref()).expect("the schema wants a web address");
        if url.scheme() != "https" && !allow_private {
            self.error(
                &format!("{at}/url"),
                "a webhook needs https; plain http is for private addresses, with `allow_private = true`",
            );
        }
        let secret = secret.resolve(self.env);
        let secret = secret.map_err(|message| self.error(&format!("{at}/secret"), message));
        Some(Webhook {
            id: id.into(),
            url,
            secret: secret.ok()?,
            events: events.into_iter().map(String::from).collect(),
            allow_private,
        })
    }

    fn token(&mut self, at: &str, form: TokenForm) -> Option<Token> {
        let TokenForm {
            name,
            scope,
            agent,
            secret,
        } = form;
        match (scope, &agent) {
            (Scope::Agent, None) => {
                self.error(at, "a token of scope `agent` needs the `agent` it belongs to");
            }
            (Scope::Bot | Scope::Operator | Scope::Admin, Some(_)) => {
                self.error(
                    &format!("{at}/agent"),
                    "only a token of scope `agent` belongs to an agent",
                );
            }
            (Scope::Agent, Some(_)) | (Scope::Bot | Scope::Operator | Scope::Admin, None) => {}
        }
        let secret = secret.resolve(self.env, is_token);
        let secret = secret.map_err(|message| self.error(&format!("{at}/secret"), message));
        Some(Token {
            name,
            scope,
            agent: agent.map(|Text(agent)| agent),
            secret: secret.ok()?,
        })
    }

    /// Checks that everybody who is named is there.
    fn names(&mut self, at: &str, id: &BusinessId, form: &BusinessForm) {
        let members = |role| form.agent.iter().filter(|agent| agent.roles.contains(role)).count();
        let people = People {
            business: id,
            agents: form.agent.iter().map(|agent| &agent.id.0).collect(),
            rotas: form.rota.iter().map(|rota| &rota.id.0).collect(),
            roles: form.role.iter().map(|role| (&role.id.0, members(&role.id))).collect(),
        };
        let source = self.source;
        self.errors
            .extend(form.handover.check(source, &format!("{at}/handover"), &people));
        for (n, bot) in form.bot.iter().enumerate() {
            self.errors
                .extend(bot.handover.check(source, &format!("{at}/bot/{n}/handover"), &people));
        }
        for (n, agent) in form.agent.iter().enumerate() {
            for (m, role) in agent.roles.iter().enumerate() {
                if !people.roles.contains_key(&role.0) {
                    self.error(&format!("{at}/agent/{n}/roles/{m}"), people.unknown_role(role));
                }
            }
        }
        for (n, agent) in form.agent.iter().enumerate() {
            for (k, absence) in agent.absences.iter().enumerate() {
                let Some(Text(stand_in)) = &absence.stand_in else {
                    continue;
                };
                let place = format!("{at}/agent/{n}/absences/{k}/stand_in");
                if *stand_in == agent.id.0 {
                    self.error(&place, "nobody stands in for themselves");
                } else if let Err(message) = people.check(&Target::Agent(stand_in.clone())) {
                    self.error(&place, message);
                }
            }
        }
        for (n, rota) in form.rota.iter().enumerate() {
            let swaps = rota.swaps.iter().enumerate();
            let swaps = swaps.map(|(k, swap)| (format!("swaps/{k}/agent"), &swap.agent));
            let agents = rota.agents.iter().enumerate();
            let agents = agents.map(|(k, agent)| (format!("agents/{k}"), agent));
            for (place, Text(agent)) in agents.chain(swaps) {
                if let Err(message) = people.check(&Target::Agent(agent.clone())) {
                    self.error(&format!("{at}/rota/{n}/{place}"), message);
                }
            }
        }
        for (n, token) in form.token.iter().enumerate() {
            let named = token.agent.as_ref().map(|Text(agent)| Target::Agent(agent.clone()));
            if let Some(Err(message)) = named.map(|agent| people.check(&agent)) {
                self.error(&format!("{at}/token/{n}/agent"), message);
            }
        }
    }
}

/// Hours, as the forms hold them.
fn written(week: Option<&Week>, time_zone: Option<String>, holidays: Vec<Text<Date>>) -> WorkingHours {
    let of_day = |(weekday, hours): (u8, &[Text<Hours>])| {
        let hours = hours.iter().map(|Text(hours)| hours.on(weekday));
        hours.collect::<Vec<_>>()
    };
    WorkingHours {
        weekly: week.map(|week| (0..).zip(week.days()).flat_map(of_day).collect()),
        time_zone,
        holidays: holidays.into_iter().map(String::from).collect(),
    }
}

fn resolved_bot(form: BotForm) -> (BotId, Bot) {
    let BotForm {
        id: Text(id),
        channels,
        mode,
        turn_budget,
        handover,
    } = form;
    let bot = Bot {
        channels: channels.into_iter().map(String::from).collect(),
        mode: mode.into(),
        turn_budget,
        handover,
    };
    (id, bot)
}

fn resolved_role(form: RoleForm) -> (RoleId, String) {
    let RoleForm { id: Text(id), name } = form;
    let name = name.unwrap_or_else(|| id.to_string());
    (id, name)
}
