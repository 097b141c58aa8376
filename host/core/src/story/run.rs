//! Runs a story against a world that judges, chooses and writes, and compares what follows.

use std::collections::BTreeMap;
use std::fmt;

use super::parse::{Deed, Timed};
use super::write::{Writer, meant_task, waits};
use super::{Act, AgentLine, Expected, Story};
use crate::{
    AgentId, Answer, BotId, Completion, Contact, Conversation, ConversationId, Effect, FollowUp, Input, Message,
    MessageId, Policy, Presence, Question, Signal, Span, Speaker, Step, Time,
};

/// Steps that one story may take; a ladder that goes round for ever would reach it.
const MOST_STEPS: usize = 10_000;

/// Noon on a Monday, so that office hours hold where a story does not say when it begins.
const DEFAULT_START: &str = "2026-01-05 12:00";

/// What is outside of the core: plugins, people, rules.
pub trait World {
    /// The rules in force for the conversation.
    fn policy(&self) -> &Policy;
    /// A person of the story's team.
    fn meet(&mut self, agent: &AgentLine);
    /// Judges a message.
    fn judge(&mut self, conversation: &Conversation, message: &Message, now: Time) -> Vec<Signal>;
    /// Answers a question.
    fn answer(&mut self, conversation: &Conversation, question: &Question, now: Time) -> Answer;
    /// Somebody comes or goes.
    fn presence(&mut self, agent: &AgentId, presence: Presence);
    /// A step is over: who holds what may have changed, and what was said is history.
    fn settled(&mut self, conversation: &Conversation, said: Option<&Message>);
    /// What is worth a comment in the transcript since the last step, such as the signals of a message.
    fn remarks(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What really follows from a story.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    lines: Vec<Line>,
    /// The conversation at the story's end.
    pub conversation: Option<Conversation>,
}

#[derive(Debug, Clone, PartialEq)]
enum Line {
    Act(Span, String),
    Effect(String),
    Remark(String),
}

/// Runs a story to its last act.
///
/// # Errors
///
/// What cannot be run: an unknown start, an id that is none.
pub fn run(story: &Story, world: &mut impl World) -> Result<Transcript, String> {
    let local = story.start.as_deref().unwrap_or(DEFAULT_START);
    let bad_start = || format!("start {local:?} is not a date and time such as 2026-03-02 10:00");
    let start = world.policy().calendar.moment(local).ok_or_else(bad_start)?;
    for agent in &story.agents {
        world.meet(agent);
    }
    let bot = BotId::new(story.bot.as_deref().unwrap_or("bot")).map_err(|e| e.to_string())?;
    let id = ConversationId::new("story").map_err(|e| e.to_string())?;
    let channel = story.channel.clone().unwrap_or_else(|| "web".to_owned());
    let mut run = Run {
        conversation: Conversation::new(id, bot, channel, start),
        writer: Writer { start },
        world,
        lines: Vec::new(),
        fields: BTreeMap::new(),
        contact: Some(story.contact.clone()).filter(|c| *c != Contact::default()),
        steps: 0,
    };
    for timed in &story.acts {
        run.pass_until(start + timed.at, &timed.act)?;
        run.act(timed)?;
    }
    Ok(Transcript {
        lines: run.lines,
        conversation: Some(run.conversation),
    })
}

struct Run<'a, W> {
    conversation: Conversation,
    writer: Writer,
    world: &'a mut W,
    lines: Vec<Line>,
    fields: BTreeMap<String, String>,
    contact: Option<Contact>,
    steps: usize,
}

impl<W: World> Run<'_, W> {
    /// Lets every timer fire that is due before the act; those due at its very time fire first.
    fn pass_until(&mut self, until: Time, act: &Act) -> Result<(), String> {
        while let Some(at) = self.conversation.timers.next().filter(|at| *at <= until) {
            // An explicit `wake` at this time is the line under which they belong.
            if !(at == until && *act == Act::Wake) {
                self.head(at, "wake");
            } else {
                return Ok(());
            }
            self.wake(at)?;
        }
        Ok(())
    }

    fn wake(&mut self, now: Time) -> Result<(), String> {
        while self.conversation.timers.due(now).is_some() {
            self.step(Input::Woke, None, now)?;
        }
        Ok(())
    }

    fn head(&mut self, at: Time, text: &str) {
        self.lines.push(Line::Act(at - self.writer.start, text.to_owned()));
    }

    fn act(&mut self, timed: &Timed) -> Result<(), String> {
        let now = self.writer.start + timed.at;
        self.head(now, &timed.text);
        match &timed.act {
            Act::Wake => self.wake(now),
            Act::Field(name, value) => {
                self.fields.insert(name.clone(), value.clone());
                Ok(())
            }
            Act::Contact(contact) => {
                self.contact.get_or_insert_default().learn(contact.clone());
                Ok(())
            }
            Act::Presence(agent, presence) => {
                self.world.presence(agent, *presence);
                if waits(&self.conversation) {
                    self.step(Input::Available, None, now)
                } else {
                    Ok(())
                }
            }
            Act::Customer(text) => self.say(Speaker::Customer, text, |_| {}, now),
            Act::Agent(agent, text) => self.say(Speaker::Agent, text, |m| m.agent = Some(agent.clone()), now),
            Act::Bot { text, epoch, state } => {
                let seen = epoch.unwrap_or(self.conversation.control.epoch);
                let fill = |m: &mut Message| {
                    m.epoch = Some(seen);
                    m.bot_state.clone_from(state);
                };
                self.say(Speaker::Bot, text, fill, now)
            }
            Act::Does { who, task, deed } => {
                let input = self.deed(who, *task, deed, now)?;
                if let Input::Left { agent } = &input {
                    self.world.presence(agent, Presence::Offline);
                }
                self.step(input, None, now)
            }
        }
    }

    fn say(&mut self, speaker: Speaker, text: &str, fill: impl FnOnce(&mut Message), now: Time) -> Result<(), String> {
        let number = self.conversation.length + 1;
        let id = MessageId::new(&format!("m{number}")).map_err(|e| e.to_string())?;
        let mut message = Message {
            id,
            speaker,
            text: text.to_owned(),
            at: now,
            agent: None,
            epoch: None,
            bot_state: None,
        };
        fill(&mut message);
        let contact = self.contact.take();
        if let Some(contact) = &contact {
            self.conversation.contact.learn(contact.clone());
        }
        let judged = message.speaker != Speaker::Agent && !self.conversation.is_stale(&message);
        let signals = if judged {
            self.world.judge(&self.conversation, &message, now)
        } else {
            Vec::new()
        };
        let fields = std::mem::take(&mut self.fields);
        let input = Input::Said {
            message: message.clone(),
            signals,
            contact,
            fields,
        };
        self.step(input, Some(&message), now)
    }

    fn deed(&self, who: &str, task: Option<u32>, deed: &Deed, now: Time) -> Result<Input, String> {
        let agent = || AgentId::new(who).map_err(|e| e.to_string());
        let task = task.or_else(|| meant_task(&self.conversation)).unwrap_or(0);
        let by = who.to_owned();
        Ok(match deed.clone() {
            Deed::Accept => Input::Accepted { task, agent: agent()? },
            Deed::Decline(reason) => Input::Declined {
                task,
                agent: agent()?,
                reason,
            },
            Deed::GiveBack(reason) => Input::GivenBack {
                task,
                agent: agent()?,
                reason,
            },
            Deed::Leave => Input::Left { agent: agent()? },
            Deed::Note(text) => Input::Noted { task, by, text },
            Deed::Assign(to, note) => Input::Assigned { task, to, by, note },
            Deed::Request(reason, priority, note) => Input::Requested {
                by,
                reason,
                note,
                priority,
            },
            Deed::Release => Input::Released { by },
            Deed::Close => Input::Closed { by },
            Deed::Complete {
                outcome,
                needed,
                due,
                note,
            } => Input::Completed(Completion {
                task,
                by: Some(agent()?),
                outcome,
                needed,
                note,
                status: None,
                follow_up: due.map(|due| FollowUp {
                    title: None,
                    due_at: Some(now + due),
                }),
            }),
        })
    }

    fn step(&mut self, input: Input, said: Option<&Message>, now: Time) -> Result<(), String> {
        let mut next = self.conversation.clone();
        let mut input = input;
        loop {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(format!("the story takes more than {MOST_STEPS} steps"));
            }
            match next.step(self.world.policy(), input, now) {
                Step::Ask(question) => input = Input::Answer(self.world.answer(&next, &question, now)),
                Step::Done(effects) => return self.settle(next, &effects, said),
                Step::Refused(refusal) => {
                    self.lines.push(Line::Effect(Writer::refusal(&refusal)));
                    return Ok(());
                }
            }
        }
    }

    fn settle(&mut self, next: Conversation, effects: &[Effect], said: Option<&Message>) -> Result<(), String> {
        self.conversation = next;
        let remarks = self.world.remarks();
        self.lines.extend(remarks.into_iter().map(Line::Remark));
        let lines = self.writer.effects(&self.conversation, effects);
        self.lines.extend(lines.into_iter().map(Line::Effect));
        self.world.settled(&self.conversation, said);
        Ok(())
    }
}

impl Transcript {
    /// Compares with what the story says must follow.
    ///
    /// # Errors
    ///
    /// Both, side by side where they differ, as a diff: `-` the story, `+` what follows.
    pub fn check(&self, expected: &[Expected]) -> Result<(), String> {
        let wanted: Vec<(String, String)> = expected.iter().map(|e| written(e.at, &e.text)).collect();
        let lines = self.lines.iter().filter_map(|line| match line {
            Line::Act(at, text) => Some(written(Some(*at), text)),
            Line::Effect(text) => Some(written(None, text)),
            Line::Remark(_) => None,
        });
        let got: Vec<(String, String)> = lines.collect();
        let same = |a: &(String, String), b: &(String, String)| a.1 == b.1;
        if wanted.len() == got.len() && wanted.iter().zip(&got).all(|(a, b)| same(a, b)) {
            return Ok(());
        }
        Err(diff(&wanted, &got))
    }
}

/// A line as it is shown, and as it is compared: single spaces, spans in milliseconds.
fn written(at: Option<Span>, text: &str) -> (String, String) {
    let spans = |word: &str| Span::parse(word).map_or_else(|| word.to_owned(), |span| format!("{}ms", span.0));
    let compared = text.split_whitespace().map(spans).collect::<Vec<_>>().join(" ");
    match at {
        Some(at) => (format!("{:<5} {text}", at.to_string()), format!("{} {compared}", at.0)),
        None => (format!("      -> {text}"), format!("-> {compared}")),
    }
}

/// The longest common lines stay, the rest is marked.
fn diff(wanted: &[(String, String)], got: &[(String, String)]) -> String {
    let mut longest = vec![vec![0_usize; got.len() + 1]; wanted.len() + 1];
    for i in (0..wanted.len()).rev() {
        for j in (0..got.len()).rev() {
            longest[i][j] = if wanted[i].1 == got[j].1 {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < wanted.len() || j < got.len() {
        if i < wanted.len() && j < got.len() && wanted[i].1 == got[j].1 {
            lines.push(format!("  {}", got[j].0));
            (i, j) = (i + 1, j + 1);
        } else if j == got.len() || (i < wanted.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(format!("- {}", wanted[i].0));
            i += 1;
        } else {
            lines.push(format!("+ {}", got[j].0));
            j += 1;
        }
    }
    lines.join("\n")
}

/// The story that would pass.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            match line {
                Line::Act(at, text) => writeln!(f, "{:<5} {text}", at.to_string())?,
                Line::Effect(text) => writeln!(f, "      -> {text}")?,
                Line::Remark(text) => writeln!(f, "      #  {text}")?,
            }
        }
        Ok(())
    }
}
