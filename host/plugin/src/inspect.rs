//! Is this file the plugin that is wanted? Answered before any of its code runs.
//!
//! A component's imports and exports say all that it can ever touch, so they are checked by name here, and the
//! error says what it has instead of what was expected. Their types are checked when they are linked.

use wasmtime::Engine;
use wasmtime::component::Component;

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

/// Checks that it imports nothing else than a plugin may, and exports one world of this host's version.
pub(crate) fn world(engine: &Engine, component: &Component, wanted: Option<Kind>) -> Result<Kind, LoadErrorKind> {
    let shape = component.component_type();
    for (import, _) in shape.imports(engine) {
        let known = match ours(import)? {
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
        match ours(export)? {
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
pub(crate) fn imports(engine: &Engine, component: &Component) -> Vec<Import> {
    let shape = component.component_type();
    let import = |(name, _): (&str, _)| Import {
        name: name.to_owned(),
        allowed: match ours(name) {
            Ok(Some(interface)) => matches!(interface, "types" | "log"),
            Ok(None) => wasi::allows(name),
            Err(_) => false,
        },
    };
    shape.imports(engine).map(import).collect()
}

/// The interface's name where it is one of `baton:rules`, in a version that this host can run.
fn ours(name: &str) -> Result<Option<&str>, LoadErrorKind> {
    let Some(interface) = name.strip_prefix(wit::PACKAGE).and_then(|rest| rest.strip_prefix('/')) else {
        return Ok(None);
    };
    let (interface, version) = interface.split_once('@').unwrap_or((interface, "no version"));
    if !version.starts_with(wit::VERSION) {
        return Err(LoadErrorKind::Version {
            built_for: version.to_owned(),
            host: wit::VERSION.to_owned(),
        });
    }
    Ok(Some(interface))
}

fn interface_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Detector => "detection",
        Kind::Strategy => "assignment",
        Kind::Template => "composition",
    }
}
