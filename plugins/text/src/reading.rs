//! A text as words that remember where they stood.
//!
//! Words are compared in lower case, without accents, apostrophes and drawn-out letters, so that `Don’t`, `dont` and
//! `DON'T` are one word; yet evidence must quote the customer, so every word keeps the bytes it came from. Letters
//! hidden inside a short word (`sh!t`, `f***`) become `*`, for whoever looks for swear words.

use std::ops::Range;

use crate::vocabulary::hashes;

/// Longer words are cut for comparing; their bytes are kept whole.
const LONGEST_WORD_BYTES: usize = 40;

/// About as many bytes as a word takes with the space behind it, at least in a text of short words.
const USUAL_WORD_BYTES: usize = 5;

/// Letters in a row that are a word spelt out.
const SPELT_LETTERS: usize = 4;

/// Longer texts are read in part. It bounds what a detector costs: some 600 instructions for each byte, phrases 900.
const MOST_BYTES: usize = 8 * 1024;

/// The words of one text.
#[derive(Debug, Default)]
pub struct Reading {
    words: Vec<Word>,
    normal: String,
}

/// One word of a [`Reading`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    start: u32,
    end: u32,
    normal_start: u32,
    normal_bytes: u32,
    sentence: u32,
    after_pause: bool,
    /// Of its form and of its stem, for every table that is asked about it.
    pub(crate) hashes: [u64; 2],
}

impl Word {
    /// The bytes of the text that the word came from, on character boundaries.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether a comma, a colon, a dash or a bracket stands before it in its sentence.
    pub fn after_pause(&self) -> bool {
        self.after_pause
    }

    /// The number of its sentence, from 0.
    pub fn sentence(&self) -> u32 {
        self.sentence
    }
}

impl Reading {
    /// Reads a text, in time linear in its length. Of a long text only the beginning and the end are read, each half of
    /// 8 KiB: whoever pastes a page says what they want before or behind it. Texts of 4 GiB and more are read as empty.
    pub fn of(text: &str) -> Self {
        let mut reading = Self::default();
        if u32::try_from(text.len()).is_err() {
            return reading;
        }
        let read_bytes = text.len().min(MOST_BYTES);
        reading.normal.reserve(read_bytes);
        reading.words.reserve(read_bytes / USUAL_WORD_BYTES + 1);
        let skipped = if text.len() > MOST_BYTES {
            MOST_BYTES / 2..text.len() - MOST_BYTES / 2
        } else {
            text.len()..text.len()
        };
        let (mut at, mut sentence, mut after_pause) = (0, 0, false);
        while at < text.len() {
            if skipped.contains(&at) {
                at = text.ceil_char_boundary(skipped.end);
                if reading.words.last().is_some_and(|word| word.sentence == sentence) {
                    sentence += 1;
                    after_pause = false;
                }
                continue;
            }
            let byte = text.as_bytes()[at];
            if byte == b' ' {
                at += 1;
                continue;
            }
            let (start, first) = (at, letter_at(text, at));
            at += first.len_utf8();
            if !first.is_alphanumeric() {
                let inside = || next_letter(text, at).is_some_and(char::is_alphanumeric);
                // A full stop inside `2.5` or `example.com` is followed by no space.
                let ends = match first {
                    '.' => !inside() && !reading.ends_with_title(),
                    '!' | '?' | '\n' | '…' | '。' | '！' | '？' | ';' | '¿' | '¡' => true,
                    _ => false,
                };
                after_pause |= match first {
                    ',' | ':' | '(' | ')' | '–' | '—' | '،' | '，' => true,
                    '-' => !inside(),
                    _ => false,
                };
                if ends && reading.words.last().is_some_and(|word| word.sentence == sentence) {
                    sentence += 1;
                    after_pause = false;
                }
                continue;
            }
            let mut spelling = Spelling::starting(&mut reading.normal, first);
            at = spelling.take_word(text, at);
            let (normal_start, normal_bytes) = spelling.finish();
            reading.words.push(Word {
                start: start as u32,
                end: at as u32,
                normal_start,
                normal_bytes,
                sentence,
                after_pause: std::mem::take(&mut after_pause),
                hashes: [0, 0],
            });
        }
        reading.join_spelt();
        for word in &mut reading.words {
            let range = word.normal_start as usize..(word.normal_start + word.normal_bytes) as usize;
            word.hashes = hashes(&reading.normal[range]);
        }
        reading
    }

    /// Whether the last word is a title, whose full stop ends no sentence: `Dr. Okafor`.
    fn ends_with_title(&self) -> bool {
        self.words.last().is_some_and(|last| {
            matches!(
                self.normal(last),
                "mr" | "mrs"
                    | "ms"
                    | "dr"
                    | "dra"
                    | "prof"
                    | "sr"
                    | "sra"
                    | "srta"
                    | "hr"
                    | "hrn"
                    | "fr"
                    | "m"
                    | "mme"
                    | "mlle"
            )
        })
    }

    /// Takes a row of letters, `h u m a n`, for the word that they spell.
    fn join_spelt(&mut self) {
        let single = |word: &Word| word.normal_bytes == 1 && word.end - word.start == 1;
        if self.words.iter().filter(|word| single(word)).count() < SPELT_LETTERS {
            return;
        }
        let mut joined: Vec<Word> = Vec::with_capacity(self.words.len());
        let mut run = 0;
        for word in std::mem::take(&mut self.words) {
            let follows = joined
                .last()
                .is_some_and(|last| word.sentence == last.sentence && word.start - last.end == 1);
            run = match (single(&word), follows) {
                (true, true) => run + 1,
                (true, false) => 1,
                (false, _) => 0,
            };
            joined.push(word);
            if run > SPELT_LETTERS {
                joined.pop();
            } else if run == SPELT_LETTERS {
                joined.truncate(joined.len() - SPELT_LETTERS + 1);
            }
            if run >= SPELT_LETTERS
                && let Some(spelt) = joined.last_mut()
            {
                spelt.end = word.end;
                spelt.normal_bytes = run as u32;
            }
        }
        self.words = joined;
    }

    /// The words in the order of the text.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// How a word is compared.
    pub fn normal(&self, word: &Word) -> &str {
        &self.normal[word.normal_start as usize..(word.normal_start + word.normal_bytes) as usize]
    }
}

/// The letter that begins at a byte on a boundary inside the text.
fn letter_at(text: &str, at: usize) -> char {
    match text.as_bytes()[at] {
        byte @ 0..0x80 => char::from(byte),
        _ => next_letter(text, at).expect("the byte lies inside the text"),
    }
}

/// The letter that begins at a byte on a boundary; none at the end.
fn next_letter(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// The small letter or the digit that a plain letter or digit stands for; zero for every other byte.
static SMALL: [u8; 256] = {
    let (mut small, mut byte) = ([0; 256], 0_u8);
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            small[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    small
};

/// A word while its letters come in.
struct Spelling<'a> {
    out: &'a mut String,
    start: usize,
    letters: usize,
    last: char,
    run: usize,
}

impl<'a> Spelling<'a> {
    fn starting(out: &'a mut String, first: char) -> Self {
        let start = out.len();
        let mut spelling = Self {
            out,
            start,
            letters: 0,
            last: '\0',
            run: 0,
        };
        spelling.push(first);
        spelling
    }

    /// Takes the letters of the word that begin at a byte, and gives the end of the word.
    fn take_word(&mut self, text: &str, mut at: usize) -> usize {
        loop {
            at += self.take_plain(&text[at..]);
            let Some(&byte) = text.as_bytes().get(at) else { break };
            if byte.is_ascii_alphanumeric() {
                self.put(char::from(byte.to_ascii_lowercase()));
                at += 1;
                continue;
            }
            if matches!(byte, b' ' | b'.' | b',' | b'-' | b'\n') {
                break;
            }
            let letter = letter_at(text, at);
            let behind = at + letter.len_utf8();
            if !self.take(letter, || next_letter(text, behind)) {
                break;
            }
            at = behind;
        }
        at
    }

    /// Takes all at once the plain letters and digits that a text begins with, as far as they fit and none is drawn out,
    /// and gives their number.
    fn take_plain(&mut self, text: &str) -> usize {
        let room = LONGEST_WORD_BYTES.saturating_sub(self.out.len() - self.start);
        let (mut letters, mut count) = ([0; LONGEST_WORD_BYTES], 0);
        for (place, byte) in letters[..room].iter_mut().zip(text.bytes()) {
            let small = SMALL[usize::from(byte)];
            if small == 0 {
                break;
            }
            let run = if char::from(small) == self.last {
                self.run + 1
            } else {
                1
            };
            if run > 2 && !small.is_ascii_digit() {
                break;
            }
            (self.last, self.run, *place) = (char::from(small), run, small);
            count += 1;
        }
        self.letters += count;
        self.out
            .push_str(str::from_utf8(&letters[..count]).expect("plain letters are ASCII"));
        count
    }

    /// Takes the letter if it belongs to the word; `next` is the one behind it.
    fn take(&mut self, letter: char, next: impl Fn() -> Option<char>) -> bool {
        let inside = || next().is_some_and(char::is_alphanumeric);
        match letter {
            // `l'agent` is two words, `don't` is one.
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' => inside() && !self.elided(),
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{fe0f}' => true,
            '*' => {
                self.put('*');
                true
            }
            // `R$500` is a sum and no disguise.
            '$' if next().is_some_and(|next| next.is_ascii_digit()) => false,
            '!' | '@' | '$' | '#' if self.letters <= 2 && inside() => {
                self.put('*');
                true
            }
            _ if letter.is_alphanumeric() => {
                self.push(letter);
                true
            }
            _ => false,
        }
    }

    /// Whether a French word ends at an apostrophe: after one letter or `qu`.
    fn elided(&self) -> bool {
        let word = &self.out[self.start..];
        matches!(word, "c" | "d" | "j" | "l" | "m" | "n" | "s" | "t") || word.ends_with("qu")
    }

    /// Takes a letter without its accent, whatever its width or style: `é`, `Ｈ` and `𝗵` are `e`, `h` and `h`.
    fn push(&mut self, letter: char) {
        if letter.is_ascii() {
            return self.put(letter.to_ascii_lowercase());
        }
        for lower in unstyled(letter).to_lowercase() {
            match lower {
                // What lower case leaves of some letters: `İ` is `i` and a dot.
                '\u{300}'..='\u{36f}' => {}
                'ß' => ['s', 's'].into_iter().for_each(|letter| self.put(letter)),
                'æ' => ['a', 'e'].into_iter().for_each(|letter| self.put(letter)),
                'œ' => ['o', 'e'].into_iter().for_each(|letter| self.put(letter)),
                _ => self.put(plain(lower)),
            }
        }
    }

    fn put(&mut self, letter: char) {
        self.letters += 1;
        self.run = if letter == self.last { self.run + 1 } else { 1 };
        self.last = letter;
        if self.run > 2 && letter.is_alphabetic() {
            // A letter drawn out is the letter once: `sooo` is `so`.
            if self.run == 3 && self.out.len() > self.start + letter.len_utf8() {
                self.out.pop();
            }
            return;
        }
        if self.out.len() - self.start < LONGEST_WORD_BYTES {
            self.out.push(letter);
        }
    }

    fn finish(self) -> (u32, u32) {
        (self.start as u32, (self.out.len() - self.start) as u32)
    }
}

/// A letter of the wide or the mathematical alphabet as an ordinary one: `Ｈ` and `𝗵`.
fn unstyled(letter: char) -> char {
    let code = u32::from(letter);
    let ordinary = match letter {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' => code - 0xfee0,
        // Thirteen alphabets of 26 capitals and 26 small letters.
        '\u{1d400}'..='\u{1d6a3}' => u32::from(b'a') + (code - 0x1d400) % 26,
        _ => return letter,
    };
    char::from_u32(ordinary).unwrap_or(letter)
}

/// A Latin letter without its accent.
fn plain(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ł' => 'l',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ț' | 'ţ' => 't',
        'ź' | 'ż' | 'ž' => 'z',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normals(text: &str) -> Vec<String> {
        let reading = Reading::of(text);
        reading
            .words()
            .iter()
            .map(|word| reading.normal(word).to_owned())
            .collect()
    }

    #[test]
    fn spellings_of_one_word_are_one_word() {
        for (text, words) in [
            ("Don’t DON'T dont", &["dont", "dont", "dont"][..]),
            ("sooooo pleeeease nooo", &["so", "please", "no"]),
            ("Café cafe\u{301} straße", &["cafe", "cafe", "strasse"]),
            ("Ｈｅｌｐ 𝗵𝘂𝗺𝗮𝗻 Łódź Škoda", &["help", "human", "lodz", "skoda"]),
            ("sh!t f*** f@ck", &["sh*t", "f***", "f*ck"]),
            (
                "help!please ana@example.com",
                &["help", "please", "ana", "example", "com"],
            ),
            ("'quoted' rock'n'roll", &["quoted", "rocknroll"]),
            (
                "l’agent qu'il d'un don´t",
                &["l", "agent", "qu", "il", "d", "un", "dont"],
            ),
            (
                "get h u m a n or a.g.e.n.t now",
                &["get", "human", "or", "agent", "now"],
            ),
            ("plan a b c", &["plan", "a", "b", "c"]),
            ("2.5 k€ 🙂🙂 مرحبا", &["2", "5", "k", "مرحبا"]),
            ("", &[]),
        ] {
            assert_eq!(normals(text), words, "{text}");
        }
    }

    #[test]
    fn a_sentence_ends_where_a_reader_would_end_it() {
        let reading = Reading::of("See v2.5 at example.com. Thanks!!! Bye\nDr. Who");
        let sentences: Vec<_> = reading.words().iter().map(Word::sentence).collect();
        assert_eq!(sentences, [0, 0, 0, 0, 0, 0, 1, 2, 3, 3]);
    }

    #[test]
    fn a_pause_lies_before_the_word_behind_a_comma_or_a_dash() {
        let reading = Reading::of("no, I want (now) - please: well-known. Then");
        let pauses: Vec<_> = reading.words().iter().map(Word::after_pause).collect();
        assert_eq!(pauses, [false, true, false, true, true, true, false, false]);
    }

    #[test]
    fn a_word_without_end_is_cut_and_keeps_its_bytes() {
        let text = "ab".repeat(16_384);
        let reading = Reading::of(&text);
        assert_eq!(reading.words().len(), 1);
        assert_eq!(reading.normal(&reading.words()[0]).len(), LONGEST_WORD_BYTES);
        assert_eq!(reading.words()[0].range(), 0..text.len());
        assert_eq!(normals(&"a".repeat(32_768)), ["a"]);
    }

    proptest! {
        #[test]
        fn words_lie_on_character_boundaries_in_order(text in "\\PC*|[a-z'’!*.\u{301}\u{200d}é ß\u{1F600}]{0,80}") {
            let mut behind = 0;
            for word in Reading::of(&text).words() {
                let range = word.range();
                prop_assert!(range.start >= behind && range.start < range.end);
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                behind = range.end;
            }
        }
    }
}
