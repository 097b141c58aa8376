//! Names of people and firms, where a rule knows that one must follow.
//!
//! A capital letter is no proof of a name, so nobody is looked for: a detector asks only behind words that a name
//! follows, such as `my landlord` or `switching from`.

use std::ops::Range;

use crate::{Reading, Word};

/// More words than these are no name.
const MOST_WORDS: usize = 5;
/// Small words inside names: `Marks and Spencer`, `van der Berg`.
const INSIDE: [&str; 14] = [
    "and", "da", "de", "del", "der", "di", "dos", "du", "et", "la", "le", "of", "van", "von",
];
/// Words that begin a sentence or speak of oneself, and are capital for that reason alone.
const NO_NAMES: [&str; 46] = [
    "a", "and", "are", "because", "but", "can", "could", "do", "does", "for", "he", "hello", "hi", "how", "i", "id",
    "if", "il", "ill", "im", "in", "is", "it", "ive", "je", "my", "no", "nous", "on", "our", "please", "she", "so",
    "thank", "thanks", "that", "the", "they", "this", "to", "we", "what", "when", "who", "yes", "you",
];

/// The name that begins with this word of the reading: words with a capital letter in a row, in one sentence, up to a
/// comma. `None` when the word begins none.
pub fn name_at(text: &str, reading: &Reading, first: usize) -> Option<Range<usize>> {
    let words = reading.words();
    let start = words.get(first)?;
    let capital = |word: &Word| {
        text[word.range()].chars().next().is_some_and(char::is_uppercase)
            && NO_NAMES.binary_search(&reading.normal(word)).is_err()
    };
    if !capital(start) {
        return None;
    }
    let (mut last, mut end) = (start, start.range().end);
    for word in words[first + 1..].iter().take(MOST_WORDS - 1) {
        let apart = word.range().start.saturating_sub(last.range().end);
        if word.sentence() != start.sentence() || word.after_pause() || apart > 3 {
            break;
        }
        if capital(word) {
            end = word.range().end;
        } else if INSIDE.binary_search(&reading.normal(word)).is_err() {
            break;
        }
        last = word;
    }
    Some(start.range().start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, first: usize) -> Option<&str> {
        name_at(text, &Reading::of(text), first).map(|range| &text[range])
    }

    #[test]
    fn a_name_ends_where_the_capitals_do() {
        assert!(INSIDE.is_sorted() && NO_NAMES.is_sorted());
        for (text, first, found) in [
            ("against Robert Miller in May", 1, Some("Robert Miller")),
            ("against Mr. Robert Miller", 1, Some("Mr. Robert Miller")),
            (
                "switching from Marks and Spencer next year",
                2,
                Some("Marks and Spencer"),
            ),
            ("my landlord Jan van der Berg.", 2, Some("Jan van der Berg")),
            ("wegen Jürgen Groß, der", 1, Some("Jürgen Groß")),
            ("Acme & Sons Ltd owe me", 0, Some("Acme & Sons Ltd")),
            ("we use Intercom. They", 2, Some("Intercom")),
            ("against my landlord", 1, None),
            ("against. I want", 1, None),
            ("", 0, None),
        ] {
            assert_eq!(name(text, first), found, "{text}");
        }
        assert_eq!(name(&"Ab ".repeat(90), 0).map(str::len), Some(14));
    }
}
