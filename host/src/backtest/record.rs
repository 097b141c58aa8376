//! Conversations as the store has them: what was said, and what came of it.

use std::collections::BTreeMap;

use baton_core::{BotId, BusinessId, Contact, ConversationId, Handover};
use baton_store::{ConversationKey, Store};

use crate::engine::Logged;
use crate::record::{self, Head};
use crate::report::{self, GatherError, Period};

/// Messages read at once.
const PAGE: usize = 500;

/// A recorded conversation.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Which one.
    pub id: ConversationId,
    /// The bot that spoke in it last.
    pub bot: BotId,
    /// Where it spoke.
    pub channel: String,
    /// The customer, as known at the end.
    pub contact: Contact,
    /// Everything that was said, oldest first.
    pub messages: Vec<Logged>,
    /// Its handovers, by number.
    pub handovers: BTreeMap<u32, Handover>,
}

/// Every conversation of a business in which anything happened in a period, whole.
///
/// # Errors
///
/// When a row cannot be read, or the period holds more than a report may.
pub fn read(store: &dyn Store, business: &BusinessId, period: Period) -> Result<Vec<Recorded>, GatherError> {
    let gathered = report::gather(store, business, period)?;
    let mut all = Vec::new();
    for id in gathered.touched {
        let key = ConversationKey::new(business.as_str(), id.as_str()).expect("both ids are shorter, and have no NUL");
        let Some(stored) = store.load(&key)? else {
            continue;
        };
        let head: Head = record::read(&stored.head)?;
        let (bot, channel) = head.place();
        let (bot, channel) = (bot.clone(), channel.to_owned());
        let (contact, count) = (head.conversation().contact.clone(), head.conversation().handovers);
        let mut handovers = BTreeMap::new();
        for number in 1..=count {
            if let Some(row) = store.handover(&key, number)? {
                handovers.insert(number, record::read(&row.payload)?);
            }
        }
        let messages = messages(store, &key)?;
        all.push(Recorded {
            id,
            bot,
            channel,
            contact,
            messages,
            handovers,
        });
    }
    Ok(all)
}

fn messages(store: &dyn Store, key: &ConversationKey) -> Result<Vec<Logged>, GatherError> {
    let mut all: Vec<Logged> = Vec::new();
    loop {
        let page = store.messages(key, all.last().map_or(1, |last| last.number + 1), PAGE)?;
        let ended = page.len() < PAGE;
        for row in page {
            all.push(record::read(&row.payload)?);
        }
        if ended {
            return Ok(all);
        }
    }
}
