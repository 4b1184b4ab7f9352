//! One publication: its layers and everybody who receives it.

use std::time::{Duration, Instant};

use str0m::rtp::Vp8Descriptor;

use crate::command::{PublicationSpec, SubscriptionSettings, TrackKind};
use crate::counters::Counters;
use crate::forward::{Forwarder, Incoming, KeyframeThrottle};
use crate::ids::{ParticipantId, TrackId};
use crate::plane::{LayerSource, MediaIn, MediaOut, MediaPlane, Slot, TransportKey};

/// A layer without packets for this long is not offered to subscribers. Publishers pause layers
/// when their bandwidth sinks; 2.5 s rides over a retransmission storm and a slow screen share.
const LAYER_TIMEOUT: Duration = Duration::from_millis(2_500);
/// Sooner when the publisher goes on with its other layers, as browsers do that change to a camera of
/// lower resolution: viewers of the layer that stopped see a frozen picture meanwhile. Both must
/// have passed, so that neither a slow screen share nor the order of packets looks like it.
const STALL: Duration = Duration::from_millis(600);
const STALL_FRAMES: u32 = 8;
const MAX_LAYERS: usize = 3;

/// What is known of one layer.
#[derive(Debug, Default)]
struct Layer {
    source: Option<LayerSource>,
    last_packet: Option<Instant>,
    /// Frames of other layers since.
    frames_missed: u32,
    is_live: bool,
    keyframes: KeyframeThrottle,
}

impl Layer {
    fn is_silent(&self, now: Instant) -> bool {
        self.last_packet.is_none_or(|last| {
            let has_stalled = self.frames_missed >= STALL_FRAMES && now > last + STALL;
            has_stalled || now > last + LAYER_TIMEOUT
        })
    }
}

/// One participant's receipt of the publication.
#[derive(Debug)]
struct Subscription {
    subscriber: ParticipantId,
    transport: TransportKey,
    slot: Option<Slot>,
    forwarder: Forwarder,
    has_started: bool,
}

/// A track that a participant offers to the room.
#[derive(Debug)]
pub(crate) struct Publication {
    pub(crate) publisher: ParticipantId,
    pub(crate) track: TrackId,
    pub(crate) spec: PublicationSpec,
    /// Grows with each announcement in the room.
    pub(crate) number: u64,
    is_bound: bool,
    is_muted: bool,
    layers: [Layer; MAX_LAYERS],
    subscriptions: Vec<Subscription>,
}

impl Publication {
    pub(crate) fn new(
        publisher: ParticipantId,
        track: TrackId,
        spec: PublicationSpec,
        number: u64,
    ) -> Self {
        Self {
            publisher,
            track,
            spec,
            number,
            is_bound: false,
            is_muted: false,
            layers: Default::default(),
            subscriptions: Vec::new(),
        }
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.is_bound
    }

    pub(crate) fn set_bound(&mut self) {
        self.is_bound = true;
    }

    /// The subscribers' transports.
    pub(crate) fn subscriber_transports(&self) -> impl Iterator<Item = TransportKey> {
        self.subscriptions
            .iter()
            .map(|subscription| subscription.transport)
    }

    pub(crate) fn subscribe(&mut self, subscriber: ParticipantId, transport: TransportKey) -> bool {
        if self
            .subscriptions
            .iter()
            .any(|existing| existing.subscriber == subscriber)
        {
            return false;
        }
        self.subscriptions.push(Subscription {
            subscriber,
            transport,
            slot: None,
            forwarder: Forwarder::new(self.spec.kind),
            has_started: false,
        });
        true
    }

    pub(crate) fn unsubscribe(&mut self, subscriber: &ParticipantId) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions
            .retain(|existing| &existing.subscriber != subscriber);
        self.subscriptions.len() < before
    }

    pub(crate) fn activate(&mut self, slot: Slot, now: Instant, plane: &mut impl MediaPlane) {
        let own = |existing: &&mut Subscription| existing.transport == slot.transport;
        if let Some(subscription) = self.subscriptions.iter_mut().find(own) {
            subscription.slot = Some(slot);
            subscription.forwarder.interrupt();
        }
        self.choose_layers(now, plane);
    }

    pub(crate) fn set_subscription(
        &mut self,
        subscriber: &ParticipantId,
        settings: SubscriptionSettings,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        let own = |existing: &&mut Subscription| &existing.subscriber == subscriber;
        if let Some(subscription) = self.subscriptions.iter_mut().find(own) {
            subscription.forwarder.set_settings(settings);
        }
        self.choose_layers(now, plane);
    }

    pub(crate) fn set_muted(&mut self, is_muted: bool, now: Instant, plane: &mut impl MediaPlane) {
        self.is_muted = is_muted;
        for subscription in &mut self.subscriptions {
            subscription.forwarder.interrupt();
        }
        if !is_muted {
            self.request_awaited_keyframes(now, plane);
        }
    }

    pub(crate) fn keyframe_requested(
        &mut self,
        slot: Slot,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        let own = |existing: &&Subscription| existing.slot == Some(slot);
        let subscription = self.subscriptions.iter().find(own);
        if let Some(layer) = subscription.and_then(|it| it.forwarder.watched_layer()) {
            self.request_keyframe(layer, now, plane);
        }
    }

    pub(crate) fn forward(
        &mut self,
        packet: &MediaIn,
        plane: &mut impl MediaPlane,
        counters: &mut Counters,
    ) -> Vec<ParticipantId> {
        counters.packets_received += 1;
        if self.is_muted {
            counters.packets_dropped += 1;
            return Vec::new();
        }
        let incoming = self.read(packet);
        self.note_layer(packet, incoming.starts_keyframe, plane);
        let mut started = Vec::new();
        for subscription in &mut self.subscriptions {
            let Some(slot) = subscription.slot else {
                continue;
            };
            let Some(numbers) = subscription.forwarder.forward(&incoming) else {
                continue;
            };
            let out = MediaOut {
                kind: self.spec.kind,
                seq: numbers.seq,
                timestamp: numbers.timestamp,
                vp8_patch: numbers.vp8_patch,
                incoming: packet,
            };
            plane.send(slot, &out);
            counters.packets_forwarded += 1;
            if !subscription.has_started {
                subscription.has_started = true;
                started.push(subscription.subscriber.clone());
            }
        }
        started
    }

    /// Look at the payload descriptor and, for video, at the one bit behind it that says
    /// "keyframe"; with encrypted frames everything further is ciphertext.
    fn read(&self, packet: &MediaIn) -> Incoming {
        let vp8 = match self.spec.kind {
            TrackKind::Video => Vp8Descriptor::parse(&packet.payload).ok(),
            TrackKind::Audio => None,
        };
        Incoming {
            layer: packet.layer,
            seq: packet.seq,
            timestamp: packet.timestamp,
            vp8,
            starts_keyframe: vp8.is_some_and(|vp8| vp8.starts_keyframe(&packet.payload)),
            clock: packet.clock,
            arrived: packet.arrived,
        }
    }

    fn note_layer(&mut self, packet: &MediaIn, is_keyframe: bool, plane: &mut impl MediaPlane) {
        if packet.marker {
            for layer in &mut self.layers {
                layer.frames_missed = layer.frames_missed.saturating_add(1);
            }
        }
        let Some(layer) = self.layers.get_mut(usize::from(packet.layer)) else {
            return;
        };
        // A stream under another SSRC starts its numbers anew.
        let has_restarted = layer.source.is_some_and(|source| source != packet.source);
        let was_live = layer.is_live;
        layer.source = Some(packet.source);
        layer.last_packet = Some(packet.arrived);
        layer.frames_missed = 0;
        layer.is_live = true;
        if is_keyframe {
            layer.keyframes.satisfied();
        }
        if has_restarted {
            for subscription in &mut self.subscriptions {
                subscription.forwarder.interrupt_layer(packet.layer);
            }
        }
        if has_restarted || !was_live {
            self.choose_layers(packet.arrived, plane);
        }
    }

    fn choose_layers(&mut self, now: Instant, plane: &mut impl MediaPlane) {
        let layers = &self.layers;
        let live = (0u8..)
            .zip(layers)
            .filter(|(_, layer)| layer.is_live)
            .map(|(index, _)| index);
        for subscription in &mut self.subscriptions {
            subscription.forwarder.choose(live.clone());
        }
        self.request_awaited_keyframes(now, plane);
    }

    fn request_awaited_keyframes(&mut self, now: Instant, plane: &mut impl MediaPlane) {
        for layer in 0..MAX_LAYERS as u8 {
            let is_awaited = self
                .subscriptions
                .iter()
                .any(|it| it.slot.is_some() && it.forwarder.awaited_layer() == Some(layer));
            if is_awaited {
                self.request_keyframe(layer, now, plane);
            }
        }
    }

    fn request_keyframe(&mut self, layer: u8, now: Instant, plane: &mut impl MediaPlane) {
        let Some(layer) = self.layers.get_mut(usize::from(layer)) else {
            return;
        };
        let Some(source) = layer.source else { return };
        if layer.keyframes.request(now) {
            plane.request_keyframe(source);
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, plane: &mut impl MediaPlane) {
        if self.spec.kind == TrackKind::Audio || self.is_muted {
            return;
        }
        let mut has_changed = false;
        for layer in &mut self.layers {
            let is_silent = layer.is_silent(now);
            has_changed |= layer.is_live && is_silent;
            layer.is_live &= !is_silent;
            if let Some(source) = layer.source.filter(|_| layer.keyframes.poll(now)) {
                plane.request_keyframe(source);
            }
        }
        if has_changed {
            self.choose_layers(now, plane);
        } else {
            self.request_awaited_keyframes(now, plane);
        }
    }
}
