//! One outgoing stream made of pieces of several incoming ones.
//!
//! A subscriber sees one SSRC whose sequence numbers, timestamps and VP8 picture numbers never
//! jump, though layers are switched and forwarding pauses. Within a piece every number is the
//! incoming one plus a constant, so gaps stay gaps (the subscriber's NACKs mean what they say) and
//! late packets fall where they belong.
//!
//! Source: RFC 3550 section 5.1, RFC 7741 section 4.2.

use std::time::{Duration, Instant, SystemTime};

use str0m::rtp::{Vp8Descriptor, Vp8Patch};

const PICTURE_ID_MASK: u16 = 0x7fff;
const SHORT_PICTURE_ID_MASK: u16 = 0x7f;
const KEY_IDX_MASK: u8 = 0x1f;

/// What the publisher's last sender report said of one layer's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SenderClock {
    /// The publisher's wall clock.
    pub(crate) wall: SystemTime,
    /// The RTP timestamp of that moment.
    pub(crate) timestamp: u32,
}

/// The numbers of one incoming packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) vp8: Option<Vp8Descriptor>,
    pub(crate) clock: Option<SenderClock>,
    pub(crate) arrived: Instant,
}

/// The numbers it leaves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Renumbered {
    /// Extended sequence number; starts below 65,536, as a fresh SRTP receiver needs it.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) vp8_patch: Option<Vp8Patch>,
}

/// One piece: the constants that are added to everything in it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    first_seq: u64,
    seq: u64,
    timestamp: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
    key_idx: u8,
}

/// The newest packet that left, as far as the next piece must continue from it.
#[derive(Clone, Copy, Debug)]
struct Newest {
    seq: u64,
    timestamp: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
    key_idx: u8,
    incoming_timestamp: u32,
    clock: Option<SenderClock>,
    arrived: Instant,
}

/// Renumbers the packets of one subscription.
#[derive(Debug)]
pub(crate) struct Rewriter {
    clock_rate_hz: u32,
    piece: Option<Piece>,
    newest: Option<Newest>,
}

impl Rewriter {
    pub(crate) fn new(clock_rate_hz: u32) -> Self {
        Self {
            clock_rate_hz,
            piece: None,
            newest: None,
        }
    }

    /// Begin a new piece with this packet: it follows at once on the newest one that left.
    pub(crate) fn start_piece(&mut self, first: &Numbers) {
        let vp8 = first.vp8;
        let piece = match self.newest {
            None => Piece {
                first_seq: first.seq,
                seq: 1u64.wrapping_sub(first.seq),
                timestamp: 0,
                picture_id: 0,
                tl0_pic_idx: 0,
                key_idx: 0,
            },
            Some(newest) => Piece {
                first_seq: first.seq,
                seq: (newest.seq + 1).wrapping_sub(first.seq),
                timestamp: self
                    .next_timestamp(&newest, first)
                    .wrapping_sub(first.timestamp),
                picture_id: difference(newest.picture_id, picture_id(vp8)) & PICTURE_ID_MASK,
                tl0_pic_idx: newest
                    .tl0_pic_idx
                    .wrapping_add(1)
                    .wrapping_sub(tl0_pic_idx(vp8)),
                key_idx: newest.key_idx.wrapping_add(1).wrapping_sub(key_idx(vp8)) & KEY_IDX_MASK,
            },
        };
        self.piece = Some(piece);
    }

    /// Renumber a packet of the current piece; `None` if it is older than the piece.
    pub(crate) fn renumber(&mut self, packet: &Numbers) -> Option<Renumbered> {
        let piece = self.piece.filter(|piece| packet.seq >= piece.first_seq)?;
        let seq = packet.seq.wrapping_add(piece.seq);
        let timestamp = packet.timestamp.wrapping_add(piece.timestamp);
        let picture = picture_id(packet.vp8).wrapping_add(piece.picture_id) & PICTURE_ID_MASK;
        let tl0 = tl0_pic_idx(packet.vp8).wrapping_add(piece.tl0_pic_idx);
        let key = key_idx(packet.vp8).wrapping_add(piece.key_idx) & KEY_IDX_MASK;
        if self.newest.is_none_or(|newest| seq > newest.seq) {
            self.newest = Some(Newest {
                seq,
                timestamp,
                picture_id: picture,
                tl0_pic_idx: tl0,
                key_idx: key,
                incoming_timestamp: packet.timestamp,
                clock: packet.clock,
                arrived: packet.arrived,
            });
        }
        let vp8_patch = packet.vp8.and_then(|vp8| patch(&vp8, picture, tl0, key));
        Some(Renumbered {
            seq,
            timestamp,
            vp8_patch,
        })
    }

    /// The timestamp that the first packet of a new piece should have: the newest one plus the
    /// time between the two, by the publisher's clock if it told us, else by arrival.
    fn next_timestamp(&self, newest: &Newest, first: &Numbers) -> u32 {
        let by_publisher = || {
            let then = self.wall_time(newest.clock?, newest.incoming_timestamp)?;
            let now = self.wall_time(first.clock?, first.timestamp)?;
            now.duration_since(then).ok()
        };
        let by_arrival = || first.arrived.saturating_duration_since(newest.arrived);
        // A clock that lies by minutes must not throw the subscriber's playout off.
        let elapsed = by_publisher()
            .filter(|elapsed| elapsed.abs_diff(by_arrival()) < Duration::from_secs(2))
            .unwrap_or_else(by_arrival);
        let ticks = elapsed.as_secs_f64() * f64::from(self.clock_rate_hz);
        newest.timestamp.wrapping_add((ticks as u64).max(1) as u32)
    }

    fn wall_time(&self, clock: SenderClock, timestamp: u32) -> Option<SystemTime> {
        let ticks = timestamp.wrapping_sub(clock.timestamp) as i32;
        let distance = Duration::from_secs_f64(
            f64::from(ticks.unsigned_abs()) / f64::from(self.clock_rate_hz),
        );
        if ticks >= 0 {
            clock.wall.checked_add(distance)
        } else {
            clock.wall.checked_sub(distance)
        }
    }
}

fn picture_id(vp8: Option<Vp8Descriptor>) -> u16 {
    vp8.and_then(|vp8| vp8.picture_id()).unwrap_or(0)
}

fn tl0_pic_idx(vp8: Option<Vp8Descriptor>) -> u8 {
    vp8.and_then(|vp8| vp8.tl0_pic_idx()).unwrap_or(0)
}

fn key_idx(vp8: Option<Vp8Descriptor>) -> u8 {
    vp8.and_then(|vp8| vp8.key_idx()).unwrap_or(0)
}

fn difference(newest: u16, first: u16) -> u16 {
    newest.wrapping_add(1).wrapping_sub(first)
}

/// A patch of the fields that the descriptor has; a field that it lacks stays lacking.
fn patch(vp8: &Vp8Descriptor, picture: u16, tl0: u8, key: u8) -> Option<Vp8Patch> {
    let build = |picture: u16| {
        let mut patch = vp8.patch();
        if vp8.picture_id().is_some() {
            patch = patch.picture_id(picture);
        }
        if vp8.tl0_pic_idx().is_some() {
            patch = patch.tl0_pic_idx(tl0);
        }
        if vp8.key_idx().is_some() {
            patch = patch.key_idx(key);
        }
        patch.build()
    };
    // A descriptor with the 7-bit form can't hold more; its receiver counts modulo 128.
    build(picture)
        .or_else(|_| build(picture & SHORT_PICTURE_ID_MASK))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(seq: u64, timestamp: u32, arrived: Instant) -> Numbers {
        Numbers {
            seq,
            timestamp,
            vp8: None,
            clock: None,
            arrived,
        }
    }

    fn vp8(picture: u16, tl0: u8) -> Vp8Descriptor {
        let [high, low] = picture.to_be_bytes();
        Vp8Descriptor::parse(&[0x90, 0xe0, 0x80 | high, low, tl0, 0, 0]).unwrap()
    }

    #[test]
    fn a_layer_switch_leaves_no_gap_and_time_goes_on() {
        let start = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        let first = numbers(5_000, 1_000_000, start);
        rewriter.start_piece(&first);
        assert_eq!(rewriter.renumber(&first).unwrap().seq, 1);
        let second = numbers(5_001, 1_003_000, start + Duration::from_millis(33));
        assert_eq!(rewriter.renumber(&second).unwrap().seq, 2);

        let other_layer = numbers(70_123, 42, start + Duration::from_millis(66));
        rewriter.start_piece(&other_layer);
        let out = rewriter.renumber(&other_layer).unwrap();
        assert_eq!(out.seq, 3);
        assert_eq!(out.timestamp, 1_003_000 + 2_970);
    }

    #[test]
    fn packets_from_before_a_switch_do_not_come_back_after_it() {
        let start = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        rewriter.start_piece(&numbers(100, 0, start));
        assert_eq!(rewriter.renumber(&numbers(99, 0, start)), None);
    }

    #[test]
    fn the_publishers_clock_decides_over_arrival() {
        let start = Instant::now();
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let mut rewriter = Rewriter::new(90_000);
        let clock = Some(SenderClock { wall, timestamp: 0 });
        let low = Numbers {
            clock,
            ..numbers(1, 90_000, start)
        };
        rewriter.start_piece(&low);
        rewriter.renumber(&low).unwrap();
        let clock = Some(SenderClock {
            wall,
            timestamp: 7_000_000,
        });
        // Captured 100 ms after `low`, though it arrived 40 ms after it.
        let arrived = start + Duration::from_millis(40);
        let high = Numbers {
            clock,
            ..numbers(9, 7_000_000 + 99_000, arrived)
        };
        rewriter.start_piece(&high);
        let out = rewriter.renumber(&high).unwrap();
        assert!(out.timestamp.abs_diff(99_000) <= 1, "{}", out.timestamp);
    }

    #[test]
    fn picture_numbers_run_on_across_a_switch() {
        let start = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        let first = Numbers {
            vp8: Some(vp8(0x7fff, 255)),
            ..numbers(1, 0, start)
        };
        rewriter.start_piece(&first);
        rewriter.renumber(&first).unwrap();
        let second = Numbers {
            vp8: Some(vp8(300, 7)),
            ..numbers(900, 0, start)
        };
        rewriter.start_piece(&second);
        let patch = rewriter.renumber(&second).unwrap().vp8_patch;
        let expected = vp8(300, 7)
            .patch()
            .picture_id(0)
            .tl0_pic_idx(0)
            .build()
            .unwrap();
        assert_eq!(patch, Some(expected));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_numbers_never_repeat_or_go_back_over_a_switch(
            pieces in proptest::collection::vec((0u64..1 << 40, any::<u32>(), 1u64..50), 1..20),
        ) {
            let start = Instant::now();
            let mut rewriter = Rewriter::new(90_000);
            let mut last = 0;
            for (seq, timestamp, length) in pieces {
                rewriter.start_piece(&numbers(seq, timestamp, start));
                for offset in 0..length {
                    let out = rewriter.renumber(&numbers(seq + offset, timestamp, start)).unwrap();
                    prop_assert_eq!(out.seq, last + 1);
                    last = out.seq;
                }
            }
        }
    }
}
