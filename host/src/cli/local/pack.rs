//! Packs as files: put together, looked at, signed, installed. No daemon is asked; none notices before it starts again.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Rules, own_pack, plugins};
use crate::cli::exit::{Exit, Failure};
use crate::config::{ConfigErrors, PackPlan};
use crate::pack::{
    Archive, Component, Origin, Pack, PackRef, Part, PublicKey, Scaffold, SecretKey, Shelf, ShelfError, is_sdk,
    sdk_beside, write_whole,
};
use crate::rules::misfits;

/// An archive that was written.
pub(in crate::cli) struct Written {
    pub(in crate::cli) file: PathBuf,
    /// `hvac@1.2.0`
    pub(in crate::cli) id: String,
    pub(in crate::cli) bytes: usize,
    pub(in crate::cli) digest: String,
    pub(in crate::cli) parts: Vec<Part>,
}

/// A sound pack.
pub(in crate::cli) struct PackSummary {
    /// `hvac@1.2.0`
    pub(in crate::cli) id: String,
    pub(in crate::cli) detectors: Vec<String>,
    pub(in crate::cli) strategies: Vec<String>,
    pub(in crate::cli) templates: Vec<String>,
    pub(in crate::cli) stories: usize,
}

/// Looks for everything about a pack that could fail at run time; for a business of a configuration, also its people.
pub(in crate::cli) fn check_pack(rules: &Rules) -> Result<PackSummary, Failure> {
    let name = rules.pack.as_deref().unwrap_or("default");
    let pack = super::pack(name)?;
    let mut wrong = misfits(&plugins()?, &pack);
    wrong.extend(pack.doubts());
    ConfigErrors::check(wrong).map_err(|errors| Failure::of(Exit::Refused, &errors))?;
    let stage = super::stage(rules)?;
    let mut failed = Vec::new();
    for story in &pack.stories {
        let told = stage
            .check(&story.file, &story.text)
            .map_err(|error| super::of_simulate(&error))?;
        if let Err(diff) = told {
            failed.push(format!("{}\n{diff}", story.file));
        }
    }
    if !failed.is_empty() {
        let (bad, all) = (failed.len(), pack.stories.len());
        let message = format!(
            "{bad} of {all} stories say something else (-) than what follows (+)\n{}",
            failed.join("\n")
        );
        return Err(Failure::new(Exit::Refused, message).remedy("correct the rules, or the story"));
    }
    let ids = |plugins: &[crate::pack::Plugin]| plugins.iter().map(|plugin| plugin.id.clone()).collect();
    Ok(PackSummary {
        id: pack.id(),
        detectors: pack
            .detectors
            .iter()
            .map(|detector| detector.plugin.id.clone())
            .collect(),
        strategies: ids(&pack.strategies),
        templates: ids(&pack.templates),
        stories: pack.stories.len(),
    })
}

/// What came of a pack's tests: each by name, with what is wrong.
pub(in crate::cli) struct Tested {
    pub(in crate::cli) stories: Vec<(String, Option<String>)>,
    pub(in crate::cli) fixtures: Vec<(String, Option<String>)>,
    /// Stories that were written anew.
    pub(in crate::cli) updated: Vec<String>,
    /// What no story touched: what, which, where.
    pub(in crate::cli) untouched: Vec<(&'static str, String, String)>,
}

/// Runs a pack's stories and fixtures in the real sandbox. `update` writes into a folder's stories what really follows.
pub(in crate::cli) fn test_pack(rules: &Rules, update: bool) -> Result<Tested, Failure> {
    let found = own_pack(rules.pack.as_deref().unwrap_or("default"))?;
    if update && !matches!(found, PackRef::Folder(_)) {
        return Err(
            Failure::new(Exit::Usage, "--update writes into a pack's folder, and this is none")
                .remedy("name a folder, written with a slash: ./my-pack"),
        );
    }
    let pack = Pack::load(&found).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let stage = super::stage(rules)?;
    let (mut stories, mut updated) = (Vec::new(), Vec::new());
    for story in &pack.stories {
        let told = stage
            .tell(&story.file, &story.text, false)
            .map_err(|error| super::of_simulate(&error))?;
        let fault = told.1.check(&told.0.expected).err();
        if update && fault.is_some() {
            let text = crate::cli::simulate::whole(&story.text, &told.0, &told.1);
            let file = Path::new(&story.file);
            write_whole(file, text.as_bytes()).map_err(|error| Failure::file("write", file, &error))?;
            updated.push(story.file.clone());
            stories.push((story.file.clone(), None));
        } else {
            stories.push((story.file.clone(), fault));
        }
    }
    // A fixture is no story: what it alone touches nobody has seen to the end.
    let untouched = stage.touched().missing(&pack);
    let fixtures = Pack::fixtures(&found).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let fixtures = fixtures.iter().map(|fixture| {
        (
            format!("{} {:?}", fixture.place, fixture.text),
            misheard(&stage, fixture),
        )
    });
    Ok(Tested {
        stories,
        fixtures: fixtures.collect(),
        updated,
        untouched: untouched
            .into_iter()
            .map(|u| (u.what, u.name, u.place.to_string()))
            .collect(),
    })
}

/// What is found in a fixture's message, where it is not what it says.
fn misheard(stage: &crate::simulate::Stage, fixture: &crate::pack::Fixture) -> Option<String> {
    let signals = stage.judge(crate::simulate::Heard {
        speaker: fixture.speaker,
        text: &fixture.text,
        before: &fixture.before,
        locale: fixture.locale.as_deref(),
        bot_state: None,
    });
    let firing = signals.iter().filter(|signal| signal.fires());
    let found: std::collections::BTreeSet<_> = firing.map(|signal| signal.detector.clone()).collect();
    let found: Vec<_> = found.into_iter().collect();
    (found != fixture.finds).then(|| {
        let list = |rules: &[String]| {
            if rules.is_empty() {
                "nothing".to_owned()
            } else {
                rules.join(", ")
            }
        };
        format!("- {}\n+ {}", list(&fixture.finds), list(&found))
    })
}

/// Puts a folder's pack into an archive; into this folder, or as `out` says: a folder, or a file of the pack's own name.
pub(in crate::cli) fn build(folder: &str, out: Option<&Path>) -> Result<Written, Failure> {
    let found = own_pack(folder)?;
    if !matches!(found, PackRef::Folder(_)) {
        return Err(
            Failure::new(Exit::Usage, format!("{folder} is no folder")).remedy(format!(
                "an archive is made of a folder with a pack.toml, written with a slash: ./{folder}"
            )),
        );
    }
    let (_, archive) = Pack::with_parts(&found).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let name = archive.file_name();
    let file = match out {
        None => PathBuf::from(&name),
        Some(folder) if folder.is_dir() => folder.join(&name),
        Some(file) if file.file_name().is_some_and(|given| given.to_string_lossy() == name) => file.to_owned(),
        Some(file) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("{} is not the name of {}", file.display(), archive.id()),
            )
            .remedy(format!(
                "name a folder, or a file that ends in {name}: an archive is called what it holds"
            )));
        }
    };
    write(&archive, file)
}

fn write(archive: &Archive, file: PathBuf) -> Result<Written, Failure> {
    let bytes = archive.to_bytes().map_err(|error| Failure::of(Exit::Refused, &error))?;
    write_whole(&file, &bytes).map_err(|error| Failure::file("write", &file, &error))?;
    Ok(Written {
        file,
        id: archive.id(),
        bytes: bytes.len(),
        digest: archive.digest(),
        parts: archive.parts().to_vec(),
    })
}

/// All that can be said of a pack without running it.
pub(in crate::cli) fn inspect(name: &str) -> Result<Value, Failure> {
    let (pack, archive) = Pack::with_parts(&own_pack(name)?).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let signed_by: Vec<_> = archive.signed_by().iter().map(ToString::to_string).collect();
    let from = match &pack.origin {
        Origin::BuiltIn => "built in",
        Origin::Folder => "folder",
        Origin::Archive { .. } => "archive",
    };
    let plugins = plugins()?;
    let mut components = std::collections::BTreeMap::new();
    for (_, plugin) in pack.plugins() {
        let (path, wasm): (&str, &[u8]) = match &plugin.component {
            Component::BuiltIn(name) => (name, crate::rules::built_in(name).unwrap_or_default()),
            Component::File { path, wasm } => (path, wasm),
        };
        let is_built_in = matches!(plugin.component, Component::BuiltIn(_));
        let entry = components.entry(path.to_owned());
        let component = entry.or_insert_with(|| {
            let mut said = component(&plugins, path, wasm);
            said["built_in"] = json!(is_built_in);
            said["used_by"] = json!([]);
            said
        });
        if let Some(users) = component["used_by"].as_array_mut() {
            users.push(json!(plugin.id));
        }
    }
    Ok(json!({
        "id": pack.id(),
        "name": pack.name,
        "version": pack.version.to_string(),
        "description": pack.description,
        "licence": pack.licence,
        "authors": pack.authors,
        "from": from,
        "digest": archive.digest(),
        "signed_by": signed_by,
        "parts": archive.parts(),
        "components": components.into_values().collect::<Vec<_>>(),
        "stories": pack.stories.len(),
        "changelog": pack.changelog.map(|(_, text)| text),
    }))
}

fn component(plugins: &baton_plugin::Plugins, path: &str, wasm: &[u8]) -> Value {
    let imports = plugins.imports(wasm, path).unwrap_or_default();
    let imports: Vec<_> = imports
        .iter()
        .map(|import| json!({ "name": import.name, "allowed": import.allowed }))
        .collect();
    match plugins.describe(wasm, path) {
        Ok(said) => json!({
            "component": path, "kind": said.kind.as_str(), "name": said.name, "version": said.version,
            "summary": said.summary, "imports": imports,
        }),
        Err(error) => json!({ "component": path, "fault": error.to_string(), "imports": imports }),
    }
}

/// Makes the folder of a new pack, whole or not at all, and tells its files.
pub(in crate::cli) fn new_pack(name: &str, kind: Scaffold, sdk: Option<PathBuf>) -> Result<Vec<String>, Failure> {
    crate::config::check_name(name).map_err(|message| Failure::new(Exit::Usage, message))?;
    let folder = Path::new(name);
    let taken =
        |error: std::io::Error| Failure::file("make", folder, &error).remedy("choose a name that is not taken here");
    let sdk = match (kind, sdk) {
        (Scaffold::Pack, _) => PathBuf::new(),
        (Scaffold::Detector | Scaffold::Strategy | Scaffold::Template, given) => sdk_folder(given)?,
    };
    fs::create_dir(folder).map_err(taken)?;
    let files = kind.files(name, &sdk);
    let write = || -> std::io::Result<()> {
        for (path, text) in &files {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(file, text)?;
        }
        // Versions that were tried together; cargo drops what is not needed.
        let lock = sdk.join("../Cargo.lock");
        if kind != Scaffold::Pack && lock.is_file() {
            fs::copy(lock, folder.join("Cargo.lock"))?;
        }
        Ok(())
    };
    if let Err(error) = write() {
        // Nobody is left to be told if it cannot be taken back either.
        let _ = fs::remove_dir_all(folder);
        return Err(Failure::file("make", folder, &error));
    }
    Ok(files.into_keys().collect())
}

fn sdk_folder(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let remedy = "it is the folder plugin-sdk of Baton's source: clone that, and name it with --sdk PATH or BATON_SDK";
    match given {
        Some(folder) if is_sdk(&folder) => folder
            .canonicalize()
            .map_err(|error| Failure::file("read", &folder, &error)),
        Some(folder) => Err(Failure::new(Exit::Usage, format!("{} is not the SDK", folder.display())).remedy(remedy)),
        None => sdk_beside()
            .ok_or_else(|| Failure::new(Exit::Usage, "the SDK is not where this program was built").remedy(remedy)),
    }
}

/// Makes a key: the secret half in `file`, readable for its owner only, the public one beside it, in `file.pub`.
pub(in crate::cli) fn keygen(file: &Path) -> Result<(PathBuf, String), Failure> {
    let key = SecretKey::generate()
        .map_err(|error| Failure::new(Exit::Internal, "the system has no random numbers").because(&error))?;
    let public = with_ending(file, ".pub");
    let create = |path: &Path, mode: u32, text: String| {
        let mut open = fs::OpenOptions::new();
        let made = open.write(true).create_new(true).mode(mode).open(path);
        made.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{text}\n").as_bytes()))
            .map_err(|error| Failure::file("make", path, &error).remedy("a key is never written over another file"))
    };
    create(file, 0o600, key.to_text())?;
    create(&public, 0o644, key.public().to_string())?;
    Ok((public, key.public().to_string()))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Adds a signature to an archive.
pub(in crate::cli) fn sign(file: &Path, key: &Path) -> Result<(Written, String), Failure> {
    let text = fs::read_to_string(key).map_err(|error| Failure::file("read", key, &error))?;
    let key: SecretKey = text
        .parse()
        .map_err(|error| Failure::new(Exit::Usage, format!("{} holds no secret key", key.display())).because(&error))?;
    let mut archive = open(file)?;
    archive.sign(&key);
    Ok((write(&archive, file.to_owned())?, key.public().to_string()))
}

/// An archive's id and signers, once every part of it and every signature was checked.
pub(in crate::cli) fn verify_archive(file: &Path, trusted: &[String]) -> Result<(String, Vec<String>), Failure> {
    let trusted = trusted
        .iter()
        .map(|key| public_key(key))
        .collect::<Result<Vec<_>, _>>()?;
    // As a pack too, so that its list and its manifest name the same one.
    Pack::load(&PackRef::Archive(file.to_owned())).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let archive = open(file)?;
    let signers: Vec<_> = archive.signed_by().iter().map(ToString::to_string).collect();
    let refused = |message: String| Failure::new(Exit::Refused, format!("{}: {message}", file.display()));
    if signers.is_empty() {
        return Err(refused("the archive is whole, and nobody has signed it".into())
            .remedy("sign it with `baton pack sign FILE --key KEY`"));
    }
    if !trusted.is_empty() && !archive.signed_by().iter().any(|key| trusted.contains(key)) {
        return Err(refused(format!(
            "the archive is signed by {}, whom you do not trust",
            signers.join(" and ")
        ))
        .remedy("if you do, name the key with --trusted"));
    }
    Ok((archive.id(), signers))
}

/// A public key as a text, or the file that holds one.
fn public_key(word: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = word.parse() {
        return Ok(key);
    }
    let no_key =
        |error: &crate::pack::KeyError| Failure::new(Exit::Usage, format!("{word:?} is no public key")).because(error);
    match fs::read_to_string(word) {
        Ok(text) => text.parse().map_err(|error| no_key(&error)),
        Err(_) => word.parse().map_err(|error| no_key(&error)),
    }
}

fn open(file: &Path) -> Result<Archive, Failure> {
    Archive::open(file)
        .map_err(|error| Failure::new(Exit::Refused, format!("{} is not taken", file.display())).because(&error))
}

/// Where installed packs are, and which of them the configuration names.
pub(in crate::cli) struct Packs {
    plan: PackPlan,
}

/// An installed pack.
pub(in crate::cli) struct InstalledPack {
    pub(in crate::cli) id: String,
    pub(in crate::cli) file: PathBuf,
    /// The businesses that start with it.
    pub(in crate::cli) used_by: Vec<String>,
}

impl Packs {
    pub(in crate::cli) fn of(config: Option<&Path>, data: Option<&Path>) -> Result<Self, Failure> {
        let plan = PackPlan::load(config, data).map_err(|error| Failure::of(Exit::Usage, &error))?;
        Ok(Self { plan })
    }

    /// Installs an archive, once it was checked as `baton pack check` does and a business of the configuration may take it.
    pub(in crate::cli) fn install(&self, file: &Path, downgrade: Option<&str>) -> Result<InstalledPack, Failure> {
        let archive = open(file)?;
        let (id, origin) = (
            archive.id(),
            Origin::Archive {
                signed_by: archive.signed_by().to_vec(),
            },
        );
        let refusals = self
            .plan
            .businesses
            .iter()
            .map(|(business, _, trust)| (business, trust.check(&id, &origin)));
        let refusals: Vec<_> = refusals.collect();
        if refusals.iter().all(|(_, trusts)| trusts.is_err())
            && let Some((business, Err(why))) = refusals.first()
        {
            return Err(Failure::new(
                Exit::Refused,
                format!("business `{business}` does not take it: {why}"),
            ));
        }
        check_pack(&Rules {
            pack: Some(file.display().to_string()),
            config: None,
            business: None,
        })?;
        let installed = self
            .plan
            .shelf
            .install(&archive, downgrade)
            .map_err(|error| of_shelf(&error))?;
        Ok(InstalledPack {
            id: installed.id(),
            used_by: self.users(&installed.file),
            file: installed.file,
        })
    }

    pub(in crate::cli) fn list(&self) -> Result<Vec<InstalledPack>, Failure> {
        let there = self.plan.shelf.list().map_err(|error| of_shelf(&error))?;
        let packs = there.into_iter().map(|pack| InstalledPack {
            id: pack.id(),
            used_by: self.users(&pack.file),
            file: pack.file,
        });
        Ok(packs.collect())
    }

    /// Takes a version away that no business starts with.
    pub(in crate::cli) fn remove(&self, id: &str) -> Result<PathBuf, Failure> {
        let packs = self.list()?;
        if let Some(pack) = packs.iter().find(|pack| pack.id == id && !pack.used_by.is_empty()) {
            let users: Vec<_> = pack.used_by.iter().map(|business| format!("`{business}`")).collect();
            return Err(Failure::new(
                Exit::Refused,
                format!("{id} is the pack of business {}", users.join(" and ")),
            )
            .remedy("name another pack in the configuration first"));
        }
        let removed = self.plan.shelf.remove(id).map_err(|error| of_shelf(&error))?;
        Ok(removed.file)
    }

    /// The businesses whose word for their pack leads to this archive.
    fn users(&self, file: &Path) -> Vec<String> {
        let plan = &self.plan;
        let leads_here = |word: &String| {
            let found = PackRef::find(word, &plan.folder, &plan.shelf);
            found.is_ok_and(|found| matches!(found, PackRef::Archive(found) if found == file))
        };
        let users = plan.businesses.iter().filter(|(_, word, _)| leads_here(word));
        users.map(|(business, _, _)| business.clone()).collect()
    }

    pub(in crate::cli) fn shelf(&self) -> &Shelf {
        &self.plan.shelf
    }
}

fn of_shelf(error: &ShelfError) -> Failure {
    Failure::of(Exit::Refused, error)
}
