//! From a received RTP packet to a packet of a publication.

use std::collections::HashMap;

use str0m::Rtc;
use str0m::format::Codec;
use str0m::media::{KeyframeRequestKind, Mid, Pt, Rid};
use str0m::rtp::{RtpPacket, Ssrc};

use crate::command::TrackKind;
use crate::forward::SenderClock;
use crate::plane::{LayerSource, MediaIn, PublicationKey, TransportKey};

/// Security limit: streams remembered per transport. Beyond it the memory is started anew, which
/// costs a look-up each and nothing else.
const MAX_STREAMS: usize = 64;

/// What a media section carries.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) publication: PublicationKey,
    pub(crate) kind: TrackKind,
    /// Simulcast streams from low to high; empty without simulcast.
    pub(crate) rids: Vec<Rid>,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    mid: Mid,
    rid: Option<Rid>,
    publication: PublicationKey,
    layer: u8,
    kind: TrackKind,
}

/// Which section is which publication, and which SSRC which layer.
#[derive(Debug, Default)]
pub(crate) struct Ingress {
    bindings: HashMap<Mid, Binding>,
    streams: HashMap<Ssrc, Stream>,
    codecs: HashMap<Pt, TrackKind>,
}

impl Ingress {
    /// Note the payload types of the latest description.
    pub(crate) fn renegotiated(&mut self, rtc: &Rtc) {
        self.streams.clear();
        self.codecs = rtc
            .codec_config()
            .params()
            .iter()
            .filter_map(|params| match params.spec().codec {
                Codec::Opus => Some((params.pt(), TrackKind::Audio)),
                Codec::Vp8 => Some((params.pt(), TrackKind::Video)),
                _ => None,
            })
            .collect();
    }

    pub(crate) fn bind(&mut self, mid: Mid, binding: Binding) {
        self.streams.clear();
        self.bindings.insert(mid, binding);
    }

    pub(crate) fn unbind(&mut self, mid: Mid) {
        self.streams.clear();
        self.bindings.remove(&mid);
    }

    /// The publication's packet; `None` for what nobody announced, an unknown layer, or a payload
    /// type of another kind.
    pub(crate) fn take(
        &mut self,
        rtc: &mut Rtc,
        transport: TransportKey,
        packet: RtpPacket,
    ) -> Option<MediaIn> {
        let stream = self.stream(rtc, packet.header.ssrc)?;
        if self.codecs.get(&packet.header.payload_type) != Some(&stream.kind) {
            return None;
        }
        let clock = packet.last_sender_info.map(|info| SenderClock {
            wall: info.ntp_time,
            timestamp: info.rtp_time.numer() as u32,
        });
        Some(MediaIn {
            publication: stream.publication,
            layer: stream.layer,
            source: LayerSource {
                transport,
                mid: stream.mid,
                rid: stream.rid,
            },
            seq: *packet.seq_no,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload: packet.payload,
            extensions: packet.header.ext_vals,
            clock,
            arrived: packet.timestamp,
        })
    }

    fn stream(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> Option<Stream> {
        if let Some(stream) = self.streams.get(&ssrc) {
            return Some(*stream);
        }
        let mut api = rtc.direct_api();
        let received = api.stream_rx(&ssrc)?;
        let (mid, rid) = (received.mid(), received.rid());
        let binding = self.bindings.get(&mid)?;
        let layer = match rid {
            None => 0,
            Some(rid) => binding.rids.iter().position(|known| *known == rid)? as u8,
        };
        let stream = Stream {
            mid,
            rid,
            publication: binding.publication,
            layer,
            kind: binding.kind,
        };
        if self.streams.len() >= MAX_STREAMS {
            self.streams.clear();
        }
        self.streams.insert(ssrc, stream);
        Some(stream)
    }
}

/// Send a PLI for one encoding, if it was ever heard of.
pub(crate) fn request_keyframe(rtc: &mut Rtc, source: LayerSource) {
    if let Some(stream) = rtc.direct_api().stream_rx_by_mid(source.mid, source.rid) {
        stream.request_keyframe(KeyframeRequestKind::Pli);
    }
}
