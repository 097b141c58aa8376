//! Threads on which plugins run and the disk is read, so that neither holds up the sockets.
//!
//! More threads than cores: a plugin that runs into its wall-clock deadline holds one of them for that
//! long, and the others go on.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// Jobs that wait for a thread; the engine's own bound on what is under way is reached first.
const MOST_WAITING: usize = 8_192;

/// Twice what a call may use of the stack, and room for the host's own frames.
const STACK_BYTES: usize = 2 * baton_plugin::STACK_BYTES + (1 << 20);

type Job = Box<dyn FnOnce() + Send>;

/// Threads that run jobs in the order in which they come.
#[derive(Debug)]
pub(super) struct Workers {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(threads: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(MOST_WAITING);
        let queue = Arc::new(Mutex::new(queue));
        let start = |n: usize| {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("judge-{n}"))
                .stack_size(STACK_BYTES)
                .spawn(move || work(&queue))
        };
        let threads = (0..threads).map(start).collect::<Result<_, _>>()?;
        Ok(Self {
            jobs: Some(jobs),
            threads,
        })
    }

    /// Runs a job and waits for its result; `None` when the threads have stopped or are swamped, or it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move || drop(done.send(job())));
        match self.jobs.as_ref()?.try_send(job) {
            Ok(()) => result.await.ok(),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // The last owner may itself be a job; a thread cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A job that panics must not take its thread along; whoever waits for it sees the channel close.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            tracing::error!("a step panicked; nothing of it was kept");
        }
    }
}
