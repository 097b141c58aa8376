//! Writes every call of a running daemon into a file, one JSON line each, for a look at home.
//!
//! The lines hold what customers wrote, so the file is for its owner's eyes (mode 0600) and nobody else's, links are
//! not followed, and it is bounded: when it is half full it becomes FILE.1, in place of the one before, and a new one
//! begins. So the newest calls are always there. A disk that fails ends the recording, never a message.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::record::Call;

/// Bytes that a recording has at most, in both files together.
pub const RECORDING_BYTES: u64 = 64 << 20;

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is something else at that place.
    #[error("{file} is no plain file; name one that is, or that is not there yet")]
    NoFile {
        /// Its path.
        file: String,
    },
    /// The system refuses.
    #[error("cannot write the recording {file}")]
    Io {
        /// Its path.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A recording under way.
pub struct Recorder {
    path: PathBuf,
    most_bytes: u64,
    /// `None` once it failed.
    open: Mutex<Option<Open>>,
}

struct Open {
    file: File,
    bytes: u64,
}

impl Recorder {
    /// Begins a recording of at most so many bytes, or goes on with the one that is in the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or is none.
    pub fn begin(path: &Path, most_bytes: u64) -> Result<Self, RecordError> {
        let file = path.display().to_string();
        match fs::symlink_metadata(path) {
            Ok(there) if !there.is_file() => return Err(RecordError::NoFile { file }),
            Ok(_) | Err(_) => {}
        }
        let begun = whole(path).and_then(|()| open(path));
        let open = begun.map_err(|source| RecordError::Io { file, source })?;
        Ok(Self {
            path: path.to_owned(),
            most_bytes,
            open: Mutex::new(Some(open)),
        })
    }

    /// Writes a call down.
    pub fn keep(&self, call: &Call) {
        let mut line = call.to_line();
        line.push('\n');
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.as_mut()
            && let Err(error) = self.write(file, &line)
        {
            tracing::error!(%error, file = %self.path.display(), "the recording ends: it cannot be written");
            *open = None;
        }
    }

    fn write(&self, open: &mut Open, line: &str) -> std::io::Result<()> {
        let bytes = line.len() as u64;
        if open.bytes > 0 && open.bytes + bytes > self.most_bytes / 2 {
            let mut older = self.path.as_os_str().to_owned();
            older.push(".1");
            fs::rename(&self.path, &older)?;
            *open = self::open(&self.path)?;
        }
        open.file.write_all(line.as_bytes())?;
        open.bytes += bytes;
        Ok(())
    }
}

/// Cuts off a last line that a kill left unfinished, so that what follows it can be read.
fn whole(path: &Path) -> std::io::Result<()> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if end < bytes.len() {
        OpenOptions::new().write(true).open(path)?.set_len(end as u64)?;
    }
    Ok(())
}

fn open(path: &Path) -> std::io::Result<Open> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(0o600).open(path)?;
    // It may have been there with more.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    let bytes = file.metadata()?.len();
    Ok(Open { file, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::read;
    use crate::record::{Asked, Outcome, Seen};
    use baton_core::{Contact, Message, MessageId, Speaker, Time};

    fn call(text: &str) -> Call {
        let message = Message {
            id: MessageId::new("m1").expect("well formed"),
            speaker: Speaker::Customer,
            text: text.to_owned(),
            at: Time(5),
            agent: None,
            epoch: None,
            bot_state: None,
        };
        Call {
            business: "acme".into(),
            plugin: "greedy".into(),
            rules: "r@1.0.0#1".into(),
            component: "c".into(),
            settings: "s".into(),
            at: Time(5),
            seen: Seen {
                conversation: "chat".into(),
                channel: "web".into(),
                bot: "bot".into(),
                locale: "en".into(),
                contact: Contact::default(),
                fields: vec![],
                history: vec![message.clone()],
                bot_state: None,
                failed_answers: 0,
                length: 2,
                tags: vec![],
                now: Time(5),
            },
            asked: Asked::Detect(message),
            outcome: Outcome::Found(vec![]),
            fuel: 7,
            took_us: 9,
        }
    }

    #[test]
    fn a_recording_is_its_owners_alone_and_keeps_the_newest_within_its_bound() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calls.jsonl");
        fs::write(&file, "{\"cut off").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
        let recorder = Recorder::begin(&file, 8_000).expect("begun");
        for n in 0..100 {
            recorder.keep(&call(&format!("message {n}")));
        }
        let older = folder.path().join("calls.jsonl.1");
        let mut bytes = 0;
        for file in [&file, &older] {
            let there = fs::metadata(file).expect("it is there");
            assert_eq!(there.permissions().mode() & 0o777, 0o600);
            bytes += there.len();
        }
        assert!((3_000..=8_000).contains(&bytes), "{bytes}");
        let (newest, before) = (read(&file).expect("calls").0, read(&older).expect("calls").0);
        let text = |call: &Call| match &call.asked {
            Asked::Detect(message) => message.text.clone(),
            Asked::Rank { .. } | Asked::Compose { .. } | Asked::Returning { .. } => String::new(),
        };
        let texts: Vec<_> = before.iter().chain(&newest).map(text).collect();
        let expected: Vec<_> = (100 - texts.len()..100).map(|n| format!("message {n}")).collect();
        assert_eq!(texts, expected, "the newest, and none is missing between them");
        assert_eq!(newest.last(), Some(&call("message 99")), "as it was");
    }

    #[test]
    fn a_recording_never_goes_where_a_link_leads() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, secret) = (folder.path().join("calls.jsonl"), folder.path().join("secret"));
        fs::write(&secret, "mine").expect("written");
        std::os::unix::fs::symlink(&secret, &link).expect("linked");
        for path in [link.as_path(), folder.path()] {
            let refused = Recorder::begin(path, 8_000).err().map(|error| error.to_string());
            assert!(refused.is_some_and(|why| why.contains("is no plain file")));
        }
        assert_eq!(fs::read_to_string(&secret).expect("read"), "mine");
    }

    #[test]
    fn what_is_no_recording_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calls.jsonl");
        let line = call("hello").to_line();
        let shown = format!("{{\"id\": \"3f\", \"call\": {line}}}");
        for (text, expected) in [
            (
                String::new(),
                "holds no call; record some with `baton serve --record FILE`",
            ),
            (format!("{line}\n{{\"text\":\"hi\"}}\n"), "call 2: "),
            (format!("{line}\nnonsense\n"), ":2:2: expected ident"),
            ("{\"cut\": ".to_owned(), ":1:8: EOF while parsing"),
        ] {
            fs::write(&file, text).expect("written");
            let error = read(&file).expect_err("it is refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
        let two = vec![call("hello"), call("hello")];
        for (rest, cut) in [("", false), ("{\"cut\": ", true)] {
            fs::write(&file, format!("{line}\n{shown}\n{rest}")).expect("written");
            assert_eq!(read(&file).expect("both are calls"), (two.clone(), cut));
        }
    }
}
