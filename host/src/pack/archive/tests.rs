//! What may be wrong with an archive: each is refused with the file, the part and the remedy, and nothing is unpacked.

use std::collections::BTreeMap;

use super::*;

const MANIFEST_TEXT: &[u8] = b"[pack]\nname = 'mine'\nversion = '1.2.0'\ninterface = 'baton:rules@0.1'\n";

fn parts() -> BTreeMap<String, Vec<u8>> {
    let story = b"0 customer: hello\n".to_vec();
    [
        (MANIFEST.to_owned(), MANIFEST_TEXT.to_vec()),
        ("stories/a.story".to_owned(), story),
    ]
    .into()
}

fn sound() -> Archive {
    Archive::new("mine", "1.2.0", parts()).expect("sound")
}

/// A tar in a gzip, of entries as an enemy writes them.
fn forged(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::fast()));
    for (path, kind, bytes) in entries {
        let mut header = Header::new_gnu();
        // Past the crate's own check of paths.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, *bytes).expect("memory");
    }
    tar.into_inner().expect("memory").finish().expect("memory")
}

fn plain<'a>(path: &'a str, bytes: &'a [u8]) -> (&'a str, EntryType, &'a [u8]) {
    (path, EntryType::Regular, bytes)
}

#[track_caller]
fn refused(bytes: &[u8], said: &str) {
    let error = Archive::from_bytes("mine-1.2.0.baton", bytes)
        .map(|_| "is accepted")
        .expect_err(said);
    assert!(error.to_string().contains(said), "{error}");
}

#[test]
fn the_same_parts_are_the_same_bytes_and_come_back_whole() {
    let bytes = sound().to_bytes().expect("written");
    assert_eq!(bytes, sound().to_bytes().expect("written"));
    let read = Archive::from_bytes("mine-1.2.0.baton", &bytes).expect("sound");
    assert_eq!(read, sound());
    assert_eq!(
        (read.id().as_str(), read.file_name().as_str()),
        ("mine@1.2.0", "mine-1.2.0.baton")
    );
    assert_eq!(read.to_bytes().expect("written"), bytes);
    let digests: Vec<_> = read
        .parts()
        .iter()
        .map(|part| (part.path.as_str(), part.bytes))
        .collect();
    assert_eq!(
        digests,
        [("pack.toml", MANIFEST_TEXT.len() as u64), ("stories/a.story", 18)]
    );
    assert_eq!(
        digest(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn a_signature_is_kept_and_changes_no_part() {
    let key = SecretKey::generate().expect("random numbers");
    let mut archive = sound();
    archive.sign(&key);
    archive.sign(&key);
    let read = Archive::from_bytes("x", &archive.to_bytes().expect("written")).expect("sound");
    assert_eq!(read.signed_by(), [key.public()]);
    assert_eq!(read.digest(), sound().digest());
}

#[test]
fn a_cut_or_changed_file_is_refused() {
    let bytes = sound().to_bytes().expect("written");
    for cut in [2, 11, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
        refused(&bytes[..cut], "the archive is truncated or damaged");
    }
    let mut changed = bytes.clone();
    changed[bytes.len() - 6] ^= 1;
    refused(&changed, "the archive is truncated or damaged");
    refused(
        &[&bytes[..], b"more"].concat(),
        "4 bytes follow its end; fetch it again",
    );
    refused(b"", "it is no gzip; make one with `baton pack build DIR`");
    refused(b"PK\x03\x04", "it is no gzip");
    refused(&forged(&[]), "does not begin with parts.json");
    refused(
        &forged(&[plain(MANIFEST, MANIFEST_TEXT)]),
        "does not begin with parts.json",
    );
}

#[test]
fn no_path_leads_out_and_no_part_is_a_link() {
    let list = sound().list_bytes;
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "stories/../../x",
        "./pack.toml",
        "a//b",
        "a\\b",
        "C:x",
        "",
        "a\nb",
    ] {
        let bytes = forged(&[plain(LIST, &list), plain(path, b"x")]);
        refused(&bytes, "is no path inside a pack; do not unpack this archive");
    }
    for (kind, what) in [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a link to another part"),
        (EntryType::Directory, "a folder"),
        (EntryType::Fifo, "no plain file"),
        (EntryType::GNULongName, "no plain file"),
        (EntryType::XHeader, "no plain file"),
    ] {
        let bytes = forged(&[plain(LIST, &list), ("pack.toml", kind, b"")]);
        refused(
            &bytes,
            &format!("part \"pack.toml\" is {what}, and a pack has plain files only"),
        );
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0; UNPACKED_BYTES as usize + 1];
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::fast());
    io::Write::write_all(&mut gzip, &zeros).expect("memory");
    let bomb = gzip.finish().expect("memory");
    assert!(bomb.len() < 2 << 20, "{} bytes are no bomb", bomb.len());
    refused(&bomb, "unpacks to more than 167772160 bytes; no pack does");
    let large = vec![b' '; (1 << 20) + 1];
    let bytes = forged(&[plain(LIST, b"{}"), plain("stories/a.story", &large)]);
    refused(
        &bytes,
        "part \"stories/a.story\" has 1048577 bytes, at most 1048576 are read",
    );
    let many: Vec<String> = (0..PARTS + 10).map(|n| format!("stories/{n}.story")).collect();
    let many: Vec<_> = [plain(LIST, b"{}")]
        .into_iter()
        .chain(many.iter().map(|path| plain(path, b"")))
        .collect();
    refused(&forged(&many), "the archive has more than 2500 parts");
}

#[test]
fn a_list_that_lies_is_found_out() {
    let list = sound().list_bytes;
    let story = plain("stories/a.story", b"0 customer: hello\n");
    let manifest = plain(MANIFEST, MANIFEST_TEXT);
    refused(
        &forged(&[
            plain(LIST, &list),
            manifest,
            plain("stories/a.story", b"0 customer: hallo\n"),
        ]),
        "part \"stories/a.story\" is not what parts.json says (18 bytes with SHA-256",
    );
    refused(
        &forged(&[plain(LIST, &list), manifest]),
        "part \"stories/a.story\" is missing, and parts.json names it",
    );
    refused(
        &forged(&[plain(LIST, &list), manifest, story, plain("evil.wasm", b"\0asm")]),
        "part \"evil.wasm\" is not named by parts.json: it was put in later",
    );
    refused(
        &forged(&[plain(LIST, &list), manifest, story, story]),
        "part \"stories/a.story\" is there twice",
    );
    refused(
        &forged(&[plain(LIST, &list), plain(LIST, &list)]),
        "part \"parts.json\" is there twice",
    );
    refused(
        &forged(&[plain(LIST, b"{}")]),
        "part \"parts.json\" cannot be read: missing field `format`",
    );
    let text = String::from_utf8(list).expect("JSON");
    let of = |text: String| forged(&[plain(LIST, text.as_bytes()), manifest, story]);
    refused(
        &of(text.replace("\"format\": 1", "\"format\": 2")),
        "is of format 2, this host reads 1; use a later version",
    );
    refused(
        &of(text.replace("\"format\": 1", "\"format\": 1, \"x\": 0")),
        "unknown field `x`",
    );
    refused(
        &of(text.replace("stories/a.story", "pack.toml")),
        "it names \"pack.toml\" twice",
    );
}

#[test]
fn a_signature_for_other_parts_is_refused() {
    let key = SecretKey::generate().expect("random numbers");
    let mut signed = sound();
    signed.sign(&key);
    let mut other = parts();
    other.insert("README.md".into(), b"more".to_vec());
    let mut tampered = Archive::new("mine", "1.2.0", other).expect("sound");
    tampered.signatures.clone_from(&signed.signatures);
    let bytes = tampered.to_bytes().expect("written");
    refused(
        &bytes,
        &format!("the signature of {} is not for these parts", key.public()),
    );
    signed.signatures[0].key = "ed25519:AAAA".into();
    refused(
        &signed.to_bytes().expect("written"),
        "part \"signatures.json\" cannot be read: \"ed25519:AAAA\" is not a public key",
    );
    tampered.signatures = vec![signed.signatures[0].clone(); SIGNATURES + 1];
    refused(
        &tampered.to_bytes().expect("written"),
        "it has 17 signatures, at most 16 are read",
    );
}

#[test]
fn a_file_is_called_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine-1.3.0.baton");
    fs::write(&file, sound().to_bytes().expect("written")).expect("written");
    let error = Archive::open(&file).expect_err("renamed");
    assert_eq!(
        error.to_string(),
        "the archive holds mine-1.2.0; name it mine-1.2.0.baton, so that its name tells the truth"
    );
    let huge = fs::File::create(folder.path().join("huge.baton")).expect("made");
    huge.set_len(ARCHIVE_BYTES + 1).expect("a hole");
    let error = Archive::open(&folder.path().join("huge.baton")).expect_err("huge");
    assert!(
        error.to_string().starts_with("the archive has 67108865 bytes, at most"),
        "{error}"
    );
}
