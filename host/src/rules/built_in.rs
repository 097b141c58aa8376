//! The components that every host has, compiled by the build script and embedded.

/// The bytes of a built-in component; `None` when there is none of that name.
pub fn built_in(name: &str) -> Option<&'static [u8]> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, wasm)| *wasm)
}

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
