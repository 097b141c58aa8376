//! Words, lexicons and patterns: what the built-in detectors share.
//!
//! A text is read once into words that remember their bytes; a lexicon, which is a data file that a translator can
//! write, is compiled ahead into small sorted tables; judging a message is one look-up per word and a few steps per
//! match. No regular expression and no allocation per rule, because each message is judged by a fresh instance that
//! pays for every page it touches.

mod reading;
pub use reading::{Reading, Word};

mod stem;
pub use stem::stem;

mod hashed;
mod typos;
mod vocabulary;
pub use vocabulary::{Class, Meaning, Vocabulary, VocabularyBuilder};

mod draft;
mod lexicon;
pub use lexicon::{Lexicon, LexiconBuilder, LexiconError};

mod matching;
pub use matching::Mark;
mod rules;
pub use rules::{Hit, Verdict};

mod kinds;
pub use kinds::{kind, together};

mod numbers;
pub use numbers::{Number, numbers};

pub mod money;

mod amounts;
pub use amounts::{Amount, Counts, NOUNS_EN, Nouns, amounts};

mod codes;
pub use codes::{Shape, Token, tokens};

mod names;
pub use names::name_at;

mod trade;
pub use trade::check_phrases;

mod language;
pub use language::ByLanguage;

mod learnt;
pub use learnt::{Bounds, Feature, Found, LEARNT, Learnt, LearntError, Weighed, Weights, Window};
