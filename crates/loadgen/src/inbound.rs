//! Counting what comes in.

use std::collections::HashMap;

use str0m::Rtc;
use str0m::rtp::RtpPacket;

use crate::clock::monotonic_ns;
use crate::protocol::EndpointId;
use crate::report::{Arrival, Report};
use crate::source::parse_trailer;

/// Names of the streams that one transport receives.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    mids: HashMap<u32, String>,
}

impl Inbound {
    /// Count one packet. `wire_bytes`: length of the datagram that it came in.
    pub(crate) fn record(
        &mut self,
        endpoint: EndpointId,
        packet: &RtpPacket,
        wire_bytes: usize,
        rtc: &mut Rtc,
        report: &mut Report,
    ) {
        let Some((layer, sent_ns)) = parse_trailer(&packet.payload) else {
            return;
        };
        let ssrc = packet.header.ssrc;
        let mid = self.mids.entry(*ssrc).or_insert_with(|| {
            let mut api = rtc.direct_api();
            let stream = api.stream_rx(&ssrc);
            stream.map(|it| it.mid().to_string()).unwrap_or_default()
        });
        let outside = packet.header.header_len + packet.payload.len();
        report.record(Arrival {
            endpoint,
            ssrc: *ssrc,
            mid,
            number: *packet.seq_no,
            layer,
            latency_us: monotonic_ns().saturating_sub(sent_ns) / 1_000,
            tag_bytes: wire_bytes.saturating_sub(outside),
        });
    }
}
