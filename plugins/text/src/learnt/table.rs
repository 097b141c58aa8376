//! The table of weights: a file of 32 bytes and four for each slot, read where it lies.
//!
//! ```text
//! 0   4  "BLW2": the format and its version
//! 4   4  log2 of the number of slots, u32
//! 8   4  what one step of a weight is worth in log odds, f32
//! 12  4  added to every sum, f32
//! 16  4  slope: the sum times this ...
//! 20  4  ... plus this, are the log odds, f32
//! 24  4  the probability from which on a message is raised, f32
//! 28  4  the probability below which it is lowered, f32
//! 32  4  each: the low byte a weight in steps, i8; the others 24 bits of the feature's hash. Zero is a free slot.
//! ```
//!
//! Numbers are little endian. Slots lie in the order of their 24 bits, the highest of which name the slot to begin at, and
//! the last slots are beyond what they can name. So nothing is parsed or copied at start, a look-up touches one line of
//! the cache, and that a feature is not there is soon seen, as it is of most.

use std::collections::BTreeMap;

use super::{Bounds, Found, Window};
use crate::Reading;

const MAGIC: &[u8; 4] = b"BLW2";
const HEAD_BYTES: usize = 32;
const SLOT_BYTES: usize = 4;
/// The largest table: 64 Ki slots are more than was ever worth having.
const MOST_SLOTS_LOG2: u32 = 16;
/// Slots behind those that can be named, for what finds no place before.
const SPARE_SLOTS: usize = 64;
/// Bits of a hash that a slot holds.
const CHECK_BITS: u32 = 24;
/// Of the slots at most this many in 100 are taken, so that a feature lies where it should, or near.
const MOST_TAKEN_PERCENT: usize = 75;

/// A table of weights.
#[derive(Debug, Clone, Copy)]
pub struct Learnt {
    slots: &'static [[u8; SLOT_BYTES]],
    /// A check shifted by this is the slot to begin at.
    home: u32,
    step: f32,
    bias: f32,
    slope: f32,
    shift: f32,
    pub(super) bounds: Bounds,
}

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LearntError {
    /// Another format, or another version of it.
    #[error("the table of learnt words does not begin with \"BLW2\"; make it anew")]
    Format,
    /// Not as many slots as it says.
    #[error("the table of learnt words has {found} bytes; expected {expected}")]
    Size {
        /// Of the file.
        found: usize,
        /// By its head.
        expected: usize,
    },
}

impl Learnt {
    /// Reads a table.
    ///
    /// # Errors
    ///
    /// When it is of another format, or cut.
    pub fn read(file: &'static [u8]) -> Result<Self, LearntError> {
        if file.len() < HEAD_BYTES || &file[..4] != MAGIC {
            return Err(LearntError::Format);
        }
        let slots_log2 = word(file, 4);
        if slots_log2 > MOST_SLOTS_LOG2 {
            return Err(LearntError::Format);
        }
        let expected = HEAD_BYTES + SLOT_BYTES * ((1 << slots_log2) + SPARE_SLOTS);
        if file.len() != expected {
            return Err(LearntError::Size {
                found: file.len(),
                expected,
            });
        }
        let number = |at| f32::from_bits(word(file, at));
        Ok(Self {
            slots: file[HEAD_BYTES..].as_chunks().0,
            home: CHECK_BITS - slots_log2,
            step: number(8),
            bias: number(12),
            slope: number(16),
            shift: number(20),
            bounds: Bounds {
                raises_from: number(24),
                lowers_below: number(28),
            },
        })
    }

    /// The weight of a feature in log odds; 0 for one that was not learnt.
    pub fn weight(&self, hash: u64) -> f32 {
        let check = check(hash);
        for slot in &self.slots[(check >> self.home) as usize..] {
            let slot = u32::from_le_bytes(*slot);
            if slot >> 8 >= check || slot == 0 {
                return match slot >> 8 == check {
                    true => f32::from(slot as u8 as i8) * self.step,
                    false => 0.0,
                };
            }
        }
        0.0
    }

    /// The sum of a part of a message, in log odds; tells each word's weight.
    pub(super) fn sum(
        &self,
        text: &str,
        reading: &Reading,
        found: &Found<'_>,
        window: &Window,
        mut tell: impl FnMut(std::ops::Range<usize>, f32),
    ) -> f32 {
        let (mut words, mut rules) = (0.0, 0.0);
        let value = window.value();
        window.features(text, reading, found, |feature| {
            let weight = self.weight(feature.hash);
            if feature.rule {
                rules += weight;
                return;
            }
            words += weight;
            if weight != 0.0 && !feature.words.is_empty() {
                tell(feature.words, weight * value);
            }
        });
        let here = found.rules.is_empty() || found.rules.iter().any(|(_, range)| window.holds(reading, range));
        let begins = match here {
            true => found.begins_at(),
            false => Found::default().begins_at(),
        };
        begins + self.bias + words * value + rules
    }

    /// The probability of a sum.
    pub(super) fn likely(&self, sum: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * sum + self.shift)).exp())
    }
}

/// Bits 32 to 55 of a hash, and never zero, as that is a free slot.
fn check(hash: u64) -> u32 {
    ((hash >> 32) as u32 & ((1 << CHECK_BITS) - 1)).max(1)
}

fn word(file: &[u8], at: usize) -> u32 {
    file.get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

/// Weights as they were learnt, before they are a table.
#[derive(Debug, Clone)]
pub struct Weights {
    /// By the hash of the feature.
    pub weights: BTreeMap<u64, f32>,
    /// Added to every sum.
    pub bias: f32,
    /// Of the log odds, by the sum.
    pub slope: f32,
    /// What is added then.
    pub shift: f32,
    /// When they overrule the rules.
    pub bounds: Bounds,
}

impl Default for Weights {
    /// None, which overrule nothing.
    fn default() -> Self {
        Self {
            weights: BTreeMap::new(),
            bias: 0.0,
            slope: 1.0,
            shift: 0.0,
            bounds: Bounds {
                raises_from: 1.0,
                lowers_below: 0.0,
            },
        }
    }
}

impl Weights {
    /// The file of a table. Weights of less than half a step are left out, and those beyond `most` are cut.
    pub fn file(&self, most: f32) -> Vec<u8> {
        let step = most / 127.0;
        let steps = |weight: f32| (weight / step).round().clamp(-127.0, 127.0) as i8;
        let kept = || self.weights.iter().filter(|(_, weight)| steps(**weight) != 0);
        let least = kept().count() * 100 / MOST_TAKEN_PERCENT + 1;
        let slots_log2 = least.next_power_of_two().trailing_zeros().min(MOST_SLOTS_LOG2);
        let mut by_weight: Vec<_> = kept().collect();
        // The strongest first, should there be too many; equals by hash, so that the file is always the same.
        by_weight.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()).then(one.0.cmp(other.0)));
        by_weight.truncate((1 << slots_log2) * MOST_TAKEN_PERCENT / 100);
        let mut by_check = BTreeMap::new();
        for (hash, weight) in by_weight {
            by_check.entry(check(*hash)).or_insert(steps(*weight));
        }
        let mut slots = vec![0_u32; (1 << slots_log2) + SPARE_SLOTS];
        let mut free = 0;
        for (check, steps) in by_check {
            let at = free.max((check >> (CHECK_BITS - slots_log2)) as usize);
            // So many neighbours at the very end do not happen; the last of them would be forgotten.
            if let Some(slot) = slots.get_mut(at) {
                *slot = check << 8 | u32::from(steps as u8);
            }
            free = at + 1;
        }
        let mut file = Vec::from(*MAGIC);
        file.extend(slots_log2.to_le_bytes());
        for number in [
            step,
            self.bias,
            self.slope,
            self.shift,
            self.bounds.raises_from,
            self.bounds.lowers_below,
        ] {
            file.extend(number.to_le_bytes());
        }
        file.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
        file
    }
}
