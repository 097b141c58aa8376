//! What one call has: its budget as it shrinks, the conversation it was lent, and a clock that stands still.
//!
//! It lives in the store of one call and goes with it. The first limit that is crossed is written down here,
//! because the trap that follows no longer tells which it was.

use std::collections::VecDeque;
use std::sync::Arc;

use baton_core::Time;
use sha2::{Digest, Sha256};
use wasmtime::component::{ComponentNamedList, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime::{Error, ResourceLimiter, Result, StoreContextMut};

use crate::ask;
use crate::plugins::{CORE_INSTANCES, MEMORIES, TABLES};
use crate::wit::log;
use crate::{Budget, ConversationView, FaultKind, LogLevel, LogLine};

/// Bytes of standard output and error that are kept: the end, which is where a panic message stands.
const OUTPUT_KEPT_BYTES: usize = 4 * 1024;
/// Messages that one `history` call may have, as the interface says.
const HISTORY: u32 = 50;

/// What the handle of the resource `conversation` stands for: the one conversation of the call.
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Lent;

/// The state of one call.
pub(crate) struct Sandbox {
    view: Option<Arc<dyn ConversationView>>,
    budget: Budget,
    memory_bytes: usize,
    table_elements: usize,
    host_calls: u32,
    log_bytes: usize,
    pub(crate) log: VecDeque<LogLine>,
    pub(crate) log_dropped: u32,
    printed: Vec<u8>,
    pub(crate) now: Time,
    /// Grows by one per look at the monotonic clock, so that two looks are never the same.
    pub(crate) ticks: u64,
    random: Random,
    /// WASI handles that the guest holds.
    pub(crate) handles: u32,
    /// The first limit that was crossed.
    pub(crate) cut: Option<FaultKind>,
}

impl Sandbox {
    pub(crate) fn new(budget: Budget, view: Option<Arc<dyn ConversationView>>, now: Time, seed: Seed<'_>) -> Self {
        Self {
            view,
            budget,
            memory_bytes: 0,
            table_elements: 0,
            host_calls: 0,
            log_bytes: 0,
            log: VecDeque::new(),
            log_dropped: 0,
            printed: Vec::new(),
            now,
            ticks: 0,
            random: Random {
                seed: seed.0.map(Into::into),
                state: None,
            },
            handles: 0,
            cut: None,
        }
    }

    /// Writes down why the call ends, and gives the error that ends it.
    pub(crate) fn cut(&mut self, kind: FaultKind) -> Error {
        let error = Error::msg(kind.to_string());
        self.cut.get_or_insert(kind);
        error
    }

    /// Takes one host call from the budget.
    pub(crate) fn spend(&mut self) -> Result<()> {
        let limit = self.budget.host_calls;
        if self.host_calls == limit {
            return Err(self.cut(FaultKind::HostCalls { limit }));
        }
        self.host_calls += 1;
        Ok(())
    }

    /// Keeps the end of what the plugin prints.
    pub(crate) fn print(&mut self, bytes: &[u8]) {
        self.printed.extend_from_slice(bytes);
        let excess = self.printed.len().saturating_sub(OUTPUT_KEPT_BYTES);
        self.printed.drain(..excess);
    }

    /// The message of a panic that was printed, with its place.
    pub(crate) fn panic_message(&self) -> Option<String> {
        let printed = String::from_utf8_lossy(&self.printed);
        let (_, panic) = printed.rsplit_once("panicked at ")?;
        let lines = panic
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("note: "));
        Some(lines.collect::<Vec<_>>().join(" "))
    }

    pub(crate) fn random(&mut self) -> u64 {
        self.random.next()
    }

    fn view(&mut self) -> Result<Arc<dyn ConversationView>> {
        self.spend()?;
        match &self.view {
            Some(view) => Ok(Arc::clone(view)),
            None => Err(self.cut(FaultKind::Denied {
                import: "conversation outside of a call".into(),
            })),
        }
    }
}

/// What makes the random numbers of a call: the same parts, the same numbers.
pub(crate) struct Seed<'a>(pub(crate) [&'a [u8]; 2]);

/// SplitMix64, started from a digest when the first number is asked for: most calls ask for none.
struct Random {
    seed: [Box<[u8]>; 2],
    state: Option<u64>,
}

impl Random {
    fn next(&mut self) -> u64 {
        let state = self.state.get_or_insert_with(|| {
            let mut digest = Sha256::new();
            for part in &self.seed {
                digest.update(part.len().to_le_bytes());
                digest.update(part);
            }
            let digest = digest.finalize();
            u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
        });
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl ResourceLimiter for Sandbox {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let (asked, limit_bytes) = (self.memory_bytes + (desired - current), self.budget.memory_bytes);
        if asked > limit_bytes {
            return Err(self.cut(FaultKind::Memory { limit_bytes, asked }));
        }
        self.memory_bytes = asked;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let (asked, limit) = (self.table_elements + (desired - current), self.budget.table_elements);
        if asked > limit {
            return Err(self.cut(FaultKind::Table { limit, asked }));
        }
        self.table_elements = asked;
        Ok(true)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

impl Sandbox {
    /// Keeps a line for the operator while there is room.
    fn write(&mut self, level: log::Level, mut line: String) -> Result<()> {
        self.spend()?;
        let (most, bytes) = (self.budget.log_lines as usize, self.budget.log_bytes);
        line.truncate(line.floor_char_boundary(bytes));
        self.log_bytes += line.len();
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log.push_back(LogLine { level, line });
        // The last lines before a fault tell most of it.
        while self.log.len() > most || self.log_bytes > bytes || bytes == 0 {
            let Some(first) = self.log.pop_front() else { break };
            self.log_bytes -= first.line.len();
            self.log_dropped += 1;
        }
        Ok(())
    }
}

/// Gives an instance the interface `log`.
pub(crate) fn link_log(log: &mut LinkerInstance<'_, Sandbox>) -> Result<()> {
    log.func_wrap(
        "write",
        |mut store: StoreContextMut<'_, Sandbox>, (level, line): (log::Level, String)| {
            store.data_mut().write(level, line)
        },
    )
}

/// Gives an instance what `conversation` has in every version.
pub(crate) fn link_conversation(types: &mut LinkerInstance<'_, Sandbox>) -> Result<()> {
    // The handle is lent, so there is nothing to drop.
    types.resource("conversation", ResourceType::host::<Lent>(), |_, _| Ok(()))?;
    link_question(types, "id", |view| view.id())?;
    link_question(types, "channel", |view| view.channel())?;
    link_question(types, "bot", |view| view.bot())?;
    link_question(types, "locale", |view| view.locale())?;
    link_question(types, "contact", |view| ask::contact(view.contact()))?;
    types.func_wrap(
        "[method]conversation.field",
        |mut store: StoreContextMut<'_, Sandbox>, (_, name): (Resource<Lent>, String)| {
            Ok((store.data_mut().view()?.field(&name),))
        },
    )?;
    link_question(types, "fields", |view| view.fields())?;
    types.func_wrap(
        "[method]conversation.history",
        |mut store: StoreContextMut<'_, Sandbox>, (_, n): (Resource<Lent>, u32)| {
            let messages = store.data_mut().view()?.history(n.min(HISTORY));
            Ok((messages.iter().map(ask::message).collect::<Vec<_>>(),))
        },
    )?;
    link_question(types, "bot-state", |view| view.bot_state().map(ask::bot_state))?;
    link_question(types, "failed-answers", |view| view.failed_answers())?;
    link_question(types, "length", |view| view.length())?;
    link_question(types, "tags", |view| view.tags())
}

/// Gives an instance a function of `conversation` that takes nothing but the conversation.
pub(crate) fn link_question<R>(
    types: &mut LinkerInstance<'_, Sandbox>,
    name: &str,
    answer: fn(&dyn ConversationView) -> R,
) -> Result<()>
where
    R: Send + Sync + 'static,
    (R,): ComponentNamedList + Lower,
{
    types.func_wrap(
        &format!("[method]conversation.{name}"),
        move |mut store: StoreContextMut<'_, Sandbox>, (_,): (Resource<Lent>,)| {
            Ok((answer(store.data_mut().view()?.as_ref()),))
        },
    )
}
