//! `baton chat`: try the rules by typing.
//!
//! A chat is a story that grows by a line at a time and is played from the start after each: rules are deterministic and
//! time is virtual, so the past comes out the same and only the new lines are shown. Undoing is dropping the last line,
//! and what was typed can be kept as a test.

use std::fs;
use std::io::BufRead;
use std::path::PathBuf;

use baton_core::Span;
use baton_core::story::{Story, Transcript};
use clap::Args;

use super::exit::Failure;
use super::local::{self, Player};
use super::screen::Screen;
use super::simulate::{RulesArgs, read};

/// The team of a chat where nobody names one.
const TEAM: &str = "agent ana: roles support technician; languages en\nagent bo: roles sales manager; languages en\n";
/// A message takes so long to type, in virtual time.
const PAUSE: Span = Span::seconds(10);
const HELP: &str = "\
what you type is the customer's. A line that begins with / is something else:
  /bot: TEXT                 the bot says something
  /agent ana: TEXT           an agent does
  /ana accepts               also: declines, completes converted, online, away, offline, ...
  /field model=XR-14         a fact that comes with the next message
  /wait 20m                  time passes
  /undo                      take the last line back
  /save FILE                 keep it as a story
  /quit";

/// Try rules by typing: you are the customer.
///
/// Each line is judged as in the daemon, in virtual time. Lines that begin with / are other acts; /help lists them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton chat --pack hvac\n  echo \"I want to talk to a human\" | baton chat")]
pub(super) struct Chat {
    /// A story to begin with: its team, its contact, and what was said.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesArgs,
}

/// A story that grows.
struct Growing {
    /// All before the first act.
    preamble: String,
    /// One act each, as a story writes it.
    acts: Vec<String>,
    now: Span,
    /// Lines of the transcript that were shown.
    shown: usize,
    play: Player,
}

enum Said {
    Lines(Vec<String>),
    Help,
    Quit,
}

impl Chat {
    pub(super) fn run(self, screen: &mut Screen<'_>, input: &mut dyn BufRead) -> Result<(), Failure> {
        let mut chat = Growing::new(local::player(&self.rules.rules())?);
        if let Some(file) = &self.from {
            let lines = chat.begin(&read(file)?)?;
            lines.iter().try_for_each(|line| screen.line(line))?;
        }
        if screen.look.width.is_some() {
            screen.note("you are the customer; /help tells what else you can be, /quit ends");
        }
        let mut line = String::new();
        loop {
            line.clear();
            match input.read_line(&mut line) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // Not UTF-8, or the terminal is gone.
                Err(error) => return Err(Failure::new(super::Exit::Usage, "the input cannot be read").because(&error)),
            }
            match chat.said(line.trim()) {
                Ok(Said::Lines(lines)) => lines.iter().try_for_each(|line| screen.line(line))?,
                Ok(Said::Help) => screen.note(HELP),
                Ok(Said::Quit) => return Ok(()),
                Err(failure) => screen.note(&failure.text()),
            }
        }
    }
}

impl Growing {
    fn new(play: Player) -> Self {
        Self {
            preamble: TEAM.to_owned(),
            acts: Vec::new(),
            now: Span(0),
            shown: 0,
            play,
        }
    }

    /// Takes over a story; tells what followed in it.
    fn begin(&mut self, text: &str) -> Result<Vec<String>, Failure> {
        let (story, _) = (self.play)("the story", text)?;
        let first = story.expected.first().map_or(usize::MAX, |first| first.line - 1);
        self.preamble = text
            .lines()
            .take(first)
            .fold(String::new(), |kept, line| kept + line + "\n");
        self.now = story.acts.last().map_or(Span(0), |last| last.at);
        self.acts = story
            .acts
            .iter()
            .map(|act| format!("{} {}", act.at, act.text))
            .collect();
        self.replay()
    }

    /// One line of input. After an error everything is as it was.
    fn said(&mut self, line: &str) -> Result<Said, Failure> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match word {
            "" => Ok(Said::Lines(Vec::new())),
            "/quit" | "/exit" => Ok(Said::Quit),
            "/help" => Ok(Said::Help),
            "/save" => self.save(rest.trim()),
            "/undo" => self.undo(),
            "/wait" => {
                let usage = || {
                    Failure::new(
                        super::Exit::Usage,
                        format!("{rest:?} is not a span; write /wait 20m, 8h, 1d12h"),
                    )
                };
                let span = Span::parse(rest.trim()).ok_or_else(usage)?;
                self.act(span, "wake")
            }
            _ => match line.strip_prefix('/') {
                Some(act) => self.act(PAUSE, act),
                // A story would take the rest of the line for a comment.
                None => self.act(PAUSE, &format!("customer: {}", line.replace(" #", " \u{FF03}"))),
            },
        }
    }

    fn act(&mut self, later: Span, act: &str) -> Result<Said, Failure> {
        let before = self.now;
        if !self.acts.is_empty() || act == "wake" {
            self.now = Span(before.0.saturating_add(later.0));
        }
        self.acts.push(format!("{} {act}", self.now));
        let played = self.replay();
        if played.is_err() {
            self.acts.pop();
            self.now = before;
        }
        played.map(Said::Lines)
    }

    fn undo(&mut self) -> Result<Said, Failure> {
        if self.acts.pop().is_none() {
            return Err(Failure::new(super::Exit::Refused, "there is nothing to take back"));
        }
        self.now = self.told()?.0.acts.last().map_or(Span(0), |last| last.at);
        self.shown = 0;
        self.replay()?;
        Ok(Said::Lines(
            self.acts
                .last()
                .map(|last| format!("back at: {last}"))
                .into_iter()
                .collect(),
        ))
    }

    fn save(&mut self, file: &str) -> Result<Said, Failure> {
        if file.is_empty() {
            return Err(Failure::new(super::Exit::Usage, "/save needs the name of a file"));
        }
        let (_, transcript) = self.told()?;
        let path = PathBuf::from(file);
        let written = fs::File::create_new(&path).and_then(|mut file| {
            use std::io::Write;
            write!(file, "{}\n{transcript}", self.preamble)
        });
        written.map_err(|error| Failure::file("write", &path, &error))?;
        Ok(Said::Lines(vec![format!(
            "kept in {file}; play it with: baton simulate {file}"
        )]))
    }

    fn told(&mut self) -> Result<(Story, Transcript), Failure> {
        let text = format!("{}{}\n", self.preamble, self.acts.join("\n"));
        (self.play)("the chat", &text)
    }

    /// Plays everything; tells what was not shown yet, without the lines that were typed.
    fn replay(&mut self) -> Result<Vec<String>, Failure> {
        let transcript = self.told()?.1.to_string();
        let lines: Vec<_> = transcript.lines().map(str::to_owned).collect();
        let new = lines.get(self.shown..).unwrap_or_default();
        let typed = self.acts.last().map(String::as_str).unwrap_or_default();
        let is_typed = |line: &String| line.split_whitespace().eq(typed.split_whitespace());
        let new = new.iter().filter(|line| !is_typed(line)).cloned().collect();
        self.shown = lines.len();
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Growing {
        Growing::new(Box::new(local::tests::play_without_rules))
    }

    fn lines(said: Result<Said, Failure>) -> Vec<String> {
        match said {
            Ok(Said::Lines(lines)) => lines,
            Ok(Said::Help | Said::Quit) => panic!("no lines"),
            Err(failure) => vec![failure.text()],
        }
    }

    #[test]
    fn only_what_follows_is_shown_and_time_is_virtual() {
        let mut chat = chat();
        assert_eq!(lines(chat.said("hello")), Vec::<String>::new());
        let said = lines(chat.said("/boss requests high-value high: big order"));
        assert!(
            said.iter().any(|line| line.contains("-> open high-value high")),
            "{said:?}"
        );
        assert!(
            lines(chat.said("/wait 9h"))
                .iter()
                .all(|line| !line.contains("open high-value"))
        );
        assert_eq!(chat.now, Span(10_000 + 9 * 3_600_000));
    }

    #[test]
    fn a_line_that_makes_no_sense_changes_nothing() {
        let mut chat = chat();
        drop(chat.said("hello"));
        assert!(lines(chat.said("/dance"))[0].contains("not known"));
        assert!(lines(chat.said("/wait a while"))[0].contains("is not a span"));
        assert_eq!((chat.acts.len(), chat.now), (1, Span(0)));
    }

    #[test]
    fn what_was_typed_can_be_taken_back_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.story");
        let mut chat = chat();
        for line in ["order #5, please", "/bot: which one?", "oops"] {
            drop(chat.said(line));
        }
        assert_eq!(lines(chat.said("/undo")), ["back at: 10s bot: which one?"]);
        assert!(lines(chat.said(&format!("/save {}", file.display())))[0].starts_with("kept in "));
        let kept = fs::read_to_string(&file).expect("written");
        assert!(
            kept.ends_with("0     customer: order \u{FF03}5, please\n10s   bot: which one?\n"),
            "{kept}"
        );
        assert!(
            lines(chat.said(&format!("/save {}", file.display())))[0].starts_with("cannot write"),
            "never over a file"
        );
    }
}
