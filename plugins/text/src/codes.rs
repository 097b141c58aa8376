//! Codes: words of letters and digits in a certain shape, such as model, fault and order numbers.
//!
//! A [`Reading`](crate::Reading) takes `24ACC636A003` apart, since it looks for words; a code is kept whole here, with
//! the marks inside it. What a code must look like is written as people show it to each other: `@@-####`.

use std::ops::Range;

/// Words beyond these are not looked at: no honest message has as many.
const MOST_TOKENS: usize = 2_000;
/// Longer than any code that people type.
const LONGEST_SHAPE_BYTES: usize = 40;
/// More shapes than these are no shapes.
const MOST_SHAPES: usize = 50;

/// A run of letters and digits, with single marks inside: `F29`, `RTG-84`, `1,299.00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes, on character boundaries.
    pub range: Range<usize>,
    /// In lower case.
    pub lower: String,
}

/// The runs of letters and digits of a text, in its order; of a very long text the first 2,000.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|&(_, next)| next);
        let joins = matches!(letter, '-' | '.' | ',' | '/' | '_' | '\'' | '’');
        let inside = letter.is_alphanumeric() || (joins && start.is_some() && next.is_some_and(char::is_alphanumeric));
        match start {
            None if inside => start = Some(at),
            Some(first) if !inside => {
                tokens.push(token(text, first..at));
                start = None;
            }
            None | Some(_) => {}
        }
        if tokens.len() == MOST_TOKENS {
            return tokens;
        }
    }
    tokens.extend(start.map(|first| token(text, first..text.len())));
    tokens
}

fn token(text: &str, range: Range<usize>) -> Token {
    Token {
        lower: text[range.clone()].to_lowercase(),
        range,
    }
}

/// What codes look like: `#` is a digit, `@` a letter, `?` either; `+` behind one of them stands for one or more; any
/// other letter, digit or mark stands for itself, in either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(Vec<Slot>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    takes: Takes,
    repeated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Digit,
    Letter,
    Either,
    Itself(u8),
}

impl Shape {
    /// Reads a shape.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the remedy.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST_SHAPE_BYTES {
            return Err(format!("has {} bytes; at most {LONGEST_SHAPE_BYTES}", text.len()));
        }
        let mut slots: Vec<Slot> = Vec::new();
        for letter in text.bytes() {
            let takes = match letter {
                b'#' => Takes::Digit,
                b'@' => Takes::Letter,
                b'?' => Takes::Either,
                b'+' => {
                    let last = slots.last_mut().filter(|slot| !matches!(slot.takes, Takes::Itself(_)));
                    last.ok_or("has a `+` that is not behind `#`, `@` or `?`")?.repeated = true;
                    continue;
                }
                b'-' | b'.' | b'/' | b'_' => Takes::Itself(letter),
                _ if letter.is_ascii_alphanumeric() => Takes::Itself(letter.to_ascii_lowercase()),
                _ => {
                    let problem = "is no shape of one word; write `#` for a digit, `@` for a letter, `?` for either";
                    return Err(problem.to_owned());
                }
            };
            slots.push(Slot { takes, repeated: false });
        }
        // Without a digit it would take words for codes.
        let digit = |slot: &Slot| match slot.takes {
            Takes::Digit => true,
            Takes::Itself(letter) => letter.is_ascii_digit(),
            Takes::Letter | Takes::Either => false,
        };
        if !slots.iter().any(digit) {
            return Err("has no digit; write `#` where one stands".to_owned());
        }
        Ok(Self(slots))
    }

    /// Reads a setting that holds shapes.
    ///
    /// # Errors
    ///
    /// The first that is none, by its index, and why.
    pub fn parse_all(texts: &[String]) -> Result<Vec<Self>, (usize, String)> {
        if texts.len() > MOST_SHAPES {
            return Err((MOST_SHAPES, format!("is one of {}; at most {MOST_SHAPES}", texts.len())));
        }
        let shapes = texts.iter().enumerate();
        shapes
            .map(|(index, text)| Self::parse(text).map_err(|problem| (index, problem)))
            .collect()
    }

    /// Whether a word has this shape, all of it.
    pub fn fits(&self, word: &str) -> bool {
        word.len() <= 4 * LONGEST_SHAPE_BYTES && fits(&self.0, word.as_bytes())
    }
}

fn fits(slots: &[Slot], word: &[u8]) -> bool {
    let (Some((slot, rest)), Some((letter, behind))) = (slots.split_first(), word.split_first()) else {
        return slots.is_empty() && word.is_empty();
    };
    let taken = match slot.takes {
        Takes::Digit => letter.is_ascii_digit(),
        Takes::Letter => letter.is_ascii_alphabetic(),
        Takes::Either => letter.is_ascii_alphanumeric(),
        Takes::Itself(wanted) => letter.to_ascii_lowercase() == wanted,
    };
    if !taken || !slot.repeated {
        return taken && fits(rest, behind);
    }
    // As many as there are: what follows a run is of another sort in every shape that people write.
    let same = |letter: &&u8| match slot.takes {
        Takes::Digit => letter.is_ascii_digit(),
        Takes::Letter => letter.is_ascii_alphabetic(),
        Takes::Either | Takes::Itself(_) => letter.is_ascii_alphanumeric(),
    };
    let run = behind.iter().take_while(same).count();
    fits(rest, &behind[run..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_stay_whole_and_marks_around_them_do_not_belong() {
        let text = "It’s (E4), model RTG-84.B – 1,299.00€.";
        let words: Vec<_> = tokens(text).iter().map(|token| &text[token.range.clone()]).collect();
        assert_eq!(words, ["It’s", "E4", "model", "RTG-84.B", "1,299.00"]);
        assert_eq!(tokens("").len(), 0);
        assert_eq!(tokens(&"a ".repeat(9_000)).len(), MOST_TOKENS);
    }

    #[test]
    fn a_shape_fits_the_whole_word_in_either_case() {
        for (shape, fit, unfit) in [
            ("@##", "F29", "F2"),
            ("@@-####", "ab-1234", "ab1234"),
            ("ord-#+", "ORD-77120", "ORD-"),
            ("24?+", "24ACC636A003", "25ACC"),
            ("@+#+", "GSX140361", "140361"),
            ("#", "7", "77"),
        ] {
            let shape = Shape::parse(shape).expect(shape);
            assert!(shape.fits(fit), "{shape:?} {fit}");
            assert!(!shape.fits(unfit), "{shape:?} {unfit}");
            assert!(!shape.fits("") && !shape.fits("é9"), "{shape:?}");
        }
    }

    #[test]
    fn what_is_no_shape_is_refused() {
        for (shape, says) in [
            ("", "no digit"),
            ("ABC", "no digit"),
            ("@+", "no digit"),
            ("+#", "`+`"),
            ("A+#", "`+`"),
            ("## ##", "one word"),
            ("é#", "one word"),
            (&"#".repeat(41), "41 bytes"),
        ] {
            assert!(Shape::parse(shape).expect_err(shape).contains(says), "{shape}");
        }
        let many = vec!["#".to_owned(); 51];
        assert_eq!(Shape::parse_all(&many).expect_err("too many").0, 50);
        let second = ["#".to_owned(), "x".to_owned()];
        assert_eq!(Shape::parse_all(&second).expect_err("no digit").0, 1);
    }

    #[test]
    fn odd_texts_are_read_calmly() {
        let shape = Shape::parse("@+-#+?").expect("a shape");
        proptest!(|(text in "\\PC{0,80}")| {
            for token in tokens(&text) {
                prop_assert!(text.get(token.range).is_some_and(|word| !word.is_empty()));
            }
            shape.fits(&text);
        });
    }
}
