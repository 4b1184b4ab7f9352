//! Decides, packet by packet, what one subscriber gets of one publication.

use std::time::Instant;

use str0m::rtp::Vp8Descriptor;

use super::rewrite::{Numbers, Renumbered, Rewriter, SenderClock};
use crate::command::{SubscriptionSettings, TrackKind};

/// RTP clock rates: RFC 7587 section 4.1, RFC 7741 section 4.1.
const AUDIO_CLOCK_HZ: u32 = 48_000;
const VIDEO_CLOCK_HZ: u32 = 90_000;

/// One packet of a publication, as far as forwarding looks at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) layer: u8,
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) vp8: Option<Vp8Descriptor>,
    pub(crate) starts_keyframe: bool,
    pub(crate) clock: Option<SenderClock>,
    pub(crate) arrived: Instant,
}

/// The state of one subscription's packet stream.
///
/// A video stream begins, resumes and changes layer only with a keyframe; until one comes, the old
/// layer goes on.
#[derive(Debug)]
pub(crate) struct Forwarder {
    kind: TrackKind,
    settings: SubscriptionSettings,
    current: Option<u8>,
    target: Option<u8>,
    rewriter: Rewriter,
}

impl Forwarder {
    pub(crate) fn new(kind: TrackKind) -> Self {
        let clock_rate_hz = match kind {
            TrackKind::Audio => AUDIO_CLOCK_HZ,
            TrackKind::Video => VIDEO_CLOCK_HZ,
        };
        Self {
            kind,
            settings: SubscriptionSettings::default(),
            current: None,
            target: None,
            rewriter: Rewriter::new(clock_rate_hz),
        }
    }

    /// Replace what the subscriber wants. Disabling ends the current piece.
    pub(crate) fn set_settings(&mut self, settings: SubscriptionSettings) {
        self.settings = settings;
        if !settings.is_enabled {
            self.interrupt();
        }
    }

    /// What follows does not continue what was sent: wait for a keyframe again.
    pub(crate) fn interrupt(&mut self) {
        self.current = None;
    }

    /// As [`Forwarder::interrupt`], if it is this layer that was sent.
    pub(crate) fn interrupt_layer(&mut self, layer: u8) {
        self.current.take_if(|current| *current == layer);
    }

    /// Choose the best live layer that is wanted; the lowest live one if all are above that.
    pub(crate) fn choose(&mut self, live: impl Iterator<Item = u8> + Clone) {
        let wanted = self.settings.max_layer;
        let best = live.clone().filter(|layer| *layer <= wanted).max();
        // Without any live layer the last choice stands: it is the one to wait for.
        self.target = best.or_else(|| live.min()).or(self.target);
    }

    /// The layer whose next keyframe this subscription waits for.
    pub(crate) fn awaited_layer(&self) -> Option<u8> {
        let is_waiting = self.settings.is_enabled
            && self.kind == TrackKind::Video
            && self.current != self.target;
        self.target.filter(|_| is_waiting)
    }

    /// The layer that a subscriber's own request for a keyframe is about.
    pub(crate) fn watched_layer(&self) -> Option<u8> {
        self.target
            .or(self.current)
            .filter(|_| self.settings.is_enabled)
    }

    /// The numbers to send the packet with, or `None` if this subscriber doesn't get it.
    pub(crate) fn forward(&mut self, packet: &Incoming) -> Option<Renumbered> {
        if !self.settings.is_enabled {
            return None;
        }
        let numbers = Numbers {
            seq: packet.seq,
            timestamp: packet.timestamp,
            vp8: packet.vp8,
            clock: packet.clock,
            arrived: packet.arrived,
        };
        if self.current != Some(packet.layer) {
            let may_start = self.kind == TrackKind::Audio || packet.starts_keyframe;
            if self.target != Some(packet.layer) || !may_start {
                return None;
            }
            self.current = Some(packet.layer);
            self.rewriter.start_piece(&numbers);
        }
        self.rewriter.renumber(&numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(layer: u8, seq: u64, starts_keyframe: bool) -> Incoming {
        Incoming {
            layer,
            seq,
            timestamp: 0,
            vp8: None,
            starts_keyframe,
            clock: None,
            arrived: Instant::now(),
        }
    }

    fn video() -> Forwarder {
        let mut forwarder = Forwarder::new(TrackKind::Video);
        forwarder.choose([0, 1, 2].into_iter());
        forwarder
    }

    #[test]
    fn a_new_viewer_sees_nothing_before_a_keyframe() {
        let mut forwarder = video();
        assert_eq!(forwarder.awaited_layer(), Some(2));
        assert!(forwarder.forward(&packet(2, 1, false)).is_none());
        assert_eq!(forwarder.forward(&packet(2, 2, true)).unwrap().seq, 1);
        assert_eq!(forwarder.forward(&packet(2, 3, false)).unwrap().seq, 2);
        assert_eq!(forwarder.awaited_layer(), None);
    }

    #[test]
    fn the_old_layer_goes_on_until_the_new_one_has_a_keyframe() {
        let mut forwarder = video();
        forwarder.forward(&packet(2, 1, true));
        forwarder.set_settings(SubscriptionSettings {
            is_enabled: true,
            max_layer: 0,
        });
        forwarder.choose([0, 1, 2].into_iter());
        assert!(forwarder.forward(&packet(0, 50, false)).is_none());
        assert_eq!(forwarder.forward(&packet(2, 2, false)).unwrap().seq, 2);
        assert_eq!(forwarder.forward(&packet(0, 51, true)).unwrap().seq, 3);
        assert!(forwarder.forward(&packet(2, 3, false)).is_none());
    }

    #[test]
    fn a_viewer_of_the_smallest_layer_gets_a_larger_one_rather_than_black() {
        let mut forwarder = video();
        forwarder.set_settings(SubscriptionSettings {
            is_enabled: true,
            max_layer: 0,
        });
        forwarder.choose([1, 2].into_iter());
        assert_eq!(forwarder.awaited_layer(), Some(1));
    }

    #[test]
    fn audio_starts_at_once_and_resumes_without_a_gap() {
        let mut forwarder = Forwarder::new(TrackKind::Audio);
        forwarder.choose([0].into_iter());
        assert_eq!(forwarder.forward(&packet(0, 700, false)).unwrap().seq, 1);
        forwarder.interrupt();
        assert_eq!(forwarder.forward(&packet(0, 1_700, false)).unwrap().seq, 2);
    }

    #[test]
    fn a_disabled_subscription_gets_nothing_and_asks_for_nothing() {
        let mut forwarder = video();
        forwarder.set_settings(SubscriptionSettings {
            is_enabled: false,
            max_layer: 2,
        });
        assert!(forwarder.forward(&packet(2, 1, true)).is_none());
        assert_eq!(forwarder.awaited_layer(), None);
        assert_eq!(forwarder.watched_layer(), None);
    }
}
