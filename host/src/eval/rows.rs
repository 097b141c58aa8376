//! Labelled messages and chats, one JSON object a line, plain or gzipped.
//!
//! A row is `{"text", "labels"}` at least; what else may be there is in [`Row`] and [`Chat`], and fields that only their
//! author needs (a licence, a source's own label) are passed over. A line with `turns` is a chat.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use baton_core::{BotState, Reason, Speaker};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

/// Rows that are read of one file: more than anybody labels, few enough to hold.
const MOST_ROWS: usize = 5_000_000;
/// The longest line: a long chat.
const LINE_BYTES: u64 = 4 << 20;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Labelled {
    /// Messages by themselves.
    pub rows: Vec<Row>,
    /// Whole chats.
    pub chats: Vec<Chat>,
}

/// One labelled message.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id, or `line 7`.
    pub id: String,
    /// Who said it: the customer, or the bot.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// Reasons for which a human is needed.
    pub labels: Vec<String>,
    /// Reasons for which nobody can say.
    pub unknown: Vec<String>,
    /// The label is doubtful: reported apart.
    pub ambiguous: bool,
    /// Where it comes from.
    pub source: String,
    /// `hard:...` marks one that only looks like a reason.
    pub tags: Vec<String>,
    /// What was said before, oldest first.
    pub context: Vec<(Speaker, String)>,
    /// The contact's locale.
    pub locale: Option<String>,
    /// What the bot said of its message.
    pub bot_state: Option<BotState>,
}

/// One labelled chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    /// Its id, or `line 7`.
    pub id: String,
    /// Where it comes from.
    pub source: String,
    /// What was said, in order.
    pub turns: Vec<Turn>,
    /// The turn after which a human is needed, from 0; `None` where none is.
    pub handover: Option<usize>,
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// What the bot said of it.
    pub bot_state: Option<BotState>,
}

/// Why a file of labelled messages cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself.
    #[error("cannot read {file}")]
    Io {
        /// Its path.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// One line.
    #[error("{file}:{line}:{column}: {message}")]
    Line {
        /// Its path.
        file: String,
        /// From 1.
        line: usize,
        /// From 1; 1 where the whole line is meant.
        column: usize,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// Nothing is in it.
    #[error("{file} holds no labelled message; expected lines such as {EXAMPLE}")]
    Empty {
        /// Its path.
        file: String,
    },
}

const EXAMPLE: &str = r#"{"text":"I want to talk to a human","labels":["explicit-request"]}"#;

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    text: Option<String>,
    speaker: Option<String>,
    labels: Option<Vec<String>>,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    ambiguous: bool,
    #[serde(default)]
    source: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    context: Vec<(String, String)>,
    locale: Option<String>,
    bot_state: Option<State>,
    turns: Option<Vec<TurnLine>>,
    handover_turn: Option<usize>,
}

#[derive(Deserialize)]
struct TurnLine {
    speaker: String,
    text: String,
    label: Option<String>,
    bot_state: Option<State>,
}

#[derive(Deserialize)]
struct State {
    confidence: Option<f32>,
    intent: Option<String>,
    answered: Option<bool>,
}

impl From<State> for BotState {
    fn from(state: State) -> Self {
        let State {
            confidence,
            intent,
            answered,
        } = state;
        Self {
            confidence,
            intent,
            answered,
        }
    }
}

/// Reads a file of labelled messages and chats; gzip is known by its first bytes.
///
/// # Errors
///
/// The first line that cannot be read, with its place.
pub fn read(path: &Path) -> Result<Labelled, ReadError> {
    let file = path.display().to_string();
    let io = |source| ReadError::Io {
        file: file.clone(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let gzipped = reader.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead> = match gzipped {
        true => Box::new(BufReader::new(MultiGzDecoder::new(reader))),
        false => Box::new(reader),
    };
    let (mut labelled, mut bytes) = (Labelled::default(), Vec::new());
    for line in 1..=MOST_ROWS {
        bytes.clear();
        let read = reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes);
        if read.map_err(io)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let wrong = |column, message| ReadError::Line {
            file: file.clone(),
            line,
            column,
            message,
        };
        let parsed: Line =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.column().max(1), without_place(&error)))?;
        labelled.take(parsed, line).map_err(|message| wrong(1, message))?;
    }
    match labelled.rows.is_empty() && labelled.chats.is_empty() {
        true => Err(ReadError::Empty { file }),
        false => Ok(labelled),
    }
}

/// serde_json counts from the line's own begin; the place in the file is said beside it.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    format!("{message}; expected an object such as {EXAMPLE}")
}

impl Labelled {
    fn take(&mut self, line: Line, number: usize) -> Result<(), String> {
        let Line {
            id,
            text,
            speaker: said_by,
            labels,
            unknown,
            ambiguous,
            source,
            tags,
            context,
            locale,
            bot_state,
            turns,
            handover_turn,
        } = line;
        let id = id.unwrap_or_else(|| format!("line {number}"));
        if let Some(turns) = turns {
            self.chats.push(chat(id, source, turns, handover_turn)?);
            return Ok(());
        }
        let text = text.ok_or_else(|| format!("`text` is missing; expected an object such as {EXAMPLE}"))?;
        let labels = labels.ok_or("`labels` is missing; an ordinary message has an empty list, `[]`")?;
        for label in labels.iter().chain(&unknown) {
            Reason::new(label).map_err(|error| format!("label {label:?}: {error}"))?;
        }
        let context = context
            .into_iter()
            .map(|(by, text)| Ok((speaker(&by)?, text)))
            .collect::<Result<_, String>>()?;
        self.rows.push(Row {
            id,
            speaker: said_by.as_deref().map_or(Ok(Speaker::Customer), speaker)?,
            text,
            labels,
            unknown,
            ambiguous,
            source,
            tags,
            context,
            locale,
            bot_state: bot_state.map(Into::into),
        });
        Ok(())
    }
}

/// Labels of a turn that do not ask for a human.
const WELL: [&str; 4] = ["ok", "none", "no-breakdown", "possible-breakdown"];

fn chat(id: String, source: String, turns: Vec<TurnLine>, handover_turn: Option<usize>) -> Result<Chat, String> {
    let labelled = turns
        .iter()
        .position(|turn| turn.label.as_deref().is_some_and(|label| !WELL.contains(&label)));
    if let Some(turn) = handover_turn.filter(|turn| *turn >= turns.len()) {
        return Err(format!(
            "`handover_turn` is {turn}, and the chat has {} turns, counted from 0",
            turns.len()
        ));
    }
    let turns = turns
        .into_iter()
        .map(|turn| {
            Ok(Turn {
                speaker: speaker(&turn.speaker)?,
                text: turn.text,
                bot_state: turn.bot_state.map(Into::into),
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(Chat {
        id,
        source,
        turns,
        handover: handover_turn.or(labelled),
    })
}

fn speaker(name: &str) -> Result<Speaker, String> {
    match name {
        "customer" | "user" => Ok(Speaker::Customer),
        "bot" | "assistant" | "system" => Ok(Speaker::Bot),
        "agent" | "human" => Ok(Speaker::Agent),
        other => Err(format!("speaker {other:?} is none of customer, bot, agent")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read_text(text: &[u8]) -> Result<Labelled, ReadError> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text).expect("it is written");
        read(file.path())
    }

    #[test]
    fn a_simple_row_is_the_customers() {
        let labelled = read_text(b"{\"text\":\"help\",\"labels\":[]}\n\n").expect("it is sound");
        let row = &labelled.rows[0];
        assert_eq!(
            (row.id.as_str(), row.speaker, row.ambiguous),
            ("line 1", Speaker::Customer, false)
        );
    }

    #[test]
    fn a_gzipped_file_is_read_like_a_plain_one() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed
            .write_all(b"{\"id\":\"a\",\"text\":\"x\",\"labels\":[\"sentiment\"],\"speaker\":\"bot\"}\n")
            .expect("it is packed");
        let labelled = read_text(&packed.finish().expect("it is packed")).expect("it is sound");
        assert_eq!(labelled.rows[0].labels, ["sentiment"]);
    }

    #[test]
    fn the_labelled_turn_of_a_chat_is_the_first_that_asks_for_a_human() {
        let labelled = read_text(
            br#"{"id":"c","turns":[{"speaker":"customer","text":"a","label":null},{"speaker":"bot","text":"b","label":"ok"},
            {"speaker":"bot","text":"c","label":"information-gap"}]}"#
                .split(|b| *b == b'\n')
                .collect::<Vec<_>>()
                .concat()
                .as_slice(),
        )
        .expect("it is sound");
        assert_eq!(labelled.chats[0].handover, Some(2));
    }

    #[test]
    fn a_bad_line_is_named_with_its_place_and_what_is_expected() {
        for (text, place, said) in [
            ("{\"text\":\"a\",\"labels\":[]}\n{\"text\": oops}", ":2:10", "expected"),
            ("{\"labels\":[]}", ":1:1", "`text` is missing"),
            ("{\"text\":\"a\"}", ":1:1", "`labels` is missing"),
            ("{\"text\":\"a\",\"labels\":[\"No Reason\"]}", ":1:1", "No Reason"),
            (
                "{\"text\":\"a\",\"labels\":[],\"speaker\":\"parrot\"}",
                ":1:1",
                "parrot",
            ),
            ("{\"turns\":[],\"handover_turn\":3}", ":1:1", "0 turns"),
            ("\n", "", "no labelled message"),
        ] {
            let error = read_text(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains(place) && error.contains(said), "{error}");
        }
    }
}
