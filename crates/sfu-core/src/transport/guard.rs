//! A panic in one transport must not be another's problem.
//!
//! str0m's instances hold no lock and no thread, so one that panicked half-way can be dropped and
//! nothing else has seen its broken state (str0m README, "Catching panics").

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The call panicked; whatever it worked on must be dropped.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Run `call` and turn a panic into an error.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        // A payload whose own drop panics would defeat the purpose.
        std::mem::forget(payload);
        Panicked
    })
}
