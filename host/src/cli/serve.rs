//! `baton serve`: the daemon itself, until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Failure};
use super::local::{self, Ready, Setup};
use super::remote::TOKEN_FILE;
use super::screen::Screen;

/// The configuration that is taken where none is named and it is there.
const CONFIG: &str = "baton.toml";

/// Run the daemon.
///
/// Without a configuration it listens on this machine only, with one business `default` and the built-in rules. On an
/// empty data folder it makes a first admin token and writes it to DATA/admin.token, readable for its own user; the other
/// commands read it there. It stops on Ctrl-C or SIGTERM, when all that it acknowledged is finished.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton serve\n  baton serve --config baton.toml --data /var/lib/baton --listen 127.0.0.1:7420\n  baton serve --watch ./my-rules"
)]
pub(super) struct Serve {
    /// The configuration; baton.toml of this folder, if it is there, without it.
    #[arg(long, env = "BATON_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder; as the configuration says without it.
    #[arg(long, env = "BATON_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; as the configuration says without it. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// A pack's folder: put in force now, and again whenever it changes; what is wrong with it is told, and what was in force
    /// stays.
    #[arg(long, value_name = "DIR")]
    watch: Option<PathBuf>,
    /// The business that the watched pack is for; needed where there are several.
    #[arg(long, value_name = "ID", requires = "watch")]
    business: Option<String>,
    /// Write every call of a plugin into this file, with its input and answer, to be made again by `baton pack replay`.
    ///
    /// The file holds what customers wrote and is readable for its owner only. It keeps the newest 64 MiB: when half of that
    /// is full it becomes FILE.1, in place of the one before.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self, log: Option<&str>, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let Self {
            config,
            data,
            listen,
            watch,
            business,
            record,
        } = self;
        let config = config_or_default(config);
        let setup = Setup {
            config,
            data,
            listen,
            watch: watch.map(|folder| (folder, business)),
            log: log.map(str::to_owned),
            record,
            passing: false,
        };
        let mut greet = |ready: &Ready| greet(ready, screen);
        runtime()?.block_on(local::serve(&setup, &mut greet, Box::pin(told_to_stop())))
    }
}

/// The configuration that was named, or that of this folder.
pub(super) fn config_or_default(config: Option<PathBuf>) -> Option<PathBuf> {
    config.or_else(|| Some(PathBuf::from(CONFIG)).filter(|file| file.is_file()))
}

/// The threads of a daemon.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Exit::Internal, "the system refuses the daemon its threads").because(&error))
}

/// Until Ctrl-C or, as service managers send it, SIGTERM.
pub(super) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without a handler SIGTERM ends the process at once, which the store survives.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

fn greet(ready: &Ready, screen: &mut Screen<'_>) {
    let Ready { address, data, config } = ready;
    let config = config
        .as_deref()
        .map_or("the built-in configuration".to_owned(), |file| {
            file.display().to_string()
        });
    screen.note(&format!(
        "baton serves at http://{address} with {config}, data in {}; Ctrl-C stops it",
        data.display()
    ));
    screen.note(&first_token(*address, data));
}

/// How to get a token.
fn first_token(address: SocketAddr, data: &Path) -> String {
    let file = data.join(TOKEN_FILE);
    let folder = data.display();
    let at = format!("--url http://{address} --data {folder}");
    match file.is_file() {
        true => format!(
            "the first admin token is in {}; make one for each caller and remove the file:\n  \
             baton token create {at} --name \"web chat\" --scope bot",
            file.display()
        ),
        false => format!(
            "tokens are made with an admin token in BATON_TOKEN:\n  baton token create {at} --name \"web chat\" --scope bot"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_says_how_to_get_a_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = "127.0.0.1:7420".parse().expect("an address");
        assert!(first_token(address, folder.path()).starts_with("tokens are made with an admin token in BATON_TOKEN"));
        std::fs::write(folder.path().join(TOKEN_FILE), "baton_x").expect("written");
        let said = first_token(address, folder.path());
        assert!(
            said.starts_with("the first admin token is in ") && said.contains("admin.token"),
            "{said}"
        );
        assert!(
            said.contains("baton token create --url http://127.0.0.1:7420 --data "),
            "{said}"
        );
    }
}
