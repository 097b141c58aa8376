//! Composition: the first template of the pack that answers writes the words; plain built-in text stands in for it.

use std::sync::Arc;

use baton_core::{Draft, DraftQuestion, Handover, Priority, Time};
use baton_plugin::{Circumstances, ConversationView, Promised};

use super::onlook::Question;
use super::{Generation, Trouble};
use crate::config::Business;
use crate::observe::Metrics;
use crate::record::Asked;

impl Generation {
    /// Answers which words open a handover.
    pub fn compose(
        &self,
        business: &Business,
        question: &DraftQuestion,
        view: &Arc<dyn ConversationView>,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
    ) -> Draft {
        let around = circumstances(business, question, now);
        let asked = || Asked::Compose {
            handover: question.handover.clone(),
            around: around.clone(),
        };
        let input = Question { view, asked: &asked };
        let mut tried = self.templates.iter();
        let draft = tried.find_map(|template| {
            template.call(now, metrics, troubles, &input, |t| {
                t.compose(view, &question.handover, &around)
            })
        });
        draft.unwrap_or_else(|| plain(&question.handover, &around, view))
    }

    /// Answers with which words the bot comes back; silently where no template answers.
    pub fn returning(
        &self,
        business: &Business,
        question: &DraftQuestion,
        view: &Arc<dyn ConversationView>,
        now: Time,
        metrics: &Metrics,
        troubles: &mut Vec<Trouble>,
    ) -> Option<String> {
        let around = circumstances(business, question, now);
        let asked = || Asked::Returning {
            handover: question.handover.clone(),
            around: around.clone(),
        };
        let input = Question { view, asked: &asked };
        let mut tried = self.templates.iter();
        let said = tried.find_map(|template| {
            template.call(now, metrics, troubles, &input, |t| {
                t.returning(view, &question.handover, &around)
            })
        });
        said.flatten()
    }
}

pub(super) fn circumstances(business: &Business, question: &DraftQuestion, now: Time) -> Circumstances {
    let (calendar, promise) = (&business.calendar, question.handover.promise);
    let open = calendar.is_open(now);
    Circumstances {
        business: business.name.clone(),
        promise: Some(Promised {
            promise,
            due_local: calendar.local(promise.due_at),
        }),
        open,
        opens_local: calendar.next_open(now).filter(|_| !open).map(|at| calendar.local(at)),
        alternate_contact: business.alternate_contact.clone(),
        emergency_line: business.emergency_line.clone(),
        assignee: question.assignee.as_ref().map(|agent| {
            business
                .agents
                .get(agent)
                .map_or_else(|| agent.to_string(), |known| known.name.clone())
        }),
    }
}

/// Honest words without any template: no time is promised but the one that was computed.
fn plain(handover: &Handover, around: &Circumstances, view: &Arc<dyn ConversationView>) -> Draft {
    let when = around
        .promise
        .as_ref()
        .map_or_else(String::new, |p| format!(" by {}", p.due_local));
    let contact = view.contact();
    let known = |label: &str, value: Option<String>| value.map(|v| format!("{label}: {v}\n")).unwrap_or_default();
    let facts: String = view
        .fields()
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    let urgent = if handover.priority == Priority::High {
        "Urgent. "
    } else {
        ""
    };
    Draft {
        message: format!("Thanks. One of our team members will follow up{when}."),
        title: format!(
            "Follow up: {} — {}",
            handover.topic.as_ref().unwrap_or(&handover.request),
            handover.reason
        ),
        description: format!(
            "{urgent}{}\n{}{}{}{facts}Reason: {}. Please answer{when} and log the outcome.",
            handover.request,
            known("Name", contact.name),
            known("Phone", contact.phone),
            known("Email", contact.email),
            handover.reason,
        ),
    }
}
