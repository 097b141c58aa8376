//! Making, showing and checking one token. The secret exists in clear only in [`Minted`], which is shown
//! once; a comparison takes the same time wherever the digests differ.

use std::fmt;

use baton_core::{AgentId, BusinessId, Time};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Scope;

/// Hexadecimal digits of a token's id: 48 random bits.
const ID_DIGITS: usize = 12;
/// Hexadecimal digits of a secret: 256 random bits.
const SECRET_DIGITS: usize = 64;
/// What every token begins with, so that scanners for leaked secrets can find one.
const PREFIX: &str = "baton_";

/// Which businesses a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realm {
    /// One.
    One(BusinessId),
    /// Every one (`*`); only with [`Scope::Admin`].
    Every,
}

/// `default`, or `*`.
impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(business) => write!(f, "{business}"),
            Self::Every => f.write_str("*"),
        }
    }
}

/// What a new token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// For whom.
    pub realm: Realm,
    /// What it may do.
    pub scope: Scope,
    /// Whose it is; there exactly when the scope is [`Scope::Agent`].
    pub agent: Option<AgentId>,
    /// For people: `web chat`. 1 to 64 bytes.
    pub name: String,
    /// From when on it is worth nothing.
    pub expires_at: Option<Time>,
}

/// Why no token was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// An agent's token says whose it is.
    #[error("a token of scope agent needs the agent it belongs to")]
    AgentMissing,
    /// Nobody else's does.
    #[error("only a token of scope agent belongs to an agent, this one has scope {0}")]
    AgentGiven(Scope),
    /// Every business is for admins.
    #[error("only a token of scope admin may be for every business, this one has scope {0}")]
    EveryBusiness(Scope),
    /// People must be able to tell tokens apart.
    #[error("the token's name has {0} bytes, 1 to 64 are allowed")]
    Name(usize),
    /// It would never have been worth anything.
    #[error("the token would expire before it is made")]
    Expired,
    /// The system has no randomness to give.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
}

/// A token as it is stored: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The part of the text that finds it.
    pub id: String,
    /// For whom.
    pub realm: Realm,
    /// What it may do.
    pub scope: Scope,
    /// Whose it is, with [`Scope::Agent`].
    pub agent: Option<AgentId>,
    /// For people.
    pub name: String,
    /// When it was made.
    pub created_at: Time,
    /// From when on it is worth nothing.
    pub expires_at: Option<Time>,
    /// SHA-256 of `<id>_<secret>`.
    pub digest: [u8; 32],
}

/// A new token with the text to hand out; the text cannot be had again.
pub struct Minted {
    /// `baton_<id>_<secret>`.
    pub text: String,
    /// What to store.
    pub token: Token,
}

/// A well-formed token text that somebody showed.
pub struct Presented<'a> {
    /// Finds the stored token.
    pub id: &'a str,
    secret: &'a str,
}

/// Why a shown token is worth nothing. The caller learns the same of the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The secret is another one.
    WrongSecret,
    /// It was right once.
    Expired,
}

impl Token {
    /// Makes a token.
    ///
    /// # Errors
    ///
    /// When the request contradicts itself, or the system has no random bytes.
    pub fn mint(request: TokenRequest, now: Time) -> Result<Minted, TokenError> {
        let TokenRequest {
            realm,
            scope,
            agent,
            name,
            expires_at,
        } = request;
        match (scope, &agent, &realm) {
            (Scope::Agent, None, _) => return Err(TokenError::AgentMissing),
            (Scope::Bot | Scope::Operator | Scope::Admin, Some(_), _) => {
                return Err(TokenError::AgentGiven(scope));
            }
            (Scope::Bot | Scope::Agent | Scope::Operator, _, Realm::Every) => {
                return Err(TokenError::EveryBusiness(scope));
            }
            (Scope::Bot | Scope::Agent | Scope::Operator | Scope::Admin, _, _) => {}
        }
        if name.is_empty() || name.len() > 64 {
            return Err(TokenError::Name(name.len()));
        }
        if expires_at.is_some_and(|at| at <= now) {
            return Err(TokenError::Expired);
        }
        let mut random = [0_u8; (ID_DIGITS + SECRET_DIGITS) / 2];
        getrandom::fill(&mut random).map_err(TokenError::Random)?;
        let digits = hex(&random);
        let (id, secret) = digits.split_at(ID_DIGITS);
        let token = Self {
            id: id.to_owned(),
            realm,
            scope,
            agent,
            name,
            created_at: now,
            expires_at,
            digest: digest(id, secret),
        };
        Ok(Minted {
            text: format!("{PREFIX}{id}_{secret}"),
            token,
        })
    }

    /// A token that stands in the environment; `None` when its text is not of the form of one.
    pub fn configured(business: &BusinessId, configured: &crate::config::Token) -> Option<Self> {
        let shown = Presented::parse(configured.secret.expose())?;
        Some(Self {
            id: shown.id.to_owned(),
            realm: Realm::One(business.clone()),
            scope: match configured.scope {
                crate::config::Scope::Bot => Scope::Bot,
                crate::config::Scope::Agent => Scope::Agent,
                crate::config::Scope::Operator => Scope::Operator,
                crate::config::Scope::Admin => Scope::Admin,
            },
            agent: configured.agent.clone(),
            name: configured.name.clone(),
            created_at: Time(0),
            expires_at: None,
            digest: digest(shown.id, shown.secret),
        })
    }

    /// Whether what was shown is this token, and still worth something. Takes the same time for every wrong secret.
    ///
    /// # Errors
    ///
    /// When the secret is another one, or the token has expired.
    pub fn verify(&self, presented: &Presented<'_>, now: Time) -> Result<(), Denied> {
        if !bool::from(digest(presented.id, presented.secret).ct_eq(&self.digest)) {
            return Err(Denied::WrongSecret);
        }
        match self.is_live(now) {
            true => Ok(()),
            false => Err(Denied::Expired),
        }
    }

    /// Whether it has not expired.
    pub fn is_live(&self, now: Time) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }
}

impl<'a> Presented<'a> {
    /// Takes a text apart; `None` when it cannot be a token.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex =
            |part: &str, digits| part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (is_hex(id, ID_DIGITS) && is_hex(secret, SECRET_DIGITS)).then_some(Self { id, secret })
    }
}

fn digest(id: &str, secret: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(id);
    hash.update("_");
    hash.update(secret);
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four_bits: u8| char::from(DIGITS[usize::from(four_bits)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000_000);

    fn request(scope: Scope) -> TokenRequest {
        let realm = Realm::One(BusinessId::new("default").expect("well formed"));
        TokenRequest {
            realm,
            scope,
            agent: None,
            name: "web chat".into(),
            expires_at: None,
        }
    }

    fn mint(request: TokenRequest) -> Result<Minted, TokenError> {
        Token::mint(request, NOW)
    }

    #[test]
    fn a_token_opens_only_with_its_own_secret_and_until_it_expires() {
        let until = Time(NOW.0 + 1_000);
        let one = mint(TokenRequest {
            expires_at: Some(until),
            ..request(Scope::Bot)
        })
        .expect("sound");
        let other = mint(request(Scope::Bot)).expect("sound");
        let shown = Presented::parse(&one.text).expect("well formed");
        assert_eq!(shown.id, one.token.id);
        assert_eq!(one.token.verify(&shown, NOW), Ok(()));
        assert_eq!(one.token.verify(&shown, until), Err(Denied::Expired));
        assert_eq!(other.token.verify(&shown, NOW), Err(Denied::WrongSecret));
        let moved = Token {
            id: other.token.id,
            ..one.token.clone()
        };
        let secret = one.text.rsplit('_').next().expect("has parts");
        let forged = format!("baton_{}_{secret}", moved.id);
        let shown = Presented::parse(&forged).expect("well formed");
        assert_eq!(
            moved.verify(&shown, NOW),
            Err(Denied::WrongSecret),
            "a digest cannot be moved to another id"
        );
    }

    #[test]
    fn a_text_that_cannot_be_a_token_is_not_looked_up() {
        let good = mint(request(Scope::Bot)).expect("sound").text;
        assert!(Presented::parse(&good).is_some());
        for bad in [
            "",
            "baton_",
            "baton_0_0",
            &good[1..],
            &good[..good.len() - 1],
            &good.to_uppercase(),
            &format!("{good}0"),
        ] {
            assert!(Presented::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_request_that_contradicts_itself_makes_no_token() {
        let ana = AgentId::new("ana").ok();
        let error = |request| mint(request).err().map(|e| e.to_string());
        let cases = [
            (
                request(Scope::Agent),
                "a token of scope agent needs the agent it belongs to",
            ),
            (
                TokenRequest {
                    agent: ana,
                    ..request(Scope::Bot)
                },
                "only a token of scope agent belongs to an agent, this one has scope bot",
            ),
            (
                TokenRequest {
                    realm: Realm::Every,
                    ..request(Scope::Operator)
                },
                "only a token of scope admin may be for every business, this one has scope operator",
            ),
            (
                TokenRequest {
                    name: "x".repeat(65),
                    ..request(Scope::Bot)
                },
                "the token's name has 65 bytes, 1 to 64 are allowed",
            ),
            (
                TokenRequest {
                    expires_at: Some(NOW),
                    ..request(Scope::Bot)
                },
                "the token would expire before it is made",
            ),
        ];
        for (request, expected) in cases {
            assert_eq!(error(request).as_deref(), Some(expected));
        }
        assert!(
            mint(TokenRequest {
                realm: Realm::Every,
                ..request(Scope::Admin)
            })
            .is_ok()
        );
    }
}
