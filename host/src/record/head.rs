//! A conversation without the rows that are stored beside it.
//!
//! The open handover and the open tasks are rows of their own, so a message that changes neither rewrites neither, and
//! lists read them without opening conversations. The head names them by number; whoever loads it fetches them and joins
//! the parts, and parts that do not fit are an error.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{BotId, Contact, Control, Conversation, ConversationId, Handover, IdError, Task, Time, Timers};

use super::form::Stored;
use super::{Kind, ReadError, Row};

/// A conversation as it was stored, without its open handover and tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    conversation: Conversation,
    /// The number of the open handover, to be fetched.
    pub handover: Option<u32>,
    /// The numbers of the open tasks, to be fetched.
    pub tasks: Vec<u32>,
}

impl Head {
    /// The bot that speaks in it, and where.
    pub fn place(&self) -> (&BotId, &str) {
        (&self.conversation.bot, &self.conversation.channel)
    }

    /// The conversation, without its open handover and tasks.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Changes the conversation; its open handover and tasks stay those that the head names.
    pub fn change(&mut self, change: impl FnOnce(&mut Conversation)) {
        change(&mut self.conversation);
    }

    /// The conversation, with the handover and the tasks that the head names, tasks in any order.
    ///
    /// # Errors
    ///
    /// When one of them is missing or was not asked for.
    pub fn join(self, handover: Option<Handover>, tasks: Vec<Task>) -> Result<Conversation, ReadError> {
        let Self {
            mut conversation,
            handover: number,
            tasks: numbers,
        } = self;
        let given = handover.as_ref().map(|handover| handover.id.number);
        if given != number {
            let name = |number: Option<u32>| number.map_or("no handover".into(), |n| format!("handover {n}"));
            return Err(ReadError::Parts {
                what: name(number),
                given: name(given),
            });
        }
        let tasks: BTreeMap<u32, Task> = tasks.into_iter().map(|task| (task.id.number, task)).collect();
        if !tasks.keys().eq(&numbers) {
            let given = format!("{:?}", tasks.keys());
            return Err(ReadError::Parts {
                what: format!("tasks {numbers:?}"),
                given,
            });
        }
        conversation.handover = handover;
        conversation.open_tasks = tasks;
        Ok(conversation)
    }
}

/// Writes a conversation's head.
pub fn write_conversation(conversation: &Conversation) -> Vec<u8> {
    super::encode(Kind::Conversation, &form_of(conversation))
}

impl Row for Head {
    const KIND: Kind = Kind::Conversation;
}

/// What is written of a conversation.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct HeadForm {
    id: <ConversationId as Stored>::Form,
    bot: <BotId as Stored>::Form,
    channel: <String as Stored>::Form,
    control: <Control as Stored>::Form,
    contact: <Contact as Stored>::Form,
    fields: <BTreeMap<String, String> as Stored>::Form,
    tags: <BTreeSet<String> as Stored>::Form,
    topic: <Option<String> as Stored>::Form,
    request: <Option<String> as Stored>::Form,
    length: <u64 as Stored>::Form,
    bot_turns: <u32 as Stored>::Form,
    failed_answers: <u32 as Stored>::Form,
    last_answer_failed: <bool as Stored>::Form,
    refused: <u32 as Stored>::Form,
    handovers: <u32 as Stored>::Form,
    tasks: <u32 as Stored>::Form,
    timers: <Timers as Stored>::Form,
    opened_at: <Time as Stored>::Form,
    changed_at: <Time as Stored>::Form,
    open_handover: Option<u32>,
    open_tasks: Vec<u32>,
}

impl Stored for Head {
    type Form = HeadForm;

    fn to_form(&self) -> HeadForm {
        let Self {
            conversation,
            handover,
            tasks,
        } = self;
        HeadForm {
            open_handover: *handover,
            open_tasks: tasks.clone(),
            ..form_of(conversation)
        }
    }

    fn from_form(form: HeadForm) -> Result<Self, IdError> {
        let HeadForm {
            id,
            bot,
            channel,
            control,
            contact,
            fields,
            tags,
            topic,
            request,
            length,
            bot_turns,
            failed_answers,
            last_answer_failed,
            refused,
            handovers,
            tasks,
            timers,
            opened_at,
            changed_at,
            open_handover,
            open_tasks,
        } = form;
        let conversation = Conversation {
            id: Stored::from_form(id)?,
            bot: Stored::from_form(bot)?,
            channel: Stored::from_form(channel)?,
            control: Stored::from_form(control)?,
            contact: Stored::from_form(contact)?,
            fields: Stored::from_form(fields)?,
            tags: Stored::from_form(tags)?,
            topic: Stored::from_form(topic)?,
            request: Stored::from_form(request)?,
            length: Stored::from_form(length)?,
            bot_turns: Stored::from_form(bot_turns)?,
            failed_answers: Stored::from_form(failed_answers)?,
            last_answer_failed: Stored::from_form(last_answer_failed)?,
            refused: Stored::from_form(refused)?,
            handovers: Stored::from_form(handovers)?,
            tasks: Stored::from_form(tasks)?,
            timers: Stored::from_form(timers)?,
            opened_at: Stored::from_form(opened_at)?,
            changed_at: Stored::from_form(changed_at)?,
            handover: None,
            open_tasks: BTreeMap::new(),
            pending: None,
        };
        Ok(Self {
            conversation,
            handover: open_handover,
            tasks: open_tasks,
        })
    }
}

fn form_of(conversation: &Conversation) -> HeadForm {
    let Conversation {
        id,
        bot,
        channel,
        control,
        contact,
        fields,
        tags,
        topic,
        request,
        length,
        bot_turns,
        failed_answers,
        last_answer_failed,
        refused,
        handovers,
        tasks,
        timers,
        opened_at,
        changed_at,
        handover,
        open_tasks,
        pending: _,
    } = conversation;
    HeadForm {
        id: id.to_form(),
        bot: bot.to_form(),
        channel: channel.to_form(),
        control: control.to_form(),
        contact: contact.to_form(),
        fields: fields.to_form(),
        tags: tags.to_form(),
        topic: topic.to_form(),
        request: request.to_form(),
        length: length.to_form(),
        bot_turns: bot_turns.to_form(),
        failed_answers: failed_answers.to_form(),
        last_answer_failed: last_answer_failed.to_form(),
        refused: refused.to_form(),
        handovers: handovers.to_form(),
        tasks: tasks.to_form(),
        timers: timers.to_form(),
        opened_at: opened_at.to_form(),
        changed_at: changed_at.to_form(),
        open_handover: handover.as_ref().map(|handover| handover.id.number),
        open_tasks: open_tasks.keys().copied().collect(),
    }
}
