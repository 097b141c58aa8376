//! Which language's tables judge a message.
//!
//! The host is asked for the locale only when there is a choice: a call to the host costs more than a look-up.

/// One value per language, by the first part of a BCP 47 tag.
#[derive(Debug)]
pub struct ByLanguage<T> {
    fallback: T,
    others: Vec<(&'static str, T)>,
}

impl<T> ByLanguage<T> {
    /// Starts with what is used for every language that is not named.
    pub fn new(fallback: T) -> Self {
        Self {
            fallback,
            others: Vec::new(),
        }
    }

    /// Adds a language: `de`.
    #[must_use]
    pub fn with(mut self, language: &'static str, value: T) -> Self {
        self.others.push((language, value));
        self
    }

    /// The value for the locale, which is asked for only if there is more than one.
    pub fn pick(&self, locale: impl FnOnce() -> String) -> &T {
        if self.others.is_empty() {
            return &self.fallback;
        }
        let locale = locale().to_ascii_lowercase();
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        self.others
            .iter()
            .find(|(known, _)| *known == language)
            .map_or(&self.fallback, |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_decides_and_the_region_does_not() {
        let words = ByLanguage::new("human").with("de", "Mensch").with("es", "persona");
        for (locale, word) in [
            ("de-AT", "Mensch"),
            ("ES_mx", "persona"),
            ("ja", "human"),
            ("", "human"),
        ] {
            assert_eq!(*words.pick(|| locale.into()), word, "{locale}");
        }
    }

    #[test]
    fn nobody_asks_for_the_locale_when_there_is_no_choice() {
        assert_eq!(*ByLanguage::new(1).pick(|| unreachable!("one language only")), 1);
    }
}
