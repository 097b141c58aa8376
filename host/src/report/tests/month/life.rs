//! What the people of a business do: come and go, accept, decline, forget, chat, give back, pass on, complete.

use baton_core::*;

use super::super::world::{Act, DAY, DAYS, START, World};
use crate::record::PresenceRow;

/// Something that only a business with people knows.
#[derive(Debug, Clone)]
pub(in crate::report::tests) enum TeamAct {
    /// Somebody comes or goes; a heartbeat that ends is none.
    Presence(AgentId, Presence, Option<Time>),
    /// Those who wait are offered again.
    OfferWaiting,
    /// Somebody with room takes what everybody has.
    Pick(u32),
    /// Whoever has it puts it back into the queue.
    GiveBack(u32, AgentId),
    /// Whoever has it passes it on to a colleague.
    Transfer(u32, AgentId),
    /// The daemon stops and starts.
    Restart,
}

impl World {
    /// Everybody's comings and goings.
    pub(super) fn plan_days(&mut self) {
        let end = Time(START + (DAYS + 15) * DAY);
        let team = self.team.as_ref().expect("a team");
        let people: Vec<(AgentId, Calendar)> = team
            .business
            .agents
            .values()
            .map(|agent| (agent.id.clone(), agent.calendar.clone()))
            .collect();
        for (agent, calendar) in people {
            let mut from = Time(START);
            while let Some(opens) = calendar.next_open(from).filter(|at| *at < end) {
                let come = |at: Time| {
                    (
                        at,
                        TeamAct::Presence(agent.clone(), Presence::Online, Some(opens + Span::hours(9))),
                    )
                };
                let comes = opens + Span::minutes(self.below(20));
                let goes = opens + Span::minutes(60 + self.below(300));
                let back = goes + Span::minutes(5 + self.below(60));
                let away = (goes, TeamAct::Presence(agent.clone(), Presence::Away, None));
                for (at, act) in [come(comes), away, come(back)] {
                    self.plan(at, 0, Act::Team(act));
                }
                from = opens + Span::hours(14);
            }
        }
    }

    /// The daemon stops and starts once a day.
    pub(super) fn plan_restarts(&mut self) {
        for day in 1..DAYS {
            let at = Time(START + day * DAY + self.below(DAY));
            self.plan(at, 0, Act::Team(TeamAct::Restart));
        }
    }

    /// People do not take more than they may hold.
    pub(in crate::report::tests) fn may(&self, chat: u64, act: &Act) -> bool {
        let Some(team) = &self.team else { return true };
        let handover = self.chats.get(&chat).and_then(|(chat, _)| chat.handover.as_ref());
        match act {
            Act::Accept(_, agent) | Act::Agent(agent) => team.has_room(agent, handover),
            Act::Wake
            | Act::Customer { .. }
            | Act::Bot { .. }
            | Act::Decline(..)
            | Act::Complete(..)
            | Act::Request
            | Act::Release
            | Act::Close
            | Act::Team(_) => true,
        }
    }

    pub(in crate::report::tests) fn team_act(&mut self, chat: u64, act: TeamAct) {
        let now = self.now;
        let team = self.team.as_mut().expect("a team");
        match act {
            TeamAct::Presence(agent, presence, until) => {
                let row = PresenceRow {
                    presence,
                    since: now,
                    until,
                };
                team.set_presence(&self.store, &agent, row);
                if presence == Presence::Online {
                    self.plan(now, 0, Act::Team(TeamAct::OfferWaiting));
                }
            }
            TeamAct::Restart => team.restart(&self.store, now),
            TeamAct::OfferWaiting => self.offer_waiting(),
            TeamAct::Pick(task) => self.pick(chat, task),
            TeamAct::GiveBack(task, agent) => self.step(
                chat,
                Input::GivenBack {
                    task,
                    agent,
                    reason: Some("my shift ends".into()),
                },
            ),
            TeamAct::Transfer(task, from) => match self.somebody(Some(&from)) {
                Some(to) if self.is_with(chat, task, &from) => self.step(
                    chat,
                    Input::Assigned {
                        task,
                        to: Assignee::Agent(to),
                        by: from.to_string(),
                        note: Some("knows this better".into()),
                    },
                ),
                Some(_) | None => self.soon(chat, 60, Act::Complete(task, from)),
            },
        }
    }

    /// As the engine does it: the most urgent first, while anybody is there.
    fn offer_waiting(&mut self) {
        let team = self.team.as_mut().expect("a team");
        team.freed = false;
        let id = team.business.id.clone();
        for handover in team.directory.waiting(&id) {
            let team = self.team.as_ref().expect("a team");
            if !team.directory.anybody(&id, self.now) {
                return;
            }
            let chat = handover.conversation.as_str().trim_start_matches('c').parse();
            self.step(chat.expect("a chat's number"), Input::Available);
        }
    }

    fn pick(&mut self, chat: u64, task: u32) {
        let handover = self.chats.get(&chat).and_then(|(chat, _)| chat.handover.as_ref());
        let is_free = |handover: &Handover| {
            handover.task == task && matches!(handover.stage, Stage::Assigned(Assignee::Role(_) | Assignee::Everyone))
        };
        if !handover.is_some_and(is_free) {
            return;
        }
        match self.somebody(None) {
            Some(agent) => self.step(chat, Input::Accepted { task, agent }),
            None => self.soon(chat, 180, Act::Team(TeamAct::Pick(task))),
        }
    }

    fn somebody(&mut self, but: Option<&AgentId>) -> Option<AgentId> {
        let team = self.team.as_ref().expect("a team");
        let mut there = team.agents();
        there.retain(|agent| Some(agent) != but && team.is_available(agent, self.now));
        let place = self.below(i64::try_from(there.len().max(1)).expect("a team"));
        there.into_iter().nth(usize::try_from(place).expect("a place"))
    }

    fn is_with(&self, chat: u64, task: u32, agent: &AgentId) -> bool {
        let handover = self.chats.get(&chat).and_then(|(chat, _)| chat.handover.as_ref());
        handover.is_some_and(|handover| handover.task == task && handover.stage == Stage::Accepted(agent.clone()))
    }

    pub(in crate::report::tests) fn react_as_team(&mut self, chat: u64, after: &Conversation, effects: &[Effect]) {
        let task = after.handover.as_ref().map(|handover| handover.task);
        for effect in effects {
            let Effect::Emit(event) = effect else { continue };
            match (event, task) {
                (Event::Opened { .. }, _) => {
                    if self.chance(15) {
                        self.soon(chat, 200, Act::Customer { urgent: true });
                    }
                    match self.below(100) {
                        0..=1 => self.soon(chat, 2_000, Act::Release),
                        2..=3 => self.soon(chat, 2_000, Act::Close),
                        _ => {}
                    }
                }
                (Event::Offered { agents, .. }, Some(task)) => {
                    for agent in agents {
                        self.answer_offer(chat, task, agent);
                    }
                }
                (
                    Event::Assigned {
                        to: Assignee::Agent(agent),
                        ..
                    },
                    Some(task),
                ) => {
                    self.soon(chat, 60, Act::Accept(task, agent.clone()));
                }
                (Event::Assigned { .. }, Some(task)) => self.soon(chat, 120, Act::Team(TeamAct::Pick(task))),
                (Event::Accepted { agent }, Some(task)) => self.work(chat, task, agent),
                (Event::Reactivated { answered: false }, _) if self.chance(40) => {
                    self.soon(chat, 300, Act::Customer { urgent: false });
                }
                (Event::Completed { .. }, _) => {
                    self.soon(chat, 20, Act::Bot { stale: false });
                    if self.chance(30) {
                        self.soon(chat, 3_600, Act::Customer { urgent: false });
                    }
                }
                (Event::TaskCreated { task: follow_up }, _) if Some(*follow_up) != task => {
                    let made = after.open_tasks.get(follow_up).and_then(|task| task.assignee.clone());
                    if let Some(Assignee::Agent(agent)) = made {
                        self.soon(chat, 3_000, Act::Complete(*follow_up, agent));
                    }
                }
                _ => {}
            }
        }
        if self.team.as_ref().is_some_and(|team| team.freed) {
            self.plan(self.now, 0, Act::Team(TeamAct::OfferWaiting));
        }
    }

    /// Whether everybody is to have the same: then nobody is passed over for having missed it.
    fn is_fair(&self) -> bool {
        self.team.as_ref().is_some_and(|team| team.equal)
    }

    fn answer_offer(&mut self, chat: u64, task: u32, agent: &AgentId) {
        match self.below(100) {
            _ if self.is_fair() => self.soon(chat, 14, Act::Accept(task, agent.clone())),
            0..60 => self.soon(chat, 14, Act::Accept(task, agent.clone())),
            60..72 => self.soon(chat, 14, Act::Decline(task, agent.clone())),
            72..80 => self.soon(chat, 14, Act::Agent(agent.clone())),
            80..84 => self.soon(chat, 14, Act::Complete(task, agent.clone())),
            // Too late, as a rule.
            84..88 => self.soon(chat, 60, Act::Accept(task, agent.clone())),
            _ => {}
        }
    }

    /// Whoever has it chats, and then ends it in one way or another.
    fn work(&mut self, chat: u64, task: u32, agent: &AgentId) {
        if self.chance(15) {
            self.soon(chat, 10, Act::Bot { stale: true });
        }
        for (minutes, act) in [
            (5, Act::Agent(agent.clone())),
            (15, Act::Customer { urgent: false }),
            (25, Act::Agent(agent.clone())),
        ] {
            if self.chance(70) {
                self.soon(chat, minutes, act);
            }
        }
        let complete = Act::Complete(task, agent.clone());
        match self.below(100) {
            _ if self.is_fair() => self.soon(chat, 90, complete),
            0..6 => self.soon(chat, 60, Act::Team(TeamAct::GiveBack(task, agent.clone()))),
            6..10 => self.soon(chat, 60, Act::Team(TeamAct::Transfer(task, agent.clone()))),
            // Forgotten, until somebody asks.
            10..12 => self.soon(chat, 4_000, complete),
            _ => self.soon(chat, 90, complete),
        }
    }
}
