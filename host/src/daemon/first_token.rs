//! The first token: a daemon that nobody can talk to makes one for whoever can read its data folder.

use std::path::Path;

use super::StartError;
use super::key::{KeyError, write_private};
use crate::auth::{Realm, Scope, Token, TokenError, TokenRequest};
use crate::engine::Engine;

/// The file in the data folder.
const FILE: &str = "admin.token";

/// Makes the first token and writes it down, unless there is one already.
pub(super) async fn make(engine: &Engine, data: &Path) -> Result<(), StartError> {
    if !engine.has_no_tokens() {
        return Ok(());
    }
    let request = TokenRequest {
        realm: Realm::Every,
        scope: Scope::Admin,
        agent: None,
        name: "first".to_owned(),
        expires_at: None,
    };
    let minted = Token::mint(request, engine.now()).map_err(|error| match error {
        TokenError::Random(source) => StartError::Key(KeyError::Random(source)),
        TokenError::AgentMissing
        | TokenError::AgentGiven(_)
        | TokenError::EveryBusiness(_)
        | TokenError::Name(_)
        | TokenError::Expired => unreachable!("the request above is sound"),
    })?;
    let path = data.join(FILE);
    // The file first: a token that is kept and that nobody knows would lock everybody out.
    write_private(&path, format!("{}\n", minted.text).as_bytes()).map_err(|source| {
        StartError::Key(KeyError::Io {
            action: "write",
            path: path.clone(),
            source,
        })
    })?;
    engine.keep_first_token(minted.token).await?;
    Ok(())
}
