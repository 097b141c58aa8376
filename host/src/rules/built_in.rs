//! The components that every host has, compiled by the build script and embedded.

/// The bytes of a built-in component; `None` when there is none of that name.
pub fn built_in(name: &str) -> Option<&'static [u8]> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, wasm)| *wasm)
}

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_that_a_pack_may_name_is_embedded() {
        for (_, name) in crate::pack::BUILT_IN {
            let wasm = built_in(name).unwrap_or_else(|| panic!("{name} is missing in build.rs"));
            assert!(wasm.starts_with(b"\0asm"), "{name} is no Wasm");
        }
        assert_eq!(BUILT_IN.len(), crate::pack::BUILT_IN.len());
    }
}
