//! Answers that come by the links of a mail.
//!
//! Whether the offer still stands is looked at in the conversation's turn, in the same step that answers it, so of two
//! clicks one counts, and the other is told how it stands.

use std::sync::Arc;

use baton_core::{Assignee, Stage, Task, Time};

use super::inputs::{do_it, existing};
use super::{Act, Engine, EngineError, Prepared, rows};
use crate::api::{OfferError, OfferView};
use crate::deliver::mail::{Answer, Link};

impl Engine {
    /// What a link would do.
    pub(super) fn view_offer(&self, text: &str) -> Result<OfferView, OfferError> {
        let link = self.links.open(text, self.now())?;
        let key = Self::key(&link.business, &link.task.conversation);
        let store = &*self.world.store;
        let loaded = rows::load(store, &key)?;
        match loaded.filter(|loaded| link.stands(&loaded.conversation)) {
            Some(_) => self.offer_view(&link),
            None => Err(self.over(&link)),
        }
    }

    /// Does it.
    pub(super) async fn answer_offer(
        self: &Arc<Self>,
        text: &str,
        reason: Option<String>,
    ) -> Result<OfferView, OfferError> {
        let link = self.links.open(text, self.now())?;
        let view = self.offer_view(&link)?;
        let tenant = self.tenant(&link.business)?;
        let key = Self::key(&link.business, &link.task.conversation);
        let (task, agent) = (link.task.number, link.agent.clone());
        let act = match link.answer {
            Answer::Accept => Act::Accept { task, agent },
            Answer::Decline => Act::Decline { task, agent, reason },
        };
        let wanted = link.clone();
        let done = self
            .turn(tenant, key, move |world, tenant, key, now| {
                let before = existing(world, key)?;
                if wanted.until <= now || !wanted.stands(&before.conversation) {
                    return Ok(Prepared {
                        decided: None,
                        answer: false,
                        troubles: Vec::new(),
                    });
                }
                let by = format!("{} by mail", wanted.agent);
                let Prepared { decided, troubles, .. } =
                    do_it(world, tenant, key, &wanted.task.conversation, act, by, now)?;
                Ok(Prepared {
                    decided,
                    answer: true,
                    troubles,
                })
            })
            .await;
        match done {
            Ok(true) => Ok(view),
            Ok(false) | Err(EngineError::Refused(_)) => Err(self.over(&link)),
            Err(error) => Err(error.into()),
        }
    }

    fn offer_view(&self, link: &Link) -> Result<OfferView, OfferError> {
        let tenant = self.tenant(&link.business)?;
        let known = self.world.directory.agent(&link.business, &link.agent, Time(0));
        let Some((member, ..)) = known else {
            return Err(OfferError::Over("You are no longer one of its agents.".to_owned()));
        };
        let task: Task = self.one_task(&link.business, &link.task)?;
        let calendar = &tenant.business.calendar;
        Ok(OfferView {
            business: tenant.business.name.clone(),
            agent: member.profile.name,
            accepts: link.answer == Answer::Accept,
            task: task.id.to_string(),
            title: task.title,
            priority: task.priority,
            due: calendar.local(task.due_at),
            until: calendar.local(link.until),
        })
    }

    /// Why a link does nothing any more, for the person who followed it.
    fn over(&self, link: &Link) -> OfferError {
        let key = Self::key(&link.business, &link.task.conversation);
        let loaded = rows::load(&*self.world.store, &key).ok().flatten();
        let conversation = loaded.map(|loaded| loaded.conversation);
        let follow_up = conversation
            .as_ref()
            .and_then(|it| it.open_tasks.get(&link.task.number));
        let follow_up = follow_up.and_then(|task| task.assignee.clone()).map(|to| match to {
            Assignee::Agent(agent) => Stage::Accepted(agent),
            Assignee::Role(_) | Assignee::Everyone => Stage::Assigned(to),
        });
        let handover = conversation.as_ref().and_then(|it| it.handover.clone());
        let handover = handover.filter(|handover| handover.task == link.task.number);
        let stage = handover.map(|handover| handover.stage).or(follow_up);
        let why = match stage {
            Some(Stage::Accepted(agent)) if agent == link.agent => "You have it already.".to_owned(),
            Some(Stage::Accepted(agent) | Stage::Assigned(Assignee::Agent(agent))) => {
                let name = self.world.directory.agent(&link.business, &agent, Time(0));
                let name = name.map_or_else(|| agent.to_string(), |(member, ..)| member.profile.name);
                format!("{name} has it now.")
            }
            Some(Stage::Waiting | Stage::Offered(_) | Stage::Assigned(_)) => {
                "This offer was answered or withdrawn; another one may be on its way.".to_owned()
            }
            None => "Nothing is left to do about it.".to_owned(),
        };
        OfferError::Over(why)
    }
}
