//! Keyframe requests towards a publisher, coalesced.

use std::time::{Duration, Instant};

/// At most two a second for a layer: a keyframe costs the publisher many times a delta frame, and
/// one answers everybody who asked since the last.
const MIN_INTERVAL: Duration = Duration::from_millis(500);

/// Lets through at most one request per [`MIN_INTERVAL`] and remembers one that came too early.
#[derive(Debug, Default)]
pub(crate) struct KeyframeThrottle {
    last_sent: Option<Instant>,
    is_wanted: bool,
}

impl KeyframeThrottle {
    /// Somebody needs a keyframe. True if the request must go out now.
    pub(crate) fn request(&mut self, now: Instant) -> bool {
        self.is_wanted = true;
        self.poll(now)
    }

    /// True if a remembered request is due; it is then taken as sent.
    pub(crate) fn poll(&mut self, now: Instant) -> bool {
        let is_due = self.last_sent.is_none_or(|sent| now >= sent + MIN_INTERVAL);
        let is_sent = self.is_wanted && is_due;
        if is_sent {
            self.is_wanted = false;
            self.last_sent = Some(now);
        }
        is_sent
    }

    /// A keyframe arrived; what was asked before it is answered.
    pub(crate) fn satisfied(&mut self) {
        self.is_wanted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_requests_a_second_reach_the_publisher_twice_a_second() {
        let start = Instant::now();
        let mut throttle = KeyframeThrottle::default();
        let sent = (0..10_000)
            .filter(|ms| throttle.request(start + Duration::from_millis(*ms)))
            .count();
        assert_eq!(sent, 20);
    }

    #[test]
    fn an_early_request_is_sent_later_rather_than_lost() {
        let start = Instant::now();
        let mut throttle = KeyframeThrottle::default();
        assert!(throttle.request(start));
        assert!(!throttle.request(start + Duration::from_millis(100)));
        assert!(!throttle.poll(start + Duration::from_millis(499)));
        assert!(throttle.poll(start + Duration::from_millis(500)));
        assert!(!throttle.poll(start + Duration::from_millis(2_000)));
    }

    #[test]
    fn a_keyframe_answers_the_requests_before_it() {
        let start = Instant::now();
        let mut throttle = KeyframeThrottle::default();
        throttle.request(start);
        throttle.request(start + Duration::from_millis(1));
        throttle.satisfied();
        assert!(!throttle.poll(start + Duration::from_secs(1)));
    }
}
