//! Secrets: named in the configuration, kept out of it, and out of every log.
//!
//! A configuration is read by more people than the daemon's environment is, and it ends up in backups and
//! in error messages. So a secret is `env:NAME`; only a webhook's may also be given in place.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::text::Parsed;

/// A secret that shows itself only to who asks for it by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself: for the signature or the hash, never for a log or an answer.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Looks up an environment variable.
pub(crate) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The name of an environment variable: `env:BATON_TOKEN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvName(String);

impl EnvName {
    /// What the variable holds.
    ///
    /// # Errors
    ///
    /// When it is not set, is empty, or `fits` finds a fault with it; the message names the variable only.
    pub(crate) fn resolve(&self, env: Env<'_>, fits: fn(&str) -> Result<(), &'static str>) -> Result<Secret, String> {
        let name = &self.0;
        let value = env(name).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| format!("the environment variable `{name}` is not set"))?;
        fits(&value).map_err(|why| format!("the environment variable `{name}` holds {why}"))?;
        Ok(Secret(value))
    }
}

impl Parsed for EnvName {
    const FORMAT: &'static str = "secret-name";

    fn parse(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("env:").unwrap_or_default();
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(letter) {
            return Err("expected the name of an environment variable: \"env:NAME\"".into());
        }
        Ok(Self(name.to_owned()))
    }
}

/// A webhook's secret: `env:NAME`, or in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretText {
    Env(EnvName),
    InPlace(Secret),
}

impl SecretText {
    pub(crate) fn resolve(&self, env: Env<'_>) -> Result<Secret, String> {
        match self {
            Self::Env(name) => name.resolve(env, is_webhook_secret),
            Self::InPlace(secret) => Ok(secret.clone()),
        }
    }
}

impl Parsed for SecretText {
    const FORMAT: &'static str = "secret";

    fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("env:") {
            return EnvName::parse(text).map(Self::Env);
        }
        is_webhook_secret(text).map_err(|why| format!("expected \"env:NAME\" or a secret; this is {why}"))?;
        Ok(Self::InPlace(Secret(text.to_owned())))
    }
}

/// As Standard Webhooks 1.0 has it: `whsec_` and 24 to 64 bytes in base64.
fn is_webhook_secret(text: &str) -> Result<(), &'static str> {
    let wrong = "no webhook secret: it must be `whsec_` and 24 to 64 random bytes in base64";
    let encoded = text.strip_prefix("whsec_").ok_or(wrong)?;
    let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| wrong)?;
    if (24..=64).contains(&bytes.len()) {
        Ok(())
    } else {
        Err(wrong)
    }
}

/// As `baton token create` prints it: `baton_`, 12 digits of the id, `_`, and 64 of the secret, hexadecimal.
pub(crate) fn is_token(text: &str) -> Result<(), &'static str> {
    let wrong = "no token: make one with `baton token create`";
    let (id, secret) = text
        .strip_prefix("baton_")
        .and_then(|rest| rest.split_once('_'))
        .ok_or(wrong)?;
    let hex = |part: &str, digits| part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hex(id, 12) && hex(secret, 64) {
        Ok(())
    } else {
        Err(wrong)
    }
}
