//! Currencies: how people name them, and what is much in each.

use std::collections::BTreeMap;

/// What a currency is called in text, and its ISO 4217 code. Dollars, pounds and the like are taken for the best known.
const NAMES: [(&str, &str); 82] = [
    ("aed", "AED"),
    ("aud", "AUD"),
    ("baht", "THB"),
    ("brl", "BRL"),
    ("buck", "USD"),
    ("bucks", "USD"),
    ("cad", "CAD"),
    ("chf", "CHF"),
    ("clp", "CLP"),
    ("cny", "CNY"),
    ("cop", "COP"),
    ("crowns", "SEK"),
    ("czk", "CZK"),
    ("dh", "AED"),
    ("dhs", "AED"),
    ("dinar", "KWD"),
    ("dinars", "KWD"),
    ("dirham", "AED"),
    ("dirhams", "AED"),
    ("dkk", "DKK"),
    ("dolar", "USD"),
    ("dolares", "USD"),
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("dong", "VND"),
    ("eur", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("forint", "HUF"),
    ("forints", "HUF"),
    ("franc", "CHF"),
    ("francos", "CHF"),
    ("francs", "CHF"),
    ("franken", "CHF"),
    ("gbp", "GBP"),
    ("hkd", "HKD"),
    ("huf", "HUF"),
    ("idr", "IDR"),
    ("ils", "ILS"),
    ("inr", "INR"),
    ("jpy", "JPY"),
    ("kes", "KES"),
    ("krona", "SEK"),
    ("kronen", "SEK"),
    ("kroner", "NOK"),
    ("kronor", "SEK"),
    ("krw", "KRW"),
    ("kwd", "KWD"),
    ("lira", "TRY"),
    ("mxn", "MXN"),
    ("naira", "NGN"),
    ("ngn", "NGN"),
    ("nok", "NOK"),
    ("nzd", "NZD"),
    ("peso", "MXN"),
    ("pesos", "MXN"),
    ("php", "PHP"),
    ("pkr", "PKR"),
    ("pln", "PLN"),
    ("pound", "GBP"),
    ("pounds", "GBP"),
    ("quid", "GBP"),
    ("rand", "ZAR"),
    ("reais", "BRL"),
    ("riyal", "SAR"),
    ("riyals", "SAR"),
    ("rmb", "CNY"),
    ("rs", "INR"),
    ("rubles", "RUB"),
    ("rupee", "INR"),
    ("rupees", "INR"),
    ("rupiah", "IDR"),
    ("sar", "SAR"),
    ("sek", "SEK"),
    ("sgd", "SGD"),
    ("shilling", "KES"),
    ("shillings", "KES"),
    ("thb", "THB"),
    ("usd", "USD"),
    ("yen", "JPY"),
    ("yuan", "CNY"),
    ("zloty", "PLN"),
];
const SIGNS: [(char, &str); 10] = [
    ('$', "USD"),
    ('€', "EUR"),
    ('£', "GBP"),
    ('¥', "JPY"),
    ('₹', "INR"),
    ('₩', "KRW"),
    ('₺', "TRY"),
    ('₽', "RUB"),
    ('₦', "NGN"),
    ('₫', "VND"),
];
/// Which power of ten of a unit comes nearest to a dollar, for those where it is not one. Rates move; powers of ten
/// hold for decades, and no more is needed to tell much from little.
const UNITS_TO_A_DOLLAR: [(&str, f64); 25] = [
    ("BRL", 10.0),
    ("CNY", 10.0),
    ("CZK", 10.0),
    ("DKK", 10.0),
    ("HKD", 10.0),
    ("MXN", 10.0),
    ("NOK", 10.0),
    ("PLN", 10.0),
    ("SEK", 10.0),
    ("ZAR", 10.0),
    ("TRY", 10.0),
    ("THB", 10.0),
    ("PHP", 100.0),
    ("HUF", 100.0),
    ("INR", 100.0),
    ("JPY", 100.0),
    ("KES", 100.0),
    ("PKR", 100.0),
    ("RUB", 100.0),
    ("CLP", 1e3),
    ("COP", 1e3),
    ("KRW", 1e3),
    ("NGN", 1e3),
    ("IDR", 1e4),
    ("VND", 1e4),
];

/// The code of a currency that people call so, in lower case without accents.
pub fn named(word: &str) -> Option<&'static str> {
    NAMES
        .binary_search_by_key(&word, |(name, _)| name)
        .ok()
        .map(|at| NAMES[at].1)
}

/// The code of a currency with this sign.
pub fn signed(sign: char) -> Option<&'static str> {
    SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code)
}

/// The dollar of a country, or the real, where letters stand before the sign: `R$`. Gives the byte where they begin.
pub(crate) fn of_country(before: &str, sign: &str) -> Option<(&'static str, usize)> {
    let letters = before.trim_end_matches(|letter: char| letter.is_ascii_uppercase());
    let code = match &before[letters.len()..] {
        _ if sign != "USD" || letters.ends_with(char::is_alphanumeric) => return None,
        "R" => "BRL",
        "US" => "USD",
        "A" | "AU" => "AUD",
        "C" | "CA" => "CAD",
        "NZ" => "NZD",
        "HK" => "HKD",
        "S" => "SGD",
        "MX" => "MXN",
        _ => return None,
    };
    Some((code, letters.len()))
}

/// How many of a currency's units are about a dollar, in powers of ten.
pub fn units_to_a_dollar(code: &str) -> f64 {
    UNITS_TO_A_DOLLAR
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(1.0, |(_, units)| *units)
}

/// Whether it is a code that [`named`] or [`signed`] may give.
pub fn is_known(code: &str) -> bool {
    NAMES
        .iter()
        .chain(&SIGNS.map(|(_, code)| ("", code)))
        .any(|(_, known)| *known == code)
}

/// What a business calls much in a currency: as it says for this one, else `at_least` in units near a dollar.
pub fn limit(code: &str, at_least: f64, at_least_in: &BTreeMap<String, f64>) -> f64 {
    let own = at_least_in.get(code).copied();
    own.unwrap_or_else(|| at_least * units_to_a_dollar(code))
}

/// Checks what a business calls much, set as `name` and `name_in`.
///
/// # Errors
///
/// The JSON Pointer of the first setting that makes no sense, and why.
pub fn check_limit(name: &str, at_least: f64, at_least_in: &BTreeMap<String, f64>) -> Result<(), (String, String)> {
    let is_sum = |sum: f64| sum > 0.0 && sum.is_finite();
    if !is_sum(at_least) {
        return Err((format!("/{name}"), format!("is {at_least}; more than 0")));
    }
    for (code, &sum) in at_least_in {
        let place = format!("/{name}_in/{}", code.replace('~', "~0").replace('/', "~1"));
        if !is_known(code) {
            return Err((place, "is no currency that is known here; write `EUR`".to_owned()));
        }
        if !is_sum(sum) {
            return Err((place, format!("is {sum}; more than 0")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_for_the_search() {
        assert!(NAMES.is_sorted());
        assert_eq!(named("zloty"), Some("PLN"));
        assert_eq!(named("aed"), Some("AED"));
        assert_eq!(named("money"), None);
        assert!(is_known("VND") && !is_known("XXX"));
    }
}
