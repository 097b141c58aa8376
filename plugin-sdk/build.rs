//! Encodes what the linker must know of each world, for `register!` to attach to a guest.
//!
//! wit-bindgen attaches this only to the world it generates for, and ours is made up of all three (see `bindings.rs`).

#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::path::Path;

use wit_component::StringEncoding;
use wit_parser::Resolve;

const WIT: &str = "../wit/baton-rules-0.1.0";

fn main() {
    println!("cargo::rerun-if-changed={WIT}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(WIT).expect("the WIT of a release is sound");
    for name in ["detector", "strategy", "template"] {
        let world = resolve
            .select_world(&[package], Some(name))
            .expect("the package has this world");
        let encoded = wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None)
            .expect("a world that parses can be encoded");
        std::fs::write(Path::new(&out).join(format!("{name}.world")), encoded).expect("cargo made the folder");
    }
}
