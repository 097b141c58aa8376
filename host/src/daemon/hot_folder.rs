//! A pack's folder that is put in force whenever it changes: for whoever writes rules, beside a daemon of their own.
//!
//! The folder is looked at once a second rather than listened to: editors replace files in several steps, and on some
//! file systems nothing can be listened to. A change is taken once two looks in a row have seen the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use baton_core::BusinessId;

use crate::engine::Engine;
use crate::pack::{Pack, PackRef};

/// Between two looks.
const ROUND: Duration = Duration::from_secs(1);
/// Files that are looked at; a pack has some dozens.
const MOST_FILES: usize = 2_000;

/// What a look at the folder sees: each file's path, length and time.
type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// What came of a change of the folder.
#[derive(Debug)]
pub enum Watched {
    /// It is in force: `mine@0.1.0#4`.
    InForce(String),
    /// It is wrong, and what was in force stays; everything that is wrong with it.
    Wrong(String),
}

/// Puts a folder's pack in force now and after each change, for as long as it is polled.
pub(super) async fn watch(engine: Arc<Engine>, business: BusinessId, folder: PathBuf, tell: impl Fn(Watched)) {
    let (mut taken, mut last): (Option<Look>, Option<Look>) = (None, None);
    loop {
        let look = look(&folder);
        let settled = last.as_ref() == Some(&look);
        if settled && taken.as_ref() != Some(&look) {
            tell(put_in_force(&engine, &business, &folder).await);
            taken = Some(look.clone());
        }
        last = Some(look);
        tokio::time::sleep(ROUND).await;
    }
}

async fn put_in_force(engine: &Arc<Engine>, business: &BusinessId, folder: &Path) -> Watched {
    let named = folder.join("");
    let read = PackRef::new(&named.display().to_string(), Path::new(""));
    let read = read.and_then(|pack| Pack::load(&pack).map_err(|errors| errors.to_string()));
    let pack = match read {
        Ok(pack) => Arc::new(pack),
        Err(wrong) => return Watched::Wrong(wrong),
    };
    match engine.activate_pack(business, pack, "watched folder").await {
        Ok(generations) => {
            let rules = generations.all.iter().find(|past| past.number == generations.in_force);
            Watched::InForce(rules.map_or_else(String::new, |past| format!("{}#{}", past.pack, past.number)))
        }
        Err(error) => Watched::Wrong(error.to_string()),
    }
}

fn look(folder: &Path) -> Look {
    let mut seen = Look::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(about) if seen.len() < MOST_FILES => seen.push((entry.path(), about.len(), about.modified().ok())),
                Ok(_) | Err(_) => {}
            }
        }
    }
    seen.sort();
    seen
}
