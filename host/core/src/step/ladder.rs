//! The ladder that a handover climbs until somebody accepts it. Never dropped: at its end stands the
//! fallback, and an alarm.
//!
//! A rung on which nobody is available is passed by; when nobody is available on any, the handover
//! waits where it stands, unless none of them leads to anybody who could ever be: then the ladder is at its
//! end. Who missed it is not offered it again in the same climb.

use super::{Flow, Next, Seek, Taken, Turn};
use crate::{
    AgentId, AssignQuestion, Candidates, Entry, Event, Miss, MissKind, Offer, OwnerRule, PassedOver, Question, Ranked,
    Rung, Scope, Span, Spread, Stage, Target, Time, TimerKind,
};

/// Agents whose being passed over a handover remembers; from the largest team one business runs on one ladder.
const MOST_PASSED_OVER: usize = 32;
/// Agents who are offered a handover at once. Those who rank below it are passed over.
const MOST_AT_ONCE: usize = 32;
/// How long an offer stands at least, on its own clock and within its own deadline, when the ladder is to go up for
/// another reason: what an offer of medium priority has by default.
const FAIR_CHANCE: Span = Span::minutes(15);

/// Who is being asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SeekAt {
    /// The contact's owner.
    Owner,
    /// A rung of the ladder.
    Rung(u32),
}

impl<'a> Turn<'a> {
    /// Looks for somebody, from where the handover stands; the contact's owner first until somebody else was asked.
    pub(super) fn seek(&mut self, opening: bool) -> Taken {
        let seek = Seek::begin(opening);
        let rung = self.handover_rung();
        let unasked = opening || (rung == 0 && self.handover().missed.is_empty());
        let owner = self
            .c
            .contact
            .owner
            .clone()
            .filter(|owner| unasked && self.is_fresh(owner));
        match (owner, self.terms().owner) {
            (Some(owner), OwnerRule::Always | OwnerRule::IfAvailable) => Ok(self.ask(seek, Scope::Agent(owner), false)),
            (Some(_), OwnerRule::Never) | (None, _) => Ok(self.ask_rung(seek, rung)),
        }
    }

    /// Looks again, the owner left aside: somebody had it already.
    pub(super) fn seek_again(&mut self) -> Flow {
        self.ask_rung(Seek::begin(false), self.handover_rung())
    }

    pub(super) fn found(&mut self, seek: Seek, candidates: Candidates) -> Taken {
        let Candidates {
            ranked,
            passed_over,
            next_at,
        } = candidates;
        let known = !ranked.is_empty() || !passed_over.is_empty() || next_at.is_some();
        self.pass_over(passed_over);
        self.rank(&ranked);
        let seek = Seek {
            next_at: [seek.next_at, next_at].into_iter().flatten().min(),
            only_missed: seek.only_missed || !ranked.is_empty(),
            anybody: seek.anybody || known,
            ..seek
        };
        let ranked = ranked.into_iter().map(|ranked| ranked.agent);
        let (mut fresh, missed): (Vec<AgentId>, Vec<AgentId>) = ranked.partition(|agent| self.is_fresh(agent));
        let missed = missed
            .into_iter()
            .filter_map(|agent| self.missed_before(agent))
            .collect();
        self.pass_over(missed);
        fresh.sort_by_key(|agent| self.misses(agent));
        match (seek.at, fresh.is_empty()) {
            (SeekAt::Owner, true) => Ok(self.without_owner(seek)),
            (SeekAt::Owner, false) => {
                self.offer(fresh, self.handover_rung());
                Ok(self.settle(seek))
            }
            (SeekAt::Rung(rung), false) => {
                let most = match self.rung(rung).spread {
                    Spread::One => 1,
                    Spread::All => MOST_AT_ONCE,
                };
                fresh.truncate(most);
                self.stand_on(rung, seek.opening);
                self.offer(fresh, rung);
                self.handover().tries += 1;
                Ok(self.settle(seek))
            }
            (SeekAt::Rung(rung), true) if rung + 1 < self.rungs() => Ok(self.ask_rung(seek, rung + 1)),
            (SeekAt::Rung(_), true) if seek.only_missed || !seek.anybody => Ok(self.ladder_end(seek)),
            (SeekAt::Rung(_), true) => {
                self.wait(seek.next_at);
                Ok(self.settle(seek))
            }
        }
    }

    /// Neither the owner nor a stand-in is available: theirs all the same where the business wants it so and still has
    /// them, else the ladder's.
    fn without_owner(&mut self, seek: Seek) -> Flow {
        let rung = self.handover_rung();
        match (self.c.contact.owner.clone(), self.terms().owner) {
            (Some(owner), OwnerRule::Always) if seek.anybody => {
                self.offer(vec![owner], rung);
                self.settle(seek)
            }
            (Some(_) | None, _) => {
                let next_at = seek.next_at;
                let seek = Seek::begin(seek.opening);
                self.ask_rung(Seek { next_at, ..seek }, rung)
            }
        }
    }

    /// An offer came to nothing: the same rung again while it has tries left, else the next one.
    pub(super) fn climb(&mut self) -> Flow {
        let seek = Seek::begin(false);
        let (rung, tries) = (self.handover_rung(), self.handover().tries);
        if tries < self.rung(rung).tries {
            self.ask_rung(seek, rung)
        } else {
            self.climb_from(seek, rung + 1)
        }
    }

    /// Leaves the rung it stands on, whatever tries it has left.
    pub(super) fn climb_on(&mut self) -> Flow {
        self.climb_from(Seek::begin(false), self.handover_rung() + 1)
    }

    fn climb_from(&mut self, seek: Seek, rung: u32) -> Flow {
        if rung < self.rungs() {
            self.stand_on(rung, false);
            self.ask_rung(seek, rung)
        } else {
            self.ladder_end(seek)
        }
    }

    /// Begins the ladder anew while the policy lets it and somebody could change their mind, else gives it to the fallback.
    fn ladder_end(&mut self, seek: Seek) -> Flow {
        let most = self.terms().climbs;
        let handover = self.handover();
        handover.climbs += 1;
        let asked = !handover.missed.is_empty();
        if asked && handover.climbs < most {
            handover.rung = 0;
            handover.tries = 0;
            self.emit(Event::Escalated { rung: 0 });
            return self.ask_rung(Seek::begin(seek.opening), 0);
        }
        let to = self.terms().fallback.clone();
        self.c.timers.clear(TimerKind::OfferLapse);
        self.c.timers.clear(TimerKind::Candidate);
        self.set_stage(Stage::Assigned(to.clone()));
        let task = self.handover().task;
        self.emit(Event::Assigned {
            task,
            to,
            by: "ladder".to_owned(),
        });
        let why = if asked {
            "nobody on the ladder accepted it"
        } else {
            "the ladder leads to nobody"
        };
        self.emit(Event::Alarm { why: why.to_owned() });
        self.settle(seek)
    }

    /// Takes the standing offer back as missed.
    pub(super) fn lapse(&mut self) {
        let Stage::Offered(offer) = self.handover().stage.clone() else {
            return;
        };
        let (now, how) = (self.now, MissKind::Lapsed);
        let missed = offer.agents.iter().map(|agent| Miss {
            agent: agent.clone(),
            at: now,
            how: how.clone(),
        });
        self.handover().missed.extend(missed);
        self.c.timers.clear(TimerKind::OfferLapse);
        self.set_stage(Stage::Waiting);
        self.emit(Event::Lapsed { agents: offer.agents });
    }

    /// Leaves the rung before its time, once those who are asked had a fair chance: who was asked a minute ago has not
    /// missed it, and the next rung has a deadline of its own.
    pub(super) fn hasten(&mut self) -> Flow {
        let (now, rung) = (self.now, self.handover_rung());
        let handover = self.handover();
        let Stage::Offered(offer) = handover.stage.clone() else {
            return Flow::Done;
        };
        let priority = handover.priority;
        let is_offer = |entry: &&Entry| matches!(entry.event, Event::Offered { .. });
        let made_at = handover.timeline.iter().rfind(is_offer).map_or(now, |entry| entry.at);
        let clock = self.rung(rung).within.of(priority).clock;
        let until = self.policy.calendar.due(made_at, FAIR_CHANCE, clock).min(offer.until);
        if until <= self.now {
            self.lapse();
            return self.climb_on();
        }
        self.c.timers.set(TimerKind::OfferLapse, until);
        self.handover().stage = Stage::Offered(Offer { until, ..offer });
        Flow::Done
    }

    fn offer(&mut self, agents: Vec<AgentId>, rung: u32) {
        let priority = self.handover().priority;
        let sla = self.rung(rung).within.of(priority);
        let until = self.policy.calendar.due(self.now, sla.span, sla.clock);
        self.c.timers.clear(TimerKind::Candidate);
        self.c.timers.set(TimerKind::OfferLapse, until);
        self.handover().passed_over.retain(|p| !agents.contains(&p.agent));
        self.set_stage(Stage::Offered(Offer {
            agents: agents.clone(),
            until,
        }));
        self.emit(Event::Offered { agents, until });
    }

    fn wait(&mut self, next_at: Option<Time>) {
        let already = self.handover().stage == Stage::Waiting
            && self
                .handover()
                .timeline
                .iter()
                .any(|entry| entry.event == Event::Waiting);
        self.c.timers.clear(TimerKind::OfferLapse);
        match next_at {
            Some(at) => self.c.timers.set(TimerKind::Candidate, at.max(self.now)),
            None => self.c.timers.clear(TimerKind::Candidate),
        }
        self.set_stage(Stage::Waiting);
        if !already {
            self.emit(Event::Waiting);
        }
    }

    /// The search is over; an opening goes on with its words.
    fn settle(&mut self, seek: Seek) -> Flow {
        if seek.opening { self.ask_draft() } else { Flow::Done }
    }

    fn stand_on(&mut self, rung: u32, opening: bool) {
        if self.handover().rung == rung {
            return;
        }
        self.handover().rung = rung;
        self.handover().tries = 0;
        if !opening {
            self.emit(Event::Escalated { rung });
        }
    }

    fn ask_rung(&mut self, seek: Seek, rung: u32) -> Flow {
        let handover_role = self.handover().role.clone();
        let step = self.rung(rung);
        let scope = match &step.to {
            Target::Candidates => match handover_role.or_else(|| self.terms().role.clone()) {
                Some(role) => Scope::Role(role),
                None => Scope::Everyone,
            },
            Target::Role(role) => Scope::Role(role.clone()),
            Target::Agent(agent) => Scope::Agent(agent.clone()),
            Target::OnCall(rota) => Scope::OnCall(rota.clone()),
            Target::Everyone => Scope::Everyone,
        };
        let all = step.spread == Spread::All;
        let seek = Seek {
            at: SeekAt::Rung(rung),
            // A business may have nobody yet; whoever comes first is asked.
            anybody: seek.anybody || scope == Scope::Everyone,
            ..seek
        };
        self.ask(seek, scope, all)
    }

    fn ask(&mut self, seek: Seek, scope: Scope, all: bool) -> Flow {
        let handover = self.handover().clone();
        Flow::Ask(
            Box::new(Question::Assign(AssignQuestion { handover, scope, all })),
            Next::Seek(seek),
        )
    }

    fn pass_over(&mut self, passed_over: Vec<PassedOver>) {
        let known = &mut self.handover().passed_over;
        for new in passed_over {
            // A search that finds everything as it was changes nothing, so a long queue costs no writes.
            if known.iter().any(|old| old.agent == new.agent && old.why == new.why) {
                continue;
            }
            known.retain(|old| old.agent != new.agent);
            known.push(new);
        }
        let surplus = known.len().saturating_sub(MOST_PASSED_OVER);
        known.drain(..surplus);
    }

    fn rank(&mut self, ranked: &[Ranked]) {
        if !ranked.is_empty() {
            self.handover().ranked = ranked.iter().take(MOST_PASSED_OVER).cloned().collect();
        }
    }

    /// Why an agent who is available is not offered it again.
    fn missed_before(&self, agent: AgentId) -> Option<PassedOver> {
        let misses = &self.c.handover.as_ref()?.missed;
        let miss = misses.iter().rev().find(|miss| miss.agent == agent)?;
        let did = match miss.how {
            MissKind::Lapsed => "missed",
            MissKind::Declined(_) => "declined",
            MissKind::GivenBack(_) => "gave back",
        };
        let [then, now] = [miss.at, self.now].map(|at| self.policy.calendar.local(at));
        let (day, hour) = then.split_once(' ')?;
        let when = if now.starts_with(day) { hour } else { &then };
        let why = format!("{did} this one at {when}");
        Some(PassedOver {
            agent,
            why,
            at: self.now,
        })
    }

    /// Whether an agent has not missed it in this climb.
    fn is_fresh(&self, agent: &AgentId) -> bool {
        let climbs = self.c.handover.as_ref().map_or(0, |handover| handover.climbs);
        self.misses(agent) <= climbs
    }

    /// How often an agent was offered it in vain.
    fn misses(&self, agent: &AgentId) -> u32 {
        let missed = self.c.handover.iter().flat_map(|handover| &handover.missed);
        let count = missed.filter(|miss| miss.agent == *agent).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn rungs(&self) -> u32 {
        u32::try_from(self.terms().ladder.len()).expect("a ladder has a bounded number of rungs")
    }

    /// The rung it stands on; the last one where the ladder has become shorter.
    pub(super) fn handover_rung(&self) -> u32 {
        let rung = self.c.handover.as_ref().map_or(0, |handover| handover.rung);
        rung.min(self.rungs() - 1)
    }

    pub(super) fn rung(&self, rung: u32) -> &'a Rung {
        let last = self.terms().ladder.len() - 1;
        &self.terms().ladder[usize::try_from(rung).map_or(last, |r| r.min(last))]
    }
}
