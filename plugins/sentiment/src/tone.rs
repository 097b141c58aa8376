//! What upset people do to spelling: capitals, rows of marks, and swear words with letters hidden.

use std::ops::Range;

use baton_text::Reading;

/// Letters from which on capitals are a tone and not an abbreviation.
const SHOUTED_LETTERS: usize = 10;

/// How loud a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tone {
    capitals: bool,
    marks: bool,
}

impl Tone {
    pub(crate) fn of(text: &str) -> Self {
        let (mut upper, mut lower, mut run, mut longest) = (0, 0, 0, 0);
        for letter in text.chars() {
            upper += usize::from(letter.is_uppercase());
            lower += usize::from(letter.is_lowercase());
            run = if matches!(letter, '!' | '?') { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        Self {
            capitals: upper + lower >= SHOUTED_LETTERS && upper > 4 * lower,
            marks: longest >= 3,
        }
    }

    pub(crate) fn why(self) -> Option<&'static str> {
        match (self.capitals, self.marks) {
            (true, true) => Some("shouted, with rows of marks"),
            (true, false) => Some("shouted"),
            (false, true) => Some("rows of marks"),
            (false, false) => None,
        }
    }

    /// Raises the confidence; alone it stays faint, as people also shout for joy.
    pub(crate) fn strengthen(self, confidence: f32) -> f32 {
        let left = match (self.capitals, self.marks) {
            (true, true) => 0.55,
            (true, false) => 0.7,
            (false, true) => 0.8,
            (false, false) => 1.0,
        };
        1.0 - (1.0 - confidence) * left
    }
}

/// Swear words that may be written with letters hidden: `f***`, `sh!t`.
#[derive(Debug)]
pub(crate) struct Masked {
    words: Vec<&'static str>,
}

impl Masked {
    pub(crate) fn new(file: &'static str) -> Self {
        Self {
            words: file.split_whitespace().collect(),
        }
    }

    /// The bytes of the first hidden swear word.
    pub(crate) fn find(&self, reading: &Reading) -> Option<Range<usize>> {
        reading
            .words()
            .iter()
            .filter(|word| {
                let normal = reading.normal(word);
                normal.contains('*') && self.words.iter().any(|known| hides(normal, known))
            })
            .map(|word| word.range())
            .next()
    }
}

/// Whether the hidden word may be the known one: a `*` stands for one letter.
fn hides(hidden: &str, known: &str) -> bool {
    hidden.len() == known.len() && hidden.bytes().zip(known.bytes()).all(|(a, b)| a == b || a == b'*')
}
