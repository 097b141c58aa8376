//! The interface `baton:rules`: its records as Rust code made from `wit/`, and the versions in which this host gives it.
//!
//! One world that has everything is bound instead of the three, so that the three kinds share their records. Of the
//! bindings only the records are used: what is linked and called by them has one version in its name, while wasmtime
//! compares shapes and not Rust types. So one implementation serves each version that left a shape as it is, under that
//! version's name, and a version costs what it changes. `wit/README.md` says what to do for the next one.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    elided_lifetimes_in_paths,
    reason = "generated from documented interfaces"
)]

use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, Lift, Linker, LinkerInstance, Lower,
};
use wasmtime::{Error, Result, Store};

use crate::sandbox::{self, Sandbox};

wasmtime::component::bindgen!({
    path: "../../wit/baton-rules-0.1.0",
    inline: "
        package baton:host;
        world everything {
            import baton:rules/types@0.1.0;
            import baton:rules/log@0.1.0;
            export baton:rules/lifecycle@0.1.0;
            export baton:rules/detection@0.1.0;
            export baton:rules/assignment@0.1.0;
            export baton:rules/composition@0.1.0;
        }
    ",
    world: "baton:host/everything",
    imports: { default: trappable },
    with: { "baton:rules/types.conversation": crate::sandbox::Lent },
});

pub(crate) use baton::rules::{log, types};
pub(crate) use exports::baton::rules::{assignment, composition, detection};

/// The package's name, without its version.
pub(crate) const PACKAGE: &str = "baton:rules";

/// A version of the interface that this host runs.
#[derive(Debug)]
pub(crate) struct Version {
    /// Components for this one and for those that semantic versioning holds compatible with it are run.
    pub(crate) number: semver::Version,
    /// Links what it has in `types` beside what all versions have.
    pub(crate) added: fn(&mut LinkerInstance<'_, Sandbox>) -> Result<()>,
}

/// The versions that have been released, oldest first.
pub(crate) const RELEASED: &[Version] = &[Version {
    number: semver::Version::new(0, 1, 0),
    added: |_| Ok(()),
}];

impl Version {
    /// Whether a component for the other version may find here all that it wants.
    pub(crate) fn covers(&self, other: &semver::Version) -> bool {
        let Self { number, added: _ } = self;
        number.major == other.major && (number.major > 0 || number.minor == other.minor)
    }

    /// What its components import.
    pub(crate) fn link(&self, linker: &mut Linker<Sandbox>) -> Result<()> {
        let number = &self.number;
        let mut types = linker.instance(&format!("{PACKAGE}/types@{number}"))?;
        sandbox::link_conversation(&mut types)?;
        (self.added)(&mut types)?;
        let mut log = linker.instance(&format!("{PACKAGE}/log@{number}"))?;
        sandbox::link_log(&mut log)
    }
}

/// A function of an interface that a component exports, in whichever version.
pub(crate) struct Exported(ComponentExportIndex);

impl Exported {
    /// Finds it by name; its type is checked when it is called.
    pub(crate) fn find(component: &Component, interface: &str, function: &str) -> Result<Self> {
        let shape = component.component_type();
        let named = format!("{PACKAGE}/{interface}@");
        let instance = shape
            .exports(component.engine())
            .find(|(export, _)| export.starts_with(&named))
            .and_then(|(export, _)| component.get_export_index(None, export));
        let index = instance.and_then(|instance| component.get_export_index(Some(&instance), function));
        index.map(Self).ok_or_else(|| {
            Error::msg(format!(
                "no function {function} in what it exports as {PACKAGE}/{interface}"
            ))
        })
    }

    pub(crate) fn call<P, R>(&self, store: &mut Store<Sandbox>, instance: &Instance, arguments: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: Lift + Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let function = instance.get_typed_func::<P, (R,)>(&mut *store, &self.0)?;
        Ok(function.call(store, arguments)?.0)
    }
}
