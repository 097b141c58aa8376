//! What the numbers of a text count: money, or people, places and things.
//!
//! A number that says of itself neither is a number of something else, such as an order, and is left out. Which nouns
//! are people, places or measures is in the lexicon; any other plural is a thing.

use std::ops::Range;

use crate::numbers::{Number, numbers};
use crate::{Class, Lexicon, Reading, money};

/// The English nouns that stand by numbers, as a part of a lexicon, with its class `@filler`.
pub const NOUNS_EN: &str = include_str!("../lexicon/nouns.en.txt");

/// How many words may stand before the thing that is counted: `1,100 small dental practices`.
const REACH: usize = 4;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Money, in the currency with this code.
    Money(&'static str),
    /// A round thousand or million of nothing said: money, most likely; unless it is `90m`, which may be a way to walk.
    Figure {
        /// Whether it is no `90m`.
        sure: bool,
    },
    /// Seats, users, people.
    Seats,
    /// Sites, buildings, lorry loads.
    Places {
        /// Whether it is one where a business works: a clinic, not a room.
        site: bool,
    },
    /// Any other plural.
    Things,
}

/// A number of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// Of what.
    pub counts: Counts,
    /// How many or how much.
    pub value: f64,
    /// The bytes of the number and of what it counts, on character boundaries.
    pub range: Range<usize>,
}

/// The lexicon's classes of nouns that stand by numbers.
#[derive(Debug)]
pub struct Nouns {
    seat: Option<Class>,
    place: Option<Class>,
    /// Places where a business works.
    site: Option<Class>,
    /// `budget`, `pension`: the number behind `of` is money.
    sum: Option<Class>,
    /// Minutes, miles, pages: what is measured, not bought.
    measure: Option<Class>,
    /// Behind these no noun of the number stands any more.
    stop: Option<Class>,
    /// Behind small words neither, but for articles: `60 of the rooms`.
    filler: Option<Class>,
    /// `order`, `room`: a number behind them is a name.
    label: Option<Class>,
    /// `pack`, `box`: the number behind `of` tells their size.
    pack: Option<Class>,
    /// `team`, `chain`: the number behind `of` counts their members.
    group: Option<Class>,
    /// `dinner`: a number behind `for` counts guests.
    event: Option<Class>,
    /// `employs`: the number behind it counts people.
    employ: Option<Class>,
    /// `payroll`: a number before `on` counts people.
    payroll: Option<Class>,
}

impl Nouns {
    /// Those that a lexicon has, by the names of [`NOUNS_EN`].
    pub fn of(lexicon: &Lexicon) -> Self {
        Self {
            seat: lexicon.class("seat"),
            place: lexicon.class("place"),
            site: lexicon.class("site"),
            sum: lexicon.class("sumof"),
            measure: lexicon.class("measure"),
            stop: lexicon.class("stop"),
            filler: lexicon.class("filler"),
            label: lexicon.class("label"),
            pack: lexicon.class("pack"),
            group: lexicon.class("group"),
            event: lexicon.class("event"),
            employ: lexicon.class("employ"),
            payroll: lexicon.class("payroll"),
        }
    }
}

/// The amounts of a text, in its order.
pub fn amounts(text: &str, reading: &Reading, lexicon: &Lexicon, nouns: &Nouns) -> Vec<Amount> {
    let around = Around {
        text,
        reading,
        lexicon,
        nouns,
    };
    numbers(text, reading)
        .iter()
        .filter_map(|number| around.amount(number))
        .collect()
}

struct Around<'a> {
    text: &'a str,
    reading: &'a Reading,
    lexicon: &'a Lexicon,
    nouns: &'a Nouns,
}

impl Around<'_> {
    fn amount(&self, number: &Number) -> Option<Amount> {
        let of = |counts, range| Amount {
            counts,
            value: number.value,
            range,
        };
        if let Some((code, range)) = self.money(number) {
            return Some(of(Counts::Money(code), range));
        }
        let after = self.text[number.range.end..].chars().next();
        let before = self.text[..number.range.start].chars().next_back();
        let model = {
            let (word, hyphen) = (self.word(number.words.start, -1), before == Some('-'));
            word.len() == 1 && (hyphen || !matches!(word, "a" | "i" | "x"))
        };
        if model
            || matches!(after, Some('%' | ':' | '/'))
            || matches!(before, Some('#' | ':' | '/'))
            || self.is(number.words.start, -1, self.nouns.label)
        {
            return None;
        }
        if self.word(number.words.start, -1) == "of" {
            if self.is(number.words.start, -2, self.nouns.pack) {
                return None;
            }
            if self.is(number.words.start, -2, self.nouns.sum) {
                return Some(of(Counts::Figure { sure: true }, number.range.clone()));
            }
            if self.is(number.words.start, -2, self.nouns.group) {
                return Some(of(Counts::Seats, number.range.clone()));
            }
        }
        match self.noun(number) {
            Noun::Of(counts, end) => Some(of(counts, number.range.start..end)),
            Noun::Measure => None,
            Noun::None if matches!(self.word(number.words.start, -1), "x" | "qty" | "quantity") => {
                Some(of(Counts::Things, number.range.clone()))
            }
            Noun::None if self.of_people(number) => Some(of(Counts::Seats, number.range.clone())),
            Noun::None => number.scaled.then(|| {
                let sure = !self.text[number.range.clone()].ends_with(['m', 'M']);
                of(Counts::Figure { sure }, number.range.clone())
            }),
        }
    }

    /// The currency by the number's side, and the bytes of both.
    fn money(&self, number: &Number) -> Option<(&'static str, Range<usize>)> {
        let Range { start, end } = number.range;
        let before = self.text[..start].trim_end_matches([' ', '\u{a0}']);
        if start - before.len() <= 2
            && let Some(sign) = before.chars().next_back()
            && let Some(code) = money::signed(sign)
        {
            let sign_at = before.len() - sign.len_utf8();
            let (code, first) = money::of_country(&before[..sign_at], code).unwrap_or((code, sign_at));
            return Some((code, first..end));
        }
        let after = self.text[end..].trim_start_matches([' ', '\u{a0}']);
        if let Some(sign) = after.chars().next()
            && let Some(code) = money::signed(sign)
        {
            return Some((code, start..self.text.len() - after.len() + sign.len_utf8()));
        }
        let words = self.reading.words();
        let last = number.words.end - 1;
        if let Some(code) = money::named(self.word(last, 1)).filter(|_| self.joined(last)) {
            return Some((code, start..words[last + 1].range().end));
        }
        // `2 million US dollars`, `5k in euros`.
        if matches!(
            self.word(last, 1),
            "us" | "in" | "canadian" | "australian" | "american" | "hong" | "swiss" | "indian" | "of"
        ) && let Some(code) = money::named(self.word(last, 2))
        {
            return Some((code, start..words[last + 2].range().end));
        }
        let code = money::named(self.word(number.words.start, -1))?;
        let first = words[number.words.start - 1].range();
        (start - first.end <= 2).then_some((code, first.start..end))
    }

    /// The thing that is counted.
    fn noun(&self, number: &Number) -> Noun {
        let words = self.reading.words();
        let sentence = words[number.words.start].sentence();
        let mut found = Noun::None;
        for step in 0..REACH {
            let last = number.words.end + step - 1;
            let at = last + 1;
            if !self.joined(last) || words[at].sentence() != sentence {
                break;
            }
            let (word, end) = (self.reading.normal(&words[at]), words[at].range().end);
            let meaning = self.lexicon.vocabulary().meaning(self.reading, &words[at]);
            let is = |class: Option<Class>| !meaning.typo && class.is_some_and(|class| meaning.is(class));
            if is(self.nouns.measure) {
                return if matches!(found, Noun::None) {
                    Noun::Measure
                } else {
                    found
                };
            } else if is(self.nouns.place) {
                let site = is(self.nouns.site);
                return Noun::Of(Counts::Places { site }, end);
            } else if is(self.nouns.seat) || word == "us" {
                return Noun::Of(Counts::Seats, end);
            } else if step == 1 && matches!(word, "them" | "those" | "these") && self.word(at, -1) == "of" {
                let counts = self.said_before(number).unwrap_or(Counts::Things);
                found = Noun::Of(counts, end);
            } else if is(self.nouns.stop)
                || is(self.nouns.filler) && !matches!(word, "the" | "our" | "your" | "these" | "those")
            {
                break;
            } else if plural(word) && !(number.range.len() == 4 && (1900.0..2100.0).contains(&number.value)) {
                found = Noun::Of(Counts::Things, end);
            }
        }
        found
    }

    /// What `them` are: `all our practices, there are eleven of them`.
    fn said_before(&self, number: &Number) -> Option<Counts> {
        let words = self.reading.words();
        let first = number.words.start;
        let said = (1..=8).take_while(|back| {
            let word = first.checked_sub(*back).map(|at| words[at].sentence());
            word == Some(words[first].sentence())
        });
        said.map(|back| -(back as isize)).find_map(|back| {
            if self.is(first, back, self.nouns.place) {
                let site = self.is(first, back, self.nouns.site);
                return Some(Counts::Places { site });
            }
            self.is(first, back, self.nouns.seat).then_some(Counts::Seats)
        })
    }

    /// Whether a number without a noun counts people all the same: `a dinner for 120`, `employs 400`, `400 on our books`.
    fn of_people(&self, number: &Number) -> bool {
        let (first, last) = (number.words.start, number.words.end - 1);
        let year = number.range.len() == 4 && (1900.0..2100.0).contains(&number.value);
        let before = |offsets: Range<isize>, class| offsets.into_iter().any(|back| self.is(first, -back, class));
        let guests = before(1..4, self.nouns.event) && (1..3).any(|back| self.word(first, -back) == "for");
        let listed = self.word(last, 1) == "on" && (2..5).any(|on| self.is(last, on, self.nouns.payroll));
        !year && (guests || listed || before(1..3, self.nouns.employ))
    }

    /// Whether nothing but a space or a hyphen stands between this word and the next.
    fn joined(&self, at: usize) -> bool {
        let words = self.reading.words();
        words.get(at + 1).is_some_and(|next| {
            matches!(
                &self.text[words[at].range().end..next.range().start],
                " " | "-" | "\u{a0}" | "  " | ""
            )
        })
    }

    fn word(&self, at: usize, offset: isize) -> &str {
        at.checked_add_signed(offset)
            .and_then(|at| self.reading.words().get(at))
            .map_or("", |word| self.reading.normal(word))
    }

    fn is(&self, at: usize, offset: isize, class: Option<Class>) -> bool {
        at.checked_add_signed(offset)
            .and_then(|at| self.reading.words().get(at))
            .zip(class)
            .is_some_and(|(word, class)| self.lexicon.vocabulary().meaning(self.reading, word).is(class))
    }
}

enum Noun {
    Of(Counts, usize),
    Measure,
    None,
}

/// Whether it looks like the plural of an English noun.
fn plural(word: &str) -> bool {
    word.len() >= 4 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LexiconBuilder;

    fn read(text: &str) -> Vec<(Counts, f64, String)> {
        let lexicon = LexiconBuilder::default().read(NOUNS_EN).expect("is sound").build(true);
        amounts(text, &Reading::of(text), &lexicon, &Nouns::of(&lexicon))
            .into_iter()
            .map(|amount| (amount.counts, amount.value, text[amount.range].to_owned()))
            .collect()
    }

    #[test]
    fn money_is_known_by_its_currency() {
        for (text, code, value, passage) in [
            ("a budget of $12,500 or so", "USD", 12_500.0, "$12,500"),
            ("etwa 12.500 € im Jahr", "EUR", 12_500.0, "12.500 €"),
            ("15k usd", "USD", 15_000.0, "15k usd"),
            ("Rs. 2 lakh", "INR", 200_000.0, "Rs. 2 lakh"),
            ("₹2,50,000 only", "INR", 250_000.0, "₹2,50,000"),
            ("2 million US dollars", "USD", 2_000_000.0, "2 million US dollars"),
            ("forty thousand pounds", "GBP", 40_000.0, "forty thousand pounds"),
            ("chf 90", "CHF", 90.0, "chf 90"),
            ("paguei R$ 1.500,00", "BRL", 1_500.0, "R$ 1.500,00"),
            ("HK$500 for it", "HKD", 500.0, "HK$500"),
            ("FIR$ 20", "USD", 20.0, "$ 20"),
        ] {
            assert_eq!(read(text), [(Counts::Money(code), value, passage.into())], "{text}");
        }
    }

    #[test]
    fn people_places_and_things_are_counted() {
        for (text, counts, value) in [
            ("200 seats", Counts::Seats, 200.0),
            ("1,200 field technicians", Counts::Seats, 1_200.0),
            ("74 of us", Counts::Seats, 74.0),
            ("a team of ninety", Counts::Seats, 90.0),
            ("all our practices, eleven of them", Counts::Places { site: true }, 11.0),
            ("a sit-down dinner for about 180", Counts::Seats, 180.0),
            ("the firm employs roughly 400", Counts::Seats, 400.0),
            ("there are 260 on our payroll", Counts::Seats, 260.0),
            ("a 60-room hotel", Counts::Places { site: false }, 60.0),
            ("31 school buildings", Counts::Places { site: true }, 31.0),
            ("2,600 embroidered hoodies", Counts::Things, 2_600.0),
            ("1,900 seafarers a year", Counts::Things, 1_900.0),
            ("5,000 of those bottles", Counts::Things, 5_000.0),
            ("a pension of 900,000", Counts::Figure { sure: true }, 900_000.0),
            ("mugs x 800", Counts::Things, 800.0),
            ("about 800k with you", Counts::Figure { sure: true }, 800_000.0),
        ] {
            assert_eq!(
                read(text).first().map(|found| (found.0, found.1)),
                Some((counts, value)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_of_nothing_counts_nothing() {
        for text in [
            "order 123456",
            "E4 error",
            "call 555-0100",
            "at 5.30",
            "2026-03-02",
            "",
            "200 minutes",
            "a pack of 200 wipes",
            "100% of users",
            "room 500",
            "the 2019 models",
            "the conference for 2026",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
