//! `[business.ID.email]`: through which server people get mail, and what of it.
//!
//! The server is trusted with customers' words, so a connection that can be read on the way is refused here, before
//! anything is sent: without TLS only to this machine, unless the operator says otherwise in so many words.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::secret::{Env, EnvName, Secret};
use super::text::{Email as Address, Host, Mailbox, PublicUrl, Text, TimeOfDay};

/// How people get mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Email {
    /// A name or an address.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// What protects the connection.
    pub security: MailSecurity,
    /// User and password, where the server wants them.
    pub login: Option<(String, Secret)>,
    /// `Acme <desk@acme.example>`.
    pub from: String,
    /// Where answers go; to `from` where it is not given.
    pub reply_to: Option<String>,
    /// Where people reach this daemon, without a slash at its end; without it mails carry no links.
    pub public_url: Option<String>,
    /// The certificates in PEM that the server's must come from; the system's where it is not given.
    pub ca_file: Option<PathBuf>,
    /// The daily list of what is overdue.
    pub digest: Option<Digest>,
}

/// What protects a connection to a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurity {
    /// TLS after the server's greeting; without it nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Nothing.
    None,
}

/// The daily list of what is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Who gets it.
    pub to: String,
    /// When, in minutes after midnight on the business's clock.
    pub at_minute: u16,
}

/// `[business.ID.email]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailForm {
    host: Text<Host>,
    #[schemars(range(min = 1, max = 65535))]
    port: Option<u16>,
    #[serde(default)]
    tls: MailSecurity,
    #[serde(default)]
    allow_plain: bool,
    #[schemars(length(min = 1, max = 200))]
    user: Option<String>,
    password: Option<Text<EnvName>>,
    from: Text<Mailbox>,
    reply_to: Option<Text<Mailbox>>,
    public_url: Option<Text<PublicUrl>>,
    #[schemars(length(min = 1))]
    ca_file: Option<PathBuf>,
    digest: Option<DigestForm>,
}

/// `[business.ID.email.digest]`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DigestForm {
    to: Text<Address>,
    at: Text<TimeOfDay>,
}

impl EmailForm {
    /// Resolves the form that stands at the JSON Pointer `at`; every fault is told with the pointer of its key. Files are
    /// looked for in `folder`, and read when the daemon starts.
    pub(crate) fn resolve(
        self,
        at: &str,
        folder: &Path,
        env: Env<'_>,
        fault: &mut dyn FnMut(&str, String),
    ) -> Option<Email> {
        let Self {
            host,
            port,
            tls,
            allow_plain,
            user,
            password,
            from,
            reply_to,
            public_url,
            ca_file,
            digest,
        } = self;
        let host = String::from(host);
        if tls == MailSecurity::None && !allow_plain && !is_this_machine(&host) {
            let message = "without TLS mail may be sent to this machine only; use \"starttls\" or \"tls\", or set \
                           `allow_plain = true` if nobody can read that network";
            fault(&format!("{at}/tls"), message.to_owned());
        }
        if tls == MailSecurity::None && ca_file.is_some() {
            fault(
                &format!("{at}/ca_file"),
                "certificates mean nothing without TLS".to_owned(),
            );
        }
        let login = match (user, password) {
            (Some(user), Some(Text(password))) => match password.resolve(env, |_| Ok(())) {
                Ok(password) => Some((user, password)),
                Err(message) => {
                    fault(&format!("{at}/password"), message);
                    return None;
                }
            },
            (None, None) => None,
            (Some(_), None) => {
                fault(
                    &format!("{at}/user"),
                    "a user needs a `password = \"env:NAME\"`".to_owned(),
                );
                return None;
            }
            (None, Some(_)) => {
                fault(&format!("{at}/password"), "a password needs its `user`".to_owned());
                return None;
            }
        };
        Some(Email {
            port: port.unwrap_or(match tls {
                MailSecurity::Starttls => 587,
                MailSecurity::Tls => 465,
                MailSecurity::None => 25,
            }),
            host,
            security: tls,
            login,
            from: from.into(),
            reply_to: reply_to.map(String::from),
            public_url: public_url.map(|url| String::from(url).trim_end_matches('/').to_owned()),
            ca_file: ca_file.map(|file| folder.join(file)),
            digest: digest.map(
                |DigestForm {
                     to,
                     at: Text(TimeOfDay(at_minute)),
                 }| Digest {
                    to: to.into(),
                    at_minute,
                },
            ),
        })
    }
}

/// Whether a connection to a host cannot leave this machine.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
