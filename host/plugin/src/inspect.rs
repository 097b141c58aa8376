//! Is this file the plugin that is wanted? Answered before any of its code runs.
//!
//! A component's imports and exports say all that it can ever touch, so they are checked by name here, and the
//! error says what it has instead of what was expected. Their types are checked when they are linked.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::wit::Version;
use crate::{Import, Kind, LoadErrorKind, snapshot, wasi, wit};

/// Checks what can be seen without a compiler.
pub(crate) fn envelope(wasm: &[u8], limit_bytes: usize) -> Result<(), LoadErrorKind> {
    if wasm.len() > limit_bytes {
        return Err(LoadErrorKind::TooLarge {
            bytes: wasm.len(),
            limit_bytes,
        });
    }
    if !wasm.starts_with(b"\0asm") {
        let start = String::from_utf8_lossy(&wasm[..wasm.len().min(16)]);
        return Err(LoadErrorKind::NotWasm {
            start: format!("{start:?}"),
        });
    }
    // The version field: a module has 1 and layer 0, a component its own version and layer 1.
    if wasm.get(4..8) == Some(&[1, 0, 0, 0]) {
        return Err(LoadErrorKind::CoreModule);
    }
    Ok(())
}

/// Compiles a component that is known to be whole.
pub(crate) fn compile(engine: &Engine, wasm: &[u8]) -> Result<Component, LoadErrorKind> {
    Component::from_binary(engine, wasm).map_err(|error| LoadErrorKind::Unsupported {
        message: error.root_cause().to_string(),
    })
}

/// Checks that it imports nothing else than a plugin may, and exports one world of a version that this host runs.
pub(crate) fn world(component: &Component, wanted: Option<Kind>, versions: &[Version]) -> Result<Kind, LoadErrorKind> {
    let (engine, shape) = (component.engine(), component.component_type());
    for (import, _) in shape.imports(engine) {
        let known = match ours(import, versions)? {
            Some(interface) => matches!(interface, "types" | "log"),
            None => wasi::allows(import),
        };
        if !known {
            return Err(LoadErrorKind::Import {
                import: import.to_owned(),
            });
        }
    }
    let (mut found, mut lifecycle, mut exports) = (None, false, Vec::new());
    for (export, _) in shape
        .exports(engine)
        .filter(|(export, _)| *export != snapshot::ACCESSORS)
    {
        exports.push(export);
        match ours(export, versions)? {
            Some("lifecycle") => lifecycle = true,
            Some(interface) => found = found.or(Kind::ALL.into_iter().find(|kind| interface_of(*kind) == interface)),
            None => {}
        }
    }
    let missing = match (lifecycle, found) {
        (true, Some(found)) if wanted.is_none_or(|wanted| wanted == found) => return Ok(found),
        (true, Some(found)) => {
            return Err(LoadErrorKind::Kind {
                found,
                wanted: wanted.unwrap_or(found),
            });
        }
        (false, _) => "lifecycle",
        (true, None) => wanted.map_or("detection, assignment or composition", interface_of),
    };
    exports.truncate(8);
    Err(LoadErrorKind::World {
        exports: if exports.is_empty() {
            "nothing".into()
        } else {
            exports.join(", ")
        },
        missing: format!("{}/{missing}", wit::PACKAGE),
    })
}

/// Everything that it imports, by name, and whether a plugin may.
pub(crate) fn imports(component: &Component, versions: &[Version]) -> Vec<Import> {
    let (engine, shape) = (component.engine(), component.component_type());
    let import = |(name, _): (&str, _)| Import {
        name: name.to_owned(),
        allowed: match ours(name, versions) {
            Ok(Some(interface)) => matches!(interface, "types" | "log"),
            Ok(None) => wasi::allows(name),
            Err(_) => false,
        },
    };
    shape.imports(engine).map(import).collect()
}

/// What is wrong with a component whose imports or exports do not fit: that it is for a later version, where it says so.
pub(crate) fn unfit(component: &Component, versions: &[Version], error: &wasmtime::Error) -> LoadErrorKind {
    let (engine, shape) = (component.engine(), component.component_type());
    let imports = shape.imports(engine).map(|(name, _)| name);
    let later = imports
        .chain(shape.exports(engine).map(|(name, _)| name))
        .find_map(|name| {
            let (_, number) = versioned(name)?;
            let asked = semver::Version::parse(number).ok()?;
            let ours = versions.iter().find(|version| version.covers(&asked))?;
            (asked > ours.number).then(|| number.to_owned())
        });
    match later {
        Some(built_for) => LoadErrorKind::version(built_for, versions),
        None => LoadErrorKind::Types {
            message: format!("{error:#}"),
        },
    }
}

/// The interface's name where it is one of `baton:rules`, in a version that this host can run.
fn ours<'a>(name: &'a str, versions: &[Version]) -> Result<Option<&'a str>, LoadErrorKind> {
    let Some((interface, number)) = versioned(name) else {
        return Ok(None);
    };
    let asked = semver::Version::parse(number);
    match asked.is_ok_and(|asked| versions.iter().any(|version| version.covers(&asked))) {
        true => Ok(Some(interface)),
        false => Err(LoadErrorKind::version(number.to_owned(), versions)),
    }
}

/// The parts of a name of `baton:rules`: `types` and `0.1.0`.
fn versioned(name: &str) -> Option<(&str, &str)> {
    let interface = name.strip_prefix(wit::PACKAGE)?.strip_prefix('/')?;
    Some(interface.split_once('@').unwrap_or((interface, "no version")))
}

fn interface_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Detector => "detection",
        Kind::Strategy => "assignment",
        Kind::Template => "composition",
    }
}
