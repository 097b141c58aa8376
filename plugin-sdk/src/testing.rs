//! Making a plugin in a native test exactly as the host would: from settings in JSON.

use crate::{Detector, Fault, Message, Strategy, Template, TestConversation, settings};

/// Makes a detector from settings in JSON.
///
/// # Errors
///
/// The [`Fault`] that the host would show to the author of a pack.
pub fn detector<P: Detector>(json: &str) -> Result<P, Fault> {
    settings::parse(json).and_then(P::new)
}

/// Those of a customer's messages in which a detector finds something with at least this confidence.
///
/// # Panics
///
/// When it fails on one of them.
pub fn found<'a, D: Detector>(detector: &D, confidence: f32, texts: &[&'a str]) -> Vec<&'a str> {
    let finds = |text: &&str| {
        let signals = detector.detect(&Message::customer(*text), &TestConversation::default());
        let signals = signals.unwrap_or_else(|error| panic!("{text}: {error}"));
        signals.iter().any(|signal| signal.confidence >= confidence)
    };
    texts.iter().copied().filter(finds).collect()
}

/// Makes a strategy from settings in JSON.
///
/// # Errors
///
/// The [`Fault`] that the host would show to the author of a pack.
pub fn strategy<P: Strategy>(json: &str) -> Result<P, Fault> {
    settings::parse(json).and_then(P::new)
}

/// Makes a template from settings in JSON.
///
/// # Errors
///
/// The [`Fault`] that the host would show to the author of a pack.
pub fn template<P: Template>(json: &str) -> Result<P, Fault> {
    settings::parse(json).and_then(P::new)
}

#[cfg(test)]
pub(crate) mod plain {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use crate::{Conversation, Detector, Fault, Message, Signal};

    /// The smallest detector: one word, looked for as it stands.
    pub(crate) struct Plain {
        pub(crate) word: String,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    pub(crate) struct Settings {
        word: String,
    }

    impl Detector for Plain {
        const NAME: &'static str = "plain";
        const SUMMARY: &'static str = "Finds one word.";
        type Settings = Settings;

        fn new(settings: Settings) -> Result<Self, Fault> {
            if settings.word.is_empty() {
                return Err(Fault::at("/word", "is empty"));
            }
            Ok(Self { word: settings.word })
        }

        fn detect(&self, message: &Message, _: &dyn Conversation) -> Result<Vec<Signal>, String> {
            let found = message.text.find(&self.word);
            Ok(found
                .map(|at| Signal::new(1.0).span(at..at + self.word.len(), "word"))
                .into_iter()
                .collect())
        }
    }
}
