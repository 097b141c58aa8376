//! A pack to begin with: it builds, passes its story and runs, and every line of it is there to be changed.
//!
//! The files are templates beside this one. Where settings do not suffice there is a crate with one component, whose
//! dependencies are those that Baton itself was built with, so that the first build is one that was tried.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a new folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scaffold {
    /// A detector of one's own, in Rust, with a pack around it.
    Detector,
    /// A strategy of one's own.
    Strategy,
    /// A template of one's own.
    Template,
    /// Settings of the built-in components only.
    Pack,
}

/// The SDK that this program was built beside, where it is still there.
pub fn sdk_beside() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin-sdk");
    is_sdk(&beside).then(|| beside.canonicalize().unwrap_or(beside))
}

/// Whether a folder holds the SDK.
pub fn is_sdk(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.contains("name = \"baton-plugin-sdk\"")
}

impl Scaffold {
    /// Every file of the new folder by its path. `name` is lower-case words joined by hyphens; `sdk` an absolute path.
    pub fn files(self, name: &str, sdk: &Path) -> BTreeMap<String, String> {
        let source = match self {
            Self::Detector => Some(include_str!("scaffold/detector.rs.tmpl")),
            Self::Strategy => Some(include_str!("scaffold/strategy.rs.tmpl")),
            Self::Template => Some(include_str!("scaffold/template.rs.tmpl")),
            Self::Pack => None,
        };
        let mut files = vec![
            ("pack.toml", self.manifest()),
            ("CHANGELOG.md", "# 0.1.0\n\nThe first version.\n".to_owned()),
            ("stories/first.story", self.story()),
        ];
        if self == Self::Detector {
            files.push(("fixtures/first.toml", FIXTURES.to_owned()));
        }
        if let Some(source) = source {
            files.push(("Cargo.toml", include_str!("scaffold/Cargo.toml.tmpl").to_owned()));
            files.push(("src/lib.rs", source.to_owned()));
            files.push((".gitignore", "target\n".to_owned()));
        }
        let mut tags = [name, "human-handover"];
        tags.sort_unstable();
        let kind: String = name.split('-').map(capital).collect();
        let put = |text: String| {
            text.replace("__NAME__", name)
                .replace("__TYPE__", &kind)
                .replace("__TAGS__", &tags.join(" "))
                .replace("__WASM__", &component(name))
                .replace("__SDK__", &sdk.display().to_string())
        };
        files
            .into_iter()
            .map(|(path, text)| (path.to_owned(), put(text)))
            .collect()
    }

    fn manifest(self) -> String {
        let head = "[pack]\nname = \"__NAME__\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\ndescription = \"Rules of our own\"\n\
                    licence = \"Apache-2.0\"\n\n# --- When ---\n\n";
        let asked = "[[detector]]\nid = \"human-requested\"\ncomponent = \"phrases\"\nreason = \"explicit-request\"\n\
                     speaker = \"customer\"\nthreshold = 0.75\nsettings = { builtin = \"explicit-request\" }\n\n";
        let own = "[[detector]]\nid = \"__NAME__\"\ncomponent = \"__WASM__\"\nreason = \"__NAME__\"\nspeaker = \"customer\"\n\
                   threshold = 0.75\npriority = \"high\"\ntags = [\"__NAME__\"]\nsettings = { words = [\"out of order\", \"does not work\"] }\n\n";
        let own = if self == Self::Detector { own } else { "" };
        let who = match self {
            Self::Strategy => "[[strategy]]\ncomponent = \"__WASM__\"\n\n",
            Self::Detector | Self::Template | Self::Pack => "[[strategy]]\ncomponent = \"least-loaded\"\n\n",
        };
        let words = match self {
            Self::Template => "[template]\ncomponent = \"__WASM__\"\nsettings = { greeting = \"Thank you!\" }\n\n",
            Self::Detector | Self::Strategy | Self::Pack => "[template]\ncomponent = \"standard\"\n\n",
        };
        format!("{head}{own}{asked}# --- Who ---\n\n{who}# --- With which words ---\n\n{words}{HANDOVER}")
    }

    fn story(self) -> String {
        let head = "start 2026-03-02 10:00\nagent ana: capacity 3\nagent ben: capacity 3\n\n0     customer: hello, do you open on Sundays?\n";
        let asked = "10s   customer: I want to talk to a human\n      -> open explicit-request medium tags human-handover\n      \
                     -> control waiting 1\n      -> offer ana until 15m10s\n";
        let taken = "1m    ana accepts\n      -> assign ana\n      -> control human 2\n";
        let what = match self {
            Self::Detector => {
                "10s   customer: the heating is out of order\n      -> open __NAME__ high tags __TAGS__\n      \
                 -> control waiting 1\n      -> offer ana until 5m10s\n      \
                 -> task 1 for ana due 2h10s high: Follow up: hello, do you open on Sundays? — __NAME__\n      \
                 -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.\n"
                    .to_owned()
            }
            Self::Template => format!(
                "{asked}      -> task 1 for ana due 1d10s medium: Call back: hello, do you open on Sundays?\n      \
                 -> say: Thank you! A colleague will answer by 2026-03-03 10:00.\n"
            ),
            Self::Strategy | Self::Pack => format!(
                "{asked}      -> task 1 for ana due 1d10s medium: Follow up: hello, do you open on Sundays? — requested human\n      \
                 -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.\n"
            ),
        };
        format!("# What happens on the left; what must follow behind the arrow.\n{head}{what}{taken}")
    }
}

const HANDOVER: &str = "# --- What then ---\n\n[handover]\ntags = [\"human-handover\"]\n\
    response = { low = \"24h\", medium = \"24h\", high = \"2h\" }\n\n[[handover.ladder]]\nto = \"candidates\"\n\
    within = { low = \"1h\", medium = \"15m\", high = \"5m\" }\n\n[[handover.ladder]]\nto = \"everyone\"\nspread = \"all\"\n\
    within = \"30m\"\n";

const FIXTURES: &str = "# One message each, and the rules that must find something in it.\n\n[[message]]\n\
    text = \"My router is out of order\"\nfinds = [\"__NAME__\"]\n\n[[message]]\ntext = \"Everything is in order, thanks\"\n\
    finds = []\n";

/// Where cargo puts the component; a pack may name it there, so that nothing is copied by hand.
fn component(name: &str) -> String {
    format!("target/wasm32-wasip2/release/{}.wasm", name.replace('-', "_"))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Pack, PackRef};

    #[test]
    fn every_new_pack_is_sound_once_its_component_is_built() {
        for kind in [
            Scaffold::Detector,
            Scaffold::Strategy,
            Scaffold::Template,
            Scaffold::Pack,
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut files = kind.files("flat-tyre", Path::new("/sdk"));
            let has_code = files.contains_key("src/lib.rs");
            assert_eq!(has_code, kind != Scaffold::Pack);
            if has_code {
                files.insert("target/wasm32-wasip2/release/flat_tyre.wasm".into(), "\0asm".into());
                assert!(files["src/lib.rs"].contains("FlatTyre") && files["Cargo.toml"].contains("path = \"/sdk\""));
            }
            for (path, text) in &files {
                assert!(!text.contains("__"), "{path}: {text}");
                let file = folder.path().join(path);
                std::fs::create_dir_all(file.parent().expect("below")).expect("made");
                std::fs::write(file, text).expect("written");
            }
            let pack = Pack::load(&PackRef::Folder(folder.path().to_owned())).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(
                (pack.id().as_str(), pack.stories.len(), pack.doubts()),
                ("flat-tyre@0.1.0", 1, Vec::new())
            );
        }
        assert!(sdk_beside().is_some(), "the tests run beside the SDK");
    }
}
