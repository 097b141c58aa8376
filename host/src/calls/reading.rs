//! Reads recorded calls: lines of a recording, or what the API shows of a call in quarantine.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::Value;

use crate::record::Call;

/// Bytes that are read of one file; a recording has less.
const MOST_BYTES: u64 = 256 << 20;

/// Why a file of calls cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadCallsError {
    /// The file itself.
    #[error("cannot read {file}")]
    Io {
        /// Its path.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no JSON.
    #[error("{file}:{line}:{column}: {message}; expected lines as `baton serve --record` writes them")]
    Json {
        /// Its path.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is JSON, and no call.
    #[error("{file}, call {number}: {message}; it was written by another version of baton, or is no recording")]
    Form {
        /// Its path.
        file: String,
        /// From 1.
        number: usize,
        /// The member, and what is wrong with it.
        message: String,
    },
    /// Nothing is in it.
    #[error("{file} holds no call; record some with `baton serve --record FILE`")]
    Empty {
        /// Its path.
        file: String,
    },
}

/// Reads all calls of a file, in their order; and tells whether a last line was cut off, as a kill leaves it.
///
/// # Errors
///
/// The first thing that is no call, with its place.
pub fn read(path: &Path) -> Result<(Vec<Call>, bool), ReadCallsError> {
    let file = path.display().to_string();
    let opened = File::open(path).map_err(|source| ReadCallsError::Io {
        file: file.clone(),
        source,
    })?;
    let mut calls = Vec::new();
    let values = serde_json::Deserializer::from_reader(BufReader::new(opened.take(MOST_BYTES))).into_iter::<Value>();
    for value in values {
        let mut value = match value {
            Ok(value) => value,
            Err(error) if error.is_eof() && !calls.is_empty() => return Ok((calls, true)),
            Err(error) => {
                return Err(ReadCallsError::Json {
                    file,
                    line: error.line(),
                    column: error.column(),
                    message: plain(&error),
                });
            }
        };
        // `GET /v1/quarantine/{id}` has the call in it.
        if let Some(call) = value.get_mut("call").filter(|call| call.is_object()) {
            value = call.take();
        }
        let call = Call::from_value(value).map_err(|message| ReadCallsError::Form {
            file: file.clone(),
            number: calls.len() + 1,
            message,
        })?;
        calls.push(call);
    }
    match calls.is_empty() {
        true => Err(ReadCallsError::Empty { file }),
        false => Ok((calls, false)),
    }
}

/// Without the place, which stands before it.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
