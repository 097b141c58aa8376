//! The keys that packs are signed with, as texts that people can copy.
//!
//! Ed25519: short keys, no parameter to choose wrongly, the same signature each time, so that signing keeps an archive
//! reproducible. A signature is over the list of an archive's parts, behind a line that keeps it from being taken for
//! a signature of anything else.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// What a public key begins with.
const PUBLIC: &str = "ed25519:";
/// What a secret key begins with; texts that begin with `baton_` are never printed whole.
const SECRET: &str = "baton_sign_";
/// What is signed begins with it.
const PURPOSE: &[u8] = b"baton pack parts, format 1\n";

/// Checks signatures; anybody may have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Makes signatures; only its owner may have it. It is not printed.
pub struct SecretKey(SigningKey);

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {what} key; it looks like `{looks}` and is made by `baton pack keygen`")]
pub struct KeyError {
    what: &'static str,
    looks: &'static str,
}

impl SecretKey {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the system has no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Its other half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// As a text: whoever has it can sign.
    pub fn to_text(&self) -> String {
        format!("{SECRET}{}", STANDARD.encode(self.0.as_bytes()))
    }

    /// The signature of a list of parts, in base64.
    pub(super) fn sign(&self, list: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&signed(list)).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}

impl PublicKey {
    /// Whether `signature`, in base64, is this key's for a list of parts.
    pub(super) fn has_signed(&self, list: &[u8], signature: &str) -> bool {
        let bytes = STANDARD.decode(signature).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| self.0.verify_strict(&signed(list), &signature).is_ok())
    }
}

/// `ed25519:BASE64`
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let key = bytes(text, PUBLIC).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let looks = "ed25519:BASE64";
        key.filter(|key| !key.is_weak())
            .map(Self)
            .ok_or(KeyError { what: "public", looks })
    }
}

impl FromStr for SecretKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let looks = "baton_sign_BASE64";
        let seed = bytes(text, SECRET).ok_or(KeyError { what: "secret", looks })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }
}

fn signed(list: &[u8]) -> Vec<u8> {
    [PURPOSE, list].concat()
}

fn bytes(text: &str, mark: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim().strip_prefix(mark)?).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_a_key() {
        let secret = SecretKey::generate().expect("random numbers");
        let public = secret.public();
        assert_eq!(public.to_string().parse(), Ok(public));
        let again: SecretKey = format!("{}\n", secret.to_text()).parse().expect("a key");
        assert_eq!(again.public(), public);
        assert!(!format!("{secret:?}").contains(SECRET));
        for no in [
            "",
            "ed25519:",
            "ed25519:AAAA",
            &secret.to_text(),
            &"A".repeat(44),
            &format!("ed25519:{}", "A".repeat(43) + "="),
        ] {
            let said = no.parse::<PublicKey>().map(|_| ()).expect_err(no).to_string();
            assert_eq!(
                said,
                "not a public key; it looks like `ed25519:BASE64` and is made by `baton pack keygen`"
            );
        }
        assert!(public.to_string().parse::<SecretKey>().is_err());
    }

    #[test]
    fn a_signature_is_of_one_key_for_one_list() {
        let (ours, other) = (
            SecretKey::generate().expect("random"),
            SecretKey::generate().expect("random"),
        );
        let signature = ours.sign(b"list");
        assert_eq!(signature, ours.sign(b"list"));
        assert!(ours.public().has_signed(b"list", &signature));
        assert!(!ours.public().has_signed(b"List", &signature));
        assert!(!other.public().has_signed(b"list", &signature));
        assert!(!ours.public().has_signed(b"list", "no base64"));
        assert!(!ours.public().has_signed(b"list", ""));
    }
}
