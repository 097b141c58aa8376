//! The interface `baton:rules` as Rust code, made from `wit/`.
//!
//! One world that has everything is bound instead of the three, so that the three kinds share their records;
//! no component has all of it, and each kind looks up only the interfaces of its own.
#![allow(
    missing_docs,
    unreachable_pub,
    elided_lifetimes_in_paths,
    reason = "generated from documented interfaces"
)]

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
pub(crate) use exports::baton::rules::{assignment, composition, detection, lifecycle};

/// The package's name, without its version.
pub(crate) const PACKAGE: &str = "baton:rules";

/// The interface versions that this host can run: those that differ from `0.1.` in the last number only.
pub(crate) const VERSION: &str = "0.1.";
