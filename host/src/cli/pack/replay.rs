//! `baton pack replay`: recorded calls made again, so that a fault seen in production is seen on a laptop.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::passed;
use crate::calls::Said;
use crate::cli::exit::Failure;
use crate::cli::local::{self, Again, Rules};
use crate::cli::screen::{Mark, Screen};

/// Make recorded calls again in the real sandbox, and say of each whether the answer is the same, byte for byte.
///
/// A recording is what `baton serve --record FILE` writes, or what `baton plugin quarantine show ID --json` shows. Each call
/// runs under the pack that it was recorded with, where that is here, or under another one; a fault is shown with its
/// message, file and line, and its last log lines. Status 1 if anything is not the same.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton pack replay calls.jsonl\n  baton pack replay calls.jsonl --pack ./my-pack --plugin wholesale\n  baton pack replay calls.jsonl --faults --json"
)]
pub(super) struct ReplayArgs {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The pack to run them with: a folder (written with a slash), an archive, or a name; the recorded one without it.
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
    /// Only calls of this plugin: a rule's id in the pack.
    #[arg(long, value_name = "ID")]
    plugin: Option<String>,
    /// Only calls that failed when they were recorded.
    #[arg(long)]
    faults: bool,
    /// The configuration whose budget holds; the usual one without it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which business of it.
    #[arg(long, value_name = "ID", requires = "config")]
    business: Option<String>,
}

impl ReplayArgs {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            file,
            pack,
            plugin,
            faults,
            config,
            business,
        } = self;
        let (mut calls, cut) = local::recorded_calls(&file)?;
        if cut {
            screen.note("the last line is cut off and left out");
        }
        let wanted = |call: &crate::record::Call| {
            let failed = call.outcome.fault().is_some();
            plugin.as_ref().is_none_or(|plugin| *plugin == call.plugin) && (failed || !faults)
        };
        calls.retain(wanted);
        let made = local::replay(calls, &Rules { pack, config, business })?;
        told(screen, &made, false)
    }
}

/// Shows calls that were made again. With `answers` every one must answer, which is what whoever corrects a fault wants; else
/// each must give the same.
pub(in crate::cli) fn told(screen: &mut Screen<'_>, made: &[Again], answers: bool) -> Result<(), Failure> {
    if screen.look.json {
        screen.json(&json!(made.iter().map(Again::to_json).collect::<Vec<_>>()))?;
    } else {
        made.iter().try_for_each(|again| show(screen, again))?;
    }
    let good = |again: &&Again| match answers {
        true => again.answers(),
        false => again.is_same(),
    };
    let what = if answers { "calls answer" } else { "calls give the same" };
    passed(
        made.len() - made.iter().filter(good).count(),
        made.len(),
        what,
        "the lines above show what was recorded (-) and what comes of it now (+)",
    )
}

fn show(screen: &mut Screen<'_>, again: &Again) -> Result<(), Failure> {
    let Again { before, verdict } = again;
    let name = format!(
        "{} {} {} {}",
        before.seen.conversation,
        before.asked.subject(),
        before.plugin,
        before.asked.function()
    );
    let was = local::in_words(&before.outcome);
    let is = verdict.now.as_ref().map(|now| local::in_words(&now.outcome));
    let other = match (verdict.other_component, verdict.other_settings) {
        (false, false) => "",
        (true, false) => " (another component)",
        (false, true) => " (other settings)",
        (true, true) => " (another component, other settings)",
    };
    let both = |is: String| format!("{name}{other}\n- {was}\n+ {is}");
    match verdict.said {
        Said::Same => screen.marked(Mark::Good, "same", &format!("{name}: {was}")),
        Said::NotRepeatable => {
            let is = is.unwrap_or_default();
            screen.marked(
                Mark::Doubtful,
                "gone",
                &both(format!("{is}; that fault depends on the machine")),
            )
        }
        Said::NoPlugin => screen.marked(Mark::Bad, "none", &format!("{name}: these rules have no such plugin")),
        Said::Other | Said::Answered | Said::Failed | Said::OtherFault => {
            screen.marked(Mark::Bad, "DIFF", &both(is.unwrap_or_default()))
        }
    }?;
    let now = verdict.now.as_ref().and_then(|now| now.outcome.fault());
    let log = now.or(before.outcome.fault()).map_or(&[][..], |failed| &failed.log);
    log.iter()
        .try_for_each(|line| screen.line(&format!("      log: {}", line.line)))
}
