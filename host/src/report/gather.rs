//! Reads what a report is made of.
//!
//! Handovers are listed newest first, so reading stops at the beginning of the period. Events are in the order of their
//! sequence, which is that of time but for clocks that were set; the first one is found by halving. Both are read up to
//! now, because what became of a handover of the period may have happened after it.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{BusinessId, ConversationId, Event, Handover, Task, Time};
use baton_store::{ConversationKey, Store};

use super::limits::{CLOCK_SLACK_MS, MOST_EVENTS, MOST_HANDOVERS, PAGE};
use super::{Begun, Case, Period};
use crate::record::{self, EventRow, Head, Place, What};

/// What a report of one business is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gathered {
    /// Conversations that began in the period.
    pub begun: Vec<Begun>,
    /// Handovers that opened in the period, oldest first.
    pub cases: Vec<Case>,
    /// Conversations in which anything happened in the period.
    pub touched: BTreeSet<ConversationId>,
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The store cannot be read.
    #[error("the rows of a report cannot be read")]
    Read(#[from] baton_store::ReadError),
    /// A row cannot be read.
    #[error("a row of a report cannot be read")]
    Row(#[from] record::ReadError),
    /// A row that another one names is not there.
    #[error("{what} is named by another row, and is not there")]
    Missing {
        /// `conversation chat-17`.
        what: String,
    },
    /// The period holds more than a report may read.
    #[error("the period holds more than {most} {what}; choose a shorter one")]
    TooMuch {
        /// `handovers`.
        what: &'static str,
        /// The bound.
        most: usize,
    },
}

/// The key of a handover within its business.
type Id = (ConversationId, u32);

/// Reads what a report of a business and a period is made of. Takes the time of as many reads as there are handovers
/// and events since the beginning of the period.
///
/// # Errors
///
/// When a row cannot be read, or there are more than a report may look at.
pub fn gather(store: &dyn Store, business: &BusinessId, period: Period) -> Result<Gathered, GatherError> {
    let handovers = handovers(store, business, period.since)?;
    let mut next: BTreeMap<Id, Time> = BTreeMap::new();
    for handover in &handovers {
        let id = &handover.id;
        next.insert((id.conversation.clone(), id.number), handover.opened_at);
    }
    let following = |handover: &Handover| {
        let id = &handover.id;
        next.get(&(id.conversation.clone(), id.number + 1)).copied()
    };
    let mut scan = Scan {
        store,
        business,
        period,
        begun: Vec::new(),
        places: BTreeMap::new(),
        waiting: BTreeMap::new(),
        tasks: Vec::new(),
        touched: BTreeSet::new(),
    };
    // Newest first in the list; oldest first in a report.
    for handover in handovers
        .iter()
        .rev()
        .filter(|handover| period.holds(handover.opened_at))
    {
        let id = (handover.id.conversation.clone(), handover.id.number);
        scan.waiting.insert(id, Vec::new());
    }
    scan.events()?;
    let Scan {
        begun,
        mut places,
        mut waiting,
        tasks,
        touched,
        ..
    } = scan;
    let mut cases = Vec::new();
    for handover in handovers
        .into_iter()
        .rev()
        .filter(|handover| period.holds(handover.opened_at))
    {
        let id = (handover.id.conversation.clone(), handover.id.number);
        let next_opened_at = following(&handover);
        let (bot, channel) = match places.remove(&id) {
            Some(Place { bot, channel, .. }) => (bot, channel),
            None => place_of(store, business, &id.0)?,
        };
        let mut case = Case::new(business.clone(), bot, channel, handover);
        case.next_opened_at = next_opened_at;
        for event in waiting.remove(&id).unwrap_or_default() {
            case.count(&event);
        }
        case.settle();
        cases.push(case);
    }
    attach(store, business, &mut cases, tasks)?;
    Ok(Gathered { begun, cases, touched })
}

/// Every handover that opened at a moment or later, newest first.
fn handovers(store: &dyn Store, business: &BusinessId, since: Time) -> Result<Vec<Handover>, GatherError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.handovers(business.as_str(), false, after.as_ref(), PAGE)?;
        for row in page.items {
            if row.opened_at_ms < since.0 {
                return Ok(found);
            }
            let mut handover: Handover = record::read(&row.payload)?;
            // The largest parts of a row, which no figure needs.
            handover.timeline = Vec::new();
            handover.passed_over = Vec::new();
            if found.len() == MOST_HANDOVERS {
                return Err(GatherError::TooMuch {
                    what: "handovers",
                    most: MOST_HANDOVERS,
                });
            }
            found.push(handover);
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// One pass over the events.
struct Scan<'a> {
    store: &'a dyn Store,
    business: &'a BusinessId,
    period: Period,
    begun: Vec<Begun>,
    /// Where handovers opened.
    places: BTreeMap<Id, Place>,
    /// The handovers that are counted, with their events.
    waiting: BTreeMap<Id, Vec<Event>>,
    /// Tasks that were made.
    tasks: Vec<Id>,
    touched: BTreeSet<ConversationId>,
}

impl Scan<'_> {
    fn events(&mut self) -> Result<(), GatherError> {
        let mut after = first_after(
            self.store,
            self.business,
            Time(self.period.since.0.saturating_sub(CLOCK_SLACK_MS)),
        )?;
        let mut read = 0;
        loop {
            let page = self.store.events(self.business.as_str(), after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.sequence;
            read += page.len();
            if read > MOST_EVENTS {
                return Err(GatherError::TooMuch {
                    what: "events",
                    most: MOST_EVENTS,
                });
            }
            for event in &page {
                self.take(record::read(&event.payload)?);
            }
        }
    }

    fn take(&mut self, row: EventRow) {
        let EventRow {
            at,
            place: Some(place),
            what,
        } = row
        else {
            return;
        };
        if self.period.holds(at) {
            self.touched.insert(place.conversation.clone());
        }
        let event = match what {
            What::Happened(event) => event,
            What::ConversationOpened if self.period.holds(at) => {
                self.begun.push(Begun {
                    business: self.business.clone(),
                    conversation: place.conversation,
                    bot: place.bot,
                    channel: place.channel,
                    at,
                });
                return;
            }
            What::ConversationOpened
            | What::Reply(_)
            | What::PluginTripped { .. }
            | What::PluginRecovered { .. }
            | What::PackActivated { .. }
            | What::WebhookDisabled { .. }
            | What::OverdueDigest { .. } => return,
        };
        if let Event::TaskCreated { task } = event {
            self.tasks.push((place.conversation, task));
            return;
        }
        let Some(number) = place.handover else {
            return;
        };
        let id = (place.conversation.clone(), number);
        if let Some(events) = self.waiting.get_mut(&id) {
            if let Event::Opened { .. } = event {
                self.places.insert(id, place);
            }
            events.push(event);
        }
    }
}

/// The sequence after which the events of a moment and later are found.
fn first_after(store: &dyn Store, business: &BusinessId, since: Time) -> Result<u64, GatherError> {
    let (mut low, mut high) = (0, store.counts()?.last_event);
    while low < high {
        let middle = low + (high - low) / 2;
        let next = store.events(business.as_str(), middle, 1)?.pop();
        let earlier = match next {
            Some(event) => {
                let row: EventRow = record::read(&event.payload)?;
                (row.at < since).then_some(event.sequence)
            }
            None => None,
        };
        match earlier {
            Some(sequence) => low = sequence,
            None => high = middle,
        }
    }
    Ok(low)
}

/// Where a conversation takes place, for a handover whose opening was not among the events that were read.
fn place_of(
    store: &dyn Store,
    business: &BusinessId,
    conversation: &ConversationId,
) -> Result<(baton_core::BotId, String), GatherError> {
    let loaded = store.load(&key(business, conversation))?;
    let loaded = loaded.ok_or_else(|| GatherError::Missing {
        what: format!("conversation {conversation}"),
    })?;
    let head: Head = record::read(&loaded.head)?;
    let (bot, channel) = head.place();
    Ok((bot.clone(), channel.to_owned()))
}

/// Reads the tasks that were made, and gives each to the handover that made it.
fn attach(store: &dyn Store, business: &BusinessId, cases: &mut [Case], tasks: Vec<Id>) -> Result<(), GatherError> {
    let places: BTreeMap<Id, usize> = cases
        .iter()
        .enumerate()
        .map(|(place, case)| ((case.handover.id.conversation.clone(), case.handover.id.number), place))
        .collect();
    for (conversation, number) in tasks {
        let row = store.task(&key(business, &conversation), number)?;
        let row = row.ok_or_else(|| GatherError::Missing {
            what: format!("task {conversation}~t{number}"),
        })?;
        let mut task: Task = record::read(&row.payload)?;
        task.description = String::new();
        if let Some(place) = places.get(&(task.handover.conversation.clone(), task.handover.number)) {
            cases[*place].tasks.push(task);
        }
    }
    Ok(())
}

pub(super) fn key(business: &BusinessId, conversation: &ConversationId) -> ConversationKey {
    ConversationKey::new(business.as_str(), conversation.as_str()).expect("both ids are shorter, and have no NUL")
}
