//! What is counted. Numbers only: no address, identity or room is in here.

/// Running totals and current sizes of one worker, cheap to copy out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams handed to a transport that accepted them.
    pub datagrams_accepted: u64,
    /// Datagrams that no transport claimed, or that are not STUN, DTLS, RTP or RTCP.
    pub datagrams_dropped: u64,
    /// RTP packets that came in on a publication.
    pub packets_received: u64,
    /// RTP packets written to subscribers.
    pub packets_forwarded: u64,
    /// RTP packets dropped: muted, unannounced, unnegotiated or malformed.
    pub packets_dropped: u64,
    /// Keyframe requests sent to publishers.
    pub keyframe_requests: u64,
    /// Data packets delivered.
    pub data_forwarded: u64,
    /// Data packets refused: no right, malformed, too large, or a slow reader.
    pub data_dropped: u64,
    /// Transports lost to a panic.
    pub panics: u64,
    /// Transports lost to anything else.
    pub transport_failures: u64,
    /// Rooms open now.
    pub rooms: u64,
    /// Transports open now.
    pub transports: u64,
}
