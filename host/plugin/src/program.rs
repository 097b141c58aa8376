//! One compiled component, ready to be called: every call gets a store, an instance and a budget of its own.
//!
//! Nothing outlives a call but the compiled code, which is immutable; that is the whole proof that a plugin
//! cannot carry one customer's words into another's chat.

use std::sync::Arc;
use std::time::{Duration, Instant};

use baton_core::Time;
use wasmtime::component::{Instance, InstancePre};
use wasmtime::{Error, PoolConcurrencyLimitError, Store, Trap};

use crate::plugins::Ticker;
use crate::sandbox::{Sandbox, Seed};
use crate::{Budget, Called, ConversationView, Description, Fault, FaultKind};

/// What the engine's epoch counts.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// How much a call may use; `describe` and `configure` may use more.
#[derive(Clone, Copy)]
pub(crate) enum Phase {
    Load,
    Call,
}

/// What a call begins with.
pub(crate) struct Start<'a> {
    pub(crate) function: &'static str,
    pub(crate) phase: Phase,
    pub(crate) view: Option<Arc<dyn ConversationView>>,
    pub(crate) now: Time,
    /// Together with the component it makes the call's random numbers.
    pub(crate) seed: &'a str,
}

/// Who is called, for faults.
#[derive(Clone)]
pub(crate) struct Names {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
}

/// One compiled component.
pub(crate) struct Program {
    pub(crate) pre: InstancePre<Sandbox>,
    pub(crate) names: Names,
    pub(crate) budget: Budget,
    pub(crate) digest: [u8; 32],
    pub(crate) stack_bytes: usize,
    pub(crate) calls: u32,
    /// Deadlines count as long as there is somebody to call.
    pub(crate) _ticker: Arc<Ticker>,
}

/// A plugin's compiled component with what it says of itself.
pub(crate) struct Loaded {
    pub(crate) program: Program,
    pub(crate) description: Description,
}

impl Program {
    /// A store and an instance with a budget of their own.
    fn begin(&self, start: Start<'_>) -> (Store<Sandbox>, wasmtime::Result<Instance>) {
        let Start {
            function: _,
            phase,
            view,
            now,
            seed,
        } = start;
        let (fuel, deadline_ms) = self.allowed(phase);
        let seed = Seed([&self.digest, seed.as_bytes()]);
        let mut store = Store::new(self.pre.engine(), Sandbox::new(self.budget, view, now, seed));
        store.limiter(|sandbox| sandbox);
        store.set_fuel(fuel).expect("the engine was made to count fuel");
        // One more, since the current tick may be almost over.
        store.set_epoch_deadline(u64::from(deadline_ms).div_ceil(tick_ms()) + 1);
        store.set_hostcall_fuel(self.output_bytes(phase));
        let instance = self.pre.instantiate(&mut store);
        (store, instance)
    }

    /// Makes one call on a fresh instance and checks its answer.
    pub(crate) fn call<R, T>(
        &self,
        start: Start<'_>,
        call: impl FnOnce(&mut Store<Sandbox>, &Instance) -> wasmtime::Result<R>,
        check: impl FnOnce(R) -> Result<T, FaultKind>,
    ) -> Result<Called<T>, Box<Fault>> {
        self.call_and_keep(start, call, check).map(|(called, _, _)| called)
    }

    /// As [`Self::call`], and gives back the store and the instance for the snapshot.
    pub(crate) fn call_and_keep<R, T>(
        &self,
        start: Start<'_>,
        call: impl FnOnce(&mut Store<Sandbox>, &Instance) -> wasmtime::Result<R>,
        check: impl FnOnce(R) -> Result<T, FaultKind>,
    ) -> Result<(Called<T>, Store<Sandbox>, Instance), Box<Fault>> {
        let began = Instant::now();
        let (function, phase) = (start.function, start.phase);
        let (mut store, instance) = self.begin(start);
        let answered = instance.and_then(|instance| Ok((call(&mut store, &instance)?, instance)));
        let checked = match answered {
            Ok((raw, instance)) => check(raw).map(|value| (value, instance)),
            Err(error) => Err(self.kind(phase, &error, store.data_mut())),
        };
        let fuel = self.allowed(phase).0 - store.get_fuel().expect("the engine was made to count fuel");
        let sandbox = store.data_mut();
        let (log, log_dropped) = (Vec::from(std::mem::take(&mut sandbox.log)), sandbox.log_dropped);
        let took = began.elapsed();
        match checked {
            Ok((value, instance)) => Ok((
                Called {
                    value,
                    fuel,
                    took,
                    log,
                    log_dropped,
                },
                store,
                instance,
            )),
            Err(kind) => {
                let Names { id, name, version } = self.names.clone();
                Err(Box::new(Fault {
                    id,
                    name,
                    version,
                    function,
                    kind,
                    fuel,
                    took,
                    log,
                    log_dropped,
                }))
            }
        }
    }

    fn allowed(&self, phase: Phase) -> (u64, u32) {
        match phase {
            Phase::Load => (self.budget.configure_fuel, self.budget.configure_deadline_ms),
            Phase::Call => (self.budget.fuel, self.budget.deadline_ms),
        }
    }

    fn output_bytes(&self, phase: Phase) -> usize {
        match phase {
            Phase::Load => self.budget.output_bytes.max(LOAD_OUTPUT_BYTES),
            Phase::Call => self.budget.output_bytes,
        }
    }

    /// Puts wasmtime's error into our words.
    fn kind(&self, phase: Phase, error: &Error, sandbox: &mut Sandbox) -> FaultKind {
        if let Some(kind) = sandbox.cut.take() {
            return kind;
        }
        let (fuel, limit_ms) = self.allowed(phase);
        let trap = error.downcast_ref::<Trap>();
        if trap == Some(&Trap::OutOfFuel) {
            return FaultKind::Fuel { limit: fuel };
        }
        if trap == Some(&Trap::Interrupt) {
            return FaultKind::Deadline { limit_ms };
        }
        if trap == Some(&Trap::StackOverflow) {
            return FaultKind::Stack {
                limit_bytes: self.stack_bytes,
            };
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return FaultKind::Busy { limit: self.calls };
        }
        if let Some(message) = sandbox.panic_message() {
            return FaultKind::Panic { message };
        }
        // The error's type is private to wasmtime; a test holds us to its text.
        if error
            .root_cause()
            .to_string()
            .contains("fuel allocated for hostcalls has been exhausted")
        {
            return FaultKind::Output {
                limit_bytes: self.output_bytes(phase),
            };
        }
        match trap {
            Some(trap) => FaultKind::Trap {
                what: trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
            },
            None => FaultKind::Trap {
                what: error.root_cause().to_string(),
            },
        }
    }
}

/// Bytes that `describe` may hand over: a schema is longer than any answer.
const LOAD_OUTPUT_BYTES: usize = 1024 * 1024;

fn tick_ms() -> u64 {
    u64::try_from(TICK.as_millis()).expect("a tick is short")
}
