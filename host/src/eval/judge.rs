//! Lets the rules decide each labelled row and each labelled chat, on all cores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use baton_core::story::Act;
use baton_core::{Reason, Signal, Speaker};

use super::{Chat, Row};
use crate::simulate::{Heard, Stage};

/// What the rules say of a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// The surest signal of each reason, 0 to 1.
    pub scores: BTreeMap<String, f32>,
    /// Reasons for which the daemon would act.
    pub fired: Vec<String>,
    /// What the signals say for people, with the passages they quote.
    pub notes: BTreeMap<String, String>,
}

/// What the rules do in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatVerdict {
    /// The turn after which the handover was open, from 0.
    pub turn: Option<usize>,
    /// Its reason.
    pub reason: Option<String>,
}

/// The usual threshold. A rule may want more of an information gap before it hands over, because one failed answer is no
/// reason yet; that the answer failed is told from here on.
const SURE: f32 = 0.75;

/// Judges every row by itself; `done` is told after each one, from several threads.
///
/// # Errors
///
/// When the system gives no threads.
pub fn judge_rows(stage: &Stage, rows: &[Row], done: &(dyn Fn() + Sync)) -> Result<Vec<Verdict>, String> {
    on_all_cores(rows, done, |row| {
        let heard = Heard {
            speaker: row.speaker,
            text: &row.text,
            before: &row.context,
            locale: row.locale.as_deref(),
            bot_state: row.bot_state.as_ref(),
        };
        // A platform never sends an empty text; nothing can be found in it.
        match row.text.is_empty() {
            true => Ok(Verdict::default()),
            false => Ok(verdict(stage.judge(heard))),
        }
    })
}

fn verdict(signals: Vec<Signal>) -> Verdict {
    let mut verdict = Verdict::default();
    for signal in signals {
        let reason = signal.reason.as_str().to_owned();
        let gap = reason == Reason::INFORMATION_GAP && signal.confidence >= SURE;
        if (signal.fires() || gap) && !verdict.fired.contains(&reason) {
            verdict.fired.push(reason.clone());
        }
        let quotes: Vec<String> = signal
            .evidence
            .iter()
            .take(3)
            .map(|passage| format!("{:?} ({})", passage.quote, passage.rule))
            .collect();
        let note = signal.note.unwrap_or_default();
        let told = format!(
            "{:.2} by {}: {note} {}",
            signal.confidence,
            signal.detector,
            quotes.join(", ")
        );
        let score = verdict.scores.entry(reason.clone()).or_insert(0.0);
        if signal.confidence >= *score {
            *score = signal.confidence;
            verdict.notes.insert(reason, told.trim_end().to_owned());
        }
    }
    verdict
}

/// Plays every chat through the whole state machine.
///
/// # Errors
///
/// The chat that cannot be played, and why.
pub fn judge_chats(stage: &Stage, chats: &[Chat], done: &(dyn Fn() + Sync)) -> Result<Vec<ChatVerdict>, String> {
    on_all_cores(chats, done, |chat| {
        let said: Vec<usize> = (0..chat.turns.len())
            .filter(|turn| !chat.turns[*turn].text.is_empty() && chat.turns[*turn].speaker != Speaker::Agent)
            .collect();
        let acts = said.iter().map(|turn| {
            let turn = &chat.turns[*turn];
            match turn.speaker {
                Speaker::Bot => Act::Bot {
                    text: turn.text.clone(),
                    epoch: None,
                    state: turn.bot_state.clone(),
                },
                Speaker::Customer | Speaker::Agent => Act::Customer(turn.text.clone()),
            }
        });
        let played = stage.play(acts).map_err(|why| format!("chat {}: {why}", chat.id))?;
        let handover = played.conversation.and_then(|conversation| conversation.handover);
        let Some(handover) = handover else {
            return Ok(ChatVerdict {
                turn: None,
                reason: None,
            });
        };
        // Messages of a story are numbered from m1.
        let number = handover
            .message
            .as_ref()
            .and_then(|id| id.as_str().strip_prefix('m')?.parse::<usize>().ok());
        Ok(ChatVerdict {
            turn: number.and_then(|number| said.get(number.checked_sub(1)?).copied()),
            reason: Some(handover.reason.as_str().to_owned()),
        })
    })
}

/// Does the work for each item, in the order of the items, by as many threads as there are cores.
fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    done: &(dyn Fn() + Sync),
    work: impl Fn(&T) -> Result<R, String> + Sync,
) -> Result<Vec<R>, String> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let turn = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return Ok::<_, String>(results);
            };
            results.push((index, work(item)?));
            done();
        }
    };
    let shares = std::thread::scope(|scope| {
        let spawn = |_| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, turn)
                .map_err(|error| error.to_string())
        };
        let threads: Vec<_> = (0..cores).map(spawn).collect::<Result<_, _>>()?;
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a thread that judges panicked".to_owned()))
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let mut all: Vec<(usize, R)> = shares.into_iter().flatten().collect();
    all.sort_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

/// Twice what a call may use of the stack, and room for the host's own frames.
const STACK_BYTES: usize = 2 * baton_plugin::STACK_BYTES + (1 << 20);
