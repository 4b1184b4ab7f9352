//! We offer, the participant answers.
//!
//! A media section ("slot") carries one publication at a time. One offer is in flight; what is
//! wanted meanwhile waits and goes into the next one together. A slot whose publication left is
//! negotiated inactive and then used again for another one, so a description grows with the most
//! that was ever carried at once, not with time. The same publication never comes back to the
//! same slot: SDKs on LiveKit's Rust core take a pair of section and stream for one that they have
//! shown already.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::rtp::{ExtensionValues, RtpWrite, Ssrc};

use super::channels::Channels;
use super::{Side, Transport};
use crate::command::TrackKind;
use crate::data::Channel;
use crate::event::{Description, FailureReason};
use crate::ids::{ParticipantId, TrackId};
use crate::plane::{MediaOut, PublicationKey, Slot, TransportKey};
use crate::sdp::{Limits, Msid, Refused, screen_answer, write_msids};

/// Publications remembered per slot. Who subscribes to one and the same that often, with as many
/// others in between, may have to subscribe once more.
const MAX_CARRIED: usize = 64;

/// How long an answer may take before the transport is given up.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);

/// A publication that this participant is to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) publication: PublicationKey,
    pub(crate) kind: TrackKind,
    pub(crate) track: TrackId,
    pub(crate) publisher: ParticipantId,
}

/// A publication whose slot is negotiated: packets may be written to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Activated {
    pub(crate) publication: PublicationKey,
    pub(crate) slot: Slot,
}

#[derive(Debug)]
struct SlotState {
    /// `None` until it was offered for the first time.
    mid: Option<Mid>,
    kind: TrackKind,
    /// What should be in it.
    desired: Option<Wanted>,
    /// What the offer in flight, or else the last answer, says is in it.
    offered: Option<PublicationKey>,
    /// Where packets are written to, while they may be.
    stream: Option<NegotiatedStream>,
    /// What was in it so far, newest last.
    carried: Vec<PublicationKey>,
}

#[derive(Clone, Copy, Debug)]
struct NegotiatedStream {
    ssrc: Ssrc,
    payload_type: Pt,
}

impl SlotState {
    fn new(wanted: Wanted) -> Self {
        Self {
            mid: None,
            kind: wanted.kind,
            desired: Some(wanted),
            offered: None,
            stream: None,
            carried: Vec::new(),
        }
    }

    fn is_settled(&self) -> bool {
        self.desired.as_ref().map(|wanted| wanted.publication) == self.offered
    }

    fn is_free_for(&self, wanted: &Wanted) -> bool {
        self.kind == wanted.kind
            && self.desired.is_none()
            && self.offered.is_none()
            && !self.carried.contains(&wanted.publication)
    }

    fn offer(&mut self, publication: PublicationKey) {
        self.offered = Some(publication);
        self.carried.push(publication);
        let excess = self.carried.len().saturating_sub(MAX_CARRIED);
        self.carried.drain(..excess);
    }
}

struct InFlight {
    offer_id: u32,
    pending: SdpPendingOffer,
    since: Instant,
}

/// Slots, the offer in flight and what waits for the next.
#[derive(Default)]
pub(crate) struct SubscriberSide {
    slots: Vec<SlotState>,
    waiting: Vec<Wanted>,
    in_flight: Option<InFlight>,
    last_offer_id: u32,
}

impl std::fmt::Debug for SubscriberSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubscriberSide")
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

impl SubscriberSide {
    /// Receive a publication; takes effect with the next offer and its answer.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        self.waiting.push(wanted);
    }

    /// Stop receiving it. Packets stop at once, the description follows.
    pub(crate) fn unwant(&mut self, publication: PublicationKey) {
        self.waiting
            .retain(|wanted| wanted.publication != publication);
        for slot in &mut self.slots {
            if slot
                .desired
                .as_ref()
                .is_some_and(|wanted| wanted.publication == publication)
            {
                slot.desired = None;
                slot.stream = None;
            }
        }
    }

    /// Whether there is something to offer and nothing in the way.
    pub(crate) fn needs_offer(&self) -> bool {
        let is_first = self.last_offer_id == 0;
        let has_changes = !self.waiting.is_empty() || !self.slots.iter().all(SlotState::is_settled);
        self.in_flight.is_none() && (is_first || has_changes)
    }

    /// Whether the participant has kept an offer unanswered for too long.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        self.in_flight
            .as_ref()
            .is_some_and(|offer| now >= offer.since + ANSWER_DEADLINE)
    }

    /// The media sections of the description, the data one included.
    fn section_count(&self) -> usize {
        self.slots.len() + 1
    }

    fn mid_to_track(&self) -> Vec<(String, TrackId)> {
        let carrying = self.slots.iter().filter(|slot| slot.offered.is_some());
        carrying
            .filter_map(|slot| Some((slot.mid?.to_string(), slot.desired.as_ref()?.track.clone())))
            .collect()
    }

    fn msids(&self) -> HashMap<String, Msid> {
        let carrying = self
            .slots
            .iter()
            .filter_map(|slot| Some((slot.mid?, slot.desired.as_ref()?)));
        carrying
            .map(|(mid, wanted)| (mid.to_string(), msid(wanted)))
            .collect()
    }

    /// The slot of a media section and what is in it.
    pub(crate) fn carried_in(&self, mid: Mid) -> Option<(usize, PublicationKey)> {
        let index = self.slots.iter().position(|slot| slot.mid == Some(mid))?;
        Some((index, self.slots[index].desired.as_ref()?.publication))
    }

    /// Hand a packet to the slot's stream, under its negotiated payload type.
    pub(crate) fn write(&self, rtc: &mut Rtc, index: usize, packet: &MediaOut<'_>) {
        let Some(stream) = self.slots.get(index).and_then(|slot| slot.stream) else {
            return;
        };
        let incoming = packet.incoming;
        let mut write = RtpWrite::new(
            stream.payload_type,
            packet.seq.into(),
            packet.timestamp,
            incoming.arrived,
            Arc::clone(&incoming.payload),
        )
        .marker(incoming.marker)
        .nackable(packet.kind == TrackKind::Video)
        .ext_vals(forwarded(&incoming.extensions));
        if let Some(patch) = packet.vp8_patch {
            write = write.vp8_patch(patch);
        }
        if let Some(sender) = rtc.direct_api().stream_tx(&stream.ssrc) {
            sender.write_rtp(write);
        }
    }
}

/// Extensions that mean the same at the other end. The rest is per transport and made anew.
fn forwarded(incoming: &ExtensionValues) -> ExtensionValues {
    ExtensionValues {
        video_orientation: incoming.video_orientation,
        abs_capture_time: incoming.abs_capture_time,
        play_delay_min: incoming.play_delay_min,
        play_delay_max: incoming.play_delay_max,
        ..ExtensionValues::default()
    }
}

fn msid(wanted: &Wanted) -> Msid {
    Msid {
        stream: format!("{}|{}", wanted.publisher, wanted.track),
        track: wanted.track.to_string(),
    }
}

impl Transport {
    /// Make the next offer, if one is needed and none is in flight.
    pub(crate) fn create_offer(&mut self, now: Instant) -> Option<Description> {
        let Side::Subscriber(side) = &mut self.side else {
            return None;
        };
        if !side.needs_offer() {
            return None;
        }
        place_waiting(side, &mut self.rtc);
        let mut api = self.rtc.sdp_api();
        if side.last_offer_id == 0 {
            for channel in Channel::ALL {
                api.add_channel_with_config(Channels::config(channel));
            }
        }
        for slot in &mut side.slots {
            match (&slot.desired, slot.mid) {
                _ if slot.is_settled() => {}
                (Some(wanted), Some(mid)) if slot.offered.is_none() => {
                    api.set_direction(mid, Direction::SendOnly);
                    let publication = wanted.publication;
                    slot.offer(publication);
                }
                (Some(wanted), None) => {
                    let kind = media_kind(slot.kind);
                    let mid = api.add_media(kind, Direction::SendOnly, None, None, None);
                    slot.mid = Some(mid);
                    let publication = wanted.publication;
                    slot.offer(publication);
                }
                (_, Some(mid)) => {
                    api.set_direction(mid, Direction::Inactive);
                    slot.offered = None;
                }
                (None, None) => {}
            }
        }
        let (offer, pending) = api.apply()?;
        side.last_offer_id += 1;
        let offer_id = side.last_offer_id;
        side.in_flight = Some(InFlight {
            offer_id,
            pending,
            since: now,
        });
        let sdp = write_msids(&offer.to_sdp_string(), &side.msids());
        Some(Description {
            offer_id,
            sdp,
            mid_to_track: side.mid_to_track(),
        })
    }

    /// Take the answer to the offer in flight. Returns the slots that can now be written to.
    ///
    /// # Errors
    ///
    /// [`Refused`]: no offer waits, or the answer breaks a limit or a rule. A readable answer that
    /// str0m can't use leaves the two ends in different states, so the transport fails as well.
    pub(crate) fn accept_answer(
        &mut self,
        now: Instant,
        offer_id: u32,
        sdp: &str,
        limits: Limits,
    ) -> Result<Vec<Activated>, Refused> {
        let Side::Subscriber(side) = &mut self.side else {
            return Ok(Vec::new());
        };
        let Some(in_flight) = &side.in_flight else {
            return Err(Refused("no offer is waiting for an answer".into()));
        };
        if offer_id != 0 && offer_id != in_flight.offer_id {
            return Err(Refused(format!(
                "the offer in flight is {}",
                in_flight.offer_id
            )));
        }
        // We made the sections, so their number is no stranger's to choose.
        let max_sections = limits.max_sections.max(side.section_count());
        let screened = screen_answer(
            sdp,
            Limits {
                max_sections,
                ..limits
            },
        )?;
        let answer = SdpAnswer::from_sdp_string(&screened.sdp)
            .map_err(|_| Refused("it is not a session description".into()))?;
        let Some(in_flight) = side.in_flight.take() else {
            return Ok(Vec::new());
        };
        if self
            .rtc
            .sdp_api()
            .accept_answer(in_flight.pending, answer)
            .is_err()
        {
            self.fail(FailureReason::Protocol);
            return Err(Refused("it does not answer the offer".into()));
        }
        let activated = activate(side, &mut self.rtc, self.key);
        self.expect_connection(now);
        Ok(activated)
    }
}

/// Give every waiting publication a slot: a free one of its kind, or a new one. A free slot gets
/// fresh SSRCs, so that nothing of what was in it before is taken for its continuation.
fn place_waiting(side: &mut SubscriberSide, rtc: &mut Rtc) {
    for wanted in std::mem::take(&mut side.waiting) {
        let kind = wanted.kind;
        let free = side.slots.iter_mut().find(|slot| slot.is_free_for(&wanted));
        let Some(slot) = free else {
            side.slots.push(SlotState::new(wanted));
            continue;
        };
        slot.desired = Some(wanted);
        if let Some(mid) = slot.mid {
            renew_stream(rtc, mid, kind);
        }
    }
}

/// str0m's own `reset_stream_tx` leaves the stream filed under its old SSRC, where feedback for
/// the new one does not find it; taking it out and declaring another does not have that problem.
fn renew_stream(rtc: &mut Rtc, mid: Mid, kind: TrackKind) {
    let mut api = rtc.direct_api();
    let Some(old) = api.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()) else {
        return;
    };
    api.remove_stream_tx(old);
    let ssrc = api.new_ssrc();
    let rtx = (kind == TrackKind::Video).then(|| api.new_ssrc());
    api.declare_stream_tx(ssrc, rtx, mid, None);
}

fn activate(side: &mut SubscriberSide, rtc: &mut Rtc, transport: TransportKey) -> Vec<Activated> {
    let mut activated = Vec::new();
    for (index, slot) in side.slots.iter_mut().enumerate() {
        let wanted = slot.desired.as_ref().map(|wanted| wanted.publication);
        let (Some(mid), Some(publication)) = (slot.mid, wanted.filter(|_| slot.is_settled()))
        else {
            continue;
        };
        if slot.stream.is_some() {
            continue;
        }
        slot.stream = negotiated_stream(rtc, mid, slot.kind);
        if slot.stream.is_some() {
            activated.push(Activated {
                publication,
                slot: Slot { transport, index },
            });
        }
    }
    activated
}

/// SSRC and payload type to send with; `None` if the answer declined the section or its codec.
fn negotiated_stream(rtc: &mut Rtc, mid: Mid, kind: TrackKind) -> Option<NegotiatedStream> {
    let media = rtc.media(mid)?;
    if !media.direction().is_sending() {
        return None;
    }
    let codec = match kind {
        TrackKind::Audio => Codec::Opus,
        TrackKind::Video => Codec::Vp8,
    };
    let accepted = media.remote_pts();
    let payload_type = rtc
        .codec_config()
        .params()
        .iter()
        .find(|params| params.spec().codec == codec && accepted.contains(&params.pt()))?
        .pt();
    let ssrc = rtc.direct_api().stream_tx_by_mid(mid, None)?.ssrc();
    Some(NegotiatedStream { ssrc, payload_type })
}

fn media_kind(kind: TrackKind) -> MediaKind {
    match kind {
        TrackKind::Audio => MediaKind::Audio,
        TrackKind::Video => MediaKind::Video,
    }
}
