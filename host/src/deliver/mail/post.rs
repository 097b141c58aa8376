//! The mail server: one connection for each mail, and what its answers mean.
//!
//! Mails are few, so connections are not kept; at most [`AT_ONCE`] are open, as small servers allow. Without the
//! protection that was configured nothing is sent, neither mail nor password. A mail keeps its `Message-ID` over all
//! attempts, so a mail store that got one twice can tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use baton_core::{BusinessId, Time};
use baton_store::Store;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::Semaphore;

use super::letter::{ComposeError, Pen};
use super::{Composed, Letter, LinkKey, Reader, Readers};
use crate::config::{Business, Email, MailSecurity};
use crate::deliver::{Verdict, chain, cut, webhook_id};
use crate::record::EventRow;

/// Connections to all mail servers together.
const AT_ONCE: usize = 4;

/// How long one command of the server's may take, and the attempt as a whole.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Answers that say that the server does not let us in, which the operator mends: worth another attempt.
const NOT_LET_IN: [&str; 4] = ["530", "534", "535", "538"];

/// Why no mail can be sent for a business.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The file with the server's certificates cannot be read.
    #[error("the certificates for its mail server cannot be read from {path}")]
    Certificates {
        /// Which file.
        path: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There can be no TLS to this host.
    #[error("there can be no TLS to {host:?}")]
    Tls {
        /// As configured.
        host: String,
        /// Why not.
        #[source]
        source: lettre::transport::smtp::Error,
    },
    /// An address is none.
    #[error("{text:?} is no address that mail can come from")]
    Address {
        /// As configured.
        text: String,
        /// Why not.
        #[source]
        source: lettre::address::AddressError,
    },
}

/// A business that sends mail.
struct Office {
    business: Arc<Business>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    digest_to: Option<Address>,
    public_url: Option<String>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// Sends mails for all businesses.
pub struct Post {
    store: Arc<dyn Store>,
    readers: Arc<Readers>,
    links: LinkKey,
    offices: BTreeMap<String, Arc<Office>>,
    slots: Semaphore,
}

impl Post {
    /// A post for the businesses that have a mail server.
    ///
    /// # Errors
    ///
    /// When certificates cannot be read, or an address is none.
    pub fn new<'a>(
        businesses: impl IntoIterator<Item = &'a Business>,
        store: Arc<dyn Store>,
        readers: Arc<Readers>,
        links: LinkKey,
    ) -> Result<Self, (BusinessId, PostError)> {
        crate::tls::choose();
        let mut offices = BTreeMap::new();
        for business in businesses {
            let Some(email) = &business.email else { continue };
            let office = Office::open(business, email).map_err(|error| (business.id.clone(), error))?;
            offices.insert(business.id.to_string(), Arc::new(office));
        }
        Ok(Self {
            store,
            readers,
            links,
            offices,
            slots: Semaphore::new(AT_ONCE),
        })
    }

    /// Makes one attempt at telling a reader of an event.
    pub async fn send(
        self: &Arc<Self>,
        business: &str,
        reader: &Reader,
        sequence: u64,
        row: &EventRow,
        now: Time,
    ) -> Verdict {
        let Some(office) = self.offices.get(business).map(Arc::clone) else {
            return rejected("the business has no mail server any more");
        };
        let (to, name) = match (reader, &office.digest_to) {
            (Reader::Agent(agent), _) => match self.readers.person(&office.business.id, agent) {
                Some((name, email)) => (email.parse::<Address>(), name),
                None => return Verdict::Void("the agent has no address any more"),
            },
            (Reader::Digest, Some(to)) => (Ok(to.clone()), String::new()),
            (Reader::Digest, None) => return Verdict::Void("nobody gets a daily list any more"),
        };
        let to = match to {
            Ok(to) => Mailbox::new((!name.is_empty()).then(|| name.clone()), to),
            Err(error) => return rejected(&format!("the address of {name} is none: {error}")),
        };
        let letter = match self.compose(&office, reader, name, row, now).await {
            Ok(Composed::Letter(letter)) => letter,
            Ok(Composed::Nothing(why)) => return Verdict::Void(why),
            Err(error) => return failed(chain(&error)),
        };
        let id = format!(
            "{}.{}",
            webhook_id(sequence, row.at),
            reader.endpoint().replace(':', ".")
        );
        let mail = match office.mail(letter, to, &id, now) {
            Ok(mail) => mail,
            Err(error) => return rejected(&chain(&error)),
        };
        let _slot = self.slots.acquire().await.expect("it is never closed");
        match tokio::time::timeout(TIMEOUT, office.transport.send(mail)).await {
            Ok(Ok(_)) => Verdict::Delivered,
            Ok(Err(error)) => judge(&error),
            Err(_) => failed(format!("the mail server gave no answer within {} s", TIMEOUT.as_secs())),
        }
    }

    /// Writes the letter on a thread that may block: reads wait for the sync of what they see.
    async fn compose(
        self: &Arc<Self>,
        office: &Arc<Office>,
        reader: &Reader,
        name: String,
        row: &EventRow,
        now: Time,
    ) -> Result<Composed, ComposeError> {
        let (post, office, reader, row) = (Arc::clone(self), Arc::clone(office), reader.clone(), row.clone());
        let write = move || {
            let pen = Pen {
                store: &*post.store,
                business: &office.business,
                public_url: office.public_url.as_deref(),
                links: &post.links,
                now,
            };
            match reader {
                Reader::Agent(agent) => pen.to_agent(&agent, &name, &row),
                Reader::Digest => pen.digest(),
            }
        };
        tokio::task::spawn_blocking(write)
            .await
            .expect("writing a letter does not panic")
    }
}

impl Office {
    fn open(business: &Business, email: &Email) -> Result<Self, PostError> {
        let Email {
            host,
            port,
            security,
            login,
            from,
            reply_to,
            public_url,
            ca_file,
            digest,
        } = email;
        let mailbox = |text: &String| {
            text.parse::<Mailbox>().map_err(|source| PostError::Address {
                text: text.clone(),
                source,
            })
        };
        let from = mailbox(from)?;
        let mut parameters = TlsParameters::builder(host.clone());
        if let Some(path) = ca_file {
            parameters = parameters.certificate_store(CertificateStore::None);
            for certificate in certificates(path)? {
                parameters = parameters.add_root_certificate(certificate);
            }
        }
        let parameters = || {
            parameters.build_rustls().map_err(|source| PostError::Tls {
                host: host.clone(),
                source,
            })
        };
        let tls = match security {
            MailSecurity::None => Tls::None,
            MailSecurity::Starttls => Tls::Required(parameters()?),
            MailSecurity::Tls => Tls::Wrapper(parameters()?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
            .port(*port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(TIMEOUT));
        if let Some((user, password)) = login {
            transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        let digest_to = digest.as_ref().map(|digest| {
            digest.to.parse::<Address>().map_err(|source| PostError::Address {
                text: digest.to.clone(),
                source,
            })
        });
        Ok(Self {
            business: Arc::new(business.clone()),
            reply_to: reply_to.as_ref().map(mailbox).transpose()?,
            digest_to: digest_to.transpose()?,
            public_url: public_url.clone(),
            transport: transport.build(),
            from,
        })
    }

    fn mail(&self, letter: Letter, to: Mailbox, id: &str, now: Time) -> Result<Message, lettre::error::Error> {
        let Letter { subject, text, html } = letter;
        let since = Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
        let mut mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .date(UNIX_EPOCH + since)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // Keeps out-of-office notes and other robots from answering.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            mail = mail.reply_to(reply_to.clone());
        }
        mail.multipart(MultiPart::alternative_plain_html(text, html))
    }
}

fn certificates(path: &std::path::Path) -> Result<Vec<Certificate>, PostError> {
    let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| PostError::Certificates {
        path: path.display().to_string(),
        source,
    };
    let pem = std::fs::read_to_string(path).map_err(|error| unreadable(error.into()))?;
    const END: &str = "-----END CERTIFICATE-----";
    let each = pem.split_inclusive(END).filter(|part| part.contains(END));
    let found: Vec<Certificate> = each
        .map(|part| Certificate::from_pem(part.trim_start().as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(error.into()))?;
    if found.is_empty() {
        return Err(unreadable("it holds no certificate in PEM".into()));
    }
    Ok(found)
}

/// What a server's answer means: 5xx is for ever, unless it is about our own login.
fn judge(error: &lettre::transport::smtp::Error) -> Verdict {
    let status = error.status().map(|code| code.to_string());
    let not_let_in = status.is_some_and(|status| NOT_LET_IN.contains(&status.as_str()));
    match error.is_permanent() && !not_let_in {
        true => rejected(&chain(error)),
        false => failed(chain(error)),
    }
}

fn failed(note: String) -> Verdict {
    Verdict::Failed {
        note: cut(note),
        retry_after: None,
    }
}

fn rejected(note: &str) -> Verdict {
    Verdict::Rejected {
        note: cut(note.to_owned()),
    }
}
