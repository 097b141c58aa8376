//! A report as a table for a spreadsheet: one row for each group, or one for all.

use serde_json::{Value, json};

use super::Report;

/// Comma-separated values with a header; times in milliseconds, shares from 0 to 1, nothing where there is no figure.
///
/// A group whose name a spreadsheet would take for a formula gets an apostrophe before it.
pub fn csv(report: &Report) -> String {
    let by = report.group_by.map_or("group", |by| by.as_str());
    let total = [("all".to_owned(), &report.total)];
    let groups = report.groups.iter().map(|row| (row.name.clone(), &row.figures));
    let rows: Vec<(String, _)> = if report.group_by.is_none() {
        total.into()
    } else {
        groups.collect()
    };
    // The columns are those of the total, so that a report without groups has a header too.
    let header: Vec<String> = flat(&json!(report.total)).into_iter().map(|(name, _)| name).collect();
    let mut text = line([by.to_owned()].into_iter().chain(header.iter().cloned()));
    for (name, figures) in rows {
        let values = flat(&json!(figures));
        let value = |column: &String| {
            values
                .iter()
                .find(|(name, _)| name == column)
                .map(|(_, value)| value.clone())
        };
        let cells = header.iter().map(|column| value(column).unwrap_or_default());
        text.push_str(&line([name].into_iter().chain(cells)));
    }
    text
}

/// Every number with its path: `first_response_p50_ms`. Outcomes have a column each, whether they occur or not.
fn flat(figures: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in figures.as_object().into_iter().flatten() {
        match value {
            Value::Object(parts) if name == "outcomes" => {
                for outcome in baton_core::Outcome::ALL {
                    let count = parts.get(outcome.as_str()).and_then(Value::as_u64).unwrap_or(0);
                    found.push((
                        format!("outcome_{}", outcome.as_str().replace('-', "_")),
                        count.to_string(),
                    ));
                }
            }
            Value::Object(parts) => {
                found.extend(
                    parts
                        .iter()
                        .map(|(part, value)| (format!("{name}_{part}"), cell(value))),
                );
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                found.push((name.clone(), cell(value)));
            }
        }
    }
    found
}

fn cell(value: &Value) -> String {
    if value.is_null() {
        String::new()
    } else {
        value.to_string()
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| {
        let cell = match cell.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t') => format!("'{cell}"),
            Some(_) | None => cell,
        };
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_break_out_of_its_column_or_become_a_formula() {
        let cells = ["a,b", "say \"hi\"", "=1+1", "two\nlines", "plain"].map(str::to_owned);
        assert_eq!(
            line(cells.into_iter()),
            "\"a,b\",\"say \"\"hi\"\"\",'=1+1,\"two\nlines\",plain\r\n"
        );
    }
}
