//! What a component says of itself, held against the pack that uses it, before anything is put in force.

use std::collections::BTreeMap;

use baton_plugin::{Description, Plugins};
use serde_json::Value;

use super::built_in;
use crate::config::ConfigError;
use crate::pack::{Component, Pack};

/// Imports that the sandbox denies, all of them named, and settings that do not fit their component's schema.
///
/// A component that cannot be read at all is not told of here: putting it in force says why.
pub fn misfits(plugins: &Plugins, pack: &Pack) -> Vec<ConfigError> {
    let mut described: BTreeMap<&str, Option<Description>> = BTreeMap::new();
    let mut errors = Vec::new();
    for (_, plugin) in pack.plugins() {
        let (name, wasm): (&str, &[u8]) = match &plugin.component {
            Component::BuiltIn(name) => (name, built_in(name).unwrap_or_default()),
            Component::File { path, wasm } => (path, wasm),
        };
        let imports = match plugin.component {
            Component::BuiltIn(_) => Vec::new(),
            Component::File { .. } => plugins.imports(wasm, name).unwrap_or_default(),
        };
        let denied: Vec<_> = imports
            .iter()
            // A version of our own that we do not run is no matter of the sandbox; loading it says which there are.
            .filter(|import| !import.allowed && !import.name.starts_with("baton:rules/"))
            .map(|import| &*import.name)
            .collect();
        if !denied.is_empty() {
            let message = format!(
                "the component imports {}, which the sandbox denies: a plugin has no files, network, environment or clock; \
                 build it without",
                denied.join(" and ")
            );
            errors.push(pack.component_error(plugin, &message));
            continue;
        }
        let said = described
            .entry(name)
            .or_insert_with(|| plugins.describe(wasm, name).ok());
        let schema = said
            .as_ref()
            .and_then(|said| serde_json::from_str::<Value>(&said.settings_schema).ok());
        errors.extend(
            schema
                .map(|schema| pack.settings_misfits(plugin, &schema))
                .into_iter()
                .flatten(),
        );
    }
    errors
}
