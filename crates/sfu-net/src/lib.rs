//! The SFU on a real machine: one UDP port, worker threads that own their rooms, and nothing that
//! decides about media (`sfu-core` does).
//!
//! A turn of a worker: wait, take commands and datagrams, let time pass, send what came of it. See
//! `worker.rs` for the thread, `steering.rs` for how a datagram finds its worker, `trains.rs` and
//! `egress.rs` for how datagrams leave.

mod candidates;
mod counters;
mod egress;
mod engine;
mod events;
mod ingress;
mod machine;
mod mailbox;
mod placement;
mod settings;
mod socket;
mod steering;
mod trains;
mod turn;
mod worker;

pub use candidates::CandidateAddress;
pub use engine::Engine;
pub use events::EngineEvent;
pub use machine::Machine;
pub use settings::{MAX_WORKERS, Settings, StartError};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lock `mutex`. A panic elsewhere leaves our tables whole: none is changed in more than one step
/// that may panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
