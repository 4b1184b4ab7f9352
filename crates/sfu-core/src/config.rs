//! Settings and limits of one worker.

use std::net::SocketAddr;
use std::time::Duration;

/// What one [`crate::Sfu`] needs to know about the machine and its limits.
#[derive(Clone, Debug)]
pub struct Config {
    /// This worker's number; it is written into the ICE user name fragments that it hands out, so
    /// that a datagram which another worker received can be sent on to it.
    pub worker: u8,
    /// Addresses that participants are told to send to (ICE host candidates).
    pub candidates: Vec<SocketAddr>,
    /// How often a participant's quality is reported.
    pub quality_interval: Duration,
    /// Security limit: longest session description taken, in bytes.
    pub max_sdp_bytes: usize,
    /// Security limit: most media sections taken in an offer.
    pub max_sdp_sections: usize,
    /// Security limit: most bytes of reliable data waiting for one participant.
    pub max_data_queue_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            worker: 0,
            candidates: Vec::new(),
            quality_interval: Duration::from_secs(5),
            max_sdp_bytes: 128 * 1024,
            max_sdp_sections: 64,
            max_data_queue_bytes: 4 * 1024 * 1024,
        }
    }
}
