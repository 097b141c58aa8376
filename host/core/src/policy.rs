//! What a business wants done about a handover: the `[handover]` part of its rules, resolved.
//!
//! One policy holds for one bot of one business in one generation. Whoever builds it has checked it:
//! the core takes it as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{AgentId, Assignee, Calendar, Clock, Priority, Reason, RoleId, RotaId, Span};

/// Whether Baton acts on a bot's conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Hands over.
    #[default]
    Auto,
    /// Only says what it would have handed over.
    Suggest,
    /// Only keeps the log.
    Off,
}

/// What happens with a contact who has an owner (`skip-if-owned`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnerRule {
    /// To the owner if they are available, else to whom the ladder says.
    #[default]
    IfAvailable,
    /// To the owner, available or not.
    Always,
    /// As if there were no owner.
    Never,
}

/// A span, and the clock on which it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sla {
    /// How long.
    pub span: Span,
    /// On which clock.
    pub clock: Clock,
}

/// A span for each priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For [`Priority::Low`].
    pub low: Sla,
    /// For [`Priority::Medium`].
    pub medium: Sla,
    /// For [`Priority::High`].
    pub high: Sla,
}

impl Deadlines {
    /// The same span on the wall clock for every priority.
    pub const fn all(span: Span) -> Self {
        let sla = Sla {
            span,
            clock: Clock::Wall,
        };
        Self {
            low: sla,
            medium: sla,
            high: sla,
        }
    }

    /// The one for a priority.
    pub fn of(&self, priority: Priority) -> Sla {
        match priority {
            Priority::Low => self.low,
            Priority::Medium => self.medium,
            Priority::High => self.high,
        }
    }
}

/// Whom a rung of the ladder asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The role that the handover's rule wants, else the policy's, else everyone.
    Candidates,
    /// The agents of one role.
    Role(RoleId),
    /// One agent.
    Agent(AgentId),
    /// Whoever of a rota is on call.
    OnCall(RotaId),
    /// Every agent of the business.
    Everyone,
}

/// How a rung asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// One after the other, best first.
    #[default]
    One,
    /// All at once: the first to accept has it.
    All,
}

/// One step of the ladder that a handover climbs until somebody accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Whom it asks.
    pub to: Target,
    /// How.
    pub spread: Spread,
    /// How long an offer stands.
    pub within: Deadlines,
    /// How many offers it makes before the next rung: at least 1.
    pub tries: u32,
}

/// When the bot takes a conversation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reactivation {
    /// The window from the opening without any human act; `None`: never.
    pub unanswered: Option<Deadlines>,
    /// The window after the last human act ("human went quiet"); `None`: never.
    pub quiet: Option<Deadlines>,
}

/// Where a conversation goes when its handover is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterCompletion {
    /// Back to the bot.
    #[default]
    Bot,
    /// It closes.
    Close,
}

/// What a business wants done about a handover.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Names the generation: `hvac@1.2.0#3`. Kept by each handover it opens.
    pub rules: String,
    /// Whether Baton acts.
    pub mode: Mode,
    /// The bot's messages in one stretch of control after which a human gets it; `None`: no bound.
    pub turn_budget: Option<u32>,
    /// How many failed answers of the bot make a handover; at least 1.
    pub failed_answers: u32,
    /// What a signal of an information gap must reach to count as one failed answer: 0 to 1.
    pub failed_confidence: f32,
    /// On every handover.
    pub tags: BTreeSet<String>,
    /// The role that gets it where no rule wants another.
    pub role: Option<RoleId>,
    /// What happens with owned contacts.
    pub owner: OwnerRule,
    /// At least one rung.
    pub ladder: Vec<Rung>,
    /// How often the whole ladder is climbed before the fallback; at least 1.
    pub climbs: u32,
    /// Who has it at the ladder's end.
    pub fallback: Assignee,
    /// The first response: what the final message promises and the task is due by.
    pub response: Deadlines,
    /// The outcome, counted from the opening; `None`: no bound.
    pub resolution: Option<Deadlines>,
    /// Whether the time to the outcome stands still from an agent's message to the customer's next one.
    pub resolution_pauses: bool,
    /// The share of a response or resolution deadline at which a warning is sent, in percent: 1 to 99.
    pub warn_percent: u8,
    /// When the bot comes back.
    pub reactivation: Reactivation,
    /// Where the conversation goes when it is completed.
    pub after_completion: AfterCompletion,
    /// How long after its making a follow-up task is due, where nobody says.
    pub follow_up: Sla,
    /// The business's hours.
    pub calendar: Calendar,
    /// What holds instead for the handovers of a reason. What these say of detection is not read, nor their own `reasons`.
    pub reasons: BTreeMap<String, Policy>,
}

impl Policy {
    /// What holds for the handovers of a reason.
    pub fn of(&self, reason: &Reason) -> &Self {
        self.reasons.get(reason.as_str()).unwrap_or(self)
    }
}

impl Default for Policy {
    /// The defaults of the product's description: 24 hours, 2 when urgent, the bot back after 8.
    fn default() -> Self {
        let by_priority = |low, medium, high| {
            let sla = |span| Sla {
                span,
                clock: Clock::Wall,
            };
            Deadlines {
                low: sla(low),
                medium: sla(medium),
                high: sla(high),
            }
        };
        Self {
            rules: "none".into(),
            mode: Mode::Auto,
            turn_budget: None,
            failed_answers: 2,
            failed_confidence: 0.5,
            tags: ["human-handover".to_owned()].into(),
            role: None,
            owner: OwnerRule::IfAvailable,
            ladder: vec![
                Rung {
                    to: Target::Candidates,
                    spread: Spread::One,
                    within: by_priority(Span::hours(1), Span::minutes(15), Span::minutes(5)),
                    tries: 3,
                },
                Rung {
                    to: Target::Everyone,
                    spread: Spread::All,
                    within: by_priority(Span::hours(2), Span::minutes(30), Span::minutes(10)),
                    tries: 1,
                },
            ],
            climbs: 1,
            fallback: Assignee::Everyone,
            response: by_priority(Span::hours(24), Span::hours(24), Span::hours(2)),
            resolution: None,
            resolution_pauses: true,
            warn_percent: 80,
            reactivation: Reactivation {
                unanswered: Some(by_priority(Span::hours(8), Span::hours(8), Span::hours(2))),
                quiet: None,
            },
            after_completion: AfterCompletion::Bot,
            follow_up: Sla {
                span: Span::hours(24),
                clock: Clock::Wall,
            },
            calendar: Calendar::always(),
            reasons: BTreeMap::new(),
        }
    }
}
