//! Keeps what `configure` computed: a component that begins where the configured one stood.
//!
//! Wizer adds accessors to a component, we run it and read its memories and globals through them, and wizer
//! writes these into a new component. Its own glue to wasmtime is not used: it needs features (a cache, async,
//! collected references) that we leave out, and the accessors are three lines here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Instance, Lift, WasmList};
use wasmtime_wizer::{ComponentContext, ComponentInstanceState, Wizer};

use crate::LoadErrorKind;
use crate::sandbox::Sandbox;

/// The interface that wizer adds to what a component exports.
pub(crate) const ACCESSORS: &str = "wasmtime:wizer/access";

/// A component with accessors, and what is needed to write its state back.
pub(crate) struct Instrumented<'a> {
    context: ComponentContext<'a>,
    pub(crate) wasm: Vec<u8>,
}

/// Validates the component and adds the accessors.
///
/// # Errors
///
/// When it is damaged, or has something that cannot be kept, such as tables that change.
pub(crate) fn instrument(wasm: &[u8]) -> Result<Instrumented<'_>, LoadErrorKind> {
    let instrumented = contained(|| Wizer::new().instrument_component(wasm));
    match instrumented {
        Ok((context, wasm)) => Ok(Instrumented { context, wasm }),
        Err(Failed::Error(error)) if error.to_string() == INVALID => Err(LoadErrorKind::Damaged {
            message: error.root_cause().to_string(),
            bytes: wasm.len(),
        }),
        Err(failed) => Err(failed.into()),
    }
}

/// Writes the state of the configured instance into a new component.
///
/// # Errors
///
/// When wizer cannot express the state.
pub(crate) fn take(
    instrumented: &Instrumented<'_>,
    mut store: Store<Sandbox>,
    instance: Instance,
) -> Result<Vec<u8>, LoadErrorKind> {
    if store.data().handles > 0 {
        let message = "configure left a handle open, such as that of standard error, which would be dead in later \
                       calls; write to the log instead of printing";
        return Err(LoadErrorKind::Snapshot {
            message: message.to_owned(),
        });
    }
    // Only wizer's accessors run from here on, and they read everything once.
    store.set_fuel(u64::MAX).expect("the engine was made to count fuel");
    store.set_epoch_deadline(u64::MAX / 2);
    store.set_hostcall_fuel(usize::MAX);
    let mut accessors = Accessors { store, instance };
    let snapshotted = contained(|| {
        let wizer = Wizer::new();
        let snapshot = pin!(wizer.snapshot_component(&instrumented.context, &mut accessors));
        match snapshot.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(wasm) => wasm,
            Poll::Pending => unreachable!("the accessors never wait"),
        }
    });
    Ok(snapshotted?)
}

/// The context that wizer gives to errors of the validator.
const INVALID: &str = "wasm validation failed";

/// How wizer can fail.
enum Failed {
    Error(wasmtime::Error),
    Panic,
}

impl From<Failed> for LoadErrorKind {
    fn from(failed: Failed) -> Self {
        let message = match failed {
            Failed::Error(error) => error.root_cause().to_string(),
            Failed::Panic => "it has a structure that the snapshot does not know".to_owned(),
        };
        Self::Snapshot { message }
    }
}

/// Wizer trusts its input and panics where it meets what it does not know; a component is not trusted.
fn contained<T>(work: impl FnOnce() -> wasmtime::Result<T>) -> Result<T, Failed> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(Failed::Error),
        Err(_) => Err(Failed::Panic),
    }
}

struct Accessors {
    store: Store<Sandbox>,
    instance: Instance,
}

impl Accessors {
    fn read<R: Lift + Send + Sync + 'static>(&mut self, interface: &str, function: &str) -> R
    where
        (R,): ComponentNamedList + Lift,
    {
        let store = &mut self.store;
        let interface = self.instance.get_export_index(&mut *store, None, interface);
        let function = self
            .instance
            .get_export_index(&mut *store, interface.as_ref(), function);
        let function = self
            .instance
            .get_typed_func::<(), (R,)>(&mut *store, function.expect("wizer exports its accessors"))
            .expect("wizer gives its accessors these types");
        function.call(store, ()).expect("an accessor only reads").0
    }
}

impl ComponentInstanceState for Accessors {
    async fn call_func_ret_list_u8(&mut self, instance: &str, func: &str, contents: impl FnOnce(&[u8]) + Send) {
        let list: WasmList<u8> = self.read(instance, func);
        contents(list.as_le_slice(&self.store));
    }

    async fn call_func_ret_s32(&mut self, instance: &str, func: &str) -> i32 {
        self.read(instance, func)
    }

    async fn call_func_ret_s64(&mut self, instance: &str, func: &str) -> i64 {
        self.read(instance, func)
    }

    async fn call_func_ret_f32(&mut self, instance: &str, func: &str) -> u32 {
        self.read::<f32>(instance, func).to_bits()
    }

    async fn call_func_ret_f64(&mut self, instance: &str, func: &str) -> u64 {
        self.read::<f64>(instance, func).to_bits()
    }
}
