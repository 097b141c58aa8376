//! Writes a backup of a running store: all rows as of one moment, while commits go on.
//!
//! The moment is between two batches, so no step is in it by half. The first line says what this is, the last one
//! counts the lines between and carries their SHA-256, so that a truncated or changed backup is noticed.

use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::row::Row;
use crate::error::ReadError;
use crate::keys::Key;
use crate::step::FactTable;
use crate::store::{Counts, Store};

/// The format of a backup that this program writes, and the newest it reads.
pub(super) const FORMAT: u32 = 1;

/// What a payload belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The head of a conversation.
    Conversation,
    /// A message.
    Message,
    /// A handover.
    Handover,
    /// A task.
    Task,
    /// An event.
    Event,
    /// A fact of a table.
    Fact(FactTable),
}

/// Makes a payload readable. What it returns stands beside the payload, for people; restoring ignores it.
pub type Decoder<'a> = &'a dyn Fn(Kind, &[u8]) -> Option<serde_json::Value>;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSummary {
    /// Its rows.
    pub rows: u64,
    /// Its SHA-256 in hexadecimal, as in its last line.
    pub sha256: String,
}

/// Why there is no backup. What was written so far has no last line and will not restore.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A row could not be read.
    #[error("the store cannot be read for the backup")]
    Read(#[from] ReadError),
    /// The backup could not be written.
    #[error("the backup cannot be written")]
    Write(#[from] io::Error),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Header {
    pub(super) baton_backup: u32,
    pub(super) steps: u64,
    pub(super) last_event: u64,
    pub(super) conversations: u64,
    pub(super) messages: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Trailer {
    pub(super) end_of_backup: End,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) rows: u64,
    pub(super) sha256: String,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    row: &'a Row,
    #[serde(skip_serializing_if = "Option::is_none")]
    readable: Option<serde_json::Value>,
}

/// Writes all rows of `store`, and flushes `out`; syncing it is the caller's part.
pub fn backup(
    store: &dyn Store,
    out: &mut dyn Write,
    decode: Option<Decoder<'_>>,
) -> Result<BackupSummary, BackupError> {
    let mut out = Lines {
        out: BufWriter::new(out),
        hash: Sha256::new(),
    };
    let mut snapshot = store.snapshot()?.peekable();
    // The counts have the first key of all, so they are of the same moment as the rows.
    let counts = match snapshot.peek() {
        Some(Ok((key, payload))) if *key == Key::Counts.to_bytes() => Counts::decode(key, payload)?,
        Some(_) | None => Counts::default(),
    };
    let Counts {
        steps,
        last_event,
        conversations,
        messages,
        ..
    } = counts;
    out.line(&Header {
        baton_backup: FORMAT,
        steps,
        last_event,
        conversations,
        messages,
    })?;
    let mut rows = 0;
    for row in snapshot {
        let (key, payload) = row?;
        let Some(row) = Row::from_stored(&key, payload)? else {
            continue;
        };
        let readable = decode.and_then(|decode| row.payload().and_then(|(kind, payload)| decode(kind, payload)));
        out.line(&Line { row: &row, readable })?;
        rows += 1;
    }
    let sha256 = hex(out.hash.clone());
    out.line(&Trailer {
        end_of_backup: End {
            rows,
            sha256: sha256.clone(),
        },
    })?;
    out.out.flush()?;
    Ok(BackupSummary { rows, sha256 })
}

pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Lines<W: Write> {
    out: BufWriter<W>,
    hash: Sha256,
}

impl<W: Write> Lines<W> {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.hash.update(&bytes);
        self.out.write_all(&bytes)
    }
}
