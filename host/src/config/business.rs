//! A business, resolved: every name in it is known, every calendar opens, every secret is there.
//!
//! The rules are a pack's and change while the daemon runs, so a business keeps its own layers and makes a
//! [`Policy`] from any pack that fits its people: [`Business::check`] first, then [`Business::policy`].

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use baton_core::{AgentId, BotId, BusinessId, Calendar, Mode, Policy, RoleId, RotaId, Target};

use super::email::Email;
use super::form::Scope;
use super::handover::{HandoverForm, People};
use super::hours::WorkingHours;
use super::secret::Secret;
use super::source::ConfigErrors;
use crate::directory::{Absence, Rota};
use crate::pack::{Origin, Pack, PublicKey};

/// A tenant: its own bots, people, hours and rules.
#[derive(Debug, Clone)]
pub struct Business {
    /// Its id.
    pub id: BusinessId,
    /// As texts name it.
    pub name: String,
    /// A BCP 47 tag: the language where a contact's is not known.
    pub locale: String,
    /// Its hours.
    pub calendar: Calendar,
    /// The same as they were written: what its people's are laid over.
    pub hours: WorkingHours,
    /// Another way to reach it, for texts.
    pub alternate_contact: Option<String>,
    /// For what cannot wait, for texts.
    pub emergency_line: Option<String>,
    /// The rule pack it starts with.
    pub pack: Arc<Pack>,
    /// Whose packs it takes.
    pub trust: Trust,
    /// Its bots; none: every bot is taken as it comes.
    pub bots: BTreeMap<BotId, Bot>,
    /// Its roles, with the name that people read.
    pub roles: BTreeMap<RoleId, String>,
    /// Its people; none: they come at run time.
    pub agents: BTreeMap<AgentId, Agent>,
    /// Who of them is on call when.
    pub rotas: BTreeMap<RotaId, Rota>,
    /// Where its events go.
    pub webhooks: Vec<Webhook>,
    /// How its people get mail; `None`: they get none.
    pub email: Option<Email>,
    /// Tokens that stand in the environment.
    pub tokens: Vec<Token>,
    pub(super) handover: HandoverForm,
}

/// Whose packs a business takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trust {
    /// Those who may sign packs for it.
    pub keys: Vec<PublicKey>,
    /// Whether a pack must carry a signature of one of them; those that are built in need none.
    pub required: bool,
}

impl Trust {
    /// Whether a pack may come into force.
    ///
    /// # Errors
    ///
    /// Why not, with the remedy.
    pub fn check(&self, pack: &str, origin: &Origin) -> Result<(), String> {
        let signed_by = match origin {
            Origin::BuiltIn => return Ok(()),
            Origin::Folder | Origin::Archive { .. } if !self.required => return Ok(()),
            Origin::Folder => {
                return Err(format!(
                    "{pack} is a folder, which cannot be signed, and the business has `require_signed`; build it with \
                     `baton pack build`, sign it with `baton pack sign`, and name the archive"
                ));
            }
            Origin::Archive { signed_by } => signed_by,
        };
        if signed_by.is_empty() {
            return Err(format!(
                "{pack} is not signed, and the business has `require_signed`; sign it with `baton pack sign FILE --key KEY`"
            ));
        }
        match signed_by.iter().any(|key| self.keys.contains(key)) {
            true => Ok(()),
            false => {
                let signers: Vec<_> = signed_by.iter().map(ToString::to_string).collect();
                Err(format!(
                    "{pack} is signed by {}, and by none of the {} `trusted_keys` of the business; if you trust the \
                     signer, add the key there",
                    signers.join(" and "),
                    self.keys.len()
                ))
            }
        }
    }
}

/// An AI agent of a business.
#[derive(Debug, Clone)]
pub struct Bot {
    /// Where it may speak; none: everywhere.
    pub channels: BTreeSet<String>,
    pub(super) mode: Mode,
    pub(super) turn_budget: Option<u32>,
    pub(super) handover: HandoverForm,
}

/// A person of a business.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Their id.
    pub id: AgentId,
    /// As people call them.
    pub name: String,
    /// Where they read mail.
    pub email: Option<String>,
    /// Groups they belong to; the business has each of them.
    pub roles: BTreeSet<RoleId>,
    /// What they can do.
    pub skills: BTreeSet<String>,
    /// BCP 47 tags.
    pub languages: BTreeSet<String>,
    /// Open handovers they may hold; at least 1.
    pub capacity: u32,
    /// When they are out of office; whoever stands in is an agent of the business.
    pub absences: Vec<Absence>,
    /// Hours of their own, as they were written.
    pub hours: Option<WorkingHours>,
    /// Their hours: the business's where they have none of their own; their holidays besides its.
    pub calendar: Calendar,
}

/// Where events go.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Unique in the business.
    pub id: String,
    /// `https`, or `http` with `allow_private`.
    pub url: reqwest::Url,
    /// `whsec_` and 24 to 64 bytes in base64.
    pub secret: Secret,
    /// Event types, `handover.*` for a group, `*` for all; none: all.
    pub events: Vec<String>,
    /// Whether it may stand at a private address.
    pub allow_private: bool,
}

impl Webhook {
    /// Whether an event of this type goes there.
    pub fn wants(&self, event: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(group) => event.starts_with(group),
            None => pattern == event,
        };
        self.events.is_empty() || self.events.iter().any(fits)
    }
}

/// A token that stands in the environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// For people; unique in the business.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Whose it is; there exactly when the scope is [`Scope::Agent`].
    pub agent: Option<AgentId>,
    /// `baton_ID_SECRET`.
    pub secret: Secret,
}

impl Business {
    /// A made-up business for stories about a pack: nobody in it yet, so that every role and agent may come to be.
    pub fn rehearsal(pack: Arc<Pack>) -> Self {
        let embedded = super::Config::embedded().businesses.into_values().next();
        Self {
            pack,
            ..embedded.expect("the embedded configuration has a business")
        }
    }

    /// Whether a pack's rules fit this business: it has every role and agent that they name.
    ///
    /// # Errors
    ///
    /// Every name that it does not have, at its place in the pack or in the configuration.
    pub fn check(&self, pack: &Pack) -> Result<(), ConfigErrors> {
        let people = self.people();
        let mut errors = pack.handover.check(&pack.source, "/handover", &people);
        for (n, rule) in pack.detectors.iter().enumerate() {
            if let Some(role) = &rule.role {
                let wrong = people.check(&Target::Role(role.clone())).err();
                let at = format!("/detector/{n}/role");
                errors.extend(wrong.map(|message| pack.source.error(&at, message)));
            }
        }
        ConfigErrors::check(errors)
    }

    /// What a bot of this business wants done about a handover under a pack's rules.
    ///
    /// `rules` names the generation. `None` when the business lists bots and this is none of them. The pack
    /// must have passed [`Business::check`].
    pub fn policy(&self, pack: &Pack, bot: &BotId, rules: String) -> Option<Policy> {
        let bot = match self.bots.get(bot) {
            Some(bot) => Some(bot),
            None if self.bots.is_empty() => None,
            None => return None,
        };
        let mut policy = Policy {
            rules,
            calendar: self.calendar.clone(),
            ..Policy::default()
        };
        let mut layers = vec![&pack.handover, &self.handover];
        if let Some(bot) = bot {
            layers.push(&bot.handover);
            policy.mode = bot.mode;
            policy.turn_budget = bot.turn_budget;
        }
        HandoverForm::apply(&layers, &mut policy);
        Some(policy)
    }

    /// Where a pack or the configuration names an agent, besides the entry that is their own; `None` where nobody does.
    pub fn naming(&self, pack: &Pack, agent: &AgentId) -> Option<String> {
        let of_pack = pack.handover.naming(agent);
        let of_pack = of_pack.map(|place| format!("{place} in the pack `{}`", pack.name));
        let own = || {
            let own = self.handover.naming(agent);
            own.map(|place| format!("{place} of business `{}` in baton.toml", self.id))
        };
        let of_bot = || {
            let mut bots = self.bots.iter();
            let (bot, place) = bots.find_map(|(id, bot)| Some((id, bot.handover.naming(agent)?)))?;
            Some(format!("{place} of bot `{bot}` in baton.toml"))
        };
        let of_rota = || {
            let mut rotas = self.rotas.iter();
            let (rota, _) = rotas.find(|(_, rota)| rota.agents().any(|on_it| on_it == agent))?;
            Some(format!("the rota `{rota}` in baton.toml"))
        };
        let of_token = || {
            let token = self.tokens.iter().find(|token| token.agent.as_ref() == Some(agent))?;
            Some(format!("the token `{}` in baton.toml", token.name))
        };
        of_pack.or_else(own).or_else(of_bot).or_else(of_rota).or_else(of_token)
    }

    pub(super) fn people(&self) -> People<'_> {
        let members = |role: &RoleId| self.agents.values().filter(|a| a.roles.contains(role)).count();
        People {
            business: &self.id,
            agents: self.agents.keys().collect(),
            rotas: self.rotas.keys().collect(),
            roles: self.roles.keys().map(|role| (role, members(role))).collect(),
        }
    }
}
