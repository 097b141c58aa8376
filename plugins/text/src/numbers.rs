//! Numbers in a text, in digits and in English words.
//!
//! `12,500`, `12.500`, `2,00,000`, `1.5 million`, `15k`, `2 lakh`, `half a million`, `two hundred and fifty`,
//! `dozens`. What a number counts is told elsewhere.

use std::ops::Range;

use crate::Reading;

/// Numbers beyond these are not read: no honest message has as many.
const MOST: usize = 64;
/// Longer runs of digits are numbers of cards, orders and telephones.
const MOST_DIGITS: usize = 12;

/// A number, the words it takes, and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// How much it is.
    pub value: f64,
    /// Its words, by their place in the reading.
    pub words: Range<usize>,
    /// Its bytes, on character boundaries.
    pub range: Range<usize>,
    /// Whether a thousand, a million or the like belongs to it: `15k`.
    pub scaled: bool,
}

/// The numbers of a text, in its order; at most 64.
pub fn numbers(text: &str, reading: &Reading) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.words().len() && found.len() < MOST {
        let number = if word(reading, at).as_bytes()[0].is_ascii_digit() {
            in_digits(text, reading, at)
        } else {
            in_words(reading, at)
        };
        match number {
            Some(number) => {
                at = number.words.end;
                found.push(number);
            }
            None => at += 1,
        }
    }
    found
}

fn word(reading: &Reading, at: usize) -> &str {
    reading.words().get(at).map_or(" ", |word| reading.normal(word))
}

fn in_digits(text: &str, reading: &Reading, first: usize) -> Option<Number> {
    let start = reading.words()[first].range().start;
    let bytes = text[start..]
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'\''))
        .count();
    let mut digits = text[start..start + bytes].trim_end_matches([',', '.', '\'']).to_owned();
    // A wide digit is one to the reading, and is not read here.
    if digits.is_empty() {
        return None;
    }
    let mut end = start + digits.len();
    // `25 000`: thousands may be set apart by a space.
    while digits.len() <= 11 && !digits.contains([',', '.']) {
        let rest = &text[end..];
        let space = rest
            .chars()
            .next()
            .filter(|space| matches!(space, ' ' | '\u{a0}' | '\u{202f}'));
        let group = space.map_or("", |space| &rest[space.len_utf8()..]);
        let wide = group.bytes().take_while(u8::is_ascii_digit).count();
        if wide != 3 || digits.starts_with('0') || (end - start == digits.len() && digits.len() > 3) {
            break;
        }
        digits.push_str(&group[..3]);
        end = end + rest.len() - group.len() + 3;
    }
    if digits.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS {
        return None;
    }
    let mut next = first;
    while next < reading.words().len() && reading.words()[next].range().end <= end {
        next += 1;
    }
    // What is written onto the digits: `15k`, but not `4th`, `2nd` or `10mbps`.
    let mut factor = 1.0;
    if let Some(joined) = reading.words().get(next).filter(|joined| joined.range().start < end) {
        factor = scale(&text[end..joined.range().end].to_lowercase())?;
        if PENSIONS.contains(&word(reading, next)) {
            return None;
        }
        (next, end) = (next + 1, joined.range().end);
    } else if let Some(times) = scale(word(reading, next)).filter(|_| near(text, end, reading, next)) {
        factor = times;
        (next, end) = (next + 1, reading.words()[next].range().end);
    }
    // `2 hundred thousand`.
    if factor > 1.0
        && let Some(times) =
            scale(word(reading, next)).filter(|times| *times > factor && near(text, end, reading, next))
    {
        factor *= times;
        (next, end) = (next + 1, reading.words()[next].range().end);
    }
    Some(Number {
        value: value(&digits, factor > 1.0)? * factor,
        words: first..next,
        range: start..end,
        scaled: factor > 1.0,
    })
}

/// Whether only a space or a hyphen stands before the word.
fn near(text: &str, end: usize, reading: &Reading, next: usize) -> bool {
    matches!(&text[end..reading.words()[next].range().start], " " | "-" | "\u{a0}")
}

/// Reads digits with separators: the last one is a decimal mark unless three digits follow it; before a scale, as in
/// `1.125 million`, a single point always is.
fn value(digits: &str, scaled: bool) -> Option<f64> {
    let single = digits.bytes().filter(|byte| !byte.is_ascii_digit()).count() == 1;
    let decimal = digits.rfind([',', '.']).filter(|at| {
        digits.len() - at - 1 != 3 || digits.starts_with('0') || (scaled && single && digits.as_bytes()[*at] == b'.')
    });
    let (whole, fraction) = decimal.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{whole}.{fraction}0").parse().ok()
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" => 1e2,
        "k" | "thousand" | "grand" => 1e3,
        "lakh" | "lakhs" | "lac" | "lacs" => 1e5,
        "m" | "mm" | "mn" | "mil" | "mio" | "mill" | "million" | "millions" => 1e6,
        "cr" | "crore" | "crores" => 1e7,
        "b" | "bn" | "billion" => 1e9,
        _ => return None,
    })
}

/// Not four hundred and one thousand, but a kind of savings.
const PENSIONS: [&str; 3] = ["401k", "403b", "457b"];

/// What a word does in a number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Word {
    /// Ones and tens.
    Small(f64),
    /// Vague ones, which stand for the least that they may mean.
    Vague(f64),
    Scale(f64),
    /// What may stand before a scale: `half a`, `a couple of`.
    Lead,
    And,
}

fn meaning(word: &str) -> Option<Word> {
    Some(match word {
        "a" | "an" | "couple" | "few" | "half" | "of" | "quarter" | "several" => Word::Lead,
        "and" => Word::And,
        "one" => Word::Small(1.0),
        "two" => Word::Small(2.0),
        "three" => Word::Small(3.0),
        "four" => Word::Small(4.0),
        "five" => Word::Small(5.0),
        "six" => Word::Small(6.0),
        "seven" => Word::Small(7.0),
        "eight" => Word::Small(8.0),
        "nine" => Word::Small(9.0),
        "ten" => Word::Small(10.0),
        "eleven" => Word::Small(11.0),
        "twelve" => Word::Small(12.0),
        "thirteen" => Word::Small(13.0),
        "fourteen" => Word::Small(14.0),
        "fifteen" => Word::Small(15.0),
        "sixteen" => Word::Small(16.0),
        "seventeen" => Word::Small(17.0),
        "eighteen" => Word::Small(18.0),
        "nineteen" => Word::Small(19.0),
        "twenty" => Word::Small(20.0),
        "thirty" => Word::Small(30.0),
        "forty" | "fourty" => Word::Small(40.0),
        "fifty" => Word::Small(50.0),
        "sixty" => Word::Small(60.0),
        "seventy" => Word::Small(70.0),
        "eighty" => Word::Small(80.0),
        "ninety" => Word::Small(90.0),
        "dozen" => Word::Vague(12.0),
        "dozens" => Word::Vague(24.0),
        "hundreds" => Word::Vague(200.0),
        "thousands" => Word::Vague(2e3),
        "lakhs" => Word::Vague(2e5),
        "millions" => Word::Vague(2e6),
        "crores" => Word::Vague(2e7),
        "hundred" => Word::Scale(100.0),
        "grand" | "thousand" => Word::Scale(1e3),
        "lac" | "lacs" | "lakh" => Word::Scale(1e5),
        "mill" | "million" => Word::Scale(1e6),
        "crore" => Word::Scale(1e7),
        "billion" => Word::Scale(1e9),
        _ => return None,
    })
}

fn in_words(reading: &Reading, first: usize) -> Option<Number> {
    let words = reading.words();
    let sentence = words[first].sentence();
    let meaning = |at: usize| {
        let open = words.get(at).is_some_and(|word| word.sentence() == sentence);
        open.then(|| meaning(word(reading, at))).flatten()
    };
    let (mut at, mut whole, mut part, mut scaled) = (first, 0.0, 0.0_f64, false);
    while meaning(at) == Some(Word::Lead) && at < first + 4 {
        at += 1;
    }
    if at > first {
        part = (first..at).fold(1.0, |times, at| match word(reading, at) {
            "couple" | "few" | "several" => 2.0,
            "half" => 0.5,
            "quarter" => 0.25,
            _ => times,
        });
        if !matches!(meaning(at), Some(Word::Scale(_))) && word(reading, at) != "dozen" {
            return None;
        }
    }
    while let Some(next) = meaning(at) {
        match next {
            Word::Small(value) => part += value,
            Word::Vague(value) => {
                part = if part > 0.0 && word(reading, at) == "dozen" {
                    part * value
                } else {
                    value
                };
                scaled |= value >= 1e3;
            }
            Word::Scale(times) => {
                let count = if part == 0.0 { 1.0 } else { part };
                if times < 1e3 {
                    part = count * times;
                } else {
                    (whole, part, scaled) = (whole + count * times, 0.0, true);
                }
            }
            Word::And if at > first && matches!(meaning(at + 1), Some(Word::Small(_))) => {}
            Word::And | Word::Lead => break,
        }
        at += 1;
    }
    (at > first).then(|| Number {
        value: whole + part,
        words: first..at,
        range: words[first].range().start..words[at - 1].range().end,
        scaled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, &str)> {
        numbers(text, &Reading::of(text))
            .into_iter()
            .map(|number| (number.value, &text[number.range]))
            .collect()
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value, passage) in [
            ("a budget of $12,500 or so", 12_500.0, "12,500"),
            ("etwa 12.500 € im Jahr", 12_500.0, "12.500"),
            ("25 000 €", 25_000.0, "25 000"),
            ("1.234.567,89 euros", 1_234_567.89, "1.234.567,89"),
            ("₹2,50,000", 250_000.0, "2,50,000"),
            ("CHF 12'500.50", 12_500.5, "12'500.50"),
            ("99.90!", 99.9, "99.90"),
            ("0.125 of it", 0.125, "0.125"),
            ("15k usd", 15_000.0, "15k"),
            ("£1.5m", 1_500_000.0, "1.5m"),
            ("1.125 million", 1_125_000.0, "1.125 million"),
            ("3 mn", 3_000_000.0, "3 mn"),
            ("2 lakh", 200_000.0, "2 lakh"),
            ("2 hundred thousand", 200_000.0, "2 hundred thousand"),
            ("60-room hotel", 60.0, "60"),
            ("forty thousand", 40_000.0, "forty thousand"),
            ("half a million", 500_000.0, "half a million"),
            ("a couple of hundred", 200.0, "a couple of hundred"),
            ("two hundred and fifty", 250.0, "two hundred and fifty"),
            ("three dozen", 36.0, "three dozen"),
            ("hundreds of them", 200.0, "hundreds"),
        ] {
            assert_eq!(read(text), [(value, passage)], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_none() {
        for text in [
            "the 4th",
            "10mbps",
            "X200",
            "a few of us",
            "half of it",
            "０ of ９",
            "",
            "9".repeat(400).as_str(),
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
