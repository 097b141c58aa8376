//! Numbers in a text, with what they count: money, or people and places.
//!
//! Written for prices as people type them: `$12,500`, `12.500 €`, `15k usd`, `2 million dollars`. A number that says
//! of itself neither currency nor thing is a number of something else, such as an order, and is left out.

use std::ops::Range;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    Money,
    /// Seats, users, sites, units.
    Seats,
}

/// A number of something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    pub(crate) counts: Counts,
    pub(crate) value: f64,
    pub(crate) range: Range<usize>,
}

const SIGNS: [char; 5] = ['$', '€', '£', '¥', '₹'];
const MONEY: [&str; 14] = [
    "usd", "eur", "gbp", "cad", "aud", "chf", "dollars", "dollar", "euros", "euro", "pounds", "bucks", "francs", "quid",
];
const SEATS: [&str; 38] = [
    "seats",
    "users",
    "licenses",
    "licences",
    "employees",
    "people",
    "staff",
    "agents",
    "locations",
    "sites",
    "stores",
    "branches",
    "offices",
    "units",
    "apartments",
    "buildings",
    "rooms",
    "vehicles",
    "trucks",
    "devices",
    "machines",
    "laptops",
    "computers",
    "workstations",
    "accounts",
    "properties",
    "homes",
    "technicians",
    "workers",
    "students",
    "members",
    "guests",
    "systems",
    "pieces",
    "copies",
    "pallets",
    "cases",
    "boxes",
];
/// Numbers beyond these are not read: no honest message has as many.
const MOST: usize = 64;

/// The amounts of a text, in its order.
pub(crate) fn amounts(text: &str) -> Vec<Amount> {
    let mut found = Vec::new();
    let mut at = 0;
    for _ in 0..MOST {
        let Some(start) = text[at..]
            .find(|letter: char| letter.is_ascii_digit())
            .map(|offset| at + offset)
        else {
            break;
        };
        let end = text[start..]
            .find(|letter: char| !letter.is_ascii_digit() && letter != ',' && letter != '.')
            .map_or(text.len(), |offset| start + offset);
        at = end;
        // A digit inside a word, such as of `E4`, counts nothing.
        if text[..start].chars().next_back().is_some_and(char::is_alphabetic) {
            continue;
        }
        let digits = text[start..end].trim_end_matches([',', '.']);
        if let Some(amount) = value(digits).and_then(|value| amount(text, start, start + digits.len(), value)) {
            at = at.max(amount.range.end);
            found.push(amount);
        }
    }
    found
}

fn amount(text: &str, start: usize, end: usize, value: f64) -> Option<Amount> {
    let mut words = Words { text, at: end };
    let (mut value, mut end) = (value, end);
    let before = text[..start].trim_end_matches(' ');
    let sign = before.chars().next_back().filter(|sign| SIGNS.contains(sign));
    let start = sign.map_or(start, |sign| before.len() - sign.len_utf8());
    let mut money = sign.is_some();
    // Behind the number stand at most a scale, a word or two, and the thing.
    for _ in 0..4 {
        let Some((range, word)) = words.next() else {
            break;
        };
        let scale = match word.as_str() {
            "k" | "thousand" => Some(1e3),
            "m" | "mio" | "million" | "mn" => Some(1e6),
            _ => None,
        };
        if let Some(scale) = scale.filter(|_| range.start <= end + 1) {
            (value, end) = (value * scale, range.end);
        } else if word == "grand" {
            return Some(Amount {
                counts: Counts::Money,
                value: value * 1e3,
                range: start..range.end,
            });
        } else if money {
            break;
        } else if MONEY.contains(&word.as_str()) || word.starts_with(SIGNS) {
            (money, end) = (true, range.end);
        } else if SEATS.contains(&word.as_str()) {
            return Some(Amount {
                counts: Counts::Seats,
                value,
                range: start..range.end,
            });
        }
    }
    money.then_some(Amount {
        counts: Counts::Money,
        value,
        range: start..end,
    })
}

/// The words behind a number, each in lower case; a currency sign is a word of its own.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Option<(Range<usize>, String)> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        let start = self.at + if first == ' ' || first == '-' { 1 } else { 0 };
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let bytes = if SIGNS.contains(&first) {
            first.len_utf8()
        } else {
            rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len())
        };
        if bytes == 0 || bytes > 40 {
            return None;
        }
        self.at = start + bytes;
        Some((start..self.at, rest[..bytes].to_lowercase()))
    }
}

/// Reads digits with separators: the last one is a decimal mark unless three digits follow it.
fn value(digits: &str) -> Option<f64> {
    let decimal = digits.rfind([',', '.']).filter(|at| digits.len() - at - 1 != 3);
    let (whole, fraction) = decimal.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{whole}.{fraction}0").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, value, passage) in [
            ("a budget of $12,500 or so", 12_500.0, "$12,500"),
            ("etwa 12.500 € im Jahr", 12_500.0, "12.500 €"),
            ("$ 99.90!", 99.9, "$ 99.90"),
            ("15k usd", 15_000.0, "15k usd"),
            ("£1.5m", 1_500_000.0, "£1.5m"),
            ("2 million dollars", 2_000_000.0, "2 million dollars"),
            ("40 grand", 40_000.0, "40 grand"),
            ("1.234.567,89 euros", 1_234_567.89, "1.234.567,89 euros"),
        ] {
            let found = amounts(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].counts, found[0].value), (Counts::Money, value), "{text}");
            assert_eq!(&text[found[0].range.clone()], passage);
        }
    }

    #[test]
    fn people_and_places_are_counted() {
        for (text, value) in [
            ("200 seats", 200.0),
            ("for 1,200 field technicians", 1_200.0),
            ("60-unit", 0.0),
        ] {
            let found = amounts(text).first().map_or(0.0, |amount| amount.value);
            assert!((found - value).abs() < f64::EPSILON, "{text}: {found}");
        }
    }

    #[test]
    fn a_bare_number_counts_nothing() {
        for text in [
            "order 123456",
            "E4 error",
            "call 555-0100",
            "at 5.30",
            "2026-03-02",
            "",
            "9".repeat(400).as_str(),
        ] {
            assert_eq!(amounts(text), [], "{text}");
        }
    }
}
