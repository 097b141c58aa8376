//! A token's stored form: one leading byte that names the format, then postcard. Fields are positional, so
//! a new one is a new format byte; what cannot be read is an error and never an open door.

use baton_core::{AgentId, BusinessId, IdError, Time};
use serde::{Deserialize, Serialize};

use super::{Realm, Scope, Token};

const FORMAT: u8 = 1;

/// Why stored bytes are no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenReadError {
    /// Written by a newer Baton, or not a token.
    #[error("the stored token has format {0}, this program reads format {FORMAT}")]
    Format(u8),
    /// Cut or changed.
    #[error("the stored token is damaged")]
    Damaged(#[source] postcard::Error),
    /// A business or agent that cannot be one.
    #[error("the stored token names an impossible id")]
    Id(#[source] IdError),
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    /// `None`: every business.
    business: Option<String>,
    scope: ScopeRecord,
    agent: Option<String>,
    name: String,
    created_at_ms: i64,
    expires_at_ms: Option<i64>,
    digest: [u8; 32],
}

/// Positional: only append.
#[derive(Serialize, Deserialize)]
enum ScopeRecord {
    Bot,
    Agent,
    Operator,
    Admin,
}

impl Token {
    /// What to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self {
            id,
            realm,
            scope,
            agent,
            name,
            created_at,
            expires_at,
            digest,
        } = self.clone();
        let record = Record {
            id,
            business: match realm {
                Realm::One(business) => Some(business.to_string()),
                Realm::Every => None,
            },
            scope: match scope {
                Scope::Bot => ScopeRecord::Bot,
                Scope::Agent => ScopeRecord::Agent,
                Scope::Operator => ScopeRecord::Operator,
                Scope::Admin => ScopeRecord::Admin,
            },
            agent: agent.map(|agent| agent.to_string()),
            name,
            created_at_ms: created_at.0,
            expires_at_ms: expires_at.map(|at| at.0),
            digest,
        };
        postcard::to_extend(&record, vec![FORMAT]).expect("a token of strings and numbers can always be written")
    }

    /// Reads what [`Token::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// When the bytes are of another format or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenReadError> {
        let record = match bytes.split_first() {
            Some((&FORMAT, rest)) => postcard::from_bytes(rest).map_err(TokenReadError::Damaged)?,
            Some((&other, _)) => return Err(TokenReadError::Format(other)),
            None => {
                return Err(TokenReadError::Damaged(postcard::Error::DeserializeUnexpectedEnd));
            }
        };
        let Record {
            id,
            business,
            scope,
            agent,
            name,
            created_at_ms,
            expires_at_ms,
            digest,
        } = record;
        Ok(Self {
            id,
            realm: match business {
                Some(business) => Realm::One(BusinessId::new(&business).map_err(TokenReadError::Id)?),
                None => Realm::Every,
            },
            scope: match scope {
                ScopeRecord::Bot => Scope::Bot,
                ScopeRecord::Agent => Scope::Agent,
                ScopeRecord::Operator => Scope::Operator,
                ScopeRecord::Admin => Scope::Admin,
            },
            agent: agent
                .map(|agent| AgentId::new(&agent))
                .transpose()
                .map_err(TokenReadError::Id)?,
            name,
            created_at: Time(created_at_ms),
            expires_at: expires_at_ms.map(Time),
            digest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::TokenRequest;

    #[test]
    fn a_token_is_read_as_it_was_written_and_damage_is_an_error() {
        let request = TokenRequest {
            realm: Realm::One(BusinessId::new("default").expect("well formed")),
            scope: Scope::Agent,
            agent: AgentId::new("ana").ok(),
            name: "ana's phone".into(),
            expires_at: Some(Time(9)),
        };
        let token = Token::mint(request, Time(5)).expect("sound").token;
        let bytes = token.to_bytes();
        assert_eq!(Token::from_bytes(&bytes).expect("just written"), token);
        for cut in 0..bytes.len() {
            assert!(Token::from_bytes(&bytes[..cut]).is_err(), "cut to {cut} bytes");
        }
        let newer = [&[2], &bytes[1..]].concat();
        let error = Token::from_bytes(&newer).expect_err("another format").to_string();
        assert_eq!(error, "the stored token has format 2, this program reads format 1");
    }
}
