//! A pack from its author's folder to a business, as both of them type it.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A folder to work in, with a pack `acme` and a data folder.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.pack("1.0.0");
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.0.path().join(name);
        fs::create_dir_all(file.parent().expect("below the desk")).expect("made");
        fs::write(file, text).expect("written");
    }

    fn pack(&self, version: &str) {
        let about = "licence = 'MIT'\nauthors = ['Acme']\ndescription = 'ours'";
        let head = format!("[pack]\nname = 'acme'\nversion = '{version}'\ninterface = 'baton:rules@0.1'\n{about}\n");
        let rule = "[[detector]]\nid = 'resale'\ncomponent = 'phrases'\nreason = 'resale'\nsettings = { examples = ['do you have dealer prices'] }\n";
        self.write("acme/pack.toml", &(head + rule));
        self.write("acme/CHANGELOG.md", "# 1.0.0\n\nThe first.\n");
        self.write("acme/secret.key", "not for others");
    }

    fn build(&self, version: &str) -> String {
        self.pack(version);
        let (code, out, err) = baton(&["pack", "build", &self.path("acme"), "--out", &self.path("")]);
        assert_eq!(code, 0, "{out}{err}");
        self.path(&format!("acme-{version}.baton"))
    }

    fn run(&self, args: &[&str]) -> (u8, String, String) {
        let data = self.path("data");
        baton(&[args, &["--data", &data]].concat())
    }
}

#[track_caller]
fn ends(told: (u8, String, String), code: u8, said: &str) {
    let (ended, out, err) = told;
    assert!(
        ended == code && (out.contains(said) || err.contains(said)),
        "{ended}\n{out}\n{err}"
    );
}

#[test]
fn a_pack_is_built_looked_at_signed_and_installed() {
    let desk = Desk::new();
    let file = desk.build("1.0.0");
    let first = fs::read(&file).expect("built");
    desk.build("1.0.0");
    assert_eq!(
        fs::read(&file).expect("built"),
        first,
        "the same pack has the same bytes"
    );

    let (code, out, err) = baton(&["pack", "inspect", &file]);
    assert_eq!(code, 0, "{err}");
    for said in [
        "acme@1.0.0",
        "MIT",
        "Acme",
        "pack.toml\t",
        "CHANGELOG.md\t",
        "phrases\tdetector\tphrases 0.1.0\t",
        "The first.",
    ] {
        assert!(out.contains(said), "{said}\n{out}");
    }
    assert!(
        !out.contains("secret.key"),
        "only what belongs to a pack is in it\n{out}"
    );

    let (key, public) = (desk.path("acme.key"), desk.path("acme.key.pub"));
    ends(
        baton(&["pack", "verify", &file]),
        1,
        "the archive is whole, and nobody has signed it",
    );
    ends(baton(&["pack", "keygen", &key]), 0, "ed25519:");
    ends(
        baton(&["pack", "keygen", &key]),
        2,
        "a key is never written over another file",
    );
    ends(
        baton(&["pack", "sign", &file, "--key", &public]),
        2,
        "holds no secret key",
    );
    ends(
        baton(&["pack", "sign", &file, "--key", &key]),
        0,
        "acme@1.0.0 is signed by ed25519:",
    );
    ends(
        baton(&["pack", "verify", &file]),
        0,
        "acme@1.0.0 is whole, and signed by ed25519:",
    );
    ends(baton(&["pack", "verify", &file, "--trusted", &public]), 0, "is whole");
    let other = desk.path("other.key");
    ends(baton(&["pack", "keygen", &other]), 0, "ed25519:");
    ends(
        baton(&["pack", "verify", &file, "--trusted", &format!("{other}.pub")]),
        1,
        "whom you do not trust",
    );
    ends(
        baton(&["pack", "verify", &file, "--trusted", "me"]),
        2,
        "\"me\" is no public key",
    );
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(&key).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others may not read it");

    ends(desk.run(&["pack", "install", &file]), 0, "acme@1.0.0 is installed");
    ends(desk.run(&["pack", "list", "--installed"]), 0, "acme@1.0.0\t");
    ends(desk.run(&["pack", "remove", "acme@1.0.0"]), 0, "acme@1.0.0 is removed");
    ends(
        desk.run(&["pack", "remove", "acme@1.0.0"]),
        1,
        "no pack acme@1.0.0 is installed",
    );
}

#[test]
fn an_archive_that_is_not_what_it_was_built_as_is_told_with_its_file_and_part() {
    let desk = Desk::new();
    let file = desk.build("1.0.0");
    let mut bytes = fs::read(&file).expect("built");
    let renamed = desk.path("acme-2.0.0.baton");
    fs::write(&renamed, &bytes).expect("written");
    for command in ["inspect", "check", "verify"] {
        ends(
            baton(&["pack", command, &renamed]),
            1,
            "the archive holds acme-1.0.0; name it acme-1.0.0.baton",
        );
    }
    ends(
        desk.run(&["pack", "install", &renamed]),
        1,
        "the archive holds acme-1.0.0",
    );
    let end = bytes.len() - 5;
    bytes[end] ^= 0x10;
    fs::write(&file, &bytes).expect("written");
    ends(
        desk.run(&["pack", "install", &file]),
        1,
        "the archive is truncated or damaged",
    );
    ends(desk.run(&["pack", "list", "--installed"]), 0, "nothing is installed");
    ends(baton(&["pack", "build", "hvac"]), 2, "hvac is no folder");
    ends(
        baton(&["pack", "build", &desk.path("acme"), "--out", &desk.path("x.baton")]),
        2,
        "is not the name of acme@1.0.0",
    );
}

#[test]
fn a_business_that_wants_signed_packs_gets_no_other_at_install_and_at_start() {
    let desk = Desk::new();
    let file = desk.build("1.0.0");
    let key = desk.path("acme.key");
    ends(baton(&["pack", "keygen", &key]), 0, "ed25519:");
    let public = fs::read_to_string(format!("{key}.pub")).expect("there");
    let config = desk.path("baton.toml");
    let business = |pack: &str, keys: &str| {
        let text = format!("[business.acme]\npack = \"{pack}\"\nrequire_signed = true\ntrusted_keys = [{keys}]\n");
        desk.write("baton.toml", &text);
    };
    let trusted = format!("\"{}\"", public.trim());
    let install = |file: &str| desk.run(&["pack", "install", file, "--config", &config]);
    let start = || {
        let data = desk.0.path().join("data");
        crate::config::Config::load_for(Path::new(&config), Some(&data))
            .map(drop)
            .map_err(|e| e.to_string())
    };
    business("acme", &trusted);
    ends(
        install(&file),
        1,
        "acme@1.0.0 is not signed, and the business has `require_signed`; sign it",
    );
    assert!(
        start()
            .expect_err("nothing there")
            .contains("no built-in or installed pack `acme`")
    );
    ends(baton(&["pack", "sign", &file, "--key", &key]), 0, "signed");
    business("acme", "");
    ends(install(&file), 1, "and by none of the 0 `trusted_keys` of the business");
    business("acme", &trusted);
    ends(install(&file), 0, "acme has it from the daemon's next start on");
    start().expect("signed by a trusted key");
    ends(
        desk.run(&["pack", "remove", "acme@1.0.0", "--config", &config]),
        1,
        "acme@1.0.0 is the pack of business `acme`",
    );
    business("./acme", &trusted);
    assert!(
        start()
            .expect_err("a folder")
            .contains("is a folder, which cannot be signed")
    );
    business("hvac", &trusted);
    start().expect("what is built in is trusted as the program is");
    desk.write("baton.toml", "[business.acme]\ntrusted_keys = [\"acme.key.pub\"]\n");
    assert!(
        start()
            .expect_err("no key")
            .contains("\"acme.key.pub\" is not a public key; it looks like `ed25519:BASE64`")
    );

    // Whoever exchanges the installed file is noticed at the next start.
    business("acme", &trusted);
    let installed: PathBuf = desk.0.path().join("data/packs/acme-1.0.0.baton");
    let other = Desk::new();
    other.write("acme/CHANGELOG.md", "changed");
    ends(
        baton(&[
            "pack",
            "build",
            &other.path("acme"),
            "--out",
            &installed.display().to_string(),
        ]),
        0,
        "acme@1.0.0",
    );
    assert!(start().expect_err("exchanged").contains("acme@1.0.0 is not signed"));
}

#[test]
fn what_would_disappoint_a_customer_is_refused_before_it_is_built_into_anything() {
    let desk = Desk::new();
    let text = "[template]\ncomponent = 'standard'\nsettings = { texts = [{ message = 'We call within 2 hours.' }] }\n";
    let rules = fs::read_to_string(desk.path("acme/pack.toml")).expect("there") + text;
    desk.write("acme/pack.toml", &rules);
    let folder = desk.path("acme");
    ends(
        baton(&["pack", "check", &folder]),
        1,
        "the text promises 2h (\"within 2 hours\"), and a medium handover",
    );
    desk.write("acme/pack.toml", &rules.replace("within 2 hours", "{{ when }}"));
    desk.write("acme/stories/a.story", "0 customer: hello\n  -> wait\n");
    ends(
        baton(&["pack", "check", &folder]),
        1,
        "1 of 1 stories say something else (-) than what follows (+)",
    );
    desk.write("acme/stories/a.story", "0 customer: hello\n");
    desk.write(
        "acme/pack.toml",
        &rules
            .replace("within 2 hours", "{{ when }}")
            .replace("examples", "exmples"),
    );
    ends(
        baton(&["pack", "check", &folder]),
        1,
        "unknown key `exmples`; did you mean `examples`?",
    );
    desk.write("acme/pack.toml", &rules.replace("within 2 hours", "{{ when }}"));
    ends(baton(&["pack", "check", &folder]), 0, "acme@1.0.0: 1 detectors");
}

#[test]
fn tests_of_a_pack_tell_what_differs_what_is_untouched_and_accept_what_follows() {
    let desk = Desk::new();
    let folder = desk.path("acme");
    desk.write(
        "acme/stories/a.story",
        "# Kept.\n0 customer: do you have dealer prices\n  -> wait\n",
    );
    desk.write(
        "acme/fixtures/a.toml",
        "[[message]]\ntext = 'do you have dealer prices'\nfinds = ['resale']\n[[message]]\ntext = 'hello'\nfinds = ['resale']\n",
    );
    let (code, out, err) = baton(&["pack", "test", &folder]);
    assert_eq!(code, 1, "{out}{err}");
    for said in [
        "FAIL",
        "+       -> open resale medium tags human-handover",
        "a.toml:6:9 \"hello\"\n- resale\n+ nothing",
        "1 of 3 stories and fixtures pass",
    ] {
        assert!(out.contains(said) || err.contains(said), "{said}\n{out}{err}");
    }
    desk.write(
        "acme/fixtures/a.toml",
        "[[message]]\ntext = 'do you have dealer prices'\nfinds = ['resale']\n",
    );
    let (code, out, err) = baton(&["pack", "test", &folder, "--update"]);
    assert!(code == 0 && err.contains("a.story is written anew"), "{out}{err}");
    let story = fs::read_to_string(desk.path("acme/stories/a.story")).expect("there");
    assert!(
        story.starts_with("# Kept.\n0     customer: do you have dealer prices\n      -> open resale medium"),
        "{story}"
    );
    let (code, out, err) = baton(&["pack", "test", &folder, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &told[0]["stories"][0]["ok"]), (0, &json!(true)), "{out}{err}");
    let untouched: Vec<_> = told[0]["untouched"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|u| u["what"].clone())
        .collect();
    assert!(
        untouched.iter().all(|what| what == "rung"),
        "the rule, its reason and its example were touched: {out}"
    );
    ends(baton(&["pack", "test", "hvac", "--update"]), 2, "name a folder");
    desk.write("acme/fixtures/a.toml", "[[message]]\ntext = 'x'\nfnds = []\n");
    ends(
        baton(&["pack", "test", &folder]),
        1,
        "unknown key `fnds`; did you mean `finds`?",
    );
}
