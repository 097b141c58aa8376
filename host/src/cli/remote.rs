//! Which daemon a command talks to, and as whom.
//!
//! The daemon writes the first admin token into its data folder, readable for its own user only. Who can read that file
//! could read the whole store, so a command takes it by itself, but sends it to this machine only.

use std::fs;
use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::client::{Address, Client, Part};

/// Where the daemon writes the first admin token, in its data folder.
pub(crate) const TOKEN_FILE: &str = "admin.token";
/// The data folder where nobody names one; as in the configuration.
pub(crate) const DATA: &str = "baton-data";

/// How to reach a running daemon.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Remote {
    /// Where the daemon listens.
    #[arg(
        long,
        global = true,
        env = "BATON_URL",
        default_value = "http://127.0.0.1:7420",
        value_name = "URL"
    )]
    pub(crate) url: String,
    /// The token to act with; better given by the environment. Without one, the file admin.token of a local data folder is used.
    #[arg(
        long,
        global = true,
        env = "BATON_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// Which business is meant; only needed with a token for every business.
    #[arg(long, global = true, env = "BATON_BUSINESS", value_name = "ID")]
    pub(crate) business: Option<String>,
    /// The daemon's data folder on this machine.
    #[arg(long, global = true, env = "BATON_DATA", default_value = DATA, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Which part of a list.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Paging {
    /// Everything, page after page.
    #[arg(long, conflicts_with_all = ["cursor", "limit"])]
    all: bool,
    /// Entries of the page.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: Option<u16>,
    /// Go on where an earlier page ended.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

impl Remote {
    /// A client with a token.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let client = self.client_if_token()?;
        client.ok_or_else(|| {
            let file = self.data.join(TOKEN_FILE);
            let looked = match self.anonymous().is_ok_and(|client| client.is_local()) {
                true => format!("there is none in --token, BATON_TOKEN or {}", file.display()),
                false => "there is none in --token or BATON_TOKEN".to_owned(),
            };
            Failure::new(Exit::NotAllowed, format!("a token is needed, and {looked}"))
                .remedy("set BATON_TOKEN, run this in the daemon's folder, name its data with --data, or make one: baton token create")
        })
    }

    /// A client with a token; `None` where there is no token.
    pub(crate) fn client_if_token(&self) -> Result<Option<Client>, Failure> {
        let given = self.token.clone().filter(|token| !token.is_empty());
        let token = match given {
            Some(token) => Some(token),
            None if self.anonymous()?.is_local() => token_of(&self.data)?,
            None => None,
        };
        let client = token.map(|token| self.with(Some(token)));
        client.transpose()
    }

    /// A client for what needs no token.
    pub(crate) fn anonymous(&self) -> Result<Client, Failure> {
        self.with(None)
    }

    fn with(&self, token: Option<String>) -> Result<Client, Failure> {
        let address = Address {
            url: self.url.clone(),
            token,
            business: self.business.clone(),
        };
        Ok(Client::new(address)?)
    }
}

impl Paging {
    pub(crate) fn part(&self) -> Part {
        let Self { all, limit, cursor } = self.clone();
        Part { all, cursor, limit }
    }
}

/// The first admin token of a data folder, where it is still there.
pub(crate) fn token_of(data: &Path) -> Result<Option<String>, Failure> {
    let file = data.join(TOKEN_FILE);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|token| !token.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(
            Failure::new(Exit::NotAllowed, format!("cannot read {}", file.display()))
                .because(&error)
                .remedy("run this as the daemon's user, or set BATON_TOKEN"),
        ),
    }
}
