//! The `[handover]` part of the rules, and how its layers become one policy.
//!
//! A pack says what is usual in its industry, a business what it can keep, a bot what it needs: the same
//! keys in all three, and the nearer one wins, key by key. A deadline wins priority by priority, so that
//! `response = { high = "1h" }` leaves the others alone. What nobody says is [`Policy::default`]'s.

use std::collections::BTreeMap;

use baton_core::{
    AfterCompletion, AgentId, Assignee, BusinessId, Deadlines, OwnerRule, Policy, Priority, Reactivation, Reason,
    RoleId, Rung, Sla, Spread, Target,
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
    /// On a handover of each reason, besides `tags`.
    reason_tags: BTreeMap<String, Vec<Tag>>,
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
    /// The share of a deadline at which a warning is sent, in percent.
    #[schemars(range(min = 1, max = 99))]
    warn_percent: Option<u8>,
    /// When the bot comes back.
    reactivation: ReactivationForm,
    /// Where the conversation goes when it is completed.
    after_completion: Option<AfterForm>,
    /// When a follow-up task is due, where nobody says.
    follow_up: Option<Text<Sla>>,
}

type Tag = Text<Label>;

/// When the bot comes back.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
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
    /// Puts this layer over a policy.
    pub(crate) fn apply(&self, policy: &mut Policy) {
        let Self {
            tags,
            reason_tags,
            role,
            failed_answers,
            failed_confidence,
            skip_if_owned,
            ladder,
            climbs,
            fallback,
            response,
            resolution,
            warn_percent,
            reactivation: ReactivationForm { unanswered, quiet },
            after_completion,
            follow_up,
        } = self;
        let owned = |tags: &[Tag]| tags.iter().map(|tag| tag.as_ref().to_owned()).collect();
        set(&mut policy.tags, tags.as_deref().map(owned));
        for (reason, tags) in reason_tags {
            policy.reason_tags.insert(reason.clone(), owned(tags));
        }
        if let Some(Text(role)) = role {
            policy.role = Some(role.clone());
        }
        set(&mut policy.failed_answers, *failed_answers);
        set(&mut policy.failed_confidence, *failed_confidence);
        set(&mut policy.owner, skip_if_owned.map(OwnerRule::from));
        let rungs = |rungs: &Vec<RungForm>| rungs.iter().map(RungForm::rung).collect();
        set(&mut policy.ladder, ladder.as_ref().map(rungs));
        set(&mut policy.climbs, *climbs);
        set(&mut policy.fallback, fallback.as_ref().map(|Text(to)| to.clone()));
        if let Some(spans) = response {
            policy.response = spans.over(Some(policy.response));
        }
        let Reactivation {
            unanswered: last_unanswered,
            quiet: last_quiet,
        } = policy.reactivation;
        policy.resolution = Window::over(*resolution, policy.resolution);
        policy.reactivation = Reactivation {
            unanswered: Window::over(*unanswered, last_unanswered),
            quiet: Window::over(*quiet, last_quiet),
        };
        set(&mut policy.warn_percent, *warn_percent);
        set(
            &mut policy.after_completion,
            after_completion.map(AfterCompletion::from),
        );
        set(&mut policy.follow_up, follow_up.map(|Text(sla)| sla));
    }

    /// What no policy could mean, and every role and agent that the business does not have.
    ///
    /// `at` is the JSON Pointer of this form in its source.
    pub(crate) fn check(&self, source: &Source, at: &str, people: &People<'_>) -> Vec<ConfigError> {
        let mut errors = self.check_reasons(source, at);
        let mut person = |pointer: String, to: &Target| {
            if let Err(message) = people.check(to) {
                errors.push(source.error(&format!("{at}/{pointer}"), message));
            }
        };
        if let Some(Text(role)) = &self.role {
            person("role".into(), &Target::Role(role.clone()));
        }
        for (n, rung) in self.ladder.iter().flatten().enumerate() {
            person(format!("ladder/{n}/to"), &rung.to);
        }
        match self.fallback.as_deref() {
            Some(Assignee::Agent(agent)) => person("fallback".into(), &Target::Agent(agent.clone())),
            Some(Assignee::Role(role)) => person("fallback".into(), &Target::Role(role.clone())),
            Some(Assignee::Everyone) | None => {}
        }
        errors
    }

    /// Reasons in `reason_tags` that cannot be one.
    pub(crate) fn check_reasons(&self, source: &Source, at: &str) -> Vec<ConfigError> {
        let wrong = |reason: &String| {
            let message = <Reason as Parsed>::parse(reason).err()?;
            let pointer = format!("{at}/reason_tags/{}", pointer_part(reason));
            Some(source.error(&pointer, message))
        };
        self.reason_tags.keys().filter_map(wrong).collect()
    }
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
