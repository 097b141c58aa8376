//! What looks like a code, and what only does.
//!
//! First what is known for something else is left out, by its shape or by the word before it; then the shape decides
//! the sort; then the words near it, in English or Spanish, decide how sure that is.

use std::ops::Range;

use baton_text::{Shape, Token};

use crate::words::{DEVICES, ERROR_WORDS, KNOWN, LINKS, MONTHS, OTHER_CODES, OTHERS, STREETS, UNITS};
use crate::{Asked, DeviceCodes};

/// How many words before and behind a code may speak of it.
const NEAR: usize = 6;
/// Longer words are keys or pasted data.
const LONGEST: usize = 24;

/// What a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Model,
    Error,
}

/// A code, how sure it is one, and why.
#[derive(Debug, Clone)]
pub(crate) struct Find {
    pub(crate) sort: Sort,
    pub(crate) confidence: f32,
    pub(crate) range: Range<usize>,
    pub(crate) why: &'static str,
}

/// The codes of a text, in its order.
pub(crate) fn finds(rules: &DeviceCodes, text: &str, tokens: &[Token], asked: Asked) -> Vec<Find> {
    let around = Around {
        rules,
        text,
        tokens,
        asked,
    };
    (0..tokens.len()).filter_map(|at| around.find(at)).collect()
}

struct Around<'a> {
    rules: &'a DeviceCodes,
    text: &'a str,
    tokens: &'a [Token],
    asked: Asked,
}

impl Around<'_> {
    fn find(&self, at: usize) -> Option<Find> {
        let token = &self.tokens[at];
        let word = token.lower.as_str();
        let made = Made::of(word)?;
        let find = |sort, confidence, why| {
            Some(Find {
                sort,
                confidence,
                range: token.range.clone(),
                why,
            })
        };
        if self.beside_a_sign(&token.range) || self.follows(at, &self.rules.not) {
            return None;
        }
        let fits = |shapes: &[Shape]| shapes.iter().any(|shape| shape.fits(word));
        if fits(&self.rules.errors) {
            return find(Sort::Error, 0.95, "an error code of the pack");
        }
        if fits(&self.rules.models) {
            return find(Sort::Model, 0.95, "a model of the pack");
        }
        if self.is_something_else(at, &made) {
            return None;
        }
        let model = self.names_a_model(at);
        if made.letters == 0 {
            return match () {
                () if model && (3..=10).contains(&made.digits) => find(Sort::Model, 0.85, "a number called a model"),
                () if made.digits <= 4 && self.names_an_error(at) => find(Sort::Error, 0.9, "a number called an error"),
                () => None,
            };
        }
        if made.is_short() && !model {
            let spoken = self.near(at, &ERROR_WORDS) || self.asked.error;
            return match () {
                () if spoken => find(Sort::Error, 0.9, "an error code, and the words for one"),
                () if self.asked.model && word.len() >= 3 => find(Sort::Model, 0.85, "the answer to which model"),
                () if made.letter_first && made.letters == 1 => find(Sort::Error, 0.5, "looks like an error code"),
                () => None,
            };
        }
        let long = made.letters >= 2 && made.digits >= 3 && made.letters + made.digits >= 7;
        match () {
            () if made.letters + made.digits < 3 || made.digits < 2 => None,
            () if model => find(Sort::Model, 0.92, "a code called a model"),
            () if self.asked.model => find(Sort::Model, 0.9, "the answer to which model"),
            () if self.near(at, &DEVICES) => find(Sort::Model, 0.82, "a model number beside an appliance"),
            () if long => find(Sort::Model, 0.78, "looks like a model number"),
            () => find(Sort::Model, 0.45, "may be a model number"),
        }
    }

    fn word(&self, at: usize, offset: isize) -> &str {
        let at = at.checked_add_signed(offset);
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| &token.lower)
    }

    fn near(&self, at: usize, words: &[&str]) -> bool {
        let around = at.saturating_sub(NEAR)..self.tokens.len().min(at + NEAR + 1);
        self.tokens[around]
            .iter()
            .any(|token| words.binary_search(&token.lower.as_str()).is_ok())
    }

    fn follows(&self, at: usize, words: &[String]) -> bool {
        let before = self.word(at, -1);
        words.binary_search_by(|known| known.as_str().cmp(before)).is_ok()
    }

    /// Money, addresses of the web, hashes.
    fn beside_a_sign(&self, range: &Range<usize>) -> bool {
        let before = self.text[..range.start].trim_end_matches(' ').chars().next_back();
        let after = self.text[range.end..].trim_start_matches(' ').chars().next();
        let joined = [
            self.text[..range.start].chars().next_back(),
            self.text[range.end..].chars().next(),
        ];
        let money = |sign: Option<char>| matches!(sign, Some('$' | '€' | '£' | '¥'));
        money(before)
            || money(after)
            || joined
                .iter()
                .any(|sign| matches!(sign, Some('@' | '%' | '°' | '=' | '&' | '+')))
    }

    fn is_something_else(&self, at: usize, made: &Made<'_>) -> bool {
        let word = made.word;
        let is = |offset, words: &[&str]| words.binary_search(&self.word(at, offset)).is_ok();
        let number_of = matches!(
            self.word(at, -1),
            "number" | "no" | "nr" | "is" | "número" | "numero" | "code" | "código"
        );
        if is(-1, &OTHERS) || (number_of && is(-2, &OTHERS)) || is(1, &STREETS) || is(2, &STREETS) {
            return true;
        }
        // `zip code`, `promo code`: codes of another kind.
        let other_code = (1..=4)
            .any(|back| matches!(self.word(at, -back), "code" | "código" | "codigo") && is(-back - 1, &OTHER_CODES));
        let neighbour = |offset| Made::of(self.word(at, offset)).is_some_and(|other| made.is_postcode_with(&other));
        other_code
            || word.len() > LONGEST
            || KNOWN.binary_search(&word).is_ok()
            || made.is_measure()
            || made.is_refrigerant()
            || made.is_date_or_size()
            || made.is_whole_postcode()
            || neighbour(1)
            || neighbour(-1)
            || word.starts_with("www.")
            || word.ends_with(".com")
            || self.text[..self.tokens[at].range.start].ends_with("://")
    }

    /// `error 33`, `fault code: 13`.
    fn names_an_error(&self, at: usize) -> bool {
        let is = |offset| {
            matches!(
                self.word(at, offset),
                "error" | "fault" | "errors" | "fallo" | "falla" | "avería"
            )
        };
        let code = matches!(
            self.word(at, -1),
            "code" | "codes" | "no" | "number" | "código" | "codigo"
        );
        is(-1) || (code && is(-2)) || (code && self.near(at, &DEVICES))
    }

    /// `model X200`, `the model number is 831`.
    fn names_a_model(&self, at: usize) -> bool {
        let is = |back: isize| matches!(self.word(at, -back), "model" | "modelo" | "models" | "model's");
        is(1)
            || (2..=4).any(|back| is(back) && (1..back).all(|step| LINKS.binary_search(&self.word(at, -step)).is_ok()))
    }
}

/// What a word is made of.
struct Made<'a> {
    word: &'a str,
    letters: usize,
    digits: usize,
    letter_first: bool,
    /// Letters as `a`, digits as `0`, marks as they are.
    mask: String,
}

impl<'a> Made<'a> {
    /// `None` for a word without a digit, or with letters that no maker uses.
    fn of(word: &'a str) -> Option<Self> {
        if !word.is_ascii() || !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mask: String = word
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' => 'a',
                b'0'..=b'9' => '0',
                mark => char::from(mark),
            })
            .collect();
        Some(Self {
            word,
            letters: mask.matches('a').count(),
            digits: mask.matches('0').count(),
            letter_first: mask.starts_with('a'),
            mask,
        })
    }

    /// `E4`, `F29`, `F.28`, `U4-01`, `EA1`, `4C`.
    fn is_short(&self) -> bool {
        let bare: String = self.mask.chars().filter(|mark| !matches!(mark, '-' | '.')).collect();
        let led = bare.trim_start_matches('a');
        let lead = bare.len() - led.len();
        let first = (1..=2).contains(&lead) && (1..=4).contains(&led.len()) && led.bytes().all(|byte| byte == b'0');
        first || matches!(bare.as_str(), "0a" | "00a" | "0aa" | "a0a")
    }

    /// `16kw`, `10am`, `410a`, `3rd`, `2.5`.
    fn is_measure(&self) -> bool {
        let unit = self
            .word
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '/' | '-' | '\''));
        if self.letters == 0 {
            return self.mask.contains([',', '/']);
        }
        !self.letter_first && UNITS.binary_search(&unit).is_ok()
    }

    /// `R22`, `R-410A`: what is in the pipes, not on the plate.
    fn is_refrigerant(&self) -> bool {
        let bare = self.word.strip_prefix('r').map(|rest| rest.trim_start_matches('-'));
        bare.is_some_and(|number| {
            ["12", "22", "32", "134a", "290", "404a", "407c", "410", "410a", "454b"].contains(&number)
        })
    }

    /// `2026-03-02`, `12mar2024`, `16x25x1`, `24/7`.
    fn is_date_or_size(&self) -> bool {
        let only = |kept: &str| {
            self.word
                .chars()
                .all(|letter| letter.is_ascii_digit() || kept.contains(letter))
        };
        let letters = self
            .word
            .trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
        (self.letters == 0 && self.mask.contains(['-', '.', '/']))
            || (self.letters > 0 && !self.letter_first && only("x.-/"))
            || MONTHS.contains(&letters)
    }

    /// `K1A0B6`, `SW1A1AA`.
    fn is_whole_postcode(&self) -> bool {
        matches!(
            self.mask.as_str(),
            "a0a0a0" | "a0a-0a0" | "aa00aa" | "a00aa" | "a000aa" | "aa000aa" | "aa0a0aa" | "a0a0aa"
        ) && self.word.len() <= 7
    }

    /// The two halves of `SW1A 1AA` and `K1A 0B6`.
    fn is_postcode_with(&self, other: &Self) -> bool {
        let first = |half: &Self| matches!(half.mask.as_str(), "a0" | "a00" | "aa0" | "aa00" | "aa0a" | "a0a");
        let second = |half: &Self| matches!(half.mask.as_str(), "0aa" | "0a0");
        (first(self) && second(other)) || (second(self) && first(other))
    }
}
