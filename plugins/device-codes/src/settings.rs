//! What a pack may set of `device-codes`.

use baton_plugin_sdk::Fault;
use schemars::JsonSchema;
use serde::Deserialize;

/// More words than these are no exceptions any more.
const MOST_WORDS: usize = 200;

/// Settings of the detector `device-codes`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Shapes of model numbers that are sure by themselves: `#` is a digit, `@` a letter, `?` either, `+` behind one of
    /// them one or more: `24???###?###`.
    pub models: Vec<String>,
    /// Shapes of error codes that are sure by themselves, such as `F.##`.
    pub errors: Vec<String>,
    /// Words behind which a code is none of these, such as `van` or `job`.
    pub not: Vec<String>,
}

/// The words of a setting in lower case, sorted.
pub(crate) fn words(not: &[String]) -> Result<Vec<String>, Fault> {
    if not.len() > MOST_WORDS {
        let problem = format!("is one of {}; at most {MOST_WORDS}", not.len());
        return Err(Fault::at(format!("/not/{MOST_WORDS}"), problem));
    }
    let single = |word: &String| !word.is_empty() && word.chars().all(char::is_alphanumeric);
    if let Some(index) = not.iter().position(|word| !single(word)) {
        return Err(Fault::at(
            format!("/not/{index}"),
            "is not one word of letters or digits",
        ));
    }
    let mut words: Vec<_> = not.iter().map(|word| word.to_lowercase()).collect();
    words.sort_unstable();
    Ok(words)
}
