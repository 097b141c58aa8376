//! `baton token`: who may speak to the daemon.
//!
//! A running daemon holds its data folder, so tokens are asked of it, with an admin's token. While none runs, whoever
//! may write the folder may make one in it: that is how a lost admin token is replaced. Which of both happened is said.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::local;
use super::remote::Remote;
use super::screen::Screen;
use super::task::ended;
use super::value::{text, time, when};
use crate::client::{Client, ClientError, Page, TokenRequest};

/// Tokens: who may speak to the daemon.
#[derive(Debug, Args)]
#[command(
    after_help = "The daemon is asked first; while none runs on this machine, the data folder is used.\n\n\
                        Example:\n  baton token create --name \"web chat\" --scope bot"
)]
pub(super) struct Token {
    #[command(flatten)]
    remote: Remote,
    /// Use the data folder and do not ask a daemon; none may be running on it.
    #[arg(long, global = true)]
    offline: bool,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make a token and print it; it cannot be shown again.
    #[command(after_help = "The token is all that is printed to standard output.\n\n\
                            Example:\n  export BATON_TOKEN=$(baton token create --name me --scope operator)\n  \
                            baton token create --name \"ana's phone\" --scope agent --agent ana --expires 90d\n  \
                            baton token create --offline --name root --scope admin --business '*'")]
    Create {
        /// For people: what it is used for.
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// What it may do.
        #[arg(long, value_enum)]
        scope: ScopeArg,
        /// Whose it is; needed with the scope agent, and only then.
        #[arg(long, value_name = "ID", required_if_eq("scope", "agent"))]
        agent: Option<String>,
        /// From when on it is worth nothing: 90d, 2026-12-31.
        #[arg(long, value_name = "TIME", value_parser = when)]
        expires: Option<String>,
    },
    /// List tokens, without their secrets: id, scope, agent, business, name, created, expires.
    #[command(after_help = "Example:\n  baton token list")]
    List,
    /// Make a token worth nothing.
    #[command(
        after_help = "The id is the middle part of a token: baton_ID_SECRET.\n\nExample:\n  baton token revoke 3f9c0a12b4d5"
    )]
    Revoke {
        /// The token's id.
        id: String,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ScopeArg {
    /// A chat platform or bot: messages, asking for a handover.
    Bot,
    /// One person: tasks, conversations, their own presence.
    Agent,
    /// All of one business but its tokens.
    Operator,
    /// Everything, tokens included.
    Admin,
}

impl ScopeArg {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// Where tokens are kept at the moment.
enum Keeper {
    Daemon(Box<Client>),
    Folder,
}

impl Token {
    pub(super) fn run(self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let keeper = self.keeper(screen)?;
        let Self {
            remote,
            offline: _,
            act,
        } = self;
        let data = remote.data.as_path();
        let business = remote.business.as_deref().unwrap_or("default");
        match act {
            Act::Create {
                name,
                scope,
                agent,
                expires,
            } => {
                let request = TokenRequest {
                    name,
                    scope: scope.as_str(),
                    agent,
                    expires_at: expires,
                };
                let made = match &keeper {
                    Keeper::Daemon(client) => client.create_token(&request)?,
                    Keeper::Folder => local::create_token(data, business, &request)?,
                };
                if screen.look.json {
                    return screen.json(&made);
                }
                screen.line(&text(&made, "/text"))?;
                screen.note(&format!(
                    "token {}; keep it, it cannot be shown again",
                    text(&made, "/id")
                ));
                Ok(())
            }
            Act::List => list(
                screen,
                &match &keeper {
                    Keeper::Daemon(client) => client.tokens()?,
                    Keeper::Folder => Page {
                        items: local::tokens(data)?,
                        next: None,
                    },
                },
            ),
            Act::Revoke { id } => {
                match &keeper {
                    Keeper::Daemon(client) => drop(client.revoke_token(&id)?),
                    Keeper::Folder => local::revoke_token(data, &id)?,
                }
                match screen.look.json {
                    true => screen.json(&json!({ "revoked": id })),
                    false => screen.line(&format!("revoked {id}")),
                }
            }
        }
    }

    /// Asks the daemon; where none answers on this machine, it is the folder's turn.
    fn keeper(&self, screen: &mut Screen<'_>) -> Result<Keeper, Failure> {
        let folder = self.remote.data.display().to_string();
        let every = self.remote.business.as_deref() == Some("*");
        if self.offline || every {
            screen.note(&format!("using the data folder {folder}"));
            return Ok(Keeper::Folder);
        }
        let anonymous = self.remote.anonymous()?;
        match anonymous.ready() {
            Ok(_) | Err(ClientError::Problem(_)) => {
                screen.note(&format!("asking the daemon at {}", anonymous.url()));
                Ok(Keeper::Daemon(Box::new(self.remote.client()?)))
            }
            Err(ClientError::Unreachable { .. }) if anonymous.is_local() => {
                if !self.remote.data.is_dir() {
                    return Err(Failure::new(
                        Exit::Unreachable,
                        format!(
                            "no daemon answers at {}, and there is no data folder {folder}",
                            anonymous.url()
                        ),
                    )
                    .remedy("start one with `baton serve`, or name its folder with --data"));
                }
                screen.note(&format!(
                    "no daemon answers at {}; using the data folder {folder}",
                    anonymous.url()
                ));
                Ok(Keeper::Folder)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn list(screen: &mut Screen<'_>, page: &Page) -> Result<(), Failure> {
    if screen.look.json {
        return screen.json(&json!(page));
    }
    let row = |token: &Value| {
        let of = |pointer| text(token, pointer);
        let expires = Some(time(screen, token, "/expires_at")).filter(|at| !at.is_empty());
        let expires = expires.unwrap_or_else(|| "never".to_owned());
        [
            of("/id"),
            of("/scope"),
            of("/agent"),
            of("/business"),
            of("/name"),
            time(screen, token, "/created_at"),
            expires,
        ]
    };
    let rows = page.items.iter().map(row).collect();
    ended(screen, page, "tokens", |screen| {
        screen.table(["ID", "SCOPE", "AGENT", "BUSINESS", "NAME", "CREATED", "EXPIRES"], rows)
    })
}
