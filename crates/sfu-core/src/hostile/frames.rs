//! From packets to the frame in them, and back: what is attacked are frames.
//!
//! Source: RFC 7741 section 4.2 (VP8 payload descriptor); RFC 7587 (an Opus packet is a frame).

use crate::command::TrackKind;
use crate::plane::MediaIn;

/// Below what fits a datagram with everything around it.
const MAX_CHUNK: usize = 1_100;
/// First byte of a descriptor: what follows begins a frame.
const STARTS: u8 = 0x10;

/// The frame in its packets; `None` for what is none.
pub(super) fn join(packets: &[MediaIn], kind: TrackKind) -> Option<Vec<u8>> {
    let mut frame = Vec::new();
    for packet in packets {
        let payload = match kind {
            TrackKind::Audio => &packet.payload[..],
            TrackKind::Video => packet.payload.get(descriptor_length(&packet.payload)?..)?,
        };
        frame.extend(payload);
    }
    (!frame.is_empty()).then_some(frame)
}

/// Packets that carry these frames in place of `like`. Each has a time of its own: frames of one
/// time would be taken for one.
pub(super) fn split(frames: Vec<Vec<u8>>, like: &MediaIn, kind: TrackKind) -> Vec<MediaIn> {
    let mut packets = Vec::new();
    for (tick, frame) in (0u32..).zip(frames) {
        let timestamp = like.timestamp.wrapping_add(tick);
        let payloads = match kind {
            TrackKind::Audio => vec![frame],
            TrackKind::Video => video_payloads(&frame, &like.payload),
        };
        let last = payloads.len().saturating_sub(1);
        for (at, payload) in payloads.into_iter().enumerate() {
            packets.push(MediaIn {
                timestamp,
                marker: kind == TrackKind::Video && at == last,
                payload: payload.into(),
                ..like.clone()
            });
        }
    }
    packets
}

fn video_payloads(frame: &[u8], like: &[u8]) -> Vec<Vec<u8>> {
    let length = descriptor_length(like).unwrap_or(0);
    let descriptor = |is_first: bool| {
        let mut descriptor = like[..length].to_vec();
        if let Some(first) = descriptor.first_mut() {
            *first = (*first & !STARTS) | if is_first { STARTS } else { 0 };
        }
        descriptor
    };
    if frame.is_empty() {
        return vec![descriptor(true)];
    }
    let chunks = frame.chunks(MAX_CHUNK).enumerate();
    chunks
        .map(|(at, chunk)| [&descriptor(at == 0)[..], chunk].concat())
        .collect()
}

fn descriptor_length(payload: &[u8]) -> Option<usize> {
    let first = *payload.first()?;
    if first & 0x80 == 0 {
        return Some(1);
    }
    let extensions = *payload.get(1)?;
    let mut length = 2;
    if extensions & 0x80 != 0 {
        length += if payload.get(2)? & 0x80 != 0 { 2 } else { 1 };
    }
    length += usize::from(extensions & 0x40 != 0);
    length += usize::from(extensions & 0x30 != 0);
    (length <= payload.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_ends_where_the_frame_begins() {
        assert_eq!(descriptor_length(&[0x10, 1, 2]), Some(1));
        assert_eq!(descriptor_length(&[0x90, 0xf0, 0x81, 2, 3, 4, 9]), Some(6));
        assert_eq!(descriptor_length(&[0x90, 0x80, 0x01, 9]), Some(3));
        assert_eq!(descriptor_length(&[0x90, 0xf0, 0x81]), None);
        assert_eq!(descriptor_length(&[]), None);
    }

    #[test]
    fn only_the_first_piece_of_a_frame_says_that_it_begins() {
        let pieces = video_payloads(&[7; 2_000], &[0x10, 1]);
        let firsts: Vec<u8> = pieces.iter().map(|piece| piece[0]).collect();
        assert_eq!(firsts, [0x10, 0x00]);
        assert_eq!(pieces.iter().map(Vec::len).sum::<usize>(), 2_002);
    }
}
