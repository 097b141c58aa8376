//! The parts of a key as bytes that sort like what they mean, and back.

use super::{Place, Table};

/// Turned, so that negative times sort before positive ones.
const SIGN: u64 = 1 << 63;

/// Appends the parts of a key.
pub(super) struct Builder(pub(super) Vec<u8>);

impl Builder {
    pub(super) fn new(table: Table) -> Builder {
        let mut bytes = Vec::with_capacity(64);
        bytes.push(table as u8);
        Builder(bytes)
    }

    pub(super) fn rest(mut self, bytes: &[u8]) -> Builder {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Builder {
        self.rest(text.as_bytes()).rest(&[0])
    }

    pub(super) fn place(self, place: Place<'_>) -> Builder {
        self.text(place.business).text(place.conversation)
    }

    pub(super) fn number(self, number: u64) -> Builder {
        self.rest(&number.to_be_bytes())
    }

    pub(super) fn small(self, number: u32) -> Builder {
        self.rest(&number.to_be_bytes())
    }

    pub(super) fn time(self, at_ms: i64) -> Builder {
        self.number(at_ms as u64 ^ SIGN)
    }

    pub(super) fn newest_first(self, at_ms: i64) -> Builder {
        self.number(!(at_ms as u64 ^ SIGN))
    }
}

/// Takes the parts of a key off its front; `None` when they are not there.
pub(super) struct Parser<'a>(pub(super) &'a [u8]);

impl<'a> Parser<'a> {
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let (text, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        std::str::from_utf8(text).ok()
    }

    pub(super) fn rest_text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(std::mem::take(&mut self.0)).ok()
    }

    pub(super) fn place(&mut self) -> Option<Place<'a>> {
        Some(Place {
            business: self.text()?,
            conversation: self.text()?,
        })
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_be_bytes)
    }

    pub(super) fn small(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    pub(super) fn time(&mut self) -> Option<i64> {
        self.number().map(|number| (number ^ SIGN) as i64)
    }

    pub(super) fn newest_first(&mut self) -> Option<i64> {
        self.number().map(|number| (!number ^ SIGN) as i64)
    }
}
