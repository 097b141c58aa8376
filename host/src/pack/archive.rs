//! One file that holds a pack, the same bytes for the same pack, and everything that may be wrong with one.
//!
//! A tar in a gzip: every machine can look into it, both crates are in half the world's tools, and text and Wasm shrink
//! to a third. Entries are sorted and carry no time, owner or mode of their own. The first one, `parts.json`, names every
//! other with its size and SHA-256; a signature is over these bytes, so it holds for all, and does not change what it
//! signs. Signatures lie inside, as `signatures.json`: one file to carry, and none to forget.
//!
//! An archive comes from a stranger. It is unpacked into memory, within a bound, and nothing of it is ever written
//! to a path that it names.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};

use super::files::{ENDING, MANIFEST, most_bytes};
use super::keys::{PublicKey, SecretKey};
use crate::config::is_inside;

/// An archive that is read. Five components of the largest size, well packed.
const ARCHIVE_BYTES: u64 = 64 << 20;
/// What it may unpack to: all of it is held in memory.
const UNPACKED_BYTES: u64 = 160 << 20;
/// Its parts: a thousand stories, a thousand fixtures, two hundred components and some texts.
const PARTS: usize = 2_500;
/// Who signs a pack: its authors, a reviewer, an operator.
const SIGNATURES: usize = 16;
/// The part that names all others.
const LIST: &str = "parts.json";
const SIGNED: &str = "signatures.json";
/// Of the list, the signatures, and which part comes when.
const FORMAT: u32 = 1;

/// A pack in one file, with every part as its list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its path, as errors name it.
    pub(super) file: String,
    /// Every part of the pack by its path.
    pub(super) parts: BTreeMap<String, Vec<u8>>,
    list: List,
    /// As they stand in the archive; what is signed.
    list_bytes: Vec<u8>,
    signatures: Vec<SignatureForm>,
    /// Whose signatures it carries; each was checked.
    pub(super) signed_by: Vec<PublicKey>,
}

/// A part of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its path in the pack.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest, in hex.
    pub sha256: String,
}

/// `parts.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    format: u32,
    name: String,
    version: String,
    parts: Vec<Part>,
}

/// `signatures.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signatures {
    signatures: Vec<SignatureForm>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureForm {
    key: String,
    signature: String,
}

/// Why a file is no archive that can be trusted to be what it says; reads on after the file's name.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system says no.
    #[error("the archive cannot be read: {0}")]
    Read(io::Error),
    /// More than is read.
    #[error("the archive has {bytes} bytes, at most {ARCHIVE_BYTES} are read; leave out what the pack does not need")]
    TooBig {
        /// Its length.
        bytes: u64,
    },
    /// Some other file.
    #[error("not a pack archive: it is no gzip; make one with `baton pack build DIR`")]
    NotGzip,
    /// Cut off, or changed on its way.
    #[error("the archive is truncated or damaged: {0}; fetch it again, or build it again with `baton pack build`")]
    Damaged(String),
    /// A decompression bomb.
    #[error("the archive unpacks to more than {UNPACKED_BYTES} bytes; no pack does, so do not use it")]
    Bomb,
    /// A link, a device, a folder.
    #[error("part {part:?} is {what}, and a pack has plain files only; build it with `baton pack build`")]
    NotAFile {
        /// Its path.
        part: String,
        /// What it is.
        what: &'static str,
    },
    /// A path that leads out, or could be written in two ways.
    #[error("part {part:?} is no path inside a pack; do not unpack this archive, and ask who made it")]
    Path {
        /// Its path.
        part: String,
    },
    /// Two parts of one name.
    #[error("part {part:?} is there twice; build the archive again with `baton pack build`")]
    Twice {
        /// Its path.
        part: String,
    },
    /// More than a pack has.
    #[error("the archive has more than {PARTS} parts; leave out what the pack does not need")]
    ManyParts,
    /// More than is read of such a part.
    #[error("part {part:?} has {bytes} bytes, at most {most} are read; make it smaller")]
    LargePart {
        /// Its path.
        part: String,
        /// Its length.
        bytes: u64,
        /// What it may have.
        most: u64,
    },
    /// Some other tar.
    #[error("the archive does not begin with {LIST}, as packs do; make one with `baton pack build DIR`")]
    NoList,
    /// Not as we write it.
    #[error("part {part:?} cannot be read: {message}; build the archive again with `baton pack build`")]
    Form {
        /// Its path.
        part: &'static str,
        /// What is wrong.
        message: String,
    },
    /// Made by a later version.
    #[error("the archive is of format {found}, this host reads {FORMAT}; use a later version of baton")]
    Format {
        /// Its format.
        found: u32,
    },
    /// Listed, and not there.
    #[error("part {part:?} is missing, and {LIST} names it; fetch the archive again")]
    Missing {
        /// Its path.
        part: String,
    },
    /// There, and not listed.
    #[error("part {part:?} is not named by {LIST}: it was put in later; do not use this archive")]
    Unlisted {
        /// Its path.
        part: String,
    },
    /// Not what was listed.
    #[error("part {part:?} is not what {LIST} says ({expected}, not {found}): it was changed; do not use this archive")]
    Changed {
        /// Its path.
        part: String,
        /// Size and digest of the list.
        expected: String,
        /// Its own.
        found: String,
    },
    /// The list names another pack than the manifest.
    #[error("{LIST} says {listed}, and {MANIFEST} says {manifest}; build the archive again with `baton pack build`")]
    Id {
        /// By the list.
        listed: String,
        /// By the manifest.
        manifest: String,
    },
    /// The file's name says something else than what is in it.
    #[error("the archive holds {is}; name it {is}{ENDING}, so that its name tells the truth")]
    Renamed {
        /// `hvac-1.2.0`
        is: String,
    },
    /// A signature that is none.
    #[error("the signature of {key} is not for these parts: the archive was changed, or signed wrongly; do not use it")]
    Signature {
        /// As it is written.
        key: String,
    },
    /// Nothing to put in, or what cannot be put in.
    #[error("part {part:?} cannot be put into an archive: {message}")]
    Write {
        /// Its path.
        part: String,
        /// Why not.
        message: String,
    },
}

impl Archive {
    /// Puts the parts of a pack together.
    ///
    /// # Errors
    ///
    /// When a part is too big, or its path does not fit.
    pub(super) fn new(name: &str, version: &str, parts: BTreeMap<String, Vec<u8>>) -> Result<Self, ArchiveError> {
        if parts.len() > PARTS {
            return Err(ArchiveError::ManyParts);
        }
        for (path, bytes) in &parts {
            checked(path, bytes.len() as u64)?;
        }
        let list = List {
            format: FORMAT,
            name: name.to_owned(),
            version: version.to_owned(),
            parts: parts.iter().map(|(path, bytes)| Part::of(path, bytes)).collect(),
        };
        let list_bytes = json(&list);
        Ok(Self {
            file: format!("{name}-{version}{ENDING}"),
            parts,
            list,
            list_bytes,
            signatures: Vec::new(),
            signed_by: Vec::new(),
        })
    }

    /// Reads an archive and checks that every part is what the list says, every signature one of the list, and the file's
    /// name that of the pack.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it.
    pub fn open(file: &Path) -> Result<Self, ArchiveError> {
        let length = fs::metadata(file).map_err(ArchiveError::Read)?.len();
        if length > ARCHIVE_BYTES {
            return Err(ArchiveError::TooBig { bytes: length });
        }
        let bytes = fs::read(file).map_err(ArchiveError::Read)?;
        let archive = Self::from_bytes(&file.display().to_string(), &bytes)?;
        let is = format!("{}-{}", archive.list.name, archive.list.version);
        if file
            .file_name()
            .is_some_and(|name| name.to_string_lossy() != format!("{is}{ENDING}"))
        {
            return Err(ArchiveError::Renamed { is });
        }
        Ok(archive)
    }

    fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut parts = entries(&unpacked(bytes)?)?;
        let list_bytes = parts.remove(LIST).ok_or(ArchiveError::NoList)?;
        let list: List = form(LIST, &list_bytes)?;
        if list.format != FORMAT {
            return Err(ArchiveError::Format { found: list.format });
        }
        let signatures = match parts.remove(SIGNED) {
            Some(bytes) => form::<Signatures>(SIGNED, &bytes)?.signatures,
            None => Vec::new(),
        };
        compare(&list, &parts)?;
        let signed_by = signers(&list_bytes, &signatures)?;
        Ok(Self {
            file: file.to_owned(),
            parts,
            list,
            list_bytes,
            signatures,
            signed_by,
        })
    }

    /// The archive as a file holds it: the same bytes for the same parts and signatures.
    ///
    /// # Errors
    ///
    /// When a part's path is longer than a tar has room for.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArchiveError> {
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        let mut tar = tar::Builder::new(gzip);
        put(&mut tar, LIST, &self.list_bytes)?;
        if !self.signatures.is_empty() {
            let signatures = self.signatures.clone();
            put(&mut tar, SIGNED, &json(&Signatures { signatures }))?;
        }
        for (path, bytes) in &self.parts {
            put(&mut tar, path, bytes)?;
        }
        let memory = "memory takes what is written to it";
        Ok(tar.into_inner().expect(memory).finish().expect(memory))
    }

    /// Adds a signature, in place of an earlier one of the same key.
    pub fn sign(&mut self, key: &SecretKey) {
        let public = key.public();
        let signature = key.sign(&self.list_bytes);
        self.signatures.retain(|known| known.key != public.to_string());
        self.signatures.push(SignatureForm {
            key: public.to_string(),
            signature,
        });
        self.signatures.sort();
        self.signed_by.retain(|known| *known != public);
        self.signed_by.push(public);
    }

    /// The name that its file must have.
    pub fn file_name(&self) -> String {
        format!("{}-{}{ENDING}", self.list.name, self.list.version)
    }

    /// `hvac@1.2.0`, by its list.
    pub fn id(&self) -> String {
        format!("{}@{}", self.list.name, self.list.version)
    }

    /// Its parts, sorted by path.
    pub fn parts(&self) -> &[Part] {
        &self.list.parts
    }

    /// The digest of its list of parts, in hex: two archives that have the same hold the same pack, whoever signed them.
    pub fn digest(&self) -> String {
        digest(&self.list_bytes)
    }

    /// Whose signatures it carries; each was checked.
    pub fn signed_by(&self) -> &[PublicKey] {
        &self.signed_by
    }
}

impl Part {
    pub(super) fn of(path: &str, bytes: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: digest(bytes),
        }
    }

    fn shown(&self) -> String {
        let short = self.sha256.get(..12).unwrap_or(&self.sha256);
        format!("{} bytes with SHA-256 {short}…", self.bytes)
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Pretty, so that whoever unpacks an archive can read it.
fn json<T: Serialize>(form: &T) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(form).expect("strings and numbers can be written");
    text.push('\n');
    text.into_bytes()
}

fn form<T: serde::de::DeserializeOwned>(part: &'static str, bytes: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(bytes).map_err(|e| ArchiveError::Form {
        part,
        message: e.to_string(),
    })
}

/// Unzips all of it, so that a cut or a changed bit is found by the checksum at its end.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(ArchiveError::NotGzip);
    }
    let mut unzip = GzDecoder::new(bytes);
    let mut tar = Vec::new();
    let read = (&mut unzip).take(UNPACKED_BYTES + 1).read_to_end(&mut tar);
    read.map_err(|e| ArchiveError::Damaged(e.to_string()))?;
    if tar.len() as u64 > UNPACKED_BYTES {
        return Err(ArchiveError::Bomb);
    }
    match unzip.into_inner().len() {
        0 => Ok(tar),
        more => Err(ArchiveError::Damaged(format!("{more} bytes follow its end"))),
    }
}

fn entries(tar: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let damaged = |e: io::Error| ArchiveError::Damaged(e.to_string());
    let mut parts = BTreeMap::new();
    let mut archive = tar::Archive::new(tar);
    // Raw: what would make a longer name or another size of the next entry is an entry of its own, and refused.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if let Some(what) = other_than_file(entry.header().entry_type()) {
            return Err(ArchiveError::NotAFile { part: path, what });
        }
        if parts.is_empty() && path != LIST {
            return Err(ArchiveError::NoList);
        }
        let bytes = checked(&path, entry.header().entry_size().map_err(damaged)?)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(damaged)?;
        if content.len() as u64 != bytes {
            return Err(ArchiveError::Damaged(format!(
                "part {path:?} ends after {} of {bytes} bytes",
                content.len()
            )));
        }
        if parts.len() > PARTS + 2 {
            return Err(ArchiveError::ManyParts);
        }
        if parts.insert(path.clone(), content).is_some() {
            return Err(ArchiveError::Twice { part: path });
        }
    }
    Ok(parts)
}

fn other_than_file(kind: EntryType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    Some(if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_hard_link() {
        "a link to another part"
    } else if kind.is_dir() {
        "a folder"
    } else {
        "no plain file"
    })
}

fn checked(path: &str, bytes: u64) -> Result<u64, ArchiveError> {
    let part = || path.to_owned();
    if !is_inside(path) {
        return Err(ArchiveError::Path { part: part() });
    }
    let most = most_bytes(path);
    if bytes > most {
        return Err(ArchiveError::LargePart {
            part: part(),
            bytes,
            most,
        });
    }
    Ok(bytes)
}

fn compare(list: &List, parts: &BTreeMap<String, Vec<u8>>) -> Result<(), ArchiveError> {
    let mut listed = std::collections::BTreeSet::new();
    for expected in &list.parts {
        let part = || expected.path.clone();
        if !listed.insert(&expected.path) {
            return Err(ArchiveError::Form {
                part: LIST,
                message: format!("it names {:?} twice", expected.path),
            });
        }
        let found = parts
            .get(&expected.path)
            .ok_or_else(|| ArchiveError::Missing { part: part() })?;
        let found = Part::of(&expected.path, found);
        if found != *expected {
            return Err(ArchiveError::Changed {
                part: part(),
                expected: expected.shown(),
                found: found.shown(),
            });
        }
    }
    match parts.keys().find(|path| !listed.contains(path)) {
        Some(part) => Err(ArchiveError::Unlisted { part: part.clone() }),
        None => Ok(()),
    }
}

fn signers(list: &[u8], signatures: &[SignatureForm]) -> Result<Vec<PublicKey>, ArchiveError> {
    let wrong = |message: String| ArchiveError::Form { part: SIGNED, message };
    if signatures.len() > SIGNATURES {
        return Err(wrong(format!(
            "it has {} signatures, at most {SIGNATURES} are read",
            signatures.len()
        )));
    }
    let mut signers = Vec::new();
    for SignatureForm { key, signature } in signatures {
        let public: PublicKey = key.parse().map_err(|e| wrong(format!("{key:?} is {e}")))?;
        if !public.has_signed(list, signature) {
            return Err(ArchiveError::Signature { key: key.clone() });
        }
        if signers.contains(&public) {
            return Err(wrong(format!("{key} has signed twice")));
        }
        signers.push(public);
    }
    Ok(signers)
}

fn put<W: io::Write>(tar: &mut tar::Builder<W>, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
    let mut header = Header::new_ustar();
    header.set_path(path).map_err(|e| ArchiveError::Write {
        part: path.to_owned(),
        message: e.to_string(),
    })?;
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("memory takes what is written to it");
    Ok(())
}

#[cfg(test)]
mod tests;
