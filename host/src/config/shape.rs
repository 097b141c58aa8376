//! Whether a TOML text has the shape that a form wants, told all at once.
//!
//! serde stops at the first thing that does not fit and cannot name the key that was meant. So the form's
//! JSON Schema, derived from the same struct, is walked beside the text first: unknown keys, wrong types,
//! impossible numbers and unreadable words are all reported, each at its place. Only the schema words that
//! our forms produce are known here.

use std::fmt::Display;
use std::ops::Range;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::{ConfigError, MOST_ERRORS, Source, suggest};
use super::text;

/// The schema of a form in one piece, without references.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Everything in a table that does not fit a schema; `span` is the table's, for keys that are missing.
pub(crate) fn check(source: &Source, schema: &Value, table: &DeTable<'_>, span: &Range<usize>) -> Vec<ConfigError> {
    let mut walk = Walk {
        source,
        path: Vec::new(),
        errors: Vec::new(),
    };
    walk.table(schema, table, span);
    walk.errors
}

type Span = Range<usize>;

struct Walk<'a> {
    source: &'a Source,
    /// The keys on the way, for a table's header in a message.
    path: Vec<String>,
    errors: Vec<ConfigError>,
}

impl Walk<'_> {
    fn error(&mut self, span: &Span, message: impl Into<String>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(self.source.error_in(span, message));
        }
    }

    fn value(&mut self, schema: &Value, value: &Spanned<DeValue<'_>>) {
        let span = value.span();
        let schema = alternative(schema, value.get_ref());
        let wanted = types(schema);
        let found = type_of(value.get_ref());
        let fits = |t: &&str| *t == found || (*t == "number" && found == "integer");
        if found == "date" {
            return self.error(&span, "expected a string; put the date in quotes");
        }
        if !wanted.is_empty() && !wanted.iter().any(fits) {
            let message = self.mismatch(schema, &wanted, found);
            return self.error(&span, message);
        }
        match value.get_ref() {
            DeValue::String(text) => self.string(schema, text, &span),
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => self.range(schema, n as f64, n, &span),
                Err(_) => self.error(&span, "the number is too big"),
            },
            DeValue::Float(n) => match n.as_str().parse::<f64>() {
                Ok(n) if n.is_finite() => self.range(schema, n, n, &span),
                Ok(_) | Err(_) => self.error(&span, "expected a finite number"),
            },
            DeValue::Array(items) => {
                self.length(schema, ["minItems", "maxItems"], items.len(), "item", &span);
                let each = schema.get("items").unwrap_or(&Value::Bool(true)).clone();
                for item in items.iter() {
                    self.value(&each, item);
                }
            }
            DeValue::Table(table) => {
                self.length(schema, ["minProperties", "maxProperties"], table.len(), "key", &span);
                self.table(schema, table, &span);
            }
            DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }

    fn table(&mut self, schema: &Value, table: &DeTable<'_>, span: &Span) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        for (key, value) in table {
            let known = properties.and_then(|p| p.get(key.get_ref().as_ref()));
            if known.is_none() && others == Some(&Value::Bool(false)) {
                let names = properties.into_iter().flat_map(|p| p.keys());
                let hint = suggest(key.get_ref(), names.map(String::as_str));
                self.error(&key.span(), format!("unknown key `{}`{hint}", key.get_ref()));
                continue;
            }
            let free = Value::Bool(true);
            self.path.push(key.get_ref().to_string());
            self.value(known.or(others).unwrap_or(&free), value);
            self.path.pop();
        }
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !table.contains_key(name) {
                self.error(span, format!("the key `{name}` is missing"));
            }
        }
    }

    fn string(&mut self, schema: &Value, text: &str, span: &Span) {
        self.length(
            schema,
            ["minLength", "maxLength"],
            text.chars().count(),
            "character",
            span,
        );
        let words = words(schema);
        if !words.is_empty() && !words.contains(&text) {
            let hint = suggest(text, words.iter().copied());
            self.error(span, format!("unknown word {text:?}{hint}"));
        }
        let format = schema.get("format").and_then(Value::as_str);
        let Some(Err(message)) = format.and_then(|format| text::check(format, text)) else {
            return;
        };
        if format.is_some_and(|format| format.starts_with("secret")) {
            self.errors.push(self.source.error_hiding(span, message));
        } else {
            self.error(span, message);
        }
    }

    /// `shown` is `n` as the file writes it.
    fn range(&mut self, schema: &Value, n: f64, shown: impl Display, span: &Span) {
        let bound = |name| schema.get(name).and_then(Value::as_f64);
        let widest = (schema.get("format").and_then(Value::as_str) == Some("uint32")).then_some(f64::from(u32::MAX));
        let (min, max) = (bound("minimum"), bound("maximum").or(widest));
        if min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max) {
            return;
        }
        let expected = match (min, max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => return,
        };
        self.error(span, format!("{shown} is out of range; expected {expected}"));
    }

    fn length(&mut self, schema: &Value, names: [&str; 2], length: usize, what: &str, span: &Span) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let (min, max) = (bound(names[0]), bound(names[1]));
        let has = length as u64;
        if let Some(min) = min.filter(|min| has < *min) {
            self.error(span, format!("expected at least {min} {what}, found {has}"));
        } else if let Some(max) = max.filter(|max| has > *max) {
            self.error(span, format!("expected at most {max} {what}s, found {has}"));
        }
    }

    fn mismatch(&self, schema: &Value, wanted: &[&str], found: &str) -> String {
        let items = schema.get("items").map(types).unwrap_or_default();
        if found == "object" && wanted == ["array"] && items == ["object"] {
            let header = self.path.join(".");
            return format!("expected an array of tables; write the header as `[[{header}]]`");
        }
        if found == "number" && wanted == ["integer"] {
            return "expected a whole number, found one with a point".into();
        }
        let wanted: Vec<_> = wanted.iter().map(|t| phrase(t)).collect();
        format!("expected {}, found {}", wanted.join(" or "), phrase(found))
    }
}

/// The alternative of an `anyOf` that has the value's type; the first one where none has.
fn alternative<'a>(schema: &'a Value, value: &DeValue<'_>) -> &'a Value {
    let Some(any) = schema.get("anyOf").and_then(Value::as_array) else {
        return schema;
    };
    let found = type_of(value);
    let wanted: Vec<&Value> = any.iter().map(|s| alternative(s, value)).collect();
    let fitting = wanted.iter().find(|s| types(s).contains(&found));
    // With every alternative refused, the whole tells all the types that would do.
    fitting.copied().unwrap_or(schema)
}

/// The types that a schema allows; none means any.
fn types(schema: &Value) -> Vec<&str> {
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        return any.iter().flat_map(types).collect();
    }
    let listed = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // TOML has no null: an optional key is left out.
    listed.into_iter().filter(|t| *t != "null").collect()
}

/// The words that a schema allows; none means any.
fn words(schema: &Value) -> Vec<&str> {
    let list = |name| schema.get(name).and_then(Value::as_array);
    let plain = list("enum").into_iter().flatten();
    let described = list("oneOf").into_iter().flatten();
    plain
        .chain(described.filter_map(|word| word.get("const")))
        .filter_map(Value::as_str)
        .collect()
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "string",
        DeValue::Integer(_) => "integer",
        DeValue::Float(_) => "number",
        DeValue::Boolean(_) => "boolean",
        DeValue::Datetime(_) => "date",
        DeValue::Array(_) => "array",
        DeValue::Table(_) => "object",
    }
}

fn phrase(name: &str) -> &str {
    match name {
        "string" => "a string in quotes",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "an array",
        "object" => "a table",
        other => other,
    }
}
