//! Tokens, in memory and in the store.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use baton_store::{FactChange, FactTable, Store};
use serde_json::{Value, json};

use super::EngineError;
use super::rows::{all_facts, unreadable};
use crate::auth::Token;

/// All tokens, in memory: one is looked up at every request.
#[derive(Debug, Default)]
pub struct Tokens {
    kept: RwLock<BTreeMap<String, Token>>,
}

impl Tokens {
    /// The tokens of the store and of the configuration.
    pub(super) fn load(store: &dyn Store, configured: Vec<Token>) -> Result<Self, EngineError> {
        let mut kept: BTreeMap<String, Token> = BTreeMap::new();
        for fact in all_facts(store, FactTable::Tokens, "")? {
            let token = Token::from_bytes(&fact.1).map_err(|e| unreadable("token", e))?;
            kept.insert(token.id.clone(), token);
        }
        kept.extend(configured.into_iter().map(|token| (token.id.clone(), token)));
        Ok(Self {
            kept: RwLock::new(kept),
        })
    }

    pub(super) fn get(&self, id: &str) -> Option<Token> {
        self.kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    pub(super) fn all(&self) -> Vec<Token> {
        let mut all: Vec<Token> = self
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        all.sort_by_key(|token| token.created_at);
        all
    }

    /// Whether anybody can do anything.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) fn put(&self, token: Token) {
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token.id.clone(), token);
    }

    pub(super) fn remove(&self, id: &str) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// The row of a token.
pub(super) fn token_fact(token: &Token) -> FactChange {
    FactChange {
        table: FactTable::Tokens,
        key: token.id.clone(),
        payload: Some(token.to_bytes()),
    }
}

/// A token as the audit shows it: everything but what opens.
pub(super) fn shown_token(token: &Token) -> Value {
    let Token {
        id: _,
        realm,
        scope,
        agent,
        name,
        created_at: _,
        expires_at,
        digest: _,
    } = token;
    json!({
        "business": realm.to_string(), "scope": scope.as_str(), "agent": agent.as_ref().map(ToString::to_string), "name": name,
        "expires_at_ms": expires_at.map(|at| at.0),
    })
}
