//! Who may do what: bearer tokens `baton_<id>_<secret>` with one scope each.
//!
//! A secret is 256 random bits, so a plain SHA-256 of it (with the id, so that a digest cannot be moved to
//! another token) is enough at rest; slow password hashing would protect nothing and cost every request.
//! There is no I/O here: who keeps the tokens asks these functions and stores [`Token::to_bytes`].

mod scope;
pub use scope::{ParseScopeError, Scope};

mod token;
pub use token::{Denied, Minted, Presented, Realm, Token, TokenError, TokenRequest};

mod record;
pub use record::TokenReadError;
