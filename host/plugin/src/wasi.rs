//! The WASI that Rust's standard library pulls into every guest, closed.
//!
//! Linked by hand instead of with a WASI implementation: a capability that is not in the process cannot be
//! opened by a wrong option. What a guest uses to start, to hash, to tell the time and to print is answered:
//! nothing to read, a clock that stands at the time of the message, seeded random numbers, a small buffer for
//! what is printed. Whatever else is in an allowed interface can be linked, and ends the call when it is called.

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{ComponentType, LinkerInstance, Lower, Resource, ResourceType, Val};
use wasmtime::{Engine, Result, StoreContextMut};

use crate::FaultKind;
use crate::sandbox::Sandbox;

/// Interfaces of `wasi:…@0.2.x` that may be imported.
const ALLOWED: [&str; 21] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/timezone",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];
/// Bytes that one call for random bytes may have: a hash map asks for 16.
const RANDOM_BYTES: u64 = 4 * 1024;
/// Bytes that a stream says it takes at once.
const WRITE_BYTES: u64 = 4 * 1024;

/// Whether a plugin may import this interface.
pub(crate) fn allows(import: &str) -> bool {
    import
        .split_once('@')
        .is_some_and(|(name, version)| ALLOWED.contains(&name) && version.starts_with("0.2."))
}

/// Links everything that the component wants of one allowed interface.
pub(crate) fn link(
    engine: &Engine,
    mut linker: LinkerInstance<'_, Sandbox>,
    import: &str,
    wanted: &ComponentInstance,
) -> Result<()> {
    let interface = import.split('@').next().expect("splitting gives at least one part");
    for (name, item) in wanted.exports(engine) {
        match item.ty {
            ComponentItem::Resource(_) => linker.resource(name, ResourceType::host::<Nothing>(), |mut store, _| {
                store.data_mut().handles -= 1;
                Ok(())
            })?,
            ComponentItem::ComponentFunc(_) => function(&mut linker, interface, name)?,
            ComponentItem::Type(_)
            | ComponentItem::ComponentInstance(_)
            | ComponentItem::Component(_)
            | ComponentItem::CoreFunc(_)
            | ComponentItem::Module(_) => {}
        }
    }
    Ok(())
}

/// What every WASI handle stands for.
struct Nothing;

/// The one error that a stream of ours can give.
#[derive(ComponentType, Lower)]
#[component(variant)]
#[allow(
    dead_code,
    reason = "the type must be whole to fit the interface; our streams never fail"
)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<Nothing>),
    #[component(name = "closed")]
    Closed,
}

fn function(linker: &mut LinkerInstance<'_, Sandbox>, interface: &str, name: &str) -> Result<()> {
    match name {
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
            return linker.func_wrap(
                name,
                |mut store: StoreContextMut<'_, Sandbox>, (_, bytes): (Resource<Nothing>, Vec<u8>)| {
                    let sandbox = store.data_mut();
                    sandbox.spend()?;
                    sandbox.print(&bytes);
                    Ok((Ok::<(), StreamError>(()),))
                },
            );
        }
        "get-random-bytes" | "get-insecure-random-bytes" => {
            let import = format!("{interface}.{name} for more than {RANDOM_BYTES} bytes");
            return linker.func_wrap(name, move |mut store: StoreContextMut<'_, Sandbox>, (n,): (u64,)| {
                let sandbox = store.data_mut();
                sandbox.spend()?;
                if n > RANDOM_BYTES {
                    return Err(sandbox.cut(FaultKind::Denied { import: import.clone() }));
                }
                Ok(((0..n).map(|_| sandbox.random().to_le_bytes()[0]).collect::<Vec<u8>>(),))
            });
        }
        _ => {}
    }
    let import = format!("{interface}.{name}");
    let answer = answer(interface, name);
    linker.func_new(name, move |mut store, _, arguments, results| {
        store.data_mut().spend()?;
        for argument in arguments {
            // A lent handle counts as kept until it is given back.
            if let Val::Resource(handle) = argument {
                handle.resource_drop(&mut store)?;
            }
        }
        let value = match answer {
            Some(answer) => answer(&mut store)?,
            None => {
                return Err(store.data_mut().cut(FaultKind::Denied { import: import.clone() }));
            }
        };
        if let Some(result) = results.first_mut() {
            *result = value;
        }
        Ok(())
    })
}

type Answer = fn(&mut StoreContextMut<'_, Sandbox>) -> Result<Val>;

/// The answer of a function that has one whatever its arguments are. A function without result gets a value
/// that nobody reads.
fn answer(interface: &str, name: &str) -> Option<Answer> {
    Some(match (interface, name) {
        ("wasi:cli/environment", "get-environment" | "get-arguments") | ("wasi:filesystem/preopens", _) => {
            |_| Ok(Val::List(Vec::new()))
        }
        ("wasi:cli/environment", "initial-cwd")
        | ("wasi:cli/terminal-stderr" | "wasi:cli/terminal-stdin" | "wasi:cli/terminal-stdout", _) => {
            |_| Ok(Val::Option(None))
        }
        ("wasi:cli/stdin" | "wasi:cli/stdout" | "wasi:cli/stderr", _) => handle,
        ("wasi:io/streams", "[method]output-stream.check-write") => {
            |_| Ok(Val::Result(Ok(Some(Box::new(Val::U64(WRITE_BYTES))))))
        }
        ("wasi:io/streams", "[method]output-stream.flush" | "[method]output-stream.blocking-flush") => {
            |_| Ok(Val::Result(Ok(None)))
        }
        ("wasi:io/streams", "[method]input-stream.read" | "[method]input-stream.blocking-read") => {
            |_| Ok(Val::Result(Err(Some(Box::new(Val::Variant("closed".into(), None))))))
        }
        ("wasi:io/streams", "[method]output-stream.subscribe" | "[method]input-stream.subscribe") => handle,
        ("wasi:io/poll", "[method]pollable.block") => |_| Ok(Val::Bool(true)),
        ("wasi:io/poll", "[method]pollable.ready") => |_| Ok(Val::Bool(true)),
        ("wasi:clocks/monotonic-clock", "now") => |store| {
            let sandbox = store.data_mut();
            sandbox.ticks += 1;
            Ok(Val::U64(sandbox.ticks))
        },
        ("wasi:clocks/monotonic-clock", "resolution") => |_| Ok(Val::U64(1)),
        ("wasi:clocks/wall-clock", "now") => |store| {
            let ms = store.data().now.0.max(0);
            Ok(datetime(ms / 1_000, (ms % 1_000) * 1_000_000))
        },
        ("wasi:clocks/wall-clock", "resolution") => |_| Ok(datetime(0, 1_000_000)),
        ("wasi:random/random", "get-random-u64") | ("wasi:random/insecure", "get-insecure-random-u64") => {
            |store| Ok(Val::U64(store.data_mut().random()))
        }
        ("wasi:random/insecure-seed", _) => |store| {
            let sandbox = store.data_mut();
            Ok(Val::Tuple(vec![Val::U64(sandbox.random()), Val::U64(sandbox.random())]))
        },
        _ => return None,
    })
}

fn handle(store: &mut StoreContextMut<'_, Sandbox>) -> Result<Val> {
    store.data_mut().handles += 1;
    Ok(Val::Resource(
        Resource::<Nothing>::new_own(0).try_into_resource_any(store)?,
    ))
}

fn datetime(seconds: i64, nanoseconds: i64) -> Val {
    Val::Record(vec![
        ("seconds".into(), Val::U64(seconds.unsigned_abs())),
        (
            "nanoseconds".into(),
            Val::U32(u32::try_from(nanoseconds).expect("below a second")),
        ),
    ])
}
