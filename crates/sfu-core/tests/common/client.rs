//! A participant: two str0m instances, as LiveKit clients have two peer connections.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu_core::{Description, TrackKind};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::format::Codec;
use str0m::media::{
    Direction, KeyframeRequestKind, MediaKind, Mid, Rid, Simulcast, SimulcastLayer,
};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc};

use super::media::{Clip, audio_payload, video_payload};

/// A packet that came out at the other end.
#[derive(Clone, Debug)]
pub struct Received {
    pub at: Instant,
    pub seq: u64,
    pub timestamp: u32,
    pub payload: Vec<u8>,
}

struct Sender {
    track: String,
    mid: Mid,
    kind: TrackKind,
    clip: Clip,
    next_at: Instant,
    layers: Vec<Layer>,
    is_paused: bool,
}

struct Layer {
    rid: Option<Rid>,
    seq: u64,
    picture: u16,
    frames: u32,
    needs_keyframe: bool,
    is_paused: bool,
}

pub struct Client {
    pub name: String,
    pub publisher_address: SocketAddr,
    pub subscriber_address: SocketAddr,
    pub received: BTreeMap<String, Vec<Received>>,
    pub data: Vec<(String, Vec<u8>)>,
    pub keyframe_requests: Vec<(Instant, Option<Rid>)>,
    pub last_subscriber_offer: String,
    pub sent_packets: u64,
    pub odd_packets_sent: u64,
    /// Datagrams exactly as they left, newest last; for replay and for tampering.
    pub wire: VecDeque<Vec<u8>>,
    pub publisher: Rtc,
    pub subscriber: Rtc,
    pending: Option<SdpPendingOffer>,
    queued_offers: usize,
    senders: Vec<Sender>,
    mid_to_track: BTreeMap<String, String>,
    own_channels: BTreeMap<String, ChannelId>,
    channel_labels: BTreeMap<String, String>,
    transmits: Vec<(SocketAddr, SocketAddr, Vec<u8>)>,
    timeouts: [Instant; 2],
    now: Instant,
}

fn new_rtc(address: SocketAddr, now: Instant) -> Rtc {
    let mut rtc = Rtc::builder()
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .build(now);
    rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
    rtc
}

impl Client {
    pub fn new(name: &str, publisher: SocketAddr, subscriber: SocketAddr, now: Instant) -> Self {
        Self {
            name: name.into(),
            publisher_address: publisher,
            subscriber_address: subscriber,
            received: BTreeMap::new(),
            data: Vec::new(),
            keyframe_requests: Vec::new(),
            last_subscriber_offer: String::new(),
            sent_packets: 0,
            odd_packets_sent: 0,
            wire: VecDeque::new(),
            publisher: new_rtc(publisher, now),
            subscriber: new_rtc(subscriber, now),
            pending: None,
            queued_offers: 0,
            senders: Vec::new(),
            mid_to_track: BTreeMap::new(),
            own_channels: BTreeMap::new(),
            channel_labels: BTreeMap::new(),
            transmits: Vec::new(),
            timeouts: [now; 2],
            now,
        }
    }

    pub fn first_offer(&mut self) -> String {
        let mut api = self.publisher.sdp_api();
        for (label, is_reliable) in [("_reliable", true), ("_lossy", false)] {
            let reliability = if is_reliable {
                Reliability::Reliable
            } else {
                Reliability::MaxRetransmits { retransmits: 0 }
            };
            let id = api.add_channel_with_config(ChannelConfig {
                label: label.into(),
                ordered: is_reliable,
                reliability,
                ..ChannelConfig::default()
            });
            self.own_channels.insert(label.into(), id);
        }
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub fn add_track(&mut self, track: &str, cid: &str, kind: TrackKind, clip: Clip) -> String {
        let simulcast = clip.is_simulcast.then(|| {
            let mut simulcast = Simulcast::new();
            for rid in ["q", "h", "f"] {
                simulcast.add_send_layer(SimulcastLayer::new(rid));
            }
            simulcast
        });
        let media_kind = match kind {
            TrackKind::Audio => MediaKind::Audio,
            TrackKind::Video => MediaKind::Video,
        };
        let mut api = self.publisher.sdp_api();
        let stream = Some("stream".to_owned());
        let mid = api.add_media(
            media_kind,
            Direction::SendOnly,
            stream,
            Some(cid.into()),
            simulcast,
        );
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        let rids = if clip.is_simulcast {
            ["q", "h", "f"].map(|rid| Some(Rid::from(rid))).to_vec()
        } else {
            vec![None]
        };
        let layers = rids.into_iter().enumerate().map(|(index, rid)| Layer {
            rid,
            seq: 1_000 * (index as u64 + 1),
            picture: 100 * (index as u16 + 1),
            frames: 0,
            needs_keyframe: true,
            is_paused: false,
        });
        self.senders.push(Sender {
            track: track.into(),
            mid,
            kind,
            clip,
            next_at: self.now,
            layers: layers.collect(),
            is_paused: false,
        });
        offer.to_sdp_string()
    }

    pub fn remove_track(&mut self, track: &str) -> String {
        let at = self
            .senders
            .iter()
            .position(|sender| sender.track == track)
            .unwrap();
        let sender = self.senders.remove(at);
        let mut api = self.publisher.sdp_api();
        api.set_direction(sender.mid, Direction::Inactive);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub fn pause_layer(&mut self, track: &str, layer: usize, is_paused: bool) {
        let sender = self
            .senders
            .iter_mut()
            .find(|sender| sender.track == track)
            .unwrap();
        sender.layers[layer].is_paused = is_paused;
    }

    /// Authentic packets with payload types, layers and SSRCs that were never negotiated.
    pub fn send_odd_packets(&mut self, track: &str) {
        let sender = self
            .senders
            .iter()
            .find(|sender| sender.track == track)
            .unwrap();
        let mid = sender.mid;
        let payload = video_payload("odd", 1, true, true, 100);
        for rid in [None, Some(Rid::from("x")), Some(Rid::from("qq"))] {
            let mut api = self.publisher.direct_api();
            let ssrc = api.new_ssrc();
            api.declare_stream_tx(ssrc, None, mid, rid);
            for (seq, pt) in [96, 96, 96, 111, 99, 100, 35, 127].into_iter().enumerate() {
                let mut ext_vals = ExtensionValues {
                    mid: Some(mid),
                    ..Default::default()
                };
                ext_vals.rid = rid;
                let pt = pt.into();
                let write = RtpWrite::new(pt, (seq as u64).into(), 0, self.now, payload.clone())
                    .ext_vals(ext_vals);
                let mut api = self.publisher.direct_api();
                api.stream_tx(&ssrc).unwrap().write_rtp(write);
                self.odd_packets_sent += 1;
                let _ = self.publisher.handle_input(Input::Timeout(self.now));
                self.poll();
            }
        }
    }

    pub fn accept(&mut self, answer: &str) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.publisher
            .sdp_api()
            .accept_answer(pending, answer)
            .unwrap();
        self.poll();
    }

    pub fn answer(&mut self, offer: &Description) -> String {
        self.last_subscriber_offer = offer.sdp.clone();
        self.mid_to_track = offer
            .mid_to_track
            .iter()
            .map(|(mid, track)| (mid.clone(), track.to_string()))
            .collect();
        let offer = SdpOffer::from_sdp_string(&offer.sdp).unwrap();
        let answer = self
            .subscriber
            .sdp_api()
            .accept_offer(offer)
            .unwrap()
            .to_sdp_string();
        // What a real client does: it can't send to the server on this connection.
        let answer = answer.replace("a=sendrecv", "a=recvonly");
        self.poll();
        answer
    }

    pub fn request_keyframe(&mut self, track: &str) {
        let mid = self
            .mid_to_track
            .iter()
            .find(|(_, it)| *it == track)
            .unwrap()
            .0
            .clone();
        let mut api = self.subscriber.direct_api();
        let stream = api.stream_rx_by_mid(Mid::from(mid.as_str()), None).unwrap();
        stream.request_keyframe(KeyframeRequestKind::Pli);
    }

    pub fn send_data(&mut self, label: &str, bytes: &[u8]) -> bool {
        let id = self.own_channels[label];
        let is_written = self
            .publisher
            .channel(id)
            .unwrap()
            .write(true, bytes)
            .unwrap();
        self.poll();
        is_written
    }

    pub fn next_timeout(&self) -> Instant {
        let media = self.senders.iter().map(|sender| sender.next_at);
        self.timeouts.into_iter().chain(media).min().unwrap()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        self.send_due_frames();
        let _ = self.publisher.handle_input(Input::Timeout(now));
        let _ = self.subscriber.handle_input(Input::Timeout(now));
        self.poll();
    }

    pub fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
    ) {
        let rtc = if destination == self.publisher_address {
            &mut self.publisher
        } else if destination == self.subscriber_address {
            &mut self.subscriber
        } else {
            return;
        };
        self.now = now;
        let Ok(receive) = Receive::new(Protocol::Udp, source, destination, bytes) else {
            return;
        };
        let _ = rtc.handle_input(Input::Receive(now, receive));
        self.poll();
    }

    pub fn take_transmits(&mut self) -> Vec<(SocketAddr, SocketAddr, Vec<u8>)> {
        self.poll();
        let taken = std::mem::take(&mut self.transmits);
        for (_, _, bytes) in &taken {
            self.wire.push_back(bytes.clone());
        }
        self.wire.drain(..self.wire.len().saturating_sub(2_000));
        taken
    }

    fn poll(&mut self) {
        for index in 0..2 {
            loop {
                let rtc = if index == 0 {
                    &mut self.publisher
                } else {
                    &mut self.subscriber
                };
                match rtc.poll_output() {
                    Ok(Output::Timeout(at)) => {
                        self.timeouts[index] = at;
                        break;
                    }
                    Ok(Output::Transmit(it)) => {
                        self.transmits
                            .push((it.source, it.destination, it.contents.to_vec()));
                    }
                    Ok(Output::Event(event)) => self.handle_event(event),
                    Err(_) => {
                        self.timeouts[index] = self.now + Duration::from_secs(3600);
                        break;
                    }
                }
            }
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::RtpPacket(packet) => self.handle_rtp(packet),
            Event::KeyframeRequest(request) => {
                self.keyframe_requests.push((self.now, request.rid));
                for sender in self.senders.iter_mut().filter(|it| it.mid == request.mid) {
                    for layer in sender.layers.iter_mut().filter(|it| it.rid == request.rid) {
                        layer.needs_keyframe = true;
                    }
                }
            }
            Event::ChannelOpen(id, label) => {
                self.channel_labels.insert(format!("{id:?}"), label);
            }
            Event::ChannelData(data) => {
                let label = self.channel_labels.get(&format!("{:?}", data.id)).cloned();
                self.data.push((label.unwrap_or_default(), data.data));
            }
            _ => {}
        }
    }

    fn handle_rtp(&mut self, packet: RtpPacket) {
        let ssrc = packet.header.ssrc;
        let mid = self
            .subscriber
            .direct_api()
            .stream_rx(&ssrc)
            .unwrap()
            .mid()
            .to_string();
        let Some(track) = self.mid_to_track.get(&mid) else {
            return;
        };
        self.received
            .entry(track.clone())
            .or_default()
            .push(Received {
                at: self.now,
                seq: *packet.seq_no,
                timestamp: packet.header.timestamp,
                payload: packet.payload.to_vec(),
            });
    }

    fn send_due_frames(&mut self) {
        for sender in &mut self.senders {
            while sender.next_at <= self.now {
                sender.next_at += sender.clip.interval;
                if !sender.is_paused {
                    self.sent_packets += send_frame(&mut self.publisher, sender, self.now);
                }
            }
        }
    }
}

fn send_frame(rtc: &mut Rtc, sender: &mut Sender, now: Instant) -> u64 {
    let codec = match sender.kind {
        TrackKind::Audio => Codec::Opus,
        TrackKind::Video => Codec::Vp8,
    };
    let params = rtc.codec_config().params().iter();
    let pt = params
        .clone()
        .find(|it| it.spec().codec == codec)
        .unwrap()
        .pt();
    let mut sent = 0;
    for layer in sender.layers.iter_mut().filter(|layer| !layer.is_paused) {
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(sender.mid, layer.rid) else {
            continue;
        };
        let is_keyframe = std::mem::take(&mut layer.needs_keyframe);
        let rid = layer.rid.map(|rid| rid.to_string()).unwrap_or_default();
        for index in 0..sender.clip.packets_per_frame {
            let text = format!("{}{rid}", sender.track);
            let bytes = sender.clip.payload_bytes;
            let label = audio_payload(&text, layer.seq as u32, 0);
            let label = String::from_utf8(label).unwrap();
            let payload = match sender.kind {
                TrackKind::Audio => audio_payload(&text, layer.seq as u32, bytes),
                TrackKind::Video => {
                    video_payload(&label, layer.picture, index == 0, is_keyframe, bytes)
                }
            };
            let ticks = match sender.kind {
                TrackKind::Audio => layer.frames * 960,
                TrackKind::Video => layer.frames * 3_000,
            };
            let is_last = index + 1 == sender.clip.packets_per_frame;
            let write = RtpWrite::new(pt, layer.seq.into(), ticks, now, payload)
                .marker(is_last)
                .nackable(sender.kind == TrackKind::Video);
            stream.write_rtp(write);
            layer.seq += 1;
            sent += 1;
        }
        layer.picture = layer.picture.wrapping_add(1);
        layer.frames += 1;
    }
    sent
}
