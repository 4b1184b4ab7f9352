//! How a participant's str0m instance is set up.

use std::net::SocketAddr;
use std::time::Instant;

use str0m::channel::{ChannelConfig, Reliability};
use str0m::error::IceError;
use str0m::media::{MediaKind, Simulcast, SimulcastLayer};
use str0m::{Candidate, Rtc, RtcConfig};

use crate::protocol::Kind;
use crate::source::Plan;

/// Full ICE, Opus and VP8, RTP mode, one host candidate.
pub(crate) fn build(address: SocketAddr, now: Instant) -> Result<Rtc, IceError> {
    let mut rtc = RtcConfig::new()
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .build(now);
    rtc.add_local_candidate(Candidate::host(address, "udp")?);
    Ok(rtc)
}

/// The channels that LiveKit clients open on their publisher transport.
pub(crate) fn channels() -> [ChannelConfig; 2] {
    [
        ("_reliable", true, Reliability::Reliable),
        (
            "_lossy",
            false,
            Reliability::MaxRetransmits { retransmits: 0 },
        ),
    ]
    .map(|(label, ordered, reliability)| ChannelConfig {
        label: label.into(),
        ordered,
        reliability,
        ..ChannelConfig::default()
    })
}

pub(crate) fn media_kind(kind: Kind) -> MediaKind {
    match kind {
        Kind::Audio => MediaKind::Audio,
        Kind::Video => MediaKind::Video,
    }
}

pub(crate) fn simulcast(plan: &Plan) -> Option<Simulcast> {
    if plan.layers.is_empty() {
        return None;
    }
    let mut simulcast = Simulcast::new();
    for rid in &plan.layers {
        simulcast.add_send_layer(SimulcastLayer::new(rid.as_str()));
    }
    Some(simulcast)
}
