//! Messages and acts: what comes through the door becomes an input of the core.

use std::sync::Arc;

use baton_core::{
    AgentId, Assignee, BusinessId, Conversation, ConversationId, Handover, Input, Message, Mode, Refusal, Speaker,
    Task, TaskId, Time,
};
use baton_store::ConversationKey;

use super::audit::{Deed, Standing};
use super::drive::{Drive, LogEntry, World};
use super::rows::{self, Loaded};
use super::{Act, Engine, EngineError, Judged, Logged, Prepared, Said, Tenant};
use crate::api::Acted;
use crate::limits::MOST_STEPS_PER_WAKE;
use crate::record;

impl Engine {
    /// Judges one message, durably; the heart of the daemon.
    pub(super) async fn judge(
        self: &Arc<Self>,
        business: &BusinessId,
        conversation: ConversationId,
        said: Said,
    ) -> Result<Judged, EngineError> {
        let tenant = self.tenant(business)?;
        if let Some(agent) = &said.agent {
            self.known_agent(tenant, agent, "/agent")?;
        }
        let speaker = match said.speaker {
            Speaker::Customer => "customer",
            Speaker::Bot => "bot",
            Speaker::Agent => "agent",
        };
        let began = std::time::Instant::now();
        let (key, spoke) = (Self::key(business, &conversation), said.agent.clone());
        let outcome = self
            .turn(tenant, key.clone(), move |world, tenant, key, now| {
                say(world, tenant, key, conversation, said, now)
            })
            .await;
        let told = match &outcome {
            Ok(Ok(judged)) if judged.duplicate => "duplicate",
            Ok(Ok(_)) => "judged",
            Ok(Err(_)) => "refused",
            Err(_) => "failed",
        };
        self.world.metrics.message(speaker, told, began.elapsed());
        self.unless_gone(tenant, &key, spoke).await;
        outcome?.map_err(EngineError::Refused)
    }

    /// Does what somebody asks.
    pub(super) async fn do_act(
        self: &Arc<Self>,
        business: &BusinessId,
        conversation: &ConversationId,
        act: Act,
        by: &str,
    ) -> Result<Acted, EngineError> {
        let tenant = self.tenant(business)?;
        self.known_people(tenant, &act)?;
        let (about, by) = (conversation.clone(), by.to_owned());
        let key = Self::key(business, conversation);
        let given = match &act {
            Act::Accept { agent, .. } => Some(agent.clone()),
            Act::Assign {
                to: Assignee::Agent(agent),
                ..
            } => Some(agent.clone()),
            Act::Assign { .. } | Act::Decline { .. } | Act::GiveBack { .. } | Act::Complete(_) => None,
            Act::Request { .. } | Act::Release | Act::Close | Act::Note { .. } => None,
        };
        let acted = self
            .turn(tenant, key.clone(), move |world, tenant, key, now| {
                do_it(world, tenant, key, &about, act, by, now)
            })
            .await?;
        self.unless_gone(tenant, &key, given).await;
        Ok(acted)
    }

    /// Keeps every promise of a conversation that is due. Tells whether there was one.
    pub(super) async fn wake(
        self: &Arc<Self>,
        tenant: &Arc<Tenant>,
        key: &ConversationKey,
    ) -> Result<bool, EngineError> {
        for kept in 0..MOST_STEPS_PER_WAKE {
            let woke = self.turn(tenant, key.clone(), |world, tenant, key, now| {
                input(world, tenant, key, Input::Woke, now)
            });
            if !woke.await? {
                return Ok(kept > 0);
            }
        }
        tracing::error!(%key, "timers of a conversation are due again and again");
        Ok(true)
    }

    /// Offers the handovers that wait, in the background.
    pub(super) fn offer_waiting(self: &Arc<Self>, tenant: &Arc<Tenant>) {
        let (engine, tenant) = (Arc::clone(self), Arc::clone(tenant));
        tokio::spawn(async move { engine.offer_in_turn(&tenant).await });
    }

    /// Offers the handovers that wait, the most urgent first, while anybody is available.
    pub(super) async fn offer_in_turn(self: &Arc<Self>, tenant: &Arc<Tenant>) {
        let business = &tenant.business.id;
        for id in self.world.directory.waiting(business) {
            if self.is_stopping() || !self.world.directory.anybody(business, self.now()) {
                return;
            }
            let key = Self::key(business, &id.conversation);
            let offered = self.turn(tenant, key, |world, tenant, key, now| {
                input(world, tenant, key, Input::Available, now)
            });
            if let Err(error) = offered.await {
                tracing::warn!(handover = %id, %error, "a handover that waits could not be offered");
            }
        }
    }

    pub(super) fn known_agent(&self, tenant: &Tenant, agent: &AgentId, pointer: &str) -> Result<(), EngineError> {
        let (directory, business) = (&self.world.directory, &tenant.business.id);
        if directory.has(business, agent) {
            return Ok(());
        }
        let known = directory.agents(business);
        let known = match known.as_slice() {
            [] => "the business has no agents yet; add one with PUT /v1/agents/ID".to_owned(),
            [_, ..] => format!(
                "there are {}",
                known.iter().map(AgentId::as_str).collect::<Vec<_>>().join(", ")
            ),
        };
        Err(EngineError::Unknown {
            what: "agent",
            id: agent.to_string(),
            known,
            pointer: pointer.to_owned(),
        })
    }

    fn known_people(&self, tenant: &Tenant, act: &Act) -> Result<(), EngineError> {
        match act {
            Act::Accept { agent, .. } | Act::Decline { agent, .. } | Act::GiveBack { agent, .. } => {
                self.known_agent(tenant, agent, "/agent")
            }
            Act::Complete(completion) => completion
                .by
                .as_ref()
                .map_or(Ok(()), |by| self.known_agent(tenant, by, "/agent")),
            Act::Assign {
                to: Assignee::Agent(agent),
                ..
            } => self.known_agent(tenant, agent, "/to"),
            Act::Assign {
                to: Assignee::Role(role),
                ..
            } if !tenant.business.roles.contains_key(role) => {
                let roles: Vec<&str> = tenant.business.roles.keys().map(baton_core::RoleId::as_str).collect();
                let known = format!("there are {}", roles.join(", "));
                Err(EngineError::Unknown {
                    what: "role",
                    id: role.to_string(),
                    known,
                    pointer: "/to".to_owned(),
                })
            }
            Act::Assign { .. } | Act::Request { .. } | Act::Release | Act::Close | Act::Note { .. } => Ok(()),
        }
    }
}

/// One message: seen before, refused as stale, or judged.
fn say(
    world: &World,
    tenant: &Tenant,
    key: &ConversationKey,
    id: ConversationId,
    said: Said,
    now: Time,
) -> Result<Prepared<Result<Judged, Refusal>>, EngineError> {
    if let Some(seen) = world
        .store
        .message(key, said.id.as_str())
        .map_err(|e| rows::unreadable("message", e))?
    {
        let logged: Logged = record::read(&seen.payload).map_err(|e| rows::unreadable("message", e))?;
        return Ok(Prepared {
            decided: None,
            answer: first_answer(world, key, logged)?,
            troubles: Vec::new(),
        });
    }
    let before = rows::load(&*world.store, key)?;
    let Said {
        id: message,
        speaker,
        text,
        at,
        channel,
        bot,
        agent,
        contact,
        fields,
        bot_state,
        epoch,
    } = said;
    let fresh = || Conversation::new(id, bot.clone(), channel.clone(), now);
    let mut conversation = before.as_ref().map_or_else(fresh, |loaded| loaded.conversation.clone());
    let generation = tenant.generation_for(&conversation);
    let known_bots = || {
        tenant
            .business
            .bots
            .keys()
            .map(baton_core::BotId::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let policy = generation.policy(&bot).ok_or_else(|| EngineError::Unknown {
        what: "bot",
        id: bot.to_string(),
        known: format!("there are {}", known_bots()),
        pointer: "/bot".to_owned(),
    })?;
    if let Some(listed) = tenant
        .business
        .bots
        .get(&bot)
        .filter(|b| !b.channels.is_empty() && !b.channels.contains(&channel))
    {
        let known = format!(
            "the bot speaks on {}",
            listed.channels.iter().cloned().collect::<Vec<_>>().join(", ")
        );
        return Err(EngineError::Unknown {
            what: "channel",
            id: channel,
            known,
            pointer: "/channel".to_owned(),
        });
    }
    conversation.bot = bot;
    conversation.channel = channel;
    let spoke = agent.clone();
    let message = Message {
        id: message,
        speaker,
        text,
        at: at.unwrap_or(now),
        agent,
        epoch,
        bot_state,
    };
    let mut drive = Drive {
        world,
        tenant,
        key,
        generation: &generation,
        policy: &policy,
        now,
        troubles: Vec::new(),
        watched: None,
    };
    let stale = conversation.is_stale(&message);
    let signals = if stale || message.speaker == Speaker::Agent || policy.mode == Mode::Off {
        Vec::new()
    } else {
        let mut seen = conversation.clone();
        seen.contact.learn(contact.clone().unwrap_or_default());
        seen.fields.extend(fields.clone());
        let view = drive.view(&seen, Some(&message), false);
        generation.judge(&view, &message, now, &world.metrics, &mut drive.troubles)
    };
    let entry = LogEntry {
        message: message.clone(),
        received_at: now,
        signals: signals.clone(),
        rules: generation.rules.to_string(),
    };
    let refusal = stale.then_some(Refusal::StaleControl {
        control: conversation.control,
        saw: message.epoch,
    });
    let input = Input::Said {
        message,
        signals: signals.clone(),
        contact,
        fields,
    };
    let spoke = spoke.filter(|_| speaker == Speaker::Agent);
    let mut decided = drive.run(before.as_ref(), conversation, input, Some(entry))?;
    let held_by = |holder| before.as_ref().map(|loaded| loaded.conversation.control.holder) == Some(holder);
    if let Some(agent) = spoke.filter(|_| !held_by(decided.after.control.holder)) {
        let deed = Deed {
            by: agent.to_string(),
            action: "conversation.take-over",
            subject: decided.after.id.to_string(),
        };
        let standing = |conversation| Standing(conversation, conversation.handover.as_ref(), None);
        let was = before.as_ref().map(|loaded| standing(&loaded.conversation));
        let is = standing(&decided.after);
        let row = world.wrote_down(&tenant.business.id, now, deed, was.as_ref(), &is);
        decided.step.facts.push(row);
    }
    let judged = Judged {
        control: decided.after.control,
        signals,
        handover: decided.after.handover.clone(),
        replies: decided.replies(),
        duplicate: false,
    };
    let answer = refusal.map_or(Ok(judged), Err);
    Ok(Prepared {
        decided: Some(decided),
        answer,
        troubles: drive.troubles,
    })
}

/// The answer that a message got when it was seen for the first time; its handover as it stands now.
fn first_answer(world: &World, key: &ConversationKey, logged: Logged) -> Result<Result<Judged, Refusal>, EngineError> {
    let Logged {
        message,
        signals,
        refused,
        control,
        replies,
        handover,
        number: _,
        received_at: _,
        rules: _,
    } = logged;
    if refused {
        return Ok(Err(Refusal::StaleControl {
            control,
            saw: message.epoch,
        }));
    }
    let handover = match handover {
        Some(number) => rows::handover(&*world.store, key, number)?,
        None => None,
    };
    Ok(Ok(Judged {
        control,
        signals,
        handover,
        replies,
        duplicate: true,
    }))
}

pub(super) fn existing(world: &World, key: &ConversationKey) -> Result<Loaded, EngineError> {
    let missing = || EngineError::NotFound {
        what: "conversation",
        id: key.conversation().to_owned(),
    };
    rows::load(&*world.store, key)?.ok_or_else(missing)
}

pub(super) fn do_it(
    world: &World,
    tenant: &Tenant,
    key: &ConversationKey,
    id: &ConversationId,
    act: Act,
    by: String,
    now: Time,
) -> Result<Prepared<Acted>, EngineError> {
    let before = existing(world, key)?;
    let number = match &act {
        Act::Request { .. } | Act::Release | Act::Close => before.conversation.handover.as_ref().map(|h| h.task),
        Act::Accept { task, .. } | Act::Decline { task, .. } | Act::GiveBack { task, .. } => Some(*task),
        Act::Assign { task, .. } | Act::Note { task, .. } => Some(*task),
        Act::Complete(completion) => Some(completion.task),
    };
    let asked = !matches!(act, Act::Request { .. } | Act::Release | Act::Close);
    if let Some(number) = number.filter(|n| asked && (*n == 0 || *n > before.conversation.tasks)) {
        return Err(EngineError::NotFound {
            what: "task",
            id: format!("{id}~t{number}"),
        });
    }
    let deed = Deed::of(&act, id, &by);
    let input = match act {
        Act::Request { reason, note, priority } => Input::Requested {
            by,
            reason,
            note,
            priority,
        },
        Act::Release => Input::Released { by },
        Act::Close => Input::Closed { by },
        Act::Accept { task, agent } => Input::Accepted { task, agent },
        Act::Decline { task, agent, reason } => Input::Declined { task, agent, reason },
        Act::GiveBack { task, agent, reason } => Input::GivenBack { task, agent, reason },
        Act::Complete(completion) => Input::Completed(completion),
        Act::Assign { task, to, note } => Input::Assigned { task, to, by, note },
        Act::Note { task, text } => Input::Noted { task, by, text },
    };
    let (mut decided, troubles) = step(world, tenant, key, &before, input, now)?;
    let (handover, task) = about(&decided.after, &decided.effects, number);
    if decided.after != before.conversation {
        let old = &before.conversation;
        let was = Standing(old, old.handover.as_ref(), number.and_then(|n| old.open_tasks.get(&n)));
        let is = Standing(&decided.after, handover.as_ref(), task.as_ref());
        let row = world.wrote_down(&tenant.business.id, now, deed, Some(&was), &is);
        decided.step.facts.push(row);
    }
    let acted = Acted {
        conversation: decided.after.clone(),
        handover,
        task,
    };
    Ok(Prepared {
        decided: Some(decided),
        answer: acted,
        troubles,
    })
}

/// The handover and task that an act was about, as it left them.
fn about(
    after: &Conversation,
    effects: &[baton_core::Effect],
    number: Option<u32>,
) -> (Option<Handover>, Option<Task>) {
    let (mut ended, mut done) = (None, None);
    for effect in effects {
        match effect {
            baton_core::Effect::HandoverEnded(handover) => ended = Some(handover.as_ref().clone()),
            baton_core::Effect::TaskEnded(task) if Some(task.id.number) == number => done = Some(task.as_ref().clone()),
            baton_core::Effect::TaskEnded(_) | baton_core::Effect::Say(_) | baton_core::Effect::Emit(_) => {}
        }
    }
    let handover = after.handover.clone().or(ended);
    let number = number.or(handover.as_ref().map(|h| h.task));
    let task = number.and_then(|n| after.open_tasks.get(&n).cloned()).or(done);
    (handover, task)
}

/// Takes from an agent who is gone what they have of a conversation. Tells which tasks that were.
pub(super) fn left(
    world: &World,
    tenant: &Tenant,
    key: &ConversationKey,
    agent: AgentId,
    now: Time,
) -> Result<Prepared<Vec<TaskId>>, EngineError> {
    let before = existing(world, key)?.conversation;
    let gone = Some(Assignee::Agent(agent.clone()));
    let handover = before.handover.as_ref().filter(|open| open.holders().contains(&agent));
    let has = |task: &&Task| task.assignee == gone || handover.is_some_and(|open| open.task == task.id.number);
    let theirs = before.open_tasks.values().filter(has);
    let theirs = theirs.map(|task| task.id.clone()).collect();
    let prepared = input(world, tenant, key, Input::Left { agent }, now)?;
    let Prepared {
        decided,
        answer: changed,
        troubles,
    } = prepared;
    Ok(Prepared {
        decided,
        answer: if changed { theirs } else { Vec::new() },
        troubles,
    })
}

/// An input that nobody waits for. Tells whether it changed anything.
fn input(
    world: &World,
    tenant: &Tenant,
    key: &ConversationKey,
    input: Input,
    now: Time,
) -> Result<Prepared<bool>, EngineError> {
    let before = existing(world, key)?;
    let (decided, troubles) = step(world, tenant, key, &before, input, now)?;
    if decided.after == before.conversation {
        return Ok(Prepared {
            decided: None,
            answer: false,
            troubles,
        });
    }
    Ok(Prepared {
        decided: Some(decided),
        answer: true,
        troubles,
    })
}

fn step(
    world: &World,
    tenant: &Tenant,
    key: &ConversationKey,
    before: &Loaded,
    input: Input,
    now: Time,
) -> Result<(super::Decided, Vec<super::Trouble>), EngineError> {
    let generation = tenant.generation_for(&before.conversation);
    let bot = &before.conversation.bot;
    let policy = generation.policy(bot).ok_or_else(|| EngineError::NotFound {
        what: "bot",
        id: bot.to_string(),
    })?;
    let mut drive = Drive {
        world,
        tenant,
        key,
        generation: &generation,
        policy: &policy,
        now,
        troubles: Vec::new(),
        watched: None,
    };
    let decided = drive.run(Some(before), before.conversation.clone(), input, None)?;
    Ok((decided, drive.troubles))
}
