//! What a command shows, and where: answers on standard output, everything else on standard error.
//!
//! On a terminal a list is a table of its width; in a pipe it is the same columns, tab-separated, without a header, for
//! `cut` and `awk`; with `--json` it is the API's own answer. Texts of customers come from strangers, so control
//! characters never reach a terminal. A reader who went away (`| head`) ends a command quietly.

use std::io::{self, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::exit::{Exit, Failure};

/// A terminal that does not say how wide it is.
const WIDTH: u16 = 100;

/// Where a command writes.
pub(crate) struct Screen<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
    pub(crate) look: Look,
}

/// How it writes.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Columns of the terminal; `None` for a pipe or a file.
    pub(crate) width: Option<u16>,
    /// Whether standard error may have colours.
    pub(crate) colour: bool,
    /// Whether answers are JSON.
    pub(crate) json: bool,
    /// In which zone times are shown.
    pub(crate) zone: TimeZone,
}

impl Look {
    /// As the process was started.
    pub(crate) fn of_process() -> Self {
        let width = io::stdout().is_terminal().then(|| {
            let size = terminal_size::terminal_size_of(io::stdout()).map(|(terminal_size::Width(width), _)| width);
            size.filter(|width| *width > 0).unwrap_or(WIDTH)
        });
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = io::stderr().is_terminal() && !no_colour && !dumb;
        Self {
            width,
            colour,
            json: false,
            zone: TimeZone::system(),
        }
    }
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Doubtful,
    Bad,
}

type Shown = Result<(), Failure>;

impl Screen<'_> {
    /// A line of the answer; control characters in it are made harmless.
    pub(crate) fn line(&mut self, text: &str) -> Shown {
        writeln!(self.out, "{}", clean(text)).map_err(|error| gone(&error))
    }

    /// A line of the answer behind a word for how it stands.
    pub(crate) fn marked(&mut self, mark: Mark, word: &str, text: &str) -> Shown {
        let word = match self.look.width {
            Some(_) => self.paint(mark, word),
            None => word.to_owned(),
        };
        writeln!(self.out, "{word}  {}", clean(text)).map_err(|error| gone(&error))
    }

    /// Several lines of the answer.
    pub(crate) fn lines(&mut self, text: &str) -> Shown {
        text.lines().try_for_each(|line| self.line(line))
    }

    /// The answer as JSON.
    pub(crate) fn json(&mut self, value: &Value) -> Shown {
        let text = match self.look.width {
            Some(_) => format!("{value:#}"),
            None => value.to_string(),
        };
        writeln!(self.out, "{text}").map_err(|error| gone(&error))
    }

    /// A remark that is no part of the answer.
    pub(crate) fn note(&mut self, text: &str) {
        // Nobody is left to be told that nobody reads it.
        drop(writeln!(self.err, "{}", clean(text)));
    }

    /// Why the command failed.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        let text = match self.look.json {
            true => failure.json().to_string(),
            false => format!("{} {}", self.paint(Mark::Bad, "error:"), clean(&failure.text())),
        };
        drop(writeln!(self.err, "{text}"));
    }

    /// A list.
    pub(crate) fn table<const N: usize>(&mut self, columns: [&str; N], rows: Vec<[String; N]>) -> Shown {
        let Some(width) = self.look.width else {
            for row in rows {
                let row: Vec<_> = row.iter().map(|cell| flat(cell)).collect();
                writeln!(self.out, "{}", row.join("\t")).map_err(|error| gone(&error))?;
            }
            return Ok(());
        };
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
        table.set_header(columns);
        table.add_rows(
            rows.iter()
                .map(|row| row.iter().map(|cell| flat(cell)).collect::<Vec<_>>()),
        );
        for column in 0..N {
            if let Some(column) = table.column_mut(column) {
                column.set_padding((0, 2)).set_cell_alignment(CellAlignment::Left);
            }
        }
        let text = table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n");
        writeln!(self.out, "{text}").map_err(|error| gone(&error))
    }

    /// One of several lists, whose columns are named in a pipe too.
    pub(crate) fn named_table<const N: usize>(&mut self, columns: [&str; N], rows: Vec<[String; N]>) -> Shown {
        if self.look.width.is_none() {
            writeln!(self.out, "# {}", columns.join("\t")).map_err(|error| gone(&error))?;
        }
        self.table(columns, rows)
    }

    /// What one thing is, name by name; without a value a name is left out, further lines are set in.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) -> Shown {
        let longest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            let mut lines = value.lines();
            let first = lines.next().unwrap_or_default().to_owned();
            self.line(&format!("{name:<longest$}  {first}"))?;
            for line in lines {
                self.line(&format!("{:longest$}  {line}", ""))?;
            }
        }
        Ok(())
    }

    /// A time of the API in the zone that was chosen; what is no time stays as it is.
    pub(crate) fn time(&self, text: &str) -> String {
        match text.parse::<Timestamp>() {
            Ok(at) => at
                .to_zoned(self.look.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S %Z")
                .to_string(),
            Err(_) => text.to_owned(),
        }
    }

    fn paint(&self, mark: Mark, word: &str) -> String {
        if !self.look.colour {
            return word.to_owned();
        }
        let colour = match mark {
            Mark::Good => AnsiColor::Green,
            Mark::Doubtful => AnsiColor::Yellow,
            Mark::Bad => AnsiColor::Red,
        };
        let style = Style::new().bold().fg_color(Some(colour.into()));
        format!("{style}{word}{style:#}")
    }
}

/// A text without control characters but line ends.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c })
        .collect()
}

/// A text on one line.
fn flat(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    clean(spaced.trim())
}

/// Writing the answer failed.
fn gone(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::new(Exit::Done, "nobody reads on");
    }
    Failure::new(Exit::Internal, "the answer cannot be written").because(error)
}
