//! Numbers that are called an order, by the customer, by the bot's question, or by the shop's own shapes.

use std::ops::Range;

use baton_text::{Shape, Token, tokens};

/// Shorter numbers are too often something else.
const FEWEST_DIGITS: usize = 4;
/// Longer ones are keys or cards.
const LONGEST: usize = 24;
/// How far the word `order` may stand before its number.
const REACH: isize = 5;

/// Words for an order. Sorted, as all lists here.
const ORDERS: [&str; 13] = [
    "bestellnummer",
    "bestellung",
    "commande",
    "encomenda",
    "encomendas",
    "order",
    "order's",
    "ordernumber",
    "orders",
    "pedido",
    "pedidos",
    "purchase",
    "reference",
];
/// What may stand between the word and its number.
const LINKS: [&str; 27] = [
    "a", "called", "code", "compra", "da", "de", "do", "e", "id", "is", "it's", "minha", "my", "n", "no", "nr", "num",
    "number", "numero", "nº", "número", "o", "of", "was", "with", "é", "é:",
];
/// Behind these a number is something else, even near an order.
const OTHERS: [&str; 19] = [
    "call", "card", "cartão", "cep", "code", "coupon", "fone", "ligue", "model", "phone", "rastreio", "rua", "sku",
    "tel", "telefone", "tracking", "voucher", "whatsapp", "zip",
];

/// The order numbers of a text, in its order. `asked` is the bot's last message.
pub(crate) fn order_numbers(text: &str, shapes: &[Shape], asked: Option<&str>) -> Vec<Range<usize>> {
    let tokens = tokens(text);
    let asked = asked.map(str::to_lowercase).is_some_and(|asked| {
        ["order", "pedido", "encomenda"].iter().any(|word| asked.contains(word)) && asked.contains(['?', ':'])
    });
    let is = |at: usize| {
        let word = tokens[at].lower.as_str();
        shapes.iter().any(|shape| shape.fits(word)) || (looks_like_one(word) && called_one(text, &tokens, at, asked))
    };
    (0..tokens.len())
        .filter(|at| is(*at))
        .map(|at| tokens[at].range.clone())
        .collect()
}

/// Digits, with letters and hyphens at most.
fn looks_like_one(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let date = word.len() == 10 && word.bytes().filter(|byte| *byte == b'-').count() == 2;
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && digits >= FEWEST_DIGITS
        && word.len() <= LONGEST
        && !date
}

fn called_one(text: &str, tokens: &[Token], at: usize, asked: bool) -> bool {
    let Range { start, end } = tokens[at].range;
    let before = text[..start].chars().next_back();
    let spaced = text[..start].trim_end_matches(' ').chars().next_back();
    let after = text[end..].trim_start_matches(' ').chars().next();
    let word = |offset: isize| {
        let at = at.checked_add_signed(offset);
        at.and_then(|at| tokens.get(at))
            .map_or("", |token| token.lower.as_str())
    };
    let money = |sign: Option<char>| matches!(sign, Some('$' | '€' | '£' | '¥' | '₹'));
    let among = |list: &[&str], word: &str| list.binary_search(&word).is_ok();
    if money(spaced) || money(after) || matches!(before, Some('+' | '@' | '.')) || among(&OTHERS, word(-1)) {
        return false;
    }
    if matches!(word(-1), "number" | "no" | "número" | "is") && among(&OTHERS, word(-2)) {
        return false;
    }
    if before == Some('#') {
        return true;
    }
    let all_digits = tokens[at].lower.bytes().all(|byte| byte.is_ascii_digit());
    // `order 5000 shirts` and `the order from 2025` name no order.
    let counted = all_digits && word(1).len() > 2 && word(1).ends_with('s') && !matches!(word(1), "was" | "has" | "is");
    let year = all_digits
        && tokens[at].lower.len() == 4
        && ["19", "20"].iter().any(|century| tokens[at].lower.starts_with(century));
    let called = (1..=REACH)
        .find(|back| !among(&LINKS, word(-back)))
        .filter(|back| among(&ORDERS, word(-back)));
    match called {
        Some(1) => !counted && !year,
        Some(_) => !counted,
        None => asked && !counted && (!year || tokens.len() == 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, asked: Option<&str>) -> Vec<String> {
        let shapes = Shape::parse_all(&["BR-####".to_owned()]).expect("shapes");
        let ranges = order_numbers(text, &shapes, asked);
        ranges.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(ORDERS.is_sorted() && LINKS.is_sorted() && OTHERS.is_sorted());
    }

    #[test]
    fn a_number_is_an_order_when_it_is_called_one() {
        for (text, orders) in [
            ("where is order 100234?", &["100234"][..]),
            ("my order number is A-88213", &["A-88213"]),
            ("#100234 never came", &["100234"]),
            ("order #100234 and order #100235", &["100234", "100235"]),
            ("meu pedido é 554433", &["554433"]),
            ("o número do pedido é 554433", &["554433"]),
            ("it says BR-1022 on it", &["BR-1022"]),
            ("order 2025", &[]),
            ("I want to order 5000 shirts", &[]),
            ("the order cost $12345", &[]),
            ("order came, call +15550100200", &[]),
            ("tracking number 1Z999AA10123456784", &[]),
            ("on 2026-03-02 I placed an order", &[]),
            ("my order, zip 33101", &[]),
            ("order 12", &[]),
        ] {
            assert_eq!(found(text, None), orders, "{text}");
        }
        assert_eq!(found("100234", Some("Which order number?")), ["100234"]);
        assert_eq!(found("100234", Some("What is your zip code?")), Vec::<String>::new());
    }
}
