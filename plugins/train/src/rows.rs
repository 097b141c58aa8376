//! Labelled messages of this repository, in the format of `baton eval`.
//!
//! What may be learnt from is named here and nowhere else: the authored sets. The rules are held to floors on the sets for
//! development and judged by those that are held out, so nothing here knows of either.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A set that may be learnt from, of one author.
#[derive(Debug)]
pub(crate) struct Set {
    /// Its file's name, without the ending.
    pub(crate) name: String,
    /// Its messages.
    pub(crate) rows: Vec<Row>,
}

/// One labelled message.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Row {
    /// What was said.
    pub(crate) text: String,
    /// By `customer` or `bot`.
    pub(crate) speaker: String,
    /// Reasons for which a human is needed.
    pub(crate) labels: Vec<String>,
    /// Reasons for which nobody can say.
    #[serde(default)]
    pub(crate) unknown: Vec<String>,
    /// The contact's.
    #[serde(default)]
    pub(crate) locale: Option<String>,
    /// Whether the label is doubtful.
    #[serde(default)]
    pub(crate) ambiguous: bool,
}

/// A line of a file: a message, or a chat whose every turn is labelled.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Chat { turns: Vec<Row> },
    Row(Row),
}

/// Why the sets cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// A file or a folder.
    #[error("cannot read {0}")]
    Io(PathBuf, #[source] std::io::Error),
    /// One line of a file.
    #[error("{0}:{1} is no labelled message")]
    Line(PathBuf, usize, #[source] serde_json::Error),
}

impl Row {
    /// Whether a human is needed for this reason; `None` where nobody can say.
    pub(crate) fn label(&self, reason: &str) -> Option<bool> {
        let among = |list: &[String]| list.iter().any(|known| known == reason);
        match among(&self.labels) {
            _ if self.ambiguous => None,
            true => Some(true),
            false if among(&self.unknown) => None,
            false => Some(false),
        }
    }
}

/// Reads every set of messages that may be learnt from; `folder` is `tests/eval`.
///
/// # Errors
///
/// The first file or line that cannot be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<Set>, ReadError> {
    let folder = folder.join("authored");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .map_err(|error| ReadError::Io(folder.clone(), error))?
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".jsonl")?.to_owned()))
        .collect();
    names.sort();
    let read = |name: String| {
        let rows = read_file(&folder.join(format!("{name}.jsonl")))?;
        Ok(Set { name, rows })
    };
    names.into_iter().map(read).collect()
}

/// Reads one file of messages, to learn from or to judge.
///
/// # Errors
///
/// The file or its first line that cannot be read.
pub(crate) fn read_file(path: &Path) -> Result<Vec<Row>, ReadError> {
    let file = std::fs::read_to_string(path).map_err(|error| ReadError::Io(path.to_owned(), error))?;
    let mut rows = Vec::new();
    for (index, line) in file.lines().enumerate() {
        let line = serde_json::from_str(line).map_err(|error| ReadError::Line(path.to_owned(), index + 1, error))?;
        match line {
            Line::Chat { turns } => rows.extend(turns),
            Line::Row(row) => rows.push(row),
        }
    }
    Ok(rows)
}
