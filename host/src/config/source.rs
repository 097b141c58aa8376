//! A TOML text that still knows where each of its values stands.
//!
//! Checks name a value by its JSON Pointer, as a plugin does that refuses its settings, and this file
//! alone turns pointers into lines and columns. So the forms stay plain structs without spans, and one
//! mechanism serves syntax, shape, sense and plugins. The text is parsed again for each place that is
//! asked for: that happens only when something is wrong.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape;

/// How many errors are printed before the rest is only counted.
const PRINTED_ERRORS: usize = 20;

/// How many errors are looked for: each costs a walk over the text, and nobody mends more at once.
pub(crate) const MOST_ERRORS: usize = 100;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    /// From 1, in characters; 0 where the whole file is meant.
    pub column: usize,
}

/// `baton.toml:3:8`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// One thing that is wrong in a configuration or a rule pack, printed with its line and a caret.
///
/// Secrets that stand in the line are printed as stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub message: String,
    quote: Option<Quote>,
}

/// The line of an error, and how many characters of it are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Quote {
    line: String,
    width: usize,
}

impl ConfigError {
    /// An error of a whole file, such as one that cannot be read.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        let place = Place {
            file: file.to_owned(),
            line: 0,
            column: 0,
        };
        Self {
            place,
            message: message.into(),
            quote: None,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.place.line.to_string();
        let gutter = " ".repeat(number.len());
        write!(f, "{}\n{gutter}--> {}", self.message, self.place)?;
        if let Some(Quote { line, width }) = &self.quote {
            let before = line.chars().take(self.place.column - 1);
            let indent: String = before.map(|c| if c == '\t' { c } else { ' ' }).collect();
            let carets = "^".repeat(*width);
            write!(f, "\n{gutter} |\n{number} | {line}\n{gutter} | {indent}{carets}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Success when there is nothing wrong.
    ///
    /// # Errors
    ///
    /// The errors, sorted by place.
    pub(crate) fn check(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        errors.sort_by(|a, b| a.place.cmp(&b.place));
        errors.dedup();
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// All of them; at least one.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.0.iter().take(PRINTED_ERRORS).enumerate() {
            write!(f, "{}{error}", if n == 0 { "" } else { "\n\n" })?;
        }
        match self.0.len().saturating_sub(PRINTED_ERRORS) {
            0 => Ok(()),
            more => write!(f, "\n\nand {more} more"),
        }
    }
}

impl std::error::Error for ConfigErrors {}

/// A TOML text and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    file: String,
    text: String,
}

impl Source {
    pub(crate) fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        let (file, text) = (file.into(), text.into());
        Self { file, text }
    }

    /// Reads a form: first the syntax, then every value against the form's schema, then the form itself.
    ///
    /// # Errors
    ///
    /// One syntax error, or everything that does not fit the schema.
    pub(crate) fn read<T: DeserializeOwned + JsonSchema>(&self) -> Result<T, ConfigErrors> {
        let syntax = |e: toml::de::Error| ConfigErrors::from(self.error_in(&e.span().unwrap_or(0..0), e.message()));
        let table = DeTable::parse(&self.text).map_err(syntax)?;
        ConfigErrors::check(shape::check(self, &shape::schema_of::<T>(), table.get_ref(), &(0..0)))?;
        toml::from_str(&self.text).map_err(syntax)
    }

    /// The place of the value that a JSON Pointer names, or of the nearest one around it that is there.
    pub(crate) fn place_of(&self, pointer: &str) -> Place {
        self.place(self.span_of(pointer).start)
    }

    /// An error at the value that a JSON Pointer names, or at the nearest one around it that is there.
    pub(crate) fn error(&self, pointer: &str, message: impl Into<String>) -> ConfigError {
        self.error_in(&self.span_of(pointer), message)
    }

    /// An error at a line and column, both from 1.
    pub(crate) fn error_at(&self, line: usize, column: usize, message: impl Into<String>) -> ConfigError {
        let lines = self.text.split_inclusive('\n');
        let before: usize = lines.clone().take(line - 1).map(str::len).sum();
        let chars = lines.clone().nth(line - 1).unwrap_or_default().chars();
        let start = before + chars.take(column - 1).map(char::len_utf8).sum::<usize>();
        self.error_in(&(start..start), message)
    }

    /// An error at a range of bytes.
    pub(crate) fn error_in(&self, span: &Range<usize>, message: impl Into<String>) -> ConfigError {
        let place = self.place(span.start);
        let line = self.text.lines().nth(place.line - 1).unwrap_or_default();
        let marked = self.text.get(span.clone()).unwrap_or_default();
        let rest_of_line = line.chars().count().saturating_sub(place.column - 1);
        let width = marked.lines().next().unwrap_or_default().chars().count();
        let quote = Quote {
            line: hide_secrets(line),
            width: width.min(rest_of_line).max(1),
        };
        ConfigError {
            place,
            message: message.into(),
            quote: Some(quote),
        }
    }

    /// As [`Source::error_in`], for a value that must not be shown.
    pub(crate) fn error_hiding(&self, span: &Range<usize>, message: impl Into<String>) -> ConfigError {
        let mut error = self.error_in(span, message);
        if let Some(Quote { line, width }) = &mut error.quote {
            let hidden = error.place.column - 1..error.place.column - 1 + *width;
            let stars = |(n, c)| if hidden.contains(&n) { '*' } else { c };
            *line = line.chars().enumerate().map(stars).collect();
        }
        error
    }

    /// Everything in the table `key`, below the table that a JSON Pointer names, that does not fit a JSON Schema. One that is
    /// not there is an empty one.
    pub(crate) fn misfits(&self, pointer: &str, key: &str, schema: &Value) -> Vec<ConfigError> {
        let Ok(root) = DeTable::parse(&self.text) else {
            return Vec::new();
        };
        let around = self.span_of(pointer);
        let inner = format!("{pointer}/{key}");
        match find(&root, &inner) {
            Some(item) => match item.get_ref().as_table() {
                Some(table) => shape::check(self, schema, table, &item.span()),
                None => Vec::new(),
            },
            None => shape::check(self, schema, &DeTable::new(), &around),
        }
    }

    fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn span_of(&self, pointer: &str) -> Range<usize> {
        let Ok(root) = DeTable::parse(&self.text) else {
            return 0..0;
        };
        let (mut span, mut table, mut array) = (root.span(), Some(root.get_ref()), None);
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let item: Option<&Spanned<DeValue<'_>>> = match (table, array) {
                (Some(table), _) => table.get(part.as_str()),
                (None, Some(array)) => part
                    .parse::<usize>()
                    .ok()
                    .and_then(|n| <[Spanned<DeValue<'_>>]>::get(array, n)),
                (None, None) => None,
            };
            let Some(item) = item else { break };
            span = item.span();
            table = item.get_ref().as_table();
            array = item.get_ref().as_array().map(|array| &**array);
        }
        span
    }
}

/// The value that a JSON Pointer names.
fn find<'a, 'i>(root: &'a Spanned<DeTable<'i>>, pointer: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    let (mut table, mut array, mut found) = (Some(root.get_ref()), None, None);
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let item: &Spanned<DeValue<'_>> = match (table, array) {
            (Some(table), _) => table.get(part.as_str())?,
            (None, Some(items)) => <[Spanned<DeValue<'_>>]>::get(items, part.parse::<usize>().ok()?)?,
            (None, None) => return None,
        };
        table = item.get_ref().as_table();
        array = item.get_ref().as_array().map(|array| &**array);
        found = Some(item);
    }
    found
}

/// Escapes one part of a JSON Pointer.
pub(crate) fn pointer_part(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(word, name);
    let near = |name: &&str| distance(name) <= (word.chars().count() / 3).max(1);
    names.into_iter().filter(near).min_by_key(|n| distance(n))
}

/// ``; did you mean `name`?`` where a name is near, else what there is.
pub(crate) fn suggest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let quoted = |name: &&str| format!("`{name}`");
    match (nearest(word, names.iter().copied()), names.as_slice()) {
        (Some(name), _) => format!("; did you mean `{name}`?"),
        (None, []) => String::new(),
        (None, [only]) => format!("; expected `{only}`"),
        (None, _) => {
            let names: Vec<_> = names.iter().map(quoted).collect();
            format!("; expected one of {}", names.join(", "))
        }
    }
}

/// Puts stars over what follows the marks by which our secrets are known; the line keeps its length.
fn hide_secrets(line: &str) -> String {
    let mut hidden = String::new();
    let mut rest = line;
    while let Some(at) = ["whsec_", "baton_"]
        .iter()
        .filter_map(|mark| Some(rest.find(mark)? + mark.len()))
        .min()
    {
        let (before, after) = rest.split_at(at);
        let secret = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
        let end = after.find(|c| !secret(c)).unwrap_or(after.len());
        hidden.push_str(before);
        hidden.push_str(&"*".repeat(end));
        rest = &after[end..];
    }
    hidden + rest
}
