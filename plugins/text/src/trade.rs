//! Phrases of a pack's trade: which of them make sense.

use crate::Reading;

/// More phrases than these are a lexicon, and belong into one.
const MOST_PHRASES: usize = 200;
/// Longer than any phrase.
const LONGEST_PHRASE_BYTES: usize = 200;
/// Words that nearly every message has, so that a phrase of nothing else would match them all.
const SMALL_WORDS: [&str; 60] = [
    "a", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "do", "does",
    "for", "from", "get", "have", "he", "how", "i", "if", "in", "is", "it", "me", "my", "no", "not", "of", "on", "or",
    "our", "please", "she", "so", "some", "that", "the", "them", "then", "there", "they", "this", "to", "us", "want",
    "was", "we", "what", "when", "where", "will", "with", "would", "you", "your",
];

/// Checks the phrases that a pack adds to a lexicon.
///
/// # Errors
///
/// The first phrase that makes no sense, by its index, and why.
pub fn check_phrases(phrases: &[String]) -> Result<(), (usize, String)> {
    if phrases.len() > MOST_PHRASES {
        return Err((
            MOST_PHRASES,
            format!("is one of {}; at most {MOST_PHRASES}", phrases.len()),
        ));
    }
    for (index, phrase) in phrases.iter().enumerate() {
        if phrase.len() > LONGEST_PHRASE_BYTES {
            let problem = format!("has {} bytes; at most {LONGEST_PHRASE_BYTES}", phrase.len());
            return Err((index, problem));
        }
        let reading = Reading::of(phrase);
        if reading.words().is_empty() {
            return Err((index, "has no word in it".to_owned()));
        }
        let small = |word| SMALL_WORDS.binary_search(&reading.normal(word)).is_ok();
        if reading.words().iter().all(small) {
            return Err((index, "has only words that every message has".to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_that_makes_no_sense_is_named() {
        assert!(SMALL_WORDS.is_sorted());
        for (phrases, index, says) in [
            (vec!["rooftop unit", "…"], 1, "no word"),
            (vec!["what is the"], 0, "every message"),
            (vec![&"x".repeat(201)[..]], 0, "201 bytes"),
            (vec!["flue"; 201], 200, "one of 201"),
        ] {
            let phrases: Vec<_> = phrases.into_iter().map(str::to_owned).collect();
            let (found, problem) = check_phrases(&phrases).expect_err(says);
            assert_eq!(found, index, "{says}");
            assert!(problem.contains(says), "{problem}");
        }
        assert_eq!(check_phrases(&["the rooftop unit".to_owned()]), Ok(()));
    }
}
