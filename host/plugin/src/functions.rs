//! Compiled functions, kept while the process runs: the same component with other settings compiles in a moment.
//!
//! A snapshot differs from another one of the same component in its data and hardly in its code. A pack names `phrases`
//! four times, and an operator changes a setting and loads the pack again; each time all but a few functions are here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use wasmtime::CacheStore;

/// Several times what the built-in components need. Beyond it everything goes, since what is old cannot be told from what is not.
const MOST_BYTES: usize = 48 * 1024 * 1024;

/// Functions by the hash of their code and of the compiler's settings; wasmtime computes both.
#[derive(Default)]
pub(crate) struct Functions(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    functions: HashMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
}

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.functions.get(key).cloned().map(Cow::Owned)
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = key.len() + value.len();
        if kept.bytes + bytes > MOST_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += bytes;
        kept.functions.insert(key.to_owned(), value).is_none()
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Functions")
            .field("functions", &kept.functions.len())
            .field("bytes", &kept.bytes)
            .finish()
    }
}
