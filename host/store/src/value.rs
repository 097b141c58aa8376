//! How a payload lies in rows: format version, checksum, count of further rows, bytes.
//!
//! The checksum covers the key too, so a value that strayed to another key is damage. A payload above
//! [`ROW_MAX_BYTES`] goes on in rows of the chunk table, each saying how many follow, so that a missing or left-over
//! part is noticed. A damaged value is an error that names its key; it is never guessed.

use crate::error::ReadError;
use crate::keys::{self, Key};
use crate::limits::ROW_MAX_BYTES;
use crate::rows::Get;

/// The newest format of a value that this program knows, and the one it writes.
const VERSION: u8 = 1;

/// Version, checksum, count of further rows.
const HEADER_BYTES: usize = 1 + 4 + 2;

/// The rows of a payload: its own key first, then its chunks.
pub(crate) fn seal(key: Vec<u8>, payload: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (own, rest) = payload.split_at(payload.len().min(ROW_MAX_BYTES));
    let following = chunk_count(payload.len());
    let chunks = rest.chunks(ROW_MAX_BYTES).zip(1..).map(|(part, index)| {
        let chunk = Key::Chunk { owner: &key, index }.to_bytes();
        let value = seal_row(&chunk, part, following - index);
        (chunk, value)
    });
    let chunks: Vec<_> = chunks.collect();
    let value = seal_row(&key, own, following);
    std::iter::once((key, value)).chain(chunks).collect()
}

/// The keys of the further rows that a stored value says it has.
pub(crate) fn chunk_keys(key: &[u8], value: &[u8]) -> Result<impl Iterator<Item = Vec<u8>>, ReadError> {
    let following = open_row(key, value)?.following;
    Ok((1..=following).map(|index| Key::Chunk { owner: key, index }.to_bytes()))
}

/// The payload of a value, with its further rows read and checked.
pub(crate) fn open(rows: &dyn Get, key: &[u8], value: &[u8]) -> Result<Vec<u8>, ReadError> {
    let own = open_row(key, value)?;
    let mut payload = own.bytes.to_vec();
    for index in 1..=own.following {
        let chunk = Key::Chunk { owner: key, index }.to_bytes();
        let value = rows
            .get(&chunk)?
            .ok_or_else(|| damaged(key, format!("part {index} is missing")))?;
        let part = open_row(&chunk, &value)?;
        if part.following != own.following - index {
            return Err(damaged(
                key,
                format!("part {index} belongs to a payload of another length"),
            ));
        }
        payload.extend_from_slice(part.bytes);
    }
    Ok(payload)
}

pub(crate) fn damaged(key: &[u8], fault: impl Into<String>) -> ReadError {
    ReadError::Damaged {
        key: keys::readable(key),
        fault: fault.into(),
    }
}

/// One row of a payload.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) following: u16,
    pub(crate) bytes: &'a [u8],
}

pub(crate) fn open_row<'a>(key: &[u8], value: &'a [u8]) -> Result<Row<'a>, ReadError> {
    let Some((header, bytes)) = value.split_first_chunk::<HEADER_BYTES>() else {
        return Err(damaged(
            key,
            format!("it has {} bytes, a header has {HEADER_BYTES}", value.len()),
        ));
    };
    let [version, c0, c1, c2, c3, f0, f1] = *header;
    if version > VERSION {
        return Err(ReadError::NewerFormat {
            key: keys::readable(key),
            found: version,
            known: VERSION,
        });
    }
    let (stored, computed) = (
        u32::from_be_bytes([c0, c1, c2, c3]),
        checksum(version, key, [f0, f1], bytes),
    );
    if stored != computed {
        return Err(damaged(
            key,
            format!("its checksum is {stored:08x}, its bytes have {computed:08x}"),
        ));
    }
    Ok(Row {
        following: u16::from_be_bytes([f0, f1]),
        bytes,
    })
}

fn seal_row(key: &[u8], bytes: &[u8], following: u16) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEADER_BYTES + bytes.len());
    value.push(VERSION);
    value.extend_from_slice(&checksum(VERSION, key, following.to_be_bytes(), bytes).to_be_bytes());
    value.extend_from_slice(&following.to_be_bytes());
    value.extend_from_slice(bytes);
    value
}

fn checksum(version: u8, key: &[u8], following: [u8; 2], bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[version]);
    hasher.update(key);
    hasher.update(&following);
    hasher.update(bytes);
    hasher.finalize()
}

fn chunk_count(payload_bytes: usize) -> u16 {
    let rows = payload_bytes.div_ceil(ROW_MAX_BYTES).max(1);
    u16::try_from(rows - 1).expect("a payload has at most PAYLOAD_MAX_BYTES, which are 263 rows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Place;

    fn key() -> Vec<u8> {
        Key::Conversation(Place {
            business: "b",
            conversation: "c",
        })
        .to_bytes()
    }

    #[test]
    fn a_payload_comes_back_at_every_length_around_a_row() {
        for length in [
            0,
            1,
            ROW_MAX_BYTES - 1,
            ROW_MAX_BYTES,
            ROW_MAX_BYTES + 1,
            3 * ROW_MAX_BYTES,
            1 << 20,
        ] {
            let payload: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let rows: std::collections::BTreeMap<_, _> = seal(key(), &payload).into_iter().collect();
            assert_eq!(rows.len(), length.div_ceil(ROW_MAX_BYTES).max(1));
            assert!(rows.values().all(|value| value.len() <= ROW_MAX_BYTES + HEADER_BYTES));
            assert_eq!(open(&rows, &key(), &rows[&key()]).expect("it was just sealed"), payload);
        }
    }

    #[test]
    fn every_changed_bit_is_noticed_and_the_key_is_named() {
        let value = seal(key(), b"hello").remove(0).1;
        for bit in 0..value.len() * 8 {
            let mut value = value.clone();
            value[bit / 8] ^= 1 << (bit % 8);
            let error = open_row(&key(), &value).expect_err("a bit was changed").to_string();
            assert!(error.contains("conversation b/c"), "{error}");
        }
    }

    #[test]
    fn a_value_under_another_key_is_damage() {
        let value = seal(key(), b"hello").remove(0).1;
        let other = Key::Conversation(Place {
            business: "b",
            conversation: "d",
        })
        .to_bytes();
        assert!(matches!(open_row(&other, &value), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn a_missing_part_is_damage() {
        let mut rows: std::collections::BTreeMap<_, _> = seal(key(), &[7; 9_000]).into_iter().collect();
        let own = rows[&key()].clone();
        rows.remove(
            &Key::Chunk {
                owner: &key(),
                index: 2,
            }
            .to_bytes(),
        )
        .expect("9,000 bytes are three rows");
        let error = open(&rows, &key(), &own).expect_err("a part was removed").to_string();
        assert!(error.contains("part 2 is missing"), "{error}");
    }

    #[test]
    fn a_newer_format_names_both_versions_and_the_remedy() {
        let mut value = seal(key(), b"hello").remove(0).1;
        value[0] = 9;
        let error = open_row(&key(), &value).expect_err("version 9 is unknown").to_string();
        assert!(
            error.contains("format 9") && error.contains("up to 1") && error.contains("install"),
            "{error}"
        );
    }
}
