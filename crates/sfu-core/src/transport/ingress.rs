//! From a received RTP packet to a packet of a publication.
//!
//! str0m files a packet under its SSRC, and may move a stream to a new SSRC, before it authenticates
//! the packet. [`Ingress::is_takeover`] keeps a forged one from doing that to a stream that is alive.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::format::Codec;
use str0m::media::{KeyframeRequestKind, Mid, Pt, Rid};
use str0m::rtp::{Extension, RtpPacket, Ssrc};

use super::header::{NameIds, parse_claims};
use crate::command::TrackKind;
use crate::forward::SenderClock;
use crate::plane::{LayerSource, MediaIn, PublicationKey, TransportKey};

/// Security limit: streams remembered per transport. Beyond it the memory is started anew, which
/// costs a look-up each and nothing else.
const MAX_STREAMS: usize = 64;

/// A stream that was heard of this lately keeps its name; a publisher that really starts a new one
/// under it is silent for as long as that takes.
const HOLD: Duration = Duration::from_millis(500);
/// Security limit: SSRCs that one transport may use in its life; str0m remembers each.
const MAX_SSRCS: usize = 512;

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
    rtx: Option<Ssrc>,
    publication: PublicationKey,
    layer: u8,
    kind: TrackKind,
    /// When a packet of it was last authenticated.
    heard_at: Instant,
}

/// Which section is which publication, and which SSRC which layer.
#[derive(Debug, Default)]
pub(crate) struct Ingress {
    bindings: HashMap<Mid, Binding>,
    streams: HashMap<Ssrc, Stream>,
    codecs: HashMap<Pt, TrackKind>,
    name_ids: NameIds,
    /// Every SSRC that an authenticated packet came with.
    seen: HashSet<Ssrc>,
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

    /// Note the extension ids of a media section; they are the same in all.
    pub(crate) fn learn_name_ids(&mut self, rtc: &Rtc, mid: Mid) {
        if let Some(media) = rtc.media(mid) {
            let extensions = media.remote_extmap();
            self.name_ids = NameIds {
                mid: extensions.id_of(Extension::RtpMid),
                rid: extensions.id_of(Extension::RtpStreamId),
            };
        }
    }

    /// Whether an unauthenticated packet must not reach the engine: it claims the name of a living
    /// stream for another SSRC. A known stream that the engine lost to such a packet is put back.
    pub(crate) fn is_takeover(&self, rtc: &mut Rtc, now: Instant, datagram: &[u8]) -> bool {
        if self.streams.is_empty() {
            return false;
        }
        let Some(claims) = parse_claims(datagram, self.name_ids) else {
            return false;
        };
        if let Some(known) = self.streams.get(&claims.ssrc.into()) {
            put_back(rtc, claims.ssrc.into(), known);
            return false;
        }
        let Some(mid) = claims.mid else {
            return false;
        };
        // Retransmissions have an SSRC and a payload type of their own and are no such claim.
        self.codecs.contains_key(&claims.payload_type.into())
            && self.streams.values().any(|stream| {
                now < stream.heard_at + HOLD
                    && stream.mid.as_bytes() == mid
                    && stream.rid.as_ref().map(|rid| rid.as_bytes()) == claims.rid
            })
    }

    /// Whether the publisher used up its SSRCs.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.seen.len() > MAX_SSRCS
    }

    /// Note the layers that the latest description gives to a bound section.
    pub(crate) fn set_rids(&mut self, mid: Mid, rids: Vec<Rid>) {
        if let Some(binding) = self.bindings.get_mut(&mid) {
            binding.rids = rids;
        }
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
        let stream = self.stream(rtc, packet.header.ssrc, packet.timestamp)?;
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
                ssrc: packet.header.ssrc,
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

    fn stream(&mut self, rtc: &mut Rtc, ssrc: Ssrc, now: Instant) -> Option<Stream> {
        if let Some(stream) = self.streams.get_mut(&ssrc) {
            stream.heard_at = now;
            return Some(*stream);
        }
        self.seen.insert(ssrc);
        let mut api = rtc.direct_api();
        let received = api.stream_rx(&ssrc)?;
        let (mid, rid, rtx) = (received.mid(), received.rid(), received.rtx());
        let binding = self.bindings.get(&mid)?;
        let layer = match rid {
            None => 0,
            Some(rid) => binding.rids.iter().position(|known| *known == rid)? as u8,
        };
        let stream = Stream {
            mid,
            rid,
            rtx,
            publication: binding.publication,
            layer,
            kind: binding.kind,
            heard_at: now,
        };
        if self.streams.len() >= MAX_STREAMS {
            self.streams.clear();
        }
        self.streams.insert(ssrc, stream);
        Some(stream)
    }
}

fn put_back(rtc: &mut Rtc, ssrc: Ssrc, stream: &Stream) {
    let has_section = rtc.media(stream.mid).is_some();
    let mut api = rtc.direct_api();
    if has_section && api.stream_rx(&ssrc).is_none() {
        api.expect_stream_rx(ssrc, stream.rtx, stream.mid, stream.rid);
    }
}

/// Send a PLI for one encoding, if it was ever heard of.
pub(crate) fn request_keyframe(rtc: &mut Rtc, source: LayerSource) {
    if let Some(stream) = rtc.direct_api().stream_rx(&source.ssrc) {
        stream.request_keyframe(KeyframeRequestKind::Pli);
    }
}
