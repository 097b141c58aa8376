//! What upset people do to spelling: capitals, rows of marks, angry faces, and swear words with letters hidden.

use std::ops::Range;

use baton_text::Reading;

/// Letters from which on capitals are a tone and not an abbreviation.
const SHOUTED_LETTERS: usize = 10;
/// A longer word in capitals is stressed; a shorter one may be an abbreviation, unless it is listed.
const STRESSED_LETTERS: usize = 6;

/// Faces and hands that only angry people send.
const ANGRY: &str = "😡🤬😠👿🖕💩";
/// Faces that the disappointed send, and the joking too.
const SOUR: &str = "😤🙄👎😒🤦";

/// How loud a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tone {
    capitals: bool,
    marks: bool,
    stressed: bool,
}

impl Tone {
    /// `stressed` are the words that people write in capitals to stress them: lower case, sorted.
    pub(crate) fn of(text: &str, stressed: &[&str]) -> Self {
        let (mut upper, mut lower, mut run, mut longest) = (0, 0, 0, 0);
        let (mut capital, mut pair) = (false, false);
        for letter in text.chars() {
            let before = std::mem::replace(&mut capital, letter.is_uppercase());
            pair |= before && capital;
            upper += usize::from(capital);
            lower += usize::from(letter.is_lowercase());
            run = if matches!(letter, '!' | '?') { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        let capitals = upper + lower >= SHOUTED_LETTERS && upper > 4 * lower;
        let words = || text.split(|letter: char| !letter.is_alphabetic());
        Self {
            capitals,
            marks: longest >= 3,
            stressed: !capitals && pair && words().any(|word| is_stressed(word, stressed)),
        }
    }

    pub(crate) fn why(self) -> Option<&'static str> {
        match (self.capitals, self.marks, self.stressed) {
            (true, true, _) => Some("shouted, with rows of marks"),
            (true, false, _) => Some("shouted"),
            (false, true, true) => Some("a word in capitals, with rows of marks"),
            (false, true, false) => Some("rows of marks"),
            (false, false, true) => Some("a word in capitals"),
            (false, false, false) => None,
        }
    }

    /// Raises the confidence; alone it stays faint, as people also shout for joy.
    pub(crate) fn strengthen(self, confidence: f32) -> f32 {
        let left = match (self.capitals, self.marks, self.stressed) {
            (true, true, _) => 0.55,
            (true, false, _) | (false, true, true) => 0.7,
            (false, true, false) => 0.8,
            (false, false, true) => 0.85,
            (false, false, false) => 1.0,
        };
        1.0 - (1.0 - confidence) * left
    }
}

fn is_stressed(word: &str, listed: &[&str]) -> bool {
    if word.len() < 2 || !word.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return false;
    }
    word.len() >= STRESSED_LETTERS
        || listed
            .binary_search_by(|known| {
                known
                    .bytes()
                    .cmp(word.bytes().map(|letter| letter.to_ascii_lowercase()))
            })
            .is_ok()
}

/// The bytes of the angriest face, and how sure it makes.
pub(crate) fn face(text: &str) -> Option<(Range<usize>, f32)> {
    // Each of these faces has four bytes.
    let faces = || text.char_indices().filter(|(_, letter)| letter.len_utf8() == 4);
    let first = |of: &str, sure: f32| {
        faces()
            .find(|(_, letter)| of.contains(*letter))
            .map(|(at, letter)| (at..at + letter.len_utf8(), sure))
    };
    if text.is_ascii() {
        return None;
    }
    first(ANGRY, 0.8).or_else(|| first(SOUR, 0.5))
}

/// Swear words that may be written with letters hidden or replaced: `f***`, `sh1t`; or with signs only: `#@$%!`.
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
    pub(crate) fn find(&self, reading: &Reading, text: &str) -> Option<Range<usize>> {
        reading
            .words()
            .iter()
            .filter(|word| {
                let normal = reading.normal(word);
                is_masked(normal) && self.hide(normal)
            })
            .map(|word| word.range())
            .next()
            .or_else(|| signs(text))
    }

    fn hide(&self, word: &str) -> bool {
        let one = word.strip_suffix('s').unwrap_or(word);
        self.words.iter().any(|known| hides(word, known) || hides(one, known))
    }
}

/// Whether letters are hidden behind `*` or digits, and the first is not.
fn is_masked(word: &str) -> bool {
    let hidden = |letter: u8| letter == b'*' || letter.is_ascii_digit();
    word.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && word.bytes().any(hidden)
}

/// Whether the hidden word may be the known one: a `*` stands for one letter, a digit for the one that it resembles.
fn hides(hidden: &str, known: &str) -> bool {
    let same = |(a, b): (u8, u8)| {
        a == b
            || a == b'*'
            || matches!(
                (a, b),
                (b'1', b'i' | b'l') | (b'0', b'o') | (b'3', b'e') | (b'4', b'a') | (b'5', b's')
            )
    };
    hidden.len() == known.len() && hidden.bytes().zip(known.bytes()).all(same)
}

/// The bytes of the first row of three signs or more, two of which differ, that stands for a swear word.
fn signs(text: &str) -> Option<Range<usize>> {
    let is_sign = |sign: &u8| matches!(sign, b'!' | b'#'..=b'&' | b'*' | b'@' | b'^');
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(before) = bytes[at..].iter().position(is_sign) {
        at += before;
        let row = bytes[at..].iter().take_while(|sign| is_sign(sign)).count();
        let odd = bytes[at..at + row].iter().filter(|sign| **sign != b'!');
        let kinds = odd
            .clone()
            .min()
            .zip(odd.max())
            .is_some_and(|(least, most)| least != most);
        if row >= 3 && kinds {
            return Some(at..at + row);
        }
        at += row;
    }
    None
}
