//! From a component's bytes to a program that can be called.
//!
//! ```text
//! cached? ─ yes ─► authenticate ─► program
//!         └ no ──► instrument ─ compile ─ inspect ─ describe ─ configure ─ snapshot ─ compile ─► program, cache
//! ```
//!
//! `describe` and `configure` run on instances of their own, so that what the first leaves behind is not kept.

use std::sync::Arc;

use baton_core::Time;
use sha2::{Digest, Sha256};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker};

use crate::cache::Key;
use crate::program::{Loaded, Names, Phase, Program, Start};
use crate::sandbox::Sandbox;
use crate::wit::{Exported, Version, types};
use crate::{
    Budget, Called, Description, Kind, LoadError, LoadErrorKind, MAX_COMPONENT_BYTES, MAX_MEMORY_BYTES,
    MAX_TABLE_ELEMENTS, Plugins, Source, inspect, snapshot, wasi, wit,
};

impl Plugins {
    pub(crate) fn load(&self, source: &Source<'_>, kind: Kind) -> Result<Loaded, LoadError> {
        self.load_or_say(source, kind).map_err(|kind| LoadError {
            component: source.name.to_owned(),
            kind,
        })
    }

    fn load_or_say(&self, source: &Source<'_>, kind: Kind) -> Result<Loaded, LoadErrorKind> {
        possible(&source.budget)?;
        inspect::envelope(source.wasm, source.budget.component_bytes)?;
        let digest: [u8; 32] = Sha256::digest(source.wasm).into();
        let key = Key::new(kind, &digest, source.settings_json);
        let cached = self.cache.as_ref().and_then(|cache| cache.get(self.engine(kind), &key));
        let (description, component) = match cached {
            Some(cached) => cached,
            None => {
                let built = self.build(source, kind, digest)?;
                if let Some(cache) = &self.cache {
                    cache.put(&key, &built.0, &built.1);
                }
                built
            }
        };
        let mut program = self.program(source, &component, digest)?;
        program.names.name.clone_from(&description.name);
        program.names.version.clone_from(&description.version);
        Ok(Loaded { program, description })
    }

    pub(crate) fn describe_only(&self, source: &Source<'_>) -> Result<Description, LoadErrorKind> {
        inspect::envelope(source.wasm, source.budget.component_bytes)?;
        if let Err(damaged @ LoadErrorKind::Damaged { .. }) = snapshot::instrument(source.wasm) {
            return Err(damaged);
        }
        let component = inspect::compile(&self.seldom, source.wasm)?;
        let kind = inspect::world(&component, None, self.versions)?;
        describe(
            &self.program(source, &component, Sha256::digest(source.wasm).into())?,
            kind,
        )
    }

    fn build(
        &self,
        source: &Source<'_>,
        kind: Kind,
        digest: [u8; 32],
    ) -> Result<(Description, Component), LoadErrorKind> {
        let instrumented = match snapshot::instrument(source.wasm) {
            Ok(instrumented) => instrumented,
            Err(damaged @ LoadErrorKind::Damaged { .. }) => return Err(damaged),
            Err(obstacle) => {
                // Whoever gave us the wrong file should hear that, not what wizer thinks of it.
                inspect::world(&inspect::compile(&self.seldom, source.wasm)?, Some(kind), self.versions)?;
                return Err(obstacle);
            }
        };
        let component = inspect::compile(&self.seldom, &instrumented.wasm)?;
        inspect::world(&component, Some(kind), self.versions)?;
        let mut program = self.program(source, &component, digest)?;
        let description = describe(&program, kind)?;
        program.names.name.clone_from(&description.name);
        program.names.version.clone_from(&description.version);
        let snapshotted = configure(&program, source.settings_json, &instrumented)?;
        tracing::debug!(
            id = source.id,
            name = source.name,
            bytes = snapshotted.len(),
            "snapshotted a plugin"
        );
        Ok((description, inspect::compile(self.engine(kind), &snapshotted)?))
    }

    fn program(&self, source: &Source<'_>, component: &Component, digest: [u8; 32]) -> Result<Program, LoadErrorKind> {
        let Source {
            id,
            name,
            wasm: _,
            settings_json: _,
            budget,
        } = *source;
        Ok(Program {
            pre: link(component, self.versions).map_err(|error| inspect::unfit(component, self.versions, &error))?,
            names: Names {
                id: id.to_owned(),
                name: name.to_owned(),
                version: "?".to_owned(),
            },
            budget,
            digest,
            stack_bytes: self.stack_bytes,
            calls: self.calls,
            _ticker: Arc::clone(&self.ticker),
        })
    }
}

/// Checks that the engine can give what the budget allows.
fn possible(budget: &Budget) -> Result<(), LoadErrorKind> {
    let limits = [
        ("component_bytes", budget.component_bytes, MAX_COMPONENT_BYTES),
        ("memory_bytes", budget.memory_bytes, MAX_MEMORY_BYTES),
        ("table_elements", budget.table_elements, MAX_TABLE_ELEMENTS),
    ];
    match limits.into_iter().find(|(_, asked, limit)| asked > limit) {
        Some((what, asked, limit)) => Err(LoadErrorKind::Budget { what, asked, limit }),
        None => Ok(()),
    }
}

/// Gives a component exactly what it imports; it was inspected before.
fn link(component: &Component, versions: &[Version]) -> wasmtime::Result<InstancePre<Sandbox>> {
    let engine = component.engine();
    let mut linker = Linker::new(engine);
    versions.iter().try_for_each(|version| version.link(&mut linker))?;
    for (import, item) in component.component_type().imports(engine) {
        if let (ComponentItem::ComponentInstance(wanted), false) = (item.ty, import.starts_with(wit::PACKAGE)) {
            wasi::link(engine, linker.instance(import)?, import, &wanted)?;
        }
    }
    linker.instantiate_pre(component)
}

fn describe(program: &Program, kind: Kind) -> Result<Description, LoadErrorKind> {
    let describe = exported(program, "describe")?;
    let called = program
        .call(
            start("describe"),
            |store, instance| describe.call(store, instance, ()),
            Ok,
        )
        .map_err(LoadErrorKind::Fault)?;
    description(called.value, kind).map_err(|message| LoadErrorKind::Description { message })
}

/// Configures it and returns the component that begins where it then stood.
fn configure(
    program: &Program,
    settings_json: &str,
    instrumented: &snapshot::Instrumented<'_>,
) -> Result<Vec<u8>, LoadErrorKind> {
    let configure = exported(program, "configure")?;
    let (called, store, instance) = program
        .call_and_keep(
            start("configure"),
            |store, instance| configure.call(store, instance, (settings_json,)),
            Ok,
        )
        .map_err(LoadErrorKind::Fault)?;
    let Called {
        value,
        fuel,
        took,
        log,
        log_dropped,
    } = called;
    let Names { id, name, version } = &program.names;
    tracing::debug!(id, name, version, fuel, ?took, ?log, log_dropped, "configured a plugin");
    match value {
        Ok(()) => snapshot::take(instrumented, store, instance),
        Err(types::Fault { pointer, message }) => Err(LoadErrorKind::Settings { pointer, message }),
    }
}

/// Loading happens at no message's time; a plugin that looks sees the beginning of time.
fn start(function: &'static str) -> Start<'static> {
    Start {
        function,
        phase: Phase::Load,
        view: None,
        now: Time(0),
        seed: function,
    }
}

fn exported(program: &Program, function: &str) -> Result<Exported, LoadErrorKind> {
    Exported::find(program.pre.component(), "lifecycle", function).map_err(|error| LoadErrorKind::Types {
        message: format!("{error:#}"),
    })
}

/// Checks what a component says of itself.
fn description(said: types::Description, exported: Kind) -> Result<Description, String> {
    let types::Description {
        name,
        version,
        kind,
        summary,
        settings_schema,
    } = said;
    let kind = match kind {
        types::Kind::Detector => Kind::Detector,
        types::Kind::Strategy => Kind::Strategy,
        types::Kind::Template => Kind::Template,
    };
    if kind != exported {
        return Err(format!(
            "it says that it is a {kind}, and exports the functions of a {exported}"
        ));
    }
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if name.len() > 64 || !name.split('-').all(word) {
        return Err(format!(
            "its name {name:?} is not lower-case words joined by hyphens, of at most 64 bytes"
        ));
    }
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    if version.len() > 64 || numbers.split('.').count() != 3 || numbers.split('.').any(|n| n.parse::<u64>().is_err()) {
        return Err(format!(
            "its version {version:?} is not a semantic version, such as 1.2.0"
        ));
    }
    if !serde_json::from_str::<serde_json::Value>(&settings_schema).is_ok_and(|schema| schema.is_object()) {
        return Err("its settings schema is not a JSON object".into());
    }
    Ok(Description {
        name,
        version,
        kind,
        summary,
        settings_schema,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(change: fn(&mut types::Description)) -> Result<Description, String> {
        let mut said = types::Description {
            name: "information-gap".into(),
            version: "1.2.0-rc.1+b7".into(),
            kind: types::Kind::Detector,
            summary: "Hears that the bot does not know.".into(),
            settings_schema: "{}".into(),
        };
        change(&mut said);
        description(said, Kind::Detector)
    }

    #[test]
    fn a_description_is_checked_part_by_part() {
        assert!(said(|_| ()).is_ok());
        for (change, expected) in [
            (
                (|s| s.kind = types::Kind::Template) as fn(&mut types::Description),
                "says that it is a template",
            ),
            (|s| s.name = "Information Gap".into(), "lower-case words"),
            (|s| s.name = "a--b".into(), "lower-case words"),
            (|s| s.version = "1.2".into(), "semantic version"),
            (|s| s.version = "1.2.x".into(), "semantic version"),
            (|s| s.settings_schema = "[]".into(), "not a JSON object"),
            (|s| s.settings_schema = "{".into(), "not a JSON object"),
        ] {
            let error = said(change).expect_err("it is refused");
            assert!(error.contains(expected), "{error}");
        }
    }
}
