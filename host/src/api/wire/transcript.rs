//! A conversation as a bot's prompt wants it: short lines, and a note wherever a human's stretch begins or ends.
//!
//! A bot that comes back must know that somebody else was there, or it would repeat what a human has settled. What was
//! refused was never shown to the customer, so it is left out.

use baton_core::{ConversationId, Holder};
use serde::Serialize;
use utoipa::ToSchema;

use super::Control;
use crate::engine::Logged;

/// A conversation for a bot's prompt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transcript {
    /// As the platform calls the conversation.
    pub(crate) conversation: String,
    /// Who may speak now.
    pub(crate) control: Control,
    /// What was said, oldest first, with notes between.
    pub(crate) lines: Vec<TranscriptLine>,
    /// The same as one text, a line each.
    pub(crate) text: String,
}

/// What a list of messages answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "written for its schema; a page also has its `Link` header")]
pub(crate) enum Messages {
    /// Without `view`: a page of the log.
    Log(super::Page<super::Logged>),
    /// With `view=bot`.
    Bot(Transcript),
}

/// One line of a transcript.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct TranscriptLine {
    /// `customer`, `bot`, `human`, `baton` (a message of the handover), or `note` (nobody said it).
    #[schema(example = "human")]
    pub(crate) by: &'static str,
    /// Which agent, where a human spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<String>,
    pub(crate) text: String,
}

const PROMISED: &str = "A human was promised here.";
const HUMAN: &str = "From here on a human had the conversation.";
const BACK: &str = "From here on the bot had the conversation again.";
const CLOSED: &str = "The conversation was closed here.";

impl Transcript {
    pub(crate) fn new(id: &ConversationId, control: baton_core::Control, logged: Vec<Logged>) -> Self {
        let (mut lines, mut held) = (Vec::new(), None);
        for logged in logged.into_iter().filter(|logged| !logged.refused) {
            let Logged {
                number: _,
                message,
                received_at: _,
                signals: _,
                refused: _,
                control,
                rules: _,
                replies,
                handover: _,
            } = logged;
            let by = match message.speaker {
                baton_core::Speaker::Customer => "customer",
                baton_core::Speaker::Bot => "bot",
                baton_core::Speaker::Agent => "human",
            };
            // An agent's message may begin their stretch; any other message ends with the change that it causes.
            let before = match message.speaker {
                baton_core::Speaker::Agent => control.holder,
                baton_core::Speaker::Bot => Holder::Bot,
                baton_core::Speaker::Customer if control.holder == Holder::Waiting => held.unwrap_or(Holder::Bot),
                baton_core::Speaker::Customer => control.holder,
            };
            note(&mut lines, &mut held, before);
            lines.push(TranscriptLine {
                by,
                agent: message.agent.map(|agent| agent.to_string()),
                text: message.text,
            });
            lines.extend(replies.into_iter().map(|reply| TranscriptLine {
                by: "baton",
                agent: None,
                text: reply.text,
            }));
            note(&mut lines, &mut held, control.holder);
        }
        note(&mut lines, &mut held, control.holder);
        let text: Vec<String> = lines.iter().map(TranscriptLine::plain).collect();
        Self {
            conversation: id.to_string(),
            control: control.into(),
            lines,
            text: text.join("\n"),
        }
    }
}

/// Writes down that another one has the conversation.
fn note(lines: &mut Vec<TranscriptLine>, held: &mut Option<Holder>, now: Holder) {
    let before = held.replace(now);
    let text = match (before, now) {
        (before, now) if before == Some(now) => return,
        // A transcript that begins with the bot needs no word about it.
        (None, Holder::Bot) => return,
        (_, Holder::Waiting) => PROMISED,
        (_, Holder::Human) => HUMAN,
        (_, Holder::Closed) => CLOSED,
        (Some(_), Holder::Bot) => BACK,
    };
    lines.push(TranscriptLine {
        by: "note",
        agent: None,
        text: text.to_owned(),
    });
}

impl TranscriptLine {
    fn plain(&self) -> String {
        let Self { by, agent, text } = self;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match (*by, agent) {
            ("note", _) => format!("[{text}]"),
            (by, Some(agent)) => format!("{by} {agent}: {text}"),
            (by, None) => format!("{by}: {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_core::{AgentId, Message, MessageId, Speaker, Time};

    use super::*;

    fn said(speaker: Speaker, text: &str, holder: Holder, refused: bool) -> Logged {
        let agent = AgentId::new("ana").expect("well formed");
        Logged {
            number: 1,
            message: Message {
                id: MessageId::new("m").expect("well formed"),
                speaker,
                text: text.to_owned(),
                at: Time(0),
                agent: (speaker == Speaker::Agent).then_some(agent),
                epoch: None,
                bot_state: None,
            },
            received_at: Time(0),
            signals: Vec::new(),
            refused,
            control: baton_core::Control { holder, epoch: 0 },
            rules: "r".to_owned(),
            replies: Vec::new(),
            handover: None,
        }
    }

    #[test]
    fn a_human_stretch_is_marked_where_it_begins_and_ends() {
        let log = vec![
            said(Speaker::Customer, "hello", Holder::Bot, false),
            said(Speaker::Bot, "hi", Holder::Bot, false),
            said(Speaker::Customer, "a human please", Holder::Waiting, false),
            said(Speaker::Bot, "wait, I know", Holder::Waiting, true),
            said(Speaker::Agent, "Ana here", Holder::Human, false),
            said(Speaker::Customer, "it\nbeeps", Holder::Human, false),
            said(Speaker::Customer, "one more thing", Holder::Bot, false),
        ];
        let control = baton_core::Control {
            holder: Holder::Bot,
            epoch: 3,
        };
        let id = ConversationId::new("c").expect("well formed");
        assert_eq!(
            Transcript::new(&id, control, log).text,
            "customer: hello\nbot: hi\ncustomer: a human please\n[A human was promised here.]\n[From here on a human had the \
             conversation.]\nhuman ana: Ana here\ncustomer: it beeps\n[From here on the bot had the conversation again.]\n\
             customer: one more thing"
        );
    }

    #[test]
    fn a_change_after_the_last_message_is_told_as_well() {
        let log = vec![said(Speaker::Agent, "done", Holder::Human, false)];
        let control = baton_core::Control {
            holder: Holder::Closed,
            epoch: 3,
        };
        let id = ConversationId::new("c").expect("well formed");
        let told = Transcript::new(&id, control, log).text;
        assert_eq!(
            told,
            "[From here on a human had the conversation.]\nhuman ana: done\n[The conversation was closed here.]"
        );
    }
}
