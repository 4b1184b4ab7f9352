//! What is done to the frames of one encoding, one after the other.

use std::collections::VecDeque;

use super::frames;
use super::rules::{MAX_KEPT, Op};
use crate::command::TrackKind;
use crate::plane::MediaIn;

/// Bound of packets that are taken for one frame.
const MAX_PACKETS: usize = 512;

/// One encoding as it is forwarded.
#[derive(Default)]
pub(super) struct Stream {
    /// By how much the numbers that leave are ahead of those that came.
    shift: u64,
    gathered: Vec<MediaIn>,
    /// Frames that came since a rule is in force.
    count: u64,
    kept: VecDeque<Vec<u8>>,
    held_back: VecDeque<(u64, Vec<u8>)>,
}

impl Stream {
    /// What leaves, now that this packet came.
    pub(super) fn take(&mut self, packet: MediaIn, kind: TrackKind, ops: &[&Op]) -> Vec<MediaIn> {
        let is_changed = ops
            .iter()
            .any(|op| !matches!(op, Op::Swap(_) | Op::Layers(..)));
        if !is_changed {
            self.forget();
            let mut packets = self.flush();
            packets.extend(self.renumber(packet));
            return packets;
        }
        let is_another = |before: &MediaIn| before.timestamp != packet.timestamp;
        let is_torn = self.gathered.first().is_some_and(is_another);
        let mut packets = if is_torn { self.flush() } else { Vec::new() };
        let is_whole =
            kind == TrackKind::Audio || packet.marker || self.gathered.len() >= MAX_PACKETS;
        self.gathered.push(packet);
        if is_whole {
            packets.extend(self.change(kind, ops));
        }
        packets
    }

    fn forget(&mut self) {
        self.count = 0;
        self.kept.clear();
        self.held_back.clear();
    }

    /// What was gathered leaves as it came.
    fn flush(&mut self) -> Vec<MediaIn> {
        let gathered = std::mem::take(&mut self.gathered);
        let mut packets = Vec::new();
        for packet in gathered {
            packets.extend(self.renumber(packet));
        }
        packets
    }

    fn renumber(&self, mut packet: MediaIn) -> Option<MediaIn> {
        packet.seq = packet.seq.wrapping_add(self.shift);
        Some(packet)
    }

    fn change(&mut self, kind: TrackKind, ops: &[&Op]) -> Vec<MediaIn> {
        let Some(frame) = frames::join(&self.gathered, kind) else {
            return self.flush();
        };
        let gathered = std::mem::take(&mut self.gathered);
        let Some(like) = gathered.first() else {
            return Vec::new();
        };
        let number = self.count;
        self.count += 1;
        let mut leaving = vec![frame];
        for op in ops {
            leaving = self.apply(op, number, leaving);
        }
        let mut packets = frames::split(leaving, like, kind);
        for (ahead, packet) in (0u64..).zip(&mut packets) {
            packet.seq = like.seq.wrapping_add(self.shift).wrapping_add(ahead);
        }
        let added = (packets.len() as u64).wrapping_sub(gathered.len() as u64);
        self.shift = self.shift.wrapping_add(added);
        packets
    }

    fn apply(&mut self, op: &Op, number: u64, mut leaving: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match op {
            Op::Swap(_) | Op::Layers(..) => {}
            Op::Drop => leaving.clear(),
            Op::Inject { bytes, every } => {
                if number.is_multiple_of(*every) {
                    leaving.push(bytes.clone());
                }
            }
            Op::Replay { lag } => {
                let again = self.keep(&leaving).iter().rev().nth(*lag).cloned();
                leaving.extend(again);
            }
            Op::Late { every, lag } => leaving = self.hold_back(number, *every, *lag, leaving),
            Op::Loop { count } => leaving = self.go_round(*count, number, leaving),
            _ => leaving.iter_mut().for_each(|frame| edit(op, number, frame)),
        }
        leaving
    }

    fn keep(&mut self, frames: &[Vec<u8>]) -> &VecDeque<Vec<u8>> {
        self.kept.extend(frames.iter().cloned());
        let excess = self.kept.len().saturating_sub(MAX_KEPT);
        self.kept.drain(..excess);
        &self.kept
    }

    fn hold_back(
        &mut self,
        number: u64,
        every: u64,
        lag: u64,
        mut leaving: Vec<Vec<u8>>,
    ) -> Vec<Vec<u8>> {
        if number.is_multiple_of(every) && self.held_back.len() < MAX_KEPT {
            let due = leaving.drain(..).map(|frame| (number + lag, frame));
            self.held_back.extend(due);
        }
        let due = self.held_back.partition_point(|(due, _)| *due <= number);
        leaving.extend(self.held_back.drain(..due).map(|(_, frame)| frame));
        leaving
    }

    fn go_round(&mut self, count: usize, number: u64, leaving: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        if self.kept.len() < count {
            self.keep(&leaving);
            return leaving;
        }
        let at = number as usize % self.kept.len();
        self.kept.get(at).cloned().into_iter().collect()
    }
}

fn edit(op: &Op, number: u64, frame: &mut Vec<u8>) {
    match op {
        Op::Flip { from_end, at, mask } => {
            let at = at.of(number);
            let place = if *from_end {
                frame.len().checked_sub(at + 1)
            } else {
                Some(at)
            };
            if let Some(byte) = place.and_then(|place| frame.get_mut(place)) {
                *byte ^= mask;
            }
        }
        Op::Cut(length) => frame.truncate(length.of(number)),
        Op::Append(bytes) => frame.extend(bytes),
        Op::Replace(bytes) => frame.clone_from(bytes),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::At;
    use super::*;

    fn frames(op: &Op, count: u8) -> Vec<Vec<u8>> {
        let mut stream = Stream::default();
        (0..count)
            .flat_map(|number| stream.apply(op, u64::from(number), vec![vec![number; 4]]))
            .collect()
    }

    fn firsts(op: &Op, count: u8) -> Vec<u8> {
        frames(op, count).iter().map(|frame| frame[0]).collect()
    }

    #[test]
    fn frames_come_again_later_or_late_or_round_and_round() {
        assert_eq!(firsts(&Op::Replay { lag: 0 }, 3), [0, 0, 1, 1, 2, 2]);
        assert_eq!(firsts(&Op::Replay { lag: 2 }, 4), [0, 1, 2, 0, 3, 1]);
        assert_eq!(firsts(&Op::Late { every: 2, lag: 3 }, 6), [1, 3, 0, 5, 2]);
        assert_eq!(firsts(&Op::Loop { count: 2 }, 6), [0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn frames_are_bent_cut_replaced_and_added() {
        let (from_end, at, mask) = (true, At::Each, 0x80);
        let bent = frames(&Op::Flip { from_end, at, mask }, 2);
        assert_eq!(bent, [[0, 0, 0, 0x80], [1, 1, 0x81, 1]]);
        assert_eq!(frames(&Op::Cut(At::Fixed(1)), 1), [[0]]);
        assert_eq!(frames(&Op::Append(vec![9]), 1), [[0, 0, 0, 0, 9]]);
        assert_eq!(frames(&Op::Replace(vec![9]), 1), [[9]]);
        let (bytes, every) = (vec![9], 2);
        assert_eq!(firsts(&Op::Inject { bytes, every }, 3), [0, 9, 1, 2, 9]);
        assert_eq!(firsts(&Op::Drop, 3), Vec::<u8>::new());
    }
}
