//! Which language's tables judge a message.
//!
//! The words decide, per message, because people write in another language than their profile says, and change it
//! within a chat. The contact's locale only settles what the words leave open, and the host is asked for it only then:
//! a call to the host costs more than the look-ups.

use crate::hashed::Hashed;
use crate::vocabulary::hash;
use crate::{Lexicon, Reading, Verdict};

/// The common words of each language: lower case, sorted, without accents and apostrophes.
const LANGUAGES: [(&str, &str); 5] = [
    ("de", include_str!("../languages/de.txt")),
    (ENGLISH, include_str!("../languages/en.txt")),
    ("es", include_str!("../languages/es.txt")),
    ("fr", include_str!("../languages/fr.txt")),
    ("pt", include_str!("../languages/pt.txt")),
];
const ENGLISH: &str = "en";
/// Bits of a set of languages.
const MOST_LANGUAGES: usize = 16;
/// Words that are read for the choice; a longer message has decided by then.
const MOST_WORDS: usize = 40;
/// A message of more words is judged in one language only.
const SHORT: usize = 200;
/// A verdict from which on no other language is asked.
const RATHER_SURE: f32 = 0.5;
/// A word of one language alone counts twice a word that several share.
const OWN_WORD: u16 = 2;

/// One value per language, by the first part of a BCP 47 tag.
#[derive(Debug)]
pub struct ByLanguage<T> {
    /// English comes first, and is used for every language that is not named.
    values: Vec<(&'static str, T)>,
    /// Common words with the set of languages that have them.
    words: Hashed,
}

impl<T> ByLanguage<T> {
    /// Starts with English, which is also used where no other language is meant.
    pub fn new(english: T) -> Self {
        Self {
            values: vec![(ENGLISH, english)],
            words: Hashed::default(),
        }
    }

    /// Adds a language: `de`. One without a list of common words is chosen by the locale only.
    ///
    /// # Panics
    ///
    /// When 16 languages are there already.
    #[must_use]
    pub fn with(mut self, language: &'static str, value: T) -> Self {
        assert!(self.values.len() < MOST_LANGUAGES, "a set of languages has 16 bits");
        if self.values.len() == 1 {
            self.words = Hashed::with_room(LANGUAGES.iter().map(|(_, file)| file.split_whitespace().count()).sum());
            self.learn(0);
        }
        self.values.push((language, value));
        self.learn(self.values.len() - 1);
        self
    }

    fn learn(&mut self, language: usize) {
        let name = self.values[language].0;
        let lines = LANGUAGES.iter().filter(|(known, _)| *known == name);
        let words = lines
            .flat_map(|(_, file)| file.lines())
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace);
        for word in words {
            *self.words.entry(hash(b'=', word)) |= 1 << language;
        }
    }

    /// The value for the language of a text. `locale` is the writer's, and asked for only when the words leave the
    /// choice open: a text of one common word, or of words that several languages share.
    pub fn pick(&self, text: &Reading, locale: impl FnOnce() -> String) -> &T {
        self.candidates(text, locale).next().unwrap_or(&self.values[0].1)
    }

    /// The values for the languages that a text may be in, the likeliest first: as [`pick`](Self::pick), and where
    /// the locale does not settle it either, the others that it may be.
    pub fn candidates(&self, text: &Reading, locale: impl FnOnce() -> String) -> impl Iterator<Item = &T> {
        let open = self.settled(text, locale);
        let values = self.values.iter().enumerate();
        values.filter_map(move |(index, (_, value))| (open >> index & 1 == 1).then_some(value))
    }

    /// Whether English is among the languages that a text may be in.
    pub fn may_be_english(&self, text: &Reading, locale: impl FnOnce() -> String) -> bool {
        self.settled(text, locale) & 1 == 1
    }

    /// The set of languages that a text may be in, once the locale was asked if need be.
    fn settled(&self, text: &Reading, locale: impl FnOnce() -> String) -> u16 {
        let open = self.left_open(text);
        if open.is_power_of_two() {
            return open;
        }
        let hint = self.hinted(&locale());
        // English, which comes first, is the likeliest of those that are left.
        if open & hint == 0 { open } else { hint }
    }

    /// The set of languages that the words of a text leave open: one bit each, and one bit at least.
    fn left_open(&self, text: &Reading) -> u16 {
        if self.values.len() == 1 {
            return 1;
        }
        let scores = self.scores(text);
        let long = text.words().len() > SHORT;
        let best = scores[..self.values.len()].iter().max().copied().unwrap_or_default();
        let open = (0..self.values.len())
            .filter(|&index| scores[index] == best)
            .fold(0_u16, |open, index| open | 1 << index);
        // The lowest bit: the first of the languages, once the text is too long to be judged in several.
        if long { open & open.wrapping_neg() } else { open }
    }

    /// The set with the locale's language, or an empty one.
    fn hinted(&self, locale: &str) -> u16 {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        (0..self.values.len())
            .filter(|&index| self.values[index].0.eq_ignore_ascii_case(language))
            .fold(0, |hint, index| hint | 1 << index)
    }

    fn scores(&self, text: &Reading) -> [u16; MOST_LANGUAGES] {
        let mut scores = [0; MOST_LANGUAGES];
        for word in text.words().iter().take(MOST_WORDS) {
            let [hash, _] = word.hashes;
            let mut languages = self.words.get(hash).unwrap_or_default();
            let worth = if languages.is_power_of_two() { OWN_WORD } else { 1 };
            while languages != 0 {
                scores[languages.trailing_zeros() as usize] += worth;
                languages &= languages - 1;
            }
        }
        scores
    }
}

impl ByLanguage<Lexicon> {
    /// What the lexicon of the text's language says. Where the words leave the language open, as in `arnaque !` or
    /// `no`, the locale's is asked first, then the others, until one is rather sure.
    pub fn judge(&self, text: &Reading, locale: impl FnOnce() -> String) -> Verdict<'_> {
        let open = self.left_open(text);
        let first = match open.is_power_of_two() {
            true => open,
            false => open & self.hinted(&locale()),
        };
        let (mut surest, mut verdict) = (-1.0, Verdict::default());
        for set in [first, open & !first] {
            for index in (0..self.values.len()).filter(|index| set >> index & 1 == 1) {
                let told = self.values[index].1.judge(text);
                let sure = told.confidence();
                if sure > surest {
                    (surest, verdict) = (sure, told);
                }
                if surest >= RATHER_SURE {
                    return verdict;
                }
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LexiconBuilder;

    fn words() -> ByLanguage<&'static str> {
        ByLanguage::new("human")
            .with("de", "Mensch")
            .with("es", "persona")
            .with("fr", "humain")
            .with("pt", "pessoa")
            .with("nl", "mens")
    }

    #[track_caller]
    fn check(stories: &[(&str, &str, &str)]) {
        for &(text, locale, word) in stories {
            let picked = words();
            assert_eq!(*picked.pick(&Reading::of(text), || locale.into()), word, "{text}");
        }
    }

    #[test]
    fn the_words_decide_against_the_locale() {
        check(&[
            ("can I talk to somebody please", "de-DE", "human"),
            ("ich möchte mit jemandem reden", "en-US", "Mensch"),
            ("ICH MOECHTE MIT JEMANDEM REDEN", "en-US", "Mensch"),
            ("quiero hablar con alguien ya", "en", "persona"),
            ("je veux parler à quelqu'un", "en", "humain"),
            ("quero falar com alguém", "es-MX", "pessoa"),
            ("no me sirve", "en", "persona"),
            ("nao da certo", "", "pessoa"),
        ]);
    }

    #[test]
    fn the_locale_settles_what_the_words_leave_open_and_else_it_is_english() {
        check(&[
            ("agent", "fr-CA", "humain"),
            ("agent", "DE_at", "Mensch"),
            ("agent", "", "human"),
            ("humano", "pt-BR", "pessoa"),
            ("humano", "en", "persona"),
            ("hola", "en", "persona"),
            ("?!", "de", "Mensch"),
            ("?!", "ja", "human"),
            ("xyzzy", "nl", "mens"),
            ("", "", "human"),
        ]);
    }

    #[test]
    fn what_neither_words_nor_locale_settle_may_be_several_languages() {
        let picked = words();
        let may_be = |text: &str, locale: &str| {
            let values: Vec<_> = picked
                .candidates(&Reading::of(text), || locale.into())
                .copied()
                .collect();
            values
        };
        assert_eq!(may_be("agent", ""), ["human", "Mensch", "humain"]);
        assert_eq!(may_be("agent", "fr"), ["humain"]);
        assert_eq!(may_be("hola agent", ""), ["persona"]);
        assert_eq!(may_be("xyzzy", "ja").len(), 6);
    }

    #[test]
    fn a_text_of_shared_words_is_judged_by_each_language_until_one_is_sure() {
        let lexicon = |rules: &str| LexiconBuilder::default().read(rules).expect("is sound").build(false);
        let words = ByLanguage::new(lexicon("0.60 english: no"))
            .with("es", lexicon("0.70 spanish: no"))
            .with("fr", lexicon("0.80 french: arnaque"));
        for (text, locale, rule) in [
            ("no", "", Some("english")),
            ("no", "es", Some("spanish")),
            ("arnaque", "en", Some("french")),
            ("no quiero", "en", Some("spanish")),
            ("agent", "en", None),
        ] {
            let reading = Reading::of(text);
            let verdict = words.judge(&reading, || locale.into());
            assert_eq!(verdict.hits().first().map(|hit| hit.rule), rule, "{text} {locale}");
        }
    }

    #[test]
    fn nobody_asks_for_the_locale_when_there_is_no_choice() {
        let one = ByLanguage::new(1);
        assert_eq!(
            *one.pick(&Reading::of("agent"), || unreachable!("one language only")),
            1
        );
        let sure = Reading::of("I want to talk to a human");
        assert_eq!(*words().pick(&sure, || unreachable!("the words are sure")), "human");
    }

    #[test]
    fn the_lists_are_sorted_and_written_as_words_are_compared() {
        for (language, file) in LANGUAGES {
            let lines = file.lines().filter(|line| !line.starts_with('#'));
            let listed: Vec<_> = lines.flat_map(str::split_whitespace).collect();
            assert!(
                listed.is_sorted_by(|a, b| a < b),
                "{language} is sorted, each word once"
            );
            for word in listed {
                let reading = Reading::of(word);
                assert_eq!(reading.normal(&reading.words()[0]), word, "{language}");
            }
        }
    }
}
