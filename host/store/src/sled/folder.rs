//! The data folder around the database, and the guards that lie in it.
//!
//! `LOCK` keeps a second process out. `FORMAT` says which program may read the folder. `CLEAN` is there only between a
//! clean stop and the next open; without it the database is copied to `before-recovery` before sled may touch it, since
//! its recovery can cut the log, and the copy goes away once the canary agrees. `CANARY` says how far the acknowledged
//! commits reach: written after each sync and before the acknowledgements, synced once a second. After a crash of the
//! process it is exact, so a database that has less has lost commits; after a power cut it is at most a second old, and
//! proves that nothing older than that second is lost. `sled` is the database; `rewriting` is what a
//! rewrite that was killed left beside it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::committer::Disk;
use crate::error::OpenError;
use crate::store::Counts;

/// The format of the folder that this program writes, and the newest it knows.
const FORMAT: u32 = 1;

/// The canary is written in turn to two places, a disk sector each, so that a torn write leaves the other.
const CANARY_SLOT_BYTES: u64 = 512;

/// A folder that this process has locked.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is missing, and locks it.
    pub(super) fn take(path: &Path) -> Result<Folder, OpenError> {
        fs::create_dir_all(path).map_err(io_at("make the folder", path))?;
        let lock_path = path.join("LOCK");
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).read(true).write(true);
        let mut lock = options.open(&lock_path).map_err(io_at("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let known = lock.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
                let pid = if known {
                    pid.trim().to_owned()
                } else {
                    "unknown".to_owned()
                };
                return Err(OpenError::InUse {
                    folder: path.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(source)) => return Err(io_at("lock", &lock_path)(source)),
        }
        let pid = format!("{}\n", std::process::id());
        lock.set_len(0)
            .and_then(|()| lock.write_all(pid.as_bytes()))
            .map_err(io_at("write", &lock_path))?;
        Ok(Folder {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join("sled")
    }

    fn copy(&self) -> PathBuf {
        self.path.join("before-recovery")
    }

    fn clean_mark(&self) -> PathBuf {
        self.path.join("CLEAN")
    }

    fn canary(&self) -> PathBuf {
        self.path.join("CANARY")
    }

    pub(super) fn io(&self, action: &'static str, source: io::Error) -> OpenError {
        io_at(action, &self.path)(source)
    }

    /// Refuses a folder of another kind or of a newer format; marks a new one as ours.
    pub(super) fn check_format(&self) -> Result<(), OpenError> {
        let path = self.path.join("FORMAT");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.database().exists() => {
                return write_whole(&path, &format!("baton-store {FORMAT}\n"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.not_a_store("it has a database but no file FORMAT".to_owned()));
            }
            Err(error) => return Err(io_at("read", &path)(error)),
        };
        let format = text
            .strip_prefix("baton-store ")
            .and_then(|number| number.trim().parse::<u32>().ok());
        let found = format.ok_or_else(|| self.not_a_store(format!("its file FORMAT says {text:?}")))?;
        if found > FORMAT {
            return Err(OpenError::NewerFormat {
                folder: self.path.clone(),
                found,
                known: FORMAT,
            });
        }
        Ok(())
    }

    pub(super) fn not_a_store(&self, fault: String) -> OpenError {
        OpenError::NotAStore {
            folder: self.path.clone(),
            fault,
        }
    }

    /// Makes the folder ready for sled: a copy if the last stop was not clean, no leftovers of a killed open.
    pub(super) fn prepare(&self, copy_before_recovery: bool) -> Result<(), OpenError> {
        let clean = self.clean_mark().exists();
        if clean {
            // From here on a crash must be seen as one.
            self.remove_clean_mark()?;
        } else if copy_before_recovery && self.database().join("db").exists() && !self.copy().exists() {
            self.copy_database()?;
        }
        // A rewrite that was killed leaves half a new database, or the whole old one with what was to be erased.
        remove_folder(&self.path.join("rewriting"))?;
        // A kill while sled opens leaves these, and they can make the next open fail.
        for path in files(&self.database())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(&path).map_err(io_at("remove the leftover", &path))?;
            }
        }
        Ok(())
    }

    fn remove_clean_mark(&self) -> Result<(), OpenError> {
        fs::remove_file(self.clean_mark()).map_err(io_at("remove", &self.clean_mark()))?;
        sync(&self.path)
    }

    fn copy_database(&self) -> Result<(), OpenError> {
        let files = files(&self.database())?;
        let size = |path: &PathBuf| {
            fs::metadata(path)
                .map(|meta| meta.len())
                .map_err(io_at("measure", path))
        };
        let needed_bytes = files.iter().map(size).sum::<Result<u64, _>>()?;
        let free_bytes = free_bytes(&self.path).map_err(|source| self.io("ask for the free space of", source))?;
        if needed_bytes > free_bytes {
            return Err(OpenError::NoRoomForCopy {
                folder: self.path.clone(),
                needed_bytes,
                free_bytes,
            });
        }
        tracing::warn!(
            needed_bytes,
            "the store was not stopped cleanly; copying it before its recovery"
        );
        let partial = self.path.join("before-recovery.partial");
        remove_folder(&partial)?;
        fs::create_dir(&partial).map_err(io_at("make the folder", &partial))?;
        for from in files {
            let to = partial.join(from.file_name().expect("a listed file has a name"));
            fs::copy(&from, &to).map_err(io_at("copy", &from))?;
            sync(&to)?;
        }
        sync(&partial)?;
        fs::rename(&partial, self.copy()).map_err(io_at("rename", &partial))?;
        sync(&self.path)
    }

    /// The counts, if the database reaches as far as was acknowledged.
    pub(super) fn check_canary(&self, counts: Counts) -> Result<Counts, OpenError> {
        let bytes = match fs::read(self.canary()) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(counts),
            Err(error) => return Err(io_at("read", &self.canary())(error)),
        };
        let slots = bytes.chunks(CANARY_SLOT_BYTES as usize).filter_map(parse_note);
        let Some((steps, last_event)) = slots.max() else {
            return Ok(counts);
        };
        if counts.steps < steps || counts.last_event < last_event {
            return Err(OpenError::Lost {
                folder: self.path.clone(),
                found: counts.steps,
                acknowledged: steps,
                copy: self.copy(),
            });
        }
        Ok(counts)
    }

    /// After a good open: syncs every file and folder, which sled does not, and drops the copy.
    pub(super) fn settle(&self) -> Result<(), OpenError> {
        for path in files(&self.database())? {
            sync(&path)?;
        }
        sync(&self.database())?;
        sync(&self.path)?;
        remove_folder(&self.copy())
    }

    /// The disk of a committer that goes on from these counts.
    pub(super) fn disk(&self, counts: &Counts) -> Result<FolderDisk, OpenError> {
        let db_path = self.database().join("db");
        let db = File::open(&db_path).map_err(io_at("open", &db_path))?;
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true);
        let canary = options.open(self.canary()).map_err(io_at("open", &self.canary()))?;
        let mut disk = FolderDisk {
            db,
            canary,
            folder: self.path.clone(),
        };
        disk.note(counts)
            .and_then(|()| disk.sync_note())
            .map_err(io_at("write", &self.canary()))?;
        sync(&self.path)?;
        Ok(disk)
    }

    /// Says that nothing is left to recover.
    pub(super) fn mark_clean(&self) -> Result<(), OpenError> {
        self.settle()?;
        write_whole(&self.clean_mark(), "stopped cleanly\n")
    }
}

/// The files that the committer syncs and writes.
pub(super) struct FolderDisk {
    db: File,
    canary: File,
    folder: PathBuf,
}

impl Disk for FolderDisk {
    fn free_bytes(&mut self) -> io::Result<u64> {
        free_bytes(&self.folder)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.db.sync_data()
    }

    fn note(&mut self, counts: &Counts) -> io::Result<()> {
        let slot = counts.steps % 2 * CANARY_SLOT_BYTES;
        self.canary
            .write_all_at(note(counts.steps, counts.last_event).as_bytes(), slot)
    }

    fn sync_note(&mut self) -> io::Result<()> {
        self.canary.sync_data()
    }
}

/// One line of fixed length, with a checksum of its numbers at the end.
fn note(steps: u64, last_event: u64) -> String {
    let numbers = format!("steps {steps:020} last-event {last_event:020}");
    let checksum = crc32fast::hash(numbers.as_bytes());
    format!("{numbers} {checksum:08x}\n")
}

fn parse_note(slot: &[u8]) -> Option<(u64, u64)> {
    let line = std::str::from_utf8(slot.split(|byte| *byte == b'\n').next()?).ok()?;
    let mut words = line.split(' ');
    let steps = words.nth(1)?.parse().ok()?;
    let last_event = words.nth(1)?.parse().ok()?;
    (note(steps, last_event).trim_end() == line).then_some((steps, last_event))
}

/// The files of a folder, in order of their names; none if it is not there.
fn files(folder: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_at("list", folder)(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(io_at("list", folder))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// Writes a small file so that it is there whole or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), OpenError> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text).map_err(io_at("write", &partial))?;
    sync(&partial)?;
    fs::rename(&partial, path).map_err(io_at("rename", &partial))?;
    sync(path.parent().expect("a file of the data folder lies in it"))
}

fn remove_folder(path: &Path) -> Result<(), OpenError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at("remove", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sync(path: &Path) -> Result<(), OpenError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(io_at("sync", path))
}

fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn io_at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { action, path, source }
}
