//! `baton doctor`: looks for what would keep the daemon from serving, and says what to do about each.
//!
//! Every check stands for itself and changes nothing, so that the doctor can be called beside a daemon that runs. A
//! failed check ends with status 1; a doubtful one does not, for a script must not stop over a matter of taste.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::local;
use super::remote::Remote;
use super::screen::{Mark, Screen};
use super::serve::config_or_default;

mod checks;
use checks::Check;

/// Look for what keeps the daemon from serving, and say what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  baton doctor\n  baton doctor --config baton.toml --verify --json")]
pub(super) struct Doctor {
    #[command(flatten)]
    remote: Remote,
    /// The configuration; baton.toml of this folder, if it is there, without it.
    #[arg(long, env = "BATON_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also read every row of the store; the daemon must be stopped.
    #[arg(long)]
    verify: bool,
}

impl Doctor {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let all = self.look()?;
        if screen.look.json {
            let told = all.iter().map(
                |Check {
                     mark,
                     about,
                     found,
                     remedy,
                 }| {
                    json!({ "check": about, "state": word(*mark).trim(), "found": found, "remedy": remedy })
                },
            );
            screen.json(&json!(told.collect::<Vec<_>>()))?;
        } else {
            for Check {
                mark,
                about,
                found,
                remedy,
            } in &all
            {
                let remedy = remedy
                    .as_ref()
                    .map_or(String::new(), |remedy| format!("\n      {remedy}"));
                screen.marked(*mark, word(*mark), &format!("{about}: {found}{remedy}"))?;
            }
        }
        match all.iter().filter(|check| check.mark == Mark::Bad).count() {
            0 => Ok(()),
            bad => Err(
                Failure::new(Exit::Refused, format!("{bad} of {} checks failed", all.len()))
                    .remedy("each line above says what to do"),
            ),
        }
    }

    fn look(&self) -> Result<Vec<Check>, Failure> {
        let config = config_or_default(self.config.clone());
        let source = config
            .as_ref()
            .map_or("built in".to_owned(), |file| file.display().to_string());
        let client = self.remote.anonymous()?;
        let daemon = client.ready();
        let mut all = vec![checks::clock(&daemon), checks::zones()];
        let settings = match local::settings(config.as_deref()) {
            Ok(settings) => settings,
            Err(failure) => {
                all.push(Check::bad(
                    "configuration",
                    failure.text(),
                    "correct what the lines name",
                ));
                all.push(checks::daemon(&client, &daemon));
                return Ok(all);
            }
        };
        all.push(Check::good("configuration", format!("{source} is sound")));
        all.extend(
            settings
                .packs
                .iter()
                .map(|id| Check::good("pack", format!("{id} is sound"))),
        );
        // What the command line names goes before the configuration, as in `serve`.
        let named = self.remote.data != std::path::Path::new(super::remote::DATA);
        let data = if named { &self.remote.data } else { &settings.data };
        all.extend(checks::folder(data, settings.reserve_bytes));
        if self.verify {
            all.push(checks::store(data));
        }
        all.push(checks::daemon(&client, &daemon));
        if daemon.is_err() {
            all.push(checks::port(settings.listen));
        }
        all.extend(settings.webhooks.iter().map(checks::webhook));
        Ok(all)
    }
}

/// All of one width.
fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "ok  ",
        Mark::Doubtful => "warn",
        Mark::Bad => "FAIL",
    }
}
