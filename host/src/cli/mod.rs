//! The command line: one file per group of commands, all of them thin.
//!
//! A command that talks to a running daemon uses the HTTP API like everybody else, so that there is one set of checks.
//! What needs a part of the daemon in this very process (serving, rules, the data folder) is asked of `local.rs`. Nothing
//! here decides anything about conversations. `exit.rs` says how a command ends, `screen.rs` what it shows.

use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use jiff::tz::TimeZone;

mod exit;
pub use exit::Exit;
use exit::Failure;

mod screen;
use screen::{Look, Screen};

mod remote;
mod value;

mod local;

mod demo;
mod serve;

mod chat;
mod eval;
mod pack;
mod simulate;

mod agent;
mod audit;
mod backtest;
mod dead_letter;
mod handover;
mod plugin;
mod report;
mod task;
mod token;

mod contact;
mod doctor;
mod store;

mod completions;

#[cfg(test)]
mod tests;

use crate::observe;

/// Hands an AI bot's chat over to a human, and sees to it that somebody picks it up.
#[derive(Debug, Parser)]
#[command(
    name = "baton",
    version,
    max_term_width = 110,
    arg_required_else_help = true,
    subcommand_required = true
)]
#[command(after_help = "Example:\n  baton demo\n\nExit codes and more: baton --help")]
#[command(after_long_help = format!(
    "{}\n\nLists are tables on a terminal and tab-separated columns in a pipe; --json shows the API's own answer.\n\n\
     Example:\n  baton demo\n  baton serve\n  baton task list",
    exit::table()
))]
struct Cli {
    #[command(flatten)]
    general: General,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "General options")]
struct General {
    /// Answer in JSON, errors too.
    #[arg(long, global = true)]
    json: bool,
    /// Show times in UTC instead of the local zone.
    #[arg(long, global = true)]
    utc: bool,
    /// What to log to standard error: a level, alone or by part (info,baton_store=debug).
    #[arg(long, global = true, env = "BATON_LOG", value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Simulate(simulate::Simulate),
    Chat(chat::Chat),
    Eval(eval::Eval),
    Task(task::Task),
    Handover(handover::Handover),
    Report(report::Report),
    Agent(agent::Agent),
    Token(token::Token),
    Pack(pack::Pack),
    Plugin(plugin::Plugin),
    Store(store::Store),
    Audit(audit::Audit),
    #[command(name = "dead-letter")]
    DeadLetter(dead_letter::DeadLetter),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    /// Print the OpenAPI 3.1 document of the HTTP API.
    #[command(after_help = "Example:\n  baton openapi > openapi.json")]
    Openapi,
    /// Print what the exit status of a command says.
    #[command(name = "exit-codes", hide = true, after_help = format!("{}\n\nExample:\n  baton exit-codes", exit::table()))]
    ExitCodes,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let (mut out, mut err) = (io::stdout(), io::stderr());
        let mut screen = Screen {
            out: &mut out,
            err: &mut err,
            look: Look::of_process(),
        };
        run(std::env::args_os(), &mut screen, &mut io::stdin().lock())
    }));
    // A panic has told its message already.
    ExitCode::from(ended.unwrap_or(Exit::Internal).code())
}

/// Runs one command line. What it says goes to the screen, what it asks comes from `input`.
fn run(args: impl IntoIterator<Item = OsString>, screen: &mut Screen<'_>, input: &mut dyn BufRead) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error, screen),
    };
    screen.look.json = cli.general.json;
    if cli.general.utc {
        screen.look.zone = TimeZone::UTC;
    }
    match execute(cli.command, &cli.general, screen, input) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            if failure.exit != Exit::Done {
                screen.fail(&failure);
            }
            failure.exit
        }
    }
}

fn execute(
    command: Command,
    general: &General,
    screen: &mut Screen<'_>,
    input: &mut dyn BufRead,
) -> Result<(), Failure> {
    // A daemon sets up its log when it has read its configuration; a command stays quiet until it is asked.
    let is_daemon = matches!(command, Command::Serve(_) | Command::Demo(_));
    if let Some(filter) = general.log.as_ref().filter(|_| !is_daemon) {
        observe::init(filter, observe::LogFormat::Pretty).map_err(|error| Failure::of(Exit::Usage, &error))?;
    }
    match command {
        Command::Serve(serve) => serve.run(general.log.as_deref(), screen),
        Command::Demo(demo) => demo.run(general.log.as_deref(), screen),
        Command::Simulate(simulate) => simulate.run(screen),
        Command::Chat(chat) => chat.run(screen, input),
        Command::Eval(eval) => eval.run(screen),
        Command::Task(task) => task.run(screen),
        Command::Handover(handover) => handover.run(screen),
        Command::Report(report) => report.run(screen),
        Command::Agent(agent) => agent.run(screen),
        Command::Token(token) => token.run(screen),
        Command::Pack(pack) => pack.run(screen),
        Command::Plugin(plugin) => plugin.run(screen),
        Command::Store(store) => store.run(screen),
        Command::Audit(audit) => audit.run(screen),
        Command::DeadLetter(letter) => letter.run(screen),
        Command::Doctor(doctor) => doctor.run(screen),
        Command::Completions(completions) => completions.run(Cli::command(), screen),
        Command::Openapi => screen.lines(&local::openapi()?),
        Command::ExitCodes => screen.lines(&exit::table()),
    }
}

/// Help and version are answers; everything else that cannot be parsed is the caller's mistake.
fn not_a_command(error: &clap::Error, screen: &mut Screen<'_>) -> Exit {
    let text = error.render();
    let text = if screen.look.colour {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    let (out, exit): (&mut dyn Write, Exit) = match error.use_stderr() {
        true => (screen.err, Exit::Usage),
        false => (screen.out, Exit::Done),
    };
    // Whoever stopped reading the help has seen enough of it.
    drop(out.write_all(text.as_bytes()));
    exit
}
