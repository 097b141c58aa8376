//! Stories of the core, told in the format of the rule packs. The world is scripted: a word in a text is a
//! signal, the team is who the story says, the words are plain.

mod decisions;
mod people;
mod simulation;

use std::collections::BTreeMap;

use crate::story::{self, AgentLine, Story, World};
use crate::{
    AgentId, Answer, Calendar, Candidates, Conversation, Draft, Evidence, Message, PassedOver, Policy, Presence,
    Priority, Question, Ranked, Reason, RoleId, Scope, Signal, Speaker, Time,
};

/// Plays a story under a policy; anything else than what it lists is an error. Returns the conversation at its end.
#[track_caller]
fn check_with(policy: Policy, text: &str) -> Conversation {
    check_in(policy, Calendar::always(), text)
}

/// The same with people who are there at these hours only.
#[track_caller]
fn check_in(policy: Policy, hours: Calendar, text: &str) -> Conversation {
    let story = Story::parse(text).unwrap_or_else(|e| panic!("{e}"));
    let mut world = Scripted::new(policy, hours);
    let transcript = story::run(&story, &mut world).unwrap_or_else(|e| panic!("{e}"));
    if let Err(difference) = transcript.check(&story.expected) {
        panic!("the story went otherwise:\n{difference}\n\nit would pass as:\n{transcript}");
    }
    transcript.conversation.expect("a story has a conversation")
}

/// Plays a story under the default policy, with one agent after the other.
#[track_caller]
fn check(text: &str) -> Conversation {
    check_with(Policy::default(), text)
}

/// A world in which everything is known beforehand.
struct Scripted {
    policy: Policy,
    /// When everybody is there.
    hours: Calendar,
    agents: BTreeMap<AgentId, AgentLine>,
    order: Vec<AgentId>,
}

impl World for Scripted {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn meet(&mut self, agent: &AgentLine) {
        self.order.push(agent.id.clone());
        self.agents.insert(agent.id.clone(), agent.clone());
    }

    fn judge(&mut self, _: &Conversation, message: &Message, _: Time) -> Vec<Signal> {
        signals(message)
    }

    fn answer(&mut self, _: &Conversation, question: &Question, now: Time) -> Answer {
        match question {
            Question::Assign(asked) => Answer::Candidates(self.candidates(&asked.scope, now)),
            Question::Draft(asked) => Answer::Draft(draft(&asked.handover)),
            Question::Returning(_) => Answer::Returning(Some("I am back.".to_owned())),
        }
    }

    fn presence(&mut self, agent: &AgentId, presence: Presence) {
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.presence = presence;
        }
    }

    fn settled(&mut self, _: &Conversation, _: Option<&Message>) {}
}

impl Scripted {
    /// Nobody is there yet.
    fn new(policy: Policy, hours: Calendar) -> Self {
        Self {
            policy,
            hours,
            agents: BTreeMap::new(),
            order: Vec::new(),
        }
    }

    /// Those who are online in their hours, in the story's order.
    fn candidates(&self, scope: &Scope, now: Time) -> Candidates {
        let mut found = Candidates::default();
        for id in &self.order {
            let agent = &self.agents[id];
            let asked = match scope {
                Scope::Agent(only) => only == id,
                Scope::Role(role) => agent.roles.contains(role),
                Scope::OnCall(rota) => agent.rotas.contains(rota),
                Scope::Everyone => true,
            };
            let why = match agent.presence {
                _ if !asked => continue,
                Presence::Online if self.hours.is_open(now) => {
                    found.ranked.push(Ranked {
                        agent: id.clone(),
                        why: "in order".to_owned(),
                    });
                    continue;
                }
                Presence::Online => {
                    found.next_at = self.hours.next_open(now);
                    "outside hours".to_owned()
                }
                Presence::Away | Presence::Offline => agent.presence.as_str().to_owned(),
            };
            found.passed_over.push(PassedOver {
                agent: id.clone(),
                why,
                at: now,
            });
        }
        found
    }
}

/// One signal for each word that a rule knows.
fn signals(message: &Message) -> Vec<Signal> {
    let rules = [
        ("topic", "code on HVAC", "topic", 1.0, Priority::Low),
        ("human", "human", Reason::EXPLICIT_REQUEST, 0.95, Priority::Medium),
        ("urgent", "urgent", Reason::HIGH_VALUE, 0.9, Priority::High),
        ("angry", "angry", Reason::SENTIMENT, 0.8, Priority::Medium),
        ("gap", "no idea", Reason::INFORMATION_GAP, 0.6, Priority::Medium),
        ("gap", "did not help", Reason::INFORMATION_GAP, 0.6, Priority::Medium),
        (
            "weak",
            "maybe a person",
            Reason::EXPLICIT_REQUEST,
            0.5,
            Priority::Medium,
        ),
    ];
    let found = rules
        .into_iter()
        .filter_map(|(rule, words, reason, confidence, priority)| {
            let start = message.text.find(words)?;
            Some(Signal {
                detector: rule.to_owned(),
                reason: Reason::known(reason),
                confidence,
                threshold: 0.75,
                hands_over: rule != "topic",
                priority,
                tags: if rule == "topic" {
                    vec!["HVAC-code".to_owned()]
                } else {
                    vec![]
                },
                topic: (rule == "topic").then(|| "HVAC code request".to_owned()),
                role: None,
                skills: vec![],
                evidence: vec![Evidence {
                    start: u32::try_from(start).expect("a short text"),
                    end: u32::try_from(start + words.len()).expect("a short text"),
                    rule: words.to_owned(),
                    quote: words.to_owned(),
                }],
                fields: vec![],
                note: None,
            })
        });
    if message.speaker == Speaker::Agent {
        vec![]
    } else {
        found.collect()
    }
}

fn draft(handover: &crate::Handover) -> Draft {
    let about = handover.topic.as_deref().unwrap_or(&handover.request);
    Draft {
        message: format!("We follow up within {}.", handover.promise.within),
        title: about.to_owned(),
        description: format!("{} wants: {}", handover.id, handover.request),
    }
}

fn role(name: &str) -> RoleId {
    RoleId::new(name).expect("a good name")
}
