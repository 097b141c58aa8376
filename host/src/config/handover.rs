//! The `[handover]` part of the rules, and how its layers become one policy.
//!
//! A pack says what is usual in its industry, a business what it can keep, a bot what it needs: the same
//! keys in all three, and the nearer one wins, key by key. A deadline wins priority by priority, so that
//! `response = { high = "1h" }` leaves the others alone. What any of them says of one reason wins over what all of
//! them say of every handover. What nobody says is [`Policy::default`]'s.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{
    AfterCompletion, AgentId, Assignee, BusinessId, Deadlines, OwnerRule, Policy, Priority, Reactivation, Reason,
    RoleId, RotaId, Rung, Sla, Spread, Target,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::source::{ConfigError, Source, pointer_part, suggest};
use super::text::{Bound, Label, Parsed, Text};

/// What is done about a handover.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HandoverForm {
    /// On every handover.
    tags: Option<Vec<Tag>>,
    /// Who gets it where no rule wants another role.
    role: Option<Text<RoleId>>,
    /// How many failed answers of the bot make a handover.
    #[schemars(range(min = 1, max = 100))]
    failed_answers: Option<u32>,
    /// What a signal of an information gap must reach to count as one failed answer.
    #[schemars(range(min = 0, max = 1))]
    failed_confidence: Option<f32>,
    /// Whether a contact's owner gets it.
    skip_if_owned: Option<OwnerForm>,
    /// Who is asked, rung by rung.
    #[schemars(length(min = 1, max = 16))]
    ladder: Option<Vec<RungForm>>,
    /// How often the whole ladder is climbed.
    #[schemars(range(min = 1, max = 100))]
    climbs: Option<u32>,
    /// Who has it at the ladder's end.
    fallback: Option<Text<Assignee>>,
    /// The first response: promised to the customer, and when the task is due.
    response: Option<Spans>,
    /// The outcome, counted from the opening.
    resolution: Option<Window>,
    /// Whether the time to the outcome stands still from an agent's message to the customer's next one.
    resolution_pauses: Option<bool>,
    /// The share of a deadline at which a warning is sent, in percent.
    #[schemars(range(min = 1, max = 99))]
    warn_percent: Option<u8>,
    /// When the bot comes back.
    reactivation: ReactivationForm,
    /// Where the conversation goes when it is completed.
    after_completion: Option<AfterForm>,
    /// When a follow-up task is due, where nobody says.
    follow_up: Option<Text<Sla>>,
    /// What holds for the handovers of one reason.
    reason: BTreeMap<String, ReasonForm>,
}

/// What holds for the handovers of one reason: as the same keys of [`HandoverForm`], but for the tags, which are added.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct ReasonForm {
    /// Besides those of every handover.
    tags: Vec<Tag>,
    role: Option<Text<RoleId>>,
    #[schemars(length(min = 1, max = 16))]
    ladder: Option<Vec<RungForm>>,
    fallback: Option<Text<Assignee>>,
    response: Option<Spans>,
    resolution: Option<Window>,
    reactivation: ReactivationForm,
}

type Tag = Text<Label>;

/// When the bot comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct ReactivationForm {
    /// Without any human act since the opening.
    unanswered: Option<Window>,
    /// Since the last human act.
    quiet: Option<Window>,
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RungForm {
    /// Whom it asks.
    to: Text<Target>,
    /// One after the other, or all at once.
    #[serde(default)]
    spread: SpreadForm,
    /// How long an offer stands.
    #[serde(default)]
    within: Option<Spans>,
    /// How many offers it makes.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1000))]
    tries: u32,
}

fn one() -> u32 {
    1
}

/// One span for every priority, or one for each.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Spans {
    All(Text<Sla>),
    Each(EachForm),
}

/// As [`Spans`], or `"never"`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Window {
    All(Text<Bound>),
    Each(EachForm),
}

/// A span for each priority.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
struct EachForm {
    /// When there is time.
    low: Option<Text<Sla>>,
    /// The usual.
    medium: Option<Text<Sla>>,
    /// Urgent, or of high value.
    high: Option<Text<Sla>>,
}

macro_rules! words {
    ($($(#[$doc:meta])* $form:ident for $core:ident { $($(#[$word_doc:meta])* $word:ident),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        enum $form { $($(#[$word_doc])* $word),* }

        impl From<$form> for $core {
            fn from(form: $form) -> Self {
                match form { $($form::$word => Self::$word),* }
            }
        }
    )*};
}

words! {
    /// What happens with owned contacts.
    OwnerForm for OwnerRule {
        /// To the owner, if they are available.
        #[default] IfAvailable,
        /// To the owner, available or not.
        Always,
        /// As if there were no owner.
        Never
    }
    /// How a rung asks.
    SpreadForm for Spread {
        /// One after the other, best first.
        #[default] One,
        /// All at once.
        All
    }
    /// Where a conversation goes.
    AfterForm for AfterCompletion {
        /// Back to the bot.
        #[default] Bot,
        /// It closes.
        Close
    }
}

impl HandoverForm {
    /// Puts layers over a policy, the nearest last.
    pub(crate) fn apply(layers: &[&Self], policy: &mut Policy) {
        for layer in layers {
            layer.lay(policy);
        }
        let usual = policy.clone();
        for (reason, form) in layers.iter().flat_map(|layer| &layer.reason) {
            let own = policy.reasons.entry(reason.clone());
            form.lay(own.or_insert_with(|| usual.clone()));
        }
    }

    fn lay(&self, policy: &mut Policy) {
        let Self {
            tags,
            role,
            failed_answers,
            failed_confidence,
            skip_if_owned,
            ladder,
            climbs,
            fallback,
            response,
            resolution,
            resolution_pauses,
            warn_percent,
            reactivation,
            after_completion,
            follow_up,
            reason: _,
        } = self;
        set(&mut policy.tags, tags.as_deref().map(owned));
        set(&mut policy.failed_answers, *failed_answers);
        set(&mut policy.failed_confidence, *failed_confidence);
        set(&mut policy.owner, skip_if_owned.map(OwnerRule::from));
        set(&mut policy.climbs, *climbs);
        set(&mut policy.resolution_pauses, *resolution_pauses);
        set(&mut policy.warn_percent, *warn_percent);
        set(
            &mut policy.after_completion,
            after_completion.map(AfterCompletion::from),
        );
        set(&mut policy.follow_up, follow_up.map(|Text(sla)| sla));
        let who = (role.as_ref(), ladder.as_ref(), fallback.as_ref());
        lay_terms(policy, who, (*response, *resolution, *reactivation));
    }

    /// What no policy could mean, and every role and agent that the business does not have.
    ///
    /// `at` is the JSON Pointer of this form in its source.
    pub(crate) fn check(&self, source: &Source, at: &str, people: &People<'_>) -> Vec<ConfigError> {
        let mut errors = self.check_reasons(source, at);
        let mut check = |at: &str, who: Who<'_>| {
            for (pointer, to) in named(who) {
                if let Err(message) = people.check(&to) {
                    errors.push(source.error(&format!("{at}/{pointer}"), message));
                }
            }
        };
        check(at, (self.role.as_ref(), self.ladder.as_ref(), self.fallback.as_ref()));
        for (reason, form) in &self.reason {
            let at = format!("{at}/reason/{}", pointer_part(reason));
            check(&at, (form.role.as_ref(), form.ladder.as_ref(), form.fallback.as_ref()));
        }
        errors
    }

    /// Where an agent is named: `rung 2 of the ladder for high-value`; `None` where they are not.
    pub(super) fn naming(&self, agent: &AgentId) -> Option<String> {
        let wanted = Target::Agent(agent.clone());
        let place = |who: Who<'_>| {
            let (pointer, _) = named(who).into_iter().find(|(_, to)| *to == wanted)?;
            let rung = pointer.split('/').nth(1).and_then(|rung| rung.parse::<usize>().ok());
            Some(rung.map_or_else(
                || "the fallback".to_owned(),
                |n| format!("rung {} of the ladder", n + 1),
            ))
        };
        let usual = place((self.role.as_ref(), self.ladder.as_ref(), self.fallback.as_ref()));
        usual.or_else(|| {
            self.reason.iter().find_map(|(reason, form)| {
                let place = place((form.role.as_ref(), form.ladder.as_ref(), form.fallback.as_ref()))?;
                Some(format!("{place} for {reason}"))
            })
        })
    }

    /// Names in `reason` that cannot be one.
    pub(crate) fn check_reasons(&self, source: &Source, at: &str) -> Vec<ConfigError> {
        let wrong = |reason: &String| {
            let message = <Reason as Parsed>::parse(reason).err()?;
            let pointer = format!("{at}/reason/{}", pointer_part(reason));
            Some(source.error(&pointer, message))
        };
        self.reason.keys().filter_map(wrong).collect()
    }
}

impl ReasonForm {
    fn lay(&self, policy: &mut Policy) {
        let Self {
            tags,
            role,
            ladder,
            fallback,
            response,
            resolution,
            reactivation,
        } = self;
        policy.tags.append(&mut owned(tags));
        let who = (role.as_ref(), ladder.as_ref(), fallback.as_ref());
        lay_terms(policy, who, (*response, *resolution, *reactivation));
    }
}

/// Who should get a handover, who is asked, and who has it at the end.
type Who<'a> = (
    Option<&'a Text<RoleId>>,
    Option<&'a Vec<RungForm>>,
    Option<&'a Text<Assignee>>,
);

/// What a form says of all handovers and of those of one reason alike.
fn lay_terms(
    policy: &mut Policy,
    (role, ladder, fallback): Who<'_>,
    (response, resolution, reactivation): (Option<Spans>, Option<Window>, ReactivationForm),
) {
    if let Some(Text(role)) = role {
        policy.role = Some(role.clone());
    }
    set(
        &mut policy.ladder,
        ladder.map(|rungs| rungs.iter().map(RungForm::rung).collect()),
    );
    set(&mut policy.fallback, fallback.map(|Text(to)| to.clone()));
    if let Some(spans) = response {
        policy.response = spans.over(Some(policy.response));
    }
    let Reactivation { unanswered, quiet } = policy.reactivation;
    policy.resolution = Window::over(resolution, policy.resolution);
    policy.reactivation = Reactivation {
        unanswered: Window::over(reactivation.unanswered, unanswered),
        quiet: Window::over(reactivation.quiet, quiet),
    };
}

/// Everybody whom a form names, each at its place in it.
fn named((role, ladder, fallback): Who<'_>) -> Vec<(String, Target)> {
    let role = role.map(|Text(role)| ("role".to_owned(), Target::Role(role.clone())));
    let rungs = ladder.into_iter().flatten().enumerate();
    let rungs = rungs.map(|(n, rung)| (format!("ladder/{n}/to"), rung.to.0.clone()));
    let fallback = fallback.and_then(|Text(to)| match to {
        Assignee::Agent(agent) => Some(Target::Agent(agent.clone())),
        Assignee::Role(role) => Some(Target::Role(role.clone())),
        Assignee::Everyone => None,
    });
    let fallback = fallback.map(|to| ("fallback".to_owned(), to));
    role.into_iter().chain(rungs).chain(fallback).collect()
}

fn owned(tags: &[Tag]) -> BTreeSet<String> {
    tags.iter().map(|tag| tag.as_ref().to_owned()).collect()
}

impl RungForm {
    fn rung(&self) -> Rung {
        let usual = Policy::default().ladder.first().map(|rung| rung.within);
        Rung {
            to: self.to.0.clone(),
            spread: self.spread.into(),
            within: match self.within {
                Some(spans) => spans.over(usual),
                None => usual.expect("the default ladder has a rung"),
            },
            tries: self.tries,
        }
    }
}

impl Spans {
    fn over(self, last: Option<Deadlines>) -> Deadlines {
        match self {
            Self::All(Text(sla)) => all(sla),
            Self::Each(each) => each.over(last),
        }
    }
}

impl Window {
    fn over(window: Option<Self>, last: Option<Deadlines>) -> Option<Deadlines> {
        match window {
            None => last,
            Some(Self::All(Text(Bound::Never))) => None,
            Some(Self::All(Text(Bound::After(sla)))) => Some(all(sla)),
            Some(Self::Each(each)) => Some(each.over(last)),
        }
    }
}

impl EachForm {
    /// The spans that are given, over those that were there; where none was, the nearest one given.
    fn over(self, last: Option<Deadlines>) -> Deadlines {
        let [low, medium, high] = [self.low, self.medium, self.high].map(|given| given.map(|Text(sla)| sla));
        let pick = |given: Option<Sla>, priority, near: Option<Sla>, far: Option<Sla>| {
            let before = last.map(|deadlines| deadlines.of(priority));
            let found = given.or(before).or(near).or(far);
            found.expect("the schema wants at least one of them")
        };
        Deadlines {
            low: pick(low, Priority::Low, medium, high),
            medium: pick(medium, Priority::Medium, low, high),
            high: pick(high, Priority::High, medium, low),
        }
    }
}

fn all(sla: Sla) -> Deadlines {
    Deadlines {
        low: sla,
        medium: sla,
        high: sla,
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// The people of a business, for checking names.
pub(crate) struct People<'a> {
    pub(crate) business: &'a BusinessId,
    pub(crate) agents: Vec<&'a AgentId>,
    pub(crate) rotas: Vec<&'a RotaId>,
    /// Each role with the number of its members.
    pub(crate) roles: BTreeMap<&'a RoleId, usize>,
}

impl People<'_> {
    /// Whether there is somebody behind a name.
    ///
    /// A business that lists no agent gets its people at run time; then every name may come to be.
    ///
    /// # Errors
    ///
    /// A message with the remedy.
    pub(crate) fn check(&self, to: &Target) -> Result<(), String> {
        if self.agents.is_empty() {
            return Ok(());
        }
        match to {
            Target::Candidates | Target::Everyone => Ok(()),
            Target::Agent(agent) if self.agents.contains(&agent) => Ok(()),
            Target::Agent(agent) => {
                let known = self.agents.iter().map(|agent| agent.as_str());
                let hint = suggest(agent.as_str(), known);
                Err(format!("business `{}` has no agent `{agent}`{hint}", self.business))
            }
            Target::OnCall(rota) if self.rotas.contains(&rota) => Ok(()),
            Target::OnCall(rota) => {
                let hint = suggest(rota.as_str(), self.rotas.iter().map(|rota| rota.as_str()));
                Err(format!("business `{}` has no rota `{rota}`{hint}", self.business))
            }
            Target::Role(role) => match self.roles.get(role) {
                None => Err(self.unknown_role(role)),
                Some(0) => Err(format!(
                    "business `{}` has nobody in the role `{role}`; give an agent `roles = [\"{role}\"]`",
                    self.business
                )),
                Some(_) => Ok(()),
            },
        }
    }

    /// The message for a role that the business does not have.
    pub(crate) fn unknown_role(&self, role: &RoleId) -> String {
        let known = self.roles.keys().map(|role| role.as_str());
        let hint = suggest(role.as_str(), known);
        format!("business `{}` has no role `{role}`{hint}", self.business)
    }
}
