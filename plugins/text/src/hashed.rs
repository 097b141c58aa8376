//! Numbers by the hash of a word.
//!
//! The lowest bits of a hash name the first slot to look at and the highest ones are kept to know it again, so that a
//! slot takes six bytes. Slots that are looked at for one word hold another one's highest bits once in a thousand
//! million look-ups.

/// A table that is filled once, and has at least twice as many slots as words, so that a search meets a free one soon.
#[derive(Debug, Default)]
pub(crate) struct Hashed {
    /// The highest bits of each hash, in the first free slot from its own; zero is free.
    marks: Vec<u32>,
    numbers: Vec<u16>,
}

impl Hashed {
    /// An empty table for at most so many words.
    pub(crate) fn with_room(words: usize) -> Self {
        let slots = (2 * words).next_power_of_two();
        Self {
            marks: vec![0; slots],
            numbers: vec![0; slots],
        }
    }

    /// The number of a word, zero if it is new.
    pub(crate) fn entry(&mut self, hash: u64) -> &mut u16 {
        let (mark, last) = (mark(hash), self.marks.len() - 1);
        let mut slot = hash as usize & last;
        while self.marks[slot] != 0 && self.marks[slot] != mark {
            slot = (slot + 1) & last;
        }
        self.marks[slot] = mark;
        &mut self.numbers[slot]
    }

    /// The number of a known word.
    pub(crate) fn get(&self, hash: u64) -> Option<u16> {
        let (mark, last) = (mark(hash), self.marks.len().checked_sub(1)?);
        let mut slot = hash as usize & last;
        loop {
            match self.marks[slot] {
                0 => return None,
                known if known == mark => return Some(self.numbers[slot]),
                _ => slot = (slot + 1) & last,
            }
        }
    }
}

fn mark(hash: u64) -> u32 {
    (hash >> 32) as u32 | 1
}
