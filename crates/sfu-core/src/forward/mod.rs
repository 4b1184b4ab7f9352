//! What one subscription does with the packets of one publication: which layer, and renumbered how.

mod forwarder;
mod keyframe;
mod rewrite;

pub(crate) use forwarder::{Forwarder, Incoming};
pub(crate) use keyframe::KeyframeThrottle;
pub(crate) use rewrite::SenderClock;
