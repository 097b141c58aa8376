//! From the settings' JSON to a plugin's own type, and the faults that name the place.
//!
//! A fault carries a JSON Pointer, because the host knows which line of the pack's TOML stands at each pointer: the
//! author of a pack is shown their own file, never our JSON.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// Why settings were refused, for the person who wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) into the settings: `/examples/0`; empty for the whole.
    pub pointer: String,
    /// What is wrong, and what is expected there.
    pub message: String,
}

impl Fault {
    /// A fault of the settings as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self::at("", message)
    }

    /// A fault at one place: `Fault::at("/examples/0", "is empty; give a phrase of at least one word")`.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer}: {}", self.message),
        }
    }
}

impl std::error::Error for Fault {}

/// Reads settings as the host gives them.
///
/// # Errors
///
/// A [`Fault`] at the value that does not fit; an unknown key is one where the type says `deny_unknown_fields`.
pub(crate) fn parse<S: DeserializeOwned>(json: &str) -> Result<S, Fault> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|error| Fault::new(format!("settings are not JSON: {error}")))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let message = error.inner().to_string();
        let mut pointer = pointer(error.path());
        // The path ends at the object that holds the unknown key; the author looks for the key itself.
        if let Some(key) = message
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split('`').next())
        {
            let token = escape(key);
            if !pointer.ends_with(&token) {
                pointer.push_str(&token);
            }
        }
        Fault { pointer, message }
    })
}

/// The JSON Schema (2020-12) of a plugin's settings.
pub(crate) fn schema<S: JsonSchema>() -> String {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<S>()
        .as_value()
        .to_string()
}

fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => escape(key),
            // Neither stands in the JSON by a name of its own.
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

fn escape(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read by serde only")]
    struct Settings {
        /// Words to look for.
        #[serde(default)]
        words: Vec<String>,
        #[serde(default)]
        rules: Vec<Rule>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read by serde only")]
    struct Rule {
        weight: f32,
    }

    #[test]
    fn a_fault_points_at_the_value_that_does_not_fit() {
        for (json, place, says) in [
            (r#"{"words": ["a", 7]}"#, "/words/1", "invalid type"),
            (r#"{"wrods": []}"#, "/wrods", "unknown field `wrods`, expected"),
            (
                r#"{"rules": [{"weight": 1, "a/b~c": 2}]}"#,
                "/rules/0/a~1b~0c",
                "unknown field",
            ),
            (r#"{"rules": [{}]}"#, "/rules/0", "missing field `weight`"),
            (r#"{"rules": [{"weight": "x"}]}"#, "/rules/0/weight", "invalid type"),
            ("{", "", "settings are not JSON"),
            ("[1]", "/0", "invalid type"),
        ] {
            let fault = parse::<Settings>(json).expect_err(json);
            assert_eq!(fault.pointer, place, "{json}: {fault}");
            assert!(fault.message.contains(says), "{json}: {fault}");
        }
    }

    #[test]
    fn the_schema_names_its_draft_and_carries_the_doc_comments() {
        let schema = schema::<Settings>();
        assert!(
            schema.contains("https://json-schema.org/draft/2020-12/schema"),
            "{schema}"
        );
        assert!(schema.contains("Words to look for."), "{schema}");
        assert!(schema.contains(r#""additionalProperties":false"#), "{schema}");
    }
}
