//! `baton simulate`: plays stories in virtual time and prints what follows.
//!
//! What it prints is a story itself, with the lines before the first act kept as they were, so that writing a test is:
//! run, read, keep. A story that already says what must follow is compared with it.

use std::fs;
use std::path::PathBuf;

use baton_core::story::{Story, Transcript};
use clap::Args;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::local::{self, Player, Rules};
use super::screen::Screen;

/// The longest story that is read: a month of chat.
const STORY_BYTES: u64 = 1 << 20;

/// Play stories in virtual time, and print what follows.
///
/// A story has what happens on the left and what must follow behind `->`. One that says nothing of what must follow is
/// a transcript: the answer is the story that would pass. One that does is compared; a difference ends with status 1.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton simulate chat.story\n  baton simulate --pack hvac chat.txt > chat.story")]
pub(super) struct Simulate {
    /// Stories or transcripts.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    rules: RulesArgs,
}

/// By which rules.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RulesArgs {
    /// The rule pack: a folder (written with a slash) or the name of a built-in one.
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
    /// The configuration whose business it plays in; a plain one without it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which business of it.
    #[arg(long, value_name = "ID", requires = "config")]
    business: Option<String>,
}

impl RulesArgs {
    pub(super) fn rules(&self) -> Rules {
        let Self { pack, config, business } = self.clone();
        Rules { pack, config, business }
    }
}

/// What came of a story; each with the story that would pass.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It did not say what must follow.
    Transcript(String),
    /// It follows.
    AsExpected(String),
    /// Something else follows.
    Differs { story: String, diff: String },
}

impl Simulate {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let mut play = local::player(&self.rules.rules())?;
        let mut told = Vec::new();
        let mut differ = 0;
        for file in &self.files {
            let text = read(file)?;
            let name = file.display().to_string();
            let (story, diff) = match judge(&name, &text, &mut play)? {
                Verdict::Transcript(story) | Verdict::AsExpected(story) => (story, None),
                Verdict::Differs { story, diff } => (story, Some(diff)),
            };
            differ += usize::from(diff.is_some());
            if screen.look.json {
                told.push(json!({ "file": name, "story": story, "differs": diff }));
                continue;
            }
            if self.files.len() > 1 {
                screen.line(&format!("# {name}"))?;
            }
            screen.lines(&story)?;
            if let Some(diff) = diff {
                screen.note(&format!(
                    "{name} says something else (-) than what follows (+):\n{diff}"
                ));
            }
        }
        if screen.look.json {
            screen.json(&json!(told))?;
        }
        match differ {
            0 => Ok(()),
            _ => Err(Failure::new(
                Exit::Refused,
                format!(
                    "{differ} of {} stories say something else than what follows",
                    self.files.len()
                ),
            )
            .remedy("correct the rules, or keep what was printed if it is right")),
        }
    }
}

/// Plays one story and compares it.
pub(super) fn judge(name: &str, text: &str, play: &mut Player) -> Result<Verdict, Failure> {
    let (story, transcript) = play(name, text)?;
    let whole = whole(text, &story, &transcript);
    let says_what_follows = story.expected.iter().any(|line| line.at.is_none());
    match transcript.check(&story.expected) {
        _ if !says_what_follows => Ok(Verdict::Transcript(whole)),
        Ok(()) => Ok(Verdict::AsExpected(whole)),
        Err(diff) => Ok(Verdict::Differs { story: whole, diff }),
    }
}

/// The story that would pass: all before the first act as it was, then what follows.
pub(super) fn whole(text: &str, story: &Story, transcript: &Transcript) -> String {
    let before = story.expected.first().map_or(usize::MAX, |first| first.line - 1);
    let kept = text
        .lines()
        .take(before)
        .fold(String::new(), |kept, line| kept + line + "\n");
    format!("{kept}{transcript}")
}

/// Reads a story's file.
pub(super) fn read(file: &std::path::Path) -> Result<String, Failure> {
    let size = fs::metadata(file)
        .map_err(|error| Failure::file("read", file, &error))?
        .len();
    if size > STORY_BYTES {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} has {size} bytes, at most {STORY_BYTES} are read", file.display()),
        ));
    }
    fs::read_to_string(file).map_err(|error| Failure::file("read", file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "# a customer who is happy\nstart 2026-03-02 10:00\n\n0 customer: hello\n5m customer: bye\n";

    /// A world without rules: nothing ever follows.
    fn quiet() -> Player {
        Box::new(local::tests::play_without_rules)
    }

    #[test]
    fn a_transcript_becomes_the_story_that_passes() {
        let Ok(Verdict::Transcript(story)) = judge("a.txt", STORY, &mut quiet()) else {
            panic!("no transcript")
        };
        assert_eq!(
            story,
            "# a customer who is happy\nstart 2026-03-02 10:00\n\n0     customer: hello\n5m    customer: bye\n"
        );
    }

    #[test]
    fn an_effect_that_does_not_follow_is_a_difference() {
        let story = STORY.replace("5m", "  -> wait\n5m");
        let Ok(Verdict::Differs { diff, .. }) = judge("a.story", &story, &mut quiet()) else {
            panic!("no difference")
        };
        assert_eq!(diff, "  0     customer: hello\n-       -> wait\n  5m    customer: bye");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let failure =
            judge("a.story", "0 customer: hello\nsoon customer: bye", &mut quiet()).expect_err("soon is no time");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(
            failure.text().starts_with("a.story:2:1: \"soon\" is not a time"),
            "{}",
            failure.text()
        );
    }
}
