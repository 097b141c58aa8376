//! Versions side by side, and what never gets onto the shelf.

use super::*;

struct Desk {
    folder: tempfile::TempDir,
    shelf: Shelf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = Shelf::new(folder.path().join("data/packs"));
        Self { folder, shelf }
    }

    /// An archive of a pack without rules.
    fn archive(&self, name: &str, version: &str, readme: &str) -> Archive {
        let manifest = format!("[pack]\nname = '{name}'\nversion = '{version}'\ninterface = 'baton:rules@0.1'\n");
        fs::write(self.folder.path().join("pack.toml"), manifest).expect("written");
        fs::write(self.folder.path().join("README.md"), readme).expect("written");
        let folder = PackRef::Folder(self.folder.path().to_owned());
        let (_, archive) = crate::pack::Pack::with_parts(&folder).unwrap_or_else(|e| panic!("{e}"));
        archive
    }

    fn install(&self, name: &str, version: &str) -> Result<Installed, String> {
        let archive = self.archive(name, version, "");
        self.shelf.install(&archive, None).map_err(|e| e.to_string())
    }

    fn ids(&self) -> Vec<String> {
        self.shelf.list().expect("listed").iter().map(Installed::id).collect()
    }

    /// The file that a word of the configuration leads to.
    fn find(&self, word: &str) -> Result<String, String> {
        PackRef::find(word, Path::new(""), &self.shelf).map(|found| match found {
            PackRef::BuiltIn(name) => format!("built-in {name}"),
            PackRef::Folder(path) | PackRef::Archive(path) => {
                path.file_name().expect("a file").to_string_lossy().into_owned()
            }
        })
    }
}

#[test]
fn a_word_finds_the_built_in_pack_then_the_highest_installed_version() {
    let desk = Desk::new();
    assert_eq!(desk.ids(), [""; 0]);
    for version in ["1.2.0", "1.10.0", "2.0.0-rc.1"] {
        desk.install("acme-rules", version).expect(version);
    }
    desk.install("hvac", "1.0.0").expect("beside the built-in one");
    assert_eq!(
        desk.ids(),
        [
            "acme-rules@1.2.0",
            "acme-rules@1.10.0",
            "acme-rules@2.0.0-rc.1",
            "hvac@1.0.0"
        ]
    );
    assert_eq!(desk.find("acme-rules").as_deref(), Ok("acme-rules-1.10.0.baton"));
    assert_eq!(desk.find("acme-rules@1.2.0").as_deref(), Ok("acme-rules-1.2.0.baton"));
    assert_eq!(
        desk.find("acme-rules@2.0.0-rc.1").as_deref(),
        Ok("acme-rules-2.0.0-rc.1.baton")
    );
    assert_eq!(desk.find("hvac").as_deref(), Ok("built-in hvac"));
    assert_eq!(desk.find("hvac@0.1.0").as_deref(), Ok("built-in hvac"));
    assert_eq!(desk.find("hvac@1.0.0").as_deref(), Ok("hvac-1.0.0.baton"));
    for (word, said) in [
        (
            "acme-rules@1.3.0",
            "no pack `acme-rules@1.3.0`; there is `acme-rules@1.2.0`, `acme-rules@1.10.0`",
        ),
        (
            "acme-rulez",
            "no built-in or installed pack `acme-rulez`; did you mean `acme-rules`?",
        ),
        (
            "acme-rules@1.2",
            "\"acme-rules@1.2\" names no version: unexpected end of input",
        ),
        ("gone-1.0.0.baton", "no pack at gone-1.0.0.baton: there is no such file"),
    ] {
        let told = desk.find(word).expect_err(word);
        assert!(told.starts_with(said), "{told}");
    }
}

#[test]
fn two_packs_with_one_id_are_refused_and_the_first_stays() {
    let desk = Desk::new();
    desk.install("acme", "1.0.0").expect("the first");
    let before = fs::read(desk.shelf.folder().join("acme-1.0.0.baton")).expect("there");
    let other = desk.archive("acme", "1.0.0", "another text");
    let told = desk
        .shelf
        .install(&other, None)
        .expect_err("another acme@1.0.0")
        .to_string();
    assert_eq!(
        told,
        "another acme@1.0.0 is installed already, with other parts; give yours a version of its own"
    );
    assert_eq!(
        fs::read(desk.shelf.folder().join("acme-1.0.0.baton")).expect("there"),
        before
    );
    let told = desk.install("hvac", "0.1.0").expect_err("built in");
    assert_eq!(
        told,
        "another hvac@0.1.0 is built in already, with other parts; give yours a version of its own"
    );
    desk.install("acme", "1.0.0").expect("the same again is no other");
}

#[test]
fn an_older_version_is_installed_only_by_name() {
    let desk = Desk::new();
    desk.install("acme", "1.2.0").expect("installed");
    let told = desk.install("acme", "1.1.0").expect_err("a downgrade");
    assert_eq!(
        told,
        "acme@1.1.0 is older than acme@1.2.0, which is installed; to install the older one beside it, say so by name: \
         --downgrade acme@1.1.0"
    );
    let older = desk.archive("acme", "1.1.0", "");
    desk.shelf
        .install(&older, Some("acme@1.0.0"))
        .expect_err("another version is named");
    desk.shelf.install(&older, Some("acme@1.1.0")).expect("named");
    assert_eq!(desk.find("acme").as_deref(), Ok("acme-1.2.0.baton"));
    desk.install("acme", "1.1.0").expect("it is there already");
}

#[test]
fn what_is_removed_is_gone_and_what_is_no_archive_was_never_there() {
    let desk = Desk::new();
    desk.install("acme", "1.0.0").expect("installed");
    for file in [".writing-x", "notes.txt", "acme.baton", "acme-1.0.baton"] {
        fs::write(desk.shelf.folder().join(file), "").expect("written");
    }
    assert_eq!(desk.ids(), ["acme@1.0.0"]);
    desk.shelf.remove("acme@1.0.0").expect("removed");
    assert_eq!(desk.ids(), [""; 0]);
    let told = desk.shelf.remove("acme@1.0.0").expect_err("gone").to_string();
    assert_eq!(
        told,
        "no pack acme@1.0.0 is installed; `baton pack list --installed` shows what is"
    );
}

#[test]
fn a_list_of_parts_that_names_another_pack_is_refused() {
    let desk = Desk::new();
    let mut parts = std::collections::BTreeMap::new();
    let manifest = "[pack]\nname = 'acme'\nversion = '1.0.0'\ninterface = 'baton:rules@0.1'\n";
    parts.insert("pack.toml".to_owned(), manifest.as_bytes().to_vec());
    let lie = Archive::new("better", "9.0.0", parts).expect("whole");
    let file = desk.folder.path().join("better-9.0.0.baton");
    fs::write(&file, lie.to_bytes().expect("bytes")).expect("written");
    let told = crate::pack::Pack::load(&PackRef::Archive(file))
        .expect_err("a lie")
        .to_string();
    assert!(
        told.contains("parts.json says better@9.0.0, and pack.toml says acme@1.0.0; build the archive again"),
        "{told}"
    );
    assert!(told.contains("better-9.0.0.baton"), "{told}");
}
