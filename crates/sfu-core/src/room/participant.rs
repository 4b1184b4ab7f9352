//! A participant as the media side sees it.

use std::time::{Duration, Instant};

use crate::command::Rights;
use crate::event::Quality;
use crate::ids::{Identity, Target};
use crate::plane::TransportKey;

/// Loss from which people notice something, and from which they complain. Video repairs 2 % by
/// retransmission unseen; at 8 % freezes begin.
const GOOD_LOSS: f32 = 0.02;
const POOR_LOSS: f32 = 0.08;

/// Two transports, rights, and how well packets get through.
#[derive(Debug)]
pub(crate) struct Participant {
    pub(crate) identity: Identity,
    pub(crate) rights: Rights,
    pub(crate) publisher: TransportKey,
    pub(crate) subscriber: TransportKey,
    worst_loss: Option<f32>,
    report_at: Instant,
}

impl Participant {
    pub(crate) fn new(
        identity: Identity,
        rights: Rights,
        publisher: TransportKey,
        subscriber: TransportKey,
        now: Instant,
    ) -> Self {
        Self {
            identity,
            rights,
            publisher,
            subscriber,
            worst_loss: None,
            report_at: now,
        }
    }

    pub(crate) fn transport(&self, target: Target) -> TransportKey {
        match target {
            Target::Publisher => self.publisher,
            Target::Subscriber => self.subscriber,
        }
    }

    /// One of the transports measured this share of lost packets, 0..=1.
    pub(crate) fn measured_loss(&mut self, loss: f32) {
        self.worst_loss = Some(self.worst_loss.map_or(loss, |worst| worst.max(loss)));
    }

    /// The verdict over the last interval, when one is due and something was measured.
    pub(crate) fn poll_quality(&mut self, now: Instant, interval: Duration) -> Option<Quality> {
        if now < self.report_at {
            return None;
        }
        self.report_at = now + interval;
        self.worst_loss.take().map(quality)
    }
}

fn quality(loss: f32) -> Quality {
    if loss >= POOR_LOSS {
        Quality::Poor
    } else if loss >= GOOD_LOSS {
        Quality::Good
    } else {
        Quality::Excellent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_an_interval_is_what_people_see() {
        let now = Instant::now();
        let rights = Rights {
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
        };
        let key = TransportKey::default();
        let mut alice = Participant::new("alice".into(), rights, key, key, now);
        let interval = Duration::from_secs(5);
        assert_eq!(alice.poll_quality(now, interval), None);
        alice.measured_loss(0.0);
        alice.measured_loss(0.1);
        alice.measured_loss(0.03);
        assert_eq!(
            alice.poll_quality(now + Duration::from_secs(4), interval),
            None
        );
        let poor = alice.poll_quality(now + interval, interval);
        assert_eq!(poor, Some(Quality::Poor));
        alice.measured_loss(0.03);
        assert_eq!(
            alice.poll_quality(now + 2 * interval, interval),
            Some(Quality::Good)
        );
    }
}
